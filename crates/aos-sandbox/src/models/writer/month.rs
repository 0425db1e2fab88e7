//! A month's plans of posts, newsletters, links and ad copy: as many pieces as are asked for, no two alike.

use serde_json::{Value, json};

use super::{gap, prompt::Prompt, seed};

/// What a plan has when nobody says how many.
const USUAL: u64 = 4;
const MOST: u64 = 60;

const POSTS: &[&str] = &[
    "A question to settle before the first call",
    "What a good first message contains",
    "One thing people are glad to know early",
    "How a decision gets easier in three steps",
    "A look behind an ordinary working day",
    "What to have at hand when you ask for a price",
    "A small habit that saves a second visit",
    "Why waiting a week is sometimes the better plan",
    "The detail that most people ask about last",
    "How to tell a wish from a need",
    "A short list for the day before",
    "What happens after you have said yes",
];
const LETTERS: &[&str] = &[
    "A calm start: what to settle first",
    "Three questions that save time",
    "What changes when the work is done",
    "How to plan from the end",
];
/// Names of nobody: the addresses end in `.example`.
const SITES: &[(&str, &str)] = &[
    ("County Trade Journal", "trade-journal"),
    ("Neighbourhood Notes", "neighbourhood-notes"),
    ("Guild of Careful Makers", "careful-makers"),
    ("The Weekend Reader", "weekend-reader"),
    ("Local Directory", "local-directory"),
    ("School of Good Questions", "good-questions"),
];
const OFFERS: &[&str] =
    &["First conversation", "A price you can plan with", "Help with the decision", "Care after the work"];

/// The first `wanted` titles that the prompt does not hold already; numbered ones when the list ends.
fn titles(prompt: &Prompt, list: &[&str]) -> Vec<String> {
    let wanted = usize::try_from(prompt.count.unwrap_or(USUAL).min(MOST)).unwrap_or(0);
    let numbered = (2..).flat_map(|round| list.iter().map(move |title| format!("{title} ({round})")));
    list.iter()
        .map(|title| (*title).to_owned())
        .chain(numbered.take(300))
        .filter(|title| !prompt.lower.contains(&title.to_lowercase()))
        .take(wanted)
        .collect()
}

/// Pages by turns, so that different pieces name different ones.
fn sources(prompt: &Prompt, at: usize) -> Vec<&String> {
    prompt.pages.iter().cycle().skip(at % prompt.pages.len().max(1)).take(prompt.pages.len().min(1)).collect()
}

fn audience(prompt: &Prompt) -> String {
    prompt.audience.clone().unwrap_or_else(|| "People who are about to ask for the first time.".to_owned())
}

/// Every third day from the first one on that the prompt names, again from the front when they end.
fn day(prompt: &Prompt, at: usize) -> Option<String> {
    let days = &prompt.days;
    (!days.is_empty()).then(|| days[(at * 3) % days.len()].clone())
}

pub(super) fn posts(prompt: &Prompt) -> Value {
    let posts: Vec<Value> = titles(prompt, POSTS)
        .iter()
        .enumerate()
        .map(|(at, title)| {
            // Pictures and channels that ask for one go together; a plain word is taken anywhere else.
            let format = prompt.formats.iter().find(|format| matches!(format.as_str(), "image" | "update"));
            json!({
                "title": title,
                "brief": format!("The post takes up “{title}” and says one useful thing about it. Readers of {} should come \
                    away with something that they can do today.", prompt.client),
                "audience": audience(prompt),
                "channels": prompt.channels.iter().map(|channel| &channel.key).collect::<Vec<_>>(),
                "format": format.or(prompt.formats.first()).cloned().unwrap_or_default(),
                "date": day(prompt, at),
                "sources": sources(prompt, at),
                "notes": "",
            })
        })
        .collect();
    json!({"posts": posts, "gaps": [gap()]})
}

pub(super) fn newsletters(prompt: &Prompt) -> Value {
    let newsletters: Vec<Value> = titles(prompt, LETTERS)
        .iter()
        .enumerate()
        .map(|(at, title)| {
            json!({
                "title": title,
                "brief": format!("A letter from {} about one thing: {title}. It ends with one thing to do.", prompt.client),
                "audience": audience(prompt),
                "list": prompt.audiences.first(),
                "outline": ["What this is about", "What to do with it"],
                "date": day(prompt, at * 3),
                "sources": sources(prompt, at),
                "notes": "",
            })
        })
        .collect();
    json!({"newsletters": newsletters, "gaps": [gap()]})
}

pub(super) fn targets(prompt: &Prompt) -> Value {
    let names: Vec<&str> = SITES.iter().map(|(name, _)| *name).collect();
    let targets: Vec<Value> = titles(prompt, &names)
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let (_, host) = SITES[at % SITES.len()];
            json!({
                "site": format!("https://{host}.example/"),
                "name": name,
                "contact_name": null,
                // Every other one has an address, so that both ways are seen.
                "contact_address": (at % 2 == 0).then(|| format!("editors@{host}.example")),
                "angle": format!("{name} is a site that does not exist. The mail would offer its readers a page of {}.", prompt.client),
                "link_to": sources(prompt, at).first(),
                "sources": sources(prompt, at),
                "notes": "",
            })
        })
        .collect();
    json!({"targets": targets, "gaps": [gap()]})
}

pub(super) fn sets(prompt: &Prompt) -> Value {
    let sets: Vec<Value> = titles(prompt, OFFERS)
        .iter()
        .enumerate()
        .map(|(at, title)| {
            let phrases: Vec<String> = prompt.keywords.iter().take(3).cloned().collect();
            json!({
                "title": title,
                "brief": format!("Ads that lead to a page of {} for people who look for: {title}.", prompt.client),
                "network": if seed(title).is_multiple_of(2) { "google" } else { "meta" },
                "audience": audience(prompt),
                "keywords": if phrases.is_empty() { vec![title.to_lowercase()] } else { phrases },
                "final_url": sources(prompt, at).first(),
                "sources": sources(prompt, at),
                "notes": "",
            })
        })
        .collect();
    json!({"sets": sets, "gaps": [gap()]})
}

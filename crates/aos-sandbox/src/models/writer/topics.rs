//! As many distinct topics as are asked for.

use serde_json::{Value, json};

use super::{gap, prompt::Prompt, seed};

const ASKED_BY_DEFAULT: u64 = 10;
const MOST: u64 = 60;

/// Titles that any business could publish; `{}` is the client.
const TITLES: &[&str] = &[
    "How to brief {} so that the first answer is a useful one",
    "Comparing two quotes fairly: a method for clients of {}",
    "What to prepare before a first conversation with {}",
    "Planning backwards from a date: how {} suggests doing it",
    "A budget in three parts: advice for working with {}",
    "Ten questions worth asking {} before you decide",
    "Who should be in the room when you decide on {}",
    "How to read reviews of {} with a cool head",
    "The first week after the work is done: a checklist from {}",
    "When to wait: honest reasons not to order from {} yet",
    "How {} suggests giving feedback that improves the result",
    "Small print in plain words: what to look for before you sign with {}",
    "A calm way to handle changes in the middle of work with {}",
    "Keeping what you bought in good order: habits that {} recommends",
    "How to explain {} to a colleague in two minutes",
    "Five assumptions that make projects late, and how to test them with {}",
    "What good records look like, and why {} will ask for them",
    "Choosing between repair and replacement: questions for {}",
    "A glossary for people who talk to {} for the first time",
    "How to measure whether working with {} paid off",
    "From enquiry to answer: how to make the most of an appointment with {}",
    "Deciding in a group: a short guide for clients of {}",
    "How to tell a detail from a decision when you plan with {}",
    "What to write down after every meeting with {}",
];

/// Titles around something the prompt calls a key phrase.
const PHRASED: &[&str] = &[
    "{phrase}: what to settle before anything else",
    "Seven questions about {phrase} that are worth asking early",
    "{phrase} without surprises: a planning guide",
    "How to compare offers for {phrase}",
];

const OUTLINE: &[&str] = &[
    "Why this question comes up",
    "What to settle first",
    "What it means for cost and time",
    "Mistakes that are easy to avoid",
    "A checklist to take along",
    "Where to go from here",
];

pub(super) fn draft(prompt: &Prompt, at_least: Option<u64>) -> Value {
    let wanted = prompt.count.or(at_least).unwrap_or(ASKED_BY_DEFAULT).min(MOST);
    let titles = titles(prompt).take(usize::try_from(wanted).unwrap_or(0));
    let topics: Vec<Value> = titles.map(|title| topic(&title, prompt)).collect();
    json!({"topics": topics, "gaps": [gap()]})
}

/// Distinct titles that the prompt does not name already, those about the client and about its key phrases by turns.
fn titles(prompt: &Prompt) -> impl Iterator<Item = String> {
    let general = TITLES.iter().map(|title| title.replace("{}", &prompt.client));
    let phrased: Vec<String> = PHRASED
        .iter()
        .flat_map(|title| prompt.keywords.iter().take(8).map(|phrase| capitalised(&title.replace("{phrase}", phrase))))
        .collect();
    let mut seen = std::collections::BTreeSet::new();
    let mixed = general.enumerate().flat_map(move |(at, title)| [Some(title), phrased.get(at).cloned()]).flatten();
    // More than all of these is asked for only by a test; numbered ones are plain about it.
    let numbered = (1..=MOST).map(|number| format!("Sandbox note {number} for clients of {}", prompt.client));
    mixed
        .chain(numbered)
        .filter(|title| !prompt.lower.contains(&title.to_lowercase()))
        .filter(move |title| seen.insert(title.to_lowercase()))
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

fn topic(title: &str, prompt: &Prompt) -> Value {
    let mut keywords: Vec<String> = prompt.keywords.iter().take(2).cloned().collect();
    keywords.insert(0, keyword(title, &prompt.client));
    // Different topics name different pages, where there are several.
    let first = usize::try_from(seed(title) % prompt.pages.len().max(1) as u64).unwrap_or(0);
    let sources: Vec<&String> = prompt.pages.iter().cycle().skip(first).take(prompt.pages.len().min(2)).collect();
    json!({
        "title": title,
        "brief": format!(
            "Helps readers who are thinking about {client} with one practical question: {title}. It gives an order of \
             steps, says what to settle first and ends with a checklist. Proposed by the sandbox model, which is \
             simulated and knows no facts about the client.",
            client = prompt.client
        ),
        "keywords": keywords,
        "search_intent": "informational",
        "audience": prompt.audience.clone().unwrap_or_else(|| format!("People who consider working with {}", prompt.client)),
        "outline": OUTLINE,
        "sources": sources,
        "notes": "Topic of the sandbox model; check it against what the client really offers.",
    })
}

/// The first words of a title that carry its meaning.
fn keyword(title: &str, client: &str) -> String {
    const SMALL: &[&str] = &[
        "how", "to", "a", "an", "the", "that", "is", "so", "of", "for", "and", "what", "with", "in", "on", "who",
        "when", "it", "you", "your", "from", "be", "should",
    ];
    let bare = title.replace(client, "").to_lowercase();
    bare.split(|c: char| !c.is_alphanumeric() && c != '-')
        .filter(|word| word.len() > 2 && !SMALL.contains(word))
        .take(3)
        .collect::<Vec<_>>()
        .join(" ")
}

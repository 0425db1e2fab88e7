//! Reads names, counts and briefs out of a prompt whose wording the sandbox does not know: labelled lines
//! (`Client: …`, `- **Title:** …`), a brief as JSON, lists below a heading, and the addresses in it.

use serde_json::Value;

/// What the writer could find.
#[derive(Debug, Default)]
pub(super) struct Prompt {
    pub(super) client: String,
    pub(super) website: Option<String>,
    pub(super) title: Option<String>,
    pub(super) keywords: Vec<String>,
    pub(super) audience: Option<String>,
    pub(super) outline: Vec<String>,
    pub(super) notes: Option<String>,
    /// How many topics are asked for.
    pub(super) count: Option<u64>,
    /// Addresses of pages of the client, in order, each once.
    pub(super) pages: Vec<String>,
    /// Addresses of images.
    pub(super) images: Vec<String>,
    /// The images with what they show.
    pub(super) pictures: Vec<(String, String)>,
    /// Where the work may stand, or the one channel that it is for.
    pub(super) channels: Vec<Channel>,
    pub(super) formats: Vec<String>,
    /// Ids of audiences.
    pub(super) audiences: Vec<String>,
    /// The days of a plan.
    pub(super) days: Vec<String>,
    /// Whose ads are asked for.
    pub(super) network: Option<String>,
    pub(super) final_url: Option<String>,
    /// The whole prompt in lower case, to avoid titles that it names.
    pub(super) lower: String,
}

/// A channel and its rules, as far as their words are known.
#[derive(Debug, Default)]
pub(super) struct Channel {
    pub(super) key: String,
    /// The longest text.
    pub(super) most: Option<usize>,
    pub(super) hashtags: Option<usize>,
    pub(super) images: bool,
    pub(super) media_required: bool,
    pub(super) link: bool,
    pub(super) title: Option<usize>,
    pub(super) buttons: Vec<String>,
}

impl Channel {
    /// `- NAME (key KEY): RULES`.
    fn read(line: &str) -> Option<Self> {
        let (_, rest) = line.strip_prefix("- ")?.split_once("(key ")?;
        let (key, rules) = rest.split_once(')')?;
        let number = |before: &str, after: &str| {
            let (_, rest) = rules.split_once(before)?;
            let (number, rest) = rest.split_once(' ')?;
            number.parse().ok().filter(|_| rest.starts_with(after))
        };
        let buttons =
            rules.split_once("one button: ").and_then(|(_, rest)| rest.split_once('.')).map(|(words, _)| words);
        let hashtags = rules.split_once(" hashtags.").and_then(|(before, _)| before.rsplit(' ').next()?.parse().ok());
        Some(Self {
            key: key.to_owned(),
            most: number("The text has up to ", ""),
            hashtags,
            images: rules.contains("of the kind image"),
            media_required: rules.contains("Without media it is refused"),
            link: rules.contains("A link stands beside the text"),
            title: number("a title of up to ", "characters"),
            buttons: split(buttons.map(str::to_owned)),
        })
    }
}

const IMAGE_ENDINGS: &[&str] = &[".png", ".jpg", ".jpeg", ".webp", ".gif", ".avif"];

impl Prompt {
    /// `task` is what the user said; `background` (system text, context file) is asked for what the task lacks.
    pub(super) fn read(task: &str, background: &str) -> Self {
        let fields: Vec<(String, String)> = task.lines().chain(background.lines()).filter_map(labelled).collect();
        let first = |names: &[&str]| {
            names.iter().find_map(|name| fields.iter().find(|(label, _)| label == name).map(|(_, value)| value.clone()))
        };
        let brief = Brief::read(task);
        let addresses = addresses(task);
        let website = first(&["website", "site", "website url", "url"])
            .filter(|value| value.starts_with("http"))
            .or_else(|| addresses.first().and_then(|address| origin(address)));
        let pages: Vec<String> = addresses
            .into_iter()
            .filter(|address| website.as_ref().is_none_or(|site| origin(address) == origin(site)))
            .filter(|address| !is_image(address))
            .collect();
        let client = first(&["client", "client name", "company", "brand", "business", "name"])
            .or_else(|| website.as_deref().and_then(|site| url::Url::parse(site).ok()?.host_str().map(str::to_owned)))
            .unwrap_or_else(|| "the client".to_owned());
        let mut keywords = brief.keywords;
        if keywords.is_empty() {
            keywords = split(first(&["keywords", "key phrases", "key_phrases"]));
        }
        if keywords.is_empty() {
            keywords = list_below(background, "key phrases");
        }
        Self {
            client,
            title: brief.title.or_else(|| first(&["title", "working title", "topic"])),
            keywords,
            audience: brief.audience.or_else(|| first(&["audience"])),
            outline: brief.outline,
            notes: notes(task),
            count: count(task, &fields),
            pages: if brief.sources.is_empty() { pages } else { brief.sources },
            images: offered_images(task),
            pictures: pictures(task),
            channels: task.lines().filter_map(Channel::read).collect(),
            formats: split(first(&["formats"])),
            audiences: task
                .lines()
                .filter_map(|line| line.strip_prefix("- ")?.split_once("(id ").map(|(_, rest)| rest))
                .filter_map(|rest| rest.split([',', ')']).next().map(str::to_owned))
                .collect(),
            days: first(&["days"]).map_or_else(Vec::new, |days| all_days(&days)),
            network: brief.network,
            final_url: brief.final_url,
            website,
            lower: format!("{task}\n{background}").to_lowercase(),
        }
    }
}

fn is_image(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or(address).to_lowercase();
    IMAGE_ENDINGS.iter().any(|ending| path.ends_with(ending))
}

/// Images that the prompt offers under a line of their own; without such a line, every image that it names.
fn offered_images(task: &str) -> Vec<String> {
    let lines: Vec<&str> = task.lines().collect();
    let offer = lines.iter().rposition(|line| line.trim_end().ends_with(':') && line.to_lowercase().contains("image"));
    let part = offer.map_or_else(|| task.to_owned(), |at| lines[at..].join("\n"));
    addresses(&part).into_iter().filter(|address| is_image(address)).collect()
}

/// `- ADDRESS (what it shows)` below the line that offers images.
fn pictures(task: &str) -> Vec<(String, String)> {
    task.lines()
        .skip_while(|line| *line != "Images to choose from:")
        .filter_map(|line| line.strip_prefix("- ")?.split_once(" ("))
        .map(|(url, alt)| (url.to_owned(), alt.trim_end_matches(')').to_owned()))
        .collect()
}

/// Every day of “from 2026-04-01 to 2026-04-30”.
fn all_days(range: &str) -> Vec<String> {
    let days: Vec<chrono::NaiveDate> = range.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [first, last] = days[..] else { return Vec::new() };
    first.iter_days().take_while(|day| *day <= last).take(62).map(|day| day.to_string()).collect()
}

/// What a reviewer wrote: the line below the one that announces notes.
fn notes(task: &str) -> Option<String> {
    let announces = |line: &&str| line.trim_end().ends_with(':') && line.to_lowercase().contains("notes");
    let mut lines = task.lines().skip_while(|line| !announces(line));
    lines.next()?;
    lines.map(str::trim).find(|line| !line.is_empty()).map(str::to_owned)
}

/// The brief of an article.
#[derive(Debug, Default)]
struct Brief {
    title: Option<String>,
    keywords: Vec<String>,
    audience: Option<String>,
    outline: Vec<String>,
    sources: Vec<String>,
    network: Option<String>,
    final_url: Option<String>,
}

impl Brief {
    fn read(task: &str) -> Self {
        if let Some(object) = task.match_indices("\n{").find_map(|(at, _)| brief_object(&task[at + 1..])) {
            let text = |name: &str| object[name].as_str().map(str::to_owned);
            let list = |name: &str| {
                let items = object[name].as_array().map_or(&[] as &[Value], Vec::as_slice);
                items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            };
            return Self {
                title: text("title").or_else(|| text("name")),
                keywords: list("keywords"),
                audience: text("audience"),
                outline: list("outline"),
                sources: list("sources"),
                network: text("network"),
                final_url: text("final_url"),
            };
        }
        let fields = fields_after_brief(task);
        let of = |name: &str| fields.iter().find(|(label, _)| label == name).map(|(_, value)| value.clone());
        let inline = of("outline");
        Self {
            title: of("title"),
            keywords: split(of("keywords")),
            audience: of("audience"),
            outline: if inline.is_some() { split(inline) } else { list_below(task, "outline") },
            ..Self::default()
        }
    }
}

/// The JSON object that the text begins with, when it is a brief.
fn brief_object(text: &str) -> Option<Value> {
    let object = serde_json::Deserializer::from_str(text).into_iter::<Value>().next()?.ok()?;
    // Of a blog post, or of anything else, which says its kind.
    let is_brief = object["title"].is_string() && object["outline"].is_array() || object["kind"].is_string();
    is_brief.then_some(object)
}

/// `Label: value` of a line, with list marks, emphasis, quotes and JSON commas taken off.
fn labelled(line: &str) -> Option<(String, String)> {
    let line = line.trim().trim_start_matches(['#', '-', '*', '>', ' ']);
    let (label, value) = line.split_once(':')?;
    let label = label.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '*' | '_' | '`')).to_lowercase();
    let value = value
        .trim()
        .trim_end_matches(',')
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '*' | '`' | '“' | '”'));
    let fits = !label.is_empty() && label.len() <= 40 && !value.is_empty() && !value.starts_with("//");
    fits.then(|| (label, value.to_owned()))
}

/// Labelled lines behind the last heading that speaks of the brief: pages have titles too.
fn fields_after_brief(text: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let heading = lines.iter().rposition(|line| {
        let line = line.to_lowercase();
        (line.trim_start().starts_with('#') || line.trim_end().ends_with(':'))
            && (line.contains("brief") || line.contains("topic"))
            && !line.contains("topics")
    });
    heading.map_or_else(Vec::new, |at| lines[at..].iter().filter_map(|line| labelled(line)).collect())
}

fn split(list: Option<String>) -> Vec<String> {
    list.unwrap_or_default()
        .trim_matches(['[', ']'])
        .split([',', ';'])
        .map(|part| part.trim_matches(|c: char| c.is_whitespace() || c == '"').to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}

/// The list below a line that begins with these words, such as a heading.
fn list_below(text: &str, words: &str) -> Vec<String> {
    let mut lines = text.lines().skip_while(|line| {
        !line.trim().trim_start_matches(['#', '-', '*', ' ', '"']).to_lowercase().starts_with(words)
    });
    lines.next();
    lines
        .map(str::trim)
        .skip_while(|line| line.is_empty())
        .take_while(|line| line.starts_with(['-', '*']) || line.starts_with(|c: char| c.is_ascii_digit()))
        .map(|line| {
            line.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '*' | '.' | ')' | ' ')).to_owned()
        })
        .filter(|line| !line.is_empty())
        .collect()
}

/// A labelled count, or a number shortly before “topics” or “posts”.
fn count(text: &str, fields: &[(String, String)]) -> Option<u64> {
    let labelled = ["count", "number of topics", "topics", "how many"]
        .iter()
        .find_map(|name| fields.iter().filter(|(label, _)| label == name).find_map(|(_, value)| value.parse().ok()));
    labelled.or_else(|| {
        let words: Vec<&str> = text.split_whitespace().collect();
        words.iter().enumerate().find_map(|(at, word)| {
            let number = number(word)?;
            let names_topics = |word: &&str| {
                let word = word.to_lowercase();
                ["topic", "post", "brief", "article", "title"].iter().any(|noun| word.starts_with(noun))
            };
            words[at + 1..].iter().take(4).any(names_topics).then_some(number)
        })
    })
}

fn number(word: &str) -> Option<u64> {
    const WORDS: &[&str] = &["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let spelled = WORDS.iter().zip(1..).find(|(known, _)| **known == word).map(|(_, number)| number);
    word.parse().ok().or(spelled).filter(|number| (1..=60).contains(number))
}

fn addresses(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("http") {
        let from = &rest[at..];
        let end = from
            .find(|c: char| {
                c.is_whitespace() || matches!(c, '"' | '<' | '>' | ')' | ']' | '}' | '\'' | '`' | '|' | '\\')
            })
            .unwrap_or(from.len());
        let address = from[..end].trim_end_matches(['.', ',', ';', ':', '*']);
        if url::Url::parse(address).is_ok_and(|url| url.has_host()) && !found.iter().any(|known| known == address) {
            found.push(address.to_owned());
        }
        rest = &from[end.max(4)..];
    }
    found
}

fn origin(address: &str) -> Option<String> {
    let url = url::Url::parse(address).ok()?;
    Some(format!("{}/", url.origin().ascii_serialization()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_counts_and_addresses_are_found() {
        let prompt = Prompt::read(
            "- **Client:** Harbour & Pine\nWebsite: http://127.0.0.1:9/\nPropose exactly 10 blog topics.\n\
             Page: http://127.0.0.1:9/about (image http://127.0.0.1:9/a.png)",
            "Website: http://elsewhere.test/\n\n## Key phrases\n\n- garden room\n- larch\n\nThe end",
        );
        assert_eq!(prompt.client, "Harbour & Pine");
        assert_eq!(prompt.count, Some(10));
        assert_eq!(prompt.pages, ["http://127.0.0.1:9/", "http://127.0.0.1:9/about"]);
        assert_eq!(prompt.images, ["http://127.0.0.1:9/a.png"]);
        assert_eq!(prompt.keywords, ["garden room", "larch"]);
        assert_eq!(Prompt::read("Task: two things\nCount: 4\nTopics", "ten a month").count, Some(4));
    }

    #[test]
    fn a_brief_is_read_from_labelled_lines_and_not_from_a_page() {
        let prompt = Prompt::read(
            "Title: About us\n\n## Brief\nTitle: What a garden room costs\nKeywords: garden room, cost\nOutline:\n\
             - First\n- Second\n",
            "",
        );
        assert_eq!(prompt.title.as_deref(), Some("What a garden room costs"));
        assert_eq!(prompt.keywords, ["garden room", "cost"]);
        assert_eq!(prompt.outline, ["First", "Second"]);
    }

    #[test]
    fn a_brief_is_read_from_json_with_its_sources_notes_and_offered_images() {
        let brief = serde_json::json!({"title": "T", "keywords": ["k"], "outline": ["One"], "audience": "a",
            "sources": ["http://s.test/one/"], "notes": "n"});
        let prompt = Prompt::read(
            &format!(
                "Client: C\nWebsite: http://s.test/\n\nBrief:\n{brief:#}\n\nThe work was sent back with these notes:\n\
                 Say more about time.\n\nPages:\n### P\nhttp://s.test/two/ ![x](http://s.test/in-text.png)\n\n\
                 Images to choose from:\n- http://cdn.test/a.jpg (A boat)\n"
            ),
            "",
        );
        assert_eq!((prompt.title.as_deref(), prompt.outline.len()), (Some("T"), 1));
        assert_eq!(prompt.pages, ["http://s.test/one/"]);
        assert_eq!(prompt.notes.as_deref(), Some("Say more about time."));
        assert_eq!(prompt.images, ["http://cdn.test/a.jpg"]);
    }
}

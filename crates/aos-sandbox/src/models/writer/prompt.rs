//! Reads names, counts and briefs out of a prompt whose wording the sandbox does not know: labelled lines
//! (`Client: …`, `- **Title:** …`), JSON fields, and the addresses in it.

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
    /// The whole prompt in lower case, to avoid titles that it names.
    pub(super) lower: String,
}

const IMAGE_ENDINGS: &[&str] = &[".png", ".jpg", ".jpeg", ".webp", ".gif", ".avif"];

impl Prompt {
    pub(super) fn read(text: &str) -> Self {
        let fields: Vec<(String, String)> = text.lines().filter_map(labelled).collect();
        let first = |names: &[&str]| {
            names.iter().find_map(|name| fields.iter().find(|(label, _)| label == name).map(|(_, value)| value.clone()))
        };
        let brief = fields_after_brief(text);
        let of_brief = |name: &str| brief.iter().find(|(label, _)| label == name).map(|(_, value)| value.clone());
        let addresses = addresses(text);
        let website = first(&["website", "site", "website url", "url"])
            .filter(|value| value.starts_with("http"))
            .or_else(|| addresses.first().and_then(|address| origin(address)));
        let (images, pages): (Vec<String>, Vec<String>) = addresses
            .into_iter()
            .filter(|address| website.as_ref().is_none_or(|site| origin(address) == origin(site)))
            .partition(|address| {
                let path = address.split(['?', '#']).next().unwrap_or(address).to_lowercase();
                IMAGE_ENDINGS.iter().any(|ending| path.ends_with(ending))
            });
        let client = first(&["client", "client name", "company", "brand", "business", "name"])
            .or_else(|| {
                website.as_deref().map(|site| {
                    site.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/').to_owned()
                })
            })
            .unwrap_or_else(|| "the client".to_owned());
        Self {
            client,
            title: of_brief("title").or_else(|| first(&["title", "working title", "topic"])),
            keywords: split(of_brief("keywords").or_else(|| first(&["keywords", "key phrases", "key_phrases"]))),
            audience: of_brief("audience").or_else(|| first(&["audience"])),
            outline: outline(text, of_brief("outline").or_else(|| first(&["outline"]))),
            notes: first(&["notes from the reviewer", "reviewer's notes", "reviewer notes", "review notes"]),
            count: count(text, &fields),
            pages,
            images,
            website,
            lower: text.to_lowercase(),
        }
    }
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
        (line.trim_start().starts_with('#') || line.trim_end().ends_with(':') || line.contains("\"topic\""))
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

/// Headings of the brief: on the line of the label, or as a list below it.
fn outline(text: &str, inline: Option<String>) -> Vec<String> {
    if inline.is_some() {
        return split(inline);
    }
    let mut lines = text.lines().skip_while(|line| {
        let line = line.trim().trim_start_matches(['#', '-', '*', ' ', '"']).to_lowercase();
        !line.starts_with("outline")
    });
    lines.next();
    lines
        .map(str::trim)
        .skip_while(|line| line.is_empty())
        .take_while(|line| line.starts_with(['-', '*', '"']) || line.starts_with(|c: char| c.is_ascii_digit()))
        .map(|line| {
            line.trim_start_matches(|c: char| {
                c.is_ascii_digit() || matches!(c, '-' | '*' | '.' | ')' | ' ' | '"' | '#')
            })
            .trim_end_matches([',', '"'])
            .to_owned()
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
    fn labels_counts_and_addresses_are_found_in_prose_and_json() {
        let prompt = Prompt::read(
            "# Client\n- **Client:** Harbour & Pine\nWebsite: http://127.0.0.1:9/\nPropose exactly 10 blog topics.\n\
             Page: http://127.0.0.1:9/about (image http://127.0.0.1:9/a.png)",
        );
        assert_eq!(prompt.client, "Harbour & Pine");
        assert_eq!(prompt.count, Some(10));
        assert_eq!(prompt.pages, ["http://127.0.0.1:9/", "http://127.0.0.1:9/about"]);
        assert_eq!(prompt.images, ["http://127.0.0.1:9/a.png"]);
        assert_eq!(Prompt::read("{\n \"client\": \"Acme\",\n \"count\": 4\n}").count, Some(4));
    }

    #[test]
    fn the_title_is_taken_from_the_brief_and_not_from_a_page() {
        let prompt = Prompt::read(
            "Title: About us\n\n## Brief\nTitle: What a garden room costs\nKeywords: garden room, cost\nOutline:\n- First\n- Second\n",
        );
        assert_eq!(prompt.title.as_deref(), Some("What a garden room costs"));
        assert_eq!(prompt.keywords, ["garden room", "cost"]);
        assert_eq!(prompt.outline, ["First", "Second"]);
    }
}

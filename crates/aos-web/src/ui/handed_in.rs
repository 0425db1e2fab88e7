//! What an agent handed in, as a person reads it: fields with words, articles as text, lists as lists. It knows no
//! purpose; whatever JSON comes is shown, the parts that people look for first.

use askama::Template;
use serde_json::{Map, Value};

use super::{Source, filters, states::label};
use crate::markdown::{CleanHtml, to_html};

/// Deeper than this, JSON is shown as it is.
const DEEPEST: usize = 4;

/// Fields in the order in which they are read. Renders itself.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "ui/handed_in.html")]
pub struct HandedIn {
    pub fields: Vec<HandedField>,
}

#[derive(Clone, Debug)]
pub struct HandedField {
    /// Empty for a part of a list that is only a value.
    pub label: String,
    pub part: HandedPart,
}

/// How a field is read.
#[derive(Clone, Debug)]
pub enum HandedPart {
    Text(String),
    /// Markdown, as it will look.
    Prose(CleanHtml),
    /// Short words side by side: keywords, tags.
    Words(Vec<String>),
    /// Whole sentences below each other.
    Lines(Vec<String>),
    /// Where facts stand.
    Sources(Vec<Source>),
    /// Things with fields of their own.
    Things(Vec<HandedIn>),
    /// What is too deep to be laid out.
    Json(String),
}

/// What is read first, in this order; the rest follows by name, and what is missing last.
const FIRST: &[&str] = &[
    "title",
    "name",
    "slug",
    "excerpt",
    "summary",
    "overview",
    "brief",
    "text",
    "description",
    "markdown",
    "goals",
    "deliverables",
    "topics",
];
const LAST: &[&str] = &["sources", "source", "notes", "gaps"];

fn place(key: &str) -> (usize, &str) {
    let first = FIRST.iter().position(|known| *known == key);
    let last = LAST.iter().position(|known| *known == key);
    match (first, last) {
        (Some(at), _) => (at, key),
        (None, Some(at)) => (FIRST.len() + 1 + at, key),
        (None, None) => (FIRST.len(), key),
    }
}

impl HandedIn {
    /// Anything that was handed in; what is empty is left out.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Object(fields) => Self::of_fields(fields, 0),
            other => Self {
                fields: part("", other, 0).map(|part| HandedField { label: String::new(), part }).into_iter().collect(),
            },
        }
    }

    fn of_fields(fields: &Map<String, Value>, depth: usize) -> Self {
        let mut keys: Vec<&String> = fields.keys().collect();
        keys.sort_by_key(|key| place(key));
        let fields = keys.into_iter().filter_map(|key| {
            let part = part(key, fields.get(key)?, depth)?;
            Some(HandedField { label: label(key), part })
        });
        Self { fields: fields.collect() }
    }
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        _ => None,
    }
}

fn source(address: &str) -> Source {
    match address.strip_prefix("document:") {
        Some(name) => Source::named(name),
        None if address.starts_with("http") => Source::page(address),
        None => Source::named(address),
    }
}

/// How one field is read; none for what says nothing.
fn part(key: &str, value: &Value, depth: usize) -> Option<HandedPart> {
    match value {
        Value::Null => None,
        Value::String(text) if key == "markdown" => Some(HandedPart::Prose(to_html(text))),
        Value::String(text) if matches!(key, "source" | "image" | "url") && !text.trim().is_empty() => {
            Some(HandedPart::Sources(vec![source(text.trim())]))
        }
        Value::Array(items) => {
            let items: Vec<&Value> = items.iter().filter(|item| !item.is_null()).collect();
            if items.is_empty() {
                return None;
            }
            let texts: Option<Vec<String>> = items.iter().map(|item| plain(item)).collect();
            match texts {
                Some(texts) if key == "sources" => {
                    Some(HandedPart::Sources(texts.iter().map(|text| source(text)).collect()))
                }
                // Words are short; a sentence stands on a line of its own.
                Some(texts) if texts.iter().all(|text| text.chars().count() <= 40) && key != "outline" => {
                    Some(HandedPart::Words(texts))
                }
                Some(texts) => Some(HandedPart::Lines(texts)),
                None if depth < DEEPEST => Some(HandedPart::Things(things(&items, depth))),
                None => json(value),
            }
        }
        Value::Object(fields) if depth < DEEPEST => {
            let inner = HandedIn::of_fields(fields, depth + 1);
            (!inner.fields.is_empty()).then(|| HandedPart::Things(vec![inner]))
        }
        Value::Object(_) => json(value),
        scalar => plain(scalar).map(HandedPart::Text),
    }
}

fn things(items: &[&Value], depth: usize) -> Vec<HandedIn> {
    let thing = |item: &&Value| match item {
        Value::Object(fields) => HandedIn::of_fields(fields, depth + 1),
        other => HandedIn {
            fields: part("", other, depth + 1)
                .map(|part| HandedField { label: String::new(), part })
                .into_iter()
                .collect(),
        },
    };
    items.iter().map(thing).filter(|thing| !thing.fields.is_empty()).collect()
}

fn json(value: &Value) -> Option<HandedPart> {
    serde_json::to_string_pretty(value).ok().map(HandedPart::Json)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_article_reads_as_an_article_and_what_it_says_of_itself_around_it() {
        let draft = json!({
            "tags": ["veneers"], "sources": ["https://harbour.example/veneers", "document:Prices.pdf"],
            "markdown": "## Years\n\nTen to <script>fifteen</script>.", "title": "How long do veneers last?",
            "gaps": [{ "what": "No price", "ask": "Bring the list" }], "image": null, "excerpt": "",
        });
        let handed = HandedIn::of(&draft);
        let labels: Vec<&str> = handed.fields.iter().map(|field| field.label.as_str()).collect();
        assert_eq!(labels, ["Title", "Markdown", "Tags", "Sources", "Gaps"]);
        let html = handed.render().unwrap();
        assert!(html.contains("<h2>Years</h2>") && !html.contains("<script"), "{html}");
        assert!(html.contains("href=\"https://harbour.example/veneers\"") && html.contains("Prices.pdf"), "{html}");
        assert!(html.contains("No price"), "{html}");
    }

    #[test]
    fn whatever_json_comes_is_shown() {
        for (value, words) in [
            (json!("done"), "done"),
            (json!({ "count": 3, "ok": true }), "yes"),
            (json!([["a"], { "b": null }]), "a"),
            (json!({ "a": { "b": { "c": { "d": { "e": { "f": 1 } } } } } }), "&quot;f&quot;: 1"),
        ] {
            let html = HandedIn::of(&value).render().unwrap().replace("&#34;", "&quot;");
            assert!(html.contains(words), "{value}: {html}");
        }
        assert!(HandedIn::of(&json!({})).fields.is_empty());
    }
}

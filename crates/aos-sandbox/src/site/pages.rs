//! The pages, read once at start from the Markdown that is compiled in.

use std::{borrow::Cow, collections::BTreeMap};

use comrak::Options;

use super::layout;
use crate::html::escape;

#[derive(rust_embed::Embed)]
#[folder = "site/pages/"]
struct Source;

/// A rendered page.
pub(super) struct Page {
    /// `/garden-rooms/studios/`.
    pub(super) path: String,
    pub(super) noindex: bool,
    pub(super) html: String,
}

/// All pages by path.
pub(super) struct Pages {
    origin: String,
    by_path: BTreeMap<String, Page>,
    not_found: String,
}

/// What stands above the text of a page.
#[derive(Default)]
pub(super) struct Head<'a> {
    pub(super) title: &'a str,
    pub(super) description: &'a str,
    /// File name of the picture at the top.
    pub(super) image: Option<&'a str>,
    pub(super) alt: &'a str,
    pub(super) noindex: bool,
}

impl Pages {
    pub(super) fn read(origin: &str) -> Self {
        let by_path = Source::iter()
            .filter_map(|name| {
                let file = Source::get(&name)?;
                let text = String::from_utf8(file.data.into_owned()).ok()?;
                let path = path_of(&name);
                let (head, body) = split(&text);
                let html = layout::page(origin, &path, &head, &html_of(body));
                Some((path.clone(), Page { path, noindex: head.noindex, html }))
            })
            .collect();
        let head = Head { title: "Page not found", noindex: true, ..Head::default() };
        let text = "<p>There is no page at this address. The <a href=\"/\">home page</a> may help.</p>";
        Self { origin: origin.to_owned(), by_path, not_found: layout::page(origin, "/404/", &head, text) }
    }

    pub(super) fn at(&self, path: &str) -> Option<&Page> {
        self.by_path.get(path)
    }
    pub(super) fn indexed(&self) -> impl Iterator<Item = &Page> {
        self.by_path.values().filter(|page| !page.noindex)
    }
    pub(super) fn not_found(&self) -> String {
        self.not_found.clone()
    }
    pub(super) fn robots(&self) -> String {
        format!("User-agent: *\nDisallow: /thank-you/\n\nSitemap: {}/sitemap.xml\n", self.origin)
    }
    pub(super) fn sitemap(&self) -> String {
        let urls: String = self
            .indexed()
            .map(|page| format!("  <url><loc>{}{}</loc></url>\n", escape(&self.origin), escape(&page.path)))
            .collect();
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n{urls}</urlset>\n"
        )
    }
}

/// `garden-rooms/studios.md` is served at `/garden-rooms/studios/`, an `index.md` at its folder.
fn path_of(name: &str) -> String {
    let stem = name.trim_end_matches(".md");
    let stem = stem.strip_suffix("index").unwrap_or(stem).trim_end_matches('/');
    if stem.is_empty() { "/".to_owned() } else { format!("/{stem}/") }
}

/// Front matter (`key: value` lines between `---`) and the Markdown below it.
fn split(text: &str) -> (Head<'_>, &str) {
    let Some((front, body)) = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")) else {
        return (Head::default(), text);
    };
    let mut head = Head::default();
    for (key, value) in front.lines().filter_map(|line| line.split_once(": ")) {
        match key {
            "title" => head.title = value,
            "description" => head.description = value,
            "image" => head.image = Some(value),
            "alt" => head.alt = value,
            "robots" => head.noindex = value == "noindex",
            _ => {}
        }
    }
    (head, body)
}

fn html_of(markdown: &str) -> Cow<'static, str> {
    let mut options = Options::default();
    options.extension.table = true;
    comrak::markdown_to_html(markdown, &options).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_has_a_head_of_its_own_and_says_enough() {
        let mut descriptions = Vec::new();
        for name in Source::iter() {
            let file = Source::get(&name).unwrap();
            let text = String::from_utf8(file.data.into_owned()).unwrap();
            let (head, body) = split(&text);
            assert!(!head.title.is_empty() && !head.description.is_empty(), "{name} lacks a title or description");
            assert!(head.image.is_none() || !head.alt.is_empty(), "{name} has a picture without words for it");
            let words = body.split_whitespace().count();
            assert!(words <= 900, "{name} has {words} words");
            assert!(head.noindex || words >= 250, "{name} has only {words} words");
            descriptions.push(head.description.to_owned());
        }
        let all = descriptions.len();
        descriptions.sort();
        descriptions.dedup();
        assert_eq!(descriptions.len(), all, "two pages share a description");
        assert!((35..=50).contains(&all), "{all} pages");
    }
}

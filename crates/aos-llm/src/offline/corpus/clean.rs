//! Getting rid of what is on a page without being about it: site names in titles, repeated text, filler headings.

use std::collections::{BTreeMap, HashMap};

use aos_capabilities::model::MaterialPage;

use crate::offline::text::{language::Language, markdown::RawBlock, sentences};
use crate::offline::words::{Words, has, words};

/// Text for comparing: letters and digits in lower case.
pub fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        } else if !out.ends_with(' ') && !out.is_empty() {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

const SEPARATORS: &[&str] = &[" | ", " – ", " — ", " - ", " · ", " :: ", " » ", " • ", " / "];

/// The pages' titles without the site's name, which most of them share.
pub fn titles(pages: &[&MaterialPage], client: &str) -> Vec<String> {
    let parts: Vec<Vec<&str>> = pages.iter().map(|page| split_title(&page.title)).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for part in parts.iter().flatten() {
        *counts.entry(part).or_default() += 1;
    }
    let client = normalise(client);
    let is_site = |part: &str| {
        let shared = counts.get(part).copied().unwrap_or(0);
        normalise(part) == client || shared >= 3 && shared * 3 >= pages.len()
    };
    parts
        .into_iter()
        .map(|parts| {
            let own: Vec<&str> = parts.iter().copied().filter(|part| !is_site(part)).collect();
            own.first().or(parts.first()).map_or_else(String::new, |title| (*title).to_owned())
        })
        .collect()
}

fn split_title(title: &str) -> Vec<&str> {
    let mut parts = vec![title];
    for separator in SEPARATORS {
        parts = parts.into_iter().flat_map(|part| part.split(separator)).collect();
    }
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// The first heading of the page, or nothing.
pub fn first_heading(blocks: &[RawBlock]) -> String {
    blocks
        .iter()
        .find_map(|block| match block {
            RawBlock::Heading { text, .. } => Some(heading(text)),
            _ => None,
        })
        .unwrap_or_default()
}

/// What to call a page: its title, or its first heading where the title says nothing of its own.
pub fn page_title(title: &str, first_heading: &str, client: &str) -> String {
    let title = heading(title);
    let says_nothing = title.is_empty() || normalise(&title) == normalise(client) || is_generic_heading(&title);
    if says_nothing && !first_heading.is_empty() { first_heading.to_owned() } else { title }
}

/// A heading without numbering, anchors and closing marks.
pub fn heading(text: &str) -> String {
    let text = text.trim_end_matches(['#', '¶', '§', ':', ' ', '\u{200b}']).trim();
    // “Chapter 16. Installation” counts as “16. Installation” does.
    let counted = ["Chapter ", "Appendix ", "Section ", "Part ", "Kapitel ", "Anhang ", "Abschnitt ", "Teil "]
        .iter()
        .find_map(|word| text.strip_prefix(word).filter(|rest| rest.split(' ').next().is_some_and(is_ordinal)))
        .unwrap_or(text);
    let unnumbered = match counted.split_once(' ') {
        Some((first, rest)) if is_ordinal(first) && (counted.len() < text.len() || is_of_appendix(first)) => rest,
        _ => counted.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').trim_start_matches([')', ' ']),
    };
    let numbered = text.len() != unnumbered.len()
        && text[..text.len() - unnumbered.len()].contains(['.', ')'])
        && unnumbered.chars().next().is_some_and(|c| c.is_alphabetic() || c == '`');
    let text = if numbered { unnumbered } else { text };
    text.trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '“' | '"' | '„' | '`' | '«' | '¿' | '¡'))
        .trim()
        .to_owned()
}

/// “16.”, “3.2.”, “B.”, “B.5.”, “IV.”
fn is_ordinal(word: &str) -> bool {
    let is_numeral = |part: &str| part.len() <= 5 && part.bytes().all(|b| b.is_ascii_uppercase());
    let is_number = |part: &str| !part.is_empty() && (part.bytes().all(|b| b.is_ascii_digit()) || is_numeral(part));
    word.strip_suffix('.').is_some_and(|number| number.split('.').all(is_number))
}

/// “B.5.” stands alone; “B.” may be somebody's initial.
fn is_of_appendix(word: &str) -> bool {
    word.contains('.') && word.contains(|c: char| c.is_ascii_digit())
}

/// Whether a heading says nothing without its page.
pub fn is_generic_heading(text: &str) -> bool {
    has(&GENERIC, &normalise(text))
}

/// Whether what stands under a heading is not the page's own matter.
pub fn is_side_heading(text: &str) -> bool {
    let text = normalise(text);
    SIDE.iter().any(|side| text == *side || text.starts_with(&format!("{side} ")))
}

/// Whether a heading only marks a remark (“Note”): what stands under it belongs to the section around it.
pub fn is_admonition(text: &str) -> bool {
    has(&ADMONITIONS, &normalise(text))
}

/// The page's description, when it is a real sentence of this page alone.
pub fn description(text: &str, pages: &[&MaterialPage], language: &Language) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shared = pages.iter().filter(|page| page.description.trim() == text).count();
    let whole: Vec<String> = sentences::split(&text)
        .into_iter()
        .take_while(|sentence| sentences::is_printable(sentence, language))
        .collect();
    if shared > 1 { String::new() } else { whole.join(" ") }
}

/// Sentences and items that stand on three pages or more: navigation, footers, slogans, cookie notices.
pub struct Repeated(HashMap<String, u32>);

impl Repeated {
    pub fn find(pages: &[Vec<RawBlock>]) -> Self {
        let mut counts: HashMap<String, (u32, usize)> = HashMap::new();
        for (number, blocks) in pages.iter().enumerate() {
            for text in blocks.iter().flat_map(block_texts) {
                let entry = counts.entry(text).or_insert((0, usize::MAX));
                if entry.1 != number {
                    *entry = (entry.0 + 1, number);
                }
            }
        }
        Self(counts.into_iter().filter(|(_, (pages, _))| *pages >= 3).map(|(text, (pages, _))| (text, pages)).collect())
    }

    pub fn contains(&self, text: &str) -> bool {
        self.0.contains_key(&normalise(text))
    }
}

fn block_texts(block: &RawBlock) -> Vec<String> {
    match block {
        RawBlock::Paragraph(text) => sentences::split(text).iter().map(|sentence| normalise(sentence)).collect(),
        RawBlock::List { items, .. } => items.iter().map(|item| normalise(item)).collect(),
        RawBlock::Heading { .. } | RawBlock::Code | RawBlock::Other => Vec::new(),
    }
}

static GENERIC: Words = words!("generic_headings");
static ADMONITIONS: Words = words!("admonitions");
static SIDE: Words = words!("side_headings");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_lose_their_numbers_and_anchors() {
        assert_eq!(heading("3.2. Wheel building #"), "Wheel building");
        assert_eq!(heading("2) Rims:"), "Rims");
        assert_eq!(heading("8.4.2. `bytea` format"), "`bytea` format");
        assert_eq!(heading("Chapter 16. Installation"), "Installation");
        assert_eq!(heading("Appendix B. Units"), "Units");
        assert_eq!(heading("B.5. The user space"), "The user space");
        assert_eq!(heading("J. Smith and sons"), "J. Smith and sons");
        assert_eq!(heading("Part of the family"), "Part of the family");
        assert_eq!(heading("5 reasons for steel"), "5 reasons for steel");
        assert_eq!(heading("🚲 Repairs"), "Repairs");
    }

    #[test]
    fn the_sites_name_leaves_the_titles() {
        let page = |title: &str| MaterialPage { title: title.into(), ..MaterialPage::default() };
        let pages = [page("Repairs | Velo Nord"), page("Wheels | Velo Nord"), page("Velo Nord | Home")];
        assert_eq!(titles(&pages.iter().collect::<Vec<_>>(), "velo nord"), ["Repairs", "Wheels", "Home"]);
    }
}

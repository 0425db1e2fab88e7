//! Reading one HTML page: what it says, what it links to, what it says about itself.

mod dom;
mod markdown;
mod readable;

use std::collections::HashSet;

use sha2::{Digest, Sha256};
use url::Url;

use self::readable::Readable;
pub use self::{
    dom::{Attr, Dom, NodeId, Tag},
    markdown::Reading,
};
use crate::{
    address::{self, Site},
    charset,
};

/// Links of one page beyond this are not followed: nobody made them by hand.
pub const MAX_LINKS: usize = 10_000;
const MAX_IMAGES: usize = 500;
/// Titles and descriptions are cut here: some pages put their whole text into them.
const MAX_LINE: usize = 1_000;

/// A page as read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParsedPage {
    pub title: String,
    pub description: String,
    pub h1: Vec<String>,
    /// Two letters where we know them: `en`, `de`.
    pub language: Option<String>,
    /// In the order of the page; more than one is a mistake that the audit tells.
    pub canonical: Vec<Url>,
    pub reading: Reading,
    /// SHA-256 of the plain words, hexadecimal.
    pub text_hash: String,
    pub internal_links: Vec<Url>,
    pub external_links: Vec<Url>,
    pub images: Vec<ImageReference>,
    /// `<meta name="robots">` says so.
    pub noindex: bool,
    pub nofollow: bool,
    /// Hardly any text, and scripts that would make it.
    pub needs_scripts: bool,
    /// More than we read of one page.
    pub cut: bool,
}

/// An image that a page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageReference {
    pub url: Url,
    pub alt: String,
}

/// Decodes and reads a page. `base` is where it was found, `content_type` the header. Total: any bytes give a page.
#[must_use]
pub fn parse_html(bytes: &[u8], content_type: Option<&str>, base: &Url, site: &Site) -> ParsedPage {
    parse_text(&charset::decode(bytes, content_type), base, site)
}

/// As [`parse_html`], for a page that is text already, such as one that a browser rendered.
#[must_use]
pub fn parse_text(html: &str, base: &Url, site: &Site) -> ParsedPage {
    let dom = Dom::parse(html);
    let base = base_of(&dom, base);
    let readable = Readable::find(&dom);
    let reading = markdown::write(&dom, &readable, &base);
    let mut page = ParsedPage { text_hash: sha256_hex(reading.plain.as_bytes()), cut: dom.cut, ..Default::default() };
    let mut found = Found::default();
    for id in dom.ids() {
        if let Some(tag) = dom.tag(id) {
            found.element(&dom, id, tag, &base, site, &mut page);
        }
    }
    page.language = found.language.or_else(|| detected_language(&reading.plain));
    page.needs_scripts = reading.words < 20 && (found.app_root || found.noscript) && found.scripts > 0;
    if page.title.is_empty() {
        page.title = found.other_title;
    }
    if page.description.is_empty() {
        page.description = found.other_description;
    }
    page.reading = reading;
    page
}

/// `<base href>` moves every relative link of its page.
#[must_use]
pub fn base_of(dom: &Dom, url: &Url) -> Url {
    let base = dom.ids().find(|id| dom.is(*id, Tag::Base)).and_then(|id| dom.filled(id, Attr::Href));
    base.and_then(|href| url.join(href).ok()).filter(|base| base.has_host()).unwrap_or_else(|| url.clone())
}

/// What is gathered on the walk and is not yet the page's.
#[derive(Default)]
struct Found {
    links: HashSet<String>,
    images: HashSet<String>,
    language: Option<String>,
    other_title: String,
    other_description: String,
    scripts: u32,
    noscript: bool,
    app_root: bool,
}

impl Found {
    fn element(&mut self, dom: &Dom, id: NodeId, tag: Tag, base: &Url, site: &Site, page: &mut ParsedPage) {
        match tag {
            Tag::Html => self.language = dom.filled(id, Attr::Lang).and_then(primary_language),
            Tag::Title if page.title.is_empty() && !self.inside_svg(dom, id) => page.title = line(&dom.text_of(id)),
            Tag::H1 => {
                let text = line(dom.text_of(id).trim_end_matches(['#', '¶', ' ']));
                if !text.is_empty() {
                    page.h1.push(text);
                }
            }
            Tag::Meta => self.meta(dom, id, base, site, page),
            Tag::Link => self.link(dom, id, base, page),
            Tag::A | Tag::Area => {
                if let Some(href) = dom.attr(id, Attr::Href) {
                    self.follow(href, base, site, page);
                }
            }
            Tag::Img => self.image(dom, id, base, page),
            Tag::Script => self.scripts += 1,
            Tag::Noscript => self.noscript |= dom.text_of(id).to_ascii_lowercase().contains("javascript"),
            Tag::Div | Tag::Main | Tag::Other => {
                self.app_root |= dom.filled(id, Attr::Id).is_some_and(|id| {
                    matches!(id, "root" | "app" | "__next" | "__nuxt" | "app-root" | "svelte" | "gatsby" | "q-app")
                });
            }
            _ => {}
        }
    }

    fn inside_svg(&self, dom: &Dom, id: NodeId) -> bool {
        std::iter::successors(dom.parent(id), |id| dom.parent(*id)).any(|id| dom.is(id, Tag::Svg))
    }

    fn meta(&mut self, dom: &Dom, id: NodeId, base: &Url, site: &Site, page: &mut ParsedPage) {
        let Some(content) = dom.filled(id, Attr::Content) else { return };
        let name = dom.filled(id, Attr::Name).or_else(|| dom.filled(id, Attr::Property)).unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "description" if page.description.is_empty() => page.description = line(content),
            "og:title" => self.other_title = line(content),
            "og:description" => self.other_description = line(content),
            "robots" | "agency-os" => {
                let (noindex, nofollow) = robots_words(content);
                page.noindex |= noindex;
                page.nofollow |= nofollow;
            }
            _ => {}
        }
        let refreshes = dom.filled(id, Attr::HttpEquiv).is_some_and(|name| name.eq_ignore_ascii_case("refresh"));
        if refreshes && let Some(at) = content.to_ascii_lowercase().find("url=") {
            self.follow(content[at + 4..].trim_matches(['"', '\'', ' ']), base, site, page);
        }
    }

    fn link(&mut self, dom: &Dom, id: NodeId, base: &Url, page: &mut ParsedPage) {
        let (Some(rel), Some(href)) = (dom.filled(id, Attr::Rel), dom.filled(id, Attr::Href)) else { return };
        if rel.split_ascii_whitespace().any(|rel| rel.eq_ignore_ascii_case("canonical"))
            && let Some(url) = address::resolve(base, href)
        {
            page.canonical.push(url);
        }
    }

    fn follow(&mut self, href: &str, base: &Url, site: &Site, page: &mut ParsedPage) {
        // Most links of a page are there twice or more; the ones that differ only in their fragment are one.
        let href = href.split('#').next().unwrap_or_default();
        if self.links.contains(href) {
            return;
        }
        if self.links.len() >= MAX_LINKS {
            page.cut = true;
            return;
        }
        self.links.insert(href.to_owned());
        let Some(url) = address::resolve(base, href) else { return };
        let links = if site.contains(&url) { &mut page.internal_links } else { &mut page.external_links };
        // The same address written in two ways.
        if self.links.insert(format!("\0{url}")) {
            links.push(url);
        }
    }

    fn image(&mut self, dom: &Dom, id: NodeId, base: &Url, page: &mut ParsedPage) {
        let small = |side| {
            dom.filled(id, side).and_then(|n| n.trim_end_matches("px").parse::<u32>().ok()).is_some_and(|n| n <= 32)
        };
        if page.images.len() >= MAX_IMAGES || small(Attr::Width) || small(Attr::Height) {
            return;
        }
        // Pages that load their images late keep the address elsewhere and a blank pixel in `src`.
        let lazy = [Attr::DataSrc, Attr::DataLazySrc].into_iter().find_map(|name| dom.filled(id, name));
        let from_set = dom.filled(id, Attr::Srcset).and_then(largest_of_set);
        let source = lazy.or_else(|| dom.filled(id, Attr::Src).filter(|src| !src.starts_with("data:"))).or(from_set);
        if let Some(url) = source.and_then(|source| address::resolve(base, source))
            && self.images.insert(url.to_string())
        {
            page.images.push(ImageReference { url, alt: line(dom.attr(id, Attr::Alt).unwrap_or_default()) });
        }
    }
}

/// The last candidate of a `srcset` is by custom the largest.
fn largest_of_set(set: &str) -> Option<&str> {
    set.rsplit(", ").next()?.split_ascii_whitespace().next()
}

/// `noindex` and `nofollow` in a robots meta element or an `X-Robots-Tag` header.
#[must_use]
pub fn robots_words(content: &str) -> (bool, bool) {
    let has = |wanted: &str| content.split([',', ' ', ':']).any(|word| word.trim().eq_ignore_ascii_case(wanted));
    (has("noindex") || has("none"), has("nofollow") || has("none"))
}

fn line(text: &str) -> String {
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match folded.char_indices().nth(MAX_LINE) {
        Some((at, _)) => folded[..at].to_owned(),
        None => folded,
    }
}

fn primary_language(tag: &str) -> Option<String> {
    let primary = tag.split(['-', '_']).next()?.to_ascii_lowercase();
    (matches!(primary.len(), 2 | 3) && primary.bytes().all(|b| b.is_ascii_alphabetic())).then_some(primary)
}

/// From a sample of the words, where the page doesn't say it.
fn detected_language(plain: &str) -> Option<String> {
    const SAMPLE: usize = 600;
    let end = plain.char_indices().nth(SAMPLE).map_or(plain.len(), |(at, _)| at);
    if end < 80 {
        return None;
    }
    let found = whatlang::detect(&plain[..end]).filter(whatlang::Info::is_reliable)?;
    let code = found.lang().code();
    let two = TWO_LETTERS.iter().find(|(three, _)| *three == code).map_or(code, |(_, two)| two);
    Some(two.to_owned())
}

/// ISO 639-3 to 639-1, for the languages that the detector knows and pages name by two letters.
const TWO_LETTERS: &[(&str, &str)] = &[
    ("afr", "af"),
    ("ara", "ar"),
    ("bul", "bg"),
    ("cat", "ca"),
    ("ces", "cs"),
    ("cmn", "zh"),
    ("dan", "da"),
    ("deu", "de"),
    ("ell", "el"),
    ("eng", "en"),
    ("est", "et"),
    ("fin", "fi"),
    ("fra", "fr"),
    ("heb", "he"),
    ("hin", "hi"),
    ("hrv", "hr"),
    ("hun", "hu"),
    ("ind", "id"),
    ("ita", "it"),
    ("jpn", "ja"),
    ("kor", "ko"),
    ("lav", "lv"),
    ("lit", "lt"),
    ("nld", "nl"),
    ("nob", "nb"),
    ("pes", "fa"),
    ("pol", "pl"),
    ("por", "pt"),
    ("ron", "ro"),
    ("rus", "ru"),
    ("slk", "sk"),
    ("slv", "sl"),
    ("spa", "es"),
    ("srp", "sr"),
    ("swe", "sv"),
    ("tha", "th"),
    ("tur", "tr"),
    ("ukr", "uk"),
    ("vie", "vi"),
];

/// Hexadecimal SHA-256.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a String can't fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests;

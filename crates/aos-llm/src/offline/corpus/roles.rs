//! What a page is for, told by its address, its title and its first heading.

use url::Url;

/// The part that a page plays on a client's site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Home,
    About,
    /// Something that the client sells.
    Offer,
    Contact,
    Faq,
    /// An article that exists already.
    Blog,
    /// A piece of work that was done for somebody: it carries facts, but an article is not about it.
    Case,
    /// Imprint, privacy, terms, and what a book says about itself: never drafted from.
    Legal,
    /// Everything else: guides, documentation, cases.
    Other,
}

impl Role {
    /// `first_heading` may be empty.
    pub fn of(url: &str, title: &str, first_heading: &str) -> Self {
        let segments: Vec<String> = Url::parse(url)
            .map(|url| {
                url.path_segments().into_iter().flatten().filter(|s| !s.is_empty()).map(str::to_lowercase).collect()
            })
            .unwrap_or_default();
        let is_page = Url::parse(url).is_ok_and(|url| url.scheme().starts_with("http"));
        if is_page && (segments.is_empty() || segments.len() == 1 && is_index(&segments[0])) {
            return Self::Home;
        }
        let last = segments.last().map_or("", String::as_str);
        let last = if is_index(last) { segments.iter().rev().nth(1).map_or("", String::as_str) } else { last };
        let words = slug_words(last);
        let named = format!("{} {}", title.to_lowercase(), first_heading.to_lowercase());
        let has = |list: &[&str]| list.iter().any(|word| words.iter().any(|w| w == word));
        if has(LEGAL) || LEGAL_TITLES.iter().any(|word| named.contains(word)) {
            return Self::Legal;
        }
        if has(CONTACT) {
            return Self::Contact;
        }
        if has(FAQ)
            || named.contains("frequently asked")
            || named.contains("häufige fragen")
            || named.starts_with("faq")
        {
            return Self::Faq;
        }
        if segments.iter().any(|s| BLOG.contains(&s.as_str())) || has_date(&segments) {
            return Self::Blog;
        }
        if segments.iter().any(|s| CASES.contains(&s.as_str())) {
            return Self::Case;
        }
        if has(ABOUT) || named.starts_with("about ") || named.starts_with("über uns") {
            return Self::About;
        }
        if segments.iter().any(|s| slug_words(s).iter().any(|w| OFFER.contains(&w.as_str()))) {
            return Self::Offer;
        }
        Self::Other
    }

    /// Guides are a business's articles; where nothing is sold they are the site's matter itself, as in documentation.
    pub fn is_guide(url: &str) -> bool {
        Url::parse(url).is_ok_and(|url| {
            let mut folders: Vec<&str> = url.path_segments().into_iter().flatten().filter(|s| !s.is_empty()).collect();
            folders.pop();
            folders.iter().any(|folder| matches!(*folder, "guides" | "guide" | "advice" | "tips" | "tipps" | "wissen"))
        })
    }

    /// Whether its sentences may go into an article.
    pub fn is_source(self) -> bool {
        !matches!(self, Self::Legal | Self::Contact)
    }
}

fn slug_words(segment: &str) -> Vec<String> {
    let name = segment.rsplit_once('.').map_or(segment, |(name, _)| name);
    name.split(['-', '_', '+']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn is_index(segment: &str) -> bool {
    matches!(segment, "index.html" | "index.htm" | "index.php" | "home" | "start" | "en" | "de" | "default.aspx")
}

/// `/2024/05/` in the path, as blogs write it.
fn has_date(segments: &[String]) -> bool {
    segments.windows(2).any(|pair| {
        let year = pair[0].len() == 4 && pair[0].parse::<u16>().is_ok_and(|year| (1995..2100).contains(&year));
        let month = pair[1].len() <= 2 && pair[1].parse::<u8>().is_ok_and(|month| (1..=12).contains(&month));
        year && month
    })
}

const LEGAL: &[&str] = &[
    "privacy",
    "imprint",
    "impressum",
    "datenschutz",
    "datenschutzerklaerung",
    "agb",
    "cookies",
    "cookie",
    "legal",
    "disclaimer",
    "widerruf",
    "terms",
    "licence",
    "license",
    "licenses",
    "mentions",
    "aviso",
    "copyright",
    "acknowledgments",
    "acknowledgements",
    "foreword",
    "preface",
    "colophon",
    "danksagung",
    "vorwort",
];
const LEGAL_TITLES: &[&str] = &[
    "privacy policy",
    "terms of service",
    "terms and conditions",
    "cookie policy",
    "impressum",
    "datenschutz",
    "mentions légales",
    "aviso legal",
    "allgemeine geschäftsbedingungen",
    "acknowledgments",
    "acknowledgements",
    "danksagung",
    "page not found",
    "404 ",
];
const CONTACT: &[&str] = &["contact", "kontakt", "contacts", "directions", "anfahrt", "contacto", "contatti"];
const FAQ: &[&str] = &["faq", "faqs", "questions", "fragen", "haeufige"];
const ABOUT: &[&str] = &["about", "team", "company", "story", "history", "ueber", "unternehmen", "geschichte", "über"];
const BLOG: &[&str] = &[
    "blog",
    "news",
    "posts",
    "post",
    "journal",
    "articles",
    "article",
    "artikel",
    "magazin",
    "magazine",
    "aktuelles",
    "neuigkeiten",
    "ratgeber",
    "insights",
    "stories",
];
const CASES: &[&str] = &[
    "case-studies",
    "case-study",
    "cases",
    "projects",
    "project",
    "portfolio",
    "references",
    "referenzen",
    "projekte",
    "work",
    "success-stories",
];
const OFFER: &[&str] = &[
    "services",
    "service",
    "products",
    "product",
    "produkte",
    "produkt",
    "leistungen",
    "leistung",
    "angebot",
    "angebote",
    "shop",
    "solutions",
    "loesungen",
    "pricing",
    "preise",
    "prices",
    "treatments",
    "courses",
    "kurse",
    "menu",
    "rooms",
    "tours",
    "rental",
    "hire",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_told_apart_by_address_and_title() {
        let role = |url: &str, title: &str| Role::of(url, title, "");
        assert_eq!(role("https://x.test/", "X"), Role::Home);
        assert_eq!(role("https://x.test/index.html", "X"), Role::Home);
        assert_eq!(role("https://x.test/about-us/", "Us"), Role::About);
        assert_eq!(role("https://x.test/services/wheel-building.html", "Wheels"), Role::Offer);
        assert_eq!(role("https://x.test/kontakt", "Kontakt"), Role::Contact);
        assert_eq!(role("https://x.test/blog/why-steel", "Why steel"), Role::Blog);
        assert_eq!(role("https://x.test/2024/05/why-steel", "Why steel"), Role::Blog);
        assert_eq!(role("https://x.test/help", "FAQ: everything"), Role::Faq);
        assert_eq!(role("https://x.test/datenschutz", "Datenschutz"), Role::Legal);
        assert_eq!(role("https://x.test/foreword.html", "Foreword"), Role::Legal);
        assert_eq!(role("https://x.test/sect.thanks.html", "Danksagung"), Role::Legal);
        assert_eq!(role("https://x.test/book/ch04-02.html", "References"), Role::Other);
        assert_eq!(role("brochure.pdf", "Brochure"), Role::Other);
    }
}

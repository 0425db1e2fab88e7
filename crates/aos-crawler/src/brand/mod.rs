//! What a brand looks like, read off its home page: colours, fonts and the logo.
//!
//! Two sources fill one [`Palette`]: the style sheets ([`style`]), and the values that a browser computed
//! ([`crate::browser`]). The first guesses from selectors what the second sees.

mod logo;
mod palette;
mod style;

use url::Url;

pub use self::{
    palette::Palette,
    style::{Declaration, declarations, first_colour},
};
use crate::{
    address,
    html::{Attr, Dom, Tag, base_of},
};

/// Style sheets of one page that are fetched.
const MAX_SHEETS: usize = 10;

/// What the home page's HTML gives for the brand, before any style sheet was fetched.
#[derive(Debug, Default)]
pub(crate) struct HomePage {
    pub sheets: Vec<Url>,
    pub inline_styles: Vec<String>,
    pub theme_colour: Option<String>,
    pub logo: Option<Url>,
}

impl HomePage {
    pub fn read(html: &str, url: &Url) -> Self {
        let dom = Dom::parse(html);
        let base = base_of(&dom, url);
        let mut page = Self { logo: logo::find(&dom, &base), ..Self::default() };
        for id in dom.ids() {
            match dom.tag(id) {
                Some(Tag::Link) if is_style_sheet(&dom, id) && page.sheets.len() < MAX_SHEETS => {
                    page.sheets.extend(dom.filled(id, Attr::Href).and_then(|href| address::resolve(&base, href)));
                }
                Some(Tag::Style) => {
                    page.inline_styles.extend(dom.children(id).filter_map(|text| dom.text(text)).map(str::to_owned));
                }
                Some(Tag::Meta) if dom.filled(id, Attr::Name) == Some("theme-color") => {
                    page.theme_colour = dom.filled(id, Attr::Content).map(str::to_owned);
                }
                _ => {}
            }
        }
        page
    }
}

fn is_style_sheet(dom: &Dom, id: u32) -> bool {
    let rel = dom.filled(id, Attr::Rel).unwrap_or_default().to_ascii_lowercase();
    rel.split_ascii_whitespace().any(|word| word == "stylesheet")
        && dom.filled(id, Attr::Media).is_none_or(|media| !media.eq_ignore_ascii_case("print"))
}

/// Colours and fonts as the style sheets order them.
#[must_use]
pub(crate) fn from_style_sheets(sheets: &[String], theme_colour: Option<&str>) -> Palette {
    let declarations: Vec<Declaration> = sheets.iter().flat_map(|sheet| declarations(sheet)).collect();
    let mut palette = style::weigh(&declarations);
    if let Some(hex) = theme_colour.and_then(style::first_colour) {
        palette.colour(&hex, "theme colour", 10.0);
    }
    palette
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHEET: &str = r#"
        @import url(x.css);
        :root { --brand-primary: #c0392b; --space: 4px; --ink: rgb(20 20 20); }
        body { background: #fff; color: var(--ink); font: 16px/1.5 "Source Sans 3", Arial, sans-serif }
        h1, .hero h2 { font-family: 'Playfair Display', serif; color: var(--missing, var(--brand-primary)) }
        @media (min-width: 40em) { a:hover, .btn.large { background-color: hsl(210, 100%, 40%) } }
        @media print { a { color: #00ff00 } }
        .icon { font-family: "Font Awesome 6 Free" } } .x { color: nonsense } @font-face { font-family: Ghost }
    "#;

    #[test]
    fn style_sheets_give_colours_with_their_use_and_fonts_with_their_role() {
        let signals = from_style_sheets(&[SHEET.to_owned()], Some("teal")).into_signals();
        let role = |hex: &str| signals.colours.iter().find(|colour| colour.hex == hex).map(|c| c.role.clone());
        assert_eq!(signals.colours[0].hex, "#c0392b");
        assert_eq!(role("#c0392b").as_deref(), Some("named “brand primary”"));
        assert_eq!(role("#0066cc").as_deref(), Some("button background"));
        assert_eq!(role("#141414").as_deref(), Some("page text"));
        assert_eq!(role("#008080").as_deref(), Some("theme colour"));
        assert_eq!(role("#00ff00"), None);
        let fonts: Vec<_> = signals.fonts.iter().map(|font| (font.family.as_str(), font.role.as_str())).collect();
        assert_eq!(fonts, [("Source Sans 3", "body"), ("Playfair Display", "heading")]);
        let total: f64 = signals.colours.iter().map(|colour| colour.share).sum();
        assert!(total <= 1.000_1);
    }

    #[test]
    fn variables_that_name_themselves_end() {
        let sheet = "a { color: var(--a) } :root { --a: var(--b); --b: var(--a) }".to_owned();
        assert!(from_style_sheets(&[sheet], None).into_signals().colours.is_empty());
    }

    #[test]
    fn the_home_page_names_its_sheets_and_its_logo() {
        let html = r##"<link rel="stylesheet" href="/a.css"><link rel=stylesheet media=print href=p.css>
            <style>a{color:red}</style><meta name=theme-color content="#123456">
            <link rel="icon" href="/favicon.ico"><link rel="apple-touch-icon" href="/touch.png">
            <header><a href="/"><img src="/img/acme-logo.svg" alt="Acme"></a></header>"##;
        let page = HomePage::read(html, &Url::parse("https://acme.example/").unwrap());
        assert_eq!(page.sheets.len(), 1);
        assert_eq!(page.inline_styles, ["a{color:red}"]);
        assert_eq!(page.logo.unwrap().path(), "/img/acme-logo.svg");
        let html = r#"<script type="application/ld+json">{"@graph":[{"@type":"Organization","logo":{"url":"/l.png"}}]}</script>"#;
        let page = HomePage::read(html, &Url::parse("https://acme.example/").unwrap());
        assert_eq!(page.logo.unwrap().path(), "/l.png");
    }
}

//! A page as others show it: as a result of a search engine, and as a card where its link is shared. Both cut what is too
//! long, so the frames do too, and say how long it is.

use askama::Template;

use super::filters;

/// About what search engines show; they measure in pixels, so a few characters more or less fit.
pub const TITLE_SHOWN: usize = 60;
pub const DESCRIPTION_SHOWN: usize = 160;
/// About what a card shows of a title.
const CARD_TITLE_SHOWN: usize = 70;
/// Shorter than this, a result looks empty beside others.
const DESCRIPTION_SHORT: usize = 70;

/// A text that is cut where others cut it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    /// As it is shown, with an ellipsis when it was cut.
    pub shown: String,
    /// Characters of the whole.
    pub length: u64,
    pub limit: u64,
    pub over: bool,
}

impl Cut {
    /// Cuts at the last word that fits.
    pub fn at(text: &str, limit: usize) -> Self {
        let text = text.trim();
        let length = text.chars().count();
        let over = length > limit;
        let shown = if over {
            let head: String = text.chars().take(limit.saturating_sub(1)).collect();
            let whole = head
                .rfind(char::is_whitespace)
                .filter(|at| *at > head.len() / 2)
                .map_or(head.as_str(), |at| &head[..at]);
            format!("{}…", whole.trim_end_matches([' ', ',', '.', ';', ':', '–', '-']))
        } else {
            text.to_owned()
        };
        Self { shown, length: length as u64, limit: limit as u64, over }
    }
}

/// The frames of one page. Renders itself.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "ui/frames.html")]
pub struct Frames {
    /// "harbour.example".
    pub site: String,
    /// The address as results show it: "harbour.example › blog › veneers".
    pub trail: String,
    pub title: Cut,
    pub card_title: Cut,
    pub description: Cut,
    /// The description is the beginning of the text, as there is no excerpt.
    pub from_text: bool,
    pub image: Option<(String, String)>,
}

impl Frames {
    /// `address` with or without its scheme; `description` is the excerpt, and `text` stands in for an empty one.
    /// `image`: address and what it shows.
    pub fn new(address: &str, title: &str, description: &str, text: &str, image: Option<(String, String)>) -> Self {
        let bare = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).unwrap_or(address);
        let parts: Vec<&str> = bare.split('/').filter(|part| !part.is_empty()).collect();
        let from_text = description.trim().is_empty();
        let title = if title.trim().is_empty() { "Without a title" } else { title };
        Self {
            site: parts.first().map_or_else(String::new, |site| (*site).to_owned()),
            trail: parts.join(" › "),
            title: Cut::at(title, TITLE_SHOWN),
            card_title: Cut::at(title, CARD_TITLE_SHOWN),
            description: Cut::at(if from_text { text } else { description }, DESCRIPTION_SHOWN),
            from_text,
            image,
        }
    }
    /// Stands for the site's icon.
    pub(crate) fn initial(&self) -> String {
        self.site.chars().next().map_or_else(String::new, |first| first.to_uppercase().collect())
    }
    pub(crate) fn short(&self) -> bool {
        !self.from_text && (self.description.length as usize) < DESCRIPTION_SHORT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_cut_at_a_word_and_says_how_long_it_is() {
        let long = "How long do porcelain veneers last, and what shortens their life in practice?";
        let cut = Cut::at(long, TITLE_SHOWN);
        assert_eq!(cut.shown, "How long do porcelain veneers last, and what shortens…");
        assert_eq!((cut.length, cut.over), (77, true));
        assert_eq!(Cut::at("Short", TITLE_SHOWN).shown, "Short");
        // One word that never ends is cut in itself, and letters are counted, not bytes.
        assert_eq!(Cut::at(&"ü".repeat(80), 10).shown.chars().count(), 10);
    }

    #[test]
    fn a_result_without_an_excerpt_shows_the_beginning_of_the_text() {
        let frames = Frames::new("https://harbour.example/blog/veneers/", "Veneers", " ", "Ten years.", None);
        assert_eq!(
            (frames.site.as_str(), frames.trail.as_str()),
            ("harbour.example", "harbour.example › blog › veneers")
        );
        assert!(frames.from_text && !frames.short());
        let html = frames.render().unwrap();
        assert!(html.contains("Ten years.") && html.contains("7 of about 60"), "{html}");
    }
}

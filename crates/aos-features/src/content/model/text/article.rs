//! Articles.

use aos_capabilities::drafts::ArticleDraft;
use aos_kernel::{ContentHash, Error, Result};
use aos_storage::content_hash;
use serde::{Deserialize, Serialize};

use crate::content::model::LONGEST_TITLE;

/// The parts of an article that a version holds and a person may edit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ArticleText {
    pub title: String,
    pub slug: String,
    pub excerpt: String,
    pub markdown: String,
    pub categories: Vec<String>,
    pub tags: Vec<String>,
    /// Address of the featured image on the client's site.
    pub image: Option<String>,
}

impl ArticleText {
    /// Trimmed, with a slug that fits a URL.
    ///
    /// # Errors
    /// `Invalid` with the field.
    pub fn cleaned(mut self) -> Result<Self> {
        let tidy = |list: Vec<String>| -> Vec<String> {
            let mut seen = std::collections::BTreeSet::new();
            list.into_iter()
                .map(|s| s.trim().to_owned())
                .filter(|s| !s.is_empty() && seen.insert(s.to_lowercase()))
                .take(20)
                .collect()
        };
        self.title = self.title.split_whitespace().collect::<Vec<_>>().join(" ");
        if self.title.is_empty() || self.title.chars().count() > LONGEST_TITLE {
            return Err(Error::invalid("title", format!("Give a title of at most {LONGEST_TITLE} characters.")));
        }
        self.slug = slug(if self.slug.trim().is_empty() { &self.title } else { &self.slug });
        if self.slug.is_empty() {
            return Err(Error::invalid("slug", "The last part of the address needs letters or digits."));
        }
        self.excerpt = self.excerpt.trim().to_owned();
        self.markdown = self.markdown.replace("\r\n", "\n").trim().to_owned();
        if self.markdown.is_empty() {
            return Err(Error::invalid("markdown", "The article is empty."));
        }
        if self.markdown.len() > 500_000 {
            return Err(Error::invalid("markdown", "The article is longer than a site would take (500 KB)."));
        }
        self.categories = tidy(self.categories);
        self.tags = tidy(self.tags);
        self.image = self.image.map(|url| url.trim().to_owned()).filter(|url| !url.is_empty());
        Ok(self)
    }

    /// The fingerprint that an approval binds: everything that will be seen on the site.
    pub fn hash(&self) -> ContentHash {
        content_hash(&[
            &self.title,
            &self.slug,
            &self.excerpt,
            &self.markdown,
            &self.categories.join("\n"),
            &self.tags.join("\n"),
            self.image.as_deref().unwrap_or_default(),
        ])
    }
}

impl From<ArticleDraft> for ArticleText {
    fn from(draft: ArticleDraft) -> Self {
        Self {
            title: draft.title,
            slug: draft.slug,
            excerpt: draft.excerpt,
            markdown: draft.markdown,
            categories: draft.categories,
            tags: draft.tags,
            image: draft.image,
        }
    }
}

/// Lower-case letters and digits with dashes; letters of other alphabets stay, as sites take them.
pub fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        let plain = match c {
            'ä' | 'à' | 'á' | 'â' | 'ã' | 'å' => "a",
            'ö' | 'ò' | 'ó' | 'ô' | 'õ' | 'ø' => "o",
            'ü' | 'ù' | 'ú' | 'û' => "u",
            'è' | 'é' | 'ê' | 'ë' => "e",
            'ì' | 'í' | 'î' | 'ï' => "i",
            'ç' => "c",
            'ñ' => "n",
            'ß' => "ss",
            _ => "",
        };
        if !plain.is_empty() {
            slug.push_str(plain);
        } else if c.is_alphanumeric() {
            slug.push(c);
        } else if !"'’".contains(c) && !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    let cut = slug.char_indices().nth(80).map_or(slug.len(), |(at, _)| slug[..at].rfind('-').unwrap_or(at));
    slug[..cut].trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_fits_an_address_and_ends_at_a_word() {
        assert_eq!(slug("  How much does a Roof cost?  "), "how-much-does-a-roof-cost");
        assert_eq!(slug("Über uns – Größe & Maß"), "uber-uns-grosse-mass");
        assert_eq!(slug("What’s new"), "whats-new");
        let long = slug(&"word ".repeat(40));
        assert!(long.len() <= 80 && long.ends_with("word"), "{long}");
        assert_eq!(slug("!!!"), "");
    }

    #[test]
    fn what_a_reader_sees_changes_the_fingerprint_and_white_space_around_it_does_not() {
        let text = ArticleText { title: "A".into(), markdown: "Text".into(), ..ArticleText::default() };
        let clean = text.clone().cleaned().unwrap();
        assert_eq!(clean.hash(), ArticleText { markdown: " Text\n".into(), ..text.clone() }.cleaned().unwrap().hash());
        assert_ne!(clean.hash(), ArticleText { tags: vec!["x".into()], ..text }.cleaned().unwrap().hash());
    }
}

//! What a version says, by kind: everything that will be seen, and nothing else.

mod ads;
mod article;
mod mail;
mod post;

pub use ads::{AdCopyText, Limit};
pub use article::{ArticleText, slug};
pub use mail::{AudienceRef, CampaignText, OutreachText};
pub use post::{MediaRef, PostText};

use aos_kernel::{ContentHash, Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ItemKind;

/// The text of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ItemText {
    Article(ArticleText),
    Post(PostText),
    Campaign(CampaignText),
    Outreach(OutreachText),
    AdCopy(AdCopyText),
}

impl ItemText {
    /// The kind of item that has such a text.
    pub const fn kind(&self) -> ItemKind {
        match self {
            Self::Article(_) => ItemKind::BlogPost,
            Self::Post(_) => ItemKind::SocialPost,
            Self::Campaign(_) => ItemKind::EmailCampaign,
            Self::Outreach(_) => ItemKind::OutreachEmail,
            Self::AdCopy(_) => ItemKind::AdCopySet,
        }
    }
    /// Trimmed and complete.
    ///
    /// # Errors
    /// `Invalid` with the field.
    pub fn cleaned(self) -> Result<Self> {
        Ok(match self {
            Self::Article(text) => Self::Article(text.cleaned()?),
            Self::Post(text) => Self::Post(text.cleaned()?),
            Self::Campaign(text) => Self::Campaign(text.cleaned()?),
            Self::Outreach(text) => Self::Outreach(text.cleaned()?),
            Self::AdCopy(text) => Self::AdCopy(text.cleaned()?),
        })
    }
    /// What it calls itself; none for a kind that has no title of its own.
    pub fn title(&self) -> Option<&str> {
        match self {
            Self::Article(text) => Some(&text.title),
            Self::Campaign(text) => Some(&text.subject),
            Self::Outreach(_) | Self::Post(_) | Self::AdCopy(_) => None,
        }
    }
    /// One or two sentences for lists.
    pub fn excerpt(&self) -> &str {
        match self {
            Self::Article(text) => &text.excerpt,
            Self::Campaign(text) => &text.preview,
            Self::Outreach(text) => &text.subject,
            Self::Post(_) | Self::AdCopy(_) => "",
        }
    }
    /// Its words as Markdown, for reading, searching and comparing.
    pub fn markdown(&self) -> String {
        match self {
            Self::Article(text) => text.markdown.clone(),
            Self::Post(text) => text.markdown(),
            Self::Campaign(text) => text.markdown.clone(),
            Self::Outreach(text) => text.body.clone(),
            Self::AdCopy(text) => text.markdown(),
        }
    }
    /// The fingerprint that an approval binds: everything that will be seen.
    pub fn hash(&self) -> ContentHash {
        match self {
            Self::Article(text) => text.hash(),
            Self::Post(text) => text.hash(),
            Self::Campaign(text) => text.hash(),
            Self::Outreach(text) => text.hash(),
            Self::AdCopy(text) => text.hash(),
        }
    }
    pub fn word_count(&self) -> i64 {
        i64::try_from(crate::markdown::word_count(&self.markdown())).unwrap_or(i64::MAX)
    }
    /// What is kept beside the columns of an article.
    ///
    /// # Errors
    /// `Internal`.
    pub fn parts(&self) -> Result<Option<Value>> {
        match self {
            Self::Article(_) => Ok(None),
            other => serde_json::to_value(other).map(Some).map_err(Error::internal),
        }
    }

    pub const fn article(&self) -> Option<&ArticleText> {
        if let Self::Article(text) = self { Some(text) } else { None }
    }
    pub const fn post(&self) -> Option<&PostText> {
        if let Self::Post(text) = self { Some(text) } else { None }
    }
    pub const fn campaign(&self) -> Option<&CampaignText> {
        if let Self::Campaign(text) = self { Some(text) } else { None }
    }
    pub const fn outreach(&self) -> Option<&OutreachText> {
        if let Self::Outreach(text) = self { Some(text) } else { None }
    }
    pub const fn ad_copy(&self) -> Option<&AdCopyText> {
        if let Self::AdCopy(text) = self { Some(text) } else { None }
    }
}

impl From<ArticleText> for ItemText {
    fn from(text: ArticleText) -> Self {
        Self::Article(text)
    }
}
impl From<PostText> for ItemText {
    fn from(text: PostText) -> Self {
        Self::Post(text)
    }
}
impl From<CampaignText> for ItemText {
    fn from(text: CampaignText) -> Self {
        Self::Campaign(text)
    }
}
impl From<OutreachText> for ItemText {
    fn from(text: OutreachText) -> Self {
        Self::Outreach(text)
    }
}
impl From<AdCopyText> for ItemText {
    fn from(text: AdCopyText) -> Self {
        Self::AdCopy(text)
    }
}

/// Lines of one kind, without those that are empty.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

fn some(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<ItemText> {
        vec![
            ArticleText { title: "A".into(), markdown: "Text".into(), ..ArticleText::default() }.into(),
            PostText {
                text: "Look".into(),
                link: Some("https://a.test/".into()),
                media: vec![MediaRef { media: "https://a.test/a.jpg".into(), alt: "A roof".into() }],
                ..PostText::default()
            }
            .into(),
            CampaignText { subject: "S".into(), markdown: "Text".into(), ..CampaignText::default() }.into(),
            OutreachText { site: "b.test".into(), subject: "S".into(), body: "Text".into(), ..OutreachText::default() }
                .into(),
            AdCopyText {
                headlines: vec!["One".into(), "Two".into(), "Three".into()],
                descriptions: vec!["A".into(), "B".into()],
                final_url: "https://a.test/".into(),
                ..AdCopyText::default()
            }
            .into(),
        ]
    }

    #[test]
    fn every_kind_comes_back_from_its_parts_with_the_same_fingerprint() {
        for text in all() {
            let clean = text.cleaned().unwrap();
            assert!(!clean.markdown().is_empty());
            if let Some(parts) = clean.parts().unwrap() {
                let again: ItemText = serde_json::from_value(parts).unwrap();
                assert_eq!((again.hash(), &again), (clean.hash(), &clean));
            }
        }
    }

    #[test]
    fn whatever_is_seen_changes_the_fingerprint() {
        let kinds = all();
        let mut hashes: Vec<_> = kinds.iter().map(ItemText::hash).collect();
        let (Some(post), Some(campaign)) = (kinds[1].post(), kinds[2].campaign()) else { panic!("another order") };
        let other_alt = MediaRef { media: "https://a.test/a.jpg".into(), alt: "Another".into() };
        hashes.push(ItemText::from(PostText { media: vec![other_alt], ..post.clone() }).hash());
        hashes.push(ItemText::from(PostText { title: Some("T".into()), ..post.clone() }).hash());
        let audience = AudienceRef { id: "1".into(), name: "All".into() };
        hashes.push(ItemText::from(CampaignText { audience, ..campaign.clone() }).hash());
        hashes.push(ItemText::from(CampaignText { preview: "P".into(), ..campaign.clone() }).hash());
        let count = hashes.len();
        hashes.sort_by_key(ToString::to_string);
        hashes.dedup();
        assert_eq!(hashes.len(), count);
    }

    #[test]
    fn a_text_that_says_nothing_is_refused_by_field() {
        for (text, field) in [
            (ItemText::from(PostText::default()), "text"),
            (CampaignText { markdown: "x".into(), ..CampaignText::default() }.into(), "subject"),
            (OutreachText { site: "b.test".into(), subject: "S".into(), ..OutreachText::default() }.into(), "body"),
            (AdCopyText::default().into(), "final_url"),
        ] {
            assert_eq!(text.cleaned().unwrap_err().field(), Some(field));
        }
    }
}

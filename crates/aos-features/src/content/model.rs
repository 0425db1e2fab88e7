//! Requests, items, versions and publications. Pure.

use aos_capabilities::{
    drafts::{ArticleDraft, Gap, TopicDraft},
    publish::PublishMode,
};
use aos_kernel::{
    Actor, ChannelId, ContentHash, ContentItemId, ContentVersionId, Error, PeriodId, PublicationId, RequestId, Result,
    Timestamp,
};
use aos_storage::{content_hash, from_row};
use serde::{Deserialize, Serialize};

aos_kernel::text_enum! {
    pub enum RequestKind { Blog = "blog" }
}

aos_kernel::text_enum! {
    /// Where a request stands (P3).
    pub enum RequestState {
        Draft = "draft", PendingApproval = "pending_approval", Approved = "approved", InProgress = "in_progress",
        Completed = "completed", Rejected = "rejected", Closed = "closed",
    }
}

aos_kernel::text_enum! {
    #[derive(Default)]
    pub enum Priority { Low = "low", #[default] Normal = "normal", High = "high" }
}

aos_kernel::text_enum! {
    pub enum ItemKind { BlogPost = "blog_post" }
}

aos_kernel::text_enum! {
    /// Where a content item stands (P3).
    pub enum ItemState {
        Draft = "draft", Writing = "writing", Review = "review", Approved = "approved", Scheduled = "scheduled",
        Published = "published", Failed = "failed",
    }
}

aos_kernel::text_enum! {
    /// Where a publication stands.
    pub enum PublicationState {
        /// Written down; at most one attempt may be under way.
        Intended = "intended",
        /// An attempt was made and nobody knows whether it worked: it is looked up before anything is repeated.
        Unconfirmed = "unconfirmed",
        /// It stands on the site as a draft or is scheduled there.
        OnSite = "on_site",
        Live = "live",
        Failed = "failed",
    }
}

/// The approved-before-made brief of one piece of work.
#[derive(Clone, Debug, Serialize)]
pub struct Request {
    pub id: RequestId,
    pub kind: RequestKind,
    pub state: RequestState,
    pub title: String,
    pub brief: String,
    /// The main one first.
    pub keywords: Vec<String>,
    pub search_intent: String,
    pub audience: String,
    pub outline: Vec<String>,
    /// Addresses of the client's pages that carry the facts.
    pub sources: Vec<String>,
    pub notes: String,
    pub priority: Priority,
    /// The month that it counts for; none for an ad-hoc request.
    pub period_id: Option<PeriodId>,
    /// When it should be published. Not part of what is approved: the same brief on another day is the same brief.
    pub planned_at: Option<Timestamp>,
    pub version: i64,
    pub hash: ContentHash,
    /// Proposed without a model.
    pub offline: bool,
    pub made_by: Actor,
    /// The notes of the last rejection.
    pub rejection: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}
from_row!(Request {
    id, parse kind, parse state, title, brief, json keywords, search_intent, audience, json outline, json sources, notes,
    parse priority, period_id, planned_at, version, hash, offline, made_by, rejection, created_at, updated_at
});

impl Request {
    /// Whether it is still a brief: nothing was made of it.
    pub const fn is_open(&self) -> bool {
        matches!(self.state, RequestState::Draft | RequestState::PendingApproval | RequestState::Rejected)
    }
    /// The brief as the copywriter gets it.
    pub fn topic(&self) -> TopicDraft {
        TopicDraft {
            title: self.title.clone(),
            brief: self.brief.clone(),
            keywords: self.keywords.clone(),
            search_intent: self.search_intent.clone(),
            audience: self.audience.clone(),
            outline: self.outline.clone(),
            sources: self.sources.clone(),
            notes: self.notes.clone(),
        }
    }
}

/// What a person or an agent gives for a request.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NewRequest {
    pub title: String,
    pub brief: String,
    pub keywords: Vec<String>,
    pub search_intent: String,
    pub audience: String,
    pub outline: Vec<String>,
    pub sources: Vec<String>,
    pub notes: String,
    pub priority: Priority,
}

const SEARCH_INTENTS: [&str; 4] = ["informational", "commercial", "transactional", "navigational"];
const LONGEST_TITLE: usize = 200;
const LONGEST_TEXT: usize = 10_000;

impl From<TopicDraft> for NewRequest {
    fn from(topic: TopicDraft) -> Self {
        Self {
            title: topic.title,
            brief: topic.brief,
            keywords: topic.keywords,
            search_intent: topic.search_intent,
            audience: topic.audience,
            outline: topic.outline,
            sources: topic.sources,
            notes: topic.notes,
            priority: Priority::Normal,
        }
    }
}

impl NewRequest {
    /// Trimmed, without empty entries, with a search intent that is one.
    ///
    /// # Errors
    /// `Invalid` with the field.
    pub fn cleaned(mut self) -> Result<Self> {
        let tidy = |list: Vec<String>| -> Vec<String> {
            list.into_iter().map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()).take(40).collect()
        };
        self.title = self.title.split_whitespace().collect::<Vec<_>>().join(" ");
        self.brief = self.brief.trim().to_owned();
        self.keywords = tidy(self.keywords);
        self.outline = tidy(self.outline);
        self.sources = tidy(self.sources);
        if self.search_intent.trim().is_empty() {
            SEARCH_INTENTS[0].clone_into(&mut self.search_intent);
        }
        if self.title.is_empty() || self.title.chars().count() > LONGEST_TITLE {
            return Err(Error::invalid("title", format!("Give a title of at most {LONGEST_TITLE} characters.")));
        }
        if self.brief.is_empty() {
            return Err(Error::invalid("brief", "Say in a sentence or two what the post should tell, and whom."));
        }
        for (field, text) in [("brief", &self.brief), ("notes", &self.notes), ("audience", &self.audience)] {
            if text.chars().count() > LONGEST_TEXT {
                return Err(Error::invalid(field, format!("At most {LONGEST_TEXT} characters.")));
            }
        }
        if !SEARCH_INTENTS.contains(&self.search_intent.as_str()) {
            return Err(Error::invalid("search_intent", format!("Choose one of: {}.", SEARCH_INTENTS.join(", "))));
        }
        Ok(self)
    }

    /// The fingerprint that an approval binds.
    pub fn hash(&self) -> ContentHash {
        content_hash(&[
            &self.title,
            &self.brief,
            &self.keywords.join("\n"),
            &self.search_intent,
            &self.audience,
            &self.outline.join("\n"),
            &self.sources.join("\n"),
            &self.notes,
        ])
    }
}

/// What a request became.
#[derive(Clone, Debug, Serialize)]
pub struct ContentItem {
    pub id: ContentItemId,
    pub request_id: RequestId,
    pub kind: ItemKind,
    pub state: ItemState,
    pub title: String,
    pub period_id: Option<PeriodId>,
    /// 0 while nothing was written.
    pub current_version: i64,
    pub approved_version: Option<i64>,
    pub publish_mode: PublishMode,
    /// A person had it published without the image that its approved version names.
    pub without_image: bool,
    pub published_url: Option<String>,
    pub published_at: Option<Timestamp>,
    /// Why it failed, in words for a person, and what to do.
    pub problem: Option<String>,
    pub problem_help: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}
from_row!(ContentItem {
    id, request_id, parse kind, parse state, title, period_id, current_version, approved_version, json publish_mode,
    without_image, published_url, published_at, problem, problem_help, created_at, updated_at
});

impl ContentItem {
    /// The moment that it is planned or scheduled for.
    pub const fn planned_at(&self) -> Option<Timestamp> {
        match self.publish_mode {
            PublishMode::At(at) => Some(at),
            PublishMode::Now | PublishMode::Draft => None,
        }
    }
}

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

    pub fn word_count(&self) -> i64 {
        i64::try_from(crate::markdown::word_count(&self.markdown)).unwrap_or(i64::MAX)
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

/// One version of an item.
#[derive(Clone, Debug, Serialize)]
pub struct ContentVersion {
    pub id: ContentVersionId,
    pub version: i64,
    #[serde(flatten)]
    pub text: ArticleText,
    pub sources: Vec<String>,
    pub gaps: Vec<Gap>,
    pub word_count: i64,
    pub hash: ContentHash,
    pub offline: bool,
    pub author: Actor,
    pub note: Option<String>,
    pub created_at: Timestamp,
}

impl aos_storage::FromRow for ContentVersion {
    fn from_row(row: &aos_storage::Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            version: row.get("version")?,
            text: ArticleText {
                title: row.get("title")?,
                slug: row.get("slug")?,
                excerpt: row.get("excerpt")?,
                markdown: row.get("markdown")?,
                categories: row.json("categories")?,
                tags: row.json("tags")?,
                image: row.get("image")?,
            },
            sources: row.json("sources")?,
            gaps: row.json("gaps")?,
            word_count: row.get("word_count")?,
            hash: row.get("hash")?,
            offline: row.get("offline")?,
            author: row.get("author")?,
            note: row.get("note")?,
            created_at: row.get("created_at")?,
        })
    }
}

/// One item on one channel.
#[derive(Clone, Debug, Serialize)]
pub struct Publication {
    pub id: PublicationId,
    pub item_id: ContentItemId,
    pub channel_id: ChannelId,
    pub version: i64,
    pub hash: ContentHash,
    pub state: PublicationState,
    /// The platform's id.
    pub platform_id: Option<String>,
    pub url: Option<String>,
    /// What the platform changed or left out.
    pub notes: Vec<String>,
    pub problem: Option<String>,
    /// What of the post the platform refused, when it said so: `image`.
    pub refused_part: Option<String>,
    /// For when the platform has it scheduled.
    pub standing_at: Option<Timestamp>,
    pub attempts: i64,
    pub updated_at: Timestamp,
}
from_row!(Publication {
    id, item_id, channel_id, version, hash, parse state, platform_id, url, json notes, problem, refused_part, standing_at,
    attempts, updated_at
});

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

    #[test]
    fn a_request_without_a_brief_is_refused_by_field() {
        let bad = NewRequest { title: "Roofs".into(), ..NewRequest::default() };
        assert_eq!(bad.cleaned().unwrap_err().field(), Some("brief"));
    }
}

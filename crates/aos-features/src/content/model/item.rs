//! What a request became, its versions, and where it was published.

use aos_capabilities::{drafts::Gap, publish::PublishMode};
use aos_kernel::{
    Actor, ChannelId, ContentHash, ContentItemId, ContentVersionId, PeriodId, PublicationId, RequestId, Result,
    Timestamp,
};
use aos_storage::from_row;
use serde::Serialize;

use super::{ArticleText, ItemKind, ItemState, ItemText, PublicationState};

/// What a request became.
#[derive(Clone, Debug, Serialize)]
pub struct ContentItem {
    pub id: ContentItemId,
    pub request_id: RequestId,
    pub kind: ItemKind,
    pub state: ItemState,
    pub title: String,
    pub period_id: Option<PeriodId>,
    /// The one that it is made for; none where any of its kind will do, or where a person sends it.
    pub channel_id: Option<ChannelId>,
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
    id, request_id, parse kind, parse state, title, period_id, channel_id, current_version, approved_version, json publish_mode,
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

/// One version of an item.
#[derive(Clone, Debug, Serialize)]
pub struct ContentVersion {
    pub id: ContentVersionId,
    pub version: i64,
    /// What it is called in lists: its own title, or its request's where the kind has none.
    pub title: String,
    /// Its words as Markdown, whatever the kind: for reading, searching and comparing.
    pub markdown: String,
    pub text: ItemText,
    pub sources: Vec<String>,
    pub gaps: Vec<Gap>,
    pub word_count: i64,
    pub hash: ContentHash,
    pub offline: bool,
    pub author: Actor,
    pub note: Option<String>,
    pub created_at: Timestamp,
}

impl ContentVersion {
    /// Its words in the form of an article, whatever the kind: for pages that show, and for comments.
    pub fn as_article(&self) -> ArticleText {
        self.text.article().cloned().unwrap_or_else(|| ArticleText {
            title: self.title.clone(),
            excerpt: self.text.excerpt().to_owned(),
            markdown: self.markdown.clone(),
            ..ArticleText::default()
        })
    }
}

impl aos_storage::FromRow for ContentVersion {
    fn from_row(row: &aos_storage::Row) -> Result<Self> {
        let (title, markdown): (String, String) = (row.get("title")?, row.get("markdown")?);
        let parts: Option<serde_json::Value> = row.get("parts")?;
        let text = match parts {
            Some(parts) => serde_json::from_value(parts).map_err(aos_kernel::Error::storage)?,
            None => ItemText::Article(ArticleText {
                title: title.clone(),
                slug: row.get("slug")?,
                excerpt: row.get("excerpt")?,
                markdown: markdown.clone(),
                categories: row.json("categories")?,
                tags: row.json("tags")?,
                image: row.get("image")?,
            }),
        };
        Ok(Self {
            id: row.get("id")?,
            version: row.get("version")?,
            title,
            markdown,
            text,
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
    /// None for what a person sent or handed over.
    pub channel_id: Option<ChannelId>,
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
    pub first_attempt_at: Option<Timestamp>,
    pub last_attempt_at: Option<Timestamp>,
    /// How often the work had been begun when the last attempt was made.
    pub work_attempt: Option<i64>,
    /// The platform took no more from the account before this moment.
    pub not_before: Option<Timestamp>,
    pub updated_at: Timestamp,
}
from_row!(Publication {
    id, item_id, channel_id, version, hash, parse state, platform_id, url, json notes, problem, refused_part, standing_at,
    attempts, first_attempt_at, last_attempt_at, work_attempt, not_before, updated_at
});

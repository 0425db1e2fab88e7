//! Publishing an article on a content platform, once.

use aos_kernel::{ContentItemId, Timestamp};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{Account, PlatformError};

/// An article, ready to be shown as it is.
#[derive(Clone, Debug)]
pub struct Article {
    /// Which item this is: carried invisibly in what is published, so that it can be found again.
    pub item: ContentItemId,
    pub title: String,
    /// Wish for the last part of the URL; the platform may change it.
    pub slug: String,
    pub excerpt: String,
    /// Clean HTML: sanitised, no scripts, headings from `h2` down.
    pub html: String,
    /// Names; made on the platform where they do not exist.
    pub categories: Vec<String>,
    pub tags: Vec<String>,
    pub image: Option<ArticleImage>,
    pub mode: PublishMode,
}

/// The featured image.
#[derive(Clone, Debug)]
pub struct ArticleImage {
    pub file_name: String,
    pub content_type: String,
    pub bytes: Bytes,
    pub alt: String,
}

/// What is to become of the article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublishMode {
    Draft,
    Now,
    At(Timestamp),
}

/// What stands on the platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// The platform's id.
    pub id: String,
    /// Where readers find it; for a draft, where editors do.
    pub url: Url,
    pub state: PublishedState,
    /// What the platform changed or left out without an error ("category News could not be set").
    pub notes: Vec<String>,
}

/// How it stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublishedState {
    Draft,
    Scheduled(Timestamp),
    Live,
    /// In the bin: not visible, not gone.
    Trashed,
}

/// Publishing articles.
#[async_trait::async_trait]
pub trait Publish: Send + Sync {
    /// Looks for a limit of the platform that the article breaks, without a request.
    ///
    /// # Errors
    /// `Invalid` with the field, in words for a person.
    fn validate(&self, article: &Article) -> Result<(), PlatformError>;
    /// Whether the platform itself publishes at a moment to come. If not, the caller keeps the article until then.
    fn schedules(&self) -> bool;
    /// Makes one attempt. The caller has recorded its intent before and looks with [`Publish::find`] when the outcome
    /// is unknown; it never calls this twice for one item without looking.
    ///
    /// # Errors
    /// With `outcome_unknown` when the article may stand there all the same.
    async fn publish(&self, account: &Account, article: &Article) -> Result<Published, PlatformError>;
    /// Looks for an item that an earlier attempt may have made.
    ///
    /// # Errors
    /// Only when it could not look; "not there" is `Ok(None)`.
    async fn find(
        &self,
        account: &Account,
        item: ContentItemId,
        slug: &str,
    ) -> Result<Option<Published>, PlatformError>;
    /// Brings an item that stands there to this text and mode.
    ///
    /// # Errors
    /// `NotFound` when somebody deleted it on the platform.
    async fn update(&self, account: &Account, id: &str, article: &Article) -> Result<Published, PlatformError>;
    /// How an item stands now; `None` when it is gone.
    ///
    /// # Errors
    /// Only when it could not look.
    async fn read(&self, account: &Account, id: &str) -> Result<Option<Published>, PlatformError>;
}

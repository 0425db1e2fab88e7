//! What a channel's score is computed from: figures that the platform gave, with the moment at which it gave them.

use aos_kernel::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Account, PlatformError};

/// What was read of an account. What the platform did not give is `None` or empty and named in `missing`: a figure is
/// never made up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Evidence {
    pub taken_at: Option<Timestamp>,
    /// The parts of a profile, filled or not: "logo", "description", "opening hours".
    pub profile: Vec<ProfilePart>,
    pub followers: Option<u64>,
    /// In the last 30 days; may be negative.
    pub followers_gained: Option<i64>,
    /// Of the last 90 days, the newest first, at most 100.
    pub posts: Vec<PostFigures>,
    /// Of the last 12 months, the newest first, at most 200.
    pub articles: Vec<ArticleFigures>,
    pub reviews: Option<ReviewFigures>,
    /// Comments or messages that people left in the last 90 days, and how many were answered.
    pub responses: Option<Responses>,
    /// Of the last 12 months, the newest first, at most 50.
    pub campaigns: Vec<CampaignFigures>,
    /// People in all audiences together.
    pub subscribers: Option<u64>,
    /// What could not be read and why, for a person.
    pub missing: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfilePart {
    pub part: String,
    pub filled: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostFigures {
    pub id: String,
    pub url: Option<String>,
    pub published_at: Timestamp,
    /// `text`, `image`, `video`, `document`, `link`, `carousel`, `story`, `offer`, `event`.
    pub kind: String,
    pub characters: u32,
    pub hashtags: u32,
    pub impressions: Option<u64>,
    /// Reactions, comments, shares and clicks, as far as the platform tells them.
    pub engagements: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArticleFigures {
    pub url: String,
    pub published_at: Timestamp,
    pub updated_at: Timestamp,
    pub words: u32,
    pub internal_links: u32,
    /// A description for search engines is there.
    pub excerpt: bool,
    pub image: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReviewFigures {
    pub count: u64,
    /// 1 to 5.
    pub average: Option<f64>,
    /// Of the newest 50.
    pub unanswered: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Responses {
    pub asked: u64,
    pub answered: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignFigures {
    pub id: String,
    pub sent_at: Timestamp,
    pub recipients: u64,
    pub opens: u64,
    pub clicks: u64,
    pub unsubscribes: u64,
}

/// Reading what a score needs.
#[async_trait::async_trait]
pub trait Inspect: Send + Sync {
    /// # Errors
    /// Only when nothing could be read; a part that is refused is named in [`Evidence::missing`].
    async fn inspect(&self, account: &Account) -> Result<Evidence, PlatformError>;
}

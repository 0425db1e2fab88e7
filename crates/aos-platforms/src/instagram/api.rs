//! What travels over the wire, as far as it is used. Source: contract `meta.md`, section 6, and Meta's published field
//! lists of Instagram's accounts and media.

use aos_capabilities::Account;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::meta::{self, api::GraphId, pages::Granted};

/// What connecting learned: kept with the channel and given back with every account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settings {
    pub ig_id: String,
    /// The page that it is reached through.
    #[serde(default)]
    pub page_id: String,
    #[serde(default)]
    pub username: Option<String>,
    #[serde(flatten)]
    pub granted: Granted,
}

impl Settings {
    /// None where the settings name no account that can stand in an address.
    pub fn of(account: &Account) -> Option<Self> {
        Self::deserialize(&account.settings).ok().filter(|settings| meta::is_id(&settings.ig_id))
    }
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Profile {
    #[serde(default)]
    pub username: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub biography: Option<String>,
    #[serde(default)]
    pub website: Option<String>,
    #[serde(default)]
    pub profile_picture_url: Option<String>,
    #[serde(default)]
    pub followers_count: Option<u64>,
}

impl Profile {
    pub const CHECKED: &str = "id,username,name,followers_count";
    pub const WHOLE: &str = "id,username,name,biography,website,profile_picture_url,followers_count,media_count";
}

/// `GET {container}`.
#[derive(Debug, Deserialize)]
pub(super) struct Container {
    /// `IN_PROGRESS`, `FINISHED`, `ERROR`, `EXPIRED`, `PUBLISHED`.
    #[serde(default)]
    pub status_code: String,
    /// Words around the subcode of the refusal.
    #[serde(default)]
    pub status: Option<String>,
}

impl Container {
    pub const FIELDS: &str = "status_code,status";
}

/// `GET {account}/content_publishing_limit`.
#[derive(Debug, Deserialize)]
pub(super) struct Quota {
    #[serde(default)]
    pub quota_usage: Option<u64>,
    #[serde(default)]
    pub config: Option<QuotaConfig>,
}

#[derive(Debug, Deserialize)]
pub(super) struct QuotaConfig {
    #[serde(default)]
    pub quota_total: Option<u64>,
    /// Seconds.
    #[serde(default)]
    pub quota_duration: Option<u64>,
}

/// A post.
#[derive(Debug, Deserialize)]
pub(super) struct Media {
    pub id: GraphId,
    #[serde(default)]
    pub caption: Option<String>,
    #[serde(default)]
    pub permalink: Option<String>,
    #[serde(default)]
    pub timestamp: Value,
    /// `IMAGE`, `VIDEO`, `CAROUSEL_ALBUM`.
    #[serde(default)]
    pub media_type: Option<String>,
    #[serde(default)]
    pub like_count: Option<u64>,
    #[serde(default)]
    pub comments_count: Option<u64>,
}

impl Media {
    pub const STANDING: &str = "id,caption,permalink,media_type,timestamp";
    pub const COUNTED: &str = "id,caption,permalink,media_type,timestamp,like_count,comments_count";
}

//! What travels over the wire, as far as it is used. Source: contract `social.md`, 1.2 to 1.7.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A part of a list. The elements have to be there: an answer without them is no empty list.
#[derive(Debug, Deserialize)]
pub(super) struct Page<T> {
    pub elements: Vec<T>,
    pub paging: Option<Paging>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Paging {
    #[serde(default)]
    pub start: usize,
    /// What LinkedIn gives at most, which may be less than what was asked for.
    pub count: Option<usize>,
    pub total: Option<usize>,
}

impl<T> Page<T> {
    /// A short page ends the list.
    pub fn is_last(&self, asked: usize) -> bool {
        let got = self.elements.len();
        let Some(paging) = &self.paging else { return got < asked };
        got == 0
            || paging.total.is_some_and(|total| paging.start + got >= total)
            || got < paging.count.unwrap_or(asked).min(asked)
    }
}

/// A role of the member on a page.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Acl {
    #[serde(default)]
    pub role: String,
    organization: Option<String>,
    /// The name of the field in older versions.
    organization_target: Option<String>,
    #[serde(default)]
    pub state: String,
}

impl Acl {
    /// The page's URN.
    pub fn page(&self) -> Option<&str> {
        self.organization.as_deref().or(self.organization_target.as_deref())
    }
}

/// A page. Parts that nobody filled are absent.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Organization {
    pub localized_name: String,
    pub vanity_name: String,
    pub localized_website: String,
    pub localized_description: String,
    pub logo_v2: Value,
    pub cover_photo_v2: Value,
}

/// Several pages by their numbers.
#[derive(Debug, Deserialize)]
pub(super) struct Lookup {
    pub results: BTreeMap<String, Organization>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NetworkSize {
    pub first_degree_size: u64,
}

/// Where a file goes.
#[derive(Debug, Deserialize)]
pub(super) struct Initialized {
    pub value: UploadPlace,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UploadPlace {
    pub upload_url: String,
    /// The URN under which a post names it; the member carries the kind's name.
    #[serde(alias = "document")]
    pub image: String,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct MediaState {
    #[serde(default)]
    pub status: String,
}

/// A post as it is sent.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewPost {
    pub author: String,
    pub commentary: String,
    pub visibility: &'static str,
    pub distribution: Distribution,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
    pub lifecycle_state: &'static str,
    pub is_reshare_disabled_by_author: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Distribution {
    pub feed_distribution: &'static str,
    pub target_entities: [&'static str; 0],
    pub third_party_distribution_channels: [&'static str; 0],
}

/// One of these.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Content {
    Media(Media),
    MultiImage { images: Vec<Media> },
    Article { source: String, title: String },
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Media {
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alt_text: Option<String>,
}

/// A post as it stands. Times in milliseconds.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Post {
    pub id: String,
    #[serde(default)]
    pub commentary: String,
    #[serde(default)]
    pub lifecycle_state: String,
    pub published_at: Option<i64>,
    pub created_at: Option<i64>,
    pub last_modified_at: Option<i64>,
    #[serde(default)]
    pub content: Value,
}

/// Figures of one post.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShareStatistics {
    share: Option<String>,
    ugc_post: Option<String>,
    pub total_share_statistics: Totals,
}

impl ShareStatistics {
    pub fn post(&self) -> Option<&str> {
        self.share.as_deref().or(self.ugc_post.as_deref())
    }
}

/// Counts may fall below zero when a reaction is taken back.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Totals {
    pub impression_count: i64,
    pub click_count: i64,
    pub like_count: i64,
    pub comment_count: i64,
    pub share_count: i64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FollowerStatistics {
    pub follower_gains: FollowerGains,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct FollowerGains {
    pub organic_follower_gain: i64,
    pub paid_follower_gain: i64,
}

/// An error in LinkedIn's shape.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ErrorBody {
    pub message: String,
    pub code: Option<String>,
    pub service_error_code: Option<i64>,
}

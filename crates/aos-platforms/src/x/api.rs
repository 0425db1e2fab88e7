//! What travels over the wire, as far as it is used. Source: contract `social.md`, 2.2 to 2.4.

use aos_kernel::Timestamp;
use serde::{Deserialize, Serialize};

/// An answer. With a good status it may still hold problems, beside the data or instead of it.
#[derive(Debug, Deserialize)]
pub(super) struct Answer<T> {
    pub data: Option<T>,
    #[serde(default)]
    pub errors: Vec<Problem>,
    pub meta: Option<Meta>,
}

/// Of a list. It is there also when the list is empty and `data` is not.
#[derive(Debug, Deserialize)]
pub(super) struct Meta {
    pub next_token: Option<String>,
}

/// `application/problem+json`, or one of the problems in an answer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Problem {
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub detail: String,
    /// In a list of problems.
    pub message: String,
    pub errors: Vec<Cause>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Cause {
    pub message: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct User {
    pub id: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub username: String,
    pub profile_image_url: Option<String>,
    pub description: Option<String>,
    pub location: Option<String>,
    pub url: Option<String>,
    pub public_metrics: Option<UserMetrics>,
}

#[derive(Debug, Deserialize)]
pub(super) struct UserMetrics {
    pub followers_count: Option<u64>,
}

/// A post as it is sent.
#[derive(Debug, Serialize)]
pub(super) struct NewPost {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media: Option<NewMedia>,
}

#[derive(Debug, Serialize)]
pub(super) struct NewMedia {
    pub media_ids: Vec<String>,
}

/// A post as it stands.
#[derive(Debug, Deserialize)]
pub(super) struct Post {
    pub id: String,
    /// With `&amp;` for `&`, and short addresses for all addresses.
    #[serde(default)]
    pub text: String,
    pub created_at: Option<Timestamp>,
    #[serde(default)]
    pub entities: Entities,
    #[serde(default)]
    pub attachments: Attachments,
    pub public_metrics: Option<PostMetrics>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Entities {
    pub urls: Vec<Address>,
}

/// A short address and what it stands for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Address {
    pub url: String,
    pub expanded_url: Option<String>,
    /// It stands for a picture of the post itself.
    pub media_key: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Attachments {
    pub media_keys: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PostMetrics {
    pub impression_count: Option<u64>,
    pub like_count: Option<u64>,
    pub reply_count: Option<u64>,
    pub retweet_count: Option<u64>,
    pub quote_count: Option<u64>,
    pub bookmark_count: Option<u64>,
}

/// What creating answers.
#[derive(Debug, Deserialize)]
pub(super) struct Created {
    pub id: String,
}

/// A file at X.
#[derive(Debug, Deserialize)]
pub(super) struct Media {
    pub id: String,
    pub processing_info: Option<Processing>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Processing {
    #[serde(default)]
    pub state: String,
    pub check_after_secs: Option<u64>,
}

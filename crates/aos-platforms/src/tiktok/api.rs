//! What travels over the wire, as far as it is used. Source: contract `social.md`, 3.2 and 3.3.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Every answer.
#[derive(Debug, Deserialize)]
pub(super) struct Envelope {
    #[serde(default)]
    pub data: Value,
    pub error: ErrorBody,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ErrorBody {
    /// "ok" for a good answer.
    pub code: String,
    pub message: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct User {
    #[serde(default)]
    pub open_id: String,
    #[serde(default)]
    pub display_name: String,
    pub avatar_url: Option<String>,
    pub bio_description: Option<String>,
    pub follower_count: Option<u64>,
}

impl User {
    /// What the scope `user.info.basic` gives.
    pub const BASIC: &str = "open_id,display_name,avatar_url";
    pub const PROFILE: &str = "open_id,bio_description";
    pub const STATS: &str = "open_id,follower_count";
}

/// What the account lets an application do at this moment.
#[derive(Debug, Deserialize)]
pub(super) struct CreatorInfo {
    #[serde(default)]
    pub creator_username: String,
    #[serde(default)]
    pub creator_nickname: String,
    /// Without it nothing can be published, so an answer without it is none.
    pub privacy_level_options: Vec<String>,
    #[serde(default)]
    pub comment_disabled: bool,
    #[serde(default)]
    pub duet_disabled: bool,
    #[serde(default)]
    pub stitch_disabled: bool,
}

/// A video as it is announced.
#[derive(Debug, Serialize)]
pub(super) struct NewVideo {
    pub post_info: VideoInfo,
    pub source_info: FileSource,
}

#[derive(Debug, Serialize)]
pub(super) struct VideoInfo {
    pub title: String,
    pub privacy_level: String,
    pub disable_duet: bool,
    pub disable_comment: bool,
    pub disable_stitch: bool,
    pub brand_content_toggle: bool,
    pub brand_organic_toggle: bool,
    pub is_aigc: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct FileSource {
    pub source: &'static str,
    pub video_size: usize,
    pub chunk_size: usize,
    pub total_chunk_count: usize,
}

/// Photos as they are published.
#[derive(Debug, Serialize)]
pub(super) struct NewPhotos {
    pub media_type: &'static str,
    pub post_mode: &'static str,
    pub post_info: PhotoInfo,
    pub source_info: PhotoSource,
}

#[derive(Debug, Serialize)]
pub(super) struct PhotoInfo {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    pub description: String,
    pub privacy_level: String,
    pub disable_comment: bool,
    pub auto_add_music: bool,
    pub brand_content_toggle: bool,
    pub brand_organic_toggle: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct PhotoSource {
    pub source: &'static str,
    pub photo_images: Vec<String>,
    pub photo_cover_index: usize,
}

/// What announcing answers.
#[derive(Debug, Deserialize)]
pub(super) struct Announced {
    pub publish_id: String,
    /// Of a video that is sent.
    pub upload_url: Option<String>,
}

/// How a post stands that was announced.
#[derive(Debug, Deserialize)]
pub(super) struct Status {
    pub status: String,
    pub fail_reason: Option<String>,
    /// Misspelt on the wire. Numbers, at times as text.
    #[serde(default, alias = "publicly_available_post_id")]
    pub publicaly_available_post_id: Vec<Value>,
    pub uploaded_bytes: Option<u64>,
}

/// The account's public posts, the newest first.
#[derive(Debug, Deserialize)]
pub(super) struct VideoList {
    pub videos: Vec<Video>,
    #[serde(default)]
    pub cursor: Value,
    #[serde(default)]
    pub has_more: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Video {
    pub id: Value,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub video_description: String,
    /// Seconds.
    pub create_time: Option<i64>,
    pub share_url: Option<String>,
    pub view_count: Option<u64>,
    pub like_count: Option<u64>,
    pub comment_count: Option<u64>,
    pub share_count: Option<u64>,
}

impl Video {
    pub const FIELDS: &str =
        "id,title,video_description,create_time,share_url,view_count,like_count,comment_count,share_count";

    pub fn id(&self) -> String {
        id(&self.id)
    }
}

/// An id, whether it is written as a number or as text.
pub(super) fn id(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

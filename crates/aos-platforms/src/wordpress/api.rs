//! What travels over the wire, as far as it is used. Source: contract `cms.md`, sections 1.1 to 1.7.

use std::collections::BTreeMap;

use aos_kernel::Timestamp;
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `GET {root}`.
#[derive(Debug, Deserialize)]
pub(super) struct Index {
    #[serde(default)]
    pub name: String,
    /// Where WordPress itself lives, its administration included.
    pub url: Option<String>,
    /// Where readers find the site.
    pub home: Option<String>,
    pub namespaces: Vec<String>,
    /// An object with `application-passwords`, or an empty list where there is no way to sign in.
    #[serde(default)]
    pub authentication: Value,
}

impl Index {
    pub const FIELDS: &str = "name,url,home,namespaces,authentication";

    pub fn offers_application_passwords(&self) -> bool {
        self.authentication.get("application-passwords").is_some()
    }
}

/// `GET users/me?context=edit`.
#[derive(Debug, Deserialize)]
pub(super) struct Me {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub roles: Vec<String>,
    /// Only those that are granted. PHP writes an empty object as `[]`.
    #[serde(default)]
    pub capabilities: Value,
}

impl Me {
    pub const FIELDS: &str = "name,roles,capabilities";

    pub fn may(&self, capability: &str) -> bool {
        self.capabilities.get(capability).and_then(Value::as_bool).unwrap_or(false)
    }
}

/// A post as it is read with the right to edit it.
#[derive(Debug, Deserialize)]
pub(super) struct Post {
    pub id: u64,
    #[serde(default)]
    pub status: String,
    #[serde(default)]
    pub slug: String,
    #[serde(default)]
    pub link: String,
    /// UTC without a zone; null or year 0 for drafts without a date.
    pub date_gmt: Option<String>,
    #[serde(default)]
    pub title: Text,
    #[serde(default)]
    pub content: Text,
    #[serde(default)]
    pub featured_media: u64,
    #[serde(default)]
    pub categories: Vec<u64>,
    #[serde(default)]
    pub tags: Vec<u64>,
}

impl Post {
    pub const FIELDS: &str = "id,status,slug,link,date_gmt,title,content,featured_media,categories,tags";

    pub fn date(&self) -> Option<Timestamp> {
        moment(self.date_gmt.as_deref())
    }
}

/// A moment in UTC, which WordPress writes without a zone.
pub(super) fn moment(text: Option<&str>) -> Option<Timestamp> {
    Some(NaiveDateTime::parse_from_str(text?, "%Y-%m-%dT%H:%M:%S").ok()?.and_utc())
}

/// A post as a score reads it.
#[derive(Debug, Deserialize)]
pub(super) struct ReadPost {
    #[serde(default)]
    pub link: String,
    pub date_gmt: Option<String>,
    pub modified_gmt: Option<String>,
    #[serde(default)]
    pub content: Text,
    #[serde(default)]
    pub excerpt: Text,
    #[serde(default)]
    pub featured_media: u64,
}

impl ReadPost {
    pub const FIELDS: &str = "link,date_gmt,modified_gmt,content,excerpt,featured_media";
}

/// What a site shows of itself: `GET {root}` once more.
#[derive(Debug, Deserialize)]
pub(super) struct Face {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub description: String,
    /// The number of an image, 0 for none; only newer versions tell it.
    pub site_icon: Option<u64>,
    pub site_icon_url: Option<String>,
}

impl Face {
    pub const FIELDS: &str = "name,description,site_icon,site_icon_url";
}

/// `raw` comes only with `context=edit`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Text {
    pub raw: Option<String>,
    /// As readers get it.
    pub rendered: Option<String>,
}

/// What is sent to make or change a post.
#[derive(Debug, Serialize)]
pub(super) struct PostBody {
    pub title: String,
    pub content: String,
    pub excerpt: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub slug: String,
    pub status: &'static str,
    /// UTC. `date` is never sent: with both, `date` wins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_gmt: Option<String>,
    pub categories: Vec<u64>,
    pub tags: Vec<u64>,
    /// 0 takes the image away.
    pub featured_media: u64,
}

/// A category or tag.
#[derive(Debug, Deserialize)]
pub(super) struct Term {
    pub id: u64,
    /// With `&amp;` for `&`.
    #[serde(default)]
    pub name: String,
}

#[derive(Debug, Serialize)]
pub(super) struct TermBody<'a> {
    pub name: &'a str,
}

/// An uploaded file.
#[derive(Debug, Deserialize)]
pub(super) struct Media {
    pub id: u64,
    #[serde(default)]
    pub slug: String,
}

impl Media {
    pub const FIELDS: &str = "id,slug";
}

#[derive(Debug, Serialize)]
pub(super) struct MediaTexts<'a> {
    pub alt_text: &'a str,
    pub title: &'a str,
}

/// An error in WordPress's own shape.
#[derive(Debug, Deserialize)]
pub(super) struct ErrorBody {
    pub code: String,
    /// An object, or null where WordPress forgot it.
    #[serde(default)]
    pub data: Value,
}

impl ErrorBody {
    /// The id of the term that exists already.
    pub fn term_id(&self) -> Option<u64> {
        self.data.get("term_id").and_then(Value::as_u64)
    }
    /// The parameters that were refused, with the site's reasons.
    pub fn params(&self) -> BTreeMap<String, String> {
        self.data.get("params").and_then(|params| serde_json::from_value(params.clone()).ok()).unwrap_or_default()
    }
}

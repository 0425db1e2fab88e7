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
        let date = NaiveDateTime::parse_from_str(self.date_gmt.as_deref()?, "%Y-%m-%dT%H:%M:%S").ok()?;
        Some(date.and_utc())
    }
}

/// `raw` comes only with `context=edit`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Text {
    pub raw: Option<String>,
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

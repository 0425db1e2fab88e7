//! What travels over the wire, as far as it is used. Source: contract `meta.md`, section 5, and Meta's published field
//! lists of pages and their posts.

use aos_capabilities::Account;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::meta::{
    self,
    api::{GraphId, Listed},
    pages::Granted,
};

/// What connecting learned: kept with the channel and given back with every account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settings {
    pub page_id: String,
    /// What the person may do there, in Facebook's words.
    #[serde(default)]
    pub tasks: Vec<String>,
    #[serde(flatten)]
    pub granted: Granted,
}

impl Settings {
    /// None where the settings name no page that can stand in an address.
    pub fn of(account: &Account) -> Option<Self> {
        Self::deserialize(&account.settings).ok().filter(|settings| meta::is_id(&settings.page_id))
    }
}

/// A page. What is empty Facebook leaves out.
#[derive(Debug, Default, Deserialize)]
pub(super) struct PageInfo {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub link: Option<String>,
    #[serde(default)]
    pub about: Option<String>,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub category: Option<String>,
    #[serde(default)]
    pub phone: Option<String>,
    #[serde(default)]
    pub website: Option<String>,
    #[serde(default)]
    pub emails: Option<Vec<String>>,
    #[serde(default)]
    pub single_line_address: Option<String>,
    #[serde(default)]
    pub location: Option<Value>,
    #[serde(default)]
    pub hours: Option<Value>,
    #[serde(default)]
    pub cover: Option<Value>,
    #[serde(default)]
    pub picture: Option<Value>,
    #[serde(default)]
    pub followers_count: Option<u64>,
    #[serde(default)]
    pub fan_count: Option<u64>,
    #[serde(default)]
    pub overall_star_rating: Option<f64>,
    #[serde(default)]
    pub rating_count: Option<u64>,
}

impl PageInfo {
    pub const CHECKED: &str = "id,name,link";
    pub const PROFILE: &str = "id,name,link,about,description,category,phone,website,emails,single_line_address,location,\
                               hours,cover,picture{is_silhouette},followers_count,fan_count,overall_star_rating,rating_count";
}

/// A post of a page.
#[derive(Debug, Deserialize)]
pub(super) struct PagePost {
    pub id: GraphId,
    #[serde(default)]
    pub message: Option<String>,
    #[serde(default)]
    pub created_time: Value,
    #[serde(default)]
    pub permalink_url: Option<String>,
    #[serde(default)]
    pub is_published: Option<bool>,
    #[serde(default)]
    pub attachments: Option<Listed<Attachment>>,
    #[serde(default)]
    pub shares: Option<Count>,
    #[serde(default)]
    pub reactions: Option<Counted>,
    #[serde(default)]
    pub comments: Option<Counted>,
}

impl PagePost {
    pub const STANDING: &str = "id,message,created_time,permalink_url,is_published";
    pub const BARE: &str = "id,message,created_time,permalink_url,is_published,attachments";
    pub const COUNTED: &str = "id,message,created_time,permalink_url,is_published,attachments,shares,\
                               reactions.limit(0).summary(true),comments.limit(0).summary(true)";
}

#[derive(Debug, Deserialize)]
pub(super) struct Attachment {
    /// `photo`, `album`, `video`, `link`, `share`.
    #[serde(default)]
    pub media_type: Option<String>,
    #[serde(default)]
    pub r#type: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Count {
    #[serde(default)]
    pub count: Option<u64>,
}

/// An edge of which only the number is asked for.
#[derive(Debug, Deserialize)]
pub(super) struct Counted {
    #[serde(default)]
    pub summary: Option<Summary>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Summary {
    #[serde(default)]
    pub total_count: Option<u64>,
}

/// A comment, with the answers below it.
#[derive(Debug, Deserialize)]
pub(super) struct Comment {
    /// Left out for people whose privacy hides them.
    #[serde(default)]
    pub from: Option<Author>,
    #[serde(default)]
    pub comments: Option<Listed<Answer>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    #[serde(default)]
    pub from: Option<Author>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Author {
    pub id: GraphId,
}

impl Comment {
    pub const FIELDS: &str = "id,from,created_time,comments{from}";
}

/// `POST {page}/photos`.
#[derive(Debug, Deserialize)]
pub(super) struct MadePhoto {
    pub id: GraphId,
    /// Only of a photo that was published.
    #[serde(default)]
    pub post_id: Option<GraphId>,
}

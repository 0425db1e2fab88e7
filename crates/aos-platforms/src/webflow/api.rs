//! What travels over the wire, as far as it is used. Source: contract `cms.md`, sections 2.1 to 2.5.

use aos_kernel::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Deserialize)]
pub(super) struct TokenReply {
    pub access_token: String,
    pub scope: Option<String>,
    pub expires_in: Option<u64>,
}

/// `GET /token/introspect`.
#[derive(Deserialize)]
pub(super) struct Introspection {
    pub authorization: Authorization,
}

#[derive(Deserialize)]
pub(super) struct Authorization {
    #[serde(default)]
    pub scope: String,
}

#[derive(Deserialize)]
pub(super) struct Sites {
    #[serde(default)]
    pub sites: Vec<Site>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Site {
    pub id: String,
    #[serde(default)]
    pub display_name: String,
    #[serde(default)]
    pub short_name: String,
    pub last_published: Option<Timestamp>,
    #[serde(default)]
    pub custom_domains: Vec<Domain>,
}

#[derive(Deserialize)]
pub(super) struct Domain {
    pub id: String,
    /// A name without a scheme.
    #[serde(default)]
    pub url: String,
}

#[derive(Deserialize)]
pub(super) struct Collections {
    #[serde(default)]
    pub collections: Vec<Collection>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Collection {
    pub id: String,
    #[serde(default)]
    pub display_name: String,
    #[serde(default)]
    pub slug: String,
    /// Only where one collection is asked for.
    #[serde(default)]
    pub fields: Vec<Field>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Field {
    #[serde(rename = "type", default)]
    pub kind: String,
    #[serde(default)]
    pub slug: String,
    #[serde(default)]
    pub display_name: String,
    /// Absent means yes.
    pub is_editable: Option<bool>,
}

#[derive(Deserialize)]
pub(super) struct Items {
    #[serde(default)]
    pub items: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item {
    pub id: String,
    pub last_published: Option<Timestamp>,
    pub last_updated: Option<Timestamp>,
    pub created_on: Option<Timestamp>,
    #[serde(default)]
    pub is_archived: bool,
    #[serde(default)]
    pub is_draft: bool,
    #[serde(default)]
    pub field_data: Map<String, Value>,
}

impl Item {
    pub fn text(&self, field: &str) -> &str {
        self.field_data.get(field).and_then(Value::as_str).unwrap_or_default()
    }
    /// Whether a field holds anything.
    pub fn holds(&self, field: &str) -> bool {
        match self.field_data.get(field) {
            None | Some(Value::Null) => false,
            Some(Value::String(text)) => !text.trim().is_empty(),
            Some(_) => true,
        }
    }
    /// Before readers' eyes.
    pub fn is_live(&self) -> bool {
        self.last_published.is_some() && !self.is_draft && !self.is_archived
    }
}

/// What is sent to make or change an item.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ItemBody {
    pub is_archived: bool,
    pub is_draft: bool,
    pub field_data: Map<String, Value>,
}

/// `POST …/items/publish`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ItemsPublished {
    #[serde(default)]
    pub published_item_ids: Vec<String>,
    #[serde(default)]
    pub errors: Vec<Value>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SitePublication<'a> {
    pub custom_domains: Vec<&'a str>,
    pub publish_to_webflow_subdomain: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewAsset<'a> {
    pub file_name: &'a str,
    /// MD5 of the bytes, in hex.
    pub file_hash: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Asset {
    pub id: String,
    pub upload_url: String,
    /// Fields of the form, in the spelling in which they are sent back.
    #[serde(default)]
    pub upload_details: Map<String, Value>,
}

/// A refusal in Webflow's shape.
#[derive(Deserialize)]
pub(super) struct ErrorBody {
    pub code: String,
    /// Objects with `param` and `description`, or plain texts.
    #[serde(default)]
    pub details: Value,
}

impl ErrorBody {
    pub fn read(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }
    /// Fields, and what is wrong with each in Webflow's words.
    pub fn problems(&self) -> Vec<(String, String)> {
        let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let each = self.details.as_array().map(Vec::as_slice).unwrap_or_default().iter();
        each.map(|detail| match detail.as_str() {
            Some(words) => (String::new(), words.to_owned()),
            None => (text(detail, "param"), text(detail, "description")),
        })
        .collect()
    }
}

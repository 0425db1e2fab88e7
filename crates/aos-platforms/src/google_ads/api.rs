//! What travels over the wire, as far as it is used. Source: contract `google.md`, sections 8.1 to 8.3.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A customer with all below it, in the query language of Google Ads. A customer that is no manager has itself alone.
pub(super) const TREE: &str = include_str!("customers.gaql").trim_ascii();

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Accessible {
    /// `customers/1234567890`
    #[serde(default)]
    pub resource_names: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Search<'a> {
    pub query: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub page_token: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Found {
    #[serde(default)]
    pub results: Vec<Row>,
    #[serde(default)]
    pub next_page_token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    pub customer_client: Option<Client>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Client {
    /// An int64: text by the contract, a number where somebody forgot it.
    pub id: Value,
    pub descriptive_name: String,
    pub currency_code: Option<String>,
    pub time_zone: Option<String>,
    pub manager: bool,
    pub status: String,
}

/// What connecting learned: kept with the channel and given back with every account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settings {
    /// Digits only.
    pub customer_id: String,
    pub name: String,
    /// The manager through which access runs; none for direct access.
    #[serde(default)]
    pub login_customer_id: Option<String>,
    #[serde(default)]
    pub currency: Option<String>,
    #[serde(default)]
    pub time_zone: Option<String>,
}

//! What travels over the wire, as far as it is used. Source: contract `google.md`, section 4.

use serde::{Deserialize, Serialize};

use crate::google::api::Page;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Summaries {
    #[serde(default)]
    account_summaries: Vec<Summary>,
    #[serde(default, rename = "nextPageToken")]
    next: String,
}

impl Page for Summaries {
    type Item = Summary;
    fn into_parts(self) -> (Vec<Summary>, String) {
        (self.account_summaries, self.next)
    }
}

/// An account with its properties.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Summary {
    #[serde(default)]
    pub display_name: String,
    #[serde(default)]
    pub property_summaries: Vec<PropertySummary>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PropertySummary {
    /// `properties/22`
    pub property: String,
    #[serde(default)]
    pub display_name: String,
    #[serde(default)]
    pub property_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Property {
    #[serde(default)]
    pub display_name: String,
    pub time_zone: Option<String>,
    pub currency_code: Option<String>,
}

/// What connecting learned: kept with the channel and given back with every account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Settings {
    /// `properties/22`
    pub property: String,
    pub name: String,
    /// The days of the property's reports are days there.
    #[serde(default)]
    pub time_zone: Option<String>,
    #[serde(default)]
    pub currency: Option<String>,
}

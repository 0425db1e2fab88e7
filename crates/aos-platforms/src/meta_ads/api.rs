//! What travels over the wire, as far as it is used. Source: contract `meta.md`, section 7.

use aos_capabilities::Account;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::meta::{self, api::GraphId, pages::Granted};

/// What connecting learned: kept with the channel and given back with every account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settings {
    /// With `act_` before it.
    pub ad_account: String,
    #[serde(default)]
    pub currency: Option<String>,
    #[serde(default)]
    pub timezone: Option<String>,
    #[serde(flatten)]
    pub granted: Granted,
}

impl Settings {
    /// None where the settings name no ad account that can stand in an address.
    pub fn of(account: &Account) -> Option<Self> {
        Self::deserialize(&account.settings).ok().filter(|settings| meta::is_id(&settings.ad_account))
    }
}

/// One line of `GET me/adaccounts`, and `GET act_{id}`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct AdAccount {
    /// With `act_` before it.
    #[serde(default)]
    pub id: GraphId,
    /// Without.
    #[serde(default)]
    pub account_id: Option<GraphId>,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub currency: Option<String>,
    #[serde(default)]
    pub timezone_name: Option<String>,
    /// A number that says how it stands.
    #[serde(default)]
    pub account_status: Value,
}

impl AdAccount {
    pub const FIELDS: &str = "id,account_id,name,currency,timezone_name,account_status,spend_cap,amount_spent";
}

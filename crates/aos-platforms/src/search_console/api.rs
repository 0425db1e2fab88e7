//! What travels over the wire, as far as it is used. Source: contract `google.md`, section 5.

use serde::{Deserialize, Serialize};

pub(super) const SITES: &str = "https://searchconsole.googleapis.com/webmasters/v3/sites";

/// An account without sites answers `{}`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sites {
    #[serde(default)]
    pub site_entry: Vec<Site>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Site {
    /// `sc-domain:ex.com`, or an address with everything below it.
    pub site_url: String,
    #[serde(default)]
    pub permission_level: String,
}

/// What connecting learned: kept with the channel and given back with every account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Settings {
    pub site_url: String,
}

//! Channels. Pure.

use aos_kernel::{Actor, ChannelId, CredentialId, Timestamp};
use aos_storage::from_row;
use serde::Serialize;

aos_kernel::text_enum! {
    /// Where a connection stands.
    pub enum ChannelState {
        Connected = "connected",
        /// The platform refused the credentials: somebody has to reconnect.
        Expired = "expired",
        Disconnected = "disconnected",
    }
}

/// A connected account, without its secret.
#[derive(Clone, Debug, Serialize)]
pub struct Channel {
    pub id: ChannelId,
    /// The platform's id: `wordpress`.
    pub platform: String,
    /// The account as people know it.
    pub label: String,
    pub url: String,
    pub base_url: String,
    pub login: Option<String>,
    #[serde(skip)]
    pub credential_id: Option<CredentialId>,
    pub scopes: Vec<String>,
    /// What works, but not as one would wish.
    pub warnings: Vec<String>,
    #[serde(skip)]
    pub settings: serde_json::Value,
    pub state: ChannelState,
    /// Why it is not connected, for a person.
    pub problem: Option<String>,
    pub connected_by: Actor,
    pub connected_at: Timestamp,
    pub checked_at: Timestamp,
}
from_row!(Channel {
    id, platform, label, url, base_url, login, credential_id, json scopes, json warnings, settings, parse state, problem,
    connected_by, connected_at, checked_at
});

//! Connected platforms.

use askama::Template;
use serde::Deserialize;

use crate::{
    forms::FieldErrors,
    layout::{ClientHead, ClientTab, Shell},
    ui::{Moment, filters},
};

/// `GET /portal/clients/{id}/channels`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "channels/channels.html")]
pub struct ChannelsPage {
    pub shell: Shell,
    pub client: ClientHead,
    pub part: ChannelsPart,
}

/// A client's channels, as both faces show them.
#[derive(Clone, Debug, Default)]
pub struct ChannelsPart {
    /// `/portal/clients/{id}` or `/client/{id}`: forms go below it.
    pub base: String,
    /// The tenant's id, for what is live.
    pub tenant: String,
    pub can_edit: bool,
    pub channels: Vec<ChannelView>,
    pub form: ConnectForm,
    pub errors: FieldErrors,
    /// Opens the form: nothing is connected yet, an error, or `?connect=wordpress`.
    pub connecting: bool,
}

#[derive(Clone, Debug, Default)]
pub struct ChannelView {
    pub id: String,
    /// `wordpress`, `website`, …
    pub platform: String,
    pub name: String,
    pub address: String,
    /// As whom: "editor-bot (Editor)".
    pub account: String,
    /// `connected`, `expired`, `error`, `disconnected`.
    pub state: String,
    pub checked: Option<Moment>,
    /// What the last check said, in words, when it isn't good.
    pub problem: Option<String>,
    /// What it can do: "Publish", "Schedule", "Upload images".
    pub abilities: Vec<String>,
    /// "WordPress 6.9".
    pub version: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ConnectForm {
    pub site: String,
    pub user: String,
    /// Set when an existing channel is connected again.
    pub channel: String,
}

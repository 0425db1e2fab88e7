//! Connected platforms.

use askama::Template;
use serde::Deserialize;

use crate::{
    forms::FieldErrors,
    layout::{ClientHead, ClientTab, Shell},
    ui::{Chart, Moment, filters},
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
    /// What else can be connected; empty for who may not.
    pub ways: Vec<Way>,
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
    /// "WordPress".
    pub platform_name: String,
    pub name: String,
    pub address: String,
    /// As whom: "editor-bot (Editor)".
    pub account: String,
    /// `connected`, `expiring`, `expired`, `disconnected`.
    pub state: String,
    pub disconnected: bool,
    pub checked: Option<Moment>,
    /// Why it is not connected.
    pub problem: Option<String>,
    /// What works, but not as one would wish.
    pub warning: Option<String>,
    /// Why the last check found out nothing.
    pub check_problem: Option<String>,
    /// Why its access could not be renewed so far.
    pub renewal_problem: Option<String>,
    /// What it can do: "Publish", "Schedule", "Upload images".
    pub abilities: Vec<String>,
    pub by_consent: bool,
    pub by_password: bool,
    pub simulated: bool,
    pub scopes: Vec<ScopeLine>,
    /// When the access that is held now ends.
    pub until: Option<Moment>,
    /// When it is renewed.
    pub renews: Option<Moment>,
    /// When somebody has to consent again.
    pub ends: Option<Moment>,
    /// What became of giving its access back.
    pub revoked: Option<String>,
    pub score: Option<ScoreView>,
    /// Whether it has a score at all.
    pub scored: bool,
}

/// Something that a platform was asked for.
#[derive(Clone, Debug, Default)]
pub struct ScopeLine {
    /// In the platform's word.
    pub name: String,
    /// "to publish posts on the page".
    pub purpose: String,
    pub required: bool,
    pub granted: bool,
}

/// The latest score.
#[derive(Clone, Debug, Default)]
pub struct ScoreView {
    /// "68", or that it is not measurable.
    pub words: String,
    pub measured: bool,
    /// "+4.2"; none without one before, or when it is the same.
    pub delta: Option<String>,
    pub better: bool,
    pub at: Moment,
}

/// A way to connect an account.
#[derive(Clone, Debug, Default)]
pub struct Way {
    pub id: String,
    pub name: String,
    /// "Publish posts, Health score".
    pub abilities: String,
    pub simulated: bool,
    /// The agency's application is known.
    pub ready: bool,
    /// This person may enter it.
    pub enter: bool,
    pub by_consent: bool,
    /// "Social": under which it stands.
    pub kind: &'static str,
    /// Accounts that are connected already.
    pub connected: usize,
}

impl ChannelsPart {
    /// The ways by what kind of platform they lead to, in the order of their kinds.
    pub(crate) fn groups(&self) -> Vec<(&'static str, Vec<&Way>)> {
        let mut groups: Vec<(&'static str, Vec<&Way>)> = Vec::new();
        for way in &self.ways {
            match groups.iter_mut().find(|(kind, _)| *kind == way.kind) {
                Some((_, ways)) => ways.push(way),
                None => groups.push((way.kind, vec![way])),
            }
        }
        groups
    }
}

/// Before somebody leaves for a platform: what it will ask, and the way there.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "channels/away.html")]
pub struct AwayPage {
    pub shell: Shell,
    pub platform: String,
    pub simulated: bool,
    /// At the platform, or where it is simulated.
    pub href: String,
    /// "page".
    pub target: Option<String>,
    pub scopes: Vec<ScopeLine>,
    /// Where nothing is connected.
    pub back: String,
}

/// What came of a consent: what can be chosen, or why nothing can.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "channels/choose.html")]
pub struct ChoosePage {
    pub shell: Shell,
    pub platform: String,
    pub platform_id: String,
    pub simulated: bool,
    /// "page".
    pub target: String,
    /// Where the form goes.
    pub action: String,
    /// Where another consent begins.
    pub again: String,
    /// The channel that is to be connected again.
    pub channel: String,
    pub onboarding: bool,
    pub back: String,
    pub targets: Vec<TargetRow>,
    /// Why nothing came of it.
    pub problem: Option<String>,
    pub help: Option<String>,
    /// What was chosen and could not be connected.
    pub refused: Vec<(String, String)>,
    pub errors: FieldErrors,
}

/// A page, property, site or account.
#[derive(Clone, Debug, Default)]
pub struct TargetRow {
    pub key: String,
    pub label: String,
    pub detail: String,
    pub href: Option<String>,
    pub refusal: Option<String>,
    pub known: bool,
    pub ticked: bool,
}

/// `GET {base}/channels/{id}`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "channels/detail.html")]
pub struct DetailPage {
    pub shell: Shell,
    pub base: String,
    pub can_edit: bool,
    pub channel: ChannelView,
    pub dimensions: Vec<DimensionRow>,
    /// How much of the weight was measured, in percent.
    pub weighed: u32,
    /// What the platform did not give.
    pub missing: Vec<String>,
    pub trend: Chart,
    /// Scores that there are.
    pub scores: usize,
}

/// One side of a score.
#[derive(Clone, Debug, Default)]
pub struct DimensionRow {
    pub label: String,
    pub weight: u32,
    pub formula: String,
    /// "72"; none: not measurable.
    pub value: Option<String>,
    /// 0 to 100, for the bar.
    pub filled: u32,
    pub low: bool,
    pub evidence: String,
    pub advice: String,
    /// Work on it is open since then.
    pub open: Option<Moment>,
}

/// `GET /portal/channels`: connections of all clients that need somebody.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "channels/attention.html")]
pub struct AttentionPage {
    pub shell: Shell,
    pub rows: Vec<AttentionRow>,
    /// There is a client.
    pub any: bool,
    pub more: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub struct AttentionRow {
    pub client: String,
    pub client_href: String,
    pub href: String,
    pub name: String,
    pub platform: String,
    /// `expired`, `expiring`, `warning`.
    pub state: String,
    pub words: String,
    pub ends: Option<Moment>,
    pub checked: Moment,
    pub score: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ConnectForm {
    pub site: String,
    pub user: String,
    /// Set when an existing channel is connected again.
    pub channel: String,
}

//! Clients.

use askama::Template;
use serde::Deserialize;

use crate::{
    activities::views::QueueItem,
    forms::FieldErrors,
    layout::{ClientHead, ClientTab, Shell},
    strategy::views::{DeliverableView, GoalView},
    ui::{Choice, Choices, Moment, Progress, Timeline, filters},
    website::views::CrawlView,
};

/// `GET /portal/clients`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "tenants/clients.html")]
pub struct ClientsPage {
    pub shell: Shell,
    pub saved: crate::saved::views::SavedBar,
    pub clients: Vec<ClientRow>,
    /// Search text, from `?q=`.
    pub query: String,
    /// Readiness filter with counts, from `?readiness=`.
    pub readiness: Vec<Choice>,
    pub selected_readiness: String,
    pub sorts: Choices,
    /// `name`, `waiting`, `alerts`, `behind`.
    pub sort: &'static str,
    pub total: u64,
    pub more: Option<String>,
    pub can_create: bool,
}

impl ClientsPage {
    pub(crate) fn filtered(&self) -> bool {
        !(self.query.is_empty() && self.selected_readiness.is_empty())
    }
}

#[derive(Clone, Debug, Default)]
pub struct ClientRow {
    pub id: String,
    pub name: String,
    pub website: String,
    /// `setup_needed`, `ready`.
    pub readiness: String,
    /// The next thing that set-up needs: "Connect a channel".
    pub next_step: Option<String>,
    /// All deliverables of the month together.
    pub pace: Option<Progress>,
    /// Approvals that wait.
    pub waiting: u64,
    /// In words: "WordPress refuses the password".
    pub alerts: Vec<String>,
    pub last_event: Option<Moment>,
}

/// `GET/POST /portal/clients/new`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "tenants/new_client.html")]
pub struct NewClientPage {
    pub shell: Shell,
    pub form: NewClientForm,
    pub errors: FieldErrors,
    pub zones: Choices,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct NewClientForm {
    pub name: String,
    pub website: String,
    pub time_zone: String,
}

/// `GET /portal/clients/{id}`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "tenants/overview.html")]
pub struct OverviewPage {
    pub shell: Shell,
    pub client: ClientHead,
    /// The crawl that runs or ran last.
    pub crawl: Option<CrawlView>,
    /// What set-up still needs; computed, never stored.
    pub checklist: Vec<CheckItem>,
    pub goals: Vec<GoalView>,
    pub deliverables: Vec<DeliverableView>,
    /// "November 2026, 11 days left".
    pub period: Option<String>,
    /// Approvals of this client that wait.
    pub waiting: Vec<QueueItem>,
    /// What agents do at this moment: "Copywriter writes “How long do veneers last?”".
    pub under_way: Vec<UnderWay>,
    /// Spent on models this month: "$1.84".
    pub cost: Option<String>,
    pub events: Timeline,
}

impl OverviewPage {
    pub(crate) fn open_items(&self) -> usize {
        self.checklist.iter().filter(|item| !item.done).count()
    }
}

/// One line of the set-up checklist.
#[derive(Clone, Debug, Default)]
pub struct CheckItem {
    pub done: bool,
    pub title: String,
    /// What is missing and why it matters, or what is there.
    pub hint: String,
    /// Where to do it, and the words of the link.
    pub action: Option<(String, String)>,
}

#[derive(Clone, Debug, Default)]
pub struct UnderWay {
    pub who: String,
    pub what: String,
    pub href: String,
    pub since: Moment,
}

/// `GET /portal/clients/{id}/settings`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "tenants/settings.html")]
pub struct SettingsPage {
    pub shell: Shell,
    pub client: ClientHead,
    pub form: NewClientForm,
    pub zones: Choices,
    pub errors: FieldErrors,
    /// May change who the client is, and archive it.
    pub can_manage: bool,
    /// May change how approvals work.
    pub can_configure: bool,
    pub policy: PolicyForm,
    pub people: crate::people::views::PeoplePart,
    /// What the agency's and the client's administrators can do where nobody of the client signs in.
    pub nobody_decides: bool,
    pub archived: Option<crate::ui::Moment>,
    /// How the client sees it.
    pub dashboard: String,
    pub colours: Vec<crate::website::views::Swatch>,
    pub fonts: Vec<String>,
    pub brand_href: String,
}

/// Who decides on the client's work.
#[derive(Clone, Debug, Default)]
pub struct PolicyForm {
    /// `internal_only` or `internal_then_client`.
    pub route: String,
    /// Kind, words, whether the client decides on it.
    pub decides: Vec<(&'static str, &'static str, bool)>,
    pub own_work: bool,
}

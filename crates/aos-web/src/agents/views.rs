//! Runs, models, budgets.

use askama::Template;
use serde::Deserialize;

use crate::{
    forms::FieldErrors,
    layout::Shell,
    search::ClientFilter,
    ui::{Choices, Diff, HandedIn, Moment, VersionRow, filters},
};

/// `GET /portal/runs`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "agents/runs.html")]
pub struct RunsPage {
    pub shell: Shell,
    pub runs: Vec<RunRow>,
    pub states: Choices,
    pub roles: Choices,
    pub clients: ClientFilter,
    /// Only those that were given this skill; empty: all.
    pub skill: String,
    pub more: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub struct RunRow {
    pub id: String,
    /// `copywriter`, `seo_specialist`, …
    pub role: String,
    /// What it works on: "Write “How long do veneers last?”".
    pub title: String,
    pub client: String,
    /// `queued`, `running`, `succeeded`, `failed`, `cancelled`.
    pub state: String,
    pub model: String,
    pub tokens: u64,
    /// "$0.0042"; empty when nothing was spent.
    pub cost: String,
    pub started: Moment,
    /// "12 s"; empty while it runs.
    pub took: String,
}

/// `GET /portal/runs/{id}`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "agents/run.html")]
pub struct RunPage {
    pub shell: Shell,
    pub run: RunView,
    pub steps: Vec<RunStepView>,
}

#[derive(Clone, Debug, Default)]
pub struct RunView {
    pub id: String,
    pub role: String,
    pub title: String,
    pub state: String,
    pub client: String,
    pub client_id: String,
    /// "offline", "openai / gpt-5-mini".
    pub model: String,
    pub offline: bool,
    pub attempt: u32,
    /// The context version it saw and where that is.
    pub context: Option<(u32, String)>,
    /// Skills with their versions: "copywriter v3".
    pub skills: Vec<String>,
    pub tokens_in: u64,
    pub tokens_out: u64,
    pub cost: String,
    /// "$0.50": what this run may cost.
    pub budget: Option<String>,
    pub started: Option<Moment>,
    pub took: String,
    /// What went wrong and what to do.
    pub error: Option<String>,
    pub help: Option<String>,
    /// What it handed in, as a person reads it.
    pub handed: Option<HandedIn>,
    /// The same as formatted JSON.
    pub output: Option<String>,
    /// Where the result lives.
    pub result_href: Option<(String, String)>,
    pub can_cancel: bool,
    pub can_retry: bool,
}

impl RunView {
    pub(crate) fn runs(&self) -> bool {
        matches!(self.state.as_str(), "queued" | "running")
    }
}

/// One step of a run.
#[derive(Clone, Debug, Default)]
pub struct RunStepView {
    pub number: u32,
    /// `model`, `tool`, `check`, `note`.
    pub kind: String,
    /// "search_pages", "Draft the article", "Repair: missing field “slug”".
    pub title: String,
    /// `running`, `succeeded`, `failed`.
    pub state: String,
    /// What was asked, as text; shown folded.
    pub input: Option<String>,
    /// What came back; shown folded.
    pub output: Option<String>,
    pub tokens: u64,
    pub cost: String,
    pub took: String,
    pub at: Moment,
    pub error: Option<String>,
}

impl RunStepView {
    pub(crate) fn icon(&self) -> &'static str {
        match self.kind.as_str() {
            "model" => "sparkles",
            "tool" => "wrench",
            "check" => "circle-check",
            _ => "info",
        }
    }
}

/// `GET /manage/models`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "agents/models.html")]
pub struct ModelsPage {
    pub shell: Shell,
    pub providers: Vec<ProviderView>,
    pub form: ProviderForm,
    pub errors: FieldErrors,
    pub dialects: Choices,
    /// Opens the form: `?add=1`, `?provider=…` or an error.
    pub editing: bool,
    /// Which model each role uses.
    pub roles: Vec<RoleModel>,
    /// "November 2026".
    pub month: String,
    pub usage: Vec<UsageRow>,
    pub total: UsageRow,
    pub by_role: Vec<CostRow>,
    /// By pipeline template.
    pub by_work: Vec<CostRow>,
    /// Clients whose budget can be changed.
    pub budget_clients: Choices,
    pub budget: BudgetForm,
    /// "$50.00 a month and $2.00 for one run".
    pub default_says: String,
    /// Who chose it and when; none while it is what is built in.
    pub default_chosen: Option<(String, Moment)>,
    pub default_budget: BudgetForm,
}

#[derive(Clone, Debug, Default)]
pub struct ProviderView {
    pub id: String,
    pub name: String,
    /// `openai`, `anthropic`, `gemini`, `offline`.
    pub dialect: String,
    pub base_url: String,
    pub model: String,
    /// That one is stored; `None`: no key.
    pub key: Option<String>,
    /// "$0.25 in, $2.00 out per million tokens".
    pub price: String,
    /// `active` or `disabled`.
    pub state: String,
    pub is_default: bool,
    /// The built-in one can't be removed.
    pub built_in: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProviderForm {
    /// Empty for a new one.
    pub id: String,
    pub name: String,
    pub dialect: String,
    pub base_url: String,
    pub model: String,
    /// USD per million tokens, decimal.
    pub price_in: String,
    /// For tokens that the provider had in its cache.
    pub price_cached: String,
    pub price_out: String,
    /// Requests a minute; empty: no limit.
    pub per_minute: String,
    /// A key is stored already: an empty field keeps it.
    #[serde(skip)]
    pub has_key: bool,
    /// Agents may call it.
    pub enabled: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct BudgetForm {
    /// Tenant id.
    pub client: String,
    /// USD, decimal; empty: no limit.
    pub monthly: String,
    pub per_run: String,
    /// Takes the client's own budget away, so that the default counts.
    pub remove: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub struct RoleModel {
    pub role: String,
    /// "openai / gpt-5-mini", "default".
    pub model: String,
    /// The skills that it is given, with their versions.
    pub skill: String,
}

#[derive(Clone, Debug, Default)]
pub struct UsageRow {
    pub client: String,
    pub calls: u64,
    pub tokens_in: u64,
    pub tokens_out: u64,
    pub cost: String,
    /// "$20.00"; `None`: no limit.
    pub budget: Option<String>,
    /// The client's own rather than the default.
    pub own_budget: bool,
    /// `ok`, `near_budget`, `over_budget`.
    pub state: String,
}

/// What one role's or one pipeline's work cost this month.
#[derive(Clone, Debug, Default)]
pub struct CostRow {
    pub name: String,
    /// Runs, or pipelines.
    pub count: u64,
    pub tokens: u64,
    /// Of one of them.
    pub each: String,
    pub cost: String,
}

/// `GET /manage/skills`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "agents/skills.html")]
pub struct SkillsPage {
    pub shell: Shell,
    pub skills: Vec<SkillRow>,
}

#[derive(Clone, Debug, Default)]
pub struct SkillRow {
    pub name: String,
    pub title: String,
    /// The roles that it is given to, in words.
    pub roles: Vec<String>,
    pub version: u32,
    pub by: String,
    pub at: Moment,
}

/// `GET/POST /manage/skills/{name}`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "agents/skill.html")]
pub struct SkillPage {
    pub shell: Shell,
    pub name: String,
    pub version: u32,
    pub versions: Vec<VersionRow>,
    /// What the version that was asked for changed.
    pub diff: Option<Diff>,
    /// The file, as it is edited.
    pub text: String,
    pub errors: FieldErrors,
}

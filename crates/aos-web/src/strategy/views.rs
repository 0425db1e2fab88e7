//! The plan of a client and the approval of a strategy.

use askama::Template;

use crate::{
    forms::FieldErrors,
    layout::{ApprovalHead, ClientHead, ClientTab, Shell},
    markdown::CleanHtml,
    ui::{Choice, Diff, Gap, Moment, Progress, filters},
};

/// `GET /portal/approvals/{id}` of a strategy.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "strategy/approval.html")]
pub struct StrategyApprovalPage {
    pub shell: Shell,
    pub approval: ApprovalHead,
    pub strategy: StrategyView,
    /// Against the version before; `None` for the first.
    pub diff: Option<Diff>,
    /// Where the strategy is edited.
    pub edit_href: Option<String>,
}

/// A strategy as it reads.
#[derive(Clone, Debug, Default)]
pub struct StrategyView {
    pub id: String,
    pub version: u32,
    /// `draft`, `pending_approval`, `active`, `superseded`, `rejected`.
    pub state: String,
    pub summary: CleanHtml,
    pub rationale: CleanHtml,
    pub goals: Vec<GoalLine>,
    pub deliverables: Vec<DeliverableLine>,
    /// Pieces of work a month, over all deliverables.
    pub monthly_total: u32,
    pub platforms: Vec<String>,
    /// "Month 1" and what it is about.
    pub timeline: Vec<(String, String)>,
    pub gaps: Vec<Gap>,
    pub offline: bool,
    pub made_by: String,
    pub made_at: Moment,
    /// The context version that the agent saw.
    pub context_version: Option<u32>,
    pub run_href: Option<String>,
}

/// A goal as proposed.
#[derive(Clone, Debug, Default)]
pub struct GoalLine {
    pub name: String,
    pub description: String,
    /// "Published posts".
    pub metric: String,
    pub baseline: Option<String>,
    /// With its unit: "60 posts".
    pub target: String,
    /// "in 6 months".
    pub due: String,
}

/// A deliverable as proposed.
#[derive(Clone, Debug, Default)]
pub struct DeliverableLine {
    pub name: String,
    /// `blog_posts`, …
    pub kind: String,
    pub monthly: u32,
    /// Name of the goal it serves.
    pub goal: String,
    pub rationale: String,
    /// Not made by this installation yet: planned and counted by hand.
    pub manual: bool,
}

/// `GET /portal/clients/{id}/plan`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "strategy/plan.html")]
pub struct PlanPage {
    pub shell: Shell,
    pub client: ClientHead,
    /// The active strategy, or the one that waits when none is active yet.
    pub strategy: Option<StrategyView>,
    /// An approval that waits for somebody.
    pub approval_href: Option<String>,
    pub goals: Vec<GoalView>,
    pub deliverables: Vec<DeliverableView>,
    pub periods: Vec<PeriodRow>,
    pub versions: Vec<StrategyVersionRow>,
}

/// A goal as it stands.
#[derive(Clone, Debug, Default)]
pub struct GoalView {
    pub id: String,
    pub name: String,
    pub metric: String,
    /// `on_track`, `at_risk`, `achieved`, `missed`.
    pub status: String,
    pub progress: Progress,
    /// "by 30 Apr 2027".
    pub due: String,
    /// Where the figure comes from: "Counted from published posts".
    pub source: String,
}

/// A deliverable in its present period.
#[derive(Clone, Debug, Default)]
pub struct DeliverableView {
    pub id: String,
    pub name: String,
    pub kind: String,
    /// `on_track`, `at_risk`, `completed`, `missed`.
    pub status: String,
    pub progress: Progress,
    pub goal: String,
    /// The pipeline of this period.
    pub work_href: Option<String>,
}

/// A month of a deliverable.
#[derive(Clone, Debug, Default)]
pub struct PeriodRow {
    /// "November 2026".
    pub month: String,
    pub deliverable: String,
    pub status: String,
    pub progress: Progress,
}

#[derive(Clone, Debug, Default)]
pub struct StrategyVersionRow {
    pub version: u32,
    pub state: String,
    pub made_by: String,
    pub at: Moment,
    pub href: String,
    /// The reviewer's words, when it was rejected.
    pub notes: Option<String>,
}

/// `GET /portal/clients/{id}/strategies/{id}`: one version as it reads.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "strategy/version.html")]
pub struct StrategyPage {
    pub shell: Shell,
    pub client: ClientHead,
    pub strategy: StrategyView,
    pub diff: Option<Diff>,
}

/// `GET/POST /portal/clients/{id}/strategies/{id}/edit`. Rows come back as `goals.N.…` and `deliverables.N.…`
/// ([`crate::forms::Fields::rows`]); a row without a name is left out.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "strategy/edit.html")]
pub struct StrategyEditPage {
    pub shell: Shell,
    pub client: ClientHead,
    pub strategy_id: String,
    /// The version that the edit starts from.
    pub base_version: u32,
    pub summary: String,
    pub rationale: String,
    pub goals: Vec<GoalInput>,
    pub deliverables: Vec<DeliverableInput>,
    /// Pieces a month over all deliverables, as far as they are numbers.
    pub monthly_total: u64,
    pub metrics: Vec<Choice>,
    pub kinds: Vec<Choice>,
    /// Somebody saved another version meanwhile.
    pub conflict: Option<StrategyConflict>,
    pub errors: FieldErrors,
}

#[derive(Clone, Debug, Default)]
pub struct StrategyConflict {
    pub at: Moment,
    pub diff: Diff,
}

/// Fields `name`, `description`, `metric`, `unit`, `baseline`, `target`, `months`.
#[derive(Clone, Debug, Default)]
pub struct GoalInput {
    pub name: String,
    pub description: String,
    pub metric: String,
    pub unit: String,
    pub baseline: String,
    pub target: String,
    pub months: String,
    /// Just added: it gets the focus.
    pub fresh: bool,
    /// What is wrong in this row: the field and the words.
    pub problem: Option<(String, String)>,
}

impl GoalInput {
    pub(crate) fn bad(&self, field: &str) -> bool {
        self.problem.as_ref().is_some_and(|(name, _)| name == field)
    }
}

/// Fields `name`, `kind`, `monthly`, `goal` (row number), `rationale`.
#[derive(Clone, Debug, Default)]
pub struct DeliverableInput {
    pub name: String,
    pub kind: String,
    pub monthly: String,
    pub goal: String,
    pub rationale: String,
    /// Just added: it gets the focus.
    pub fresh: bool,
    /// What is wrong in this row: the field and the words.
    pub problem: Option<(String, String)>,
}

impl DeliverableInput {
    pub(crate) fn bad(&self, field: &str) -> bool {
        self.problem.as_ref().is_some_and(|(name, _)| name == field)
    }
}

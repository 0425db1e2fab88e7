//! Strategies, goals, deliverables and periods. Pure.

use aos_capabilities::drafts::{DeliverableDraft, GoalDraft, StrategyDraft};
use aos_kernel::{
    Actor, ContentHash, DeliverableId, Error, GoalId, Month, PeriodId, Result, RunId, StrategyId, TenantId, Timestamp,
    text_enum,
};
use chrono::NaiveDate;
use serde::Serialize;

use super::pace::{GoalFigures, GoalStatus, Pace};

text_enum! {
    pub enum StrategyState {
        PendingApproval = "pending_approval",
        Active = "active",
        /// Another one was approved after it.
        Superseded = "superseded",
        /// Sent back with notes.
        Rejected = "rejected",
    }
}

impl StrategyState {
    /// The table of legal transitions.
    pub const fn may_become(self, next: Self) -> bool {
        use StrategyState as S;
        matches!(
            (self, next),
            (S::Rejected, S::PendingApproval)
                | (S::PendingApproval, S::Active | S::Rejected)
                | (S::Active, S::Superseded)
        )
    }
    /// Whether its content may still change.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::PendingApproval | Self::Rejected)
    }
}

/// A strategy as it stands, with its newest revision.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Strategy {
    pub id: StrategyId,
    pub tenant_id: TenantId,
    /// Counts the tenant's strategies, from 1.
    pub number: i64,
    pub state: StrategyState,
    /// Counts the versions of this one, from 1.
    pub revision: i64,
    /// Its gaps say what the material did not carry.
    pub content: StrategyDraft,
    /// Of the content.
    pub hash: ContentHash,
    pub made_by: Actor,
    /// Drafted without a model.
    pub offline: bool,
    pub run_id: Option<RunId>,
    /// The notes with which it was sent back last.
    pub rejection: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub decided_at: Option<Timestamp>,
}

/// One version of a strategy's content.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Revision {
    pub revision: i64,
    pub content: StrategyDraft,
    pub hash: ContentHash,
    pub author: Actor,
    pub created_at: Timestamp,
}

/// An outcome with a measure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Goal {
    pub id: GoalId,
    pub tenant_id: TenantId,
    /// None for one that was added by hand.
    pub strategy_id: Option<StrategyId>,
    pub name: String,
    pub description: String,
    /// One of [`METRICS`].
    pub metric: String,
    pub unit: String,
    pub baseline: Option<f64>,
    pub target: f64,
    pub started_on: NaiveDate,
    /// The last day on which it can be reached, in the tenant's time zone.
    pub target_date: NaiveDate,
    pub current_value: Option<f64>,
    /// Set when it is no longer pursued.
    pub closed_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Goal {
    pub fn figures(&self) -> GoalFigures {
        GoalFigures {
            baseline: self.baseline,
            target: self.target,
            current: self.current_value,
            started_on: self.started_on,
            target_date: self.target_date,
        }
    }
}

/// A goal with what is computed of it.
#[derive(Clone, Debug, Serialize)]
pub struct GoalView {
    #[serde(flatten)]
    pub goal: Goal,
    pub status: GoalStatus,
    /// 0 at the baseline, 1 at the target.
    pub progress: f64,
}

/// A value that a goal had.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GoalValue {
    pub at: Timestamp,
    pub value: f64,
    pub actor: Actor,
    pub note: Option<String>,
}

text_enum! {
    pub enum DeliverableState {
        Active = "active",
        /// Opens no month until it is resumed.
        Paused = "paused",
        /// No longer part of the plan.
        Ended = "ended",
    }
}

/// A monthly commitment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Deliverable {
    pub id: DeliverableId,
    pub tenant_id: TenantId,
    pub strategy_id: Option<StrategyId>,
    pub goal_id: Option<GoalId>,
    /// One of [`DELIVERABLE_TYPES`].
    pub deliverable_type: String,
    pub name: String,
    pub monthly_quantity: i64,
    /// The pipeline template that makes it.
    pub template_key: String,
    pub state: DeliverableState,
    /// Since when it is active without a break.
    pub active_at: Timestamp,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A deliverable's month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Period {
    pub id: PeriodId,
    pub tenant_id: TenantId,
    pub deliverable_id: DeliverableId,
    pub month: Month,
    pub target: i64,
    pub completed_count: i64,
    /// None when the month was over before it could be opened: nothing was made for it.
    pub opened_at: Option<Timestamp>,
    pub completed_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// A month with its deliverable and what is computed of it.
#[derive(Clone, Debug, Serialize)]
pub struct PeriodView {
    #[serde(flatten)]
    pub period: Period,
    pub deliverable: Deliverable,
    pub pace: Pace,
}

/// Metrics that a goal can have; `published_posts` is counted here, the others come from their slices or from a person.
pub const METRICS: [&str; 7] =
    ["published_posts", "sessions", "rankings", "leads", "channel_score", "domain_authority", "custom"];
/// The metric that is counted from the units of the goal's deliverables.
pub const PUBLISHED_POSTS: &str = "published_posts";
/// The metric that follows the scores of the client's channels.
pub const CHANNEL_SCORE: &str = "channel_score";

pub const DELIVERABLE_TYPES: [&str; 8] = [
    "blog_posts",
    "social_posts",
    "backlinks",
    "gbp_posts",
    "website_audit",
    "newsletters",
    "ad_copy_sets",
    "performance_report",
];

/// Whether one of these is finished with its whole pipeline; the others are counted piece by piece as they are published.
pub(super) fn counted_by_pipeline(deliverable_type: &str) -> bool {
    matches!(deliverable_type, "website_audit" | "performance_report")
}

/// Nobody makes more of one kind in a month for one client; a larger number is a slip.
const MOST_A_MONTH: i64 = 500;
const LONGEST_MONTHS: u32 = 60;
const MOST_GOALS: usize = 20;
const MOST_DELIVERABLES: usize = 30;

fn bad<T>(field: String, message: impl Into<String>) -> Result<T> {
    Err(Error::invalid(field, message))
}

fn check_text(field: String, text: &str, max: usize) -> Result<()> {
    if text.trim().is_empty() {
        return bad(field, "This can't be empty.");
    }
    if text.chars().count() > max {
        return bad(field, format!("This can have at most {max} characters."));
    }
    Ok(())
}

/// # Errors
/// `Invalid` with the field under `at`.
pub(super) fn check_goal(at: &str, goal: &GoalDraft) -> Result<()> {
    check_text(format!("{at}.name"), &goal.name, 200)?;
    check_text(format!("{at}.unit"), &goal.unit, 60)?;
    if !METRICS.contains(&goal.metric.as_str()) {
        return bad(
            format!("{at}.metric"),
            format!("“{}” is not a metric; known: {}.", goal.metric, METRICS.join(", ")),
        );
    }
    if !goal.target.is_finite() || !goal.baseline.unwrap_or(0.0).is_finite() {
        return bad(format!("{at}.target"), "This is not a number.");
    }
    if goal.baseline.unwrap_or(0.0) == goal.target {
        return bad(format!("{at}.target"), "The target is where it stands already; there is nothing to reach.");
    }
    if !(1..=LONGEST_MONTHS).contains(&goal.months) {
        return bad(format!("{at}.months"), format!("A goal takes 1 to {LONGEST_MONTHS} months."));
    }
    Ok(())
}

/// # Errors
/// `Invalid` with the field under `at`.
pub(super) fn check_deliverable(at: &str, deliverable_type: &str, name: &str, monthly_quantity: i64) -> Result<()> {
    check_text(format!("{at}.name"), name, 200)?;
    if !DELIVERABLE_TYPES.contains(&deliverable_type) {
        let known = DELIVERABLE_TYPES.join(", ");
        return bad(
            format!("{at}.deliverable_type"),
            format!("“{deliverable_type}” is not delivered here; known: {known}."),
        );
    }
    if !(1..=MOST_A_MONTH).contains(&monthly_quantity) {
        return bad(format!("{at}.monthly_quantity"), format!("A month takes 1 to {MOST_A_MONTH} of one kind."));
    }
    Ok(())
}

/// Whether a draft can become goals and deliverables. The gaps are no errors: they are kept and shown.
///
/// # Errors
/// `Invalid` with the first field that can't be, e.g. `goals.0.metric`.
pub fn check_draft(draft: &StrategyDraft) -> Result<()> {
    check_text("summary".to_owned(), &draft.summary, 10_000)?;
    if draft.goals.len() > MOST_GOALS {
        return bad("goals".to_owned(), format!("More than {MOST_GOALS} goals are none."));
    }
    if draft.deliverables.len() > MOST_DELIVERABLES {
        return bad("deliverables".to_owned(), format!("A plan holds at most {MOST_DELIVERABLES} deliverables."));
    }
    for (i, goal) in draft.goals.iter().enumerate() {
        check_goal(&format!("goals.{i}"), goal)?;
        if draft.goals[..i].iter().any(|other| same_goal(&other.metric, &other.name, &goal.metric, &goal.name)) {
            return bad(format!("goals.{i}.name"), format!("Two goals are called “{}”.", goal.name));
        }
    }
    for (i, deliverable) in draft.deliverables.iter().enumerate() {
        let at = format!("deliverables.{i}");
        let DeliverableDraft { deliverable_type, name, monthly_quantity, goal, .. } = deliverable;
        check_deliverable(&at, deliverable_type, name, i64::from(*monthly_quantity))?;
        if *goal >= draft.goals.len() {
            return bad(format!("{at}.goal"), "This refers to a goal that is not in the strategy.");
        }
        let twin =
            |other: &DeliverableDraft| same_deliverable(&other.deliverable_type, &other.name, deliverable_type, name);
        if draft.deliverables[..i].iter().any(twin) {
            return bad(format!("{at}.name"), format!("Two deliverables are called “{name}”."));
        }
    }
    Ok(())
}

/// Whether a goal of the next strategy is one that is pursued already: by what it measures and what people call it.
pub(super) fn same_goal(metric: &str, name: &str, other_metric: &str, other_name: &str) -> bool {
    metric == other_metric && same_name(name, other_name)
}

/// Whether a deliverable of the next strategy is one that is agreed already.
pub(super) fn same_deliverable(kind: &str, name: &str, other_kind: &str, other_name: &str) -> bool {
    kind == other_kind && same_name(name, other_name)
}

fn same_name(name: &str, other: &str) -> bool {
    name.trim().to_lowercase() == other.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> StrategyDraft {
        serde_json::from_value(serde_json::json!({
            "summary": "Be found.",
            "goals": [{
                "name": "Posts", "description": "", "metric": "published_posts", "unit": "posts",
                "baseline": null, "target": 60.0, "months": 6
            }],
            "deliverables": [{
                "deliverable_type": "blog_posts", "name": "Blog posts", "monthly_quantity": 10, "goal": 0, "rationale": ""
            }],
            "platforms": [], "timeline": [], "rationale": "", "gaps": []
        }))
        .unwrap()
    }

    #[test]
    fn a_draft_that_cannot_become_a_plan_names_the_field() {
        check_draft(&draft()).unwrap();
        type Spoil = fn(&mut StrategyDraft);
        let broken: [(&str, Spoil); 8] = [
            ("summary", |d| d.summary.clear()),
            ("goals.0.metric", |d| d.goals[0].metric = "likes".to_owned()),
            ("goals.0.target", |d| d.goals[0].target = f64::NAN),
            ("goals.0.target", |d| d.goals[0].target = 0.0),
            ("goals.0.months", |d| d.goals[0].months = 0),
            ("deliverables.0.goal", |d| d.deliverables[0].goal = 1),
            ("deliverables.0.monthly_quantity", |d| d.deliverables[0].monthly_quantity = 0),
            ("deliverables.1.name", |d| d.deliverables.push(d.deliverables[0].clone())),
        ];
        for (field, spoil) in broken {
            let mut draft = draft();
            spoil(&mut draft);
            assert_eq!(check_draft(&draft).unwrap_err().field(), Some(field));
        }
    }

    #[test]
    fn only_a_pending_strategy_becomes_active() {
        use StrategyState as S;
        let into_active: Vec<_> = S::ALL.iter().filter(|state| state.may_become(S::Active)).collect();
        assert_eq!(into_active, [&S::PendingApproval]);
        assert!(S::ALL.iter().all(|state| !S::Superseded.may_become(*state)));
    }
}

//! Shapes of strategies, goals, deliverables and months.

use aos_capabilities::drafts::{DeliverableDraft, Gap, GoalDraft, StrategyDraft, TimelineEntry};
use aos_features::strategy::{
    self, Deliverable, DeliverableState, GoalValue, GoalView as Goal, PeriodView as Period, Revision, Strategy,
    StrategyState,
    pace::{GoalStatus, PeriodStatus},
};
use aos_kernel::{GoalId, RunId, StrategyId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::{ActorView, GapView, words};

/// A strategy with its newest revision.
#[derive(Debug, Serialize, ToSchema)]
pub struct StrategyView {
    pub id: Uuid,
    /// Counts the client's strategies, from 1.
    pub number: i64,
    #[schema(schema_with = words::strategy_state)]
    pub state: StrategyState,
    /// Counts the versions of this one, from 1.
    pub revision: i64,
    pub content: StrategyContent,
    /// Of the content; a decision names it.
    pub hash: String,
    pub made_by: ActorView,
    /// Drafted without a model.
    pub offline: bool,
    pub run_id: Option<Uuid>,
    /// The notes with which it was sent back last.
    pub rejection: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub decided_at: Option<DateTime<Utc>>,
}

impl From<Strategy> for StrategyView {
    fn from(strategy: Strategy) -> Self {
        Self {
            id: strategy.id.uuid(),
            number: strategy.number,
            state: strategy.state,
            revision: strategy.revision,
            content: strategy.content.into(),
            hash: strategy.hash.to_string(),
            made_by: strategy.made_by.into(),
            offline: strategy.offline,
            run_id: strategy.run_id.map(RunId::uuid),
            rejection: strategy.rejection,
            created_at: strategy.created_at,
            updated_at: strategy.updated_at,
            decided_at: strategy.decided_at,
        }
    }
}

/// One version of a strategy.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevisionView {
    pub revision: i64,
    pub content: StrategyContent,
    pub hash: String,
    pub author: ActorView,
    pub created_at: DateTime<Utc>,
}

impl From<Revision> for RevisionView {
    fn from(revision: Revision) -> Self {
        Self {
            revision: revision.revision,
            content: revision.content.into(),
            hash: revision.hash.to_string(),
            author: revision.author.into(),
            created_at: revision.created_at,
        }
    }
}

/// An edit of a strategy.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeStrategy {
    /// The revision that was read before.
    #[schema(minimum = 1)]
    pub seen_revision: i64,
    pub content: StrategyContent,
}

/// What a strategy says.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct StrategyContent {
    #[schema(min_length = 1, max_length = 10000)]
    pub summary: String,
    #[schema(max_items = 20)]
    pub goals: Vec<GoalContent>,
    #[schema(max_items = 30)]
    pub deliverables: Vec<DeliverableContent>,
    pub platforms: Vec<String>,
    pub timeline: Vec<TimelineView>,
    pub rationale: String,
    /// What the material did not carry.
    pub gaps: Vec<GapView>,
}

/// An outcome with a measure.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct GoalContent {
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    pub description: String,
    /// `published_posts`, `sessions`, `rankings`, `leads`, `channel_score`, `domain_authority` or `custom`.
    pub metric: String,
    /// What the figure is counted in: “posts”, “sessions a month”.
    #[schema(min_length = 1, max_length = 60)]
    pub unit: String,
    pub baseline: Option<f64>,
    pub target: f64,
    /// Months until it is to be reached.
    #[schema(minimum = 1, maximum = 60)]
    pub months: u32,
}

/// A monthly commitment.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DeliverableContent {
    /// `blog_posts`, `social_posts`, `backlinks`, `gbp_posts`, `website_audit`, `newsletters`, `ad_copy_sets` or
    /// `performance_report`.
    pub deliverable_type: String,
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    #[schema(minimum = 1, maximum = 500)]
    pub monthly_quantity: u32,
    /// Position in `goals`, from 0.
    pub goal: u32,
    pub rationale: String,
}

/// A part of the recommended timeline.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TimelineView {
    /// First month that it covers, from 1.
    pub month: u32,
    pub focus: String,
}

impl From<GoalDraft> for GoalContent {
    fn from(draft: GoalDraft) -> Self {
        let GoalDraft { name, description, metric, unit, baseline, target, months } = draft;
        Self { name, description, metric, unit, baseline, target, months }
    }
}
impl From<GoalContent> for GoalDraft {
    fn from(content: GoalContent) -> Self {
        let GoalContent { name, description, metric, unit, baseline, target, months } = content;
        Self { name, description, metric, unit, baseline, target, months }
    }
}

impl From<DeliverableDraft> for DeliverableContent {
    fn from(draft: DeliverableDraft) -> Self {
        let DeliverableDraft { deliverable_type, name, monthly_quantity, goal, rationale } = draft;
        Self { deliverable_type, name, monthly_quantity, goal: u32::try_from(goal).unwrap_or(u32::MAX), rationale }
    }
}
impl From<DeliverableContent> for DeliverableDraft {
    fn from(content: DeliverableContent) -> Self {
        let DeliverableContent { deliverable_type, name, monthly_quantity, goal, rationale } = content;
        // A position that fits no memory is in no list either.
        let goal = usize::try_from(goal).unwrap_or(usize::MAX);
        Self { deliverable_type, name, monthly_quantity, goal, rationale }
    }
}

impl From<StrategyDraft> for StrategyContent {
    fn from(draft: StrategyDraft) -> Self {
        let StrategyDraft { summary, goals, deliverables, platforms, timeline, rationale, gaps } = draft;
        let timeline = timeline.into_iter().map(|TimelineEntry { month, focus }| TimelineView { month, focus });
        Self {
            summary,
            goals: goals.into_iter().map(Into::into).collect(),
            deliverables: deliverables.into_iter().map(Into::into).collect(),
            platforms,
            timeline: timeline.collect(),
            rationale,
            gaps: gaps.into_iter().map(GapView::from).collect(),
        }
    }
}
impl From<StrategyContent> for StrategyDraft {
    fn from(content: StrategyContent) -> Self {
        let StrategyContent { summary, goals, deliverables, platforms, timeline, rationale, gaps } = content;
        let timeline = timeline.into_iter().map(|TimelineView { month, focus }| TimelineEntry { month, focus });
        Self {
            summary,
            goals: goals.into_iter().map(Into::into).collect(),
            deliverables: deliverables.into_iter().map(Into::into).collect(),
            platforms,
            timeline: timeline.collect(),
            rationale,
            gaps: gaps.into_iter().map(Gap::from).collect(),
        }
    }
}

/// A goal with its status, which is computed.
#[derive(Debug, Serialize, ToSchema)]
pub struct GoalView {
    pub id: Uuid,
    /// Null for one that was added by hand.
    pub strategy_id: Option<Uuid>,
    pub name: String,
    pub description: String,
    pub metric: String,
    pub unit: String,
    pub baseline: Option<f64>,
    pub target: f64,
    pub current_value: Option<f64>,
    #[schema(schema_with = words::goal_status)]
    pub status: GoalStatus,
    /// 0 at the baseline, 1 at the target.
    pub progress: f64,
    pub started_on: NaiveDate,
    /// The last day on which it can be reached, in the client's time zone.
    pub target_date: NaiveDate,
    pub closed_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl From<Goal> for GoalView {
    fn from(view: Goal) -> Self {
        let Goal { goal, status, progress } = view;
        Self {
            id: goal.id.uuid(),
            strategy_id: goal.strategy_id.map(StrategyId::uuid),
            name: goal.name,
            description: goal.description,
            metric: goal.metric,
            unit: goal.unit,
            baseline: goal.baseline,
            target: goal.target,
            current_value: goal.current_value,
            status,
            progress,
            started_on: goal.started_on,
            target_date: goal.target_date,
            closed_at: goal.closed_at,
            created_at: goal.created_at,
            updated_at: goal.updated_at,
        }
    }
}

/// A value that a goal had.
#[derive(Debug, Serialize, ToSchema)]
pub struct GoalValueView {
    pub at: DateTime<Utc>,
    pub value: f64,
    pub actor: ActorView,
    pub note: Option<String>,
}

impl From<GoalValue> for GoalValueView {
    fn from(value: GoalValue) -> Self {
        Self { at: value.at, value: value.value, actor: value.actor.into(), note: value.note }
    }
}

/// What is to be changed of a goal; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeGoalBody {
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    pub description: Option<String>,
    pub target: Option<f64>,
    pub target_date: Option<NaiveDate>,
}

/// A figure that is not counted here: sessions, rankings, leads.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewGoalValue {
    pub value: f64,
    #[schema(max_length = 2000)]
    pub note: Option<String>,
}

/// A monthly commitment.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliverableView {
    pub id: Uuid,
    pub strategy_id: Option<Uuid>,
    pub goal_id: Option<Uuid>,
    pub deliverable_type: String,
    pub name: String,
    pub monthly_quantity: i64,
    /// The pipeline template that makes it.
    pub template_key: String,
    #[schema(schema_with = words::deliverable_state)]
    pub state: DeliverableState,
    /// Since when it is active without a break.
    pub active_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl From<Deliverable> for DeliverableView {
    fn from(deliverable: Deliverable) -> Self {
        Self {
            id: deliverable.id.uuid(),
            strategy_id: deliverable.strategy_id.map(StrategyId::uuid),
            goal_id: deliverable.goal_id.map(GoalId::uuid),
            deliverable_type: deliverable.deliverable_type,
            name: deliverable.name,
            monthly_quantity: deliverable.monthly_quantity,
            template_key: deliverable.template_key,
            state: deliverable.state,
            active_at: deliverable.active_at,
            created_at: deliverable.created_at,
            updated_at: deliverable.updated_at,
        }
    }
}

/// A deliverable to be agreed by hand.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewDeliverableBody {
    pub deliverable_type: String,
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    #[schema(minimum = 1, maximum = 500)]
    pub monthly_quantity: i64,
    pub goal_id: Option<Uuid>,
    /// Left out: the built-in template of the type.
    pub template_key: Option<String>,
}

impl From<NewDeliverableBody> for strategy::plan::NewDeliverable {
    fn from(body: NewDeliverableBody) -> Self {
        Self {
            deliverable_type: body.deliverable_type,
            name: body.name,
            monthly_quantity: body.monthly_quantity,
            goal_id: body.goal_id.map(GoalId::from_uuid),
            template_key: body.template_key,
        }
    }
}

/// What is to be changed of a deliverable; what is left out stays. A new quantity counts from the next month on.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeDeliverableBody {
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    #[schema(minimum = 1, maximum = 500)]
    pub monthly_quantity: Option<i64>,
    /// Null: it serves no goal.
    #[serde(default, deserialize_with = "crate::tenants::api::given")]
    #[schema(value_type = Option<Uuid>)]
    pub goal_id: Option<Option<Uuid>>,
    pub template_key: Option<String>,
}

/// A deliverable's month.
#[derive(Debug, Serialize, ToSchema)]
pub struct PeriodView {
    pub id: Uuid,
    pub deliverable_id: Uuid,
    pub deliverable_name: String,
    /// `2026-04`.
    pub month: String,
    pub target: i64,
    pub completed_count: i64,
    /// Where an even pace would be now.
    pub expected: f64,
    #[schema(schema_with = words::period_status)]
    pub status: PeriodStatus,
    /// Null when the month was over before it could be opened.
    pub opened_at: Option<DateTime<Utc>>,
    pub completed_at: Option<DateTime<Utc>>,
}

impl From<Period> for PeriodView {
    fn from(view: Period) -> Self {
        let Period { period, deliverable, pace } = view;
        Self {
            id: period.id.uuid(),
            deliverable_id: deliverable.id.uuid(),
            deliverable_name: deliverable.name,
            month: period.month.to_string(),
            target: period.target,
            completed_count: period.completed_count,
            expected: pace.expected,
            status: pace.status,
            opened_at: period.opened_at,
            completed_at: period.completed_at,
        }
    }
}

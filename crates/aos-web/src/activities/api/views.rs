//! Shapes of approvals, pipelines and activities.

use aos_features::{
    activities::{
        self, Activity, ActivityState, Approval, ApprovalState, Assignee, Decided, Origin, Pipeline, PipelineState,
    },
    tenants::Party,
};
use aos_kernel::{Error, Result};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api::{ActorView, SubjectView, words},
    workflow::api::EventView,
};

/// One thing that a person has to decide on, and the decision.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApprovalView {
    pub id: Uuid,
    pub tenant_id: Uuid,
    pub activity_id: Uuid,
    pub pipeline_id: Uuid,
    pub subject: SubjectView,
    pub title: String,
    pub version: i64,
    /// Of exactly what is to be decided on; a decision names it.
    pub hash: String,
    pub made_by: ActorView,
    /// Whose turn it is: the agency's, or the client's own after it.
    #[schema(schema_with = words::party)]
    pub party: Party,
    /// The human role that decides.
    pub role: String,
    #[schema(schema_with = words::approval_state)]
    pub state: ApprovalState,
    pub requested_at: DateTime<Utc>,
    pub decided_at: Option<DateTime<Utc>>,
    pub decided_by: Option<ActorView>,
    pub notes: Option<String>,
}

impl From<Approval> for ApprovalView {
    fn from(approval: Approval) -> Self {
        Self {
            id: approval.id.uuid(),
            tenant_id: approval.tenant_id.uuid(),
            activity_id: approval.activity_id.uuid(),
            pipeline_id: approval.pipeline_id.uuid(),
            subject: approval.subject.into(),
            title: approval.title,
            version: approval.version,
            hash: approval.hash.to_string(),
            made_by: approval.made_by.into(),
            party: approval.party,
            role: approval.role,
            state: approval.state,
            requested_at: approval.requested_at,
            decided_at: approval.decided_at,
            decided_by: approval.decided_by.map(ActorView::from),
            notes: approval.notes,
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Approve,
    /// With notes: the work goes back to whoever made it.
    Reject,
}

/// A decision.
#[derive(Debug, Deserialize, ToSchema)]
pub struct DecideBody {
    /// Of what was looked at.
    pub hash: String,
    pub decision: Verdict,
    /// Required to reject: what has to change.
    #[schema(max_length = 10000)]
    pub notes: Option<String>,
}

/// Decisions on many things of one client.
#[derive(Debug, Deserialize, ToSchema)]
pub struct DecideManyBody {
    #[schema(min_items = 1, max_items = 100)]
    pub items: Vec<DecideOneOfMany>,
}

impl DecideManyBody {
    /// # Errors
    /// `Invalid` for none or too many.
    pub fn check(&self) -> Result<()> {
        if (1..=100).contains(&self.items.len()) {
            Ok(())
        } else {
            Err(Error::invalid("items", "Send 1 to 100 decisions at once."))
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct DecideOneOfMany {
    pub approval_id: Uuid,
    /// Of what was looked at.
    pub hash: String,
    pub decision: Verdict,
    /// Required to reject.
    pub notes: Option<String>,
}

/// A decision that was taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecidedView {
    pub approval_id: Uuid,
    pub activity_id: Uuid,
    pub pipeline_id: Uuid,
    pub subject: SubjectView,
    pub title: String,
    #[schema(schema_with = words::approval_state)]
    pub state: ApprovalState,
    /// The side that has to say yes too: `client`.
    #[schema(value_type = Option<String>)]
    pub goes_on_to: Option<Party>,
}

impl From<Decided> for DecidedView {
    fn from(decided: Decided) -> Self {
        Self {
            approval_id: decided.approval.uuid(),
            activity_id: decided.activity.uuid(),
            pipeline_id: decided.pipeline.uuid(),
            subject: decided.subject.into(),
            title: decided.title,
            state: decided.state,
            goes_on_to: decided.goes_on_to,
        }
    }
}

/// What became of one of many decisions: `decided` or `refused`.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecisionAnswer {
    pub decided: Option<DecidedView>,
    pub refused: Option<RefusalView>,
}

/// Why one of many was not done.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefusalView {
    /// A stable word for programs.
    pub code: String,
    pub title: String,
    pub detail: Option<String>,
    pub field: Option<String>,
}

impl From<Result<Decided>> for DecisionAnswer {
    fn from(answer: Result<Decided>) -> Self {
        match answer {
            Ok(decided) => Self { decided: Some(decided.into()), refused: None },
            Err(error) => Self {
                decided: None,
                refused: Some(RefusalView {
                    code: error.code().to_owned(),
                    title: error.message().to_owned(),
                    detail: error.help().map(str::to_owned),
                    field: error.field().map(str::to_owned),
                }),
            },
        }
    }
}

/// A run of a template.
#[derive(Debug, Serialize, ToSchema)]
pub struct PipelineView {
    pub id: Uuid,
    pub template_key: String,
    pub template_version: i64,
    pub name: String,
    /// `period`, `ad_hoc` or `set_up`.
    pub origin: String,
    /// The deliverable's month, where that is the origin.
    pub period_id: Option<Uuid>,
    #[schema(schema_with = words::pipeline_state)]
    pub state: PipelineState,
    pub created_at: DateTime<Utc>,
    pub completed_at: Option<DateTime<Utc>>,
    /// In the order in which they came about.
    pub activities: Vec<ActivityView>,
}

impl PipelineView {
    fn of(pipeline: Pipeline, activities: Vec<Activity>) -> Self {
        let (origin, period_id) = match pipeline.origin {
            Origin::Period { period } => ("period", Some(period.uuid())),
            Origin::AdHoc => ("ad_hoc", None),
            Origin::SetUp => ("set_up", None),
        };
        Self {
            id: pipeline.id.uuid(),
            template_key: pipeline.template_key,
            template_version: pipeline.template_version,
            name: pipeline.name,
            origin: origin.to_owned(),
            period_id,
            state: pipeline.state,
            created_at: pipeline.created_at,
            completed_at: pipeline.completed_at,
            activities: activities.into_iter().map(ActivityView::from).collect(),
        }
    }
}

impl From<activities::PipelineView> for PipelineView {
    fn from(view: activities::PipelineView) -> Self {
        Self::of(view.pipeline, view.activities)
    }
}

/// Whoever a step is for.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssigneeView {
    /// `agent`, `human` or `system`.
    pub kind: &'static str,
    /// The role of the agent or person.
    pub role: Option<String>,
}

impl From<Assignee> for AssigneeView {
    fn from(assignee: Assignee) -> Self {
        match assignee {
            Assignee::Agent(role) => Self { kind: "agent", role: Some(role) },
            Assignee::Human(role) => Self { kind: "human", role: Some(role) },
            Assignee::System => Self { kind: "system", role: None },
        }
    }
}

/// The atomic unit of work.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActivityView {
    pub id: Uuid,
    pub tenant_id: Uuid,
    pub pipeline_id: Uuid,
    pub step_key: String,
    pub name: String,
    pub assignee: AssigneeView,
    /// What does it; null for approvals and for what people hand in.
    pub step_kind: Option<String>,
    pub is_approval: bool,
    #[schema(schema_with = words::activity_state)]
    pub state: ActivityState,
    /// The unit that it is for, when its step repeats.
    pub unit: Option<SubjectView>,
    pub output: Option<Value>,
    /// The reviewer's notes of the last rejection.
    pub notes: Option<String>,
    /// How often it was started.
    pub attempt: i64,
    pub error: Option<String>,
    pub error_help: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub completed_at: Option<DateTime<Utc>>,
}

impl From<Activity> for ActivityView {
    fn from(activity: Activity) -> Self {
        Self {
            id: activity.id.uuid(),
            tenant_id: activity.tenant_id.uuid(),
            pipeline_id: activity.pipeline_id.uuid(),
            step_key: activity.step_key,
            name: activity.name,
            assignee: activity.assignee.into(),
            step_kind: activity.step_kind,
            is_approval: activity.is_approval,
            state: activity.state,
            unit: activity.unit.map(SubjectView::from),
            output: activity.output,
            notes: activity.notes,
            attempt: activity.attempt,
            error: activity.error,
            error_help: activity.error_help,
            created_at: activity.created_at,
            updated_at: activity.updated_at,
            completed_at: activity.completed_at,
        }
    }
}

/// An activity with everything that happened to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActivityDetailView {
    pub activity: ActivityView,
    pub pipeline_name: String,
    /// What it decides or decided on, when it is an approval.
    pub approvals: Vec<ApprovalView>,
    /// The oldest first.
    pub events: Vec<EventView>,
}

impl From<activities::ActivityDetail> for ActivityDetailView {
    fn from(detail: activities::ActivityDetail) -> Self {
        Self {
            activity: detail.activity.into(),
            pipeline_name: detail.pipeline.name,
            approvals: detail.approvals.into_iter().map(ApprovalView::from).collect(),
            events: detail.events.into_iter().map(EventView::from).collect(),
        }
    }
}

/// What a person hands in.
#[derive(Debug, Deserialize, ToSchema)]
pub struct HandIn {
    /// A note on what was done.
    #[schema(max_length = 10000)]
    pub notes: Option<String>,
}

/// Why something is stopped.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Reason {
    #[schema(max_length = 2000)]
    pub why: String,
}

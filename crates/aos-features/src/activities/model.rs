//! Activities, pipelines and templates: their types and the one table of legal transitions. Pure.

use aos_kernel::{ActivityId, Error, PeriodId, PipelineId, Result, TenantId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::tenants::Party;

aos_kernel::text_enum! {
    /// Where an activity stands (P2). Human and agent activities share it.
    pub enum ActivityState {
        /// Known, but something blocks it.
        Created = "created",
        /// Nothing blocks it; its principal has it.
        Assigned = "assigned",
        InProgress = "in_progress",
        /// Made, and waiting for a person's decision in the step that follows.
        AwaitingApproval = "awaiting_approval",
        Approved = "approved",
        Completed = "completed",
        /// Stopped by an error; retried by policy, then by hand.
        Failed = "failed",
        /// Sent back with notes; goes on to `in_progress`.
        Rejected = "rejected",
        Cancelled = "cancelled",
    }
}

impl ActivityState {
    /// The table of legal transitions. Nothing else may change a state.
    pub const fn may_become(self, next: Self) -> bool {
        use ActivityState as S;
        matches!(
            (self, next),
            (S::Created, S::Assigned | S::Cancelled)
                | (S::Assigned, S::InProgress | S::Cancelled)
                | (S::InProgress, S::Assigned | S::AwaitingApproval | S::Completed | S::Failed | S::Cancelled)
                | (S::AwaitingApproval, S::Approved | S::Rejected | S::Cancelled)
                | (S::Approved, S::Completed)
                | (S::Rejected, S::InProgress | S::Cancelled)
                | (S::Failed, S::InProgress | S::Cancelled)
        )
    }
    /// Nothing more will happen to it.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled)
    }
}

/// Whoever a step is for, as the template says it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assignee {
    /// An agent role: `copywriter`.
    Agent(String),
    /// A human role: `reviewer`, `approver`, `admin`.
    Human(String),
    /// The product itself: a crawl, a count.
    System,
}

/// One step of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateStep {
    /// Unique in the template: `write`.
    pub key: String,
    /// "Write blog post".
    pub name: String,
    pub assignee: Assignee,
    /// Which registered [`super::StepHandler`] does it; none for approvals and for work that a person reports as done.
    #[serde(default)]
    pub kind: Option<String>,
    /// The step whose output is this one's input.
    #[serde(default)]
    pub input_from: Option<String>,
    /// A gate: a person decides on each subject of `input_from`.
    #[serde(default)]
    pub is_approval: bool,
    /// One activity for each unit that the approval before it let through, not one for all.
    #[serde(default)]
    pub repeat_per_unit: bool,
    #[serde(default)]
    pub blocked_by: Vec<String>,
}

/// A pipeline template: data that administrators edit. A running pipeline keeps the version it started with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// `blog_posts`.
    pub key: String,
    pub name: String,
    /// The deliverable type that it produces, if it produces one.
    #[serde(default)]
    pub deliverable_type: Option<String>,
    pub steps: Vec<TemplateStep>,
}

impl Template {
    pub fn step(&self, key: &str) -> Option<&TemplateStep> {
        self.steps.iter().find(|step| step.key == key)
    }
    /// Steps of which no activity is there yet, each with the names of the steps that it waits for.
    pub fn not_begun(&self, begun: &dyn Fn(&str) -> bool) -> Vec<(&TemplateStep, Vec<&str>)> {
        let waits = |step: &TemplateStep| {
            let before = step.blocked_by.iter().chain(&step.input_from).filter_map(|key| self.step(key));
            let mut names: Vec<&str> = before.map(|before| before.name.as_str()).collect();
            names.sort_unstable();
            names.dedup();
            names
        };
        self.steps.iter().filter(|step| !begun(&step.key)).map(|step| (step, waits(step))).collect()
    }
    /// The approval that decides on what `key` makes.
    pub fn approval_of(&self, key: &str) -> Option<&TemplateStep> {
        self.steps.iter().find(|step| step.is_approval && step.input_from.as_deref() == Some(key))
    }
    /// Is every reference known, does an approval have something to decide on, and is there no cycle?
    ///
    /// # Errors
    /// `Invalid` with the step and what is wrong with it.
    pub fn validate(&self, known_kinds: &dyn Fn(&str) -> bool) -> Result<()> {
        let bad = |step: &TemplateStep, what: String| Err(Error::invalid(format!("steps.{}", step.key), what));
        if self.steps.is_empty() {
            return Err(Error::invalid("steps", "A template needs at least one step."));
        }
        for (i, step) in self.steps.iter().enumerate() {
            // Steps may only name steps before them, which also rules out cycles.
            let earlier = |key: &str| self.steps[..i].iter().any(|s| s.key == key);
            if earlier(&step.key) {
                return bad(step, format!("Two steps are called “{}”.", step.key));
            }
            for key in step.blocked_by.iter().chain(&step.input_from) {
                if !earlier(key) {
                    return bad(step, format!("“{}” refers to “{key}”, which is not a step before it.", step.name));
                }
            }
            if let Some(kind) = &step.kind
                && !known_kinds(kind)
            {
                return bad(step, format!("Nothing here can do “{kind}”."));
            }
            match (&step.assignee, step.is_approval, &step.kind, &step.input_from) {
                (Assignee::Human(_), true, None, Some(_)) => {}
                (_, true, _, _) => {
                    return bad(
                        step,
                        format!("“{}” is an approval: it needs a person and a step to decide on.", step.name),
                    );
                }
                (Assignee::Agent(_) | Assignee::System, false, None, _) => {
                    return bad(step, format!("“{}” is for an agent, but does not say what is to be done.", step.name));
                }
                _ => {}
            }
            if step.is_approval
                && let Some(maker) = step.input_from.as_deref().and_then(|key| self.step(key))
            {
                if maker.is_approval || self.approval_of(&maker.key).is_some_and(|first| first.key != step.key) {
                    return bad(step, format!("“{}” has an approval already.", maker.name));
                }
                if step.blocked_by.iter().any(|key| *key != maker.key) || step.repeat_per_unit != maker.repeat_per_unit
                {
                    return bad(
                        step,
                        format!(
                            "“{}” decides on “{}”, so it comes right after it and as often.",
                            step.name, maker.name
                        ),
                    );
                }
            }
            if step.repeat_per_unit && step.blocked_by.is_empty() {
                return bad(step, format!("“{}” repeats per unit, but no step before it makes units.", step.name));
            }
        }
        Ok(())
    }
}

/// Why a pipeline runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Origin {
    /// A deliverable's month.
    Period { period: PeriodId },
    /// Asked for by a person; counts against no period.
    AdHoc,
    /// The tenant's set-up chain.
    SetUp,
}

aos_kernel::text_enum! {
    pub enum PipelineState { Running = "running", Completed = "completed", Cancelled = "cancelled" }
}

/// A run of a template.
#[derive(Clone, Debug, Serialize)]
pub struct Pipeline {
    pub id: PipelineId,
    pub tenant_id: TenantId,
    pub template_key: String,
    pub template_version: i64,
    pub name: String,
    pub origin: Origin,
    pub state: PipelineState,
    pub created_at: Timestamp,
    pub completed_at: Option<Timestamp>,
}

/// The atomic unit of work.
#[derive(Clone, Debug, Serialize)]
pub struct Activity {
    pub id: ActivityId,
    pub tenant_id: TenantId,
    pub pipeline_id: PipelineId,
    pub step_key: String,
    pub name: String,
    pub assignee: Assignee,
    pub step_kind: Option<String>,
    pub is_approval: bool,
    pub state: ActivityState,
    /// The unit that this activity is for, when its step repeats.
    pub unit: Option<aos_kernel::Subject>,
    pub input: serde_json::Value,
    pub output: Option<serde_json::Value>,
    /// The reviewer's notes of the last rejection.
    pub notes: Option<String>,
    /// How often it was started.
    pub attempt: i64,
    /// Public words of the last failure.
    pub error: Option<String>,
    pub error_help: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub completed_at: Option<Timestamp>,
}

impl Activity {
    /// Whether a person does it by hand, rather than deciding on what somebody made.
    pub const fn is_task(&self) -> bool {
        matches!(self.assignee, Assignee::Human(_)) && !self.is_approval
    }
}

aos_kernel::text_enum! {
    pub enum ApprovalState {
        Pending = "pending", Approved = "approved", Rejected = "rejected",
        /// The pipeline was cancelled or the subject withdrawn before anybody decided.
        Withdrawn = "withdrawn",
    }
}

/// One subject that a person has to decide on, and the decision.
#[derive(Clone, Debug, Serialize)]
pub struct Approval {
    pub id: aos_kernel::ApprovalId,
    pub tenant_id: TenantId,
    pub activity_id: ActivityId,
    pub pipeline_id: PipelineId,
    pub subject: aos_kernel::Subject,
    pub title: String,
    /// Version and hash of exactly what is to be decided on.
    pub version: i64,
    pub hash: aos_kernel::ContentHash,
    /// Who made or asked for it: they may not approve it, unless the tenant's policy allows that.
    pub made_by: aos_kernel::Actor,
    /// Whose turn it is: the tenant's policy says which sides decide, in which order.
    pub party: Party,
    /// The human role that decides: the step's, or the client's own.
    pub role: String,
    pub state: ApprovalState,
    pub requested_at: Timestamp,
    pub decided_at: Option<Timestamp>,
    pub decided_by: Option<aos_kernel::Actor>,
    pub notes: Option<String>,
}

/// A person's decision on one approval.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Decision {
    Approve,
    /// Notes are required: the work goes back to whoever made it, with them.
    Reject {
        notes: String,
    },
}

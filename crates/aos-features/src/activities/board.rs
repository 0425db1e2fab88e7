//! What a command has loaded of some pipelines, and what it is going to change. Pure: `advance` moves the pieces, the
//! store reads and writes them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use aos_kernel::{
    ActivityId, Actor, ApprovalId, Error, NewEvent, NewJob, PipelineId, Result, Subject, TenantId, Timestamp,
};
use serde_json::{Value, json};

use super::{
    RUN,
    error::illegal_transition,
    events,
    model::{Activity, ActivityState, Approval, Assignee, Origin, Pipeline, PipelineState},
    plan::Plan,
    steps::ReworkItem,
};

/// A pipeline with the plan that it follows.
#[derive(Clone, Debug)]
pub struct Line {
    pub pipeline: Pipeline,
    pub plan: Arc<Plan>,
    pub template_id: aos_kernel::TemplateId,
    pub key: String,
    pub input: Value,
    /// Activities that are not over.
    pub open: i64,
}

/// An activity with what only this slice needs to know of it.
#[derive(Clone, Debug)]
pub struct Piece {
    pub activity: Activity,
    /// Of an approval: who makes what it decides on. Of that one: its approval.
    pub partner: Option<ActivityId>,
    /// Of an approval: subjects that are not approved yet.
    pub open_items: i64,
    /// What was sent back and is not handed in again yet, in that order.
    pub rework: Vec<ReworkItem>,
    /// What it let through.
    pub units: Vec<Subject>,
}

/// The loaded pieces and the changes to them.
#[derive(Debug)]
pub struct Board {
    pub now: Timestamp,
    pub lines: BTreeMap<PipelineId, Line>,
    pub pieces: HashMap<ActivityId, Piece>,
    pub approvals: HashMap<ApprovalId, Approval>,
    pub changes: Changes,
}

/// What is to be written, in the order in which it came about.
#[derive(Debug, Default)]
pub struct Changes {
    pub new_lines: Vec<PipelineId>,
    pub changed_lines: BTreeSet<PipelineId>,
    pub new_pieces: Vec<ActivityId>,
    /// Pieces that changed in more than their state; new ones may be among them.
    pub changed_pieces: BTreeSet<ActivityId>,
    /// Pieces that went from one state to another, which is most of what happens.
    pub moved_pieces: BTreeSet<ActivityId>,
    pub new_approvals: Vec<ApprovalId>,
    pub changed_approvals: BTreeSet<ApprovalId>,
    pub events: Vec<(Actor, NewEvent)>,
    pub jobs: Vec<NewJob>,
}

impl Board {
    pub fn new(now: Timestamp) -> Self {
        Self {
            now,
            lines: BTreeMap::new(),
            pieces: HashMap::new(),
            approvals: HashMap::new(),
            changes: Changes::default(),
        }
    }

    pub fn line(&self, id: PipelineId) -> Result<&Line> {
        self.lines.get(&id).ok_or_else(|| Error::not_found("pipeline"))
    }
    pub fn piece(&self, id: ActivityId) -> Result<&Piece> {
        self.pieces.get(&id).ok_or_else(|| Error::not_found("activity"))
    }
    pub fn approval(&self, id: ApprovalId) -> Result<&Approval> {
        self.approvals.get(&id).ok_or_else(|| Error::not_found("approval"))
    }
    /// An activity's plan and its step's place there.
    pub fn place(&self, piece: &Piece) -> Result<(Arc<Plan>, usize)> {
        let plan = self.line(piece.activity.pipeline_id)?.plan.clone();
        let at = plan
            .position(&piece.activity.step_key)
            .ok_or_else(|| Error::internal(format!("step {} is not in its template", piece.activity.step_key)))?;
        Ok((plan, at))
    }

    /// The piece, to be changed.
    pub fn change(&mut self, id: ActivityId) -> Result<&mut Piece> {
        let now = self.now;
        let piece = self.pieces.get_mut(&id).ok_or_else(|| Error::not_found("activity"))?;
        piece.activity.updated_at = now;
        self.changes.changed_pieces.insert(id);
        Ok(piece)
    }
    pub fn change_approval(&mut self, id: ApprovalId) -> Result<&mut Approval> {
        self.changes.changed_approvals.insert(id);
        self.approvals.get_mut(&id).ok_or_else(|| Error::not_found("approval"))
    }
    pub fn change_line(&mut self, id: PipelineId) -> Result<&mut Line> {
        self.changes.changed_lines.insert(id);
        self.lines.get_mut(&id).ok_or_else(|| Error::not_found("pipeline"))
    }

    /// The only place that changes the state of an activity: along the table, with an event.
    pub fn transition(
        &mut self,
        id: ActivityId,
        to: ActivityState,
        by: &Actor,
        why: Option<&str>,
        said: Value,
    ) -> Result<()> {
        let now = self.now;
        let piece = self.pieces.get_mut(&id).ok_or_else(|| Error::not_found("activity"))?;
        self.changes.moved_pieces.insert(id);
        piece.activity.updated_at = now;
        let from = piece.activity.state;
        if !from.may_become(to) {
            return Err(illegal_transition(&piece.activity.name, from, to));
        }
        piece.activity.state = to;
        let event = events::transition(&piece.activity, Some(from), to, why, said);
        let pipeline = piece.activity.pipeline_id;
        if to.is_over() {
            piece.activity.completed_at = Some(now);
            self.change_line(pipeline)?.open -= 1;
        }
        self.changes.events.push((by.clone(), event));
        Ok(())
    }

    pub fn emit(&mut self, by: &Actor, event: NewEvent) {
        self.changes.events.push((by.clone(), event));
    }

    /// A new activity, which nothing blocks: its principal has it at once, and an agent is woken.
    pub fn spawn(
        &mut self,
        line: PipelineId,
        at: usize,
        unit: Option<Subject>,
        input: Option<Value>,
        partner: Option<ActivityId>,
        by: &Actor,
    ) -> Result<ActivityId> {
        let now = self.now;
        let holder = self.change_line(line)?;
        holder.open += 1;
        let step = holder.plan.step(at);
        let activity = Activity {
            id: ActivityId::new(),
            tenant_id: holder.pipeline.tenant_id,
            pipeline_id: line,
            step_key: step.key.clone(),
            name: step.name.clone(),
            assignee: step.assignee.clone(),
            step_kind: step.kind.clone(),
            is_approval: step.is_approval,
            state: ActivityState::Created,
            unit,
            input: input.unwrap_or_else(|| if step.is_approval { Value::Null } else { holder.input.clone() }),
            output: None,
            notes: None,
            attempt: 1,
            error: None,
            error_help: None,
            created_at: now,
            updated_at: now,
            completed_at: None,
        };
        let id = activity.id;
        let created = events::transition(&activity, None, ActivityState::Created, None, Value::Null);
        self.changes.events.push((by.clone(), created));
        let piece = Piece { activity, partner, open_items: 0, rework: Vec::new(), units: Vec::new() };
        self.pieces.insert(id, piece);
        self.changes.new_pieces.push(id);
        self.transition(id, ActivityState::Assigned, by, None, Value::Null)?;
        if let Some(event) = events::person_assigned(&self.piece(id)?.activity) {
            self.emit(by, event);
        }
        self.wake(id)?;
        Ok(id)
    }

    /// Lets an agent or the product itself do the activity. People see it in their queue.
    pub fn wake(&mut self, id: ActivityId) -> Result<()> {
        let activity = &self.piece(id)?.activity;
        let queue = match &activity.assignee {
            Assignee::Agent(role) => role.as_str(),
            Assignee::System => "system",
            Assignee::Human(_) => return Ok(()),
        };
        let payload = json!({ "activity": id, "pipeline": activity.pipeline_id, "attempt": activity.attempt });
        self.changes.jobs.push(NewJob::new(RUN, activity.tenant_id, queue, payload));
        Ok(())
    }

    pub fn new_approval(&mut self, approval: Approval) {
        self.changes.new_approvals.push(approval.id);
        self.approvals.insert(approval.id, approval);
    }

    /// Pipelines whose activities are all over are over too.
    pub fn close_lines(&mut self, by: &Actor) {
        let now = self.now;
        let done: Vec<PipelineId> = self
            .changes
            .changed_lines
            .iter()
            .copied()
            .filter(|id| self.lines.get(id).is_some_and(|l| l.open == 0 && l.pipeline.state == PipelineState::Running))
            .collect();
        for id in done {
            if let Some(line) = self.lines.get_mut(&id) {
                line.pipeline.state = PipelineState::Completed;
                line.pipeline.completed_at = Some(now);
                let event = events::pipeline(&line.pipeline, "activities.pipeline_completed", None);
                self.changes.events.push((by.clone(), event));
            }
        }
    }

    pub fn tenants(&self) -> BTreeSet<TenantId> {
        self.changes
            .changed_lines
            .iter()
            .filter_map(|id| self.lines.get(id))
            .map(|line| line.pipeline.tenant_id)
            .collect()
    }
}

/// A pipeline that is about to start.
pub fn new_line(
    tenant: TenantId,
    now: Timestamp,
    template: (aos_kernel::TemplateId, i64, Arc<Plan>),
    start: Start,
) -> Line {
    let (template_id, version, plan) = template;
    let pipeline = Pipeline {
        id: PipelineId::new(),
        tenant_id: tenant,
        template_key: plan.template().key.clone(),
        template_version: version,
        name: start.name,
        origin: start.origin,
        state: PipelineState::Running,
        created_at: now,
        completed_at: None,
    };
    Line { pipeline, plan, template_id, key: start.key, input: start.input, open: 0 }
}

/// What a pipeline is started with.
pub struct Start {
    pub name: String,
    pub origin: Origin,
    pub key: String,
    pub input: Value,
}

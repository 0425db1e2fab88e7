//! What this slice tells the rest: every transition of an activity, and the decisions.
//!
//! `activities.<state>` with the subject `activity`; its data say from which state, which step and pipeline, and for whom.
//! `activities.person_assigned` besides, for a task that waits for a person.
//! `activities.pipeline_started`, `…_completed`, `…_cancelled` with the subject `pipeline`;
//! `activities.approval_requested` and `activities.approval_withdrawn` with the subject that is to be decided on.

use aos_kernel::{NewEvent, Subject};
use serde_json::{Value, json};

use super::model::{Activity, ActivityState, Approval, Assignee, Pipeline};

/// The kinds, so that a transition does not put a text together.
const fn kind(state: ActivityState) -> &'static str {
    match state {
        ActivityState::Created => "activities.created",
        ActivityState::Assigned => "activities.assigned",
        ActivityState::InProgress => "activities.in_progress",
        ActivityState::AwaitingApproval => "activities.awaiting_approval",
        ActivityState::Approved => "activities.approved",
        ActivityState::Completed => "activities.completed",
        ActivityState::Failed => "activities.failed",
        ActivityState::Rejected => "activities.rejected",
        ActivityState::Cancelled => "activities.cancelled",
    }
}

/// `said` are further members of the data: an object, or null for none.
pub fn transition(
    activity: &Activity,
    from: Option<ActivityState>,
    to: ActivityState,
    why: Option<&str>,
    said: Value,
) -> NewEvent {
    let mut data = match said {
        Value::Object(said) => said,
        _ => serde_json::Map::new(),
    };
    match to {
        ActivityState::Created => {
            data.insert("step".into(), activity.step_key.as_str().into());
            data.insert("pipeline".into(), activity.pipeline_id.to_string().into());
        }
        ActivityState::Assigned => {
            let (whom, role) = assignee(&activity.assignee);
            data.insert(whom.into(), role.into());
        }
        ActivityState::Failed => {
            data.insert("name".into(), activity.name.as_str().into());
        }
        _ => {}
    }
    if let Some(from) = from {
        data.insert("from".into(), from.as_str().into());
    }
    data.insert("attempt".into(), activity.attempt.into());
    let event = NewEvent::new(activity.tenant_id, kind(to), Subject::new("activity", activity.id)).with(data.into());
    match why {
        Some(why) => event.because(why),
        None => event,
    }
}

/// That a task waits for a person of a role. A gate is told of by the approvals that it asks for instead; what agents do
/// concerns nobody before it is done, so subscribers need not look at every activity.
pub fn person_assigned(activity: &Activity) -> Option<NewEvent> {
    let Assignee::Human(role) = &activity.assignee else { return None };
    (!activity.is_approval).then(|| {
        NewEvent::new(activity.tenant_id, "activities.person_assigned", Subject::new("activity", activity.id))
            .with(json!({ "role": role, "name": activity.name, "attempt": activity.attempt }))
    })
}

/// `agent`, `human` or `system`, and the role.
pub fn assignee(assignee: &Assignee) -> (&'static str, &str) {
    match assignee {
        Assignee::Agent(role) => ("agent", role),
        Assignee::Human(role) => ("human", role),
        Assignee::System => ("system", ""),
    }
}

pub fn pipeline(pipeline: &Pipeline, kind: &'static str, why: Option<&str>) -> NewEvent {
    let event = NewEvent::new(pipeline.tenant_id, kind, Subject::new("pipeline", pipeline.id)).with(json!({
        "name": pipeline.name,
        "template": pipeline.template_key,
        "version": pipeline.template_version,
        "origin": pipeline.origin,
    }));
    match why {
        Some(why) => event.because(why),
        None => event,
    }
}

/// About the subject of an approval, with what exactly was or is to be decided on.
pub fn approval(approval: &Approval, kind: &'static str, why: Option<&str>) -> NewEvent {
    let event = NewEvent::new(approval.tenant_id, kind, approval.subject.clone()).with(json!({
        "approval": approval.id,
        "activity": approval.activity_id,
        "title": approval.title,
        "role": approval.role,
        "party": approval.party,
        "version": approval.version,
        "hash": approval.hash,
        "made_by": approval.made_by,
    }));
    match why {
        Some(why) => event.because(why),
        None => event,
    }
}

//! What the client's own people do themselves, where a template asks them to.

use aos_features::{
    activities::{self, Activity, ActivityState, Assignee, queries::ActivityDetail},
    people::{Permission, Role},
};
use aos_kernel::{ActivityId, AgencyScope, Error, PageSize, Result, TenantId, TenantScope};
use aos_storage::Conn;
use axum::Form;
use serde_json::json;

use super::{
    Face, Side,
    face::clients_roles,
    views::{TaskPage, Todo},
};
use crate::{
    flash::Flash,
    forms::Fields,
    session::{Answer, At, Viewer},
    show::Dial,
};

/// The client's role that a task is for; none for what is the agency's business.
fn role_of(activity: &Activity) -> Option<Role> {
    match &activity.assignee {
        Assignee::Human(role) if !activity.is_approval => {
            role.parse().ok().filter(|role| matches!(role, Role::TenantAdmin | Role::TenantMember))
        }
        _ => None,
    }
}

const fn is_open(state: ActivityState) -> bool {
    matches!(state, ActivityState::Assigned | ActivityState::InProgress)
}

/// The tasks that wait for the client's people, the oldest first.
pub(super) async fn waiting(conn: &mut Conn, scope: TenantScope, dial: Dial) -> Result<Vec<Todo>> {
    let (only, size) = (AgencyScope::only(vec![scope.tenant()]), PageSize::clamped(50));
    let tasks = activities::queries::human_tasks(conn, &only, &clients_roles(), None, size).await?;
    let open = tasks.items.into_iter().filter(|task| is_open(task.activity.state));
    let todo = open.map(|task| Todo {
        icon: "list-checks",
        title: task.activity.name,
        detail: task.pipeline_name,
        href: format!("{}/tasks/{}", Side::Client.base(scope.tenant()), task.activity.id),
        action: "Look at it",
        since: Some(dial.moment(task.activity.updated_at)),
    });
    Ok(todo.collect())
}

/// A task of the client's, with the role it is for.
async fn task(conn: &mut Conn, scope: TenantScope, id: ActivityId) -> Result<(ActivityDetail, Role)> {
    let detail = activities::queries::activity(conn, scope, id).await?;
    let role = role_of(&detail.activity).ok_or_else(|| Error::not_found("task"))?;
    Ok((detail, role))
}

/// `GET /client/{tenant}/tasks/{activity}`.
pub(super) async fn page(viewer: Viewer, At((id, activity)): At<(TenantId, ActivityId)>) -> Answer {
    let mut face = Face::open(&viewer, id, "home", "To do").await?;
    let (conn, scope, dial) = (&mut face.conn, face.scope, face.dial);
    let (ActivityDetail { activity, pipeline, .. }, role) = task(conn, scope, activity).await?;
    let template = activities::queries::templates_of(conn, scope, &[pipeline.id]).await?.remove(&pipeline.id);
    // What a decision follows on needs the things to decide on, which a plain form can't bring: the agency hands it in.
    let gated = template.as_ref().is_some_and(|template| template.approval_of(&activity.step_key).is_some());
    let open = is_open(activity.state);
    let theirs = !viewer.principal.is_staff() && viewer.principal.fills(id, role);
    let said = activity.output.as_ref().and_then(|output| output.get("notes")).and_then(|notes| notes.as_str());
    let view = TaskPage {
        tenant: id.to_string(),
        action: format!("{}/tasks/{}", Side::Client.base(id), activity.id),
        name: activity.name.clone(),
        about: pipeline.name,
        since: dial.moment(activity.created_at),
        notes: activity.notes.clone().filter(|_| open),
        can_do: open && theirs && !gated,
        why_not: match (open, theirs, gated) {
            (false, ..) => None,
            (_, false, _) if viewer.principal.is_staff() => {
                Some("You see this as the client does. It is theirs to do.")
            }
            (_, false, _) => Some("An administrator of your company does this."),
            (_, _, true) => Some("Send what is asked for to your agency, who hand it in for you."),
            _ => None,
        },
        done: activity.completed_at.map(|at| dial.moment(at)),
        said: said.filter(|words| !words.is_empty()).map(str::to_owned),
        over: activity.state.is_over(),
        shell: {
            face.shell.title = activity.name;
            face.shell
        },
    };
    viewer.page(&view)
}

/// `POST /client/{tenant}/tasks/{activity}`: it is done.
pub(super) async fn done(
    viewer: Viewer,
    At((id, activity)): At<(TenantId, ActivityId)>,
    Form(fields): Form<Fields>,
) -> Answer {
    let scope = viewer.scope(id, Permission::RaiseRequests)?;
    let mut tx = viewer.begin().await?;
    let (_, role) = task(&mut tx, scope, activity).await?;
    if viewer.principal.is_staff() || !viewer.principal.fills(id, role) {
        return Err(Error::denied("An administrator of your company does this.").into());
    }
    let output = json!({ "notes": fields.text("notes") });
    let steps = &viewer.state.product.steps;
    activities::commands::complete_human(&mut tx, steps, scope, activity, output, Vec::new()).await?;
    tx.commit().await?;
    Ok(viewer.done(Flash::good("Done. Your agency goes on from here."), &Side::Client.base(id)))
}

//! A client's work: pipelines with their activities.

use std::collections::HashMap;

use aos_features::{
    activities::{self, Activity, ActivityState, Assignee, PipelineState},
    people::Permission,
    read_models::owners,
};
use aos_kernel::{ActivityId, Cursor, PageSize, TenantId};
use axum::extract::Query;
use serde::Deserialize;

use super::views::{ActivityRow, PipelineView, WorkPage};
use crate::{
    flash::Flash,
    layout::ClientTab,
    paths,
    session::{Answer, At, Viewer},
    show::{Dial, next_page, small},
    ui::states::label,
    workspace::Workspace,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    state: String,
    after: Option<Cursor>,
}

/// `GET /portal/clients/{id}/work`.
pub(super) async fn page(viewer: Viewer, At(id): At<TenantId>, Query(asked): Query<Asked>) -> Answer {
    let mut open = Workspace::open(&viewer, id, ClientTab::Work, Permission::OperateWork).await?;
    let (filter, state) = match asked.state.as_str() {
        "done" => ("done", Some(PipelineState::Completed)),
        "all" => ("all", None),
        _ => ("open", Some(PipelineState::Running)),
    };
    let size = PageSize::clamped(20);
    let page = activities::queries::pipelines(&mut open.conn, open.scope, state, asked.after.as_ref(), size).await?;
    let can_retry = viewer.can(id, Permission::OperateWork);
    let pipelines = page.items.iter().map(|one| pipeline(one, open.dial, id, can_retry)).collect();
    let more = next_page(&paths::client_tab(id, ClientTab::Work), &[("state", filter)], page.next.as_ref());
    let view = WorkPage { shell: open.shell, client: open.head, pipelines, filter: filter.to_owned(), more };
    viewer.page(&view)
}

fn pipeline(one: &activities::PipelineView, dial: Dial, tenant: TenantId, can_retry: bool) -> PipelineView {
    let by_id: HashMap<ActivityId, &Activity> = one.activities.iter().map(|activity| (activity.id, activity)).collect();
    let mut rows: Vec<&Activity> = by_id.values().copied().collect();
    rows.sort_by_key(|activity| activity.id);
    let done = rows.iter().filter(|activity| activity.state.is_over()).count();
    PipelineView {
        id: one.pipeline.id.to_string(),
        title: one.pipeline.name.clone(),
        template: one.pipeline.template_key.clone(),
        state: if rows.iter().any(|activity| activity.state == ActivityState::Failed) {
            "failed".to_owned()
        } else {
            one.pipeline.state.as_str().to_owned()
        },
        started: dial.moment(one.pipeline.created_at),
        done: done as u64,
        total: rows.len() as u64,
        activities: rows.into_iter().map(|activity| row(activity, dial, tenant, can_retry)).collect(),
    }
}

fn row(activity: &Activity, dial: Dial, tenant: TenantId, can_retry: bool) -> ActivityRow {
    let (who, agent) = match &activity.assignee {
        Assignee::Agent(role) => (label(role), true),
        Assignee::Human(role) => (label(role), false),
        Assignee::System => ("Agency OS".to_owned(), false),
    };
    let failed = activity.state == ActivityState::Failed;
    let error = activity.error.as_ref().filter(|_| failed).map(|error| match &activity.error_help {
        Some(help) => format!("{error} {help}"),
        None => error.clone(),
    });
    ActivityRow {
        id: activity.id.to_string(),
        title: activity.name.clone(),
        state: activity.state.as_str().to_owned(),
        who,
        agent,
        since: dial.moment(activity.updated_at),
        blocked_by: None,
        error,
        attempt: small(activity.attempt),
        href: activity
            .unit
            .as_ref()
            .filter(|unit| unit.kind == "content_item")
            .map(|unit| paths::item(tenant, unit.id)),
        run_href: None,
        can_retry: failed && can_retry,
        nested: activity.unit.is_some(),
    }
}

/// `POST /portal/activities/{id}/retry`.
pub(super) async fn retry(viewer: Viewer, At(id): At<ActivityId>) -> Answer {
    let agency = viewer.agency(Permission::SeeClient)?;
    let tenant = owners::of_activity(&mut viewer.read().await?, &agency, id).await?;
    let scope = viewer.scope(tenant, Permission::OperateWork)?;
    let mut tx = viewer.begin().await?;
    activities::commands::retry_activity(&mut tx, &viewer.state.product.steps, scope, id).await?;
    tx.commit().await?;
    Ok(viewer.done(Flash::good("It is tried again now."), &paths::client_tab(tenant, ClientTab::Work)))
}

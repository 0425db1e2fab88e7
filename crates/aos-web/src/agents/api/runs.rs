//! Runs and what they cost over the JSON API.

use aos_features::{agents, people::Permission};
use aos_kernel::{ActivityId, RunId, TenantId};
use axum::{Json, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::views::{RunStepView, RunView, SpendingView};
use crate::{
    api::{Asked, Caller, Listed, Paging, Reply, Silent, SliceRouter, operations},
    session::At,
};

pub fn routes() -> SliceRouter {
    SliceRouter::default()
        .routes(operations!(list))
        .routes(operations!(of_activity))
        .routes(operations!(one))
        .routes(operations!(steps))
        .routes(operations!(cancel))
        .routes(operations!(spending))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SpendingQuery {
    /// From this moment on; left out: the last 30 days.
    pub since: Option<DateTime<Utc>>,
}

/// Runs across the clients that are the caller's, the newest first.
#[utoipa::path(get, path = "/runs", tag = "agents", params(Paging), responses((status = 200, body = Listed<RunView>)))]
async fn list(caller: Caller, Asked(paging): Asked<Paging>) -> Reply<Listed<RunView>> {
    let agency = caller.agency(Permission::SeeClient)?;
    let after = paging.after()?;
    let page = agents::queries::runs(&mut caller.read().await?, &agency, after.as_ref(), paging.size()).await?;
    Ok(Json(Listed::page(page, |run| RunView::for_whom(run, &caller.principal))))
}

/// The runs of an activity, the newest first.
#[utoipa::path(get, path = "/tenants/{tenant}/activities/{activity}/runs", tag = "agents", responses((status = 200, body = Listed<RunView>)))]
async fn of_activity(caller: Caller, At((tenant, id)): At<(TenantId, ActivityId)>) -> Reply<Listed<RunView>> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    let runs = agents::queries::runs_of_activity(&mut caller.read().await?, scope, id).await?;
    Ok(Json(Listed::all(runs, |run| RunView::for_whom(run, &caller.principal))))
}

/// One run.
#[utoipa::path(get, path = "/tenants/{tenant}/runs/{run}", tag = "agents", responses((status = 200, body = RunView)))]
async fn one(caller: Caller, At((tenant, id)): At<(TenantId, RunId)>) -> Reply<RunView> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    let run = agents::queries::run(&mut caller.read().await?, scope, id).await?;
    Ok(Json(RunView::for_whom(run, &caller.principal)))
}

/// The steps of a run in order.
#[utoipa::path(get, path = "/tenants/{tenant}/runs/{run}/steps", tag = "agents", responses((status = 200, body = Listed<RunStepView>)))]
async fn steps(caller: Caller, At((tenant, id)): At<(TenantId, RunId)>) -> Reply<Listed<RunStepView>> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    let mut conn = caller.read().await?;
    agents::queries::run(&mut conn, scope, id).await?;
    let steps = agents::queries::steps(&mut conn, scope, id).await?;
    let costs = caller.principal.can(tenant, Permission::SeeCosts);
    Ok(Json(Listed::all(steps, |step| RunStepView::of(step, costs))))
}

/// Ask a run to stop. Its activity fails with those words and can be retried.
#[utoipa::path(post, path = "/tenants/{tenant}/runs/{run}/cancel", tag = "agents", responses((status = 202, description = "It stops in a moment.")))]
async fn cancel(caller: Caller, At((tenant, id)): At<(TenantId, RunId)>) -> Silent {
    let scope = caller.scope(tenant, Permission::OperateWork)?;
    let mut tx = caller.begin().await?;
    agents::queries::run(&mut tx, scope, id).await?;
    agents::commands::cancel_run(&mut tx, scope, id).await?;
    tx.commit().await?;
    Ok(StatusCode::ACCEPTED)
}

/// What each client's work cost, the dearest first.
#[utoipa::path(get, path = "/spending", tag = "agents", params(SpendingQuery), responses((status = 200, body = Listed<SpendingView>)))]
async fn spending(caller: Caller, Asked(query): Asked<SpendingQuery>) -> Reply<Listed<SpendingView>> {
    let agency = caller.agency(Permission::SeeCosts)?;
    let since = query.since.unwrap_or_else(|| caller.now() - chrono::TimeDelta::days(30));
    let spending = agents::queries::spending(&mut caller.read().await?, &agency, since).await?;
    Ok(Json(Listed::all(spending, SpendingView::from)))
}

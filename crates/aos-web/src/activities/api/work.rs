//! Pipelines and activities over the JSON API.

use aos_features::{
    activities::{self, PipelineState},
    people::Permission,
    read_models,
};
use aos_kernel::{ActivityId, PipelineId, TenantId};
use axum::{Json, http::StatusCode};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use super::views::{ActivityDetailView, ActivityView, HandIn, PipelineView, Reason};
use crate::{
    api::{Asked, Body, Caller, Listed, Paging, Reply, Silent, SliceRouter, operations, words},
    session::At,
};

pub fn routes() -> SliceRouter {
    SliceRouter::default()
        .routes(operations!(pipelines))
        .routes(operations!(pipeline))
        .routes(operations!(cancel_pipeline))
        .routes(operations!(tasks))
        .routes(operations!(failed))
        .routes(operations!(one))
        .routes(operations!(hand_in))
        .routes(operations!(retry))
        .routes(operations!(cancel))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PipelineQuery {
    #[param(schema_with = words::pipeline_state, required = false)]
    pub state: Option<PipelineState>,
}

/// A client's pipelines with their activities, the newest first.
#[utoipa::path(get, path = "/tenants/{tenant}/pipelines", tag = "work", params(PipelineQuery, Paging), responses((status = 200, body = Listed<PipelineView>)))]
async fn pipelines(
    caller: Caller,
    At(tenant): At<TenantId>,
    Asked(query): Asked<PipelineQuery>,
    Asked(paging): Asked<Paging>,
) -> Reply<Listed<PipelineView>> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    let after = paging.after()?;
    let mut conn = caller.read().await?;
    let page = activities::queries::pipelines(&mut conn, scope, query.state, after.as_ref(), paging.size()).await?;
    Ok(Json(Listed::page(page, PipelineView::from)))
}

/// One pipeline.
#[utoipa::path(get, path = "/tenants/{tenant}/pipelines/{pipeline}", tag = "work", responses((status = 200, body = PipelineView)))]
async fn pipeline(caller: Caller, At((tenant, id)): At<(TenantId, PipelineId)>) -> Reply<PipelineView> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    Ok(Json(activities::queries::pipeline(&mut caller.read().await?, scope, id).await?.into()))
}

/// Stop a pipeline with everything that is open in it.
#[utoipa::path(post, path = "/tenants/{tenant}/pipelines/{pipeline}/cancel", tag = "work", request_body = Reason, responses((status = 200, body = PipelineView)))]
async fn cancel_pipeline(
    caller: Caller,
    At((tenant, id)): At<(TenantId, PipelineId)>,
    Body(body): Body<Reason>,
) -> Reply<PipelineView> {
    let scope = caller.scope(tenant, Permission::OperateWork)?;
    let steps = &caller.state.product.steps;
    let mut tx = caller.begin().await?;
    activities::queries::pipeline(&mut tx, scope, id).await?;
    activities::commands::cancel_pipeline(&mut tx, steps, scope, id, &body.why).await?;
    let view = activities::queries::pipeline(&mut tx, scope, id).await?;
    tx.commit().await?;
    Ok(Json(view.into()))
}

/// Work that people of the caller's roles hand in, the oldest first.
#[utoipa::path(get, path = "/tasks", tag = "work", params(Paging), responses((status = 200, body = Listed<ActivityView>)))]
async fn tasks(caller: Caller, Asked(paging): Asked<Paging>) -> Reply<Listed<ActivityView>> {
    let agency = caller.agency(Permission::SeeClient)?;
    let roles = read_models::shell::roles(&caller.principal);
    let after = paging.after()?;
    let mut conn = caller.read().await?;
    let page = activities::queries::human_tasks(&mut conn, &agency, &roles, after.as_ref(), paging.size()).await?;
    Ok(Json(Listed::page(page, |task| ActivityView::from(task.activity))))
}

/// Activities that failed for good, the oldest first.
#[utoipa::path(get, path = "/activities/failed", tag = "work", params(Paging), responses((status = 200, body = Listed<ActivityView>)))]
async fn failed(caller: Caller, Asked(paging): Asked<Paging>) -> Reply<Listed<ActivityView>> {
    let agency = caller.agency(Permission::SeeClient)?;
    let after = paging.after()?;
    let mut conn = caller.read().await?;
    let page = activities::queries::failed_activities(&mut conn, &agency, after.as_ref(), paging.size()).await?;
    Ok(Json(Listed::page(page, |task| ActivityView::from(task.activity))))
}

/// One activity with everything that happened to it.
#[utoipa::path(get, path = "/tenants/{tenant}/activities/{activity}", tag = "work", responses((status = 200, body = ActivityDetailView)))]
async fn one(caller: Caller, At((tenant, id)): At<(TenantId, ActivityId)>) -> Reply<ActivityDetailView> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    Ok(Json(activities::queries::activity(&mut caller.read().await?, scope, id).await?.into()))
}

/// Hand in a person's task.
#[utoipa::path(post, path = "/tenants/{tenant}/activities/{activity}/complete", tag = "work", request_body = HandIn, responses((status = 204, description = "Handed in.")))]
async fn hand_in(caller: Caller, At((tenant, id)): At<(TenantId, ActivityId)>, Body(body): Body<HandIn>) -> Silent {
    let scope = caller.scope(tenant, Permission::OperateWork)?;
    let output = json!({ "notes": body.notes });
    let mut tx = caller.begin().await?;
    let steps = &caller.state.product.steps;
    activities::commands::complete_human(&mut tx, steps, scope, id, output, Vec::new()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Try a failed activity again.
#[utoipa::path(post, path = "/tenants/{tenant}/activities/{activity}/retry", tag = "work", responses((status = 204, description = "It starts again.")))]
async fn retry(caller: Caller, At((tenant, id)): At<(TenantId, ActivityId)>) -> Silent {
    let scope = caller.scope(tenant, Permission::OperateWork)?;
    let mut tx = caller.begin().await?;
    activities::commands::retry_activity(&mut tx, &caller.state.product.steps, scope, id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Stop an activity. What depends on it goes on without it.
#[utoipa::path(post, path = "/tenants/{tenant}/activities/{activity}/cancel", tag = "work", request_body = Reason, responses((status = 204, description = "Stopped.")))]
async fn cancel(caller: Caller, At((tenant, id)): At<(TenantId, ActivityId)>, Body(body): Body<Reason>) -> Silent {
    let scope = caller.scope(tenant, Permission::OperateWork)?;
    let mut tx = caller.begin().await?;
    activities::commands::cancel_activity(&mut tx, &caller.state.product.steps, scope, id, &body.why).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

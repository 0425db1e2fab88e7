//! Goals, deliverables and months over the JSON API.

use aos_features::{
    people::Permission,
    strategy::{
        self,
        plan::{ChangeDeliverable, ChangeGoal},
    },
};
use aos_kernel::{DeliverableId, GoalId, Month, TenantId};
use axum::{Json, http::StatusCode};
use serde::Deserialize;
use utoipa::IntoParams;

use super::views::{
    ChangeDeliverableBody, ChangeGoalBody, DeliverableView, GoalContent, GoalValueView, GoalView, NewDeliverableBody,
    NewGoalValue, PeriodView,
};
use crate::{
    api::{Asked, Body, Caller, Listed, Made, Reply, SliceRouter, operations},
    session::At,
};

pub fn routes() -> SliceRouter {
    SliceRouter::default()
        .routes(operations!(goals, add_goal))
        .routes(operations!(goal, change_goal))
        .routes(operations!(close_goal))
        .routes(operations!(values, enter_value))
        .routes(operations!(deliverables, add_deliverable))
        .routes(operations!(deliverable, change_deliverable))
        .routes(operations!(pause))
        .routes(operations!(resume))
        .routes(operations!(end))
        .routes(operations!(periods_of))
        .routes(operations!(periods))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GoalQuery {
    /// Also those that are closed.
    #[serde(default)]
    #[param(required = false)]
    pub closed: bool,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeliverableQuery {
    /// Also those that ended.
    #[serde(default)]
    #[param(required = false)]
    pub ended: bool,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PeriodQuery {
    /// `2026-04`; left out: the present month in the client's time zone.
    #[param(value_type = Option<String>, pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$")]
    pub month: Option<Month>,
}

/// A client's goals with their status.
#[utoipa::path(get, path = "/tenants/{tenant}/goals", tag = "strategy", params(GoalQuery), responses((status = 200, body = Listed<GoalView>)))]
async fn goals(caller: Caller, At(tenant): At<TenantId>, Asked(query): Asked<GoalQuery>) -> Reply<Listed<GoalView>> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    let goals = strategy::queries::goals(&mut caller.read().await?, scope, query.closed, caller.now()).await?;
    Ok(Json(Listed::all(goals, GoalView::from)))
}

/// Add a goal by hand.
#[utoipa::path(post, path = "/tenants/{tenant}/goals", tag = "strategy", request_body = GoalContent, responses((status = 201, body = GoalView)))]
async fn add_goal(caller: Caller, At(tenant): At<TenantId>, Body(body): Body<GoalContent>) -> Made<GoalView> {
    let scope = caller.scope(tenant, Permission::Plan)?;
    let mut tx = caller.begin().await?;
    let goal = strategy::plan::add_goal(&mut tx, scope, &body.into()).await?;
    let view = strategy::queries::goal(&mut tx, scope, goal.id, caller.now()).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(view.into())))
}

/// One goal.
#[utoipa::path(get, path = "/tenants/{tenant}/goals/{goal}", tag = "strategy", responses((status = 200, body = GoalView)))]
async fn goal(caller: Caller, At((tenant, goal)): At<(TenantId, GoalId)>) -> Reply<GoalView> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    Ok(Json(strategy::queries::goal(&mut caller.read().await?, scope, goal, caller.now()).await?.into()))
}

/// Change a goal. Its metric and baseline are what it is measured by and stay.
#[utoipa::path(patch, path = "/tenants/{tenant}/goals/{goal}", tag = "strategy", request_body = ChangeGoalBody, responses((status = 200, body = GoalView)))]
async fn change_goal(
    caller: Caller,
    At((tenant, goal)): At<(TenantId, GoalId)>,
    Body(body): Body<ChangeGoalBody>,
) -> Reply<GoalView> {
    let scope = caller.scope(tenant, Permission::Plan)?;
    let ChangeGoalBody { name, description, target, target_date } = body;
    let mut tx = caller.begin().await?;
    strategy::plan::change_goal(&mut tx, scope, goal, ChangeGoal { name, description, target, target_date }).await?;
    let view = strategy::queries::goal(&mut tx, scope, goal, caller.now()).await?;
    tx.commit().await?;
    Ok(Json(view.into()))
}

/// Give a goal up; what it reached stays readable.
#[utoipa::path(post, path = "/tenants/{tenant}/goals/{goal}/close", tag = "strategy", responses((status = 200, body = GoalView)))]
async fn close_goal(caller: Caller, At((tenant, goal)): At<(TenantId, GoalId)>) -> Reply<GoalView> {
    let scope = caller.scope(tenant, Permission::Plan)?;
    let mut tx = caller.begin().await?;
    strategy::plan::close_goal(&mut tx, scope, goal).await?;
    let view = strategy::queries::goal(&mut tx, scope, goal, caller.now()).await?;
    tx.commit().await?;
    Ok(Json(view.into()))
}

/// Every value that a goal had, oldest first.
#[utoipa::path(get, path = "/tenants/{tenant}/goals/{goal}/values", tag = "strategy", responses((status = 200, body = Listed<GoalValueView>)))]
async fn values(caller: Caller, At((tenant, goal)): At<(TenantId, GoalId)>) -> Reply<Listed<GoalValueView>> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    let mut conn = caller.read().await?;
    strategy::queries::goal(&mut conn, scope, goal, caller.now()).await?;
    let values = strategy::queries::goal_values(&mut conn, scope, goal).await?;
    Ok(Json(Listed::all(values, GoalValueView::from)))
}

/// Enter a figure of a goal that is not counted here.
#[utoipa::path(post, path = "/tenants/{tenant}/goals/{goal}/values", tag = "strategy", request_body = NewGoalValue, responses((status = 201, body = GoalView)))]
async fn enter_value(
    caller: Caller,
    At((tenant, goal)): At<(TenantId, GoalId)>,
    Body(body): Body<NewGoalValue>,
) -> Made<GoalView> {
    let scope = caller.scope(tenant, Permission::Plan)?;
    let mut tx = caller.begin().await?;
    strategy::progress::enter_value(&mut tx, scope, goal, body.value, body.note.as_deref()).await?;
    let view = strategy::queries::goal(&mut tx, scope, goal, caller.now()).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(view.into())))
}

/// What is agreed with a client, paused ones too.
#[utoipa::path(get, path = "/tenants/{tenant}/deliverables", tag = "strategy", params(DeliverableQuery), responses((status = 200, body = Listed<DeliverableView>)))]
async fn deliverables(
    caller: Caller,
    At(tenant): At<TenantId>,
    Asked(query): Asked<DeliverableQuery>,
) -> Reply<Listed<DeliverableView>> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    let all = strategy::queries::deliverables(&mut caller.read().await?, scope, query.ended).await?;
    Ok(Json(Listed::all(all, DeliverableView::from)))
}

/// Agree on a deliverable by hand; its present month is opened.
#[utoipa::path(post, path = "/tenants/{tenant}/deliverables", tag = "strategy", request_body = NewDeliverableBody, responses((status = 201, body = DeliverableView)))]
async fn add_deliverable(
    caller: Caller,
    At(tenant): At<TenantId>,
    Body(body): Body<NewDeliverableBody>,
) -> Made<DeliverableView> {
    let scope = caller.scope(tenant, Permission::Plan)?;
    let mut tx = caller.begin().await?;
    let deliverable = strategy::plan::add_deliverable(&mut tx, scope, body.into()).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(deliverable.into())))
}

/// One deliverable.
#[utoipa::path(get, path = "/tenants/{tenant}/deliverables/{deliverable}", tag = "strategy", responses((status = 200, body = DeliverableView)))]
async fn deliverable(caller: Caller, At((tenant, id)): At<(TenantId, DeliverableId)>) -> Reply<DeliverableView> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    Ok(Json(strategy::queries::deliverable(&mut caller.read().await?, scope, id).await?.into()))
}

/// Change a deliverable.
#[utoipa::path(patch, path = "/tenants/{tenant}/deliverables/{deliverable}", tag = "strategy", request_body = ChangeDeliverableBody, responses((status = 200, body = DeliverableView)))]
async fn change_deliverable(
    caller: Caller,
    At((tenant, id)): At<(TenantId, DeliverableId)>,
    Body(body): Body<ChangeDeliverableBody>,
) -> Reply<DeliverableView> {
    let scope = caller.scope(tenant, Permission::Plan)?;
    let change = ChangeDeliverable {
        name: body.name,
        monthly_quantity: body.monthly_quantity,
        goal_id: body.goal_id.map(|goal| goal.map(GoalId::from_uuid)),
        template_key: body.template_key,
    };
    let mut tx = caller.begin().await?;
    let deliverable = strategy::plan::change_deliverable(&mut tx, scope, id, change).await?;
    tx.commit().await?;
    Ok(Json(deliverable.into()))
}

/// Open no further month until it is resumed.
#[utoipa::path(post, path = "/tenants/{tenant}/deliverables/{deliverable}/pause", tag = "strategy", responses((status = 200, body = DeliverableView)))]
async fn pause(caller: Caller, At((tenant, id)): At<(TenantId, DeliverableId)>) -> Reply<DeliverableView> {
    let scope = caller.scope(tenant, Permission::Plan)?;
    let mut tx = caller.begin().await?;
    let deliverable = strategy::plan::pause_deliverable(&mut tx, scope, id).await?;
    tx.commit().await?;
    Ok(Json(deliverable.into()))
}

/// Open months again, the present one at once.
#[utoipa::path(post, path = "/tenants/{tenant}/deliverables/{deliverable}/resume", tag = "strategy", responses((status = 200, body = DeliverableView)))]
async fn resume(caller: Caller, At((tenant, id)): At<(TenantId, DeliverableId)>) -> Reply<DeliverableView> {
    let scope = caller.scope(tenant, Permission::Plan)?;
    let mut tx = caller.begin().await?;
    let deliverable = strategy::plan::resume_deliverable(&mut tx, scope, id).await?;
    tx.commit().await?;
    Ok(Json(deliverable.into()))
}

/// Take a deliverable out of the plan; its months stay readable.
#[utoipa::path(post, path = "/tenants/{tenant}/deliverables/{deliverable}/end", tag = "strategy", responses((status = 200, body = DeliverableView)))]
async fn end(caller: Caller, At((tenant, id)): At<(TenantId, DeliverableId)>) -> Reply<DeliverableView> {
    let scope = caller.scope(tenant, Permission::Plan)?;
    let mut tx = caller.begin().await?;
    let deliverable = strategy::plan::end_deliverable(&mut tx, scope, id).await?;
    tx.commit().await?;
    Ok(Json(deliverable.into()))
}

/// The months of one deliverable, the newest first.
#[utoipa::path(get, path = "/tenants/{tenant}/deliverables/{deliverable}/periods", tag = "strategy", responses((status = 200, body = Listed<PeriodView>)))]
async fn periods_of(caller: Caller, At((tenant, id)): At<(TenantId, DeliverableId)>) -> Reply<Listed<PeriodView>> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    let periods = strategy::queries::periods(&mut caller.read().await?, scope, id, caller.now()).await?;
    Ok(Json(Listed::all(periods, PeriodView::from)))
}

/// One month of all deliverables.
#[utoipa::path(get, path = "/tenants/{tenant}/periods", tag = "strategy", params(PeriodQuery), responses((status = 200, body = Listed<PeriodView>)))]
async fn periods(
    caller: Caller,
    At(tenant): At<TenantId>,
    Asked(query): Asked<PeriodQuery>,
) -> Reply<Listed<PeriodView>> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    let periods = strategy::queries::month(&mut caller.read().await?, scope, query.month, caller.now()).await?;
    Ok(Json(Listed::all(periods, PeriodView::from)))
}

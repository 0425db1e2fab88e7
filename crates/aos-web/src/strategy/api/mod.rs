//! Strategies and what they consist of over the JSON API.

mod plan;
mod views;

use aos_features::{people::Permission, strategy};
use aos_kernel::{StrategyId, TenantId};
use axum::Json;

use self::views::{ChangeStrategy, RevisionView, StrategyView};
use crate::{
    api::{Body, Caller, Listed, Reply, SliceRouter, operations},
    session::At,
};

pub fn routes() -> SliceRouter {
    SliceRouter::default()
        .routes(operations!(list))
        .routes(operations!(one, edit))
        .routes(operations!(revisions))
        .merge(plan::routes())
}

/// All strategies of a client, the newest first.
#[utoipa::path(get, path = "/tenants/{tenant}/strategies", tag = "strategy", responses((status = 200, body = Listed<StrategyView>)))]
async fn list(caller: Caller, At(tenant): At<TenantId>) -> Reply<Listed<StrategyView>> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    let strategies = strategy::queries::strategies(&mut caller.read().await?, scope).await?;
    Ok(Json(Listed::all(strategies, StrategyView::from)))
}

/// One strategy.
#[utoipa::path(get, path = "/tenants/{tenant}/strategies/{strategy}", tag = "strategy", responses((status = 200, body = StrategyView)))]
async fn one(caller: Caller, At((tenant, id)): At<(TenantId, StrategyId)>) -> Reply<StrategyView> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    Ok(Json(strategy::queries::strategy(&mut caller.read().await?, scope, id).await?.into()))
}

/// Edit a strategy that waits for a decision. What is decided on is then the edited one.
#[utoipa::path(put, path = "/tenants/{tenant}/strategies/{strategy}", tag = "strategy", request_body = ChangeStrategy, responses((status = 200, body = StrategyView)))]
async fn edit(
    caller: Caller,
    At((tenant, id)): At<(TenantId, StrategyId)>,
    Body(body): Body<ChangeStrategy>,
) -> Reply<StrategyView> {
    let scope = caller.scope(tenant, Permission::Plan)?;
    let mut tx = caller.begin().await?;
    let waiting = caller.state.product.steps.as_ref();
    let edited = strategy::commands::edit(&mut tx, waiting, scope, id, body.seen_revision, body.content.into()).await?;
    tx.commit().await?;
    Ok(Json(edited.into()))
}

/// The versions of a strategy, the newest first.
#[utoipa::path(get, path = "/tenants/{tenant}/strategies/{strategy}/revisions", tag = "strategy", responses((status = 200, body = Listed<RevisionView>)))]
async fn revisions(caller: Caller, At((tenant, id)): At<(TenantId, StrategyId)>) -> Reply<Listed<RevisionView>> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    let mut conn = caller.read().await?;
    strategy::queries::strategy(&mut conn, scope, id).await?;
    let revisions = strategy::queries::revisions(&mut conn, scope, id).await?;
    Ok(Json(Listed::all(revisions, RevisionView::from)))
}

//! Requests over the JSON API.

use aos_features::{
    content::{self, NewRequest, RequestState},
    people::Permission,
    tenants,
};
use aos_kernel::{Error, RequestId, TenantId};
use axum::{Json, http::StatusCode};
use serde::Deserialize;
use utoipa::IntoParams;

use super::views::{BriefContent, ChangeRequest, ItemView, RequestView};
use crate::{
    api::{Asked, Body, Caller, Listed, Made, Paging, Reply, SliceRouter, operations, words},
    session::At,
};

pub fn routes() -> SliceRouter {
    SliceRouter::default()
        .routes(operations!(list, raise))
        .routes(operations!(one, edit))
        .routes(operations!(revise))
        .routes(operations!(close))
        .routes(operations!(item))
        .routes(operations!(items))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RequestQuery {
    #[param(schema_with = words::request_state, required = false)]
    pub state: Option<RequestState>,
}

/// A client's requests, the newest first.
#[utoipa::path(get, path = "/tenants/{tenant}/requests", tag = "requests", params(RequestQuery, Paging), responses((status = 200, body = Listed<RequestView>)))]
async fn list(
    caller: Caller,
    At(tenant): At<TenantId>,
    Asked(query): Asked<RequestQuery>,
    Asked(paging): Asked<Paging>,
) -> Reply<Listed<RequestView>> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    let (states, after) = (Vec::from_iter(query.state), paging.after()?);
    let mut conn = caller.read().await?;
    let page = content::queries::requests(&mut conn, scope, &states, after.as_ref(), paging.size()).await?;
    Ok(Json(Listed::page(page, RequestView::from)))
}

/// Raise a request outside of the monthly deliverables.
///
/// It goes through the same approval, writing, review and publishing, and counts against no month.
#[utoipa::path(post, path = "/tenants/{tenant}/requests", tag = "requests", request_body = BriefContent, responses((status = 201, body = RequestView)))]
async fn raise(caller: Caller, At(tenant): At<TenantId>, Body(body): Body<BriefContent>) -> Made<RequestView> {
    let scope = caller.scope(tenant, Permission::RaiseRequests)?;
    let mut tx = caller.begin().await?;
    tenants::queries::tenant(&mut tx, scope).await?;
    let (steps, platforms) = (&caller.state.product.steps, caller.state.product.connections.platforms());
    let id = content::commands::raise_request(&mut tx, steps, platforms, scope, NewRequest::from(body)).await?;
    let request = content::queries::request(&mut tx, scope, id).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(request.into())))
}

/// One request.
#[utoipa::path(get, path = "/tenants/{tenant}/requests/{request}", tag = "requests", responses((status = 200, body = RequestView)))]
async fn one(caller: Caller, At((tenant, id)): At<(TenantId, RequestId)>) -> Reply<RequestView> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    Ok(Json(content::queries::request(&mut caller.read().await?, scope, id).await?.into()))
}

/// Edit a brief that waits for its approval. What is decided on is then the edited one.
#[utoipa::path(put, path = "/tenants/{tenant}/requests/{request}", tag = "requests", request_body = ChangeRequest, responses((status = 200, body = RequestView)))]
async fn edit(
    caller: Caller,
    At((tenant, id)): At<(TenantId, RequestId)>,
    Body(body): Body<ChangeRequest>,
) -> Reply<RequestView> {
    let scope = caller.scope(tenant, Permission::EditContent)?;
    let steps = &caller.state.product.steps;
    let mut tx = caller.begin().await?;
    let platforms = caller.state.product.connections.platforms();
    content::commands::edit_request(&mut tx, steps, platforms, scope, id, body.based_on, body.brief.into()).await?;
    let request = content::queries::request(&mut tx, scope, id).await?;
    tx.commit().await?;
    Ok(Json(request.into()))
}

/// Hand in a brief again that was sent back, changed. One that an agent made goes back to the agent by itself.
#[utoipa::path(post, path = "/tenants/{tenant}/requests/{request}/revise", tag = "requests", request_body = ChangeRequest, responses((status = 200, body = RequestView)))]
async fn revise(
    caller: Caller,
    At((tenant, id)): At<(TenantId, RequestId)>,
    Body(body): Body<ChangeRequest>,
) -> Reply<RequestView> {
    let scope = caller.scope(tenant, Permission::RaiseRequests)?;
    let steps = &caller.state.product.steps;
    let mut tx = caller.begin().await?;
    let platforms = caller.state.product.connections.platforms();
    content::commands::revise_request(&mut tx, steps, platforms, scope, id, body.based_on, body.brief.into()).await?;
    let request = content::queries::request(&mut tx, scope, id).await?;
    tx.commit().await?;
    Ok(Json(request.into()))
}

/// Take back a request that nobody has approved yet. Safe to repeat.
#[utoipa::path(post, path = "/tenants/{tenant}/requests/{request}/close", tag = "requests", responses((status = 200, body = RequestView)))]
async fn close(caller: Caller, At((tenant, id)): At<(TenantId, RequestId)>) -> Reply<RequestView> {
    let scope = caller.scope(tenant, Permission::RaiseRequests)?;
    let mut tx = caller.begin().await?;
    content::commands::close_request(&mut tx, &caller.state.product.steps, scope, id).await?;
    let request = content::queries::request(&mut tx, scope, id).await?;
    tx.commit().await?;
    Ok(Json(request.into()))
}

/// What a request became: one item for each of its channels.
#[utoipa::path(get, path = "/tenants/{tenant}/requests/{request}/items", tag = "requests", responses((status = 200, body = Listed<ItemView>)))]
async fn items(caller: Caller, At((tenant, id)): At<(TenantId, RequestId)>) -> Reply<Listed<ItemView>> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    let mut conn = caller.read().await?;
    content::queries::request(&mut conn, scope, id).await?;
    let items = content::queries::items_of_request(&mut conn, scope, id).await?;
    Ok(Json(Listed::all(items, ItemView::from)))
}

/// What a request became; of several items the first.
#[utoipa::path(get, path = "/tenants/{tenant}/requests/{request}/item", tag = "requests", responses((status = 200, body = ItemView)))]
async fn item(caller: Caller, At((tenant, id)): At<(TenantId, RequestId)>) -> Reply<ItemView> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    let items = content::queries::items_of_request(&mut caller.read().await?, scope, id).await?;
    Ok(Json(items.into_iter().next().ok_or_else(|| Error::not_found("content item"))?.into()))
}

//! Content items, their versions and publications over the JSON API.

use aos_features::{
    content::{self, ItemState, commands::Edit},
    people::Permission,
};
use aos_kernel::{ContentItemId, Error, TenantId};
use axum::{Json, http::StatusCode};
use serde::Deserialize;
use utoipa::IntoParams;

use super::views::{ChangeItem, ItemView, PublicationView, PublishModeContent, PublishPlan, VersionView};
use crate::{
    api::{Asked, Body, Caller, Listed, Made, Paging, Reply, SliceRouter, operations, words},
    session::At,
};

pub fn routes() -> SliceRouter {
    SliceRouter::default()
        .routes(operations!(list))
        .routes(operations!(one))
        .routes(operations!(versions, edit))
        .routes(operations!(version))
        .routes(operations!(plan))
        .routes(operations!(again))
        .routes(operations!(publication))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ItemQuery {
    #[param(schema_with = words::item_state, required = false)]
    pub state: Option<ItemState>,
}

/// A client's content items, the last touched first.
#[utoipa::path(get, path = "/tenants/{tenant}/items", tag = "content", params(ItemQuery, Paging), responses((status = 200, body = Listed<ItemView>)))]
async fn list(
    caller: Caller,
    At(tenant): At<TenantId>,
    Asked(query): Asked<ItemQuery>,
    Asked(paging): Asked<Paging>,
) -> Reply<Listed<ItemView>> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    let (states, after) = (Vec::from_iter(query.state), paging.after()?);
    let mut conn = caller.read().await?;
    let page = content::queries::items(&mut conn, scope, &states, after.as_ref(), paging.size()).await?;
    Ok(Json(Listed::page(page, ItemView::from)))
}

/// One content item.
#[utoipa::path(get, path = "/tenants/{tenant}/items/{item}", tag = "content", responses((status = 200, body = ItemView)))]
async fn one(caller: Caller, At((tenant, id)): At<(TenantId, ContentItemId)>) -> Reply<ItemView> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    Ok(Json(content::queries::item(&mut caller.read().await?, scope, id).await?.into()))
}

/// All versions of an item, the newest first.
#[utoipa::path(get, path = "/tenants/{tenant}/items/{item}/versions", tag = "content", responses((status = 200, body = Listed<VersionView>)))]
async fn versions(caller: Caller, At((tenant, id)): At<(TenantId, ContentItemId)>) -> Reply<Listed<VersionView>> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    let mut conn = caller.read().await?;
    content::queries::item(&mut conn, scope, id).await?;
    let versions = content::queries::versions(&mut conn, scope, id).await?;
    Ok(Json(Listed::all(versions, VersionView::from)))
}

/// Edit an item that waits for its review: a new version on top of the one that was read.
#[utoipa::path(post, path = "/tenants/{tenant}/items/{item}/versions", tag = "content", request_body = ChangeItem, responses((status = 201, body = VersionView)))]
async fn edit(
    caller: Caller,
    At((tenant, id)): At<(TenantId, ContentItemId)>,
    Body(body): Body<ChangeItem>,
) -> Made<VersionView> {
    let scope = caller.scope(tenant, Permission::EditContent)?;
    let ChangeItem { based_on, text, note } = body;
    let (steps, platforms) = (&caller.state.product.steps, caller.state.product.connections.platforms());
    let edit = Edit { based_on, text: text.try_into()?, note: note.as_deref() };
    let mut tx = caller.begin().await?;
    let number = content::commands::edit_item(&mut tx, steps, platforms, scope, id, edit).await?;
    let version = content::queries::version(&mut tx, scope, id, number).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(version.into())))
}

/// One version of an item.
#[utoipa::path(get, path = "/tenants/{tenant}/items/{item}/versions/{version}", tag = "content", responses((status = 200, body = VersionView)))]
async fn version(caller: Caller, At((tenant, id, version)): At<(TenantId, ContentItemId, i64)>) -> Reply<VersionView> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    Ok(Json(content::queries::version(&mut caller.read().await?, scope, id, version).await?.into()))
}

/// Say when and how an item is to be published.
///
/// An item that is scheduled on its platform already can get another moment; the platform is told. An approval stays as
/// it is, since it binds the text and not the time.
#[utoipa::path(put, path = "/tenants/{tenant}/items/{item}/publishing", tag = "content", request_body = PublishPlan, responses((status = 200, body = ItemView)))]
async fn plan(
    caller: Caller,
    At((tenant, id)): At<(TenantId, ContentItemId)>,
    Body(body): Body<PublishPlan>,
) -> Reply<ItemView> {
    let scope = caller.scope(tenant, Permission::EditContent)?;
    let mode = PublishModeContent::mode(body.mode, body.at)?;
    let mut tx = caller.begin().await?;
    content::reschedule::reschedule(&mut tx, scope, id, mode).await?;
    let item = content::queries::item(&mut tx, scope, id).await?;
    tx.commit().await?;
    Ok(Json(item.into()))
}

/// Have a piece made again that its platform refused after taking it, or that is gone from there.
#[utoipa::path(post, path = "/tenants/{tenant}/items/{item}/again", tag = "content", responses((status = 200, body = ItemView)))]
async fn again(caller: Caller, At((tenant, id)): At<(TenantId, ContentItemId)>) -> Reply<ItemView> {
    let scope = caller.scope(tenant, Permission::OperateWork)?;
    let mut tx = caller.begin().await?;
    content::commands::make_again(&mut tx, &caller.state.product.steps, scope, id).await?;
    let item = content::queries::item(&mut tx, scope, id).await?;
    tx.commit().await?;
    Ok(Json(item.into()))
}

/// Where an item stands on the client's site.
#[utoipa::path(get, path = "/tenants/{tenant}/items/{item}/publication", tag = "content", responses((status = 200, body = PublicationView)))]
async fn publication(caller: Caller, At((tenant, id)): At<(TenantId, ContentItemId)>) -> Reply<PublicationView> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    let publication = content::queries::publication(&mut caller.read().await?, scope, id).await?;
    Ok(Json(publication.ok_or_else(|| Error::not_found("publication"))?.into()))
}

//! Saved views over the JSON API.

use aos_features::people::saved_views::{self, ChangeSavedView, NewSavedView, SavedPlace, SavedView};
use aos_kernel::SavedViewId;
use axum::{Json, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    api::{Asked, Body, Caller, Listed, Made, Reply, Silent, SliceRouter, operations, words},
    session::At,
};

pub fn routes() -> SliceRouter {
    SliceRouter::default().routes(operations!(saved_views, save_view)).routes(operations!(change_view, remove_view))
}

/// The filters of a list under a name.
#[derive(Debug, Serialize, ToSchema)]
pub struct SavedViewView {
    pub id: Uuid,
    /// Whose it is.
    pub user_id: Uuid,
    pub owner: String,
    #[schema(schema_with = words::saved_place)]
    pub place: SavedPlace,
    pub name: String,
    /// What stands behind the question mark of the list's address: `readiness=ready&sort=waiting`.
    pub query: String,
    /// The list with these filters, for a person.
    pub url: String,
    /// The whole staff sees it.
    pub shared: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl SavedViewView {
    fn of(view: SavedView, caller: &Caller) -> aos_kernel::Result<Self> {
        Ok(Self {
            url: caller.url(&super::href(view.place, &view.query))?,
            id: view.id.uuid(),
            user_id: view.user_id.uuid(),
            owner: view.owner,
            place: view.place,
            name: view.name,
            query: view.query,
            shared: view.shared,
            created_at: view.created_at,
            updated_at: view.updated_at,
        })
    }
}

/// A view to be saved.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewSavedViewBody {
    #[schema(schema_with = words::saved_place)]
    pub place: SavedPlace,
    #[schema(min_length = 1, max_length = 40)]
    pub name: String,
    /// Filters as they stand in the list's address. `clients` has `q`, `readiness`, `sort`; `queue` has `kind`, `client`,
    /// `mine`. Others are left out.
    pub query: String,
    #[serde(default)]
    pub shared: bool,
}

/// What is to be changed of a view; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeSavedViewBody {
    #[schema(min_length = 1, max_length = 40)]
    pub name: Option<String>,
    pub query: Option<String>,
    pub shared: Option<bool>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SavedViewQuery {
    #[param(schema_with = words::saved_place, required = false)]
    pub place: Option<SavedPlace>,
}

/// One's own saved views and those that others share with the staff.
#[utoipa::path(get, path = "/views", tag = "users", params(SavedViewQuery), responses((status = 200, body = Listed<SavedViewView>)))]
async fn saved_views(caller: Caller, Asked(query): Asked<SavedViewQuery>) -> Reply<Listed<SavedViewView>> {
    let views = saved_views::list(&mut caller.read().await?, &caller.principal, query.place).await?;
    let views = views.into_iter().map(|view| SavedViewView::of(view, &caller)).collect::<aos_kernel::Result<_>>()?;
    Ok(Json(Listed { items: views, next: None }))
}

/// Save the filters of a list under a name.
#[utoipa::path(post, path = "/views", tag = "users", request_body = NewSavedViewBody, responses((status = 201, body = SavedViewView)))]
async fn save_view(caller: Caller, Body(body): Body<NewSavedViewBody>) -> Made<SavedViewView> {
    let NewSavedViewBody { place, name, query, shared } = body;
    let mut tx = caller.begin().await?;
    let view = saved_views::save(&mut tx, &caller.principal, NewSavedView { place, name, query, shared }).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(SavedViewView::of(view, &caller)?)))
}

/// Change one's own saved view.
#[utoipa::path(patch, path = "/views/{view}", tag = "users", request_body = ChangeSavedViewBody, responses((status = 200, body = SavedViewView)))]
async fn change_view(
    caller: Caller,
    At(id): At<SavedViewId>,
    Body(body): Body<ChangeSavedViewBody>,
) -> Reply<SavedViewView> {
    let ChangeSavedViewBody { name, query, shared } = body;
    let mut tx = caller.begin().await?;
    let view = saved_views::change(&mut tx, &caller.principal, id, ChangeSavedView { name, query, shared }).await?;
    tx.commit().await?;
    Ok(Json(SavedViewView::of(view, &caller)?))
}

/// Take a saved view away: one's own, or as an administrator one that is shared.
#[utoipa::path(delete, path = "/views/{view}", tag = "users", responses((status = 204, description = "Taken away.")))]
async fn remove_view(caller: Caller, At(id): At<SavedViewId>) -> Silent {
    let mut tx = caller.begin().await?;
    saved_views::remove(&mut tx, &caller.principal, id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

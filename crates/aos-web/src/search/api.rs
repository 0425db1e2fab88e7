//! Finding, for programs.

use aos_features::read_models::search::{self, Found, Piece};
use aos_kernel::PageSize;
use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::{Asked, Caller, Listed, Reply, SliceRouter, operations};

pub fn routes() -> SliceRouter {
    SliceRouter::default().routes(operations!(find))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// Words; each must be found, whole or as the beginning of a word.
    pub q: String,
    /// Only this kind: `tenant`, `request`, `content_item`, `deliverable`, `site_page`, `person`.
    pub kind: Option<String>,
    /// How many at most: 1 to 100, 20 if it is not said.
    pub limit: Option<i64>,
}

/// Something that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundView {
    pub kind: String,
    /// The client that it belongs to; none for people.
    pub tenant_id: Option<Uuid>,
    pub client: Option<String>,
    pub id: Uuid,
    pub title: String,
    /// A part of the text around what was found.
    pub excerpt: String,
    /// Where it is read, for a page of a client's site.
    pub url: Option<String>,
}

impl From<Found> for FoundView {
    fn from(found: Found) -> Self {
        let text = |pieces: Vec<Piece>| pieces.into_iter().map(|piece| piece.text).collect();
        Self {
            kind: found.kind.as_str().to_owned(),
            tenant_id: found.tenant.map(aos_kernel::TenantId::uuid),
            client: found.client,
            id: found.subject,
            title: text(found.title),
            excerpt: text(found.excerpt),
            url: found.href,
        }
    }
}

/// Find clients, requests, posts, work, pages and people by the words in them, the best match first.
#[utoipa::path(get, path = "/search", tag = "tenants", params(SearchQuery), responses((status = 200, body = Listed<FoundView>)))]
async fn find(caller: Caller, Asked(query): Asked<SearchQuery>) -> Reply<Listed<FoundView>> {
    let kind = search::kind_of(query.kind.as_deref().unwrap_or_default())?;
    let limit = PageSize::clamped(query.limit.unwrap_or(20)).get().min(100);
    let found = search::find(&mut caller.read().await?, &caller.principal, &query.q, kind, limit).await?;
    Ok(Json(Listed::all(found, FoundView::from)))
}

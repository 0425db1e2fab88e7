//! The calendar over the JSON API.

use aos_features::{
    content,
    people::Permission,
    read_models::calendar::{self, CalendarFilter, Entry, EntryState},
};
use aos_kernel::{AgencyScope, Error, RequestId, TenantId};
use axum::Json;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::views::RequestView;
use crate::{
    api::{Asked, Body, Caller, Listed, Reply, SliceRouter, operations},
    session::At,
};

pub fn routes() -> SliceRouter {
    SliceRouter::default().routes(operations!(between)).routes(operations!(plan_request))
}

/// A longer span than this is asked for in parts.
const LONGEST_DAYS: i64 = 400;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SpanQuery {
    /// The first moment.
    pub from: DateTime<Utc>,
    /// The moment after the last; at most 400 days later.
    pub to: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntryKindView {
    ContentItem,
    /// A brief of which nothing was made yet.
    Request,
}

/// One thing of the calendar.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntryView {
    /// Of the content item or the request.
    pub id: Uuid,
    pub kind: EntryKindView,
    pub title: String,
    /// As the item or the request has it.
    pub state: String,
    /// When it was published, or is to be.
    pub at: Option<DateTime<Utc>>,
    /// For when its platform has it scheduled; another moment than `at`: the platform is being told.
    pub scheduled_for: Option<DateTime<Utc>>,
    pub published_url: Option<String>,
    pub problem: Option<String>,
}

impl From<Entry> for EntryView {
    fn from(entry: Entry) -> Self {
        let (kind, state) = match entry.state {
            EntryState::Post(state) => (EntryKindView::ContentItem, state.as_str()),
            EntryState::Request(state) => (EntryKindView::Request, state.as_str()),
        };
        Self {
            id: entry.id,
            kind,
            title: entry.title,
            state: state.to_owned(),
            at: entry.at,
            scheduled_for: entry.standing_at,
            published_url: entry.published_url,
            problem: entry.problem,
        }
    }
}

/// What is planned, scheduled and published between two moments, by time.
#[utoipa::path(get, path = "/tenants/{tenant}/calendar", tag = "content", params(SpanQuery), responses((status = 200, body = Listed<EntryView>)))]
async fn between(caller: Caller, At(tenant): At<TenantId>, Asked(span): Asked<SpanQuery>) -> Reply<Listed<EntryView>> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    if span.to <= span.from || span.to - span.from > TimeDelta::days(LONGEST_DAYS) {
        return Err(
            Error::invalid("to", format!("Ask for up to {LONGEST_DAYS} days, from the earlier to the later.")).into()
        );
    }
    let (scope, filter) = (
        AgencyScope::only(vec![scope.tenant()]),
        CalendarFilter { for_client: !caller.principal.is_staff(), ..CalendarFilter::default() },
    );
    let mut conn = caller.read().await?;
    let entries = calendar::entries(&mut conn, &scope, &filter, span.from, span.to, span.to).await?;
    Ok(Json(Listed::all(entries, EntryView::from)))
}

/// When the post that a brief asks for should be published.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RequestPlan {
    /// Null: no wish.
    pub at: Option<DateTime<Utc>>,
}

/// Say when the post that a request asks for should be published.
///
/// It is no part of what is approved; the content item that the request becomes takes it over.
#[utoipa::path(put, path = "/tenants/{tenant}/requests/{request}/planned", tag = "requests", request_body = RequestPlan, responses((status = 200, body = RequestView)))]
async fn plan_request(
    caller: Caller,
    At((tenant, id)): At<(TenantId, RequestId)>,
    Body(body): Body<RequestPlan>,
) -> Reply<RequestView> {
    let scope = caller.scope(tenant, Permission::EditContent)?;
    let mut tx = caller.begin().await?;
    content::reschedule::plan_request(&mut tx, scope, id, body.at).await?;
    let request = content::queries::request(&mut tx, scope, id).await?;
    tx.commit().await?;
    Ok(Json(request.into()))
}

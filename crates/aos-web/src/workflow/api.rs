//! The engine over the JSON API: queues, jobs that were given up, processes, events.

use aos_features::people::Permission;
use aos_kernel::{AgencyScope, JobId, TenantId};
use aos_workflow::{DeadJob, Event, EventFilter, Process, QueueDepth};
use axum::{Json, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    api::{ActorView, Asked, Caller, Listed, Paging, Reply, Silent, SliceRouter, SubjectView, operations, words},
    session::At,
};

pub fn routes() -> SliceRouter {
    SliceRouter::default()
        .routes(operations!(queues))
        .routes(operations!(retry_all))
        .routes(operations!(dead))
        .routes(operations!(retry))
        .routes(operations!(discard))
        .routes(operations!(processes))
        .routes(operations!(events))
        .routes(operations!(history))
}

/// How much stands in a queue.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueueView {
    pub queue: String,
    /// Their time has not come.
    pub waiting: i64,
    /// Of those, how many failed before.
    pub retrying: i64,
    pub ready: i64,
    pub running: i64,
    /// Given up until a person retries them.
    pub dead: i64,
    /// Since when the oldest ready job could have run.
    pub oldest: Option<DateTime<Utc>>,
}

impl From<QueueDepth> for QueueView {
    fn from(depth: QueueDepth) -> Self {
        let QueueDepth { queue, waiting, retrying, ready, running, dead, oldest, .. } = depth;
        Self { queue, waiting, retrying, ready, running, dead, oldest }
    }
}

/// A job that was given up.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeadJobView {
    pub id: Uuid,
    pub tenant_id: Option<Uuid>,
    pub kind: String,
    pub queue: String,
    pub attempts: i64,
    pub error: Option<FailureView>,
    pub created_at: DateTime<Utc>,
    pub died_at: DateTime<Utc>,
}

/// The public words of a failure.
#[derive(Debug, Serialize, ToSchema)]
pub struct FailureView {
    #[schema(schema_with = words::error_kind)]
    pub kind: aos_kernel::ErrorKind,
    pub code: String,
    pub message: String,
    pub help: Option<String>,
}

impl From<DeadJob> for DeadJobView {
    fn from(dead: DeadJob) -> Self {
        Self {
            id: dead.job.id.uuid(),
            tenant_id: dead.job.tenant.map(TenantId::uuid),
            kind: dead.job.kind,
            queue: dead.job.queue,
            attempts: dead.job.attempts,
            error: dead.error.map(|failure| FailureView {
                kind: failure.kind,
                code: failure.code,
                message: failure.message,
                help: failure.help,
            }),
            created_at: dead.job.created_at,
            died_at: dead.died_at,
        }
    }
}

/// A process of the product.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProcessView {
    pub id: String,
    /// `web,worker,scheduler`.
    pub roles: String,
    pub alive: bool,
    pub started_at: DateTime<Utc>,
    pub seen_at: DateTime<Utc>,
}

impl ProcessView {
    fn of(process: Process, now: DateTime<Utc>) -> Self {
        Self {
            alive: process.is_alive(now),
            id: process.id,
            roles: process.roles,
            started_at: process.started_at,
            seen_at: process.seen_at,
        }
    }
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventView {
    /// Its place in the history.
    pub seq: i64,
    pub tenant_id: Option<Uuid>,
    /// `content.post_published` and the like.
    pub kind: String,
    pub subject: SubjectView,
    pub actor: ActorView,
    pub why: Option<String>,
    pub data: Value,
    pub at: DateTime<Utc>,
}

impl From<Event> for EventView {
    fn from(event: Event) -> Self {
        Self {
            seq: event.seq,
            tenant_id: event.tenant.map(TenantId::uuid),
            kind: event.kind,
            subject: event.subject.into(),
            actor: event.actor.into(),
            why: event.why,
            data: event.data,
            at: event.at,
        }
    }
}

/// How many jobs start again.
#[derive(Debug, Serialize, ToSchema)]
pub struct Retried {
    pub jobs: u64,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeadQuery {
    pub queue: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventQuery {
    pub tenant: Option<Uuid>,
    /// The beginning of the kind: `content.`.
    pub kind: Option<String>,
}

/// Every queue that holds something.
#[utoipa::path(get, path = "/queues", tag = "engine", responses((status = 200, body = Listed<QueueView>)))]
async fn queues(caller: Caller) -> Reply<Listed<QueueView>> {
    caller.require(Permission::OperateSystem)?;
    let depths = aos_workflow::queue_depths(&mut caller.read().await?).await?;
    Ok(Json(Listed::all(depths, QueueView::from)))
}

/// Let all jobs of a queue that were given up be tried again.
#[utoipa::path(post, path = "/queues/{queue}/retry", tag = "engine", responses((status = 200, body = Retried)))]
async fn retry_all(caller: Caller, At(queue): At<String>) -> Reply<Retried> {
    caller.require(Permission::OperateSystem)?;
    let mut tx = caller.begin().await?;
    let jobs = aos_workflow::retry_queue(&mut tx, &queue).await?;
    tx.commit().await?;
    Ok(Json(Retried { jobs }))
}

/// Jobs that were given up, the latest first.
#[utoipa::path(get, path = "/jobs/dead", tag = "engine", params(DeadQuery, Paging), responses((status = 200, body = Listed<DeadJobView>)))]
async fn dead(
    caller: Caller,
    Asked(query): Asked<DeadQuery>,
    Asked(paging): Asked<Paging>,
) -> Reply<Listed<DeadJobView>> {
    caller.require(Permission::OperateSystem)?;
    let (all, after) = (AgencyScope::all(), paging.after()?);
    let mut conn = caller.read().await?;
    let page = aos_workflow::dead_jobs(&mut conn, &all, query.queue.as_deref(), after.as_ref(), paging.size()).await?;
    Ok(Json(Listed::page(page, DeadJobView::from)))
}

/// Let a job that was given up be tried again.
#[utoipa::path(post, path = "/jobs/{job}/retry", tag = "engine", responses((status = 204, description = "It starts again.")))]
async fn retry(caller: Caller, At(job): At<JobId>) -> Silent {
    caller.require(Permission::OperateSystem)?;
    let mut tx = caller.begin().await?;
    aos_workflow::retry_job(&mut tx, job).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a job out for good.
#[utoipa::path(post, path = "/jobs/{job}/discard", tag = "engine", responses((status = 204, description = "Taken out.")))]
async fn discard(caller: Caller, At(job): At<JobId>) -> Silent {
    caller.require(Permission::OperateSystem)?;
    let mut tx = caller.begin().await?;
    aos_workflow::cancel_job(&mut tx, job).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The processes that were alive within a day.
#[utoipa::path(get, path = "/processes", tag = "engine", responses((status = 200, body = Listed<ProcessView>)))]
async fn processes(caller: Caller) -> Reply<Listed<ProcessView>> {
    caller.require(Permission::OperateSystem)?;
    let now = caller.now();
    let processes = aos_workflow::processes(&mut caller.read().await?).await?;
    Ok(Json(Listed::all(processes, |process| ProcessView::of(process, now))))
}

/// What happened lately, the newest first.
#[utoipa::path(get, path = "/events", tag = "engine", params(EventQuery, Paging), responses((status = 200, body = Listed<EventView>)))]
async fn events(
    caller: Caller,
    Asked(query): Asked<EventQuery>,
    Asked(paging): Asked<Paging>,
) -> Reply<Listed<EventView>> {
    let agency = caller.agency(Permission::SeeClient)?;
    let filter = EventFilter { tenant: query.tenant.map(TenantId::from_uuid), kind: query.kind };
    let after = paging.after()?;
    let mut conn = caller.read().await?;
    let page = aos_workflow::recent(&mut conn, &agency, &filter, after.as_ref(), paging.size()).await?;
    Ok(Json(Listed::page(page, EventView::from)))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// `request`, `content_item`, `strategy`, `activity`, …
    pub kind: String,
    pub id: Uuid,
}

/// What happened to one thing of a client, oldest first.
#[utoipa::path(get, path = "/tenants/{tenant}/history", tag = "engine", params(HistoryQuery), responses((status = 200, body = Listed<EventView>)))]
async fn history(
    caller: Caller,
    At(tenant): At<TenantId>,
    Asked(query): Asked<HistoryQuery>,
) -> Reply<Listed<EventView>> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    let subject = aos_kernel::Subject { kind: query.kind, id: query.id };
    let events = aos_workflow::history(&mut caller.read().await?, scope, &subject).await?;
    Ok(Json(Listed::all(events, EventView::from)))
}

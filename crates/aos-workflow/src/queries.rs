//! What Manage → Queues shows, and what an administrator does there.

use std::collections::BTreeMap;

use aos_kernel::{
    AgencyScope, Cursor, Error, JobId, NewEvent, Page, PageSize, Result, Subject, TenantScope, Timestamp,
};
use aos_storage::{Conn, Signal, Tx};

use crate::{Failure, Job, JobState, store};

/// How much stands in a queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct QueueDepth {
    pub queue: String,
    /// Their time has not come.
    pub waiting: i64,
    /// Of those, how many failed before and are to be tried again.
    pub retrying: i64,
    pub ready: i64,
    pub running: i64,
    pub dead: i64,
    /// Since when the oldest ready job could have run.
    pub oldest: Option<Timestamp>,
}

/// Every queue that holds something.
///
/// # Errors
/// `Storage`.
pub async fn queue_depths(conn: &mut Conn) -> Result<Vec<QueueDepth>> {
    let mut queues: BTreeMap<String, QueueDepth> = BTreeMap::new();
    for (queue, state, n, oldest) in store::overview::depths(conn).await? {
        let depth = queues.entry(queue).or_default();
        match state.parse()? {
            JobState::Waiting => depth.waiting = n,
            JobState::Ready => (depth.ready, depth.oldest) = (n, Some(oldest)),
            JobState::Running => depth.running = n,
            JobState::Dead => depth.dead = n,
            JobState::Done | JobState::Cancelled => {}
        }
    }
    for (queue, n) in store::overview::retrying(conn).await? {
        queues.entry(queue).or_default().retrying = n;
    }
    Ok(queues.into_iter().map(|(queue, depth)| QueueDepth { queue, ..depth }).collect())
}

/// Jobs of a tenant that can run now, run, or are to be tried again after a failure. What waits for a later time is left
/// out: 0 means that nothing goes on by itself.
///
/// # Errors
/// `Storage`.
pub async fn open_jobs(conn: &mut Conn, scope: TenantScope) -> Result<i64> {
    store::overview::open_of_tenant(conn, scope).await
}

/// Jobs that run now, of all processes.
///
/// # Errors
/// `Storage`.
pub async fn running_jobs(conn: &mut Conn, size: PageSize) -> Result<Vec<Job>> {
    store::overview::running(conn, size.get()).await
}

/// A job that failed for good, with the words of its last failure.
#[derive(Clone, Debug, serde::Serialize)]
pub struct DeadJob {
    pub job: Job,
    pub error: Option<Failure>,
    pub died_at: Timestamp,
}

/// Jobs that failed for good, the latest first.
///
/// # Errors
/// `Invalid` for a cursor that is not one of this list's; `Storage`.
pub async fn dead_jobs(
    conn: &mut Conn,
    scope: &AgencyScope,
    queue: Option<&str>,
    after: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<DeadJob>> {
    let before = match after {
        Some(cursor) => position(cursor).ok_or_else(|| Error::invalid("cursor", "This page is not known."))?,
        None => (chrono::DateTime::<chrono::Utc>::from_timestamp_nanos(i64::MAX), JobId::from_uuid(uuid::Uuid::max())),
    };
    let jobs = store::jobs::dead(conn, scope, queue, before, size.get() + 1).await?;
    let rows = jobs
        .into_iter()
        .map(|job| DeadJob { error: job.error.clone(), died_at: job.finished_at.unwrap_or(job.created_at), job })
        .collect();
    Ok(Page::from_surplus(rows, size, |dead| {
        Cursor::new(format!("{} {}", dead.died_at.timestamp_micros(), dead.job.id))
    }))
}

fn position(cursor: &Cursor) -> Option<(Timestamp, JobId)> {
    let (micros, id) = cursor.as_str().split_once(' ')?;
    Some((chrono::DateTime::from_timestamp_micros(micros.parse().ok()?)?, id.parse().ok()?))
}

/// One job, if it is not done and gone.
///
/// # Errors
/// `NotFound`, `Storage`.
pub async fn job(conn: &mut Conn, id: JobId) -> Result<Job> {
    store::jobs::find(conn, id).await?.ok_or_else(|| Error::not_found("job"))
}

/// Lets a dead job be tried again, with all its attempts before it.
///
/// # Errors
/// `NotFound`; `Conflict` when it is not dead.
pub async fn retry_job(tx: &mut Tx, id: JobId) -> Result<()> {
    let job = job(tx, id).await?;
    if store::jobs::revive(tx, id).await? == 0 {
        return Err(Error::conflict("not_dead", "This job has not failed for good, so there is nothing to retry."));
    }
    tx.emit(NewEvent::new(job.tenant, "workflow.job_retried", Subject::new("job", id)));
    tx.signal(Signal::new("jobs", ""));
    Ok(())
}

/// Lets all dead jobs of a queue be tried again; answers how many.
///
/// # Errors
/// `Storage`.
pub async fn retry_queue(tx: &mut Tx, queue: &str) -> Result<u64> {
    let revived = store::jobs::revive_queue(tx, queue).await?;
    tx.signal(Signal::new("jobs", ""));
    Ok(revived)
}

/// Takes a job out, also while it runs: its result is not kept then.
///
/// # Errors
/// `NotFound`; `Conflict` when it is over.
pub async fn cancel_job(tx: &mut Tx, id: JobId) -> Result<()> {
    let job = job(tx, id).await?;
    if store::jobs::cancel(tx, id).await? == 0 {
        return Err(Error::conflict("job_is_over", "This job is over, so there is nothing to cancel."));
    }
    tx.emit(NewEvent::new(job.tenant, "workflow.job_cancelled", Subject::new("job", id)));
    tx.signal(Signal::new("jobs.cancelled", id));
    Ok(())
}

/// Forgets the keys of jobs that were over before a time; answers how many. A key is then no longer known, so let it be
/// well after anything could ask for the same again.
///
/// # Errors
/// `Storage`.
pub async fn prune(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    store::jobs::prune(tx, before).await
}

//! Rows of `job`: how they come, end and are kept.

use std::collections::BTreeSet;

use aos_kernel::{AgencyScope, JobId, NewJob, Result, Timestamp};
use aos_storage::{BulkInsert, Conn, Lock, Tx, Value, params};

use crate::{Failure, Job, JobState, job::tenant_column};

const COLUMNS: &[&str] = &[
    "id",
    "tenant_id",
    "kind",
    "queue",
    "key",
    "payload",
    "state",
    "priority",
    "run_at",
    "attempts",
    "failures",
    "max_attempts",
    "created_at",
];

pub async fn insert(tx: &mut Tx, jobs: Vec<NewJob>) -> Result<()> {
    let now = tx.now();
    // A key that is known already, also as done, makes no second job.
    let mut rows = BulkInsert::new("job", COLUMNS, "ON CONFLICT DO NOTHING");
    for job in jobs {
        let run_at = job.run_at.unwrap_or(now);
        let state = if run_at > now { JobState::Waiting } else { JobState::Ready };
        rows.row(params![
            JobId::new(),
            tenant_column(job.tenant),
            job.kind,
            job.queue,
            job.key,
            job.payload,
            state.as_str(),
            job.priority,
            run_at,
            0i64,
            0i64,
            job.max_attempts.max(1),
            now,
        ]);
    }
    rows.write(tx).await?;
    Ok(())
}

/// Which of these attempts at jobs this worker still holds: it may have lost one and claimed the job again. The jobs stay
/// locked until the commit, so that nobody takes or cancels them in between.
pub async fn held(tx: &mut Tx, owner: &str, jobs: &[(JobId, i64)]) -> Result<BTreeSet<(JobId, i64)>> {
    let ids: Vec<JobId> = jobs.iter().map(|(id, _)| *id).collect();
    let sql = tx.locking(
        "SELECT id, attempts FROM job WHERE id = ANY($1) AND state = 'running' AND lease_owner = $2",
        Lock::Wait,
    );
    let claimed: BTreeSet<(JobId, i64)> = jobs.iter().copied().collect();
    let mut held = BTreeSet::new();
    for row in tx.rows(sql, params![ids.as_slice(), owner]).await? {
        let attempt = (row.get("id")?, row.get("attempts")?);
        if claimed.contains(&attempt) {
            held.insert(attempt);
        }
    }
    Ok(held)
}

/// Takes done jobs away; those with a key stay, so that the key is known.
pub async fn complete(tx: &mut Tx, jobs: &[&Job]) -> Result<()> {
    let (keyed, unkeyed): (Vec<&&Job>, Vec<&&Job>) = jobs.iter().partition(|job| job.key.is_some());
    let ids = |jobs: Vec<&&Job>| jobs.iter().map(|job| job.id).collect::<Vec<_>>();
    if !unkeyed.is_empty() {
        tx.execute("DELETE FROM job WHERE id = ANY($1)", params![ids(unkeyed).as_slice()]).await?;
    }
    if !keyed.is_empty() {
        let now = tx.now();
        tx.execute(
            "UPDATE job SET state = 'done', lease_owner = NULL, lease_until = NULL, error = NULL, finished_at = $2
             WHERE id = ANY($1)",
            params![ids(keyed).as_slice(), now],
        )
        .await?;
    }
    Ok(())
}

/// What becomes of a job that failed: tried again at a time, or dead.
pub struct Failed {
    pub id: JobId,
    pub again_at: Option<Timestamp>,
    pub failure: Failure,
}

pub async fn fail(tx: &mut Tx, failed: Vec<Failed>) -> Result<()> {
    let now = tx.now();
    let mut values: Vec<Value> = Vec::with_capacity(failed.len() * 5);
    for job in failed {
        let state = if job.again_at.is_some() { JobState::Waiting } else { JobState::Dead };
        let finished = job.again_at.is_none().then_some(now);
        let error = serde_json::to_value(&job.failure).map_err(aos_kernel::Error::internal)?;
        values.extend(params![job.id, state.as_str(), job.again_at.unwrap_or(now), error, finished]);
    }
    tx.execute_values(
        "UPDATE job SET state = v.column2, run_at = v.column3, error = v.column4, finished_at = v.column5,
         failures = failures + 1, lease_owner = NULL, lease_until = NULL FROM (VALUES ",
        ") AS v WHERE job.id = v.column1",
        5,
        values,
    )
    .await?;
    Ok(())
}

/// Gives leases back, as when the process ends.
pub async fn give_back(tx: &mut Tx, owner: &str, ids: &[JobId]) -> Result<u64> {
    tx.execute(
        "UPDATE job SET state = 'ready', lease_owner = NULL, lease_until = NULL
         WHERE id = ANY($1) AND state = 'running' AND lease_owner = $2",
        params![ids, owner],
    )
    .await
}

/// Holds the leases for longer; answers the jobs that are still held.
pub async fn extend(tx: &mut Tx, owner: &str, ids: &[JobId], until: Timestamp) -> Result<BTreeSet<JobId>> {
    let rows = tx
        .rows(
            "UPDATE job SET lease_until = $3 WHERE id = ANY($1) AND state = 'running' AND lease_owner = $2 RETURNING id",
            params![ids, owner, until],
        )
        .await?;
    rows.iter().map(|row| row.get("id")).collect()
}

pub async fn find(conn: &mut Conn, id: JobId) -> Result<Option<Job>> {
    conn.one("SELECT * FROM job WHERE id = $1", params![id]).await
}

/// A dead job is ready again, with all its attempts before it.
pub async fn revive(tx: &mut Tx, id: JobId) -> Result<u64> {
    let now = tx.now();
    tx.execute(
        "UPDATE job SET state = 'ready', failures = 0, run_at = $2, finished_at = NULL WHERE id = $1 AND state = 'dead'",
        params![id, now],
    )
    .await
}

pub async fn revive_queue(tx: &mut Tx, queue: &str) -> Result<u64> {
    let now = tx.now();
    tx.execute(
        "UPDATE job SET state = 'ready', failures = 0, run_at = $2, finished_at = NULL WHERE queue = $1 AND state = 'dead'",
        params![queue, now],
    )
    .await
}

pub async fn cancel(tx: &mut Tx, id: JobId) -> Result<u64> {
    let now = tx.now();
    tx.execute(
        "UPDATE job SET state = 'cancelled', finished_at = $2, lease_owner = NULL, lease_until = NULL
         WHERE id = $1 AND state IN ('waiting', 'ready', 'running', 'dead')",
        params![id, now],
    )
    .await
}

/// Dead jobs, the latest first, those before the given one.
pub async fn dead(
    conn: &mut Conn,
    scope: &AgencyScope,
    queue: Option<&str>,
    before: (Timestamp, JobId),
    limit: i64,
) -> Result<Vec<Job>> {
    match scope.limit() {
        None => {
            conn.all(
                "SELECT * FROM job WHERE state = 'dead' AND (finished_at, id) < ($1, $2) AND ($3 = '' OR queue = $3)
                 ORDER BY finished_at DESC, id DESC LIMIT $4",
                params![before.0, before.1, queue.unwrap_or(""), limit],
            )
            .await
        }
        Some(tenants) => {
            conn.all(
                "SELECT * FROM job WHERE state = 'dead' AND (finished_at, id) < ($1, $2) AND ($3 = '' OR queue = $3)
                 AND tenant_id = ANY($5) ORDER BY finished_at DESC, id DESC LIMIT $4",
                params![before.0, before.1, queue.unwrap_or(""), limit, tenants],
            )
            .await
        }
    }
}

/// Forgets the keys of what was over before a time.
pub async fn prune(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.execute("DELETE FROM job WHERE state IN ('done', 'cancelled') AND finished_at < $1", params![before]).await
}

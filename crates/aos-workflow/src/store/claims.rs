//! Finding the jobs to run next. A lane is the ready jobs of one tenant in one queue; the index `job_ready` holds them
//! in the order in which they go. Lanes are found by jumping from one to the next in that index, so a claim costs by
//! the lanes and jobs that it looks at, never by the length of a lane.

use aos_kernel::{JobId, Result, Timestamp};
use aos_storage::{Conn, DbKind, Row, Tx, params};
use uuid::Uuid;

use crate::{
    Job,
    lane::{Candidate, Lane, Running},
};

/// Lanes looked at by one claim.
pub const MAX_LANES: usize = 512;

/// Claims come one after the other over all processes: two that count the running jobs at the same moment could
/// together pass a limit.
pub async fn take_turn(tx: &mut Tx) -> Result<()> {
    tx.lock("workflow.claim").await
}

/// Jobs whose time has come become ready.
pub async fn promote(tx: &mut Tx) -> Result<u64> {
    let now = tx.now();
    tx.execute("UPDATE job SET state = 'ready' WHERE state = 'waiting' AND run_at <= $1", params![now]).await
}

/// Jobs whose worker has not been heard of become ready.
pub async fn expire(tx: &mut Tx) -> Result<u64> {
    let now = tx.now();
    tx.execute(
        "UPDATE job SET state = 'ready', lease_owner = NULL, lease_until = NULL
         WHERE state = 'running' AND lease_until < $1",
        params![now],
    )
    .await
}

/// What there is to do: now, or from when on.
pub struct Outlook {
    pub ready: bool,
    pub next_at: Option<Timestamp>,
}

pub async fn outlook(conn: &mut Conn) -> Result<Outlook> {
    let ready = conn.row("SELECT id FROM job WHERE state = 'ready' LIMIT 1", vec![]).await?.is_some();
    let next = conn.row("SELECT run_at FROM job WHERE state = 'waiting' ORDER BY run_at LIMIT 1", vec![]).await?;
    Ok(Outlook { ready, next_at: next.map(|row| row.get("run_at")).transpose()? })
}

/// The queues in which something is ready.
pub async fn queues(tx: &mut Tx) -> Result<Vec<String>> {
    let rows = tx
        .rows(
            "WITH RECURSIVE q (queue) AS (
               SELECT MIN(queue) FROM job WHERE state = 'ready'
               UNION ALL
               SELECT (SELECT MIN(job.queue) FROM job WHERE state = 'ready' AND job.queue > q.queue)
               FROM q WHERE q.queue IS NOT NULL
             ) SELECT queue FROM q WHERE queue IS NOT NULL",
            vec![],
        )
        .await?;
    rows.iter().map(|row| row.get("queue")).collect()
}

/// How many run in each lane, over all processes.
pub async fn running(tx: &mut Tx) -> Result<Running> {
    let rows = tx
        .rows(
            "SELECT queue, tenant_id, COUNT(*) AS n FROM job WHERE state = 'running' GROUP BY queue, tenant_id",
            vec![],
        )
        .await?;
    let mut running = Running::default();
    for row in &rows {
        running.add(&lane(row)?, row.get::<i64>("n")?.unsigned_abs());
    }
    Ok(running)
}

/// Up to [`MAX_LANES`] lanes: of each queue those from the given tenant on, a lane of each queue in turn.
pub async fn lanes(tx: &mut Tx, from: &[(String, Uuid)]) -> Result<Vec<Lane>> {
    // Filled up to few sizes with a queue that is empty, so that one statement serves any number of queues.
    let rows_needed = from.len().next_multiple_of(if from.len() <= 8 { 8 } else { 32 });
    let filler = std::iter::repeat_n((String::new(), Uuid::max()), rows_needed - from.len());
    let values = from.iter().cloned().chain(filler).flat_map(|(queue, tenant)| params![queue, tenant]).collect();
    let rows = tx
        .rows_values(
            "WITH RECURSIVE start (queue, tenant_id) AS (SELECT v.column1, v.column2 FROM (VALUES ",
            ") AS v), lane (queue, tenant_id) AS (
               SELECT j.queue, j.tenant_id FROM start JOIN job j ON j.id = (
                 SELECT r.id FROM job r WHERE r.state = 'ready' AND r.queue = start.queue AND r.tenant_id >= start.tenant_id
                 ORDER BY r.queue, r.tenant_id LIMIT 1)
               UNION ALL
               SELECT j.queue, j.tenant_id FROM lane JOIN job j ON j.id = (
                 SELECT r.id FROM job r WHERE r.state = 'ready' AND r.queue = lane.queue AND r.tenant_id > lane.tenant_id
                 ORDER BY r.queue, r.tenant_id LIMIT 1)
             ) SELECT queue, tenant_id FROM lane LIMIT 512",
            vec![],
            2,
            values,
        )
        .await?;
    rows.iter().map(lane).collect()
}

/// The first `each` jobs of each lane, in the order in which they go.
pub async fn candidates(tx: &mut Tx, lanes: &[Lane], each: usize) -> Result<Vec<Candidate>> {
    let values = lanes.iter().flat_map(|lane| params![lane.queue.as_str(), lane.tenant]).collect();
    let each = params![i64::try_from(each).unwrap_or(i64::MAX)];
    let rows = match tx.kind() {
        DbKind::Sqlite => {
            tx.rows_values(
                "SELECT j.id, j.queue, j.tenant_id, j.priority, j.run_at FROM (VALUES ",
                ") AS v JOIN job j ON j.id IN (
                   SELECT r.id FROM job r WHERE r.state = 'ready' AND r.queue = v.column1 AND r.tenant_id = v.column2
                   ORDER BY r.priority DESC, r.run_at, r.id LIMIT $1)",
                each,
                2,
                values,
            )
            .await?
        }
        DbKind::Postgres => {
            tx.rows_values(
                "SELECT j.id, j.queue, j.tenant_id, j.priority, j.run_at FROM (VALUES ",
                ") AS v CROSS JOIN LATERAL (
                   SELECT r.id, r.queue, r.tenant_id, r.priority, r.run_at FROM job r
                   WHERE r.state = 'ready' AND r.queue = v.column1 AND r.tenant_id = v.column2
                   ORDER BY r.priority DESC, r.run_at, r.id LIMIT $1 FOR UPDATE SKIP LOCKED) j",
                each,
                2,
                values,
            )
            .await?
        }
    };
    let mut found = rows
        .iter()
        .map(|row| {
            Ok(Candidate {
                id: row.get("id")?,
                lane: lane(row)?,
                priority: row.get("priority")?,
                run_at: row.get("run_at")?,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    found.sort_by_key(|candidate| (std::cmp::Reverse(candidate.priority), candidate.run_at, candidate.id));
    Ok(found)
}

/// Leases the jobs to a worker.
pub async fn lease(tx: &mut Tx, ids: &[JobId], owner: &str, until: Timestamp) -> Result<Vec<Job>> {
    tx.all(
        "UPDATE job SET state = 'running', attempts = attempts + 1, lease_owner = $2, lease_until = $3
         WHERE id = ANY($1) AND state = 'ready' RETURNING *",
        params![ids, owner, until],
    )
    .await
}

fn lane(row: &Row) -> Result<Lane> {
    Ok(Lane { queue: row.get("queue")?, tenant: row.get("tenant_id")? })
}

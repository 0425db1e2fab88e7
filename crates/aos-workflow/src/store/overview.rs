//! Figures over `job` for Manage and System health.

use aos_kernel::{Result, TenantScope, Timestamp};
use aos_storage::{Conn, params};

use crate::Job;

/// Jobs of one queue in one state: queue, state, how many, since when the oldest.
pub async fn depths(conn: &mut Conn) -> Result<Vec<(String, String, i64, Timestamp)>> {
    // One part for each partial index, so that the jobs that are over are never looked at.
    let rows = conn
        .rows(
            "SELECT queue, 'waiting' AS state, COUNT(*) AS n, MIN(run_at) AS oldest FROM job WHERE state = 'waiting' GROUP BY queue
             UNION ALL
             SELECT queue, 'ready' AS state, COUNT(*) AS n, MIN(run_at) AS oldest FROM job WHERE state = 'ready' GROUP BY queue
             UNION ALL
             SELECT queue, 'running' AS state, COUNT(*) AS n, MIN(run_at) AS oldest FROM job WHERE state = 'running' GROUP BY queue
             UNION ALL
             SELECT queue, 'dead' AS state, COUNT(*) AS n, MIN(run_at) AS oldest FROM job WHERE state = 'dead' GROUP BY queue",
            vec![],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get("queue")?, row.get("state")?, row.get("n")?, row.get("oldest")?))).collect()
}

/// Jobs of one tenant that can run, run, or are to be tried again.
pub async fn open_of_tenant(conn: &mut Conn, scope: TenantScope) -> Result<i64> {
    conn.count(
        "SELECT COUNT(*) AS n FROM job
         WHERE tenant_id = $1 AND (state IN ('ready', 'running') OR (state = 'waiting' AND failures > 0))",
        params![scope.tenant()],
    )
    .await
}

/// Jobs that failed and are to be tried again.
pub async fn retrying(conn: &mut Conn) -> Result<Vec<(String, i64)>> {
    let rows = conn
        .rows(
            "SELECT queue, COUNT(*) AS n FROM job WHERE state = 'waiting' AND failures > 0 GROUP BY queue ORDER BY queue",
            vec![],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get("queue")?, row.get("n")?))).collect()
}

pub async fn running(conn: &mut Conn, limit: i64) -> Result<Vec<Job>> {
    conn.all("SELECT * FROM job WHERE state = 'running' ORDER BY queue, tenant_id LIMIT $1", params![limit]).await
}

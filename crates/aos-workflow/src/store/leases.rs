//! Rows of `lease` and `process`.

use aos_kernel::{Result, Timestamp};
use aos_storage::{Conn, Tx, from_row, params};

use crate::Process;

/// Takes or keeps what only one process does at a time. A lease that ends later than any that could have been given was
/// written under a clock that has been set back since, so it does not count.
pub async fn take(tx: &mut Tx, name: &str, owner: &str, until: Timestamp) -> Result<bool> {
    let now = tx.now();
    let plausible = until + (until - now);
    let taken = tx
        .execute(
            "INSERT INTO lease (name, owner, until) VALUES ($1, $2, $3)
             ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until
             WHERE lease.owner = excluded.owner OR lease.until < $4 OR lease.until > $5",
            params![name, owner, until, now, plausible],
        )
        .await?;
    Ok(taken == 1)
}

pub async fn give_up(tx: &mut Tx, name: &str, owner: &str) -> Result<()> {
    let now = tx.now();
    tx.execute("UPDATE lease SET owner = '', until = $3 WHERE name = $1 AND owner = $2", params![name, owner, now])
        .await?;
    Ok(())
}

from_row!(Process { id, roles, started_at, seen_at });

pub async fn beat(tx: &mut Tx, process: &Process) -> Result<()> {
    tx.execute(
        "INSERT INTO process (id, roles, started_at, seen_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, roles = excluded.roles",
        params![process.id.as_str(), process.roles.as_str(), process.started_at, process.seen_at],
    )
    .await?;
    Ok(())
}

pub async fn forget(tx: &mut Tx, id: &str, not_seen_since: Timestamp) -> Result<()> {
    tx.execute("DELETE FROM process WHERE id = $1 OR seen_at < $2", params![id, not_seen_since]).await?;
    Ok(())
}

pub async fn processes(conn: &mut Conn) -> Result<Vec<Process>> {
    conn.all("SELECT * FROM process ORDER BY started_at, id", vec![]).await
}

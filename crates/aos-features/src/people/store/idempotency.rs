//! Idempotency keys.

use aos_kernel::{ContentHash, Result, Timestamp};
use aos_storage::{Conn, Tx, from_row, params};

use crate::people::idempotency::{Answered, IdempotencyKey, Known};

from_row!(Known { fingerprint, status, answer, created_at });

/// Whether the key was free.
pub async fn insert(tx: &mut Tx, caller: &str, key: &IdempotencyKey, fingerprint: &ContentHash) -> Result<bool> {
    let now = tx.now();
    let inserted = tx
        .execute(
            "INSERT INTO idempotency_key (caller, key, fingerprint, created_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (caller, key) DO NOTHING",
            params![caller, key.as_str(), fingerprint, now],
        )
        .await?;
    Ok(inserted > 0)
}

pub async fn known(conn: &mut Conn, caller: &str, key: &IdempotencyKey) -> Result<Option<Known>> {
    conn.one(
        "SELECT fingerprint, status, answer, created_at FROM idempotency_key WHERE caller = $1 AND key = $2",
        params![caller, key.as_str()],
    )
    .await
}

pub async fn keep(tx: &mut Tx, caller: &str, key: &IdempotencyKey, answered: &Answered) -> Result<()> {
    tx.execute(
        "UPDATE idempotency_key SET status = $3, answer = $4 WHERE caller = $1 AND key = $2",
        params![caller, key.as_str(), i64::from(answered.status), answered.answer.as_deref()],
    )
    .await?;
    Ok(())
}

pub async fn release(tx: &mut Tx, caller: &str, key: &IdempotencyKey) -> Result<()> {
    tx.execute(
        "DELETE FROM idempotency_key WHERE caller = $1 AND key = $2 AND status IS NULL",
        params![caller, key.as_str()],
    )
    .await?;
    Ok(())
}

pub async fn forget_key(tx: &mut Tx, caller: &str, key: &IdempotencyKey, before: Timestamp) -> Result<()> {
    tx.execute(
        "DELETE FROM idempotency_key WHERE caller = $1 AND key = $2 AND created_at < $3",
        params![caller, key.as_str(), before],
    )
    .await?;
    Ok(())
}

pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.execute("DELETE FROM idempotency_key WHERE created_at < $1", params![before]).await
}

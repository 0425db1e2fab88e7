//! Links that prove a mailbox.

use aos_kernel::{AccountLinkId, Result, Timestamp, UserId};
use aos_storage::{Conn, Tx, from_row, params};

use crate::people::links::{AccountLink, Purpose};

from_row!(AccountLink { id, user_id, parse purpose, email, expires_at, used_at });

pub async fn insert(
    tx: &mut Tx,
    id: AccountLinkId,
    user: UserId,
    purpose: Purpose,
    email: Option<&str>,
    until: Timestamp,
) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO account_link (id, user_id, purpose, email, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
        params![id, user, purpose.as_str(), email, now, until],
    )
    .await?;
    Ok(())
}

pub async fn by_id(conn: &mut Conn, id: AccountLinkId) -> Result<Option<AccountLink>> {
    conn.one("SELECT id, user_id, purpose, email, expires_at, used_at FROM account_link WHERE id = $1", params![id])
        .await
}

pub async fn by_token(conn: &mut Conn, token_hash: &str, purpose: Purpose) -> Result<Option<AccountLink>> {
    conn.one(
        "SELECT id, user_id, purpose, email, expires_at, used_at FROM account_link
         WHERE token_hash = $1 AND purpose = $2",
        params![token_hash, purpose.as_str()],
    )
    .await
}

/// Whether it may still be used.
pub async fn set_token(tx: &mut Tx, id: AccountLinkId, token_hash: &str, until: Timestamp) -> Result<bool> {
    let changed = tx
        .execute(
            "UPDATE account_link SET token_hash = $2, expires_at = $3 WHERE id = $1 AND used_at IS NULL",
            params![id, token_hash, until],
        )
        .await?;
    Ok(changed > 0)
}

/// Whether it was good: of two uses at the same moment, one is.
pub async fn use_up(tx: &mut Tx, id: AccountLinkId) -> Result<bool> {
    let now = tx.now();
    let changed = tx
        .execute(
            "UPDATE account_link SET used_at = $2 WHERE id = $1 AND used_at IS NULL AND expires_at > $2",
            params![id, now],
        )
        .await?;
    Ok(changed > 0)
}

/// Makes what was sent before worthless; of this purpose, or of every one.
pub async fn withdraw(tx: &mut Tx, user: UserId, purpose: Option<Purpose>) -> Result<u64> {
    tx.execute(
        "DELETE FROM account_link WHERE user_id = $1 AND used_at IS NULL AND ($2 IS NULL OR purpose = $2)",
        params![user, purpose.map(|purpose| purpose.as_str().to_owned())],
    )
    .await
}

pub async fn sweep(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.execute("DELETE FROM account_link WHERE expires_at <= $1", params![before]).await
}

/// The address of the newest link that can still be followed.
pub async fn waiting(conn: &mut Conn, user: UserId, purpose: Purpose, now: Timestamp) -> Result<Option<String>> {
    let row = conn
        .row(
            "SELECT email FROM account_link
             WHERE user_id = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3 ORDER BY id DESC LIMIT 1",
            params![user, purpose.as_str(), now],
        )
        .await?;
    row.map_or(Ok(None), |row| row.get("email"))
}

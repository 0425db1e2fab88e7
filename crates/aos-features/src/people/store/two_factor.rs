//! Second factors, recovery codes, and sign-ins that wait for a code.

use std::collections::HashMap;

use aos_kernel::{CredentialId, Result, Timestamp, UserId};
use aos_storage::{Conn, Tx, from_row, params};

/// Somebody's second factor, as its row has it.
pub struct Kept {
    pub credential_id: CredentialId,
    pub confirmed_at: Option<Timestamp>,
}
from_row!(Kept { credential_id, confirmed_at });

pub async fn of_user(conn: &mut Conn, user: UserId) -> Result<Option<Kept>> {
    conn.one("SELECT credential_id, confirmed_at FROM two_factor WHERE user_id = $1", params![user]).await
}

/// Of these people, those who have one, and since when.
pub async fn confirmed(conn: &mut Conn, users: &[UserId]) -> Result<HashMap<UserId, Timestamp>> {
    let rows = conn
        .rows(
            "SELECT user_id, confirmed_at FROM two_factor WHERE user_id = ANY($1) AND confirmed_at IS NOT NULL",
            params![users],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get("user_id")?, row.get("confirmed_at")?))).collect()
}

pub async fn insert(tx: &mut Tx, user: UserId, credential: CredentialId) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO two_factor (user_id, credential_id, created_at) VALUES ($1, $2, $3)",
        params![user, credential, now],
    )
    .await?;
    Ok(())
}

pub async fn confirm(tx: &mut Tx, user: UserId) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "UPDATE two_factor SET confirmed_at = $2 WHERE user_id = $1 AND confirmed_at IS NULL",
        params![user, now],
    )
    .await?;
    Ok(())
}

/// Whether this step's code was not used before: of two at the same moment, one is right.
pub async fn use_step(tx: &mut Tx, user: UserId, step: i64) -> Result<bool> {
    let changed = tx
        .execute(
            "UPDATE two_factor SET last_step = $2 WHERE user_id = $1 AND (last_step IS NULL OR last_step < $2)",
            params![user, step],
        )
        .await?;
    Ok(changed > 0)
}

/// Whether there was one.
pub async fn delete(tx: &mut Tx, user: UserId) -> Result<bool> {
    tx.execute("DELETE FROM recovery_code WHERE user_id = $1", params![user]).await?;
    delete_pending(tx, user).await?;
    Ok(tx.execute("DELETE FROM two_factor WHERE user_id = $1", params![user]).await? > 0)
}

pub async fn set_recovery_codes(tx: &mut Tx, user: UserId, hashes: &[String]) -> Result<()> {
    tx.execute("DELETE FROM recovery_code WHERE user_id = $1", params![user]).await?;
    for hash in hashes {
        tx.execute("INSERT INTO recovery_code (user_id, code_hash) VALUES ($1, $2)", params![user, hash]).await?;
    }
    Ok(())
}

/// Whether it was one that was not used before.
pub async fn use_recovery_code(tx: &mut Tx, user: UserId, hash: &str) -> Result<bool> {
    let now = tx.now();
    let changed = tx
        .execute(
            "UPDATE recovery_code SET used_at = $3 WHERE user_id = $1 AND code_hash = $2 AND used_at IS NULL",
            params![user, hash, now],
        )
        .await?;
    Ok(changed > 0)
}

pub async fn recovery_codes_left(conn: &mut Conn, user: UserId) -> Result<i64> {
    conn.count("SELECT COUNT(*) AS n FROM recovery_code WHERE user_id = $1 AND used_at IS NULL", params![user]).await
}

pub async fn insert_pending(tx: &mut Tx, token_hash: &str, user: UserId, until: Timestamp) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO pending_sign_in (token_hash, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
        params![token_hash, user, now, until],
    )
    .await?;
    Ok(())
}

/// Whose code is waited for; none when it took too long, or they may not sign in any more.
pub async fn pending(conn: &mut Conn, token_hash: &str, now: Timestamp) -> Result<Option<UserId>> {
    let row = conn
        .row(
            "SELECT p.user_id FROM pending_sign_in p JOIN user_account u ON u.id = p.user_id
             WHERE p.token_hash = $1 AND p.expires_at > $2 AND u.disabled_at IS NULL",
            params![token_hash, now],
        )
        .await?;
    row.map(|row| row.get("user_id")).transpose()
}

/// Whether it was still there: of two codes at the same moment, one lets in.
pub async fn take_pending(tx: &mut Tx, token_hash: &str) -> Result<bool> {
    Ok(tx.execute("DELETE FROM pending_sign_in WHERE token_hash = $1", params![token_hash]).await? > 0)
}

pub async fn delete_pending(tx: &mut Tx, user: UserId) -> Result<()> {
    tx.execute("DELETE FROM pending_sign_in WHERE user_id = $1", params![user]).await?;
    Ok(())
}

/// Forgets sign-ins that nobody finished, with a code or at a provider.
pub async fn sweep(tx: &mut Tx) -> Result<u64> {
    let now = tx.now();
    let pending = tx.execute("DELETE FROM pending_sign_in WHERE expires_at <= $1", params![now]).await?;
    let visits = tx.execute("DELETE FROM provider_visit WHERE expires_at <= $1", params![now]).await?;
    Ok(pending + visits)
}

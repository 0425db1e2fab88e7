//! Sessions, API tokens and the sign-in throttle.

use aos_kernel::{ApiTokenId, Error, Result, SessionId, TenantId, Timestamp, UserId};
use aos_storage::{Conn, Row, Tx, from_row, params};

use crate::people::{
    model::{Access, ApiToken, Grant, Session},
    office::OfficeNetworks,
    principal::Principal,
};

from_row!(Session { id, user_id, created_at, last_seen_at, expires_at, address, last_address, user_agent });
from_row!(ApiToken {
    id, user_id, name, starts_with, parse access, created_at, expires_at, last_used_at, revoked_at
});

/// A session with its hash, on its way in.
pub struct InsertSession<'a> {
    pub id: SessionId,
    pub user: UserId,
    pub token_hash: &'a str,
    pub expires_at: Timestamp,
    pub address: Option<&'a str>,
    pub user_agent: Option<&'a str>,
}

pub async fn insert_session(tx: &mut Tx, session: InsertSession<'_>) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO session (id, user_id, token_hash, created_at, last_seen_at, expires_at, address, user_agent)
         VALUES ($1, $2, $3, $4, $4, $5, $6, $7)",
        params![
            session.id,
            session.user,
            session.token_hash,
            now,
            session.expires_at,
            session.address,
            session.user_agent
        ],
    )
    .await?;
    tx.execute("UPDATE user_account SET last_seen_at = $2 WHERE id = $1", params![session.user, now]).await?;
    Ok(())
}

/// What one query tells about the bearer of a session's or a token's secret.
pub struct Bearer<Id> {
    pub id: Id,
    pub principal: Principal,
    pub one_time: bool,
    /// The agency asks for a second factor of this person, and there is none.
    pub lacks_two_factor: bool,
    pub office: OfficeNetworks,
    /// When it was last noted that this was used.
    pub noted_at: Option<Timestamp>,
    pub access: Access,
}

/// Folds the rows of one user, one for each membership, into a principal.
fn bearer<Id>(rows: &[Row], id: impl Fn(&Row) -> Result<Id>) -> Result<Option<Bearer<Id>>> {
    let Some(first) = rows.first() else { return Ok(None) };
    let mut grants = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(role) = row.parse_opt("role")? {
            let tenant: Option<TenantId> = row.get("tenant_id")?;
            grants.push(Grant { role, tenant });
        }
    }
    let one_time_until: Option<Timestamp> = first.get("one_time_until")?;
    let required: Option<bool> = first.get("two_factor_required")?;
    let since: Option<Timestamp> = first.get("two_factor_at")?;
    let staff = grants.iter().any(|grant| grant.role.is_agency_wide());
    let office: Option<serde_json::Value> = first.get("office_networks")?;
    Ok(Some(Bearer {
        id: id(first)?,
        lacks_two_factor: required == Some(true) && staff && since.is_none(),
        office: match office {
            Some(networks) => serde_json::from_value(networks).map_err(Error::internal)?,
            None => OfficeNetworks::default(),
        },
        principal: Principal::new(first.get("user_id")?, first.get("name")?, first.get("email")?, grants),
        one_time: one_time_until.is_some(),
        noted_at: first.get("noted_at")?,
        access: first.parse("access")?,
    }))
}

pub async fn session_bearer(
    conn: &mut Conn,
    token_hash: &str,
    now: Timestamp,
    seen_after: Timestamp,
) -> Result<Option<Bearer<SessionId>>> {
    let rows = conn
        .rows(
            "SELECT s.id, s.last_seen_at AS noted_at, 'write' AS access, u.id AS user_id, u.name, u.email,
                    u.one_time_until, m.role, m.tenant_id, f.confirmed_at AS two_factor_at,
                    a.two_factor_required, a.office_networks
             FROM session s
             JOIN user_account u ON u.id = s.user_id
             LEFT JOIN membership m ON m.user_id = u.id
             LEFT JOIN two_factor f ON f.user_id = u.id
             LEFT JOIN agency a ON TRUE
             WHERE s.token_hash = $1 AND s.expires_at > $2 AND s.last_seen_at > $3 AND u.disabled_at IS NULL",
            params![token_hash, now, seen_after],
        )
        .await?;
    bearer(&rows, |row| row.get("id"))
}

pub async fn token_bearer(conn: &mut Conn, token_hash: &str, now: Timestamp) -> Result<Option<Bearer<ApiTokenId>>> {
    let rows = conn
        .rows(
            "SELECT t.id, t.last_used_at AS noted_at, t.access, u.id AS user_id, u.name, u.email,
                    u.one_time_until, m.role, m.tenant_id, f.confirmed_at AS two_factor_at,
                    a.two_factor_required, a.office_networks
             FROM api_token t
             JOIN user_account u ON u.id = t.user_id
             LEFT JOIN membership m ON m.user_id = u.id
             LEFT JOIN two_factor f ON f.user_id = u.id
             LEFT JOIN agency a ON TRUE
             WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2)
               AND u.disabled_at IS NULL",
            params![token_hash, now],
        )
        .await?;
    bearer(&rows, |row| row.get("id"))
}

pub async fn touch_session(tx: &mut Tx, id: SessionId, address: Option<&str>) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "UPDATE session SET last_seen_at = $2, last_address = COALESCE($3, last_address)
         WHERE id = $1 AND last_seen_at < $2",
        params![id, now, address],
    )
    .await?;
    tx.execute(
        "UPDATE user_account SET last_seen_at = $2 WHERE id = (SELECT user_id FROM session WHERE id = $1)",
        params![id, now],
    )
    .await?;
    Ok(())
}

pub async fn touch_token(tx: &mut Tx, id: ApiTokenId) -> Result<()> {
    let now = tx.now();
    tx.execute("UPDATE api_token SET last_used_at = $2 WHERE id = $1", params![id, now]).await?;
    Ok(())
}

pub async fn sessions_of(conn: &mut Conn, user: UserId, now: Timestamp, seen_after: Timestamp) -> Result<Vec<Session>> {
    conn.all(
        "SELECT id, user_id, created_at, last_seen_at, expires_at, address, last_address, user_agent FROM session
         WHERE user_id = $1 AND expires_at > $2 AND last_seen_at > $3 ORDER BY last_seen_at DESC, id DESC",
        params![user, now, seen_after],
    )
    .await
}

pub async fn delete_session(tx: &mut Tx, user: UserId, id: SessionId) -> Result<bool> {
    let gone = tx.execute("DELETE FROM session WHERE id = $1 AND user_id = $2", params![id, user]).await?;
    Ok(gone > 0)
}

pub async fn delete_session_by_hash(tx: &mut Tx, token_hash: &str) -> Result<()> {
    tx.execute("DELETE FROM session WHERE token_hash = $1", params![token_hash]).await?;
    Ok(())
}

/// All of a user's sessions but the one to keep; how many.
pub async fn delete_sessions(tx: &mut Tx, user: UserId, keep: Option<SessionId>) -> Result<u64> {
    tx.execute("DELETE FROM session WHERE user_id = $1 AND ($2 IS NULL OR id <> $2)", params![user, keep]).await
}

pub async fn insert_token(tx: &mut Tx, token: &ApiToken, token_hash: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO api_token (id, user_id, name, token_hash, starts_with, access, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            token.id,
            token.user_id,
            &token.name,
            token_hash,
            &token.starts_with,
            token.access.as_str(),
            token.created_at,
            token.expires_at
        ],
    )
    .await?;
    Ok(())
}

pub async fn tokens_of(conn: &mut Conn, user: UserId) -> Result<Vec<ApiToken>> {
    conn.all(
        "SELECT id, user_id, name, starts_with, access, created_at, expires_at, last_used_at, revoked_at FROM api_token
         WHERE user_id = $1 ORDER BY id DESC",
        params![user],
    )
    .await
}

pub async fn revoke_token(tx: &mut Tx, user: UserId, id: ApiTokenId) -> Result<bool> {
    let now = tx.now();
    let revoked = tx
        .execute(
            "UPDATE api_token SET revoked_at = $3 WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL",
            params![id, user, now],
        )
        .await?;
    Ok(revoked > 0)
}

pub async fn revoke_tokens(tx: &mut Tx, user: UserId) -> Result<u64> {
    let now = tx.now();
    tx.execute("UPDATE api_token SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL", params![user, now])
        .await
}

/// Until when the account or the address has to wait, if it has to.
pub async fn blocked_until(conn: &mut Conn, keys: &[String], now: Timestamp) -> Result<Option<Timestamp>> {
    let row = conn
        .row(
            "SELECT MAX(blocked_until) AS blocked_until FROM sign_in_throttle
             WHERE throttle_key = ANY($1) AND blocked_until > $2",
            params![keys.to_vec(), now],
        )
        .await?;
    row.map_or(Ok(None), |row| row.get("blocked_until"))
}

/// Counts an attempt; `None` when another one was counted meanwhile that blocks this one. Counts from before
/// `forget_before` are forgotten.
pub async fn count_attempt(tx: &mut Tx, key: &str, forget_before: Timestamp) -> Result<Option<i64>> {
    let now = tx.now();
    let row = tx
        .row(
            "INSERT INTO sign_in_throttle (throttle_key, failures, last_attempt_at) VALUES ($1, 1, $2)
             ON CONFLICT (throttle_key) DO UPDATE SET last_attempt_at = excluded.last_attempt_at, failures =
               CASE WHEN sign_in_throttle.last_attempt_at < $3 THEN 1 ELSE sign_in_throttle.failures + 1 END
             WHERE sign_in_throttle.blocked_until IS NULL OR sign_in_throttle.blocked_until <= $2
             RETURNING failures",
            params![key, now, forget_before],
        )
        .await?;
    row.map(|row| row.get("failures")).transpose()
}

pub async fn block(tx: &mut Tx, key: &str, until: Option<Timestamp>) -> Result<()> {
    tx.execute("UPDATE sign_in_throttle SET blocked_until = $2 WHERE throttle_key = $1", params![key, until]).await?;
    Ok(())
}

pub async fn forget_attempts(tx: &mut Tx, key: &str) -> Result<()> {
    tx.execute("DELETE FROM sign_in_throttle WHERE throttle_key = $1", params![key]).await?;
    Ok(())
}

/// Takes back the one attempt that turned out to be right.
pub async fn uncount_attempt(tx: &mut Tx, key: &str) -> Result<()> {
    tx.execute(
        "UPDATE sign_in_throttle SET failures = failures - 1, blocked_until = NULL
         WHERE throttle_key = $1 AND failures > 0",
        params![key],
    )
    .await?;
    Ok(())
}

/// Deletes what can't let anybody in any more.
pub async fn sweep(tx: &mut Tx, seen_before: Timestamp, attempts_before: Timestamp) -> Result<u64> {
    let now = tx.now();
    let sessions = tx
        .execute("DELETE FROM session WHERE expires_at <= $1 OR last_seen_at <= $2", params![now, seen_before])
        .await?;
    let attempts =
        tx.execute("DELETE FROM sign_in_throttle WHERE last_attempt_at < $1", params![attempts_before]).await?;
    Ok(sessions + attempts)
}

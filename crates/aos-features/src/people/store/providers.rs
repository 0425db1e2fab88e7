//! The provider that people sign in with, whom it means, and visits to it.

use aos_kernel::{Error, Result, Timestamp, UserId};
use aos_storage::{Conn, FromRow, Row, Tx, from_row, params};

use crate::people::{model::Grant, providers::IdentityProvider};

impl FromRow for IdentityProvider {
    fn from_row(row: &Row) -> Result<Self> {
        let tenant = row.get("join_tenant_id")?;
        Ok(Self {
            id: row.get("id")?,
            name: row.get("name")?,
            issuer: row.get("issuer")?,
            client_id: row.get("client_id")?,
            credential_id: row.get("credential_id")?,
            domains: row.json("domains")?,
            join: row.parse_opt("join_role")?.map(|role| Grant { role, tenant }),
            enabled: row.get("enabled")?,
            updated_at: row.get("updated_at")?,
        })
    }
}

pub async fn provider(conn: &mut Conn) -> Result<Option<IdentityProvider>> {
    conn.one(
        "SELECT id, name, issuer, client_id, credential_id, domains, join_role, join_tenant_id, enabled, updated_at
         FROM identity_provider",
        params![],
    )
    .await
}

pub async fn save(tx: &mut Tx, provider: &IdentityProvider) -> Result<()> {
    let now = tx.now();
    let domains = serde_json::to_value(&provider.domains).map_err(Error::internal)?;
    tx.execute(
        "INSERT INTO identity_provider (id, only_one, name, issuer, client_id, credential_id, domains, join_role,
                                        join_tenant_id, enabled, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
         ON CONFLICT (only_one) DO UPDATE SET name = excluded.name, issuer = excluded.issuer,
           client_id = excluded.client_id, credential_id = excluded.credential_id, domains = excluded.domains,
           join_role = excluded.join_role, join_tenant_id = excluded.join_tenant_id, enabled = excluded.enabled,
           updated_at = excluded.updated_at",
        params![
            provider.id,
            true,
            &provider.name,
            &provider.issuer,
            &provider.client_id,
            provider.credential_id,
            domains,
            provider.join.map(|grant| grant.role.as_str().to_owned()),
            provider.join.and_then(|grant| grant.tenant),
            provider.enabled,
            now
        ],
    )
    .await?;
    Ok(())
}

pub async fn remove(tx: &mut Tx) -> Result<()> {
    tx.execute("DELETE FROM identity_provider", params![]).await?;
    Ok(())
}

/// Whom this provider means by this subject.
pub async fn linked(conn: &mut Conn, issuer: &str, subject: &str) -> Result<Option<UserId>> {
    let row = conn
        .row("SELECT user_id FROM external_identity WHERE issuer = $1 AND subject = $2", params![issuer, subject])
        .await?;
    row.map(|row| row.get("user_id")).transpose()
}

pub async fn has_link(conn: &mut Conn, user: UserId, issuer: &str) -> Result<bool> {
    let n = conn
        .count("SELECT COUNT(*) AS n FROM external_identity WHERE user_id = $1 AND issuer = $2", params![user, issuer])
        .await?;
    Ok(n > 0)
}

pub async fn is_linked(conn: &mut Conn, user: UserId) -> Result<bool> {
    Ok(conn.count("SELECT COUNT(*) AS n FROM external_identity WHERE user_id = $1", params![user]).await? > 0)
}

pub async fn link(tx: &mut Tx, issuer: &str, subject: &str, user: UserId) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO external_identity (issuer, subject, user_id, created_at, last_used_at) VALUES ($1, $2, $3, $4, $4)",
        params![issuer, subject, user, now],
    )
    .await?;
    Ok(())
}

pub async fn used(tx: &mut Tx, issuer: &str, subject: &str) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "UPDATE external_identity SET last_used_at = $3 WHERE issuer = $1 AND subject = $2",
        params![issuer, subject, now],
    )
    .await?;
    Ok(())
}

pub async fn unlink(tx: &mut Tx, user: UserId) -> Result<u64> {
    tx.execute("DELETE FROM external_identity WHERE user_id = $1", params![user]).await
}

/// A visit that was under way.
pub struct KeptVisit {
    pub browser_hash: String,
    pub next: String,
    pub expires_at: Timestamp,
}
from_row!(KeptVisit { browser_hash, next, expires_at });

pub async fn insert_visit(
    tx: &mut Tx,
    state_hash: &str,
    browser_hash: &str,
    next: &str,
    until: Timestamp,
) -> Result<()> {
    tx.execute(
        "INSERT INTO provider_visit (state_hash, browser_hash, next, expires_at) VALUES ($1, $2, $3, $4)",
        params![state_hash, browser_hash, next, until],
    )
    .await?;
    Ok(())
}

/// Ends a visit: of two that come back with the same state, one gets it.
pub async fn take_visit(tx: &mut Tx, state_hash: &str) -> Result<Option<KeptVisit>> {
    tx.one(
        "DELETE FROM provider_visit WHERE state_hash = $1 RETURNING browser_hash, next, expires_at",
        params![state_hash],
    )
    .await
}

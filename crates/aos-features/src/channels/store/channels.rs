//! Connections.

use aos_capabilities::platform::AccountInfo;
use aos_kernel::{AgencyScope, ChannelGrantId, ChannelId, CredentialId, Result, TenantId, TenantScope};
use aos_storage::{Conn, Sql, Tx, params};
use serde_json::{Value, json};

use crate::channels::model::{Channel, ChannelState};

const CHANNEL: &str = "id, platform, label, url, base_url, login, credential_id, scopes, warnings, settings, state,
    problem, connected_by, connected_at, checked_at, check_problem, target_key, grant_id";

/// What opens an account.
#[derive(Clone, Copy, Default)]
pub struct Opened<'a> {
    pub login: Option<&'a str>,
    pub credential: Option<CredentialId>,
    pub grant: Option<ChannelGrantId>,
    pub target: Option<&'a str>,
}

pub struct NewChannel<'a> {
    pub id: ChannelId,
    pub platform: &'a str,
    pub base_url: &'a str,
    pub opened: Opened<'a>,
    pub info: &'a AccountInfo,
    pub settings: &'a Value,
}

/// Keeps a connection, new or known.
pub async fn put(tx: &mut Tx, scope: TenantScope, channel: NewChannel<'_>) -> Result<()> {
    let (now, actor) = (tx.now(), tx.actor().clone());
    tx.execute(
        "INSERT INTO channel (tenant_id, id, platform, label, url, base_url, login, credential_id, grant_id, target_key,
           scopes, warnings, settings, state, connected_by, connected_at, checked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'connected', $14, $15, $15)
         ON CONFLICT (id) DO UPDATE SET label = excluded.label, url = excluded.url, base_url = excluded.base_url,
           login = excluded.login, credential_id = excluded.credential_id, grant_id = excluded.grant_id,
           target_key = excluded.target_key, scopes = excluded.scopes, warnings = excluded.warnings,
           settings = excluded.settings, state = 'connected', problem = NULL, check_problem = NULL,
           connected_by = excluded.connected_by, connected_at = excluded.connected_at, checked_at = excluded.checked_at
         WHERE channel.tenant_id = $1",
        params![
            scope.tenant(),
            channel.id,
            channel.platform,
            &channel.info.label,
            channel.info.url.as_str(),
            channel.base_url,
            channel.opened.login,
            channel.opened.credential,
            channel.opened.grant,
            channel.opened.target,
            json!(channel.info.scopes),
            json!(channel.info.warnings),
            channel.settings,
            &actor,
            now
        ],
    )
    .await?;
    Ok(())
}

/// What a check found of a connection that works. Nothing of one that was disconnected meanwhile.
pub async fn checked(
    tx: &mut Tx,
    scope: TenantScope,
    id: ChannelId,
    info: &AccountInfo,
    settings: &Value,
) -> Result<bool> {
    let now = tx.now();
    let changed = tx
        .execute(
            "UPDATE channel SET label = $3, url = $4, scopes = $5, warnings = $6, settings = $7, state = 'connected',
               problem = NULL, check_problem = NULL, checked_at = $8
             WHERE tenant_id = $1 AND id = $2 AND state <> 'disconnected'",
            params![
                scope.tenant(),
                id,
                &info.label,
                info.url.as_str(),
                json!(info.scopes),
                json!(info.warnings),
                settings,
                now
            ],
        )
        .await?;
    Ok(changed > 0)
}

/// Why a check found out nothing.
pub async fn check_failed(tx: &mut Tx, scope: TenantScope, id: ChannelId, why: &str) -> Result<()> {
    tx.execute(
        "UPDATE channel SET check_problem = $3 WHERE tenant_id = $1 AND id = $2 AND state = 'connected'",
        params![scope.tenant(), id, why],
    )
    .await?;
    Ok(())
}

/// Answers whether that is news.
pub async fn set_state(
    tx: &mut Tx,
    scope: TenantScope,
    id: ChannelId,
    state: ChannelState,
    problem: Option<&str>,
) -> Result<bool> {
    let now = tx.now();
    let changed = tx
        .execute(
            "UPDATE channel SET state = $3, problem = $4, check_problem = NULL, checked_at = $5
             WHERE tenant_id = $1 AND id = $2 AND (state <> $3 OR problem IS NOT NULL OR $4 IS NOT NULL)",
            params![scope.tenant(), id, state.as_str(), problem, now],
        )
        .await?;
    Ok(changed > 0)
}

pub async fn forget_opener(tx: &mut Tx, scope: TenantScope, id: ChannelId) -> Result<()> {
    tx.execute(
        "UPDATE channel SET credential_id = NULL, grant_id = NULL WHERE tenant_id = $1 AND id = $2",
        params![scope.tenant(), id],
    )
    .await?;
    Ok(())
}

pub async fn channel(conn: &mut Conn, scope: TenantScope, id: ChannelId) -> Result<Option<Channel>> {
    let sql = format!("SELECT {CHANNEL} FROM channel WHERE tenant_id = $1 AND id = $2");
    conn.one(Sql::built(sql), params![scope.tenant(), id]).await
}

pub async fn channels(conn: &mut Conn, scope: TenantScope) -> Result<Vec<Channel>> {
    let sql = format!("SELECT {CHANNEL} FROM channel WHERE tenant_id = $1 ORDER BY connected_at, id");
    conn.all(Sql::built(sql), params![scope.tenant()]).await
}

pub async fn of_grant(conn: &mut Conn, scope: TenantScope, grant: ChannelGrantId) -> Result<Vec<Channel>> {
    let sql = format!("SELECT {CHANNEL} FROM channel WHERE tenant_id = $1 AND grant_id = $2 ORDER BY connected_at, id");
    conn.all(Sql::built(sql), params![scope.tenant(), grant]).await
}

pub async fn same_account(
    conn: &mut Conn,
    scope: TenantScope,
    platform: &str,
    base_url: &str,
) -> Result<Option<Channel>> {
    let sql = format!(
        "SELECT {CHANNEL} FROM channel WHERE tenant_id = $1 AND platform = $2 AND base_url = $3 ORDER BY connected_at LIMIT 1"
    );
    conn.one(Sql::built(sql), params![scope.tenant(), platform, base_url]).await
}

pub async fn same_target(conn: &mut Conn, scope: TenantScope, platform: &str, key: &str) -> Result<Option<Channel>> {
    let sql = format!("SELECT {CHANNEL} FROM channel WHERE tenant_id = $1 AND platform = $2 AND target_key = $3");
    conn.one(Sql::built(sql), params![scope.tenant(), platform, key]).await
}

/// The connected channels of these clients.
pub async fn connected_of(
    conn: &mut Conn,
    agency: &AgencyScope,
    tenants: &[TenantId],
) -> Result<Vec<(TenantId, ChannelId, String)>> {
    let tenants: Vec<TenantId> = tenants.iter().copied().filter(|tenant| agency.allows(*tenant)).collect();
    let rows = conn
        .rows(
            "SELECT tenant_id, id, platform FROM channel WHERE tenant_id = ANY($1) AND state = 'connected'
             ORDER BY tenant_id, id",
            params![tenants.as_slice()],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get("tenant_id")?, row.get("id")?, row.get("platform")?))).collect()
}

//! The SQL of this slice.

use aos_capabilities::platform::AccountInfo;
use aos_kernel::{ChannelId, CredentialId, Result, TenantScope};
use aos_storage::{Conn, Sql, Tx, params};
use serde_json::json;

use super::model::{Channel, ChannelState};

const CHANNEL: &str = "id, platform, label, url, base_url, login, credential_id, scopes, warnings, settings, state,
    problem, connected_by, connected_at, checked_at";

pub(super) struct NewChannel<'a> {
    pub id: ChannelId,
    pub platform: &'a str,
    pub base_url: &'a str,
    pub login: Option<&'a str>,
    pub credential: Option<CredentialId>,
    pub info: &'a AccountInfo,
}

pub(super) async fn insert(tx: &mut Tx, scope: TenantScope, channel: NewChannel<'_>) -> Result<()> {
    let (now, actor) = (tx.now(), tx.actor().clone());
    tx.execute(
        "INSERT INTO channel (tenant_id, id, platform, label, url, base_url, login, credential_id, scopes, warnings,
           settings, state, connected_by, connected_at, checked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'connected', $12, $13, $13)",
        params![
            scope.tenant(),
            channel.id,
            channel.platform,
            &channel.info.label,
            channel.info.url.as_str(),
            channel.base_url,
            channel.login,
            channel.credential,
            json!(channel.info.scopes),
            json!(channel.info.warnings),
            &channel.info.settings,
            &actor,
            now
        ],
    )
    .await?;
    Ok(())
}

pub(super) async fn reconnect(
    tx: &mut Tx,
    scope: TenantScope,
    id: ChannelId,
    login: Option<&str>,
    credential: Option<CredentialId>,
    info: &AccountInfo,
) -> Result<()> {
    let (now, actor) = (tx.now(), tx.actor().clone());
    tx.execute(
        "UPDATE channel SET label = $3, url = $4, login = $5, credential_id = $6, scopes = $7, warnings = $8,
           settings = $9, state = 'connected', problem = NULL, connected_by = $10, connected_at = $11, checked_at = $11
         WHERE tenant_id = $1 AND id = $2",
        params![
            scope.tenant(),
            id,
            &info.label,
            info.url.as_str(),
            login,
            credential,
            json!(info.scopes),
            json!(info.warnings),
            &info.settings,
            &actor,
            now
        ],
    )
    .await?;
    Ok(())
}

pub(super) async fn set_state(
    tx: &mut Tx,
    scope: TenantScope,
    id: ChannelId,
    state: ChannelState,
    problem: Option<&str>,
) -> Result<bool> {
    let now = tx.now();
    let changed = tx
        .execute(
            "UPDATE channel SET state = $3, problem = $4, checked_at = $5
             WHERE tenant_id = $1 AND id = $2 AND (state <> $3 OR problem IS NOT NULL OR $4 IS NOT NULL)",
            params![scope.tenant(), id, state.as_str(), problem, now],
        )
        .await?;
    Ok(changed > 0)
}

pub(super) async fn forget_credential(tx: &mut Tx, scope: TenantScope, id: ChannelId) -> Result<()> {
    tx.execute("UPDATE channel SET credential_id = NULL WHERE tenant_id = $1 AND id = $2", params![scope.tenant(), id])
        .await?;
    Ok(())
}

pub(super) async fn channel(conn: &mut Conn, scope: TenantScope, id: ChannelId) -> Result<Option<Channel>> {
    let sql = format!("SELECT {CHANNEL} FROM channel WHERE tenant_id = $1 AND id = $2");
    conn.one(Sql::built(sql), params![scope.tenant(), id]).await
}

pub(super) async fn channels(conn: &mut Conn, scope: TenantScope) -> Result<Vec<Channel>> {
    let sql = format!("SELECT {CHANNEL} FROM channel WHERE tenant_id = $1 ORDER BY connected_at, id");
    conn.all(Sql::built(sql), params![scope.tenant()]).await
}

pub(super) async fn same_account(
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

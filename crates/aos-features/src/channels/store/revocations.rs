//! Accesses that are given back.

use aos_kernel::{ChannelId, Result, RevocationId, TenantScope};
use aos_storage::{Conn, Tx, params};

use crate::channels::model::{Revocation, RevocationState};

pub async fn insert(tx: &mut Tx, revocation: &Revocation) -> Result<()> {
    let ended = (revocation.state != RevocationState::Waiting).then_some(revocation.created_at);
    tx.execute(
        "INSERT INTO channel_revocation (tenant_id, id, channel_id, platform, client_id, redirect, credential_id, state,
           words, created_at, ended_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            revocation.tenant_id,
            revocation.id,
            revocation.channel_id,
            &revocation.platform,
            &revocation.client_id,
            &revocation.redirect,
            revocation.credential_id,
            revocation.state.as_str(),
            revocation.words.clone(),
            revocation.created_at,
            ended
        ],
    )
    .await?;
    Ok(())
}

pub async fn revocation(conn: &mut Conn, scope: TenantScope, id: RevocationId) -> Result<Option<Revocation>> {
    conn.one(
        "SELECT tenant_id, id, channel_id, platform, client_id, redirect, credential_id, state, words, created_at
         FROM channel_revocation WHERE tenant_id = $1 AND id = $2",
        params![scope.tenant(), id],
    )
    .await
}

/// The last of a channel.
pub async fn last(conn: &mut Conn, scope: TenantScope, channel: ChannelId) -> Result<Option<Revocation>> {
    conn.one(
        "SELECT tenant_id, id, channel_id, platform, client_id, redirect, credential_id, state, words, created_at
         FROM channel_revocation WHERE tenant_id = $1 AND channel_id = $2 ORDER BY created_at DESC, id DESC LIMIT 1",
        params![scope.tenant(), channel],
    )
    .await
}

pub async fn end(
    tx: &mut Tx,
    scope: TenantScope,
    id: RevocationId,
    state: RevocationState,
    words: Option<&str>,
) -> Result<bool> {
    let now = tx.now();
    let changed = tx
        .execute(
            "UPDATE channel_revocation SET state = $3, words = $4, credential_id = NULL, ended_at = $5
             WHERE tenant_id = $1 AND id = $2 AND state = 'waiting'",
            params![scope.tenant(), id, state.as_str(), words, now],
        )
        .await?;
    Ok(changed > 0)
}

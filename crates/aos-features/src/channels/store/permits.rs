//! What an account may do in a day.

use aos_kernel::{ChannelId, Result, TenantScope, Timestamp};
use aos_storage::{Conn, Tx, from_row, params};
use uuid::Uuid;

/// What a platform said itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quota {
    pub remaining: Option<i64>,
    pub resets_at: Option<Timestamp>,
    pub wait_until: Option<Timestamp>,
}
from_row!(Quota { remaining, resets_at, wait_until });

pub async fn quota(conn: &mut Conn, scope: TenantScope, channel: ChannelId) -> Result<Option<Quota>> {
    conn.one(
        "SELECT remaining, resets_at, wait_until FROM channel_quota WHERE tenant_id = $1 AND channel_id = $2",
        params![scope.tenant(), channel],
    )
    .await
}

pub async fn put_quota(tx: &mut Tx, scope: TenantScope, channel: ChannelId, quota: Quota) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO channel_quota (tenant_id, channel_id, remaining, resets_at, wait_until, noted_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (channel_id) DO UPDATE SET remaining = excluded.remaining, resets_at = excluded.resets_at,
           wait_until = excluded.wait_until, noted_at = excluded.noted_at
         WHERE channel_quota.tenant_id = $1",
        params![scope.tenant(), channel, quota.remaining, quota.resets_at, quota.wait_until, now],
    )
    .await?;
    Ok(())
}

/// The moments of the permits since then, the latest first, at most this many.
pub async fn since(
    conn: &mut Conn,
    scope: TenantScope,
    channel: ChannelId,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<Timestamp>> {
    let rows = conn
        .rows(
            "SELECT at FROM channel_permit WHERE tenant_id = $1 AND channel_id = $2 AND at > $3
             ORDER BY at DESC LIMIT $4",
            params![scope.tenant(), channel, since, limit],
        )
        .await?;
    rows.iter().map(|row| row.get("at")).collect()
}

pub async fn insert(tx: &mut Tx, scope: TenantScope, channel: ChannelId, at: Timestamp) -> Result<Uuid> {
    let id = Uuid::now_v7();
    tx.execute(
        "INSERT INTO channel_permit (tenant_id, id, channel_id, at) VALUES ($1, $2, $3, $4)",
        params![scope.tenant(), id, channel, at],
    )
    .await?;
    Ok(id)
}

pub async fn remove(tx: &mut Tx, scope: TenantScope, id: Uuid) -> Result<bool> {
    let removed =
        tx.execute("DELETE FROM channel_permit WHERE tenant_id = $1 AND id = $2", params![scope.tenant(), id]).await?;
    Ok(removed > 0)
}

pub async fn forget_before(tx: &mut Tx, scope: TenantScope, channel: ChannelId, before: Timestamp) -> Result<()> {
    tx.execute(
        "DELETE FROM channel_permit WHERE tenant_id = $1 AND channel_id = $2 AND at < $3",
        params![scope.tenant(), channel, before],
    )
    .await?;
    Ok(())
}

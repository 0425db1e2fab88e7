//! Scores and the work that they proposed.

use aos_kernel::{ChannelId, ImprovementId, Result, TenantScope, Timestamp};
use aos_storage::{Conn, Tx, params};
use serde_json::json;

use crate::channels::model::ScoreEntry;

pub async fn insert(tx: &mut Tx, scope: TenantScope, entry: &ScoreEntry) -> Result<()> {
    tx.execute(
        "INSERT INTO channel_score (tenant_id, id, channel_id, at, score, delta, dimensions, missing)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            scope.tenant(),
            entry.id,
            entry.channel_id,
            entry.at,
            entry.score,
            entry.delta,
            json!(entry.dimensions),
            json!(entry.missing)
        ],
    )
    .await?;
    Ok(())
}

/// The scores of a channel, the latest first.
pub async fn of_channel(
    conn: &mut Conn,
    scope: TenantScope,
    channel: ChannelId,
    limit: i64,
) -> Result<Vec<ScoreEntry>> {
    conn.all(
        "SELECT id, channel_id, at, score, delta, dimensions, missing FROM channel_score
         WHERE tenant_id = $1 AND channel_id = $2 ORDER BY at DESC, id DESC LIMIT $3",
        params![scope.tenant(), channel, limit],
    )
    .await
}

/// The latest score of each channel of a client.
pub async fn latest(conn: &mut Conn, scope: TenantScope) -> Result<Vec<ScoreEntry>> {
    conn.all(
        "SELECT s.id, s.channel_id, s.at, s.score, s.delta, s.dimensions, s.missing FROM channel_score AS s
         WHERE s.tenant_id = $1 AND NOT EXISTS (SELECT 1 FROM channel_score AS later
           WHERE later.tenant_id = $1 AND later.channel_id = s.channel_id
             AND (later.at > s.at OR (later.at = s.at AND later.id > s.id)))",
        params![scope.tenant()],
    )
    .await
}

/// Opens an improvement unless one is open; its id if it is new.
pub async fn open_improvement(
    tx: &mut Tx,
    scope: TenantScope,
    channel: ChannelId,
    dimension: &str,
) -> Result<Option<ImprovementId>> {
    let (id, now) = (ImprovementId::new(), tx.now());
    let made = tx
        .execute(
            "INSERT INTO channel_improvement (tenant_id, id, channel_id, dimension, opened_at)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            params![scope.tenant(), id, channel, dimension, now],
        )
        .await?;
    Ok((made > 0).then_some(id))
}

pub async fn close_improvement(tx: &mut Tx, scope: TenantScope, id: ImprovementId) -> Result<bool> {
    let now = tx.now();
    let changed = tx
        .execute(
            "UPDATE channel_improvement SET closed_at = $3 WHERE tenant_id = $1 AND id = $2 AND closed_at IS NULL",
            params![scope.tenant(), id, now],
        )
        .await?;
    Ok(changed > 0)
}

/// The dimensions of a channel for which work is open, and since when.
pub async fn open_improvements(
    conn: &mut Conn,
    scope: TenantScope,
    channel: ChannelId,
) -> Result<Vec<(String, Timestamp)>> {
    let rows = conn
        .rows(
            "SELECT dimension, opened_at FROM channel_improvement
             WHERE tenant_id = $1 AND channel_id = $2 AND closed_at IS NULL ORDER BY opened_at, id",
            params![scope.tenant(), channel],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get("dimension")?, row.get("opened_at")?))).collect()
}

//! Mailed links and reminders.

use std::collections::HashSet;

use aos_kernel::{AgencyScope, ApprovalId, Result, TenantScope, Timestamp};
use aos_storage::{BulkInsert, Conn, Tx, params};
use uuid::Uuid;

use crate::activities::{links::ApprovalLink, model::Approval, stalled::Patience};

pub async fn insert_link(tx: &mut Tx, scope: TenantScope, link: &ApprovalLink, digest: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO approval_link (tenant_id, id, token_hash, activity_id, user_id, hash, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            scope.tenant(),
            link.id,
            digest,
            link.activity_id,
            link.user_id,
            &link.hash,
            link.created_at,
            link.expires_at
        ],
    )
    .await?;
    Ok(())
}

/// Agency-wide: the secret itself names the tenant.
pub async fn link_by_digest(conn: &mut Conn, digest: &str) -> Result<Option<ApprovalLink>> {
    conn.one(
        "SELECT tenant_id, id, activity_id, user_id, hash, created_at, expires_at FROM approval_link
         WHERE token_hash = $1",
        params![digest],
    )
    .await
}

/// Forgets links that were over before a moment.
pub async fn prune_links(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.execute("DELETE FROM approval_link WHERE expires_at < $1", params![before]).await
}

pub async fn patience(conn: &mut Conn) -> Result<Option<Patience>> {
    let row = conn.row("SELECT remind_days, escalate_days FROM approval_patience", params![]).await?;
    row.map(|row| {
        let days = |column: &str| row.get::<i64>(column).map(|days| u32::try_from(days).unwrap_or(0));
        Ok(Patience { remind_days: days("remind_days")?, escalate_days: days("escalate_days")? })
    })
    .transpose()
}

pub async fn put_patience(tx: &mut Tx, patience: Patience) -> Result<()> {
    tx.execute(
        "INSERT INTO approval_patience (id, only_one, remind_days, escalate_days) VALUES ($1, $2, $3, $4)
         ON CONFLICT (only_one) DO UPDATE SET remind_days = excluded.remind_days, escalate_days = excluded.escalate_days",
        params![Uuid::now_v7(), true, i64::from(patience.remind_days), i64::from(patience.escalate_days)],
    )
    .await?;
    Ok(())
}

/// Agency-wide: what waits since before a moment and was not escalated yet, the longest first.
pub async fn waiting_since(
    conn: &mut Conn,
    agency: &AgencyScope,
    before: Timestamp,
    after: ApprovalId,
    limit: i64,
) -> Result<Vec<Approval>> {
    let all: Vec<Approval> = conn
        .all(
            "SELECT a.* FROM approval AS a LEFT JOIN approval_reminder AS r ON r.approval_id = a.id
             WHERE a.state = 'pending' AND a.id > $1 AND a.requested_at <= $2 AND r.escalated_at IS NULL
             ORDER BY a.id LIMIT $3",
            params![after, before, limit],
        )
        .await?;
    Ok(all.into_iter().filter(|approval| agency.allows(approval.tenant_id)).collect())
}

/// Which of these were reminded of.
pub async fn reminded(conn: &mut Conn, approvals: &[ApprovalId]) -> Result<HashSet<ApprovalId>> {
    let rows =
        conn.rows("SELECT approval_id FROM approval_reminder WHERE approval_id = ANY($1)", params![approvals]).await?;
    rows.iter().map(|row| row.get("approval_id")).collect()
}

pub async fn put_reminders(tx: &mut Tx, reminded: &[(&Approval, bool)]) -> Result<()> {
    let now = tx.now();
    let mut rows = BulkInsert::new(
        "approval_reminder",
        &["tenant_id", "approval_id", "reminded_at", "escalated_at"],
        "ON CONFLICT (approval_id) DO UPDATE SET escalated_at = excluded.escalated_at",
    );
    for (approval, escalated) in reminded {
        rows.row(params![approval.tenant_id, approval.id, now, escalated.then_some(now)]);
    }
    rows.write(tx).await?;
    Ok(())
}

/// Forgets reminders of what no longer waits.
pub async fn prune_reminders(tx: &mut Tx) -> Result<u64> {
    tx.execute(
        "DELETE FROM approval_reminder WHERE NOT EXISTS (
           SELECT 1 FROM approval AS a WHERE a.id = approval_reminder.approval_id AND a.state = 'pending')",
        params![],
    )
    .await
}

//! The audit log.

use aos_kernel::{AgencyScope, AuditEntryId, PageSize, Result, TenantId};
use aos_storage::{Conn, Tx, from_row, params};

use crate::people::audit::{AuditEntry, AuditFilter, NewAuditEntry};

from_row!(AuditEntry { id, tenant_id, at, actor, action, subject_kind, subject_id, detail });

pub async fn insert(tx: &mut Tx, entry: NewAuditEntry) -> Result<()> {
    let (now, actor) = (tx.now(), tx.actor().clone());
    tx.execute(
        "INSERT INTO audit_entry (id, tenant_id, at, actor, user_id, action, subject_kind, subject_id, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            AuditEntryId::new(),
            entry.tenant,
            now,
            &actor,
            actor.person(),
            entry.action,
            entry.subject.kind,
            entry.subject.id,
            entry.detail
        ],
    )
    .await?;
    Ok(())
}

/// The newest first, those before `before`, one more than asked for.
pub async fn list(
    conn: &mut Conn,
    agency: &AgencyScope,
    filter: &AuditFilter,
    before: Option<AuditEntryId>,
    size: PageSize,
) -> Result<Vec<AuditEntry>> {
    let limit: Option<&[TenantId]> = agency.limit();
    let action = filter.action.as_ref().map(|prefix| format!("{prefix}%"));
    conn.all(
        "SELECT id, tenant_id, at, actor, action, subject_kind, subject_id, detail FROM audit_entry
         WHERE ($1 OR tenant_id = ANY($2))
           AND ($3 IS NULL OR tenant_id = $3)
           AND ($4 IS NULL OR user_id = $4)
           AND ($5 IS NULL OR subject_id = $5)
           AND ($6 IS NULL OR action LIKE $6)
           AND ($7 IS NULL OR id < $7)
           AND ($8 IS NULL OR at >= $8)
           AND ($9 IS NULL OR at < $9)
         ORDER BY id DESC LIMIT $10",
        params![
            limit.is_none(),
            limit.unwrap_or_default(),
            filter.tenant,
            filter.user,
            filter.subject,
            action,
            before,
            filter.from,
            filter.until,
            size.get() + 1
        ],
    )
    .await
}

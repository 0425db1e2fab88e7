//! What a client's work shows beside its activities.

use std::collections::HashMap;

use aos_kernel::{ActivityId, ApprovalId, Result, RunId, TenantScope};
use aos_storage::{Conn, params};

/// The latest run of each of these activities, of those that an agent did.
///
/// # Errors
/// `Storage`.
pub async fn latest_runs(
    conn: &mut Conn,
    scope: TenantScope,
    activities: &[ActivityId],
) -> Result<HashMap<ActivityId, RunId>> {
    let sql = "SELECT activity_id, id FROM run WHERE tenant_id = $1 AND activity_id = ANY($2) ORDER BY id";
    let rows = conn.rows(sql, params![scope.tenant(), activities]).await?;
    // Ids sort by time, so the last one stays.
    rows.iter().map(|row| Ok((row.get("activity_id")?, row.get("id")?))).collect()
}

/// The decision that each of these approvals or of the works before them waits for, one for each.
///
/// # Errors
/// `Storage`.
pub async fn pending_decisions(
    conn: &mut Conn,
    scope: TenantScope,
    activities: &[ActivityId],
) -> Result<HashMap<ActivityId, ApprovalId>> {
    let sql = "SELECT p.id, p.activity_id, a.partner_id FROM approval p JOIN activity a ON a.id = p.activity_id
               WHERE p.tenant_id = $1 AND p.state = 'pending'
                 AND (p.activity_id = ANY($2) OR a.partner_id = ANY($2)) ORDER BY p.id DESC";
    let mut found = HashMap::new();
    for row in conn.rows(sql, params![scope.tenant(), activities]).await? {
        let id: ApprovalId = row.get("id")?;
        found.insert(row.get("activity_id")?, id);
        if let Some(maker) = row.get::<Option<ActivityId>>("partner_id")? {
            found.insert(maker, id);
        }
    }
    Ok(found)
}

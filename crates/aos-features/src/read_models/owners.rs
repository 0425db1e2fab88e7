//! Whose a thing is, for addresses that name it without its client. What is not in the scope is not found.

use aos_kernel::{ActivityId, AgencyScope, ApprovalId, Error, Result, RunId, TenantId};
use aos_storage::{Conn, Value, params};

async fn owner(
    conn: &mut Conn,
    scope: &AgencyScope,
    what: &str,
    sql: &'static str,
    id: Vec<Value>,
) -> Result<TenantId> {
    let row = conn.row(sql, id).await?.ok_or_else(|| Error::not_found(what))?;
    let tenant = row.get("tenant_id")?;
    if scope.allows(tenant) { Ok(tenant) } else { Err(Error::not_found(what)) }
}

/// # Errors
/// `NotFound`.
pub async fn of_approval(conn: &mut Conn, scope: &AgencyScope, id: ApprovalId) -> Result<TenantId> {
    owner(conn, scope, "approval", "SELECT tenant_id FROM approval WHERE id = $1", params![id]).await
}

/// # Errors
/// `NotFound`.
pub async fn of_activity(conn: &mut Conn, scope: &AgencyScope, id: ActivityId) -> Result<TenantId> {
    owner(conn, scope, "activity", "SELECT tenant_id FROM activity WHERE id = $1", params![id]).await
}

/// # Errors
/// `NotFound`.
pub async fn of_run(conn: &mut Conn, scope: &AgencyScope, id: RunId) -> Result<TenantId> {
    owner(conn, scope, "run", "SELECT tenant_id FROM run WHERE id = $1", params![id]).await
}

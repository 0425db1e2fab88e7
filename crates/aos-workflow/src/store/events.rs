//! Rows of `event`.

use aos_kernel::{Actor, AgencyScope, NewEvent, Result, Subject, TenantScope};
use aos_storage::{BulkInsert, Conn, Tx, params};

use crate::{Event, EventFilter, job::tenant_column};

const COLUMNS: &[&str] = &["tenant_id", "kind", "subject_kind", "subject_id", "actor", "why", "data", "at"];

pub async fn insert(tx: &mut Tx, events: Vec<(Actor, NewEvent)>) -> Result<()> {
    let now = tx.now();
    let mut rows = BulkInsert::new("event", COLUMNS, "");
    for (actor, event) in events {
        rows.row(params![
            tenant_column(event.tenant),
            event.kind,
            event.subject.kind,
            event.subject.id,
            &actor,
            event.why,
            event.data,
            now,
        ]);
    }
    rows.write(tx).await?;
    Ok(())
}

pub async fn of_subject(conn: &mut Conn, scope: TenantScope, subject: &Subject) -> Result<Vec<Event>> {
    conn.all(
        "SELECT * FROM event WHERE subject_id = $1 AND subject_kind = $2 AND tenant_id = $3 ORDER BY seq",
        params![subject.id, subject.kind.as_str(), scope.tenant()],
    )
    .await
}

/// Newest first, those before `seq`.
pub async fn before(
    conn: &mut Conn,
    scope: &AgencyScope,
    filter: &EventFilter,
    seq: i64,
    limit: i64,
) -> Result<Vec<Event>> {
    let prefix = filter.kind.as_deref().unwrap_or("");
    match (filter.tenant, scope.limit()) {
        (Some(tenant), _) if !scope.allows(tenant) => Ok(Vec::new()),
        (Some(tenant), _) => {
            conn.all(
                "SELECT * FROM event WHERE tenant_id = $1 AND seq < $2 AND substr(kind, 1, length($3)) = $3
                 ORDER BY seq DESC LIMIT $4",
                params![tenant, seq, prefix, limit],
            )
            .await
        }
        (None, Some(tenants)) => {
            conn.all(
                "SELECT * FROM event WHERE tenant_id = ANY($1) AND seq < $2 AND substr(kind, 1, length($3)) = $3
                 ORDER BY seq DESC LIMIT $4",
                params![tenants, seq, prefix, limit],
            )
            .await
        }
        (None, None) => {
            conn.all(
                "SELECT * FROM event WHERE seq < $1 AND substr(kind, 1, length($2)) = $2 ORDER BY seq DESC LIMIT $3",
                params![seq, prefix, limit],
            )
            .await
        }
    }
}

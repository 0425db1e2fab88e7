//! What the agents' work costs, by who did it and by what came of it.

use aos_kernel::{AgencyScope, MicroUsd, Result, Timestamp};
use aos_storage::{Conn, from_row, params};

/// What one kind of work cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    /// A role, or the key of a pipeline template.
    pub name: String,
    pub cost: MicroUsd,
    pub tokens: i64,
    /// Runs that called a model, or pipelines that they were part of.
    pub count: i64,
}
from_row!(Cost { name, cost, tokens, count });

/// By the agents' roles since a moment, the dearest first.
///
/// # Errors
/// `Storage`.
pub async fn by_role(conn: &mut Conn, scope: &AgencyScope, since: Timestamp) -> Result<Vec<Cost>> {
    conn.all(
        "SELECT r.role AS name, CAST(SUM(l.amount) AS bigint) AS cost,
           CAST(SUM(l.input_tokens + l.output_tokens) AS bigint) AS tokens, COUNT(DISTINCT l.run_id) AS count
         FROM ledger_entry AS l JOIN run AS r ON r.id = l.run_id
         WHERE l.created_at >= $1 AND ($2 OR l.tenant_id = ANY($3)) GROUP BY r.role ORDER BY 2 DESC, 1",
        params![since, scope.limit().is_none(), scope.limit().unwrap_or_default()],
    )
    .await
}

/// By the pipelines' templates, that is by kind of deliverable, since a moment, the dearest first.
///
/// # Errors
/// `Storage`.
pub async fn by_template(conn: &mut Conn, scope: &AgencyScope, since: Timestamp) -> Result<Vec<Cost>> {
    conn.all(
        "SELECT p.template_key AS name, CAST(SUM(l.amount) AS bigint) AS cost,
           CAST(SUM(l.input_tokens + l.output_tokens) AS bigint) AS tokens, COUNT(DISTINCT p.id) AS count
         FROM ledger_entry AS l
         JOIN run AS r ON r.id = l.run_id
         JOIN activity AS a ON a.id = r.activity_id
         JOIN pipeline AS p ON p.id = a.pipeline_id
         WHERE l.created_at >= $1 AND ($2 OR l.tenant_id = ANY($3)) GROUP BY p.template_key ORDER BY 2 DESC, 1",
        params![since, scope.limit().is_none(), scope.limit().unwrap_or_default()],
    )
    .await
}

//! Periods and what was counted in them.

use std::collections::HashSet;

use aos_kernel::{
    AgencyScope, DeliverableId, GoalId, Month, PeriodId, Result, Subject, TenantId, TenantScope, Timestamp,
};
use aos_storage::{Conn, Sql, Tx, Value, from_row, params};

use crate::strategy::model::Period;

from_row!(Period {
    id,
    tenant_id,
    deliverable_id,
    month,
    target,
    completed_count,
    opened_at,
    completed_at,
    created_at
});

const PERIOD: &str =
    "id, tenant_id, deliverable_id, month, target, completed_count, opened_at, completed_at, created_at";

/// A deliverable that is active, and the newest month that it has.
pub struct Openable {
    pub tenant: TenantId,
    pub deliverable: DeliverableId,
    pub deliverable_type: String,
    pub name: String,
    pub template_key: String,
    pub quantity: i64,
    pub active_at: Timestamp,
    pub last_month: Option<Month>,
}

/// The active deliverables of these tenants that don't have this month yet, those of one tenant together. Most of the time
/// there are none, and looking costs little.
pub async fn openable(
    conn: &mut Conn,
    agency: &AgencyScope,
    tenants: &[TenantId],
    month: Month,
) -> Result<Vec<Openable>> {
    let allowed: Vec<TenantId> = tenants.iter().copied().filter(|tenant| agency.allows(*tenant)).collect();
    let rows = conn
        .rows(
            // One look at the end of an index for each deliverable. Asked as “there is none since”, PostgreSQL reads all
            // periods there are for each batch, when it has not counted them lately.
            "SELECT d.* FROM (
               SELECT tenant_id, id, deliverable_type, name, template_key, monthly_quantity, active_at, created_at,
                      (SELECT MAX(p.month) FROM period p WHERE p.deliverable_id = deliverable.id) AS last_month
               FROM deliverable WHERE tenant_id = ANY($1) AND state = 'active') AS d
             WHERE d.last_month IS NULL OR d.last_month < $2 ORDER BY d.tenant_id, d.created_at, d.id",
            params![allowed.as_slice(), month],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Openable {
                tenant: row.get("tenant_id")?,
                deliverable: row.get("id")?,
                deliverable_type: row.get("deliverable_type")?,
                name: row.get("name")?,
                template_key: row.get("template_key")?,
                quantity: row.get("monthly_quantity")?,
                active_at: row.get("active_at")?,
                last_month: row.parse_opt("last_month")?,
            })
        })
        .collect()
}

/// Writes those that are not there yet, and answers which ones these were: another process may be opening the same month.
pub async fn insert_new(tx: &mut Tx, agency: &AgencyScope, periods: &[Period]) -> Result<HashSet<PeriodId>> {
    const WIDTH: usize = 8;
    let mut values: Vec<Value> = Vec::with_capacity(periods.len() * WIDTH);
    for period in periods.iter().filter(|period| agency.allows(period.tenant_id)) {
        values.extend(params![
            period.tenant_id,
            period.id,
            period.deliverable_id,
            period.month,
            period.target,
            period.completed_count,
            period.opened_at,
            period.created_at
        ]);
    }
    let rows = tx
        .rows_values(
            "INSERT INTO period (tenant_id, id, deliverable_id, month, target, completed_count, opened_at, created_at)
             SELECT v.column1, v.column2, v.column3, v.column4, v.column5, v.column6, v.column7, v.column8
             FROM (VALUES ",
            ") AS v WHERE TRUE ON CONFLICT (deliverable_id, month) DO NOTHING RETURNING id",
            params![],
            WIDTH,
            values,
        )
        .await?;
    rows.iter().map(|row| row.get("id")).collect()
}

pub async fn period(conn: &mut Conn, scope: TenantScope, id: PeriodId) -> Result<Option<Period>> {
    let sql = format!("SELECT {PERIOD} FROM period WHERE tenant_id = $1 AND id = $2");
    conn.one(Sql::built(sql), params![scope.tenant(), id]).await
}

pub async fn of_month(conn: &mut Conn, scope: TenantScope, month: Month) -> Result<Vec<Period>> {
    let sql = format!("SELECT {PERIOD} FROM period WHERE tenant_id = $1 AND month = $2 ORDER BY created_at, id");
    conn.all(Sql::built(sql), params![scope.tenant(), month]).await
}

/// The newest month first.
pub async fn of_deliverable(conn: &mut Conn, scope: TenantScope, deliverable: DeliverableId) -> Result<Vec<Period>> {
    let sql = format!("SELECT {PERIOD} FROM period WHERE tenant_id = $1 AND deliverable_id = $2 ORDER BY month DESC");
    conn.all(Sql::built(sql), params![scope.tenant(), deliverable]).await
}

/// Whether it was not counted before.
pub async fn insert_unit(tx: &mut Tx, scope: TenantScope, period: PeriodId, subject: &Subject) -> Result<bool> {
    let now = tx.now();
    let written = tx
        .execute(
            "INSERT INTO period_unit (tenant_id, period_id, subject_kind, subject_id, counted_at)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (period_id, subject_id) DO NOTHING",
            params![scope.tenant(), period, subject.kind.as_str(), subject.id, now],
        )
        .await?;
    Ok(written > 0)
}

/// One more; the period as it is after that.
pub async fn add_one(tx: &mut Tx, scope: TenantScope, id: PeriodId) -> Result<Option<Period>> {
    let now = tx.now();
    let sql = format!(
        "UPDATE period SET completed_count = completed_count + 1,
                completed_at = CASE WHEN completed_at IS NULL AND completed_count + 1 >= target THEN $3
                                    ELSE completed_at END
         WHERE tenant_id = $1 AND id = $2 RETURNING {PERIOD}"
    );
    tx.one(Sql::built(sql), params![scope.tenant(), id, now]).await
}

/// What the deliverables of a goal have brought since the goal is pursued.
pub async fn units_for_goal(conn: &mut Conn, scope: TenantScope, goal: GoalId, since: Timestamp) -> Result<i64> {
    conn.count(
        "SELECT COUNT(*) AS n FROM period_unit u
         JOIN period p ON p.id = u.period_id
         JOIN deliverable d ON d.id = p.deliverable_id
         WHERE d.tenant_id = $1 AND d.goal_id = $2 AND u.counted_at >= $3 AND u.subject_kind IN ('content_item', 'request')",
        params![scope.tenant(), goal, since],
    )
    .await
}

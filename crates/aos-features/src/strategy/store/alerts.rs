//! Of which months it was told that they are not well.

use aos_kernel::{AgencyScope, Month, PeriodId, Result, TenantId};
use aos_storage::{BulkInsert, Conn, FromRow as _, Tx, params};

use crate::strategy::{model::Period, pace::PeriodStatus};

/// A month that is not complete, with what was told of it.
pub struct OpenPeriod {
    pub period: Period,
    pub name: String,
    pub told: Option<PeriodStatus>,
}

/// The months since `from` of these tenants whose work began and is not complete.
pub async fn open_periods(
    conn: &mut Conn,
    agency: &AgencyScope,
    tenants: &[TenantId],
    from: Month,
) -> Result<Vec<OpenPeriod>> {
    let allowed: Vec<TenantId> = tenants.iter().copied().filter(|tenant| agency.allows(*tenant)).collect();
    let rows = conn
        .rows(
            "SELECT p.*, d.name AS deliverable_name, a.status AS told
             FROM period AS p JOIN deliverable AS d ON d.id = p.deliverable_id
             LEFT JOIN period_alert AS a ON a.period_id = p.id
             WHERE p.tenant_id = ANY($1) AND p.month >= $2 AND p.opened_at IS NOT NULL
               AND p.completed_count < p.target AND d.state = 'active'
             ORDER BY p.tenant_id, p.id",
            params![allowed.as_slice(), from],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(OpenPeriod {
                period: Period::from_row(row)?,
                name: row.get("deliverable_name")?,
                told: row.parse_opt("told")?,
            })
        })
        .collect()
}

pub async fn put_alerts(tx: &mut Tx, agency: &AgencyScope, alerts: &[(&Period, PeriodStatus)]) -> Result<()> {
    let mut insert = BulkInsert::new(
        "period_alert",
        &["tenant_id", "period_id", "status", "at"],
        "ON CONFLICT (period_id) DO UPDATE SET status = excluded.status, at = excluded.at",
    );
    let now = tx.now();
    for (period, status) in alerts.iter().filter(|(period, _)| agency.allows(period.tenant_id)) {
        insert.row(params![period.tenant_id, period.id, status.as_str(), now]);
    }
    insert.write(tx).await?;
    Ok(())
}

pub async fn remove_alerts(tx: &mut Tx, agency: &AgencyScope, periods: &[&Period]) -> Result<()> {
    let allowed = periods.iter().filter(|period| agency.allows(period.tenant_id));
    let (tenants, ids): (Vec<TenantId>, Vec<PeriodId>) = allowed.map(|period| (period.tenant_id, period.id)).unzip();
    if ids.is_empty() {
        return Ok(());
    }
    tx.execute(
        "DELETE FROM period_alert WHERE tenant_id = ANY($1) AND period_id = ANY($2)",
        params![tenants.as_slice(), ids.as_slice()],
    )
    .await?;
    Ok(())
}

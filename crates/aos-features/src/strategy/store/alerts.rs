//! Of which months it was told that they are not well.

use aos_kernel::{AgencyScope, Month, Result, TenantId};
use aos_storage::{Conn, FromRow as _, Tx, params};

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

pub async fn put_alert(tx: &mut Tx, period: &Period, status: PeriodStatus) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO period_alert (tenant_id, period_id, status, at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (period_id) DO UPDATE SET status = excluded.status, at = excluded.at",
        params![period.tenant_id, period.id, status.as_str(), now],
    )
    .await?;
    Ok(())
}

pub async fn remove_alert(tx: &mut Tx, period: &Period) -> Result<()> {
    tx.execute(
        "DELETE FROM period_alert WHERE tenant_id = $1 AND period_id = $2",
        params![period.tenant_id, period.id],
    )
    .await?;
    Ok(())
}

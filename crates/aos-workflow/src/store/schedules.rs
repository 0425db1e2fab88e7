//! Rows of `schedule`.

use aos_kernel::{Result, ScheduleId, TenantId, Timestamp};
use aos_storage::{Conn, FromRow, Lock, Row, Tx, Value, params};

use crate::{
    NewSchedule, Schedule,
    job::{tenant_column, tenant_of},
};

impl FromRow for Schedule {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            tenant: tenant_of(row.get("tenant_id")?),
            name: row.get("name")?,
            cron: row.get("cron")?,
            zone: row.get("zone")?,
            kind: row.get("kind")?,
            queue: row.get("queue")?,
            payload: row.get("payload")?,
            catch_up: row.parse("catch_up")?,
            enabled: row.get("enabled")?,
            next_at: row.get("next_at")?,
            last_at: row.get("last_at")?,
        })
    }
}

pub async fn find(conn: &mut Conn, tenant: Option<TenantId>, name: &str) -> Result<Option<Schedule>> {
    conn.one("SELECT * FROM schedule WHERE tenant_id = $1 AND name = $2", params![tenant_column(tenant), name]).await
}

pub async fn put(tx: &mut Tx, schedule: &NewSchedule, next_at: Timestamp) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO schedule (id, tenant_id, name, cron, zone, kind, queue, payload, catch_up, enabled, next_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (tenant_id, name) DO UPDATE SET cron = excluded.cron, zone = excluded.zone, kind = excluded.kind,
         queue = excluded.queue, payload = excluded.payload, catch_up = excluded.catch_up, enabled = excluded.enabled,
         next_at = excluded.next_at",
        params![
            ScheduleId::new(),
            tenant_column(schedule.tenant),
            schedule.name.as_str(),
            schedule.cron.as_str(),
            schedule.zone.as_str(),
            schedule.kind.as_str(),
            schedule.queue.as_str(),
            &schedule.payload,
            schedule.catch_up.as_str(),
            schedule.enabled,
            next_at,
            now,
        ],
    )
    .await?;
    Ok(())
}

pub async fn remove(tx: &mut Tx, tenant: Option<TenantId>, name: &str) -> Result<u64> {
    tx.execute("DELETE FROM schedule WHERE tenant_id = $1 AND name = $2", params![tenant_column(tenant), name]).await
}

pub async fn of_tenant(conn: &mut Conn, tenant: Option<TenantId>) -> Result<Vec<Schedule>> {
    conn.all("SELECT * FROM schedule WHERE tenant_id = $1 ORDER BY name", params![tenant_column(tenant)]).await
}

/// Those whose time has come, the longest overdue first.
pub async fn due(tx: &mut Tx, limit: i64) -> Result<Vec<Schedule>> {
    let now = tx.now();
    let sql = tx
        .locking("SELECT * FROM schedule WHERE enabled = TRUE AND next_at <= $1 ORDER BY next_at LIMIT $2", Lock::Skip);
    tx.all(sql, params![now, limit]).await
}

/// Those that ran at a time which has not come: the clock was set back since.
pub async fn ahead(tx: &mut Tx) -> Result<Vec<Schedule>> {
    let now = tx.now();
    let sql = tx.locking("SELECT * FROM schedule WHERE enabled = TRUE AND last_at > $1", Lock::Skip);
    tx.all(sql, params![now]).await
}

pub async fn fired(tx: &mut Tx, times: Vec<(ScheduleId, Option<Timestamp>, Timestamp)>) -> Result<()> {
    let values: Vec<Value> = times.into_iter().flat_map(|(id, last, next)| params![id, last, next]).collect();
    tx.execute_values(
        "UPDATE schedule SET last_at = v.column2, next_at = v.column3 FROM (VALUES ",
        ") AS v WHERE schedule.id = v.column1",
        3,
        values,
    )
    .await?;
    Ok(())
}

pub async fn disable(tx: &mut Tx, id: ScheduleId) -> Result<()> {
    tx.execute("UPDATE schedule SET enabled = FALSE WHERE id = $1", params![id]).await?;
    Ok(())
}

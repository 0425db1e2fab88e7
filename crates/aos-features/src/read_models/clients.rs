//! The list of clients: readiness, this month's pace, what waits and what is wrong, for one page at a time.

use std::collections::HashMap;

use aos_kernel::{AgencyScope, Cursor, Error, Month, Page, PageSize, Result, TenantId, TenantScope, Timestamp};
use aos_storage::{Conn, Sql, ToValue, params};
use chrono_tz::Tz;

use super::{condition, limited};
use crate::{
    strategy::pace::month_at,
    tenants::{Readiness, ReadinessState, Records},
};

/// Which clients.
#[derive(Clone, Debug, Default)]
pub struct ClientFilter {
    /// Part of the name or the website.
    pub search: String,
    pub readiness: Option<ReadinessState>,
    pub sort: ClientSort,
}

aos_kernel::text_enum! {
    /// What comes first in the list.
    #[derive(Default)]
    pub enum ClientSort {
        #[default]
        Name = "name",
        /// The most decisions that wait.
        Waiting = "waiting",
        /// The most that went wrong: work that failed and channels that refuse.
        Alerts = "alerts",
        /// The furthest behind this month: units that are promised and not done.
        Behind = "behind",
    }
}

impl ClientSort {
    /// What is sorted by, the greatest first.
    const fn rank(self) -> &'static str {
        match self {
            Self::Name => "CAST(0 AS bigint)",
            Self::Waiting => "(SELECT COUNT(*) FROM approval AS x WHERE x.tenant_id = t.id AND x.state = 'pending')",
            Self::Alerts => {
                "((SELECT COUNT(*) FROM activity AS x WHERE x.tenant_id = t.id AND x.state = 'failed')
                  + (SELECT COUNT(*) FROM channel AS x WHERE x.tenant_id = t.id AND x.state = 'expired'))"
            }
            Self::Behind => {
                "CAST(COALESCE((SELECT SUM(x.target - x.completed_count) FROM period AS x WHERE x.tenant_id = t.id
                  AND x.month = (SELECT MAX(y.month) FROM period AS y WHERE y.tenant_id = t.id)), 0) AS bigint)"
            }
        }
    }
}

/// One client of the list.
#[derive(Clone, Debug)]
pub struct ClientLine {
    pub id: TenantId,
    pub name: String,
    pub website: String,
    pub zone: Tz,
    /// What the list is sorted by, of this client.
    pub sorted_by: i64,
    pub readiness: Readiness,
    /// Units done and promised this month, over all deliverables.
    pub month: Option<(i64, i64)>,
    /// Entries that wait for a decision.
    pub waiting: i64,
    pub failed: i64,
    /// Channels whose credentials are refused.
    pub expired_channels: i64,
    pub last_event: Option<Timestamp>,
}

/// What set-up stands on, as one yes or no per client. The same as [`Readiness::of`] says of the records.
const SET_UP: &str = "(EXISTS (SELECT 1 FROM context_version AS x WHERE x.tenant_id = t.id)
    AND EXISTS (SELECT 1 FROM strategy AS x WHERE x.tenant_id = t.id AND x.state = 'active')
    AND EXISTS (SELECT 1 FROM deliverable AS x WHERE x.tenant_id = t.id AND x.state = 'active')
    AND EXISTS (SELECT 1 FROM channel AS x WHERE x.tenant_id = t.id AND x.state = 'connected')
    AND EXISTS (SELECT 1 FROM site_page AS x WHERE x.tenant_id = t.id))";

fn narrow(sql: &mut String, params: &mut Vec<aos_storage::Value>, scope: &AgencyScope, filter: &ClientFilter) {
    limited(sql, params, scope, "t.id");
    let search = filter.search.trim().to_lowercase();
    if !search.is_empty() {
        let pattern = format!("%{}%", search.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
        let text = "(lower(t.name) LIKE ? ESCAPE '\\' OR lower(t.website) LIKE ? ESCAPE '\\')";
        condition(sql, params, text, pattern);
    }
    match filter.readiness {
        Some(ReadinessState::SetupNeeded) => sql.push_str(&format!(" AND NOT {SET_UP}")),
        Some(ReadinessState::Ready) => sql.push_str(&format!(" AND {SET_UP}")),
        None => {}
    }
}

/// Active clients, by name or by what is sorted by and then by name.
///
/// # Errors
/// `Invalid` for a cursor that this query did not make; `Storage`.
pub async fn clients(
    conn: &mut Conn,
    scope: &AgencyScope,
    filter: &ClientFilter,
    after: Option<&Cursor>,
    size: PageSize,
    now: Timestamp,
) -> Result<Page<ClientLine>> {
    let rank = filter.sort.rank();
    let by_name = filter.sort == ClientSort::Name;
    let mut sql = format!(
        "SELECT t.id, t.name, t.website, t.zone, {rank} AS sorted_by FROM tenant AS t WHERE t.state = 'active'"
    );
    let mut params = Vec::new();
    narrow(&mut sql, &mut params, scope, filter);
    if let Some(cursor) = after {
        let bad = || Error::invalid("after", "This page is not known.");
        let (id, rest) = cursor.as_str().split_once(' ').ok_or_else(bad)?;
        let id: TenantId = id.parse().map_err(|_| bad())?;
        let (last, name) = rest.split_once(' ').ok_or_else(bad)?;
        let last: i64 = last.parse().map_err(|_| bad())?;
        params.push(name.to_value());
        params.push(id.to_value());
        let (name, id) = (params.len() - 1, params.len());
        if by_name {
            sql.push_str(&format!(" AND (lower(t.name), t.id) > (${name}, ${id})"));
        } else {
            params.push(last.to_value());
            let last = params.len();
            sql.push_str(&format!(
                " AND ({rank} < ${last} OR ({rank} = ${last} AND (lower(t.name), t.id) > (${name}, ${id})))"
            ));
        }
    }
    params.push((size.get() + 1).to_value());
    let first = if by_name { "" } else { "sorted_by DESC, " };
    sql.push_str(&format!(" ORDER BY {first}lower(t.name), t.id LIMIT ${}", params.len()));
    let rows = conn.rows(Sql::built(sql), params).await?;
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        let zone: String = row.get("zone")?;
        lines.push(ClientLine {
            id: row.get("id")?,
            name: row.get("name")?,
            website: row.get("website")?,
            zone: zone.parse().unwrap_or(Tz::UTC),
            sorted_by: row.get("sorted_by")?,
            readiness: Readiness::of(Records::default()),
            month: None,
            waiting: 0,
            failed: 0,
            expired_channels: 0,
            last_event: None,
        });
    }
    let mut page = Page::from_surplus(lines, size, |line| {
        Cursor::new(format!("{} {} {}", line.id, line.sorted_by, line.name.to_lowercase()))
    });
    fill(conn, &mut page.items, now).await?;
    Ok(page)
}

/// How many match.
///
/// # Errors
/// `Storage`.
pub async fn count(conn: &mut Conn, scope: &AgencyScope, filter: &ClientFilter) -> Result<i64> {
    let mut sql = "SELECT COUNT(*) AS n FROM tenant AS t WHERE t.state = 'active'".to_owned();
    let mut params = Vec::new();
    narrow(&mut sql, &mut params, scope, filter);
    conn.count(Sql::built(sql), params).await
}

/// Names of clients for a filter.
///
/// # Errors
/// `Storage`.
pub async fn names(conn: &mut Conn, scope: &AgencyScope, limit: i64) -> Result<Vec<(TenantId, String)>> {
    let mut sql = "SELECT t.id, t.name FROM tenant AS t WHERE t.state = 'active'".to_owned();
    let mut params = Vec::new();
    limited(&mut sql, &mut params, scope, "t.id");
    params.push(limit.to_value());
    sql.push_str(&format!(" ORDER BY lower(t.name), t.id LIMIT ${}", params.len()));
    let rows = conn.rows(Sql::built(sql), params).await?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("name")?))).collect()
}

/// One client's name, also of one that was archived; none for one that is not theirs.
///
/// # Errors
/// `Storage`.
pub async fn name(conn: &mut Conn, scope: &AgencyScope, tenant: TenantId) -> Result<Option<String>> {
    if !scope.allows(tenant) {
        return Ok(None);
    }
    let row = conn.row("SELECT name FROM tenant WHERE id = $1", params![tenant]).await?;
    row.map(|row| row.get("name")).transpose()
}

/// The records that one client's readiness is computed from.
///
/// # Errors
/// `Storage`.
pub async fn records(conn: &mut Conn, scope: TenantScope) -> Result<Records> {
    Ok(records_of(conn, &[scope.tenant()]).await?.remove(&scope.tenant()).unwrap_or_default())
}

async fn by_tenant(conn: &mut Conn, sql: &'static str, ids: &[TenantId]) -> Result<HashMap<TenantId, i64>> {
    let rows = conn.rows(sql, params![ids]).await?;
    rows.iter().map(|row| Ok((row.get("tenant_id")?, row.get("n")?))).collect()
}

/// What readiness asks for, of many clients in one look. Whether there is a page is asked, not how many: a large site has
/// thousands.
async fn records_of(conn: &mut Conn, ids: &[TenantId]) -> Result<HashMap<TenantId, Records>> {
    let sql = "SELECT t.id,
          CAST(CASE WHEN EXISTS (SELECT 1 FROM site_page AS x WHERE x.tenant_id = t.id) THEN 1 ELSE 0 END AS bigint) AS pages,
          (SELECT COUNT(*) FROM channel AS x WHERE x.tenant_id = t.id AND x.state = 'connected') AS channels,
          (SELECT COUNT(*) FROM context_version AS x WHERE x.tenant_id = t.id) AS contexts,
          (SELECT COUNT(*) FROM strategy AS x WHERE x.tenant_id = t.id AND x.state = 'active') AS strategies,
          (SELECT COUNT(*) FROM deliverable AS x WHERE x.tenant_id = t.id AND x.state = 'active') AS deliverables
        FROM tenant AS t WHERE t.id = ANY($1)";
    let rows = conn.rows(sql, params![ids]).await?;
    let records = rows.iter().map(|row| {
        let records = Records {
            pages: row.get("pages")?,
            publishing_channels: row.get("channels")?,
            context_versions: row.get("contexts")?,
            active_strategies: row.get("strategies")?,
            active_deliverables: row.get("deliverables")?,
        };
        Ok((row.get("id")?, records))
    });
    records.collect()
}

/// What the page's clients have beside their names: a fixed number of queries, however many clients.
async fn fill(conn: &mut Conn, lines: &mut [ClientLine], now: Timestamp) -> Result<()> {
    let ids: Vec<TenantId> = lines.iter().map(|line| line.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let mut records = records_of(conn, &ids).await?;
    let waiting = by_tenant(
        conn,
        "SELECT tenant_id, COUNT(*) AS n FROM approval WHERE tenant_id = ANY($1) AND state = 'pending'
         GROUP BY tenant_id",
        &ids,
    )
    .await?;
    let failed = by_tenant(
        conn,
        "SELECT tenant_id, COUNT(*) AS n FROM activity WHERE tenant_id = ANY($1) AND state = 'failed'
         AND state NOT IN ('completed', 'cancelled') GROUP BY tenant_id",
        &ids,
    )
    .await?;
    let expired = by_tenant(
        conn,
        "SELECT tenant_id, COUNT(*) AS n FROM channel WHERE tenant_id = ANY($1) AND state = 'expired'
         GROUP BY tenant_id",
        &ids,
    )
    .await?;
    let last = "SELECT t.id AS tenant_id, e.at FROM tenant AS t JOIN event AS e
                ON e.seq = (SELECT MAX(seq) FROM event WHERE tenant_id = t.id) WHERE t.id = ANY($1)";
    let mut last_events: HashMap<TenantId, Timestamp> = HashMap::new();
    for row in conn.rows(last, params![ids.as_slice()]).await? {
        last_events.insert(row.get("tenant_id")?, row.get("at")?);
    }
    let months = months(conn, lines, &ids, now).await?;
    for line in lines {
        line.readiness = Readiness::of(records.remove(&line.id).unwrap_or_default());
        line.waiting = waiting.get(&line.id).copied().unwrap_or(0);
        line.failed = failed.get(&line.id).copied().unwrap_or(0);
        line.expired_channels = expired.get(&line.id).copied().unwrap_or(0);
        line.last_event = last_events.get(&line.id).copied();
        line.month = months.get(&line.id).copied();
    }
    Ok(())
}

/// Done and promised in each client's own present month.
async fn months(
    conn: &mut Conn,
    lines: &[ClientLine],
    ids: &[TenantId],
    now: Timestamp,
) -> Result<HashMap<TenantId, (i64, i64)>> {
    let own: HashMap<TenantId, Month> = lines.iter().map(|line| (line.id, month_at(now, line.zone))).collect();
    let mut present: Vec<String> = own.values().map(Month::to_string).collect();
    present.sort_unstable();
    present.dedup();
    let sql =
        "SELECT tenant_id, month, CAST(SUM(completed_count) AS bigint) AS done, CAST(SUM(target) AS bigint) AS target
               FROM period WHERE tenant_id = ANY($1) AND month = ANY($2) GROUP BY tenant_id, month";
    let mut months = HashMap::new();
    for row in conn.rows(sql, params![ids, present]).await? {
        let (tenant, month): (TenantId, Month) = (row.get("tenant_id")?, row.get("month")?);
        if own.get(&tenant) == Some(&month) {
            months.insert(tenant, (row.get("done")?, row.get("target")?));
        }
    }
    Ok(months)
}

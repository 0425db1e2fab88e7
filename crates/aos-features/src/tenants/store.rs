//! The SQL of this slice.

use aos_kernel::{AgencyScope, ClientGroupId, MicroUsd, PageSize, Result, TenantId, TenantScope};
use aos_storage::{Conn, FromRow, Lock, Row, Sql, Tx, from_row, params};

use super::model::{Budgets, ClientGroup, DefaultBudget, Tenant, TenantFilter, TenantState};

from_row!(Tenant {
    id, client_group_id, name, slug, website, zone, parse state, json settings, created_at, archived_at
});
from_row!(ClientGroup { id, name, created_at });

impl FromRow for DefaultBudget {
    fn from_row(row: &Row) -> Result<Self> {
        let budgets =
            Budgets { monthly: row.get::<Option<i64>>("monthly")?.map(MicroUsd), per_run: row.get("per_run")? };
        Ok(Self { budgets, chosen: Some((row.get("updated_by")?, row.get("updated_at")?)) })
    }
}

const COLUMNS: &str = "id, client_group_id, name, slug, website, zone, state, settings, created_at, archived_at";

pub(super) async fn insert(tx: &mut Tx, tenant: &Tenant) -> Result<()> {
    tx.execute(
        "INSERT INTO tenant (id, client_group_id, name, slug, website, zone, state, settings, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            tenant.id,
            tenant.client_group_id,
            &tenant.name,
            &tenant.slug,
            &tenant.website,
            &tenant.zone,
            tenant.state.as_str(),
            serde_json::json!(tenant.settings),
            tenant.created_at
        ],
    )
    .await?;
    Ok(())
}

/// Writes what may change of a tenant.
pub(super) async fn update(tx: &mut Tx, scope: TenantScope, tenant: &Tenant) -> Result<()> {
    tx.execute(
        "UPDATE tenant SET client_group_id = $2, name = $3, website = $4, zone = $5, state = $6, settings = $7,
                archived_at = $8
         WHERE id = $1",
        params![
            scope.tenant(),
            tenant.client_group_id,
            &tenant.name,
            &tenant.website,
            &tenant.zone,
            tenant.state.as_str(),
            serde_json::json!(tenant.settings),
            tenant.archived_at
        ],
    )
    .await?;
    Ok(())
}

pub(super) async fn tenant(conn: &mut Conn, scope: TenantScope) -> Result<Option<Tenant>> {
    conn.one(Sql::built(format!("SELECT {COLUMNS} FROM tenant WHERE id = $1")), params![scope.tenant()]).await
}

/// Holds the tenant's row until the transaction ends.
pub(super) async fn lock(tx: &mut Tx, scope: TenantScope) -> Result<bool> {
    let sql = tx.locking("SELECT id FROM tenant WHERE id = $1", Lock::Wait);
    Ok(tx.row(sql, params![scope.tenant()]).await?.is_some())
}

pub(super) async fn by_slug(conn: &mut Conn, agency: &AgencyScope, slug: &str) -> Result<Option<Tenant>> {
    let tenant: Option<Tenant> =
        conn.one(Sql::built(format!("SELECT {COLUMNS} FROM tenant WHERE slug = $1")), params![slug]).await?;
    Ok(tenant.filter(|tenant| agency.allows(tenant.id)))
}

/// The slugs that begin with this one, to find a free one.
pub(super) async fn slugs_like(conn: &mut Conn, slug: &str) -> Result<Vec<String>> {
    let rows = conn
        .rows("SELECT slug FROM tenant WHERE slug = $1 OR slug LIKE $2", params![slug, format!("{slug}-%")])
        .await?;
    rows.iter().map(|row| row.get("slug")).collect()
}

/// By name, those after `after`, one more than asked for.
pub(super) async fn list(
    conn: &mut Conn,
    agency: &AgencyScope,
    filter: &TenantFilter,
    after: Option<(String, TenantId)>,
    size: PageSize,
) -> Result<Vec<Tenant>> {
    let pattern = filter.search.as_ref().map(|text| format!("%{}%", text.trim().to_lowercase()));
    let limit: Option<&[TenantId]> = agency.limit();
    let (after_name, after_id) = after.unzip();
    conn.all(
        Sql::built(format!(
            "SELECT {COLUMNS} FROM tenant
             WHERE ($1 OR id = ANY($2))
               AND ($3 IS NULL OR state = $3)
               AND ($4 IS NULL OR client_group_id = $4)
               AND ($5 IS NULL OR lower(name) LIKE $5 OR website LIKE $5)
               AND ($6 IS NULL OR (lower(name), id) > ($6, $7))
             ORDER BY lower(name), id LIMIT $8"
        )),
        params![
            limit.is_none(),
            limit.unwrap_or_default(),
            filter.state.map(TenantState::as_str),
            filter.group,
            pattern,
            after_name,
            after_id,
            size.get() + 1
        ],
    )
    .await
}

/// Active tenants with their time zones, in the order of their ids.
pub(super) async fn active_after(
    conn: &mut Conn,
    agency: &AgencyScope,
    after: Option<TenantId>,
    limit: i64,
) -> Result<Vec<(TenantId, String)>> {
    let only: Option<&[TenantId]> = agency.limit();
    let rows = conn
        .rows(
            "SELECT id, zone FROM tenant
             WHERE state = 'active' AND ($1 IS NULL OR id > $1) AND ($2 OR id = ANY($3))
             ORDER BY id LIMIT $4",
            params![after, only.is_none(), only.unwrap_or_default(), limit],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("zone")?))).collect()
}

pub(super) async fn default_budget(conn: &mut Conn) -> Result<Option<DefaultBudget>> {
    conn.one("SELECT monthly, per_run, updated_by, updated_at FROM default_budget", params![]).await
}

pub(super) async fn put_default_budget(tx: &mut Tx, budgets: &Budgets) -> Result<()> {
    let (now, actor) = (tx.now(), tx.actor().clone());
    tx.execute(
        "INSERT INTO default_budget (only_one, monthly, per_run, updated_by, updated_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (only_one) DO UPDATE SET monthly = excluded.monthly, per_run = excluded.per_run,
           updated_by = excluded.updated_by, updated_at = excluded.updated_at",
        params![true, budgets.monthly.map(|amount| amount.0), budgets.per_run.0, &actor, now],
    )
    .await?;
    Ok(())
}

pub(super) async fn insert_group(tx: &mut Tx, id: ClientGroupId, name: &str) -> Result<()> {
    let now = tx.now();
    tx.execute("INSERT INTO client_group (id, name, created_at) VALUES ($1, $2, $3)", params![id, name, now]).await?;
    Ok(())
}

pub(super) async fn rename_group(tx: &mut Tx, id: ClientGroupId, name: &str) -> Result<u64> {
    tx.execute("UPDATE client_group SET name = $2 WHERE id = $1", params![id, name]).await
}

pub(super) async fn group_exists(conn: &mut Conn, id: ClientGroupId) -> Result<bool> {
    Ok(conn.row("SELECT id FROM client_group WHERE id = $1", params![id]).await?.is_some())
}

/// All groups, or those of the clients that may be seen.
pub(super) async fn groups(conn: &mut Conn, agency: &AgencyScope) -> Result<Vec<ClientGroup>> {
    let limit: Option<&[TenantId]> = agency.limit();
    conn.all(
        "SELECT id, name, created_at FROM client_group
         WHERE $1 OR id IN (SELECT client_group_id FROM tenant WHERE id = ANY($2))
         ORDER BY lower(name), id",
        params![limit.is_none(), limit.unwrap_or_default()],
    )
    .await
}

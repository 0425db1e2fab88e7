//! Reads about clients.

use aos_kernel::{AgencyScope, Cursor, Error, Page, PageSize, Result, TenantId, TenantScope};
use aos_storage::Conn;
use chrono_tz::Tz;

use super::{
    model::{Budgets, ClientGroup, DefaultBudget, Settings, Tenant, TenantFilter},
    store,
};

/// # Errors
/// `NotFound`.
pub async fn tenant(conn: &mut Conn, scope: TenantScope) -> Result<Tenant> {
    store::tenant(conn, scope).await?.ok_or_else(|| Error::not_found("client"))
}

/// # Errors
/// `NotFound`.
pub async fn settings(conn: &mut Conn, scope: TenantScope) -> Result<Settings> {
    Ok(tenant(conn, scope).await?.settings)
}

/// What counts for a client: its own budget, or else the agency's default.
///
/// # Errors
/// `NotFound`.
pub async fn budgets(conn: &mut Conn, scope: TenantScope) -> Result<Budgets> {
    match settings(conn, scope).await?.budgets {
        Some(own) => Ok(own),
        None => Ok(default_budget(conn).await?.budgets),
    }
}

/// What counts for every client without a budget of its own.
///
/// # Errors
/// `Storage`.
pub async fn default_budget(conn: &mut Conn) -> Result<DefaultBudget> {
    Ok(store::default_budget(conn).await?.unwrap_or_default())
}

/// # Errors
/// `NotFound`.
pub async fn zone(conn: &mut Conn, scope: TenantScope) -> Result<Tz> {
    Ok(tenant(conn, scope).await?.tz())
}

/// # Errors
/// `NotFound`, also for a client outside the scope.
pub async fn tenant_by_slug(conn: &mut Conn, agency: &AgencyScope, slug: &str) -> Result<Tenant> {
    store::by_slug(conn, agency, slug).await?.ok_or_else(|| Error::not_found("client"))
}

/// Clients by name.
///
/// # Errors
/// `Storage`; `Invalid` for a cursor that this query did not make.
pub async fn tenants(
    conn: &mut Conn,
    agency: &AgencyScope,
    filter: &TenantFilter,
    after: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<Tenant>> {
    let bad = || Error::invalid("after", "This does not continue a list of ours.");
    let after = match after {
        Some(cursor) => {
            let (id, name) = cursor.as_str().split_once(' ').ok_or_else(bad)?;
            Some((name.to_owned(), id.parse().map_err(|_| bad())?))
        }
        None => None,
    };
    let tenants = store::list(conn, agency, filter, after, size).await?;
    Ok(Page::from_surplus(tenants, size, |tenant| Cursor::new(format!("{} {}", tenant.id, tenant.name.to_lowercase()))))
}

/// Active clients with their time zones, for work that goes through all of them in pieces: those after `after`, in the
/// order of their ids.
///
/// # Errors
/// `Storage`.
pub async fn active_zones(
    conn: &mut Conn,
    agency: &AgencyScope,
    after: Option<TenantId>,
    limit: i64,
) -> Result<Vec<(TenantId, Tz)>> {
    let rows = store::active_after(conn, agency, after, limit).await?;
    Ok(rows.into_iter().map(|(id, zone)| (id, zone.parse().unwrap_or(Tz::UTC))).collect())
}

/// # Errors
/// `Storage`.
pub async fn client_groups(conn: &mut Conn, agency: &AgencyScope) -> Result<Vec<ClientGroup>> {
    store::groups(conn, agency).await
}

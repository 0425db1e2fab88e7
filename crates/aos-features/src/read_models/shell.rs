//! What surrounds every page: the agency's name and how much waits for this person.

use aos_kernel::{AgencyScope, Result};
use aos_storage::{Conn, params};

use crate::people::{Permission, Principal, Role, queries};

/// More than this is shown as this: nobody reads the difference, and counting stays cheap.
pub const MOST_COUNTED: i64 = 999;

/// What every page shows around itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Around {
    pub agency: String,
    /// Approvals that wait for a role which this person fills, at most [`MOST_COUNTED`].
    pub waiting: i64,
}

/// # Errors
/// `NotFound` before the first run; `Storage`.
pub async fn around(conn: &mut Conn, principal: &Principal) -> Result<Around> {
    let agency = queries::agency(conn).await?.name;
    let waiting = match principal.agency_scope(Permission::Decide) {
        Ok(scope) => waiting(conn, &scope, roles(principal)).await?,
        Err(_) => 0,
    };
    Ok(Around { agency, waiting })
}

/// The roles whose approvals this person decides somewhere; which of them where, the decision itself checks.
pub fn roles(principal: &Principal) -> Vec<String> {
    let anywhere =
        |role: Role| principal.grants().iter().any(|grant| grant.role == Role::Administrator || grant.role.fills(role));
    Role::ALL.iter().filter(|role| anywhere(**role)).map(|role| role.as_str().to_owned()).collect()
}

async fn waiting(conn: &mut Conn, scope: &AgencyScope, roles: Vec<String>) -> Result<i64> {
    match scope.limit() {
        None => {
            let sql = "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM approval WHERE state = 'pending' \
                       AND role = ANY($1) LIMIT $2) AS waiting";
            conn.count(sql, params![roles, MOST_COUNTED]).await
        }
        Some(tenants) => {
            let sql = "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM approval WHERE state = 'pending' \
                       AND tenant_id = ANY($3) AND role = ANY($1) LIMIT $2) AS waiting";
            conn.count(sql, params![roles, MOST_COUNTED, tenants]).await
        }
    }
}

//! What surrounds every page: the agency's name and how much waits for this person.

use aos_kernel::{AgencyScope, Result, Timestamp};
use aos_storage::{Conn, Sql, ToValue};
use aos_workflow::Process;

use super::{condition, limited, queue::ENTRY, tasks};
use crate::{
    notices,
    people::{Permission, Principal, Role, queries},
    tenants::Party,
};

/// So many are counted: beyond "99+" nobody reads the difference, and every page has this figure.
pub const MOST_COUNTED: i64 = 100;

/// What every page shows around itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Around {
    pub agency: String,
    /// Decisions and tasks of the queue that wait for a role which this person fills, at most [`MOST_COUNTED`].
    pub waiting: i64,
    /// Notifications that are unread, at most [`notices::queries::MOST_COUNTED`].
    pub unread: i64,
    /// Why nothing is done at this moment, for whoever operates the system.
    pub alarm: Option<&'static str>,
}

/// # Errors
/// `NotFound` before the first run; `Storage`.
pub async fn around(conn: &mut Conn, principal: &Principal, now: Timestamp) -> Result<Around> {
    let agency = queries::agency(conn).await?.name;
    let waiting = match principal.agency_scope(Permission::Decide) {
        Ok(scope) => waiting(conn, &scope, roles(principal), party(principal)).await?,
        Err(_) => 0,
    };
    let to_do = match principal.agency_scope(Permission::OperateWork) {
        Ok(scope) => tasks::count(conn, &scope, &tasks_of(principal), MOST_COUNTED).await?,
        Err(_) => 0,
    };
    let unread = notices::queries::unread(conn, principal).await?;
    let alarm = match principal.can_in_agency(Permission::OperateSystem) {
        true => alarm(&aos_workflow::processes(conn).await?, now),
        false => None,
    };
    Ok(Around { agency, waiting: (waiting + to_do).min(MOST_COUNTED), unread, alarm })
}

/// Why nothing is done, if so: jobs need a worker, and months, reminders and digests need a scheduler.
pub fn alarm(processes: &[Process], now: Timestamp) -> Option<&'static str> {
    let alive = |role: &str| {
        processes.iter().any(|process| process.is_alive(now) && process.roles.split(',').any(|own| own == role))
    };
    match (alive("worker"), alive("scheduler")) {
        (true, true) => None,
        (false, true) => Some("No worker is running, so no work is done and no mail is sent."),
        (true, false) => Some("No scheduler is running, so no month, reminder or digest begins."),
        (false, false) => Some("Neither a worker nor a scheduler is running, so nothing is done."),
    }
}

/// The roles whose approvals this person decides somewhere; which of them where, the decision itself checks.
pub fn roles(principal: &Principal) -> Vec<String> {
    let anywhere =
        |role: Role| principal.grants().iter().any(|grant| grant.role == Role::Administrator || grant.role.fills(role));
    Role::ALL.iter().filter(|role| anywhere(**role)).map(|role| role.as_str().to_owned()).collect()
}

/// The tasks of all clients that this person does.
pub fn tasks_of(principal: &Principal) -> tasks::TaskFilter {
    let own = roles(principal);
    let roles = tasks::agency_roles().into_iter().filter(|role| own.contains(role)).collect();
    tasks::TaskFilter { tenant: None, roles }
}

/// The side that this person decides for, when it is only one: the agency's staff never in the client's place.
pub fn party(principal: &Principal) -> Option<Party> {
    principal.is_staff().then_some(Party::Agency)
}

async fn waiting(conn: &mut Conn, scope: &AgencyScope, roles: Vec<String>, party: Option<Party>) -> Result<i64> {
    // The same entries as the queue shows, so that the two never say different numbers.
    let mut sql = format!("SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM approval AS a WHERE {ENTRY}");
    let mut params = Vec::new();
    limited(&mut sql, &mut params, scope, "a.tenant_id");
    condition(&mut sql, &mut params, "a.role = ANY(?)", roles);
    if let Some(party) = party {
        condition(&mut sql, &mut params, "a.party = ?", party.as_str());
    }
    params.push(MOST_COUNTED.to_value());
    sql.push_str(&format!(" LIMIT ${}) AS waiting", params.len()));
    conn.count(Sql::built(sql), params).await
}

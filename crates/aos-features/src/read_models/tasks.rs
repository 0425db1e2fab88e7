//! What the agency's people do by hand, across clients: a mail that no channel sends, copy that is handed over, what a low
//! score asks for.

use aos_kernel::{ActivityId, AgencyScope, Cursor, Error, Page, PageSize, Result, TenantId, Timestamp};
use aos_storage::{Conn, FromRow, Row, Sql, ToValue, Value};

use super::{condition, limited};
use crate::people::Role;

/// Which of them.
#[derive(Clone, Debug, Default)]
pub struct TaskFilter {
    pub tenant: Option<TenantId>,
    /// Only what these roles do; see [`agency_roles`].
    pub roles: Vec<String>,
}

/// All roles whose tasks are the agency's. What a client's own people do stands on their own pages.
pub fn agency_roles() -> Vec<String> {
    Role::ALL.iter().filter(|role| role.is_agency_wide()).map(|role| role.as_str().to_owned()).collect()
}

/// A task that somebody can do now.
#[derive(Clone, Debug)]
pub struct Task {
    pub activity: ActivityId,
    pub tenant: TenantId,
    pub client: String,
    pub zone: String,
    /// What is to be done.
    pub name: String,
    /// The title of the piece that it is about.
    pub about: Option<String>,
    pub pipeline_name: String,
    pub role: String,
    pub since: Timestamp,
}

impl FromRow for Task {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            activity: row.get("id")?,
            tenant: row.get("tenant_id")?,
            client: row.get("client")?,
            zone: row.get("zone")?,
            name: row.get("name")?,
            about: row.get("about")?,
            pipeline_name: row.get("pipeline_name")?,
            role: row.get("assignee_role")?,
            since: row.get("updated_at")?,
        })
    }
}

/// As the index `activity_tasks` has it, which both databases use only for exactly these words.
pub(super) const OPEN: &str =
    "a.assignee_kind = 'human' AND a.is_approval = FALSE AND a.state IN ('assigned', 'in_progress')";

fn narrow(sql: &mut String, params: &mut Vec<Value>, scope: &AgencyScope, filter: &TaskFilter) {
    limited(sql, params, scope, "a.tenant_id");
    condition(sql, params, "a.assignee_role = ANY(?)", filter.roles.clone());
    if let Some(tenant) = filter.tenant {
        condition(sql, params, "a.tenant_id = ?", tenant);
    }
}

/// What is to be done, the oldest first.
///
/// # Errors
/// `Invalid` for a cursor that is not one of this list's; `Storage`.
pub async fn open(
    conn: &mut Conn,
    scope: &AgencyScope,
    filter: &TaskFilter,
    after: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<Task>> {
    let mut sql = format!(
        "SELECT a.id, a.tenant_id, a.name, a.assignee_role, a.updated_at, t.name AS client, t.zone,
                p.name AS pipeline_name, i.title AS about
         FROM activity AS a
         JOIN tenant AS t ON t.id = a.tenant_id
         JOIN pipeline AS p ON p.id = a.pipeline_id
         LEFT JOIN content_item AS i ON i.id = a.unit_id AND a.unit_kind = 'content_item'
         WHERE {OPEN}"
    );
    let mut params = Vec::new();
    narrow(&mut sql, &mut params, scope, filter);
    if let Some(cursor) = after {
        let id: ActivityId = cursor.as_str().parse().map_err(|_| Error::invalid("after", "This page is not known."))?;
        condition(&mut sql, &mut params, "a.id > ?", id);
    }
    params.push((size.get() + 1).to_value());
    sql.push_str(&format!(" ORDER BY a.id LIMIT ${}", params.len()));
    let tasks: Vec<Task> = conn.all(Sql::built(sql), params).await?;
    Ok(Page::from_surplus(tasks, size, |task| Cursor::new(task.activity.to_string())))
}

/// How many there are, at most `most`: nobody reads the difference.
///
/// # Errors
/// `Storage`.
pub async fn count(conn: &mut Conn, scope: &AgencyScope, filter: &TaskFilter, most: i64) -> Result<i64> {
    let mut sql = format!("SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM activity AS a WHERE {OPEN}");
    let mut params = Vec::new();
    narrow(&mut sql, &mut params, scope, filter);
    params.push(most.to_value());
    sql.push_str(&format!(" LIMIT ${}) AS tasks", params.len()));
    conn.count(Sql::built(sql), params).await
}

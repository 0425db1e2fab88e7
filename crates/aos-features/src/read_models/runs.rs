//! Agent runs with the client and the activity that they are about.

use aos_kernel::{
    AgencyScope, Cursor, MicroUsd, Page, PageSize, Result, RunId, Subject, TenantId, TenantScope, Timestamp,
};
use aos_storage::{Conn, FromRow, Row, Sql, ToValue, params};

use super::{condition, limited};
use crate::agents::RunState;

/// Which runs.
#[derive(Clone, Debug, Default)]
pub struct RunFilter {
    pub tenant: Option<TenantId>,
    pub state: Option<RunState>,
    pub role: Option<String>,
    /// Only those that were given this skill, in any version.
    pub skill: Option<String>,
}

/// One line of the list.
#[derive(Clone, Debug)]
pub struct RunLine {
    pub id: RunId,
    pub tenant: TenantId,
    pub client: String,
    pub zone: String,
    pub role: String,
    /// The activity's name: "Write blog post".
    pub activity: String,
    /// What it is about, when the step repeats: the post's title.
    pub about: Option<String>,
    pub unit: Option<Subject>,
    pub state: RunState,
    pub model: Option<String>,
    pub offline: bool,
    pub tokens: i64,
    pub cost: MicroUsd,
    pub started_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

impl FromRow for RunLine {
    fn from_row(row: &Row) -> Result<Self> {
        let unit_kind: Option<String> = row.get("unit_kind")?;
        let unit_id: Option<uuid::Uuid> = row.get("unit_id")?;
        Ok(Self {
            id: row.get("id")?,
            tenant: row.get("tenant_id")?,
            client: row.get("client")?,
            zone: row.get("zone")?,
            role: row.get("role")?,
            activity: row.get("activity")?,
            about: row.get("about")?,
            unit: unit_kind.zip(unit_id).map(|(kind, id)| Subject { kind, id }),
            state: row.parse("state")?,
            model: row.get("model")?,
            offline: row.get("offline")?,
            tokens: row.get::<i64>("input_tokens")? + row.get::<i64>("output_tokens")?,
            cost: row.get("cost")?,
            started_at: row.get("started_at")?,
            finished_at: row.get("finished_at")?,
        })
    }
}

const LINE: &str = "SELECT r.id, r.tenant_id, t.name AS client, t.zone, r.role, a.name AS activity, a.unit_kind, a.unit_id,
        i.title AS about, r.state, r.model, r.offline, r.input_tokens, r.output_tokens, r.cost, r.started_at, r.finished_at
    FROM run AS r
    JOIN tenant AS t ON t.id = r.tenant_id
    JOIN activity AS a ON a.id = r.activity_id
    LEFT JOIN content_item AS i ON i.id = a.unit_id AND a.unit_kind = 'content_item'
    WHERE TRUE";

/// Runs, the newest first.
///
/// # Errors
/// `Invalid` for a cursor that this query did not make; `Storage`.
pub async fn runs(
    conn: &mut Conn,
    scope: &AgencyScope,
    filter: &RunFilter,
    after: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<RunLine>> {
    let (mut sql, mut params) = (LINE.to_owned(), Vec::new());
    limited(&mut sql, &mut params, scope, "r.tenant_id");
    if let Some(tenant) = filter.tenant {
        condition(&mut sql, &mut params, "r.tenant_id = ?", tenant);
    }
    if let Some(state) = filter.state {
        condition(&mut sql, &mut params, "r.state = ?", state.as_str());
    }
    if let Some(role) = &filter.role {
        condition(&mut sql, &mut params, "r.role = ?", role);
    }
    if let Some(skill) = &filter.skill {
        // As the runtime writes it: ["house@2","article@5"]. A name has no character that means something to LIKE.
        let name: String = skill.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        condition(&mut sql, &mut params, "CAST(r.skills AS text) LIKE ?", format!("%\"{name}@%"));
    }
    if let Some(cursor) = after {
        let (at, id): (_, RunId) = cursor.row()?;
        params.push(at.to_value());
        params.push(id.to_value());
        let (at, id) = (params.len() - 1, params.len());
        sql.push_str(&format!(" AND (r.started_at, r.id) < (${at}, ${id})"));
    }
    params.push((size.get() + 1).to_value());
    sql.push_str(&format!(" ORDER BY r.started_at DESC, r.id DESC LIMIT ${}", params.len()));
    let rows = conn.all(Sql::built(sql), params).await?;
    Ok(Page::from_surplus(rows, size, |run: &RunLine| Cursor::after_row(run.started_at, run.id)))
}

/// What agents do for one client at this moment.
///
/// # Errors
/// `Storage`.
pub async fn under_way(conn: &mut Conn, scope: TenantScope) -> Result<Vec<RunLine>> {
    let sql = format!("{LINE} AND r.tenant_id = $1 AND r.state = 'running' ORDER BY r.started_at LIMIT 20");
    conn.all(Sql::built(sql), params![scope.tenant()]).await
}

/// One run's line.
///
/// # Errors
/// `Storage`.
pub async fn line(conn: &mut Conn, scope: TenantScope, id: RunId) -> Result<Option<RunLine>> {
    let sql = format!("{LINE} AND r.tenant_id = $1 AND r.id = $2");
    conn.one(Sql::built(sql), params![scope.tenant(), id]).await
}

//! The queue: what waits for a decision, with what a person needs to see before opening it.
//!
//! The briefs of one pipeline's step are one entry: they are made together, read together and usually decided together.

use std::collections::HashMap;

use aos_capabilities::publish::PublishMode;
use aos_kernel::{
    ActivityId, AgencyScope, ApprovalId, ContentHash, Cursor, Error, Page, PageSize, Result, Subject, TenantId,
    TenantScope, Timestamp,
};
use aos_storage::{Conn, FromRow, Row, Sql, ToValue, params};

use super::{condition, limited};
use crate::{activities::Approval, tenants::Party};

/// Which of them.
#[derive(Clone, Debug, Default)]
pub struct QueueFilter {
    pub tenant: Option<TenantId>,
    /// `strategy`, `request`, `content_item`.
    pub subject_kind: Option<String>,
    /// Only what these roles decide; empty: all.
    pub roles: Vec<String>,
    /// Only what waits for this side; none: both.
    pub party: Option<Party>,
}

/// One entry of the queue.
#[derive(Clone, Debug)]
pub struct QueueEntry {
    /// Of several briefs: the first one's.
    pub approval: ApprovalId,
    pub tenant: TenantId,
    pub client: String,
    pub zone: String,
    pub subject: Subject,
    /// In the words of requests for a brief, and of items for a piece: `social`, `social_post`.
    pub kind: Option<String>,
    pub title: String,
    /// Of several briefs: of all of them together, see [`list_hash`].
    pub hash: ContentHash,
    pub made_by: aos_kernel::Actor,
    /// Whose turn it is.
    pub party: Party,
    pub role: String,
    pub since: Timestamp,
    pub pipeline_name: String,
    /// Drafted without a model.
    pub offline: bool,
    /// Of an article.
    pub words: Option<i64>,
    /// The title of the brief that an article answers.
    pub brief: Option<String>,
    /// When an article is to appear.
    pub planned_for: Option<Timestamp>,
    /// How an article goes out once it is approved.
    pub publish_mode: Option<PublishMode>,
    /// How many briefs the entry stands for; 1 for everything else.
    pub count: i64,
    activity: ActivityId,
}

impl FromRow for QueueEntry {
    fn from_row(row: &Row) -> Result<Self> {
        let mode: Option<serde_json::Value> = row.get("publish_mode")?;
        let publish_mode = mode.map(serde_json::from_value).transpose().map_err(Error::internal)?;
        Ok(Self {
            approval: row.get("id")?,
            tenant: row.get("tenant_id")?,
            client: row.get("client")?,
            zone: row.get("zone")?,
            subject: Subject { kind: row.get("subject_kind")?, id: row.get("subject_id")? },
            kind: row.get("kind")?,
            title: row.get("title")?,
            hash: row.get("hash")?,
            made_by: row.get("made_by")?,
            party: row.parse("party")?,
            role: row.get("role")?,
            since: row.get("requested_at")?,
            pipeline_name: row.get("pipeline_name")?,
            offline: row.get::<Option<bool>>("offline")?.unwrap_or_default(),
            words: row.get("words")?,
            brief: row.get("brief")?,
            planned_for: match publish_mode {
                Some(PublishMode::At(at)) => Some(at),
                _ => None,
            },
            publish_mode,
            count: 1,
            activity: row.get("activity_id")?,
        })
    }
}

/// A brief stands for the others of its step that wait too, so only the first of them is an entry.
pub(super) const ENTRY: &str = "a.state = 'pending' AND (a.subject_kind <> 'request' OR NOT EXISTS (
    SELECT 1 FROM approval AS b
    WHERE b.activity_id = a.activity_id AND b.party = a.party AND b.state = 'pending' AND b.id < a.id))";

/// What waits, the longest first.
///
/// # Errors
/// `Invalid` for a cursor that is not one of this list's; `Storage`.
pub async fn waiting(
    conn: &mut Conn,
    scope: &AgencyScope,
    filter: &QueueFilter,
    after: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<QueueEntry>> {
    let mut sql = format!(
        "SELECT a.id, a.tenant_id, a.activity_id, a.subject_kind, a.subject_id, a.title, a.hash, a.made_by, a.party, a.role,
                a.requested_at, t.name AS client, t.zone, p.name AS pipeline_name, v.word_count AS words,
                COALESCE(v.offline, r.offline, s.offline) AS offline, i.publish_mode, br.title AS brief,
                COALESCE(i.kind, r.kind) AS kind
         FROM approval AS a
         JOIN tenant AS t ON t.id = a.tenant_id
         JOIN pipeline AS p ON p.id = a.pipeline_id
         LEFT JOIN content_item AS i ON i.id = a.subject_id AND a.subject_kind = 'content_item'
         LEFT JOIN content_version AS v ON v.item_id = i.id AND v.version = a.version
         LEFT JOIN request AS br ON br.id = i.request_id
         LEFT JOIN request AS r ON r.id = a.subject_id AND a.subject_kind = 'request'
         LEFT JOIN strategy AS s ON s.id = a.subject_id AND a.subject_kind = 'strategy'
         WHERE {ENTRY}"
    );
    let mut params = Vec::new();
    narrow(&mut sql, &mut params, scope, filter);
    if let Some(cursor) = after {
        let id: ApprovalId = cursor.as_str().parse().map_err(|_| Error::invalid("after", "This page is not known."))?;
        condition(&mut sql, &mut params, "a.id > ?", id);
    }
    params.push((size.get() + 1).to_value());
    sql.push_str(&format!(" ORDER BY a.id LIMIT ${}", params.len()));
    let entries: Vec<QueueEntry> = conn.all(Sql::built(sql), params).await?;
    let mut page = Page::from_surplus(entries, size, |entry| Cursor::new(entry.approval.to_string()));
    gather_lists(conn, &mut page.items).await?;
    Ok(page)
}

fn narrow(sql: &mut String, params: &mut Vec<aos_storage::Value>, scope: &AgencyScope, filter: &QueueFilter) {
    limited(sql, params, scope, "a.tenant_id");
    if let Some(tenant) = filter.tenant {
        condition(sql, params, "a.tenant_id = ?", tenant);
    }
    if let Some(kind) = &filter.subject_kind {
        condition(sql, params, "a.subject_kind = ?", kind);
    }
    if !filter.roles.is_empty() {
        condition(sql, params, "a.role = ANY(?)", filter.roles.clone());
    }
    if let Some(party) = filter.party {
        condition(sql, params, "a.party = ?", party.as_str());
    }
}

/// Fills in what an entry of several briefs stands for, in one query for the page.
async fn gather_lists(conn: &mut Conn, entries: &mut [QueueEntry]) -> Result<()> {
    let lists: Vec<ActivityId> =
        entries.iter().filter(|entry| entry.subject.kind == "request").map(|entry| entry.activity).collect();
    if lists.is_empty() {
        return Ok(());
    }
    let sql =
        "SELECT activity_id, party, hash FROM approval WHERE activity_id = ANY($1) AND state = 'pending' ORDER BY id";
    let mut hashes: HashMap<(ActivityId, Party), Vec<ContentHash>> = HashMap::new();
    for row in conn.rows(sql, params![lists.as_slice()]).await? {
        hashes.entry((row.get("activity_id")?, row.parse("party")?)).or_default().push(row.get("hash")?);
    }
    for entry in entries.iter_mut().filter(|entry| entry.subject.kind == "request") {
        let Some(own) = hashes.get(&(entry.activity, entry.party)) else { continue };
        entry.count = i64::try_from(own.len()).unwrap_or(i64::MAX);
        entry.hash = list_hash(own.iter());
    }
    Ok(())
}

pub use crate::activities::links::list_hash;

/// How many entries wait, by kind of subject; more than this are not counted.
pub const MOST_COUNTED: i64 = 1_000;

/// Counts what waits by kind of subject, up to [`MOST_COUNTED`] together.
///
/// # Errors
/// `Storage`.
pub async fn counts(conn: &mut Conn, scope: &AgencyScope, filter: &QueueFilter) -> Result<Vec<(String, i64)>> {
    let mut sql =
        format!("SELECT subject_kind, COUNT(*) AS n FROM (SELECT a.subject_kind FROM approval AS a WHERE {ENTRY}");
    let mut params = Vec::new();
    narrow(&mut sql, &mut params, scope, filter);
    params.push(MOST_COUNTED.to_value());
    sql.push_str(&format!(" LIMIT ${}) AS waiting GROUP BY subject_kind", params.len()));
    let rows = conn.rows(Sql::built(sql), params).await?;
    rows.iter().map(|row| Ok((row.get("subject_kind")?, row.get("n")?))).collect()
}

/// Clients for which a decision or a task waits, by name, for the filter.
///
/// # Errors
/// `Storage`.
pub async fn clients(conn: &mut Conn, scope: &AgencyScope, limit: i64) -> Result<Vec<(TenantId, String)>> {
    let mut sql = format!(
        "SELECT t.id, t.name FROM tenant AS t WHERE (EXISTS (
           SELECT 1 FROM approval AS a WHERE a.tenant_id = t.id AND a.state = 'pending')
           OR t.id IN (SELECT a.tenant_id FROM activity AS a WHERE {}))",
        super::tasks::OPEN
    );
    let mut params = Vec::new();
    limited(&mut sql, &mut params, scope, "t.id");
    params.push(limit.to_value());
    sql.push_str(&format!(" ORDER BY lower(t.name), t.id LIMIT ${}", params.len()));
    let rows = conn.rows(Sql::built(sql), params).await?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("name")?))).collect()
}

/// The entries before and after one, for walking through the queue.
///
/// # Errors
/// `Storage`.
pub async fn neighbours(
    conn: &mut Conn,
    scope: &AgencyScope,
    of: ApprovalId,
) -> Result<(Option<ApprovalId>, Option<ApprovalId>)> {
    let mut found = [None, None];
    for (at, (side, order)) in [("a.id < ?", "DESC"), ("a.id > ?", "ASC")].into_iter().enumerate() {
        let mut sql = format!("SELECT a.id FROM approval AS a WHERE {ENTRY}");
        let mut params = Vec::new();
        limited(&mut sql, &mut params, scope, "a.tenant_id");
        condition(&mut sql, &mut params, side, of);
        sql.push_str(&format!(" ORDER BY a.id {order} LIMIT 1"));
        found[at] = conn.row(Sql::built(sql), params).await?.map(|row| row.get("id")).transpose()?;
    }
    let [before, after] = found;
    Ok((before, after))
}

/// All decisions of the same side in one step, pending and decided, in the order in which they came. What was asked anew
/// stands once, as it is now.
///
/// # Errors
/// `Storage`.
pub async fn of_step(conn: &mut Conn, scope: TenantScope, one: &Approval) -> Result<Vec<Approval>> {
    let mut all = crate::activities::queries::activity(conn, scope, one.activity_id).await?.approvals;
    all.retain(|approval| approval.party == one.party);
    let latest: HashMap<_, _> = all.iter().map(|approval| (approval.subject.id, approval.id)).collect();
    all.retain(|approval| approval.id == one.id || latest.get(&approval.subject.id) == Some(&approval.id));
    Ok(all)
}

/// Names of pipelines that agents work on now, with how many activities of each are under way.
///
/// # Errors
/// `Storage`.
pub async fn under_way(conn: &mut Conn, scope: &AgencyScope, limit: i64) -> Result<Vec<(String, String)>> {
    let mut sql = "SELECT t.name AS client, a.name FROM run AS r JOIN tenant AS t ON t.id = r.tenant_id
                   JOIN activity AS a ON a.id = r.activity_id WHERE r.state = 'running'"
        .to_owned();
    let mut params = Vec::new();
    limited(&mut sql, &mut params, scope, "r.tenant_id");
    params.push(limit.to_value());
    sql.push_str(&format!(" ORDER BY r.started_at LIMIT ${}", params.len()));
    let rows = conn.rows(Sql::built(sql), params).await?;
    rows.iter().map(|row| Ok((row.get("client")?, row.get("name")?))).collect()
}

//! What the client's own dashboard shows: what shipped, what comes, what they asked for, what they decided.

use aos_capabilities::publish::PublishMode;
use aos_kernel::{Actor, ContentItemId, Cursor, Page, PageSize, RequestId, Result, Subject, TenantScope, Timestamp};
use aos_storage::{Conn, FromRow, Row, Sql, ToValue, from_row, params};

use super::condition;
use crate::{
    activities::ApprovalState,
    content::{ItemKind, ItemState, RequestKind, RequestState},
    tenants::Party,
};

/// A post that is on the site.
#[derive(Clone, Debug)]
pub struct Shipped {
    pub id: ContentItemId,
    pub kind: ItemKind,
    pub title: String,
    pub url: Option<String>,
    pub at: Timestamp,
    pub words: Option<i64>,
}
from_row!(Shipped { id, parse kind, title, url, at, words });

/// What was published, the latest first.
///
/// # Errors
/// `Invalid` for a cursor that this query did not make; `Storage`.
pub async fn shipped(
    conn: &mut Conn,
    scope: TenantScope,
    after: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<Shipped>> {
    // Whatever is published says when. Its state is asked for so that the index of the moments is taken: the latest few are
    // read, and not all that a client ever published.
    let mut sql = "SELECT i.id, i.kind, i.title, i.published_url AS url, i.published_at AS at, v.word_count AS words
                   FROM content_item AS i
                   LEFT JOIN content_version AS v ON v.item_id = i.id AND v.version = i.approved_version
                   WHERE (i.state = 'published') IS TRUE"
        .to_owned();
    let mut params = Vec::new();
    condition(&mut sql, &mut params, "i.tenant_id = ?", scope.tenant());
    if let Some(cursor) = after {
        let (at, id): (_, ContentItemId) = cursor.row()?;
        params.push(at.to_value());
        params.push(id.to_value());
        let (at, id) = (params.len() - 1, params.len());
        sql.push_str(&format!(" AND (i.published_at, i.id) < (${at}, ${id})"));
    }
    params.push((size.get() + 1).to_value());
    sql.push_str(&format!(" ORDER BY i.published_at DESC, i.id DESC LIMIT ${}", params.len()));
    let rows = conn.all(Sql::built(sql), params).await?;
    Ok(Page::from_surplus(rows, size, |post: &Shipped| Cursor::after_row(post.at, post.id)))
}

/// A post on its way.
#[derive(Clone, Debug)]
pub struct Coming {
    pub id: ContentItemId,
    pub kind: ItemKind,
    pub title: String,
    pub state: ItemState,
    pub publish_mode: PublishMode,
    pub updated_at: Timestamp,
    /// 0 while nothing is written.
    pub version: i64,
    /// Whose decision it waits for, when it waits for one.
    pub waits_for: Option<Party>,
}
from_row!(Coming { id, parse kind, title, parse state, json publish_mode, updated_at, version, parse_opt waits_for });

impl Coming {
    /// When it is to appear, if that is settled.
    pub fn planned_for(&self) -> Option<Timestamp> {
        match self.publish_mode {
            PublishMode::At(at) => Some(at),
            PublishMode::Now | PublishMode::Draft => None,
        }
    }
}

/// What is being made or waits to appear, those with a time first and the others by how far they are.
///
/// # Errors
/// `Storage`.
pub async fn coming(conn: &mut Conn, scope: TenantScope, limit: i64) -> Result<Vec<Coming>> {
    // Coalesced only to keep the databases from walking through all that the client ever had in the order of its changes.
    let mut all: Vec<Coming> = conn
        .all(
            "SELECT i.id, i.kind, i.title, i.state, i.publish_mode, i.updated_at, i.current_version AS version,
                    (SELECT a.party FROM approval AS a WHERE a.subject_id = i.id AND a.state = 'pending' LIMIT 1)
                      AS waits_for
             FROM content_item AS i
             WHERE i.tenant_id = $1 AND i.state IN ('draft', 'writing', 'review', 'approved', 'scheduled', 'failed')
             ORDER BY COALESCE(i.updated_at, i.created_at) DESC, i.id LIMIT $2",
            params![scope.tenant(), limit],
        )
        .await?;
    let far = |state: ItemState| match state {
        ItemState::Scheduled => 0,
        ItemState::Approved | ItemState::Failed => 1,
        ItemState::Review => 2,
        ItemState::Writing => 3,
        ItemState::Draft | ItemState::Published => 4,
    };
    all.sort_by_key(|one| (one.planned_for().is_none(), one.planned_for(), far(one.state)));
    Ok(all)
}

/// Something that was asked for outside of the monthly plan.
#[derive(Clone, Debug)]
pub struct Asked {
    pub id: RequestId,
    pub kind: RequestKind,
    pub title: String,
    pub state: RequestState,
    pub made_by: Actor,
    pub created_at: Timestamp,
    pub rejection: Option<String>,
    /// Whose decision it waits for, when it waits for one.
    pub waits_for: Option<Party>,
    /// What became of it; of several pieces the first that is not out yet.
    pub item: Option<ContentItemId>,
    pub item_state: Option<ItemState>,
    pub item_waits_for: Option<Party>,
    pub url: Option<String>,
}
from_row!(Asked {
    id, parse kind, title, parse state, made_by, created_at, rejection, parse_opt waits_for, item, parse_opt item_state,
    parse_opt item_waits_for, url
});

/// What people asked for, the newest first.
///
/// # Errors
/// `Invalid` for a cursor that this query did not make; `Storage`.
pub async fn asked(conn: &mut Conn, scope: TenantScope, after: Option<&Cursor>, size: PageSize) -> Result<Page<Asked>> {
    let waits = |subject: &str| {
        format!("(SELECT a.party FROM approval AS a WHERE a.subject_id = {subject} AND a.state = 'pending' LIMIT 1)")
    };
    let mut sql = format!(
        "SELECT r.id, r.kind, r.title, r.state, r.made_by, r.created_at, r.rejection, {} AS waits_for, i.id AS item,
                i.state AS item_state, {} AS item_waits_for, i.published_url AS url
         FROM request AS r LEFT JOIN content_item AS i ON i.id = (
             -- Of several the first that is not out yet.
             SELECT b.id FROM content_item AS b WHERE b.request_id = r.id
             ORDER BY CASE b.state WHEN 'published' THEN 1 ELSE 0 END, b.id LIMIT 1)
         WHERE r.period_id IS NULL",
        waits("r.id"),
        waits("i.id")
    );
    let mut params = Vec::new();
    condition(&mut sql, &mut params, "r.tenant_id = ?", scope.tenant());
    if let Some(cursor) = after {
        let (at, id): (_, RequestId) = cursor.row()?;
        params.push(at.to_value());
        params.push(id.to_value());
        let (at, id) = (params.len() - 1, params.len());
        sql.push_str(&format!(" AND (r.created_at, r.id) < (${at}, ${id})"));
    }
    params.push((size.get() + 1).to_value());
    sql.push_str(&format!(" ORDER BY r.created_at DESC, r.id DESC LIMIT ${}", params.len()));
    let rows = conn.all(Sql::built(sql), params).await?;
    Ok(Page::from_surplus(rows, size, |one: &Asked| Cursor::after_row(one.created_at, one.id)))
}

/// Something that the client's people decided.
#[derive(Clone, Debug)]
pub struct DecidedOn {
    pub approval: aos_kernel::ApprovalId,
    pub subject: Subject,
    pub title: String,
    pub state: ApprovalState,
    pub by: Option<Actor>,
    pub at: Timestamp,
    pub notes: Option<String>,
}

impl FromRow for DecidedOn {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            approval: row.get("id")?,
            subject: Subject { kind: row.get("subject_kind")?, id: row.get("subject_id")? },
            title: row.get("title")?,
            state: row.parse("state")?,
            by: row.parse_opt("decided_by")?,
            at: row.get("decided_at")?,
            notes: row.get("notes")?,
        })
    }
}

/// What one side has decided, the latest first.
///
/// # Errors
/// `Storage`.
pub async fn decided(conn: &mut Conn, scope: TenantScope, party: Party, limit: i64) -> Result<Vec<DecidedOn>> {
    conn.all(
        "SELECT id, subject_kind, subject_id, title, state, decided_by, decided_at, notes FROM approval
         WHERE tenant_id = $1 AND party = $2 AND state IN ('approved', 'rejected') ORDER BY decided_at DESC, id DESC
         LIMIT $3",
        params![scope.tenant(), party.as_str(), limit],
    )
    .await
}

/// Names of clients, for whoever chooses among theirs.
///
/// # Errors
/// `Storage`.
pub async fn names(
    conn: &mut Conn,
    tenants: &[aos_kernel::TenantId],
) -> Result<Vec<(aos_kernel::TenantId, String, String)>> {
    let rows = conn
        .rows("SELECT id, name, website FROM tenant WHERE id = ANY($1) ORDER BY lower(name), id", params![tenants])
        .await?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("name")?, row.get("website")?))).collect()
}

//! Posts with what their current version and publication say, of one client or of all.

use aos_kernel::{
    AgencyScope, ChannelId, ContentItemId, Cursor, Error, Page, PageSize, RequestId, Result, TenantId, TenantScope,
    Timestamp,
};
use aos_storage::{Conn, Sql, ToValue, from_row, params};

use super::{condition, limited};
use crate::content::{ItemKind, ItemState, PublicationState, RequestKind, RequestState};

/// One line of a list of posts.
#[derive(Clone, Debug)]
pub struct PostLine {
    pub id: ContentItemId,
    pub tenant_id: TenantId,
    pub client: String,
    pub zone: String,
    pub kind: ItemKind,
    /// The one that it is made for, where it is made for one.
    pub channel_id: Option<ChannelId>,
    pub title: String,
    pub state: ItemState,
    pub words: Option<i64>,
    pub offline: Option<bool>,
    pub published_url: Option<String>,
    pub problem: Option<String>,
    /// Of its publication, when an attempt was made.
    pub publication: Option<PublicationState>,
    pub updated_at: Timestamp,
}
from_row!(PostLine {
    id, tenant_id, client, zone, parse kind, channel_id, title, parse state, words, offline, published_url, problem, parse_opt publication,
    updated_at
});

const LINE: &str =
    "SELECT i.id, i.tenant_id, i.kind, i.channel_id, t.name AS client, t.zone, i.title, i.state, v.word_count AS words, v.offline,
        i.published_url, i.problem, p.state AS publication, i.updated_at
    FROM content_item AS i
    JOIN tenant AS t ON t.id = i.tenant_id
    LEFT JOIN content_version AS v ON v.item_id = i.id AND v.version = i.current_version
    LEFT JOIN publication AS p ON p.item_id = i.id
    WHERE TRUE";

/// Posts of one client, those that changed last first.
///
/// # Errors
/// `Invalid` for a cursor that this query did not make; `Storage`.
pub async fn posts(
    conn: &mut Conn,
    scope: TenantScope,
    state: Option<ItemState>,
    after: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<PostLine>> {
    let (mut sql, mut params) = (LINE.to_owned(), Vec::new());
    condition(&mut sql, &mut params, "i.tenant_id = ?", scope.tenant());
    if let Some(state) = state {
        condition(&mut sql, &mut params, "i.state = ?", state.as_str());
    }
    if let Some(cursor) = after {
        let (at, id): (_, ContentItemId) = cursor.row()?;
        params.push(at.to_value());
        params.push(id.to_value());
        let (at, id) = (params.len() - 1, params.len());
        sql.push_str(&format!(" AND (i.updated_at, i.id) < (${at}, ${id})"));
    }
    params.push((size.get() + 1).to_value());
    sql.push_str(&format!(" ORDER BY i.updated_at DESC, i.id DESC LIMIT ${}", params.len()));
    let rows = conn.all(Sql::built(sql), params).await?;
    Ok(Page::from_surplus(rows, size, |post: &PostLine| Cursor::after_row(post.updated_at, post.id)))
}

/// Posts of every client in the scope, the newest first.
///
/// # Errors
/// `Invalid` for a cursor that this query did not make; `Storage`.
pub async fn all_posts(
    conn: &mut Conn,
    scope: &AgencyScope,
    state: Option<ItemState>,
    after: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<PostLine>> {
    let (mut sql, mut params) = (LINE.to_owned(), Vec::new());
    limited(&mut sql, &mut params, scope, "i.tenant_id");
    if let Some(state) = state {
        condition(&mut sql, &mut params, "i.state = ?", state.as_str());
    }
    if let Some(cursor) = after {
        let id: ContentItemId =
            cursor.as_str().parse().map_err(|_| Error::invalid("after", "This page is not known."))?;
        condition(&mut sql, &mut params, "i.id < ?", id);
    }
    params.push((size.get() + 1).to_value());
    sql.push_str(&format!(" ORDER BY i.id DESC LIMIT ${}", params.len()));
    let rows = conn.all(Sql::built(sql), params).await?;
    Ok(Page::from_surplus(rows, size, |post: &PostLine| Cursor::new(post.id.to_string())))
}

/// What a request became.
///
/// # Errors
/// `Storage`.
pub async fn posts_of_request(conn: &mut Conn, scope: TenantScope, request: RequestId) -> Result<Vec<PostLine>> {
    let sql = format!("{LINE} AND i.tenant_id = $1 AND i.request_id = $2 ORDER BY i.id");
    conn.all(Sql::built(sql), params![scope.tenant(), request]).await
}

/// One line of a list of requests.
#[derive(Clone, Debug)]
pub struct RequestLine {
    pub id: RequestId,
    pub kind: RequestKind,
    pub title: String,
    pub state: RequestState,
    pub made_by: aos_kernel::Actor,
    /// The month that it counts for: `2026-04`.
    pub month: Option<aos_kernel::Month>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}
from_row!(RequestLine { id, parse kind, title, parse state, made_by, parse_opt month, created_at, updated_at });

/// Requests of one client, the newest first.
///
/// # Errors
/// `Invalid` for a cursor that this query did not make; `Storage`.
pub async fn requests(
    conn: &mut Conn,
    scope: TenantScope,
    state: Option<RequestState>,
    after: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<RequestLine>> {
    let mut sql = "SELECT r.id, r.kind, r.title, r.state, r.made_by, p.month, r.created_at, r.updated_at
                   FROM request AS r LEFT JOIN period AS p ON p.id = r.period_id WHERE TRUE"
        .to_owned();
    let mut params = Vec::new();
    condition(&mut sql, &mut params, "r.tenant_id = ?", scope.tenant());
    if let Some(state) = state {
        condition(&mut sql, &mut params, "r.state = ?", state.as_str());
    }
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
    Ok(Page::from_surplus(rows, size, |request: &RequestLine| Cursor::after_row(request.created_at, request.id)))
}

/// How many requests of a client stand in each state.
///
/// # Errors
/// `Storage`.
pub async fn request_counts(conn: &mut Conn, scope: TenantScope) -> Result<Vec<(RequestState, i64)>> {
    let sql = "SELECT state, COUNT(*) AS n FROM request WHERE tenant_id = $1 GROUP BY state";
    let rows = conn.rows(sql, params![scope.tenant()]).await?;
    rows.iter().map(|row| Ok((row.parse("state")?, row.get("n")?))).collect()
}

/// The activity of an item that failed and can be tried again, if there is one.
///
/// # Errors
/// `Storage`.
pub async fn failed_activity(
    conn: &mut Conn,
    scope: TenantScope,
    item: ContentItemId,
) -> Result<Option<aos_kernel::ActivityId>> {
    let sql = "SELECT id FROM activity WHERE tenant_id = $1 AND unit_id = $2 AND state = 'failed'
               AND state NOT IN ('completed', 'cancelled') ORDER BY id DESC LIMIT 1";
    conn.row(sql, params![scope.tenant(), item]).await?.map(|row| row.get("id")).transpose()
}

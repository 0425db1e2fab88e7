//! The SQL of this slice.

mod comments;
mod media;
mod publications;

pub use comments::{comment, comments, insert_comment, resolve_comment};
pub use media::{
    addresses, all_media, insert_media, lock_media, media, media_at, media_of_hash, media_users, put_address,
    remove_media, revive_media, set_alt,
};
pub use publications::{
    Standing, attempt, intend, not_attempted, publication, publication_of, put_off, refused, settle,
    settle_publication, stands_as, troubled,
};

use aos_capabilities::{drafts::Gap, publish::PublishMode};
use aos_kernel::{
    Actor, ChannelId, ContentItemId, ContentVersionId, PeriodId, RequestId, Result, TenantScope, Timestamp,
};
use aos_storage::{Conn, Sql, Tx, params};
use serde_json::json;

use crate::content::model::{
    ArticleText, ContentItem, ContentVersion, ItemState, ItemText, NewRequest, Request, RequestState,
};

const REQUEST: &str =
    "id, kind, state, title, brief, keywords, search_intent, audience, outline, sources, notes, priority,
    period_id, channels, format, details, planned_at, version, hash, offline, made_by, rejection, created_at, updated_at";
const ITEM: &str = "id, request_id, kind, state, title, period_id, channel_id, current_version, approved_version,
    publish_mode, without_image, published_url, published_at, problem, problem_help, created_at, updated_at";
const VERSION: &str =
    "id, version, title, slug, excerpt, markdown, categories, tags, image, sources, gaps, word_count, hash,
    offline, author, note, created_at, parts";

pub struct RequestRow<'a> {
    pub id: RequestId,
    pub input: &'a NewRequest,
    pub period: Option<PeriodId>,
    pub offline: bool,
    pub made_by: &'a Actor,
}

pub async fn insert_request(tx: &mut Tx, scope: TenantScope, row: RequestRow<'_>) -> Result<()> {
    let now = tx.now();
    let input = row.input;
    tx.execute(
        "INSERT INTO request (tenant_id, id, kind, state, title, brief, keywords, search_intent, audience, outline,
           sources, notes, priority, period_id, version, hash, offline, made_by, created_at, updated_at, channels, format,
           details, planned_at)
         VALUES ($1, $2, $17, 'pending_approval', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1, $13, $14, $15, $16, $16, $18,
           $19, $20, $21)",
        params![
            scope.tenant(), row.id, &input.title, &input.brief, json!(input.keywords), &input.search_intent,
            &input.audience, json!(input.outline), json!(input.sources), &input.notes, input.priority.as_str(),
            row.period, input.hash(), row.offline, row.made_by, now, input.kind.as_str(), json!(input.channels),
            &input.format, json!(input.details), input.planned_at
        ],
    )
    .await?;
    Ok(())
}

/// A new version of the brief, to be decided on again.
pub async fn revise_request(
    tx: &mut Tx,
    scope: TenantScope,
    id: RequestId,
    input: &NewRequest,
    offline: bool,
    made_by: &Actor,
) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "UPDATE request SET state = 'pending_approval', title = $3, brief = $4, keywords = $5, search_intent = $6,
           audience = $7, outline = $8, sources = $9, notes = $10, priority = $11, version = version + 1, hash = $12,
           offline = $13, made_by = $14, updated_at = $15, channels = $16, format = $17, details = $18
         WHERE tenant_id = $1 AND id = $2",
        params![
            scope.tenant(),
            id,
            &input.title,
            &input.brief,
            json!(input.keywords),
            &input.search_intent,
            &input.audience,
            json!(input.outline),
            json!(input.sources),
            &input.notes,
            input.priority.as_str(),
            input.hash(),
            offline,
            made_by,
            now,
            json!(input.channels),
            &input.format,
            json!(input.details)
        ],
    )
    .await?;
    Ok(())
}

pub async fn set_request_state(
    tx: &mut Tx,
    scope: TenantScope,
    id: RequestId,
    state: RequestState,
    rejection: Option<&str>,
) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "UPDATE request SET state = $3, rejection = COALESCE($4, rejection), updated_at = $5
         WHERE tenant_id = $1 AND id = $2",
        params![scope.tenant(), id, state.as_str(), rejection, now],
    )
    .await?;
    Ok(())
}

pub async fn request(conn: &mut Conn, scope: TenantScope, id: RequestId) -> Result<Option<Request>> {
    let sql = format!("SELECT {REQUEST} FROM request WHERE tenant_id = $1 AND id = $2");
    conn.one(Sql::built(sql), params![scope.tenant(), id]).await
}

pub async fn requests(
    conn: &mut Conn,
    scope: TenantScope,
    states: &[RequestState],
    before: Option<(Timestamp, RequestId)>,
    limit: i64,
) -> Result<Vec<Request>> {
    let states: Vec<String> = states.iter().map(ToString::to_string).collect();
    let mut values = params![scope.tenant(), states.is_empty(), states, limit];
    let after = match before {
        Some((at, id)) => {
            values.extend(params![at, id]);
            "AND (created_at < $5 OR (created_at = $5 AND id < $6))"
        }
        None => "",
    };
    let sql = format!(
        "SELECT {REQUEST} FROM request WHERE tenant_id = $1 AND ($2 OR state = ANY($3)) {after}
         ORDER BY created_at DESC, id DESC LIMIT $4"
    );
    conn.all(Sql::built(sql), values).await
}

/// Titles that must not come again: every request that is not closed.
pub async fn taken_titles(conn: &mut Conn, scope: TenantScope) -> Result<Vec<String>> {
    conn.rows(
        "SELECT title FROM request WHERE tenant_id = $1 AND state <> 'closed' ORDER BY created_at DESC, id LIMIT 1000",
        params![scope.tenant()],
    )
    .await?
    .iter()
    .map(|row| row.get("title"))
    .collect()
}

/// What a request becomes, for one of its channels or for none.
pub async fn insert_item(
    tx: &mut Tx,
    scope: TenantScope,
    id: ContentItemId,
    request: &Request,
    channel: Option<ChannelId>,
    mode: PublishMode,
) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO content_item (tenant_id, id, request_id, kind, state, title, period_id, current_version,
           publish_mode, planned_at, created_at, updated_at, channel_id)
         VALUES ($1, $2, $3, $9, 'draft', $4, $5, 0, $6, $7, $8, $8, $10)
         ON CONFLICT DO NOTHING",
        params![
            scope.tenant(),
            id,
            request.id,
            &request.title,
            request.period_id,
            json!(mode),
            moment(mode),
            now,
            request.kind.item().as_str(),
            channel
        ],
    )
    .await?;
    Ok(())
}

pub async fn item(conn: &mut Conn, scope: TenantScope, id: ContentItemId) -> Result<Option<ContentItem>> {
    let sql = format!("SELECT {ITEM} FROM content_item WHERE tenant_id = $1 AND id = $2");
    conn.one(Sql::built(sql), params![scope.tenant(), id]).await
}

/// What a request became, in the order of its channels.
pub async fn items_of_request(conn: &mut Conn, scope: TenantScope, request: RequestId) -> Result<Vec<ContentItem>> {
    let sql =
        format!("SELECT {ITEM} FROM content_item WHERE tenant_id = $1 AND request_id = $2 ORDER BY created_at, id");
    conn.all(Sql::built(sql), params![scope.tenant(), request]).await
}

pub async fn items(
    conn: &mut Conn,
    scope: TenantScope,
    states: &[ItemState],
    before: Option<(Timestamp, ContentItemId)>,
    limit: i64,
) -> Result<Vec<ContentItem>> {
    let states: Vec<String> = states.iter().map(ToString::to_string).collect();
    let mut values = params![scope.tenant(), states.is_empty(), states, limit];
    let after = match before {
        Some((at, id)) => {
            values.extend(params![at, id]);
            "AND (updated_at < $5 OR (updated_at = $5 AND id < $6))"
        }
        None => "",
    };
    let sql = format!(
        "SELECT {ITEM} FROM content_item WHERE tenant_id = $1 AND ($2 OR state = ANY($3)) {after}
         ORDER BY updated_at DESC, id DESC LIMIT $4"
    );
    conn.all(Sql::built(sql), values).await
}

pub async fn set_item_state(
    tx: &mut Tx,
    scope: TenantScope,
    id: ContentItemId,
    state: ItemState,
    problem: Option<(&str, Option<&str>)>,
) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "UPDATE content_item SET state = $3, problem = $4, problem_help = $5, updated_at = $6
         WHERE tenant_id = $1 AND id = $2",
        params![scope.tenant(), id, state.as_str(), problem.map(|p| p.0), problem.and_then(|p| p.1), now],
    )
    .await?;
    Ok(())
}

pub async fn approve_item(
    tx: &mut Tx,
    scope: TenantScope,
    id: ContentItemId,
    version: i64,
    state: ItemState,
) -> Result<()> {
    let now = tx.now();
    // What was left out of an earlier version says nothing about this one.
    tx.execute(
        "UPDATE content_item SET state = $5, approved_version = $3, without_image = FALSE, problem = NULL,
           problem_help = NULL, updated_at = $4
         WHERE tenant_id = $1 AND id = $2",
        params![scope.tenant(), id, version, now, state.as_str()],
    )
    .await?;
    Ok(())
}

pub async fn set_publish_mode(tx: &mut Tx, scope: TenantScope, id: ContentItemId, mode: PublishMode) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "UPDATE content_item SET publish_mode = $3, planned_at = $4, updated_at = $5 WHERE tenant_id = $1 AND id = $2",
        params![scope.tenant(), id, json!(mode), moment(mode), now],
    )
    .await?;
    Ok(())
}

/// The column that a calendar asks by; it never says something else than the mode.
const fn moment(mode: PublishMode) -> Option<Timestamp> {
    match mode {
        PublishMode::At(at) => Some(at),
        PublishMode::Now | PublishMode::Draft => None,
    }
}

pub async fn plan_request(tx: &mut Tx, scope: TenantScope, id: RequestId, at: Option<Timestamp>) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "UPDATE request SET planned_at = $3, updated_at = $4 WHERE tenant_id = $1 AND id = $2",
        params![scope.tenant(), id, at, now],
    )
    .await?;
    Ok(())
}

pub async fn leave_out_image(tx: &mut Tx, scope: TenantScope, id: ContentItemId) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "UPDATE content_item SET without_image = TRUE, updated_at = $3 WHERE tenant_id = $1 AND id = $2",
        params![scope.tenant(), id, now],
    )
    .await?;
    Ok(())
}

pub async fn mark_published(
    tx: &mut Tx,
    scope: TenantScope,
    id: ContentItemId,
    state: ItemState,
    url: Option<&str>,
) -> Result<()> {
    let now = tx.now();
    let live_at = (state == ItemState::Published).then_some(now);
    tx.execute(
        "UPDATE content_item SET state = $3, published_url = COALESCE($4, published_url), published_at = COALESCE(published_at, $5),
           problem = NULL, problem_help = NULL, updated_at = $6
         WHERE tenant_id = $1 AND id = $2",
        params![scope.tenant(), id, state.as_str(), url, live_at, now],
    )
    .await?;
    Ok(())
}

pub struct VersionRow<'a> {
    pub item: ContentItemId,
    pub version: i64,
    /// What it is called where the text has no title of its own: the item's.
    pub title: &'a str,
    pub text: &'a ItemText,
    pub sources: &'a [String],
    pub gaps: &'a [Gap],
    pub offline: bool,
    pub author: &'a Actor,
    pub note: Option<&'a str>,
    pub state: ItemState,
}

/// Adds a version and makes it the item's current one.
pub async fn insert_version(tx: &mut Tx, scope: TenantScope, row: VersionRow<'_>) -> Result<()> {
    let now = tx.now();
    let text = row.text;
    let title = text.title().unwrap_or(row.title);
    let nothing = ArticleText::default();
    let article = text.article().unwrap_or(&nothing);
    tx.execute(
        "INSERT INTO content_version (tenant_id, id, item_id, version, title, slug, excerpt, markdown, categories, tags,
           image, sources, gaps, word_count, hash, offline, author, note, created_at, parts)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
        params![
            scope.tenant(), ContentVersionId::new(), row.item, row.version, title, &article.slug, text.excerpt(),
            text.markdown(), json!(article.categories), json!(article.tags), article.image.as_deref(), json!(row.sources),
            json!(row.gaps), text.word_count(), text.hash(), row.offline, row.author, row.note, now, text.parts()?
        ],
    )
    .await?;
    tx.execute(
        "UPDATE content_item SET current_version = $3, title = $4, state = $5, updated_at = $6
         WHERE tenant_id = $1 AND id = $2",
        params![scope.tenant(), row.item, row.version, title, row.state.as_str(), now],
    )
    .await?;
    Ok(())
}

pub async fn version(
    conn: &mut Conn,
    scope: TenantScope,
    item: ContentItemId,
    version: i64,
) -> Result<Option<ContentVersion>> {
    let sql = format!("SELECT {VERSION} FROM content_version WHERE tenant_id = $1 AND item_id = $2 AND version = $3");
    conn.one(Sql::built(sql), params![scope.tenant(), item, version]).await
}

pub async fn versions(conn: &mut Conn, scope: TenantScope, item: ContentItemId) -> Result<Vec<ContentVersion>> {
    let sql =
        format!("SELECT {VERSION} FROM content_version WHERE tenant_id = $1 AND item_id = $2 ORDER BY version DESC");
    conn.all(Sql::built(sql), params![scope.tenant(), item]).await
}

/// It waits here for its moment, if that is still this one and nothing was done yet. Whether it does.
pub async fn waits(tx: &mut Tx, scope: TenantScope, id: ContentItemId, at: Timestamp) -> Result<bool> {
    let now = tx.now();
    let changed = tx
        .execute(
            "UPDATE content_item SET state = 'scheduled', updated_at = $4
             WHERE tenant_id = $1 AND id = $2 AND planned_at = $3 AND state = 'approved'",
            params![scope.tenant(), id, at, now],
        )
        .await?;
    Ok(changed > 0)
}

/// How many items stand in each state.
pub async fn item_counts(conn: &mut Conn, scope: TenantScope) -> Result<Vec<(ItemState, i64)>> {
    conn.rows(
        "SELECT state, COUNT(*) AS n FROM content_item WHERE tenant_id = $1 GROUP BY state ORDER BY state",
        params![scope.tenant()],
    )
    .await?
    .iter()
    .map(|row| Ok((row.parse("state")?, row.get("n")?)))
    .collect()
}

//! The SQL of this slice.

mod comments;

pub use comments::{comment, comments, insert_comment, resolve_comment};

use aos_capabilities::{
    drafts::Gap,
    publish::{PublishMode, Published, PublishedState},
};
use aos_kernel::{
    Actor, ChannelId, ContentHash, ContentItemId, ContentVersionId, PeriodId, PublicationId, RequestId, Result,
    TenantScope, Timestamp,
};
use aos_storage::{Conn, Sql, Tx, params};
use serde_json::json;

use crate::content::model::{
    ArticleText, ContentItem, ContentVersion, ItemState, NewRequest, Publication, PublicationState, Request,
    RequestState,
};

const REQUEST: &str =
    "id, kind, state, title, brief, keywords, search_intent, audience, outline, sources, notes, priority,
    period_id, planned_at, version, hash, offline, made_by, rejection, created_at, updated_at";
const ITEM: &str = "id, request_id, kind, state, title, period_id, current_version, approved_version, publish_mode,
    without_image, published_url, published_at, problem, problem_help, created_at, updated_at";
const VERSION: &str =
    "id, version, title, slug, excerpt, markdown, categories, tags, image, sources, gaps, word_count, hash,
    offline, author, note, created_at";
const PUBLICATION: &str =
    "id, item_id, channel_id, version, hash, state, platform_id, url, notes, problem, refused_part, standing_at,
    attempts, updated_at";

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
           sources, notes, priority, period_id, version, hash, offline, made_by, created_at, updated_at)
         VALUES ($1, $2, 'blog', 'pending_approval', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1, $13, $14, $15, $16, $16)",
        params![
            scope.tenant(), row.id, &input.title, &input.brief, json!(input.keywords), &input.search_intent,
            &input.audience, json!(input.outline), json!(input.sources), &input.notes, input.priority.as_str(),
            row.period, input.hash(), row.offline, row.made_by, now
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
           offline = $13, made_by = $14, updated_at = $15
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
            now
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

pub async fn insert_item(
    tx: &mut Tx,
    scope: TenantScope,
    id: ContentItemId,
    request: &Request,
    mode: PublishMode,
) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO content_item (tenant_id, id, request_id, kind, state, title, period_id, current_version,
           publish_mode, planned_at, created_at, updated_at)
         VALUES ($1, $2, $3, 'blog_post', 'draft', $4, $5, 0, $6, $7, $8, $8)
         ON CONFLICT (request_id, kind) DO NOTHING",
        params![scope.tenant(), id, request.id, &request.title, request.period_id, json!(mode), moment(mode), now],
    )
    .await?;
    Ok(())
}

pub async fn item(conn: &mut Conn, scope: TenantScope, id: ContentItemId) -> Result<Option<ContentItem>> {
    let sql = format!("SELECT {ITEM} FROM content_item WHERE tenant_id = $1 AND id = $2");
    conn.one(Sql::built(sql), params![scope.tenant(), id]).await
}

pub async fn item_of_request(conn: &mut Conn, scope: TenantScope, request: RequestId) -> Result<Option<ContentItem>> {
    let sql = format!("SELECT {ITEM} FROM content_item WHERE tenant_id = $1 AND request_id = $2");
    conn.one(Sql::built(sql), params![scope.tenant(), request]).await
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

pub async fn approve_item(tx: &mut Tx, scope: TenantScope, id: ContentItemId, version: i64) -> Result<()> {
    let now = tx.now();
    // What was left out of an earlier version says nothing about this one.
    tx.execute(
        "UPDATE content_item SET state = 'approved', approved_version = $3, without_image = FALSE, problem = NULL,
           problem_help = NULL, updated_at = $4
         WHERE tenant_id = $1 AND id = $2",
        params![scope.tenant(), id, version, now],
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

/// What of the post the platform refused.
pub async fn refused(tx: &mut Tx, scope: TenantScope, id: PublicationId, part: &str) -> Result<()> {
    tx.execute(
        "UPDATE publication SET refused_part = $3 WHERE tenant_id = $1 AND id = $2",
        params![scope.tenant(), id, part],
    )
    .await?;
    Ok(())
}

pub async fn mark_published(
    tx: &mut Tx,
    scope: TenantScope,
    id: ContentItemId,
    state: ItemState,
    url: &str,
) -> Result<()> {
    let now = tx.now();
    let live_at = (state == ItemState::Published).then_some(now);
    tx.execute(
        "UPDATE content_item SET state = $3, published_url = $4, published_at = COALESCE(published_at, $5),
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
    pub text: &'a ArticleText,
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
    tx.execute(
        "INSERT INTO content_version (tenant_id, id, item_id, version, title, slug, excerpt, markdown, categories, tags,
           image, sources, gaps, word_count, hash, offline, author, note, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
        params![
            scope.tenant(), ContentVersionId::new(), row.item, row.version, &text.title, &text.slug, &text.excerpt,
            &text.markdown, json!(text.categories), json!(text.tags), text.image.as_deref(), json!(row.sources),
            json!(row.gaps), text.word_count(), text.hash(), row.offline, row.author, row.note, now
        ],
    )
    .await?;
    tx.execute(
        "UPDATE content_item SET current_version = $3, title = $4, state = $5, updated_at = $6
         WHERE tenant_id = $1 AND id = $2",
        params![scope.tenant(), row.item, row.version, &text.title, row.state.as_str(), now],
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

pub async fn publication_of(conn: &mut Conn, scope: TenantScope, item: ContentItemId) -> Result<Option<Publication>> {
    let sql = format!(
        "SELECT {PUBLICATION} FROM publication WHERE tenant_id = $1 AND item_id = $2 ORDER BY created_at DESC LIMIT 1"
    );
    conn.one(Sql::built(sql), params![scope.tenant(), item]).await
}

pub async fn publication(conn: &mut Conn, scope: TenantScope, id: PublicationId) -> Result<Option<Publication>> {
    let sql = format!("SELECT {PUBLICATION} FROM publication WHERE tenant_id = $1 AND id = $2");
    conn.one(Sql::built(sql), params![scope.tenant(), id]).await
}

/// Writes the intent down; the row that stands there, new or old.
pub async fn intend(
    tx: &mut Tx,
    scope: TenantScope,
    item: ContentItemId,
    channel: ChannelId,
    version: i64,
    hash: &ContentHash,
) -> Result<Option<Publication>> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO publication (tenant_id, id, item_id, channel_id, version, hash, state, notes, attempts, created_at,
           updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'intended', $7, 0, $8, $8)
         ON CONFLICT (item_id, channel_id) DO NOTHING",
        params![scope.tenant(), PublicationId::new(), item, channel, version, hash, json!([]), now],
    )
    .await?;
    let sql =
        format!("SELECT {PUBLICATION} FROM publication WHERE tenant_id = $1 AND item_id = $2 AND channel_id = $3");
    tx.one(Sql::built(sql), params![scope.tenant(), item, channel]).await
}

/// Before an attempt: from now on its outcome is unknown until somebody says otherwise.
pub async fn attempt(
    tx: &mut Tx,
    scope: TenantScope,
    id: PublicationId,
    version: i64,
    hash: &ContentHash,
) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "UPDATE publication SET state = 'unconfirmed', refused_part = NULL, version = $3, hash = $4, attempts = attempts + 1, updated_at = $5
         WHERE tenant_id = $1 AND id = $2",
        params![scope.tenant(), id, version, hash, now],
    )
    .await?;
    Ok(())
}

pub async fn settle_publication(
    tx: &mut Tx,
    scope: TenantScope,
    id: PublicationId,
    state: PublicationState,
    published: Option<&Published>,
    problem: Option<&str>,
) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "UPDATE publication SET state = $3, platform_id = COALESCE($4, platform_id), url = COALESCE($5, url),
           notes = COALESCE($6, notes), problem = $7, standing_at = CASE WHEN $9 THEN $10 ELSE standing_at END,
           updated_at = $8
         WHERE tenant_id = $1 AND id = $2",
        params![
            scope.tenant(),
            id,
            state.as_str(),
            published.map(|p| p.id.clone()),
            published.map(|p| p.url.to_string()),
            published.map(|p| json!(p.notes)),
            problem,
            now,
            published.is_some(),
            published.and_then(|p| match p.state {
                PublishedState::Scheduled(at) => Some(at),
                _ => None,
            })
        ],
    )
    .await?;
    Ok(())
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

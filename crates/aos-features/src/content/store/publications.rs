//! The SQL of publications.

use aos_capabilities::publish::{Published, PublishedState};
use aos_kernel::{ChannelId, ContentHash, ContentItemId, Error, PublicationId, Result, TenantScope, Timestamp};
use aos_storage::{Conn, Sql, Tx, params};
use serde_json::json;

use crate::content::model::{Publication, PublicationState};

const PUBLICATION: &str =
    "id, item_id, channel_id, version, hash, state, platform_id, url, notes, problem, refused_part, standing_at,
    attempts, first_attempt_at, last_attempt_at, work_attempt, not_before, updated_at";

/// What of the post the platform refused.
pub async fn refused(tx: &mut Tx, scope: TenantScope, id: PublicationId, part: &str) -> Result<()> {
    tx.execute(
        "UPDATE publication SET refused_part = $3 WHERE tenant_id = $1 AND id = $2",
        params![scope.tenant(), id, part],
    )
    .await?;
    Ok(())
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

/// Writes the intent down; the row that stands there, new or old. Without a channel a person carries it out.
pub async fn intend(
    tx: &mut Tx,
    scope: TenantScope,
    item: ContentItemId,
    channel: Option<ChannelId>,
    version: i64,
    hash: &ContentHash,
) -> Result<Option<Publication>> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO publication (tenant_id, id, item_id, channel_id, version, hash, state, notes, attempts, created_at,
           updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'intended', $7, 0, $8, $8)
         ON CONFLICT DO NOTHING",
        params![scope.tenant(), PublicationId::new(), item, channel, version, hash, json!([]), now],
    )
    .await?;
    match channel {
        Some(channel) => {
            let sql = format!(
                "SELECT {PUBLICATION} FROM publication WHERE tenant_id = $1 AND item_id = $2 AND channel_id = $3"
            );
            tx.one(Sql::built(sql), params![scope.tenant(), item, channel]).await
        }
        None => {
            let sql = format!(
                "SELECT {PUBLICATION} FROM publication WHERE tenant_id = $1 AND item_id = $2 AND channel_id IS NULL"
            );
            tx.one(Sql::built(sql), params![scope.tenant(), item]).await
        }
    }
}

/// Before an attempt: from now on its outcome is unknown until somebody says otherwise. `work_attempt`: how often the work
/// was begun; version and hash are of what is known to stand there afterwards, whether it works or not. False, and nothing is
/// changed, when somebody else made an attempt since the publication was read.
pub async fn attempt(
    tx: &mut Tx,
    scope: TenantScope,
    seen: &Publication,
    (version, hash): (i64, &ContentHash),
    work_attempt: i64,
) -> Result<bool> {
    let now = tx.now();
    let changed = tx.execute(
        "UPDATE publication SET state = 'unconfirmed', refused_part = NULL, version = $3, hash = $4, attempts = attempts + 1,
           first_attempt_at = COALESCE(first_attempt_at, $5), last_attempt_at = $5, work_attempt = $6, updated_at = $5
         WHERE tenant_id = $1 AND id = $2 AND attempts = $7",
        params![scope.tenant(), seen.id, version, hash, now, work_attempt, seen.attempts],
    );
    Ok(changed.await? > 0)
}

/// What was to be attempted was certainly not done: it stands as before, unless somebody else made an attempt since.
pub async fn not_attempted(tx: &mut Tx, scope: TenantScope, seen: &Publication) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "UPDATE publication SET state = $3, attempts = attempts - 1, updated_at = $4
         WHERE tenant_id = $1 AND id = $2 AND attempts = $5",
        params![scope.tenant(), seen.id, seen.state.as_str(), now, seen.attempts + 1],
    )
    .await?;
    Ok(())
}

/// What went wrong with an attempt. False, and nothing is changed, when somebody else made another one since the publication
/// was read, or found it there: a worker that was held up says nothing about that.
pub async fn troubled(
    tx: &mut Tx,
    scope: TenantScope,
    seen: &Publication,
    state: PublicationState,
    problem: &str,
) -> Result<bool> {
    let now = tx.now();
    let changed = tx.execute(
        "UPDATE publication SET state = $3, problem = $4, updated_at = $5
         WHERE tenant_id = $1 AND id = $2 AND attempts <= $6 AND (attempts = $7 OR state NOT IN ('live', 'on_site'))",
        params![scope.tenant(), seen.id, state.as_str(), problem, now, seen.attempts + 1, seen.attempts],
    );
    Ok(changed.await? > 0)
}

/// What stands on the platform is this version.
pub async fn stands_as(
    tx: &mut Tx,
    scope: TenantScope,
    id: PublicationId,
    version: i64,
    hash: &ContentHash,
) -> Result<()> {
    tx.execute(
        "UPDATE publication SET version = $3, hash = $4 WHERE tenant_id = $1 AND id = $2",
        params![scope.tenant(), id, version, hash],
    )
    .await?;
    Ok(())
}

/// It is not attempted before this moment, for this reason.
pub async fn put_off(
    tx: &mut Tx,
    scope: TenantScope,
    id: PublicationId,
    until: Timestamp,
    why: &str,
) -> Result<Timestamp> {
    let now = tx.now();
    let row = tx
        .row(
            "UPDATE publication SET not_before = $3, problem = $4, updated_at = $5 WHERE tenant_id = $1 AND id = $2
             RETURNING created_at",
            params![scope.tenant(), id, until, why, now],
        )
        .await?;
    row.ok_or_else(|| Error::not_found("publication"))?.get("created_at")
}

/// What the platform says of a piece that is no article.
pub struct Standing<'a> {
    pub state: PublicationState,
    pub platform_id: Option<&'a str>,
    pub url: Option<&'a str>,
    pub notes: Option<&'a [String]>,
    pub problem: Option<&'a str>,
}

pub async fn settle(tx: &mut Tx, scope: TenantScope, id: PublicationId, standing: Standing<'_>) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "UPDATE publication SET state = $3, platform_id = COALESCE($4, platform_id), url = COALESCE($5, url),
           notes = COALESCE($6, notes), problem = $7, updated_at = $8
         WHERE tenant_id = $1 AND id = $2",
        params![
            scope.tenant(),
            id,
            standing.state.as_str(),
            standing.platform_id,
            standing.url,
            standing.notes.map(|notes| json!(notes)),
            standing.problem,
            now
        ],
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

//! The SQL of this slice.

use aos_capabilities::crawl::{CrawlBatch, CrawlLimits, CrawlProgress, CrawlSummary};
use aos_kernel::{ActivityId, CrawlId, DocumentId, MediaId, Result, SitePageId, TenantScope};
use aos_storage::{BulkInsert, Conn, ObjectKey, Tx, params};
use serde_json::json;

use super::model::{Crawl, CrawlState, Page, PageDetails, PageSummary, SiteDocument, SiteImage};

const CRAWL: &str = "id, activity_id, start_url, state, limits, progress, incomplete, findings,
    COALESCE(brand, 'null') AS brand, screenshot_key, cancel_requested, started_at, finished_at";

pub(super) async fn insert_crawl(
    tx: &mut Tx,
    scope: TenantScope,
    id: CrawlId,
    activity: Option<ActivityId>,
    start_url: &str,
    limits: &CrawlLimits,
) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO crawl (tenant_id, id, activity_id, start_url, state, limits, progress, incomplete, findings, started_at)
         VALUES ($1, $2, $3, $4, 'running', $5, $6, $7, $7, $8)",
        params![scope.tenant(), id, activity, start_url, json!(limits), json!(CrawlProgress::default()), json!([]), now],
    )
    .await?;
    Ok(())
}

pub(super) async fn crawl_of_activity(
    conn: &mut Conn,
    scope: TenantScope,
    activity: ActivityId,
) -> Result<Option<Crawl>> {
    let sql =
        format!("SELECT {CRAWL} FROM crawl WHERE tenant_id = $1 AND activity_id = $2 ORDER BY started_at DESC LIMIT 1");
    conn.one(aos_storage::Sql::built(sql), params![scope.tenant(), activity]).await
}

pub(super) async fn crawl(conn: &mut Conn, scope: TenantScope, id: CrawlId) -> Result<Option<Crawl>> {
    let sql = format!("SELECT {CRAWL} FROM crawl WHERE tenant_id = $1 AND id = $2");
    conn.one(aos_storage::Sql::built(sql), params![scope.tenant(), id]).await
}

pub(super) async fn latest(conn: &mut Conn, scope: TenantScope) -> Result<Option<Crawl>> {
    let sql = format!("SELECT {CRAWL} FROM crawl WHERE tenant_id = $1 ORDER BY started_at DESC, id DESC LIMIT 1");
    conn.one(aos_storage::Sql::built(sql), params![scope.tenant()]).await
}

/// The newest crawl that ended and kept at least one page.
pub(super) async fn readable(conn: &mut Conn, scope: TenantScope) -> Result<Option<Crawl>> {
    let sql = format!(
        "SELECT {CRAWL} FROM crawl AS c WHERE tenant_id = $1 AND state <> 'running'
           AND EXISTS (SELECT 1 FROM site_page AS p WHERE p.crawl_id = c.id)
         ORDER BY started_at DESC, id DESC LIMIT 1"
    );
    conn.one(aos_storage::Sql::built(sql), params![scope.tenant()]).await
}

pub(super) async fn keep_batch(
    tx: &mut Tx,
    scope: TenantScope,
    id: CrawlId,
    batch: CrawlBatch,
    keys: &[(String, ObjectKey)],
) -> Result<()> {
    let tenant = scope.tenant();
    let key =
        |hash: &str| keys.iter().find(|(h, _)| h == hash).map(|(_, key)| key.as_str().to_owned()).unwrap_or_default();

    let mut pages = BulkInsert::new(
        "site_page",
        &[
            "tenant_id",
            "id",
            "crawl_id",
            "url",
            "final_url",
            "canonical",
            "status",
            "content_type",
            "depth",
            "title",
            "description",
            "language",
            "markdown",
            "word_count",
            "noindex",
            "rendered",
            "text_hash",
            "bytes",
            "details",
            "fetched_at",
        ],
        "ON CONFLICT (crawl_id, url) DO NOTHING",
    );
    for page in batch.pages {
        let details = PageDetails {
            h1: page.h1,
            internal_links: page.internal_links,
            external_links: page.external_links,
            elapsed_ms: page.elapsed_ms,
            findings: page.findings,
        };
        pages.row(params![
            tenant,
            SitePageId::new(),
            id,
            page.url,
            page.final_url,
            page.canonical,
            page.status,
            page.content_type,
            page.depth,
            page.title,
            page.description,
            page.language,
            page.markdown,
            page.word_count,
            page.noindex,
            page.rendered,
            page.text_hash,
            i64::try_from(page.bytes).unwrap_or(i64::MAX),
            json!(details),
            page.fetched_at
        ]);
    }
    pages.write(tx).await?;

    let mut images = BulkInsert::new(
        "site_image",
        &[
            "tenant_id",
            "id",
            "crawl_id",
            "url",
            "page_url",
            "alt",
            "content_type",
            "width",
            "height",
            "hash",
            "object_key",
            "bytes",
        ],
        "ON CONFLICT (crawl_id, url) DO NOTHING",
    );
    for image in batch.images {
        let object = key(&image.hash);
        images.row(params![
            tenant,
            MediaId::new(),
            id,
            image.url,
            image.page_url,
            image.alt,
            image.content_type,
            image.width,
            image.height,
            image.hash,
            object,
            i64::try_from(image.bytes.len()).unwrap_or(i64::MAX)
        ]);
    }
    images.write(tx).await?;

    let mut documents = BulkInsert::new(
        "site_document",
        &[
            "tenant_id",
            "id",
            "crawl_id",
            "url",
            "page_url",
            "title",
            "content_type",
            "text",
            "word_count",
            "hash",
            "object_key",
            "bytes",
        ],
        "ON CONFLICT (crawl_id, url) DO NOTHING",
    );
    for document in batch.documents {
        let object = key(&document.hash);
        documents.row(params![
            tenant,
            DocumentId::new(),
            id,
            document.url,
            document.page_url,
            document.title,
            document.content_type,
            document.text,
            document.word_count,
            document.hash,
            object,
            i64::try_from(document.bytes.len()).unwrap_or(i64::MAX)
        ]);
    }
    documents.write(tx).await?;

    // Found first, so that a page that was found and visited within one batch ends as visited.
    let mut found = BulkInsert::new(
        "crawl_url",
        &["tenant_id", "crawl_id", "url", "depth", "visited"],
        "ON CONFLICT (crawl_id, url) DO NOTHING",
    );
    for (url, depth) in batch.found {
        found.row(params![tenant, id, url, depth, false]);
    }
    found.write(tx).await?;
    let mut visited = BulkInsert::new(
        "crawl_url",
        &["tenant_id", "crawl_id", "url", "depth", "visited"],
        "ON CONFLICT (crawl_id, url) DO UPDATE SET visited = TRUE",
    );
    let mut seen = std::collections::BTreeSet::new();
    for url in batch.visited {
        // PostgreSQL refuses to touch a row twice in one statement.
        if seen.insert(url.clone()) {
            visited.row(params![tenant, id, url, 0_i64, true]);
        }
    }
    visited.write(tx).await?;

    tx.execute(
        "UPDATE crawl SET progress = $3 WHERE tenant_id = $1 AND id = $2",
        params![tenant, id, json!(batch.progress)],
    )
    .await?;
    Ok(())
}

/// Where an interrupted crawl goes on.
pub(super) async fn frontier(
    conn: &mut Conn,
    scope: TenantScope,
    id: CrawlId,
) -> Result<aos_capabilities::crawl::CrawlState> {
    let mut state = aos_capabilities::crawl::CrawlState::default();
    let rows = conn
        .rows(
            "SELECT url, depth, visited FROM crawl_url WHERE tenant_id = $1 AND crawl_id = $2 ORDER BY depth, url",
            params![scope.tenant(), id],
        )
        .await?;
    for row in rows {
        if row.get("visited")? {
            state.visited.push(row.get("url")?);
        } else {
            state.waiting.push((row.get("url")?, u32::try_from(row.get::<i64>("depth")?).unwrap_or(u32::MAX)));
        }
    }
    Ok(state)
}

pub(super) async fn finish(
    tx: &mut Tx,
    scope: TenantScope,
    id: CrawlId,
    summary: &CrawlSummary,
    screenshot: Option<&str>,
) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "UPDATE crawl SET state = $3, progress = $4, incomplete = $5, findings = $6, brand = $7, screenshot_key = $8,
           finished_at = $9
         WHERE tenant_id = $1 AND id = $2",
        params![
            scope.tenant(),
            id,
            CrawlState::from(summary.outcome).as_str(),
            json!(summary.progress),
            json!(summary.incomplete),
            json!(summary.findings),
            summary.brand.as_ref().map(|b| json!(b)),
            screenshot,
            now
        ],
    )
    .await?;
    // The frontier is only for going on; a finished crawl does not.
    tx.execute("DELETE FROM crawl_url WHERE tenant_id = $1 AND crawl_id = $2", params![scope.tenant(), id]).await?;
    Ok(())
}

pub(super) async fn request_cancel(tx: &mut Tx, scope: TenantScope, id: CrawlId) -> Result<bool> {
    let changed = tx
        .execute(
            "UPDATE crawl SET cancel_requested = TRUE WHERE tenant_id = $1 AND id = $2 AND state = 'running'",
            params![scope.tenant(), id],
        )
        .await?;
    Ok(changed > 0)
}

pub(super) async fn page_summaries(
    conn: &mut Conn,
    scope: TenantScope,
    id: CrawlId,
    after: &str,
    limit: i64,
) -> Result<Vec<PageSummary>> {
    conn.all(
        "SELECT id, url, title, status, word_count, depth, noindex, rendered FROM site_page
         WHERE tenant_id = $1 AND crawl_id = $2 AND url > $3 ORDER BY url LIMIT $4",
        params![scope.tenant(), id, after, limit],
    )
    .await
}

/// Pages with enough text to work with, shallow and long ones first.
pub(super) async fn readable_pages(conn: &mut Conn, scope: TenantScope, id: CrawlId, limit: i64) -> Result<Vec<Page>> {
    conn.all(
        "SELECT id, url, title, description, language, markdown, word_count, details FROM site_page
         WHERE tenant_id = $1 AND crawl_id = $2 AND status = 200 AND word_count > 0
         ORDER BY depth, word_count DESC, url LIMIT $3",
        params![scope.tenant(), id, limit],
    )
    .await
}

/// Pages whose title or text hold all the words.
pub(super) async fn search_pages(
    conn: &mut Conn,
    scope: TenantScope,
    id: CrawlId,
    words: &[String],
    limit: i64,
) -> Result<Vec<Page>> {
    let mut sql = String::from(
        "SELECT id, url, title, description, language, markdown, word_count, details FROM site_page
         WHERE tenant_id = $1 AND crawl_id = $2 AND status = 200",
    );
    let mut values = params![scope.tenant(), id];
    for word in words {
        values.extend(params![format!("%{}%", escape_like(&word.to_lowercase()))]);
        let n = values.len();
        sql.push_str(&format!(" AND (lower(title) LIKE ${n} ESCAPE '\\' OR lower(markdown) LIKE ${n} ESCAPE '\\')"));
    }
    values.extend(params![limit]);
    sql.push_str(&format!(" ORDER BY depth, word_count DESC, url LIMIT ${}", values.len()));
    conn.all(aos_storage::Sql::built(sql), values).await
}

fn escape_like(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

pub(super) async fn images(conn: &mut Conn, scope: TenantScope, id: CrawlId, limit: i64) -> Result<Vec<SiteImage>> {
    conn.all(
        "SELECT id, url, page_url, alt, content_type, width, height, object_key FROM site_image
         WHERE tenant_id = $1 AND crawl_id = $2 ORDER BY bytes DESC, url LIMIT $3",
        params![scope.tenant(), id, limit],
    )
    .await
}

pub(super) async fn image_by_url(conn: &mut Conn, scope: TenantScope, url: &str) -> Result<Option<SiteImage>> {
    conn.one(
        "SELECT i.id, i.url, i.page_url, i.alt, i.content_type, i.width, i.height, i.object_key
         FROM site_image AS i JOIN crawl AS c ON c.id = i.crawl_id
         WHERE i.tenant_id = $1 AND i.url = $2 ORDER BY c.started_at DESC LIMIT 1",
        params![scope.tenant(), url],
    )
    .await
}

pub(super) async fn image(conn: &mut Conn, scope: TenantScope, id: MediaId) -> Result<Option<SiteImage>> {
    conn.one(
        "SELECT id, url, page_url, alt, content_type, width, height, object_key FROM site_image
         WHERE tenant_id = $1 AND id = $2",
        params![scope.tenant(), id],
    )
    .await
}

pub(super) async fn documents(
    conn: &mut Conn,
    scope: TenantScope,
    id: CrawlId,
    limit: i64,
) -> Result<Vec<SiteDocument>> {
    conn.all(
        "SELECT id, url, title, text, word_count FROM site_document
         WHERE tenant_id = $1 AND crawl_id = $2 ORDER BY word_count DESC, url LIMIT $3",
        params![scope.tenant(), id, limit],
    )
    .await
}

//! Reads of this slice.

use aos_kernel::{CrawlId, Cursor, Error, MediaId, PageSize, Result, TenantScope};
use aos_storage::Conn;

use super::{
    model::{Crawl, Page, PageSummary, SiteDocument, SiteImage},
    store,
};

/// The newest crawl, whatever became of it.
///
/// # Errors
/// `Storage`.
pub async fn latest_crawl(conn: &mut Conn, scope: TenantScope) -> Result<Option<Crawl>> {
    store::latest(conn, scope).await
}

/// The newest crawl that has something to read.
///
/// # Errors
/// `Storage`.
pub async fn readable_crawl(conn: &mut Conn, scope: TenantScope) -> Result<Option<Crawl>> {
    store::readable(conn, scope).await
}

/// # Errors
/// `NotFound`.
pub async fn crawl(conn: &mut Conn, scope: TenantScope, id: CrawlId) -> Result<Crawl> {
    store::crawl(conn, scope, id).await?.ok_or_else(|| Error::not_found("crawl"))
}

/// The pages of a crawl by address.
///
/// # Errors
/// `Storage`.
pub async fn pages(
    conn: &mut Conn,
    scope: TenantScope,
    id: CrawlId,
    after: Option<&Cursor>,
    size: PageSize,
) -> Result<aos_kernel::Page<PageSummary>> {
    let rows = store::page_summaries(conn, scope, id, after.map_or("", Cursor::as_str), size.get() + 1).await?;
    Ok(aos_kernel::Page::from_surplus(rows, size, |page| Cursor::new(page.url.clone())))
}

/// Pages with text, for agents: shallow and long ones first.
///
/// # Errors
/// `Storage`.
pub async fn readable_pages(conn: &mut Conn, scope: TenantScope, limit: i64) -> Result<Vec<Page>> {
    match store::readable(conn, scope).await? {
        Some(crawl) => store::readable_pages(conn, scope, crawl.id, limit).await,
        None => Ok(Vec::new()),
    }
}

/// Pages that hold all of the words, for agents' searches.
///
/// # Errors
/// `Storage`.
pub async fn search_pages(conn: &mut Conn, scope: TenantScope, query: &str, limit: i64) -> Result<Vec<Page>> {
    let words: Vec<String> = query.split_whitespace().take(8).map(str::to_owned).collect();
    match store::readable(conn, scope).await? {
        Some(crawl) => store::search_pages(conn, scope, crawl.id, &words, limit).await,
        None => Ok(Vec::new()),
    }
}

/// Images large enough to illustrate something.
///
/// # Errors
/// `Storage`.
pub async fn images(conn: &mut Conn, scope: TenantScope, limit: i64) -> Result<Vec<SiteImage>> {
    match store::readable(conn, scope).await? {
        Some(crawl) => store::images(conn, scope, crawl.id, limit).await,
        None => Ok(Vec::new()),
    }
}

/// The image that stood at an address, as last crawled.
///
/// # Errors
/// `Storage`.
pub async fn image_by_url(conn: &mut Conn, scope: TenantScope, url: &str) -> Result<Option<SiteImage>> {
    store::image_by_url(conn, scope, url).await
}

/// # Errors
/// `NotFound`.
pub async fn image(conn: &mut Conn, scope: TenantScope, id: MediaId) -> Result<SiteImage> {
    store::image(conn, scope, id).await?.ok_or_else(|| Error::not_found("image"))
}

/// Documents that the crawl read.
///
/// # Errors
/// `Storage`.
pub async fn documents(conn: &mut Conn, scope: TenantScope, limit: i64) -> Result<Vec<SiteDocument>> {
    match store::readable(conn, scope).await? {
        Some(crawl) => store::documents(conn, scope, crawl.id, limit).await,
        None => Ok(Vec::new()),
    }
}

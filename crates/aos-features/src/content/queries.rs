//! Reads of this slice.

use aos_kernel::{ContentItemId, Cursor, Error, Page, PageSize, RequestId, Result, TenantScope};
use aos_storage::Conn;

use super::{
    model::{ContentItem, ContentVersion, ItemState, Publication, Request, RequestState},
    store,
};

/// # Errors
/// `NotFound`.
pub async fn request(conn: &mut Conn, scope: TenantScope, id: RequestId) -> Result<Request> {
    store::request(conn, scope, id).await?.ok_or_else(|| Error::not_found("request"))
}

/// Requests in any of these states (all, when none is named), the newest first.
///
/// # Errors
/// `Invalid` for a cursor that this query did not make.
pub async fn requests(
    conn: &mut Conn,
    scope: TenantScope,
    states: &[RequestState],
    after: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<Request>> {
    let before = after.map(Cursor::row).transpose()?;
    let rows = store::requests(conn, scope, states, before, size.get() + 1).await?;
    Ok(Page::from_surplus(rows, size, |request| Cursor::after_row(request.created_at, request.id)))
}

/// # Errors
/// `NotFound`.
pub async fn item(conn: &mut Conn, scope: TenantScope, id: ContentItemId) -> Result<ContentItem> {
    store::item(conn, scope, id).await?.ok_or_else(|| Error::not_found("content item"))
}

/// What a request became, in the order of its channels.
///
/// # Errors
/// `Storage`.
pub async fn items_of_request(conn: &mut Conn, scope: TenantScope, request: RequestId) -> Result<Vec<ContentItem>> {
    store::items_of_request(conn, scope, request).await
}

/// Items in any of these states (all, when none is named), the last touched first.
///
/// # Errors
/// `Invalid` for a cursor that this query did not make.
pub async fn items(
    conn: &mut Conn,
    scope: TenantScope,
    states: &[ItemState],
    after: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<ContentItem>> {
    let before = after.map(Cursor::row).transpose()?;
    let rows = store::items(conn, scope, states, before, size.get() + 1).await?;
    Ok(Page::from_surplus(rows, size, |item| Cursor::after_row(item.updated_at, item.id)))
}

/// All versions, the newest first.
///
/// # Errors
/// `Storage`.
pub async fn versions(conn: &mut Conn, scope: TenantScope, item: ContentItemId) -> Result<Vec<ContentVersion>> {
    store::versions(conn, scope, item).await
}

/// # Errors
/// `NotFound`.
pub async fn version(conn: &mut Conn, scope: TenantScope, item: ContentItemId, version: i64) -> Result<ContentVersion> {
    store::version(conn, scope, item, version).await?.ok_or_else(|| Error::not_found("version"))
}

/// Where the item stands on the site, if an attempt was made.
///
/// # Errors
/// `Storage`.
pub async fn publication(conn: &mut Conn, scope: TenantScope, item: ContentItemId) -> Result<Option<Publication>> {
    store::publication_of(conn, scope, item).await
}

/// How many items stand in each state.
///
/// # Errors
/// `Storage`.
pub async fn counts(conn: &mut Conn, scope: TenantScope) -> Result<Vec<(ItemState, i64)>> {
    store::item_counts(conn, scope).await
}

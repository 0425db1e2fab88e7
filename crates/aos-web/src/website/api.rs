//! Crawls and their pages over the JSON API.

use aos_features::{
    people::Permission,
    website::{self, Crawl, CrawlState},
};
use aos_kernel::{ActivityId, CrawlId, Error, TenantId};
use axum::{Json, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api::{Asked, Caller, Listed, Paging, Reply, Silent, SliceRouter, operations, words},
    session::At,
};

pub fn routes() -> SliceRouter {
    SliceRouter::default()
        .routes(operations!(latest))
        .routes(operations!(request))
        .routes(operations!(one))
        .routes(operations!(pages))
        .routes(operations!(cancel))
}

/// One crawl, with its bounds and how it ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct CrawlView {
    pub id: Uuid,
    pub activity_id: Option<Uuid>,
    pub start_url: String,
    #[schema(schema_with = words::crawl_state)]
    pub state: CrawlState,
    pub limits: CrawlLimitsView,
    pub progress: CrawlProgressView,
    /// Why it is not complete, for a person.
    pub incomplete: Vec<String>,
    pub findings: Vec<FindingView>,
    pub brand: Option<BrandView>,
    pub cancel_requested: bool,
    pub started_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

/// How far a crawl may go.
#[derive(Debug, Serialize, ToSchema)]
pub struct CrawlLimitsView {
    pub pages: u32,
    /// Bytes of one answer.
    pub page_bytes: u64,
    /// Bytes of all answers together.
    pub total_bytes: u64,
    pub depth: u32,
    pub seconds: u64,
    pub images: u32,
    pub documents: u32,
}

/// How far a crawl is.
#[derive(Debug, Serialize, ToSchema)]
pub struct CrawlProgressView {
    pub pages: u32,
    pub images: u32,
    pub documents: u32,
    pub failed: u32,
    pub skipped: u32,
    /// Addresses that are known and not visited yet.
    pub waiting: u32,
    pub bytes: u64,
}

/// Something that a person should know about a page or the whole crawl.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingView {
    /// `missing_title`, `truncated`, `robots_forbids`, …
    pub code: String,
    #[schema(schema_with = words::severity)]
    pub severity: aos_capabilities::crawl::Severity,
    pub url: Option<String>,
    pub message: String,
}

/// What the home page looks like.
#[derive(Debug, Serialize, ToSchema)]
pub struct BrandView {
    /// `#rrggbb`, the most used first.
    pub colours: Vec<String>,
    pub fonts: Vec<String>,
    pub logo_url: Option<String>,
    /// Whether a browser computed it; otherwise it was read from the style sheets.
    pub rendered: bool,
    /// Why it is not from a rendered page.
    pub note: Option<String>,
}

impl From<Crawl> for CrawlView {
    fn from(crawl: Crawl) -> Self {
        let (limits, progress) = (crawl.limits, crawl.progress);
        let brand = crawl.brand.map(|brand| BrandView {
            colours: brand.colours.into_iter().map(|colour| colour.hex).collect(),
            fonts: brand.fonts.into_iter().map(|font| font.family).collect(),
            logo_url: brand.logo_url,
            rendered: brand.source == aos_capabilities::crawl::BrandSource::Rendered,
            note: brand.note,
        });
        Self {
            id: crawl.id.uuid(),
            activity_id: crawl.activity_id.map(ActivityId::uuid),
            start_url: crawl.start_url,
            state: crawl.state,
            limits: CrawlLimitsView {
                pages: limits.pages,
                page_bytes: limits.page_bytes,
                total_bytes: limits.total_bytes,
                depth: limits.depth,
                seconds: limits.time.as_secs(),
                images: limits.images,
                documents: limits.documents,
            },
            progress: CrawlProgressView {
                pages: progress.pages,
                images: progress.images,
                documents: progress.documents,
                failed: progress.failed,
                skipped: progress.skipped,
                waiting: progress.waiting,
                bytes: progress.bytes,
            },
            incomplete: crawl.incomplete,
            findings: crawl
                .findings
                .into_iter()
                .map(|finding| FindingView {
                    code: finding.code,
                    severity: finding.severity,
                    url: finding.url,
                    message: finding.message,
                })
                .collect(),
            brand,
            cancel_requested: crawl.cancel_requested,
            started_at: crawl.started_at,
            finished_at: crawl.finished_at,
        }
    }
}

/// A page that a crawl kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct SitePageView {
    pub id: Uuid,
    pub url: String,
    pub title: String,
    /// The HTTP status with which it was answered.
    pub status: i64,
    pub word_count: i64,
    /// Links from the start page.
    pub depth: i64,
    pub noindex: bool,
    /// Read in a browser, because it needs scripts.
    pub rendered: bool,
}

impl From<website::PageSummary> for SitePageView {
    fn from(page: website::PageSummary) -> Self {
        Self {
            id: page.id.uuid(),
            url: page.url,
            title: page.title,
            status: page.status,
            word_count: page.word_count,
            depth: page.depth,
            noindex: page.noindex,
            rendered: page.rendered,
        }
    }
}

/// The newest crawl, whatever became of it.
#[utoipa::path(get, path = "/tenants/{tenant}/crawls/latest", tag = "website", responses((status = 200, body = CrawlView)))]
async fn latest(caller: Caller, At(tenant): At<TenantId>) -> Reply<CrawlView> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    let crawl = website::queries::latest_crawl(&mut caller.read().await?, scope).await?;
    Ok(Json(crawl.ok_or_else(|| Error::not_found("crawl"))?.into()))
}

/// Have the website read again.
///
/// It begins in a moment, as work of the client; the newest crawl says how far it is.
#[utoipa::path(post, path = "/tenants/{tenant}/crawls", tag = "website", responses((status = 202, description = "Begins in a moment.")))]
async fn request(caller: Caller, At(tenant): At<TenantId>) -> Silent {
    let scope = caller.scope(tenant, Permission::OperateWork)?;
    let mut tx = caller.begin().await?;
    website::commands::request_crawl(&mut tx, scope).await?;
    tx.commit().await?;
    Ok(StatusCode::ACCEPTED)
}

/// One crawl.
#[utoipa::path(get, path = "/tenants/{tenant}/crawls/{crawl}", tag = "website", responses((status = 200, body = CrawlView)))]
async fn one(caller: Caller, At((tenant, crawl)): At<(TenantId, CrawlId)>) -> Reply<CrawlView> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    Ok(Json(website::queries::crawl(&mut caller.read().await?, scope, crawl).await?.into()))
}

/// The pages of a crawl, by address.
#[utoipa::path(get, path = "/tenants/{tenant}/crawls/{crawl}/pages", tag = "website", params(Paging), responses((status = 200, body = Listed<SitePageView>)))]
async fn pages(
    caller: Caller,
    At((tenant, crawl)): At<(TenantId, CrawlId)>,
    Asked(paging): Asked<Paging>,
) -> Reply<Listed<SitePageView>> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    let after = paging.after()?;
    let mut conn = caller.read().await?;
    website::queries::crawl(&mut conn, scope, crawl).await?;
    let page = website::queries::pages(&mut conn, scope, crawl, after.as_ref(), paging.size()).await?;
    Ok(Json(Listed::page(page, SitePageView::from)))
}

/// Stop a crawl. What it kept stays.
#[utoipa::path(post, path = "/tenants/{tenant}/crawls/{crawl}/cancel", tag = "website", responses((status = 202, description = "It stops in a moment.")))]
async fn cancel(caller: Caller, At((tenant, crawl)): At<(TenantId, CrawlId)>) -> Silent {
    let scope = caller.scope(tenant, Permission::OperateWork)?;
    website::queries::crawl(&mut caller.read().await?, scope, crawl).await?;
    let mut tx = caller.begin().await?;
    website::commands::cancel_crawl(&mut tx, scope, crawl).await?;
    tx.commit().await?;
    Ok(StatusCode::ACCEPTED)
}

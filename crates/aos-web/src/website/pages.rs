//! What the crawl found, and the images that it kept.

use aos_capabilities::crawl::{BrandSignals, Severity};
use aos_features::{
    people::Permission,
    website::{self, Crawl, CrawlState},
};
use aos_kernel::{CrawlId, Cursor, Error, MediaId, PageSize, TenantId, TenantScope};
use aos_storage::ObjectKey;
use axum::{
    extract::Query,
    http::{HeaderValue, header},
    response::IntoResponse,
};
use serde::Deserialize;

use super::views::{BrandView, CrawlView, FindingRow, PageRow, Swatch, WebsitePage};
use crate::{
    flash::Flash,
    layout::ClientTab,
    paths,
    session::{Answer, At, Viewer},
    show::{Dial, count, next_page},
    state::AppState,
    ui::number::{bytes, duration, grouped},
    workspace::Workspace,
};

/// Findings that one page shows; a crawl of a large site has thousands of the same kind.
const FINDINGS: usize = 60;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    after: Option<Cursor>,
}

/// A crawl as a card, with what this person may do about it.
pub(crate) fn crawl_view(crawl: &Crawl, tenant: TenantId, dial: Dial, viewer: &Viewer) -> CrawlView {
    let may = viewer.can(tenant, Permission::OperateWork);
    let runs = crawl.state == CrawlState::Running;
    let end = crawl.finished_at.unwrap_or(dial.now);
    let limits = &crawl.limits;
    CrawlView {
        id: crawl.id.to_string(),
        client_id: tenant.to_string(),
        state: crawl.state.as_str().to_owned(),
        started: dial.moment(crawl.started_at),
        took: if runs { String::new() } else { Dial::took(crawl.started_at, end) },
        pages: crawl.progress.pages.into(),
        images: crawl.progress.images.into(),
        documents: crawl.progress.documents.into(),
        failed: crawl.progress.failed.into(),
        skipped: crawl.progress.skipped.into(),
        waiting: crawl.progress.waiting.into(),
        size: bytes(crawl.progress.bytes),
        limits: format!(
            "{} pages, {}, {}; robots.txt honoured",
            grouped(&limits.pages.to_string()),
            bytes(limits.total_bytes),
            duration(limits.time)
        ),
        incomplete: crawl.incomplete.clone(),
        can_start: may && !runs,
        can_cancel: may && runs && !crawl.cancel_requested,
        can_resume: false,
    }
}

/// What the home page looks like. Colours and fonts come from foreign style sheets and are shown as text or checked.
pub(crate) fn brand_view(signals: &BrandSignals, tenant: TenantId, screenshot: Option<CrawlId>) -> BrandView {
    BrandView {
        colours: signals
            .colours
            .iter()
            .take(8)
            .map(|colour| Swatch {
                hex: colour.hex.clone(),
                role: colour.role.clone(),
                share: (colour.share * 100.0).round().clamp(0.0, 100.0) as u32,
            })
            .collect(),
        fonts: signals.fonts.iter().take(4).map(|font| (font.family.clone(), font.role.clone())).collect(),
        logo: None,
        screenshot: screenshot.map(|crawl| paths::screenshot(tenant, crawl)),
        source: signals.source.as_str().to_owned(),
        note: signals.note.clone(),
    }
}

/// `GET /portal/clients/{id}/website`.
pub(super) async fn page(viewer: Viewer, At(id): At<TenantId>, Query(asked): Query<Asked>) -> Answer {
    let mut open = Workspace::open(&viewer, id, ClientTab::Website, Permission::OperateWork).await?;
    let (conn, scope, dial) = (&mut open.conn, open.scope, open.dial);
    let latest = website::queries::latest_crawl(conn, scope).await?;
    let readable = website::queries::readable_crawl(conn, scope).await?;
    let shown = readable.as_ref().or(latest.as_ref());
    let mut view = WebsitePage { query: asked.q.clone(), ..WebsitePage::default() };
    if let Some(crawl) = shown {
        let size = PageSize::DEFAULT;
        if asked.q.trim().is_empty() {
            let page = website::queries::pages(conn, scope, crawl.id, asked.after.as_ref(), size).await?;
            view.more = next_page(&paths::client_tab(id, ClientTab::Website), &[], page.next.as_ref());
            view.pages = page
                .items
                .into_iter()
                .map(|page| PageRow {
                    findings: crawl.findings.iter().filter(|one| one.url.as_deref() == Some(&page.url)).count() as u64,
                    url: page.url,
                    title: page.title,
                    status: u16::try_from(page.status).unwrap_or(0),
                    words: count(page.word_count),
                    depth: u32::try_from(page.depth).unwrap_or(0),
                    rendered: page.rendered,
                })
                .collect();
        } else {
            let found = website::queries::search_pages(conn, scope, &asked.q, size.get()).await?;
            view.pages = found
                .into_iter()
                .map(|page| PageRow {
                    findings: page.details.findings.len() as u64,
                    url: page.url,
                    title: page.title,
                    status: 200,
                    words: count(page.word_count),
                    ..PageRow::default()
                })
                .collect();
        }
        view.pages_total = crawl.progress.pages.into();
        view.findings = findings(crawl);
    }
    let branded = readable.as_ref().or(latest.as_ref());
    view.brand = branded.and_then(|crawl| {
        let screenshot = crawl.screenshot_key.as_ref().map(|_| crawl.id);
        crawl.brand.as_ref().map(|signals| brand_view(signals, id, screenshot))
    });
    // While a new crawl runs, its progress is shown over what the last one found.
    view.crawl = latest.as_ref().map(|crawl| crawl_view(crawl, id, dial, &viewer));
    view.shell = open.shell;
    view.client = open.head;
    viewer.page(&view)
}

/// Findings of one kind together, the worst first.
fn findings(crawl: &Crawl) -> Vec<FindingRow> {
    let mut rows: Vec<(Severity, FindingRow)> = Vec::new();
    for finding in &crawl.findings {
        let known =
            rows.iter_mut().find(|(severity, row)| *severity == finding.severity && row.message == finding.message);
        match known {
            Some((_, row)) => {
                row.pages += 1;
                row.url = None;
            }
            None => rows.push((
                finding.severity,
                FindingRow {
                    severity: finding.severity.as_str().to_owned(),
                    message: finding.message.clone(),
                    url: finding.url.clone(),
                    pages: 1,
                },
            )),
        }
    }
    let rank = |severity: Severity| match severity {
        Severity::Error => 0,
        Severity::Warning => 1,
        Severity::Info => 2,
    };
    rows.sort_by_key(|(severity, row)| (rank(*severity), std::cmp::Reverse(row.pages)));
    rows.into_iter().take(FINDINGS).map(|(_, row)| row).collect()
}

/// `POST /portal/clients/{id}/crawl`.
pub(super) async fn start(viewer: Viewer, At(id): At<TenantId>) -> Answer {
    let scope = viewer.scope(id, Permission::OperateWork)?;
    let mut tx = viewer.begin().await?;
    website::commands::request_crawl(&mut tx, scope).await?;
    tx.commit().await?;
    Ok(viewer.done(Flash::good("The website is read again."), &paths::client_tab(id, ClientTab::Website)))
}

/// `POST /portal/clients/{id}/crawl/cancel`.
pub(super) async fn cancel(viewer: Viewer, At(id): At<TenantId>) -> Answer {
    let scope = viewer.scope(id, Permission::OperateWork)?;
    let mut tx = viewer.begin().await?;
    let crawl = website::queries::latest_crawl(&mut tx, scope).await?.ok_or_else(|| Error::not_found("crawl"))?;
    website::commands::cancel_crawl(&mut tx, scope, crawl.id).await?;
    tx.commit().await?;
    let flash = Flash::good("The crawl stops; what it has read is kept.");
    Ok(viewer.done(flash, &paths::client_tab(id, ClientTab::Website)))
}

/// `GET …/media/{id}`: an image that the crawl kept.
pub(super) async fn image(viewer: Viewer, At((tenant, id)): At<(TenantId, MediaId)>) -> Answer {
    let scope = viewer.scope(tenant, Permission::SeeClient)?;
    image_of(&viewer.state, scope, id).await
}

/// The same for whoever may see it by another right than a session.
///
/// # Errors
/// `NotFound`, `Storage`.
pub(crate) async fn image_of(state: &AppState, scope: TenantScope, id: MediaId) -> Answer {
    let image = website::queries::image(&mut state.product.db.read().await?, scope, id).await?;
    object(state, &image.object_key, &image.content_type).await
}

/// `GET …/screenshots/{crawl}`: the home page as a browser showed it.
pub(super) async fn screenshot(viewer: Viewer, At((tenant, id)): At<(TenantId, CrawlId)>) -> Answer {
    let scope = viewer.scope(tenant, Permission::SeeClient)?;
    let crawl = website::queries::crawl(&mut viewer.read().await?, scope, id).await?;
    let key = crawl.screenshot_key.ok_or_else(|| Error::not_found("screenshot"))?;
    object(&viewer.state, &ObjectKey::from_text(key), "image/png").await
}

/// A foreign site's bytes: shown only as the images that they say they are, and never able to do anything.
async fn object(state: &AppState, key: &ObjectKey, content_type: &str) -> Answer {
    let bytes = state.product.objects.get(key).await?;
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    let kind = if kind.starts_with("image/") { kind } else { "application/octet-stream" };
    let kind = HeaderValue::from_str(kind).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let headers = [
        (header::CONTENT_TYPE, kind),
        // The id names these bytes for ever.
        (header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=31536000, immutable")),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox"),
        ),
    ];
    Ok((headers, bytes).into_response())
}

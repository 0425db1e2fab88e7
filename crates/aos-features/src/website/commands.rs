//! Writes of this slice.

use aos_kernel::{CrawlId, Error, NewEvent, Result, Subject, TenantScope};
use aos_storage::{Signal, Tx};
use serde_json::json;

use super::{model::CrawlState, store};
use crate::tenants;

/// Asks a running crawl to stop. What it kept stays; the activity ends with an incomplete crawl that says so.
///
/// # Errors
/// `Conflict` when it is not running any more.
pub async fn cancel_crawl(tx: &mut Tx, scope: TenantScope, id: CrawlId) -> Result<()> {
    if !store::request_cancel(tx, scope, id).await? {
        return Err(Error::conflict("not_running", "This crawl has ended already."));
    }
    tx.emit(NewEvent::new(scope.tenant(), "website.crawl_cancelled", Subject::new("crawl", id)));
    tx.signal(Signal::new("crawl_cancel", id));
    Ok(())
}

/// Has the client's website read again.
///
/// # Errors
/// `Conflict` while it is being read; `NotFound`.
pub async fn request_crawl(tx: &mut Tx, scope: TenantScope) -> Result<()> {
    // Two who ask at the same moment start one crawl.
    tenants::commands::lock(tx, scope).await?;
    let latest = store::latest(tx, scope).await?;
    if latest.as_ref().is_some_and(|crawl| crawl.state == CrawlState::Running) {
        return Err(Error::conflict("crawl_running", "The website is being read already.")
            .with_help("Wait until it is done, or cancel that crawl first."));
    }
    let tenant = tenants::queries::tenant(tx, scope).await?;
    if !tenant.is_active() {
        return Err(Error::conflict("client_archived", "This client is archived; nothing new is made for it."));
    }
    // Named after what it follows, so that asking twice before it begins starts one.
    let after = latest.map_or_else(|| "first".to_owned(), |crawl| crawl.id.to_string());
    tx.emit(NewEvent::new(scope.tenant(), "website.crawl_requested", Subject::new("tenant", tenant.id)).with(json!({
        "pipeline": {
            "template_key": "website_audit",
            "name": "Read the website",
            "key": format!("crawl:{after}"),
            "origin": { "kind": "ad_hoc" },
            "input": { "website": tenant.website },
        }
    })));
    tx.signal(Signal::new("tenant", scope.tenant()));
    Ok(())
}

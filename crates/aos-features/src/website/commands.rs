//! Writes of this slice.

use aos_kernel::{CrawlId, Error, NewEvent, Result, Subject, TenantScope};
use aos_storage::{Signal, Tx};

use super::store;

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

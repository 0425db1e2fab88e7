//! A crawl whose results stay in memory: for the command line, for a look at a site before it is a client's.

use std::sync::{Mutex, PoisonError};

use aos_capabilities::crawl::{
    CrawlBatch, CrawlLimits, CrawlProgress, CrawlRequest, CrawlSink, CrawlSummary, CrawledDocument, CrawledImage,
    CrawledPage, SiteCrawler,
};
use aos_kernel::TenantId;
use tokio_util::sync::CancellationToken;
use url::Url;

/// Everything that a crawl kept.
#[derive(Clone, Debug, Default)]
pub struct Collected {
    pub pages: Vec<CrawledPage>,
    pub images: Vec<CrawledImage>,
    pub documents: Vec<CrawledDocument>,
    pub visited: Vec<String>,
    pub found: Vec<(String, u32)>,
}

/// Keeps batches in memory and tells the progress to whoever wants to show it.
pub struct MemorySink<F> {
    collected: Mutex<Collected>,
    progress: F,
}

impl<F: Fn(&CrawlProgress) + Send + Sync> MemorySink<F> {
    pub fn new(progress: F) -> Self {
        Self { collected: Mutex::default(), progress }
    }
    pub fn into_collected(self) -> Collected {
        self.collected.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait::async_trait]
impl<F: Fn(&CrawlProgress) + Send + Sync> CrawlSink for MemorySink<F> {
    async fn keep(&self, batch: CrawlBatch) -> Result<(), aos_kernel::Error> {
        (self.progress)(&batch.progress);
        let mut collected = self.collected.lock().unwrap_or_else(PoisonError::into_inner);
        collected.pages.extend(batch.pages);
        collected.images.extend(batch.images);
        collected.documents.extend(batch.documents);
        collected.visited.extend(batch.visited);
        collected.found.extend(batch.found);
        Ok(())
    }
}

/// Crawls `start` and gives back everything. `progress` is called with the counts as they grow.
pub async fn crawl_once(
    crawler: &dyn SiteCrawler,
    start: Url,
    limits: CrawlLimits,
    cancel: CancellationToken,
    progress: impl Fn(&CrawlProgress) + Send + Sync,
) -> (CrawlSummary, Collected) {
    let sink = MemorySink::new(progress);
    // Nothing is stored, so the crawl belongs to nobody.
    let tenant = TenantId::new();
    let request = CrawlRequest { tenant, start, limits, resume: None, brand: true, render_scripts: true };
    let summary = crawler.crawl(request, &sink, cancel).await;
    (summary, sink.into_collected())
}

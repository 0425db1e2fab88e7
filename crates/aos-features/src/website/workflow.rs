//! The step that crawls.

use std::sync::Arc;

use aos_capabilities::crawl::{CrawlBatch, CrawlLimits, CrawlRequest, CrawlSink, CrawlSummary, SiteCrawler};
use aos_kernel::{Actor, CrawlId, Error, NewEvent, Result, Subject, TenantScope};
use aos_storage::{Db, ObjectKey, Objects, Signal, Tx};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use super::store;
use crate::{
    cancellation,
    steps::{Accepted, StepContext, StepHandler, Work},
    tenants,
};

/// Crawls the tenant's website.
pub struct CrawlStep {
    crawler: Arc<dyn SiteCrawler>,
    objects: Objects,
    limits: CrawlLimits,
}

#[derive(Serialize, Deserialize)]
struct Outcome {
    crawl: CrawlId,
    summary: CrawlSummary,
    screenshot: Option<ObjectKey>,
}

impl CrawlStep {
    pub fn new(crawler: Arc<dyn SiteCrawler>, objects: Objects, limits: CrawlLimits) -> Self {
        Self { crawler, objects, limits }
    }

    /// The crawl that this activity began before it was interrupted, or a new one.
    async fn begin(
        &self,
        db: &Db,
        work: &Work,
        start: &Url,
    ) -> Result<(CrawlId, Option<aos_capabilities::crawl::CrawlState>)> {
        let earlier = store::crawl_of_activity(&mut db.read().await?, work.scope, work.activity.id).await?;
        if let Some(crawl) = earlier
            && crawl.state == super::CrawlState::Running
        {
            let mut state = store::frontier(&mut db.read().await?, work.scope, crawl.id).await?;
            // Counts go on too, so that the limits hold for the crawl as a whole.
            state.progress = crawl.progress;
            return Ok((crawl.id, Some(state).filter(|s| !s.visited.is_empty())));
        }
        let id = CrawlId::new();
        let mut tx = db.begin(Actor::system("website")).await?;
        store::insert_crawl(&mut tx, work.scope, id, Some(work.activity.id), start.as_str(), &self.limits).await?;
        tx.emit(
            NewEvent::new(work.scope.tenant(), "website.crawl_started", Subject::new("crawl", id))
                .with(json!({ "url": start, "limits": self.limits })),
        );
        tx.commit().await?;
        Ok((id, None))
    }
}

#[async_trait::async_trait]
impl StepHandler for CrawlStep {
    fn kind(&self) -> &'static str {
        super::CRAWL
    }

    async fn run(&self, cx: &StepContext, work: &Work) -> Result<Value> {
        let website = tenants::queries::tenant(&mut cx.db.read().await?, work.scope).await?.website;
        let start = Url::parse(&website)
            .map_err(|_| Error::invalid("website", format!("“{website}” is not the address of a website.")))?;
        let (id, resume) = self.begin(&cx.db, work, &start).await?;

        let cancel = cx.cancel.child_token();
        let scope = work.scope;
        let watch = cancellation::watch(&cx.db, "crawl_cancel", cancel.clone(), move |db| async move {
            let crawl = store::crawl(&mut db.read().await?, scope, id).await?;
            Ok(crawl.is_some_and(|crawl| crawl.cancel_requested))
        });
        let sink = Sink { db: cx.db.clone(), objects: self.objects.clone(), scope: work.scope, crawl: id };
        let request = CrawlRequest {
            tenant: work.scope.tenant(),
            start,
            limits: self.limits,
            resume,
            brand: true,
            render_scripts: true,
        };
        let mut summary = self.crawler.crawl(request, &sink, cancel).await;
        drop(watch);
        if cx.cancel.is_cancelled() {
            // The process is going down or the lease is lost: not an end, the next attempt goes on from here.
            return Err(Error::unavailable("interrupted", "The crawl was interrupted and goes on by itself."));
        }
        let screenshot = match summary.brand.as_mut().and_then(|brand| brand.screenshot.take()) {
            Some(png) => {
                let key = ObjectKey::of_tenant(work.scope.tenant(), "screenshots", &format!("{id}.png"));
                self.objects.put(&key, png).await?;
                Some(key)
            }
            None => None,
        };
        serde_json::to_value(Outcome { crawl: id, summary, screenshot }).map_err(Error::internal)
    }

    async fn accept(&self, tx: &mut Tx, work: &Work, result: Value) -> Result<Accepted> {
        let outcome: Outcome = serde_json::from_value(result).map_err(Error::internal)?;
        let summary = &outcome.summary;
        store::finish(tx, work.scope, outcome.crawl, summary, outcome.screenshot.as_ref().map(ObjectKey::as_str))
            .await?;
        let output = json!({
            "crawl": outcome.crawl,
            "outcome": summary.outcome,
            "pages": summary.progress.pages,
            "incomplete": summary.incomplete,
        });
        tx.emit(
            NewEvent::new(work.scope.tenant(), "website.crawled", Subject::new("crawl", outcome.crawl))
                .with(output.clone()),
        );
        tx.signal(Signal::new("tenant", work.scope.tenant()));
        Ok(Accepted { output, ..Accepted::default() })
    }
}

struct Sink {
    db: Db,
    objects: Objects,
    scope: TenantScope,
    crawl: CrawlId,
}

#[async_trait::async_trait]
impl CrawlSink for Sink {
    async fn keep(&self, batch: CrawlBatch) -> Result<()> {
        let tenant = self.scope.tenant();
        let mut keys = Vec::new();
        // Objects first: a row never names bytes that are not there. Named by their hash, so a repeat changes nothing.
        for (hash, bytes) in batch
            .images
            .iter()
            .map(|image| (&image.hash, &image.bytes))
            .chain(batch.documents.iter().map(|document| (&document.hash, &document.bytes)))
        {
            let key = ObjectKey::of_tenant(tenant, "website", hash);
            self.objects.put(&key, bytes.clone()).await?;
            keys.push((hash.clone(), key));
        }
        let mut tx = self.db.begin(Actor::system("website")).await?;
        store::keep_batch(&mut tx, self.scope, self.crawl, batch, &keys).await?;
        tx.signal(Signal::new("tenant", tenant));
        tx.commit().await
    }
}

//! Crawls that are stopped and go on.

use std::sync::{Arc, Mutex};

use aos_capabilities::crawl::{
    CrawlBatch, CrawlLimits, CrawlOutcome, CrawlProgress, CrawlRequest, CrawlSink, CrawlState, SiteCrawler,
};
use aos_crawler::{BrowserChoice, MemorySink};
use tokio_util::sync::CancellationToken;

use crate::site::{Site, paths};

async fn chain_of(pages: u32) -> Site {
    let mut site = Site::build();
    for n in 0..pages {
        let path = if n == 0 { "/".to_owned() } else { format!("/page-{n}") };
        let links = format!("<a href='/page-{}'>a</a><a href='/page-{}'>b</a>", 2 * n + 1, 2 * n + 2);
        site = site.page(&path, &format!("Page {n}"), &links);
    }
    site.serve().await
}

/// Keeps what it gets as a store would, and pulls the plug after some pages.
struct Plug {
    kept: Arc<Mutex<(CrawlState, Vec<String>)>>,
    after: usize,
    cancel: CancellationToken,
}

#[async_trait::async_trait]
impl CrawlSink for Plug {
    async fn keep(&self, batch: CrawlBatch) -> Result<(), aos_kernel::Error> {
        let mut kept = self.kept.lock().unwrap();
        let (state, pages) = &mut *kept;
        state.waiting.extend(batch.found);
        state.waiting.retain(|(url, _)| !batch.visited.contains(url));
        state.visited.extend(batch.visited);
        state.progress = batch.progress;
        pages.extend(batch.pages.into_iter().map(|page| page.url));
        if pages.len() >= self.after {
            self.cancel.cancel();
        }
        Ok(())
    }
}

#[tokio::test]
async fn a_crawl_that_is_cancelled_again_and_again_reads_each_page_once() {
    const PAGES: u32 = 300;
    let site = chain_of(PAGES).await;
    let crawler = site.crawler(BrowserChoice::Off);
    let kept = Arc::new(Mutex::new((CrawlState::default(), Vec::new())));
    let mut parts = 0;
    loop {
        let cancel = CancellationToken::new();
        let (state, so_far) = kept.lock().unwrap().clone();
        let sink = Plug { kept: Arc::clone(&kept), after: so_far.len() + 1, cancel: cancel.clone() };
        let resume = (!state.visited.is_empty()).then_some(state);
        let summary = crawler.crawl(CrawlRequest { resume, ..site.request() }, &sink, cancel).await;
        parts += 1;
        if summary.outcome != CrawlOutcome::Cancelled {
            // Links to pages that don't exist end the tree.
            assert_eq!(summary.progress.pages, PAGES);
            break;
        }
        assert!(summary.incomplete[0].contains("cancelled"));
    }
    let mut pages = kept.lock().unwrap().1.clone();
    let all = pages.len();
    pages.sort();
    pages.dedup();
    assert_eq!((pages.len(), all), (PAGES as usize, PAGES as usize));
    assert!(parts > 2, "the plug was pulled {parts} times");
}

#[tokio::test]
async fn limits_hold_over_all_parts_together() {
    let site = chain_of(60).await;
    let limits = CrawlLimits { pages: 10, ..CrawlLimits::default() };
    let (first, collected) = site.crawl_within(limits).await;
    assert_eq!(first.progress.pages, 10);
    let waiting = collected.found.into_iter().filter(|(url, _)| !collected.visited.contains(url)).collect();
    let state = CrawlState { visited: collected.visited, waiting, progress: first.progress };
    let sink = MemorySink::new(|_| ());
    let limits = CrawlLimits { pages: 25, ..limits };
    let request = CrawlRequest { resume: Some(state), limits, ..site.request() };
    let summary = site.crawler(BrowserChoice::Off).crawl(request, &sink, CancellationToken::new()).await;
    assert_eq!(summary.progress.pages, 25);
    let more = sink.into_collected().pages;
    assert_eq!(more.len(), 15);
    assert!(more.iter().all(|page| !collected.pages.iter().any(|known| known.url == page.url)), "{:?}", paths(&more));
}

#[tokio::test]
async fn the_brand_is_read_in_whichever_part_the_crawl_ends() {
    let site = Site::build()
        .html("/", "<title>Home</title><style>button{background:#d35400}</style><a href='/more'>More</a>")
        .page("/more", "More", "<p>Later.</p>")
        .serve()
        .await;
    let state = CrawlState {
        visited: vec![site.url("/")],
        waiting: vec![(site.url("/more"), 1)],
        progress: CrawlProgress { pages: 1, ..CrawlProgress::default() },
    };
    let sink = MemorySink::new(|_| ());
    let request = CrawlRequest { resume: Some(state), brand: true, ..site.request() };
    let summary = site.crawler(BrowserChoice::Off).crawl(request, &sink, CancellationToken::new()).await;
    assert_eq!(paths(&sink.into_collected().pages), ["/more"]);
    assert_eq!(summary.brand.unwrap().colours[0].hex, "#d35400");
}

/// A store whose disk is full.
struct Full;

#[async_trait::async_trait]
impl CrawlSink for Full {
    async fn keep(&self, _: CrawlBatch) -> Result<(), aos_kernel::Error> {
        Err(aos_kernel::Error::storage("disk full"))
    }
}

#[tokio::test]
async fn a_store_that_refuses_ends_the_crawl_with_its_words() {
    let site = chain_of(200).await;
    let summary = site.crawler(BrowserChoice::Off).crawl(site.request(), &Full, CancellationToken::new()).await;
    assert_eq!(summary.outcome, CrawlOutcome::Failed);
    assert!(
        summary.incomplete.iter().any(|words| words.contains("database did not take this")),
        "{:?}",
        summary.incomplete
    );
}

#[tokio::test]
async fn a_crawl_that_is_cancelled_before_it_begins_reads_nothing() {
    let site = chain_of(3).await;
    let cancel = CancellationToken::new();
    cancel.cancel();
    let sink = MemorySink::new(|_| ());
    let summary = site.crawler(BrowserChoice::Off).crawl(site.request(), &sink, cancel).await;
    assert_eq!(summary.outcome, CrawlOutcome::Cancelled);
    assert!(sink.into_collected().pages.is_empty());
}

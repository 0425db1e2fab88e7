//! The crawler as the product sees it.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Arc, atomic::AtomicU32},
    thread::available_parallelism,
    time::Duration,
};

use aos_capabilities::crawl::{
    BrandSignals, BrandSource, CrawlBatch, CrawlOutcome, CrawlProgress, CrawlRequest, CrawlSink, CrawlSummary,
    Severity, SiteCrawler,
};
use aos_kernel::Clock;
use aos_outbound::{Outbound, Request};
use tokio::{
    sync::{Semaphore, mpsc},
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::debug;
use url::Url;

use crate::{
    address,
    audit::finding,
    brand::{self, HomePage},
    browser::{BrowserChoice, Renderer},
    charset,
    fetch::Context,
    hosts::Hosts,
    run::Run,
    sitemap::{self, parse_sitemap},
};

/// Files of sitemaps that one crawl reads.
const MAX_SITEMAPS: usize = 50;
/// A site whose sitemaps are slow is crawled by its links.
const SITEMAP_TIME: Duration = Duration::from_secs(20);
const SHEET_BYTES: u64 = 512 << 10;

/// How the crawler works, the same for every site.
#[derive(Clone, Debug)]
pub struct CrawlerConfig {
    /// The name by which robots.txt may address us (RFC 9309's product token).
    pub agent: String,
    pub browser: BrowserChoice,
    /// Pages of one crawl that are rendered in a browser at most.
    pub rendered_pages: u32,
    /// For one answer, body included.
    pub request_time: Duration,
}

impl Default for CrawlerConfig {
    fn default() -> Self {
        Self {
            agent: "agency-os".to_owned(),
            browser: BrowserChoice::Detect,
            rendered_pages: 25,
            request_time: Duration::from_secs(30),
        }
    }
}

/// Crawls websites over `aos-outbound`.
#[derive(Clone)]
pub struct Crawler {
    outbound: Outbound,
    config: CrawlerConfig,
    clock: Arc<dyn Clock>,
}

impl Crawler {
    #[must_use]
    pub fn new(outbound: Outbound, config: CrawlerConfig, clock: Arc<dyn Clock>) -> Self {
        Self { outbound, config, clock }
    }

    fn context(&self, request: &CrawlRequest) -> Context {
        let limits = &request.limits;
        let cores = available_parallelism().map_or(2, std::num::NonZero::get);
        Context {
            outbound: self.outbound.clone(),
            clock: Arc::clone(&self.clock),
            hosts: Hosts::new(self.outbound.clone(), &self.config.agent, limits.per_host, limits.delay),
            renderer: Renderer::new(self.config.browser.clone(), self.outbound.clone()),
            renders_left: AtomicU32::new(self.config.rendered_pages),
            parsers: Semaphore::new(cores),
            page_bytes: limits.page_bytes,
            request_time: self.config.request_time,
            render_scripts: request.render_scripts,
        }
    }
}

#[async_trait::async_trait]
impl SiteCrawler for Crawler {
    async fn crawl(&self, request: CrawlRequest, sink: &dyn CrawlSink, cancel: CancellationToken) -> CrawlSummary {
        let started = Instant::now();
        let Some(start) = address::normalise(request.start.clone()) else {
            let words = format!("{} is not the address of a website.", request.start);
            return failed(words);
        };
        let context = Arc::new(self.context(&request));
        let resumed = request.resume.as_ref().is_some_and(|state| !state.visited.is_empty());
        let before = async {
            let host = context.hosts.of(&start);
            let robots = context.hosts.robots(&host, &start).await;
            let listed = if resumed || !robots.allows(&start) {
                Listed::default()
            } else {
                let declared = robots.sitemaps.clone();
                timeout(SITEMAP_TIME, read_sitemaps(&context, &start, declared, request.limits.pages))
                    .await
                    .unwrap_or_default()
            };
            (robots.found, listed)
        };
        let (robots_found, listed) = tokio::select! {
            biased;
            () = cancel.cancelled() => (false, Listed::default()),
            before = before => before,
        };
        let (run, batches) = Run::new(Arc::clone(&context), &request, &start, started);
        let (mut summary, kept) = tokio::join!(run.run(start, listed.pages, cancel), keep(batches, sink));
        context.renderer.close().await;
        if let Err(error) = kept {
            summary.outcome = CrawlOutcome::Failed;
            summary.incomplete.push(error.message().to_owned());
        }
        if listed.cut {
            let words = "A sitemap of the site is damaged or too long; it was read as far as possible.";
            summary.findings.push(finding("sitemap_cut", Severity::Info, None, words));
        }
        summary.robots_found = robots_found;
        summary.sitemaps = listed.files;
        summary
    }
}

/// Hands batches over one after the other. Ends early when one is refused, which the crawl notices at its next batch.
async fn keep(mut batches: mpsc::Receiver<CrawlBatch>, sink: &dyn CrawlSink) -> Result<(), aos_kernel::Error> {
    while let Some(batch) = batches.recv().await {
        sink.keep(batch).await?;
    }
    Ok(())
}

fn failed(words: String) -> CrawlSummary {
    CrawlSummary {
        outcome: CrawlOutcome::Failed,
        findings: vec![finding("incomplete", Severity::Warning, None, words.clone())],
        incomplete: vec![words],
        progress: CrawlProgress::default(),
        brand: None,
        robots_found: false,
        sitemaps: Vec::new(),
        elapsed_ms: 0,
    }
}

/// What the sitemaps named.
#[derive(Default)]
struct Listed {
    pages: Vec<Url>,
    /// The files that were read.
    files: Vec<String>,
    cut: bool,
}

/// Reads the sitemaps that robots.txt declares, or the usual one. Only as many addresses as the crawl could use.
async fn read_sitemaps(context: &Context, start: &Url, declared: Vec<String>, pages: u32) -> Listed {
    let mut listed = Listed::default();
    let room = (pages as usize).saturating_mul(2).min(sitemap::MAX_URLS);
    let mut queue: VecDeque<Url> = declared.iter().filter_map(|address| start.join(address).ok()).collect();
    if queue.is_empty() {
        queue.extend(start.join("/sitemap.xml"));
    }
    let mut known: HashSet<Url> = HashSet::new();
    while let Some(url) = queue.pop_front() {
        if known.len() >= MAX_SITEMAPS || listed.pages.len() >= room {
            break;
        }
        if !known.insert(url.clone()) {
            continue;
        }
        let request = Request::get(url.clone()).timeout(context.request_time).truncate_at(sitemap::MAX_BYTES);
        let answer = match context.outbound.send(request).await {
            Ok(answer) if answer.is_success() => answer,
            Ok(_) => continue,
            Err(error) => {
                debug!(%error, "a sitemap could not be read");
                continue;
            }
        };
        let truncated = answer.truncated;
        let Ok(read) = tokio::task::spawn_blocking(move || parse_sitemap(&answer.body)).await else { continue };
        if read.pages.is_empty() && read.sitemaps.is_empty() {
            continue;
        }
        listed.cut |= read.cut || truncated;
        listed.files.push(url.to_string());
        let resolved = |address: &String| url.join(address).ok().and_then(address::normalise);
        queue.extend(read.sitemaps.iter().filter_map(resolved).take(MAX_SITEMAPS));
        let left = room - listed.pages.len();
        listed.pages.extend(read.pages.iter().filter_map(resolved).take(left));
    }
    listed
}

/// Reads the brand off the home page: in the browser where there is one, otherwise from its style sheets, saying so.
pub(crate) async fn look_at_brand(context: &Context, url: &Url, html: &str) -> BrandSignals {
    match context.renderer.home(url).await {
        Ok(look) => {
            let mut signals = look.palette.into_signals();
            signals.source = BrandSource::Rendered;
            signals.logo_url = HomePage::read(&look.html, url).logo.map(String::from);
            signals.screenshot = Some(look.screenshot);
            signals
        }
        Err(error) => {
            let mut signals = brand_from_style_sheets(context, url, html).await;
            signals.note = Some(format!("Read from the style sheets and not from the page as it looks: {error}"));
            signals
        }
    }
}

/// The same where the home page itself was read in an earlier part of the crawl.
pub(crate) async fn look_again_at_brand(context: Arc<Context>, url: Url) -> Option<BrandSignals> {
    let host = context.hosts.of(&url);
    if !context.hosts.robots(&host, &url).await.allows(&url) {
        return None;
    }
    let request = Request::get(url).timeout(context.request_time).truncate_at(context.page_bytes);
    let answer = context.outbound.send(request).await.ok().filter(aos_outbound::Response::is_success)?;
    let html = charset::decode(&answer.body, answer.header("content-type"));
    Some(look_at_brand(&context, &answer.final_url, &html).await)
}

async fn brand_from_style_sheets(context: &Context, url: &Url, html: &str) -> BrandSignals {
    let home = HomePage::read(html, url);
    let mut sheets = home.inline_styles;
    for sheet in &home.sheets {
        let host = context.hosts.of(sheet);
        if !context.hosts.robots(&host, sheet).await.allows(sheet) {
            continue;
        }
        let Some(_turn) = context.hosts.turn(&host).await else { break };
        let request = Request::get(sheet.clone()).timeout(context.request_time).truncate_at(SHEET_BYTES);
        if let Ok(answer) = context.outbound.send(request).await
            && answer.is_success()
        {
            sheets.push(charset::decode(&answer.body, answer.header("content-type")).into_owned());
        }
    }
    let theme = home.theme_colour;
    // Style sheets of frameworks are large, and a stranger's may be made to confuse.
    let palette = tokio::task::spawn_blocking(move || brand::from_style_sheets(&sheets, theme.as_deref())).await;
    let mut signals = palette.unwrap_or_default().into_signals();
    signals.source = BrandSource::StaticCss;
    signals.logo_url = home.logo.map(String::from);
    signals
}

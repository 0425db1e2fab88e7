//! The crawl itself: one loop that hands out addresses, takes in what became of them, and knows when to stop.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
    time::Duration,
};

use aos_capabilities::crawl::{
    BrandSignals, CrawlBatch, CrawlLimits, CrawlOutcome, CrawlProgress, CrawlRequest, CrawlSummary, Finding, Severity,
};
use tokio::{
    sync::mpsc,
    task::{JoinHandle, JoinSet},
    time::{Instant, MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    address::{self, Site},
    audit::{SiteAudit, finding},
    crawler::{look_again_at_brand, look_at_brand},
    fetch::{Context, Done, Failure, Outcome, ReadPage, Skipped, fetch},
    frontier::{Frontier, Job, Kind, is_worthless, promised},
};

/// A batch is handed over when it has this many pages, or this many bytes, or after this time.
const BATCH_PAGES: usize = 32;
const BATCH_BYTES: usize = 4 << 20;
const BATCH_TIME: Duration = Duration::from_millis(500);
/// A passing failure is tried again so often.
const RETRIES: u32 = 1;
/// After so many addresses in a row without an answer the server counts as gone.
const NO_ANSWERS: u32 = 12;
const BATCHES_UNDER_WAY: usize = 2;

/// Why the loop ended before the frontier was empty.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stop {
    Pages,
    Bytes,
    Time,
    NoAnswer(String),
    Cancelled,
    /// The sink refused a batch.
    NotKept,
}

pub(crate) struct Run {
    context: Arc<Context>,
    site: Arc<Site>,
    limits: CrawlLimits,
    brand_wanted: bool,
    frontier: Frontier,
    under_way: JoinSet<Done>,
    pages_under_way: u32,
    /// Images and documents under way.
    media_under_way: (u32, u32),
    batch: CrawlBatch,
    batch_bytes: usize,
    out: mpsc::Sender<CrawlBatch>,
    progress: CrawlProgress,
    told: CrawlProgress,
    audit: SiteAudit,
    findings: Vec<Finding>,
    notes: Notes,
    image_hashes: HashSet<String>,
    /// Pages that the site's own list names, held back until the start page has been read.
    listed: Vec<Url>,
    brand: Option<JoinHandle<Option<BrandSignals>>>,
    started: Instant,
}

/// Counts of what a person should know at the end.
#[derive(Default)]
struct Notes {
    closed: u32,
    closed_because: Option<String>,
    left_site: u32,
    unreadable: u32,
    no_answer_in_a_row: u32,
    start_failure: Option<String>,
    other_kinds: BTreeMap<String, u32>,
    render_notes: BTreeMap<String, u32>,
}

impl Run {
    /// `started` is when the crawl began, robots.txt and sitemaps included: its time limit counts from there.
    pub fn new(
        context: Arc<Context>,
        request: &CrawlRequest,
        start: &Url,
        started: Instant,
    ) -> (Self, mpsc::Receiver<CrawlBatch>) {
        let (out, batches) = mpsc::channel(BATCHES_UNDER_WAY);
        let mut frontier = Frontier::new(&request.limits);
        let mut progress = CrawlProgress::default();
        if let Some(state) = &request.resume {
            frontier.resume(state, start);
            progress = state.progress;
        }
        let run = Self {
            context,
            site: Arc::new(Site::of(start)),
            limits: request.limits,
            brand_wanted: request.brand,
            frontier,
            under_way: JoinSet::new(),
            pages_under_way: 0,
            media_under_way: (0, 0),
            batch: CrawlBatch::default(),
            batch_bytes: 0,
            out,
            progress,
            told: CrawlProgress::default(),
            audit: SiteAudit::default(),
            findings: Vec::new(),
            notes: Notes::default(),
            image_hashes: HashSet::new(),
            listed: Vec::new(),
            brand: None,
            started,
        };
        (run, batches)
    }

    /// Runs to the end. `listed` are the pages of the sitemaps.
    pub async fn run(mut self, start: Url, listed: Vec<Url>, cancel: CancellationToken) -> CrawlSummary {
        self.listed = listed;
        if self.frontier.claim(&start) {
            self.batch.found.push((start.to_string(), 0));
            self.frontier.push(Job::start(&start));
        } else if self.brand_wanted {
            // An earlier part read the start page and ended before it had looked at the brand.
            self.brand = Some(tokio::spawn(look_again_at_brand(Arc::clone(&self.context), start)));
        }
        let stop = self.work(&cancel).await;
        self.under_way.abort_all();
        let kept = self.flush().await;
        let stop = stop.or(kept.err());
        let brand = match self.brand.take() {
            Some(brand) if stop != Some(Stop::Cancelled) => brand.await.ok().flatten(),
            Some(brand) => {
                brand.abort();
                None
            }
            None => None,
        };
        self.summary(stop, brand)
    }

    async fn work(&mut self, cancel: &CancellationToken) -> Option<Stop> {
        let deadline = self.started + self.limits.time;
        let mut tick = interval(BATCH_TIME);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let full = self.dispatch();
            if self.under_way.is_empty() {
                return full;
            }
            let done = tokio::select! {
                biased;
                () = cancel.cancelled() => return Some(Stop::Cancelled),
                () = tokio::time::sleep_until(deadline) => return Some(Stop::Time),
                done = self.under_way.join_next() => done,
                _ = tick.tick() => {
                    if let Err(stop) = self.flush().await {
                        return Some(stop);
                    }
                    continue;
                }
            };
            // A fetch that panicked is a defect of ours; the crawl goes on without that address.
            if let Some(Ok(done)) = done {
                if let Some(stop) = self.take(done) {
                    return Some(stop);
                }
                let full = self.batch.pages.len() >= BATCH_PAGES || self.batch_bytes >= BATCH_BYTES;
                if full && let Err(stop) = self.flush().await {
                    return Some(stop);
                }
            }
        }
    }

    /// Starts as many fetches as may be under way. Says which limit keeps waiting addresses from being read.
    fn dispatch(&mut self) -> Option<Stop> {
        // More than the server may be asked at once, so that parsing never keeps it idle.
        let most = self.limits.per_host.max(1) as usize * 2 + 4;
        while self.under_way.len() < most {
            if self.progress.bytes >= self.limits.total_bytes {
                return (self.frontier.waiting() > 0).then_some(Stop::Bytes);
            }
            let pages_left = self.progress.pages + self.pages_under_way < self.limits.pages;
            let images_left = self.progress.images + self.media_under_way.0 < self.limits.images;
            let documents_left = self.progress.documents + self.media_under_way.1 < self.limits.documents;
            let may = |job: &Job| if matches!(job.kind, Kind::Image { .. }) { images_left } else { documents_left };
            let Some(job) = self.frontier.next(pages_left, may) else {
                return (!pages_left && self.frontier.waiting_pages() > 0).then_some(Stop::Pages);
            };
            self.count_under_way(&job, 1);
            self.under_way.spawn(fetch(Arc::clone(&self.context), Arc::clone(&self.site), job));
        }
        None
    }

    fn count_under_way(&mut self, job: &Job, by: i32) {
        let count = match job.kind {
            Kind::Image { .. } => &mut self.media_under_way.0,
            Kind::Document => &mut self.media_under_way.1,
            Kind::Start | Kind::Page => &mut self.pages_under_way,
        };
        *count = count.saturating_add_signed(by);
    }

    fn take(&mut self, done: Done) -> Option<Stop> {
        let Done { job, outcome, bytes } = done;
        self.count_under_way(&job, -1);
        self.progress.bytes += bytes;
        if !matches!(&outcome, Outcome::Failed(failure) if failure.no_answer) {
            self.notes.no_answer_in_a_row = 0;
        }
        match outcome {
            Outcome::Page(read) => self.take_page(&job, *read),
            Outcome::Image(image) => {
                // The same picture under two addresses is one picture.
                if self.progress.images < self.limits.images && self.image_hashes.insert(image.hash.clone()) {
                    self.progress.images += 1;
                    self.batch_bytes += image.bytes.len();
                    self.batch.images.push(image);
                } else {
                    self.progress.skipped += 1;
                }
            }
            Outcome::Document(document) => {
                if self.progress.documents < self.limits.documents {
                    self.progress.documents += 1;
                    self.batch_bytes += document.bytes.len() + document.text.len();
                    self.batch.documents.push(*document);
                } else {
                    self.progress.skipped += 1;
                }
            }
            Outcome::Redirected(target) => {
                self.redirect(job, target);
                return None;
            }
            Outcome::Skipped(why) => self.skip(&job, why),
            Outcome::Failed(failure) => return self.fail(job, failure),
        }
        self.visited(&job);
        None
    }

    fn visited(&mut self, job: &Job) {
        self.batch.visited.push(job.asked.to_string());
        // Where redirects led is read, too: a later part of this crawl need not go there again.
        if job.url != job.asked {
            self.batch.visited.push(job.url.to_string());
        }
    }

    fn take_page(&mut self, job: &Job, read: ReadPage) {
        let ReadPage { page, parsed, html, render_note } = read;
        if let Some(note) = render_note {
            *self.notes.render_notes.entry(note).or_default() += 1;
        }
        if let Some(html) = html.filter(|_| self.brand_wanted) {
            let (context, url) = (Arc::clone(&self.context), job.url.clone());
            self.brand = Some(tokio::spawn(async move { Some(look_at_brand(&context, &url, &html).await) }));
        }
        if !parsed.nofollow {
            for link in
                parsed.internal_links.iter().chain(parsed.canonical.iter().filter(|url| self.site.contains(url)))
            {
                if !is_worthless(link) {
                    let kind = promised(link);
                    if self.frontier.offer(link, job.depth + 1, kind, &page.url) {
                        self.batch.found.push((link.to_string(), job.depth + 1));
                    }
                }
            }
        }
        // An image may lie on another host: that is where shops and builders keep them.
        for image in parsed.images.iter().filter(|image| !is_worthless(&image.url)) {
            let kind = Kind::Image { alt: image.alt.clone() };
            if self.frontier.offer(&image.url, job.depth, kind, &page.url) {
                self.batch.found.push((image.url.to_string(), job.depth));
            }
        }
        self.audit.page(&page);
        self.progress.pages += 1;
        self.batch_bytes += page.markdown.len();
        self.batch.pages.push(page);
        if job.is_start() {
            self.offer_listed();
        }
    }

    /// After the start page's own links, so that what the site shows first is read first.
    fn offer_listed(&mut self) {
        for url in std::mem::take(&mut self.listed) {
            if self.site.contains(&url) && !is_worthless(&url) && self.frontier.offer(&url, 1, promised(&url), "") {
                self.batch.found.push((url.to_string(), 1));
            }
        }
    }

    fn redirect(&mut self, mut job: Job, target: Url) {
        if job.is_start() && !self.site.contains(&target) {
            let words = format!("{} redirects to {target}, so the site there was read.", job.asked);
            self.findings.push(finding("moved_site", Severity::Info, Some(job.asked.as_str()), words));
            Arc::make_mut(&mut self.site).adopt(&target);
        }
        let image = matches!(job.kind, Kind::Image { .. });
        if !image && !self.site.contains(&target) {
            self.notes.left_site += 1;
            self.progress.skipped += 1;
            return self.visited(&job);
        }
        // `http` to `https` and the like lead to the same page; anything else may be one that is known.
        let same = |url: &Url| address::same_page_key(url) == address::same_page_key(&target);
        let same_page = same(&job.url) || job.hops.iter().any(same);
        if !same_page && !self.frontier.claim(&target) {
            self.progress.skipped += 1;
            return self.visited(&job);
        }
        job.hops.push(std::mem::replace(&mut job.url, target));
        self.frontier.push(job);
    }

    fn skip(&mut self, job: &Job, why: Skipped) {
        self.progress.skipped += 1;
        let url = job.asked.as_str();
        let mut start_words = None;
        match why {
            Skipped::Closed(because) => {
                self.notes.closed += 1;
                start_words = Some(because.clone().unwrap_or_else(|| {
                    "The site's robots.txt does not allow crawlers to read its start page.".to_owned()
                }));
                self.notes.closed_because = self.notes.closed_because.take().or(because);
            }
            Skipped::Kind(kind) => {
                let kind = kind.split(';').next().unwrap_or_default().trim();
                let kind = if kind.is_empty() { "something without a type" } else { kind };
                start_words = Some(format!("{url} answers with {kind}, which is no web page."));
                *self.notes.other_kinds.entry(kind.to_owned()).or_default() += 1;
            }
            Skipped::TooSmall => {}
            Skipped::TooLarge => {
                let words = format!(
                    "It is larger than the {} that a crawl reads of one answer.",
                    megabytes(self.limits.page_bytes)
                );
                self.findings.push(finding("truncated", Severity::Warning, Some(url), words));
            }
            Skipped::Unreadable(why) => {
                let words = format!("The document could not be read: {why}.");
                start_words = Some(words.clone());
                self.findings.push(finding("unreadable_document", Severity::Warning, Some(url), words));
            }
        }
        if job.is_start() {
            self.notes.start_failure = start_words;
            self.offer_listed();
        }
    }

    fn fail(&mut self, mut job: Job, failure: Failure) -> Option<Stop> {
        if failure.passing && job.attempt < RETRIES {
            job.attempt += 1;
            self.frontier.push(job);
            return None;
        }
        self.progress.failed += 1;
        self.visited(&job);
        if failure.redirect_loop {
            let message = failure.message.clone();
            self.findings.push(finding("redirect_loop", Severity::Warning, Some(job.asked.as_str()), message));
        }
        // The start page is nobody's link, and a crawl that goes on has forgotten whose links it took up.
        if let Some(from) = &job.from {
            self.audit.broken(job.asked.as_str(), from, &failure.words);
        }
        if job.is_start() {
            self.notes.start_failure = Some(failure.message.clone());
            // The site may still be there, only not at this address.
            self.offer_listed();
        }
        if failure.passing || failure.no_answer {
            self.notes.unreadable += 1;
        }
        if failure.no_answer && self.site.contains(&job.url) {
            self.notes.no_answer_in_a_row += 1;
            if self.notes.no_answer_in_a_row >= NO_ANSWERS {
                return Some(Stop::NoAnswer(failure.message));
            }
        }
        None
    }

    /// Hands the batch over, and waits while the store is busy with earlier ones.
    async fn flush(&mut self) -> Result<(), Stop> {
        self.progress.waiting = self.frontier.waiting();
        let nothing = self.batch.visited.is_empty() && self.batch.found.is_empty() && self.progress == self.told;
        if nothing {
            return Ok(());
        }
        let mut batch = std::mem::take(&mut self.batch);
        batch.progress = self.progress;
        self.batch_bytes = 0;
        self.told = self.progress;
        // The receiver is gone when the store refused a batch; it has the words for it.
        self.out.send(batch).await.map_err(|_| Stop::NotKept)
    }
}

mod ending;
use ending::megabytes;

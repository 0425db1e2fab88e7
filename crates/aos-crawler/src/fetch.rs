//! One address: asked for politely, read by its kind, and told what became of it.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use aos_capabilities::crawl::{CrawledDocument, CrawledImage, CrawledPage};
use aos_kernel::Clock;
use aos_outbound::{Outbound, OutboundError, OutboundErrorKind, Request, Response, StreamedResponse};
use bytes::Bytes;
use futures::FutureExt;
use tokio::sync::Semaphore;
use url::Url;

use crate::{
    address::{self, Site},
    audit,
    browser::Renderer,
    charset,
    document::{self, DocumentKind},
    frontier::{Job, Kind},
    hosts::{Host, Hosts},
    html::{self, ParsedPage, robots_words, sha256_hex},
    image,
};

/// Redirects of one address beyond this are a loop, or as good as one.
const MAX_HOPS: usize = 10;
const ACCEPT: &str = "text/html,application/xhtml+xml,application/pdf;q=0.9,image/webp,image/*;q=0.8,*/*;q=0.5";
/// How long a server rests after "too many requests" when it doesn't say.
const USUAL_REST: Duration = Duration::from_secs(5);

/// What all fetches of one crawl share.
pub(crate) struct Context {
    pub outbound: Outbound,
    pub clock: Arc<dyn Clock>,
    pub hosts: Hosts,
    pub renderer: Renderer,
    /// Pages that may still be rendered.
    pub renders_left: AtomicU32,
    /// How many pages are parsed at once: as many as there are cores, since parsing never waits.
    pub parsers: Semaphore,
    pub page_bytes: u64,
    pub request_time: Duration,
    pub render_scripts: bool,
}

/// What became of an address.
pub(crate) enum Outcome {
    Page(Box<ReadPage>),
    Image(CrawledImage),
    Document(Box<CrawledDocument>),
    /// The server sends us elsewhere.
    Redirected(Url),
    Skipped(Skipped),
    Failed(Failure),
}

pub(crate) enum Skipped {
    /// robots.txt closes it; the reason when it closes everything.
    Closed(Option<String>),
    /// Nothing that we read, by its content type.
    Kind(String),
    TooSmall,
    /// A file that was cut off at the size limit can't be read.
    TooLarge,
    Unreadable(String),
}

/// A page with what only the crawl itself needs.
pub(crate) struct ReadPage {
    pub page: CrawledPage,
    pub parsed: ParsedPage,
    /// The HTML of the home page, for its brand.
    pub html: Option<String>,
    /// A reason that a page which needs scripts was not rendered.
    pub render_note: Option<String>,
}

/// Why an address could not be read.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    /// Continues a sentence that begins with "It": "answers 404".
    pub words: String,
    /// A sentence of its own.
    pub message: String,
    /// It might work a moment later.
    pub passing: bool,
    /// The server is not there at all, as opposed to not having this page.
    pub no_answer: bool,
    pub redirect_loop: bool,
}

/// An address that is done.
pub(crate) struct Done {
    pub job: Job,
    pub outcome: Outcome,
    pub bytes: u64,
}

pub(crate) async fn fetch(context: Arc<Context>, site: Arc<Site>, job: Job) -> Done {
    let mut bytes = 0;
    let outcome = match AssertUnwindSafe(attempt(&context, &site, &job, &mut bytes)).catch_unwind().await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(failure)) => Outcome::Failed(failure),
        Err(_) => Outcome::Failed(Failure::defect(&job.url)),
    };
    Done { job, outcome, bytes }
}

async fn attempt(context: &Context, site: &Arc<Site>, job: &Job, bytes: &mut u64) -> Result<Outcome, Failure> {
    let host = context.hosts.of(&job.url);
    let robots = context.hosts.robots(&host, &job.url).await;
    if !robots.allows(&job.url) {
        return Ok(Outcome::Skipped(Skipped::Closed(robots.closed_because().map(str::to_owned))));
    }
    let Some(turn) = context.hosts.turn(&host).await else { return Err(Failure::gone()) };
    let request = Request::get(job.url.clone())
        .header("Accept", ACCEPT)
        .redirects(0)
        .timeout(context.request_time)
        .truncate_at(context.page_bytes);
    let answer = context.outbound.stream(request).await?;
    if let Some(target) = redirect(&answer, &job.url)? {
        if job.hops.len() >= MAX_HOPS || target == job.url || job.hops.contains(&target) {
            return Err(Failure::redirect_loop(job));
        }
        return Ok(Outcome::Redirected(target));
    }
    if !(200..300).contains(&answer.status) {
        return Err(Failure::status(&answer, &job.url, &host, context).await);
    }
    let content_type = answer.header("content-type").unwrap_or_default().to_ascii_lowercase();
    if is_nothing_for_us(&content_type) {
        return Ok(Outcome::Skipped(Skipped::Kind(content_type)));
    }
    let answer = answer.collect().await?;
    drop(turn);
    *bytes = answer.body.len() as u64;
    if is_html(&content_type, &answer.body) {
        let page = read_page(context, site, job, &content_type, answer).await?;
        return Ok(Outcome::Page(Box::new(page)));
    }
    if let Some(facts) = image::inspect(&answer.body) {
        return Ok(if answer.truncated {
            Outcome::Skipped(Skipped::TooLarge)
        } else {
            Outcome::Image(kept_image(job, facts, answer.body))
        });
    }
    if let Some(kind) = DocumentKind::of(&job.url, &content_type, &answer.body) {
        if answer.truncated && kind != DocumentKind::Text {
            return Ok(Outcome::Skipped(Skipped::TooLarge));
        }
        return Ok(kept_document(job, kind, answer.body).await);
    }
    let picture = content_type.starts_with("image/");
    Ok(Outcome::Skipped(if picture { Skipped::TooSmall } else { Skipped::Kind(content_type) }))
}

/// The target of a redirecting answer.
fn redirect(answer: &StreamedResponse, url: &Url) -> Result<Option<Url>, Failure> {
    if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let target = answer.header("location").and_then(|location| url.join(location.trim()).ok());
    match target.and_then(address::normalise) {
        Some(target) => Ok(Some(target)),
        None => Err(Failure::lasting("redirects to nowhere", format!("{url} redirects to nowhere."))),
    }
}

/// Told from the header, before anything of the body was loaded.
fn is_nothing_for_us(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    ["audio/", "video/", "font/"].iter().any(|start| kind.starts_with(start))
        || matches!(
            kind,
            "application/json"
                | "application/javascript"
                | "text/javascript"
                | "text/css"
                | "text/csv"
                | "application/zip"
                | "application/gzip"
                | "image/svg+xml"
                | "text/calendar"
                | "application/rss+xml"
                | "application/atom+xml"
        )
}

/// By its type, or by how it begins where the server gives none or a wrong one.
fn is_html(content_type: &str, body: &[u8]) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    if matches!(kind, "text/html" | "application/xhtml+xml") {
        return true;
    }
    if !matches!(kind, "" | "application/octet-stream" | "text/plain" | "application/xml" | "text/xml") {
        return false;
    }
    let start = String::from_utf8_lossy(&body[..body.len().min(512)]).trim_start().to_ascii_lowercase();
    start.starts_with("<!doctype html")
        || start.starts_with("<html")
        || (start.starts_with("<?xml") && start.contains("<html"))
}

async fn read_page(
    context: &Context,
    site: &Arc<Site>,
    job: &Job,
    content_type: &str,
    answer: Response,
) -> Result<ReadPage, Failure> {
    let header_robots: Vec<&str> =
        answer.headers.get_all("x-robots-tag").iter().filter_map(|value| value.to_str().ok()).collect();
    let header_robots = robots_words(&header_robots.join(","));
    let (url, shared_site, declared) = (job.url.clone(), Arc::clone(site), content_type.to_owned());
    let (body, keep_html) = (answer.body.clone(), job.is_start());
    let _parser = context.parsers.acquire().await.map_err(|_| Failure::gone())?;
    let parse = move || {
        let html = charset::decode(&body, Some(&declared));
        let parsed = html::parse_text(&html, &url, &shared_site);
        (parsed, keep_html.then(|| html.into_owned()))
    };
    let (mut parsed, mut html) = tokio::task::spawn_blocking(parse).await.map_err(|_| Failure::defect(&job.url))?;
    let (mut rendered, mut render_note) = (false, None);
    if parsed.needs_scripts && context.render_scripts {
        match render(context, &job.url).await {
            Ok(seen) => {
                parsed = html::parse_text(&seen, &job.url, site);
                html = html.map(|_| seen);
                rendered = true;
            }
            Err(note) => render_note = Some(note),
        }
    }
    parsed.noindex |= header_robots.0;
    parsed.nofollow |= header_robots.1;
    let page = crawled_page(context, job, content_type, &answer, &mut parsed, rendered);
    Ok(ReadPage { page, parsed, html, render_note })
}

/// The page's HTML after its scripts ran.
async fn render(context: &Context, url: &Url) -> Result<String, String> {
    let left = context.renders_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
    if left.is_err() {
        return Err("More pages need scripts than one crawl renders in a browser.".to_owned());
    }
    context.renderer.page(url).await.map_err(|error| error.to_string())
}

/// Moves what is kept out of `parsed`; the links stay there for the frontier.
fn crawled_page(
    context: &Context,
    job: &Job,
    content_type: &str,
    answer: &Response,
    parsed: &mut ParsedPage,
    rendered: bool,
) -> CrawledPage {
    let texts = |links: &[Url]| links.iter().map(Url::to_string).collect();
    let reading = std::mem::take(&mut parsed.reading);
    let mut page = CrawledPage {
        url: job.asked.to_string(),
        final_url: job.url.to_string(),
        canonical: parsed.canonical.first().map(Url::to_string),
        status: answer.status,
        content_type: content_type.split(';').next().unwrap_or_default().trim().to_owned(),
        depth: job.depth,
        title: std::mem::take(&mut parsed.title),
        description: std::mem::take(&mut parsed.description),
        h1: std::mem::take(&mut parsed.h1),
        language: parsed.language.take(),
        markdown: reading.markdown,
        word_count: reading.words,
        internal_links: texts(&parsed.internal_links),
        external_links: texts(&parsed.external_links),
        noindex: parsed.noindex,
        text_hash: std::mem::take(&mut parsed.text_hash),
        bytes: answer.body.len() as u64,
        elapsed_ms: u64::try_from(answer.elapsed.as_millis()).unwrap_or(u64::MAX),
        rendered,
        findings: Vec::new(),
        fetched_at: context.clock.now(),
    };
    page.findings = audit::page_findings(&page, parsed, job.hops.len(), answer.truncated);
    page
}

fn kept_image(job: &Job, facts: image::ImageFacts, bytes: Bytes) -> CrawledImage {
    let alt = match &job.kind {
        Kind::Image { alt } => alt.clone(),
        _ => String::new(),
    };
    CrawledImage {
        url: job.asked.to_string(),
        page_url: job.from.clone().unwrap_or_default(),
        alt,
        content_type: facts.content_type.to_owned(),
        width: facts.width,
        height: facts.height,
        hash: sha256_hex(&bytes),
        bytes,
    }
}

async fn kept_document(job: &Job, kind: DocumentKind, bytes: Bytes) -> Outcome {
    match document::read(kind, bytes.clone()).await {
        Ok(read) => {
            let file = job.url.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or_default();
            let title = if read.title.is_empty() { file.to_owned() } else { read.title };
            Outcome::Document(Box::new(CrawledDocument {
                url: job.asked.to_string(),
                page_url: job.from.clone().unwrap_or_default(),
                title,
                content_type: kind.content_type().to_owned(),
                word_count: u32::try_from(read.text.split_whitespace().count()).unwrap_or(u32::MAX),
                text: read.text,
                hash: sha256_hex(&bytes),
                bytes,
            }))
        }
        Err(error) => Outcome::Skipped(Skipped::Unreadable(error.to_string())),
    }
}

impl Failure {
    fn lasting(words: impl Into<String>, message: impl Into<String>) -> Self {
        Self { words: words.into(), message: message.into(), passing: false, no_answer: false, redirect_loop: false }
    }

    /// The crawl is ending.
    fn gone() -> Self {
        Self::lasting("was not asked for", "The crawl ended.")
    }

    /// We panicked over it. The crawl goes on without this address.
    fn defect(url: &Url) -> Self {
        Self::lasting("could not be read", format!("{url} could not be read because of a defect of ours."))
    }

    fn redirect_loop(job: &Job) -> Self {
        let message = format!("{} redirects in a circle, or too often.", job.asked);
        Self { redirect_loop: true, ..Self::lasting("redirects in a circle", message) }
    }

    async fn status(answer: &StreamedResponse, url: &Url, host: &Host, context: &Context) -> Self {
        let status = answer.status;
        if matches!(status, 429 | 503) {
            let asked =
                answer.header("retry-after").and_then(|value| value.trim().parse().ok()).map(Duration::from_secs);
            // Without this wait the next request would only be refused, too.
            host.rest(asked.unwrap_or(USUAL_REST).min(context.request_time)).await;
        }
        let passing = matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504);
        Self { passing, ..Self::lasting(format!("answers {status}"), format!("{url} answers {status}.")) }
    }
}

impl From<OutboundError> for Failure {
    fn from(error: OutboundError) -> Self {
        use OutboundErrorKind::{
            BadBody, Blocked, Connect, Dns, Dropped, InvalidUrl, Timeout, Tls, TooLarge, TooManyRedirects,
        };
        let words = match error.kind {
            Blocked => "leads to an address that is not public",
            InvalidUrl => "is no address that can be asked for",
            Dns => "is on a host that does not exist",
            Connect | Tls => "can't be connected to",
            Timeout => "does not answer in time",
            TooLarge => "is too large",
            TooManyRedirects => "redirects too often",
            Dropped => "breaks off its answer",
            BadBody => "sends an answer that can't be read",
        };
        Self {
            words: words.to_owned(),
            message: error.message,
            passing: matches!(error.kind, Timeout | Dropped | Connect),
            no_answer: matches!(error.kind, Dns | Connect | Tls | Timeout),
            redirect_loop: error.kind == TooManyRedirects,
        }
    }
}

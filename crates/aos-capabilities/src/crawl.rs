//! Crawling a client's website, seen from the product.

use std::time::Duration;

use aos_kernel::{TenantId, Timestamp};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use url::Url;

/// What to crawl and how far.
#[derive(Clone, Debug)]
pub struct CrawlRequest {
    pub tenant: TenantId,
    pub start: Url,
    pub limits: CrawlLimits,
    /// Where an interrupted crawl goes on: what was visited and what was waiting.
    pub resume: Option<CrawlState>,
    /// Render the home page in a browser for its screenshot and computed style, where a browser is there.
    pub brand: bool,
    /// Pages whose text needs scripts are rendered in a browser.
    pub render_scripts: bool,
}

/// The bounds of a crawl; they are kept beside its findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrawlLimits {
    pub pages: u32,
    /// Bytes of one answer; more is cut off and noted.
    pub page_bytes: u64,
    /// Bytes of all answers together.
    pub total_bytes: u64,
    pub depth: u32,
    pub time: Duration,
    /// Requests under way at once to one host.
    pub per_host: u32,
    /// Pause between the starts of two requests to one host; robots.txt may ask for more.
    pub delay: Duration,
    pub images: u32,
    pub documents: u32,
}

impl Default for CrawlLimits {
    fn default() -> Self {
        Self {
            pages: 2_000,
            page_bytes: 5 << 20,
            total_bytes: 500 << 20,
            depth: 12,
            time: Duration::from_secs(15 * 60),
            per_host: 8,
            delay: Duration::ZERO,
            images: 300,
            documents: 50,
        }
    }
}

/// Visited and waiting URLs with their depth.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrawlState {
    pub visited: Vec<String>,
    pub waiting: Vec<(String, u32)>,
    /// What was done so far: the limits are for the crawl as a whole, not for each of its parts.
    #[serde(default)]
    pub progress: CrawlProgress,
}

/// One page as fetched and read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CrawledPage {
    /// As asked for, normalised.
    pub url: String,
    /// After redirects.
    pub final_url: String,
    pub canonical: Option<String>,
    pub status: u16,
    pub content_type: String,
    pub depth: u32,
    pub title: String,
    pub description: String,
    pub h1: Vec<String>,
    pub language: Option<String>,
    /// The readable part as Markdown.
    pub markdown: String,
    pub word_count: u32,
    /// Absolute, normalised, same site first.
    pub internal_links: Vec<String>,
    pub external_links: Vec<String>,
    /// `robots` meta or header says not to index.
    pub noindex: bool,
    /// SHA-256 of the readable text, hexadecimal: tells whether a page changed, and twins.
    pub text_hash: String,
    pub bytes: u64,
    pub elapsed_ms: u64,
    /// Seen in a browser, because the page needs scripts.
    pub rendered: bool,
    pub findings: Vec<Finding>,
    pub fetched_at: Timestamp,
}

/// Something that an audit or a person should know about a page or the whole crawl.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Stable word: `missing_title`, `truncated`, `broken_link`, `robots_forbids`.
    pub code: String,
    pub severity: Severity,
    pub url: Option<String>,
    /// For a person.
    pub message: String,
}

aos_kernel::text_enum! {
    pub enum Severity { Info = "info", Warning = "warning", Error = "error" }
}

/// An image that was fetched and kept.
#[derive(Clone, Debug)]
pub struct CrawledImage {
    pub url: String,
    pub page_url: String,
    pub alt: String,
    pub content_type: String,
    pub width: Option<u32>,
    pub height: Option<u32>,
    pub hash: String,
    pub bytes: Bytes,
}

/// A document (PDF and the like) that was fetched and read.
#[derive(Clone, Debug)]
pub struct CrawledDocument {
    pub url: String,
    pub page_url: String,
    pub title: String,
    pub content_type: String,
    pub text: String,
    pub word_count: u32,
    pub hash: String,
    pub bytes: Bytes,
}

/// What the home page looks like.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct BrandSignals {
    /// Most used first, as `#rrggbb`, with where they were seen ("button background").
    pub colours: Vec<BrandColour>,
    /// Family names, most used first, with their role: `heading`, `body`.
    pub fonts: Vec<BrandFont>,
    pub logo_url: Option<String>,
    pub source: BrandSource,
    /// Why it is not from a rendered page, for a person.
    pub note: Option<String>,
    /// PNG.
    #[serde(skip)]
    pub screenshot: Option<Bytes>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BrandColour {
    pub hex: String,
    pub role: String,
    /// Share of what was looked at, 0 to 1.
    pub share: f64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrandFont {
    pub family: String,
    pub role: String,
}

aos_kernel::text_enum! {
    #[derive(Default)]
    pub enum BrandSource {
        /// Computed by a browser.
        Rendered = "rendered",
        /// Read from the style sheets, without a browser.
        #[default]
        StaticCss = "static_css",
    }
}

/// What the crawler hands over as it goes, in small batches.
#[derive(Clone, Debug, Default)]
pub struct CrawlBatch {
    pub pages: Vec<CrawledPage>,
    pub images: Vec<CrawledImage>,
    pub documents: Vec<CrawledDocument>,
    /// URLs done since the last batch, kept or not.
    pub visited: Vec<String>,
    /// URLs found since the last batch, with their depth.
    pub found: Vec<(String, u32)>,
    pub progress: CrawlProgress,
}

/// Counts for the live view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrawlProgress {
    pub pages: u32,
    pub images: u32,
    pub documents: u32,
    pub failed: u32,
    pub skipped: u32,
    pub waiting: u32,
    pub bytes: u64,
}

/// Where the crawler's findings go.
#[async_trait::async_trait]
pub trait CrawlSink: Send + Sync {
    /// Keeps a batch. The crawler waits for it, so a slow store slows the crawl and memory stays flat.
    ///
    /// # Errors
    /// Ends the crawl as `Failed`; what was kept stays.
    async fn keep(&self, batch: CrawlBatch) -> Result<(), aos_kernel::Error>;
}

/// How a crawl ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CrawlSummary {
    pub outcome: CrawlOutcome,
    /// Why it is not complete, for a person; empty when it is.
    pub incomplete: Vec<String>,
    pub progress: CrawlProgress,
    pub findings: Vec<Finding>,
    pub brand: Option<BrandSignals>,
    pub robots_found: bool,
    pub sitemaps: Vec<String>,
    pub elapsed_ms: u64,
}

aos_kernel::text_enum! {
    pub enum CrawlOutcome {
        Complete = "complete",
        /// A limit was reached or parts failed; `incomplete` says which.
        Incomplete = "incomplete",
        Cancelled = "cancelled",
        /// Nothing could be read at all; `incomplete` says why.
        Failed = "failed",
    }
}

/// Crawls websites.
#[async_trait::async_trait]
pub trait SiteCrawler: Send + Sync {
    /// Never fails as a call: an unreachable site is a summary with `Failed` and the reason.
    async fn crawl(&self, request: CrawlRequest, sink: &dyn CrawlSink, cancel: CancellationToken) -> CrawlSummary;
}

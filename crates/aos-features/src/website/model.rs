//! Crawls and what they kept. Pure.

use aos_capabilities::crawl::{BrandSignals, CrawlLimits, CrawlOutcome, CrawlProgress, Finding};
use aos_kernel::{ActivityId, CrawlId, DocumentId, MediaId, SitePageId, Timestamp};
use aos_storage::{ObjectKey, from_row};
use serde::{Deserialize, Serialize};

aos_kernel::text_enum! {
    /// Where a crawl stands.
    pub enum CrawlState {
        Running = "running", Complete = "complete", Incomplete = "incomplete", Cancelled = "cancelled",
        Failed = "failed",
    }
}

impl From<CrawlOutcome> for CrawlState {
    fn from(outcome: CrawlOutcome) -> Self {
        match outcome {
            CrawlOutcome::Complete => Self::Complete,
            CrawlOutcome::Incomplete => Self::Incomplete,
            CrawlOutcome::Cancelled => Self::Cancelled,
            CrawlOutcome::Failed => Self::Failed,
        }
    }
}

/// One crawl, with its bounds and how it ended.
#[derive(Clone, Debug, Serialize)]
pub struct Crawl {
    pub id: CrawlId,
    pub activity_id: Option<ActivityId>,
    pub start_url: String,
    pub state: CrawlState,
    pub limits: CrawlLimits,
    pub progress: CrawlProgress,
    /// Why it is not complete, for a person.
    pub incomplete: Vec<String>,
    pub findings: Vec<Finding>,
    pub brand: Option<BrandSignals>,
    pub screenshot_key: Option<String>,
    pub cancel_requested: bool,
    pub started_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}
from_row!(Crawl {
    id, activity_id, start_url, parse state, json limits, json progress, json incomplete, json findings, json brand,
    screenshot_key, cancel_requested, started_at, finished_at
});

/// What a list of pages shows.
#[derive(Clone, Debug, Serialize)]
pub struct PageSummary {
    pub id: SitePageId,
    pub url: String,
    pub title: String,
    pub status: i64,
    pub word_count: i64,
    pub depth: i64,
    pub noindex: bool,
    pub rendered: bool,
}
from_row!(PageSummary { id, url, title, status, word_count, depth, noindex, rendered });

/// A page with its text.
#[derive(Clone, Debug, Serialize)]
pub struct Page {
    pub id: SitePageId,
    pub url: String,
    pub title: String,
    pub description: String,
    pub language: Option<String>,
    pub markdown: String,
    pub word_count: i64,
    pub details: PageDetails,
}
from_row!(Page { id, url, title, description, language, markdown, word_count, json details });

/// What is kept of a page beside what queries look at.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PageDetails {
    pub h1: Vec<String>,
    pub internal_links: Vec<String>,
    pub external_links: Vec<String>,
    pub elapsed_ms: u64,
    pub findings: Vec<Finding>,
}

#[derive(Clone, Debug, Serialize)]
pub struct SiteImage {
    pub id: MediaId,
    pub url: String,
    pub page_url: String,
    pub alt: String,
    pub content_type: String,
    pub width: Option<i64>,
    pub height: Option<i64>,
    #[serde(skip)]
    pub object_key: ObjectKey,
}
from_row!(SiteImage { id, url, page_url, alt, content_type, width, height, object_key });

#[derive(Clone, Debug, Serialize)]
pub struct SiteDocument {
    pub id: DocumentId,
    pub url: String,
    pub title: String,
    pub text: String,
    pub word_count: i64,
}
from_row!(SiteDocument { id, url, title, text, word_count });

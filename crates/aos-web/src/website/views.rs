//! What the crawl found.

use askama::Template;

use crate::{
    layout::{ClientHead, ClientTab, Shell},
    ui::{Choice, Moment, filters},
};

/// `GET /portal/clients/{id}/website`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "website/website.html")]
pub struct WebsitePage {
    pub shell: Shell,
    pub client: ClientHead,
    pub crawl: Option<CrawlView>,
    pub brand: Option<BrandView>,
    pub findings: Vec<FindingRow>,
    pub pages: Vec<PageRow>,
    pub pages_total: u64,
    /// Search text in titles and addresses, from `?q=`.
    pub query: String,
    /// Kinds of findings with their counts.
    pub finding_kinds: Vec<Choice>,
    pub more: Option<String>,
}

/// A crawl, running or done.
#[derive(Clone, Debug, Default)]
pub struct CrawlView {
    pub id: String,
    pub client_id: String,
    /// `queued`, `running`, `complete`, `incomplete`, `cancelled`, `failed`.
    pub state: String,
    pub started: Moment,
    /// "3 min 20 s".
    pub took: String,
    pub pages: u64,
    pub images: u64,
    pub documents: u64,
    pub failed: u64,
    pub skipped: u64,
    pub waiting: u64,
    /// "14.2 MB".
    pub size: String,
    /// "2,000 pages, 500 MB, 15 minutes; robots.txt honoured".
    pub limits: String,
    /// Why it is not complete.
    pub incomplete: Vec<String>,
    pub can_start: bool,
    pub can_cancel: bool,
    pub can_resume: bool,
}

impl CrawlView {
    pub(crate) fn runs(&self) -> bool {
        matches!(self.state.as_str(), "queued" | "running")
    }
    /// Share of what is known so far, for the bar; grows with what is found, so it is shown as an estimate.
    pub(crate) fn share(&self) -> u64 {
        let known = self.pages + self.failed + self.skipped + self.waiting;
        ((self.pages + self.failed + self.skipped) * 100).checked_div(known).unwrap_or(0)
    }
}

#[derive(Clone, Debug, Default)]
pub struct BrandView {
    pub colours: Vec<Swatch>,
    /// Family and role.
    pub fonts: Vec<(String, String)>,
    /// An image of ours.
    pub logo: Option<String>,
    /// The home page as a browser shows it; an image of ours.
    pub screenshot: Option<String>,
    /// `rendered` or `static_css`.
    pub source: String,
    /// Why it is not from a rendered page.
    pub note: Option<String>,
}

/// A colour and where it was seen.
#[derive(Clone, Debug, Default)]
pub struct Swatch {
    /// `#rrggbb`; anything else is drawn as unknown.
    pub hex: String,
    pub role: String,
    /// Percent of what was looked at.
    pub share: u32,
}

impl Swatch {
    /// The colour for a `fill` attribute, checked because it comes from a foreign style sheet.
    pub(crate) fn fill(&self) -> &str {
        let digits = self.hex.strip_prefix('#').unwrap_or_default();
        let good = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if good { &self.hex } else { "none" }
    }
}

#[derive(Clone, Debug, Default)]
pub struct FindingRow {
    /// `info`, `warning`, `error`.
    pub severity: String,
    pub message: String,
    pub url: Option<String>,
    /// How many pages have it.
    pub pages: u64,
}

#[derive(Clone, Debug, Default)]
pub struct PageRow {
    pub url: String,
    pub title: String,
    pub status: u16,
    pub words: u64,
    pub depth: u32,
    pub findings: u64,
    /// Seen in a browser.
    pub rendered: bool,
}

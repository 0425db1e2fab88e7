//! The tenant's website: crawls, and the pages, images, documents and brand signals that they kept.
//!
//! Owns: `crawl`, `crawl_url`, `site_page`, `site_image`, `site_document`.
//!
//! Invariants:
//! - A crawl keeps its limits beside its findings, and says why it is not complete.
//! - What a batch found and what it visited are committed together, so a killed crawl goes on where it was.
//! - Readers see the newest finished crawl that kept anything; a failed crawl never hides an older good one.

mod model;
pub mod queries;
mod store;
mod workflow;

pub mod commands;

pub use model::{Crawl, CrawlState, Page, PageSummary, SiteDocument, SiteImage};
pub use workflow::CrawlStep;

/// The step kind that crawls.
pub const CRAWL: &str = "website.crawl";

pub const MIGRATIONS: &[aos_storage::Migration] = &[aos_storage::Migration {
    number: 230,
    name: "website",
    sqlite: include_str!("../../migrations/sqlite/0230_website.sql"),
    postgres: include_str!("../../migrations/postgres/0230_website.sql"),
}];

//! Crawls a client's website: breadth first, by the rules that the site gives, within bounds.
//!
//! [`Crawler`] is the [`SiteCrawler`](aos_capabilities::crawl::SiteCrawler) of the product. Its parts, from the
//! outside in: `crawler` (rules, sitemaps, brand), `run` (the loop), `frontier` (what is next), `hosts` (whose turn it
//! is), `fetch` (one address), and the readers of what comes back: [`html`], [`document`], [`image`], `brand`.
//!
//! Invariants:
//! - Nothing reaches the network but through `aos-outbound`, the browser's requests included.
//! - Every size, count, depth and time has a bound, and a bound that was reached is told as a reason and a finding.
//! - A batch names the addresses it is about, so a crawl that is interrupted anywhere reads each page once.
//! - What strangers send can be wrong in any way: the readers ([`html::parse_html`], [`sitemap::parse_sitemap`],
//!   [`robots::Robots::parse`], [`document::read_now`], [`brand::declarations`]) are pure, total and public for fuzzing.

pub mod address;
mod audit;
pub mod brand;
mod browser;
pub mod charset;
mod crawler;
pub mod document;
mod fetch;
mod frontier;
mod hosts;
pub mod html;
pub mod image;
mod once;
mod reader;
pub mod robots;
mod run;
pub mod sitemap;

pub use browser::BrowserChoice;
pub use crawler::{Crawler, CrawlerConfig};
pub use once::{Collected, MemorySink, crawl_once};
pub use reader::FileReader;

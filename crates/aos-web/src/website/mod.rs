//! What the crawl found: pages, findings, brand.

pub mod views;

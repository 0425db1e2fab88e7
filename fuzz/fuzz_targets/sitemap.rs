//! Any bytes served as a sitemap, gzip included, give a list within the protocol's limits.
#![no_main]

use aos_crawler::sitemap::{MAX_URLS, parse_sitemap};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    let sitemap = parse_sitemap(file);
    assert!(sitemap.pages.len() + sitemap.sitemaps.len() <= MAX_URLS);
    assert!(sitemap.pages.iter().chain(&sitemap.sitemaps).all(|address| !address.trim().is_empty()));
});

//! `crawl URL`: what the crawler finds, on the terminal.

use std::sync::Arc;

use anyhow::{Result, bail};
use aos_capabilities::crawl::CrawlOutcome;
use aos_crawler::crawl_once;
use aos_kernel::SystemClock;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{assemble, config::Config};

/// Crawls and prints; nothing is kept.
pub async fn run(config: &Config, url: Url, json: bool) -> Result<()> {
    let outbound = assemble::outbound(config)?;
    let crawler = assemble::crawler(config, &outbound, Arc::new(SystemClock));
    let cancel = CancellationToken::new();
    let (summary, collected) = crawl_once(&crawler, url, config.crawl_limits(), cancel, |_| ()).await;
    for page in &collected.pages {
        if json {
            println!("{}", serde_json::to_string(page)?);
        } else {
            println!("{} {:>6} words  {}  {}", page.status, page.word_count, page.url, page.title);
        }
    }
    let progress = summary.progress;
    eprintln!(
        "{}: {} pages, {} images, {} documents, {} failed, {:.1} MB in {:.1} s",
        summary.outcome,
        progress.pages,
        progress.images,
        progress.documents,
        progress.failed,
        progress.bytes as f64 / 1e6,
        summary.elapsed_ms as f64 / 1e3
    );
    for reason in &summary.incomplete {
        eprintln!("  {reason}");
    }
    if let Some(brand) = &summary.brand {
        let colours: Vec<&str> = brand.colours.iter().map(|c| c.hex.as_str()).collect();
        let fonts: Vec<&str> = brand.fonts.iter().map(|f| f.family.as_str()).collect();
        eprintln!("  brand ({}): {} · {}", brand.source, colours.join(" "), fonts.join(", "));
    }
    if summary.outcome == CrawlOutcome::Failed {
        bail!("nothing could be read")
    }
    Ok(())
}

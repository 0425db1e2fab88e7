//! A crawl as a client's registration starts it: breadth first, robots.txt honoured, pages parsed, audited and stored.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Instant};

use anyhow::{Context, Result, ensure};
use aos_crawler::{BrowserChoice, Crawler, CrawlerConfig};
use aos_features::website::{self, CrawlState};
use aos_kernel::SystemClock;
use aos_outbound::{HostRule, Outbound, OutboundConfig};
use aos_storage::{DbKind, testing::kinds};
use aos_workflow::{Worker, WorkerOptions};
use tokio_util::sync::CancellationToken;

use crate::{
    figure::{Figure, database, megabytes, rounded},
    site::Site,
    world::{World, register},
};

const GOAL_PAGES_PER_SECOND: f64 = 1_500.0;
const GOAL_MEGABYTES: f64 = 200.0;

pub async fn run(rounds: usize, pages: u32, folder: Option<&Path>) -> Result<()> {
    let site = match folder {
        Some(folder) => Site::of_folder(folder)?,
        None => Site::made(pages),
    };
    let pages = site.pages();
    let address = site.serve().await?;
    for kind in kinds() {
        on(kind, rounds, address, pages).await?;
    }
    Ok(())
}

async fn on(kind: DbKind, rounds: usize, address: SocketAddr, pages: usize) -> Result<()> {
    // What is there before, the site's own bytes among it, is no memory of the crawl.
    let before = megabytes("self", "VmRSS").unwrap_or(0.0);
    let allow = vec![address.to_string().parse::<HostRule>()?];
    let outbound = Outbound::new(OutboundConfig { allow, ..OutboundConfig::default() })?;
    let config = CrawlerConfig { browser: BrowserChoice::Off, ..CrawlerConfig::default() };
    let crawler = Arc::new(Crawler::new(outbound.clone(), config, Arc::new(SystemClock)));
    let world = World::new(kind, Arc::new(SystemClock), crawler, outbound).await?;
    let db = world.db.clone();
    let cancel = CancellationToken::new();
    let worker = Worker::new(db.clone(), world.product.jobs.clone(), WorkerOptions::new("bench"));
    let stop = cancel.clone();
    let worker = tokio::spawn(async move { worker.run(stop).await });

    let (mut best, mut read) = (f64::MAX, 0);
    for round in 0..rounds.max(1) {
        let mut signals = db.subscribe();
        let began = Instant::now();
        let mut tx = world.begin().await?;
        let scope = register(&mut tx, format!("Client {round}"), format!("http://{address}/")).await?;
        tx.commit().await?;
        let crawl = loop {
            let crawl = website::queries::latest_crawl(&mut db.read().await?, scope).await?;
            if let Some(crawl) = crawl.filter(|crawl| crawl.state != CrawlState::Running) {
                break crawl;
            }
            // Each batch that is stored says so; the state is looked at then.
            signals.recv().await.context("the database's signals ended")?;
        };
        ensure!(
            matches!(crawl.state, CrawlState::Complete | CrawlState::Incomplete),
            "the crawl ended as {:?}: {}",
            crawl.state,
            crawl.incomplete.join(" ")
        );
        let seconds = began.elapsed().as_secs_f64();
        if seconds < best {
            best = seconds;
            read = crawl.progress.pages;
        }
    }
    cancel.cancel();
    worker.await?;

    let work = format!("{read} of {pages} pages crawled, parsed, audited and stored");
    let (database, seconds) = (database(kind), rounded(best));
    let figure =
        |figure, value, goal| Figure { bench: "crawl", figure, database, value, goal, work: work.clone(), seconds };
    figure("pages_per_second", (f64::from(read) / best).round(), GOAL_PAGES_PER_SECOND).print()?;
    match megabytes("self", "VmHWM") {
        Some(peak) => figure("peak_megabytes", peak - before, GOAL_MEGABYTES).print(),
        None => Ok(()),
    }
}

//! The benchmarks. Each makes its own data, does its work on SQLite and, where a server is named, on PostgreSQL, and
//! prints one line of JSON for each figure. What each has to reach stands in `docs/benchmarks.md`.

mod crawl;
mod engine;
mod figure;
mod month;
mod pages;
mod program;
mod seed;
mod site;
mod social;
mod start;
mod world;

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

#[derive(Parser)]
struct Arguments {
    name: Name,
    /// How often the work is done; the best time counts, as the others measure what else the machine does.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// month: clients with eight deliverables each.
    #[arg(long, default_value_t = 10_000)]
    tenants: usize,
    /// social: clients with two channels each.
    #[arg(long, default_value_t = 1_000)]
    posting: usize,
    /// pages: clients with 400 activities each; the same is measured at a tenth of them.
    #[arg(long, default_value_t = 5_000)]
    clients: u32,
    /// crawl: pages of the made site.
    #[arg(long, default_value_t = 1_169)]
    pages: u32,
    /// crawl: serve the files of this folder instead of a made site.
    #[arg(long, value_name = "DIR")]
    site: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Name {
    /// Pipelines of no-op activities, with every transition an event and every commit synced.
    Engine,
    /// The first of the month for all clients.
    Month,
    /// A documentation site, crawled and stored as a client's registration does it.
    Crawl,
    /// What a signed-in person opens most, among the data of many clients.
    Pages,
    /// The release binary: its start, and its memory when idle.
    Start,
    /// A month of posts for all clients, planned, decided on and published to simulated platforms.
    Social,
    All,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let wanted = |name: Name| arguments.name == name || arguments.name == Name::All;
    if wanted(Name::Engine) {
        engine::run(arguments.rounds).await?;
    }
    if wanted(Name::Month) {
        month::run(arguments.tenants).await?;
    }
    if wanted(Name::Crawl) {
        crawl::run(arguments.rounds, arguments.pages, arguments.site.as_deref()).await?;
    }
    if wanted(Name::Pages) {
        pages::run(arguments.clients).await?;
    }
    if wanted(Name::Start) {
        start::run(arguments.rounds).await?;
    }
    if wanted(Name::Social) {
        social::run(arguments.posting).await?;
    }
    Ok(())
}

//! The benchmarks. Each makes its own data, does its work on SQLite and, where a server is named, on PostgreSQL, and
//! prints one line of JSON for each figure. What each has to reach stands in `docs/benchmarks.md`.

mod engine;
mod figure;

use clap::{Parser, ValueEnum};

#[derive(Parser)]
struct Arguments {
    name: Name,
    /// How often the work is done; the best time counts, as the others measure what else the machine does.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

#[derive(Clone, Copy, ValueEnum)]
enum Name {
    /// Pipelines of no-op activities, with every transition an event and every commit synced.
    Engine,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    match arguments.name {
        Name::Engine => engine::run(arguments.rounds).await,
    }
}

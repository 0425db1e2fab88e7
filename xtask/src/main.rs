//! Automation of the repository: `cargo xtask COMMAND`. Holds nothing of the product, so that it compiles in seconds.

mod bench;
mod browser;
mod chaos;
mod tidy;
mod timings;

use std::{path::Path, process::ExitCode};

use clap::{Parser, Subcommand};

/// The borders, benchmarks and trials of Agency OS.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check the borders that 2-architecture draws and the rules of the house; every violation is listed.
    Tidy,
    /// Build in release and run a benchmark; one line of JSON per figure.
    Bench(bench::Arguments),
    /// Kill the real binary again and again on its way, and count what it published.
    Chaos(chaos::Arguments),
    /// Take a picture of every page, light and dark, wide and narrow, full and empty, and let axe look at each.
    Screens(browser::Screens),
    /// Let Lighthouse judge the pages that people live in; one line of JSON per page.
    Lighthouse(browser::Arguments),
    /// Measure how long a check takes after an edit; one line of JSON per figure.
    Timings(timings::Arguments),
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        // Words for a person; a backtrace into the automation helps nobody.
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    // The manifest's folder is known at compile time, so the command works from anywhere in the checkout.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    match command {
        Command::Tidy => tidy::run(root),
        Command::Bench(arguments) => bench::run(root, &arguments),
        Command::Chaos(arguments) => chaos::run(root, &arguments),
        Command::Screens(arguments) => browser::screens(root, &arguments),
        Command::Lighthouse(arguments) => browser::lighthouse(root, &arguments),
        Command::Timings(arguments) => timings::run(root, &arguments),
    }
}

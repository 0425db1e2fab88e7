//! `cargo xtask bench NAME`. The benchmarks need the product's crates, so they live in `aos-bench`; this builds that in
//! release and hands over. What each one does and has to reach stands in `docs/benchmarks.md`.

use std::{path::Path, process::Command};

use anyhow::{Context, ensure};

#[derive(clap::Args)]
pub struct Arguments {
    /// engine, month, crawl, pages, start, social, or all.
    name: String,
    /// Handed to the benchmark as they are: see `cargo xtask bench NAME -- --help`.
    #[arg(last = true)]
    rest: Vec<String>,
}

pub fn run(root: &Path, arguments: &Arguments) -> anyhow::Result<()> {
    // These measure the product's own binary, which lies beside the benchmark's.
    if matches!(arguments.name.as_str(), "start" | "pages" | "all") {
        cargo(root, &["build", "--quiet", "--release", "--package", "agency-os"])?;
    }
    let mut run = vec!["run", "--quiet", "--release", "--package", "aos-bench", "--", &arguments.name];
    run.extend(arguments.rest.iter().map(String::as_str));
    cargo(root, &run).with_context(|| format!("the benchmark “{}” failed", arguments.name))
}

fn cargo(root: &Path, arguments: &[&str]) -> anyhow::Result<()> {
    let status =
        Command::new(env!("CARGO")).current_dir(root).args(arguments).status().context("cargo could not be started")?;
    ensure!(status.success(), "`cargo {}` failed", arguments.join(" "));
    Ok(())
}

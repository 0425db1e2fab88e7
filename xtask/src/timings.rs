//! `cargo xtask timings`: how long a person waits for the compiler, against the two-core budget of the architecture.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Instant, SystemTime},
};

use anyhow::{Context, bail, ensure};
use serde::Serialize;

#[derive(clap::Args)]
pub struct Arguments {
    /// Also build everything from nothing, in a folder of its own (some minutes).
    #[arg(long)]
    clean: bool,
}

/// An edit that people make often, and how long the check after it may take.
struct Edit {
    figure: &'static str,
    /// The first of these that exists is touched.
    files: &'static [&'static str],
    goal_seconds: f64,
}

const EDITS: &[Edit] = &[
    Edit {
        figure: "check_after_a_slice_file",
        files: &["crates/aos-features/src/content/model.rs", "crates/aos-features/src/lib.rs"],
        goal_seconds: 8.0,
    },
    Edit {
        figure: "check_after_a_vendor_file",
        files: &["crates/aos-platforms/src/wordpress/mapping.rs", "crates/aos-platforms/src/lib.rs"],
        goal_seconds: 4.0,
    },
];
const CLEAN_BUILD_GOAL_SECONDS: f64 = 360.0;

#[derive(Serialize)]
struct Figure<'a> {
    bench: &'static str,
    figure: &'a str,
    work: String,
    seconds: f64,
    goal: f64,
}

pub fn run(root: &Path, arguments: &Arguments) -> anyhow::Result<()> {
    let check = ["check", "--quiet", "--workspace"];
    cargo(root, None, &check)?;
    for edit in EDITS {
        let file = first_existing(root, edit.files)?;
        // A new time of change is what cargo goes by; the text stays as it is.
        File::options().append(true).open(&file).and_then(|file| file.set_modified(SystemTime::now()))?;
        let seconds = cargo(root, None, &check)?;
        let work = format!("cargo check --workspace after {}", file.strip_prefix(root).unwrap_or(&file).display());
        report(&Figure { bench: "timings", figure: edit.figure, work, seconds, goal: edit.goal_seconds })?;
    }
    if arguments.clean {
        let folder = root.join("target/timings");
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        let seconds = cargo(root, Some(&folder), &["build", "--quiet", "--workspace"])?;
        let work = "cargo build --workspace from nothing".to_owned();
        report(&Figure {
            bench: "timings",
            figure: "clean_debug_build",
            work,
            seconds,
            goal: CLEAN_BUILD_GOAL_SECONDS,
        })?;
    }
    Ok(())
}

fn first_existing(root: &Path, files: &[&str]) -> anyhow::Result<PathBuf> {
    match files.iter().map(|file| root.join(file)).find(|file| file.is_file()) {
        Some(file) => Ok(file),
        None => bail!("none of {} exists: name another file in xtask/src/timings.rs", files.join(", ")),
    }
}

/// Runs cargo to its end and gives the seconds that took.
fn cargo(root: &Path, target: Option<&Path>, arguments: &[&str]) -> anyhow::Result<f64> {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(root).args(arguments).stdout(Stdio::null());
    if let Some(target) = target {
        command.env("CARGO_TARGET_DIR", target);
    }
    let started = Instant::now();
    let status = command.status().context("cargo could not be started")?;
    ensure!(status.success(), "`cargo {}` failed, so there is nothing to measure", arguments.join(" "));
    Ok((started.elapsed().as_secs_f64() * 100.0).round() / 100.0)
}

fn report(figure: &Figure<'_>) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string(figure)?);
    Ok(())
}

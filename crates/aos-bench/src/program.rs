//! The release binary beside this one, as a process that serves.

use std::{path::Path, process::Stdio};

use anyhow::{Context, Result};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// Starts `serve` on a free port and on the data of this folder; answers the process with its host and port. It ends
/// with the handle.
pub async fn started(folder: &Path, words: &[&str]) -> Result<(Child, String)> {
    let binary = std::env::current_exe()?.with_file_name("agency-os");
    let mut process = Command::new(&binary)
        .args(["serve", "--port", "0", "--data"])
        .arg(folder)
        .args(words)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("{} could not be started", binary.display()))?;
    let output = process.stdout.take().context("the output of the process")?;
    let mut lines = BufReader::new(output).lines();
    let line = lines.next_line().await?.context("the process ended before it served")?;
    let address = line.split("http://").nth(1).map(|rest| rest.trim_end_matches('/').to_owned());
    Ok((process, address.with_context(|| format!("no address in “{line}”"))?))
}

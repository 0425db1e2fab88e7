//! The release binary: how soon it answers on a database that is there, and what it holds when nothing happens.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    figure::{Figure, megabytes, rounded},
    program::started,
};

const GOAL_MILLISECONDS: f64 = 250.0;
const GOAL_MEGABYTES: f64 = 80.0;
/// Time for what a start leaves to do afterwards.
const SETTLE: Duration = Duration::from_secs(3);

pub async fn run(rounds: usize) -> Result<()> {
    let folder = TempDir::new()?;
    // Makes the database.
    let (mut first, _) = started(folder.path(), &[]).await?;
    first.kill().await?;
    let mut times = Vec::new();
    for _ in 0..rounds.max(1) {
        let began = Instant::now();
        let (mut process, address) = started(folder.path(), &[]).await?;
        answered(&address).await?;
        times.push(began.elapsed().as_secs_f64() * 1_000.0);
        process.kill().await?;
    }
    times.sort_by(f64::total_cmp);
    let median = times[times.len() / 2];
    let figure = |figure, value, goal, work: &str| Figure {
        bench: "start",
        figure,
        database: "sqlite",
        value,
        goal,
        work: work.to_owned(),
        seconds: rounded(median / 1_000.0),
    };
    let work = "from the start of the process on an existing database to the first answered request, median";
    figure("milliseconds", median.round(), GOAL_MILLISECONDS, work).print()?;

    let (mut process, address) = started(folder.path(), &[]).await?;
    answered(&address).await?;
    tokio::time::sleep(SETTLE).await;
    let id = process.id().context("the process ended")?.to_string();
    if let Some(memory) = megabytes(&id, "VmRSS") {
        figure("idle_megabytes", memory, GOAL_MEGABYTES, "all roles, after the first request").print()?;
    }
    Ok(process.kill().await?)
}

async fn answered(address: &str) -> Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET /sign-in HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    ensure!(answer.starts_with("HTTP/1.1 "), "no answer over HTTP: {answer}");
    Ok(())
}

//! The release binary: how soon it answers on a database that is there, and what it holds when nothing happens.

use std::{process::Stdio, time::Duration, time::Instant};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    process::{Child, Command},
};

use crate::figure::{Figure, megabytes, rounded};

const GOAL_MILLISECONDS: f64 = 250.0;
const GOAL_MEGABYTES: f64 = 80.0;
/// Time for what a start leaves to do afterwards.
const SETTLE: Duration = Duration::from_secs(3);

pub async fn run(rounds: usize) -> Result<()> {
    let folder = TempDir::new()?;
    // Makes the database.
    let (mut first, _) = started(&folder).await?;
    first.kill().await?;
    let mut times = Vec::new();
    for _ in 0..rounds.max(1) {
        let began = Instant::now();
        let (mut process, address) = started(&folder).await?;
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

    let (mut process, address) = started(&folder).await?;
    answered(&address).await?;
    tokio::time::sleep(SETTLE).await;
    let id = process.id().context("the process ended")?.to_string();
    if let Some(memory) = megabytes(&id, "VmRSS") {
        figure("idle_megabytes", memory, GOAL_MEGABYTES, "all roles, after the first request").print()?;
    }
    Ok(process.kill().await?)
}

/// The binary beside this one, serving on a free port; answers its host and port.
async fn started(folder: &TempDir) -> Result<(Child, String)> {
    let binary = std::env::current_exe()?.with_file_name("agency-os");
    let mut process = Command::new(&binary)
        .args(["serve", "--port", "0", "--data"])
        .arg(folder.path())
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

async fn answered(address: &str) -> Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET /sign-in HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    ensure!(answer.starts_with("HTTP/1.1 "), "no answer over HTTP: {answer}");
    Ok(())
}

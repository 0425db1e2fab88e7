//! One installation of the real program: a folder, a database, and the processes that work on them.

use std::{path::Path, process::Stdio, time::Duration};

use aos_storage::{DbKind, testing};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

use crate::places::Places;

/// Longer than anything takes that is not stuck.
const PATIENCE: Duration = Duration::from_secs(240);
/// The data of an installation, kept between its processes.
pub struct Installation<'a> {
    pub places: &'a Places,
    /// As `--database` wants it; none for SQLite in the folder.
    pub database: Option<String>,
    folder: TempDir,
}

impl<'a> Installation<'a> {
    pub async fn new(kind: DbKind, places: &'a Places) -> Self {
        let database = match kind {
            DbKind::Sqlite => None,
            DbKind::Postgres => Some(testing::postgres_schema().await),
        };
        Self { places, database, folder: TempDir::new().expect("a folder") }
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs the program to its good end; what it said.
    pub async fn run(&self, words: &[&str]) -> String {
        let output = self.command(words).stderr(Stdio::piped()).output().await.expect("the program starts");
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {said}");
        said
    }

    /// The program with these words, on this installation.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_agency-os"));
        // What steers these tests is no setting of the program, which refuses what it does not know.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("AGENCY_OS_") {
                command.env_remove(name);
            }
        }
        command
            .args(words)
            .arg("--data")
            .arg(self.folder.path())
            // A browser would live on when its parent is killed.
            .env("AGENCY_OS_CRAWL__BROWSER", "none")
            // What a killed process had under way is free soon, so that the next one takes it up and can be killed at it.
            .env("AGENCY_OS_WORKER__LEASE_SECONDS", "2")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true);
        if let Some(url) = &self.database {
            command.args(["--database", url]);
        }
        for host in self.places.hosts() {
            command.args(["--allow-host", &host]);
        }
        command
    }

    /// The same with a month of posts on these platforms, which the sandbox simulates.
    pub fn social_journey(&self, client: &str, platforms: &str) -> Process {
        let places = self.places;
        let words = ["demo", "--exit", "--port", "0", "--client", client, "--pipeline", "social"];
        let mut command = self.command(&words);
        command
            .args(["--platforms", platforms, "--website", places.website.as_str()])
            .args(["--vendors", places.vendors.as_str()]);
        Process::start(command)
    }

    /// Starts, or goes on with, the journey of the client with this name.
    pub async fn journey(&self, client: &str, roles: &str) -> Process {
        let places = self.places;
        let words = ["demo", "--exit", "--port", "0", "--client", client, "--roles", roles, "--password-stdin"];
        let mut command = self.command(&words);
        command
            .args(["--website", places.website.as_str(), "--wordpress", places.wordpress.as_str()])
            .args(["--user", &places.user])
            .stdin(Stdio::piped());
        let mut process = Process::start(command);
        let mut input = process.child.stdin.take().expect("a pipe");
        // A process that was refused its settings reads nothing; its end says so.
        let _ = input.write_all(format!("{}\n", places.password.expose()).as_bytes()).await;
        process
    }

    /// Lets the program itself look whether the installation is whole, chains of events included.
    pub async fn examine(&self) {
        let output = self.command(&["doctor"]).output().await.expect("the program starts");
        assert!(output.status.success(), "doctor: {}", String::from_utf8_lossy(&output.stdout));
    }
}

/// A running program.
pub struct Process {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// What it said so far.
    said: Vec<String>,
}

impl Process {
    pub fn start(mut command: Command) -> Self {
        let mut child = command.spawn().expect("the program starts");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        Self { child, lines, said: Vec::new() }
    }

    /// Reads on until a line begins so; false when the program ends before.
    pub async fn says(&mut self, start: &str) -> bool {
        self.reads_until(start, |line| line.starts_with(start)).await
    }

    /// Reads on until these words are in a line; false when the program ends before.
    pub async fn tells_of(&mut self, words: &str) -> bool {
        self.reads_until(words, |line| line.contains(words)).await
    }

    async fn reads_until(&mut self, words: &str, is_wanted: impl Fn(&str) -> bool) -> bool {
        let wanted = async {
            while let Some(line) = self.lines.next_line().await.expect("text") {
                self.said.push(line);
                if self.said.last().is_some_and(|line| is_wanted(line)) {
                    return true;
                }
            }
            false
        };
        timeout(PATIENCE, wanted).await.unwrap_or_else(|_| panic!("never said “{words}”"))
    }

    /// Whether it came to its end within this time, and a good one.
    pub async fn ends_within(&mut self, time: Duration) -> bool {
        let end = async {
            while let Some(line) = self.lines.next_line().await.expect("text") {
                self.said.push(line);
            }
            self.child.wait().await.expect("a process")
        };
        match timeout(time, end).await {
            Ok(status) => {
                assert!(status.success(), "it ended badly:\n{}", self.said.join("\n"));
                true
            }
            Err(_) => false,
        }
    }

    /// Waits for its good end; what it said.
    pub async fn ends(&mut self) -> String {
        if !self.ends_within(PATIENCE).await {
            panic!("it did not come to an end:\n{}", self.said.join("\n"));
        }
        self.said.join("\n")
    }

    /// SIGKILL: it can't tidy up.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("it is killed");
    }
}

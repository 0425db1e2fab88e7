//! The demonstration as a process that can be killed.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use serde::Deserialize;

use super::{until, wordpress::WordPress};

/// Builds something as the tests do; answers where the program is.
pub fn build(root: &Path, what: &[&str], name: &str) -> anyhow::Result<PathBuf> {
    #[derive(Deserialize)]
    struct Built {
        executable: Option<PathBuf>,
    }
    let output = Command::new(env!("CARGO"))
        .current_dir(root)
        .args(["build", "--quiet", "--message-format", "json-render-diagnostics"])
        .args(what)
        .stderr(Stdio::inherit())
        .output()
        .context("cargo could not be started")?;
    ensure!(output.status.success(), "{name} could not be built");
    let text = String::from_utf8_lossy(&output.stdout);
    let mut built = text.lines().filter_map(|line| serde_json::from_str::<Built>(line).ok()?.executable);
    built.next_back().with_context(|| format!("cargo did not say where {name} is"))
}

/// How long a journey may take until it publishes anything.
const LONGEST_SILENCE: Duration = Duration::from_secs(120);

/// How to start a journey.
pub struct Demonstration {
    pub program: PathBuf,
    pub folder: PathBuf,
    pub database: Option<String>,
}

/// What is read, and where it comes out.
pub enum Target<'a> {
    Blog { website: &'a str, wordpress: &'a WordPress },
    Social { website: &'a str, vendors: &'a str, platforms: String },
}

/// When a process is killed.
pub enum Moment {
    /// So long after its start.
    Started(Duration),
    /// So long after it first told of something published.
    Publishing(Duration),
}

/// How one process ended.
pub enum Ended {
    Killed,
    /// By itself, with these posts at their addresses.
    Complete {
        posts: BTreeSet<String>,
    },
    Failed {
        log: String,
    },
}

impl Demonstration {
    /// Starts, or goes on with, the journey of the client with this number.
    pub fn start(&self, client: u32, target: &Target<'_>) -> anyhow::Result<Running> {
        let log = self.folder.join("demo.log");
        let output = File::create(&log)?;
        let mut command = Command::new(&self.program);
        command
            .args(["demo", "--exit", "--port", "0", "--client", &format!("Trial {client}")])
            .arg("--data")
            .arg(self.folder.join("data"))
            // A browser would live on when its parent is killed.
            .env("AGENCY_OS_CRAWL__BROWSER", "none")
            // What a killed process had under way is free soon, so that the next one can be killed at it, too.
            .env("AGENCY_OS_WORKER__LEASE_SECONDS", "2")
            .stdin(Stdio::piped())
            .stdout(output.try_clone()?)
            .stderr(output);
        if let Some(database) = &self.database {
            command.args(["--database", database]);
        }
        let (website, outside) = match target {
            Target::Blog { website, wordpress } => {
                let (url, user) = (wordpress.url.as_str(), wordpress.user.as_str());
                command.args(["--wordpress", url, "--user", user, "--password-stdin"]);
                (website, url)
            }
            Target::Social { website, vendors, platforms } => {
                command.args(["--pipeline", "social", "--platforms", platforms, "--vendors", vendors]);
                (website, *vendors)
            }
        };
        command.args(["--website", website, "--allow-host", &host_of(website), "--allow-host", &host_of(outside)]);
        let mut child = command.spawn().with_context(|| format!("{} could not be started", self.program.display()))?;
        if let Some(mut input) = child.stdin.take()
            && let Target::Blog { wordpress, .. } = target
        {
            writeln!(input, "{}", wordpress.password)?;
        }
        Ok(Running { child, log })
    }
}

pub struct Running {
    child: Child,
    log: PathBuf,
}

impl Running {
    /// Kills it at this moment, unless it ends before.
    pub fn kill_at(mut self, moment: Moment) -> anyhow::Result<Ended> {
        let time = match moment {
            Moment::Started(time) => time,
            Moment::Publishing(time) => {
                let told = || fs::read_to_string(&self.log).is_ok_and(|log| log.contains(" published"));
                until(LONGEST_SILENCE, || Ok((told() || self.child.try_wait()?.is_some()).then_some(())))?;
                time
            }
        };
        if let Some(ended) = self.ended_within(time)? {
            return Ok(ended);
        }
        self.child.kill()?;
        self.child.wait()?;
        Ok(Ended::Killed)
    }

    /// Waits for its end.
    pub fn wait(mut self, patience: Duration) -> anyhow::Result<Ended> {
        if let Some(ended) = self.ended_within(patience)? {
            return Ok(ended);
        }
        self.child.kill()?;
        self.child.wait()?;
        Ok(Ended::Failed { log: fs::read_to_string(&self.log)? })
    }

    fn ended_within(&mut self, time: Duration) -> anyhow::Result<Option<Ended>> {
        let Some(status) = until(time, || Ok(self.child.try_wait()?))? else { return Ok(None) };
        let log = fs::read_to_string(&self.log)?;
        Ok(Some(match status.success().then(|| counted(&log)).flatten() {
            Some(posts) => Ended::Complete { posts },
            None => Ended::Failed { log },
        }))
    }
}

/// The posts that a finished demonstration shows, each with its address on a line of its own; none while one of its
/// deliverables (`Deliverable  Blog posts: 10/10`) is not complete.
fn counted(log: &str) -> Option<BTreeSet<String>> {
    let mut deliverables = log.lines().filter_map(|line| {
        let (done, target) = line.trim().strip_prefix("Deliverable")?.rsplit_once(": ")?.1.split_once('/')?;
        Some((done.parse::<i64>().ok()?, target.trim().parse::<i64>().ok()?))
    });
    let complete =
        deliverables.next().is_some_and(|(done, target)| done == target) && deliverables.all(|(d, t)| d == t);
    let address = |line: &str| line.strip_prefix("    ").filter(|url| url.starts_with("http")).map(str::to_owned);
    complete.then(|| log.lines().filter_map(address).collect())
}

/// `host:port` of an address.
fn host_of(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    match host.rsplit_once(':') {
        Some((_, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host.to_owned(),
        _ => format!("{host}:{}", if scheme == "https" { 443 } else { 80 }),
    }
}

/// Ends a helper that this program started.
pub fn stop(child: &mut Child) -> anyhow::Result<()> {
    if child.try_wait()?.is_none() {
        child.kill()?;
        child.wait()?;
    }
    Ok(())
}

/// A line of a helper's output that says where something is.
pub fn said<'a>(log: &'a str, name: &str) -> anyhow::Result<&'a str> {
    match log.lines().find_map(|line| line.strip_prefix(name)) {
        Some(rest) => Ok(rest.trim()),
        None => bail!("“{name}” is missing in:\n{log}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journey_counts_only_when_it_is_complete() {
        let posts = "  One\n    http://site.test/one\n  Two\n    http://site.test/two\n";
        let audit = "Deliverable  Website audit: 1/1\nGoal  Be read: 2 of 120";
        let two = ["http://site.test/one", "http://site.test/two"].map(str::to_owned);
        assert_eq!(counted(&format!("{posts}Deliverable  Blog posts: 2/2\n{audit}")), Some(two.into()));
        assert_eq!(counted(&format!("{posts}Deliverable  Blog posts: 2/3\n{audit}")), None);
        assert_eq!(counted("no deliverable"), None);
    }

    #[test]
    fn a_host_is_named_with_its_port() {
        assert_eq!(host_of("http://127.0.0.1:8088/blog"), "127.0.0.1:8088");
        assert_eq!(host_of("https://client.test"), "client.test:443");
    }
}

//! The social platforms that are published on, as their readers see them.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, ensure};
use serde::Deserialize;
use serde_json::json;

use super::{process::Target, wordpress::Sandbox};

/// The platforms of a journey, by turns, with where each takes a post.
const TURNS: [[(&str, &str); 2]; 2] = [
    [("linkedin", "/api.linkedin.com/rest/posts"), ("instagram", "/graph.facebook.com/")],
    [("facebook", "/graph.facebook.com/"), ("x", "/api.x.com/2/tweets")],
];
/// What a month of the demonstration agrees, for each platform.
const REQUESTS: usize = 12;
/// How long a platform takes to answer once it has published: long enough to be killed meanwhile.
const ANSWERS_WITHIN_MILLISECONDS: u64 = 200;

/// Simulated platforms in a process of their own: new ones for each journey, because all clients have the same account
/// there and say the same.
pub struct Social {
    program: PathBuf,
    folder: PathBuf,
    website: Option<String>,
    journeys: usize,
    sandbox: Sandbox,
}

/// Something that stands on a platform.
#[derive(Debug, Deserialize)]
struct Shown {
    service: String,
    text: String,
    url: String,
}

impl Social {
    pub fn new(root: &Path, folder: &Path, website: Option<String>) -> anyhow::Result<Self> {
        let program = Sandbox::build(root)?;
        let sandbox = Sandbox::start(&program, folder)?;
        let social = Self { program, folder: folder.to_owned(), website, journeys: 0, sandbox };
        social.slow_down()?;
        Ok(social)
    }

    fn platforms(&self) -> &'static [(&'static str, &'static str); 2] {
        &TURNS[self.journeys % TURNS.len()]
    }

    pub fn target(&self) -> Target<'_> {
        let platforms = self.platforms().map(|(service, _)| service).join(",");
        let website = self.website.as_deref().unwrap_or(&self.sandbox.website);
        Target::Social { website, vendors: &self.sandbox.vendors, platforms }
    }

    /// Starts platforms on which nothing stands, for the next journey.
    pub fn begin_anew(&mut self) -> anyhow::Result<()> {
        self.journeys += 1;
        let folder = self.folder.join(format!("platforms-{}", self.journeys));
        std::fs::create_dir_all(&folder)?;
        self.sandbox = Sandbox::start(&self.program, &folder)?;
        self.slow_down()
    }

    fn slow_down(&self) -> anyhow::Result<()> {
        for (service, path) in self.platforms() {
            let fault = json!({
                "service": service,
                "method": "POST",
                "path_prefix": path,
                "times": 100_000,
                "kind": { "slow_body": { "milliseconds": ANSWERS_WITHIN_MILLISECONDS } },
            });
            let address = format!("{}{service}/__sandbox/faults", self.sandbox.vendors);
            curl(&["--data", &fault.to_string(), "--header", "Content-Type: application/json", &address])?;
        }
        Ok(())
    }

    /// Whether each post stands once where the journey told, and nothing else does.
    pub fn check(&self, told: &BTreeSet<String>) -> anyhow::Result<()> {
        let shown = curl(&[&format!("{}__sandbox/shown", self.sandbox.vendors)])?;
        let shown: Vec<Shown> = serde_json::from_slice(&shown).context("what the platforms show")?;
        let platforms = self.platforms();
        let mut texts: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for Shown { service, text, .. } in &shown {
            ensure!(texts.entry(service).or_default().insert(text), "{service} shows a post twice: {text}");
        }
        for (service, _) in platforms {
            let posts = texts.get(service).map_or(0, BTreeSet::len);
            ensure!(posts == REQUESTS, "{posts} posts on {service} instead of {REQUESTS}");
        }
        ensure!(shown.len() == REQUESTS * platforms.len(), "posts stand where none belong: {shown:#?}");
        let stand: BTreeSet<String> = shown.into_iter().map(|post| post.url).collect();
        ensure!(stand == *told, "the journey tells of other posts than stand there:\n{told:#?}\n{stand:#?}");
        Ok(())
    }
}

fn curl(arguments: &[&str]) -> anyhow::Result<Vec<u8>> {
    let output = Command::new("curl")
        .args(["--silent", "--show-error", "--fail"])
        .args(arguments)
        .output()
        .context("curl could not be started")?;
    ensure!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(output.stdout)
}

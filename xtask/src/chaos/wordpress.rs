//! The WordPress that is published on, as somebody outside sees it.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, bail, ensure};

use super::{
    process::{build, said, stop},
    until,
};

#[derive(Clone)]
pub struct WordPress {
    pub url: String,
    pub user: String,
    pub password: String,
}

impl WordPress {
    pub fn new(url: &str, user: &str, password: &str) -> Self {
        Self { url: url.trim_end_matches('/').to_owned(), user: user.to_owned(), password: password.to_owned() }
    }

    /// How many posts there are, whatever their state: a second one that stayed a draft is one too many.
    pub fn posts(&self) -> anyhow::Result<usize> {
        let address =
            format!("{}/wp-json/wp/v2/posts?per_page=1&status=publish,future,draft,pending,private", self.url);
        // The password goes in by the input, where no list of processes shows it.
        let mut curl = Command::new("curl")
            .args(["--silent", "--show-error", "--fail", "--dump-header", "-", "--output", "/dev/null"])
            .args(["--config", "-", &address])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("curl could not be started")?;
        if let Some(mut input) = curl.stdin.take() {
            writeln!(input, "user = \"{}:{}\"", self.user, self.password)?;
        }
        let output = curl.wait_with_output()?;
        ensure!(output.status.success(), "{address} did not answer");
        let headers = String::from_utf8_lossy(&output.stdout).to_lowercase();
        let total = headers.lines().find_map(|line| line.strip_prefix("x-wp-total:")).context("no X-WP-Total")?;
        Ok(total.trim().parse()?)
    }
}

/// The sandbox in a process of its own.
pub struct Sandbox {
    pub wordpress: WordPress,
    pub website: String,
    /// Where the platforms of vendors answer.
    pub vendors: String,
    child: Child,
}

/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(20);

impl Sandbox {
    /// Builds it; answers where the program is.
    pub fn build(root: &Path) -> anyhow::Result<PathBuf> {
        build(root, &["--package", "aos-sandbox", "--example", "serve"], "the sandbox")
    }

    pub fn start(program: &Path, folder: &Path) -> anyhow::Result<Self> {
        let log = folder.join("sandbox.log");
        let mut child = Command::new(program).arg(folder.join("sandbox")).stdout(File::create(&log)?).spawn()?;
        // The last line that it says.
        let said_all = until(PATIENCE, || Ok(fs::read_to_string(&log).ok().filter(|text| text.contains("Mail:"))))?;
        let Some(text) = said_all else {
            stop(&mut child)?;
            bail!("the sandbox did not start");
        };
        let website = said(&text, "Sample site:")?.to_owned();
        let vendors = said(&text, "Platforms:")?.to_owned();
        // http://… (user U, application password P)
        let access = said(&text, "WordPress:")?;
        let read = || {
            let (url, rest) = access.split_once(" (user ")?;
            let (user, password) = rest.trim_end_matches(')').split_once(", application password ")?;
            Some(WordPress::new(url, user, password))
        };
        let wordpress = read().with_context(|| format!("the sandbox says “{access}”"))?;
        Ok(Self { wordpress, website, vendors, child })
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if let Err(error) = stop(&mut self.child) {
            eprintln!("the sandbox could not be stopped: {error}");
        }
    }
}

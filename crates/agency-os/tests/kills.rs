//! Kill anywhere: the real program is killed at random moments on its way from a website to ten published posts, and
//! started again each time. Nothing is lost, nothing is done twice, and each post stands on the site once.
//!
//! `AGENCY_OS_KILLS` says how often (20 unless it is set), `AGENCY_OS_TEST_POSTGRES` adds PostgreSQL, and
//! `AGENCY_OS_CHAOS_WORDPRESS` with `_USER` and `_PASSWORD` publishes on a real site. `cargo xtask chaos` sets them.

use std::{
    collections::BTreeMap,
    io::Write,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use aos_kernel::SystemClock;
use aos_outbound::{Outbound, OutboundConfig, Request};
use aos_sandbox::{Role, Sandbox, SandboxConfig};
use aos_storage::{DbKind, testing};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use url::Url;

/// Longer than any run takes that is not stuck.
const PATIENCE: Duration = Duration::from_secs(240);

/// Where the program reads and publishes.
struct Places {
    website: Url,
    wordpress: Url,
    user: String,
    password: String,
}

/// One installation that is killed again and again.
struct Installation<'a> {
    folder: &'a Path,
    database: Option<String>,
    places: &'a Places,
}

impl Installation<'_> {
    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_agency-os"));
        command.args(words).arg("--data").arg(self.folder).env("AGENCY_OS_CRAWL__BROWSER", "none");
        if let Some(url) = &self.database {
            command.args(["--database", url]);
        }
        for url in [&self.places.website, &self.places.wordpress] {
            let port = url.port_or_known_default().unwrap_or(80);
            command.arg("--allow-host").arg(format!("{}:{port}", url.host_str().unwrap_or_default()));
        }
        command
    }

    fn start(&self) -> Child {
        let places = self.places;
        let mut command = self.command(&["demo", "--exit", "--port", "0", "--client", "Harbour & Pine"]);
        command
            .args(["--website", places.website.as_str(), "--wordpress", places.wordpress.as_str()])
            .args(["--user", &places.user, "--password-stdin"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit());
        let mut child = command.spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        writeln!(stdin, "{}", places.password).expect("the password is taken");
        child
    }

    /// Asks the program itself whether the installation is whole: chains of events included.
    fn examine(&self) {
        let output = self.command(&["doctor"]).output().expect("the program starts");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "doctor: {text}\n{}", String::from_utf8_lossy(&output.stderr));
    }
}

fn wait(child: &mut Child, patience: Duration) -> Option<ExitStatus> {
    let end = Instant::now() + patience;
    while Instant::now() < end {
        if let Some(status) = child.try_wait().expect("a child") {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    None
}

/// Kills until it has been done often enough, then lets the journey end; how often it was killed.
fn survive(installation: &Installation, kills: u32, random: &mut StdRng) -> u32 {
    let mut done = 0;
    while done < kills {
        let mut child = installation.start();
        // From the first milliseconds of the start to the middle of publishing.
        let moment = Duration::from_millis(random.random_range(30..2_500));
        if let Some(status) = wait(&mut child, moment) {
            assert!(status.success(), "the journey ended badly after {done} kills");
            break;
        }
        child.kill().expect("it is killed");
        child.wait().expect("it ended");
        done += 1;
    }
    let mut child = installation.start();
    match wait(&mut child, PATIENCE) {
        Some(status) => assert!(status.success(), "the journey is complete"),
        None => {
            child.kill().expect("it is killed");
            panic!("after {done} kills the journey did not end");
        }
    }
    done
}

/// What readers of the site see: titles, and how often each stands there.
async fn published(wordpress: &Url) -> BTreeMap<String, usize> {
    let rule = format!("{}:{}", wordpress.host_str().unwrap_or_default(), wordpress.port_or_known_default().unwrap_or(80));
    let config = OutboundConfig { allow: vec![rule.parse().expect("a rule")], ..OutboundConfig::default() };
    let outbound = Outbound::new(config).expect("a client");
    let mut list = wordpress.clone();
    list.set_query(Some("rest_route=/wp/v2/posts&per_page=100&_fields=title"));
    let answer = outbound.send(Request::get(list)).await.expect("the site answers");
    let posts: Vec<serde_json::Value> = answer.json().expect("a list of posts");
    let mut titles = BTreeMap::new();
    for post in posts {
        let title = post["title"]["rendered"].as_str().unwrap_or_default().to_owned();
        *titles.entry(title).or_default() += 1;
    }
    titles
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_killed_anywhere_publishes_every_post_once() {
    let kills = std::env::var("AGENCY_OS_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(20);
    let seed = std::env::var("AGENCY_OS_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(7);
    let real = std::env::var("AGENCY_OS_CHAOS_WORDPRESS").ok();
    for kind in testing::kinds() {
        let site = Sandbox::start_site(0).await.expect("the sample site");
        let config = SandboxConfig { clock: Arc::new(SystemClock), ..SandboxConfig::default() };
        let sandbox = Sandbox::start(config).await.expect("the sandbox");
        let login = sandbox.wordpress().login(Role::Editor);
        let variable = |name: &str| std::env::var(name).unwrap_or_default();
        let places = match &real {
            Some(url) => Places {
                website: site.url().parse().expect("an address"),
                wordpress: url.parse().expect("an address"),
                user: variable("AGENCY_OS_CHAOS_USER"),
                password: variable("AGENCY_OS_CHAOS_PASSWORD"),
            },
            None => Places {
                website: site.url().parse().expect("an address"),
                wordpress: sandbox.wordpress().url().parse().expect("an address"),
                user: login.user,
                password: login.password,
            },
        };
        let folder = tempfile::tempdir().expect("a folder");
        let database = match kind {
            DbKind::Sqlite => None,
            DbKind::Postgres => Some(testing::postgres_schema().await),
        };
        let wordpress = places.wordpress.clone();
        let before = published(&wordpress).await;
        let killed = tokio::task::spawn_blocking({
            let folder = folder.path().to_owned();
            let mut random = StdRng::seed_from_u64(seed);
            move || {
                let installation = Installation { folder: &folder, database, places: &places };
                let killed = survive(&installation, kills, &mut random);
                installation.examine();
                killed
            }
        })
        .await
        .expect("the harness");

        let after = published(&wordpress).await;
        let new: BTreeMap<&String, usize> =
            after.iter().map(|(title, n)| (title, n - before.get(title).copied().unwrap_or(0))).filter(|(_, n)| *n > 0).collect();
        assert_eq!(new.values().sum::<usize>(), 10, "ten posts: {new:#?}");
        assert!(new.values().all(|n| *n == 1), "no post twice: {new:#?}");
        println!("{kind:?}: killed {killed} times, ten posts, each once");
        sandbox.stop().await;
        site.stop().await;
    }
}

//! `cargo xtask chaos`: kills the real binary at random moments while it takes clients through their whole journey, and
//! counts the posts on the WordPress, or on the social platforms, that it publishes on.
//!
//! Those are the sandbox in a process of its own, so that they live on like real ones, or a real WordPress that is
//! named. A journey that is complete is followed by the next client's, until all kills are spent and the last journey is
//! over. Then there must be exactly one post for each that the journeys count, and the installation must be whole.

pub mod process;
mod social;
mod wordpress;

use std::{
    collections::BTreeSet,
    fs,
    hash::{BuildHasher, Hasher, RandomState},
    io::{self, BufRead},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use serde_json::json;

use process::{Demonstration, Ended, Moment, Target};
use social::Social;
use wordpress::{Sandbox, WordPress};

/// What the journeys publish.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Pipeline {
    /// Posts on the client's WordPress.
    Blog,
    /// Posts on social platforms, which the sandbox simulates.
    Social,
}

#[derive(clap::Args)]
pub struct Arguments {
    #[arg(long, value_enum, default_value_t = Pipeline::Blog)]
    pipeline: Pipeline,
    /// How often to kill it.
    #[arg(long, default_value_t = 200)]
    kills: u32,
    /// An empty PostgreSQL database, as postgres://USER@HOST/NAME; otherwise a new SQLite file.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// A website to crawl instead of the sample site.
    #[arg(long, value_name = "URL")]
    website: Option<String>,
    /// A real WordPress to publish on instead of the sandbox.
    #[arg(long, value_name = "URL", requires_all = ["user", "password_stdin"], conflicts_with = "pipeline")]
    wordpress: Option<String>,
    /// Its user.
    #[arg(long, value_name = "U", requires = "wordpress")]
    user: Option<String>,
    /// Read the application password from the standard input.
    #[arg(long, requires = "wordpress")]
    password_stdin: bool,
    /// A program that is built already, instead of building it.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// The moments of the kills, to repeat a run.
    #[arg(long)]
    seed: Option<u64>,
}

/// From the start of the process to its kill: from before it serves to well into its work.
const SHORTEST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_millis(2_500);
/// From the first word of something that is published on a social platform to the kill.
const AMID: Duration = Duration::from_millis(700);
/// A job that its worker dies of more often than this is given up, and rightly: it looks like the cause.
const KILLS_A_JOURNEY: u32 = 10;
/// How long a journey may take when nobody kills it any more.
const PATIENCE: Duration = Duration::from_secs(600);

pub fn run(root: &Path, arguments: &Arguments) -> anyhow::Result<()> {
    let program = match &arguments.program {
        Some(program) => program.clone(),
        None => process::build(root, &["--package", "agency-os"], "agency-os")?,
    };
    let folder = root.join("target/chaos").join(std::process::id().to_string());
    fs::create_dir_all(&folder)?;
    let seed = arguments.seed.unwrap_or_else(|| RandomState::new().build_hasher().finish()) | 1;
    eprintln!("seed {seed}, data in {}", folder.display());

    let began = Instant::now();
    let mut place = match arguments.pipeline {
        Pipeline::Blog => Place::blog(root, &folder, arguments)?,
        Pipeline::Social => Place::Social(Social::new(root, &folder, arguments.website.clone())?),
    };
    let demonstration =
        Demonstration { program: program.clone(), folder: folder.clone(), database: arguments.database.clone() };
    let trial = Trial { demonstration, kills: arguments.kills, seed };
    let (journeys, posts) = trial.run(&mut place)?;

    let report = json!({
        "trial": "chaos",
        "pipeline": if arguments.pipeline == Pipeline::Blog { "blog" } else { "social" },
        "kills": arguments.kills,
        "database": if arguments.database.is_some() { "postgres" } else { "sqlite" },
        "wordpress": if arguments.wordpress.is_none() { "sandbox" } else { "real" },
        "journeys": journeys,
        "posts": posts,
        "seconds": began.elapsed().as_secs(),
    });
    println!("{report}");
    examine(&program, &folder, arguments.database.as_deref())?;
    drop(place);
    fs::remove_dir_all(&folder).context("the trial's folder")
}

fn password() -> anyhow::Result<String> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

/// Where the journeys publish.
enum Place {
    Blog {
        website: String,
        wordpress: WordPress,
        /// Posts that stood on the site before.
        before: usize,
        _sandbox: Option<Sandbox>,
    },
    Social(Social),
}

impl Place {
    fn blog(root: &Path, folder: &Path, arguments: &Arguments) -> anyhow::Result<Self> {
        // It also serves the sample site, so it is left out only where both places are real.
        let sandbox = match (&arguments.website, &arguments.wordpress) {
            (Some(_), Some(_)) => None,
            _ => Some(Sandbox::start(&Sandbox::build(root)?, folder)?),
        };
        let wordpress = match (&arguments.wordpress, &arguments.user, &sandbox) {
            (Some(url), Some(user), _) => WordPress::new(url, user, &password()?),
            (None, _, Some(sandbox)) => sandbox.wordpress.clone(),
            _ => bail!("name the WordPress with --wordpress, --user and --password-stdin"),
        };
        let website = match (&arguments.website, &sandbox) {
            (Some(website), _) => website.clone(),
            (None, Some(sandbox)) => sandbox.website.clone(),
            (None, None) => bail!("name the website with --website"),
        };
        let before = wordpress.posts()?;
        Ok(Self::Blog { website, wordpress, before, _sandbox: sandbox })
    }

    fn target(&self) -> Target<'_> {
        match self {
            Self::Blog { website, wordpress, .. } => Target::Blog { website, wordpress },
            Self::Social(social) => social.target(),
        }
    }

    /// Whether what stands there is exactly what the journeys promised, and the last of them these posts.
    fn check(&mut self, promised: usize, told: &BTreeSet<String>) -> anyhow::Result<()> {
        match self {
            Self::Blog { wordpress, before, .. } => {
                let posts = wordpress.posts()? - *before;
                ensure!(posts == promised, "{posts} posts on the WordPress where the journeys show {promised}");
                Ok(())
            }
            Self::Social(social) => social.check(told),
        }
    }
}

struct Trial {
    demonstration: Demonstration,
    kills: u32,
    seed: u64,
}

impl Trial {
    /// Answers the journeys that were completed and the posts that they left on the site: exactly those that they show.
    fn run(mut self, place: &mut Place) -> anyhow::Result<(u32, usize)> {
        let (mut killed, mut journeys, mut promised) = (0, 0, 0);
        let mut of_journey = 0;
        loop {
            let running = self.demonstration.start(journeys + 1, &place.target())?;
            let again = killed < self.kills && of_journey < KILLS_A_JOURNEY;
            let ended = if again { running.kill_at(self.moment(place))? } else { running.wait(PATIENCE)? };
            match ended {
                Ended::Killed => {
                    killed += 1;
                    of_journey += 1;
                    if killed % 20 == 0 {
                        eprintln!("{killed} kills, {journeys} journeys complete");
                    }
                }
                Ended::Complete { posts } => {
                    journeys += 1;
                    of_journey = 0;
                    promised += posts.len();
                    place.check(promised, &posts)?;
                    eprintln!("journey {journeys} is complete after {killed} kills: {} posts, each once", posts.len());
                    if killed >= self.kills {
                        return Ok((journeys, promised));
                    }
                    if let Place::Social(social) = place {
                        social.begin_anew()?;
                    }
                }
                Ended::Failed { log } => bail!("the journey did not end well; its output:\n{log}"),
            }
        }
    }

    /// On social platforms two kills of three fall while posts are published.
    fn moment(&mut self, place: &Place) -> Moment {
        if matches!(place, Place::Social(_)) && self.chance(Duration::from_millis(3)).as_millis() > 0 {
            return Moment::Publishing(self.chance(AMID));
        }
        Moment::Started(SHORTEST + self.chance(LONGEST - SHORTEST))
    }

    /// Any time below this one. xorshift: the moments need no better chance, and a seed repeats them.
    fn chance(&mut self, below: Duration) -> Duration {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        Duration::from_millis(self.seed % below.as_millis() as u64)
    }
}

/// `agency-os doctor` finds nothing wrong.
fn examine(program: &PathBuf, folder: &Path, database: Option<&str>) -> anyhow::Result<()> {
    let mut command = std::process::Command::new(program);
    command.arg("doctor").arg("--data").arg(folder.join("data"));
    if let Some(database) = database {
        command.args(["--database", database]);
    }
    let output = command.output()?;
    ensure!(output.status.success(), "the doctor found:\n{}", String::from_utf8_lossy(&output.stdout));
    Ok(())
}

/// Looks again and again until something is there or the time is over.
fn until<T>(patience: Duration, mut look: impl FnMut() -> anyhow::Result<Option<T>>) -> anyhow::Result<Option<T>> {
    let began = Instant::now();
    loop {
        if let Some(found) = look()? {
            return Ok(Some(found));
        }
        if began.elapsed() >= patience {
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(5));
    }
}

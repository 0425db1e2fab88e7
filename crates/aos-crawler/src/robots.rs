//! robots.txt: what the site's owner allows (RFC 9309).

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use texting_robots::Robot;
use url::Url;

/// RFC 9309, 2.5: at least 500 KiB must be read; more is hardly ever meant seriously.
pub const MAX_BYTES: u64 = 500 << 10;

/// A longer pause than this is a way to say "don't": the crawl's time limit then ends it, and says why.
const MAX_DELAY: Duration = Duration::from_secs(120);

/// The rules of one origin.
#[derive(Debug)]
pub struct Robots {
    rules: Rules,
    pub sitemaps: Vec<String>,
    pub delay: Option<Duration>,
    /// A file was there and could be read.
    pub found: bool,
}

#[derive(Debug)]
enum Rules {
    /// No file: everything is open (RFC 9309, 2.3.1.3).
    Open,
    File(Box<Robot>),
    /// The server could not say: everything is closed (RFC 9309, 2.3.1.4).
    Closed {
        reason: String,
    },
}

impl Robots {
    /// Reads a file for the crawler that calls itself `agent`. A file that can't be read at all counts as none.
    #[must_use]
    pub fn parse(agent: &str, file: &[u8]) -> Self {
        let file = &file[..file.len().min(MAX_BYTES as usize)];
        // The parser is someone else's and the file is a stranger's: together they must not end a worker.
        let parsed = catch_unwind(AssertUnwindSafe(|| Robot::new(agent, file).ok())).ok().flatten();
        let Some(mut robot) = parsed else { return Self::open() };
        let sitemaps = std::mem::take(&mut robot.sitemaps);
        let delay = robot
            .delay
            .and_then(|seconds| Duration::try_from_secs_f32(seconds).ok())
            .filter(|delay| !delay.is_zero())
            .map(|delay| delay.min(MAX_DELAY));
        Self { rules: Rules::File(Box::new(robot)), sitemaps, delay, found: true }
    }

    #[must_use]
    pub fn open() -> Self {
        Self { rules: Rules::Open, sitemaps: Vec::new(), delay: None, found: false }
    }

    /// `reason` is a sentence for a person.
    #[must_use]
    pub fn closed(reason: impl Into<String>) -> Self {
        Self { rules: Rules::Closed { reason: reason.into() }, sitemaps: Vec::new(), delay: None, found: false }
    }

    /// Reads the answer to a request for robots.txt by its status.
    #[must_use]
    pub fn from_answer(agent: &str, host: &str, status: u16, body: &[u8]) -> Self {
        match status {
            200..=299 => Self::parse(agent, body),
            429 | 500.. => Self::closed(format!(
                "{host} answers {status} when asked for its rules for crawlers (robots.txt). As long as a site can't \
                 say what it allows, nothing is read from it."
            )),
            _ => Self::open(),
        }
    }

    #[must_use]
    pub fn allows(&self, url: &Url) -> bool {
        match &self.rules {
            Rules::Open => true,
            Rules::Closed { .. } => false,
            Rules::File(robot) => {
                url.path() == "/robots.txt"
                    || catch_unwind(AssertUnwindSafe(|| robot.allowed(url.as_str()))).unwrap_or(false)
            }
        }
    }

    /// Why everything is closed, when it is.
    #[must_use]
    pub fn closed_because(&self) -> Option<&str> {
        match &self.rules {
            Rules::Closed { reason } => Some(reason),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(path: &str) -> Url {
        Url::parse("http://example.com").unwrap().join(path).unwrap()
    }

    #[test]
    fn our_own_group_wins_over_the_general_one() {
        let file = b"User-agent: *\nDisallow: /\nUser-agent: agency-os\nDisallow: /admin\nCrawl-delay: 0.5\nSitemap: http://example.com/s.xml";
        let robots = Robots::parse("agency-os", file);
        assert!(robots.allows(&url("/about")) && !robots.allows(&url("/admin/users")));
        assert_eq!(robots.delay, Some(Duration::from_millis(500)));
        assert_eq!(robots.sitemaps, ["http://example.com/s.xml"]);
        assert!(!Robots::parse("Other", file).allows(&url("/about")));
    }

    #[test]
    fn a_missing_file_opens_and_a_broken_server_closes() {
        assert!(Robots::from_answer("agency-os", "x", 404, b"").allows(&url("/")));
        let closed = Robots::from_answer("agency-os", "example.com", 503, b"");
        assert!(!closed.allows(&url("/")));
        assert!(closed.closed_because().unwrap().contains("503"));
    }

    #[test]
    fn absurd_delays_and_bytes_are_survived() {
        for file in [&b"User-agent: *\nCrawl-delay: 1e30"[..], b"User-agent: *\nCrawl-delay: -4", b"\xff\xfe\x00", b""]
        {
            let robots = Robots::parse("agency-os", file);
            assert!(robots.allows(&url("/")));
            assert!(robots.delay.is_none_or(|delay| delay <= MAX_DELAY));
        }
    }
}

//! Pages as visitors see them: an installed Chromium, driven over CDP, one for each crawl and only when needed.
//!
//! The browser itself never touches the network. Every request of a page is stopped, made by `aos-outbound` under its
//! guard, and answered from there; whatever slips past that (sockets, workers) runs into a proxy that does not exist.

mod look;
mod requests;

use std::{
    env,
    path::{Path, PathBuf},
    time::Duration,
};

use aos_outbound::Outbound;
use bytes::Bytes;
use chromiumoxide::{Browser, BrowserConfig, Page, handler::viewport::Viewport};
use futures::StreamExt;
use tempfile::TempDir;
use tokio::{
    sync::{Mutex, Semaphore},
    task::JoinHandle,
    time::timeout,
};
use tracing::debug;
use url::Url;

use self::requests::Requests;
use crate::brand::Palette;

/// As wide as most designs are made for.
const WIDTH: u32 = 1_440;
const HEIGHT: u32 = 900;
/// A long home page is shown to this height.
const TALLEST: f64 = 2_400.0;
/// From a cold disk, beside other work, a browser was seen to take more than twenty seconds.
const START_TIME: Duration = Duration::from_secs(60);
/// For one page from request to result.
const PAGE_TIME: Duration = Duration::from_secs(30);
const CLOSE_TIME: Duration = Duration::from_secs(5);
/// Pages that are open at once: each costs a process and much memory.
const PAGES_AT_ONCE: usize = 2;

/// Where programs of this kind are found, first match first.
const PLACES: &[&str] = &[
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome-stable",
    "/usr/bin/google-chrome",
    "/snap/bin/chromium",
    "/opt/google/chrome/chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/// Which browser renders pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum BrowserChoice {
    /// The installed one, if there is one.
    #[default]
    Detect,
    At(PathBuf),
    /// Never, even if there is one.
    Off,
}

impl BrowserChoice {
    /// The program to start.
    #[must_use]
    pub fn program(&self) -> Option<PathBuf> {
        match self {
            Self::Off => None,
            Self::At(path) => path.is_file().then(|| path.clone()),
            Self::Detect => {
                let on_path = env::var_os("PATH").unwrap_or_default();
                let on_path =
                    env::split_paths(&on_path).map(|folder| folder.join("chromium")).find(|path| path.is_file());
                PLACES.iter().map(PathBuf::from).find(|path| path.is_file()).or(on_path)
            }
        }
    }
}

/// Why a page was not rendered, as a sentence for a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RenderError {
    #[error("The use of a browser is switched off.")]
    Off,
    #[error("No Chromium is installed on this server.")]
    Absent,
    #[error("The browser could not be started.")]
    NotStarted,
    #[error("The browser ended unexpectedly.")]
    Crashed,
    #[error("The browser did not finish the page in time.")]
    TooSlow,
    #[error("The browser could not open the page.")]
    NotOpened,
}

/// Renders pages. Costs nothing until it is first used.
pub(crate) struct Renderer {
    choice: BrowserChoice,
    outbound: Outbound,
    state: Mutex<State>,
    slots: Semaphore,
}

enum State {
    Unused,
    Running(Box<Running>),
    Unavailable(RenderError),
}

struct Running {
    browser: Browser,
    /// Drives the connection; ends when the browser does.
    driver: JoinHandle<()>,
    /// Removed when dropped, after the browser has ended.
    _profile: TempDir,
}

/// What the home page looks like.
pub(crate) struct HomeLook {
    pub html: String,
    pub palette: Palette,
    /// PNG.
    pub screenshot: Bytes,
}

impl Renderer {
    pub fn new(choice: BrowserChoice, outbound: Outbound) -> Self {
        Self { choice, outbound, state: Mutex::new(State::Unused), slots: Semaphore::new(PAGES_AT_ONCE) }
    }

    /// The HTML of a page after its scripts ran.
    pub async fn page(&self, url: &Url) -> Result<String, RenderError> {
        self.with_page(url, async |page| page.content().await.map_err(not_opened)).await
    }

    /// The home page with everything that tells its brand.
    pub async fn home(&self, url: &Url) -> Result<HomeLook, RenderError> {
        self.with_page(url, async |page| {
            let look = look::take(page).await?;
            let screenshot = look::screenshot(page, look.height).await?;
            let html = page.content().await.map_err(not_opened)?;
            Ok(HomeLook { html, palette: look.palette(), screenshot })
        })
        .await
    }

    async fn with_page<T>(
        &self,
        url: &Url,
        work: impl AsyncFnOnce(&Page) -> Result<T, RenderError>,
    ) -> Result<T, RenderError> {
        let _slot = self.slots.acquire().await.map_err(|_| RenderError::Crashed)?;
        let page = self.open().await?;
        let work = async {
            let requests = Requests::answer(&page, self.outbound.clone()).await.map_err(not_opened)?;
            page.goto(url.as_str()).await.map_err(not_opened)?;
            requests.settled().await;
            work(&page).await
        };
        let done = timeout(PAGE_TIME, work).await.unwrap_or(Err(RenderError::TooSlow));
        // A page that hangs goes with its browser; waiting for it would only hang us, too.
        let _ = timeout(CLOSE_TIME, page.close()).await;
        match done {
            Err(error) if self.has_crashed().await => {
                debug!(%error, "the browser ended while it rendered");
                Err(RenderError::Crashed)
            }
            done => done,
        }
    }

    /// A new empty page, in a browser that is started if it is not running.
    async fn open(&self) -> Result<Page, RenderError> {
        let mut state = self.state.lock().await;
        if matches!(*state, State::Unused) {
            *state = match self.start().await {
                Ok(running) => State::Running(Box::new(running)),
                Err(error) => State::Unavailable(error),
            };
        }
        match &*state {
            State::Running(running) => {
                let page = timeout(PAGE_TIME, running.browser.new_page("about:blank")).await;
                page.map_err(|_| RenderError::TooSlow)?.map_err(not_opened)
            }
            State::Unavailable(error) => Err(error.clone()),
            State::Unused => Err(RenderError::NotStarted),
        }
    }

    async fn has_crashed(&self) -> bool {
        let mut state = self.state.lock().await;
        let crashed = matches!(&*state, State::Running(running) if running.driver.is_finished());
        if crashed {
            // It would crash over the same page again; the rest of the crawl goes on without.
            *state = State::Unavailable(RenderError::Crashed);
        }
        crashed
    }

    async fn start(&self) -> Result<Running, RenderError> {
        let Some(program) = self.choice.program() else {
            return Err(if self.choice == BrowserChoice::Off { RenderError::Off } else { RenderError::Absent });
        };
        // Says whose it is, so that what a killed process left behind can be told from what is in use.
        let profile = tempfile::Builder::new().prefix(&format!("agency-os-browser-{}-", std::process::id())).tempdir();
        let profile = profile.map_err(|_| RenderError::NotStarted)?;
        let config = config(&program, profile.path()).map_err(|_| RenderError::NotStarted)?;
        let (browser, mut events) = Browser::launch(config).await.map_err(|error| {
            debug!(%error, "the browser did not start");
            RenderError::NotStarted
        })?;
        // An event that can't be read is one that a newer browser invented; only the end of the stream is the end.
        let driver = tokio::spawn(async move { while events.next().await.is_some() {} });
        Ok(Running { browser, driver, _profile: profile })
    }

    /// Ends the browser and removes its profile.
    pub async fn close(&self) {
        let state = std::mem::replace(&mut *self.state.lock().await, State::Unavailable(RenderError::Off));
        let State::Running(mut running) = state else { return };
        let closed = async {
            let _ = running.browser.close().await;
            let _ = running.browser.wait().await;
        };
        if timeout(CLOSE_TIME, closed).await.is_err() {
            let _ = running.browser.kill().await;
        }
        running.driver.abort();
    }
}

fn not_opened(error: impl std::fmt::Display) -> RenderError {
    debug!(%error, "the browser refused");
    RenderError::NotOpened
}

fn config(program: &Path, profile: &Path) -> Result<BrowserConfig, String> {
    let mut builder = BrowserConfig::builder()
        .chrome_executable(program)
        .user_data_dir(profile)
        .new_headless_mode()
        .window_size(WIDTH, HEIGHT)
        .viewport(Viewport { width: WIDTH, height: HEIGHT, ..Viewport::default() })
        .launch_timeout(START_TIME)
        .request_timeout(PAGE_TIME)
        .enable_request_intercept()
        .disable_https_first()
        .args(["disable-gpu", "disable-quic", "disable-component-update", "no-first-run", "disable-dev-shm-usage"])
        // What is not answered by us has nowhere to go: the discard port, for loopback addresses as well.
        .arg(("proxy-server", "127.0.0.1:9"))
        .arg(("proxy-bypass-list", "<-loopback>"));
    if is_root() {
        // Chromium refuses to start its sandbox for root.
        builder = builder.no_sandbox();
    }
    builder.build()
}

#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    // The owner of a process's own entry is its effective user; asking the system directly would need unsafe code.
    std::fs::metadata("/proc/self")
        .map_or_else(|_| env::var_os("USER").is_some_and(|user| user == "root"), |own| own.uid() == 0)
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

//! Platforms of vendors, simulated on one listener. A vendor's host is the first part of the path:
//! `https://api.linkedin.com/rest/posts` answers at `http://127.0.0.1:PORT/api.linkedin.com/rest/posts`.
//!
//! Each vendor is a folder written from its contract, with a state of its own; consent and tokens are the same kit for
//! all ([`grants`]), with each vendor's own rules.

mod arrival;
mod consent;
mod feed;
mod fetch;
mod google;
mod grants;
mod kept;
mod webflow;

use std::{io, path::PathBuf, sync::Arc};

use aos_kernel::Clock;
use axum::{
    Router,
    http::{StatusCode, Uri},
    middleware,
    response::Html,
    routing::get,
};
use serde_json::Value;

use crate::{
    console::{self, Console},
    faults::{Faults, Service},
    log::RequestLog,
    observe::{self, Watch},
};

pub use feed::Shown;
pub use google::{Google, GoogleApi, GoogleRefusal, GoogleSettings, LocalPost, LocalPostMedia, LocalPostState, Review};
pub use grants::GrantSettings;
pub use webflow::{Webflow, WebflowAsset, WebflowItem, WebflowSettings};

/// What every vendor's simulation is given.
#[derive(Clone)]
pub(crate) struct Ground {
    pub(crate) clock: Arc<dyn Clock>,
    /// `http://127.0.0.1:PORT`.
    pub(crate) origin: String,
    /// Where state is kept between runs; none: in memory only.
    pub(crate) folder: Option<PathBuf>,
    pub(crate) faults: Faults,
    pub(crate) log: RequestLog,
}

impl Ground {
    /// Where an address of the real vendor answers here.
    pub(crate) fn at(&self, real: &str) -> String {
        format!("{}/{}", self.origin, real.trim_start_matches("https://"))
    }

    /// What stands before a vendor's routes: the log and the faults.
    pub(crate) fn watched(&self, service: Service, refusal: fn(StatusCode) -> Value, routes: Router) -> Router {
        let watch = Watch {
            service,
            faults: self.faults.clone(),
            log: self.log.clone(),
            path_of: |uri: &Uri| uri.path().to_owned(),
            refusal,
        };
        routes.layer(middleware::from_fn_with_state(watch, observe::observe))
    }

    /// A vendor's console, with what the vendor shows of itself.
    pub(crate) fn console(&self, service: Service, summary: impl Fn() -> String + Send + Sync + 'static) -> Router {
        let console = Console::new(service, self.faults.clone(), self.log.clone(), Arc::new(summary));
        Router::new().nest(&format!("/{service}"), console::router(console))
    }
}

/// Handle of all simulated vendors. Cheap to clone.
#[derive(Clone)]
pub struct Vendors {
    ground: Ground,
    google: Google,
    webflow: Webflow,
}

impl Vendors {
    pub(crate) fn open(ground: Ground) -> io::Result<Self> {
        let google = Google::open(ground.clone())?;
        let webflow = Webflow::open(ground.clone())?;
        Ok(Self { ground, google, webflow })
    }

    /// The root that the clients are pointed at: `http://127.0.0.1:PORT/`.
    pub fn url(&self) -> String {
        format!("{}/", self.ground.origin)
    }

    pub fn google(&self) -> &Google {
        &self.google
    }

    pub fn webflow(&self) -> &Webflow {
        &self.webflow
    }

    /// Everything that stands on any of the platforms, the newest first.
    pub fn shown(&self) -> Vec<Shown> {
        let mut all: Vec<Shown> = Vec::new();
        all.extend(self.google.shown());
        all.extend(self.webflow.shown());
        all.sort_by_key(|one| std::cmp::Reverse(one.at));
        all
    }

    pub(crate) fn router(&self) -> Router {
        let all = self.clone();
        Router::new()
            .route("/", get(move || async move { Html(feed::page(&all.shown())) }))
            .merge(self.google.router())
            .merge(self.webflow.router())
    }
}

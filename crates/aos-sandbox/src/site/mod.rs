//! "Harbour & Pine", the website of an invented maker of timber-frame garden rooms: a sample client for demonstrations.
//!
//! The texts are Markdown files with front matter under `site/pages/` of this crate, compiled in. Pictures and the
//! brochure are drawn in code, so that every byte of the site is our own. It has what a crawler meets elsewhere too: one
//! redirect (`/garden-offices/`), one broken link (to `/open-days/`) and one page that asks not to be indexed
//! (`/thank-you/`).

mod brochure;
mod layout;
mod pages;
mod pictures;

use std::{io, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{Response, StatusCode, header},
    middleware,
    response::{Html, IntoResponse, Redirect},
};
use serde_json::json;

use crate::{
    console::{self, Console},
    faults::{Faults, Service},
    log::RequestLog,
    observe::{self, Watch},
    server::{self, Server},
};
use pages::Pages;

/// The running sample site; ends when it is dropped.
pub struct SampleSite {
    origin: String,
    pages: Arc<Pages>,
    faults: Faults,
    log: RequestLog,
    server: Server,
}

impl SampleSite {
    /// Name of the invented company, as its pages write it.
    pub const CLIENT: &'static str = "Harbour & Pine";

    pub(crate) async fn start(port: u16) -> io::Result<Self> {
        let (listener, origin) = server::bind(port).await?;
        let (faults, log) = (Faults::default(), RequestLog::default());
        let pages = Arc::new(Pages::read(&origin));
        let router = router(pages.clone(), faults.clone(), log.clone());
        Ok(Self { origin, pages, faults, log, server: Server::run(listener, router) })
    }

    /// Address of the home page.
    pub fn url(&self) -> String {
        format!("{}/", self.origin)
    }
    /// Addresses of all pages that may be indexed, home first.
    pub fn page_urls(&self) -> Vec<String> {
        self.pages.indexed().map(|page| format!("{}{}", self.origin, page.path)).collect()
    }
    pub fn faults(&self) -> &Faults {
        &self.faults
    }
    pub fn requests(&self) -> &RequestLog {
        &self.log
    }
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

fn router(pages: Arc<Pages>, faults: Faults, log: RequestLog) -> Router {
    let watch = Watch {
        service: Service::Site,
        faults: faults.clone(),
        log: log.clone(),
        path_of: observe::plain_path,
        refusal: |status| json!({"message": "The sandbox simulates this failure.", "status": status.as_u16()}),
    };
    let count = pages.indexed().count();
    let summary = Arc::new(move || format!("<p>A sample website of {count} pages. It keeps no state.</p>"));
    let console = Console::new(Service::Site, faults, log, summary);
    Router::new()
        .fallback(serve)
        .with_state(pages)
        .merge(console::router(console))
        .layer(middleware::from_fn_with_state(watch, observe::observe))
}

async fn serve(State(pages): State<Arc<Pages>>, request: Request) -> Response<Body> {
    let path = request.uri().path();
    if let Some(page) = pages.at(path) {
        return Html(page.html.clone()).into_response();
    }
    match path {
        "/robots.txt" => return pages.robots().into_response(),
        "/sitemap.xml" => return ([(header::CONTENT_TYPE, "application/xml")], pages.sitemap()).into_response(),
        "/assets/style.css" => return ([(header::CONTENT_TYPE, "text/css")], layout::STYLE).into_response(),
        brochure::PATH => return ([(header::CONTENT_TYPE, "application/pdf")], brochure::pdf()).into_response(),
        // The page moved when the range was reordered; old links still point here.
        "/garden-offices/" => return Redirect::permanent("/garden-rooms/home-offices/").into_response(),
        _ => {}
    }
    if let Some(png) = path.strip_prefix("/images/").and_then(pictures::png) {
        return ([(header::CONTENT_TYPE, "image/png")], png).into_response();
    }
    // Like most servers, an address without its last slash leads to the page with it.
    let slashed = format!("{path}/");
    if pages.at(&slashed).is_some() {
        return Redirect::permanent(&slashed).into_response();
    }
    (StatusCode::NOT_FOUND, Html(pages.not_found())).into_response()
}

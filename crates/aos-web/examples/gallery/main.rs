//! Serves every page with sample data, to look at: `cargo run -p aos-web --example gallery`, then open what it prints.
//!
//! `?empty=1` shows the same page of a fresh installation. Nothing is stored; forms answer "not found".

mod samples;

use std::{collections::HashMap, time::Duration};

use aos_web::{
    app,
    csrf::Guard,
    error::WebError,
    flash::Theme,
    live::{Hub, Topic},
    signer::Signer,
};
use axum::{
    Router,
    extract::{Path, Query},
    http::header,
    response::{Html, IntoResponse, Response},
    routing::get,
};
use tokio_util::sync::CancellationToken;

type Asked = Query<HashMap<String, String>>;

async fn page(Path(path): Path<String>, query: Asked, theme: Theme) -> Result<Html<String>, WebError> {
    samples::render(&format!("/{path}"), &query, theme)
}

async fn home(theme: Theme) -> Result<Html<String>, WebError> {
    samples::render("/", &HashMap::new(), theme)
}

async fn picture() -> Response {
    const SVG: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1600 900"><defs><linearGradient id="a" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#dfe9ec"/><stop offset="1" stop-color="#8fb3b9"/></linearGradient></defs><rect width="1600" height="900" fill="url(#a)"/><circle cx="1180" cy="300" r="190" fill="#f7f3ea" opacity=".8"/><path d="M0 700Q400 540 800 690T1600 620V900H0Z" fill="#2f5d68"/><path d="M0 780Q500 650 900 770T1600 720V900H0Z" fill="#1f434c"/></svg>"##;
    ([(header::CONTENT_TYPE, "image/svg+xml")], SVG).into_response()
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok()).unwrap_or(0);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}/", listener.local_addr()?);
    let hub = Hub::default();
    let announcer = hub.clone();
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_secs(1));
        loop {
            ticks.tick().await;
            announcer.announce(Topic::named("crawl:c1"));
        }
    });
    let live = get(move || async move { hub.stream(vec![Topic::named("crawl:c1")], CancellationToken::new()) });
    let routes = Router::new()
        .route("/", get(home))
        .route("/portal/live", live)
        .route("/sample.svg", get(picture))
        .route("/{*path}", get(page));
    axum::serve(listener, app::dress(routes, Guard { signer: Signer::new([0; 32]), https: false })).await
}

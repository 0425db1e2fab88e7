//! Crawls a documentation site that it serves itself, and prints pages per second as one line of JSON.
//!
//! `cargo run --release -p aos-crawler --example crawl_bench -- [--folder DIR] [--pages N]`: the pages of a folder, or
//! as many made ones of 20 to 60 kB. Fetching, parsing and auditing are measured; batches are dropped, not stored.

use std::{fmt::Write, path::PathBuf, sync::Arc};

use aos_capabilities::crawl::{CrawlBatch, CrawlLimits, CrawlRequest, CrawlSink, SiteCrawler};
use aos_crawler::{BrowserChoice, Crawler, CrawlerConfig};
use aos_kernel::{SystemClock, TenantId};
use aos_outbound::{HostRule, Outbound, OutboundConfig};
use axum::{
    Router,
    extract::{Path, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use clap::Parser;
use tokio_util::sync::CancellationToken;
use url::Url;

#[derive(Parser)]
struct Arguments {
    /// Serve the files of this folder.
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Without a folder, make so many pages.
    #[arg(long, default_value_t = 1_169)]
    pages: u32,
    /// How often to crawl; the best run is told.
    #[arg(long, default_value_t = 3)]
    runs: u32,
}

type Site = Arc<std::collections::HashMap<String, (&'static str, Bytes)>>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let site: Site = Arc::new(match &arguments.folder {
        Some(folder) => read_folder(folder)?,
        None => made_site(arguments.pages),
    });
    let pages = site.values().filter(|(kind, _)| *kind == "text/html").count();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let routes = Router::new().route("/", get(home)).route("/{*path}", get(file)).with_state(site);
    tokio::spawn(async move { axum::serve(listener, routes).await });

    let allow = vec![address.to_string().parse::<HostRule>()?];
    let outbound = Outbound::new(OutboundConfig { allow, ..OutboundConfig::default() })?;
    let config = CrawlerConfig { browser: BrowserChoice::Off, ..CrawlerConfig::default() };
    let crawler = Crawler::new(outbound, config, Arc::new(SystemClock));
    let start = Url::parse(&format!("http://{address}/"))?;
    let mut best: Option<(f64, u32)> = None;
    for _ in 0..arguments.runs.max(1) {
        let request = CrawlRequest {
            tenant: TenantId::new(),
            start: start.clone(),
            limits: CrawlLimits::default(),
            resume: None,
            brand: false,
            render_scripts: false,
        };
        let summary = crawler.crawl(request, &Dropped, CancellationToken::new()).await;
        let seconds = summary.elapsed_ms as f64 / 1_000.0;
        if best.is_none_or(|(least, _)| seconds < least) {
            best = Some((seconds, summary.progress.pages));
        }
    }
    let (seconds, read) = best.unwrap_or((f64::NAN, 0));
    println!(
        "{{\"bench\":\"crawl\",\"figure\":\"pages_per_second\",\"value\":{:.0},\"goal\":1500,\"work\":\"{read} of {pages} \
         pages, parsed and audited, not stored\",\"seconds\":{seconds:.3},\"peak_mb\":{}}}",
        f64::from(read) / seconds,
        peak_megabytes().unwrap_or(0)
    );
    Ok(())
}

struct Dropped;

#[async_trait::async_trait]
impl CrawlSink for Dropped {
    async fn keep(&self, _: CrawlBatch) -> Result<(), aos_kernel::Error> {
        Ok(())
    }
}

async fn home(state: State<Site>) -> Response {
    file(state, Path("index.html".to_owned())).await
}

async fn file(State(site): State<Site>, Path(path): Path<String>) -> Response {
    match site.get(&path) {
        Some((kind, bytes)) => ([(CONTENT_TYPE, *kind)], bytes.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn read_folder(folder: &std::path::Path) -> std::io::Result<std::collections::HashMap<String, (&'static str, Bytes)>> {
    let mut site = std::collections::HashMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let kind = match path.extension().and_then(|end| end.to_str()) {
                Some("html" | "htm") => "text/html",
                Some("css") => "text/css",
                Some("png") => "image/png",
                Some("svg") => "image/svg+xml",
                _ => "application/octet-stream",
            };
            if let Ok(name) = path.strip_prefix(folder) {
                site.insert(name.to_string_lossy().into_owned(), (kind, Bytes::from(std::fs::read(&path)?)));
            }
        }
    }
    Ok(site)
}

/// Pages of a manual: navigation, headings, prose, code, tables, and links to their neighbours.
fn made_site(pages: u32) -> std::collections::HashMap<String, (&'static str, Bytes)> {
    let name = |n: u32| if n == 0 { "index.html".to_owned() } else { format!("section-{n}.html") };
    let mut site: std::collections::HashMap<_, _> =
        (0..pages).map(|n| (name(n), ("text/html", Bytes::from(made_page(n, pages, &name))))).collect();
    site.insert("robots.txt".into(), ("text/plain", Bytes::from_static(b"User-agent: *\nDisallow: /private/\n")));
    site
}

fn made_page(n: u32, pages: u32, name: &impl Fn(u32) -> String) -> String {
    const WORDS: &[&str] = &[
        "index",
        "table",
        "query",
        "planner",
        "returns",
        "values",
        "which",
        "the",
        "server",
        "configuration",
        "stores",
        "every",
        "row",
        "when",
        "transaction",
        "commits",
        "unless",
        "a",
        "parameter",
        "is",
        "given",
    ];
    let mut html = format!(
        "<!doctype html><html lang=en><head><title>Section {n}</title><meta name=description content='About part {n}'></head>\
         <body><nav><ul>"
    );
    for link in (0..40).map(|step| (n * 7 + step * 29) % pages) {
        let _ = write!(html, "<li><a href=\"{}\">Section {link}</a></li>", name(link));
    }
    let _ = write!(html, "</ul></nav><main><h1>Section {n}</h1>");
    let mut seed = u64::from(n) + 1;
    let mut word = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        WORDS[(seed >> 33) as usize % WORDS.len()]
    };
    for part in 0..20 + n % 40 {
        let _ = write!(html, "<h2 id=p{part}>Part {part}</h2><p>");
        for _ in 0..90 {
            let _ = write!(html, "{} ", word());
        }
        let _ = write!(
            html,
            "See <a href=\"{}\">below</a>, <code>{}</code>.</p><pre>",
            name((n + part + 1) % pages),
            word()
        );
        let _ = write!(html, "SELECT {}, {} FROM {};</pre><table><tr><th>Name<th>Use</tr>", word(), word(), word());
        for _ in 0..4 {
            let _ = write!(html, "<tr><td>{}</td><td>{} {}</td></tr>", word(), word(), word());
        }
        html.push_str("</table>");
    }
    html.push_str("</main><footer>Made for measuring</footer></body></html>");
    html
}

/// The most memory this process has used, server included, where the system tells.
fn peak_megabytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1_024)
}

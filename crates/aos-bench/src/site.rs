//! A documentation site on loopback: the files of a folder, or made pages of 20 to 60 kB.

use std::{collections::HashMap, fmt::Write, net::SocketAddr, path::Path, sync::Arc};

use anyhow::Result;
use axum::{
    Router,
    extract::{Path as UrlPath, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;

type Files = HashMap<String, (&'static str, Bytes)>;

pub struct Site(Arc<Files>);

impl Site {
    pub fn pages(&self) -> usize {
        self.0.values().filter(|(kind, _)| *kind == "text/html").count()
    }

    /// Serves until the program ends; answers where.
    pub async fn serve(self) -> Result<SocketAddr> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let routes = Router::new().route("/", get(home)).route("/{*path}", get(file)).with_state(self.0);
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Ok(address)
    }

    pub fn of_folder(folder: &Path) -> Result<Self> {
        let mut files = Files::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            for entry in std::fs::read_dir(next)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if let Ok(name) = path.strip_prefix(folder) {
                    let content = Bytes::from(std::fs::read(&path)?);
                    files.insert(name.to_string_lossy().into_owned(), (kind_of(&path), content));
                }
            }
        }
        Ok(Self(Arc::new(files)))
    }

    /// Pages of a manual: navigation, headings, prose, code, tables, and links to their neighbours.
    pub fn made(pages: u32) -> Self {
        let mut files: Files =
            (0..pages).map(|n| (name_of(n), ("text/html", Bytes::from(made_page(n, pages))))).collect();
        let rules = Bytes::from_static(b"User-agent: *\nDisallow: /private/\n");
        files.insert("robots.txt".to_owned(), ("text/plain", rules));
        Self(Arc::new(files))
    }
}

async fn home(files: State<Arc<Files>>) -> Response {
    file(files, UrlPath("index.html".to_owned())).await
}

async fn file(State(files): State<Arc<Files>>, UrlPath(path): UrlPath<String>) -> Response {
    let found = files.get(&path).or_else(|| files.get(&format!("{}/index.html", path.trim_end_matches('/'))));
    match found {
        Some((kind, bytes)) => ([(CONTENT_TYPE, *kind)], bytes.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn kind_of(path: &Path) -> &'static str {
    match path.extension().and_then(|end| end.to_str()) {
        Some("html" | "htm") => "text/html",
        Some("css") => "text/css",
        Some("txt") => "text/plain",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

fn name_of(n: u32) -> String {
    if n == 0 { "index.html".to_owned() } else { format!("section-{n}.html") }
}

const WORDS: [&str; 21] = [
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

fn made_page(n: u32, pages: u32) -> String {
    let mut html = format!(
        "<!doctype html><html lang=en><head><title>Section {n}</title><meta name=description content='About part {n}'>\
         </head><body><nav><ul>"
    );
    for link in (0..40).map(|step| (n * 7 + step * 29) % pages) {
        let _ = write!(html, "<li><a href=\"{}\">Section {link}</a></li>", name_of(link));
    }
    let _ = write!(html, "</ul></nav><main><h1>Section {n}</h1>");
    // The same pages on every machine and at every run.
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
        let below = name_of((n + part + 1) % pages);
        let _ = write!(html, "See <a href=\"{below}\">below</a>, <code>{}</code>.</p>", word());
        let _ = write!(html, "<pre>set {} to {};</pre><table><tr><th>Name<th>Use</tr>", word(), word());
        for _ in 0..4 {
            let _ = write!(html, "<tr><td>{}</td><td>{} {}</td></tr>", word(), word(), word());
        }
        html.push_str("</table>");
    }
    html.push_str("</main><footer>Made for measuring</footer></body></html>");
    html
}

//! Sites built in code, and a crawler that may visit them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use aos_capabilities::crawl::{CrawlLimits, CrawlRequest, CrawlSummary, CrawledPage, SiteCrawler};
use aos_crawler::{BrowserChoice, Collected, Crawler, CrawlerConfig, MemorySink};
use aos_kernel::{SystemClock, TenantId};
use aos_outbound::{HostRule, Outbound, OutboundConfig};
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderName, StatusCode, header},
    response::Response,
};
use tokio_util::sync::CancellationToken;
use url::Url;

/// What a path answers with.
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(HeaderName, String)>,
    pub body: Box<dyn Fn() -> Body + Send + Sync>,
}

impl Answer {
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let body: Vec<u8> = body.into();
        Self {
            status,
            headers: vec![(header::CONTENT_TYPE, content_type.to_owned())],
            body: Box::new(move || Body::from(body.clone())),
        }
    }
    pub fn streaming(content_type: &str, body: impl Fn() -> Body + Send + Sync + 'static) -> Self {
        let headers = vec![(header::CONTENT_TYPE, content_type.to_owned())];
        Self { status: 200, headers, body: Box::new(body) }
    }
    pub fn with(mut self, name: HeaderName, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

type Pages = HashMap<String, Answer>;

/// A site before it is served.
#[derive(Default)]
pub struct SiteBuilder {
    pages: Pages,
}

impl SiteBuilder {
    /// An HTML page; `body` is what stands in its `main`.
    pub fn page(self, path: &str, title: &str, body: &str) -> Self {
        let html = format!(
            "<!doctype html><html lang=en><head><title>{title}</title><meta name=description content='About {title}'></head>\
             <body><nav><a href='/'>Home</a></nav><main><h1>{title}</h1>{body}</main></body></html>"
        );
        self.html(path, &html)
    }
    pub fn html(self, path: &str, html: &str) -> Self {
        self.answer(path, Answer::new(200, "text/html; charset=utf-8", html))
    }
    pub fn robots(self, text: &str) -> Self {
        self.answer("/robots.txt", Answer::new(200, "text/plain", text))
    }
    pub fn redirect(self, path: &str, to: &str) -> Self {
        self.answer(path, Answer::new(301, "text/html", "").with(header::LOCATION, to))
    }
    pub fn answer(mut self, path: &str, answer: Answer) -> Self {
        self.pages.insert(path.to_owned(), answer);
        self
    }
    pub async fn serve(self) -> Site {
        let state = Arc::new(Served { pages: self.pages, asked: Mutex::default() });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let routes = Router::new().fallback(answer).with_state(Arc::clone(&state));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Site { start: Url::parse(&format!("http://{address}/")).unwrap(), state }
    }
}

struct Served {
    pages: Pages,
    asked: Mutex<Vec<String>>,
}

async fn answer(State(site): State<Arc<Served>>, request: Request) -> Response {
    let path = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    site.asked.lock().unwrap().push(path.clone());
    let Some(found) = site.pages.get(&path) else {
        return Response::builder().status(StatusCode::NOT_FOUND).body(Body::from("not here")).unwrap();
    };
    let mut response = Response::builder().status(found.status);
    for (name, value) in &found.headers {
        response = response.header(name, value);
    }
    response.body((found.body)()).unwrap()
}

/// A site that is being served.
pub struct Site {
    pub start: Url,
    state: Arc<Served>,
}

impl Site {
    pub fn build() -> SiteBuilder {
        SiteBuilder::default()
    }
    /// Every path that was asked for, in order.
    pub fn asked(&self) -> Vec<String> {
        self.state.asked.lock().unwrap().clone()
    }
    pub fn asked_for(&self, path: &str) -> usize {
        self.asked().iter().filter(|asked| *asked == path).count()
    }
    pub fn url(&self, path: &str) -> String {
        self.start.join(path).unwrap().to_string()
    }
    pub fn request(&self) -> CrawlRequest {
        request(self.start.clone())
    }
    /// Crawls the whole site without a browser.
    pub async fn crawl(&self) -> (CrawlSummary, Collected) {
        self.crawl_within(CrawlLimits::default()).await
    }
    pub async fn crawl_within(&self, limits: CrawlLimits) -> (CrawlSummary, Collected) {
        let request = CrawlRequest { limits, ..self.request() };
        let sink = MemorySink::new(|_| ());
        let summary = self.crawler(BrowserChoice::Off).crawl(request, &sink, CancellationToken::new()).await;
        (summary, sink.into_collected())
    }
    /// A crawler that may visit this site, and nothing else of this machine.
    pub fn crawler(&self, browser: BrowserChoice) -> Crawler {
        let host = self.start.host_str().unwrap().to_owned();
        crawler(vec![HostRule { host, port: self.start.port() }], browser)
    }
}

pub fn request(start: Url) -> CrawlRequest {
    let tenant = TenantId::new();
    let limits = CrawlLimits::default();
    CrawlRequest { tenant, start, limits, resume: None, brand: false, render_scripts: true }
}

pub fn crawler(allow: Vec<HostRule>, browser: BrowserChoice) -> Crawler {
    let config = OutboundConfig { allow, connect_timeout: Duration::from_secs(5), ..OutboundConfig::default() };
    let outbound = Outbound::new(config).unwrap();
    Crawler::new(outbound, CrawlerConfig { browser, ..CrawlerConfig::default() }, Arc::new(SystemClock))
}

/// The paths of pages, sorted.
pub fn paths(pages: &[CrawledPage]) -> Vec<String> {
    let mut paths: Vec<String> = pages.iter().map(|page| Url::parse(&page.url).unwrap().path().to_owned()).collect();
    paths.sort();
    paths
}

/// Whether the summary or a page tells a finding.
pub fn tells(summary: &CrawlSummary, code: &str) -> bool {
    summary.findings.iter().any(|finding| finding.code == code)
}

pub fn page<'p>(pages: &'p [CrawledPage], path: &str) -> &'p CrawledPage {
    pages.iter().find(|page| Url::parse(&page.url).unwrap().path() == path).unwrap_or_else(|| panic!("no page {path}"))
}

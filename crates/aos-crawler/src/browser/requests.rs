//! The requests of a rendered page, made by us.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use aos_outbound::{HeaderMap, Outbound, Request};
use base64::{Engine, engine::general_purpose::STANDARD};
use chromiumoxide::{
    Page,
    cdp::browser_protocol::{
        fetch::{ContinueRequestParams, EventRequestPaused, FailRequestParams, FulfillRequestParams, HeaderEntry},
        network::{ErrorReason, ResourceType},
    },
    error::CdpError,
};
use futures::StreamExt;
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep},
};
use url::Url;

/// For everything that one page loads.
const MAX_REQUESTS: u32 = 300;
const MAX_BYTES: u64 = 40 << 20;
const MAX_ANSWER: u64 = 8 << 20;
const REQUEST_TIME: Duration = Duration::from_secs(10);
/// A page has settled when it asked for nothing for this long, or when this much time is over.
const QUIET: Duration = Duration::from_millis(400);
const LONGEST_WAIT: Duration = Duration::from_secs(8);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Answers a page's requests until it is dropped.
pub(super) struct Requests {
    counts: Arc<Counts>,
    listener: JoinHandle<()>,
}

#[derive(Default)]
struct Counts {
    made: AtomicU32,
    under_way: AtomicU32,
    bytes: AtomicU64,
}

impl Requests {
    pub async fn answer(page: &Page, outbound: Outbound) -> Result<Self, CdpError> {
        let mut paused = page.event_listener::<EventRequestPaused>().await?;
        let counts = Arc::new(Counts::default());
        let (page, shared) = (page.clone(), Arc::clone(&counts));
        let listener = tokio::spawn(async move {
            let mut answers = tokio::task::JoinSet::new();
            while let Some(event) = paused.next().await {
                shared.under_way.fetch_add(1, Ordering::Relaxed);
                let (page, counts, outbound) = (page.clone(), Arc::clone(&shared), outbound.clone());
                answers.spawn(async move {
                    // A page that is gone takes no answers, and needs none.
                    let _ = answer(&page, &event, &outbound, &counts).await;
                    counts.under_way.fetch_sub(1, Ordering::Relaxed);
                });
                while answers.try_join_next().is_some() {}
            }
        });
        Ok(Self { counts, listener })
    }

    /// Waits until the page asks for nothing more, for a while at most.
    pub async fn settled(&self) {
        let start = Instant::now();
        let (mut quiet_since, mut seen) = (start, 0);
        while start.elapsed() < LONGEST_WAIT && quiet_since.elapsed() < QUIET {
            sleep(LOOK_EVERY).await;
            let made = self.counts.made.load(Ordering::Relaxed);
            if made != seen || self.counts.under_way.load(Ordering::Relaxed) > 0 {
                (quiet_since, seen) = (Instant::now(), made);
            }
        }
    }
}

impl Drop for Requests {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

async fn answer(page: &Page, event: &EventRequestPaused, outbound: &Outbound, counts: &Counts) -> Result<(), CdpError> {
    let id = event.request_id.clone();
    let Ok(url) = Url::parse(&event.request.url) else { return refuse(page, event).await };
    if !matches!(url.scheme(), "http" | "https") {
        // `data:` and `blob:` are inside the page already; `file:` and the browser's own pages are none of its business.
        return if matches!(url.scheme(), "data" | "blob" | "about") {
            page.execute(ContinueRequestParams::new(id)).await.map(|_| ())
        } else {
            refuse(page, event).await
        };
    }
    // A crawler only reads: no forms, no counters, no films.
    let reads = event.request.method == "GET" && event.resource_type != ResourceType::Media;
    let made = counts.made.fetch_add(1, Ordering::Relaxed);
    if !reads || made >= MAX_REQUESTS || counts.bytes.load(Ordering::Relaxed) >= MAX_BYTES {
        return refuse(page, event).await;
    }
    let mut request = Request::get(url).timeout(REQUEST_TIME).max_bytes(MAX_ANSWER);
    if event.resource_type == ResourceType::Document {
        // The browser has to see where a document came from, or its relative links would lead astray.
        request = request.redirects(0);
    }
    let Ok(response) = outbound.send(request).await else { return refuse(page, event).await };
    counts.bytes.fetch_add(response.body.len() as u64, Ordering::Relaxed);
    let mut fulfil = FulfillRequestParams::new(id, i64::from(response.status));
    fulfil.response_headers = Some(headers(&response.headers));
    fulfil.body = Some(STANDARD.encode(&response.body).into());
    page.execute(fulfil).await.map(|_| ())
}

async fn refuse(page: &Page, event: &EventRequestPaused) -> Result<(), CdpError> {
    let refusal = FailRequestParams::new(event.request_id.clone(), ErrorReason::BlockedByClient);
    page.execute(refusal).await.map(|_| ())
}

/// Without those that describe the transport, which is over, and without cookies, which a crawler does not take.
fn headers(headers: &HeaderMap) -> Vec<HeaderEntry> {
    const LEFT_OUT: &[&str] = &[
        "alt-svc",
        "connection",
        "content-encoding",
        "content-length",
        "set-cookie",
        "strict-transport-security",
        "transfer-encoding",
    ];
    headers
        .iter()
        .filter(|(name, _)| !LEFT_OUT.contains(&name.as_str()))
        .filter_map(|(name, value)| Some(HeaderEntry::new(name.as_str(), value.to_str().ok()?)))
        .collect()
}

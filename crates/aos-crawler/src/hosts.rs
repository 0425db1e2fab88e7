//! The servers that a crawl talks to: what their robots.txt says, and whose turn it is.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aos_outbound::{Outbound, OutboundErrorKind, Request};
use tokio::{
    sync::{OnceCell, OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep_until},
};
use url::Url;

use crate::{
    address,
    robots::{self, Robots},
};

/// RFC 9309, 2.3.1.2: at least five redirects of robots.txt are followed.
const ROBOTS_REDIRECTS: u8 = 5;
/// A server that asks for a longer rest gets this one, and the page is counted as failed if that was not enough.
const LONGEST_REST: Duration = Duration::from_secs(60);

/// All servers of one crawl.
pub(crate) struct Hosts {
    outbound: Outbound,
    agent: String,
    at_once: u32,
    delay: Duration,
    known: Mutex<HashMap<String, Arc<Host>>>,
}

/// One server, by its origin.
pub(crate) struct Host {
    robots: OnceCell<Robots>,
    slots: Arc<Semaphore>,
    /// When the next request may start.
    next: tokio::sync::Mutex<Option<Instant>>,
}

impl Hosts {
    pub fn new(outbound: Outbound, agent: &str, at_once: u32, delay: Duration) -> Self {
        Self { outbound, agent: agent.to_owned(), at_once: at_once.max(1), delay, known: Mutex::default() }
    }

    pub fn of(&self, url: &Url) -> Arc<Host> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let host = known.entry(address::origin(url)).or_insert_with(|| {
            let slots = Arc::new(Semaphore::new(self.at_once as usize));
            Arc::new(Host { robots: OnceCell::new(), slots, next: tokio::sync::Mutex::default() })
        });
        Arc::clone(host)
    }

    /// The rules of a server; fetched once, by whoever asks first.
    pub async fn robots<'h>(&self, host: &'h Host, url: &Url) -> &'h Robots {
        host.robots.get_or_init(|| self.fetch_robots(url)).await
    }

    async fn fetch_robots(&self, url: &Url) -> Robots {
        let Ok(address) = url.join("/robots.txt") else { return Robots::open() };
        let request = Request::get(address).redirects(ROBOTS_REDIRECTS).truncate_at(robots::MAX_BYTES).retries(1);
        let host = url.host_str().unwrap_or("The site");
        match self.outbound.send(request).await {
            Ok(answer) => Robots::from_answer(&self.agent, host, answer.status, &answer.body),
            // Too many redirects count as no file (RFC 9309, 2.3.1.2).
            Err(error) if error.kind == OutboundErrorKind::TooManyRedirects => Robots::open(),
            Err(error) => Robots::closed(error.message),
        }
    }

    /// Waits until this server may be asked again. Whoever holds the permit may ask.
    pub async fn turn(&self, host: &Host) -> Option<OwnedSemaphorePermit> {
        let permit = Arc::clone(&host.slots).acquire_owned().await.ok()?;
        let pause = self.delay.max(host.robots.get().and_then(|robots| robots.delay).unwrap_or_default());
        let mut next = host.next.lock().await;
        if let Some(at) = *next {
            sleep_until(at).await;
        }
        *next = (!pause.is_zero()).then(|| Instant::now() + pause);
        Some(permit)
    }
}

impl Host {
    /// Leaves the server alone for a while, because it said that it has enough.
    pub async fn rest(&self, pause: Duration) {
        let until = Instant::now() + pause.min(LONGEST_REST);
        let mut next = self.next.lock().await;
        *next = Some(next.map_or(until, |at| at.max(until)));
    }
}

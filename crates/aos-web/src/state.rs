//! What every handler shares, and how changes in the product reach the pages that are open.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use aos_features::{people, product::Product};
use aos_kernel::Result;
use aos_storage::Db;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    live::{Hub, Topic},
    signer::Signer,
};

/// Jobs come and go many times a second; pages about the engine's queues hear of it at most this often.
const ENGINE_PULSE: Duration = Duration::from_secs(1);

/// How the faces are reached.
#[derive(Clone)]
pub struct WebSettings {
    /// Signs form tokens and one-time messages; the same in every process of one installation.
    pub signing_key: [u8; 32],
    /// The address as people type it; `https` makes cookies secure.
    pub public_url: Url,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
}

impl WebSettings {
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}

impl std::fmt::Debug for WebSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebSettings")
            .field("public_url", &self.public_url.as_str())
            .field("trusted_proxies", &self.trusted_proxies)
            .finish_non_exhaustive()
    }
}

/// What handlers get. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    pub product: Product,
    pub signer: Signer,
    pub hub: Hub,
    pub settings: Arc<WebSettings>,
    /// Cancelled when the process stops: open streams end then.
    pub stop: CancellationToken,
    set_up: Arc<AtomicBool>,
}

impl AppState {
    pub fn new(product: Product, settings: WebSettings, stop: CancellationToken) -> Self {
        let hub = Hub::default();
        pass_on(&product.db, hub.clone(), stop.clone());
        let signer = Signer::new(settings.signing_key);
        Self { product, signer, hub, settings: Arc::new(settings), stop, set_up: Arc::default() }
    }

    /// Whether the first run is over. Once it is, nobody asks the database again.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn is_set_up(&self) -> Result<bool> {
        if self.set_up.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let done = people::queries::is_set_up(&mut self.product.db.read().await?).await?;
        self.set_up.store(done, Ordering::Relaxed);
        Ok(done)
    }
}

/// Announces the product's signals to open pages, until the process stops.
fn pass_on(db: &Db, hub: Hub, stop: CancellationToken) {
    let mut signals = db.subscribe();
    tokio::spawn(async move {
        let pulse = Arc::new(AtomicBool::new(false));
        loop {
            let heard = tokio::select! {
                heard = signals.recv() => heard,
                () = stop.cancelled() => return,
            };
            match heard {
                Ok(signal) if signal.topic == "jobs" => announce_engine(&hub, &pulse),
                Ok(signal) => {
                    for topic in topics_of(&signal.topic, &signal.key) {
                        hub.announce(topic);
                    }
                }
                // Whatever was missed: every page looks again.
                Err(RecvError::Lagged(_)) => hub.announce(Topic::everything()),
                Err(RecvError::Closed) => return,
            }
        }
    });
}

fn topics_of(topic: &str, key: &str) -> Vec<Topic> {
    match topic {
        "queue" => vec![Topic::queue()],
        "notices" => vec![Topic::named(&format!("notices:{key}"))],
        "tenant" => vec![Topic::named(&format!("tenant:{key}")), Topic::tenants()],
        "run" => vec![Topic::named(&format!("run:{key}")), Topic::runs()],
        "run_progress" => vec![Topic::named(&format!("run:{key}"))],
        _ => Vec::new(),
    }
}

fn announce_engine(hub: &Hub, pending: &Arc<AtomicBool>) {
    if pending.swap(true, Ordering::Relaxed) {
        return;
    }
    let (hub, pending) = (hub.clone(), Arc::clone(pending));
    tokio::spawn(async move {
        tokio::time::sleep(ENGINE_PULSE).await;
        pending.store(false, Ordering::Relaxed);
        hub.announce(Topic::engine());
    });
}

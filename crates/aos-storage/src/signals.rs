//! Small hints between the parts of the system, also across processes: "there is work", "this run moved". They carry no
//! state: whoever misses one finds the state in the database.

use std::sync::Arc;

use sqlx::{PgPool, postgres::PgListener};
use tokio::sync::broadcast;

/// A hint.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Signal {
    /// What it is about: `jobs`, `run`, `queue`.
    pub topic: String,
    /// Which one; may be empty. Short: PostgreSQL takes 8,000 bytes.
    pub key: String,
}

impl Signal {
    pub fn new(topic: impl Into<String>, key: impl ToString) -> Self {
        Self { topic: topic.into(), key: key.to_string() }
    }
    pub(crate) fn to_text(&self) -> String {
        format!("{} {}", self.topic, self.key)
    }
    fn from_text(text: &str) -> Self {
        let (topic, key) = text.split_once(' ').unwrap_or((text, ""));
        Self { topic: topic.to_owned(), key: key.to_owned() }
    }
}

/// Where signals are sent and heard in this process.
#[derive(Clone)]
pub(crate) struct Signals(Arc<broadcast::Sender<Signal>>);

impl Signals {
    pub(crate) fn new() -> Self {
        Self(Arc::new(broadcast::channel(4096).0))
    }
    pub(crate) fn send(&self, signal: Signal) {
        // An error only says that nobody listens now.
        let _ = self.0.send(signal);
    }
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Signal> {
        self.0.subscribe()
    }
    /// Passes on what other processes send, for as long as the pool is open.
    pub(crate) fn listen(&self, pool: PgPool) {
        let signals = self.clone();
        tokio::spawn(async move {
            while !pool.is_closed() {
                if let Err(error) = forward(&pool, &signals).await {
                    tracing::warn!(%error, "lost the connection that listens for signals; trying again");
                    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                }
            }
        });
    }
}

async fn forward(pool: &PgPool, signals: &Signals) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen("agency_os").await?;
    loop {
        let notification = listener.recv().await?;
        signals.send(Signal::from_text(notification.payload()));
    }
}

//! Which processes are alive, so that System health and `doctor` can tell a dead worker from an idle one.

use std::time::Duration;

use aos_kernel::{Actor, Result, Timestamp};
use aos_storage::{Conn, Db};
use chrono::TimeDelta;
use tokio_util::sync::CancellationToken;

use crate::store;

/// How often a process says that it is alive.
const BEAT: Duration = Duration::from_secs(10);
/// Three beats missed.
const DEAD_AFTER: TimeDelta = TimeDelta::seconds(35);
/// Dead processes are shown for this long.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::days(1);

/// A process of the product.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Process {
    /// Host and process number with the time of its start, so that no two have the same.
    pub id: String,
    /// `web,worker,scheduler`.
    pub roles: String,
    pub started_at: Timestamp,
    pub seen_at: Timestamp,
}

impl Process {
    pub fn is_alive(&self, now: Timestamp) -> bool {
        now - self.seen_at < DEAD_AFTER
    }
}

/// All processes that were alive within a day.
///
/// # Errors
/// `Storage`.
pub async fn processes(conn: &mut Conn) -> Result<Vec<Process>> {
    store::leases::processes(conn).await
}

/// Says that this process is alive.
pub struct Heartbeat {
    db: Db,
    process: Process,
}

impl Heartbeat {
    pub fn new(db: Db, id: impl Into<String>, roles: impl Into<String>) -> Self {
        let now = db.clock().now();
        Self { db, process: Process { id: id.into(), roles: roles.into(), started_at: now, seen_at: now } }
    }

    /// Says so every few seconds until cancelled, then takes the row away: a process that ended well is not a dead one.
    pub async fn run(mut self, cancel: CancellationToken) {
        while !cancel.is_cancelled() {
            if let Err(error) = self.beat().await {
                tracing::warn!(?error, "could not say that this process is alive");
            }
            tokio::select! {
                () = cancel.cancelled() => {}
                () = tokio::time::sleep(BEAT) => {}
            }
        }
        if let Err(error) = self.leave().await {
            tracing::debug!(?error, "this process will look dead for a while");
        }
    }

    /// # Errors
    /// `Storage`.
    pub async fn beat(&mut self) -> Result<()> {
        let mut tx = self.db.begin(Actor::system("workflow")).await?;
        self.process.seen_at = tx.now();
        store::leases::beat(&mut tx, &self.process).await?;
        tx.commit().await
    }

    async fn leave(&self) -> Result<()> {
        let mut tx = self.db.begin(Actor::system("workflow")).await?;
        let long_ago = tx.now() - FORGOTTEN_AFTER;
        store::leases::forget(&mut tx, &self.process.id, long_ago).await?;
        tx.commit().await
    }
}

//! Fires schedules: one process at a time, each time of a schedule once, whatever the clock does.

use std::time::Duration;

use aos_kernel::{Actor, NewJob, Result, ScheduleId, TenantId, Timestamp};
use aos_storage::{Conn, Db, Tx};
use chrono::TimeDelta;
use tokio_util::sync::CancellationToken;

use crate::{cron::Timetable, store};

aos_kernel::text_enum! {
    /// What to do about the times that passed while no scheduler ran.
    pub enum CatchUp {
        /// Fire once, for the last of them.
        Once = "once",
        /// Fire for each of them.
        Each = "each",
    }
}

/// A schedule to be set.
#[derive(Clone, Debug)]
pub struct NewSchedule {
    /// `None` for the agency's own.
    pub tenant: Option<TenantId>,
    /// Unique for the tenant; setting it again changes it.
    pub name: String,
    /// Five fields, or six with seconds before them.
    pub cron: String,
    /// `Europe/Paris`.
    pub zone: String,
    /// The kind and queue of the job that it makes; the job's `run_at` is the time that it was fired for.
    pub kind: String,
    pub queue: String,
    pub payload: serde_json::Value,
    pub catch_up: CatchUp,
    pub enabled: bool,
}

/// A schedule as it stands.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Schedule {
    pub id: ScheduleId,
    pub tenant: Option<TenantId>,
    pub name: String,
    pub cron: String,
    pub zone: String,
    pub kind: String,
    pub queue: String,
    pub payload: serde_json::Value,
    pub catch_up: CatchUp,
    pub enabled: bool,
    pub next_at: Timestamp,
    pub last_at: Option<Timestamp>,
}

/// Sets a schedule. Setting the same again keeps the time at which it comes next, so that a start of the program, which
/// sets them all, makes none miss.
///
/// # Errors
/// `Invalid` for a time zone or an expression that can't be read or never comes.
pub async fn put_schedule(tx: &mut Tx, schedule: NewSchedule) -> Result<()> {
    let table = Timetable::parse(&schedule.cron, &schedule.zone)?;
    let known = store::schedules::find(tx, schedule.tenant, &schedule.name).await?;
    let next_at = match known {
        Some(known) if known.cron == schedule.cron && known.zone == schedule.zone && known.enabled => known.next_at,
        _ => table.next_after(tx.now())?,
    };
    store::schedules::put(tx, &schedule, next_at).await
}

/// Takes a schedule away; it need not be there.
///
/// # Errors
/// `Storage`.
pub async fn remove_schedule(tx: &mut Tx, tenant: Option<TenantId>, name: &str) -> Result<()> {
    store::schedules::remove(tx, tenant, name).await?;
    Ok(())
}

/// The schedules of one tenant, or of the agency itself.
///
/// # Errors
/// `Storage`.
pub async fn schedules(conn: &mut Conn, tenant: Option<TenantId>) -> Result<Vec<Schedule>> {
    store::schedules::of_tenant(conn, tenant).await
}

/// How many schedules one transaction fires.
const BATCH: i64 = 500;
/// Times of one schedule that one transaction catches up with, and no more than this many lie in one batch.
const MOST_TIMES: usize = 100;

/// Fires what is due.
pub struct Scheduler {
    db: Db,
    owner: String,
    /// How often it looks, and how long after a crash another process takes over.
    poll: Duration,
    lease: Duration,
    last_look: tokio::sync::Mutex<Option<Timestamp>>,
}

impl Scheduler {
    /// `owner` names the process, as in [`crate::Heartbeat`].
    pub fn new(db: Db, owner: impl Into<String>) -> Self {
        Self {
            db,
            owner: owner.into(),
            poll: Duration::from_secs(5),
            lease: Duration::from_secs(30),
            last_look: tokio::sync::Mutex::new(None),
        }
    }
    #[must_use]
    pub fn with_poll(mut self, poll: Duration) -> Self {
        self.poll = poll;
        self
    }

    /// Looks again and again until cancelled. A database that is gone for a while only delays it.
    pub async fn run(&self, cancel: CancellationToken) {
        while !cancel.is_cancelled() {
            match self.tick().await {
                Ok(fired) if fired >= BATCH as usize => continue,
                Ok(_) => {}
                Err(error) => tracing::warn!(?error, "the scheduler could not look; trying again"),
            }
            tokio::select! {
                () = cancel.cancelled() => {}
                () = tokio::time::sleep(self.poll) => {}
            }
        }
        if let Err(error) = self.step_down().await {
            tracing::debug!(?error, "the scheduler's lease runs out by itself");
        }
    }

    /// Fires what is due now; answers how many jobs that made. Nothing when another process is the scheduler.
    ///
    /// # Errors
    /// `Storage`; nothing was fired then.
    pub async fn tick(&self) -> Result<usize> {
        let mut tx = self.db.begin(Actor::system("scheduler")).await?;
        let now = tx.now();
        let until = now + TimeDelta::from_std(self.lease).unwrap_or(TimeDelta::MAX);
        if !store::leases::take(&mut tx, "scheduler", &self.owner, until).await? {
            tx.rollback().await?;
            return Ok(0);
        }
        let mut last_look = self.last_look.lock().await;
        // Looked for at the start and when the clock is seen to have moved back, as it needs the whole table.
        if last_look.is_none_or(|last| last > now) {
            let ahead = store::schedules::ahead(&mut tx).await?;
            let mut times = Vec::new();
            for schedule in ahead {
                let table = Timetable::parse(&schedule.cron, &schedule.zone)?;
                times.push((schedule.id, Some(now), table.next_after(now)?));
            }
            store::schedules::fired(&mut tx, times).await?;
        }
        let mut times = Vec::new();
        let mut made = 0;
        for schedule in store::schedules::due(&mut tx, BATCH).await? {
            match plan(&schedule, now) {
                Ok((fires, next)) => {
                    made += fires.len();
                    times.push((schedule.id, fires.last().copied().or(schedule.last_at), next));
                    for at in fires {
                        tx.enqueue(job(&schedule, at));
                    }
                }
                Err(error) => {
                    tracing::error!(?error, schedule = %schedule.id, name = schedule.name, "a schedule can't be read; it is off now");
                    store::schedules::disable(&mut tx, schedule.id).await?;
                }
            }
        }
        store::schedules::fired(&mut tx, times).await?;
        tx.commit().await?;
        *last_look = Some(now);
        Ok(made)
    }

    async fn step_down(&self) -> Result<()> {
        let mut tx = self.db.begin(Actor::system("scheduler")).await?;
        store::leases::give_up(&mut tx, "scheduler", &self.owner).await?;
        tx.commit().await
    }
}

/// The times to fire for, and the one that comes next.
fn plan(schedule: &Schedule, now: Timestamp) -> Result<(Vec<Timestamp>, Timestamp)> {
    let table = Timetable::parse(&schedule.cron, &schedule.zone)?;
    match schedule.catch_up {
        CatchUp::Once => {
            let last = table.last_until(schedule.next_at, now)?;
            Ok((vec![last], table.next_after(now)?))
        }
        CatchUp::Each => {
            let (mut fires, mut next) = (Vec::new(), schedule.next_at);
            while next <= now && fires.len() < MOST_TIMES {
                fires.push(next);
                next = table.next_after(next)?;
            }
            Ok((fires, next))
        }
    }
}

/// The key makes a second firing for the same time harmless.
fn job(schedule: &Schedule, at: Timestamp) -> NewJob {
    NewJob::new(&schedule.kind, schedule.tenant, &schedule.queue, schedule.payload.clone())
        .keyed(format!("schedule:{}:{}", schedule.id, at.timestamp()))
        .at(at)
}

#[cfg(test)]
mod tests;

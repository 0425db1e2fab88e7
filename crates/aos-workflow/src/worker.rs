//! Does jobs: claims them in batches, runs them side by side, commits what they made in groups.
//!
//! One loop writes: each turn is one transaction that completes whatever has finished and claims as many jobs as there
//! is room for. So the slower the disk, the more each synced commit carries, and a quick job costs a share of one.

mod crew;
#[cfg(test)]
mod tests;
mod turn;

use std::{pin::Pin, sync::Arc, time::Duration};

use aos_kernel::{Error, JobId, Result};
use aos_storage::{Db, Signal};
use chrono::TimeDelta;
use tokio::{
    sync::{Mutex, broadcast},
    time::Sleep,
};
use tokio_util::sync::CancellationToken;

use crate::{Done, Job, JobHandler, Registry, RunContext, lane::Cursors, store};
use crew::Crew;

/// How a worker works.
#[derive(Clone, Debug)]
pub struct WorkerOptions {
    /// Names this worker in leases: host and process with the time of its start, so that no two have the same.
    pub owner: String,
    /// Jobs that run at the same time.
    pub concurrency: usize,
    /// After a crash, another worker takes the jobs over when this has passed.
    pub lease: Duration,
    /// How often it looks for jobs that no signal told of.
    pub poll: Duration,
    /// How long running jobs may take to finish when the process is asked to end.
    pub grace: Duration,
}

impl WorkerOptions {
    pub fn new(owner: impl Into<String>) -> Self {
        Self {
            owner: owner.into(),
            concurrency: 64,
            lease: Duration::from_secs(60),
            poll: Duration::from_secs(5),
            grace: Duration::from_secs(20),
        }
    }
    #[must_use]
    pub fn concurrency(mut self, jobs: usize) -> Self {
        self.concurrency = jobs.max(1);
        self
    }
    #[must_use]
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }
    #[must_use]
    pub fn poll(mut self, poll: Duration) -> Self {
        self.poll = poll;
        self
    }
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }
}

/// A job that came to its end, and how.
enum Finished {
    Done(Done),
    /// `prepare` said that it is not wanted any more.
    Dropped(Job),
    Failed(Job, Error),
}

impl Finished {
    fn job(&self) -> &Job {
        match self {
            Self::Done(done) => &done.job,
            Self::Dropped(job) | Self::Failed(job, _) => job,
        }
    }
}

/// A job that is leased to this worker, ready to run.
struct Claimed {
    job: Job,
    handler: Arc<dyn JobHandler>,
    cx: RunContext,
}

impl Claimed {
    async fn run(self) -> Finished {
        match self.handler.run(&self.job, &self.cx).await {
            Ok(result) => Finished::Done(Done { job: self.job, result, prepared: self.cx.prepared }),
            Err(error) => Finished::Failed(self.job, error),
        }
    }
}

/// Waits for more results before a commit, when more are about to come: a synced commit costs several times this.
const LINGER: Duration = Duration::from_millis(1);
/// Pauses after the database did not take a turn.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(50),
    Duration::from_millis(250),
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(10),
];

/// A worker of this process.
pub struct Worker {
    db: Db,
    registry: Arc<Registry>,
    options: WorkerOptions,
    cursors: Mutex<Cursors>,
}

impl Worker {
    pub fn new(db: Db, registry: Arc<Registry>, options: WorkerOptions) -> Self {
        Self { db, registry, options, cursors: Mutex::new(Cursors::default()) }
    }

    /// Works until cancelled; then claims nothing more, lets what runs finish within the grace time, and gives the rest
    /// of its leases back. A database that is locked or gone for a while only delays it.
    pub async fn run(&self, cancel: CancellationToken) {
        let mut signals = self.db.subscribe();
        let mut crew = Crew::new();
        let mut finished = Vec::new();
        let mut troubles = 0;
        let mut may_have_work = true;
        // How long is asked of the database once, not for each signal that is about something else.
        let mut nap: Option<Pin<Box<Sleep>>> = None;
        let mut renew = tokio::time::interval(self.options.lease / 3);
        renew.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while !cancel.is_cancelled() {
            let room = self.options.concurrency.saturating_sub(crew.len());
            if !finished.is_empty() || (may_have_work && room > 0) {
                nap = None;
                match self.turn(&mut finished, room).await {
                    Ok(claimed) => {
                        troubles = 0;
                        may_have_work = !claimed.is_empty();
                        for job in claimed {
                            crew.start(job);
                        }
                    }
                    Err(error) => {
                        let pause = PAUSES[troubles.min(PAUSES.len() - 1)];
                        tracing::warn!(?error, ?pause, "the database did not take the work; trying again");
                        troubles += 1;
                        tokio::select! {
                            () = cancel.cancelled() => {}
                            () = tokio::time::sleep(pause) => {}
                        }
                        continue;
                    }
                }
            }
            if may_have_work && crew.len() < self.options.concurrency {
                finished.extend(crew.poll());
                continue;
            }
            let woken = match &mut nap {
                Some(nap) => nap,
                None => {
                    let pause = if may_have_work { self.options.poll } else { self.until_next().await };
                    nap.insert(Box::pin(tokio::time::sleep(pause)))
                }
            };
            tokio::select! {
                biased;
                () = cancel.cancelled() => {}
                first = crew.next() => {
                    finished.push(first);
                    self.gather(&mut crew, &mut finished).await;
                }
                signal = signals.recv() => may_have_work |= self.heard(signal, &crew),
                _ = renew.tick() => may_have_work |= self.renew(&crew).await,
                () = woken => {
                    nap = None;
                    may_have_work = true;
                }
            }
        }
        self.end(crew, finished).await;
    }

    /// Does all that can be done now, one job after the other, and answers how many it ran: for tests, which step the
    /// database's clock instead of waiting. A job whose time has not come stays.
    ///
    /// # Errors
    /// `Storage`, when the database does not take the work.
    pub async fn run_until_idle(&self) -> Result<usize> {
        self.expire_leases().await?;
        let mut ran = 0;
        loop {
            let step = self.step().await?;
            if step == 0 {
                return Ok(ran);
            }
            ran += step;
        }
    }

    /// One batch of what can be done now: claimed, run one after the other and committed together. Answers how many.
    ///
    /// # Errors
    /// As [`Worker::run_until_idle`].
    pub async fn step(&self) -> Result<usize> {
        let mut finished = Vec::new();
        let claimed = self.turn(&mut finished, self.options.concurrency).await?;
        for job in claimed {
            finished.push(job.run().await);
        }
        let ran = finished.len();
        while !finished.is_empty() {
            self.turn(&mut finished, 0).await?;
        }
        Ok(ran)
    }

    /// As [`Worker::step`], but the worker is killed right before it commits: everything was done, nothing is kept, and
    /// the leases stand until they run out. For tests that each step may be done twice.
    ///
    /// # Errors
    /// As [`Worker::step`].
    #[cfg(feature = "testing")]
    pub async fn step_and_die(&self) -> Result<usize> {
        let claimed = self.turn(&mut Vec::new(), self.options.concurrency).await?;
        let ran = claimed.len();
        for job in claimed {
            job.run().await;
        }
        Ok(ran)
    }

    /// Takes what else has finished, and gives those that are about to a moment.
    async fn gather(&self, crew: &mut Crew, finished: &mut Vec<Finished>) {
        finished.extend(crew.poll());
        if crew.len() > 0 {
            tokio::time::sleep(LINGER).await;
            finished.extend(crew.poll());
        }
    }

    /// How long nothing will be due.
    async fn until_next(&self) -> Duration {
        let outlook = async { store::claims::outlook(&mut self.db.read().await?).await };
        match outlook.await {
            Ok(outlook) if outlook.ready => self.options.poll.min(Duration::from_secs(1)),
            Ok(outlook) => {
                let now = self.db.clock().now();
                let wait = outlook.next_at.map_or(self.options.poll, |at| (at - now).to_std().unwrap_or_default());
                // A moment more, so that the clock has certainly passed it.
                (wait + Duration::from_millis(1)).min(self.options.poll)
            }
            Err(error) => {
                tracing::debug!(?error, "could not look for what comes next");
                self.options.poll
            }
        }
    }

    /// Whether there may be work now.
    fn heard(&self, signal: Result<Signal, broadcast::error::RecvError>, crew: &Crew) -> bool {
        match signal {
            Ok(signal) => {
                if signal.topic == "jobs.cancelled"
                    && let Ok(id) = signal.key.parse::<JobId>()
                {
                    crew.cancel(id);
                }
                for handler in self.registry.handlers() {
                    handler.heard(&signal);
                }
                signal.topic == "jobs"
            }
            // Missed some: one of them may have been about jobs.
            Err(broadcast::error::RecvError::Lagged(_)) => true,
            Err(broadcast::error::RecvError::Closed) => false,
        }
    }

    /// Holds this worker's leases for longer and frees those of workers that are gone; whether that made work.
    async fn renew(&self, crew: &Crew) -> bool {
        let renewed = async {
            let ids = crew.ids();
            if !ids.is_empty() {
                let mut tx = self.db.begin(turn::actor()).await?;
                let until = tx.now() + self.lease();
                let held = store::jobs::extend(&mut tx, &self.options.owner, &ids, until).await?;
                tx.commit().await?;
                for lost in ids.iter().filter(|id| !held.contains(id)) {
                    tracing::info!(job = %lost, "the lease was lost; the run is stopped");
                    crew.cancel(*lost);
                }
            }
            self.expire_leases().await
        };
        match renewed.await {
            Ok(expired) => expired > 0,
            Err(error) => {
                tracing::warn!(?error, "could not renew the leases");
                false
            }
        }
    }

    async fn expire_leases(&self) -> Result<u64> {
        let mut tx = self.db.begin(turn::actor()).await?;
        let expired = store::claims::expire(&mut tx).await?;
        tx.commit().await?;
        Ok(expired)
    }

    fn lease(&self) -> TimeDelta {
        TimeDelta::from_std(self.options.lease).unwrap_or(TimeDelta::MAX)
    }

    /// Lets what runs finish, commits it, and gives the rest back.
    async fn end(&self, mut crew: Crew, mut finished: Vec<Finished>) {
        let grace = tokio::time::sleep(self.options.grace);
        tokio::pin!(grace);
        while crew.len() > 0 {
            tokio::select! {
                next = crew.next() => finished.push(next),
                () = &mut grace => break,
            }
        }
        let rest = crew.stop().await;
        for attempt in 0..3 {
            match self.turn(&mut finished, 0).await {
                Ok(_) if finished.is_empty() => break,
                Ok(_) => {}
                Err(error) => tracing::warn!(?error, attempt, "could not commit the last results"),
            }
        }
        let ids: Vec<JobId> = rest.into_iter().chain(finished.iter().map(|f| f.job().id)).collect();
        if ids.is_empty() {
            return;
        }
        let given_back = async {
            let mut tx = self.db.begin(turn::actor()).await?;
            store::jobs::give_back(&mut tx, &self.options.owner, &ids).await?;
            tx.signal(Signal::new("jobs", ""));
            tx.commit().await
        };
        if let Err(error) = given_back.await {
            tracing::warn!(?error, jobs = ids.len(), "the leases run out by themselves");
        }
    }
}

//! One transaction of a worker: what has finished is applied and completed, and new jobs are claimed.

use std::collections::BTreeMap;

use aos_kernel::{Actor, Error, ErrorKind, NewEvent, Result, Retry, Subject};
use aos_storage::Tx;
use chrono::TimeDelta;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{Claimed, Finished, Worker};
use crate::{
    Done, Failure, Job, Prepared, RunContext,
    lane::{look_ahead, pick},
    retry::{self, Verdict},
    store::{self, jobs::Failed},
};

pub fn actor() -> Actor {
    Actor::system("workflow")
}

/// Finished jobs, sorted by what is to be done about them.
#[derive(Default)]
struct Batch {
    /// By kind, as each handler takes its own together.
    done: BTreeMap<String, Vec<Done>>,
    dropped: Vec<Job>,
    failed: Vec<(Job, Error)>,
}

impl Batch {
    fn of(finished: Vec<Finished>) -> Self {
        let mut batch = Self::default();
        for one in finished {
            match one {
                Finished::Done(done) => match batch.done.get_mut(&done.job.kind) {
                    Some(same) => same.push(done),
                    None => drop(batch.done.insert(done.job.kind.clone(), vec![done])),
                },
                Finished::Dropped(job) => batch.dropped.push(job),
                Finished::Failed(job, error) => batch.failed.push((job, error)),
            }
        }
        batch
    }
    fn into_finished(self) -> Vec<Finished> {
        let done = self.done.into_values().flatten().map(Finished::Done);
        let dropped = self.dropped.into_iter().map(Finished::Dropped);
        done.chain(dropped).chain(self.failed.into_iter().map(|(job, error)| Finished::Failed(job, error))).collect()
    }
    fn jobs(&self) -> impl Iterator<Item = &Job> {
        let done = self.done.values().flatten().map(|done| &done.job);
        done.chain(&self.dropped).chain(self.failed.iter().map(|(job, _)| job))
    }
    fn retain(&mut self, keep: impl Fn(&Job) -> bool) {
        self.done.values_mut().for_each(|same| same.retain(|done| keep(&done.job)));
        self.done.retain(|_, same| !same.is_empty());
        self.dropped.retain(&keep);
        self.failed.retain(|(job, _)| keep(job));
    }
}

/// A job that `prepare` or the registry refused: it counts as run, and is completed or failed in the next turn.
enum Prospect {
    Run(Claimed),
    Over(Finished),
}

impl Worker {
    /// Commits `finished` and claims up to `room` jobs. What could not be run at all is put back into `finished`.
    ///
    /// When the group fails, each result is tried on its own, so that one that can't be committed fails alone. When the
    /// database itself does not answer, the results stay in `finished`.
    pub(super) async fn turn(&self, finished: &mut Vec<Finished>, room: usize) -> Result<Vec<Claimed>> {
        let mut batch = Batch::of(std::mem::take(finished));
        let turned = self.turn_together(&mut batch, room).await;
        if turned.is_err() {
            *finished = batch.into_finished();
        }
        match turned {
            Ok(prospects) => {
                let mut claimed = Vec::new();
                for prospect in prospects {
                    match prospect {
                        Prospect::Run(job) => claimed.push(job),
                        Prospect::Over(over) => finished.push(over),
                    }
                }
                Ok(claimed)
            }
            Err(error) if finished.is_empty() => Err(error),
            Err(error) => {
                tracing::warn!(?error, jobs = finished.len(), "a group of results failed; trying each on its own");
                self.commit_each(finished).await?;
                Ok(Vec::new())
            }
        }
    }

    async fn turn_together(&self, batch: &mut Batch, room: usize) -> Result<Vec<Prospect>> {
        let mut tx = self.db.begin(actor()).await?;
        self.apply(&mut tx, batch).await?;
        let (prospects, cursors) = if room > 0 {
            let mut cursors = self.cursors.lock().await.clone();
            let prospects = self.claim(&mut tx, room, &mut cursors).await?;
            (prospects, Some(cursors))
        } else {
            (Vec::new(), None)
        };
        tx.commit().await?;
        if let Some(cursors) = cursors {
            *self.cursors.lock().await = cursors;
        }
        Ok(prospects)
    }

    async fn commit_each(&self, finished: &mut Vec<Finished>) -> Result<()> {
        while let Some(one) = finished.pop() {
            let mut batch = Batch::of(vec![one]);
            let Err(error) = self.commit_batch(&mut batch).await else { continue };
            if self.db_is_gone().await {
                finished.extend(batch.into_finished());
                return Err(error);
            }
            // Its own failure: recorded as such. Marking it dead may be what fails, so that is tried later again.
            for one in batch.into_finished() {
                let (job, error) = match one {
                    Finished::Failed(job, first) => {
                        (job, first.with_retry(Retry::Backoff).with_context(format!("{error:?}")))
                    }
                    Finished::Done(Done { job, .. }) | Finished::Dropped(job) => (job, repeat(&error)),
                };
                let id = job.id;
                if let Err(error) = self.commit_batch(&mut Batch::of(vec![Finished::Failed(job, error)])).await {
                    tracing::error!(?error, job = %id, "could not record a failure; the lease runs out");
                }
            }
        }
        Ok(())
    }

    async fn commit_batch(&self, batch: &mut Batch) -> Result<()> {
        let mut tx = self.db.begin(actor()).await?;
        self.apply(&mut tx, batch).await?;
        tx.commit().await
    }

    async fn db_is_gone(&self) -> bool {
        let probe = async { self.db.begin(actor()).await?.commit().await };
        matches!(probe.await, Err(error) if error.kind() == ErrorKind::Storage)
    }

    /// Applies results and completes their jobs: only of those that this worker still holds. The others are forgotten,
    /// as whoever holds them now does them again.
    async fn apply(&self, tx: &mut Tx, batch: &mut Batch) -> Result<()> {
        let claims: Vec<_> = batch.jobs().map(|job| (job.id, job.attempts)).collect();
        if claims.is_empty() {
            return Ok(());
        }
        let held = store::jobs::held(tx, &self.options.owner, &claims).await?;
        batch.retain(|job| held.contains(&(job.id, job.attempts)));
        let mut failed = Vec::with_capacity(batch.failed.len());
        for (job, error) in &batch.failed {
            failed.push(self.fail(tx, job, error).await?);
        }
        for (kind, done) in &batch.done {
            self.registry.handler(kind)?.commit(tx, done).await?;
        }
        let complete: Vec<&Job> = batch.done.values().flatten().map(|done| &done.job).chain(&batch.dropped).collect();
        store::jobs::complete(tx, &complete).await?;
        if !failed.is_empty() {
            store::jobs::fail(tx, failed).await?;
        }
        Ok(())
    }

    async fn fail(&self, tx: &mut Tx, job: &Job, error: &Error) -> Result<Failed> {
        let verdict = retry::verdict(job, error);
        tracing::warn!(?error, job = %job.id, kind = job.kind, failures = job.failures + 1, ?verdict, "a job failed");
        let again_at = match verdict {
            Verdict::Again { after } => Some(tx.now() + TimeDelta::from_std(after).unwrap_or(TimeDelta::MAX)),
            Verdict::Dead => {
                if let Ok(handler) = self.registry.handler(&job.kind) {
                    handler.dead(tx, job, error).await?;
                }
                let event = NewEvent::new(job.tenant, "workflow.job_died", Subject::new("job", job.id));
                tx.emit(event.because(error.message()).with(json!({ "kind": job.kind, "queue": job.queue })));
                None
            }
        };
        Ok(Failed { id: job.id, again_at, failure: Failure::from(error) })
    }

    async fn claim(&self, tx: &mut Tx, room: usize, cursors: &mut crate::lane::Cursors) -> Result<Vec<Prospect>> {
        store::claims::take_turn(tx).await?;
        store::claims::promote(tx).await?;
        let running = store::claims::running(tx).await?;
        let limit = |queue: &str| self.registry.limit(queue);
        let mut queues = store::claims::queues(tx).await?;
        queues.retain(|queue| running.queue_has_room(queue, limit(queue)));
        if queues.is_empty() {
            return Ok(Vec::new());
        }
        let from: Vec<_> = queues.into_iter().map(|queue| (cursors.of(&queue), queue)).map(|(at, q)| (q, at)).collect();
        let mut lanes = store::claims::lanes(tx, &from).await?;
        let wanted = room.min(store::claims::MAX_LANES);
        let has_room = |lane: &&crate::lane::Lane| running.has_room(lane, limit(&lane.queue));
        if lanes.iter().filter(has_room).count() < wanted && from.iter().any(|(_, at)| !at.is_nil()) {
            // The end of a round: the next one begins with the first lanes.
            let start: Vec<_> = from.iter().map(|(queue, _)| (queue.clone(), uuid::Uuid::nil())).collect();
            for lane in store::claims::lanes(tx, &start).await? {
                if !lanes.contains(&lane) {
                    lanes.push(lane);
                }
            }
        }
        let mut open: Vec<_> = lanes.iter().filter(has_room).cloned().collect();
        open.truncate(wanted);
        let candidates = store::claims::candidates(tx, &open, look_ahead(room, open.len())).await?;
        let (picked, served) = pick(&open, candidates, running, limit, room);
        // Lanes beyond those that were looked at keep their turn.
        let looked_at = match open.last().and_then(|last| lanes.iter().position(|lane| lane == last)) {
            Some(last) => &lanes[..=last],
            None => &lanes[..],
        };
        cursors.pass(looked_at, &served);
        if picked.is_empty() {
            return Ok(Vec::new());
        }
        let until = tx.now() + self.lease();
        let mut jobs = store::claims::lease(tx, &picked, &self.options.owner, until).await?;
        let order: std::collections::HashMap<_, _> = picked.iter().enumerate().map(|(i, id)| (*id, i)).collect();
        jobs.sort_by_key(|job| order.get(&job.id).copied());
        self.prepare(tx, jobs).await
    }

    /// Lets the handlers look at what was claimed, each at all of its jobs at once.
    async fn prepare(&self, tx: &mut Tx, jobs: Vec<Job>) -> Result<Vec<Prospect>> {
        let mut prospects = Vec::with_capacity(jobs.len());
        let mut by_kind: BTreeMap<String, Vec<Job>> = BTreeMap::new();
        for job in jobs {
            if retry::kills_its_worker(job.attempts, job.failures) {
                let error = Error::new(
                    ErrorKind::Internal,
                    "worker_lost",
                    "The worker ended again and again while it did this job, so it is not tried any more.",
                )
                .with_help("An administrator should look at the log of that time before it is retried.");
                prospects.push(Prospect::Over(Finished::Failed(job, error)));
            } else {
                by_kind.entry(job.kind.clone()).or_default().push(job);
            }
        }
        for (kind, jobs) in by_kind {
            let over = |job, error: &Error| Prospect::Over(Finished::Failed(job, repeat(error)));
            let handler = match self.registry.handler(&kind) {
                Ok(handler) => handler.clone(),
                Err(error) => {
                    prospects.extend(jobs.into_iter().map(|job| over(job, &error)));
                    continue;
                }
            };
            // One kind that can't be prepared must not keep the others from being claimed.
            let savepoint = tx.savepoint().await?;
            match handler.prepare(tx, &jobs).await {
                Ok(prepared) => {
                    tx.release(savepoint).await?;
                    for (job, prepared) in jobs.into_iter().zip(prepared) {
                        prospects.push(match prepared {
                            Prepared::Drop => Prospect::Over(Finished::Dropped(job)),
                            Prepared::Run(prepared) => {
                                let cx = RunContext { db: self.db.clone(), cancel: CancellationToken::new(), prepared };
                                Prospect::Run(Claimed { job, handler: handler.clone(), cx })
                            }
                        });
                    }
                }
                Err(error) => {
                    tx.roll_back_to(savepoint).await?;
                    prospects.extend(jobs.into_iter().map(|job| over(job, &error)));
                }
            }
        }
        Ok(prospects)
    }
}

/// The same error once more, for each of the jobs that it stopped.
fn repeat(error: &Error) -> Error {
    let mut copy = Error::new(error.kind(), error.code(), error.message()).with_retry(error.retry());
    if let Some(help) = error.help() {
        copy = copy.with_help(help);
    }
    if let Some(context) = error.context() {
        copy = copy.with_context(context);
    }
    copy
}

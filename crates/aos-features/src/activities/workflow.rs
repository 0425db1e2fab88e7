//! How activities of agents and of the product itself are done: one kind of job for all steps; and what follows a
//! changed approval policy.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use aos_kernel::{ActivityId, Actor, AgencyScope, Error, NewJob, PipelineId, Result, TenantScope, Timestamp};
use aos_storage::{Signal, Tx};
use aos_workflow::{Done, Event, Job, JobHandler, Prepared, RunContext};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::{
    RUN,
    advance::{Fact, advance},
    board::{Board, Piece},
    commands::{finish, follow_policy, load_known, load_pieces, show},
    model::{Activity, ActivityState, Assignee},
    steps::{PutOff, Rework, StepContext, StepRegistry, Work},
    store,
};
use crate::{reactions::Reaction, tenants};

/// What a job of [`RUN`] carries.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Payload {
    activity: ActivityId,
    pipeline: PipelineId,
    /// Of the activity: a job of an earlier one is not wanted any more.
    attempt: i64,
    /// The moment that it waited for: not wanted any more when the work waits for another by now.
    #[serde(default)]
    due: Option<Timestamp>,
}

/// The job that looks again when work that waits for its moment may begin. One for each moment, so that moving the work to
/// and fro makes no second.
pub(super) fn waiting_job(activity: &Activity, at: Timestamp) -> Result<NewJob> {
    let payload =
        Payload { activity: activity.id, pipeline: activity.pipeline_id, attempt: activity.attempt, due: Some(at) };
    let queue = match &activity.assignee {
        Assignee::Agent(role) => role.as_str(),
        Assignee::Human(_) | Assignee::System => "system",
    };
    let key = format!("wait:{}:{}:{}", activity.id, activity.attempt, at.timestamp_micros());
    let payload = serde_json::to_value(payload).map_err(Error::internal)?;
    Ok(NewJob::new(RUN, activity.tenant_id, queue, payload).keyed(key).at(at))
}

/// What a step's result is wrapped in.
#[derive(Debug, Serialize, Deserialize)]
struct Ran {
    /// How many of the items that had been sent back the run knew of: more may have come since.
    rework: usize,
    result: serde_json::Value,
}

/// Runs steps by their registered handlers.
pub struct RunActivity {
    registry: Arc<StepRegistry>,
    running: Mutex<HashMap<ActivityId, CancellationToken>>,
}

impl RunActivity {
    pub fn new(registry: Arc<StepRegistry>) -> Self {
        Self { registry, running: Mutex::default() }
    }

    /// The pipelines of these jobs on a board, with the payloads in the jobs' order.
    async fn lines<'a>(&self, tx: &mut Tx, jobs: impl Iterator<Item = &'a Job>) -> Result<(Board, Vec<Payload>)> {
        let (mut payloads, mut lines, mut tenants) = (Vec::new(), Vec::new(), Vec::new());
        for job in jobs {
            let payload: Payload = job.payload()?;
            lines.push(payload.pipeline);
            tenants.push(job.tenant()?);
            payloads.push(payload);
        }
        lines.sort_unstable();
        lines.dedup();
        tenants.sort_unstable();
        tenants.dedup();
        let mut board = Board::new(tx.now());
        store::lock_lines(tx, &AgencyScope::only(tenants), self.registry.plans(), &mut board, &lines).await?;
        Ok((board, payloads))
    }

    /// The same, with their activities.
    async fn load<'a>(&self, tx: &mut Tx, jobs: impl Iterator<Item = &'a Job>) -> Result<(Board, Vec<Payload>)> {
        let (mut board, payloads) = self.lines(tx, jobs).await?;
        let ids: Vec<ActivityId> = payloads.iter().map(|payload| payload.activity).collect();
        load_pieces(tx, &mut board, &ids).await?;
        Ok((board, payloads))
    }

    fn started(&self, activity: ActivityId, cancel: CancellationToken) -> Started<'_> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).insert(activity, cancel);
        Started { handler: self, activity }
    }
}

/// Forgets a running activity when its run ends, however it does.
struct Started<'a> {
    handler: &'a RunActivity,
    activity: ActivityId,
}

impl Drop for Started<'_> {
    fn drop(&mut self) {
        self.handler.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.activity);
    }
}

/// The piece that a job is about, while the job is still wanted.
fn wanted(board: &Board, payload: Payload) -> Option<&Piece> {
    let piece = board.pieces.get(&payload.activity)?;
    let active = matches!(piece.activity.state, ActivityState::Assigned | ActivityState::InProgress);
    (active && piece.activity.attempt == payload.attempt).then_some(piece)
}

pub(super) fn work(piece: &Piece, known: usize) -> Work {
    let items = piece.rework[..known.min(piece.rework.len())].to_vec();
    Work {
        scope: TenantScope::granted(piece.activity.tenant_id),
        activity: piece.activity.clone(),
        rework: (!items.is_empty()).then_some(Rework { items }),
    }
}

fn principal(activity: &Activity) -> Actor {
    match &activity.assignee {
        Assignee::Agent(role) => Actor::agent(role.as_str(), None),
        Assignee::Human(_) | Assignee::System => Actor::system("activities"),
    }
}

fn step_kind(activity: &Activity) -> Result<&str> {
    activity.step_kind.as_deref().ok_or_else(|| Error::internal(format!("{} has no step kind", activity.step_key)))
}

#[async_trait::async_trait]
impl JobHandler for RunActivity {
    fn kind(&self) -> &'static str {
        RUN
    }

    async fn prepare(&self, tx: &mut Tx, jobs: &[Job]) -> Result<Vec<Prepared>> {
        let (mut board, payloads) = self.load(tx, jobs.iter()).await?;
        let mut prepared = Vec::with_capacity(jobs.len());
        for payload in payloads {
            let Some(piece) = wanted(&board, payload) else {
                prepared.push(Prepared::Drop);
                continue;
            };
            let by = principal(&piece.activity);
            // Agents begin at once; what waits for a moment is what the product itself does outside.
            if let (Assignee::System, Some(kind)) = (&piece.activity.assignee, piece.activity.step_kind.as_deref()) {
                let work = work(piece, piece.rework.len());
                match self.registry.step(kind)?.not_before(tx, &work).await? {
                    Some(at) if at > tx.now() => {
                        let job = waiting_job(&work.activity, at)?;
                        tx.enqueue(job);
                        prepared.push(Prepared::Drop);
                        continue;
                    }
                    // It was moved, and another job has that moment.
                    at if payload.due.is_some() && at != payload.due => {
                        prepared.push(Prepared::Drop);
                        continue;
                    }
                    _ => {}
                }
            }
            advance(&mut board, &by, Fact::Started { activity: payload.activity })?;
            let piece = board.piece(payload.activity)?;
            prepared.push(Prepared::with(work(piece, piece.rework.len())));
        }
        let by = tx.actor().clone();
        finish(tx, board, &by).await?;
        Ok(prepared)
    }

    async fn run(&self, _job: &Job, cx: &RunContext) -> Result<serde_json::Value> {
        let work = cx.prepared::<Work>().ok_or_else(|| Error::internal("an activity that was not prepared"))?;
        let step = self.registry.step(step_kind(&work.activity)?)?;
        let _started = self.started(work.activity.id, cx.cancel.clone());
        let result = step.run(&StepContext { db: cx.db.clone(), cancel: cx.cancel.clone() }, &work).await?;
        let rework = work.rework.as_ref().map_or(0, |rework| rework.items.len());
        serde_json::to_value(Ran { rework, result }).map_err(Error::internal)
    }

    async fn commit(&self, tx: &mut Tx, done: &[Done]) -> Result<()> {
        let (mut board, payloads) = self.lines(tx, done.iter().map(|done| &done.job)).await?;
        let prepared: Vec<_> = done.iter().filter_map(Done::prepared::<Work>).collect();
        load_known(tx, &mut board, &prepared.iter().map(|work| &work.activity).collect::<Vec<_>>()).await?;
        let itself = tx.actor().clone();
        for (done, payload) in done.iter().zip(payloads) {
            // Cancelled in the meantime: what it made is not wanted.
            let Some(piece) = wanted(&board, payload) else { continue };
            let Ran { rework, result } = Ran::deserialize(&done.result).map_err(Error::internal)?;
            let work = work(piece, rework);
            let (plan, at) = board.place(piece)?;
            let step = self.registry.step(step_kind(&work.activity)?)?;
            let by = principal(&work.activity);
            tx.act_as(by.clone());
            let accepted = step.accept(tx, &work, result).await?;
            if let Some(PutOff { until, why }) = accepted.put_off {
                advance(&mut board, &by, Fact::PutOff { activity: payload.activity, why })?;
                let job = waiting_job(&work.activity, until)?;
                tx.enqueue(job);
                continue;
            }
            let shown = match plan.gate_of(at) {
                Some(_) => show(tx, &self.registry, work.scope, &accepted.subjects).await?,
                None => Vec::new(),
            };
            let fact = Fact::HandedIn {
                activity: payload.activity,
                output: accepted.output,
                subjects: accepted.subjects,
                shown,
                reworked: rework,
                ends: accepted.ends,
            };
            advance(&mut board, &by, fact)?;
        }
        tx.act_as(itself.clone());
        finish(tx, board, &itself).await
    }

    async fn dead(&self, tx: &mut Tx, job: &Job, error: &Error) -> Result<()> {
        let (mut board, payloads) = self.load(tx, std::iter::once(job)).await?;
        for payload in payloads {
            let Some(piece) = wanted(&board, payload) else { continue };
            let work = work(piece, piece.rework.len());
            let by = principal(&work.activity);
            if let Ok(step) = self.registry.step(step_kind(&work.activity)?) {
                step.failed(tx, &work, error).await?;
            }
            let (words, help) = (error.message().to_owned(), error.help().map(str::to_owned));
            advance(&mut board, &by, Fact::Failed { activity: payload.activity, words, help })?;
        }
        let by = tx.actor().clone();
        finish(tx, board, &by).await
    }

    fn heard(&self, signal: &Signal) {
        if signal.topic == "activity.cancelled"
            && let Ok(id) = signal.key.parse::<ActivityId>()
            && let Some(cancel) = self.running.lock().unwrap_or_else(PoisonError::into_inner).get(&id)
        {
            cancel.cancel();
        }
    }
}

/// Hears that a client's approval policy changed: what waits for somebody who decides no more is asked anew. Nothing is let
/// through by it.
pub struct FollowPolicy {
    steps: Arc<StepRegistry>,
}

impl FollowPolicy {
    /// The kind of its job.
    pub const KIND: &str = "activities.follow_policy";

    pub fn new(steps: Arc<StepRegistry>) -> Self {
        Self { steps }
    }
}

#[async_trait::async_trait]
impl Reaction for FollowPolicy {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    async fn react(&self, tx: &mut Tx, event: &Event) -> Result<()> {
        let Some(scope) = event.tenant.map(TenantScope::granted) else { return Ok(()) };
        let policy = tenants::queries::settings(tx, scope).await?.approval;
        follow_policy(tx, &self.steps, scope, &policy).await?;
        Ok(())
    }
}

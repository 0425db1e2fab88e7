//! Starting pipelines, work that people do, retrying and cancelling. Deciding is in `decide`.

use std::collections::{BTreeMap, BTreeSet};

use aos_kernel::{ActivityId, Actor, AgencyScope, Error, PipelineId, Result, Subject, TenantScope, Timestamp};
use aos_storage::{Signal, Tx};
use serde_json::Value;

use super::{
    advance::{Fact, Shown, advance, settle},
    board::{Board, Start, new_line},
    error::unknown_template,
    model::{Activity, ActivityState, Origin},
    plan::Plan,
    steps::{Accepted, StepRegistry},
    store,
};

mod decide;

pub use decide::{Approver, Decide, Decided, decide, decide_many, follow_policy, refingerprint, resubmit, withdraw};

/// A pipeline to be started.
#[derive(Clone, Debug)]
pub struct StartPipeline {
    /// Its current version is the one that the pipeline keeps.
    pub template_key: String,
    pub name: String,
    pub origin: Origin,
    /// The input of every step that names no other step's output.
    pub input: Value,
    /// Unique for the tenant: starting again with the same key starts nothing and answers the first one.
    pub key: String,
    /// The step to begin at, instead of the first: an approval for work that is there already.
    pub enter_at: Option<String>,
    /// What that step decides on or repeats over.
    pub subjects: Vec<Subject>,
}

/// Starts a pipeline.
///
/// # Errors
/// `NotFound` for an unknown template; `Invalid` for an unknown step or an approval without subjects.
pub async fn start_pipeline(
    tx: &mut Tx,
    registry: &StepRegistry,
    scope: TenantScope,
    start: StartPipeline,
) -> Result<PipelineId> {
    let started = start_pipelines(tx, registry, vec![(scope, start)]).await?;
    started.first().copied().ok_or_else(|| Error::internal("a pipeline was not started"))
}

/// Starts many, in few statements; answers their ids in the same order.
///
/// # Errors
/// As [`start_pipeline`]; none is started then.
pub async fn start_pipelines(
    tx: &mut Tx,
    registry: &StepRegistry,
    starts: Vec<(TenantScope, StartPipeline)>,
) -> Result<Vec<PipelineId>> {
    let keys: Vec<_> = starts.iter().map(|(scope, start)| (scope.tenant(), start.key.clone())).collect();
    let mut known: BTreeMap<_, PipelineId> =
        store::pipelines_with_keys(tx, &keys).await?.into_iter().map(|(tenant, key, id)| ((tenant, key), id)).collect();
    let actor = tx.actor().clone();
    let mut board = Board::new(tx.now());
    let mut templates = BTreeMap::new();
    for (scope, start) in starts {
        if known.contains_key(&(scope.tenant(), start.key.clone())) {
            continue;
        }
        let template = match templates.get(&start.template_key) {
            Some(template) => template,
            None => {
                let found = store::current_template(tx, &start.template_key)
                    .await?
                    .ok_or_else(|| unknown_template(&start.template_key))?;
                let plan = match registry.plans().get(found.id) {
                    Some(plan) => plan,
                    None => registry.plans().put(found.id, Plan::new(found.template)),
                };
                templates.entry(start.template_key.clone()).or_insert((found.id, found.version, plan))
            }
        };
        let (id, version, plan) = (template.0, template.1, template.2.clone());
        let enters_approval =
            start.enter_at.as_deref().and_then(|key| plan.position(key)).is_some_and(|at| plan.step(at).is_approval);
        let shown = if enters_approval { show(tx, registry, scope, &start.subjects).await? } else { Vec::new() };
        let begin = Start { name: start.name, origin: start.origin, key: start.key.clone(), input: start.input };
        let line = new_line(scope.tenant(), board.now, (id, version, plan), begin);
        known.insert((scope.tenant(), start.key), line.pipeline.id);
        let line = Box::new(line);
        advance(&mut board, &actor, Fact::Opened { line, enter_at: start.enter_at, subjects: start.subjects, shown })?;
    }
    finish(tx, board, &actor).await?;
    keys.iter()
        .map(|key| known.get(key).copied().ok_or_else(|| Error::internal("a pipeline was not started")))
        .collect()
}

/// A person says that they have begun.
///
/// # Errors
/// `NotFound`; `Conflict` when the activity is not theirs to begin now.
pub async fn begin_human(tx: &mut Tx, registry: &StepRegistry, scope: TenantScope, id: ActivityId) -> Result<()> {
    let actor = tx.actor().clone();
    let mut board = load_human(tx, registry, scope, id).await?;
    advance(&mut board, &actor, Fact::Started { activity: id })?;
    finish(tx, board, &actor).await
}

/// A person hands in what they made. `subjects` are what the approval that follows decides on, or the units of the steps
/// that repeat; where the step has a handler, it says what they are and keeps what was handed in.
///
/// # Errors
/// `NotFound`; `Conflict` when it is not a person's work, an approval, or over.
pub async fn complete_human(
    tx: &mut Tx,
    registry: &StepRegistry,
    scope: TenantScope,
    id: ActivityId,
    output: Value,
    subjects: Vec<Subject>,
) -> Result<()> {
    let actor = tx.actor().clone();
    let mut board = load_human(tx, registry, scope, id).await?;
    if board.piece(id)?.activity.state == ActivityState::Assigned {
        advance(&mut board, &actor, Fact::Started { activity: id })?;
    }
    let piece = board.piece(id)?;
    let reworked = piece.rework.len();
    let (plan, at) = board.place(piece)?;
    let accepted = match piece.activity.step_kind.as_deref() {
        Some(kind) => registry.step(kind)?.accept(tx, &super::workflow::work(piece, reworked), output).await?,
        None => Accepted { output, subjects, ..Accepted::default() },
    };
    let Accepted { output, subjects, ends, .. } = accepted;
    let shown = if plan.gate_of(at).is_some() { show(tx, registry, scope, &subjects).await? } else { Vec::new() };
    advance(&mut board, &actor, Fact::HandedIn { activity: id, output, subjects, shown, reworked, ends })?;
    finish(tx, board, &actor).await
}

async fn load_human(tx: &mut Tx, registry: &StepRegistry, scope: TenantScope, id: ActivityId) -> Result<Board> {
    let board = load_activity(tx, registry, scope, id).await?;
    let activity = &board.piece(id)?.activity;
    if !activity.is_task() {
        let words = format!("“{}” is not work that a person hands in.", activity.name);
        return Err(Error::conflict("not_a_persons_work", words));
    }
    Ok(board)
}

/// Lets an activity that failed be tried again, at once.
///
/// # Errors
/// `NotFound`; `Conflict` when it has not failed.
pub async fn retry_activity(tx: &mut Tx, registry: &StepRegistry, scope: TenantScope, id: ActivityId) -> Result<()> {
    let actor = tx.actor().clone();
    let mut board = load_activity(tx, registry, scope, id).await?;
    let activity = &board.piece(id)?.activity;
    if activity.state != ActivityState::Failed {
        let words = format!("“{}” has not failed, so there is nothing to retry.", activity.name);
        return Err(Error::conflict("not_failed", words));
    }
    advance(&mut board, &actor, Fact::Retried { activity: id })?;
    finish(tx, board, &actor).await
}

/// The moment before which the open work for a unit is not begun has changed: it is looked at again then. The caller keeps
/// others from changing the moment meanwhile. Safe to repeat.
///
/// # Errors
/// `Storage`.
pub async fn wait_anew(tx: &mut Tx, scope: TenantScope, unit: &Subject, at: Timestamp) -> Result<()> {
    for activity in store::waiting_for_unit(tx, scope, unit).await? {
        let job = super::workflow::waiting_job(&activity, at)?;
        tx.enqueue(job);
    }
    Ok(())
}

/// Stops an activity for good, and with it what comes after it for the same unit. What runs is stopped as soon as it
/// can be; its result is not kept.
///
/// # Errors
/// `NotFound`; `Conflict` when it is over.
pub async fn cancel_activity(
    tx: &mut Tx,
    registry: &StepRegistry,
    scope: TenantScope,
    id: ActivityId,
    why: &str,
) -> Result<()> {
    let actor = tx.actor().clone();
    let mut board = load_activity(tx, registry, scope, id).await?;
    let gates: Vec<ActivityId> = board.piece(id)?.partner.into_iter().chain([id]).collect();
    store::approvals_of_activities(tx, &mut board, &gates).await?;
    advance(&mut board, &actor, Fact::Cancelled { activity: id, why: why.to_owned() })?;
    finish(tx, board, &actor).await
}

/// Stops a pipeline and all of its activities that are not over.
///
/// # Errors
/// `NotFound`; `Conflict` when it is over.
pub async fn cancel_pipeline(
    tx: &mut Tx,
    registry: &StepRegistry,
    scope: TenantScope,
    id: PipelineId,
    why: &str,
) -> Result<()> {
    let actor = tx.actor().clone();
    let mut board = Board::new(tx.now());
    store::lock_lines(tx, &only(scope), registry.plans(), &mut board, &[id]).await?;
    board.line(id)?;
    store::pieces_of_lines(tx, &mut board, &[id]).await?;
    let all: Vec<ActivityId> = board.pieces.keys().copied().collect();
    store::approvals_of_activities(tx, &mut board, &all).await?;
    advance(&mut board, &actor, Fact::PipelineCancelled { pipeline: id, why: why.to_owned() })?;
    finish(tx, board, &actor).await
}

/// What each subject looks like to the person who is asked to decide on it.
pub(super) async fn show(
    tx: &mut Tx,
    registry: &StepRegistry,
    scope: TenantScope,
    subjects: &[Subject],
) -> Result<Vec<Shown>> {
    let mut shown = Vec::with_capacity(subjects.len());
    for subject in subjects {
        let fingerprint = registry.approvable(&subject.kind)?.fingerprint(tx, scope, subject).await?;
        shown.push((subject.clone(), fingerprint));
    }
    Ok(shown)
}

async fn load_activity(tx: &mut Tx, registry: &StepRegistry, scope: TenantScope, id: ActivityId) -> Result<Board> {
    let line = store::pipeline_of(tx, scope, id).await?.ok_or_else(|| Error::not_found("activity"))?;
    let mut board = Board::new(tx.now());
    store::lock_lines(tx, &only(scope), registry.plans(), &mut board, &[line]).await?;
    load_pieces(tx, &mut board, &[id]).await?;
    board.piece(id)?;
    Ok(board)
}

/// Activities of pipelines that are on the board, each with its approval or the work that it decides on; of pipelines
/// with steps that wait for several others, all.
pub(super) async fn load_pieces(tx: &mut Tx, board: &mut Board, ids: &[ActivityId]) -> Result<()> {
    let joined: Vec<PipelineId> =
        board.lines.values().filter(|line| line.plan.has_joins()).map(|line| line.pipeline.id).collect();
    store::pieces_of_lines(tx, board, &joined).await?;
    let missing: Vec<ActivityId> = ids.iter().copied().filter(|id| !board.pieces.contains_key(id)).collect();
    store::pieces(tx, board, &missing).await?;
    let partners: BTreeSet<ActivityId> = board.pieces.values().filter_map(|piece| piece.partner).collect();
    let missing: Vec<ActivityId> = partners.into_iter().filter(|id| !board.pieces.contains_key(id)).collect();
    store::pieces(tx, board, &missing).await
}

/// As [`load_pieces`], for activities that were read when their jobs began.
pub(super) async fn load_known(tx: &mut Tx, board: &mut Board, known: &[&Activity]) -> Result<()> {
    let alone: Vec<&Activity> = known
        .iter()
        .copied()
        .filter(|activity| board.lines.get(&activity.pipeline_id).is_some_and(|line| !line.plan.has_joins()))
        .collect();
    store::refreshed(tx, board, &alone).await?;
    load_pieces(tx, board, &known.iter().map(|activity| activity.id).collect::<Vec<_>>()).await
}

/// Settles the board, writes it and tells those who look at it.
pub(super) async fn finish(tx: &mut Tx, mut board: Board, by: &Actor) -> Result<()> {
    settle(&mut board, by)?;
    for tenant in board.tenants() {
        tx.signal(Signal::new("tenant", tenant));
    }
    for id in &board.changes.moved_pieces {
        if board.piece(*id)?.activity.state == ActivityState::Cancelled {
            tx.signal(Signal::new("activity.cancelled", id));
        }
    }
    if !board.changes.new_approvals.is_empty()
        || !board.changes.changed_approvals.is_empty()
        || board
            .changes
            .moved_pieces
            .iter()
            .any(|id| board.pieces.get(id).is_some_and(|piece| piece.activity.is_task()))
    {
        tx.signal(Signal::new("queue", ""));
    }
    store::write(tx, board).await
}

pub(super) fn only(scope: TenantScope) -> AgencyScope {
    AgencyScope::only(vec![scope.tenant()])
}

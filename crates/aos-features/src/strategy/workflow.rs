//! What this slice does by itself: the step that drafts a strategy, what approving one means, opening months, counting.

use std::sync::Arc;

use aos_capabilities::{
    drafts::StrategyDraft,
    model::{Purpose, Task},
};
use aos_kernel::{Actor, AgencyScope, Error, NewJob, PeriodId, Result, StrategyId, Subject, TenantId, TenantScope};
use aos_storage::{Conn, Tx};
use aos_workflow::{CatchUp, Done, Event, Job, JobHandler, NewSchedule, Registry, RunContext, put_schedule};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{DRAFT, STRATEGY, commands, commands::NewStrategy, model::counted_by_pipeline, months, progress, queries};
use crate::{
    reactions::{On, Reaction},
    steps::{Accepted, AgentAnswer, AgentRunner, AgentTask, Approvable, Fingerprint, StepContext, StepHandler, Work},
    tenants,
};

/// The agent role that drafts strategies.
const ROLE: &str = "strategy";

/// Asks the strategy agent and keeps its proposal for a decision.
pub struct DraftStep {
    agents: Arc<dyn AgentRunner>,
}

impl DraftStep {
    pub fn new(agents: Arc<dyn AgentRunner>) -> Self {
        Self { agents }
    }
}

/// The strategy that was sent back, and why.
fn sent_back(work: &Work) -> Option<(StrategyId, &str)> {
    let item = work.rework.as_ref()?.items.first()?;
    (item.subject.kind == STRATEGY).then(|| (StrategyId::from_uuid(item.subject.id), item.notes.as_str()))
}

#[async_trait::async_trait]
impl StepHandler for DraftStep {
    fn kind(&self) -> &'static str {
        DRAFT
    }

    async fn run(&self, cx: &StepContext, work: &Work) -> Result<Value> {
        let mut task = Task::default();
        if let Some((id, notes)) = sent_back(work) {
            let before = queries::strategy(&mut cx.db.read().await?, work.scope, id).await?;
            task.previous = Some(json!(before.content));
            task.notes = Some(notes.to_owned());
        }
        let task = AgentTask {
            scope: work.scope,
            activity: work.activity.id,
            attempt: work.activity.attempt,
            role: ROLE.to_owned(),
            purpose: Purpose::Strategy,
            task,
        };
        serde_json::to_value(self.agents.run(task, &cx.cancel).await?).map_err(Error::internal)
    }

    async fn accept(&self, tx: &mut Tx, work: &Work, result: Value) -> Result<Accepted> {
        let answer: AgentAnswer = serde_json::from_value(result).map_err(Error::internal)?;
        let content: StrategyDraft =
            serde_json::from_value(answer.output).map_err(|error| unusable(&error.to_string()))?;
        let new = NewStrategy {
            content,
            made_by: Actor::agent(ROLE, Some(answer.run)),
            offline: answer.offline,
            run: Some(answer.run),
        };
        let strategy = match sent_back(work) {
            Some((id, _)) => commands::propose_again(tx, work.scope, id, new).await,
            None => commands::propose(tx, work.scope, new).await,
        }
        .map_err(|error| match error.field() {
            Some(field) => unusable(&format!("{field}: {}", error.message())),
            None => error,
        })?;
        Ok(Accepted {
            output: json!({
                "strategy": strategy.id,
                "number": strategy.number,
                "revision": strategy.revision,
                "gaps": strategy.content.gaps,
                "offline": strategy.offline,
                "run": answer.run,
            }),
            subjects: vec![Subject::new(STRATEGY, strategy.id)],
            ..Accepted::default()
        })
    }
}

/// The agent handed in something that can't become a plan.
fn unusable(why: &str) -> Error {
    Error::outside("strategy_unusable", format!("The strategy that was drafted can’t be used: {why}"))
        .with_help("Retry the activity; if it happens again, choose another model or add to the context file.")
}

/// What it means to approve a strategy, or to send it back.
pub struct StrategyApproval;

fn id_of(subject: &Subject) -> StrategyId {
    StrategyId::from_uuid(subject.id)
}

#[async_trait::async_trait]
impl Approvable for StrategyApproval {
    fn kind(&self) -> &'static str {
        STRATEGY
    }

    async fn fingerprint(&self, conn: &mut Conn, scope: TenantScope, subject: &Subject) -> Result<Fingerprint> {
        let strategy = queries::strategy(conn, scope, id_of(subject)).await?;
        Ok(Fingerprint {
            title: format!("Strategy {}", strategy.number),
            version: strategy.revision,
            hash: strategy.hash,
            made_by: strategy.made_by,
        })
    }

    async fn approved(&self, tx: &mut Tx, scope: TenantScope, subject: &Subject) -> Result<Vec<Subject>> {
        commands::activate(tx, scope, id_of(subject)).await?;
        Ok(vec![subject.clone()])
    }

    async fn rejected(&self, tx: &mut Tx, scope: TenantScope, subject: &Subject, notes: &str) -> Result<()> {
        commands::reject(tx, scope, id_of(subject), notes).await?;
        Ok(())
    }
}

/// The job that opens months.
pub const OPEN_MONTHS: &str = "strategy.open_months";

/// Opens the present month of all active tenants, one batch in each job, so that memory stays flat and other work gets its
/// turn in between.
pub struct OpenMonths;

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Continue {
    /// The last tenant of the batch before.
    after: Option<TenantId>,
}

/// Tenants of one batch.
const BATCH: i64 = 500;

#[async_trait::async_trait]
impl JobHandler for OpenMonths {
    fn kind(&self) -> &'static str {
        OPEN_MONTHS
    }

    /// Nothing outside is needed.
    async fn run(&self, _job: &Job, _cx: &RunContext) -> Result<Value> {
        Ok(Value::Null)
    }

    async fn commit(&self, tx: &mut Tx, done: &[Done]) -> Result<()> {
        for Done { job, .. } in done {
            let Continue { after } = job.payload()?;
            let agency = AgencyScope::all();
            let batch = tenants::queries::active_zones(tx, &agency, after, BATCH).await?;
            months::open_month_for_all(tx, &agency, &batch).await?;
            if let Some((last, _)) = batch.last().filter(|_| batch.len() as i64 == BATCH) {
                let next = serde_json::to_value(Continue { after: Some(*last) }).map_err(Error::internal)?;
                tx.enqueue(NewJob::new(OPEN_MONTHS, None, &job.queue, next).priority(job.priority));
            }
        }
        Ok(())
    }
}

/// The job that counts what was finished.
pub const COUNT: &str = "strategy.count";

/// Hears that something was finished for a month and counts it.
pub struct CountUnits;

#[async_trait::async_trait]
impl Reaction for CountUnits {
    fn kind(&self) -> &'static str {
        COUNT
    }

    async fn react(&self, tx: &mut Tx, event: &Event) -> Result<()> {
        let Some(scope) = event.tenant.map(TenantScope::granted) else { return Ok(()) };
        // A published piece names its period; a pipeline has it in its origin.
        let finished = event.data.get("period_id").or_else(|| event.data.pointer("/origin/period"));
        let Some(period) = finished.filter(|period| !period.is_null()) else { return Ok(()) };
        let period: PeriodId = serde_json::from_value(period.clone()).map_err(Error::internal)?;
        if event.subject.kind == "pipeline" {
            let known = queries::period(tx, scope, period).await?;
            let deliverable = queries::deliverable(tx, scope, known.deliverable_id).await?;
            if !counted_by_pipeline(&deliverable.deliverable_type) {
                return Ok(());
            }
        }
        progress::count_unit(tx, scope, period, &event.subject).await?;
        Ok(())
    }
}

/// The job that moves goals with the scores of channels.
pub const FOLLOW_SCORES: &str = "strategy.follow_scores";

/// Hears that a channel was scored and moves the goals that are measured by it.
pub struct FollowScores;

#[async_trait::async_trait]
impl Reaction for FollowScores {
    fn kind(&self) -> &'static str {
        FOLLOW_SCORES
    }

    async fn react(&self, tx: &mut Tx, event: &Event) -> Result<()> {
        let Some(scope) = event.tenant.map(TenantScope::granted) else { return Ok(()) };
        let scores = event.data.get("scores").cloned().unwrap_or(Value::Null);
        let scores: Vec<progress::ChannelScore> = serde_json::from_value(scores).unwrap_or_default();
        progress::follow_scores(tx, scope, &scores).await
    }
}

/// Adds this slice's jobs and what they react to.
#[must_use]
pub fn register(registry: Registry) -> Registry {
    super::alerts::register(registry)
        .with_handler(Arc::new(OpenMonths))
        .with_handler(Arc::new(On(CountUnits)))
        .with_handler(Arc::new(On(FollowScores)))
        .on_event("channels.scored", FOLLOW_SCORES)
        .on_event("content.post_published", COUNT)
        .on_event("content.request_completed", COUNT)
        .on_event("activities.pipeline_completed", COUNT)
}

/// Sets this slice's schedules; at every start, as setting the same again changes nothing. A quarter of an hour, because
/// that is the step in which time zones differ: each client's month begins when it begins for them.
///
/// # Errors
/// `Storage`.
pub async fn put_schedules(tx: &mut Tx) -> Result<()> {
    super::alerts::put_schedules(tx).await?;
    put_schedule(
        tx,
        NewSchedule {
            tenant: None,
            name: OPEN_MONTHS.to_owned(),
            cron: "*/15 * * * *".to_owned(),
            zone: "UTC".to_owned(),
            kind: OPEN_MONTHS.to_owned(),
            queue: "system".to_owned(),
            payload: json!({}),
            catch_up: CatchUp::Once,
            enabled: true,
        },
    )
    .await
}

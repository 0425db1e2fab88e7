//! What the other slices plug in: how a step is done, what an approval decides on, how an agent is asked. This slice never
//! names content; it knows subjects and step kinds.

use std::{collections::BTreeMap, sync::Arc};

use aos_kernel::{Actor, ContentHash, Error, Result, RunId, Subject, TenantScope, Timestamp};
use aos_storage::{Conn, Db, Tx};
use tokio_util::sync::CancellationToken;

use super::{
    model::{Activity, Approval},
    plan::Plans,
};

/// What a step is given.
#[derive(Clone, Debug)]
pub struct Work {
    pub scope: TenantScope,
    pub activity: Activity,
    /// Set when the work was sent back: do it again for these subjects only, with the notes.
    pub rework: Option<Rework>,
}

/// Work that was sent back.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Rework {
    pub items: Vec<ReworkItem>,
}

/// One rejected subject and why.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ReworkItem {
    pub subject: Subject,
    pub notes: String,
}

/// Where a step runs.
#[derive(Clone)]
pub struct StepContext {
    pub db: Db,
    /// Cancelled when the process shuts down, the lease is lost or a person cancels.
    pub cancel: CancellationToken,
}

/// What becomes of a step's result.
#[derive(Clone, Debug, Default)]
pub struct Accepted {
    /// Kept as the activity's output.
    pub output: serde_json::Value,
    /// What the approval that follows decides on; or, where none follows, the units of the steps that repeat.
    pub subjects: Vec<Subject>,
    /// Nothing comes after it: what the steps that follow would do is done.
    pub ends: bool,
    /// It could not be done yet, and that is no failure: nothing else of this counts then.
    pub put_off: Option<PutOff>,
}

/// Work that has to wait for a moment that it learnt of under way. [`StepHandler::not_before`] answers that moment from
/// now on.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PutOff {
    pub until: Timestamp,
    /// In words for a person.
    pub why: String,
}

/// Does one kind of step.
#[async_trait::async_trait]
pub trait StepHandler: Send + Sync {
    /// `<slice>.<verb>`, as templates name it.
    fn kind(&self) -> &'static str;
    /// The work is not begun before this moment, where it has one. Asked in the transaction that would begin it, and again
    /// when the moment has come: it may have been moved, as [`super::commands::wait_anew`] says.
    ///
    /// # Errors
    /// Tried again by the error's kind.
    async fn not_before(&self, _tx: &mut Tx, _work: &Work) -> Result<Option<Timestamp>> {
        Ok(None)
    }
    /// The slow part, outside any transaction: may run more than once for one activity, so what it does outside is keyed
    /// by the activity. Its result is plain data.
    ///
    /// # Errors
    /// Retried by the error's kind; after the last attempt the activity is `failed` and a person sees the words.
    async fn run(&self, cx: &StepContext, work: &Work) -> Result<serde_json::Value>;
    /// Turns the result into rows, in the transaction that moves the activity on: exactly once. Of work that a person did,
    /// the result is what they handed in, and `run` is not called.
    ///
    /// # Errors
    /// As [`StepHandler::run`]; nothing of it is kept then.
    async fn accept(&self, tx: &mut Tx, work: &Work, result: serde_json::Value) -> Result<Accepted>;
    /// The activity failed for good (until a person retries): lets the slice mark its own thing.
    ///
    /// # Errors
    /// Keeps the activity as it is; it is tried again.
    async fn failed(&self, _tx: &mut Tx, _work: &Work, _error: &Error) -> Result<()> {
        Ok(())
    }
}

/// Exactly what a person is asked to decide on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    pub title: String,
    pub version: i64,
    pub hash: ContentHash,
    pub made_by: Actor,
}

impl Fingerprint {
    /// What was shown when it was asked.
    pub(super) fn of(approval: &Approval) -> Self {
        let Approval { title, version, hash, made_by, .. } = approval.clone();
        Self { title, version, hash, made_by }
    }
}

/// A kind of subject that can be approved.
#[async_trait::async_trait]
pub trait Approvable: Send + Sync {
    /// The vocabulary's word: `request`, `content_item`, `strategy`.
    fn kind(&self) -> &'static str;
    /// The subject as it is now.
    ///
    /// # Errors
    /// `NotFound`.
    async fn fingerprint(&self, conn: &mut Conn, scope: TenantScope, subject: &Subject) -> Result<Fingerprint>;
    /// It was approved as fingerprinted. Answers the units that the steps after it repeat over: usually the subject
    /// itself; for a request, the content items that it becomes.
    ///
    /// # Errors
    /// Undoes the decision.
    async fn approved(&self, tx: &mut Tx, scope: TenantScope, subject: &Subject) -> Result<Vec<Subject>>;
    /// It was sent back.
    ///
    /// # Errors
    /// Undoes the decision.
    async fn rejected(&self, tx: &mut Tx, scope: TenantScope, subject: &Subject, notes: &str) -> Result<()>;
}

/// Tells whoever is to decide that what waits for them has changed. `activities` does; slices below and beside it only
/// see this.
#[async_trait::async_trait]
pub trait ShowAgain: Send + Sync {
    /// What is to be decided on is from now on the subject as it is now. Nothing when no decision waits.
    ///
    /// # Errors
    /// `NotFound` when the subject is gone.
    async fn show_again(&self, tx: &mut Tx, scope: TenantScope, subject: &Subject) -> Result<()>;
}

#[async_trait::async_trait]
impl ShowAgain for StepRegistry {
    async fn show_again(&self, tx: &mut Tx, scope: TenantScope, subject: &Subject) -> Result<()> {
        super::commands::refingerprint(tx, self, scope, subject).await.map(drop)
    }
}

/// What the slices registered, put together once at start.
#[derive(Clone, Default)]
pub struct StepRegistry {
    steps: BTreeMap<&'static str, Arc<dyn StepHandler>>,
    approvables: BTreeMap<&'static str, Arc<dyn Approvable>>,
    plans: Arc<Plans>,
}

impl StepRegistry {
    #[must_use]
    pub fn with_step(mut self, handler: Arc<dyn StepHandler>) -> Self {
        self.steps.insert(handler.kind(), handler);
        self
    }
    #[must_use]
    pub fn with_approvable(mut self, approvable: Arc<dyn Approvable>) -> Self {
        self.approvables.insert(approvable.kind(), approvable);
        self
    }
    /// # Errors
    /// `Internal`: a template was validated against this registry, so it names only what is here.
    pub fn step(&self, kind: &str) -> Result<&Arc<dyn StepHandler>> {
        self.steps.get(kind).ok_or_else(|| Error::internal(format!("no step handler for {kind}")))
    }
    pub(super) fn plans(&self) -> &Plans {
        &self.plans
    }
    pub fn knows_step(&self, kind: &str) -> bool {
        self.steps.contains_key(kind)
    }
    /// # Errors
    /// `Internal`, as above.
    pub fn approvable(&self, kind: &str) -> Result<&Arc<dyn Approvable>> {
        self.approvables.get(kind).ok_or_else(|| Error::internal(format!("nothing approves {kind}")))
    }
}

/// What an agent is asked by a step.
#[derive(Clone, Debug)]
pub struct AgentTask {
    pub scope: TenantScope,
    pub activity: aos_kernel::ActivityId,
    /// Which attempt of the activity asks: a run of an earlier attempt is not taken for this one's.
    pub attempt: i64,
    /// `copywriter`.
    pub role: String,
    pub purpose: aos_capabilities::model::Purpose,
    pub task: aos_capabilities::model::Task,
}

/// What it handed in.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct AgentAnswer {
    pub run: RunId,
    /// Fits the purpose's shape in `aos_capabilities::drafts`.
    pub output: serde_json::Value,
    /// Drafted without a model.
    pub offline: bool,
}

/// Runs agents. The `agents` slice does; steps of other slices only see this.
#[async_trait::async_trait]
pub trait AgentRunner: Send + Sync {
    /// # Errors
    /// The model's or the budget's, in words for a person.
    async fn run(&self, task: AgentTask, cancel: &CancellationToken) -> Result<AgentAnswer>;
}

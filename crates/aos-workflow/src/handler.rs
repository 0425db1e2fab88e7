//! What a slice implements to have its jobs done.

use std::{any::Any, sync::Arc};

use aos_kernel::{Error, Result};
use aos_storage::{Db, Signal, Tx};
use tokio_util::sync::CancellationToken;

use crate::Job;

/// Does one kind of job.
#[async_trait::async_trait]
pub trait JobHandler: Send + Sync + 'static {
    /// `<slice>.<verb>`, as jobs name it.
    fn kind(&self) -> &'static str;

    /// Looks at the jobs that were just claimed, in the transaction that claims them: to mark what they are about as
    /// begun, to read what `run` needs for all at once, and to drop those that are not wanted any more. One answer for
    /// each job, in their order.
    ///
    /// # Errors
    /// The jobs count as failed; nothing that was written here is kept.
    async fn prepare(&self, _tx: &mut Tx, jobs: &[Job]) -> Result<Vec<Prepared>> {
        Ok(jobs.iter().map(|_| Prepared::Run(None)).collect())
    }

    /// The slow part, outside any transaction. May run more than once for one job, so what it does outside is keyed by
    /// the job or what the job is about. What it answers is handed to [`JobHandler::commit`].
    ///
    /// # Errors
    /// Its [`aos_kernel::Retry`] decides: never → dead at once; back-off → again with growing pauses, up to the job's
    /// number of attempts; after → again after that time.
    async fn run(&self, job: &Job, cx: &RunContext) -> Result<serde_json::Value>;

    /// Applies results, in the transaction that completes their jobs: exactly once. Many jobs of this kind come
    /// together; when one makes the transaction fail, each is tried on its own, so that only that one fails.
    ///
    /// # Errors
    /// As for [`JobHandler::run`].
    async fn commit(&self, tx: &mut Tx, done: &[Done]) -> Result<()>;

    /// The job is dead: it will not be tried again unless a person says so. In the transaction that marks it.
    ///
    /// # Errors
    /// The job is not marked; it is tried again later.
    async fn dead(&self, _tx: &mut Tx, _job: &Job, _error: &Error) -> Result<()> {
        Ok(())
    }

    /// A signal was heard: a handler whose running jobs can be cancelled by a person looks whether it is about one.
    fn heard(&self, _signal: &Signal) {}
}

/// What to do with a job that was claimed.
pub enum Prepared {
    /// Run it; what `prepare` read for it stands in [`RunContext::prepared`].
    Run(Option<Arc<dyn Any + Send + Sync>>),
    /// It is not wanted any more: complete it without running it.
    Drop,
}

impl Prepared {
    pub fn with<T: Any + Send + Sync>(value: T) -> Self {
        Self::Run(Some(Arc::new(value)))
    }
}

/// A job that ran, and what came of it.
#[derive(Clone)]
pub struct Done {
    pub job: Job,
    pub result: serde_json::Value,
    pub(crate) prepared: Option<Arc<dyn Any + Send + Sync>>,
}

impl Done {
    /// What [`JobHandler::prepare`] gave for this job.
    pub fn prepared<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        self.prepared.clone()?.downcast().ok()
    }
}

/// Where a job runs.
#[derive(Clone)]
pub struct RunContext {
    pub db: Db,
    /// Cancelled when the process shuts down, the lease is lost or a person cancels the job.
    pub cancel: CancellationToken,
    pub(crate) prepared: Option<Arc<dyn Any + Send + Sync>>,
}

impl RunContext {
    /// What [`JobHandler::prepare`] gave for this job.
    pub fn prepared<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        self.prepared.clone()?.downcast().ok()
    }
}

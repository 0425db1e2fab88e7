//! What the slices registered, put together once at start.

use std::{collections::BTreeMap, sync::Arc};

use aos_kernel::{Error, Result};

use crate::JobHandler;

/// How many jobs of a queue may run at the same time, over all processes. `None`: as many as there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueLimit {
    pub total: Option<u32>,
    pub per_tenant: Option<u32>,
}

/// Handlers by kind of job, subscribers by kind of event, limits by queue.
#[derive(Clone, Default)]
pub struct Registry {
    handlers: BTreeMap<&'static str, Arc<dyn JobHandler>>,
    subscribers: BTreeMap<String, Vec<String>>,
    limits: BTreeMap<String, QueueLimit>,
    usual: QueueLimit,
}

impl Registry {
    pub fn new() -> Self {
        Self::default()
    }
    #[must_use]
    pub fn with_handler(mut self, handler: Arc<dyn JobHandler>) -> Self {
        self.handlers.insert(handler.kind(), handler);
        self
    }
    /// Each event of this kind makes a job of that kind; its payload is the [`crate::Event`].
    #[must_use]
    pub fn on_event(mut self, event_kind: impl Into<String>, job_kind: impl Into<String>) -> Self {
        self.subscribers.entry(event_kind.into()).or_default().push(job_kind.into());
        self
    }
    #[must_use]
    pub fn with_limit(mut self, queue: impl Into<String>, limit: QueueLimit) -> Self {
        self.limits.insert(queue.into(), limit);
        self
    }
    /// For the queues that have no limit of their own.
    #[must_use]
    pub fn with_usual_limit(mut self, limit: QueueLimit) -> Self {
        self.usual = limit;
        self
    }

    pub fn limit(&self, queue: &str) -> QueueLimit {
        self.limits.get(queue).copied().unwrap_or(self.usual)
    }
    pub(crate) fn subscribers(&self, event_kind: &str) -> &[String] {
        self.subscribers.get(event_kind).map_or(&[], Vec::as_slice)
    }
    /// # Errors
    /// `Internal` when nobody registered this kind: the job is kept as dead, so that a release that knows it can retry.
    pub(crate) fn handler(&self, kind: &str) -> Result<&Arc<dyn JobHandler>> {
        self.handlers.get(kind).ok_or_else(|| {
            Error::internal(format!("no handler for jobs of {kind}"))
                .with_help("The job was left by another version of the program. Retry it after the update.")
        })
    }
    pub(crate) fn handlers(&self) -> impl Iterator<Item = &Arc<dyn JobHandler>> {
        self.handlers.values()
    }
}

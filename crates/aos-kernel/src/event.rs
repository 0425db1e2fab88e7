//! What a transaction leaves behind for the rest of the system: events (what happened) and jobs (what is to be done).
//!
//! Both are plain data here, so that storage can carry them to the commit and `aos-workflow` can write them, and
//! neither has to know the other.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Id, TenantId, Timestamp, id::Named};

/// What an event or an approval is about: a kind from the vocabulary and its id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Subject {
    pub kind: String,
    pub id: Uuid,
}

impl Subject {
    pub fn new<T: Named>(kind: impl Into<String>, id: Id<T>) -> Self {
        Self { kind: kind.into(), id: id.uuid() }
    }
}

/// Something that happened. Who and when are the transaction's.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// `None` for what concerns the agency as a whole.
    pub tenant: Option<TenantId>,
    /// `<slice>.<what happened>`, e.g. `content.post_published`.
    pub kind: String,
    pub subject: Subject,
    /// Why, when a person or a rule gave a reason.
    pub why: Option<String>,
    /// What a reader of the history or a subscriber needs. Never a secret.
    pub data: serde_json::Value,
}

impl NewEvent {
    pub fn new(tenant: impl Into<Option<TenantId>>, kind: impl Into<String>, subject: Subject) -> Self {
        Self { tenant: tenant.into(), kind: kind.into(), subject, why: None, data: serde_json::Value::Null }
    }
    #[must_use]
    pub fn because(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }
    #[must_use]
    pub fn with(mut self, data: serde_json::Value) -> Self {
        self.data = data;
        self
    }
}

/// Something to be done after the commit, at least once.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// Which handler runs it, e.g. `activities.run`.
    pub kind: String,
    /// `None` for the agency's own housekeeping.
    pub tenant: Option<TenantId>,
    /// Jobs of one queue share a concurrency limit for each tenant: an agent role, `publish`, `system`.
    pub queue: String,
    /// A second job with the key of one that is known is not made. `None`: make it in any case.
    pub key: Option<String>,
    pub payload: serde_json::Value,
    /// Not before this moment; `None`: at once.
    pub run_at: Option<Timestamp>,
    /// Higher goes first within a tenant.
    pub priority: i64,
    pub max_attempts: i64,
}

impl NewJob {
    pub fn new(
        kind: impl Into<String>,
        tenant: impl Into<Option<TenantId>>,
        queue: impl Into<String>,
        payload: serde_json::Value,
    ) -> Self {
        Self {
            kind: kind.into(),
            tenant: tenant.into(),
            queue: queue.into(),
            key: None,
            payload,
            run_at: None,
            priority: 0,
            max_attempts: 8,
        }
    }
    #[must_use]
    pub fn keyed(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }
    #[must_use]
    pub fn at(mut self, run_at: Timestamp) -> Self {
        self.run_at = Some(run_at);
        self
    }
    #[must_use]
    pub fn priority(mut self, priority: i64) -> Self {
        self.priority = priority;
        self
    }
    #[must_use]
    pub fn attempts(mut self, max_attempts: i64) -> Self {
        self.max_attempts = max_attempts;
        self
    }
}

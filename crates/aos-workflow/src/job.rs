//! A job as it stands in its table.

use aos_kernel::{Error, ErrorKind, JobId, Result, TenantId, Timestamp};
use aos_storage::{FromRow, Row};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

aos_kernel::text_enum! {
    /// Where a job stands.
    pub enum JobState {
        /// Its time has not come.
        Waiting = "waiting",
        Ready = "ready",
        /// Leased by a worker.
        Running = "running",
        /// Done; kept for its key only.
        Done = "done",
        /// Failed for good, until a person retries it.
        Dead = "dead",
        Cancelled = "cancelled",
    }
}

/// Something to be done, at least once.
#[derive(Clone, Debug, Serialize)]
pub struct Job {
    pub id: JobId,
    /// `None` for the agency's own.
    pub tenant: Option<TenantId>,
    pub kind: String,
    pub queue: String,
    pub key: Option<String>,
    pub payload: serde_json::Value,
    pub state: JobState,
    pub priority: i64,
    pub run_at: Timestamp,
    /// How often it was claimed, this time included.
    pub attempts: i64,
    /// How often it failed. A lost lease is an attempt, but no failure.
    pub failures: i64,
    /// It is dead after this many failures.
    pub max_attempts: i64,
    /// Of the last failure.
    pub error: Option<Failure>,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

impl Job {
    /// The payload as the handler's own type.
    ///
    /// # Errors
    /// `Internal`: a job holds what its own slice enqueued.
    pub fn payload<T: serde::de::DeserializeOwned>(&self) -> Result<T> {
        T::deserialize(&self.payload).map_err(|e| Error::internal(format!("payload of {}: {e}", self.kind)))
    }
    /// The tenant, for a handler whose jobs always have one.
    ///
    /// # Errors
    /// `Internal`, as its own slice enqueued it.
    pub fn tenant(&self) -> Result<TenantId> {
        self.tenant.ok_or_else(|| Error::internal(format!("a job of {} without a tenant", self.kind)))
    }
}

impl FromRow for Job {
    fn from_row(row: &Row) -> Result<Self> {
        let error: Option<serde_json::Value> = row.get("error")?;
        Ok(Self {
            id: row.get("id")?,
            tenant: tenant_of(row.get("tenant_id")?),
            kind: row.get("kind")?,
            queue: row.get("queue")?,
            key: row.get("key")?,
            payload: row.get("payload")?,
            state: row.parse("state")?,
            priority: row.get("priority")?,
            run_at: row.get("run_at")?,
            attempts: row.get("attempts")?,
            failures: row.get("failures")?,
            max_attempts: row.get("max_attempts")?,
            error: error.map(serde_json::from_value).transpose().map_err(Error::internal)?,
            created_at: row.get("created_at")?,
            finished_at: row.get("finished_at")?,
        })
    }
}

/// What a failure leaves in the row: the public words. The inner context goes to the log only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub kind: ErrorKind,
    pub code: String,
    pub message: String,
    pub help: Option<String>,
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        Self {
            kind: error.kind(),
            code: error.code().to_owned(),
            message: error.message().to_owned(),
            help: error.help().map(str::to_owned),
        }
    }
}

/// The column's value: the nil id stands for the agency itself.
pub(crate) fn tenant_column(tenant: Option<TenantId>) -> Uuid {
    tenant.map_or(Uuid::nil(), TenantId::uuid)
}

pub(crate) fn tenant_of(column: Uuid) -> Option<TenantId> {
    (!column.is_nil()).then(|| TenantId::from_uuid(column))
}

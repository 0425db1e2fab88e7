//! The history: what happened, in order, as the transactions that did it wrote it.

use aos_kernel::{
    Actor, AgencyScope, Cursor, Error, Page, PageSize, Result, Subject, TenantId, TenantScope, Timestamp,
};
use aos_storage::{Conn, FromRow, Row};
use serde::{Deserialize, Serialize};

use crate::{Job, job::tenant_of, store};

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its place in the history; 0 in a subscriber's job, which is written together with it.
    #[serde(default)]
    pub seq: i64,
    pub tenant: Option<TenantId>,
    /// `<slice>.<what happened>`.
    pub kind: String,
    pub subject: Subject,
    pub actor: Actor,
    pub why: Option<String>,
    pub data: serde_json::Value,
    pub at: Timestamp,
}

impl Event {
    /// The event that a subscriber's job is about.
    ///
    /// # Errors
    /// `Internal` when the job was not made by an event.
    pub fn of(job: &Job) -> Result<Self> {
        job.payload()
    }
}

impl FromRow for Event {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            seq: row.get("seq")?,
            tenant: tenant_of(row.get("tenant_id")?),
            kind: row.get("kind")?,
            subject: Subject { kind: row.get("subject_kind")?, id: row.get("subject_id")? },
            actor: row.get("actor")?,
            why: row.get("why")?,
            data: row.get("data")?,
            at: row.get("at")?,
        })
    }
}

/// What happened to one thing of a tenant, oldest first.
///
/// # Errors
/// `Storage`.
pub async fn history(conn: &mut Conn, scope: TenantScope, subject: &Subject) -> Result<Vec<Event>> {
    store::events::of_subject(conn, scope, subject).await
}

/// Which events of a list.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    pub tenant: Option<TenantId>,
    /// The start of the kind: `content.` or a whole kind.
    pub kind: Option<String>,
}

/// What happened lately, newest first.
///
/// # Errors
/// `Invalid` for a cursor that is not one of this list's; `Storage`.
pub async fn recent(
    conn: &mut Conn,
    scope: &AgencyScope,
    filter: &EventFilter,
    after: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<Event>> {
    let before = after
        .map(|cursor| cursor.as_str().parse::<i64>().map_err(|_| Error::invalid("cursor", "This page is not known.")))
        .transpose()?;
    let rows = store::events::before(conn, scope, filter, before.unwrap_or(i64::MAX), size.get() + 1).await?;
    Ok(Page::from_surplus(rows, size, |event| Cursor::new(event.seq.to_string())))
}

//! Who did what: the administrative and security-relevant acts, kept for as long as the installation lives. The history of
//! the work itself is in the events.

use aos_kernel::{
    Actor, AgencyScope, AuditEntryId, Cursor, Page, PageSize, Result, Subject, TenantId, Timestamp, UserId,
};
use aos_storage::{Conn, Tx};
use serde::Serialize;
use uuid::Uuid;

use super::store;

/// An act to be noted. Who and when are the transaction's.
#[derive(Clone, Debug)]
pub struct NewAuditEntry {
    pub tenant: Option<TenantId>,
    /// `<slice>.<what was done>`: `people.role_granted`.
    pub action: &'static str,
    pub subject: Subject,
    /// What a reader needs to understand it. Never a secret.
    pub detail: serde_json::Value,
}

impl NewAuditEntry {
    pub fn new(tenant: impl Into<Option<TenantId>>, action: &'static str, subject: Subject) -> Self {
        Self { tenant: tenant.into(), action, subject, detail: serde_json::json!({}) }
    }
    #[must_use]
    pub fn with(mut self, detail: serde_json::Value) -> Self {
        self.detail = detail;
        self
    }
}

/// An act as it was noted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AuditEntry {
    pub id: AuditEntryId,
    pub tenant_id: Option<TenantId>,
    pub at: Timestamp,
    pub actor: Actor,
    pub action: String,
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub detail: serde_json::Value,
}

/// Which acts to show; an empty field shows all.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    pub tenant: Option<TenantId>,
    /// The person, also where one of their tokens acted.
    pub user: Option<UserId>,
    pub subject: Option<Uuid>,
    /// The beginning of the action: `people.`.
    pub action: Option<String>,
    /// From this moment on.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
}

/// Notes an act in the transaction that does it, so that neither is there without the other.
///
/// # Errors
/// `Storage`.
pub async fn record(tx: &mut Tx, entry: NewAuditEntry) -> Result<()> {
    store::audit::insert(tx, entry).await
}

/// The acts, newest first. A limited scope sees those of its clients only.
///
/// # Errors
/// `Storage`; `Invalid` for a cursor that this query did not make.
pub async fn list(
    conn: &mut Conn,
    agency: &AgencyScope,
    filter: &AuditFilter,
    after: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<AuditEntry>> {
    let before = after.map(|cursor| cursor.as_str().parse()).transpose().map_err(|_| super::queries::bad_cursor())?;
    let entries = store::audit::list(conn, agency, filter, before, size).await?;
    Ok(Page::from_surplus(entries, size, |entry| Cursor::new(entry.id.to_string())))
}

//! Reads of this slice.

use aos_kernel::{
    ActivityId, AgencyScope, Cursor, Error, MicroUsd, Page, PageSize, Result, RunId, TenantScope, Timestamp,
};
use aos_storage::Conn;

use super::{
    model::{ModelProvider, Run, RunStep, Spending},
    skills::SkillVersion,
    store,
};

/// # Errors
/// `NotFound`.
pub async fn run(conn: &mut Conn, scope: TenantScope, id: RunId) -> Result<Run> {
    store::run(conn, scope, id).await?.ok_or_else(|| Error::not_found("run"))
}

/// The steps of a run in order.
///
/// # Errors
/// `Storage`.
pub async fn steps(conn: &mut Conn, scope: TenantScope, id: RunId) -> Result<Vec<RunStep>> {
    store::steps(conn, scope, id).await
}

/// The runs of an activity, the newest first.
///
/// # Errors
/// `Storage`.
pub async fn runs_of_activity(conn: &mut Conn, scope: TenantScope, activity: ActivityId) -> Result<Vec<Run>> {
    store::runs_of_activity(conn, scope, activity).await
}

/// Runs across the tenants that the reader may see, the newest first.
///
/// # Errors
/// `Invalid` for a cursor that this query did not make.
pub async fn runs(conn: &mut Conn, scope: &AgencyScope, after: Option<&Cursor>, size: PageSize) -> Result<Page<Run>> {
    let before = after.map(Cursor::row).transpose()?;
    let rows = store::runs(conn, scope, before, size.get() + 1).await?;
    Ok(Page::from_surplus(rows, size, |run| Cursor::after_row(run.started_at, run.id)))
}

/// What a tenant's work cost since a moment, set aside and settled.
///
/// # Errors
/// `Storage`.
pub async fn spent_since(conn: &mut Conn, scope: TenantScope, since: Timestamp) -> Result<MicroUsd> {
    store::spent_since(conn, scope, since).await
}

/// What each client's work cost since a moment, the dearest first.
///
/// # Errors
/// `Storage`.
pub async fn spending(conn: &mut Conn, scope: &AgencyScope, since: Timestamp) -> Result<Vec<Spending>> {
    store::spending(conn, scope, since).await
}

/// The providers in order of preference, without keys.
///
/// # Errors
/// `Storage`.
pub async fn providers(conn: &mut Conn) -> Result<Vec<ModelProvider>> {
    store::providers(conn).await
}

/// Each skill as it is now.
///
/// # Errors
/// `Storage`.
pub async fn skills(conn: &mut Conn) -> Result<Vec<SkillVersion>> {
    store::skills(conn).await
}

/// All versions of one skill, the newest first.
///
/// # Errors
/// `NotFound`, `Storage`.
pub async fn skill_versions(conn: &mut Conn, name: &str) -> Result<Vec<SkillVersion>> {
    let versions = store::skill_versions(conn, name).await?;
    if versions.is_empty() { Err(Error::not_found("skill")) } else { Ok(versions) }
}

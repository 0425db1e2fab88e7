//! What the screens show of activities, pipelines and approvals.

use std::collections::HashMap;

use aos_kernel::{
    ActivityId, AgencyScope, ApprovalId, Cursor, Error, Page, PageSize, PipelineId, Result, Subject, TenantId,
    TenantScope, Timestamp,
};
use aos_storage::Conn;
use aos_workflow::Event;
use serde::Serialize;

pub use super::templates::{template_versions, templates};
use super::{
    error,
    model::{Activity, ActivityState, Approval, Pipeline, PipelineState, Template},
    store,
};

/// Something that waits for a person's decision.
#[derive(Clone, Debug, Serialize)]
pub struct PendingApproval {
    pub approval: Approval,
    pub pipeline_name: String,
    pub template_key: String,
}

/// Which of them.
#[derive(Clone, Debug, Default)]
pub struct ApprovalFilter {
    /// Those that these roles decide on; empty for all.
    pub roles: Vec<String>,
    pub tenant: Option<TenantId>,
    /// `request`, `content_item`, `strategy`.
    pub subject_kind: Option<String>,
}

/// What waits for a decision, the oldest first.
///
/// # Errors
/// `Invalid` for a cursor that is not one of this list's; `Storage`.
pub async fn pending_approvals(
    conn: &mut Conn,
    scope: &AgencyScope,
    filter: &ApprovalFilter,
    after: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<PendingApproval>> {
    let after = position(after)?.unwrap_or(ApprovalId::from_uuid(uuid::Uuid::nil()));
    let rows = store::pending(conn, scope, filter, after, size.get() + 1).await?;
    Ok(Page::from_surplus(rows, size, |row| Cursor::new(row.approval.id.to_string())))
}

/// One approval, pending or decided.
///
/// # Errors
/// `NotFound`, `Storage`.
pub async fn approval(conn: &mut Conn, scope: TenantScope, id: ApprovalId) -> Result<Approval> {
    store::approval(conn, scope, id).await?.ok_or_else(|| Error::not_found("approval"))
}

/// All approvals that one thing ever had, the oldest first.
///
/// # Errors
/// `Storage`.
pub async fn approvals_of(conn: &mut Conn, scope: TenantScope, subject: &Subject) -> Result<Vec<Approval>> {
    store::approvals_of_subject(conn, scope, subject).await
}

/// The work for a unit that is not over, failed work included, the oldest first.
///
/// # Errors
/// `Storage`.
pub async fn open_for_unit(conn: &mut Conn, scope: TenantScope, unit: &Subject) -> Result<Vec<Activity>> {
    store::open_for_unit(conn, scope, unit).await
}

/// How many decisions of one tenant wait for a role, and since when the oldest does.
#[derive(Clone, Debug, Serialize)]
pub struct Waiting {
    pub tenant: TenantId,
    pub role: String,
    pub count: i64,
    pub since: Timestamp,
}

/// Who is waited for across the clients, the longest first.
///
/// # Errors
/// `Storage`.
pub async fn waiting(conn: &mut Conn, scope: &AgencyScope) -> Result<Vec<Waiting>> {
    store::waiting(conn, scope).await
}

/// An activity with the name of its pipeline.
#[derive(Clone, Debug, Serialize)]
pub struct HumanTask {
    pub activity: Activity,
    pub pipeline_name: String,
}

/// Work that people of these roles hand in, the oldest first. Approvals are in [`pending_approvals`].
///
/// # Errors
/// As [`pending_approvals`].
pub async fn human_tasks(
    conn: &mut Conn,
    scope: &AgencyScope,
    roles: &[String],
    after: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<HumanTask>> {
    let after = position(after)?.unwrap_or(ActivityId::from_uuid(uuid::Uuid::nil()));
    let rows = store::human_tasks(conn, scope, roles, after, size.get() + 1).await?;
    Ok(Page::from_surplus(rows, size, |row| Cursor::new(row.activity.id.to_string())))
}

/// Activities that failed for good, with their words, the oldest first.
///
/// # Errors
/// As [`pending_approvals`].
pub async fn failed_activities(
    conn: &mut Conn,
    scope: &AgencyScope,
    after: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<HumanTask>> {
    let after = position(after)?.unwrap_or(ActivityId::from_uuid(uuid::Uuid::nil()));
    let rows = store::failed(conn, scope, after, size.get() + 1).await?;
    Ok(Page::from_surplus(rows, size, |row| Cursor::new(row.activity.id.to_string())))
}

/// A pipeline and its activities in the order in which they came about.
#[derive(Clone, Debug, Serialize)]
pub struct PipelineView {
    pub pipeline: Pipeline,
    pub activities: Vec<Activity>,
}

/// A tenant's pipelines, the newest first.
///
/// # Errors
/// As [`pending_approvals`].
pub async fn pipelines(
    conn: &mut Conn,
    scope: TenantScope,
    state: Option<PipelineState>,
    after: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<PipelineView>> {
    let before = match after {
        Some(cursor) => moment(cursor).ok_or_else(unknown_page)?,
        None => {
            (chrono::DateTime::<chrono::Utc>::from_timestamp_nanos(i64::MAX), PipelineId::from_uuid(uuid::Uuid::max()))
        }
    };
    let found = store::pipelines(conn, scope, state, before, size.get() + 1).await?;
    let page = Page::from_surplus(found, size, |pipeline| {
        Cursor::new(format!("{} {}", pipeline.created_at.timestamp_micros(), pipeline.id))
    });
    let ids: Vec<PipelineId> = page.items.iter().map(|pipeline| pipeline.id).collect();
    let mut activities = store::activities_of(conn, scope, &ids).await?;
    let items = page
        .items
        .into_iter()
        .map(|pipeline| {
            let (own, others) =
                activities.drain(..).partition(|activity: &Activity| activity.pipeline_id == pipeline.id);
            activities = others;
            PipelineView { pipeline, activities: own }
        })
        .collect();
    Ok(Page { items, next: page.next })
}

/// One pipeline.
///
/// # Errors
/// `NotFound`, `Storage`.
pub async fn pipeline(conn: &mut Conn, scope: TenantScope, id: PipelineId) -> Result<PipelineView> {
    let pipeline = store::pipeline(conn, scope, id).await?.ok_or_else(|| Error::not_found("pipeline"))?;
    let activities = store::activities_of(conn, scope, &[id]).await?;
    Ok(PipelineView { pipeline, activities })
}

/// What a pipeline was started with: for steps whose own input is another step's output.
///
/// # Errors
/// `NotFound`, `Storage`.
pub async fn pipeline_input(conn: &mut Conn, scope: TenantScope, id: PipelineId) -> Result<serde_json::Value> {
    store::pipeline_input(conn, scope, id).await?.ok_or_else(|| Error::not_found("pipeline"))
}

/// The templates that some pipelines follow, as they were when those started.
///
/// # Errors
/// `Storage`.
pub async fn templates_of(
    conn: &mut Conn,
    scope: TenantScope,
    pipelines: &[PipelineId],
) -> Result<HashMap<PipelineId, Template>> {
    Ok(store::templates_of(conn, scope, pipelines).await?.into_iter().collect())
}

/// An activity with everything that happened to it.
#[derive(Clone, Debug, Serialize)]
pub struct ActivityDetail {
    pub activity: Activity,
    pub pipeline: Pipeline,
    /// What it decides or decided on, when it is an approval.
    pub approvals: Vec<Approval>,
    /// The oldest first.
    pub events: Vec<Event>,
}

/// One activity.
///
/// # Errors
/// `NotFound`, `Storage`.
pub async fn activity(conn: &mut Conn, scope: TenantScope, id: ActivityId) -> Result<ActivityDetail> {
    let activity = store::activity(conn, scope, id).await?.ok_or_else(|| Error::not_found("activity"))?;
    let pipeline =
        store::pipeline(conn, scope, activity.pipeline_id).await?.ok_or_else(|| Error::not_found("pipeline"))?;
    let approvals = store::approvals_of_activity(conn, scope, id).await?;
    let events = aos_workflow::history(conn, scope, &Subject::new("activity", id)).await?;
    Ok(ActivityDetail { activity, pipeline, approvals, events })
}

/// How much of a tenant's work is open, and on whom it waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct WorkCounts {
    /// Agents or the product have it.
    pub with_agents: i64,
    /// People have it: to decide or to hand in.
    pub with_people: i64,
    pub failed: i64,
}

/// Counts what is not over.
///
/// # Errors
/// `Storage`.
pub async fn counts(conn: &mut Conn, scope: TenantScope) -> Result<WorkCounts> {
    let mut counts = WorkCounts::default();
    for (assignee, state, n) in store::open_counts(conn, scope).await? {
        match (assignee.as_str(), state.parse()?) {
            (_, ActivityState::Failed) => counts.failed += n,
            // Its approval is counted instead.
            (_, ActivityState::AwaitingApproval) => {}
            ("human", _) => counts.with_people += n,
            _ => counts.with_agents += n,
        }
    }
    Ok(counts)
}

/// The template that new pipelines of this key start with.
///
/// # Errors
/// `NotFound`, `Storage`.
pub async fn current_template(conn: &mut Conn, key: &str) -> Result<super::TemplateVersion> {
    store::current_template(conn, key).await?.ok_or_else(|| error::unknown_template(key))
}

fn unknown_page() -> Error {
    Error::invalid("cursor", "This page is not known.")
}

fn position<T: aos_kernel::Named>(cursor: Option<&Cursor>) -> Result<Option<aos_kernel::Id<T>>> {
    cursor.map(|cursor| cursor.as_str().parse().map_err(|_| unknown_page())).transpose()
}

fn moment(cursor: &Cursor) -> Option<(Timestamp, PipelineId)> {
    let (micros, id) = cursor.as_str().split_once(' ')?;
    Some((chrono::DateTime::from_timestamp_micros(micros.parse().ok()?)?, id.parse().ok()?))
}

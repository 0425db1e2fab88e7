//! Reads about strategies, goals, deliverables and months. What is computed from the calendar takes the present moment.

use std::collections::HashMap;

use aos_kernel::{DeliverableId, Error, GoalId, Month, PeriodId, Result, StrategyId, TenantScope, Timestamp};
use aos_storage::Conn;
use chrono_tz::Tz;

use super::{
    model::{Deliverable, Goal, GoalValue, GoalView, Period, PeriodView, Revision, Strategy, StrategyState},
    pace,
    store::{periods, plan, strategies},
};
use crate::tenants;

/// # Errors
/// `NotFound`.
pub async fn strategy(conn: &mut Conn, scope: TenantScope, id: StrategyId) -> Result<Strategy> {
    strategies::strategy(conn, scope, id).await?.ok_or_else(|| Error::not_found("strategy"))
}

/// The one that the work follows.
///
/// # Errors
/// `Storage`.
pub async fn active_strategy(conn: &mut Conn, scope: TenantScope) -> Result<Option<Strategy>> {
    strategies::in_state(conn, scope, StrategyState::Active).await
}

/// The newest one that waits for a decision.
///
/// # Errors
/// `Storage`.
pub async fn pending_strategy(conn: &mut Conn, scope: TenantScope) -> Result<Option<Strategy>> {
    strategies::in_state(conn, scope, StrategyState::PendingApproval).await
}

/// All of them, the newest first.
///
/// # Errors
/// `Storage`.
pub async fn strategies(conn: &mut Conn, scope: TenantScope) -> Result<Vec<Strategy>> {
    strategies::all(conn, scope).await
}

/// The versions of a strategy, the newest first.
///
/// # Errors
/// `Storage`.
pub async fn revisions(conn: &mut Conn, scope: TenantScope, id: StrategyId) -> Result<Vec<Revision>> {
    strategies::revisions(conn, scope, id).await
}

fn goal_view(goal: Goal, zone: Tz, now: Timestamp) -> GoalView {
    let figures = goal.figures();
    GoalView { status: pace::goal_status(figures, zone, now), progress: pace::goal_progress(figures), goal }
}

/// Goals with their status; those that are pursued, or all that ever were.
///
/// # Errors
/// `NotFound` for an unknown tenant.
pub async fn goals(conn: &mut Conn, scope: TenantScope, with_closed: bool, now: Timestamp) -> Result<Vec<GoalView>> {
    let zone = tenants::queries::zone(conn, scope).await?;
    let goals = plan::goals(conn, scope, with_closed).await?;
    Ok(goals.into_iter().map(|goal| goal_view(goal, zone, now)).collect())
}

/// # Errors
/// `NotFound`.
pub async fn goal(conn: &mut Conn, scope: TenantScope, id: GoalId, now: Timestamp) -> Result<GoalView> {
    let zone = tenants::queries::zone(conn, scope).await?;
    let goal = plan::goal(conn, scope, id).await?.ok_or_else(|| Error::not_found("goal"))?;
    Ok(goal_view(goal, zone, now))
}

/// Every value that a goal had, oldest first.
///
/// # Errors
/// `Storage`.
pub async fn goal_values(conn: &mut Conn, scope: TenantScope, id: GoalId) -> Result<Vec<GoalValue>> {
    plan::values(conn, scope, id).await
}

/// # Errors
/// `NotFound`.
pub async fn deliverable(conn: &mut Conn, scope: TenantScope, id: DeliverableId) -> Result<Deliverable> {
    plan::deliverable(conn, scope, id).await?.ok_or_else(|| Error::not_found("deliverable"))
}

/// What is agreed now, paused ones too; or all that ever was.
///
/// # Errors
/// `Storage`.
pub async fn deliverables(conn: &mut Conn, scope: TenantScope, with_ended: bool) -> Result<Vec<Deliverable>> {
    plan::deliverables(conn, scope, with_ended).await
}

/// # Errors
/// `NotFound`.
pub async fn period(conn: &mut Conn, scope: TenantScope, id: PeriodId) -> Result<Period> {
    periods::period(conn, scope, id).await?.ok_or_else(|| Error::not_found("period"))
}

/// The months of one deliverable, the newest first.
///
/// # Errors
/// `NotFound`.
pub async fn periods(
    conn: &mut Conn,
    scope: TenantScope,
    id: DeliverableId,
    now: Timestamp,
) -> Result<Vec<PeriodView>> {
    let deliverable = deliverable(conn, scope, id).await?;
    let zone = tenants::queries::zone(conn, scope).await?;
    let periods = periods::of_deliverable(conn, scope, id).await?;
    Ok(periods.into_iter().map(|period| period_view(period, deliverable.clone(), zone, now)).collect())
}

/// One month of all deliverables; `None`: the present one, in the tenant's time zone.
///
/// # Errors
/// `NotFound` for an unknown tenant.
pub async fn month(
    conn: &mut Conn,
    scope: TenantScope,
    month: Option<Month>,
    now: Timestamp,
) -> Result<Vec<PeriodView>> {
    let zone = tenants::queries::zone(conn, scope).await?;
    let month = month.unwrap_or_else(|| pace::month_at(now, zone));
    let mut known: HashMap<DeliverableId, Deliverable> =
        plan::deliverables(conn, scope, true).await?.into_iter().map(|d| (d.id, d)).collect();
    let periods = periods::of_month(conn, scope, month).await?;
    Ok(periods
        .into_iter()
        .filter_map(|period| {
            let deliverable = known.remove(&period.deliverable_id)?;
            Some(period_view(period, deliverable, zone, now))
        })
        .collect())
}

fn period_view(period: Period, deliverable: Deliverable, zone: Tz, now: Timestamp) -> PeriodView {
    let pace = pace::period_pace(period.target, period.completed_count, period.month, period.opened_at, zone, now);
    PeriodView { period, deliverable, pace }
}

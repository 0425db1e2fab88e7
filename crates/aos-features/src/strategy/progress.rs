//! Progress: units are counted into months, months into goals; other figures are entered, with their history.

use aos_kernel::{Error, GoalId, NewEvent, PeriodId, Result, Subject, TenantScope};
use aos_storage::{Signal, Tx};
use serde::Deserialize;
use serde_json::json;

use super::{
    model::{CHANNEL_SCORE, Goal, Period},
    pace, plan,
    store::{periods, plan as goals},
};

/// Counts a finished thing for a month: once, however often it is told. `None` when it was counted before.
///
/// # Errors
/// `NotFound` for a period of somebody else.
pub async fn count_unit(
    tx: &mut Tx,
    scope: TenantScope,
    period: PeriodId,
    subject: &Subject,
) -> Result<Option<Period>> {
    let known = periods::period(tx, scope, period).await?.ok_or_else(|| Error::not_found("period"))?;
    if !periods::insert_unit(tx, scope, period, subject).await? {
        return Ok(None);
    }
    let after = periods::add_one(tx, scope, period).await?.ok_or_else(|| Error::not_found("period"))?;
    let data = json!({
        "deliverable_id": after.deliverable_id,
        "month": after.month,
        "completed": after.completed_count,
        "target": after.target,
        "unit": subject,
    });
    let about = Subject::new("period", period);
    tx.emit(NewEvent::new(scope.tenant(), "strategy.unit_counted", about.clone()).with(data.clone()));
    if known.completed_at.is_none() && after.completed_at.is_some() {
        tx.emit(NewEvent::new(scope.tenant(), "strategy.period_completed", about).with(data));
    }
    tx.signal(Signal::new("tenant", scope.tenant()));
    let deliverable = goals::deliverable(tx, scope, after.deliverable_id).await?;
    if let Some(goal) = deliverable.and_then(|deliverable| deliverable.goal_id) {
        recount_goal(tx, scope, goal).await?;
    }
    Ok(Some(after))
}

/// Counts a goal's figure anew, where it is one that is counted.
///
/// # Errors
/// `NotFound`.
pub(super) async fn recount_goal(tx: &mut Tx, scope: TenantScope, id: GoalId) -> Result<()> {
    let goal = goals::goal(tx, scope, id).await?.ok_or_else(|| Error::not_found("goal"))?;
    if !plan::is_counted(&goal) || goal.closed_at.is_some() {
        return Ok(());
    }
    let units = periods::units_for_goal(tx, scope, id, goal.created_at).await?;
    let value = goal.baseline.unwrap_or(0.0) + units as f64;
    if goal.current_value != Some(value) && (units > 0 || goal.current_value.is_some()) {
        move_goal(tx, scope, &goal, value, None).await?;
    }
    Ok(())
}

/// Enters a figure that is not counted here: sessions, rankings, leads. Each one is kept with who entered it and when.
///
/// # Errors
/// `NotFound`; `Conflict` for a closed goal or one that is counted; `Invalid` for what is no number.
pub async fn enter_value(tx: &mut Tx, scope: TenantScope, id: GoalId, value: f64, note: Option<&str>) -> Result<Goal> {
    if !value.is_finite() {
        return Err(Error::invalid("value", "This is not a number."));
    }
    let goal = plan::open_goal(tx, scope, id).await?;
    if plan::is_counted(&goal) {
        return Err(Error::conflict("goal_is_counted", "This goal is counted from what is published.")
            .with_help("Publish more of its deliverables; the figure follows by itself."));
    }
    move_goal(tx, scope, &goal, value, note.map(str::trim).filter(|note| !note.is_empty())).await?;
    plan::open_goal(tx, scope, id).await
}

/// The latest score of a connected channel.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ChannelScore {
    /// The platform's: "LinkedIn".
    name: String,
    score: f64,
}

/// What a goal of this name follows: the mean of the platforms that it names, or else of all channels.
fn followed(goal: &str, scores: &[ChannelScore]) -> Option<f64> {
    let goal = goal.to_lowercase();
    let mean = |scores: Vec<f64>| (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64);
    let names = |score: &&ChannelScore| {
        let words = |text: &str| text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>();
        let (goal, name) = (words(&goal), words(&score.name.to_lowercase()));
        goal.windows(name.len().max(1)).any(|part| part == name)
    };
    mean(scores.iter().filter(names).map(|score| score.score).collect())
        .or_else(|| mean(scores.iter().map(|score| score.score).collect()))
        .map(|value| (value * 10.0).round() / 10.0)
}

/// Moves the open goals that are measured by the scores of channels.
///
/// # Errors
/// `Storage`.
pub(super) async fn follow_scores(tx: &mut Tx, scope: TenantScope, scores: &[ChannelScore]) -> Result<()> {
    for goal in goals::goals(tx, scope, false).await?.iter().filter(|goal| goal.metric == CHANNEL_SCORE) {
        if let Some(value) = followed(&goal.name, scores).filter(|value| goal.current_value != Some(*value)) {
            move_goal(tx, scope, goal, value, None).await?;
        }
    }
    Ok(())
}

async fn move_goal(tx: &mut Tx, scope: TenantScope, goal: &Goal, value: f64, note: Option<&str>) -> Result<()> {
    goals::insert_value(tx, scope, goal.id, value, note).await?;
    let moved = pace::GoalFigures { current: Some(value), ..goal.figures() };
    tx.emit(NewEvent::new(scope.tenant(), "strategy.goal_moved", Subject::new("goal", goal.id)).with(json!({
        "name": goal.name,
        "metric": goal.metric,
        "from": goal.current_value,
        "to": value,
        "target": goal.target,
        "achieved": pace::goal_progress(moved) >= 1.0,
    })));
    tx.signal(Signal::new("tenant", scope.tenant()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_follows_the_platform_that_it_names_or_all() {
        let score = |name: &str, score| ChannelScore { name: name.to_owned(), score };
        let scores = [score("LinkedIn", 60.0), score("X", 20.0), score("Google Business Profile", 70.0)];
        for (goal, value) in [
            ("Improve LinkedIn score from 68 to 80", Some(60.0)),
            ("Be exemplary on X", Some(20.0)),
            ("A better google business profile", Some(70.0)),
            ("Healthy channels", Some(50.0)),
        ] {
            assert_eq!(followed(goal, &scores), value, "{goal}");
        }
        assert_eq!(followed("Healthy channels", &[]), None);
    }
}

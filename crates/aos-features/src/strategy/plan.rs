//! Goals and deliverables: taken over from an approved strategy, or set by hand.

use aos_capabilities::drafts::{DeliverableDraft, GoalDraft};
use aos_kernel::{DeliverableId, Error, GoalId, NewEvent, Result, Subject, TenantScope};
use aos_storage::{Signal, Tx};
use chrono::{Months, NaiveDate};
use serde_json::json;

use super::{
    model::{
        Deliverable, DeliverableState, Goal, PUBLISHED_POSTS, Strategy, check_deliverable, check_goal,
        same_deliverable, same_goal,
    },
    months, pace, progress,
    store::plan as store,
};
use crate::tenants;

/// Makes the strategy's goals and deliverables the plan. What is agreed already, by kind and name, keeps its row and so its
/// months and figures; what an earlier strategy brought and this one does not is closed; what was added by hand stays.
pub(super) async fn adopt(tx: &mut Tx, scope: TenantScope, strategy: &Strategy) -> Result<()> {
    let today = pace::day_at(tx.now(), tenants::queries::zone(tx, scope).await?);
    let mut known = store::goals(tx, scope, false).await?;
    let mut goals = Vec::with_capacity(strategy.content.goals.len());
    for draft in &strategy.content.goals {
        let same = known.iter().position(|goal| same_goal(&goal.metric, &goal.name, &draft.metric, &draft.name));
        let mut goal = match same {
            Some(at) => Goal { target: draft.target, ..known.swap_remove(at) },
            None => new_goal(tx, scope, draft, today),
        };
        goal.strategy_id = Some(strategy.id);
        goal.description.clone_from(&draft.description);
        goal.unit.clone_from(&draft.unit);
        goal.target_date = in_months(today, draft.months);
        goal.updated_at = tx.now();
        store::put_goal(tx, scope, &goal).await?;
        goals.push(goal.id);
    }
    adopt_deliverables(tx, scope, strategy, &goals).await?;
    for mut goal in known.into_iter().filter(|goal| goal.strategy_id.is_some()) {
        goal.closed_at = Some(tx.now());
        goal.updated_at = tx.now();
        store::put_goal(tx, scope, &goal).await?;
    }
    for goal in goals {
        progress::recount_goal(tx, scope, goal).await?;
    }
    Ok(())
}

async fn adopt_deliverables(tx: &mut Tx, scope: TenantScope, strategy: &Strategy, goals: &[GoalId]) -> Result<()> {
    let mut known = store::deliverables(tx, scope, false).await?;
    for draft in &strategy.content.deliverables {
        let same = known
            .iter()
            .position(|d| same_deliverable(&d.deliverable_type, &d.name, &draft.deliverable_type, &draft.name));
        let mut deliverable = match same {
            Some(at) => known.swap_remove(at),
            None => new_deliverable(tx, scope, draft),
        };
        if deliverable.state != DeliverableState::Active {
            deliverable.state = DeliverableState::Active;
            deliverable.active_at = tx.now();
        }
        deliverable.strategy_id = Some(strategy.id);
        deliverable.goal_id = goals.get(draft.goal).copied();
        deliverable.monthly_quantity = i64::from(draft.monthly_quantity);
        deliverable.updated_at = tx.now();
        store::put_deliverable(tx, scope, &deliverable).await?;
    }
    for mut deliverable in known.into_iter().filter(|deliverable| deliverable.strategy_id.is_some()) {
        deliverable.state = DeliverableState::Ended;
        deliverable.updated_at = tx.now();
        store::put_deliverable(tx, scope, &deliverable).await?;
    }
    Ok(())
}

fn in_months(today: NaiveDate, months: u32) -> NaiveDate {
    today.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX)
}

fn new_goal(tx: &Tx, scope: TenantScope, draft: &GoalDraft, today: NaiveDate) -> Goal {
    Goal {
        id: GoalId::new(),
        tenant_id: scope.tenant(),
        strategy_id: None,
        name: draft.name.trim().to_owned(),
        description: draft.description.clone(),
        metric: draft.metric.clone(),
        unit: draft.unit.clone(),
        baseline: draft.baseline,
        target: draft.target,
        started_on: today,
        target_date: in_months(today, draft.months),
        current_value: None,
        closed_at: None,
        created_at: tx.now(),
        updated_at: tx.now(),
    }
}

fn new_deliverable(tx: &Tx, scope: TenantScope, draft: &DeliverableDraft) -> Deliverable {
    Deliverable {
        id: DeliverableId::new(),
        tenant_id: scope.tenant(),
        strategy_id: None,
        goal_id: None,
        deliverable_type: draft.deliverable_type.clone(),
        name: draft.name.trim().to_owned(),
        monthly_quantity: i64::from(draft.monthly_quantity),
        // The built-in templates are named as the deliverable types that they make.
        template_key: draft.deliverable_type.clone(),
        state: DeliverableState::Active,
        active_at: tx.now(),
        created_at: tx.now(),
        updated_at: tx.now(),
    }
}

/// Adds a goal by hand, from today on.
///
/// # Errors
/// `Invalid` with the field; `Conflict` `goal_exists` for one of the same metric and name.
pub async fn add_goal(tx: &mut Tx, scope: TenantScope, draft: &GoalDraft) -> Result<Goal> {
    check_goal("goal", draft)?;
    tenants::commands::lock(tx, scope).await?;
    let zone = tenants::queries::zone(tx, scope).await?;
    let known = store::goals(tx, scope, false).await?;
    if known.iter().any(|goal| same_goal(&goal.metric, &goal.name, &draft.metric, &draft.name)) {
        return Err(Error::conflict("goal_exists", format!("There is a goal “{}” already.", draft.name.trim())));
    }
    let goal = new_goal(tx, scope, draft, pace::day_at(tx.now(), zone));
    store::put_goal(tx, scope, &goal).await?;
    say_goal(tx, scope, &goal, "strategy.goal_added");
    Ok(goal)
}

/// What can be changed of a goal; `None` leaves it. Its metric and baseline are what it is measured by and stay.
#[derive(Clone, Debug, Default)]
pub struct ChangeGoal {
    pub name: Option<String>,
    pub description: Option<String>,
    pub target: Option<f64>,
    pub target_date: Option<NaiveDate>,
}

/// # Errors
/// `NotFound`; `Conflict` for a closed one; `Invalid` with the field.
pub async fn change_goal(tx: &mut Tx, scope: TenantScope, id: GoalId, change: ChangeGoal) -> Result<Goal> {
    let mut goal = open_goal(tx, scope, id).await?;
    if let Some(name) = change.name {
        goal.name = name.trim().to_owned();
    }
    if let Some(description) = change.description {
        goal.description = description;
    }
    if let Some(target) = change.target {
        goal.target = target;
    }
    if let Some(date) = change.target_date {
        if date < goal.started_on {
            return Err(Error::invalid("goal.target_date", "This is before the goal began."));
        }
        goal.target_date = date;
    }
    check_goal(
        "goal",
        &GoalDraft {
            name: goal.name.clone(),
            description: goal.description.clone(),
            metric: goal.metric.clone(),
            unit: goal.unit.clone(),
            baseline: goal.baseline,
            target: goal.target,
            months: 1,
        },
    )?;
    goal.updated_at = tx.now();
    store::put_goal(tx, scope, &goal).await?;
    say_goal(tx, scope, &goal, "strategy.goal_changed");
    Ok(goal)
}

/// Gives a goal up; what it reached stays readable. Safe to repeat.
///
/// # Errors
/// `NotFound`.
pub async fn close_goal(tx: &mut Tx, scope: TenantScope, id: GoalId) -> Result<Goal> {
    let mut goal = store::goal(tx, scope, id).await?.ok_or_else(|| Error::not_found("goal"))?;
    if goal.closed_at.is_none() {
        goal.closed_at = Some(tx.now());
        goal.updated_at = tx.now();
        store::put_goal(tx, scope, &goal).await?;
        say_goal(tx, scope, &goal, "strategy.goal_closed");
    }
    Ok(goal)
}

pub(super) async fn open_goal(tx: &mut Tx, scope: TenantScope, id: GoalId) -> Result<Goal> {
    let goal = store::goal(tx, scope, id).await?.ok_or_else(|| Error::not_found("goal"))?;
    if goal.closed_at.is_some() {
        return Err(Error::conflict("goal_closed", "This goal is closed."));
    }
    Ok(goal)
}

/// A deliverable to be agreed by hand.
#[derive(Clone, Debug)]
pub struct NewDeliverable {
    pub deliverable_type: String,
    pub name: String,
    pub monthly_quantity: i64,
    pub goal_id: Option<GoalId>,
    /// None: the built-in template of the type.
    pub template_key: Option<String>,
}

/// Adds a deliverable by hand and opens its present month.
///
/// # Errors
/// `Invalid` with the field; `NotFound` for a goal of somebody else; `Conflict` `deliverable_exists`.
pub async fn add_deliverable(tx: &mut Tx, scope: TenantScope, new: NewDeliverable) -> Result<Deliverable> {
    check_deliverable("deliverable", &new.deliverable_type, &new.name, new.monthly_quantity)?;
    tenants::commands::lock(tx, scope).await?;
    if let Some(goal) = new.goal_id {
        open_goal(tx, scope, goal).await?;
    }
    let known = store::deliverables(tx, scope, false).await?;
    if known.iter().any(|d| same_deliverable(&d.deliverable_type, &d.name, &new.deliverable_type, &new.name)) {
        return Err(Error::conflict(
            "deliverable_exists",
            format!("There is a deliverable “{}” already.", new.name.trim()),
        ));
    }
    let deliverable = Deliverable {
        id: DeliverableId::new(),
        tenant_id: scope.tenant(),
        strategy_id: None,
        goal_id: new.goal_id,
        name: new.name.trim().to_owned(),
        monthly_quantity: new.monthly_quantity,
        template_key: new.template_key.unwrap_or_else(|| new.deliverable_type.clone()),
        deliverable_type: new.deliverable_type,
        state: DeliverableState::Active,
        active_at: tx.now(),
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    store::put_deliverable(tx, scope, &deliverable).await?;
    say_deliverable(tx, scope, &deliverable, "strategy.deliverable_added");
    months::open_month(tx, scope).await?;
    Ok(deliverable)
}

/// What can be changed of a deliverable; `None` leaves it. A new quantity counts from the next month on: this one's was
/// promised.
#[derive(Clone, Debug, Default)]
pub struct ChangeDeliverable {
    pub name: Option<String>,
    pub monthly_quantity: Option<i64>,
    /// `Some(None)`: it serves no goal.
    pub goal_id: Option<Option<GoalId>>,
    pub template_key: Option<String>,
}

/// # Errors
/// `NotFound`; `Conflict` for an ended one; `Invalid` with the field.
pub async fn change_deliverable(
    tx: &mut Tx,
    scope: TenantScope,
    id: DeliverableId,
    change: ChangeDeliverable,
) -> Result<Deliverable> {
    let mut deliverable = running(tx, scope, id).await?;
    if let Some(name) = change.name {
        deliverable.name = name.trim().to_owned();
    }
    if let Some(quantity) = change.monthly_quantity {
        deliverable.monthly_quantity = quantity;
    }
    if let Some(template) = change.template_key {
        deliverable.template_key = template;
    }
    check_deliverable("deliverable", &deliverable.deliverable_type, &deliverable.name, deliverable.monthly_quantity)?;
    let goal_before = deliverable.goal_id;
    if let Some(goal) = change.goal_id {
        if let Some(goal) = goal {
            open_goal(tx, scope, goal).await?;
        }
        deliverable.goal_id = goal;
    }
    deliverable.updated_at = tx.now();
    store::put_deliverable(tx, scope, &deliverable).await?;
    say_deliverable(tx, scope, &deliverable, "strategy.deliverable_changed");
    if goal_before != deliverable.goal_id {
        for goal in [goal_before, deliverable.goal_id].into_iter().flatten() {
            progress::recount_goal(tx, scope, goal).await?;
        }
    }
    Ok(deliverable)
}

/// Opens no further month until it is resumed; the present one goes on. Safe to repeat.
///
/// # Errors
/// `NotFound`; `Conflict` for an ended one.
pub async fn pause_deliverable(tx: &mut Tx, scope: TenantScope, id: DeliverableId) -> Result<Deliverable> {
    set_state(tx, scope, id, DeliverableState::Paused, "strategy.deliverable_paused").await
}

/// Opens months again, the present one at once. The months of the pause owe nothing. Safe to repeat.
///
/// # Errors
/// `NotFound`; `Conflict` for an ended one.
pub async fn resume_deliverable(tx: &mut Tx, scope: TenantScope, id: DeliverableId) -> Result<Deliverable> {
    let deliverable = set_state(tx, scope, id, DeliverableState::Active, "strategy.deliverable_resumed").await?;
    months::open_month(tx, scope).await?;
    Ok(deliverable)
}

/// Takes a deliverable out of the plan; its months stay readable.
///
/// # Errors
/// `NotFound`; `Conflict` when it is ended already.
pub async fn end_deliverable(tx: &mut Tx, scope: TenantScope, id: DeliverableId) -> Result<Deliverable> {
    set_state(tx, scope, id, DeliverableState::Ended, "strategy.deliverable_ended").await
}

async fn set_state(
    tx: &mut Tx,
    scope: TenantScope,
    id: DeliverableId,
    state: DeliverableState,
    event: &str,
) -> Result<Deliverable> {
    let mut deliverable = running(tx, scope, id).await?;
    if deliverable.state != state {
        deliverable.state = state;
        if state == DeliverableState::Active {
            deliverable.active_at = tx.now();
        }
        deliverable.updated_at = tx.now();
        store::put_deliverable(tx, scope, &deliverable).await?;
        say_deliverable(tx, scope, &deliverable, event);
    }
    Ok(deliverable)
}

async fn running(tx: &mut Tx, scope: TenantScope, id: DeliverableId) -> Result<Deliverable> {
    let deliverable = store::deliverable(tx, scope, id).await?.ok_or_else(|| Error::not_found("deliverable"))?;
    if deliverable.state == DeliverableState::Ended {
        return Err(Error::conflict("deliverable_ended", "This deliverable has ended.")
            .with_help("Add a new one of this name."));
    }
    Ok(deliverable)
}

/// Whether a goal's figure is counted here rather than entered.
pub(super) fn is_counted(goal: &Goal) -> bool {
    goal.metric == PUBLISHED_POSTS
}

fn say_goal(tx: &mut Tx, scope: TenantScope, goal: &Goal, kind: &str) {
    let data =
        json!({ "name": goal.name, "metric": goal.metric, "target": goal.target, "target_date": goal.target_date });
    tx.emit(NewEvent::new(scope.tenant(), kind, Subject::new("goal", goal.id)).with(data));
    tx.signal(Signal::new("tenant", scope.tenant()));
}

fn say_deliverable(tx: &mut Tx, scope: TenantScope, deliverable: &Deliverable, kind: &str) {
    let data = json!({
        "name": deliverable.name,
        "deliverable_type": deliverable.deliverable_type,
        "monthly_quantity": deliverable.monthly_quantity,
        "goal_id": deliverable.goal_id,
    });
    tx.emit(NewEvent::new(scope.tenant(), kind, Subject::new("deliverable", deliverable.id)).with(data));
    tx.signal(Signal::new("tenant", scope.tenant()));
}

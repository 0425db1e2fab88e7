//! Goals and deliverables.

use aos_kernel::{DeliverableId, GoalId, Result, TenantScope};
use aos_storage::{Conn, Sql, Tx, from_row, params};

use crate::strategy::model::{Deliverable, DeliverableState, Goal, GoalValue};

from_row!(Goal {
    id, tenant_id, strategy_id, name, description, metric, unit, baseline, target, current_value, closed_at, created_at,
    updated_at, parse started_on, parse target_date
});
from_row!(GoalValue { at, value, actor, note });
from_row!(Deliverable {
    id, tenant_id, strategy_id, goal_id, deliverable_type, name, monthly_quantity, template_key, parse state, active_at,
    created_at, updated_at
});

const GOAL: &str = "id, tenant_id, strategy_id, name, description, metric, unit, baseline, target, started_on,
    target_date, current_value, closed_at, created_at, updated_at";
const DELIVERABLE: &str = "id, tenant_id, strategy_id, goal_id, deliverable_type, name, monthly_quantity, template_key,
    state, active_at, created_at, updated_at";

/// Writes a goal, new or known.
pub async fn put_goal(tx: &mut Tx, scope: TenantScope, goal: &Goal) -> Result<()> {
    tx.execute(
        "INSERT INTO goal (tenant_id, id, strategy_id, name, description, metric, unit, baseline, target, started_on,
                           target_date, current_value, closed_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         ON CONFLICT (id) DO UPDATE SET strategy_id = excluded.strategy_id, name = excluded.name,
           description = excluded.description, unit = excluded.unit, baseline = excluded.baseline,
           target = excluded.target, target_date = excluded.target_date, current_value = excluded.current_value,
           closed_at = excluded.closed_at, updated_at = excluded.updated_at
         WHERE goal.tenant_id = $1",
        params![
            scope.tenant(),
            goal.id,
            goal.strategy_id,
            &goal.name,
            &goal.description,
            &goal.metric,
            &goal.unit,
            goal.baseline,
            goal.target,
            goal.started_on.to_string(),
            goal.target_date.to_string(),
            goal.current_value,
            goal.closed_at,
            goal.created_at,
            goal.updated_at
        ],
    )
    .await?;
    Ok(())
}

pub async fn goal(conn: &mut Conn, scope: TenantScope, id: GoalId) -> Result<Option<Goal>> {
    let sql = format!("SELECT {GOAL} FROM goal WHERE tenant_id = $1 AND id = $2");
    conn.one(Sql::built(sql), params![scope.tenant(), id]).await
}

/// In the order in which they were made.
pub async fn goals(conn: &mut Conn, scope: TenantScope, with_closed: bool) -> Result<Vec<Goal>> {
    let sql =
        format!("SELECT {GOAL} FROM goal WHERE tenant_id = $1 AND ($2 OR closed_at IS NULL) ORDER BY created_at, id");
    conn.all(Sql::built(sql), params![scope.tenant(), with_closed]).await
}

/// Notes the value; another one of the same moment takes its place, as a transaction has one moment.
pub async fn insert_value(tx: &mut Tx, scope: TenantScope, goal: GoalId, value: f64, note: Option<&str>) -> Result<()> {
    let (now, actor) = (tx.now(), tx.actor().clone());
    tx.execute(
        "INSERT INTO goal_value (tenant_id, goal_id, at, value, actor, note) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (goal_id, at) DO UPDATE SET value = excluded.value, note = excluded.note",
        params![scope.tenant(), goal, now, value, &actor, note],
    )
    .await?;
    tx.execute(
        "UPDATE goal SET current_value = $3, updated_at = $4 WHERE tenant_id = $1 AND id = $2",
        params![scope.tenant(), goal, value, now],
    )
    .await?;
    Ok(())
}

pub async fn values(conn: &mut Conn, scope: TenantScope, goal: GoalId) -> Result<Vec<GoalValue>> {
    conn.all(
        "SELECT at, value, actor, note FROM goal_value WHERE tenant_id = $1 AND goal_id = $2 ORDER BY at",
        params![scope.tenant(), goal],
    )
    .await
}

/// Writes a deliverable, new or known.
pub async fn put_deliverable(tx: &mut Tx, scope: TenantScope, deliverable: &Deliverable) -> Result<()> {
    tx.execute(
        "INSERT INTO deliverable (tenant_id, id, strategy_id, goal_id, deliverable_type, name, monthly_quantity,
                                  template_key, state, active_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (id) DO UPDATE SET strategy_id = excluded.strategy_id, goal_id = excluded.goal_id,
           name = excluded.name, monthly_quantity = excluded.monthly_quantity, template_key = excluded.template_key,
           state = excluded.state, active_at = excluded.active_at, updated_at = excluded.updated_at
         WHERE deliverable.tenant_id = $1",
        params![
            scope.tenant(),
            deliverable.id,
            deliverable.strategy_id,
            deliverable.goal_id,
            &deliverable.deliverable_type,
            &deliverable.name,
            deliverable.monthly_quantity,
            &deliverable.template_key,
            deliverable.state.as_str(),
            deliverable.active_at,
            deliverable.created_at,
            deliverable.updated_at
        ],
    )
    .await?;
    Ok(())
}

pub async fn deliverable(conn: &mut Conn, scope: TenantScope, id: DeliverableId) -> Result<Option<Deliverable>> {
    let sql = format!("SELECT {DELIVERABLE} FROM deliverable WHERE tenant_id = $1 AND id = $2");
    conn.one(Sql::built(sql), params![scope.tenant(), id]).await
}

/// In the order in which they were agreed.
pub async fn deliverables(conn: &mut Conn, scope: TenantScope, with_ended: bool) -> Result<Vec<Deliverable>> {
    let sql = format!(
        "SELECT {DELIVERABLE} FROM deliverable WHERE tenant_id = $1 AND ($2 OR state <> $3) ORDER BY created_at, id"
    );
    conn.all(Sql::built(sql), params![scope.tenant(), with_ended, DeliverableState::Ended.as_str()]).await
}

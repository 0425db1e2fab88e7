//! Strategies and their revisions.

use aos_kernel::{Actor, Result, StrategyId, TenantScope};
use aos_storage::{Conn, Sql, Tx, from_row, params};
use serde_json::json;

use crate::strategy::model::{Revision, Strategy, StrategyState};

from_row!(Strategy {
    id, tenant_id, number, parse state, revision, json content, hash, made_by, offline, rejection, created_at,
    updated_at, decided_at, run_id
});
from_row!(Revision { revision, json content, hash, author, created_at });

const COLUMNS: &str = "id, tenant_id, number, state, revision, content, hash, made_by, offline, run_id, rejection,
    created_at, updated_at, decided_at";

pub async fn next_number(conn: &mut Conn, scope: TenantScope) -> Result<i64> {
    conn.count("SELECT COALESCE(MAX(number), 0) + 1 AS n FROM strategy WHERE tenant_id = $1", params![scope.tenant()])
        .await
}

pub async fn insert(tx: &mut Tx, scope: TenantScope, strategy: &Strategy) -> Result<()> {
    tx.execute(
        "INSERT INTO strategy (tenant_id, id, number, state, revision, content, hash, made_by, offline, run_id,
                               created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)",
        params![
            scope.tenant(),
            strategy.id,
            strategy.number,
            strategy.state.as_str(),
            strategy.revision,
            json!(strategy.content),
            &strategy.hash,
            &strategy.made_by,
            strategy.offline,
            strategy.run_id,
            strategy.created_at
        ],
    )
    .await?;
    Ok(())
}

/// Writes what a new revision or a decision changes.
pub async fn update(tx: &mut Tx, scope: TenantScope, strategy: &Strategy) -> Result<()> {
    tx.execute(
        "UPDATE strategy SET state = $3, revision = $4, content = $5, hash = $6, made_by = $7, offline = $8,
                run_id = $9, rejection = $10, updated_at = $11, decided_at = $12
         WHERE tenant_id = $1 AND id = $2",
        params![
            scope.tenant(),
            strategy.id,
            strategy.state.as_str(),
            strategy.revision,
            json!(strategy.content),
            &strategy.hash,
            &strategy.made_by,
            strategy.offline,
            strategy.run_id,
            strategy.rejection.as_deref(),
            strategy.updated_at,
            strategy.decided_at
        ],
    )
    .await?;
    Ok(())
}

/// The active strategy makes room for the next one; its id, if there was one.
pub async fn supersede_active(tx: &mut Tx, scope: TenantScope) -> Result<Option<StrategyId>> {
    let now = tx.now();
    let row = tx
        .row(
            "UPDATE strategy SET state = 'superseded', updated_at = $2 WHERE tenant_id = $1 AND state = 'active'
             RETURNING id",
            params![scope.tenant(), now],
        )
        .await?;
    row.map(|row| row.get("id")).transpose()
}

/// Keeps the strategy's content of now as a version of its own.
pub async fn insert_revision(tx: &mut Tx, scope: TenantScope, strategy: &Strategy, author: &Actor) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO strategy_revision (tenant_id, strategy_id, revision, content, hash, author, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![scope.tenant(), strategy.id, strategy.revision, json!(strategy.content), &strategy.hash, author, now],
    )
    .await?;
    Ok(())
}

pub async fn revisions(conn: &mut Conn, scope: TenantScope, id: StrategyId) -> Result<Vec<Revision>> {
    conn.all(
        "SELECT revision, content, hash, author, created_at FROM strategy_revision
         WHERE tenant_id = $1 AND strategy_id = $2 ORDER BY revision DESC",
        params![scope.tenant(), id],
    )
    .await
}

pub async fn strategy(conn: &mut Conn, scope: TenantScope, id: StrategyId) -> Result<Option<Strategy>> {
    let sql = format!("SELECT {COLUMNS} FROM strategy WHERE tenant_id = $1 AND id = $2");
    conn.one(Sql::built(sql), params![scope.tenant(), id]).await
}

/// The newest one in this state.
pub async fn in_state(conn: &mut Conn, scope: TenantScope, state: StrategyState) -> Result<Option<Strategy>> {
    let sql =
        format!("SELECT {COLUMNS} FROM strategy WHERE tenant_id = $1 AND state = $2 ORDER BY number DESC LIMIT 1");
    conn.one(Sql::built(sql), params![scope.tenant(), state.as_str()]).await
}

pub async fn all(conn: &mut Conn, scope: TenantScope) -> Result<Vec<Strategy>> {
    let sql = format!("SELECT {COLUMNS} FROM strategy WHERE tenant_id = $1 ORDER BY number DESC");
    conn.all(Sql::built(sql), params![scope.tenant()]).await
}

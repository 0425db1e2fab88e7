//! Visits to platforms.

use aos_kernel::{ConsentVisitId, CredentialId, Result, TenantScope, Timestamp};
use aos_storage::{Conn, Lock, Sql, Tx, params};

use crate::channels::model::{ConsentVisit, VisitStage};

const VISIT: &str = "tenant_id, id, platform, client_id, redirect, person_id, face, onboarding, channel_id, stage,
    credential_id, problem, help, expires_at";

pub async fn insert(tx: &mut Tx, visit: &ConsentVisit, state_hash: &str) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO channel_visit (tenant_id, id, state_hash, platform, client_id, redirect, person_id, face, onboarding,
           channel_id, stage, credential_id, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        params![
            visit.tenant_id,
            visit.id,
            state_hash,
            &visit.platform,
            &visit.client_id,
            &visit.redirect,
            visit.person_id,
            visit.face.as_str(),
            visit.onboarding,
            visit.channel_id,
            visit.stage.as_str(),
            visit.credential_id,
            now,
            visit.expires_at
        ],
    )
    .await?;
    Ok(())
}

/// The visit of a state, whosever it is: who comes back is looked at by the caller.
pub async fn by_state(tx: &mut Tx, state_hash: &str) -> Result<Option<ConsentVisit>> {
    let sql = tx.locking(
        "SELECT tenant_id, id, platform, client_id, redirect, person_id, face, onboarding, channel_id, stage,
           credential_id, problem, help, expires_at
         FROM channel_visit WHERE state_hash = $1",
        Lock::Wait,
    );
    tx.one(sql, params![state_hash]).await
}

pub async fn visit(conn: &mut Conn, scope: TenantScope, id: ConsentVisitId) -> Result<Option<ConsentVisit>> {
    let sql = format!("SELECT {VISIT} FROM channel_visit WHERE tenant_id = $1 AND id = $2");
    conn.one(Sql::built(sql), params![scope.tenant(), id]).await
}

/// What a visit became.
pub struct Stepped<'a> {
    pub from: VisitStage,
    pub to: VisitStage,
    pub credential: Option<CredentialId>,
    pub problem: Option<&'a str>,
    pub help: Option<&'a str>,
    pub expires_at: Timestamp,
}

/// Moves a visit on, unless it stands elsewhere by now.
pub async fn step(tx: &mut Tx, scope: TenantScope, id: ConsentVisitId, step: Stepped<'_>) -> Result<bool> {
    let changed = tx
        .execute(
            "UPDATE channel_visit SET stage = $4, credential_id = $5, problem = $6, help = $7, expires_at = $8
             WHERE tenant_id = $1 AND id = $2 AND stage = $3",
            params![
                scope.tenant(),
                id,
                step.from.as_str(),
                step.to.as_str(),
                step.credential,
                step.problem,
                step.help,
                step.expires_at
            ],
        )
        .await?;
    Ok(changed > 0)
}

/// Visits that ended before this moment, some of them.
pub async fn ended(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<Vec<ConsentVisit>> {
    let sql = format!("SELECT {VISIT} FROM channel_visit WHERE expires_at < $1 ORDER BY expires_at LIMIT $2");
    tx.all(Sql::built(sql), params![before, limit]).await
}

pub async fn remove(tx: &mut Tx, scope: TenantScope, id: ConsentVisitId) -> Result<()> {
    tx.execute("DELETE FROM channel_visit WHERE tenant_id = $1 AND id = $2", params![scope.tenant(), id]).await?;
    Ok(())
}

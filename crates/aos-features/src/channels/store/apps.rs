//! The agency's applications at the platforms.

use aos_kernel::{Actor, CredentialId, Result, Timestamp};
use aos_storage::{Conn, Tx, from_row, params};

pub struct AppRow {
    pub platform: String,
    pub client_id: String,
    pub credential_id: CredentialId,
    pub tested_at: Option<Timestamp>,
    pub problem: Option<String>,
    pub updated_by: Actor,
    pub updated_at: Timestamp,
}
from_row!(AppRow { platform, client_id, credential_id, tested_at, problem, updated_by, updated_at });

pub async fn apps(conn: &mut Conn) -> Result<Vec<AppRow>> {
    conn.all(
        "SELECT platform, client_id, credential_id, tested_at, problem, updated_by, updated_at FROM channel_app
         ORDER BY platform",
        params![],
    )
    .await
}

pub async fn app(conn: &mut Conn, platform: &str) -> Result<Option<AppRow>> {
    conn.one(
        "SELECT platform, client_id, credential_id, tested_at, problem, updated_by, updated_at FROM channel_app
         WHERE platform = $1",
        params![platform],
    )
    .await
}

pub async fn put(tx: &mut Tx, platform: &str, client_id: &str, credential: CredentialId) -> Result<()> {
    let (now, actor) = (tx.now(), tx.actor().clone());
    tx.execute(
        "INSERT INTO channel_app (platform, client_id, credential_id, updated_by, updated_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (platform) DO UPDATE SET client_id = excluded.client_id, credential_id = excluded.credential_id,
           tested_at = NULL, problem = NULL, updated_by = excluded.updated_by, updated_at = excluded.updated_at",
        params![platform, client_id, credential, &actor, now],
    )
    .await?;
    Ok(())
}

pub async fn tested(tx: &mut Tx, platform: &str, problem: Option<&str>) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "UPDATE channel_app SET tested_at = $2, problem = $3 WHERE platform = $1",
        params![platform, now, problem],
    )
    .await?;
    Ok(())
}

pub async fn remove(tx: &mut Tx, platform: &str) -> Result<()> {
    tx.execute("DELETE FROM channel_app WHERE platform = $1", params![platform]).await?;
    Ok(())
}

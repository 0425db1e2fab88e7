//! The tokens of consents.

use aos_kernel::{AgencyScope, ChannelGrantId, CredentialId, Result, TenantScope, Timestamp};
use aos_storage::{Conn, Lock, Tx, params};
use serde_json::{Value, json};

use crate::channels::model::Grant;

/// What is known of tokens beside themselves.
#[derive(Clone, Debug)]
pub struct Times {
    pub expires_at: Option<Timestamp>,
    pub ends_at: Option<Timestamp>,
    pub renew_at: Option<Timestamp>,
    pub scopes: Option<Vec<String>>,
}

impl Times {
    fn scopes(&self) -> Option<Value> {
        self.scopes.as_ref().map(|scopes| json!(scopes))
    }
}

pub struct NewGrant<'a> {
    pub id: ChannelGrantId,
    pub platform: &'a str,
    pub client_id: &'a str,
    pub redirect: &'a str,
    pub credential: CredentialId,
    pub times: &'a Times,
}

pub async fn insert(tx: &mut Tx, scope: TenantScope, grant: NewGrant<'_>) -> Result<()> {
    let (now, actor) = (tx.now(), tx.actor().clone());
    tx.execute(
        "INSERT INTO channel_grant (tenant_id, id, platform, client_id, redirect, credential_id, generation, state, scopes,
           obtained_at, expires_at, ends_at, renew_at, consented_by, consented_at)
         VALUES ($1, $2, $3, $4, $5, $6, 1, 'good', $7, $8, $9, $10, $11, $12, $8)",
        params![
            scope.tenant(),
            grant.id,
            grant.platform,
            grant.client_id,
            grant.redirect,
            grant.credential,
            grant.times.scopes(),
            now,
            grant.times.expires_at,
            grant.times.ends_at,
            grant.times.renew_at,
            &actor
        ],
    )
    .await?;
    Ok(())
}

pub async fn grant(conn: &mut Conn, scope: TenantScope, id: ChannelGrantId) -> Result<Option<Grant>> {
    conn.one(
        "SELECT tenant_id, id, platform, client_id, redirect, credential_id, generation, state, scopes, obtained_at,
           expires_at, ends_at, renew_at, problem, begun, lease_owner, lease_until, consented_by, consented_at
         FROM channel_grant WHERE tenant_id = $1 AND id = $2",
        params![scope.tenant(), id],
    )
    .await
}

/// The same, locked until the end of the transaction.
pub async fn locked(tx: &mut Tx, scope: TenantScope, id: ChannelGrantId) -> Result<Option<Grant>> {
    let sql = tx.locking(
        "SELECT tenant_id, id, platform, client_id, redirect, credential_id, generation, state, scopes, obtained_at,
           expires_at, ends_at, renew_at, problem, begun, lease_owner, lease_until, consented_by, consented_at
         FROM channel_grant WHERE tenant_id = $1 AND id = $2",
        Lock::Wait,
    );
    tx.one(sql, params![scope.tenant(), id]).await
}

pub async fn grants(conn: &mut Conn, scope: TenantScope) -> Result<Vec<Grant>> {
    conn.all(
        "SELECT tenant_id, id, platform, client_id, redirect, credential_id, generation, state, scopes, obtained_at,
           expires_at, ends_at, renew_at, problem, begun, lease_owner, lease_until, consented_by, consented_at
         FROM channel_grant WHERE tenant_id = $1 ORDER BY id",
        params![scope.tenant()],
    )
    .await
}

/// The wish to renew, with who does it and until when.
pub async fn begin(tx: &mut Tx, scope: TenantScope, grant: &Grant, owner: &str, until: Timestamp) -> Result<()> {
    tx.execute(
        "UPDATE channel_grant SET lease_owner = $3, lease_until = $4, begun = generation WHERE tenant_id = $1 AND id = $2",
        params![scope.tenant(), grant.id, owner, until],
    )
    .await?;
    Ok(())
}

/// The new tokens in the place of the old, unless others came first.
pub async fn renewed(
    tx: &mut Tx,
    scope: TenantScope,
    grant: &Grant,
    credential: CredentialId,
    times: &Times,
) -> Result<bool> {
    let now = tx.now();
    let changed = tx
        .execute(
            "UPDATE channel_grant SET credential_id = $4, generation = generation + 1, obtained_at = $5, expires_at = $6,
               ends_at = $7, renew_at = $8, scopes = COALESCE($9, scopes), problem = NULL, begun = NULL,
               lease_owner = NULL, lease_until = NULL
             WHERE tenant_id = $1 AND id = $2 AND generation = $3 AND state = 'good'",
            params![
                scope.tenant(),
                grant.id,
                grant.generation,
                credential,
                now,
                times.expires_at,
                times.ends_at,
                times.renew_at,
                times.scopes()
            ],
        )
        .await?;
    Ok(changed > 0)
}

/// It could not be renewed this time. `unsure`: whether the platform did it is not known.
pub async fn not_renewed(
    tx: &mut Tx,
    scope: TenantScope,
    grant: &Grant,
    owner: &str,
    why: &str,
    unsure: bool,
) -> Result<()> {
    tx.execute(
        "UPDATE channel_grant SET problem = $5, begun = CASE WHEN $6 THEN generation END, lease_owner = NULL,
           lease_until = NULL
         WHERE tenant_id = $1 AND id = $2 AND generation = $3 AND lease_owner = $4",
        params![scope.tenant(), grant.id, grant.generation, owner, why, unsure],
    )
    .await?;
    Ok(())
}

/// From now on only the person can renew it.
pub async fn only_by_consent(tx: &mut Tx, scope: TenantScope, grant: &Grant) -> Result<()> {
    tx.execute(
        "UPDATE channel_grant SET renew_at = NULL, ends_at = COALESCE(ends_at, expires_at), problem = NULL, begun = NULL,
           lease_owner = NULL, lease_until = NULL
         WHERE tenant_id = $1 AND id = $2 AND generation = $3",
        params![scope.tenant(), grant.id, grant.generation],
    )
    .await?;
    Ok(())
}

/// It is over, unless it was renewed meanwhile.
pub async fn end(tx: &mut Tx, scope: TenantScope, grant: &Grant) -> Result<bool> {
    let changed = tx
        .execute(
            "UPDATE channel_grant SET state = 'over', credential_id = NULL, renew_at = NULL, problem = NULL, begun = NULL,
               lease_owner = NULL, lease_until = NULL
             WHERE tenant_id = $1 AND id = $2 AND generation = $3 AND state = 'good'",
            params![scope.tenant(), grant.id, grant.generation],
        )
        .await?;
    Ok(changed > 0)
}

/// Living grants of the same application at these platforms that somebody consented to, in any client: a vendor that ends
/// an application's access for a person ends it for all of them.
pub async fn others(
    conn: &mut Conn,
    agency: &AgencyScope,
    grant: &Grant,
    platforms: &[String],
) -> Result<Vec<ChannelGrantId>> {
    let rows = conn
        .rows(
            "SELECT tenant_id, id FROM channel_grant
             WHERE client_id = $1 AND consented_by = $2 AND state = 'good' AND platform = ANY($3) AND id <> $4",
            params![&grant.client_id, &grant.consented_by, platforms.to_vec(), grant.id],
        )
        .await?;
    let mut found = Vec::new();
    for row in rows {
        if agency.allows(row.get("tenant_id")?) {
            found.push(row.get("id")?);
        }
    }
    Ok(found)
}

//! Invitations and what they give.

use std::collections::HashMap;

use aos_kernel::{
    AgencyScope, InvitationGrantId, InvitationId, PageSize, Result, TenantId, TenantScope, Timestamp, UserId,
};
use aos_storage::{Conn, FromRow, Row, Sql, Tx, from_row, params};

use crate::people::{invitations::Invitation, model::Grant};

/// One invitation as its row has it; what it gives is read after it.
struct Kept {
    id: InvitationId,
    email: String,
    invited_by: Option<UserId>,
    inviter: Option<String>,
    sent_at: Timestamp,
    created_at: Timestamp,
    expires_at: Timestamp,
    accepted_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
}
from_row!(Kept { id, email, invited_by, inviter, sent_at, created_at, expires_at, accepted_at, revoked_at });

const KEPT: &str = "SELECT i.id, i.email, i.invited_by, u.name AS inviter, i.sent_at, i.created_at, i.expires_at,
                           i.accepted_at, i.revoked_at
                    FROM invitation i LEFT JOIN user_account u ON u.id = i.invited_by";

pub async fn insert(
    tx: &mut Tx,
    id: InvitationId,
    email: &str,
    by: Option<UserId>,
    until: Timestamp,
    grants: &[Grant],
) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO invitation (id, email, invited_by, created_at, sent_at, expires_at) VALUES ($1, $2, $3, $4, $4, $5)",
        params![id, email, by, now, until],
    )
    .await?;
    for grant in grants {
        tx.execute(
            "INSERT INTO invitation_grant (id, invitation_id, tenant_id, role) VALUES ($1, $2, $3, $4)",
            params![InvitationGrantId::new(), id, grant.tenant, grant.role.as_str()],
        )
        .await?;
    }
    Ok(())
}

struct GrantOf(InvitationId, Grant);

impl FromRow for GrantOf {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self(row.get("invitation_id")?, Grant { role: row.parse("role")?, tenant: row.get("tenant_id")? }))
    }
}

async fn whole(conn: &mut Conn, kept: Vec<Kept>) -> Result<Vec<Invitation>> {
    let ids: Vec<InvitationId> = kept.iter().map(|kept| kept.id).collect();
    let mut grants: HashMap<InvitationId, Vec<Grant>> = HashMap::new();
    if !ids.is_empty() {
        let all: Vec<GrantOf> = conn
            .all(
                "SELECT invitation_id, tenant_id, role FROM invitation_grant WHERE invitation_id = ANY($1) ORDER BY id",
                params![ids.as_slice()],
            )
            .await?;
        for GrantOf(id, grant) in all {
            grants.entry(id).or_default().push(grant);
        }
    }
    let whole = kept.into_iter().map(|kept| Invitation {
        grants: grants.remove(&kept.id).unwrap_or_default(),
        id: kept.id,
        email: kept.email,
        invited_by: kept.invited_by,
        inviter: kept.inviter,
        sent_at: kept.sent_at,
        created_at: kept.created_at,
        expires_at: kept.expires_at,
        accepted_at: kept.accepted_at,
        revoked_at: kept.revoked_at,
    });
    Ok(whole.collect())
}

pub async fn by_id(conn: &mut Conn, id: InvitationId) -> Result<Option<Invitation>> {
    let kept: Vec<Kept> = conn.all(Sql::built(format!("{KEPT} WHERE i.id = $1")), params![id]).await?;
    Ok(whole(conn, kept).await?.pop())
}

pub async fn by_token(conn: &mut Conn, token_hash: &str) -> Result<Option<Invitation>> {
    let kept: Vec<Kept> = conn.all(Sql::built(format!("{KEPT} WHERE i.token_hash = $1")), params![token_hash]).await?;
    Ok(whole(conn, kept).await?.pop())
}

/// The newest first, those before `before`, one more than asked for. A limited scope sees those that concern its clients
/// only, and nothing of what concerns others too.
pub async fn open(
    conn: &mut Conn,
    agency: &AgencyScope,
    search: Option<&str>,
    before: Option<InvitationId>,
    size: PageSize,
) -> Result<Vec<Invitation>> {
    let limit: Option<&[TenantId]> = agency.limit();
    let pattern = search.map(|text| format!("%{}%", text.trim().to_lowercase()));
    let sql = format!(
        "{KEPT} WHERE i.accepted_at IS NULL AND i.revoked_at IS NULL
           AND ($1 OR NOT EXISTS (SELECT 1 FROM invitation_grant g WHERE g.invitation_id = i.id
                                    AND (g.tenant_id IS NULL OR NOT (g.tenant_id = ANY($2)))))
           AND ($3 IS NULL OR i.email LIKE $3)
           AND ($4 IS NULL OR i.id < $4)
         ORDER BY i.id DESC LIMIT $5"
    );
    let params = params![limit.is_none(), limit.unwrap_or_default(), pattern, before, size.get() + 1];
    let kept: Vec<Kept> = conn.all(Sql::built(sql), params).await?;
    whole(conn, kept).await
}

/// The open invitations of one client, the newest first.
pub async fn of_client(conn: &mut Conn, scope: TenantScope) -> Result<Vec<Invitation>> {
    let sql = format!(
        "{KEPT} WHERE i.accepted_at IS NULL AND i.revoked_at IS NULL
           AND EXISTS (SELECT 1 FROM invitation_grant g WHERE g.invitation_id = i.id AND g.tenant_id = $1)
         ORDER BY i.id DESC"
    );
    let kept: Vec<Kept> = conn.all(Sql::built(sql), params![scope.tenant()]).await?;
    whole(conn, kept).await
}

/// The invitations of this address that are open.
pub async fn open_for(conn: &mut Conn, email: &str) -> Result<Vec<Invitation>> {
    let sql = format!("{KEPT} WHERE i.email = $1 AND i.accepted_at IS NULL AND i.revoked_at IS NULL");
    let kept: Vec<Kept> = conn.all(Sql::built(sql), params![email]).await?;
    whole(conn, kept).await
}

/// Whether it was still open.
pub async fn set_token(tx: &mut Tx, id: InvitationId, token_hash: &str) -> Result<bool> {
    let changed = tx
        .execute(
            "UPDATE invitation SET token_hash = $2 WHERE id = $1 AND accepted_at IS NULL AND revoked_at IS NULL",
            params![id, token_hash],
        )
        .await?;
    Ok(changed > 0)
}

/// Whether it was still open.
pub async fn prolong(tx: &mut Tx, id: InvitationId, until: Timestamp) -> Result<bool> {
    let now = tx.now();
    let changed = tx
        .execute(
            "UPDATE invitation SET sent_at = $2, expires_at = $3
             WHERE id = $1 AND accepted_at IS NULL AND revoked_at IS NULL",
            params![id, now, until],
        )
        .await?;
    Ok(changed > 0)
}

/// Whether it was still open: of two that accept at the same moment, one does.
pub async fn accept(tx: &mut Tx, id: InvitationId, by: UserId) -> Result<bool> {
    let now = tx.now();
    let changed = tx
        .execute(
            "UPDATE invitation SET accepted_at = $2, accepted_by = $3
             WHERE id = $1 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $2",
            params![id, now, by],
        )
        .await?;
    Ok(changed > 0)
}

/// Whether it was still open.
pub async fn revoke(tx: &mut Tx, id: InvitationId) -> Result<bool> {
    let now = tx.now();
    let changed = tx
        .execute(
            "UPDATE invitation SET revoked_at = $2 WHERE id = $1 AND accepted_at IS NULL AND revoked_at IS NULL",
            params![id, now],
        )
        .await?;
    Ok(changed > 0)
}

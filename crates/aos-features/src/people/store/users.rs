//! The agency, users and memberships.

use aos_kernel::{AgencyId, AgencyScope, MembershipId, PageSize, Result, TenantId, TenantScope, Timestamp, UserId};
use aos_storage::{Conn, FromRow, Row, Sql, Tx, from_row, params};

use crate::people::{
    model::{Agency, Email, Grant, Membership, Role, User, UserSummary},
    passwords::HashedPassword,
    queries::UserFilter,
};

from_row!(Agency { id, name, zone, created_at });
from_row!(User { id, email, name, one_time_until, disabled_at, created_at });
from_row!(Membership { id, user_id, tenant_id, parse role, created_at });

/// How long a one-time password lets somebody in.
const ONE_TIME: chrono::TimeDelta = chrono::TimeDelta::days(7);

pub async fn insert_agency(tx: &mut Tx, id: AgencyId, name: &str, zone: &str) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO agency (id, only_one, name, zone, created_at) VALUES ($1, $2, $3, $4, $5)",
        params![id, true, name, zone, now],
    )
    .await?;
    Ok(())
}

pub async fn agency(conn: &mut Conn) -> Result<Option<Agency>> {
    conn.one("SELECT id, name, zone, created_at FROM agency", params![]).await
}

pub async fn update_agency(tx: &mut Tx, name: &str, zone: &str) -> Result<u64> {
    tx.execute("UPDATE agency SET name = $1, zone = $2", params![name, zone]).await
}

fn one_time_until(tx: &Tx, password: &HashedPassword) -> Option<Timestamp> {
    password.one_time.then(|| tx.now() + ONE_TIME)
}

pub async fn insert_user(tx: &mut Tx, id: UserId, email: &Email, name: &str, password: &HashedPassword) -> Result<()> {
    let (now, one_time_until) = (tx.now(), one_time_until(tx, password));
    tx.execute(
        "INSERT INTO user_account (id, email, name, password_hash, one_time_until, password_changed_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6)",
        params![id, email.as_str(), name, &password.phc, one_time_until, now],
    )
    .await?;
    Ok(())
}

pub async fn set_password(tx: &mut Tx, id: UserId, password: &HashedPassword) -> Result<()> {
    let (now, one_time_until) = (tx.now(), one_time_until(tx, password));
    tx.execute(
        "UPDATE user_account SET password_hash = $2, one_time_until = $3, password_changed_at = $4, has_password = TRUE
         WHERE id = $1",
        params![id, &password.phc, one_time_until, now],
    )
    .await?;
    Ok(())
}

/// Somebody who comes in through a provider, without a password of their own.
pub async fn insert_without_password(tx: &mut Tx, id: UserId, email: &Email, name: &str) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO user_account (id, email, name, password_hash, has_password, password_changed_at, created_at)
         VALUES ($1, $2, $3, '', FALSE, $4, $4)",
        params![id, email.as_str(), name, now],
    )
    .await?;
    Ok(())
}

pub async fn set_email(tx: &mut Tx, id: UserId, email: &Email) -> Result<()> {
    tx.execute("UPDATE user_account SET email = $2 WHERE id = $1", params![id, email.as_str()]).await?;
    Ok(())
}

pub async fn rename_user(tx: &mut Tx, id: UserId, name: &str) -> Result<u64> {
    tx.execute("UPDATE user_account SET name = $2 WHERE id = $1", params![id, name]).await
}

/// Whether it changed: somebody who is disabled already is left as they are.
pub async fn set_disabled(tx: &mut Tx, id: UserId, disabled: bool) -> Result<bool> {
    let disabled_at = disabled.then(|| tx.now());
    let changed = tx
        .execute(
            "UPDATE user_account SET disabled_at = $2 WHERE id = $1 AND (disabled_at IS NULL) = $3",
            params![id, disabled_at, disabled],
        )
        .await?;
    Ok(changed > 0)
}

const USER: &str = "id, email, name, one_time_until, disabled_at, created_at";

pub async fn user(conn: &mut Conn, id: UserId) -> Result<Option<User>> {
    conn.one(Sql::built(format!("SELECT {USER} FROM user_account WHERE id = $1")), params![id]).await
}

pub async fn user_by_email(conn: &mut Conn, email: &str) -> Result<Option<User>> {
    conn.one(Sql::built(format!("SELECT {USER} FROM user_account WHERE email = $1")), params![email]).await
}

/// What a sign-in is checked against.
pub struct Credentials {
    pub id: UserId,
    pub password_hash: String,
    /// Otherwise the hash is empty, and no password is right.
    pub has_password: bool,
    pub one_time_until: Option<Timestamp>,
    pub disabled_at: Option<Timestamp>,
}
impl Credentials {
    /// None when no password is right.
    pub fn hash(&self) -> Option<String> {
        self.has_password.then(|| self.password_hash.clone())
    }
}
from_row!(Credentials { id, password_hash, has_password, one_time_until, disabled_at });

pub async fn credentials_by_email(conn: &mut Conn, email: &str) -> Result<Option<Credentials>> {
    conn.one(
        "SELECT id, password_hash, has_password, one_time_until, disabled_at FROM user_account WHERE email = $1",
        params![email],
    )
    .await
}

pub async fn credentials(conn: &mut Conn, id: UserId) -> Result<Option<Credentials>> {
    conn.one(
        "SELECT id, password_hash, has_password, one_time_until, disabled_at FROM user_account WHERE id = $1",
        params![id],
    )
    .await
}

/// Makes the transactions that could take the last administrator away wait for each other.
pub async fn lock_agency(tx: &mut Tx) -> Result<()> {
    tx.execute("UPDATE agency SET name = name", params![]).await?;
    Ok(())
}

pub async fn active_administrators(conn: &mut Conn) -> Result<i64> {
    conn.count(
        "SELECT COUNT(*) AS n FROM membership m JOIN user_account u ON u.id = m.user_id
         WHERE m.role = 'administrator' AND u.disabled_at IS NULL",
        params![],
    )
    .await
}

/// Gives a role; in a client, the new role takes the place of the one before.
pub async fn grant(tx: &mut Tx, user: UserId, grant: Grant) -> Result<()> {
    let now = tx.now();
    let tail = if grant.tenant.is_none() {
        "INSERT INTO membership (id, user_id, tenant_id, role, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (user_id, role) WHERE tenant_id IS NULL DO NOTHING"
    } else {
        "INSERT INTO membership (id, user_id, tenant_id, role, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (user_id, tenant_id) WHERE tenant_id IS NOT NULL DO UPDATE SET role = excluded.role"
    };
    tx.execute(tail, params![MembershipId::new(), user, grant.tenant, grant.role.as_str(), now]).await?;
    Ok(())
}

pub async fn withdraw_agency_role(tx: &mut Tx, user: UserId, role: Role) -> Result<bool> {
    let gone = tx
        .execute(
            "DELETE FROM membership WHERE user_id = $1 AND role = $2 AND tenant_id IS NULL",
            params![user, role.as_str()],
        )
        .await?;
    Ok(gone > 0)
}

pub async fn withdraw_tenant_role(tx: &mut Tx, scope: TenantScope, user: UserId) -> Result<bool> {
    let gone = tx
        .execute("DELETE FROM membership WHERE user_id = $1 AND tenant_id = $2", params![user, scope.tenant()])
        .await?;
    Ok(gone > 0)
}

/// What somebody is in this client; none for whoever is not one of its people.
pub async fn client_role(conn: &mut Conn, scope: TenantScope, user: UserId) -> Result<Option<Role>> {
    let row = conn
        .row("SELECT role FROM membership WHERE user_id = $1 AND tenant_id = $2", params![user, scope.tenant()])
        .await?;
    row.map(|row| row.parse("role")).transpose()
}

/// The client's administrators who can sign in.
pub async fn active_client_administrators(conn: &mut Conn, scope: TenantScope) -> Result<i64> {
    conn.count(
        "SELECT COUNT(*) AS n FROM membership m JOIN user_account u ON u.id = m.user_id
         WHERE m.tenant_id = $1 AND m.role = $2 AND u.disabled_at IS NULL",
        params![scope.tenant(), Role::TenantAdmin.as_str()],
    )
    .await
}

pub async fn memberships(conn: &mut Conn, users: &[UserId]) -> Result<Vec<Membership>> {
    conn.all(
        "SELECT id, user_id, tenant_id, role, created_at FROM membership WHERE user_id = ANY($1) ORDER BY created_at, id",
        params![users],
    )
    .await
}

/// Active people who hold one of the roles for this client: the agency-wide ones and the client's own.
pub async fn with_roles(conn: &mut Conn, scope: TenantScope, roles: &[Role]) -> Result<Vec<UserId>> {
    let roles: Vec<String> = roles.iter().map(|role| role.as_str().to_owned()).collect();
    let rows = conn
        .rows(
            "SELECT DISTINCT m.user_id AS user_id FROM membership m JOIN user_account u ON u.id = m.user_id
             WHERE m.role = ANY($1) AND (m.tenant_id IS NULL OR m.tenant_id = $2) AND u.disabled_at IS NULL
             ORDER BY m.user_id",
            params![roles, scope.tenant()],
        )
        .await?;
    rows.iter().map(|row| row.get("user_id")).collect()
}

/// A user, when they were last seen and whether they have a second factor; their memberships are read after it.
pub struct Listed(pub User, pub Option<Timestamp>, bool);

impl FromRow for Listed {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self(User::from_row(row)?, row.get("last_seen_at")?, row.get("two_factor")?))
    }
}

impl Listed {
    pub fn with(self, memberships: Vec<Membership>) -> UserSummary {
        UserSummary { user: self.0, memberships, last_seen_at: self.1, two_factor: self.2 }
    }
}

const LISTED: &str = "SELECT u.id, u.email, u.name, u.one_time_until, u.disabled_at, u.created_at,
        COALESCE(u.last_seen_at, (SELECT MAX(s.last_seen_at) FROM session s WHERE s.user_id = u.id)) AS last_seen_at,
        EXISTS (SELECT 1 FROM two_factor f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL) AS two_factor
     FROM user_account u";

pub async fn summary(conn: &mut Conn, id: UserId) -> Result<Option<Listed>> {
    conn.one(Sql::built(format!("{LISTED} WHERE u.id = $1")), params![id]).await
}

/// Those after `after` (lower-case name and id of the last one of the page before), one more than asked for.
pub async fn list(
    conn: &mut Conn,
    agency: &AgencyScope,
    filter: &UserFilter,
    after: Option<(String, UserId)>,
    size: PageSize,
) -> Result<Vec<Listed>> {
    let search = filter.search.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let pattern = search.map(|text| format!("%{}%", text.to_lowercase()));
    let limit: Option<&[TenantId]> = agency.limit();
    let (after_name, after_id) = after.unzip();
    let sql = format!(
        "{LISTED}
         WHERE ($1 IS NULL OR lower(u.name) LIKE $1 OR u.email LIKE $1)
           AND ($2 OR EXISTS (SELECT 1 FROM membership m WHERE m.user_id = u.id AND m.tenant_id = ANY($3)))
           AND ($4 IS NULL OR (lower(u.name), u.id) > ($4, $5))
           AND ($6 IS NULL OR (u.disabled_at IS NULL) = $6)
           AND ($7 IS NULL OR EXISTS (SELECT 1 FROM membership m WHERE m.user_id = u.id AND m.role = $7))
           AND ($8 IS NULL OR EXISTS (SELECT 1 FROM membership m WHERE m.user_id = u.id AND m.tenant_id = $8))
           AND ($9 IS NULL OR $9 = EXISTS (SELECT 1 FROM two_factor f
                                           WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL))
         ORDER BY lower(u.name), u.id
         LIMIT $10"
    );
    let params = params![
        pattern,
        limit.is_none(),
        limit.unwrap_or_default(),
        after_name,
        after_id,
        filter.active,
        filter.role.map(|role| role.as_str().to_owned()),
        filter.tenant,
        filter.two_factor,
        size.get() + 1
    ];
    conn.all(Sql::built(sql), params).await
}

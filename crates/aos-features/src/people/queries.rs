//! Reads about the agency and its people.

use std::collections::HashMap;

use aos_kernel::{AgencyScope, Cursor, Error, Page, PageSize, Result, TenantId, TenantScope, UserId};
use aos_storage::Conn;

use super::{
    model::{Agency, Membership, Role, User, UserSummary},
    principal::Principal,
    store::users as store,
};

/// Whether the first run is over.
///
/// # Errors
/// `Storage`.
pub async fn is_set_up(conn: &mut Conn) -> Result<bool> {
    Ok(store::agency(conn).await?.is_some())
}

/// # Errors
/// `NotFound` before the first run.
pub async fn agency(conn: &mut Conn) -> Result<Agency> {
    store::agency(conn).await?.ok_or_else(|| Error::not_found("agency"))
}

/// # Errors
/// `NotFound`.
pub async fn user(conn: &mut Conn, id: UserId) -> Result<User> {
    store::user(conn, id).await?.ok_or_else(|| Error::not_found("user"))
}

/// Found however the address was typed.
///
/// # Errors
/// `Storage`.
pub async fn user_by_email(conn: &mut Conn, email: &str) -> Result<Option<User>> {
    store::user_by_email(conn, &email.trim().to_lowercase()).await
}

/// Which people to list; an empty field shows all.
#[derive(Clone, Debug, Default)]
pub struct UserFilter {
    /// Part of a name or an e-mail address.
    pub search: Option<String>,
    /// May sign in, or was deactivated.
    pub active: Option<bool>,
    /// Has this role, anywhere.
    pub role: Option<Role>,
    /// Is one of this client's own people.
    pub tenant: Option<TenantId>,
    pub two_factor: Option<bool>,
}

impl UserFilter {
    pub fn named(search: impl Into<String>) -> Self {
        Self { search: Some(search.into()), ..Self::default() }
    }
}

/// One person with what they may do.
///
/// # Errors
/// `NotFound`.
pub async fn summary(conn: &mut Conn, id: UserId) -> Result<UserSummary> {
    let listed = store::summary(conn, id).await?.ok_or_else(|| Error::not_found("user"))?;
    Ok(listed.with(store::memberships(conn, &[id]).await?))
}

/// Whether somebody has a password of their own, rather than a provider's account alone.
///
/// # Errors
/// `NotFound`.
pub async fn has_password(conn: &mut Conn, id: UserId) -> Result<bool> {
    Ok(store::credentials(conn, id).await?.ok_or_else(|| Error::not_found("user"))?.has_password)
}

/// People by name. A limited scope sees those of its clients, and of their memberships only those.
///
/// # Errors
/// `Storage`; `Invalid` for a cursor that this query did not make.
pub async fn users(
    conn: &mut Conn,
    agency: &AgencyScope,
    filter: &UserFilter,
    after: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<UserSummary>> {
    let after = match after {
        Some(cursor) => {
            let (id, name) = cursor.as_str().split_once(' ').ok_or_else(bad_cursor)?;
            Some((name.to_owned(), id.parse().map_err(|_| bad_cursor())?))
        }
        None => None,
    };
    let listed = store::list(conn, agency, filter, after, size).await?;
    let ids: Vec<UserId> = listed.iter().map(|listed| listed.0.id).collect();
    let mut memberships: HashMap<UserId, Vec<Membership>> = HashMap::new();
    for membership in store::memberships(conn, &ids).await? {
        if membership.tenant_id.map_or(agency.limit().is_none(), |tenant| agency.allows(tenant)) {
            memberships.entry(membership.user_id).or_default().push(membership);
        }
    }
    let people = listed
        .into_iter()
        .map(|listed| {
            let own = memberships.remove(&listed.0.id).unwrap_or_default();
            listed.with(own)
        })
        .collect();
    Ok(Page::from_surplus(people, size, |person: &UserSummary| {
        Cursor::new(format!("{} {}", person.user.id, person.user.name.to_lowercase()))
    }))
}

/// The active people whose own role this is, for this client: who is told that something waits for that role. Empty roles
/// fall to the administrators, so that nothing waits unseen.
///
/// # Errors
/// `Storage`.
pub async fn people_with_role(conn: &mut Conn, scope: TenantScope, role: Role) -> Result<Vec<UserId>> {
    let people = store::with_roles(conn, scope, &[role]).await?;
    if people.is_empty() { store::with_roles(conn, scope, &[Role::Administrator]).await } else { Ok(people) }
}

/// The active people of a client itself who hold this role there; nobody stands in for them.
///
/// # Errors
/// `Storage`, also for a role of the agency's staff.
pub async fn clients_people(conn: &mut Conn, scope: TenantScope, role: Role) -> Result<Vec<UserId>> {
    store::with_roles(conn, scope, &[role]).await
}

/// An active person as whoever acts: for the command line, where nobody signs in.
///
/// # Errors
/// `NotFound`, also for somebody who was deactivated.
pub async fn principal(conn: &mut Conn, id: UserId) -> Result<Principal> {
    let user = user(conn, id).await?;
    if !user.is_active() {
        return Err(Error::not_found("user"));
    }
    let grants = store::memberships(conn, &[id]).await?.into_iter().map(|membership| membership.grant()).collect();
    Ok(Principal::new(user.id, user.name, user.email, grants))
}

pub(super) fn bad_cursor() -> Error {
    Error::invalid("after", "This does not continue a list of ours.")
}

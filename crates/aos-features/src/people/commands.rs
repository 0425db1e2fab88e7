//! The first run, people and what they may do.

use aos_kernel::{
    Actor, AgencyId, AgencyScope, Error, ErrorKind, NewEvent, Result, Secret, SessionId, Subject, TenantScope, UserId,
};
use aos_storage::{Db, Tx};
use serde_json::json;

use super::{
    audit::{self, NewAuditEntry},
    invitations,
    links::Purpose,
    model::{Agency, Email, Grant, Role, known_zone, plain_name},
    passwords::{self, HashedPassword},
    principal::Principal,
    store::{access, links, two_factor, users as store},
    throttle::Attempt,
};

/// Somebody to be added.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub email: Email,
    pub name: String,
    pub password: HashedPassword,
}

/// The first run: names the agency and makes its first administrator. Only once, however many try at the same moment.
///
/// # Errors
/// `Conflict` `already_set_up`; `Invalid` for an empty name or an unknown time zone.
pub async fn set_up_agency(tx: &mut Tx, name: &str, zone: &str, administrator: NewUser) -> Result<(Agency, UserId)> {
    let agency = Agency {
        id: AgencyId::new(),
        name: plain_name("name", name, 120)?,
        zone: known_zone(zone)?.name().to_owned(),
        created_at: tx.now(),
    };
    store::insert_agency(tx, agency.id, &agency.name, &agency.zone).await.map_err(|error| match error.kind() {
        ErrorKind::Conflict => Error::conflict("already_set_up", "The agency is set up already.")
            .with_help("Sign in, or ask its administrator for an account."),
        _ => error,
    })?;
    let user = insert_user(tx, &administrator).await?;
    store::grant(tx, user, Grant { role: Role::Administrator, tenant: None }).await?;
    let subject = Subject::new("agency", agency.id);
    tx.emit(NewEvent::new(None, "people.agency_set_up", subject.clone()).with(json!({ "name": agency.name })));
    audit::record(
        tx,
        NewAuditEntry::new(None, "people.agency_set_up", subject)
            .with(json!({ "name": agency.name, "administrator": user })),
    )
    .await?;
    Ok((agency, user))
}

/// Changes the agency's name or time zone.
///
/// # Errors
/// `Invalid` for an empty name or an unknown time zone; `NotFound` before the first run.
pub async fn rename_agency(tx: &mut Tx, name: &str, zone: &str) -> Result<()> {
    let agency = store::agency(tx).await?.ok_or_else(|| Error::not_found("agency"))?;
    let (name, zone) = (plain_name("name", name, 120)?, known_zone(zone)?);
    store::update_agency(tx, &name, zone.name()).await?;
    let entry = NewAuditEntry::new(None, "people.agency_changed", Subject::new("agency", agency.id));
    audit::record(tx, entry.with(json!({ "name": name, "zone": zone.name() }))).await
}

async fn insert_user(tx: &mut Tx, user: &NewUser) -> Result<UserId> {
    let id = UserId::new();
    let name = plain_name("name", &user.name, 120)?;
    if store::user_by_email(tx, user.email.as_str()).await?.is_some() {
        return Err(Error::conflict("email_taken", "Somebody with this e-mail address is here already."));
    }
    store::insert_user(tx, id, &user.email, &name, &user.password).await?;
    Ok(id)
}

pub(super) async fn note(
    tx: &mut Tx,
    tenant: Option<aos_kernel::TenantId>,
    action: &'static str,
    user: UserId,
    detail: serde_json::Value,
) -> Result<()> {
    let subject = Subject::new("user", user);
    tx.emit(NewEvent::new(tenant, action, subject.clone()).with(detail.clone()));
    audit::record(tx, NewAuditEntry::new(tenant, action, subject).with(detail)).await
}

/// Staff and client people are managed by whoever may look at all clients; a scope of some is not enough.
pub(super) fn whole_agency(agency: &AgencyScope) -> Result<()> {
    if agency.limit().is_none() { Ok(()) } else { Err(Error::denied("Only the agency's administrators may do this.")) }
}

/// Adds somebody with these roles. With a one-time password, they have to choose their own first.
///
/// # Errors
/// `Conflict` `email_taken`; `Invalid` for an empty name or no role.
pub async fn add_user(tx: &mut Tx, agency: &AgencyScope, user: NewUser, grants: &[Grant]) -> Result<UserId> {
    whole_agency(agency)?;
    if grants.is_empty() {
        return Err(Error::invalid("role", "Choose at least one role; without one they would see nothing."));
    }
    let id = insert_user(tx, &user).await?;
    for grant in grants {
        store::grant(tx, id, Grant::new(grant.role, grant.tenant)?).await?;
    }
    note(tx, None, "people.user_added", id, json!({ "email": user.email, "roles": grants })).await?;
    Ok(id)
}

/// Adds one of a client's own people. Somebody with this address who is here already keeps their account and password and
/// gets the role too.
///
/// # Errors
/// `Invalid` for a role of the agency's staff or an empty name.
pub async fn add_client_person(tx: &mut Tx, scope: TenantScope, user: NewUser, role: Role) -> Result<UserId> {
    let grant = Grant::new(role, Some(scope.tenant()))?;
    let id = match store::user_by_email(tx, user.email.as_str()).await? {
        Some(known) => known.id,
        None => insert_user(tx, &user).await?,
    };
    store::grant(tx, id, grant).await?;
    note(tx, Some(scope.tenant()), "people.client_person_added", id, json!({ "role": role })).await?;
    Ok(id)
}

/// Takes one of a client's own people out of that client; their account stays.
///
/// # Errors
/// `NotFound` when they are not one of this client's people.
pub async fn remove_client_person(tx: &mut Tx, scope: TenantScope, user: UserId) -> Result<()> {
    if !store::withdraw_tenant_role(tx, scope, user).await? {
        return Err(Error::not_found("user"));
    }
    note(tx, Some(scope.tenant()), "people.client_person_removed", user, json!({})).await
}

/// Nobody shuts themselves out by a slip, and everything they run with their tokens with them.
fn somebody_else(tx: &Tx, user: UserId, help: &str) -> Result<()> {
    if tx.actor().person() == Some(user) {
        return Err(Error::conflict("yourself", "This would shut you out yourself.").with_help(help));
    }
    Ok(())
}

async fn known_user(tx: &mut Tx, user: UserId) -> Result<super::model::User> {
    store::user(tx, user).await?.ok_or_else(|| Error::not_found("user"))
}

/// Gives a role; in a client, it takes the place of the role before.
///
/// # Errors
/// `NotFound` for an unknown user; `Invalid` for a role that does not fit where it is to count.
pub async fn grant_role(tx: &mut Tx, agency: &AgencyScope, user: UserId, grant: Grant) -> Result<()> {
    whole_agency(agency)?;
    known_user(tx, user).await?;
    let grant = Grant::new(grant.role, grant.tenant)?;
    store::grant(tx, user, grant).await?;
    note(tx, grant.tenant, "people.role_granted", user, json!({ "role": grant.role })).await
}

/// Takes an agency-wide role away.
///
/// # Errors
/// `NotFound` when they don't have it; `Conflict` `last_administrator`.
pub async fn withdraw_role(tx: &mut Tx, agency: &AgencyScope, user: UserId, role: Role) -> Result<()> {
    whole_agency(agency)?;
    store::lock_agency(tx).await?;
    if !store::withdraw_agency_role(tx, user, role).await? {
        return Err(Error::not_found("role"));
    }
    an_administrator_is_left(tx).await?;
    note(tx, None, "people.role_withdrawn", user, json!({ "role": role })).await
}

async fn an_administrator_is_left(tx: &mut Tx) -> Result<()> {
    if store::active_administrators(tx).await? == 0 {
        return Err(Error::conflict("last_administrator", "This is the last administrator; the agency needs one.")
            .with_help("Make somebody else an administrator first."));
    }
    Ok(())
}

/// Changes somebody's name.
///
/// # Errors
/// `Invalid` for an empty name; `NotFound`.
pub async fn rename_user(tx: &mut Tx, user: UserId, name: &str) -> Result<()> {
    let name = plain_name("name", name, 120)?;
    if store::rename_user(tx, user, &name).await? == 0 {
        return Err(Error::not_found("user"));
    }
    note(tx, None, "people.user_renamed", user, json!({ "name": name })).await
}

/// Changes the address that somebody signs in with. Links that were sent to the one before stop working.
///
/// # Errors
/// `Conflict` `email_taken`; `NotFound`.
pub async fn change_email(tx: &mut Tx, agency: &AgencyScope, user: UserId, email: &Email) -> Result<()> {
    whole_agency(agency)?;
    let before = known_user(tx, user).await?.email;
    set_email(tx, user, &before, email).await
}

/// Sets the address, whoever decided it.
pub(super) async fn set_email(tx: &mut Tx, user: UserId, before: &str, email: &Email) -> Result<()> {
    if before == email.as_str() {
        return Ok(());
    }
    if store::user_by_email(tx, email.as_str()).await?.is_some() {
        return Err(Error::conflict("email_taken", "Somebody with this e-mail address is here already."));
    }
    store::set_email(tx, user, email).await?;
    links::withdraw(tx, user, None).await?;
    note(tx, None, "people.email_changed", user, json!({ "email": email, "before": before })).await
}

/// Shuts somebody out: their sessions end and their tokens are revoked. Safe to repeat.
///
/// # Errors
/// `NotFound`; `Conflict` `last_administrator`, or `yourself`.
pub async fn deactivate(tx: &mut Tx, agency: &AgencyScope, user: UserId) -> Result<()> {
    whole_agency(agency)?;
    somebody_else(tx, user, "Ask another administrator to do it.")?;
    let known = known_user(tx, user).await?;
    store::lock_agency(tx).await?;
    if !store::set_disabled(tx, user, true).await? {
        return Ok(());
    }
    an_administrator_is_left(tx).await?;
    let sessions = access::delete_sessions(tx, user, None).await?;
    let tokens = access::revoke_tokens(tx, user).await?;
    links::withdraw(tx, user, None).await?;
    two_factor::delete_pending(tx, user).await?;
    invitations::withdraw_for(tx, &known.email).await?;
    note(tx, None, "people.user_deactivated", user, json!({ "sessions_ended": sessions, "tokens_revoked": tokens }))
        .await
}

/// Lets somebody in again, with the password they had. Tokens stay revoked.
///
/// # Errors
/// `NotFound`.
pub async fn reactivate(tx: &mut Tx, agency: &AgencyScope, user: UserId) -> Result<()> {
    whole_agency(agency)?;
    known_user(tx, user).await?;
    if store::set_disabled(tx, user, false).await? {
        note(tx, None, "people.user_reactivated", user, json!({})).await?;
    }
    Ok(())
}

/// Sets a one-time password for somebody who forgot theirs; their sessions end.
///
/// # Errors
/// `NotFound`; `Conflict` `yourself`.
pub async fn reset_password(tx: &mut Tx, agency: &AgencyScope, user: UserId, password: &HashedPassword) -> Result<()> {
    whole_agency(agency)?;
    somebody_else(tx, user, "Change your own password under Your password.")?;
    known_user(tx, user).await?;
    store::set_password(tx, user, password).await?;
    let sessions = access::delete_sessions(tx, user, None).await?;
    links::withdraw(tx, user, Some(Purpose::PasswordReset)).await?;
    two_factor::delete_pending(tx, user).await?;
    note(tx, None, "people.password_reset", user, json!({ "sessions_ended": sessions })).await
}

/// Changes one's own password; all other sessions end. Opens its own transaction, as hashing may not happen inside one.
///
/// # Errors
/// `Invalid` for the field `current` when that password is wrong, and for `password` when the new one does not do;
/// `Limited` after too many wrong ones; `Denied` for a program.
pub async fn change_password(
    db: &Db,
    principal: &Principal,
    keep: Option<SessionId>,
    current: &Secret,
    new: &Secret,
) -> Result<()> {
    if matches!(principal.actor(), Actor::Token { .. }) {
        return Err(Error::denied("A program can't change a password; sign in to do that."));
    }
    let account =
        store::credentials(&mut db.read().await?, principal.user()).await?.ok_or_else(Error::unauthenticated)?;
    if !account.has_password {
        return Err(Error::conflict("no_password", "You have no password yet: you sign in through a provider.")
            .with_help("Set one with “Forgot your password?” on the sign-in page."));
    }
    // Counted as at signing in: a session that was left open is no way to try passwords.
    let attempt = Attempt::new(principal.email(), None);
    attempt.begin(db).await?;
    if !passwords::verify(current, Some(account.password_hash.clone())).await? {
        return Err(Error::invalid("current", "This is not your present password."));
    }
    if current == new {
        return Err(Error::invalid("password", "Choose a password that differs from the present one."));
    }
    let hashed = HashedPassword::chosen(new).await?;
    let mut tx = db.begin(principal.actor().clone()).await?;
    attempt.succeeded(&mut tx).await?;
    store::set_password(&mut tx, principal.user(), &hashed).await?;
    let sessions = access::delete_sessions(&mut tx, principal.user(), keep).await?;
    links::withdraw(&mut tx, principal.user(), Some(Purpose::PasswordReset)).await?;
    note(&mut tx, None, "people.password_changed", principal.user(), json!({ "sessions_ended": sessions })).await?;
    tx.commit().await
}

//! Inviting people by e-mail. Whoever holds the link joins with the invited address, chooses a name and a password, and
//! has what the invitation gives.
//!
//! Only a hash of the link's token is kept: [`issue_link`] makes a new one for the mail or for "Copy link", and the one
//! before stops working.

use aos_kernel::{
    AgencyScope, Cursor, Error, ErrorKind, InvitationId, NewEvent, Page, PageSize, Result, Secret, Subject, TenantId,
    TenantScope, Timestamp, UserId,
};
use aos_storage::{Conn, Db, Tx};
use chrono::TimeDelta;
use serde::Serialize;
use serde_json::json;

use super::{
    audit::{self, NewAuditEntry},
    model::{Email, Grant, Permission, Role, User, plain_name},
    passwords::HashedPassword,
    principal::Principal,
    sessions::{self, Browser, Entry},
    store::{invitations as store, users},
    tokens,
};

/// How long an invitation can be accepted after it was sent.
pub const LIFETIME: TimeDelta = TimeDelta::days(7);
/// More roles than this at once is a mistake.
const MOST_GRANTS: usize = 50;

/// Somebody to be invited.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    pub email: Email,
    /// At least one.
    pub grants: Vec<Grant>,
}

/// An invitation as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Invitation {
    pub id: InvitationId,
    pub email: String,
    pub grants: Vec<Grant>,
    pub invited_by: Option<UserId>,
    /// The name of whoever invited; none for the command line.
    pub inviter: Option<String>,
    pub created_at: Timestamp,
    /// The last time that it was sent.
    pub sent_at: Timestamp,
    pub expires_at: Timestamp,
    pub accepted_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

impl Invitation {
    /// The client that it concerns, when it concerns one and nothing else.
    pub fn only_tenant(&self) -> Option<TenantId> {
        let mut tenants = self.grants.iter().map(|grant| grant.tenant);
        let first = tenants.next().flatten()?;
        tenants.all(|tenant| tenant == Some(first)).then_some(first)
    }
    /// Sent, but run out before anybody accepted it.
    pub fn has_run_out(&self, now: Timestamp) -> bool {
        self.accepted_at.is_none() && self.revoked_at.is_none() && self.expires_at <= now
    }
}

/// What whoever holds the link is shown.
#[derive(Clone, Debug)]
pub struct Invited {
    pub invitation: Invitation,
    /// The account that has the invited address already: its person signs in and accepts.
    pub account: Option<User>,
}

/// The right to give these roles: the agency's administrators any, whoever manages a client's people those of that client.
fn may_give(principal: &Principal, grants: &[Grant]) -> Result<()> {
    for grant in grants {
        match grant.tenant {
            None => principal.require(Permission::ManageUsers)?,
            Some(tenant) => {
                principal.tenant_scope(tenant, Permission::ManageClientPeople)?;
            }
        }
    }
    Ok(())
}

/// Invites somebody, and says so to whoever sends mail: event `people.invited`.
///
/// # Errors
/// `Denied` or `NotFound` for a role that the inviter may not give; `Invalid` for no role; `Conflict` `already_invited`,
/// or `already_has_roles` when the address belongs to somebody with all of them.
pub async fn invite(tx: &mut Tx, principal: &Principal, new: NewInvitation) -> Result<InvitationId> {
    let invitation = prepare(tx, principal, new).await?;
    let said = json!({ "email": invitation.email, "roles": invitation.grants });
    note(tx, &invitation, "people.invited", said).await?;
    Ok(invitation.id)
}

/// Invites somebody with a link that the inviter hands over. No mail goes out: its link would take this one's place.
///
/// # Errors
/// As [`invite`].
pub async fn invite_by_link(tx: &mut Tx, principal: &Principal, new: NewInvitation) -> Result<(InvitationId, Secret)> {
    let invitation = prepare(tx, principal, new).await?;
    let said = json!({ "email": invitation.email, "roles": invitation.grants, "by_link": true });
    note(tx, &invitation, "people.invited", said).await?;
    Ok((invitation.id, issue_link(tx, invitation.id).await?))
}

/// Makes the invitation; nobody has heard of it yet.
async fn prepare(tx: &mut Tx, principal: &Principal, new: NewInvitation) -> Result<Invitation> {
    if new.grants.is_empty() || new.grants.len() > MOST_GRANTS {
        return Err(Error::invalid("role", "Choose at least one role; without one they would see nothing."));
    }
    let mut grants: Vec<Grant> = Vec::new();
    for grant in new.grants {
        let grant = Grant::new(grant.role, grant.tenant)?;
        if !grants.contains(&grant) {
            grants.push(grant);
        }
    }
    may_give(principal, &grants)?;
    tx.lock("people.invite").await?;
    // Only what the inviter may see is told: that another client invited the same person stays with that client.
    for open in store::open_for(tx, new.email.as_str()).await? {
        let runs = !open.has_run_out(tx.now());
        if runs && open.grants.iter().any(|known| grants.contains(known)) && may_give(principal, &open.grants).is_ok() {
            return Err(Error::conflict("already_invited", "This address is invited already.")
                .with_help("Send the invitation again, or take it back first."));
        }
    }
    if let Some(user) = users::user_by_email(tx, new.email.as_str()).await? {
        let has = users::memberships(tx, &[user.id]).await?;
        if grants.iter().all(|grant| has.iter().any(|own| own.grant() == *grant)) {
            return Err(Error::conflict("already_has_roles", "Somebody with this address has this role already."));
        }
    }
    let (id, until) = (InvitationId::new(), tx.now() + LIFETIME);
    store::insert(tx, id, new.email.as_str(), principal_of(tx), until, &grants).await?;
    known(tx, id).await
}

fn principal_of(tx: &Tx) -> Option<UserId> {
    tx.actor().person()
}

async fn known(conn: &mut Conn, id: InvitationId) -> Result<Invitation> {
    store::by_id(conn, id).await?.ok_or_else(|| Error::not_found("invitation"))
}

async fn note(tx: &mut Tx, invitation: &Invitation, action: &'static str, detail: serde_json::Value) -> Result<()> {
    let (tenant, subject) = (invitation.only_tenant(), Subject::new("invitation", invitation.id));
    tx.emit(NewEvent::new(tenant, action, subject.clone()).with(detail.clone()));
    audit::record(tx, NewAuditEntry::new(tenant, action, subject).with(detail)).await
}

/// An invitation that this person may manage.
async fn managed(conn: &mut Conn, principal: &Principal, id: InvitationId) -> Result<Invitation> {
    let invitation = known(conn, id).await?;
    may_give(principal, &invitation.grants).map_err(|_| Error::not_found("invitation"))?;
    Ok(invitation)
}

fn closed(invitation: &Invitation) -> Error {
    if invitation.accepted_at.is_some() {
        Error::conflict("invitation_accepted", "This invitation was accepted already.")
    } else {
        Error::conflict("invitation_revoked", "This invitation was taken back.")
            .with_help("Invite the person again if that was a mistake.")
    }
}

/// Sends it again, for another week; also one that ran out. Event `people.invited`.
///
/// # Errors
/// `NotFound`; `Conflict` when it was accepted or taken back.
pub async fn send_again(tx: &mut Tx, principal: &Principal, id: InvitationId) -> Result<()> {
    let invitation = managed(tx, principal, id).await?;
    let until = tx.now() + LIFETIME;
    if !store::prolong(tx, id, until).await? {
        return Err(closed(&invitation));
    }
    note(tx, &invitation, "people.invited", json!({ "email": invitation.email, "again": true })).await
}

/// Takes it back: its link stops working. Safe to repeat.
///
/// # Errors
/// `NotFound`; `Conflict` `invitation_accepted`.
pub async fn revoke(tx: &mut Tx, principal: &Principal, id: InvitationId) -> Result<()> {
    let invitation = managed(tx, principal, id).await?;
    if store::revoke(tx, id).await? {
        return note(tx, &invitation, "people.invitation_revoked", json!({ "email": invitation.email })).await;
    }
    if invitation.accepted_at.is_some() { Err(closed(&invitation)) } else { Ok(()) }
}

/// Makes a new link and hands out its token, for a person to copy. It is noted, as whoever has the link can join.
///
/// # Errors
/// As [`send_again`].
pub async fn copy_link(tx: &mut Tx, principal: &Principal, id: InvitationId) -> Result<Secret> {
    let invitation = managed(tx, principal, id).await?;
    let until = tx.now() + LIFETIME;
    if !store::prolong(tx, id, until).await? {
        return Err(closed(&invitation));
    }
    let token = issue_link(tx, id).await?;
    let entry = NewAuditEntry::new(
        invitation.only_tenant(),
        "people.invitation_link_made",
        Subject::new("invitation", invitation.id),
    );
    audit::record(tx, entry.with(json!({ "email": invitation.email }))).await?;
    Ok(token)
}

/// Makes a new token for the link; the one before stops working. For the job that mails it; people use [`copy_link`].
///
/// # Errors
/// `NotFound`; `Conflict` when it was accepted or taken back.
pub async fn issue_link(tx: &mut Tx, id: InvitationId) -> Result<Secret> {
    let token = tokens::random();
    if store::set_token(tx, id, &tokens::digest(token.expose())).await? {
        return Ok(token);
    }
    Err(closed(&known(tx, id).await?))
}

/// One invitation, for the job that mails it.
///
/// # Errors
/// `NotFound`.
pub async fn invitation(conn: &mut Conn, id: InvitationId) -> Result<Invitation> {
    known(conn, id).await
}

/// The open invitations, the newest first. A limited scope sees those that concern its clients and nothing else.
///
/// # Errors
/// `Storage`; `Invalid` for a cursor that this query did not make.
pub async fn list(
    conn: &mut Conn,
    agency: &AgencyScope,
    search: Option<&str>,
    after: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<Invitation>> {
    let before = after.map(|cursor| cursor.as_str().parse()).transpose().map_err(|_| super::queries::bad_cursor())?;
    let search = search.filter(|text| !text.trim().is_empty());
    let open = store::open(conn, agency, search, before, size).await?;
    Ok(Page::from_surplus(open, size, |invitation: &Invitation| Cursor::new(invitation.id.to_string())))
}

/// An open invitation, as one client sees it.
#[derive(Clone, Debug)]
pub struct ClientInvitation {
    /// With what it gives in this client only.
    pub invitation: Invitation,
    /// It gives something elsewhere too, so it is not this client's to change.
    pub reaches_further: bool,
}

/// The open invitations to one client, the newest first.
///
/// # Errors
/// `Storage`.
pub async fn of_client(conn: &mut Conn, scope: TenantScope) -> Result<Vec<ClientInvitation>> {
    let open = store::of_client(conn, scope).await?;
    let seen = open.into_iter().map(|mut invitation| {
        let all = invitation.grants.len();
        invitation.grants.retain(|grant| grant.tenant == Some(scope.tenant()));
        ClientInvitation { reaches_further: invitation.grants.len() < all, invitation }
    });
    Ok(seen.collect())
}

/// An open invitation to this client and to nothing else: what the client's own people may change.
///
/// # Errors
/// `NotFound`.
pub async fn in_client(conn: &mut Conn, scope: TenantScope, id: InvitationId) -> Result<Invitation> {
    let found = known(conn, id).await?;
    if found.only_tenant() == Some(scope.tenant()) { Ok(found) } else { Err(Error::not_found("invitation")) }
}

/// What the holder of a link is invited to.
///
/// # Errors
/// `NotFound` `link_unknown`; `Conflict` `invitation_accepted`, `invitation_revoked` or `invitation_expired`.
pub async fn look(conn: &mut Conn, token: &Secret, now: Timestamp) -> Result<Invited> {
    let invitation = store::by_token(conn, &tokens::digest(token.expose())).await?;
    let invitation = invitation.ok_or_else(|| {
        Error::new(ErrorKind::NotFound, "link_unknown", "This invitation does not work.")
            .with_help("The link may be incomplete, or a newer one was sent to you. Ask whoever invited you.")
    })?;
    if invitation.accepted_at.is_some() {
        return Err(closed(&invitation).with_help("You have an account: sign in with your e-mail address."));
    }
    if invitation.revoked_at.is_some() {
        return Err(closed(&invitation).with_help("Ask whoever invited you."));
    }
    if invitation.has_run_out(now) {
        return Err(Error::conflict("invitation_expired", "This invitation has run out.")
            .with_help("Ask whoever invited you to send it again."));
    }
    let account = users::user_by_email(conn, &invitation.email).await?;
    Ok(Invited { invitation, account })
}

/// The invitations of an address that can be accepted now, for somebody who proved in another way that it is theirs.
pub(super) async fn good_for(conn: &mut Conn, email: &str, now: Timestamp) -> Result<Vec<Invitation>> {
    let mut open = store::open_for(conn, email).await?;
    open.retain(|invitation| !invitation.has_run_out(now));
    Ok(open)
}

/// Accepts an invitation for somebody.
pub(super) async fn give(tx: &mut Tx, invitation: &Invitation, user: UserId) -> Result<()> {
    if !store::accept(tx, invitation.id, user).await? {
        return Err(closed(&known(tx, invitation.id).await?));
    }
    let has = users::memberships(tx, &[user]).await?;
    for grant in &invitation.grants {
        // Who speaks for a client already does not become less by an invitation.
        let more = has.iter().any(|own| own.tenant_id == grant.tenant && own.role == Role::TenantAdmin);
        if !more {
            users::grant(tx, user, *grant).await?;
        }
    }
    note(
        tx,
        invitation,
        "people.joined",
        json!({ "email": invitation.email, "user": user, "roles": invitation.grants }),
    )
    .await
}

/// Somebody new accepts: makes their account and signs them in. Opens its own transaction, as hashing may not happen
/// inside one.
///
/// # Errors
/// As [`look`]; `Invalid` for the name or the password; `Conflict` `sign_in_first` when the address has an account.
pub async fn join(db: &Db, token: &Secret, name: &str, password: &Secret, browser: &Browser) -> Result<Entry> {
    // Before a password is hashed, which is made to be slow.
    let invited = look(&mut db.read().await?, token, db.clock().now()).await?;
    let name = plain_name("name", name, 120)?;
    if invited.account.is_some() {
        return Err(sign_in_first());
    }
    let password = HashedPassword::chosen(password).await?;
    let user = UserId::new();
    let mut tx = db.begin(aos_kernel::Actor::user(user)).await?;
    let now = tx.now();
    let invited = look(&mut tx, token, now).await?;
    if invited.account.is_some() {
        return Err(sign_in_first());
    }
    let email = Email::parse(&invited.invitation.email)?;
    users::insert_user(&mut tx, user, &email, &name, &password).await?;
    give(&mut tx, &invited.invitation, user).await?;
    let entry = sessions::enter(&mut tx, user, browser).await?;
    tx.commit().await?;
    Ok(entry)
}

fn sign_in_first() -> Error {
    Error::conflict("sign_in_first", "This address has an account already: sign in to accept.")
}

/// Somebody with an account accepts; their name and password stay.
///
/// # Errors
/// As [`look`]; `Conflict` `for_somebody_else` when it was sent to another address.
pub async fn accept(tx: &mut Tx, principal: &Principal, token: &Secret) -> Result<()> {
    let now = tx.now();
    let invited = look(tx, token, now).await?;
    if invited.account.is_none_or(|account| account.id != principal.user()) {
        return Err(Error::conflict("for_somebody_else", "This invitation is for another e-mail address.")
            .with_help("Sign out, and open the link again."));
    }
    give(tx, &invited.invitation, principal.user()).await
}

/// Takes back whatever was sent to an address whose account is shut out.
pub(super) async fn withdraw_for(tx: &mut Tx, email: &str) -> Result<()> {
    for invitation in store::open_for(tx, email).await? {
        store::revoke(tx, invitation.id).await?;
    }
    Ok(())
}

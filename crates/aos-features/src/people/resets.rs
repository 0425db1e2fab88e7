//! Choosing a new password by a link that was mailed: for an hour, once.

use aos_kernel::{AccountLinkId, Actor, AgencyScope, Error, NewEvent, Result, Secret, Subject, UserId};
use aos_storage::{Conn, Db, Tx};
use serde_json::json;

use super::{
    audit::{self, NewAuditEntry},
    commands::whole_agency,
    links::{self, Purpose},
    model::{Email, User},
    passwords::HashedPassword,
    sessions::{self, Browser, Entry},
    store::{access, links as store, users},
    throttle::Attempt,
};

/// Somebody forgot their password. Whether the address has an account can't be learned: the answer and the throttle are
/// the same. For an account, whoever sends mail is told: event `people.password_reset_requested`.
///
/// # Errors
/// `Invalid` for what is no address; `Limited` after too many requests.
pub async fn request(db: &Db, email: &str, address: Option<&str>) -> Result<()> {
    let email = Email::parse(email)?;
    Attempt::at_reset(email.as_str(), address).begin(db).await?;
    let mut tx = db.begin(Actor::system("people")).await?;
    if let Some(user) = users::user_by_email(&mut tx, email.as_str()).await?.filter(User::is_active) {
        prepare(&mut tx, &user).await?;
    }
    tx.commit().await
}

async fn prepare(tx: &mut Tx, user: &User) -> Result<AccountLinkId> {
    let link = links::prepare(tx, user.id, Purpose::PasswordReset, None).await?;
    let subject = Subject::new("account_link", link);
    tx.emit(NewEvent::new(None, "people.password_reset_requested", subject).with(json!({ "user": user.id })));
    let entry = NewAuditEntry::new(None, "people.password_reset_requested", Subject::new("user", user.id));
    audit::record(tx, entry).await?;
    Ok(link)
}

/// An administrator has a link mailed to somebody. The password that they have works until they use it.
///
/// # Errors
/// `Denied` for a scope of some clients; `NotFound`, also for somebody who was deactivated.
pub async fn send(tx: &mut Tx, agency: &AgencyScope, user: UserId) -> Result<()> {
    whole_agency(agency)?;
    let user = active(tx, user).await?;
    prepare(tx, &user).await?;
    Ok(())
}

async fn active(conn: &mut Conn, user: UserId) -> Result<User> {
    users::user(conn, user).await?.filter(User::is_active).ok_or_else(|| Error::not_found("user"))
}

/// An administrator makes a link to hand over; it is noted, as whoever has the link can come in.
///
/// # Errors
/// As [`send`]; `Conflict` `yourself`.
pub async fn copy_link(tx: &mut Tx, agency: &AgencyScope, user: UserId) -> Result<Secret> {
    whole_agency(agency)?;
    if tx.actor().person() == Some(user) {
        return Err(Error::conflict("yourself", "Change your own password on your account page."));
    }
    let user = active(tx, user).await?;
    let link = links::prepare(tx, user.id, Purpose::PasswordReset, None).await?;
    let token = issue_link(tx, link).await?;
    audit::record(tx, NewAuditEntry::new(None, "people.password_link_made", Subject::new("user", user.id))).await?;
    Ok(token)
}

/// Makes a new token for the link, good for an hour; the one before stops working. For the job that mails it.
///
/// # Errors
/// `NotFound` when it was used, or another one took its place.
pub async fn issue_link(tx: &mut Tx, id: AccountLinkId) -> Result<Secret> {
    links::issue(tx, id, Purpose::PasswordReset).await
}

/// Whom the link is for, for the job that mails it. None when it needs no mail any more.
///
/// # Errors
/// `Storage`.
pub async fn recipient(conn: &mut Conn, id: AccountLinkId) -> Result<Option<User>> {
    let link = store::by_id(conn, id).await?.filter(|link| link.used_at.is_none());
    match link {
        Some(link) => Ok(users::user(conn, link.user_id).await?.filter(User::is_active)),
        None => Ok(None),
    }
}

/// Whose password the holder of a link may choose.
///
/// # Errors
/// `NotFound` `link_unknown`; `Conflict` `link_used` or `link_expired`.
pub async fn look(conn: &mut Conn, token: &Secret, now: aos_kernel::Timestamp) -> Result<User> {
    let link = links::good(conn, token, Purpose::PasswordReset, now).await?;
    active(conn, link.user_id).await
}

/// Sets the new password; every session ends, and the person is let in, after their second factor if they have one.
/// Opens its own transaction, as hashing may not happen inside one.
///
/// # Errors
/// As [`look`]; `Invalid` for the field `password`.
pub async fn finish(db: &Db, token: &Secret, new: &Secret, browser: &Browser) -> Result<Entry> {
    let now = db.clock().now();
    let user = look(&mut db.read().await?, token, now).await?;
    let password = HashedPassword::chosen(new).await?;
    let mut tx = db.begin(Actor::user(user.id)).await?;
    let link = links::good(&mut tx, token, Purpose::PasswordReset, now).await?;
    active(&mut tx, user.id).await?;
    if !store::use_up(&mut tx, link.id).await? {
        return Err(links::used());
    }
    users::set_password(&mut tx, user.id, &password).await?;
    let sessions = access::delete_sessions(&mut tx, user.id, None).await?;
    super::store::two_factor::delete_pending(&mut tx, user.id).await?;
    super::commands::note(
        &mut tx,
        None,
        "people.password_changed",
        user.id,
        json!({ "sessions_ended": sessions, "by": "link" }),
    )
    .await?;
    let entry = sessions::enter(&mut tx, user.id, browser).await?;
    tx.commit().await?;
    Ok(entry)
}

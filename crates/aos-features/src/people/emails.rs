//! Changing one's own e-mail address: it counts once somebody followed the link that was mailed to it, so that nobody can
//! claim an address that is not theirs.

use aos_kernel::{AccountLinkId, Actor, Error, NewEvent, Result, Secret, Subject, Timestamp};
use aos_storage::{Conn, Db, Tx};
use serde_json::json;

use super::{
    commands,
    links::{self, Purpose},
    model::{Email, User},
    passwords,
    principal::Principal,
    store::{links as store, users},
    throttle::Attempt,
};

/// Asks for another address. Whoever sends mail is told: event `people.email_change_requested`. Opens its own transaction,
/// as checking a password may not happen inside one.
///
/// # Errors
/// `Invalid` for the field `email` or, when the password is wrong, `current`; `Denied` for a program; `Limited`.
pub async fn request(db: &Db, principal: &Principal, current: &Secret, email: &str) -> Result<()> {
    if matches!(principal.actor(), Actor::Token { .. }) {
        return Err(Error::denied("A program can't change an e-mail address; sign in to do that."));
    }
    let email = Email::parse(email)?;
    if email.as_str() == principal.email() {
        return Err(Error::invalid("email", "This is your address already."));
    }
    let account =
        users::credentials(&mut db.read().await?, principal.user()).await?.ok_or_else(Error::unauthenticated)?;
    if !account.has_password {
        return Err(Error::conflict("no_password", "Your address comes from your provider.")
            .with_help("An administrator of your agency can change it."));
    }
    let attempt = Attempt::new(principal.email(), None);
    attempt.begin(db).await?;
    if !passwords::verify(current, account.hash()).await? {
        return Err(Error::invalid("current", "This is not your present password."));
    }
    let mut tx = db.begin(principal.actor().clone()).await?;
    attempt.succeeded(&mut tx).await?;
    // Whether it is taken is told to whoever reads mail there, and to nobody else.
    let link = links::prepare(&mut tx, principal.user(), Purpose::EmailChange, Some(email.as_str())).await?;
    let subject = Subject::new("account_link", link);
    tx.emit(NewEvent::new(None, "people.email_change_requested", subject).with(json!({ "user": principal.user() })));
    tx.commit().await
}

/// Makes a new token for the link, good for a day; the one before stops working. For the job that mails it.
///
/// # Errors
/// `NotFound` when it was used, or another one took its place.
pub async fn issue_link(tx: &mut Tx, id: AccountLinkId) -> Result<Secret> {
    links::issue(tx, id, Purpose::EmailChange).await
}

/// Whose address is to change and to what, for the job that mails the link there. None when it needs no mail any more.
///
/// # Errors
/// `Storage`.
pub async fn recipient(conn: &mut Conn, id: AccountLinkId) -> Result<Option<(User, String)>> {
    let Some(link) = store::by_id(conn, id).await?.filter(|link| link.used_at.is_none()) else { return Ok(None) };
    let user = users::user(conn, link.user_id).await?.filter(User::is_active);
    Ok(user.zip(link.email))
}

/// The address that is waited for, if one is.
///
/// # Errors
/// `Storage`.
pub async fn waiting(conn: &mut Conn, principal: &Principal, now: Timestamp) -> Result<Option<String>> {
    store::waiting(conn, principal.user(), Purpose::EmailChange, now).await
}

/// Whose address the holder of a link confirms, and which.
///
/// # Errors
/// `NotFound` `link_unknown`; `Conflict` `link_used` or `link_expired`.
pub async fn look(conn: &mut Conn, token: &Secret, now: Timestamp) -> Result<(User, String)> {
    let link = links::good(conn, token, Purpose::EmailChange, now).await?;
    let user = users::user(conn, link.user_id).await?.filter(User::is_active);
    user.zip(link.email).ok_or_else(|| Error::not_found("user"))
}

/// Confirms it: from now on the person signs in with it.
///
/// # Errors
/// As [`look`]; `Conflict` `email_taken`.
pub async fn confirm(db: &Db, token: &Secret) -> Result<()> {
    let now = db.clock().now();
    let link = links::good(&mut db.read().await?, token, Purpose::EmailChange, now).await?;
    let mut tx = db.begin(Actor::user(link.user_id)).await?;
    let (user, email) = look(&mut tx, token, now).await?;
    if !store::use_up(&mut tx, link.id).await? {
        return Err(links::used());
    }
    commands::set_email(&mut tx, user.id, &user.email, &Email::parse(&email)?).await?;
    tx.commit().await
}

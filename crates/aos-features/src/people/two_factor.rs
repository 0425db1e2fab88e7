//! The second factor: a code from an app on somebody's phone, or one of ten recovery codes when the phone is gone.
//!
//! The shared secret lies in its envelope; recovery codes are kept as hashes. A code works once, and wrong ones are slowed
//! down, whoever gives them.

use aos_kernel::{Actor, AgencyScope, Error, ErrorKind, NewEvent, Result, Secret, Subject, Timestamp, UserId};
use aos_storage::{Conn, Credentials, Db, Tx};
use serde_json::json;

use super::{
    audit::{self, NewAuditEntry},
    commands::whole_agency,
    principal::Principal,
    sessions::{self, Browser, NewSession},
    settings,
    store::{access, two_factor as store, users},
    throttle::Attempt,
    tokens, totp,
};

pub use totp::code_now;

/// What the secret's envelope is for.
const PURPOSE: &str = "two-factor";
/// Enough for a few lost phones.
const RECOVERY_CODES: usize = 10;

/// How somebody's second factor stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TwoFactor {
    Off,
    /// A secret was made, and no code has shown yet that the app has it.
    Starting,
    On {
        since: Timestamp,
        /// Recovery codes that were not used.
        recovery_codes: i64,
    },
}

/// What the app needs, while somebody sets it up.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Base 32, to be typed.
    pub secret: Secret,
    /// `otpauth://…`, to be scanned.
    pub uri: Secret,
}

/// How one's own second factor stands.
///
/// # Errors
/// `Storage`.
pub async fn state(conn: &mut Conn, user: UserId) -> Result<TwoFactor> {
    Ok(match store::of_user(conn, user).await? {
        None => TwoFactor::Off,
        Some(kept) => match kept.confirmed_at {
            None => TwoFactor::Starting,
            Some(since) => TwoFactor::On { since, recovery_codes: store::recovery_codes_left(conn, user).await? },
        },
    })
}

/// Of these people, those who have one.
///
/// # Errors
/// `Storage`.
pub async fn who_has_one(conn: &mut Conn, users: &[UserId]) -> Result<std::collections::HashSet<UserId>> {
    Ok(store::confirmed(conn, users).await?.into_keys().collect())
}

pub(super) async fn is_on(conn: &mut Conn, user: UserId) -> Result<bool> {
    Ok(store::of_user(conn, user).await?.is_some_and(|kept| kept.confirmed_at.is_some()))
}

fn by_hand(principal: &Principal) -> Result<UserId> {
    if matches!(principal.actor(), Actor::Token { .. }) {
        return Err(Error::denied("A program can't change a second factor; sign in to do that."));
    }
    Ok(principal.user())
}

async fn note(tx: &mut Tx, action: &'static str, user: UserId, detail: serde_json::Value) -> Result<()> {
    let subject = Subject::new("user", user);
    tx.emit(NewEvent::new(None, action, subject.clone()).with(detail.clone()));
    audit::record(tx, NewAuditEntry::new(None, action, subject).with(detail)).await
}

/// Makes a new secret for oneself; one that was never confirmed is thrown away.
///
/// # Errors
/// `Conflict` `two_factor_on` when there is one that works; `Denied` for a program.
pub async fn start(tx: &mut Tx, credentials: &Credentials, principal: &Principal) -> Result<()> {
    let user = by_hand(principal)?;
    if let Some(kept) = store::of_user(tx, user).await? {
        if kept.confirmed_at.is_some() {
            return Err(Error::conflict("two_factor_on", "Two-factor sign-in is on already.")
                .with_help("Turn it off first to use another device."));
        }
        credentials.delete(tx, None, kept.credential_id).await?;
        store::delete(tx, user).await?;
    }
    let credential = credentials.put(tx, None, PURPOSE, &totp::new_secret()).await?;
    store::insert(tx, user, credential).await
}

/// What the app needs; none unless it is being set up.
///
/// # Errors
/// `Storage`.
pub async fn setup(conn: &mut Conn, credentials: &Credentials, principal: &Principal) -> Result<Option<Setup>> {
    let Some(kept) = store::of_user(conn, principal.user()).await? else { return Ok(None) };
    if kept.confirmed_at.is_some() {
        return Ok(None);
    }
    let secret = credentials.reveal(conn, None, kept.credential_id).await?;
    let agency = users::agency(conn).await?.map_or_else(String::new, |agency| agency.name);
    let uri = totp::uri(&secret, &agency, principal.email());
    Ok(Some(Setup { secret, uri }))
}

fn wrong() -> Error {
    Error::invalid("code", "This code is not right.")
        .with_help("Codes change every half minute and work once: wait for the next one.")
}

/// Turns it on with a first code; the answer holds the recovery codes, which are shown once. All other sessions end.
///
/// # Errors
/// `Invalid` for the field `code`; `Limited` after too many wrong ones; `Conflict` when nothing was started.
pub async fn confirm(
    db: &Db,
    credentials: &Credentials,
    principal: &Principal,
    keep: Option<aos_kernel::SessionId>,
    code: &str,
) -> Result<Vec<Secret>> {
    let user = by_hand(principal)?;
    let attempt = Attempt::at_code(user);
    attempt.begin(db).await?;
    let mut tx = db.begin(principal.actor().clone()).await?;
    let kept = store::of_user(&mut tx, user).await?.filter(|kept| kept.confirmed_at.is_none());
    let kept = kept.ok_or_else(|| {
        Error::conflict("two_factor_not_started", "Nothing is being set up.").with_help("Start again.")
    })?;
    let secret = credentials.reveal(&mut tx, None, kept.credential_id).await?;
    let now = tx.now();
    let step = totp::step_of(&secret, code, now).ok_or_else(wrong)?;
    if !store::use_step(&mut tx, user, step).await? {
        return Err(wrong());
    }
    store::confirm(&mut tx, user).await?;
    let codes = new_codes(&mut tx, user).await?;
    let sessions = access::delete_sessions(&mut tx, user, keep).await?;
    attempt.succeeded(&mut tx).await?;
    note(&mut tx, "people.two_factor_turned_on", user, json!({ "sessions_ended": sessions })).await?;
    tx.commit().await?;
    Ok(codes)
}

async fn new_codes(tx: &mut Tx, user: UserId) -> Result<Vec<Secret>> {
    let codes: Vec<Secret> = (0..RECOVERY_CODES).map(|_| tokens::recovery()).collect();
    let hashes: Vec<String> = codes.iter().map(|code| tokens::digest(code.expose())).collect();
    store::set_recovery_codes(tx, user, &hashes).await?;
    Ok(codes)
}

/// What a code turned out to be; none when it is wrong or was used before.
async fn used(tx: &mut Tx, credentials: &Credentials, user: UserId, code: &str) -> Result<Option<&'static str>> {
    let Some(kept) = store::of_user(tx, user).await?.filter(|kept| kept.confirmed_at.is_some()) else {
        return Ok(None);
    };
    let secret = credentials.reveal(tx, None, kept.credential_id).await?;
    let now = tx.now();
    if let Some(step) = totp::step_of(&secret, code, now) {
        return Ok(store::use_step(tx, user, step).await?.then_some("app"));
    }
    let typed: String = code.trim().to_lowercase().split_whitespace().collect();
    if store::use_recovery_code(tx, user, &tokens::digest(&typed)).await? {
        return Ok(Some("recovery_code"));
    }
    Ok(None)
}

/// Finishes a sign-in whose first step was right, with a code of the app or a recovery code. Opens its own transactions.
///
/// # Errors
/// `Unauthenticated` `code_too_late` when the first step is too long ago; `Invalid` for the field `code`; `Limited`.
pub async fn finish_sign_in(
    db: &Db,
    credentials: &Credentials,
    pending: &Secret,
    code: &str,
    browser: &Browser,
) -> Result<NewSession> {
    let hash = tokens::digest(pending.expose());
    let too_late = || {
        Error::new(ErrorKind::Unauthenticated, "code_too_late", "This took too long; sign in again.")
            .with_help("A code is waited for ten minutes.")
    };
    let now = db.clock().now();
    let user = store::pending(&mut db.read().await?, &hash, now).await?.ok_or_else(too_late)?;
    let attempt = Attempt::at_code(user);
    attempt.begin(db).await?;
    let mut tx = db.begin(Actor::user(user)).await?;
    let Some(kind) = used(&mut tx, credentials, user, code).await? else { return Err(wrong()) };
    if !store::take_pending(&mut tx, &hash).await? {
        return Err(too_late());
    }
    attempt.succeeded(&mut tx).await?;
    if kind == "recovery_code" {
        let left = store::recovery_codes_left(&mut tx, user).await?;
        note(&mut tx, "people.recovery_code_used", user, json!({ "left": left })).await?;
    }
    let session = sessions::let_in(&mut tx, user, browser, Some(kind)).await?;
    tx.commit().await?;
    Ok(session)
}

/// Whose code a pending sign-in waits for, to name them on the page; none when it is over.
///
/// # Errors
/// `Storage`.
pub async fn waits_for(conn: &mut Conn, pending: &Secret, now: Timestamp) -> Result<Option<UserId>> {
    store::pending(conn, &tokens::digest(pending.expose()), now).await
}

/// Checks a code of one's own before something that needs it.
async fn prove(db: &Db, credentials: &Credentials, principal: &Principal, code: &str) -> Result<Tx> {
    let user = by_hand(principal)?;
    let attempt = Attempt::at_code(user);
    attempt.begin(db).await?;
    let mut tx = db.begin(principal.actor().clone()).await?;
    if used(&mut tx, credentials, user, code).await?.is_none() {
        return Err(wrong());
    }
    attempt.succeeded(&mut tx).await?;
    Ok(tx)
}

/// Makes new recovery codes; those before stop working.
///
/// # Errors
/// `Invalid` for the field `code`; `Limited`.
pub async fn renew_recovery_codes(
    db: &Db,
    credentials: &Credentials,
    principal: &Principal,
    code: &str,
) -> Result<Vec<Secret>> {
    let mut tx = prove(db, credentials, principal, code).await?;
    let codes = new_codes(&mut tx, principal.user()).await?;
    note(&mut tx, "people.recovery_codes_renewed", principal.user(), json!({})).await?;
    tx.commit().await?;
    Ok(codes)
}

/// Turns one's own off.
///
/// # Errors
/// `Invalid` for the field `code`; `Limited`; `Conflict` `two_factor_required` for staff of an agency that asks for it.
pub async fn turn_off(db: &Db, credentials: &Credentials, principal: &Principal, code: &str) -> Result<()> {
    if principal.is_staff() && settings::security(&mut db.read().await?).await?.two_factor_required {
        return Err(Error::conflict("two_factor_required", "Your agency asks its staff for two-factor sign-in.")
            .with_help("To use another device, ask an administrator to reset it; then set it up again."));
    }
    let mut tx = prove(db, credentials, principal, code).await?;
    remove(&mut tx, credentials, principal.user()).await?;
    note(&mut tx, "people.two_factor_turned_off", principal.user(), json!({})).await?;
    tx.commit().await
}

async fn remove(tx: &mut Tx, credentials: &Credentials, user: UserId) -> Result<bool> {
    if let Some(kept) = store::of_user(tx, user).await? {
        credentials.delete(tx, None, kept.credential_id).await?;
    }
    store::delete(tx, user).await
}

/// Takes somebody's second factor away, who lost their device; their sessions end. Safe to repeat.
///
/// # Errors
/// `Denied` for a scope of some clients; `NotFound`.
pub async fn reset(tx: &mut Tx, credentials: &Credentials, agency: &AgencyScope, user: UserId) -> Result<()> {
    whole_agency(agency)?;
    users::user(tx, user).await?.ok_or_else(|| Error::not_found("user"))?;
    if remove(tx, credentials, user).await? {
        let sessions = access::delete_sessions(tx, user, None).await?;
        note(tx, "people.two_factor_reset", user, json!({ "sessions_ended": sessions })).await?;
    }
    Ok(())
}

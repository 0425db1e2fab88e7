//! Signing in and staying signed in.

use aos_kernel::{Actor, AgencyScope, Error, ErrorKind, Result, Secret, SessionId, Subject, Timestamp, UserId};
use aos_storage::{Conn, Db, Tx};
use chrono::TimeDelta;
use serde_json::json;

use super::{
    audit::{self, NewAuditEntry},
    commands::whole_agency,
    model::Session,
    office::OfficeNetworks,
    passwords,
    principal::Principal,
    store::{
        self,
        access::{self, InsertSession},
        users::{self, Credentials},
    },
    throttle::{self, Attempt},
    tokens, two_factor,
};

/// A session ends when it was not used for this long.
pub const IDLE: TimeDelta = TimeDelta::hours(12);
/// A session ends this long after the sign-in, used or not.
pub const ABSOLUTE: TimeDelta = TimeDelta::days(14);
/// A link that was used or ran out is known for this long, to say so to whoever follows it.
const KEPT_LINKS: TimeDelta = TimeDelta::days(30);
/// Use is noted at most this often, so that reading a page does not write.
pub(super) const NOTED_EVERY: TimeDelta = TimeDelta::minutes(5);
/// Browsers send up to a few hundred characters about themselves; more is not worth keeping.
const LONGEST_USER_AGENT: usize = 300;

/// An attempt to sign in.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// As typed.
    pub email: String,
    pub password: Secret,
    /// The IP address that it comes from.
    pub address: Option<String>,
    pub user_agent: Option<String>,
    /// The session that the browser held before: it ends, so that a session that somebody else put there is worth nothing.
    pub previous: Option<Secret>,
}

/// The browser that somebody signs in with.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    /// The IP address that it comes from.
    pub address: Option<String>,
    pub user_agent: Option<String>,
    /// The session that it held before: it ends, so that a session that somebody else put there is worth nothing.
    pub previous: Option<Secret>,
}

/// How far somebody came whose identity was proved.
#[derive(Clone, Debug)]
pub enum Entry {
    In(NewSession),
    /// Their second factor is still to be asked for: [`super::two_factor::finish_sign_in`].
    Code(PendingSignIn),
}

impl Entry {
    /// The session, for whoever knows that there is no second factor.
    ///
    /// # Errors
    /// `Unauthenticated` when there is one.
    pub fn session(self) -> Result<NewSession> {
        match self {
            Self::In(session) => Ok(session),
            Self::Code(_) => Err(Error::unauthenticated().with_help("A code of the second factor is asked for.")),
        }
    }
}

/// A sign-in that waits for a code. `token` is for a cookie; only its digest is kept.
#[derive(Clone, Debug)]
pub struct PendingSignIn {
    pub token: Secret,
    pub expires_at: Timestamp,
}

/// How long a code is waited for.
pub const PATIENCE: TimeDelta = TimeDelta::minutes(10);

/// A fresh session. `token` is for the cookie; only its digest is kept.
#[derive(Clone, Debug)]
pub struct NewSession {
    pub token: Secret,
    pub id: SessionId,
    pub user: UserId,
    pub expires_at: Timestamp,
    /// They came in with a one-time password: they have to choose their own before anything else.
    pub must_change_password: bool,
}

/// Whoever holds a session's or a token's secret.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub principal: Principal,
    /// None for a program with a token.
    pub session: Option<SessionId>,
    pub must_change_password: bool,
    /// The agency asks its staff for a second factor, and they have none yet.
    pub must_set_up_two_factor: bool,
    /// Where staff may work from.
    pub office: OfficeNetworks,
    /// Time to note that it was used: [`touch`] or [`super::api_tokens::touch`].
    pub note_use: bool,
}

/// The same words for a wrong password, an unknown address, a disabled account and a one-time password that ran out.
fn not_right() -> Error {
    Error::new(ErrorKind::Unauthenticated, "wrong_sign_in", "This e-mail address and password don't go together.")
        .with_help(
            "Check both. A one-time password works for seven days; after that an administrator can make a new one.",
        )
}

/// Checks the password and starts a session. Opens its own transactions, as hashing may not happen inside one.
///
/// # Errors
/// `Unauthenticated` in words that don't say what was wrong; `Limited` after too many attempts.
pub async fn sign_in(db: &Db, input: SignIn) -> Result<Entry> {
    let email = input.email.trim().to_lowercase();
    let attempt = Attempt::new(&email, input.address.as_deref());
    attempt.begin(db).await?;

    let account = users::credentials_by_email(&mut db.read().await?, &email).await?;
    let right = passwords::verify(&input.password, account.as_ref().and_then(Credentials::hash)).await?;
    let now = db.clock().now();
    let Some(account) = account.filter(|account| {
        right && account.disabled_at.is_none() && account.one_time_until.is_none_or(|until| now < until)
    }) else {
        return Err(not_right());
    };

    let mut tx = db.begin(Actor::user(account.id)).await?;
    // Read again: somebody may have deactivated the account or changed its password while this one was hashed.
    let unchanged = users::credentials(&mut tx, account.id)
        .await?
        .is_some_and(|current| current.disabled_at.is_none() && current.password_hash == account.password_hash);
    if !unchanged {
        return Err(not_right());
    }
    attempt.succeeded(&mut tx).await?;
    let browser = Browser { address: input.address, user_agent: input.user_agent, previous: input.previous };
    let entry = enter(&mut tx, account.id, &browser).await?;
    tx.commit().await?;
    Ok(entry)
}

/// Lets somebody in whose identity was proved, or asks for their second factor first.
pub(super) async fn enter(tx: &mut Tx, user: UserId, browser: &Browser) -> Result<Entry> {
    if two_factor::is_on(tx, user).await? {
        let (token, expires_at) = (tokens::random(), tx.now() + PATIENCE);
        store::two_factor::insert_pending(tx, &tokens::digest(token.expose()), user, expires_at).await?;
        return Ok(Entry::Code(PendingSignIn { token, expires_at }));
    }
    Ok(Entry::In(let_in(tx, user, browser, None).await?))
}

/// Starts a session in place of the one before, and notes it.
pub(super) async fn let_in(
    tx: &mut Tx,
    user: UserId,
    browser: &Browser,
    second_factor: Option<&'static str>,
) -> Result<NewSession> {
    if let Some(previous) = &browser.previous {
        access::delete_session_by_hash(tx, &tokens::digest(previous.expose())).await?;
    }
    let session = start(tx, user, browser.address.as_deref(), browser.user_agent.as_deref()).await?;
    let one_time = users::credentials(tx, user).await?.is_some_and(|account| account.one_time_until.is_some());
    let entry = NewAuditEntry::new(None, "people.signed_in", Subject::new("user", user));
    audit::record(tx, entry.with(json!({ "address": browser.address, "second_factor": second_factor }))).await?;
    Ok(NewSession { must_change_password: one_time, ..session })
}

/// Starts a session for somebody whose identity was proved in another way: the first administrator at set-up, the
/// demonstration's reviewer.
///
/// # Errors
/// `Storage`.
pub async fn start(tx: &mut Tx, user: UserId, address: Option<&str>, user_agent: Option<&str>) -> Result<NewSession> {
    let (id, token, expires_at) = (SessionId::new(), tokens::random(), tx.now() + ABSOLUTE);
    let user_agent: Option<String> = user_agent.map(|text| text.chars().take(LONGEST_USER_AGENT).collect());
    access::insert_session(
        tx,
        InsertSession {
            id,
            user,
            token_hash: &tokens::digest(token.expose()),
            expires_at,
            address,
            user_agent: user_agent.as_deref(),
        },
    )
    .await?;
    Ok(NewSession { token, id, user, expires_at, must_change_password: false })
}

/// Who holds this session, in one query. None when it ended, or they may not sign in any more.
///
/// # Errors
/// `Storage`.
pub async fn resolve(conn: &mut Conn, token: &Secret, now: Timestamp) -> Result<Option<SignedIn>> {
    let bearer = access::session_bearer(conn, &tokens::digest(token.expose()), now, now - IDLE).await?;
    Ok(bearer.map(|bearer| SignedIn {
        session: Some(bearer.id),
        must_change_password: bearer.one_time,
        must_set_up_two_factor: bearer.lacks_two_factor,
        office: bearer.office,
        note_use: bearer.noted_at.is_none_or(|at| now - at > NOTED_EVERY),
        principal: bearer.principal,
    }))
}

/// Notes that a session is in use, which keeps it from ending, and from where.
///
/// # Errors
/// `Storage`.
pub async fn touch(tx: &mut Tx, session: SessionId, address: Option<&str>) -> Result<()> {
    access::touch_session(tx, session, address).await
}

/// Where this person is signed in, last used first.
///
/// # Errors
/// `Storage`.
pub async fn list(conn: &mut Conn, principal: &Principal, now: Timestamp) -> Result<Vec<Session>> {
    access::sessions_of(conn, principal.user(), now, now - IDLE).await
}

/// Where somebody is signed in, for whoever manages the agency's people.
///
/// # Errors
/// `Denied` for a scope of some clients; `Storage`.
pub async fn of_user(conn: &mut Conn, agency: &AgencyScope, user: UserId, now: Timestamp) -> Result<Vec<Session>> {
    whole_agency(agency)?;
    access::sessions_of(conn, user, now, now - IDLE).await
}

/// Signs somebody out everywhere; how many sessions ended.
///
/// # Errors
/// `Denied` for a scope of some clients; `NotFound`.
pub async fn end_all(tx: &mut Tx, agency: &AgencyScope, user: UserId) -> Result<u64> {
    whole_agency(agency)?;
    users::user(tx, user).await?.ok_or_else(|| Error::not_found("user"))?;
    let ended = access::delete_sessions(tx, user, None).await?;
    let entry = NewAuditEntry::new(None, "people.sessions_ended", Subject::new("user", user));
    audit::record(tx, entry.with(json!({ "sessions": ended }))).await?;
    Ok(ended)
}

/// Ends one of one's own sessions: signing out, or signing out elsewhere.
///
/// # Errors
/// `NotFound` when it is somebody else's or ended already.
pub async fn end(tx: &mut Tx, principal: &Principal, session: SessionId) -> Result<()> {
    if access::delete_session(tx, principal.user(), session).await? { Ok(()) } else { Err(Error::not_found("session")) }
}

/// Ends all of one's own sessions but the present one; how many.
///
/// # Errors
/// `Storage`.
pub async fn end_others(tx: &mut Tx, principal: &Principal, keep: Option<SessionId>) -> Result<u64> {
    let ended = access::delete_sessions(tx, principal.user(), keep).await?;
    audit::record(
        tx,
        NewAuditEntry::new(None, "people.sessions_ended", Subject::new("user", principal.user()))
            .with(json!({ "sessions": ended })),
    )
    .await?;
    Ok(ended)
}

/// Deletes sessions that ended and attempts that are forgotten; how many rows.
///
/// # Errors
/// `Storage`.
pub async fn sweep(tx: &mut Tx) -> Result<u64> {
    let now = tx.now();
    let gone = access::sweep(tx, now - IDLE, throttle::forgotten_before(now)).await?;
    Ok(gone + store::two_factor::sweep(tx).await? + store::links::sweep(tx, now - KEPT_LINKS).await?)
}

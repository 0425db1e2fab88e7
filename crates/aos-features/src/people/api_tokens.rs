//! Keys for programs: they act for the person who made them, and the record says so.

use aos_kernel::{Actor, AgencyScope, ApiTokenId, Error, Result, Secret, Subject, Timestamp, UserId};
use aos_storage::{Conn, Tx};
use serde_json::json;

use super::{
    audit::{self, NewAuditEntry},
    commands::whole_agency,
    model::{Access, ApiToken, plain_name},
    principal::Principal,
    sessions::{NOTED_EVERY, SignedIn},
    store::access as store,
    tokens,
};

/// What every key begins with, so that scanners for leaked secrets know ours.
pub const PREFIX: &str = "aos_";
/// How much of a key may be shown later: the prefix and six characters.
const SHOWN: usize = 10;

/// A key to be made.
#[derive(Clone, Debug)]
pub struct NewApiToken {
    /// What it is for: "CI", "reporting script".
    pub name: String,
    pub access: Access,
    /// None: until it is revoked.
    pub expires_at: Option<Timestamp>,
}

/// Makes a key for oneself. The secret is in the answer and nowhere else.
///
/// # Errors
/// `Invalid` for an empty name or an end in the past; `Denied` for a program, which can't give itself more keys.
pub async fn create(tx: &mut Tx, principal: &Principal, input: NewApiToken) -> Result<(ApiToken, Secret)> {
    if matches!(principal.actor(), Actor::Token { .. }) {
        return Err(Error::denied("A program can't make tokens; sign in to do that."));
    }
    let name = plain_name("name", &input.name, 80)?;
    if input.expires_at.is_some_and(|at| at <= tx.now()) {
        return Err(Error::invalid("expires_at", "This moment is over already."));
    }
    let secret = Secret::new(format!("{PREFIX}{}", tokens::random().expose()));
    let token = ApiToken {
        id: ApiTokenId::new(),
        user_id: principal.user(),
        name,
        starts_with: secret.expose().chars().take(SHOWN).collect(),
        access: input.access,
        created_at: tx.now(),
        expires_at: input.expires_at,
        last_used_at: None,
        revoked_at: None,
    };
    store::insert_token(tx, &token, &tokens::digest(secret.expose())).await?;
    audit::record(
        tx,
        NewAuditEntry::new(None, "people.token_created", Subject::new("api_token", token.id))
            .with(json!({ "name": token.name, "access": token.access, "expires_at": token.expires_at })),
    )
    .await?;
    Ok((token, secret))
}

/// One's own keys, newest first, revoked ones too.
///
/// # Errors
/// `Storage`.
pub async fn list(conn: &mut Conn, principal: &Principal) -> Result<Vec<ApiToken>> {
    store::tokens_of(conn, principal.user()).await
}

/// Somebody's keys, for whoever manages the agency's people.
///
/// # Errors
/// `Denied` for a scope of some clients; `Storage`.
pub async fn of_user(conn: &mut Conn, agency: &AgencyScope, user: UserId) -> Result<Vec<ApiToken>> {
    whole_agency(agency)?;
    store::tokens_of(conn, user).await
}

/// Revokes a key of somebody's.
///
/// # Errors
/// `Denied` for a scope of some clients; `NotFound` when it is not theirs or revoked already.
pub async fn revoke_of(tx: &mut Tx, agency: &AgencyScope, user: UserId, id: ApiTokenId) -> Result<()> {
    whole_agency(agency)?;
    revoke_theirs(tx, user, id).await
}

/// # Errors
/// `NotFound` when it is somebody else's or revoked already.
pub async fn revoke(tx: &mut Tx, principal: &Principal, id: ApiTokenId) -> Result<()> {
    revoke_theirs(tx, principal.user(), id).await
}

async fn revoke_theirs(tx: &mut Tx, user: UserId, id: ApiTokenId) -> Result<()> {
    if !store::revoke_token(tx, user, id).await? {
        return Err(Error::not_found("API token"));
    }
    audit::record(tx, NewAuditEntry::new(None, "people.token_revoked", Subject::new("api_token", id))).await
}

/// Who a key acts for, in one query. None when it is unknown, over or revoked, or its person may not sign in.
///
/// # Errors
/// `Storage`.
pub async fn resolve(conn: &mut Conn, secret: &Secret, now: Timestamp) -> Result<Option<SignedIn>> {
    if !secret.expose().starts_with(PREFIX) {
        return Ok(None);
    }
    let bearer = store::token_bearer(conn, &tokens::digest(secret.expose()), now).await?;
    Ok(bearer.map(|bearer| {
        let actor = Actor::Token { id: bearer.id, user: bearer.principal.user() };
        SignedIn {
            session: None,
            must_change_password: bearer.one_time,
            // A program has no second factor; its key was made by somebody who had to have one.
            must_set_up_two_factor: false,
            office: bearer.office,
            note_use: bearer.noted_at.is_none_or(|at| now - at > NOTED_EVERY),
            principal: bearer.principal.through(actor, bearer.access),
        }
    }))
}

/// Notes that a key was used.
///
/// # Errors
/// `Storage`.
pub async fn touch(tx: &mut Tx, id: ApiTokenId) -> Result<()> {
    store::touch_token(tx, id).await
}

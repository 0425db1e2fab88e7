//! Requests of programs that may be sent twice: the same key does a thing once and answers the same again.
//!
//! A key is taken before the request is done and kept with its answer after it. When the process ends in between, nobody
//! knows whether the thing was done, so the key is refused from then on: never twice goes before always.

use aos_kernel::{ContentHash, Error, Result, Timestamp};
use aos_storage::Tx;
use chrono::TimeDelta;

use super::store::idempotency as store;

/// How long a key is remembered.
pub const REMEMBERED: TimeDelta = TimeDelta::hours(24);
/// No request takes longer; one that is still under way then was cut off.
const UNDER_WAY: TimeDelta = TimeDelta::minutes(2);
const LONGEST_KEY: usize = 200;

/// A key as its sender made it: visible ASCII, at most 200 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// # Errors
    /// `Invalid` for the field `Idempotency-Key`.
    pub fn parse(text: &str) -> Result<Self> {
        let good = !text.is_empty() && text.len() <= LONGEST_KEY && text.bytes().all(|byte| byte.is_ascii_graphic());
        if good {
            Ok(Self(text.to_owned()))
        } else {
            Err(Error::invalid(
                "Idempotency-Key",
                format!("A key is 1 to {LONGEST_KEY} visible ASCII characters, such as a UUID."),
            ))
        }
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a successful request was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// 200 to 299.
    pub status: u16,
    /// None when it had no body, or one that is shown once.
    pub answer: Option<String>,
}

/// What becomes of a request with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// The key is the caller's now: do it, then [`keep`] or [`release`].
    First,
    /// It was done before; this was the answer.
    Again(Answered),
}

/// A key as it stands in its row.
pub(super) struct Known {
    pub fingerprint: ContentHash,
    pub status: Option<i64>,
    pub answer: Option<String>,
    pub created_at: Timestamp,
}

/// Takes a key for the transaction's actor, or finds what it was used for.
///
/// # Errors
/// `Conflict` `key_used_for_another` for a different request, `still_under_way` while the first one is being done, and
/// `outcome_unknown` when that one was cut off.
pub async fn begin(tx: &mut Tx, key: &IdempotencyKey, fingerprint: &ContentHash) -> Result<Begun> {
    let caller = tx.actor().to_string();
    let forgotten = tx.now() - REMEMBERED;
    store::forget_key(tx, &caller, key, forgotten).await?;
    if store::insert(tx, &caller, key, fingerprint).await? {
        return Ok(Begun::First);
    }
    let known = store::known(tx, &caller, key).await?.ok_or_else(|| Error::internal("a key that went while taken"))?;
    if known.fingerprint != *fingerprint {
        return Err(Error::conflict("key_used_for_another", "This Idempotency-Key was used for another request.")
            .with_help("Send each new request with a key of its own."));
    }
    match known.status.map(u16::try_from) {
        Some(Ok(status)) => Ok(Begun::Again(Answered { status, answer: known.answer })),
        Some(Err(_)) => Err(Error::internal("a status that is none")),
        None if tx.now() - known.created_at < UNDER_WAY => {
            Err(Error::conflict("still_under_way", "The first request with this key is still being done.")
                .with_help("Ask again in a moment."))
        }
        None => Err(Error::conflict("outcome_unknown", "The first request with this key was cut off.")
            .with_help("Look whether it was done; then send it with a new key if it was not.")),
    }
}

/// Keeps the answer of what was done.
///
/// # Errors
/// `Storage`.
pub async fn keep(tx: &mut Tx, key: &IdempotencyKey, answered: &Answered) -> Result<()> {
    let caller = tx.actor().to_string();
    store::keep(tx, &caller, key, answered).await
}

/// Gives a key back, because the request was refused and changed nothing: corrected, it may be sent with the same one.
///
/// # Errors
/// `Storage`.
pub async fn release(tx: &mut Tx, key: &IdempotencyKey) -> Result<()> {
    let caller = tx.actor().to_string();
    store::release(tx, &caller, key).await
}

/// Forgets old keys; how many.
///
/// # Errors
/// `Storage`.
pub(super) async fn sweep(tx: &mut Tx) -> Result<u64> {
    let before = tx.now() - REMEMBERED;
    store::forget(tx, before).await
}

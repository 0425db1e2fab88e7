//! How much a platform lets an account do, shared by all workers: permits are rows, taken in the transaction that writes
//! the intent.

use aos_kernel::{ChannelId, Error, Result, TenantScope, Timestamp};
use aos_storage::Tx;
use chrono::TimeDelta;
use uuid::Uuid;

use super::{
    commands::Connections,
    store::{
        channels,
        permits::{self as store, Quota},
    },
};

const DAY: TimeDelta = TimeDelta::days(1);
/// Looked at again after this, where a platform says that nothing is left and not until when.
const UNKNOWN_RESET: TimeDelta = TimeDelta::hours(1);

/// Whether one more may be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// Yes: it is counted. What certainly did not happen is given back with [`give_back`].
    Allowed(Permit),
    /// Not before this moment.
    WaitUntil(Timestamp),
}

/// One operation that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Permit(Uuid);

impl Connections {
    /// [`allow`] with what the platform's own rules say of a day.
    ///
    /// # Errors
    /// `NotFound`; `Storage`.
    pub async fn allow(&self, tx: &mut Tx, scope: TenantScope, channel: ChannelId) -> Result<Allowance> {
        let known = channels::channel(tx, scope, channel).await?.ok_or_else(|| Error::not_found("channel"))?;
        let rules = self.platforms().get(&known.platform).and_then(|client| client.descriptor().posts);
        let now = tx.now();
        allow(tx, scope, channel, rules.and_then(|rules| rules.per_day), now).await
    }
}

/// Takes a permit to do one more on a channel now, unless its day is full, the platform asked to wait, or it said that
/// nothing is left. Call it in the transaction that writes the intent: two workers never take the last one both.
///
/// # Errors
/// `Storage`.
pub async fn allow(
    tx: &mut Tx,
    scope: TenantScope,
    channel: ChannelId,
    per_day: Option<u32>,
    now: Timestamp,
) -> Result<Allowance> {
    tx.lock(&format!("channels.permits:{channel}")).await?;
    let quota = store::quota(tx, scope, channel).await?.unwrap_or_default();
    if let Some(until) = quota.wait_until.filter(|until| *until > now) {
        return Ok(Allowance::WaitUntil(until));
    }
    if let Some(per_day) = per_day {
        let taken = store::since(tx, scope, channel, now - DAY, i64::from(per_day)).await?;
        // The oldest of those that fill the day is the first to leave it.
        if let Some(oldest) = taken.last().filter(|_| taken.len() as i64 >= i64::from(per_day)) {
            return Ok(Allowance::WaitUntil(*oldest + DAY));
        }
        if per_day == 0 {
            return Ok(Allowance::WaitUntil(now + DAY));
        }
    }
    if let (Some(remaining), Some(resets_at)) = (quota.remaining, quota.resets_at.filter(|at| *at > now)) {
        if remaining <= 0 {
            return Ok(Allowance::WaitUntil(resets_at));
        }
        store::put_quota(tx, scope, channel, Quota { remaining: Some(remaining - 1), ..quota }).await?;
    }
    store::forget_before(tx, scope, channel, now - DAY - DAY).await?;
    Ok(Allowance::Allowed(Permit(store::insert(tx, scope, channel, now).await?)))
}

/// It certainly did not happen, so it does not count.
///
/// # Errors
/// `Storage`.
pub async fn give_back(tx: &mut Tx, scope: TenantScope, channel: ChannelId, permit: Permit) -> Result<()> {
    tx.lock(&format!("channels.permits:{channel}")).await?;
    if store::remove(tx, scope, permit.0).await?
        && let Some(quota) = store::quota(tx, scope, channel).await?
    {
        let remaining = quota.remaining.map(|remaining| remaining + 1);
        store::put_quota(tx, scope, channel, Quota { remaining, ..quota }).await?;
    }
    Ok(())
}

/// The platform asked for fewer requests: no worker sends one before this moment.
///
/// # Errors
/// `Storage`.
pub async fn wait(tx: &mut Tx, scope: TenantScope, channel: ChannelId, until: Timestamp) -> Result<()> {
    tx.lock(&format!("channels.permits:{channel}")).await?;
    let quota = store::quota(tx, scope, channel).await?.unwrap_or_default();
    let until = quota.wait_until.map_or(until, |known| known.max(until));
    store::put_quota(tx, scope, channel, Quota { wait_until: Some(until), ..quota }).await
}

/// The platform said how much is left, and until when that counts.
///
/// # Errors
/// `Storage`.
pub async fn note_left(
    tx: &mut Tx,
    scope: TenantScope,
    channel: ChannelId,
    remaining: u32,
    resets_at: Option<Timestamp>,
) -> Result<()> {
    tx.lock(&format!("channels.permits:{channel}")).await?;
    let quota = store::quota(tx, scope, channel).await?.unwrap_or_default();
    let resets_at = Some(resets_at.unwrap_or(tx.now() + UNKNOWN_RESET));
    store::put_quota(tx, scope, channel, Quota { remaining: Some(remaining.into()), resets_at, ..quota }).await
}

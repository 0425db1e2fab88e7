//! Looking after connections: each is checked once in its client's night, and whoever has to consent again is told
//! before the access ends.

use aos_kernel::{
    AgencyScope, ChannelGrantId, ChannelId, NewEvent, NewJob, Result, Subject, TenantId, TenantScope, Timestamp,
};
use aos_storage::Tx;
use chrono::{Days, NaiveTime, TimeDelta};
use chrono_tz::Tz;
use serde_json::json;

use super::{
    CHANNEL,
    model::GrantState,
    store::{channels, grants, visits},
};
use crate::tenants;

/// The job that puts the night's checks on their way.
pub(super) const CHECK_ALL: &str = "channels.check_all";
/// The job that checks one.
pub(super) const CHECK: &str = "channels.check";
/// The job that tells of an access that ends.
pub(super) const WARN: &str = "channels.warn";
/// The night, in the client's own time.
const NIGHT_FROM: NaiveTime = NaiveTime::from_hms_opt(1, 0, 0).unwrap();
const NIGHT: TimeDelta = TimeDelta::hours(4);
/// Days before the end on which people are told.
const WARNED: [i64; 2] = [7, 1];
/// Of tenants in one job, and of old visits.
pub(super) const BATCH: i64 = 500;

/// A share of the night that is the same for a channel each time.
fn share(channel: ChannelId) -> TimeDelta {
    let thousandth = i32::try_from(channel.uuid().as_u128() % 1000).unwrap_or(0);
    NIGHT * thousandth / 1000
}

/// The next night of this zone that begins after now.
fn next_night(now: Timestamp, zone: Tz) -> Timestamp {
    let today = now.with_timezone(&zone).date_naive();
    (0..3)
        .filter_map(|ahead| today.checked_add_days(Days::new(ahead)))
        // A night in which the clock is put forward may lack its first hour.
        .filter_map(|day| day.and_time(NIGHT_FROM).and_local_timezone(zone).earliest())
        .map(|at| at.to_utc())
        .find(|at| *at > now)
        .unwrap_or(now)
}

/// Enqueues the checks of these clients' connected channels, spread over their next night.
pub(super) async fn enqueue_checks(tx: &mut Tx, agency: &AgencyScope, batch: &[(TenantId, Tz)]) -> Result<()> {
    let now = tx.now();
    let tenants: Vec<TenantId> = batch.iter().map(|(tenant, _)| *tenant).collect();
    for (tenant, channel, _) in channels::connected_of(tx, agency, &tenants).await? {
        let zone = batch.iter().find(|(own, _)| *own == tenant).map_or(Tz::UTC, |(_, zone)| *zone);
        let night = next_night(now, zone);
        tx.enqueue(
            NewJob::new(CHECK, tenant, "channels", json!({ "channel": channel }))
                .keyed(format!("{CHECK}:{channel}:{}", night.format("%Y-%m-%d")))
                .at(night + share(channel)),
        );
    }
    Ok(())
}

/// The clients after this one, in batches.
pub(super) async fn clients(tx: &mut Tx, agency: &AgencyScope, after: Option<TenantId>) -> Result<Vec<(TenantId, Tz)>> {
    tenants::queries::active_zones(tx, agency, after, BATCH).await
}

/// Has people told some days before an access ends.
pub(super) fn enqueue_warnings(tx: &mut Tx, scope: TenantScope, grant: ChannelGrantId, ends_at: Option<Timestamp>) {
    let Some(ends_at) = ends_at else { return };
    let now = tx.now();
    for days in WARNED {
        let at = ends_at - TimeDelta::days(days);
        // What was too late when the access was given is told at once, but not twice.
        if at <= now && days != WARNED[WARNED.len() - 1] {
            continue;
        }
        let payload = json!({ "grant": grant, "ends_at": ends_at });
        let key = format!("{WARN}:{grant}:{}:{days}", ends_at.timestamp());
        tx.enqueue(NewJob::new(WARN, scope.tenant(), "channels", payload).keyed(key).at(at.max(now)));
    }
}

/// Tells of a grant that ends at this moment, unless it was renewed or is over.
pub(super) async fn warn(tx: &mut Tx, scope: TenantScope, id: ChannelGrantId, ends_at: Timestamp) -> Result<()> {
    let Some(grant) = grants::grant(tx, scope, id).await? else { return Ok(()) };
    if grant.state != GrantState::Good || grant.ends_at != Some(ends_at) {
        return Ok(());
    }
    let left = ends_at - tx.now();
    let days = (left.num_hours() + 12) / 24;
    for channel in channels::of_grant(tx, scope, id).await? {
        let data = json!({
            "platform": channel.platform, "label": channel.label, "ends_at": ends_at, "days": days.max(0),
        });
        tx.emit(NewEvent::new(scope.tenant(), "channels.expiring", Subject::new(CHANNEL, channel.id)).with(data));
    }
    Ok(())
}

/// Forgets visits that are over, with the secrets that were left.
pub(super) async fn forget_visits(tx: &mut Tx, credentials: &aos_storage::Credentials) -> Result<()> {
    let before = tx.now();
    for visit in visits::ended(tx, before - TimeDelta::days(1), BATCH).await? {
        if let Some(credential) = visit.credential_id {
            credentials.delete(tx, Some(visit.tenant_id), credential).await?;
        }
        visits::remove(tx, super::workflow::lent(visit.tenant_id), visit.id).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clients_night_is_its_own_and_each_channel_has_its_place_in_it() {
        let now: Timestamp = "2026-04-01T00:10:00Z".parse().unwrap();
        let at = |zone: Tz| next_night(now, zone).to_string();
        assert_eq!(at(Tz::UTC), "2026-04-01 01:00:00 UTC");
        assert_eq!(at(Tz::Asia__Tokyo), "2026-04-01 16:00:00 UTC");
        assert_eq!(at(Tz::America__New_York), "2026-04-01 05:00:00 UTC");
        let shares: std::collections::BTreeSet<_> = (0..50).map(|_| share(ChannelId::new())).collect();
        assert!(shares.len() > 20 && shares.iter().all(|share| *share < NIGHT));
    }
}

//! Opening months: one period for each active deliverable, in each tenant's own time zone.
//!
//! Safe to repeat and to run in several processes at once: a period is unique for its deliverable and month, and only
//! whoever wrote it says that it was opened. Months that passed while nothing ran are written down as what they are,
//! missed; no work is begun for them.

use std::collections::{BTreeMap, HashMap};

use aos_kernel::{AgencyScope, Month, NewEvent, PeriodId, Result, Subject, TenantId, TenantScope, Timestamp};
use aos_storage::{Signal, Tx};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::{
    model::Period,
    pace,
    store::periods::{self as store, Openable},
};
use crate::tenants;

/// Missed months beyond these are not written down: they would be older than anybody's memory.
const MOST_MISSED: usize = 24;

/// What an opening did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// Periods of the present month.
    pub periods: usize,
    /// Months that had passed before.
    pub missed: usize,
}

/// Opens the present month for one tenant.
///
/// # Errors
/// `NotFound`.
pub async fn open_month(tx: &mut Tx, scope: TenantScope) -> Result<Opened> {
    let tenant = tenants::queries::tenant(tx, scope).await?;
    if !tenant.is_active() {
        return Ok(Opened::default());
    }
    open_month_for_all(tx, &AgencyScope::only(vec![tenant.id]), &[(tenant.id, tenant.tz())]).await
}

/// Opens the present month for a batch of tenants, whatever month that is for each of them: a few statements, however many
/// there are.
///
/// # Errors
/// `Storage`.
pub async fn open_month_for_all(tx: &mut Tx, agency: &AgencyScope, batch: &[(TenantId, Tz)]) -> Result<Opened> {
    let zones: HashMap<TenantId, Tz> = batch.iter().copied().collect();
    let ids: Vec<TenantId> = batch.iter().map(|(id, _)| *id).collect();
    let now = tx.now();
    // Where the month has turned first.
    let Some(latest) = batch.iter().map(|(_, zone)| pace::month_at(now, *zone)).max() else {
        return Ok(Opened::default());
    };
    let deliverables = store::openable(tx, agency, &ids, latest).await?;

    let mut periods = Vec::new();
    let mut owners = Vec::new();
    for (at, deliverable) in deliverables.iter().enumerate() {
        let zone = zones.get(&deliverable.tenant).copied().unwrap_or(Tz::UTC);
        for (month, is_present) in due(deliverable, zone, now) {
            periods.push(Period {
                id: PeriodId::new(),
                tenant_id: deliverable.tenant,
                deliverable_id: deliverable.deliverable,
                month,
                target: deliverable.quantity,
                completed_count: 0,
                opened_at: is_present.then_some(now),
                completed_at: None,
                created_at: now,
            });
            owners.push(at);
        }
    }
    if periods.is_empty() {
        return Ok(Opened::default());
    }
    let written = store::insert_new(tx, agency, &periods).await?;
    let mut opened = Opened::default();
    let mut told = None;
    let mut begun: BTreeMap<(TenantId, Month), Vec<Value>> = BTreeMap::new();
    for (period, owner) in periods.iter().zip(owners).filter(|(period, _)| written.contains(&period.id)) {
        say(tx, period, &deliverables[owner], &mut opened);
        if period.opened_at.is_some() {
            begun.entry((period.tenant_id, period.month)).or_default().push(work(period, &deliverables[owner]));
        }
        // Those of one tenant stand together, so each is signalled once.
        if told != Some(period.tenant_id) {
            told = Some(period.tenant_id);
            tx.signal(Signal::new("tenant", period.tenant_id));
        }
    }
    // One for each client: for those whom the month concerns, and for whoever starts its work, all at once.
    for ((tenant, month), work) in begun {
        tx.emit(
            NewEvent::new(tenant, "strategy.month_opened", Subject::new("tenant", tenant))
                .with(json!({ "month": month, "deliverables": work.len(), "work": work })),
        );
    }
    Ok(opened)
}

/// What a period asks for, as whoever starts its work reads it.
fn work(period: &Period, deliverable: &Openable) -> Value {
    json!({
        "period_id": period.id,
        "template_key": deliverable.template_key,
        "name": deliverable.name,
        "month": period.month,
        "quantity": period.target,
    })
}

/// The months of a deliverable that are to be written, oldest first, and whether each is the present one.
fn due(deliverable: &Openable, zone: Tz, now: Timestamp) -> Vec<(Month, bool)> {
    let present = pace::month_at(now, zone);
    let begun = pace::month_at(deliverable.active_at, zone);
    let mut month = deliverable.last_month.map_or(begun, |last| last.next().max(begun));
    let mut months = Vec::new();
    while month <= present {
        months.push((month, month == present));
        month = month.next();
    }
    let surplus = months.len().saturating_sub(MOST_MISSED + 1);
    months.drain(..surplus);
    months
}

fn say(tx: &mut Tx, period: &Period, deliverable: &Openable, opened: &mut Opened) {
    let kind = if period.opened_at.is_some() {
        opened.periods += 1;
        "strategy.period_opened"
    } else {
        opened.missed += 1;
        "strategy.period_missed"
    };
    tx.emit(NewEvent::new(period.tenant_id, kind, Subject::new("period", period.id)).with(json!({
        "period_id": period.id,
        "deliverable_id": period.deliverable_id,
        "deliverable_type": deliverable.deliverable_type,
        "name": deliverable.name,
        "month": period.month,
        "quantity": period.target,
    })));
}

#[cfg(test)]
mod tests {
    use aos_kernel::DeliverableId;

    use super::*;

    fn months(active_at: &str, last_month: Option<&str>, now: &str, zone: &str) -> Vec<String> {
        let deliverable = Openable {
            tenant: TenantId::new(),
            deliverable: DeliverableId::new(),
            deliverable_type: "blog_posts".to_owned(),
            name: "Blog posts".to_owned(),
            template_key: "blog_posts".to_owned(),
            quantity: 10,
            active_at: active_at.parse().unwrap(),
            last_month: last_month.map(|month| month.parse().unwrap()),
        };
        due(&deliverable, zone.parse().unwrap(), now.parse().unwrap())
            .into_iter()
            .map(|(month, present)| if present { format!("{month} open") } else { month.to_string() })
            .collect()
    }

    #[test]
    fn the_present_month_is_opened_once() {
        assert_eq!(months("2026-04-10T00:00:00Z", None, "2026-04-10T00:00:00Z", "UTC"), ["2026-04 open"]);
        assert!(months("2026-04-10T00:00:00Z", Some("2026-04"), "2026-04-30T23:59:59Z", "UTC").is_empty());
        assert_eq!(months("2026-04-10T00:00:00Z", Some("2026-04"), "2026-05-01T00:00:00Z", "UTC"), ["2026-05 open"]);
        // A clock that was corrected backwards opens nothing.
        assert!(months("2026-04-10T00:00:00Z", Some("2026-05"), "2026-04-30T00:00:00Z", "UTC").is_empty());
    }

    #[test]
    fn the_month_turns_where_the_client_lives() {
        let at = |now, zone| months("2026-04-01T12:00:00Z", Some("2026-04"), now, zone);
        assert_eq!(at("2026-04-30T10:00:00Z", "Pacific/Kiritimati"), ["2026-05 open"]);
        assert!(at("2026-05-01T06:59:59Z", "America/Los_Angeles").is_empty());
        assert_eq!(at("2026-05-01T07:00:00Z", "America/Los_Angeles"), ["2026-05 open"]);
    }

    #[test]
    fn months_that_passed_are_missed_and_a_pause_owes_nothing() {
        assert_eq!(
            months("2026-01-10T00:00:00Z", Some("2026-01"), "2026-04-02T00:00:00Z", "UTC"),
            ["2026-02", "2026-03", "2026-04 open"]
        );
        // Resumed in April after a pause since January.
        assert_eq!(months("2026-04-02T00:00:00Z", Some("2026-01"), "2026-04-02T00:00:00Z", "UTC"), ["2026-04 open"]);
        assert_eq!(months("2010-01-01T00:00:00Z", Some("2010-01"), "2026-04-02T00:00:00Z", "UTC").len(), 25);
    }
}

//! Approvals that nobody decides on: after some working days of the client it is said again, after some more it is
//! brought before those who can do something about it. Once each.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use aos_kernel::{
    ActivityId, AgencyScope, ApprovalId, Error, NewEvent, NewJob, Result, Subject, TenantId, TenantScope, Timestamp,
};
use aos_storage::{Conn, Tx};
use aos_workflow::{CatchUp, Done, Job, JobHandler, NewSchedule, Registry, RunContext, put_schedule};
use chrono::{Datelike as _, Days, NaiveDate, TimeDelta, TimeZone as _, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{model::Approval, store};
use crate::{
    people::{Permission, Principal},
    tenants,
};

/// The job that looks for approvals that wait for too long.
pub const REMIND: &str = "activities.remind";
const BATCH: i64 = 500;

/// After how many working days what happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    pub remind_days: u32,
    pub escalate_days: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self { remind_days: 2, escalate_days: 4 }
    }
}

/// The agency's patience.
///
/// # Errors
/// `Storage`.
pub async fn patience(conn: &mut Conn) -> Result<Patience> {
    Ok(store::patience(conn).await?.unwrap_or_default())
}

/// Sets the agency's patience.
///
/// # Errors
/// `Denied`; `Invalid` with the field.
pub async fn set_patience(tx: &mut Tx, principal: &Principal, patience: Patience) -> Result<()> {
    principal.require(Permission::OperateSystem)?;
    keep_patience(tx, patience).await
}

pub(super) async fn keep_patience(tx: &mut Tx, patience: Patience) -> Result<()> {
    if !(1..=30).contains(&patience.remind_days) {
        return Err(Error::invalid("remind_days", "Enter 1 to 30 working days."));
    }
    if patience.escalate_days <= patience.remind_days || patience.escalate_days > 60 {
        return Err(Error::invalid("escalate_days", "Enter more days than for the reminder, at most 60."));
    }
    store::put_patience(tx, patience).await?;
    tx.emit(
        NewEvent::new(None, "activities.patience_changed", Subject { kind: "agency".into(), id: Uuid::nil() })
            .with(json!({ "remind_days": patience.remind_days, "escalate_days": patience.escalate_days })),
    );
    Ok(())
}

fn is_working_day(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// The moment at which something has waited for this many working days, Monday to Friday where the client is. What comes
/// on a weekend counts from the Monday on.
pub fn after_working_days(since: Timestamp, days: u32, zone: Tz) -> Timestamp {
    let local = since.with_timezone(&zone).naive_local();
    let (mut day, mut time) = (local.date(), local.time());
    while !is_working_day(day) {
        day = day + Days::new(1);
        time = chrono::NaiveTime::MIN;
    }
    for _ in 0..days {
        day = day + Days::new(1);
        while !is_working_day(day) {
            day = day + Days::new(1);
        }
    }
    let at = day.and_time(time);
    // A time that the clocks skip is the first after the gap.
    (0..=8)
        .find_map(|quarters| zone.from_local_datetime(&(at + TimeDelta::minutes(15 * quarters))).earliest())
        .map_or_else(|| at.and_utc(), |at| at.to_utc())
}

/// Looks at all that waits, a batch in each job.
pub struct Remind;

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Continue {
    after: Option<ApprovalId>,
}

#[async_trait::async_trait]
impl JobHandler for Remind {
    fn kind(&self) -> &'static str {
        REMIND
    }
    async fn run(&self, _job: &Job, _cx: &RunContext) -> Result<Value> {
        Ok(Value::Null)
    }

    async fn commit(&self, tx: &mut Tx, done: &[Done]) -> Result<()> {
        for Done { job, .. } in done {
            let Continue { after } = job.payload()?;
            let start = after.unwrap_or(ApprovalId::from_uuid(Uuid::nil()));
            if after.is_none() {
                store::prune_reminders(tx).await?;
                let now = tx.now();
                store::prune_links(tx, now - super::links::GOOD_FOR).await?;
            }
            if let Some(last) = remind(tx, start).await? {
                let next = serde_json::to_value(Continue { after: Some(last) }).map_err(Error::internal)?;
                tx.enqueue(NewJob::new(REMIND, None, &job.queue, next));
            }
        }
        Ok(())
    }
}

/// All of it at once, for a story.
#[cfg(test)]
pub(super) async fn look(tx: &mut Tx) -> Result<()> {
    let mut after = ApprovalId::from_uuid(Uuid::nil());
    while let Some(last) = remind(tx, after).await? {
        after = last;
    }
    Ok(())
}

/// One batch; the last of it when there are more.
async fn remind(tx: &mut Tx, after: ApprovalId) -> Result<Option<ApprovalId>> {
    let patience = patience(tx).await?;
    let now = tx.now();
    // Working days are at least as long as days, so nothing younger can be due.
    let youngest = now - TimeDelta::days(i64::from(patience.remind_days));
    let waiting = store::waiting_since(tx, &AgencyScope::all(), youngest, after, BATCH).await?;
    let last = waiting.last().map(|approval| approval.id).filter(|_| waiting.len() as i64 == BATCH);
    let ids: Vec<ApprovalId> = waiting.iter().map(|approval| approval.id).collect();
    let reminded = store::reminded(tx, &ids).await?;
    let mut zones: HashMap<TenantId, Option<Tz>> = HashMap::new();
    let mut written = Vec::new();
    let mut told: BTreeMap<(ActivityId, bool), &Approval> = BTreeMap::new();
    for approval in &waiting {
        let zone = match zones.get(&approval.tenant_id) {
            Some(known) => *known,
            None => {
                let tenant = tenants::queries::tenant(tx, TenantScope::granted(approval.tenant_id)).await?;
                let zone = tenant.is_active().then(|| tenant.tz());
                zones.insert(approval.tenant_id, zone);
                zone
            }
        };
        // Of a client that left nothing is asked any more.
        let Some(zone) = zone else { continue };
        let due = |days| now >= after_working_days(approval.requested_at, days, zone);
        let escalated = due(patience.escalate_days);
        if escalated || (due(patience.remind_days) && !reminded.contains(&approval.id)) {
            written.push((approval, escalated));
            // Ten topics of one activity are told once.
            told.entry((approval.activity_id, escalated)).or_insert(approval);
        }
    }
    store::put_reminders(tx, &written).await?;
    for ((activity, escalated), approval) in told {
        let (stage, days) =
            if escalated { ("escalation", patience.escalate_days) } else { ("reminder", patience.remind_days) };
        tx.emit(NewEvent::new(approval.tenant_id, "activities.approval_stalled", approval.subject.clone()).with(
            json!({
                "approval": approval.id,
                "activity": activity,
                "title": approval.title,
                "role": approval.role,
                "stage": stage,
                "days": days,
            }),
        ));
    }
    Ok(last)
}

/// Adds this job.
#[must_use]
pub fn register(registry: Registry) -> Registry {
    registry.with_handler(Arc::new(Remind))
}

/// Looks each half hour, which is soon enough for something counted in days.
///
/// # Errors
/// `Storage`.
pub async fn put_schedules(tx: &mut Tx) -> Result<()> {
    put_schedule(
        tx,
        NewSchedule {
            tenant: None,
            name: REMIND.to_owned(),
            cron: "*/30 * * * *".to_owned(),
            zone: "UTC".to_owned(),
            kind: REMIND.to_owned(),
            queue: "system".to_owned(),
            payload: json!({}),
            catch_up: CatchUp::Once,
            enabled: true,
        },
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn weekends_do_not_count_and_days_turn_where_the_client_is() {
        let berlin = chrono_tz::Europe::Berlin;
        // Thursday at ten in Berlin: two working days later it is Monday at ten.
        assert_eq!(after_working_days(at("2026-04-02T08:00:00Z"), 2, berlin), at("2026-04-06T08:00:00Z"));
        // What comes on a Saturday has waited for one working day when Tuesday begins.
        assert_eq!(after_working_days(at("2026-04-04T10:00:00Z"), 1, berlin), at("2026-04-06T22:00:00Z"));
        // Friday evening in Los Angeles is Saturday in Greenwich, and counts as Friday.
        let la = chrono_tz::America::Los_Angeles;
        assert_eq!(after_working_days(at("2026-04-04T03:00:00Z"), 1, la), at("2026-04-07T03:00:00Z"));
    }
}

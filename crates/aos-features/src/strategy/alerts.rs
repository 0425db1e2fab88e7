//! Looks each day which deliverables fall behind the pace of their month, or ended it without their work, and says so
//! once. The status itself is computed wherever it is shown; here is only kept that it was told.

use std::{collections::HashMap, sync::Arc};

use aos_kernel::{AgencyScope, Error, Month, NewEvent, NewJob, Result, Subject, TenantId};
use aos_storage::Tx;
use aos_workflow::{CatchUp, Done, Job, JobHandler, NewSchedule, Registry, RunContext, put_schedule};
use chrono::Days;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    pace::{PeriodStatus, month_at, period_pace},
    store,
};
use crate::tenants;

/// The job that looks.
pub const LOOK: &str = "strategy.look_at_pace";
const BATCH: i64 = 500;

pub struct LookAtPace;

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Continue {
    after: Option<TenantId>,
}

#[async_trait::async_trait]
impl JobHandler for LookAtPace {
    fn kind(&self) -> &'static str {
        LOOK
    }
    async fn run(&self, _job: &Job, _cx: &RunContext) -> Result<Value> {
        Ok(Value::Null)
    }

    async fn commit(&self, tx: &mut Tx, done: &[Done]) -> Result<()> {
        for Done { job, .. } in done {
            let Continue { after } = job.payload()?;
            let agency = AgencyScope::all();
            let batch = tenants::queries::active_zones(tx, &agency, after, BATCH).await?;
            look(tx, &agency, &batch).await?;
            if let Some((last, _)) = batch.last().filter(|_| batch.len() as i64 == BATCH) {
                let next = serde_json::to_value(Continue { after: Some(*last) }).map_err(Error::internal)?;
                tx.enqueue(NewJob::new(LOOK, None, &job.queue, next));
            }
        }
        Ok(())
    }
}

/// Tells of the months of these tenants that changed for the worse.
async fn look(tx: &mut Tx, agency: &AgencyScope, batch: &[(TenantId, Tz)]) -> Result<()> {
    let now = tx.now();
    let ids: Vec<TenantId> = batch.iter().map(|(id, _)| *id).collect();
    let Some(earliest) = batch.iter().map(|(_, zone)| month_at(now, *zone)).min() else { return Ok(()) };
    // Last month too: that it was missed is only known when it is over.
    let before = Month::of(earliest.first_day() - Days::new(1));
    let zones: HashMap<TenantId, Tz> = batch.iter().copied().collect();
    let open_periods = store::alerts::open_periods(tx, agency, &ids, before).await?;
    let (mut worse_ones, mut better_ones) = (Vec::new(), Vec::new());
    for open in &open_periods {
        let period = &open.period;
        let zone = zones.get(&period.tenant_id).copied().unwrap_or(Tz::UTC);
        let pace = period_pace(period.target, period.completed_count, period.month, period.opened_at, zone, now);
        let worse = match (pace.status, open.told) {
            (PeriodStatus::AtRisk, None) => Some("strategy.deliverable_at_risk"),
            (PeriodStatus::Missed, None | Some(PeriodStatus::AtRisk)) => Some("strategy.period_missed"),
            _ => None,
        };
        if let Some(kind) = worse {
            worse_ones.push((period, pace.status));
            tx.emit(NewEvent::new(period.tenant_id, kind, Subject::new("period", period.id)).with(json!({
                "period_id": period.id,
                "deliverable_id": period.deliverable_id,
                "name": open.name,
                "month": period.month,
                "completed": pace.completed,
                "target": pace.target,
            })));
        } else if pace.status == PeriodStatus::OnTrack && open.told.is_some() {
            // It caught up; should it fall behind again, that is news again.
            better_ones.push(period);
        }
    }
    store::alerts::put_alerts(tx, agency, &worse_ones).await?;
    store::alerts::remove_alerts(tx, agency, &better_ones).await
}

/// Adds this job.
#[must_use]
pub fn register(registry: Registry) -> Registry {
    registry.with_handler(Arc::new(LookAtPace))
}

/// # Errors
/// `Storage`.
pub async fn put_schedules(tx: &mut Tx) -> Result<()> {
    put_schedule(
        tx,
        NewSchedule {
            tenant: None,
            name: LOOK.to_owned(),
            cron: "23 5 * * *".to_owned(),
            zone: "UTC".to_owned(),
            kind: LOOK.to_owned(),
            queue: "system".to_owned(),
            payload: json!({}),
            catch_up: CatchUp::Once,
            enabled: true,
        },
    )
    .await
}

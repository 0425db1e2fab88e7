//! What this slice does by itself: it forgets sessions, sign-in attempts and idempotency keys that are
//! over.

use std::sync::Arc;

use aos_kernel::Result;
use aos_storage::Tx;
use aos_workflow::{CatchUp, Done, Job, JobHandler, NewSchedule, Registry, RunContext, put_schedule};
use serde_json::{Value, json};

use super::{idempotency, sessions};

/// The job that forgets.
pub const SWEEP: &str = "people.sweep";

pub struct Sweep;

#[async_trait::async_trait]
impl JobHandler for Sweep {
    fn kind(&self) -> &'static str {
        SWEEP
    }

    /// Nothing outside is needed.
    async fn run(&self, _job: &Job, _cx: &RunContext) -> Result<Value> {
        Ok(Value::Null)
    }

    async fn commit(&self, tx: &mut Tx, _done: &[Done]) -> Result<()> {
        sessions::sweep(tx).await?;
        idempotency::sweep(tx).await?;
        Ok(())
    }
}

/// Adds this slice's jobs.
#[must_use]
pub fn register(registry: Registry) -> Registry {
    registry.with_handler(Arc::new(Sweep))
}

/// Sets this slice's schedules; at every start, as setting the same again changes nothing.
///
/// # Errors
/// `Storage`.
pub async fn put_schedules(tx: &mut Tx) -> Result<()> {
    put_schedule(
        tx,
        NewSchedule {
            tenant: None,
            name: SWEEP.to_owned(),
            cron: "17 3 * * *".to_owned(),
            zone: "UTC".to_owned(),
            kind: SWEEP.to_owned(),
            queue: "system".to_owned(),
            payload: json!({}),
            catch_up: CatchUp::Once,
            enabled: true,
        },
    )
    .await
}

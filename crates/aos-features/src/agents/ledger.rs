//! The ledger behind the model gateway: set aside before a call, settle after it.

use aos_capabilities::model::{Ledger, LedgerCall, ModelError, ModelErrorKind, Usage};
use aos_kernel::{Actor, Error, LedgerEntryId, MicroUsd, Month, Result, Retry, TenantScope, Timestamp};
use aos_storage::Db;
use chrono::{NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;

use super::store;
use crate::tenants;

/// Keeps the budgets of tenants and runs.
pub struct RunLedger {
    db: Db,
}

impl RunLedger {
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    async fn try_reserve(&self, call: &LedgerCall, at_most: MicroUsd) -> Result<Result<LedgerEntryId, ModelError>> {
        // The gateway names the tenant of the run that calls it, which a scope was needed to start.
        let scope = TenantScope::granted(call.tenant);
        let mut tx = self.db.begin(Actor::agent("ledger", Some(call.run))).await?;
        // Two calls at once could each find room for one.
        tx.lock(&format!("budget {}", call.tenant)).await?;
        let by_run = store::spent_by_run(&mut tx, scope, call.run).await?;
        if by_run + at_most > call.run_budget {
            return Ok(Err(exceeded(
                format!(
                    "This run has spent {by_run} of its {}; the next call could cost up to {at_most}.",
                    call.run_budget
                ),
                "Raise the budget of a run under Manage → Models, for this client or for all, or choose a cheaper model; then retry the activity.",
            )));
        }
        let budgets = tenants::queries::budgets(&mut tx, scope).await?;
        if let Some(monthly) = budgets.monthly {
            let zone = tenants::queries::zone(&mut tx, scope).await?;
            let since = month_start(tx.now(), zone);
            let spent = store::spent_since(&mut tx, scope, since).await?;
            if spent + at_most > monthly {
                return Ok(Err(exceeded(
                    format!(
                        "This client has spent {spent} of {monthly} this month; the next call could cost up to {at_most}."
                    ),
                    "Raise the monthly budget under Manage → Models, for this client or for all, or wait for the next month; then retry the activity.",
                )));
            }
        }
        let id = LedgerEntryId::new();
        store::insert_entry(&mut tx, scope, id, call, at_most).await?;
        tx.commit().await?;
        Ok(Ok(id))
    }
}

fn exceeded(message: String, help: &str) -> ModelError {
    ModelError { kind: ModelErrorKind::BudgetExceeded, retry: Retry::Never, message, help: Some(help.to_owned()) }
}

/// The ledger itself is out of reach: without it, nothing may be spent.
fn out_of_reach(error: Error) -> ModelError {
    tracing::warn!(?error, "the ledger did not answer");
    ModelError {
        kind: ModelErrorKind::Unavailable,
        retry: Retry::Backoff,
        message: "The budget could not be checked, so the model was not called.".into(),
        help: Some("It is tried again by itself.".into()),
    }
}

/// When the month began that it is for the client; at the first moment there is, where the clocks skip midnight.
fn month_start(now: Timestamp, zone: Tz) -> Timestamp {
    let first = Month::of(now.with_timezone(&zone).date_naive()).first_day();
    let at =
        |hour: i64| zone.from_local_datetime(&(first.and_time(NaiveTime::MIN) + TimeDelta::hours(hour))).earliest();
    at(0).or_else(|| at(1)).map_or(now, |at| at.to_utc())
}

#[async_trait::async_trait]
impl Ledger for RunLedger {
    async fn reserve(&self, call: &LedgerCall, at_most: MicroUsd) -> Result<LedgerEntryId, ModelError> {
        self.try_reserve(call, at_most).await.map_err(out_of_reach)?
    }

    async fn settle(&self, entry: LedgerEntryId, usage: Usage, cost: MicroUsd, failed: bool) -> Result<(), ModelError> {
        let settle = async {
            let mut tx = self.db.begin(Actor::system("ledger")).await?;
            store::settle_entry(&mut tx, entry, usage, cost, failed).await?;
            tx.commit().await
        };
        settle.await.map_err(out_of_reach)
    }
}

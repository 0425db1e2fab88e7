//! The ledger behind the model gateway: set aside before a call, settle after it.

use aos_capabilities::model::{Ledger, LedgerCall, ModelError, ModelErrorKind, Usage};
use aos_kernel::{Actor, Error, LedgerEntryId, MicroUsd, Result, Retry, TenantScope, Timestamp};
use aos_storage::Db;
use chrono::{Datelike, NaiveTime};

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
                "Raise the budget of a run in the client's settings, or choose a cheaper model; then retry the activity.",
            )));
        }
        let settings = tenants::queries::settings(&mut tx, scope).await?;
        if let Some(monthly) = settings.budgets.monthly {
            let now = tx.now();
            let spent = store::spent_since(&mut tx, scope, month_start(now)).await?;
            if spent + at_most > monthly {
                return Ok(Err(exceeded(
                    format!(
                        "This client has spent {spent} of {monthly} this month; the next call could cost up to {at_most}."
                    ),
                    "Raise the client's monthly budget, or wait for the next month; then retry the activity.",
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

/// Budgets are counted by calendar month in UTC.
fn month_start(now: Timestamp) -> Timestamp {
    now.date_naive().with_day(1).unwrap_or_else(|| now.date_naive()).and_time(NaiveTime::MIN).and_utc()
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

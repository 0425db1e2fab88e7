//! What this slice does by itself: renewing, checking, warning, scoring, giving back.

use std::sync::Arc;

use aos_kernel::{
    Actor, AgencyScope, ChannelGrantId, ChannelId, Error, ErrorKind, NewJob, Result, RevocationId, TenantId,
    TenantScope, Timestamp,
};
use aos_storage::Tx;
use aos_workflow::{CatchUp, Done, Job, JobHandler, NewSchedule, Registry, RunContext, put_schedule};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    checks::{self, BATCH, CHECK, CHECK_ALL, WARN},
    commands::Connections,
    farewell::{Outcome, REVOKE},
    model::RevocationState,
    renewal::RENEW,
    scoring::{self, Looked, SCORE, SCORE_ALL},
};

/// The scope of the tenant that a job or a row of the tenant itself names.
pub(super) fn lent(tenant: TenantId) -> TenantScope {
    TenantScope::granted(tenant)
}

fn scope_of(job: &Job) -> Result<TenantScope> {
    Ok(lent(job.tenant()?))
}

#[derive(Deserialize)]
struct OfGrant {
    grant: ChannelGrantId,
    #[serde(default)]
    generation: i64,
    ends_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct OfChannel {
    channel: ChannelId,
}

#[derive(Deserialize)]
struct OfRevocation {
    revocation: RevocationId,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Continue {
    /// The last client of the batch before.
    after: Option<TenantId>,
}

/// Renews the tokens of a grant when their time has come.
struct Renew(Connections);

#[async_trait::async_trait]
impl JobHandler for Renew {
    fn kind(&self) -> &'static str {
        RENEW
    }
    async fn run(&self, job: &Job, cx: &RunContext) -> Result<Value> {
        let OfGrant { grant, generation, .. } = job.payload()?;
        match self.0.renew(&cx.db, scope_of(job)?, grant, generation).await {
            Ok(_) => Ok(Value::Null),
            // The consent is gone, or the platform says that only the person can go on: nobody tries again.
            Err(error) if error.kind() == ErrorKind::NotFound || error.code() == "platform_unsupported" => {
                Ok(Value::Null)
            }
            Err(error) => Err(error),
        }
    }
    /// What was renewed is kept already: between the platform's answer and its keeping lies no waiting.
    async fn commit(&self, _tx: &mut Tx, _done: &[Done]) -> Result<()> {
        Ok(())
    }
}

/// Checks one channel in the night. A passing error is noted and waits for the next night.
struct Check(Connections);

#[async_trait::async_trait]
impl JobHandler for Check {
    fn kind(&self) -> &'static str {
        CHECK
    }
    async fn run(&self, job: &Job, cx: &RunContext) -> Result<Value> {
        let OfChannel { channel } = job.payload()?;
        match self.0.check(&cx.db, Actor::system("channels"), scope_of(job)?, channel).await {
            Err(error) if matches!(error.kind(), ErrorKind::Storage | ErrorKind::Internal) => Err(error),
            _ => Ok(Value::Null),
        }
    }
    async fn commit(&self, _tx: &mut Tx, _done: &[Done]) -> Result<()> {
        Ok(())
    }
}

/// Puts the night's checks on their way, and forgets old visits.
struct CheckAll(Connections);

#[async_trait::async_trait]
impl JobHandler for CheckAll {
    fn kind(&self) -> &'static str {
        CHECK_ALL
    }
    async fn run(&self, _job: &Job, _cx: &RunContext) -> Result<Value> {
        Ok(Value::Null)
    }
    async fn commit(&self, tx: &mut Tx, done: &[Done]) -> Result<()> {
        checks::forget_visits(tx, self.0.credentials()).await?;
        for Done { job, .. } in done {
            let Continue { after } = job.payload()?;
            let agency = AgencyScope::all();
            let batch = checks::clients(tx, &agency, after).await?;
            checks::enqueue_checks(tx, &agency, &batch).await?;
            go_on(tx, job, &batch)?;
        }
        Ok(())
    }
}

/// Another job for the clients after a full batch.
fn go_on<T>(tx: &mut Tx, job: &Job, batch: &[(TenantId, T)]) -> Result<()> {
    if let Some((last, _)) = batch.last().filter(|_| batch.len() as i64 == BATCH) {
        let next = serde_json::to_value(Continue { after: Some(*last) }).map_err(Error::internal)?;
        tx.enqueue(NewJob::new(&job.kind, None, &job.queue, next));
    }
    Ok(())
}

/// Tells of an access that ends.
struct Warn;

#[async_trait::async_trait]
impl JobHandler for Warn {
    fn kind(&self) -> &'static str {
        WARN
    }
    async fn run(&self, _job: &Job, _cx: &RunContext) -> Result<Value> {
        Ok(Value::Null)
    }
    async fn commit(&self, tx: &mut Tx, done: &[Done]) -> Result<()> {
        for Done { job, .. } in done {
            let OfGrant { grant, ends_at, .. } = job.payload()?;
            let ends_at = ends_at.ok_or_else(|| Error::internal("a warning without its end"))?;
            checks::warn(tx, scope_of(job)?, grant, ends_at).await?;
        }
        Ok(())
    }
}

/// Gives an access back.
struct Revoke(Connections);

#[async_trait::async_trait]
impl JobHandler for Revoke {
    fn kind(&self) -> &'static str {
        REVOKE
    }
    async fn run(&self, job: &Job, cx: &RunContext) -> Result<Value> {
        let OfRevocation { revocation } = job.payload()?;
        let outcome = self.0.revoke(&cx.db, scope_of(job)?, revocation).await?;
        serde_json::to_value(outcome).map_err(Error::internal)
    }
    async fn commit(&self, tx: &mut Tx, done: &[Done]) -> Result<()> {
        for Done { job, result, .. } in done {
            let OfRevocation { revocation } = job.payload()?;
            let outcome: Option<Outcome> = serde_json::from_value(result.clone()).map_err(Error::internal)?;
            if let Some(outcome) = outcome {
                self.0.revoked(tx, scope_of(job)?, revocation, &outcome).await?;
            }
        }
        Ok(())
    }
    async fn dead(&self, tx: &mut Tx, job: &Job, error: &Error) -> Result<()> {
        let OfRevocation { revocation } = job.payload()?;
        let words = format!(
            "It could not be given back: {} Remove Agency OS in the settings of the account there.",
            error.message()
        );
        let outcome = Outcome { state: RevocationState::Failed, words: Some(words) };
        self.0.revoked(tx, scope_of(job)?, revocation, &outcome).await
    }
}

/// Scores one channel.
struct ScoreOne(Connections);

#[async_trait::async_trait]
impl JobHandler for ScoreOne {
    fn kind(&self) -> &'static str {
        SCORE
    }
    async fn run(&self, job: &Job, cx: &RunContext) -> Result<Value> {
        let OfChannel { channel } = job.payload()?;
        let looked = match self.0.look_for_score(&cx.db, scope_of(job)?, channel).await {
            Ok(looked) => looked,
            // It was disconnected or expired meanwhile, which its people know.
            Err(error) if matches!(error.kind(), ErrorKind::Conflict | ErrorKind::NotFound) => None,
            Err(error) => return Err(error),
        };
        serde_json::to_value(looked).map_err(Error::internal)
    }
    async fn commit(&self, tx: &mut Tx, done: &[Done]) -> Result<()> {
        for Done { job, result, .. } in done {
            let OfChannel { channel } = job.payload()?;
            let looked: Option<Looked> = serde_json::from_value(result.clone()).map_err(Error::internal)?;
            if let Some(looked) = looked {
                self.0.keep_score(tx, scope_of(job)?, channel, looked).await?;
            }
        }
        Ok(())
    }
}

/// Has all connected channels scored for a month.
struct ScoreAll;

#[async_trait::async_trait]
impl JobHandler for ScoreAll {
    fn kind(&self) -> &'static str {
        SCORE_ALL
    }
    async fn run(&self, _job: &Job, _cx: &RunContext) -> Result<Value> {
        Ok(Value::Null)
    }
    async fn commit(&self, tx: &mut Tx, done: &[Done]) -> Result<()> {
        for Done { job, .. } in done {
            let Continue { after } = job.payload()?;
            let agency = AgencyScope::all();
            let batch = checks::clients(tx, &agency, after).await?;
            scoring::enqueue_month(tx, &agency, &batch).await?;
            go_on(tx, job, &batch)?;
        }
        Ok(())
    }
}

/// Adds this slice's jobs.
#[must_use]
pub fn register(registry: Registry, connections: &Connections) -> Registry {
    registry
        .with_handler(Arc::new(Renew(connections.clone())))
        .with_handler(Arc::new(Check(connections.clone())))
        .with_handler(Arc::new(CheckAll(connections.clone())))
        .with_handler(Arc::new(Warn))
        .with_handler(Arc::new(Revoke(connections.clone())))
        .with_handler(Arc::new(ScoreOne(connections.clone())))
        .with_handler(Arc::new(ScoreAll))
}

/// Sets this slice's schedules; at every start, as setting the same again changes nothing.
///
/// # Errors
/// `Storage`.
pub async fn put_schedules(tx: &mut Tx) -> Result<()> {
    for (kind, cron) in [(CHECK_ALL, "7 0 * * *"), (SCORE_ALL, "37 2 1 * *")] {
        let schedule = NewSchedule {
            tenant: None,
            name: kind.to_owned(),
            cron: cron.to_owned(),
            zone: "UTC".to_owned(),
            kind: kind.to_owned(),
            queue: "system".to_owned(),
            payload: json!({}),
            catch_up: CatchUp::Once,
            enabled: true,
        };
        put_schedule(tx, schedule).await?;
    }
    Ok(())
}

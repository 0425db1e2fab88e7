//! What the platform lets the account do: a permit is taken with the intent, and given back for what certainly did not
//! happen.

use aos_capabilities::{PlatformError, PlatformErrorKind};
use aos_kernel::{Actor, ContentItemId, NewEvent, PublicationId, Result, Retry, Subject, TenantScope, Timestamp};
use aos_storage::{Db, Signal, Tx};
use chrono::TimeDelta;
use serde_json::json;

use super::{
    Plan, Trouble,
    once::{Leaves, record_attempt_of},
    wait_here,
};
use crate::{
    channels::{Allowance, limits},
    content::{
        CONTENT_ITEM, commands,
        model::{ItemState, PublicationState},
        store,
    },
    steps::PutOff,
};

/// A platform that names a shorter wait is not asked again before this.
const SHORTEST_WAIT: TimeDelta = TimeDelta::minutes(1);

/// Whether an attempt may be made now.
pub(super) enum Begun {
    /// Its intent is written, and it counts.
    Now(limits::Permit),
    Later(PutOff),
}

/// Writes the intent of an attempt down, if the account may do one more. From now on its outcome is unknown until somebody
/// says otherwise.
pub(super) async fn begin(db: &Db, scope: TenantScope, plan: &Plan, leaves: Leaves) -> Result<Begun> {
    let mut tx = db.begin(Actor::system("content")).await?;
    let Plan { item, version, publication, work_attempt, .. } = plan;
    let permit = match plan.connections.allow(&mut tx, scope, plan.account.channel).await? {
        Allowance::Allowed(permit) => permit,
        Allowance::WaitUntil(until) => {
            let why = format!("{} takes no more from this account before {}.", plan.name(), moment(until));
            return Ok(Begun::Later(PutOff { until, why }));
        }
    };
    record_attempt_of(&mut tx, scope, item, version, publication, *work_attempt, leaves).await?;
    tx.commit().await?;
    Ok(Begun::Now(permit))
}

/// An attempt certainly did nothing, so it does not count. Where the platform said until when it wants to be left alone,
/// every worker does so, and this is put off until then; anything else is the trouble that it was.
pub(super) async fn not_done(
    db: &Db,
    scope: TenantScope,
    plan: &Plan,
    permit: limits::Permit,
    error: PlatformError,
) -> Result<PutOff, Trouble> {
    let channel = plan.account.channel;
    let mut tx = db.begin(Actor::system("content")).await?;
    limits::give_back(&mut tx, scope, channel, permit).await?;
    let left_alone = match (&error.kind, error.retry) {
        (PlatformErrorKind::RateLimited, Retry::After(wait)) => {
            let wait = TimeDelta::from_std(wait).unwrap_or(SHORTEST_WAIT).max(SHORTEST_WAIT);
            let until = tx.now() + wait;
            limits::wait(&mut tx, scope, channel, until).await?;
            store::not_attempted(&mut tx, scope, &plan.publication).await?;
            let why = format!("{} asks for fewer requests and takes nothing before {}.", plan.name(), moment(until));
            Some(PutOff { until, why })
        }
        _ => None,
    };
    tx.commit().await?;
    left_alone.ok_or(Trouble::Platform(error))
}

fn moment(at: Timestamp) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

/// Says on every page that a piece waits for the platform, and until when.
pub(super) async fn put_off(
    tx: &mut Tx,
    scope: TenantScope,
    id: ContentItemId,
    publication: PublicationId,
    put_off: &PutOff,
) -> Result<()> {
    // Whoever moves it holds the same lock.
    tx.lock(&format!("content_item {id}")).await?;
    let item = commands::item(tx, scope, id).await?;
    let intended_at = store::put_off(tx, scope, publication, put_off.until, &put_off.why).await?;
    let hours_late = (put_off.until - item.planned_at().unwrap_or(intended_at).max(intended_at)).num_hours();
    if item.state != ItemState::Published {
        let help = "There is nothing to do: it goes out then by itself.";
        store::set_item_state(tx, scope, id, ItemState::Scheduled, Some((&put_off.why, Some(help)))).await?;
    }
    tx.emit(
        NewEvent::new(scope.tenant(), "content.publishing_put_off", Subject::new(CONTENT_ITEM, id))
            .because(put_off.why.clone())
            .with(json!({ "until": put_off.until, "hours_late": hours_late })),
    );
    tx.signal(Signal::new("tenant", scope.tenant()));
    Ok(())
}

/// The moment of a piece that waits here: the one that it is planned for, or the one before which the platform takes
/// nothing, whichever is later.
pub(super) async fn not_before(tx: &mut Tx, scope: TenantScope, id: ContentItemId) -> Result<Option<Timestamp>> {
    let planned = wait_here(tx, scope, id).await?;
    Ok(planned.max(put_off_until(tx, scope, id).await?))
}

/// The moment before which the platform takes nothing.
pub(super) async fn put_off_until(tx: &mut Tx, scope: TenantScope, id: ContentItemId) -> Result<Option<Timestamp>> {
    let publication = store::publication_of(tx, scope, id).await?;
    let open = publication.filter(|one| !matches!(one.state, PublicationState::Live | PublicationState::OnSite));
    Ok(open.and_then(|publication| publication.not_before))
}

//! Publishing, once: what all kinds share. Each kind has its step beside this.
//!
//! An attempt is written down and committed before it is made. What came of one whose answer was lost is looked up on the
//! platform; only when the platform has had time to show it, and does not, is it made again, and after a few such losses a
//! person is asked.

mod access;
mod article;
mod campaign;
mod hand;
mod once;
mod permit;
mod post;
mod record;
mod watch;

pub use article::PublishStep;
pub use campaign::SendCampaign;
pub use hand::{Confirm, NoOutreachMail, OutreachMail, SendOutreach, Sent};
pub use post::PublishPost;
pub use watch::{WATCH, WatchPublication};

pub(super) use record::{record_published, record_removed};
pub(super) use watch::watch;

use std::sync::Arc;

use aos_capabilities::{Account, Platform, PlatformError, PlatformErrorKind};
use aos_kernel::{Actor, ChannelId, ContentItemId, Error, NewEvent, Result, Subject, TenantScope, Timestamp};
use aos_storage::{Db, Signal, Tx};
use serde_json::json;

use access::Access;

use super::{
    CONTENT_ITEM, commands,
    model::{ContentItem, ContentVersion, Publication, PublicationState},
    store,
};
use crate::{
    channels::{self, Connections},
    steps::Work,
};

/// What is to be published where.
struct Plan {
    item: ContentItem,
    version: ContentVersion,
    publication: Publication,
    platform: Arc<dyn Platform>,
    account: Account,
    /// Renews the account's access where the platform refuses it under way.
    connections: Connections,
    /// How often the work was begun: a person who has it tried again has looked.
    work_attempt: i64,
}

impl Plan {
    /// Reads what was approved for the item's own channel and writes the intent down.
    async fn of_item(db: &Db, connections: &Connections, work: &Work, id: ContentItemId) -> Result<Self> {
        let scope = work.scope;
        let mut tx = db.begin(Actor::system("content")).await?;
        let item = commands::item(&mut tx, scope, id).await?;
        commands::has_time(&item)?;
        let channel = item.channel_id.ok_or_else(|| Error::internal("a post without a channel"))?;
        let channel = channels::queries::channel(&mut tx, scope, channel).await?;
        let (version, publication) = intend(&mut tx, scope, &item, Some(channel.id)).await?;
        tx.commit().await?;
        let platform = connections.platforms().get(&channel.platform).cloned();
        let platform = platform.ok_or_else(|| Error::internal("a channel of an unknown platform"))?;
        let account = connections.account(db, scope, channel.id).await?;
        let (connections, work_attempt) = (connections.clone(), work.activity.attempt);
        Ok(Self { item, version, publication, platform, account, connections, work_attempt })
    }

    fn name(&self) -> &str {
        self.platform.descriptor().name
    }
    fn access<'a>(&'a self, db: &'a Db, scope: TenantScope) -> Access<'a> {
        Access::new(db, scope, &self.connections, self.account.clone())
    }
}

/// The approved version and the publication that is intended for it.
async fn intend(
    tx: &mut Tx,
    scope: TenantScope,
    item: &ContentItem,
    channel: Option<ChannelId>,
) -> Result<(ContentVersion, Publication)> {
    let approved = item.approved_version.ok_or_else(|| Error::internal("publishing what nobody approved"))?;
    let version = store::version(tx, scope, item.id, approved)
        .await?
        .ok_or_else(|| Error::internal("the approved version is not there"))?;
    // The frozen text is still what was approved: a change past this program would show here.
    if version.text.hash() != version.hash {
        return Err(Error::internal("an approved version was changed"));
    }
    let publication = store::intend(tx, scope, item.id, channel, approved, &version.hash)
        .await?
        .ok_or_else(|| Error::internal("the publication is not there"))?;
    Ok((version, publication))
}

/// Keeps what went wrong where people look for it.
async fn record_trouble(db: &Db, scope: TenantScope, plan: &Plan, trouble: &Trouble) -> Result<()> {
    let Trouble::Platform(error) = trouble else { return Ok(()) };
    let state = match plan.publication.state {
        _ if error.outcome_unknown => PublicationState::Unconfirmed,
        // A change certainly did nothing: what stood there does so still.
        standing @ (PublicationState::Live | PublicationState::OnSite) => standing,
        _ => PublicationState::Failed,
    };
    let mut tx = db.begin(Actor::system("content")).await?;
    if !store::troubled(&mut tx, scope, &plan.publication, state, &error.message).await? {
        return Ok(());
    }
    let what = if error.outcome_unknown { "unconfirmed" } else { "failed" };
    if refused_image(error) {
        store::refused(&mut tx, scope, plan.publication.id, "image").await?;
    }
    tx.emit(
        NewEvent::new(scope.tenant(), format!("content.publishing_{what}"), Subject::new(CONTENT_ITEM, plan.item.id))
            .because(error.message.clone())
            .with(json!({ "code": error.provider_code, "operation": error.operation })),
    );
    tx.signal(Signal::new("tenant", scope.tenant()));
    tx.commit().await
}

/// What is planned for later waits here for its moment, where the platform schedules nothing itself. Says so on every
/// page, and answers the moment.
async fn wait_here(tx: &mut Tx, scope: TenantScope, id: ContentItemId) -> Result<Option<Timestamp>> {
    // Whoever moves it holds the same lock: it is moved before or after this, not meanwhile.
    tx.lock(&format!("content_item {id}")).await?;
    let item = commands::item(tx, scope, id).await?;
    let planned = item.planned_at();
    if let Some(at) = planned.filter(|at| *at > tx.now())
        && store::waits(tx, scope, id, at).await?
    {
        tx.emit(
            NewEvent::new(scope.tenant(), "content.post_scheduled", Subject::new(CONTENT_ITEM, id))
                .because(format!("for {}", at.format("%Y-%m-%d %H:%M UTC")))
                .with(json!({ "at": at, "here": true })),
        );
        tx.signal(Signal::new("tenant", scope.tenant()));
    }
    Ok(planned)
}

/// Whether it was the image that the platform did not take: a person may then go on without it. Not where the platform
/// was away or full of requests, as that passes.
fn refused_image(error: &PlatformError) -> bool {
    match &error.kind {
        PlatformErrorKind::Invalid(part) => part == "image" || error.operation.contains("image"),
        PlatformErrorKind::PermissionMissing | PlatformErrorKind::Unsupported | PlatformErrorKind::Conflict => {
            error.operation.contains("image")
        }
        _ => false,
    }
}

/// What can go wrong on the way: the platform's refusal, or our own.
enum Trouble {
    Platform(PlatformError),
    Ours(Error),
}
impl From<PlatformError> for Trouble {
    fn from(error: PlatformError) -> Self {
        Self::Platform(error)
    }
}
impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}
impl From<Trouble> for Error {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Platform(error) => error.into(),
            Trouble::Ours(error) => error,
        }
    }
}

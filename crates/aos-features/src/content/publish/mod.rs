//! Publishing, once: what all kinds share. Each kind has its step beside this.
//!
//! An attempt is written down and committed before it is made. What came of one whose answer was lost is looked up on the
//! platform; only when the platform has had time to show it, and does not, is it made again, and after a few such losses a
//! person is asked.

mod article;
mod campaign;
mod hand;
mod post;
mod watch;

pub use article::PublishStep;
pub use campaign::SendCampaign;
pub use hand::{Confirm, NoOutreachMail, OutreachMail, SendOutreach, Sent};
pub use post::PublishPost;
pub use watch::{WATCH, WatchPublication};

pub(super) use watch::watch;

use std::sync::Arc;

use aos_capabilities::{
    Account, Platform, PlatformError, PlatformErrorKind,
    campaign::{CampaignState, SentCampaign},
    post::{PostState, PublishedPost},
    publish::{Published, PublishedState},
};
use aos_kernel::{
    Actor, ContentItemId, Error, NewEvent, PublicationId, Result, Retry, Subject, TenantScope, Timestamp,
};
use aos_storage::{Db, Signal, Tx};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;

use super::{
    CONTENT_ITEM, commands,
    model::{ContentItem, ContentVersion, ItemKind, ItemState, Publication, PublicationState, RequestState},
    quota::{self, Quota},
    store::{self, Standing},
};
use crate::{
    channels::{self, Connections},
    steps::Work,
};

/// Answers that may be lost in a row until a person is asked.
const MOST_UNSEEN: i64 = 4;
/// Clocks of platforms differ from ours by no more.
const SKEW: TimeDelta = TimeDelta::minutes(2);

/// What is to be published where.
struct Plan {
    item: ContentItem,
    version: ContentVersion,
    publication: Publication,
    platform: Arc<dyn Platform>,
    account: Account,
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
        Ok(Self { item, version, publication, platform, account, work_attempt: work.activity.attempt })
    }

    fn name(&self) -> &'static str {
        self.platform.descriptor().name
    }
}

/// The approved version and the publication that is intended for it.
async fn intend(
    tx: &mut Tx,
    scope: TenantScope,
    item: &ContentItem,
    channel: Option<aos_kernel::ChannelId>,
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

/// What stands on a platform, of any kind but an article.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Seen {
    id: String,
    url: Option<Url>,
    state: SeenState,
    notes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SeenState {
    Live,
    /// Taken, and not before anybody's eyes yet.
    Processing,
    /// Begun, and left lying.
    Draft,
    /// Refused or stopped there, in words for a person.
    Rejected(String),
}

impl From<PublishedPost> for Seen {
    fn from(post: PublishedPost) -> Self {
        let state = match post.state {
            PostState::Live => SeenState::Live,
            PostState::Processing => SeenState::Processing,
            PostState::Rejected(words) => SeenState::Rejected(words),
        };
        Self { id: post.id, url: post.url, state, notes: post.notes }
    }
}

impl From<SentCampaign> for Seen {
    fn from(campaign: SentCampaign) -> Self {
        let state = match campaign.state {
            CampaignState::Sent => SeenState::Live,
            CampaignState::Sending | CampaignState::Scheduled(_) => SeenState::Processing,
            CampaignState::Draft => SeenState::Draft,
            CampaignState::Cancelled => SeenState::Rejected("Somebody stopped it on the platform.".to_owned()),
        };
        let mut notes = campaign.notes;
        notes.extend(campaign.recipients.map(|people| format!("It went to {people} people.")));
        Self { id: campaign.id, url: campaign.url, state, notes }
    }
}

/// What came of the step.
#[derive(Serialize, Deserialize)]
struct Outcome {
    publication: PublicationId,
    seen: Seen,
}

/// One way to publish, for [`once`].
#[async_trait::async_trait]
trait Attempt: Send + Sync {
    /// How long after an attempt the platform may still not show what it made.
    const SETTLES: TimeDelta;
    fn validate(&self) -> Result<(), PlatformError>;
    async fn find(&self, since: Timestamp) -> Result<Option<Seen>, PlatformError>;
    async fn make(&self) -> Result<Seen, PlatformError>;
    /// Goes on with what was begun and left lying.
    async fn resume(&self, id: &str) -> Result<Seen, PlatformError>;
}

/// One attempt, unless an earlier one turns out to have worked.
async fn once<A: Attempt>(db: &Db, scope: TenantScope, plan: &Plan, attempt: &A) -> Result<Seen, Trouble> {
    attempt.validate()?;
    let publication = &plan.publication;
    let now = db.clock().now();
    if let Some(first) = publication.first_attempt_at {
        match look(attempt, first).await? {
            Some(found) if found.state == SeenState::Draft => {
                record_attempt(db, scope, plan).await?;
                return Ok(attempt.resume(&found.id).await?);
            }
            // What the platform refused stays refused: this is another attempt.
            Some(Seen { state: SeenState::Rejected(_), .. }) if publication.state == PublicationState::Failed => {}
            Some(found) => return Ok(found),
            None if publication.state == PublicationState::Unconfirmed => unseen(plan, now, A::SETTLES)?,
            None => {}
        }
    }
    if let Some(channel) = publication.channel_id
        && let Quota::NotBefore(at) = quota::may_publish(&mut db.read().await?, scope, channel).await?
    {
        let wait = (at - now).to_std().unwrap_or_default();
        let words = format!("{} takes no more from this account for now.", plan.name());
        let error = Error::limited("channel_quota", words).with_retry(Retry::After(wait));
        return Err(error.with_help("It is tried again when the platform takes more.").into());
    }
    record_attempt(db, scope, plan).await?;
    match attempt.make().await {
        Ok(seen) => Ok(seen),
        Err(error) if error.outcome_unknown => match look(attempt, now).await {
            Ok(Some(found)) if found.state == SeenState::Draft => Ok(attempt.resume(&found.id).await?),
            Ok(Some(found)) => Ok(found),
            // Not there now; it may still appear.
            Ok(None) | Err(_) => {
                let wait = A::SETTLES.to_std().unwrap_or_default();
                Err(PlatformError { retry: Retry::After(wait), ..error }.into())
            }
        },
        Err(error) => Err(error.into()),
    }
}

/// A look that fails leaves unknown what was unknown.
async fn look<A: Attempt>(attempt: &A, first: Timestamp) -> Result<Option<Seen>, PlatformError> {
    attempt.find(first - SKEW).await.map_err(|error| PlatformError { outcome_unknown: true, ..error })
}

/// The answer was lost and nothing is to be seen: wait, make it again, or ask a person.
fn unseen(plan: &Plan, now: Timestamp, settles: TimeDelta) -> Result<()> {
    let publication = &plan.publication;
    let (title, platform) = (&plan.item.title, plan.name());
    let waited = publication.last_attempt_at.map_or(settles, |last| now - last);
    if waited < settles {
        let words = format!("The answer of {platform} about “{title}” was lost, and it is not to be seen there yet.");
        let error = Error::unavailable("publishing_unconfirmed", words);
        let wait = (settles - waited).to_std().unwrap_or_default();
        return Err(error
            .with_retry(Retry::After(wait))
            .with_help("It is looked for again before anything is repeated."));
    }
    let has_looked = publication.work_attempt.is_some_and(|before| plan.work_attempt > before);
    if publication.attempts >= MOST_UNSEEN && !has_looked {
        let words = format!(
            "Nobody knows whether “{title}” stands on {platform}: answers were lost, and it was not found there."
        );
        return Err(Error::outside("publishing_unconfirmed", words).with_help(
            "Look there. If it is missing, retry this activity: it is looked for once more and then sent.",
        ));
    }
    Ok(())
}

async fn record_attempt(db: &Db, scope: TenantScope, plan: &Plan) -> Result<()> {
    let mut tx = db.begin(Actor::system("content")).await?;
    let Plan { item, version, publication, work_attempt, .. } = plan;
    record_attempt_of(&mut tx, scope, item, version, publication.id, *work_attempt).await?;
    tx.commit().await
}

/// From now on its outcome is unknown until somebody says otherwise.
async fn record_attempt_of(
    tx: &mut Tx,
    scope: TenantScope,
    item: &ContentItem,
    version: &ContentVersion,
    publication: PublicationId,
    work_attempt: i64,
) -> Result<()> {
    let (number, hash) = (version.version, &version.hash);
    store::attempt(tx, scope, publication, number, hash, work_attempt).await?;
    tx.emit(
        NewEvent::new(scope.tenant(), "content.publishing_attempted", Subject::new(CONTENT_ITEM, item.id))
            .with(json!({ "version": number, "hash": hash })),
    );
    Ok(())
}

/// What came of an attempt as the step's result: what the platform refused is a failure, in its words.
async fn concluded(
    db: &Db,
    scope: TenantScope,
    plan: &Plan,
    outcome: Result<Seen, Trouble>,
) -> Result<serde_json::Value> {
    match outcome {
        Ok(Seen { state: SeenState::Rejected(words), id, .. }) => {
            let error = PlatformError {
                kind: PlatformErrorKind::Invalid("text".to_owned()),
                retry: Retry::Never,
                outcome_unknown: false,
                platform: plan.platform.descriptor().id.to_owned(),
                operation: "publish".to_owned(),
                provider_code: None,
                message: format!("{} took “{}” and then refused it: {words}", plan.name(), plan.item.title),
                help: Some("Change what it refuses; then ask for the post again.".to_owned()),
            };
            let trouble = Trouble::Platform(error);
            record_trouble(db, scope, plan, &trouble).await?;
            tracing::info!(id, "a platform refused what it had taken");
            Err(trouble.into())
        }
        Ok(seen) => serde_json::to_value(Outcome { publication: plan.publication.id, seen }).map_err(Error::internal),
        Err(trouble) => {
            record_trouble(db, scope, plan, &trouble).await?;
            Err(trouble.into())
        }
    }
}

/// Keeps what went wrong where people look for it.
async fn record_trouble(db: &Db, scope: TenantScope, plan: &Plan, trouble: &Trouble) -> Result<()> {
    let Trouble::Platform(error) = trouble else { return Ok(()) };
    let state = if error.outcome_unknown { PublicationState::Unconfirmed } else { PublicationState::Failed };
    let mut tx = db.begin(Actor::system("content")).await?;
    store::settle_publication(&mut tx, scope, plan.publication.id, state, None, Some(&error.message)).await?;
    if refused_image(error) {
        store::refused(&mut tx, scope, plan.publication.id, "image").await?;
    }
    if error.kind == PlatformErrorKind::AuthExpired
        && let Some(channel) = plan.publication.channel_id
    {
        channels::commands::mark_expired(&mut tx, scope, channel, &error.message).await?;
    }
    tx.emit(
        NewEvent::new(scope.tenant(), format!("content.publishing_{state}"), Subject::new(CONTENT_ITEM, plan.item.id))
            .because(error.message.clone())
            .with(json!({ "code": error.provider_code, "operation": error.operation })),
    );
    tx.signal(Signal::new("tenant", scope.tenant()));
    tx.commit().await
}

/// The work stopped for good, until a person retries it.
async fn record_failed(tx: &mut Tx, work: &Work, id: ContentItemId, error: &Error) -> Result<()> {
    store::set_item_state(tx, work.scope, id, ItemState::Failed, Some((error.message(), error.help()))).await?;
    tx.emit(
        NewEvent::new(work.scope.tenant(), "content.publishing_gave_up", Subject::new(CONTENT_ITEM, id))
            .because(error.message()),
    );
    tx.signal(Signal::new("tenant", work.scope.tenant()));
    Ok(())
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

/// Brings publication and item to what stands on the platform, and has it looked at again.
async fn record_seen(
    tx: &mut Tx,
    scope: TenantScope,
    item: &ContentItem,
    publication: PublicationId,
    seen: &Seen,
    looks: i64,
) -> Result<()> {
    let (state, problem) = match &seen.state {
        SeenState::Live => (PublicationState::Live, None),
        SeenState::Processing | SeenState::Draft => (PublicationState::Processing, None),
        SeenState::Rejected(words) => (PublicationState::Failed, Some(words.as_str())),
    };
    let url = seen.url.as_ref().map(Url::as_str);
    let standing = Standing { state, platform_id: Some(&seen.id), url, notes: Some(&seen.notes), problem };
    store::settle(tx, scope, publication, standing).await?;
    match &seen.state {
        SeenState::Live => {
            if item.state != ItemState::Published {
                record_done(tx, scope, item, url, &seen.notes).await?;
            }
            watch::watch_live(tx, scope, publication, looks);
        }
        SeenState::Processing | SeenState::Draft => watch::watch_processing(tx, scope, publication, looks),
        SeenState::Rejected(words) => {
            let words = format!("The platform took it and then refused it: {words}");
            let help = "Change what it refuses; then ask for the post again.";
            store::set_item_state(tx, scope, item.id, ItemState::Failed, Some((&words, Some(help)))).await?;
            tx.emit(
                NewEvent::new(scope.tenant(), "content.publishing_gave_up", Subject::new(CONTENT_ITEM, item.id))
                    .because(words),
            );
        }
    }
    tx.signal(Signal::new("tenant", scope.tenant()));
    Ok(())
}

/// A piece is out: published, sent or handed over. When it was the last of its request, the request is completed, which
/// counts once.
async fn record_done(
    tx: &mut Tx,
    scope: TenantScope,
    item: &ContentItem,
    url: Option<&str>,
    notes: &[String],
) -> Result<()> {
    // Of several that come out together, one is the last.
    tx.lock(&format!("request {}", item.request_id)).await?;
    store::mark_published(tx, scope, item.id, ItemState::Published, url).await?;
    let what = match item.kind {
        ItemKind::BlogPost | ItemKind::SocialPost => "content.post_published",
        ItemKind::EmailCampaign => "content.newsletter_sent",
        ItemKind::OutreachEmail => "content.outreach_sent",
        ItemKind::AdCopySet => "content.ad_copy_handed_over",
    };
    // A blog post counts itself; of anything else the whole request counts.
    let counts_itself = item.kind == ItemKind::BlogPost;
    let period = item.period_id.filter(|_| counts_itself);
    tx.emit(
        NewEvent::new(scope.tenant(), what, Subject::new(CONTENT_ITEM, item.id))
            .with(json!({ "url": url, "period_id": period, "notes": notes, "channel": item.channel_id })),
    );
    let items = store::items_of_request(tx, scope, item.request_id).await?;
    if items.iter().all(|item| item.state == ItemState::Published) {
        store::set_request_state(tx, scope, item.request_id, RequestState::Completed, None).await?;
        if !counts_itself {
            tx.emit(
                NewEvent::new(
                    scope.tenant(),
                    "content.request_completed",
                    Subject::new(super::REQUEST, item.request_id),
                )
                .with(json!({ "period_id": item.period_id, "items": items.len() })),
            );
        }
    }
    tx.signal(Signal::new("tenant", scope.tenant()));
    Ok(())
}

/// Brings item, request and publication to how an article stands on the site; says so to whoever counts, once.
pub(super) async fn record_published(
    tx: &mut Tx,
    scope: TenantScope,
    item: &ContentItem,
    publication: PublicationId,
    published: &Published,
) -> Result<()> {
    let (publication_state, item_state) = match published.state {
        PublishedState::Live => (PublicationState::Live, ItemState::Published),
        PublishedState::Scheduled(_) => (PublicationState::OnSite, ItemState::Scheduled),
        // On the site, but not before readers' eyes: somebody has to publish it there.
        PublishedState::Draft | PublishedState::Trashed => (PublicationState::OnSite, ItemState::Approved),
    };
    store::settle_publication(tx, scope, publication, publication_state, Some(published), None).await?;
    let was_live = item.state == ItemState::Published;
    let url = published.url.as_str();
    let subject = Subject::new(CONTENT_ITEM, item.id);
    let data = json!({ "url": url, "period_id": item.period_id, "notes": published.notes });
    match published.state {
        PublishedState::Live if !was_live => record_done(tx, scope, item, Some(url), &published.notes).await?,
        _ => store::mark_published(tx, scope, item.id, item_state, Some(url)).await?,
    }
    match published.state {
        PublishedState::Live => {}
        PublishedState::Scheduled(at) => {
            tx.emit(
                NewEvent::new(scope.tenant(), "content.post_scheduled", subject)
                    .because(format!("for {at}"))
                    .with(data),
            );
        }
        PublishedState::Draft | PublishedState::Trashed => {
            tx.emit(NewEvent::new(scope.tenant(), "content.draft_on_site", subject).with(data));
        }
    }
    tx.signal(Signal::new("tenant", scope.tenant()));
    Ok(())
}

/// Somebody deleted it on the platform.
pub(super) async fn record_removed(
    tx: &mut Tx,
    scope: TenantScope,
    item: &ContentItem,
    publication: PublicationId,
) -> Result<()> {
    let problem = match item.kind {
        ItemKind::BlogPost => "The post was removed on the site.",
        ItemKind::EmailCampaign => "The newsletter was removed on the platform.",
        _ => "The post was removed on the platform.",
    };
    store::settle_publication(tx, scope, publication, PublicationState::Failed, None, Some(problem)).await?;
    let help = "Restore it there if that was a mistake.";
    store::set_item_state(tx, scope, item.id, ItemState::Failed, Some((problem, Some(help)))).await?;
    tx.emit(
        NewEvent::new(scope.tenant(), "content.removed_on_site", Subject::new(CONTENT_ITEM, item.id)).because(problem),
    );
    tx.signal(Signal::new("tenant", scope.tenant()));
    Ok(())
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

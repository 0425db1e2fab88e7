//! The step that publishes, once, and the watch over what is scheduled or stands as a draft.

use std::sync::Arc;

use aos_capabilities::{
    Account, Platform, PlatformError, PlatformErrorKind,
    publish::{Article, ArticleImage, Publish, PublishMode, Published, PublishedState},
};
use aos_kernel::{
    Actor, ChannelId, ContentItemId, Error, NewEvent, NewJob, PublicationId, Result, Subject, TenantScope,
};
use aos_storage::{Db, Signal, Tx};
use aos_workflow::{Done, Job, JobHandler, RunContext};
use bytes::Bytes;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    CONTENT_ITEM, commands,
    model::{ContentItem, ContentVersion, ItemState, Publication, PublicationState, RequestState},
    reschedule, store,
    write::unit,
};
use crate::{
    channels::{self, Connections},
    markdown,
    steps::{Accepted, StepContext, StepHandler, Work},
};

/// The platforms that take articles.
const PLATFORMS: [&str; 2] = ["wordpress", "memory"];

/// An image of the client's site, as it was crawled.
pub struct SiteImage {
    pub bytes: Bytes,
    pub content_type: String,
    pub alt: String,
}

/// Where featured images come from.
#[async_trait::async_trait]
pub trait ImageSource: Send + Sync {
    /// The image that stood at this address; `None` when it was not kept.
    ///
    /// # Errors
    /// `Storage`.
    async fn image(&self, scope: TenantScope, url: &str) -> Result<Option<SiteImage>>;
}

/// Publishes the approved version of the activity's content item on the tenant's site.
pub struct PublishStep {
    connections: Connections,
    images: Arc<dyn ImageSource>,
}

#[derive(Serialize, Deserialize)]
struct Outcome {
    publication: PublicationId,
    channel: ChannelId,
    published: Published,
}

/// What is to be published where.
struct Plan {
    item: ContentItem,
    version: ContentVersion,
    publication: Publication,
    platform: Arc<dyn Platform>,
    account: Account,
}

impl PublishStep {
    pub fn new(connections: Connections, images: Arc<dyn ImageSource>) -> Self {
        Self { connections, images }
    }

    /// Reads what was approved and writes the intent down.
    async fn plan(&self, db: &Db, scope: TenantScope, id: ContentItemId) -> Result<Plan> {
        let mut conn = db.read().await?;
        let channel = channels::queries::connected(&mut conn, scope, &PLATFORMS).await?;
        drop(conn);
        let channel = channel.ok_or_else(|| {
            Error::conflict("no_site", "No site is connected on which this could be published.")
                .with_help("Connect the client's WordPress on its Channels page; then retry this activity.")
        })?;
        let mut tx = db.begin(Actor::system("content")).await?;
        let item = commands::item(&mut tx, scope, id).await?;
        let approved = item.approved_version.ok_or_else(|| Error::internal("publishing what nobody approved"))?;
        let version = store::version(&mut tx, scope, id, approved)
            .await?
            .ok_or_else(|| Error::internal("the approved version is not there"))?;
        let publication = store::intend(&mut tx, scope, id, channel.id, approved, &version.hash)
            .await?
            .ok_or_else(|| Error::internal("the publication is not there"))?;
        tx.commit().await?;
        // The frozen text is still what was approved: a change past this program would show here.
        if version.text.hash() != version.hash {
            return Err(Error::internal("an approved version was changed"));
        }
        let platform = self.connections.platforms().get(&channel.platform).cloned();
        let platform = platform.ok_or_else(|| Error::internal("a channel of an unknown platform"))?;
        let account = self.connections.account(db, scope, channel.id).await?;
        Ok(Plan { item, version, publication, platform, account })
    }

    /// Brings what stands on the platform to the time that is planned now. Answers how it stands then; none when it is
    /// gone.
    pub(super) async fn move_to_plan(
        &self,
        db: &Db,
        scope: TenantScope,
        id: PublicationId,
    ) -> Result<Option<Published>> {
        let mut conn = db.read().await?;
        let publication =
            store::publication(&mut conn, scope, id).await?.ok_or_else(|| Error::not_found("publication"))?;
        let item = store::item(&mut conn, scope, publication.item_id)
            .await?
            .ok_or_else(|| Error::not_found("content item"))?;
        let version = store::version(&mut conn, scope, item.id, publication.version)
            .await?
            .ok_or_else(|| Error::internal("a publication without its version"))?;
        let channel = channels::queries::channel(&mut conn, scope, publication.channel_id).await?;
        drop(conn);
        let Some(platform_id) = publication.platform_id.clone() else { return Ok(None) };
        let platform = self.connections.platforms().get(&channel.platform).cloned();
        let platform = platform.ok_or_else(|| Error::internal("a channel of an unknown platform"))?;
        let account = self.connections.account(db, scope, channel.id).await?;
        let publish = platform.publish().ok_or_else(|| Error::internal("a site that can't publish"))?;
        let Some(standing) = publish.read(&account, &platform_id).await? else { return Ok(None) };
        let movable = match standing.state {
            PublishedState::Scheduled(_) | PublishedState::Draft => reschedule::is_elsewhere(&item, &standing),
            PublishedState::Live | PublishedState::Trashed => false,
        };
        if !movable {
            return Ok(Some(standing));
        }
        let plan = Plan { item, version, publication, platform: platform.clone(), account };
        let article = self.article(scope, &plan).await?;
        Ok(Some(publish.update(&plan.account, &platform_id, &article).await?))
    }

    async fn article(&self, scope: TenantScope, plan: &Plan) -> Result<Article> {
        let text = &plan.version.text;
        let image = match text.image.as_ref().filter(|_| !plan.item.without_image) {
            Some(url) => self.images.image(scope, url).await?.map(|image| ArticleImage {
                file_name: file_name(&text.slug, &image.content_type),
                content_type: image.content_type,
                bytes: image.bytes,
                alt: if image.alt.trim().is_empty() { text.title.clone() } else { image.alt },
            }),
            None => None,
        };
        Ok(Article {
            item: plan.item.id,
            title: text.title.clone(),
            slug: text.slug.clone(),
            excerpt: text.excerpt.clone(),
            html: markdown::to_html(&text.markdown).into_string(),
            categories: text.categories.clone(),
            tags: text.tags.clone(),
            image,
            mode: plan.item.publish_mode,
        })
    }

    /// One attempt, unless an earlier one turns out to have worked.
    async fn attempt(&self, db: &Db, scope: TenantScope, plan: &Plan, article: &Article) -> Result<Published, Trouble> {
        let publish = plan.platform.publish().ok_or_else(|| Error::internal("a site that can't publish"))?;
        publish.validate(article)?;
        let (id, slug) = (plan.item.id, plan.version.text.slug.as_str());
        if plan.publication.attempts > 0
            && let Some(found) = publish.find(&plan.account, id, slug).await?
        {
            return self.take_over(db, scope, plan, publish, article, found).await;
        }
        self.record_attempt(db, scope, plan).await?;
        match publish.publish(&plan.account, article).await {
            Ok(published) => Ok(published),
            Err(error) if error.outcome_unknown => match publish.find(&plan.account, id, slug).await {
                Ok(Some(found)) => Ok(found),
                // Not there now; it may still appear, so the next attempt looks again before it sends.
                Ok(None) | Err(_) => Err(error.into()),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// An earlier attempt made it. When a person changed the text since, what stands there follows.
    async fn take_over(
        &self,
        db: &Db,
        scope: TenantScope,
        plan: &Plan,
        publish: &dyn Publish,
        article: &Article,
        found: Published,
    ) -> Result<Published, Trouble> {
        let as_wanted = match (article.mode, found.state) {
            (PublishMode::Draft, PublishedState::Draft) => true,
            (PublishMode::Now, PublishedState::Live) => true,
            (PublishMode::At(wanted), PublishedState::Scheduled(at)) => (wanted - at).abs() < TimeDelta::minutes(1),
            (PublishMode::At(_), PublishedState::Live) => true,
            _ => false,
        };
        if as_wanted && plan.publication.hash == plan.version.hash {
            return Ok(found);
        }
        self.record_attempt(db, scope, plan).await?;
        Ok(publish.update(&plan.account, &found.id, article).await?)
    }

    async fn record_attempt(&self, db: &Db, scope: TenantScope, plan: &Plan) -> Result<()> {
        let mut tx = db.begin(Actor::system("content")).await?;
        store::attempt(&mut tx, scope, plan.publication.id, plan.version.version, &plan.version.hash).await?;
        tx.emit(
            NewEvent::new(scope.tenant(), "content.publishing_attempted", Subject::new(CONTENT_ITEM, plan.item.id))
                .with(json!({ "version": plan.version.version, "hash": plan.version.hash })),
        );
        tx.commit().await
    }

    /// Keeps what went wrong where people look for it.
    async fn record_trouble(&self, db: &Db, scope: TenantScope, plan: &Plan, trouble: &Trouble) -> Result<()> {
        let Trouble::Platform(error) = trouble else { return Ok(()) };
        let state = if error.outcome_unknown { PublicationState::Unconfirmed } else { PublicationState::Failed };
        let mut tx = db.begin(Actor::system("content")).await?;
        store::settle_publication(&mut tx, scope, plan.publication.id, state, None, Some(&error.message)).await?;
        if refused_image(error) {
            store::refused(&mut tx, scope, plan.publication.id, "image").await?;
        }
        if error.kind == PlatformErrorKind::AuthExpired {
            channels::commands::mark_expired(&mut tx, scope, plan.publication.channel_id, &error.message).await?;
        }
        tx.emit(
            NewEvent::new(
                scope.tenant(),
                format!("content.publishing_{state}"),
                Subject::new(CONTENT_ITEM, plan.item.id),
            )
            .because(error.message.clone())
            .with(json!({ "code": error.provider_code, "operation": error.operation })),
        );
        tx.signal(Signal::new("tenant", scope.tenant()));
        tx.commit().await
    }
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

#[async_trait::async_trait]
impl StepHandler for PublishStep {
    fn kind(&self) -> &'static str {
        super::PUBLISH
    }

    async fn run(&self, cx: &StepContext, work: &Work) -> Result<Value> {
        let plan = self.plan(&cx.db, work.scope, unit(work)?).await?;
        let article = self.article(work.scope, &plan).await?;
        match self.attempt(&cx.db, work.scope, &plan, &article).await {
            Ok(published) => serde_json::to_value(Outcome {
                publication: plan.publication.id,
                channel: plan.publication.channel_id,
                published,
            })
            .map_err(Error::internal),
            Err(trouble) => {
                self.record_trouble(&cx.db, work.scope, &plan, &trouble).await?;
                Err(trouble.into())
            }
        }
    }

    async fn accept(&self, tx: &mut Tx, work: &Work, result: Value) -> Result<Accepted> {
        let id = unit(work)?;
        let outcome: Outcome = serde_json::from_value(result).map_err(Error::internal)?;
        let item = commands::item(tx, work.scope, id).await?;
        let output =
            json!({ "url": outcome.published.url, "state": outcome.published.state, "notes": outcome.published.notes });
        record_published(tx, work.scope, &item, outcome.publication, &outcome.published).await?;
        // Somebody moved it while this was under way. Once: a site that keeps another time is not asked for ever.
        if reschedule::is_elsewhere(&item, &outcome.published) {
            reschedule::move_on_site(tx, work.scope, outcome.publication);
        }
        if outcome.published.state != PublishedState::Live {
            watch(tx, work.scope, outcome.publication, &outcome.published, 0);
        }
        Ok(Accepted { output, subjects: Vec::new() })
    }

    async fn failed(&self, tx: &mut Tx, work: &Work, error: &Error) -> Result<()> {
        let id = unit(work)?;
        store::set_item_state(tx, work.scope, id, ItemState::Failed, Some((error.message(), error.help()))).await?;
        tx.emit(
            NewEvent::new(work.scope.tenant(), "content.publishing_gave_up", Subject::new(CONTENT_ITEM, id))
                .because(error.message()),
        );
        tx.signal(Signal::new("tenant", work.scope.tenant()));
        Ok(())
    }
}

/// Brings item, request and publication to what stands on the site; says so to whoever counts, once.
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
    store::mark_published(tx, scope, item.id, item_state, published.url.as_str()).await?;
    let subject = Subject::new(CONTENT_ITEM, item.id);
    let data = json!({ "url": published.url, "period_id": item.period_id, "notes": published.notes });
    match published.state {
        PublishedState::Live if !was_live => {
            store::set_request_state(tx, scope, item.request_id, RequestState::Completed, None).await?;
            tx.emit(NewEvent::new(scope.tenant(), "content.post_published", subject).with(data));
        }
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

/// The job kind that looks whether a post went live.
pub const WATCH: &str = "content.watch_publication";
/// Looks at a draft or an overdue post this often, at most: about a month.
const MOST_LOOKS: i64 = 750;

/// Looks again when it is to be live, or in an hour.
pub(super) fn watch(tx: &mut Tx, scope: TenantScope, publication: PublicationId, published: &Published, looks: i64) {
    let at = match published.state {
        PublishedState::Scheduled(at) if at > tx.now() => at + TimeDelta::seconds(30),
        _ => tx.now() + TimeDelta::hours(1),
    };
    let payload = json!({ "publication": publication, "looks": looks });
    // Of what was moved to another time there is another first look.
    let key = format!("watch:{publication}:{looks}:{}", at.timestamp());
    tx.enqueue(NewJob::new(WATCH, scope.tenant(), "publish", payload).keyed(key).at(at));
}

/// Looks on the platform whether a scheduled post or a draft went live meanwhile.
pub struct WatchPublication {
    connections: Connections,
}

#[derive(Deserialize)]
struct WatchPayload {
    publication: PublicationId,
    looks: i64,
}

impl WatchPublication {
    pub fn new(connections: Connections) -> Self {
        Self { connections }
    }
}

#[async_trait::async_trait]
impl JobHandler for WatchPublication {
    fn kind(&self) -> &'static str {
        WATCH
    }

    async fn run(&self, job: &Job, cx: &RunContext) -> Result<Value> {
        let scope = TenantScope::granted(job.tenant()?);
        let payload: WatchPayload = job.payload()?;
        let publication = store::publication(&mut cx.db.read().await?, scope, payload.publication)
            .await?
            .ok_or_else(|| Error::not_found("publication"))?;
        let Some(platform_id) = &publication.platform_id else { return Ok(Value::Null) };
        let channel = channels::queries::channel(&mut cx.db.read().await?, scope, publication.channel_id).await?;
        let account = self.connections.account(&cx.db, scope, publication.channel_id).await?;
        let platform = self.connections.platforms().get(&channel.platform);
        let publish = platform.and_then(|p| p.publish()).ok_or_else(|| Error::internal("a site that can't publish"))?;
        let found = publish.read(&account, platform_id).await?;
        serde_json::to_value(found).map_err(Error::internal)
    }

    async fn commit(&self, tx: &mut Tx, done: &[Done]) -> Result<()> {
        for Done { job, result, .. } in done {
            let scope = TenantScope::granted(job.tenant()?);
            let payload: WatchPayload = job.payload()?;
            let Some(publication) = store::publication(tx, scope, payload.publication).await? else { continue };
            let item = commands::item(tx, scope, publication.item_id).await?;
            let found: Option<Published> = serde_json::from_value(result.clone()).map_err(Error::internal)?;
            match found {
                Some(published) if published.state == PublishedState::Live => {
                    record_published(tx, scope, &item, publication.id, &published).await?;
                }
                Some(published) if published.state != PublishedState::Trashed => {
                    if payload.looks < MOST_LOOKS {
                        watch(tx, scope, publication.id, &published, payload.looks + 1);
                    }
                    if let PublishedState::Scheduled(at) = published.state
                        && at + TimeDelta::minutes(10) < tx.now()
                        && item.problem.is_none()
                    {
                        let problem = "The site missed the planned time: its own scheduler did not run.";
                        let help = "Open the site once, or publish the post there; it is noticed here by itself.";
                        store::set_item_state(tx, scope, item.id, ItemState::Scheduled, Some((problem, Some(help))))
                            .await?;
                        tx.emit(
                            NewEvent::new(
                                scope.tenant(),
                                "content.schedule_missed",
                                Subject::new(CONTENT_ITEM, item.id),
                            )
                            .because(problem),
                        );
                    }
                }
                Some(_) | None => record_removed(tx, scope, &item, publication.id).await?,
            }
        }
        Ok(())
    }
}

/// Somebody deleted it on the platform.
pub(super) async fn record_removed(
    tx: &mut Tx,
    scope: TenantScope,
    item: &ContentItem,
    publication: PublicationId,
) -> Result<()> {
    let problem = "The post was removed on the site.";
    store::settle_publication(tx, scope, publication, PublicationState::Failed, None, Some(problem)).await?;
    let help = "Restore it there if that was a mistake.";
    store::set_item_state(tx, scope, item.id, ItemState::Failed, Some((problem, Some(help)))).await?;
    tx.emit(
        NewEvent::new(scope.tenant(), "content.removed_on_site", Subject::new(CONTENT_ITEM, item.id)).because(problem),
    );
    Ok(())
}

/// A name that sites take: ASCII, with the extension that says the type.
fn file_name(slug: &str, content_type: &str) -> String {
    let stem: String = slug.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(60).collect();
    let stem = if stem.is_empty() { "image" } else { stem.as_str() };
    let extension = match content_type {
        "image/png" => "png",
        "image/webp" => "webp",
        "image/gif" => "gif",
        _ => "jpg",
    };
    format!("{stem}.{extension}")
}

//! The step that publishes an article.

use std::sync::Arc;

use aos_capabilities::{
    Platform,
    publish::{Article, ArticleImage, Publish, PublishMode, Published, PublishedState},
};
use aos_kernel::{Actor, ContentHash, ContentItemId, Error, PublicationId, Result, TenantScope, Timestamp};
use aos_storage::{Conn, Db, Tx};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Plan, Trouble,
    access::Access,
    intend,
    once::Leaves,
    permit::{Begun, begin, not_before, not_done, put_off, put_off_until},
    record::{record_changed, record_failed, record_published},
    record_trouble, watch,
};
use crate::{
    channels::{self, Channel, Connections},
    content::{
        MediaSource, commands,
        media::file_name,
        model::{ArticleText, ContentItem, RequestKind},
        reach, reschedule, store,
        write::unit,
    },
    markdown,
    steps::{Accepted, PutOff, StepContext, StepHandler, Work},
};

/// Publishes the approved version of the activity's content item on the tenant's site.
pub struct PublishStep {
    connections: Connections,
    media: Arc<dyn MediaSource>,
}

/// What came of an attempt.
#[derive(Serialize, Deserialize)]
enum Made {
    Published(Published),
    /// None was made yet.
    PutOff(PutOff),
}

#[derive(Serialize, Deserialize)]
struct Outcome {
    publication: PublicationId,
    /// The version that stands there then.
    version: i64,
    hash: ContentHash,
    made: Made,
}

impl PublishStep {
    pub fn new(connections: Connections, media: Arc<dyn MediaSource>) -> Self {
        Self { connections, media }
    }

    /// Where an article goes: the channel that it was made for, where it stands already, or the client's first site.
    async fn site(&self, conn: &mut Conn, scope: TenantScope, item: &ContentItem) -> Result<Option<Channel>> {
        let platforms = self.connections.platforms();
        let usable = reach::channels_for(conn, platforms, scope, RequestKind::Blog).await?;
        let standing =
            store::publication_of(conn, scope, item.id).await?.and_then(|publication| publication.channel_id);
        let wanted = item.channel_id.or(standing);
        let own = wanted.and_then(|wanted| usable.iter().position(|channel| channel.id == wanted));
        Ok(match (own, item.channel_id) {
            (Some(at), _) => usable.into_iter().nth(at),
            (None, Some(_)) => None,
            (None, None) => usable.into_iter().next(),
        })
    }

    /// Reads what was approved and writes the intent down.
    async fn plan(&self, db: &Db, work: &Work, id: ContentItemId) -> Result<Plan> {
        let scope = work.scope;
        let mut conn = db.read().await?;
        let item = store::item(&mut conn, scope, id).await?.ok_or_else(|| Error::not_found("content item"))?;
        let channel = self.site(&mut conn, scope, &item).await?;
        drop(conn);
        let channel = channel.ok_or_else(|| {
            Error::conflict("no_site", "No site is connected on which this could be published.")
                .with_help("Connect the client's WordPress on its Channels page; then retry this activity.")
        })?;
        let mut tx = db.begin(Actor::system("content")).await?;
        let item = commands::item(&mut tx, scope, id).await?;
        let (version, publication) = intend(&mut tx, scope, &item, Some(channel.id)).await?;
        tx.commit().await?;
        let platform = self.connections.platforms().get(&channel.platform).cloned();
        let platform = platform.ok_or_else(|| Error::internal("a channel of an unknown platform"))?;
        let account = self.connections.account(db, scope, channel.id).await?;
        let (connections, work_attempt) = (self.connections.clone(), work.activity.attempt);
        Ok(Plan { item, version, publication, platform, account, connections, work_attempt })
    }

    /// Brings what stands on the platform to the time that is planned now. Answers how it stands then; none when it is
    /// gone.
    pub(in crate::content) async fn move_to_plan(
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
        let Some((platform_id, channel)) = publication.platform_id.clone().zip(publication.channel_id) else {
            return Ok(None);
        };
        let channel = channels::queries::channel(&mut conn, scope, channel).await?;
        drop(conn);
        let platform = self.connections.platforms().get(&channel.platform).cloned();
        let platform = platform.ok_or_else(|| Error::internal("a channel of an unknown platform"))?;
        let account = self.connections.account(db, scope, channel.id).await?;
        let publish = platform.publish().ok_or_else(|| Error::internal("a site that can't publish"))?;
        let (standing_id, mut access) = (platform_id.as_str(), Access::new(db, scope, &self.connections, account));
        let standing = access.with(|account| async move { publish.read(&account, standing_id).await }).await?;
        let Some(standing) = standing else { return Ok(None) };
        let movable = match standing.state {
            PublishedState::Scheduled(_) | PublishedState::Draft => reschedule::is_elsewhere(&item, &standing),
            PublishedState::Live | PublishedState::Trashed => false,
        };
        if !movable {
            return Ok(Some(standing));
        }
        let work_attempt = publication.work_attempt.unwrap_or(1);
        let (account, connections) = (access.account().clone(), self.connections.clone());
        let plan = Plan { item, version, publication, platform: platform.clone(), account, connections, work_attempt };
        let article = &self.article(scope, &plan).await?;
        Ok(Some(access.with(|account| async move { publish.update(&account, standing_id, article).await }).await?))
    }

    async fn article(&self, scope: TenantScope, plan: &Plan) -> Result<Article> {
        let text = article_of(plan)?;
        let image = match text.image.as_ref().filter(|_| !plan.item.without_image) {
            Some(name) => self.media.load(scope, name).await?.map(|image| ArticleImage {
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
            mode: match plan.item.publish_mode {
                // It waited here for its moment.
                PublishMode::At(_) if !schedules_itself(Some(&plan.platform)) => PublishMode::Now,
                mode => mode,
            },
        })
    }

    /// One attempt, unless an earlier one turns out to have worked or the account may do no more for now.
    async fn attempt(&self, db: &Db, scope: TenantScope, plan: &Plan, article: &Article) -> Result<Made, Trouble> {
        let publish = plan.platform.publish().ok_or_else(|| Error::internal("a site that can't publish"))?;
        publish.validate(article)?;
        let (id, slug) = (plan.item.id, article_of(plan)?.slug.as_str());
        let mut access = plan.access(db, scope);
        let mut standing = None;
        if plan.publication.attempts > 0 {
            standing = access.with(|account| async move { publish.find(&account, id, slug).await }).await?;
        }
        if let Some(found) = standing.take_if(|found| is_as_wanted(plan, article, found)) {
            return Ok(Made::Published(found));
        }
        let leaves = if standing.is_some() { Leaves::Either } else { Leaves::New };
        let permit = match begin(db, scope, plan, leaves).await? {
            Begun::Now(permit) => permit,
            Begun::Later(put_off) => return Ok(Made::PutOff(put_off)),
        };
        let known = standing.as_ref().map(|found| found.id.as_str());
        // What readers see already stays before their eyes, whatever was planned for it once.
        let live = standing.as_ref().is_some_and(|found| found.state == PublishedState::Live);
        let article = &Article { mode: if live { PublishMode::Now } else { article.mode }, ..article.clone() };
        let sent = access
            .with(|account| async move {
                match known {
                    Some(id) => publish.update(&account, id, article).await,
                    None => publish.publish(&account, article).await,
                }
            })
            .await;
        match sent {
            Ok(published) => Ok(Made::Published(published)),
            Err(error) if !error.outcome_unknown => Ok(Made::PutOff(not_done(db, scope, plan, permit, error).await?)),
            Err(error) if standing.is_some() => Err(error.into()),
            Err(error) => match access.with(|account| async move { publish.find(&account, id, slug).await }).await {
                Ok(Some(found)) => Ok(Made::Published(found)),
                // Not there now; it may still appear, so the next attempt looks again before it sends.
                Ok(None) | Err(_) => Err(error.into()),
            },
        }
    }
}

/// Whether what an earlier attempt made is what is wanted now. When a person changed the text since, what stands there
/// follows.
fn is_as_wanted(plan: &Plan, article: &Article, found: &Published) -> bool {
    let stands = match (article.mode, found.state) {
        (PublishMode::Draft, PublishedState::Draft) => true,
        (PublishMode::Now, PublishedState::Live) => true,
        (PublishMode::At(wanted), PublishedState::Scheduled(at)) => (wanted - at).abs() < TimeDelta::minutes(1),
        (PublishMode::At(_), PublishedState::Live) => true,
        _ => false,
    };
    stands && plan.publication.hash == plan.version.hash
}

/// Whether an article can be handed over before its moment. Otherwise it waits here.
fn schedules_itself(platform: Option<&Arc<dyn Platform>>) -> bool {
    platform.and_then(|platform| platform.publish()).is_some_and(Publish::schedules)
}

fn article_of(plan: &Plan) -> Result<&ArticleText> {
    plan.version.text.article().ok_or_else(|| Error::internal("an article of another kind"))
}

#[async_trait::async_trait]
impl StepHandler for PublishStep {
    fn kind(&self) -> &'static str {
        crate::content::PUBLISH
    }

    async fn not_before(&self, tx: &mut Tx, work: &Work) -> Result<Option<Timestamp>> {
        let id = unit(work)?;
        let item = commands::item(tx, work.scope, id).await?;
        match self.site(tx, work.scope, &item).await? {
            Some(channel) if !schedules_itself(self.connections.platforms().get(&channel.platform)) => {
                not_before(tx, work.scope, id).await
            }
            _ => put_off_until(tx, work.scope, id).await,
        }
    }

    async fn run(&self, cx: &StepContext, work: &Work) -> Result<Value> {
        let plan = self.plan(&cx.db, work, unit(work)?).await?;
        let article = self.article(work.scope, &plan).await?;
        match self.attempt(&cx.db, work.scope, &plan, &article).await {
            Ok(made) => {
                let (version, hash) = (plan.version.version, plan.version.hash.clone());
                let outcome = Outcome { publication: plan.publication.id, version, hash, made };
                serde_json::to_value(outcome).map_err(Error::internal)
            }
            Err(trouble) => {
                record_trouble(&cx.db, work.scope, &plan, &trouble).await?;
                Err(trouble.into())
            }
        }
    }

    async fn accept(&self, tx: &mut Tx, work: &Work, result: Value) -> Result<Accepted> {
        let id = unit(work)?;
        let Outcome { publication, version, hash, made } = serde_json::from_value(result).map_err(Error::internal)?;
        let published = match made {
            Made::Published(published) => published,
            Made::PutOff(wait) => {
                put_off(tx, work.scope, id, publication, &wait).await?;
                return Ok(Accepted { put_off: Some(wait), ..Accepted::default() });
            }
        };
        let item = commands::item(tx, work.scope, id).await?;
        let output = json!({ "url": published.url, "state": published.state, "notes": published.notes });
        record_published(tx, work.scope, &item, publication, &published).await?;
        record_changed(tx, work.scope, &item, publication, (version, &hash)).await?;
        // Somebody moved it while this was under way. Once: a site that keeps another time is not asked for ever.
        if reschedule::is_elsewhere(&item, &published) {
            reschedule::move_on_site(tx, work.scope, publication);
        }
        watch(tx, work.scope, publication, &published, 0);
        Ok(Accepted { output, ..Accepted::default() })
    }

    async fn failed(&self, tx: &mut Tx, work: &Work, error: &Error) -> Result<()> {
        record_failed(tx, work, unit(work)?, error).await
    }
}

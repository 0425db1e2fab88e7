//! Looking again at what stands on a platform: whether what is scheduled or being processed went live, and whether what is
//! live is still there.

use aos_capabilities::publish::{Published, PublishedState};
use aos_kernel::{Error, NewEvent, NewJob, PublicationId, Result, Subject, TenantScope, Timestamp};
use aos_storage::Tx;
use aos_workflow::{Done, Job, JobHandler, RunContext};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    access::Access,
    once::{Seen, SeenState},
    record::{record_published, record_removed, record_seen},
};
use crate::{
    channels::{self, Connections},
    content::{
        CONTENT_ITEM, commands,
        model::{ItemKind, ItemState, PublicationState},
        store,
    },
};

/// The job kind that looks how a publication stands.
pub const WATCH: &str = "content.watch_publication";
/// Looks at a draft or an overdue post this often, at most: about a month.
const MOST_LOOKS: i64 = 750;
/// Looks at what a platform is still busy with: about two days.
const MOST_LOOKS_AT_PROCESSING: i64 = 60;
/// When what is live is looked at, after the look before.
const WHILE_LIVE: [TimeDelta; 4] = [TimeDelta::hours(1), TimeDelta::days(1), TimeDelta::days(6), TimeDelta::days(23)];

#[derive(Serialize, Deserialize)]
struct Payload {
    publication: PublicationId,
    looks: i64,
}

/// How it stands, by kind; none when it is gone.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Look {
    Article(Option<Published>),
    Piece(Option<Seen>),
}

/// Looks again when an article is to be live, or in an hour; and now and then whether it is still there.
pub(in crate::content) fn watch(
    tx: &mut Tx,
    scope: TenantScope,
    publication: PublicationId,
    published: &Published,
    looks: i64,
) {
    if published.state == PublishedState::Live {
        return watch_live(tx, scope, publication, looks);
    }
    let at = match published.state {
        PublishedState::Scheduled(at) if at > tx.now() => at + TimeDelta::seconds(30),
        _ => tx.now() + TimeDelta::hours(1),
    };
    look_at(tx, scope, publication, looks, at);
}

/// Looks again at what the platform is still busy with, at growing distances up to an hour.
pub(super) fn watch_processing(tx: &mut Tx, scope: TenantScope, publication: PublicationId, looks: i64) {
    let minutes = 1_i64 << looks.clamp(0, 6);
    let at = tx.now() + TimeDelta::minutes(minutes.min(60));
    look_at(tx, scope, publication, looks, at);
}

/// Looks now and then whether what is live is still there. `looks`: how often it was looked at while it was live.
pub(super) fn watch_live(tx: &mut Tx, scope: TenantScope, publication: PublicationId, looks: i64) {
    if let Some(pause) = usize::try_from(looks).ok().and_then(|looks| WHILE_LIVE.get(looks)) {
        let at = tx.now() + *pause;
        look_at(tx, scope, publication, looks, at);
    }
}

fn look_at(tx: &mut Tx, scope: TenantScope, publication: PublicationId, looks: i64, at: Timestamp) {
    // Of what was moved to another time there is another first look.
    let key = format!("watch:{publication}:{looks}:{}", at.timestamp());
    tx.enqueue(NewJob::new(WATCH, scope.tenant(), "publish", json!(Payload { publication, looks })).keyed(key).at(at));
}

/// Looks on the platform how a publication stands.
pub struct WatchPublication {
    connections: Connections,
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
        let payload: Payload = job.payload()?;
        let mut conn = cx.db.read().await?;
        let publication = store::publication(&mut conn, scope, payload.publication)
            .await?
            .ok_or_else(|| Error::not_found("publication"))?;
        let Some((platform_id, channel)) = publication.platform_id.as_ref().zip(publication.channel_id) else {
            return Ok(Value::Null);
        };
        let item = store::item(&mut conn, scope, publication.item_id)
            .await?
            .ok_or_else(|| Error::not_found("content item"))?;
        let channel = channels::queries::channel(&mut conn, scope, channel).await?;
        drop(conn);
        let account = self.connections.account(&cx.db, scope, channel.id).await?;
        let platform = self.connections.platforms().get(&channel.platform);
        let platform = platform.ok_or_else(|| Error::internal("a channel of an unknown platform"))?;
        let mut access = Access::new(&cx.db, scope, &self.connections, account);
        let incapable = || Error::internal("a platform that can't read what it published");
        let look = match item.kind {
            ItemKind::BlogPost => {
                let publish = platform.publish().ok_or_else(incapable)?;
                Look::Article(access.with(|account| async move { publish.read(&account, platform_id).await }).await?)
            }
            ItemKind::SocialPost => {
                let posts = platform.posts().ok_or_else(incapable)?;
                let found = access.with(|account| async move { posts.read(&account, platform_id).await }).await?;
                Look::Piece(found.map(Seen::from))
            }
            ItemKind::EmailCampaign => {
                let campaigns = platform.campaigns().ok_or_else(incapable)?;
                let found = access.with(|account| async move { campaigns.read(&account, platform_id).await }).await?;
                Look::Piece(found.map(Seen::from))
            }
            ItemKind::AdCopySet | ItemKind::OutreachEmail => return Ok(Value::Null),
        };
        serde_json::to_value(look).map_err(Error::internal)
    }

    async fn commit(&self, tx: &mut Tx, done: &[Done]) -> Result<()> {
        for Done { job, result, .. } in done {
            let scope = TenantScope::granted(job.tenant()?);
            let payload: Payload = job.payload()?;
            let look: Option<Look> = serde_json::from_value(result.clone()).map_err(Error::internal)?;
            match look {
                Some(Look::Article(found)) => article(tx, scope, &payload, found).await?,
                Some(Look::Piece(found)) => piece(tx, scope, &payload, found).await?,
                None => {}
            }
        }
        Ok(())
    }
}

async fn article(tx: &mut Tx, scope: TenantScope, payload: &Payload, found: Option<Published>) -> Result<()> {
    let Some(publication) = store::publication(tx, scope, payload.publication).await? else { return Ok(()) };
    let item = commands::item(tx, scope, publication.item_id).await?;
    match found {
        Some(published) if published.state == PublishedState::Live => {
            // Live for the first time: its looks begin anew.
            let looks = if publication.state == PublicationState::Live { payload.looks + 1 } else { 0 };
            record_published(tx, scope, &item, publication.id, &published).await?;
            watch(tx, scope, publication.id, &published, looks);
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
                store::set_item_state(tx, scope, item.id, ItemState::Scheduled, Some((problem, Some(help)))).await?;
                tx.emit(
                    NewEvent::new(scope.tenant(), "content.schedule_missed", Subject::new(CONTENT_ITEM, item.id))
                        .because(problem),
                );
            }
        }
        Some(_) | None => record_removed(tx, scope, &item, publication.id).await?,
    }
    Ok(())
}

async fn piece(tx: &mut Tx, scope: TenantScope, payload: &Payload, found: Option<Seen>) -> Result<()> {
    let Some(publication) = store::publication(tx, scope, payload.publication).await? else { return Ok(()) };
    let item = commands::item(tx, scope, publication.item_id).await?;
    let was_live = publication.state == PublicationState::Live;
    match found {
        None if publication.state != PublicationState::Failed => {
            record_removed(tx, scope, &item, publication.id).await?;
        }
        None => {}
        // Live for the first time: its looks begin anew.
        Some(seen) if seen.state == SeenState::Live => {
            let looks = if was_live { payload.looks + 1 } else { 0 };
            record_seen(tx, scope, &item, publication.id, &seen, looks).await?;
        }
        Some(seen) if matches!(seen.state, SeenState::Rejected(_)) => {
            record_seen(tx, scope, &item, publication.id, &seen, payload.looks).await?;
        }
        Some(seen) if payload.looks < MOST_LOOKS_AT_PROCESSING => {
            record_seen(tx, scope, &item, publication.id, &seen, payload.looks + 1).await?;
        }
        Some(_) => {
            let problem = "The platform took it and still does not show it after two days.";
            let help = "Look on the platform; what it says there about the post tells what to do.";
            store::set_item_state(tx, scope, item.id, item.state, Some((problem, Some(help)))).await?;
            tx.emit(
                NewEvent::new(scope.tenant(), "content.publishing_unconfirmed", Subject::new(CONTENT_ITEM, item.id))
                    .because(problem),
            );
        }
    }
    Ok(())
}

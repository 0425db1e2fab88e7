//! Moving what is planned to another time: here at once, and on the platform through the engine when it stands there
//! already.
//!
//! A move keeps the approval. The fingerprint that an approval binds is over what readers will see (title, address,
//! text, terms, image), and the time is no part of it: who approved the text approved exactly that text, on whatever day
//! it comes out. Who moved it, from when to when, is an event of its own.

use std::sync::Arc;

use aos_capabilities::publish::{PublishMode, Published, PublishedState};
use aos_kernel::{
    ContentItemId, Error, NewEvent, NewJob, PublicationId, RequestId, Result, Subject, TenantScope, Timestamp,
};
use aos_storage::{Signal, Tx};
use aos_workflow::{Done, Job, JobHandler, RunContext};
use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    CONTENT_ITEM, REQUEST, commands,
    model::{ContentItem, ItemState, Publication, PublicationState},
    publish::{self, PublishStep},
    store,
};
use crate::activities;

/// The job kind that brings what stands on a platform to its new time.
pub const MOVE: &str = "content.move_on_site";

/// A move that was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// How it was to be published before: what Undo leads back to.
    pub before: PublishMode,
    /// It stands on the platform already, which is told now.
    pub on_site: bool,
}

/// Gives a post another time, or takes its time away. The approval stays, as this module says.
///
/// # Errors
/// `Conflict` with code `time_passed` for a time that has passed, `published_already`, or `on_site` when a post that is
/// scheduled on the platform should lose its time.
pub async fn reschedule(tx: &mut Tx, scope: TenantScope, id: ContentItemId, mode: PublishMode) -> Result<Moved> {
    tx.lock(&format!("content_item {id}")).await?;
    let item = commands::item(tx, scope, id).await?;
    if item.state == ItemState::Published {
        let words = format!("“{}” is published already, so it stays where it is.", item.title);
        return Err(Error::conflict("published_already", words));
    }
    let publication = store::publication_of(tx, scope, id).await?;
    if let Some(publication) =
        publication.as_ref().filter(|publication| publication.state == PublicationState::Processing)
    {
        let words = format!("The platform has “{}” already and is about to show it.", item.title);
        return Err(Error::conflict("on_site", words).with_context(publication.id));
    }
    let standing = publication
        .filter(|publication| publication.state == PublicationState::OnSite && publication.platform_id.is_some());
    let moved = Moved { before: item.publish_mode, on_site: standing.is_some() };
    if item.publish_mode == mode {
        return Ok(moved);
    }
    commands::in_future(mode, tx.now())?;
    let waits = item.state == ItemState::Scheduled && standing.is_none();
    let mode = match mode {
        // What waits here for its moment waits for the present one.
        PublishMode::Now if waits => PublishMode::At(tx.now()),
        PublishMode::Draft if waits => {
            return Err(Error::conflict(
                "waits",
                "It is approved and waits for its time, so it can get another time but not none.",
            )
            .with_help("Choose another time."));
        }
        mode => mode,
    };
    if standing.is_some() && !matches!(mode, PublishMode::At(_)) {
        return Err(Error::conflict("on_site", "It is on the site already, so it can get another time but not none.")
            .with_help("Take it back on the site itself."));
    }
    store::set_publish_mode(tx, scope, id, mode).await?;
    if let Some(publication) = &standing {
        move_on_site(tx, scope, publication.id);
    }
    if let PublishMode::At(at) = mode
        && waits
    {
        activities::commands::wait_anew(tx, scope, &Subject::new(CONTENT_ITEM, id), at).await?;
    }
    let mut event = NewEvent::new(scope.tenant(), "content.rescheduled", Subject::new(CONTENT_ITEM, id)).with(
        json!({ "from": item.publish_mode, "to": mode, "on_site": standing.is_some(), "version": item.current_version }),
    );
    if let PublishMode::At(at) = mode {
        event = event.because(format!("for {}", at.format("%Y-%m-%d %H:%M UTC")));
    }
    tx.emit(event);
    tx.signal(Signal::new("tenant", scope.tenant()));
    Ok(moved)
}

/// Says when the post that a brief asks for should be published. The brief stays as it is decided on; the item that it
/// becomes takes the time over. Answers the time before.
///
/// # Errors
/// `Conflict` with code `time_passed`, or `became_a_post` when there is an item to be moved instead.
pub async fn plan_request(
    tx: &mut Tx,
    scope: TenantScope,
    id: RequestId,
    at: Option<Timestamp>,
) -> Result<Option<Timestamp>> {
    tx.lock(&format!("request {id}")).await?;
    let request = commands::request(tx, scope, id).await?;
    if !request.is_open() {
        let words = format!("“{}” is {} by now.", request.title, request.state.as_str().replace('_', " "));
        return Err(Error::conflict("became_a_post", words).with_help("Move the post that it became."));
    }
    if request.planned_at == at {
        return Ok(at);
    }
    if let Some(at) = at {
        commands::in_future(PublishMode::At(at), tx.now())?;
    }
    store::plan_request(tx, scope, id, at).await?;
    tx.emit(
        NewEvent::new(scope.tenant(), "content.request_planned", Subject::new(REQUEST, id))
            .with(json!({ "from": request.planned_at, "to": at })),
    );
    tx.signal(Signal::new("tenant", scope.tenant()));
    Ok(request.planned_at)
}

/// Whether what stands on the platform has another time than the one that is planned by now.
pub(super) fn is_elsewhere(item: &ContentItem, published: &Published) -> bool {
    match (item.publish_mode, published.state) {
        (PublishMode::At(wanted), PublishedState::Scheduled(at)) => (wanted - at).abs() >= TimeDelta::minutes(1),
        (PublishMode::At(_), PublishedState::Draft) => true,
        _ => false,
    }
}

/// Has the platform told. Without a key: each asks for what is planned when it runs, so one too many changes nothing.
pub(super) fn move_on_site(tx: &mut Tx, scope: TenantScope, publication: PublicationId) {
    tx.enqueue(NewJob::new(MOVE, scope.tenant(), "publish", json!({ "publication": publication })));
}

/// Brings what stands on a platform to the time that is planned by now.
pub struct MoveOnSite {
    publishing: Arc<PublishStep>,
}

#[derive(Deserialize)]
struct MovePayload {
    publication: PublicationId,
}

impl MoveOnSite {
    pub fn new(publishing: Arc<PublishStep>) -> Self {
        Self { publishing }
    }
}

async fn subject(tx: &mut Tx, job: &Job) -> Result<Option<(TenantScope, Publication, ContentItem)>> {
    let scope = TenantScope::granted(job.tenant()?);
    let payload: MovePayload = job.payload()?;
    let Some(publication) = store::publication(tx, scope, payload.publication).await? else { return Ok(None) };
    let item = commands::item(tx, scope, publication.item_id).await?;
    Ok(Some((scope, publication, item)))
}

#[async_trait::async_trait]
impl JobHandler for MoveOnSite {
    fn kind(&self) -> &'static str {
        MOVE
    }

    /// The platform is looked at first: what went live meanwhile is not pulled back, and an attempt whose answer was lost
    /// is not repeated where it worked.
    async fn run(&self, job: &Job, cx: &RunContext) -> Result<Value> {
        let scope = TenantScope::granted(job.tenant()?);
        let payload: MovePayload = job.payload()?;
        let found = self.publishing.move_to_plan(&cx.db, scope, payload.publication).await?;
        serde_json::to_value(found).map_err(Error::internal)
    }

    async fn commit(&self, tx: &mut Tx, done: &[Done]) -> Result<()> {
        for Done { job, result, .. } in done {
            let Some((scope, publication, item)) = subject(tx, job).await? else { continue };
            let found: Option<Published> = serde_json::from_value(result.clone()).map_err(Error::internal)?;
            match found {
                Some(published) if published.state != PublishedState::Trashed => {
                    publish::record_published(tx, scope, &item, publication.id, &published).await?;
                    if published.state != PublishedState::Live {
                        publish::watch(tx, scope, publication.id, &published, 0);
                    }
                    // A further move has a job of its own, which takes this back.
                    if is_elsewhere(&item, &published) {
                        let state = match published.state {
                            PublishedState::Scheduled(_) => ItemState::Scheduled,
                            _ => ItemState::Approved,
                        };
                        let problem = "The site has it at another time than the one that is planned here.";
                        let help = "Move it once more, or set the time on the site.";
                        store::set_item_state(tx, scope, item.id, state, Some((problem, Some(help)))).await?;
                    }
                }
                _ => publish::record_removed(tx, scope, &item, publication.id).await?,
            }
        }
        Ok(())
    }

    /// The platform keeps the old time, so the plan says the old time again, and why.
    async fn dead(&self, tx: &mut Tx, job: &Job, error: &Error) -> Result<()> {
        let Some((scope, publication, item)) = subject(tx, job).await? else { return Ok(()) };
        if item.state == ItemState::Published {
            return Ok(());
        }
        if let Some(at) = publication.standing_at {
            store::set_publish_mode(tx, scope, item.id, PublishMode::At(at)).await?;
        }
        let words = format!("The site did not take the new time: {}", error.message());
        let help = error.help().unwrap_or("It comes out at the old time; try the move again.");
        store::set_item_state(tx, scope, item.id, item.state, Some((&words, Some(help)))).await?;
        let event = NewEvent::new(scope.tenant(), "content.rescheduling_gave_up", Subject::new(CONTENT_ITEM, item.id));
        tx.emit(event.because(words).with(json!({ "stays": publication.standing_at })));
        tx.signal(Signal::new("tenant", scope.tenant()));
        Ok(())
    }
}

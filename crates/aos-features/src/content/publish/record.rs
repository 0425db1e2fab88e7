//! What is kept of a publication: how it stands, that a piece is out, that it failed or is gone.

use aos_capabilities::publish::{Published, PublishedState};
use aos_kernel::{ContentHash, ContentItemId, Error, NewEvent, PublicationId, Result, Subject, TenantScope};
use aos_storage::{Signal, Tx};
use serde_json::json;
use url::Url;

use super::{
    once::{Seen, SeenState},
    watch,
};
use crate::{
    content::{
        CONTENT_ITEM, REQUEST,
        model::{ContentItem, ItemKind, ItemState, PublicationState, RequestState},
        store::{self, Standing},
    },
    steps::Work,
};

/// The work stopped for good, until a person retries it.
pub(super) async fn record_failed(tx: &mut Tx, work: &Work, id: ContentItemId, error: &Error) -> Result<()> {
    store::set_item_state(tx, work.scope, id, ItemState::Failed, Some((error.message(), error.help()))).await?;
    tx.emit(
        NewEvent::new(work.scope.tenant(), "content.publishing_gave_up", Subject::new(CONTENT_ITEM, id))
            .because(error.message()),
    );
    tx.signal(Signal::new("tenant", work.scope.tenant()));
    Ok(())
}

/// Brings publication and item to what stands on the platform, and has it looked at again.
pub(super) async fn record_seen(
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
            let help = "Have it made again; what the platform said goes along.";
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
pub(super) async fn record_done(
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
                NewEvent::new(scope.tenant(), "content.request_completed", Subject::new(REQUEST, item.request_id))
                    .with(json!({ "period_id": item.period_id, "items": items.len() })),
            );
        }
    }
    tx.signal(Signal::new("tenant", scope.tenant()));
    Ok(())
}

/// Brings item, request and publication to how an article stands on the site; says so to whoever counts, once.
pub(in crate::content) async fn record_published(
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

/// Keeps which version stands on the site now, and says so when it is another one than before.
pub(in crate::content) async fn record_changed(
    tx: &mut Tx,
    scope: TenantScope,
    item: &ContentItem,
    id: PublicationId,
    (version, hash): (i64, &ContentHash),
) -> Result<()> {
    let before = store::publication(tx, scope, id).await?.ok_or_else(|| Error::not_found("publication"))?;
    if before.hash == *hash {
        return Ok(());
    }
    store::stands_as(tx, scope, id, version, hash).await?;
    tx.emit(
        NewEvent::new(scope.tenant(), "content.post_changed", Subject::new(CONTENT_ITEM, item.id))
            .with(json!({ "version": version, "url": item.published_url })),
    );
    Ok(())
}

/// Somebody deleted it on the platform.
pub(in crate::content) async fn record_removed(
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

//! What is decided on here: briefs, and what was made by them.

use aos_capabilities::{PlatformRegistry, publish::PublishMode};
use aos_kernel::{ContentItemId, Error, NewEvent, RequestId, Result, Subject, TenantScope};
use aos_storage::{Conn, Signal, Tx};
use serde_json::json;

use super::{
    CONTENT_ITEM, REQUEST, commands,
    model::{ItemKind, ItemState, RequestKind, RequestState},
    reach::{self, Strictness},
    revise, store,
};
use crate::{
    steps::{Approvable, Fingerprint},
    tenants,
};

/// Briefs: an approved one becomes content items, one for each of its channels.
pub struct RequestApproval;

/// Pieces: an approved version is frozen and goes on to where it is to stand.
pub struct ItemApproval {
    platforms: PlatformRegistry,
}

impl ItemApproval {
    pub fn new(platforms: PlatformRegistry) -> Self {
        Self { platforms }
    }
}

/// What a client's default means for a new item. A scheduled one has no time yet: it stays a draft until it gets one. What
/// a person sends has no time.
fn default_mode(kind: RequestKind, mode: tenants::PublishMode) -> PublishMode {
    if matches!(kind, RequestKind::AdCopy | RequestKind::Backlink) {
        return PublishMode::Now;
    }
    match mode {
        tenants::PublishMode::Now => PublishMode::Now,
        tenants::PublishMode::Draft | tenants::PublishMode::Schedule => PublishMode::Draft,
    }
}

#[async_trait::async_trait]
impl Approvable for RequestApproval {
    fn kind(&self) -> &'static str {
        REQUEST
    }

    async fn fingerprint(&self, conn: &mut Conn, scope: TenantScope, subject: &Subject) -> Result<Fingerprint> {
        let request = store::request(conn, scope, RequestId::from_uuid(subject.id))
            .await?
            .ok_or_else(|| Error::not_found("request"))?;
        Ok(Fingerprint { title: request.title, version: request.version, hash: request.hash, made_by: request.made_by })
    }

    async fn approved(&self, tx: &mut Tx, scope: TenantScope, subject: &Subject) -> Result<Vec<Subject>> {
        let id = RequestId::from_uuid(subject.id);
        let request = commands::request(tx, scope, id).await?;
        if request.state != RequestState::PendingApproval {
            return Err(Error::conflict("nothing_to_decide", "This brief was decided on already."));
        }
        store::set_request_state(tx, scope, id, RequestState::InProgress, None).await?;
        // A planned time that has passed is kept: the post's own approval then asks for a new one.
        let mode = match request.planned_at {
            Some(at) => PublishMode::At(at),
            None => default_mode(request.kind, tenants::queries::settings(tx, scope).await?.publish.mode),
        };
        let channels: Vec<_> = match request.channels.as_slice() {
            [] => vec![None],
            channels => channels.iter().copied().map(Some).collect(),
        };
        let items: Vec<_> = channels.into_iter().map(|channel| (ContentItemId::new(), channel)).collect();
        let ids: Vec<ContentItemId> = items.iter().map(|(item, _)| *item).collect();
        tx.emit(
            NewEvent::new(scope.tenant(), "content.request_approved", subject.clone())
                .with(json!({ "item": ids.first(), "items": ids })),
        );
        let mut units = Vec::with_capacity(items.len());
        for (item, channel) in items {
            store::insert_item(tx, scope, item, &request, channel, mode).await?;
            let unit = Subject::new(CONTENT_ITEM, item);
            tx.emit(
                NewEvent::new(scope.tenant(), "content.item_created", unit.clone())
                    .with(json!({ "request": id, "channel": channel })),
            );
            units.push(unit);
        }
        tx.signal(Signal::new("tenant", scope.tenant()));
        Ok(units)
    }

    async fn rejected(&self, tx: &mut Tx, scope: TenantScope, subject: &Subject, notes: &str) -> Result<()> {
        let id = RequestId::from_uuid(subject.id);
        store::set_request_state(tx, scope, id, RequestState::Rejected, Some(notes)).await?;
        tx.emit(NewEvent::new(scope.tenant(), "content.request_rejected", subject.clone()).because(notes));
        tx.signal(Signal::new("tenant", scope.tenant()));
        Ok(())
    }
}

#[async_trait::async_trait]
impl Approvable for ItemApproval {
    fn kind(&self) -> &'static str {
        CONTENT_ITEM
    }

    async fn fingerprint(&self, conn: &mut Conn, scope: TenantScope, subject: &Subject) -> Result<Fingerprint> {
        let id = ContentItemId::from_uuid(subject.id);
        let item = store::item(conn, scope, id).await?.ok_or_else(|| Error::not_found("content item"))?;
        let version = store::version(conn, scope, id, item.current_version)
            .await?
            .ok_or_else(|| Error::internal("an item to be approved has no version"))?;
        // Of one request's posts each is named by where it will stand.
        let channel =
            reach::channel_of(conn, &self.platforms, scope, &item).await?.filter(|_| item.kind == ItemKind::SocialPost);
        let title = match channel {
            Some((channel, _)) => format!("{} · {}", version.title, reach::name_of(&self.platforms, &channel)),
            None => version.title,
        };
        Ok(Fingerprint { title, version: version.version, hash: version.hash, made_by: version.author })
    }

    async fn approved(&self, tx: &mut Tx, scope: TenantScope, subject: &Subject) -> Result<Vec<Subject>> {
        let id = ContentItemId::from_uuid(subject.id);
        let item = commands::item(tx, scope, id).await?;
        let revised = revise::is_revised(&item);
        if item.state != ItemState::Review && !revised {
            return Err(Error::conflict("nothing_to_decide", format!("“{}” is not waiting for a review.", item.title)));
        }
        if let PublishMode::At(_) = item.publish_mode
            && !revised
        {
            commands::in_future(item.publish_mode, tx.now())?;
        }
        commands::has_time(&item)?;
        let version = store::version(tx, scope, id, item.current_version)
            .await?
            .ok_or_else(|| Error::internal("an item to be approved has no version"))?;
        let broken = reach::problems(tx, &self.platforms, scope, &item, &version.text, Strictness::Approved).await?;
        if !broken.is_empty() {
            let words: Vec<String> = broken.into_iter().map(|(_, words)| words).collect();
            return Err(Error::conflict("breaks_rules", words.join(" "))
                .with_help("Edit it, or send it back with notes; then it can be approved."));
        }
        // What stands on the site stays there, as the first text left it, until the new one does.
        let state = if revised { item.state } else { ItemState::Approved };
        store::approve_item(tx, scope, id, item.current_version, state).await?;
        tx.emit(
            NewEvent::new(scope.tenant(), "content.item_approved", subject.clone())
                .with(json!({ "version": item.current_version })),
        );
        tx.signal(Signal::new("tenant", scope.tenant()));
        Ok(vec![subject.clone()])
    }

    async fn rejected(&self, tx: &mut Tx, scope: TenantScope, subject: &Subject, notes: &str) -> Result<()> {
        let id = ContentItemId::from_uuid(subject.id);
        let item = commands::item(tx, scope, id).await?;
        // A new text for what stands there is changed by whoever wrote it.
        let state = if revise::is_revised(&item) { item.state } else { ItemState::Writing };
        store::set_item_state(tx, scope, id, state, None).await?;
        tx.emit(NewEvent::new(scope.tenant(), "content.item_rejected", subject.clone()).because(notes));
        tx.signal(Signal::new("tenant", scope.tenant()));
        Ok(())
    }
}

//! What is decided on here: briefs and articles.

use aos_capabilities::publish::PublishMode;
use aos_kernel::{ContentItemId, Error, NewEvent, RequestId, Result, Subject, TenantScope};
use aos_storage::{Conn, Signal, Tx};
use serde_json::json;

use super::{
    CONTENT_ITEM, REQUEST, commands,
    model::{ItemState, RequestState},
    store,
};
use crate::{
    steps::{Approvable, Fingerprint},
    tenants,
};

/// Briefs: an approved one becomes a content item.
pub struct RequestApproval;

/// Articles: an approved version is frozen and goes on to the site.
pub struct ItemApproval;

/// What a client's default means for a new item. A scheduled one has no time yet: it stays a draft until it gets one.
fn default_mode(mode: tenants::PublishMode) -> PublishMode {
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
        let item = ContentItemId::new();
        // A planned time that has passed is kept: the post's own approval then asks for a new one.
        let mode = match request.planned_at {
            Some(at) => PublishMode::At(at),
            None => default_mode(tenants::queries::settings(tx, scope).await?.publish.mode),
        };
        store::insert_item(tx, scope, item, &request, mode).await?;
        let unit = Subject::new(CONTENT_ITEM, item);
        tx.emit(
            NewEvent::new(scope.tenant(), "content.request_approved", subject.clone()).with(json!({ "item": item })),
        );
        tx.emit(NewEvent::new(scope.tenant(), "content.item_created", unit.clone()).with(json!({ "request": id })));
        tx.signal(Signal::new("tenant", scope.tenant()));
        Ok(vec![unit])
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
        Ok(Fingerprint {
            title: version.text.title,
            version: version.version,
            hash: version.hash,
            made_by: version.author,
        })
    }

    async fn approved(&self, tx: &mut Tx, scope: TenantScope, subject: &Subject) -> Result<Vec<Subject>> {
        let id = ContentItemId::from_uuid(subject.id);
        let item = commands::item(tx, scope, id).await?;
        if item.state != ItemState::Review {
            return Err(Error::conflict("nothing_to_decide", format!("“{}” is not waiting for a review.", item.title)));
        }
        if let PublishMode::At(_) = item.publish_mode {
            commands::in_future(item.publish_mode, tx.now())?;
        }
        store::approve_item(tx, scope, id, item.current_version).await?;
        tx.emit(
            NewEvent::new(scope.tenant(), "content.item_approved", subject.clone())
                .with(json!({ "version": item.current_version })),
        );
        tx.signal(Signal::new("tenant", scope.tenant()));
        Ok(vec![subject.clone()])
    }

    async fn rejected(&self, tx: &mut Tx, scope: TenantScope, subject: &Subject, notes: &str) -> Result<()> {
        let id = ContentItemId::from_uuid(subject.id);
        store::set_item_state(tx, scope, id, ItemState::Writing, None).await?;
        tx.emit(NewEvent::new(scope.tenant(), "content.item_rejected", subject.clone()).because(notes));
        tx.signal(Signal::new("tenant", scope.tenant()));
        Ok(())
    }
}

//! A new text for an article that stands on the client's site already: it is decided on like the first one, what stands
//! there follows, and it counts no second time.

use aos_kernel::{Result, Subject, TenantScope};
use aos_storage::{Conn, Tx};
use serde_json::json;

use super::{
    CONTENT_ITEM,
    model::{ContentItem, ItemKind, ItemState, Publication, PublicationState},
    store,
};
use crate::{
    activities::{self, ApprovalState, Origin, StartPipeline},
    steps::StepRegistry,
};

/// The step of the blog's pipeline that decides on an article.
const DECIDE: &str = "approve_post";

/// Whether its first text was approved and nothing is wrong with it since.
const fn is_settled(item: &ContentItem) -> bool {
    matches!(item.state, ItemState::Published | ItemState::Scheduled | ItemState::Approved)
}

/// Whether it stands on the client's site, where it can be changed. Posts and mails that went out can't be called back.
fn stands(item: &ContentItem, publication: Option<&Publication>) -> bool {
    let there = publication.is_some_and(|one| matches!(one.state, PublicationState::Live | PublicationState::OnSite));
    item.kind == ItemKind::BlogPost && is_settled(item) && there
}

/// Whether what is decided on, or was written last, is such a new text.
pub fn is_revised(item: &ContentItem) -> bool {
    is_settled(item) && item.approved_version.is_some_and(|approved| approved < item.current_version)
}

/// Whether a person may write a new text for it now.
///
/// # Errors
/// `Storage`.
pub async fn may_revise(conn: &mut Conn, scope: TenantScope, item: &ContentItem) -> Result<bool> {
    let publication = store::publication_of(conn, scope, item.id).await?;
    let unit = Subject::new(CONTENT_ITEM, item.id);
    // What was decided on last is on its way there, or could not be brought there.
    Ok(stands(item, publication.as_ref()) && activities::queries::open_for_unit(conn, scope, &unit).await?.is_empty())
}

/// Has this version, the newest, decided on: as the question that is open, again after it was sent back, or anew.
pub(super) async fn ask(
    tx: &mut Tx,
    registry: &StepRegistry,
    scope: TenantScope,
    item: &ContentItem,
    version: i64,
) -> Result<()> {
    let subject = Subject::new(CONTENT_ITEM, item.id);
    if activities::commands::refingerprint(tx, registry, scope, &subject).await? {
        return Ok(());
    }
    let asked = activities::queries::approvals_of(tx, scope, &subject).await?;
    let sent_back = asked.last().is_some_and(|last| last.state == ApprovalState::Rejected);
    if sent_back {
        return activities::commands::resubmit(tx, registry, scope, &subject).await;
    }
    let request = super::commands::request(tx, scope, item.request_id).await?;
    let start = StartPipeline {
        template_key: request.kind.pipeline().0.into(),
        name: item.title.clone(),
        origin: Origin::AdHoc,
        input: json!({ "item": item.id }),
        key: format!("revised:{}:{version}", item.id),
        enter_at: Some(DECIDE.into()),
        subjects: vec![subject],
    };
    activities::commands::start_pipeline(tx, registry, scope, start).await?;
    Ok(())
}

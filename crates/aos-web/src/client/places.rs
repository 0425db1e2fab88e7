//! Where a notice leads the client's own people, and what they have read by looking at it.

use aos_features::{
    activities::{self, Approval, ApprovalState},
    channels::{self, ChannelState},
    content,
    notices::{self, Notification},
    people::Permission,
    tenants::Party,
};
use aos_kernel::{ActivityId, ContentItemId, ErrorKind, Result, TenantId};
use aos_storage::Conn;

use super::{Side, face::clients_roles};
use crate::{notices::decides, session::Viewer};

/// Whether the client is or was asked.
pub(super) fn asks_client(approval: &Approval) -> bool {
    approval.party == Party::Client || clients_roles().contains(&approval.role)
}

/// Where one of the client's people sees what a notice is about: always a page that they may open.
///
/// # Errors
/// `NotFound` for a client that is not theirs any more; `Storage`.
pub(crate) async fn place_of(
    viewer: &Viewer,
    conn: &mut Conn,
    tenant: TenantId,
    notice: &Notification,
) -> Result<String> {
    let scope = viewer.scope(tenant, Permission::SeeClient)?;
    let base = Side::Client.base(tenant);
    if decides(notice.kind) {
        let Some(activity) = notice.activity() else { return Ok(format!("{base}/approvals")) };
        let asked = match activities::queries::activity(conn, scope, ActivityId::from_uuid(activity)).await {
            Ok(detail) => detail.approvals,
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        let asked: Vec<&Approval> = asked.iter().filter(|one| asks_client(one)).collect();
        // The one that waits; else the last that was decided, which says what became of it.
        let shown = asked.iter().find(|one| one.state == ApprovalState::Pending).or(asked.last());
        return Ok(shown.map_or_else(|| format!("{base}/approvals"), |one| format!("{base}/approvals/{}", one.id)));
    }
    let id = notice.subject_id;
    Ok(match notice.subject_kind.as_str() {
        "content_item" => {
            // One that nobody has written yet has no page for the client.
            let written = match content::queries::item(conn, scope, ContentItemId::from_uuid(id)).await {
                Ok(item) => item.approved_version.unwrap_or(item.current_version) > 0,
                Err(error) if error.kind() == ErrorKind::NotFound => false,
                Err(error) => return Err(error),
            };
            if written { format!("{base}/content/{id}") } else { format!("{base}/content") }
        }
        "request" => format!("{base}/requests/{id}"),
        "activity" => format!("{base}/tasks/{id}"),
        "channel" => {
            let all = channels::queries::channels(conn, scope).await?;
            let known = all.iter().find(|channel| channel.id.uuid() == id);
            match known.filter(|channel| channel.state == ChannelState::Expired) {
                Some(channel) => format!("{base}/channels?connect={}&channel={id}", channel.platform),
                None => format!("{base}/channels"),
            }
        }
        _ => base,
    })
}

/// Whoever looks at what they were told about, or decides on it, has read it.
///
/// # Errors
/// `Storage`.
pub(super) async fn has_seen(viewer: &Viewer, approval: &Approval) -> Result<()> {
    if viewer.principal.is_staff() || notices::queries::unread(&mut viewer.read().await?, &viewer.principal).await? == 0
    {
        return Ok(());
    }
    let mut tx = viewer.begin().await?;
    notices::commands::read_about_activity(&mut tx, &viewer.principal, approval.activity_id).await?;
    tx.commit().await
}

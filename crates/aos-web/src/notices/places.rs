//! Where a notice leads: on the face of whoever was told.

use aos_features::{
    activities,
    notices::{NoticeKind, Notification},
    people::Permission,
};
use aos_kernel::{ActivityId, Result, TenantId};
use aos_storage::Conn;

use crate::{client, layout::ClientTab, paths, session::Viewer};

/// Whether it is about decisions.
pub(crate) const fn decides(kind: NoticeKind) -> bool {
    matches!(kind, NoticeKind::ApprovalRequested | NoticeKind::ApprovalReminder | NoticeKind::ApprovalEscalated)
}

/// Where a person sees what a notice is about. The client's own people have no page of the agency's.
///
/// # Errors
/// `NotFound` for a client that is not theirs any more; `Storage`.
pub(super) async fn place(viewer: &Viewer, conn: &mut Conn, notice: &Notification) -> Result<String> {
    match notice.tenant_id {
        Some(tenant) if viewer.principal.is_staff() => of_client(viewer, conn, tenant, notice).await,
        Some(tenant) => client::place_of(viewer, conn, tenant, notice).await,
        None => Ok(match notice.kind {
            NoticeKind::MailUndelivered => format!("{}?show=trouble", paths::MAIL),
            NoticeKind::ProcessSilent => paths::SYSTEM.to_owned(),
            _ => paths::QUEUES.to_owned(),
        }),
    }
}

async fn of_client(viewer: &Viewer, conn: &mut Conn, tenant: TenantId, notice: &Notification) -> Result<String> {
    if decides(notice.kind)
        && let Some(activity) = notice.activity()
    {
        let scope = viewer.scope(tenant, Permission::SeeClient)?;
        let waiting = activities::queries::activity(conn, scope, ActivityId::from_uuid(activity)).await;
        let waiting = waiting.ok().and_then(|detail| {
            // The one that waits; else the last that was decided, which says what became of it.
            let all = detail.approvals;
            all.iter().find(|one| one.state.as_str() == "pending").or(all.last()).map(|one| one.id)
        });
        return Ok(waiting.map_or_else(|| paths::QUEUE.to_owned(), paths::approval));
    }
    let id = notice.subject_id;
    Ok(match notice.subject_kind.as_str() {
        "content_item" => paths::item(tenant, id),
        "request" => paths::request(tenant, id),
        "activity" => paths::client_tab(tenant, ClientTab::Work),
        "crawl" => paths::client_tab(tenant, ClientTab::Website),
        "channel" => paths::client_tab(tenant, ClientTab::Channels),
        "period" | "deliverable" | "strategy" => paths::client_tab(tenant, ClientTab::Plan),
        "job" => paths::QUEUES.to_owned(),
        _ => paths::client(tenant),
    })
}

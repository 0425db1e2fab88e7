//! The list behind the bell.

use aos_features::{
    activities,
    notices::{NoticeKind, Notification, commands, queries},
    people::Permission,
    read_models::clients,
};
use aos_kernel::{ActivityId, NotificationId, PageSize, Result};
use aos_storage::Conn;
use axum::{
    extract::Query,
    response::{IntoResponse, Redirect},
};
use serde::Deserialize;

use super::views::{NoticeLine, NoticesPage};
use crate::{
    flash::Flash,
    layout::{ClientTab, Place},
    paths,
    session::{After, Answer, At, Viewer},
    show::{Dial, next_page},
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// `unread`: only those.
    show: Option<String>,
    #[serde(flatten)]
    after: After,
}

/// `GET /notifications`.
pub(super) async fn page(viewer: Viewer, Query(asked): Query<Asked>) -> Answer {
    let unread_only = asked.show.as_deref() == Some("unread");
    let mut conn = viewer.read().await?;
    let after = asked.after.after.as_ref();
    let found = queries::list(&mut conn, &viewer.principal, unread_only, after, PageSize::clamped(40)).await?;
    let unread = queries::unread(&mut conn, &viewer.principal).await?;
    let scope = viewer.agency(Permission::SeeClient).unwrap_or_else(|_| aos_kernel::AgencyScope::only(Vec::new()));
    let dial = Dial { zone: crate::people::agency_zone(&mut conn).await?, now: viewer.now };
    let mut names = std::collections::HashMap::new();
    for tenant in found.items.iter().filter_map(|notice| notice.tenant_id) {
        if let std::collections::hash_map::Entry::Vacant(entry) = names.entry(tenant) {
            entry.insert(clients::name(&mut conn, &scope, tenant).await?);
        }
    }
    let more =
        next_page(paths::NOTIFICATIONS, &[("show", asked.show.as_deref().unwrap_or_default())], found.next.as_ref());
    let lines = found
        .items
        .into_iter()
        .map(|notice| {
            let client = notice.tenant_id.and_then(|tenant| names.get(&tenant).cloned().flatten());
            line(notice, client, dial)
        })
        .collect();
    let view = NoticesPage {
        shell: viewer.shell(&mut conn, "Notifications", Place::Nowhere).await?,
        topic: format!("notices:{}", viewer.principal.user()),
        unread_only,
        unread: u64::try_from(unread).unwrap_or(0),
        lines,
        more,
    };
    viewer.page(&view)
}

fn line(notice: Notification, client: Option<String>, dial: Dial) -> NoticeLine {
    let words = notice.words();
    NoticeLine {
        id: notice.id.to_string(),
        href: format!("/n/{}", notice.id),
        title: words.title,
        body: words.body,
        client,
        at: dial.moment(notice.last_at),
        unread: notice.read_at.is_none(),
    }
}

/// `GET /n/{notification}`: reads it and goes to what it is about.
pub(super) async fn open(viewer: Viewer, At(id): At<NotificationId>) -> Answer {
    let notice = queries::notification(&mut viewer.read().await?, &viewer.principal, id).await?;
    if notice.read_at.is_none() {
        let mut tx = viewer.begin().await?;
        commands::mark_read(&mut tx, &viewer.principal, id).await?;
        tx.commit().await?;
    }
    let to = place(&viewer, &mut viewer.read().await?, &notice).await?;
    Ok(Redirect::to(&to).into_response())
}

/// Where a person sees what a notice is about.
async fn place(viewer: &Viewer, conn: &mut Conn, notice: &Notification) -> Result<String> {
    let Some(tenant) = notice.tenant_id else {
        return Ok(match notice.kind {
            NoticeKind::MailUndelivered => format!("{}?show=trouble", paths::MAIL),
            NoticeKind::ProcessSilent => paths::SYSTEM.to_owned(),
            _ => paths::QUEUES.to_owned(),
        });
    };
    let decides = matches!(
        notice.kind,
        NoticeKind::ApprovalRequested | NoticeKind::ApprovalReminder | NoticeKind::ApprovalEscalated
    );
    if decides && let Some(activity) = notice.activity() {
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

/// `POST /notifications/{notification}/read`.
pub(super) async fn read(viewer: Viewer, At(id): At<NotificationId>) -> Answer {
    let mut tx = viewer.begin().await?;
    commands::mark_read(&mut tx, &viewer.principal, id).await?;
    tx.commit().await?;
    Ok(Redirect::to(paths::NOTIFICATIONS).into_response())
}

/// `POST /notifications/{notification}/unread`.
pub(super) async fn unread(viewer: Viewer, At(id): At<NotificationId>) -> Answer {
    let mut tx = viewer.begin().await?;
    commands::mark_unread(&mut tx, &viewer.principal, id).await?;
    tx.commit().await?;
    Ok(Redirect::to(paths::NOTIFICATIONS).into_response())
}

/// `POST /notifications/read-all`.
pub(super) async fn read_all(viewer: Viewer) -> Answer {
    let mut tx = viewer.begin().await?;
    let read = commands::mark_all_read(&mut tx, &viewer.principal).await?;
    tx.commit().await?;
    let words = match read {
        0 => "Nothing was unread.".to_owned(),
        1 => "One is read now.".to_owned(),
        n => format!("{n} are read now."),
    };
    Ok(viewer.done(Flash::good(words), paths::NOTIFICATIONS))
}

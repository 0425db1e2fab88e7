//! The list behind the bell.

use aos_features::{
    notices::{Notification, commands, queries},
    people::Permission,
    read_models::clients,
};
use aos_kernel::{NotificationId, PageSize};
use axum::{
    extract::Query,
    response::{IntoResponse, Redirect},
};
use serde::Deserialize;

use super::{
    places,
    views::{NoticeLine, NoticesPage},
};
use crate::{
    flash::Flash,
    layout::Place,
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
            // Whoever belongs to one client alone knows which it is.
            let client = client.filter(|_| viewer.principal.is_staff() || viewer.principal.own_tenants().len() > 1);
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
    let to = places::place(&viewer, &mut viewer.read().await?, &notice).await?;
    Ok(Redirect::to(&to).into_response())
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

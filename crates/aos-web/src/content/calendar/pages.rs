//! The calendar's pages in the portal.

use aos_features::{
    people::{self, Permission},
    read_models::calendar::EntryState,
};
use aos_kernel::{AgencyScope, ContentItemId, RequestId, TenantId};
use axum::extract::Query;
use chrono_tz::Tz;
use uuid::Uuid;

use super::{
    Around, Asked,
    views::{CalendarPage, CalendarTab},
};
use crate::{
    layout::{ClientTab, Place},
    live::Topic,
    paths,
    search::ClientFilter,
    session::{Answer, At, Viewer},
    workspace::Workspace,
};

/// Where things of a calendar have their pages in the portal.
fn href(tenant: TenantId, state: EntryState, id: Uuid) -> Option<String> {
    Some(match state {
        EntryState::Post(_) => paths::item(tenant, ContentItemId::from_uuid(id)),
        EntryState::Request(_) => paths::request(tenant, RequestId::from_uuid(id)),
    })
}

/// Where what is due stands with its figures.
fn due(tenant: TenantId) -> String {
    paths::client_tab(tenant, ClientTab::Plan)
}

/// `GET /portal/calendar`.
pub(in crate::content) async fn all(viewer: Viewer, Query(mut asked): Query<Asked>) -> Answer {
    let scope = viewer.agency(Permission::SeeClient)?;
    let mut conn = viewer.read().await?;
    let clients = ClientFilter::of(&mut conn, &viewer.principal, &scope, &asked.client, "Every client").await?;
    asked.client = clients.query();
    let zone: Tz = people::queries::agency(&mut conn).await?.zone.parse().unwrap_or(Tz::UTC);
    let may_move = |tenant: TenantId| viewer.can(tenant, Permission::EditContent);
    let around = Around {
        base: paths::CALENDAR.to_owned(),
        scope: &scope,
        tenant: None,
        chosen: clients.chosen(),
        zone,
        now: viewer.now,
        may_move: &may_move,
        href: &href,
        due: &due,
        told: None,
    };
    let mut calendar = super::view(&mut conn, &around, &asked).await?;
    calendar.zones = super::zones(&mut conn, &around, &calendar.zone_name).await?;
    calendar.clients = clients;
    let shell = viewer.shell(&mut conn, "Calendar", Place::Calendar).await?;
    // What becomes of posts is told with approvals and runs.
    let shell = shell.listening(&Topic::queue()).listening(&Topic::runs());
    let topics = shell.topics.join(" ");
    viewer.page(&CalendarPage { shell, calendar, topics })
}

/// `GET /portal/clients/{id}/calendar`.
pub(in crate::content) async fn one(viewer: Viewer, At(id): At<TenantId>, Query(asked): Query<Asked>) -> Answer {
    let mut open = Workspace::open(&viewer, id, ClientTab::Calendar, Permission::EditContent).await?;
    let may = open.head.can_edit;
    let may_move = |_: TenantId| may;
    let scope = AgencyScope::only(vec![id]);
    let around = Around {
        base: paths::client_tab(id, ClientTab::Calendar),
        scope: &scope,
        tenant: Some(id),
        chosen: None,
        zone: open.tenant.tz(),
        now: viewer.now,
        may_move: &may_move,
        href: &href,
        due: &due,
        told: None,
    };
    let calendar = super::view(&mut open.conn, &around, &asked).await?;
    let topics = open.shell.topics.join(" ");
    viewer.page(&CalendarTab { shell: open.shell, client: open.head, calendar, topics })
}

//! A client at a glance.

use aos_features::{
    agents,
    people::Permission,
    read_models::{
        feed,
        names::Names,
        queue::{self, QueueFilter},
        runs,
    },
    strategy::{self, pace},
    tenants::{self, Readiness},
    website,
};
use aos_kernel::{AgencyScope, PageSize, TenantId};
use axum::response::{IntoResponse, Redirect};

use super::views::{CheckItem, OverviewPage, UnderWay};
use crate::{
    layout::ClientTab,
    live::Topic,
    paths,
    session::{Answer, At, Viewer},
    show::client_timeline,
    ui::states::label,
    workspace::Workspace,
};

/// The checklist of set-up, each line with where it is done.
fn checklist(readiness: &Readiness, tenant: TenantId) -> Vec<CheckItem> {
    let action = |key: &str| {
        let (words, tab) = match key {
            "website" => ("To the website", ClientTab::Website),
            "context" => ("To onboarding", ClientTab::Onboarding),
            "strategy" | "deliverables" => ("To the plan", ClientTab::Plan),
            "channel" => ("Connect a channel", ClientTab::Channels),
            _ => return None,
        };
        Some((words.to_owned(), paths::client_tab(tenant, tab)))
    };
    readiness
        .checklist
        .iter()
        // Dashboards have no page yet; a line that nobody can act on would only disturb.
        .filter(|item| item.key != "dashboard")
        .map(|item| CheckItem {
            done: item.done,
            title: item.label.to_owned(),
            hint: if item.done { String::new() } else { item.help.to_owned() },
            action: action(item.key),
        })
        .collect()
}

/// `GET /portal/clients/{id}`; also by the client's slug, which people can remember and write down.
pub(super) async fn page(viewer: Viewer, At(name): At<String>) -> Answer {
    let Ok(id) = name.parse::<TenantId>() else {
        let scope = viewer.agency(Permission::SeeClient)?;
        let found = tenants::queries::tenant_by_slug(&mut viewer.read().await?, &scope, &name).await?;
        return Ok(Redirect::to(&paths::client(found.id)).into_response());
    };
    let mut open = Workspace::open(&viewer, id, ClientTab::Overview, Permission::EditContext).await?;
    let (conn, scope, dial) = (&mut open.conn, open.scope, open.dial);
    let crawl = website::queries::latest_crawl(conn, scope).await?;
    let goals = strategy::queries::goals(conn, scope, false, viewer.now).await?;
    let month = strategy::queries::month(conn, scope, None, viewer.now).await?;
    let own = AgencyScope::only(vec![id]);
    let filter = QueueFilter { tenant: Some(id), ..QueueFilter::default() };
    let waiting = queue::waiting(conn, &own, &filter, None, PageSize::clamped(8)).await?;
    let running = runs::under_way(conn, scope).await?;
    let (events, titles) = feed::latest(conn, scope, 12).await?;
    let names = Names::of(conn, events.iter().map(|event| &event.actor)).await?;
    let present = pace::month_at(viewer.now, dial.zone);
    let cost = if viewer.can(id, Permission::SeeCosts) {
        let begin = pace::month_range(present, dial.zone).start;
        Some(agents::queries::spent_since(conn, scope, begin).await?.to_string())
    } else {
        None
    };
    let left = (present.next().first_day() - pace::day_at(viewer.now, dial.zone)).num_days();
    let period = match left {
        1 => format!("{}, the last day", present.label()),
        left => format!("{}, {left} days left", present.label()),
    };
    let crawl = crawl.map(|crawl| crate::website::crawl_view(&crawl, id, dial, &viewer));
    let view = OverviewPage {
        shell: open.shell.listening(&Topic::queue()),
        client: open.head,
        // A finished crawl is told once on its own tab; here it stands only while it asks for attention.
        crawl: crawl.filter(|crawl| crawl.state != "complete"),
        checklist: checklist(&open.readiness, id),
        goals: goals.iter().map(crate::strategy::goal_view).collect(),
        deliverables: crate::strategy::deliverable_views(&month, &goals, id),
        period: Some(period),
        waiting: waiting
            .items
            .iter()
            .map(|entry| crate::activities::queue_item(entry, &viewer.principal, viewer.now))
            .collect(),
        under_way: running
            .iter()
            .map(|run| UnderWay {
                who: label(&run.role),
                what: run
                    .about
                    .as_ref()
                    .map_or_else(|| run.activity.clone(), |about| format!("{}: {about}", run.activity)),
                href: paths::run(run.id),
                since: dial.moment(run.started_at),
            })
            .collect(),
        cost,
        events: client_timeline(&events, &titles, &names, id, dial),
    };
    viewer.page(&view)
}

//! Where the client's people begin.

use aos_features::{
    channels::{self, ChannelState},
    onboarding,
    people::Permission,
    read_models::{client, queue},
    strategy::{self, pace},
};
use aos_kernel::{AgencyScope, PageSize, TenantId, TenantScope};
use aos_storage::Conn;
use axum::response::{IntoResponse, Redirect};

use super::{
    Face, Side,
    face::waiting_for_client,
    views::{ChoosePage, ComingRow, HomePage, OwnClient, ShippedRow, Todo},
    words,
};
use crate::{
    layout::Place,
    live::Topic,
    paths,
    session::{Answer, At, Viewer},
    show::{Dial, count},
};

/// `GET /client`.
pub(super) async fn choose(viewer: Viewer) -> Answer {
    let own = viewer.principal.own_tenants();
    if let ([only], false) = (own.as_slice(), viewer.principal.is_staff()) {
        return Ok(Redirect::to(&Side::Client.base(*only)).into_response());
    }
    if viewer.principal.is_staff() && own.is_empty() {
        // Staff choose among all clients, where they always do.
        return Ok(Redirect::to(paths::CLIENTS).into_response());
    }
    let mut conn = viewer.read().await?;
    let mut clients = Vec::with_capacity(own.len());
    for (id, name, website) in client::names(&mut conn, &own).await? {
        let only = AgencyScope::only(vec![id]);
        let waiting = queue::counts(&mut conn, &only, &waiting_for_client(id)).await?;
        let waiting = count(waiting.iter().map(|(_, n)| n).sum());
        clients.push(OwnClient { name, website, href: Side::Client.base(id), waiting });
    }
    let mut shell = viewer.shell_without_rail(&mut conn, "Your brands", Place::Nowhere).await?;
    shell.client = Some(super::rail(&viewer, &mut conn, None, "").await?);
    let view = ChoosePage { shell, clients };
    viewer.page(&view)
}

/// `GET /client/{tenant}`.
pub(super) async fn page(viewer: Viewer, At(id): At<TenantId>) -> Answer {
    let mut open = Face::open(&viewer, id, "home", "Home").await?;
    let (conn, scope, dial) = (&mut open.conn, open.scope, open.dial);
    let base = Side::Client.base(id);
    let goals = strategy::queries::goals(conn, scope, false, viewer.now).await?;
    let month = strategy::queries::month(conn, scope, None, viewer.now).await?;
    let record = onboarding::queries::record(conn, scope).await?;
    let mut todo = asked(conn, scope, dial).await?;
    todo.extend(super::tasks::waiting(conn, scope, dial).await?);
    if record.launched_at.is_none() {
        let left = open.shell.client.as_ref().map_or(0, |rail| rail.steps_left);
        let detail = match left {
            1 => "One step is left. What you fill in is kept as you go.".to_owned(),
            n => format!("{n} steps are left. What you fill in is kept as you go."),
        };
        let new = record.saved.is_empty();
        todo.push(Todo {
            icon: "rocket",
            title: if new { "Tell your agency about your brand" } else { "Finish telling us about your brand" }
                .to_owned(),
            detail,
            href: format!("{base}/onboarding"),
            action: if new { "Begin" } else { "Go on" },
            since: None,
        });
    }
    for channel in channels::queries::channels(conn, scope).await? {
        if channel.state == ChannelState::Expired {
            todo.push(Todo {
                icon: "plug",
                title: format!("{} lets us in no more", channel.label),
                detail: "Its access was changed or taken back, so nothing can be published there.".to_owned(),
                href: format!("{base}/channels?connect={}&channel={}", channel.platform, channel.id),
                action: "Connect again",
                since: Some(dial.moment(channel.checked_at)),
            });
        }
    }
    let shipped = client::shipped(conn, scope, None, PageSize::clamped(6)).await?;
    let coming = client::coming(conn, scope, 100).await?;
    let present = pace::month_at(viewer.now, dial.zone);
    let left = (present.next().first_day() - pace::day_at(viewer.now, dial.zone)).num_days();
    let period = match left {
        1 => format!("{}, the last day", present.label()),
        left => format!("{}, {left} days left", present.label()),
    };
    let beginning = match (record.launched_at, month.is_empty() && goals.is_empty()) {
        (_, false) => None,
        (None, true) => Some("Your plan begins when your agency knows your brand."),
        (Some(_), true) => {
            Some("Your agency is reading your website and drafting a plan. Goals and numbers appear here.")
        }
    };
    let mut deliverables = crate::strategy::deliverable_views(&month, &goals, id);
    for one in &mut deliverables {
        one.work_href = None;
    }
    let view = HomePage {
        first_name: viewer.principal.name().split_whitespace().next().unwrap_or_default().to_owned(),
        shell: open.shell.listening(&Topic::queue()),
        tenant: id.to_string(),
        period,
        todo,
        goals: goals.iter().map(crate::strategy::goal_view).collect(),
        deliverables,
        shipped: shipped.items.iter().map(|post| shipped_row(post, &base, dial)).collect(),
        coming: coming.iter().take(8).map(|one| coming_row(one, &base, dial)).collect(),
        beginning,
        base,
    };
    viewer.page(&view)
}

/// What waits for the client's decision, the longest first.
pub(super) async fn asked(conn: &mut Conn, scope: TenantScope, dial: Dial) -> aos_kernel::Result<Vec<Todo>> {
    let id = scope.tenant();
    let only = AgencyScope::only(vec![id]);
    let page = queue::waiting(conn, &only, &waiting_for_client(id), None, PageSize::clamped(100)).await?;
    let todo = page.items.into_iter().map(|entry| {
        let (icon, detail) = match entry.subject.kind.as_str() {
            "strategy" => ("target", "The plan: goals, and what is made each month".to_owned()),
            "request" => ("list-checks", "Ideas for posts, before anything is written".to_owned()),
            _ => {
                let words = crate::ui::number::grouped(&entry.words.unwrap_or(0).to_string());
                let when = entry.planned_for.map(|at| format!(", planned for {}", local(at, dial)));
                ("file-text", format!("A post of {words} words{}", when.unwrap_or_default()))
            }
        };
        let title = match (entry.subject.kind.as_str(), entry.count) {
            ("request", n) if n > 1 => format!("{n} ideas for posts"),
            ("strategy", _) => "Your plan".to_owned(),
            _ => entry.title,
        };
        Todo {
            icon,
            title,
            detail,
            href: format!("{}/approvals/{}", Side::Client.base(id), entry.approval),
            action: "Look at it",
            since: Some(dial.moment(entry.since)),
        }
    });
    Ok(todo.collect())
}

/// A moment on the client's own clock: "24 Nov, 09:00".
pub(super) fn local(at: aos_kernel::Timestamp, dial: Dial) -> String {
    at.with_timezone(&dial.zone).format("%-d %b, %H:%M").to_string()
}

pub(super) fn shipped_row(post: &client::Shipped, base: &str, dial: Dial) -> ShippedRow {
    ShippedRow {
        title: post.title.clone(),
        href: format!("{base}/content/{}", post.id),
        // The address comes from outside: only one that a browser may open is linked.
        url: post.url.clone().filter(|url| url.starts_with("https://") || url.starts_with("http://")),
        at: dial.moment(post.at),
        words: count(post.words.unwrap_or(0)),
    }
}

pub(super) fn coming_row(one: &client::Coming, base: &str, dial: Dial) -> ComingRow {
    ComingRow {
        title: one.title.clone(),
        href: (one.version > 0).then(|| format!("{base}/content/{}", one.id)),
        told: words::of_coming(one),
        planned: one.planned_for().map(|at| local(at, dial)),
    }
}

/// Whether this person decides for the client.
pub(super) fn decides(viewer: &Viewer, id: TenantId) -> bool {
    viewer.principal.speaks_for(id) && viewer.can(id, Permission::Decide)
}

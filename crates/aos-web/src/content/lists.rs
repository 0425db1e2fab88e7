//! Lists of posts and requests, of one client or of all.

use aos_features::{
    content::{self, ItemState, PublicationState, RequestState},
    people::Permission,
    read_models::{
        content::{self as lists, PostLine, RequestLine},
        names::Names,
    },
};
use aos_kernel::{Cursor, PageSize, TenantId, Timestamp};
use axum::extract::Query;
use chrono_tz::Tz;
use serde::Deserialize;

use super::views::{AllContentPage, ContentPage, PostRow, RequestRow};
use crate::{
    layout::{ClientTab, Place},
    paths,
    session::{Answer, At, Viewer},
    show::{Dial, count, next_page, who},
    ui::{Choice, states::label},
    workspace::Workspace,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    kind: String,
    state: String,
    after: Option<Cursor>,
}

pub(super) fn post_row(line: &PostLine, now: Timestamp) -> PostRow {
    let zone: Tz = line.zone.parse().unwrap_or(Tz::UTC);
    let unconfirmed = line.publication == Some(PublicationState::Unconfirmed);
    PostRow {
        href: paths::item(line.tenant_id, line.id),
        title: line.title.clone(),
        client: line.client.clone(),
        state: if unconfirmed { "unconfirmed" } else { line.state.as_str() }.to_owned(),
        words: count(line.words.unwrap_or(0)),
        updated: Dial { zone, now }.moment(line.updated_at),
        published_url: line.published_url.clone(),
        error: line.problem.clone(),
        offline: line.offline.unwrap_or_default(),
    }
}

/// `GET /portal/content`.
pub(super) async fn all(viewer: Viewer, Query(asked): Query<Asked>) -> Answer {
    let scope = viewer.agency(Permission::SeeClient)?;
    let mut conn = viewer.read().await?;
    let state: Option<ItemState> = asked.state.parse().ok();
    let page = lists::all_posts(&mut conn, &scope, state, asked.after.as_ref(), PageSize::DEFAULT).await?;
    let shell = viewer.shell(&mut conn, "Content", Place::Content).await?.listening(&crate::live::Topic::tenants());
    let states = ItemState::ALL.iter().map(|state| Choice::new(state.as_str(), label(state.as_str()))).collect();
    let view = AllContentPage {
        shell,
        states,
        posts: page.items.iter().map(|line| post_row(line, viewer.now)).collect(),
        more: next_page(paths::CONTENT, &[("state", &asked.state)], page.next.as_ref()),
        state: asked.state,
    };
    viewer.page(&view)
}

/// `GET /portal/clients/{id}/content`.
pub(super) async fn page(viewer: Viewer, At(id): At<TenantId>, Query(asked): Query<Asked>) -> Answer {
    let mut open = Workspace::open(&viewer, id, ClientTab::Content, Permission::RaiseRequests).await?;
    let (conn, scope, after, size) = (&mut open.conn, open.scope, asked.after.as_ref(), PageSize::DEFAULT);
    let mut view = ContentPage { state: asked.state.clone(), ..ContentPage::default() };
    let choice = |state: &str, n: i64| Choice::new(state, label(state)).counted(count(n));
    let next = if asked.kind == "requests" {
        view.kind = "requests".to_owned();
        let state: Option<RequestState> = asked.state.parse().ok();
        let page = lists::requests(conn, scope, state, after, size).await?;
        let names = Names::of(conn, page.items.iter().map(|line| &line.made_by)).await?;
        view.requests = page.items.iter().map(|line| request_row(line, id, &names, open.dial)).collect();
        let counts = lists::request_counts(conn, scope).await?;
        view.states = counts.iter().map(|(state, n)| choice(state.as_str(), *n)).collect();
        page.next
    } else {
        view.kind = "posts".to_owned();
        let state: Option<ItemState> = asked.state.parse().ok();
        let page = lists::posts(conn, scope, state, after, size).await?;
        view.posts = page.items.iter().map(|line| post_row(line, viewer.now)).collect();
        let counts = content::queries::counts(conn, scope).await?;
        view.states = counts.iter().map(|(state, n)| choice(state.as_str(), *n)).collect();
        page.next
    };
    let filters = [("kind", view.kind.as_str()), ("state", asked.state.as_str())];
    view.more = next_page(&paths::client_tab(id, ClientTab::Content), &filters, next.as_ref());
    view.shell = open.shell;
    view.client = open.head;
    viewer.page(&view)
}

fn request_row(line: &RequestLine, tenant: TenantId, names: &Names, dial: Dial) -> RequestRow {
    let (raised_by, agent) = who(names, &line.made_by);
    RequestRow {
        href: paths::request(tenant, line.id),
        title: line.title.clone(),
        state: line.state.as_str().to_owned(),
        raised_by,
        agent,
        counts_for: line.month.map(aos_kernel::Month::label),
        updated: dial.moment(line.updated_at),
    }
}

//! What was made for the client and what comes: as a list, and each post as it looks.

use aos_features::{
    activities::{self, ApprovalState},
    content::{self, CONTENT_ITEM, ItemState},
    read_models::{client, names::Names},
    tenants::Party,
};
use aos_kernel::{ContentItemId, Error, PageSize, Subject, TenantId};
use axum::extract::Query;

use super::{
    Face, Side,
    home::{coming_row, local, shipped_row},
    views::{ContentPage, PostPage},
    words,
};
use crate::{
    content::parts::Showing,
    session::{After, Answer, At, Viewer},
    show::next_page,
};

/// `GET /client/{tenant}/content`.
pub(super) async fn list(viewer: Viewer, At(id): At<TenantId>, Query(asked): Query<After>) -> Answer {
    let mut open = Face::open(&viewer, id, "content", "Content").await?;
    let (conn, scope, dial) = (&mut open.conn, open.scope, open.dial);
    let page = client::shipped(conn, scope, asked.after.as_ref(), PageSize::DEFAULT).await?;
    let coming = if asked.after.is_some() { Vec::new() } else { client::coming(conn, scope, 100).await? };
    let base = Side::Client.base(id);
    let view = ContentPage {
        shell: open.shell,
        tenant: id.to_string(),
        shipped: page.items.iter().map(|post| shipped_row(post, &base, dial)).collect(),
        coming: coming.iter().map(|one| coming_row(one, &base, dial)).collect(),
        more: next_page(&format!("{base}/content"), &[], page.next.as_ref()),
    };
    viewer.page(&view)
}

/// `GET /client/{tenant}/content/{item}`.
pub(super) async fn page(viewer: Viewer, At((id, item)): At<(TenantId, ContentItemId)>) -> Answer {
    let mut open = Face::open(&viewer, id, "content", "Content").await?;
    let (conn, scope, dial) = (&mut open.conn, open.scope, open.dial);
    let item = content::queries::item(conn, scope, item).await?;
    let shown = item.approved_version.unwrap_or(item.current_version);
    if shown == 0 {
        return Err(Error::not_found("post").with_help("It is not written yet.").into());
    }
    let version = content::queries::version(conn, scope, item.id, shown).await?;
    let names = Names::of(conn, [&version.author]).await?;
    let platforms = viewer.state.product.connections.platforms();
    let showing = Showing { side: Side::Client, scope, tenant: &open.tenant, dial };
    let article = showing.piece(conn, platforms, &item, &version, &names).await?;
    let approvals = activities::queries::approvals_of(conn, scope, &Subject::new(CONTENT_ITEM, item.id)).await?;
    let pending = approvals.iter().rev().find(|one| one.state == ApprovalState::Pending);
    let base = Side::Client.base(id);
    let planned = match item.publish_mode {
        aos_capabilities::publish::PublishMode::At(at) if item.state != ItemState::Published => Some(local(at, dial)),
        _ => None,
    };
    let view = PostPage {
        article,
        tenant: id.to_string(),
        told: words::of_item(item.state, pending.map(|one| one.party)),
        url: item.published_url.clone().filter(|url| url.starts_with("http://") || url.starts_with("https://")),
        published: item.published_at.map(|at| dial.moment(at)),
        planned,
        approval: pending.filter(|one| one.party == Party::Client).map(|one| format!("{base}/approvals/{}", one.id)),
        shell: open.below("Content", "content", item.title.clone()).shell,
    };
    viewer.page(&view)
}

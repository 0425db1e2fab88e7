//! One post: as it looks, its versions, where it stands on the site.

use aos_features::{
    activities::{self, ApprovalState},
    channels,
    content::{self, CONTENT_ITEM, ItemState, Publication, PublicationState, revise},
    people::Permission,
    read_models::{self, names::Names},
};
use aos_kernel::{ContentItemId, Error, Subject, TenantId};
use axum::{Form, extract::Query};
use serde::Deserialize;

use super::{
    edit::{edit_page, save_edit},
    parts::{self, Showing},
    views::{ItemPage, PublicationView, Revised, VersionRow},
};
use crate::{
    client::Side,
    flash::Flash,
    forms::Fields,
    layout::ClientTab,
    paths,
    session::{Answer, At, Viewer},
    show::{Dial, count, small, timeline, who},
    workspace::Workspace,
};

/// Two versions to compare.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    from: Option<i64>,
    to: Option<i64>,
}

/// `GET …/items/{id}`.
pub(super) async fn page(
    viewer: Viewer,
    At((tenant, id)): At<(TenantId, ContentItemId)>,
    Query(asked): Query<Asked>,
) -> Answer {
    let mut open = Workspace::open(&viewer, tenant, ClientTab::Content, Permission::EditContent).await?;
    let (conn, scope, dial) = (&mut open.conn, open.scope, open.dial);
    let item = content::queries::item(conn, scope, id).await?;
    let request = content::queries::request(conn, scope, item.request_id).await?;
    let versions = content::queries::versions(conn, scope, id).await?;
    let Some(current) = versions.first() else {
        // Nothing is written yet: the brief is all there is to see.
        return Ok(axum::response::IntoResponse::into_response(axum::response::Redirect::to(&paths::request(
            tenant, request.id,
        ))));
    };
    let subject = Subject::new(CONTENT_ITEM, id);
    let events = aos_workflow::history(conn, scope, &subject).await?;
    let actors = events.iter().map(|event| &event.actor).chain(versions.iter().map(|version| &version.author));
    let names = Names::of(conn, actors).await?;
    let platforms = viewer.state.product.connections.platforms();
    let showing = Showing { side: Side::Portal, scope, tenant: &open.tenant, dial };
    let article = showing.piece(conn, platforms, &item, current, &names).await?;
    let approvals = activities::queries::approvals_of(conn, scope, &subject).await?;
    let pending = approvals.iter().rev().find(|approval| approval.state == ApprovalState::Pending);
    let can_retry = viewer.can(tenant, Permission::OperateWork)
        && read_models::content::failed_activity(conn, scope, id).await?.is_some();
    let publication = match content::queries::publication(conn, scope, id).await? {
        Some(publication) => {
            let channel = match publication.channel_id {
                Some(channel) => channels::queries::channel(conn, scope, channel).await?.label,
                None => "By hand".to_owned(),
            };
            let view = publication_view(&publication, &channel, item.published_url.as_deref(), dial, can_retry);
            let refused = publication.refused_part.as_deref() == Some("image") && item.state == ItemState::Failed;
            let can_leave_out_image = refused && view.can_retry && viewer.can(tenant, Permission::Decide);
            Some(PublicationView { can_leave_out_image, without_image: item.without_image, ..view })
        }
        None => None,
    };
    let find = |number: i64| versions.iter().find(|version| version.version == number);
    let diff = match (asked.from.and_then(find), asked.to.and_then(find)) {
        (Some(from), Some(to)) => Some(parts::diff(from, to)),
        _ => None,
    };
    let comments = super::comments::of(&viewer, conn, scope, id, dial, &paths::item(tenant, id)).await?;
    let revised = revise::is_revised(&item);
    let open_to_edits = item.state == ItemState::Review || revise::may_revise(conn, scope, &item).await?;
    let may_edit = open_to_edits && viewer.can(tenant, Permission::EditContent);
    let rows = versions
        .iter()
        .map(|version| {
            let (author, agent) = who(&names, &version.author);
            let before = version.version - 1;
            VersionRow {
                version: small(version.version),
                author,
                agent,
                at: dial.moment(version.created_at),
                words: count(version.word_count),
                note: note(version.version, item.approved_version, &approvals, version.note.as_deref()),
                current: version.version == item.current_version,
                diff_href: (before > 0).then(|| format!("?from={before}&to={}", version.version)),
                can_restore: may_edit && version.version != item.current_version,
            }
        })
        .collect();
    let view = ItemPage {
        id: id.to_string(),
        state: shown_state(item.state, publication.as_ref()),
        brief: Some(parts::brief(&request)),
        publication,
        versions: rows,
        // Unless others are chosen: the two newest.
        from: small(asked.from.unwrap_or(item.current_version - 1)).max(1),
        to: small(asked.to.unwrap_or(item.current_version)),
        current: small(item.current_version),
        diff,
        revised: revised.then(|| Revised {
            stands: small(item.approved_version.unwrap_or_default()),
            newest: small(item.current_version),
            waits: pending.is_some(),
        }),
        approval_href: pending.map(|approval| paths::approval(approval.id)),
        edit_href: may_edit.then(|| format!("{}/edit", paths::item(tenant, id))),
        comments,
        events: timeline(&events, &names, dial),
        article,
        client: open.head.clone(),
        shell: open.titled(&item.title).shell,
    };
    viewer.page(&view)
}

fn note(version: i64, approved: Option<i64>, approvals: &[activities::Approval], own: Option<&str>) -> Option<String> {
    if approved == Some(version) {
        return Some("Approved".to_owned());
    }
    let rejected = approvals
        .iter()
        .find(|approval| approval.version == version && approval.state == ApprovalState::Rejected)
        .and_then(|approval| approval.notes.as_deref());
    rejected.map(|notes| format!("Rejected: {notes}")).or_else(|| own.map(str::to_owned))
}

fn shown_state(state: ItemState, publication: Option<&PublicationView>) -> String {
    match publication {
        Some(publication) if publication.state == "unconfirmed" => "unconfirmed".to_owned(),
        _ => state.as_str().to_owned(),
    }
}

fn publication_view(
    publication: &Publication,
    channel: &str,
    address: Option<&str>,
    dial: Dial,
    can_retry: bool,
) -> PublicationView {
    let state = match publication.state {
        PublicationState::Intended => "publishing",
        PublicationState::Unconfirmed => "unconfirmed",
        PublicationState::Processing => "publishing",
        PublicationState::OnSite => "scheduled",
        PublicationState::Live => "published",
        PublicationState::Failed => "failed",
    };
    let unknown = publication.state == PublicationState::Unconfirmed;
    PublicationView {
        state: state.to_owned(),
        channel: channel.to_owned(),
        url: publication.url.clone().or_else(|| address.map(str::to_owned)),
        at: Some(dial.moment(publication.updated_at)),
        note: publication.problem.clone(),
        remarks: publication.notes.clone(),
        can_check: unknown && can_retry,
        can_retry: !unknown && can_retry,
        can_leave_out_image: false,
        without_image: false,
    }
}

/// `GET …/items/{id}/edit`.
pub(super) async fn edit(viewer: Viewer, At((tenant, id)): At<(TenantId, ContentItemId)>) -> Answer {
    let back = paths::item(tenant, id);
    edit_page(viewer, tenant, id, &format!("{back}/edit"), &back).await
}

/// `POST …/items/{id}/edit`.
pub(super) async fn save(
    viewer: Viewer,
    At((tenant, id)): At<(TenantId, ContentItemId)>,
    Form(fields): Form<Fields>,
) -> Answer {
    let back = paths::item(tenant, id);
    save_edit(viewer, tenant, id, &fields, &format!("{back}/edit"), &back).await
}

/// `POST …/items/{id}/publication/without-image`: a person's decision, for what the site refused the image of.
pub(super) async fn without_image(viewer: Viewer, At((tenant, id)): At<(TenantId, ContentItemId)>) -> Answer {
    let scope = viewer.scope(tenant, Permission::Decide)?;
    let failed = read_models::content::failed_activity(&mut viewer.read().await?, scope, id).await?;
    let activity = failed
        .ok_or_else(|| Error::conflict("not_failed", "Nothing failed here, so there is nothing to publish again."))?;
    let mut tx = viewer.begin().await?;
    let steps = &viewer.state.product.steps;
    content::commands::publish_without_image(&mut tx, steps, scope, id, activity).await?;
    tx.commit().await?;
    Ok(viewer.done(Flash::good("It is published now, without the image."), &paths::item(tenant, id)))
}

/// `POST …/items/{id}/publication/check` and `…/retry`: either way the site is looked at before anything is sent.
pub(super) async fn try_again(viewer: Viewer, At((tenant, id)): At<(TenantId, ContentItemId)>) -> Answer {
    let scope = viewer.scope(tenant, Permission::OperateWork)?;
    let failed = read_models::content::failed_activity(&mut viewer.read().await?, scope, id).await?;
    let activity = failed
        .ok_or_else(|| Error::conflict("not_failed", "Nothing failed here, so there is nothing to try again."))?;
    let mut tx = viewer.begin().await?;
    activities::commands::retry_activity(&mut tx, &viewer.state.product.steps, scope, activity).await?;
    tx.commit().await?;
    Ok(viewer.done(Flash::good("We look on the site now, and go on from what is there."), &paths::item(tenant, id)))
}

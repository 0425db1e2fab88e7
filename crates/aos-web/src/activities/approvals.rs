//! One approval's page: the thing itself, as the slice that owns it shows it.

use aos_kernel::{ApprovalId, ContentItemId, Error};
use axum::{
    Form,
    extract::Query,
    response::{IntoResponse, Redirect},
};
use serde::Deserialize;

use super::Opened;
use crate::{
    content,
    forms::Fields,
    paths,
    session::{Answer, At, Viewer},
    strategy,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    edit: String,
}

/// `GET /portal/approvals/{id}`; `?edit=1` opens a post's text.
pub(super) async fn page(viewer: Viewer, At(id): At<ApprovalId>, Query(asked): Query<Asked>) -> Answer {
    let opened = Opened::open(&viewer, id).await?;
    match opened.approval.subject.kind.as_str() {
        "strategy" => strategy::approval(viewer, opened).await,
        "request" => content::requests_approval(viewer, opened).await,
        "content_item" if asked.edit == "1" && opened.head.open() => {
            let item = ContentItemId::from_uuid(opened.approval.subject.id);
            let back = paths::approval(id);
            content::edit_page(viewer, opened.tenant.id, item, &format!("{back}/edit"), &back).await
        }
        "content_item" => content::post_approval(viewer, opened, None).await,
        other => Err(Error::internal(format!("no page decides on {other}")).into()),
    }
}

/// `GET /portal/approvals/{id}/edit`: where the browser stands after a form was given back, and asks again by itself.
pub(super) async fn editor(viewer: Viewer, At(id): At<ApprovalId>) -> Answer {
    Opened::open(&viewer, id).await?;
    Ok(Redirect::to(&format!("{}?edit=1", paths::approval(id))).into_response())
}

/// `POST /portal/approvals/{id}/edit`: a reviewer's edit; what is decided on is then the edited text.
pub(super) async fn edit(viewer: Viewer, At(id): At<ApprovalId>, Form(fields): Form<Fields>) -> Answer {
    let opened = Opened::open(&viewer, id).await?;
    if opened.approval.subject.kind != "content_item" {
        return Err(Error::not_found("post").into());
    }
    let (tenant, item) = (opened.tenant.id, ContentItemId::from_uuid(opened.approval.subject.id));
    let back = paths::approval(id);
    content::save_edit(viewer, tenant, item, &fields, &format!("{back}/edit"), &back).await
}

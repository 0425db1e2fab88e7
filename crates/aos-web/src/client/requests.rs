//! What the client's people ask for beside the plan.

use aos_features::{
    activities::{self, ApprovalState},
    content::{self, NewRequest, REQUEST, RequestState},
    people::Permission,
    read_models::{client, names::Names},
    tenants::Party,
};
use aos_kernel::{Cursor, Error, PageSize, RequestId, Result, Subject, TenantId};
use axum::{Form, extract::Query};

use super::{
    Face, Side,
    views::{AskForm, RequestFormPage, RequestPage, RequestRow, RequestsPage},
    words,
};
use crate::{
    content::parts,
    flash::Flash,
    forms::{FieldErrors, list as words_of},
    session::{After, Answer, At, Viewer},
    show::{next_page, who},
};

/// `GET /client/{tenant}/requests`.
pub(super) async fn list(viewer: Viewer, At(id): At<TenantId>, Query(asked): Query<After>) -> Answer {
    let mut open = Face::open(&viewer, id, "requests", "Requests").await?;
    let after: Option<&Cursor> = asked.after.as_ref();
    let page = client::asked(&mut open.conn, open.scope, after, PageSize::DEFAULT).await?;
    let names = Names::of(&mut open.conn, page.items.iter().map(|one| &one.made_by)).await?;
    let base = Side::Client.base(id);
    let requests = page.items.iter().map(|one| RequestRow {
        title: one.title.clone(),
        href: format!("{base}/requests/{}", one.id),
        by: who(&names, &one.made_by).0,
        at: open.dial.moment(one.created_at),
        told: words::of_asked(one),
        notes: one.rejection.clone().filter(|_| one.state == RequestState::Rejected),
        url: one.url.clone().filter(|url| url.starts_with("https://") || url.starts_with("http://")),
    });
    let view = RequestsPage {
        requests: requests.collect(),
        tenant: id.to_string(),
        can_ask: viewer.can(id, Permission::RaiseRequests),
        more: next_page(&format!("{base}/requests"), &[], page.next.as_ref()),
        base,
        shell: open.shell,
    };
    viewer.page(&view)
}

fn input(form: &AskForm) -> NewRequest {
    NewRequest {
        title: form.title.clone(),
        brief: form.brief.clone(),
        audience: form.audience.clone(),
        keywords: words_of(&form.keywords),
        notes: form.notes.clone(),
        ..NewRequest::default()
    }
}

/// `GET /client/{tenant}/requests/new`.
pub(super) async fn new(viewer: Viewer, At(id): At<TenantId>) -> Answer {
    viewer.scope(id, Permission::RaiseRequests)?;
    let view = new_page(&viewer, id, AskForm::default(), FieldErrors::default()).await?;
    viewer.page(&view)
}

async fn new_page(viewer: &Viewer, id: TenantId, form: AskForm, errors: FieldErrors) -> Result<RequestFormPage> {
    let face = Face::open(viewer, id, "requests", "Requests").await?.below("Requests", "requests", "New request");
    let base = Side::Client.base(id);
    let action = format!("{base}/requests");
    Ok(RequestFormPage { shell: face.shell, base, action, form, errors, notes: None, close: None })
}

/// `POST /client/{tenant}/requests`.
pub(super) async fn raise(viewer: Viewer, At(id): At<TenantId>, Form(form): Form<AskForm>) -> Answer {
    let scope = viewer.scope(id, Permission::RaiseRequests)?;
    let mut tx = viewer.begin().await?;
    let product = &viewer.state.product;
    let platforms = product.connections.platforms();
    match content::commands::raise_request(&mut tx, &product.steps, platforms, scope, input(&form)).await {
        Ok(request) => {
            tx.commit().await?;
            let to = format!("{}/requests/{request}", Side::Client.base(id));
            Ok(viewer.done(Flash::good("Sent. Your agency looks at it and tells you here what becomes of it."), &to))
        }
        Err(error) => {
            drop(tx);
            let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            let view = new_page(&viewer, id, form, errors).await?;
            viewer.form_again(&view)
        }
    }
}

/// `GET /client/{tenant}/requests/{id}`: as it stands; one that came back is open to be changed by the client's people.
pub(super) async fn page(viewer: Viewer, At((id, request)): At<(TenantId, RequestId)>) -> Answer {
    let mut open = Face::open(&viewer, id, "requests", "Requests").await?;
    let (conn, scope, dial) = (&mut open.conn, open.scope, open.dial);
    let request = content::queries::request(conn, scope, request).await?;
    let may = viewer.can(id, Permission::RaiseRequests) && request.period_id.is_none();
    let base = Side::Client.base(id);
    let action = format!("{base}/requests/{}", request.id);
    if request.state == RequestState::Rejected && may {
        let form = AskForm {
            base_version: request.version,
            title: request.title.clone(),
            brief: request.brief.clone(),
            audience: request.audience.clone(),
            keywords: request.keywords.join(", "),
            notes: request.notes.clone(),
        };
        let view = back_page(&viewer, id, &request, form, FieldErrors::default()).await?;
        return viewer.page(&view);
    }
    let names = Names::of(conn, [&request.made_by]).await?;
    let mut items = content::queries::items_of_request(conn, scope, request.id).await?;
    // Of several pieces the first that is not out yet says how far it is.
    items.sort_by_key(|item| item.state == content::ItemState::Published);
    let item = items.into_iter().next();
    let subjects = [
        Some(Subject::new(REQUEST, request.id)),
        item.as_ref().map(|item| Subject::new(content::CONTENT_ITEM, item.id)),
    ];
    let (mut waits_for, mut approval) = (None, None);
    for subject in subjects.into_iter().flatten() {
        let all = activities::queries::approvals_of(conn, scope, &subject).await?;
        if let Some(pending) = all.iter().rev().find(|one| one.state == ApprovalState::Pending) {
            waits_for = Some(pending.party);
            approval = (pending.party == Party::Client).then(|| format!("{base}/approvals/{}", pending.id));
        }
    }
    let told = match &item {
        Some(item) => words::of_item(item.state, waits_for),
        None => words::of_request(request.state, waits_for),
    };
    let written = item.as_ref().is_some_and(|item| item.current_version > 0);
    let published = item.as_ref().is_some_and(|item| item.state == content::ItemState::Published);
    let agreed = item.is_some();
    let checked = item.as_ref().is_some_and(|item| item.approved_version.is_some());
    let done = [true, agreed, written, checked, published];
    let present = done.iter().position(|done| !done);
    let labels = ["Sent", "Agreed", "Written", "Approved", "Published"];
    let closed = request.state == RequestState::Closed;
    let stations = labels.iter().enumerate().map(|(at, label)| (*label, done[at], !closed && present == Some(at)));
    let view = RequestPage {
        brief: parts::brief(&request),
        by: who(&names, &request.made_by).0,
        at: dial.moment(request.created_at),
        told,
        stations: stations.collect(),
        post: item.as_ref().filter(|_| written).map(|item| format!("{base}/content/{}", item.id)),
        url: item.and_then(|item| item.published_url).filter(|url| url.starts_with("http")),
        approval,
        close: (may && request.state == RequestState::PendingApproval).then(|| format!("{action}/close")),
        tenant: id.to_string(),
        base,
        shell: open.below("Requests", "requests", request.title.clone()).shell,
    };
    viewer.page(&view)
}

async fn back_page(
    viewer: &Viewer,
    id: TenantId,
    request: &content::Request,
    form: AskForm,
    errors: FieldErrors,
) -> Result<RequestFormPage> {
    let face = Face::open(viewer, id, "requests", "Requests").await?;
    let face = face.below("Requests", "requests", request.title.clone());
    let base = Side::Client.base(id);
    let action = format!("{base}/requests/{}", request.id);
    let close = Some(format!("{action}/close"));
    Ok(RequestFormPage { shell: face.shell, base, action, form, errors, notes: request.rejection.clone(), close })
}

/// `POST /client/{tenant}/requests/{id}`: a request that came back, changed and sent again.
pub(super) async fn revise(
    viewer: Viewer,
    At((id, request)): At<(TenantId, RequestId)>,
    Form(form): Form<AskForm>,
) -> Answer {
    let scope = viewer.scope(id, Permission::RaiseRequests)?;
    let mut tx = viewer.begin().await?;
    let known = content::queries::request(&mut tx, scope, request).await?;
    if known.period_id.is_some() {
        return Err(Error::not_found("request").into());
    }
    let steps = &viewer.state.product.steps;
    // What the client does not see of the brief stays as it was.
    let input = NewRequest {
        title: form.title.clone(),
        brief: form.brief.clone(),
        audience: form.audience.clone(),
        keywords: words_of(&form.keywords),
        notes: form.notes.clone(),
        ..known.content()
    };
    let platforms = viewer.state.product.connections.platforms();
    match content::commands::revise_request(&mut tx, steps, platforms, scope, request, form.base_version, input).await {
        Ok(()) => {
            tx.commit().await?;
            let to = format!("{}/requests/{request}", Side::Client.base(id));
            Ok(viewer.done(Flash::good("Sent again."), &to))
        }
        Err(error) => {
            drop(tx);
            let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            let view = back_page(&viewer, id, &known, form, errors).await?;
            viewer.form_again(&view)
        }
    }
}

/// `POST /client/{tenant}/requests/{id}/close`.
pub(super) async fn close(viewer: Viewer, At((id, request)): At<(TenantId, RequestId)>) -> Answer {
    let scope = viewer.scope(id, Permission::RaiseRequests)?;
    let mut tx = viewer.begin().await?;
    content::commands::close_request(&mut tx, &viewer.state.product.steps, scope, request).await?;
    tx.commit().await?;
    Ok(viewer.done(Flash::good("Taken back."), &format!("{}/requests", Side::Client.base(id))))
}

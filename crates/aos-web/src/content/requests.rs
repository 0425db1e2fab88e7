//! A request: raised by hand, edited while it waits, and as it stands.

use aos_features::{
    activities::{self, ApprovalState},
    content::{self, NewRequest, REQUEST, reschedule},
    people::Permission,
    read_models::{content as lists, names::Names},
};
use aos_kernel::{Error, RequestId, Result, Subject, TenantId};
use axum::{Form, extract::Query};
use serde::Deserialize;

use super::{
    lists::post_row,
    parts,
    request_form::{intents, kind_fields, kind_of, kinds, priorities},
    views::{BriefConflict, EditRequestPage, NewRequestPage, RequestForm, RequestPage},
};
use crate::{
    flash::Flash,
    forms::{FieldErrors, Fields},
    layout::ClientTab,
    paths,
    session::{Answer, At, Viewer},
    show::{small, timeline},
    ui::{Diff, moment::local_input},
    workspace::Workspace,
};

/// A brief as text, for comparing.
fn as_text(brief: &NewRequest) -> String {
    format!(
        "{}\n\n{}\n\nKeywords: {}\nSearch intent: {}\nAudience: {}\nPriority: {}\nFormat: {}\n\nOutline\n{}\n\nNotes\n{}\n",
        brief.title,
        brief.brief,
        brief.keywords.join(", "),
        brief.search_intent,
        brief.audience,
        brief.priority,
        brief.format,
        brief.outline.join("\n"),
        brief.notes
    )
}

fn errors_of(error: &Error) -> Option<FieldErrors> {
    let errors = FieldErrors::of(error)?;
    let planned = error.code() == "time_passed";
    Some(if planned { errors.renamed("", "planned") } else { errors.renamed("search_intent", "intent") })
}

async fn form_page(
    viewer: &Viewer,
    tenant: TenantId,
    form: RequestForm,
    errors: FieldErrors,
) -> Result<NewRequestPage> {
    let open = Workspace::open(viewer, tenant, ClientTab::Content, Permission::RaiseRequests).await?;
    let mut open = open;
    let of_kind = kind_fields(viewer, &mut open.conn, open.scope, &form).await?;
    let zone = open.tenant.zone.clone();
    let open = open.titled("New request");
    Ok(NewRequestPage {
        shell: open.shell,
        client: open.head,
        kinds: kinds(),
        of_kind,
        intents: intents(&form),
        priorities: priorities(&form),
        zone,
        form,
        errors,
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    kind: String,
}

/// `GET …/requests/new`; `?kind=social` asks for what such a request needs.
pub(super) async fn new(viewer: Viewer, At(tenant): At<TenantId>, Query(asked): Query<Asked>) -> Answer {
    viewer.scope(tenant, Permission::RaiseRequests)?;
    let form = RequestForm { kind: kind_of(&asked.kind).as_str().to_owned(), ..RequestForm::default() };
    let view = form_page(&viewer, tenant, form, FieldErrors::default()).await?;
    viewer.page(&view)
}

/// `POST …/requests`.
pub(super) async fn raise(viewer: Viewer, At(tenant): At<TenantId>, Form(fields): Form<Fields>) -> Answer {
    let form = RequestForm::read(&fields);
    let scope = viewer.scope(tenant, Permission::RaiseRequests)?;
    let mut tx = viewer.begin().await?;
    let zone = aos_features::tenants::queries::zone(&mut tx, scope).await?;
    let act = async |tx: &mut aos_storage::Tx| {
        let planned = form.planned_at(zone)?;
        let steps = &viewer.state.product.steps;
        let platforms = viewer.state.product.connections.platforms();
        let brief = form.brief(NewRequest { kind: kind_of(&form.kind), ..NewRequest::default() });
        let request = content::commands::raise_request(tx, steps, platforms, scope, brief).await?;
        if planned.is_some() {
            reschedule::plan_request(tx, scope, request, planned).await?;
        }
        Ok::<_, Error>(request)
    };
    match act(&mut tx).await {
        Ok(request) => {
            tx.commit().await?;
            Ok(viewer.done(Flash::good("The request waits for its approval."), &paths::request(tenant, request)))
        }
        Err(error) => {
            drop(tx);
            let Some(errors) = errors_of(&error) else { return Err(error.into()) };
            let view = form_page(&viewer, tenant, form, errors).await?;
            viewer.form_again(&view)
        }
    }
}

async fn edit_view(
    viewer: &Viewer,
    tenant: TenantId,
    id: RequestId,
    form: Option<RequestForm>,
    errors: FieldErrors,
    conflict: bool,
) -> Result<EditRequestPage> {
    let mut open = Workspace::open(viewer, tenant, ClientTab::Content, Permission::EditContent).await?;
    let request = content::queries::request(&mut open.conn, open.scope, id).await?;
    let zone = open.tenant.tz();
    let mut form = form.unwrap_or_else(|| RequestForm::of(&request, zone));
    form.kind = request.kind.as_str().to_owned();
    let conflict = conflict.then(|| {
        let theirs = as_text(&request.content());
        let own = as_text(&form.brief(request.content()));
        BriefConflict {
            at: open.dial.moment(request.updated_at),
            diff: Diff::between(format!("Version {}", request.version), &theirs, "Your text", &own),
        }
    });
    if conflict.is_some() {
        // After a look at the other text, saving again goes on top of it.
        form.base_version = small(request.version);
    }
    let of_kind = kind_fields(viewer, &mut open.conn, open.scope, &form).await?;
    let open = open.titled(format!("Edit “{}”", request.title));
    Ok(EditRequestPage {
        of_kind,
        shell: open.shell,
        client: open.head,
        id: id.to_string(),
        intents: intents(&form),
        priorities: priorities(&form),
        zone: zone.name().to_owned(),
        form,
        errors,
        conflict,
    })
}

/// `GET …/requests/{id}/edit`.
pub(super) async fn edit(viewer: Viewer, At((tenant, id)): At<(TenantId, RequestId)>) -> Answer {
    viewer.scope(tenant, Permission::EditContent)?;
    let view = edit_view(&viewer, tenant, id, None, FieldErrors::default(), false).await?;
    viewer.page(&view)
}

/// `POST …/requests/{id}/edit`.
pub(super) async fn save(
    viewer: Viewer,
    At((tenant, id)): At<(TenantId, RequestId)>,
    Form(fields): Form<Fields>,
) -> Answer {
    let form = RequestForm::read(&fields);
    let scope = viewer.scope(tenant, Permission::EditContent)?;
    let mut tx = viewer.begin().await?;
    let act = async |tx: &mut aos_storage::Tx| {
        let zone = aos_features::tenants::queries::zone(tx, scope).await?;
        let before = content::queries::request(tx, scope, id).await?;
        let planned = form.planned_at(zone)?;
        let input = form.brief(before.content());
        let steps = &viewer.state.product.steps;
        let platforms = viewer.state.product.connections.platforms();
        content::commands::edit_request(tx, steps, platforms, scope, id, i64::from(form.base_version), input).await?;
        // A field of minutes does not touch a time that somebody set to the second.
        let shown = before.planned_at.map(|at| local_input(at, zone)).unwrap_or_default();
        if shown != form.planned.trim() {
            reschedule::plan_request(tx, scope, id, planned).await?;
        }
        Ok::<_, Error>(())
    };
    match act(&mut tx).await {
        Ok(()) => {
            tx.commit().await?;
            let flash = Flash::good("Saved. What is decided on is the brief as it stands now.");
            Ok(viewer.done(flash, &paths::request(tenant, id)))
        }
        Err(error) => {
            drop(tx);
            let Some(errors) = errors_of(&error) else { return Err(error.into()) };
            let conflict = error.code() == "edited_meanwhile";
            let errors = if conflict { FieldErrors::default() } else { errors };
            let view = edit_view(&viewer, tenant, id, Some(form), errors, conflict).await?;
            viewer.form_again(&view)
        }
    }
}

/// `GET …/requests/{id}`.
pub(super) async fn page(viewer: Viewer, At((tenant, id)): At<(TenantId, RequestId)>) -> Answer {
    let mut open = Workspace::open(&viewer, tenant, ClientTab::Content, Permission::RaiseRequests).await?;
    let (conn, scope, dial) = (&mut open.conn, open.scope, open.dial);
    let request = content::queries::request(conn, scope, id).await?;
    let subject = Subject::new(REQUEST, id);
    let events = aos_workflow::history(conn, scope, &subject).await?;
    let names = Names::of(conn, events.iter().map(|event| &event.actor)).await?;
    let brief = parts::with_channels(&viewer, conn, scope, &request, parts::brief(&request)).await?;
    let posts = lists::posts_of_request(conn, scope, id).await?;
    let approvals = activities::queries::approvals_of(conn, scope, &subject).await?;
    let pending = approvals.iter().rev().find(|approval| approval.state == ApprovalState::Pending);
    let approval_href = pending.map(|approval| paths::approval(approval.id));
    let may_edit = pending.is_some() && viewer.can(tenant, Permission::EditContent);
    let planned = request.planned_at.filter(|_| request.is_open());
    let open = open.titled(&request.title);
    let view = RequestPage {
        shell: open.shell,
        client: open.head,
        brief,
        approval_href,
        edit_href: may_edit.then(|| format!("{}/edit", paths::request(tenant, id))),
        planned: planned.map(|at| dial.moment(at)),
        posts: posts.iter().map(|line| post_row(line, viewer.now)).collect(),
        events: timeline(&events, &names, dial),
    };
    viewer.page(&view)
}

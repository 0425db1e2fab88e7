//! A request: raised by hand, and as it stands.

use aos_features::{
    activities::{self, ApprovalState},
    content::{self, NewRequest, REQUEST},
    people::Permission,
    read_models::{content as lists, names::Names},
};
use aos_kernel::{RequestId, Subject, TenantId};
use axum::Form;

use super::{
    lists::post_row,
    parts,
    views::{NewRequestPage, RequestForm, RequestPage},
};
use crate::{
    flash::Flash,
    forms::{FieldErrors, list},
    layout::ClientTab,
    paths,
    session::{Answer, At, Viewer},
    show::timeline,
    ui::{Choice, Choices, states::label},
    workspace::Workspace,
};

const INTENTS: [&str; 4] = ["informational", "commercial", "transactional", "navigational"];

async fn form_page(
    viewer: &Viewer,
    tenant: TenantId,
    form: RequestForm,
    errors: FieldErrors,
) -> aos_kernel::Result<NewRequestPage> {
    let open = Workspace::open(viewer, tenant, ClientTab::Content, Permission::RaiseRequests).await?;
    let open = open.titled("New request");
    let intents = INTENTS.map(|intent| Choice::new(intent, label(intent))).into();
    Ok(NewRequestPage {
        shell: open.shell,
        client: open.head,
        intents: Choices::new(intents, form.intent.clone()),
        form,
        errors,
    })
}

/// `GET …/requests/new`.
pub(super) async fn new(viewer: Viewer, At(tenant): At<TenantId>) -> Answer {
    viewer.scope(tenant, Permission::RaiseRequests)?;
    let view = form_page(&viewer, tenant, RequestForm::default(), FieldErrors::default()).await?;
    viewer.page(&view)
}

/// `POST …/requests`.
pub(super) async fn raise(viewer: Viewer, At(tenant): At<TenantId>, Form(form): Form<RequestForm>) -> Answer {
    let scope = viewer.scope(tenant, Permission::RaiseRequests)?;
    let input = NewRequest {
        title: form.title.clone(),
        brief: form.brief.clone(),
        keywords: list(&form.keywords),
        search_intent: form.intent.clone(),
        audience: form.audience.clone(),
        outline: form.outline.lines().map(str::to_owned).collect(),
        notes: form.notes.clone(),
        ..NewRequest::default()
    };
    let mut tx = viewer.begin().await?;
    match content::commands::raise_request(&mut tx, &viewer.state.product.steps, scope, input).await {
        Ok(request) => {
            tx.commit().await?;
            Ok(viewer.done(Flash::good("The request waits for its approval."), &paths::request(tenant, request)))
        }
        Err(error) => {
            drop(tx);
            let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            let view = form_page(&viewer, tenant, form, errors.renamed("search_intent", "intent")).await?;
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
    let posts = lists::posts_of_request(conn, scope, id).await?;
    let approvals = activities::queries::approvals_of(conn, scope, &subject).await?;
    let pending = approvals.iter().rev().find(|approval| approval.state == ApprovalState::Pending);
    let approval_href = pending.map(|approval| paths::approval(approval.id));
    let open = open.titled(&request.title);
    let view = RequestPage {
        shell: open.shell,
        client: open.head,
        brief: parts::brief(&request),
        approval_href,
        posts: posts.iter().map(|line| post_row(line, viewer.now)).collect(),
        events: timeline(&events, &names, dial),
    };
    viewer.page(&view)
}

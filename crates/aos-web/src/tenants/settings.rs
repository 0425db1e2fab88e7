//! A client's settings: who it is, who decides on its work, its people, and its end.

use aos_features::{
    onboarding,
    people::{self, Permission},
    tenants::{self, ApprovalPolicy, ApprovalRoute, ChangeTenant},
    website,
};
use aos_kernel::{Result, TenantId};
use axum::Form;

use super::views::{NewClientForm, PolicyForm, SettingsPage};
use crate::{
    client::Side,
    flash::Flash,
    forms::{FieldErrors, Fields},
    layout::ClientTab,
    paths,
    people::{PeopleAround, people_part},
    session::{Answer, At, Viewer},
    ui::Choices,
    website::views::Swatch,
    workspace::Workspace,
};

/// What the client can be asked about, in words.
const KINDS: [(&str, &str); 3] = [
    ("strategy", "Plans: goals and deliverables"),
    ("request", "Ideas, before they are written"),
    ("content_item", "Posts, before they are published"),
];

async fn view(
    viewer: &Viewer,
    id: TenantId,
    sent: Option<NewClientForm>,
    errors: FieldErrors,
    around: PeopleAround,
) -> Result<SettingsPage> {
    let mut open = Workspace::open(viewer, id, ClientTab::Settings, Permission::ConfigureClient).await?;
    let (conn, scope, dial) = (&mut open.conn, open.scope, open.dial);
    let tenant = &open.tenant;
    let form = sent.unwrap_or_else(|| NewClientForm {
        name: tenant.name.clone(),
        website: tenant.website.clone(),
        time_zone: tenant.zone.clone(),
    });
    let part = people_part(viewer, conn, scope, Side::Portal, dial, around).await?;
    let deciders = people::queries::clients_people(conn, scope, people::Role::TenantAdmin).await?;
    let record = onboarding::queries::record(conn, scope).await?;
    let crawl = website::queries::readable_crawl(conn, scope).await?;
    let brand = record.brand_or(crawl.as_ref().and_then(|crawl| crawl.brand.as_ref()));
    let policy = &tenant.settings.approval;
    Ok(SettingsPage {
        zones: Choices::time_zones(form.time_zone.clone()),
        form,
        errors,
        can_manage: viewer.can(id, Permission::ManageClients),
        can_configure: viewer.can(id, Permission::ConfigureClient),
        policy: PolicyForm {
            route: policy.route.as_str().to_owned(),
            decides: KINDS
                .map(|(kind, words)| (kind, words, policy.client_decides.iter().any(|own| own == kind)))
                .to_vec(),
            own_work: policy.allow_own_work,
        },
        nobody_decides: policy.route == ApprovalRoute::InternalThenClient && deciders.is_empty(),
        people: part,
        archived: tenant.archived_at.map(|at| dial.moment(at)),
        dashboard: Side::Client.base(id),
        colours: brand.colours.iter().map(|hex| Swatch { hex: hex.clone(), ..Swatch::default() }).collect(),
        fonts: brand.fonts,
        brand_href: paths::onboarding_step(id, "brand"),
        shell: open.shell,
        client: open.head,
    })
}

/// `GET /portal/clients/{id}/settings`.
pub(super) async fn page(viewer: Viewer, At(id): At<TenantId>) -> Answer {
    let view = view(&viewer, id, None, FieldErrors::default(), PeopleAround::default()).await?;
    viewer.page(&view)
}

/// The page with what a form about the client's people led to.
pub(crate) async fn people_page(viewer: Viewer, id: TenantId, around: PeopleAround) -> Answer {
    let refused = around.refuses();
    let view = view(&viewer, id, None, FieldErrors::default(), around).await?;
    if refused { viewer.form_again(&view) } else { viewer.page(&view) }
}

fn here(id: TenantId) -> String {
    paths::client_tab(id, ClientTab::Settings)
}

/// `POST …/settings`.
pub(super) async fn save(viewer: Viewer, At(id): At<TenantId>, Form(form): Form<NewClientForm>) -> Answer {
    let scope = viewer.scope(id, Permission::ManageClients)?;
    let change = ChangeTenant {
        name: Some(form.name.clone()),
        website: Some(form.website.clone()),
        zone: Some(form.time_zone.clone()),
        client_group_id: None,
    };
    let mut tx = viewer.begin().await?;
    match tenants::commands::change_tenant(&mut tx, scope, change).await {
        Ok(_) => {
            tx.commit().await?;
            Ok(viewer.done(Flash::good("Saved."), &here(id)))
        }
        Err(error) => {
            drop(tx);
            let errors = FieldErrors::of(&error).ok_or(error)?.renamed("zone", "time_zone");
            let view = view(&viewer, id, Some(form), errors, PeopleAround::default()).await?;
            viewer.form_again(&view)
        }
    }
}

/// `POST …/settings/approval`: what waits follows the new policy at once.
pub(super) async fn save_policy(viewer: Viewer, At(id): At<TenantId>, Form(fields): Form<Fields>) -> Answer {
    let scope = viewer.scope(id, Permission::ConfigureClient)?;
    let route: ApprovalRoute = fields.parse("route", "a way to approve")?;
    let client_decides: Vec<String> = fields.all("decides").into_iter().map(str::to_owned).collect();
    if route == ApprovalRoute::InternalThenClient && client_decides.is_empty() {
        let flash = Flash::warning("Not saved: tick at least one thing that the client decides on.");
        return Ok(viewer.done(flash, &here(id)));
    }
    let mut tx = viewer.begin().await?;
    let mut settings = tenants::queries::settings(&mut tx, scope).await?;
    // What is greyed out while the client is not asked is kept for when they are.
    let client_decides = if client_decides.is_empty() { settings.approval.client_decides } else { client_decides };
    settings.approval = ApprovalPolicy { route, client_decides, allow_own_work: fields.checked("own_work") };
    tenants::commands::change_settings(&mut tx, scope, settings).await?;
    tx.commit().await?;
    Ok(viewer.done(Flash::good("Saved. What waits for a decision follows it."), &here(id)))
}

/// `POST …/settings/archive`.
pub(super) async fn archive(viewer: Viewer, At(id): At<TenantId>) -> Answer {
    let scope = viewer.scope(id, Permission::ManageClients)?;
    let mut tx = viewer.begin().await?;
    tenants::commands::archive_tenant(&mut tx, scope).await?;
    tx.commit().await?;
    Ok(viewer.done(Flash::good("Archived. The record stays; nothing new is made."), &here(id)))
}

/// `POST …/settings/restore`.
pub(super) async fn restore(viewer: Viewer, At(id): At<TenantId>) -> Answer {
    let scope = viewer.scope(id, Permission::ManageClients)?;
    let mut tx = viewer.begin().await?;
    tenants::commands::restore_tenant(&mut tx, scope).await?;
    tx.commit().await?;
    Ok(viewer.done(Flash::good("The client is active again."), &here(id)))
}

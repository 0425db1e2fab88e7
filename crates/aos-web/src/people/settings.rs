//! Manage → Settings: the agency itself, and what it asks of whoever signs in.

use aos_features::people::{self, OfficeNetworks, Permission, Role, UserFilter, settings};
use aos_kernel::{AgencyScope, PageSize, Result};
use aos_storage::Conn;
use axum::Form;

use super::views::SettingsPage;
use crate::{
    flash::Flash,
    forms::{FieldErrors, Fields},
    layout::Place,
    paths,
    session::{Answer, Viewer},
    ui::Choices,
};

/// What could not be taken, as it was typed.
#[derive(Default)]
struct Typed {
    agency: Option<(String, String)>,
    networks: Option<String>,
    errors: FieldErrors,
}

async fn view(viewer: &Viewer, typed: Typed) -> Result<SettingsPage> {
    let scope = viewer.agency(Permission::OperateSystem)?;
    let mut conn = viewer.read().await?;
    let agency = people::queries::agency(&mut conn).await?;
    let security = settings::security(&mut conn).await?;
    let (name, zone) = typed.agency.unwrap_or((agency.name, agency.zone));
    Ok(SettingsPage {
        shell: viewer.shell(&mut conn, "Settings", Place::Settings).await?,
        errors: typed.errors,
        name,
        zones: Choices::time_zones(zone),
        two_factor: security.two_factor_required,
        without_two_factor: without(&mut conn, &scope).await?,
        networks: typed.networks.unwrap_or_else(|| security.office_networks.lines()),
        address: viewer.address.clone(),
    })
}

/// How many of the staff have no second factor; more than a page of them is a page of them.
async fn without(conn: &mut Conn, scope: &AgencyScope) -> Result<u64> {
    let mut staff = std::collections::HashSet::new();
    for role in Role::ALL.iter().filter(|role| role.is_agency_wide()) {
        let filter =
            UserFilter { active: Some(true), role: Some(*role), two_factor: Some(false), ..UserFilter::default() };
        let size = PageSize::clamped(PageSize::MAX);
        let page = people::queries::users(conn, scope, &filter, None, size).await?;
        staff.extend(page.items.into_iter().map(|person| person.user.id));
    }
    Ok(staff.len() as u64)
}

/// `GET /manage/settings`.
pub(super) async fn page(viewer: Viewer) -> Answer {
    let view = view(&viewer, Typed::default()).await?;
    viewer.page(&view)
}

async fn again(viewer: Viewer, error: aos_kernel::Error, typed: Typed) -> Answer {
    let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
    let view = view(&viewer, Typed { errors: errors.renamed("zone", "time_zone"), ..typed }).await?;
    viewer.form_again(&view)
}

/// `POST /manage/settings`.
pub(super) async fn change_agency(viewer: Viewer, Form(fields): Form<Fields>) -> Answer {
    viewer.principal.require(Permission::OperateSystem)?;
    let (name, zone) = (fields.text("name").to_owned(), fields.text("time_zone").to_owned());
    let mut tx = viewer.begin().await?;
    match people::commands::rename_agency(&mut tx, &name, &zone).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(viewer.done(Flash::good("Saved."), paths::SETTINGS))
        }
        Err(error) => again(viewer, error, Typed { agency: Some((name, zone)), ..Typed::default() }).await,
    }
}

/// `POST /manage/settings/security`.
pub(super) async fn change_security(viewer: Viewer, Form(fields): Form<Fields>) -> Answer {
    viewer.principal.require(Permission::OperateSystem)?;
    let networks = fields.text("office_networks").to_owned();
    match try_security(&viewer, fields.checked("two_factor"), &networks).await {
        Ok(()) => Ok(viewer.done(Flash::good("Saved."), paths::SETTINGS)),
        Err(error) => again(viewer, error, Typed { networks: Some(networks), ..Typed::default() }).await,
    }
}

async fn try_security(viewer: &Viewer, two_factor: bool, networks: &str) -> Result<()> {
    let networks = OfficeNetworks::parse(networks)?;
    let mut tx = viewer.begin().await?;
    settings::require_two_factor(&mut tx, two_factor).await?;
    settings::limit_to_office(&mut tx, &networks, viewer.address.as_deref()).await?;
    tx.commit().await
}

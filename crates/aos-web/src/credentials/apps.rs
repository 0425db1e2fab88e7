//! Manage → Credentials → Applications: in whose name the platforms are asked for consents.

use aos_features::{
    channels::{AppState, Tested},
    people::Permission,
    read_models::names::Names,
};
use aos_kernel::{ErrorKind, Secret};
use axum::Form;
use chrono::TimeDelta;

use super::views::{AppRow, AppsPage, VersionLine};
use crate::{
    channels::{return_address, scopes},
    flash::Flash,
    forms::{FieldErrors, Fields},
    layout::Place,
    paths,
    session::{Answer, At, Viewer},
    show::{Dial, who},
    ui::moment::day,
};

/// A version that ends sooner than this is worth a warning.
const SUNSET: TimeDelta = TimeDelta::days(60);

fn version(app: &AppState, dial: Dial) -> Option<VersionLine> {
    let version = app.descriptor.api_version.as_ref()?;
    let today = dial.now.with_timezone(&dial.zone).date_naive();
    let tone = match version.sunset {
        Some(sunset) if sunset <= today => "bad",
        Some(sunset) if sunset - today <= SUNSET => "warning",
        _ => "",
    };
    Some(VersionLine {
        name: version.name.to_string(),
        sunset: version.sunset.map(day),
        tone,
        setting: format!("platforms.{}.api_version", app.descriptor.id),
    })
}

fn row(app: &AppState, names: &Names, dial: Dial, sent: &Sent) -> AppRow {
    let open = sent.platform == app.descriptor.id;
    AppRow {
        id: app.descriptor.id.to_owned(),
        name: app.descriptor.name.to_owned(),
        registered_at: app.descriptor.consent.map_or("", |consent| consent.registered_at).to_owned(),
        scopes: scopes(&app.descriptor, None),
        client_id: if open { sent.client_id.clone() } else { app.client_id.clone().unwrap_or_default() },
        known: app.is_known(),
        simulated: app.simulated,
        tested: app.tested_at.map(|at| dial.moment(at)),
        problem: app.problem.clone(),
        by: app.updated_by.as_ref().map(|actor| who(names, actor).0),
        at: app.updated_at.map(|at| dial.moment(at)),
        version: version(app, dial),
        open,
        errors: if open { sent.errors.clone() } else { FieldErrors::default() },
    }
}

/// What came back with a mistake.
#[derive(Default)]
struct Sent {
    platform: String,
    client_id: String,
    errors: FieldErrors,
}

async fn show(viewer: Viewer, sent: Sent) -> Answer {
    viewer.principal.require(Permission::OperateSystem)?;
    let mut conn = viewer.read().await?;
    let apps = viewer.state.product.connections.apps(&mut conn).await?;
    let names = Names::of(&mut conn, apps.iter().filter_map(|app| app.updated_by.as_ref())).await?;
    let dial = Dial { zone: crate::people::agency_zone(&mut conn).await?, now: viewer.now };
    let again = !sent.errors.is_empty();
    let view = AppsPage {
        shell: viewer
            .shell(&mut conn, "Applications", Place::Credentials)
            .await?
            .under("Credentials", paths::CREDENTIALS),
        redirect: return_address(&viewer.state.settings)?.to_string(),
        missing: apps.iter().filter(|app| !app.is_known()).count(),
        apps: apps.iter().map(|app| row(app, &names, dial, &sent)).collect(),
    };
    if again { viewer.form_again(&view) } else { viewer.page(&view) }
}

/// `GET /manage/credentials/applications`.
pub(super) async fn page(viewer: Viewer) -> Answer {
    show(viewer, Sent::default()).await
}

/// `POST …/applications/{platform}`.
pub(super) async fn save(viewer: Viewer, At(platform): At<String>, Form(fields): Form<Fields>) -> Answer {
    viewer.principal.require(Permission::OperateSystem)?;
    let agency = viewer.agency(Permission::OperateSystem)?;
    let client_id = fields.text("client_id").to_owned();
    let secret = Secret::new(fields.raw("client_secret"));
    let mut tx = viewer.begin().await?;
    match viewer.state.product.connections.save_app(&mut tx, &agency, &platform, &client_id, &secret).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(viewer.done(Flash::good("Kept. Test it before clients connect with it."), paths::PLATFORM_APPS))
        }
        Err(error) if error.kind() == ErrorKind::Invalid => {
            tx.rollback().await?;
            let mut errors = FieldErrors::default();
            errors.add(error.field().unwrap_or_default(), error.message());
            show(viewer, Sent { platform, client_id, errors }).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST …/applications/{platform}/test`.
pub(super) async fn test(viewer: Viewer, At(platform): At<String>) -> Answer {
    viewer.principal.require(Permission::OperateSystem)?;
    let agency = viewer.agency(Permission::OperateSystem)?;
    let redirect = return_address(&viewer.state.settings)?;
    let product = &viewer.state.product;
    let actor = viewer.principal.actor().clone();
    let tested = product.connections.test_app(&product.db, actor, &agency, &platform, redirect).await;
    let flash = match tested {
        Ok(Tested::Known) => Flash::good("The platform knows the application and takes its secret."),
        Ok(Tested::Refused(why)) => Flash::bad(why),
        Ok(Tested::Unclear(why)) => Flash::warning(why),
        Err(error) => return Err(error.into()),
    };
    Ok(viewer.done(flash, paths::PLATFORM_APPS))
}

/// `POST …/applications/{platform}/remove`.
pub(super) async fn remove(viewer: Viewer, At(platform): At<String>) -> Answer {
    viewer.principal.require(Permission::OperateSystem)?;
    let agency = viewer.agency(Permission::OperateSystem)?;
    let mut tx = viewer.begin().await?;
    viewer.state.product.connections.remove_app(&mut tx, &agency, &platform).await?;
    tx.commit().await?;
    let flash = Flash::good("Removed. What was connected with it works until its access has to be renewed.");
    Ok(viewer.done(flash, paths::PLATFORM_APPS))
}

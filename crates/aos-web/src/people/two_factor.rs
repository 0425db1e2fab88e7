//! One's own second factor.

use aos_features::people::{
    settings,
    two_factor::{self, TwoFactor},
};
use aos_kernel::{Error, Result, Secret};
use axum::Form;
use base64::{Engine, engine::general_purpose::STANDARD};
use qrcode::{EcLevel, QrCode, render::svg};

use super::{
    roles::zone,
    views::{TwoFactorPage, TwoFactorStep},
};
use crate::{
    flash::Flash,
    forms::{FieldErrors, Fields},
    layout::Place,
    paths,
    session::{Answer, Viewer},
    show::Dial,
};

/// The smallest side of the picture, in CSS pixels.
const SIDE: u32 = 208;

/// A QR code as an image that stands in the page itself. Black on white in either theme, as cameras want it.
fn picture(uri: &Secret) -> Result<String> {
    let code = QrCode::with_error_correction_level(uri.expose(), EcLevel::M).map_err(Error::internal)?;
    let image = code.render::<svg::Color<'_>>().min_dimensions(SIDE, SIDE).quiet_zone(true).build();
    Ok(format!("data:image/svg+xml;base64,{}", STANDARD.encode(image)))
}

/// In groups of four, as people type it.
fn grouped(secret: &Secret) -> String {
    let letters: Vec<char> = secret.expose().chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

async fn view(viewer: &Viewer, form: &'static str, errors: FieldErrors, codes: Vec<Secret>) -> Result<TwoFactorPage> {
    let mut conn = viewer.read().await?;
    let credentials = &viewer.state.product.credentials;
    let dial = Dial { zone: zone(&mut conn).await?, now: viewer.now };
    let step = match two_factor::state(&mut conn, viewer.principal.user()).await? {
        TwoFactor::Off => TwoFactorStep::Off,
        TwoFactor::On { since, recovery_codes } => TwoFactorStep::On { since: dial.moment(since), recovery_codes },
        TwoFactor::Starting => match two_factor::setup(&mut conn, credentials, &viewer.principal).await? {
            Some(setup) => TwoFactorStep::Scan { picture: picture(&setup.uri)?, secret: grouped(&setup.secret) },
            None => TwoFactorStep::Off,
        },
    };
    Ok(TwoFactorPage {
        step,
        errors,
        form,
        required: viewer.principal.is_staff() && settings::security(&mut conn).await?.two_factor_required,
        // Just set up: nothing holds them back any more.
        forced: viewer.must_set_up_two_factor && codes.is_empty(),
        codes: codes.iter().map(|code| code.expose().to_owned()).collect(),
        shell: viewer
            .shell(&mut conn, "Two-factor sign-in", Place::Account)
            .await?
            .under("Your account", paths::ACCOUNT),
    })
}

/// `GET /account/two-factor`.
pub(super) async fn page(viewer: Viewer) -> Answer {
    let view = view(&viewer, "", FieldErrors::default(), Vec::new()).await?;
    viewer.page(&view)
}

/// `POST /account/two-factor/start`.
pub(super) async fn start(viewer: Viewer) -> Answer {
    let mut tx = viewer.begin().await?;
    match two_factor::start(&mut tx, &viewer.state.product.credentials, &viewer.principal).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(axum::response::IntoResponse::into_response(axum::response::Redirect::to(paths::TWO_FACTOR)))
        }
        Err(error) => again(viewer, "", error).await,
    }
}

async fn again(viewer: Viewer, form: &'static str, error: Error) -> Answer {
    let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
    let view = view(&viewer, form, errors, Vec::new()).await?;
    viewer.form_again(&view)
}

/// Shows recovery codes, once.
async fn codes_shown(viewer: Viewer, codes: Vec<Secret>) -> Answer {
    let view = view(&viewer, "", FieldErrors::default(), codes).await?;
    viewer.page(&view)
}

/// `POST /account/two-factor/confirm`.
pub(super) async fn confirm(viewer: Viewer, Form(fields): Form<Fields>) -> Answer {
    let product = &viewer.state.product;
    let code = fields.text("code");
    let confirmed =
        two_factor::confirm(&product.db, &product.credentials, &viewer.principal, viewer.session, code).await;
    match confirmed {
        Ok(codes) => codes_shown(viewer, codes).await,
        Err(error) => again(viewer, "confirm", error).await,
    }
}

/// `POST /account/two-factor/codes`.
pub(super) async fn codes(viewer: Viewer, Form(fields): Form<Fields>) -> Answer {
    let product = &viewer.state.product;
    let code = fields.text("code");
    match two_factor::renew_recovery_codes(&product.db, &product.credentials, &viewer.principal, code).await {
        Ok(codes) => codes_shown(viewer, codes).await,
        Err(error) => again(viewer, "codes", error).await,
    }
}

/// `POST /account/two-factor/off`.
pub(super) async fn off(viewer: Viewer, Form(fields): Form<Fields>) -> Answer {
    let product = &viewer.state.product;
    match two_factor::turn_off(&product.db, &product.credentials, &viewer.principal, fields.text("code")).await {
        Ok(()) => Ok(viewer.done(Flash::good("Two-factor sign-in is off."), paths::ACCOUNT)),
        Err(error) => again(viewer, "off", error).await,
    }
}

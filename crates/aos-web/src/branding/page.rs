//! Manage → Settings → Branding.

use aos_features::people::{Permission, branding};
use aos_kernel::{Error, Result};
use axum::{Form, extract::Multipart};

use super::{
    colour::{Accent, Rgb},
    logo_href,
    views::{BrandingPage, UsedColour},
};
use crate::{
    flash::Flash,
    forms::{FieldErrors, Fields},
    layout::Place,
    paths,
    session::{Answer, Viewer},
    ui::number::measured,
    website::views::Swatch,
};

async fn view(viewer: &Viewer, typed: Option<String>, errors: FieldErrors) -> Result<BrandingPage> {
    viewer.principal.require(Permission::OperateSystem)?;
    let mut conn = viewer.read().await?;
    let chosen = branding::branding(&mut conn).await?;
    let shell = viewer.shell(&mut conn, "Branding", Place::Branding).await?;
    Ok(BrandingPage {
        shell,
        used: chosen.accent.as_deref().and_then(Accent::of).map(used),
        logo: logo_href(&chosen),
        accent: typed.or(chosen.accent).unwrap_or_default(),
        errors,
        takes: format!("PNG, JPEG or WebP, up to {} kB.", branding::LARGEST_LOGO >> 10),
    })
}

fn used(accent: Accent) -> UsedColour {
    let swatch = |colour: Rgb| Swatch { hex: colour.to_string(), ..Swatch::default() };
    let note = match (accent.light == accent.chosen, accent.dark == accent.chosen) {
        (true, true) => None,
        (false, true) => Some("On light grounds it is darkened a little, so that words in it and on it can be read."),
        (true, false) => Some("On dark grounds it is lightened a little, so that words in it and on it can be read."),
        (false, false) => Some("It is darkened on light and lightened on dark grounds, so that words can be read."),
    };
    UsedColour {
        light: swatch(accent.light),
        on_light: swatch(accent.on_light),
        dark: swatch(accent.dark),
        on_dark: swatch(accent.on_dark),
        light_contrast: measured(accent.light.contrast(accent.on_light)),
        dark_contrast: measured(accent.dark.contrast(accent.on_dark)),
        note: note.map(str::to_owned),
    }
}

/// `GET /manage/settings/branding`.
pub(super) async fn page(viewer: Viewer) -> Answer {
    let view = view(&viewer, None, FieldErrors::default()).await?;
    viewer.page(&view)
}

/// `POST /manage/settings/branding`; an empty colour takes it back.
pub(super) async fn set_accent(viewer: Viewer, Form(fields): Form<Fields>) -> Answer {
    let agency = viewer.agency(Permission::OperateSystem)?;
    let typed = fields.text("accent").to_owned();
    let accent = (!typed.is_empty()).then_some(typed.as_str());
    let mut tx = viewer.begin().await?;
    match branding::set_accent(&mut tx, &agency, accent).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(viewer.done(Flash::good("Saved. Your clients see it on their next page."), paths::BRANDING))
        }
        Err(error) => {
            drop(tx);
            let errors = FieldErrors::of(&error).ok_or(error)?;
            let view = view(&viewer, Some(typed), errors).await?;
            viewer.form_again(&view)
        }
    }
}

/// `POST /manage/settings/branding/logo`.
pub(super) async fn set_logo(viewer: Viewer, mut form: Multipart) -> Answer {
    let agency = viewer.agency(Permission::OperateSystem)?;
    let unreadable = |error: axum::extract::multipart::MultipartError| {
        Error::invalid("logo", "The upload broke off or is too large.").with_context(error)
    };
    let mut bytes = axum::body::Bytes::new();
    let read = async {
        while let Some(field) = form.next_field().await.map_err(unreadable)? {
            if field.name() == Some("logo") {
                bytes = field.bytes().await.map_err(unreadable)?;
            }
        }
        let (db, objects) = (&viewer.state.product.db, &viewer.state.product.objects);
        branding::set_logo(db, objects, &agency, viewer.principal.actor().clone(), bytes).await
    };
    match read.await {
        Ok(()) => Ok(viewer.done(Flash::good("The logo is kept."), paths::BRANDING)),
        Err(error) => {
            let errors = FieldErrors::of(&error).ok_or(error)?;
            let view = view(&viewer, None, errors).await?;
            viewer.form_again(&view)
        }
    }
}

/// `POST /manage/settings/branding/logo/remove`.
pub(super) async fn remove_logo(viewer: Viewer) -> Answer {
    let agency = viewer.agency(Permission::OperateSystem)?;
    let mut tx = viewer.begin().await?;
    branding::remove_logo(&mut tx, &agency).await?;
    tx.commit().await?;
    Ok(viewer.done(Flash::good("The logo is taken away."), paths::BRANDING))
}

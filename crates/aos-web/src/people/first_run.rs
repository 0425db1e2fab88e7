//! The first run: the agency and its first administrator.

use aos_features::people::{self, Email, HashedPassword, commands::NewUser, sessions};
use aos_kernel::{Actor, Error, ErrorKind, Result, Secret};
use axum::{
    Form,
    response::{IntoResponse, Redirect},
};

use super::views::{FirstRunForm, FirstRunPage};
use crate::{
    app,
    flash::Flash,
    forms::{FieldErrors, Fields},
    paths,
    session::{Answer, Guest, session_cookie},
    ui::Choices,
};

fn view(guest: &Guest, form: FirstRunForm, errors: FieldErrors) -> FirstRunPage {
    FirstRunPage {
        shell: guest.shell(String::new(), "Set up"),
        zones: Choices::time_zones(form.time_zone.clone()),
        form,
        errors,
        password_length: people::SHORTEST_PASSWORD,
    }
}

/// `GET /first-run`: only while there is no agency.
pub(super) async fn page(guest: Guest) -> Answer {
    if guest.state.is_set_up().await? {
        return Ok(Redirect::to(paths::QUEUE).into_response());
    }
    let form = FirstRunForm { time_zone: "Europe/Berlin".into(), ..FirstRunForm::default() };
    let page = app::page(&view(&guest, form, FieldErrors::default()))?;
    Ok((guest.jar, page).into_response())
}

/// `POST /first-run`: sets the agency up and signs its first administrator in.
pub(super) async fn set_up(guest: Guest, Form(fields): Form<Fields>) -> Answer {
    let form = FirstRunForm {
        agency: fields.text("agency").to_owned(),
        time_zone: fields.text("time_zone").to_owned(),
        name: fields.text("name").to_owned(),
        email: fields.text("email").to_owned(),
    };
    match try_set_up(&guest, &form, Secret::new(fields.raw("password"))).await {
        Ok(session) => {
            let cookie = session_cookie(&guest.state.settings, &session, guest.now);
            let welcome = Flash::good("All set. Add your first client to begin.");
            Ok((guest.jar.add(cookie), welcome.redirect(&guest.state.signer, paths::QUEUE)).into_response())
        }
        Err(error) if error.code() == "already_set_up" => Err(error.into()),
        Err(error) => {
            let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            app::form_again(&view(&guest, form, errors.renamed("zone", "time_zone")))
        }
    }
}

async fn try_set_up(guest: &Guest, form: &FirstRunForm, password: Secret) -> Result<people::NewSession> {
    if form.agency.is_empty() {
        return Err(Error::invalid("agency", "This can't be empty."));
    }
    // Asked before a password is hashed, which is made to be slow.
    if guest.state.is_set_up().await? {
        let words = "The agency is set up already.";
        return Err(Error::new(ErrorKind::Conflict, "already_set_up", words).with_help("Sign in instead."));
    }
    let administrator = NewUser {
        email: Email::parse(&form.email)?,
        name: form.name.clone(),
        password: HashedPassword::chosen(&password).await?,
    };
    let mut tx = guest.state.product.db.begin(Actor::system("people")).await?;
    let (_, user) = people::commands::set_up_agency(&mut tx, &form.agency, &form.time_zone, administrator).await?;
    let session = sessions::start(&mut tx, user, guest.address.as_deref(), guest.user_agent.as_deref()).await?;
    tx.commit().await?;
    Ok(session)
}

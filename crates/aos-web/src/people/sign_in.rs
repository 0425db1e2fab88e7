//! Signing in and out.

use aos_features::people::{self, SignIn, sessions};
use aos_kernel::{ErrorKind, Secret};
use axum::{
    Form,
    extract::Query,
    response::{IntoResponse, Redirect},
};

use super::views::{SignInForm, SignInPage};
use crate::{
    app,
    forms::{FieldErrors, Fields, safe_next},
    paths,
    session::{Answer, Guest, Viewer, no_session_cookie, session_cookie, session_secret},
};

async fn view(guest: &Guest, form: SignInForm, errors: FieldErrors) -> aos_kernel::Result<SignInPage> {
    let agency = people::queries::agency(&mut guest.state.product.db.read().await?).await?.name;
    let notice = (session_secret(&guest.jar).is_some() && errors.is_empty())
        .then(|| "You were signed out, because your session ended.".to_owned());
    Ok(SignInPage { shell: guest.shell(agency, "Sign in"), form, errors, notice })
}

/// `GET /sign-in`.
pub(super) async fn page(guest: Guest, Query(form): Query<SignInForm>) -> Answer {
    let page = app::page(&view(&guest, form, FieldErrors::default()).await?)?;
    Ok((guest.jar, page).into_response())
}

/// `POST /sign-in`: starts a session, and ends the one that the browser held before.
pub(super) async fn sign_in(guest: Guest, Form(fields): Form<Fields>) -> Answer {
    let form = SignInForm { email: fields.text("email").to_owned(), next: fields.text("next").to_owned() };
    let input = SignIn {
        email: form.email.clone(),
        password: Secret::new(fields.raw("password")),
        address: guest.address.clone(),
        user_agent: guest.user_agent.clone(),
        previous: session_secret(&guest.jar),
    };
    match sessions::sign_in(&guest.state.product.db, input).await {
        Ok(session) => {
            let to = if session.must_change_password { paths::PASSWORD } else { safe_next(&form.next) };
            let cookie = session_cookie(&guest.state.settings, &session, guest.now);
            Ok((guest.jar.add(cookie), Redirect::to(to)).into_response())
        }
        Err(error) if matches!(error.kind(), ErrorKind::Unauthenticated | ErrorKind::Limited) => {
            let mut errors = FieldErrors::default();
            errors.add("", error.message());
            app::form_again(&view(&guest, form, errors).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /sign-out`.
pub(super) async fn sign_out(viewer: Viewer) -> Answer {
    if let Some(session) = viewer.session {
        let mut tx = viewer.begin().await?;
        sessions::end(&mut tx, &viewer.principal, session).await?;
        tx.commit().await?;
    }
    let jar = axum_extra::extract::cookie::CookieJar::new().remove(no_session_cookie());
    Ok((jar, Redirect::to(paths::SIGN_IN)).into_response())
}

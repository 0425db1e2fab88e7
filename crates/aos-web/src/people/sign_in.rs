//! Signing in, its second step, and signing out.

use aos_features::people::{Entry, SignIn, sessions, two_factor};
use aos_kernel::{ErrorKind, Secret};
use axum::{
    Form,
    extract::Query,
    response::{IntoResponse, Redirect},
};

use super::{
    enter::{entered, provider_button, with_next},
    views::{CodePage, SignInForm, SignInPage},
};
use crate::{
    app,
    flash::Flash,
    forms::{FieldErrors, Fields, safe_next},
    paths,
    session::{Answer, Guest, PENDING_COOKIE, Viewer, no_passing_cookie, no_session_cookie, session_secret},
};

async fn view(guest: &Guest, form: SignInForm, errors: FieldErrors) -> aos_kernel::Result<SignInPage> {
    let notice = (session_secret(&guest.jar).is_some() && errors.is_empty())
        .then(|| "You were signed out, because your session ended.".to_owned());
    let provider = provider_button(guest, &form.next).await?;
    Ok(SignInPage { shell: guest.branded("Sign in").await?, form, errors, notice, provider })
}

/// `GET /sign-in`.
pub(super) async fn page(guest: Guest, Query(form): Query<SignInForm>) -> Answer {
    let page = app::page(&view(&guest, form, FieldErrors::default()).await?)?;
    Ok((guest.jar, page).into_response())
}

/// `POST /sign-in`: starts a session and ends the one that the browser held before, or asks for a code.
pub(super) async fn sign_in(guest: Guest, Form(fields): Form<Fields>) -> Answer {
    let form = SignInForm { email: fields.text("email").to_owned(), next: fields.text("next").to_owned() };
    let browser = guest.browser();
    let input = SignIn {
        email: form.email.clone(),
        password: Secret::new(fields.raw("password")),
        address: browser.address,
        user_agent: browser.user_agent,
        previous: browser.previous,
    };
    match sessions::sign_in(&guest.state.product.db, input).await {
        Ok(entry) => Ok(entered(guest, entry, &form.next, None)),
        Err(error) if matches!(error.kind(), ErrorKind::Unauthenticated | ErrorKind::Limited) => {
            let mut errors = FieldErrors::default();
            errors.add("", error.message());
            app::form_again(&view(&guest, form, errors).await?)
        }
        Err(error) => Err(error.into()),
    }
}

async fn code_view(guest: &Guest, next: &str, errors: FieldErrors) -> aos_kernel::Result<CodePage> {
    let shell = guest.branded("Your code").await?;
    Ok(CodePage { shell, errors, next: safe_next(next).to_owned() })
}

fn pending(guest: &Guest) -> Option<Secret> {
    guest.jar.get(PENDING_COOKIE).map(|cookie| Secret::new(cookie.value()))
}

/// `GET /sign-in/code`.
pub(super) async fn code_page(guest: Guest, Query(asked): Query<SignInForm>) -> Answer {
    let mut conn = guest.state.product.db.read().await?;
    let waits = match pending(&guest) {
        Some(pending) => two_factor::waits_for(&mut conn, &pending, guest.now).await?.is_some(),
        None => false,
    };
    drop(conn);
    if !waits {
        return Ok(Redirect::to(&with_next(paths::SIGN_IN, &asked.next)).into_response());
    }
    let page = app::page(&code_view(&guest, &asked.next, FieldErrors::default()).await?)?;
    Ok((guest.jar, page).into_response())
}

/// `POST /sign-in/code`.
pub(super) async fn code(guest: Guest, Form(fields): Form<Fields>) -> Answer {
    let next = fields.text("next").to_owned();
    let Some(pending) = pending(&guest) else {
        return Ok(Redirect::to(&with_next(paths::SIGN_IN, &next)).into_response());
    };
    let (product, browser) = (&guest.state.product, guest.browser());
    let done =
        two_factor::finish_sign_in(&product.db, &product.credentials, &pending, fields.text("code"), &browser).await;
    match done {
        Ok(session) => Ok(entered(guest, Entry::In(session), &next, None)),
        Err(error) if error.code() == "code_too_late" => {
            let words = Flash::warning(error.message());
            let jar = guest.jar.remove(no_passing_cookie(PENDING_COOKIE));
            Ok((jar, words.redirect(&guest.state.signer, &with_next(paths::SIGN_IN, &next))).into_response())
        }
        Err(error) => {
            let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            app::form_again(&code_view(&guest, &next, errors).await?)
        }
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

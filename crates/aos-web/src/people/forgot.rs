//! A password that was forgotten: asking for a link, and choosing a new one with it.

use aos_features::people::{self, resets};
use aos_kernel::{Error, Secret};
use axum::{Form, response::IntoResponse};

use super::{
    enter::{door, entered},
    views::{ForgotPage, ResetPage},
};
use crate::{
    app,
    flash::Flash,
    forms::{FieldErrors, Fields},
    notices, paths,
    session::{Answer, At, Guest},
};

async fn forgot(guest: &Guest) -> aos_kernel::Result<ForgotPage> {
    let shell = guest.branded("Forgot your password?").await?;
    let sends_mail = notices::sends_mail(&mut guest.state.product.db.read().await?, &guest.state).await?;
    Ok(ForgotPage { shell, sends_mail, ..ForgotPage::default() })
}

/// `GET /forgot`.
pub(super) async fn page(guest: Guest) -> Answer {
    let page = app::page(&forgot(&guest).await?)?;
    Ok((guest.jar, page).into_response())
}

/// `POST /forgot`: the same answer whether there is such an account or not.
pub(super) async fn request(guest: Guest, Form(fields): Form<Fields>) -> Answer {
    let email = fields.text("email").to_owned();
    let asked = resets::request(&guest.state.product.db, &email, guest.address.as_deref()).await;
    let view = ForgotPage { email, ..forgot(&guest).await? };
    match asked {
        Ok(()) => {
            let page = app::page(&ForgotPage { sent: view.sends_mail, ..view })?;
            Ok((guest.jar, page).into_response())
        }
        Err(error) => {
            let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            app::form_again(&ForgotPage { errors, ..view })
        }
    }
}

fn elsewhere() -> Vec<(&'static str, String)> {
    vec![("Ask for a new link", paths::FORGOT.to_owned()), ("Sign in", paths::SIGN_IN.to_owned())]
}

async fn closed(guest: Guest, error: Error) -> Answer {
    door(guest, "Choose a new password", error, elsewhere()).await
}

/// `GET /reset/{token}`.
pub(super) async fn reset_page(guest: Guest, At(token): At<String>) -> Answer {
    let mut conn = guest.state.product.db.read().await?;
    let user = match resets::look(&mut conn, &Secret::new(token), guest.now).await {
        Ok(user) => user,
        Err(error) => return closed(guest, error).await,
    };
    drop(conn);
    let page = view(&guest, user.email, FieldErrors::default()).await?;
    let page = app::page(&page)?;
    Ok((guest.jar, page).into_response())
}

async fn view(guest: &Guest, email: String, errors: FieldErrors) -> aos_kernel::Result<ResetPage> {
    let shell = guest.branded("Choose a new password").await?;
    Ok(ResetPage { shell, errors, email, password_length: people::SHORTEST_PASSWORD })
}

/// `POST /reset/{token}`.
pub(super) async fn reset(guest: Guest, At(token): At<String>, Form(fields): Form<Fields>) -> Answer {
    let (token, new, browser) = (Secret::new(token), Secret::new(fields.raw("password")), guest.browser());
    match resets::finish(&guest.state.product.db, &token, &new, &browser).await {
        Ok(entry) => {
            let words = Flash::good("Your password is changed. You are signed out everywhere else.");
            Ok(entered(guest, entry, "/", Some(words)))
        }
        Err(error) if error.field().is_some() => {
            let mut conn = guest.state.product.db.read().await?;
            let user = resets::look(&mut conn, &token, guest.now).await?;
            drop(conn);
            let errors = FieldErrors::of(&error).unwrap_or_default();
            app::form_again(&view(&guest, user.email, errors).await?)
        }
        Err(error) => closed(guest, error).await,
    }
}

//! Choosing one's own password: asked of whoever came in with a one-time password, open to everybody.

use aos_features::people;
use aos_kernel::Secret;
use axum::{Form, response::Response};

use super::views::PasswordPage;
use crate::{
    flash::Flash,
    forms::{FieldErrors, Fields},
    layout::Place,
    paths,
    session::{Answer, Viewer},
};

async fn view(viewer: &Viewer, errors: FieldErrors) -> aos_kernel::Result<PasswordPage> {
    let mut conn = viewer.read().await?;
    let mut shell = viewer.shell(&mut conn, "Your password", Place::Nowhere).await?;
    shell.brand = crate::branding::brand(&mut conn).await?;
    Ok(PasswordPage { shell, errors, password_length: people::SHORTEST_PASSWORD })
}

/// `GET /password`.
pub(super) async fn page(viewer: Viewer) -> Answer {
    let view = view(&viewer, FieldErrors::default()).await?;
    viewer.page(&view)
}

/// `POST /password`.
pub(super) async fn choose(viewer: Viewer, Form(fields): Form<Fields>) -> Answer {
    let (current, new) = (Secret::new(fields.raw("current")), Secret::new(fields.raw("password")));
    let changed =
        people::commands::change_password(&viewer.state.product.db, &viewer.principal, viewer.session, &current, &new);
    match changed.await {
        Ok(()) => Ok(changed_answer(&viewer)),
        Err(error) => match FieldErrors::of(&error) {
            Some(errors) => {
                let view = view(&viewer, errors).await?;
                viewer.form_again(&view)
            }
            None => Err(error.into()),
        },
    }
}

fn changed_answer(viewer: &Viewer) -> Response {
    if viewer.must_change_password {
        // The first password of their own is the last step of coming in.
        return viewer.done(Flash::good("From now on only you know your password."), "/");
    }
    viewer.done(Flash::good("Your password is changed. You are signed out everywhere else."), paths::ACCOUNT)
}

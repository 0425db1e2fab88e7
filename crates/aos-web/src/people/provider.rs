//! Signing in through the provider: there and back.

use aos_features::people::providers::{self, Arrival};
use aos_kernel::{Error, Secret};
use axum::{
    extract::Query,
    response::{IntoResponse, Redirect},
};
use serde::Deserialize;
use url::Url;

use super::{
    enter::{door, entered, with_next},
    views::SignInForm,
};
use crate::{
    forms::safe_next,
    paths,
    session::{Answer, Guest, VISIT_COOKIE, no_passing_cookie, passing_cookie},
    state::WebSettings,
};

/// How long somebody may be away.
const AWAY_MINUTES: u64 = 10;

/// Where the provider sends people back to.
pub(super) fn callback(settings: &WebSettings) -> aos_kernel::Result<Url> {
    settings.public_url.join(paths::PROVIDER_CALLBACK).map_err(Error::internal)
}

/// `GET /sign-in/provider`: a link rather than a form, because the browser's policy lets no form lead to another site.
pub(super) async fn depart(guest: Guest, Query(asked): Query<SignInForm>) -> Answer {
    let product = &guest.state.product;
    let callback = callback(&guest.state.settings)?;
    let next = safe_next(&asked.next);
    match providers::depart(&product.db, &product.credentials, &*product.sign_in, callback, next).await {
        Ok(departure) => {
            let cookie = passing_cookie(&guest.state.settings, VISIT_COOKIE, &departure.browser_secret, AWAY_MINUTES);
            Ok((guest.jar.add(cookie), Redirect::to(departure.url.as_str())).into_response())
        }
        Err(error) => {
            let back = vec![("Back to sign-in", with_next(paths::SIGN_IN, next))];
            door(guest, "Sign in", error, back).await
        }
    }
}

/// What the provider puts into the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Came {
    state: String,
    code: Option<Secret>,
    error: Option<String>,
}

/// `GET /sign-in/provider/callback`.
pub(super) async fn arrive(guest: Guest, Query(came): Query<Came>) -> Answer {
    let product = &guest.state.product;
    let arrival = Arrival {
        state: came.state,
        code: came.code,
        error: came.error,
        browser_secret: guest.jar.get(VISIT_COOKIE).map(|cookie| Secret::new(cookie.value())),
    };
    let callback = callback(&guest.state.settings)?;
    let browser = guest.browser();
    let arrived =
        providers::arrive(&product.db, &product.credentials, &*product.sign_in, callback, arrival, &browser).await;
    match arrived {
        Ok((entry, next)) => {
            let mut guest = guest;
            guest.jar = guest.jar.remove(no_passing_cookie(VISIT_COOKIE));
            Ok(entered(guest, entry, &next, None))
        }
        Err(error) => door(guest, "Sign in", error, vec![("Back to sign-in", paths::SIGN_IN.to_owned())]).await,
    }
}

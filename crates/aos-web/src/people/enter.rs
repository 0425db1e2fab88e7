//! The last step of every way in: a session, or the second factor first.

use aos_features::people::{Entry, providers};
use aos_kernel::{Error, Result};
use axum::response::{IntoResponse, Redirect, Response};
use url::form_urlencoded;

use super::views::DoorPage;
use crate::{
    app,
    error::WebError,
    flash::Flash,
    forms::safe_next,
    paths,
    session::{Answer, Guest, PENDING_COOKIE, no_passing_cookie, passing_cookie, session_cookie},
};

/// How long the browser keeps the secret of a sign-in that waits for a code.
const PENDING_MINUTES: u64 = 10;

/// A path with where to go afterwards.
pub(super) fn with_next(path: &str, next: &str) -> String {
    let next = safe_next(next);
    if next == "/" {
        return path.to_owned();
    }
    format!("{path}?next={}", form_urlencoded::byte_serialize(next.as_bytes()).collect::<String>())
}

/// Lets the browser in and leads it on, or asks it for the code. `words` greet whoever is in.
pub(super) fn entered(guest: Guest, entry: Entry, next: &str, words: Option<Flash>) -> Response {
    let settings = &guest.state.settings;
    match entry {
        Entry::In(session) => {
            let to = if session.must_change_password { paths::PASSWORD } else { safe_next(next) };
            let cookie = session_cookie(settings, &session, guest.now);
            let jar = guest.jar.add(cookie).remove(no_passing_cookie(PENDING_COOKIE));
            match words {
                Some(words) => (jar, words.redirect(&guest.state.signer, to)).into_response(),
                None => (jar, Redirect::to(to)).into_response(),
            }
        }
        Entry::Code(pending) => {
            let cookie = passing_cookie(settings, PENDING_COOKIE, &pending.token, PENDING_MINUTES);
            (guest.jar.add(cookie), Redirect::to(&with_next(paths::SIGN_IN_CODE, next))).into_response()
        }
    }
}

/// The provider's button: its name and where it leads.
pub(super) async fn provider_button(guest: &Guest, next: &str) -> Result<Option<(String, String)>> {
    let provider = providers::provider(&mut guest.state.product.db.read().await?).await?;
    Ok(provider
        .filter(|provider| provider.enabled)
        .map(|provider| (provider.name, with_next(paths::SIGN_IN_PROVIDER, next))))
}

/// The agency's name, for pages of people who are not signed in.
pub(super) async fn agency_name(guest: &Guest) -> Result<String> {
    Ok(aos_features::people::queries::agency(&mut guest.state.product.db.read().await?).await?.name)
}

/// A page for a link that leads nowhere, in the status of what is wrong; other errors stay what they are.
pub(super) async fn door(guest: Guest, title: &str, error: Error, actions: Vec<(&'static str, String)>) -> Answer {
    let icon = match error.code() {
        "invitation_accepted" | "link_used" => "circle-check",
        "invitation_expired" | "link_expired" => "clock",
        "link_unknown" | "invitation_revoked" => "link",
        "provider_said_no"
        | "visit_over"
        | "proof_not_good"
        | "email_not_verified"
        | "domain_not_taken"
        | "no_account"
        | "linked_to_another"
        | "no_provider"
        | "denied"
        | "provider_misconfigured"
        | "provider_refused"
        | "provider_unreachable"
        | "address_blocked" => "shield",
        _ => return Err(WebError(error)),
    };
    if let Some(context) = error.context() {
        tracing::warn!(code = error.code(), context, "somebody was not let in");
    }
    let page = DoorPage {
        shell: guest.branded(title).await?,
        icon,
        what: error.message().to_owned(),
        help: error.help().map(str::to_owned),
        actions,
    };
    Ok((crate::error::status(error.kind()), app::page(&page)?).into_response())
}

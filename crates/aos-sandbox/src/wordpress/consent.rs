//! The page on which a person grants an application password (contract 1.2). The sandbox asks for no sign-in: the
//! page acts for the editor's account and says so.

use aos_kernel::Timestamp;
use axum::{
    body::Body,
    http::{HeaderValue, Method, Response, StatusCode, header, request::Parts},
    response::{Html, IntoResponse},
};
use url::Url;

use super::{
    rest::Params,
    state::{AppPassword, Role, State},
    theme,
};
use crate::html::escape;

pub(super) fn serve(state: &mut State, parts: &Parts, body: &[u8], now: Timestamp) -> Response<Body> {
    if !state.settings.application_passwords {
        let page = theme::frame(state, "Not available", "<p>Application passwords are off on this site.</p>");
        return (StatusCode::NOT_IMPLEMENTED, Html(page)).into_response();
    }
    let mut params = Params::default();
    params.add_pairs(body);
    params.add_pairs(parts.uri.query().unwrap_or("").as_bytes());
    let text = |name: &str| params.text(name).unwrap_or_default();
    if parts.method != Method::POST {
        return Html(theme::frame(state, "Authorize application", &form(&text))).into_response();
    }
    let (allowed, back) = (text("approve") == "yes", text("success_url"));
    let back = if allowed { back } else { params.text("reject_url").unwrap_or(back) };
    let Ok(mut to) = Url::parse(&back) else {
        let page = theme::frame(state, "Nowhere to go", "<p>The application gave no address to come back to.</p>");
        return (StatusCode::BAD_REQUEST, Html(page)).into_response();
    };
    if allowed {
        let origin = state.origin.clone();
        let Some(user) = state.users.iter_mut().find(|user| user.role == Role::Editor) else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let password = AppPassword::generate(&text("app_name"), &text("app_id"), now);
        to.query_pairs_mut()
            .append_pair("site_url", &origin)
            .append_pair("user_login", &user.login)
            .append_pair("password", &password.secret);
        user.passwords.push(password);
    } else {
        to.query_pairs_mut().append_pair("success", "false");
    }
    match HeaderValue::from_str(to.as_str()) {
        Ok(location) => (StatusCode::FOUND, [(header::LOCATION, location)]).into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

fn form(text: &impl Fn(&str) -> String) -> String {
    let hidden: String = ["app_name", "app_id", "success_url", "reject_url"]
        .map(|name| format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(&text(name))))
        .concat();
    format!(
        "<h1>Authorize application</h1><p><strong>{}</strong> would like to write on this simulated site as the \
         account “editor”.</p><form method=\"post\">{hidden}<p><button name=\"approve\" value=\"yes\">Yes, I \
         approve</button> <button name=\"approve\" value=\"no\">No</button></p></form>",
        escape(&text("app_name"))
    )
}

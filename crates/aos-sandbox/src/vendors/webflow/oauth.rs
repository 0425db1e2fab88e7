//! Consent and tokens (contract: section 2.1).

use std::collections::HashMap;

use aos_kernel::Timestamp;
use axum::{
    Json,
    http::{Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use url::Url;

use super::state::{self, State};
use crate::vendors::{
    arrival::{Arrival, is_of_this_machine},
    consent::{self, Answer},
    grants::{Asked, GrantSettings, Grants, Refusal},
};

pub(super) const VENDOR: &str = "Webflow";
pub(super) const PATH: &str = "oauth/authorize";

pub(super) const RULES: GrantSettings = GrantSettings {
    client_id: "agency-os",
    client_secret: "sandbox-client-secret",
    scope_separator: ' ',
    pkce: false,
    code_seconds: 900,
    access_seconds: None,
    refresh_seconds: None,
    rotates: false,
};

pub(super) const SCOPES: &[&str] = &[
    "sites:read",
    "sites:write",
    "cms:read",
    "cms:write",
    "pages:read",
    "pages:write",
    "assets:read",
    "assets:write",
    "forms:read",
    "forms:write",
    "authorized_user:read",
];

fn refused_at_once(query: &str) -> Option<String> {
    let asked = consent::asked(&RULES, "client_id", query);
    if !is_of_this_machine(&asked.redirect_uri) {
        return Some("This address to go back to is not registered.".to_owned());
    }
    if asked.scopes.is_empty() {
        return Some("No scope is asked for.".to_owned());
    }
    let unknown = asked.scopes.iter().find(|scope| !SCOPES.contains(&scope.as_str()));
    unknown.map(|scope| format!("The scope {scope} is not known."))
}

/// `webflow.com`: the page, what was clicked on it, and taking back.
pub(super) fn page(state: &mut State, arrival: &Arrival, now: Timestamp) -> Response {
    match (&arrival.method, arrival.path.join("/").as_str()) {
        (&Method::GET, PATH) => match refused_at_once(&arrival.query) {
            Some(words) => consent::refused(VENDOR, &words),
            None => consent::ask(VENDOR, &RULES, "client_id", &arrival.query, &state::people()),
        },
        (&Method::POST, PATH) => {
            let query = arrival.form().remove("query").unwrap_or_default();
            match consent::answer(&RULES, "client_id", &arrival.body) {
                Ok(answer) => decide(state, &query, answer, now),
                Err(words) => consent::refused(VENDOR, &words),
            }
        }
        (&Method::POST, "oauth/revoke_authorization") => revoke(state, arrival),
        _ => consent::refused(VENDOR, "There is no such page."),
    }
}

/// What follows from an answer: the way back, with a code or with the refusal.
pub(super) fn decide(state: &mut State, query: &str, answer: Answer, now: Timestamp) -> Response {
    if let Some(words) = refused_at_once(query) {
        return consent::refused(VENDOR, &words);
    }
    match answer {
        Answer::Declined { asked } => consent::back(&asked, &[("error", "access_denied")]),
        Answer::Agreed { asked, person, scopes } if state::people().iter().any(|own| own.key == person) => {
            let scopes: Vec<String> = asked.scopes.iter().filter(|own| scopes.contains(*own)).cloned().collect();
            if scopes.is_empty() {
                return consent::back(&asked, &[("error", "access_denied")]);
            }
            let code = state.grants.agree(&RULES, &asked, &person, scopes, now);
            consent::back(&asked, &[("code", &code)])
        }
        Answer::Agreed { .. } => consent::refused(VENDOR, "There is no such person."),
    }
}

/// The answer that the page would give to a visit, without a browser.
pub(super) fn visit(
    state: &mut State,
    departure: &str,
    answer: impl FnOnce(Asked) -> Answer,
    now: Timestamp,
) -> Result<Url, String> {
    let url = Url::parse(departure).map_err(|error| error.to_string())?;
    if !url.path().ends_with(&format!("/{PATH}")) {
        return Err(format!("{} is not the consent page of {VENDOR}", url.path()));
    }
    let query = url.query().unwrap_or_default();
    let asked = consent::asked(&RULES, "client_id", query);
    Grants::refuse(&RULES, &asked)?;
    let response = decide(state, query, answer(asked), now);
    let to = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
    to.and_then(|to| Url::parse(to).ok()).ok_or_else(|| "the consent page refused the request".to_owned())
}

fn error(http: StatusCode, word: &str, words: &str) -> Response {
    (http, Json(json!({"error": word, "error_description": words}))).into_response()
}

/// What a fault looks like here.
pub(super) fn fault(http: StatusCode) -> Value {
    let word = if http == StatusCode::UNAUTHORIZED { "invalid_client" } else { "server_error" };
    json!({"error": word, "error_description": "The sandbox refuses on purpose."})
}

/// The body, as a form or as JSON.
fn given(arrival: &Arrival) -> HashMap<String, String> {
    if !arrival.is("application/json") {
        return arrival.form();
    }
    let Some(Value::Object(body)) = arrival.json() else { return HashMap::new() };
    body.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect()
}

fn is_known(given: &HashMap<String, String>) -> bool {
    let text = |name: &str| given.get(name).map_or("", String::as_str);
    text("client_id") == RULES.client_id && text("client_secret") == RULES.client_secret
}

/// `POST api.webflow.com/oauth/access_token`.
pub(super) fn token(state: &mut State, arrival: &Arrival, now: Timestamp) -> Response {
    let given = given(arrival);
    let text = |name: &str| given.get(name).map_or("", String::as_str);
    if arrival.method != Method::POST {
        return error(StatusCode::METHOD_NOT_ALLOWED, Refusal::InvalidRequest.word(), "Only POST is known here.");
    }
    if !is_known(&given) {
        return error(
            StatusCode::UNAUTHORIZED,
            Refusal::InvalidClient.word(),
            "Client id and secret don't go together.",
        );
    }
    if text("grant_type") != "authorization_code" {
        return error(StatusCode::BAD_REQUEST, Refusal::UnsupportedGrantType.word(), "Only codes are redeemed here.");
    }
    match state.grants.redeem(&RULES, text("code"), text("redirect_uri"), None, now) {
        Ok(given) => Json(json!({
            "access_token": given.access, "token_type": "bearer", "scope": given.scopes.join(" "),
        }))
        .into_response(),
        Err(refusal) => error(StatusCode::BAD_REQUEST, refusal.word(), "This code is not good."),
    }
}

fn revoke(state: &mut State, arrival: &Arrival) -> Response {
    let given = given(arrival);
    if !is_known(&given) {
        return error(
            StatusCode::UNAUTHORIZED,
            Refusal::InvalidClient.word(),
            "Client id and secret don't go together.",
        );
    }
    if state.grants.revoke(given.get("access_token").map_or("", String::as_str)) {
        Json(json!({"did_revoke": true})).into_response()
    } else {
        error(StatusCode::BAD_REQUEST, "invalid_token", "There is no such token.")
    }
}

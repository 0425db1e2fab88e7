//! Consent and tokens (contract: section 1).

use std::collections::BTreeSet;

use aos_kernel::Timestamp;
use axum::{
    Json,
    http::{Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use url::Url;

use super::{
    people,
    state::{LiveRefresh, State},
};
use crate::vendors::{
    arrival::{Arrival, is_of_this_machine},
    consent::{self, Answer},
    grants::{Given, GrantSettings, Refusal, Standing},
};

pub(super) const VENDOR: &str = "Google";
pub(super) const PATH: &str = "o/oauth2/v2/auth";
const WEEK: i64 = 7 * 86_400;
/// A refresh token that is not used for so long is dropped; it has no other end.
const UNUSED: TimeDelta = TimeDelta::days(183);
/// Without a word from the vendor, a token lives as long as nobody revokes it.
const NO_END: i64 = 50 * 365 * 86_400;

pub(super) const BUSINESS: &str = "https://www.googleapis.com/auth/business.manage";
pub(super) const WEBMASTERS: &str = "https://www.googleapis.com/auth/webmasters.readonly";
pub(super) const ANALYTICS: &str = "https://www.googleapis.com/auth/analytics.readonly";
pub(super) const ADWORDS: &str = "https://www.googleapis.com/auth/adwords";
const EMAIL: &str = "https://www.googleapis.com/auth/userinfo.email";
const PROFILE: &str = "https://www.googleapis.com/auth/userinfo.profile";

/// Each scope that may be asked for, and how the token answer writes it.
const SCOPES: &[(&str, &str)] = &[
    (BUSINESS, BUSINESS),
    (WEBMASTERS, WEBMASTERS),
    ("https://www.googleapis.com/auth/webmasters", "https://www.googleapis.com/auth/webmasters"),
    (ANALYTICS, ANALYTICS),
    (ADWORDS, ADWORDS),
    ("openid", "openid"),
    ("email", EMAIL),
    (EMAIL, EMAIL),
    ("profile", PROFILE),
    (PROFILE, PROFILE),
];

/// Google's rules. Whether a code brings a refresh token is decided for each consent.
pub(super) fn rules(testing: bool, refresh: bool) -> GrantSettings {
    GrantSettings {
        client_id: "agency-os",
        client_secret: "sandbox-client-secret",
        scope_separator: ' ',
        pkce: false,
        code_seconds: 600,
        access_seconds: Some(3_599),
        refresh_seconds: refresh.then_some(if testing { WEEK } else { NO_END }),
        rotates: false,
    }
}

/// What the page refuses before it asks anybody.
fn refused_at_once(state: &State, query: &str) -> Option<String> {
    let asked = consent::asked(&rules(false, true), "client_id", query);
    if asked.client_id != rules(false, true).client_id {
        return Some("Error 401: invalid_client. The OAuth client was not found.".to_owned());
    }
    let registered = &state.settings.redirects;
    let known = if registered.is_empty() {
        is_of_this_machine(&asked.redirect_uri)
    } else {
        registered.contains(&asked.redirect_uri)
    };
    if !known {
        return Some("Error 400: redirect_uri_mismatch. This address is not registered.".to_owned());
    }
    if asked.scopes.is_empty() {
        return Some("Error 400: invalid_request. Missing required parameter: scope.".to_owned());
    }
    let unknown = asked.scopes.iter().find(|scope| SCOPES.iter().all(|(own, _)| own != scope));
    unknown.map(|scope| format!("Error 400: invalid_scope. Unknown scope: {scope}"))
}

/// `accounts.google.com`: the page, and what was clicked on it.
pub(super) fn page(state: &mut State, arrival: &Arrival, now: Timestamp) -> Response {
    if arrival.path.join("/") != PATH {
        return consent::refused(VENDOR, "Error 404: there is no such page.");
    }
    let rules = rules(false, true);
    if arrival.method == Method::POST {
        let query = arrival.form().remove("query").unwrap_or_default();
        return match consent::answer(&rules, "client_id", &arrival.body) {
            Ok(answer) => decide(state, &query, answer, now),
            Err(words) => consent::refused(VENDOR, &words),
        };
    }
    match refused_at_once(state, &arrival.query) {
        Some(words) => consent::refused(VENDOR, &words),
        None => consent::ask(VENDOR, &rules, "client_id", &arrival.query, &people::people()),
    }
}

/// What follows from an answer: the way back, with a code or with the refusal.
pub(super) fn decide(state: &mut State, query: &str, answer: Answer, now: Timestamp) -> Response {
    if let Some(words) = refused_at_once(state, query) {
        return consent::refused(VENDOR, &words);
    }
    let (asked, person, ticked) = match answer {
        Answer::Declined { asked } => return consent::back(&asked, &[("error", "access_denied")]),
        Answer::Agreed { asked, person, scopes } => (asked, person, scopes),
    };
    if people::people().iter().all(|own| own.key != person) {
        return consent::refused(VENDOR, "There is no such person.");
    }
    let given = consent::pairs(query);
    let is = |name: &str, word: &str| given.get(name).is_some_and(|text| text.split(' ').any(|own| own == word));
    let mut scopes: BTreeSet<String> = SCOPES
        .iter()
        .filter(|(short, _)| ticked.contains(*short) && asked.scopes.iter().any(|own| own == short))
        .map(|(_, long)| (*long).to_owned())
        .collect();
    if scopes.is_empty() {
        return consent::back(&asked, &[("error", "access_denied")]);
    }
    let first = !state.allowed.contains_key(&person);
    let before = state.allowed.entry(person.clone()).or_default();
    before.extend(scopes.iter().cloned());
    if is("include_granted_scopes", "true") {
        scopes.clone_from(before);
    }
    let told: Vec<&str> = scopes.iter().map(String::as_str).collect();
    let told = told.join(" ");
    let code = state.grants.agree(&rules(false, true), &asked, &person, scopes, now);
    if is("access_type", "offline") && (first || is("prompt", "consent")) {
        state.offline.insert(code.clone());
    }
    consent::back(&asked, &[("code", &code), ("scope", &told)])
}

/// Where the page would send the browser.
pub(super) fn destination(response: &Response) -> Result<Url, String> {
    let to = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
    to.and_then(|to| Url::parse(to).ok()).ok_or_else(|| "the consent page refused the request".to_owned())
}

fn error(http: u16, word: &str, words: &str) -> Response {
    let http = StatusCode::from_u16(http).unwrap_or(StatusCode::BAD_REQUEST);
    (http, [(header::CACHE_CONTROL, "no-store")], Json(json!({"error": word, "error_description": words})))
        .into_response()
}

/// What a fault looks like here.
pub(super) fn fault(http: StatusCode) -> Value {
    let word = match http.as_u16() {
        400 => "invalid_request",
        401 => "invalid_client",
        429 => "rate_limit_exceeded",
        _ => "internal_failure",
    };
    json!({"error": word, "error_description": "The sandbox refuses on purpose."})
}

/// `oauth2.googleapis.com`.
pub(super) fn tokens(state: &mut State, arrival: &Arrival, now: Timestamp) -> Response {
    if arrival.method != Method::POST {
        return error(405, Refusal::InvalidRequest.word(), "Only POST is known here.");
    }
    match arrival.parts().as_slice() {
        ["token"] => token(state, arrival, now),
        ["revoke"] => revoke(state, arrival, now),
        _ => error(404, Refusal::InvalidRequest.word(), "There is no such address."),
    }
}

fn token(state: &mut State, arrival: &Arrival, now: Timestamp) -> Response {
    if !arrival.is("application/x-www-form-urlencoded") {
        return error(400, Refusal::InvalidRequest.word(), "A form is asked for.");
    }
    let form = arrival.form();
    let text = |name: &str| form.get(name).map_or("", String::as_str);
    let own = rules(false, true);
    if text("client_id") != own.client_id || text("client_secret") != own.client_secret {
        return error(401, Refusal::InvalidClient.word(), "The OAuth client was not found.");
    }
    let testing = state.settings.testing;
    match text("grant_type") {
        "authorization_code" => {
            let offline = state.offline.remove(text("code"));
            let redeemed = state.grants.redeem(&rules(testing, offline), text("code"), text("redirect_uri"), None, now);
            match redeemed {
                Ok(given) => {
                    keep_refresh(state, &given, now);
                    answer(&given, true, testing)
                }
                Err(refusal) => error(400, refusal.word(), "Malformed auth code."),
            }
        }
        "refresh_token" => {
            let live = state.refresh.iter_mut().find(|own| own.token == text("refresh_token"));
            let used = live.filter(|own| own.used_at + UNUSED > now).map(|own| own.used_at = now);
            let renewed =
                used.and_then(|()| state.grants.renew(&rules(testing, true), text("refresh_token"), now).ok());
            match renewed {
                Some(given) => answer(&given, false, testing),
                None => error(400, Refusal::InvalidGrant.word(), "Token has been expired or revoked."),
            }
        }
        "" => error(400, Refusal::InvalidRequest.word(), "Missing required parameter: grant_type"),
        other => error(400, Refusal::UnsupportedGrantType.word(), &format!("Invalid grant_type: {other}")),
    }
}

/// Remembers a new refresh token and lets the person's oldest go when there are too many.
fn keep_refresh(state: &mut State, given: &Given, now: Timestamp) {
    let Some(token) = &given.refresh else { return };
    state.refresh.push(LiveRefresh { token: token.clone(), person: given.person.clone(), used_at: now });
    while state.refresh.iter().filter(|own| own.person == given.person).count() > state.settings.refresh_tokens {
        if let Some(oldest) = state.refresh.iter().position(|own| own.person == given.person) {
            state.refresh.remove(oldest);
        }
    }
}

fn answer(given: &Given, with_refresh: bool, testing: bool) -> Response {
    let mut body = json!({
        "access_token": given.access, "expires_in": given.expires_in, "scope": given.scopes.join(" "),
        "token_type": "Bearer",
    });
    if with_refresh && let Some(refresh) = &given.refresh {
        body["refresh_token"] = json!(refresh);
        if testing {
            body["refresh_token_expires_in"] = json!(given.refresh_expires_in);
        }
    }
    ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

fn revoke(state: &mut State, arrival: &Arrival, now: Timestamp) -> Response {
    let token = arrival.form().remove("token").or_else(|| arrival.param("token")).unwrap_or_default();
    let live = state.refresh.iter().find(|own| own.token == token).map(|own| own.person.clone());
    let person = live.or_else(|| match state.grants.look(&token, now) {
        Standing::Good(holder) => Some(holder.person),
        _ => None,
    });
    match person {
        Some(person) => {
            forget(state, &person);
            Json(json!({})).into_response()
        }
        None => error(400, "invalid_token", "Token expired or revoked"),
    }
}

/// Everything that a person allowed is taken back.
pub(super) fn forget(state: &mut State, person: &str) {
    state.grants.revoke_person(person);
    state.refresh.retain(|own| own.person != person);
    state.allowed.remove(person);
}

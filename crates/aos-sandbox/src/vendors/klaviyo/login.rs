//! Consent and tokens (contract 2.1): PKCE, an hour for access, a refresh token that lives while it is used.

use std::collections::BTreeSet;

use axum::{
    Json,
    http::{Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use serde_json::json;
use url::Url;

use super::Klaviyo;
use crate::vendors::{
    arrival::Arrival,
    consent::{self, Answer, Person},
    grants::{Asked, Given, GrantSettings, Grants, Refusal},
};

const SETTINGS: GrantSettings = GrantSettings {
    client_id: "agency-os",
    client_secret: "sandbox-client-secret",
    scope_separator: ' ',
    pkce: true,
    code_seconds: 300,
    access_seconds: Some(3_600),
    refresh_seconds: Some(UNUSED),
    rotates: false,
};

/// A refresh token ends when it was not used for 90 days.
const UNUSED: i64 = 90 * 86_400;
const DECLINED: &[(&str, &str)] = &[("error", "access_denied"), ("error_description", "The user denied the request.")];
const SCOPES: &[&str] = &[
    "accounts",
    "campaigns",
    "events",
    "flows",
    "images",
    "lists",
    "metrics",
    "profiles",
    "segments",
    "tags",
    "templates",
    "webhooks",
];

/// What the consent page does not ask.
fn refuse(asked: &Asked) -> Result<(), String> {
    Grants::refuse(&SETTINGS, asked)?;
    if !consent::is_registered(&asked.redirect_uri) {
        return Err("The redirect address is not one of the application's.".to_owned());
    }
    let known = |scope: &str| {
        scope.split_once(':').is_some_and(|(name, right)| SCOPES.contains(&name) && matches!(right, "read" | "write"))
    };
    match asked.scopes.iter().find(|scope| !known(scope)) {
        Some(scope) => Err(format!("The scope {scope} is unknown.")),
        None => Ok(()),
    }
}

impl Klaviyo {
    fn people() -> Vec<Person> {
        let person = |key: &str, name: &str, detail: &str| Person {
            key: key.to_owned(),
            name: name.to_owned(),
            detail: detail.to_owned(),
        };
        vec![
            person("anna", "Anna Berg", "owns the account Harbour & Pine with two lists"),
            person("ben", "Ben Osei", "owns an account without a list"),
        ]
    }

    /// The person's answer without a browser; `scopes`: none for all that were asked.
    pub(super) fn decide(&self, departure: &Url, decision: Option<(&str, Option<&[&str]>)>) -> Result<Url, String> {
        if !departure.path().ends_with("/oauth/authorize") {
            return Err("This is not the address of Klaviyo's consent.".to_owned());
        }
        let asked = consent::asked(&SETTINGS, "client_id", departure.query().unwrap_or_default());
        refuse(&asked)?;
        let back = match decision {
            None => consent::way_back(&asked, DECLINED),
            Some((person, scopes)) => {
                let scopes = match scopes {
                    None => asked.scopes.iter().cloned().collect(),
                    Some(scopes) => scopes.iter().map(|scope| (*scope).to_owned()).collect(),
                };
                consent::way_back(&asked, &[("code", &self.agreed(&asked, person, scopes)?)])
            }
        };
        back.ok_or_else(|| "There is no address to go back to.".to_owned())
    }

    fn agreed(&self, asked: &Asked, person: &str, scopes: BTreeSet<String>) -> Result<String, String> {
        refuse(asked)?;
        if !Self::people().iter().any(|own| own.key == person) {
            return Err(format!("Nobody here is called {person}."));
        }
        let now = self.ground.clock.now();
        Ok(self.kept.change(|state| state.grants.agree(&SETTINGS, asked, person, scopes, now)))
    }

    pub(super) fn consent(&self, arrival: &Arrival) -> Response {
        if arrival.method != Method::POST {
            let asked = consent::asked(&SETTINGS, "client_id", &arrival.query);
            return match refuse(&asked) {
                Ok(()) => consent::ask("Klaviyo", &SETTINGS, "client_id", &arrival.query, &Self::people()),
                Err(words) => consent::refused("Klaviyo", &words),
            };
        }
        match consent::answer(&SETTINGS, "client_id", &arrival.body) {
            Ok(Answer::Agreed { asked, person, scopes }) => match self.agreed(&asked, &person, scopes) {
                Ok(code) => consent::back(&asked, &[("code", &code)]),
                Err(words) => consent::refused("Klaviyo", &words),
            },
            Ok(Answer::Declined { asked }) => consent::back(&asked, DECLINED),
            Err(words) => consent::refused("Klaviyo", &words),
        }
    }

    /// `POST /oauth/token`.
    pub(super) fn token(&self, arrival: &Arrival) -> Response {
        let form = arrival.form();
        let given = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        let now = self.ground.clock.now();
        let outcome = if !is_the_application(arrival) {
            Err(Refusal::InvalidClient)
        } else {
            self.kept.change(|state| {
                let settings = GrantSettings { rotates: state.rotates, ..SETTINGS };
                match given("grant_type") {
                    "authorization_code" if given("code").is_empty() || given("code_verifier").is_empty() => {
                        Err(Refusal::InvalidRequest)
                    }
                    "authorization_code" => {
                        let verifier = Some(given("code_verifier"));
                        state.grants.redeem(&settings, given("code"), given("redirect_uri"), verifier, now)
                    }
                    "refresh_token" => {
                        let renewed = state.grants.renew(&settings, given("refresh_token"), now)?;
                        if let Some(refresh) = &renewed.refresh {
                            state.grants.prolong(refresh, now + TimeDelta::seconds(UNUSED));
                        }
                        Ok(renewed)
                    }
                    _ => Err(Refusal::UnsupportedGrantType),
                }
            })
        };
        match outcome {
            Ok(given) => Json(told(&given)).into_response(),
            Err(refusal) => {
                let status = match refusal {
                    Refusal::InvalidClient => StatusCode::UNAUTHORIZED,
                    _ => StatusCode::BAD_REQUEST,
                };
                let body = json!({"error": refusal.word(), "error_description": "The request was refused."});
                (status, Json(body)).into_response()
            }
        }
    }

    /// `POST /oauth/revoke`: the application is removed from the account.
    pub(super) fn revoke_call(&self, arrival: &Arrival) -> Response {
        if !is_the_application(arrival) {
            return (StatusCode::UNAUTHORIZED, Json(json!({"error": Refusal::InvalidClient.word()}))).into_response();
        }
        let form = arrival.form();
        // A token that is not known is as good as revoked (RFC 7009, 2.2).
        self.kept.change(|state| state.grants.revoke(form.get("token").map(String::as_str).unwrap_or_default()));
        Json(json!({})).into_response()
    }
}

fn told(given: &Given) -> serde_json::Value {
    json!({"access_token": given.access, "refresh_token": given.refresh, "expires_in": given.expires_in,
        "token_type": "bearer", "scope": given.scopes.join(" ")})
}

fn is_the_application(arrival: &Arrival) -> bool {
    let sent = arrival.header(header::AUTHORIZATION.as_str()).and_then(|text| text.strip_prefix("Basic "));
    let pair = sent.and_then(|text| STANDARD.decode(text).ok()).and_then(|bytes| String::from_utf8(bytes).ok());
    pair.is_some_and(|pair| pair == format!("{}:{}", SETTINGS.client_id, SETTINGS.client_secret))
}

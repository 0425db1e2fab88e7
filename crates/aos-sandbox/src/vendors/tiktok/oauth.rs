//! Consent and tokens (contract 3.1). Errors here come without the envelope.

use axum::{http::Method, response::Response};
use serde_json::json;
use url::Url;

use super::{
    super::{
        call::{self, Call},
        consent::{self, Answer, Desk},
        grants::{GrantSettings, Refusal},
    },
    TikTok,
    errors::log_id,
    state::{State, creator, people},
};

const SETTINGS: GrantSettings = State::grant_settings();

/// Codes end in characters that must be encoded in an address, so that who forgets to decode them notices.
const CODE_END: &str = "*v!4829.e1";

const DESK: Desk = Desk {
    vendor: "TikTok",
    client: "client_key",
    known: &["user.info.basic", "user.info.profile", "user.info.stats", "video.list", "video.publish", "video.upload"],
    unknown: &[("error", "invalid_scope"), ("error_description", "A scope is not enabled for the application")],
    declined: &[("error", "access_denied"), ("error_description", "The user denied the request")],
    code_end: CODE_END,
    scopes_in: Some("scopes"),
};

impl TikTok {
    /// What a person's browser does on the consent page: `person` allows all that is asked for. Back comes where they are
    /// sent to.
    ///
    /// # Errors
    /// In words, when the page would show an error instead.
    pub fn agree(&self, departure: &Url, person: &str) -> Result<Url, String> {
        self.decide(DESK.agreed(&SETTINGS, departure, person, None))
    }
    /// The same with only these scopes ticked.
    ///
    /// # Errors
    /// As [`TikTok::agree`].
    pub fn agree_to(&self, departure: &Url, person: &str, scopes: &[&str]) -> Result<Url, String> {
        self.decide(DESK.agreed(&SETTINGS, departure, person, Some(scopes)))
    }
    /// The person cancels.
    ///
    /// # Errors
    /// As [`TikTok::agree`].
    pub fn decline(&self, departure: &Url) -> Result<Url, String> {
        self.decide(DESK.cancelled(&SETTINGS, departure))
    }

    fn decide(&self, answer: Answer) -> Result<Url, String> {
        let now = self.ground.clock.now();
        self.kept.change(|state| DESK.settle(&SETTINGS, &people(), &mut state.grants, answer, now))
    }

    pub(super) fn consent(&self, call: &Call) -> Response {
        if call.method == Method::POST {
            let answer = consent::answer(&SETTINGS, DESK.client, &call.body);
            return DESK.answered(answer.and_then(|answer| self.decide(answer)));
        }
        DESK.page(&SETTINGS, &call.query, &people())
    }

    fn known_client(call: &Call) -> Result<(), Refusal> {
        let form = call.form();
        let field = |name: &str| form.get(name).map_or("", String::as_str);
        if field("client_key").is_empty() || field("client_secret").is_empty() {
            return Err(Refusal::InvalidRequest);
        }
        let known = field("client_key") == SETTINGS.client_id && field("client_secret") == SETTINGS.client_secret;
        if known { Ok(()) } else { Err(Refusal::InvalidClient) }
    }

    pub(super) fn token(&self, call: &Call) -> Response {
        let given = Self::known_client(call).and_then(|()| {
            let mut form = call.form();
            if let Some(code) = form.get_mut("code") {
                // A code that was not decoded is another one.
                *code = code.strip_suffix(CODE_END).unwrap_or("void").to_owned();
            }
            self.kept.change(|state| state.grants.exchange(&SETTINGS, &form, call.now))
        });
        match given {
            Ok(given) => call::json(
                200,
                json!({"access_token": given.access, "expires_in": given.expires_in,
                    "open_id": creator(&given.person).map_or("", |own| own.open_id),
                    "refresh_expires_in": given.refresh_expires_in, "refresh_token": given.refresh,
                    "scope": given.scopes.join(","), "token_type": "Bearer"}),
            ),
            Err(refusal) => refused(refusal, call),
        }
    }

    pub(super) fn revoke_token(&self, call: &Call) -> Response {
        if let Err(refusal) = Self::known_client(call) {
            return refused(refusal, call);
        }
        let Some(token) = call.form().remove("token") else { return refused(Refusal::InvalidRequest, call) };
        self.kept.change(|state| state.grants.revoke(&token));
        call::json(200, json!({}))
    }
}

fn refused(refusal: Refusal, call: &Call) -> Response {
    let (status, words) = match refusal {
        Refusal::InvalidClient => (401, "Client key or secret is incorrect."),
        Refusal::InvalidGrant => (400, "The code or the refresh token is invalid, expired or revoked."),
        Refusal::InvalidRequest => (400, "The request parameters are malformed."),
        Refusal::UnsupportedGrantType => (400, "The grant type is not supported."),
    };
    let body = json!({"error": refusal.word(), "error_description": words, "log_id": log_id(call.now)});
    call::json(status, body)
}

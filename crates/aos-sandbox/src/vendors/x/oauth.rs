//! Consent and tokens (contract 2.1): PKCE, codes of 30 seconds, refresh tokens that rotate.

use axum::{http::Method, response::Response};
use serde_json::json;
use url::Url;

use super::{
    super::{
        call::{self, Call},
        consent::{self, Answer, Desk, pairs},
        grants::{GrantSettings, Refusal},
    },
    X,
    state::{State, people},
};

const SETTINGS: GrantSettings = State::grant_settings();

const DESK: Desk = Desk {
    vendor: "X",
    client: "client_id",
    known: &[
        "tweet.read",
        "tweet.write",
        "tweet.moderate.write",
        "users.read",
        "users.email",
        "follows.read",
        "like.read",
        "list.read",
        "space.read",
        "bookmark.read",
        "media.write",
        "offline.access",
    ],
    unknown: &[("error", "invalid_scope")],
    declined: &[("error", "access_denied")],
    code_end: "",
    scopes_in: None,
};

impl X {
    /// What a person's browser does on the consent page: `person` allows all that is asked for. Back comes where they are
    /// sent to.
    ///
    /// # Errors
    /// In words, when the page would show an error instead.
    pub fn agree(&self, departure: &Url, person: &str) -> Result<Url, String> {
        asked_well(departure.query().unwrap_or_default())?;
        self.decide(DESK.agreed(&SETTINGS, departure, person, None))
    }
    /// The same with only these scopes ticked.
    ///
    /// # Errors
    /// As [`X::agree`].
    pub fn agree_to(&self, departure: &Url, person: &str, scopes: &[&str]) -> Result<Url, String> {
        asked_well(departure.query().unwrap_or_default())?;
        self.decide(DESK.agreed(&SETTINGS, departure, person, Some(scopes)))
    }
    /// The person cancels.
    ///
    /// # Errors
    /// As [`X::agree`].
    pub fn decline(&self, departure: &Url) -> Result<Url, String> {
        asked_well(departure.query().unwrap_or_default())?;
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
        match asked_well(&call.query) {
            Ok(()) => DESK.page(&SETTINGS, &call.query, &people()),
            Err(words) => consent::refused(DESK.vendor, &words),
        }
    }

    fn known_client(call: &Call) -> Result<(), Response> {
        let settings = State::grant_settings();
        match call.basic() {
            Some((id, secret)) if id == settings.client_id && secret == settings.client_secret => Ok(()),
            _ => Err(refused(401, "unauthorized_client", "Missing valid authorization header")),
        }
    }

    pub(super) fn token(&self, call: &Call) -> Response {
        if let Err(refused) = Self::known_client(call) {
            return refused;
        }
        let form = call.form();
        let given = self.kept.change(|state| {
            // Only who asked for offline access is given a refresh token.
            let code = form.get("code").and_then(|code| state.grants.behind(code));
            let lasting = code.is_none_or(|holder| holder.scopes.contains("offline.access"));
            let refresh_seconds = SETTINGS.refresh_seconds.filter(|_| lasting);
            state.grants.exchange(&GrantSettings { refresh_seconds, ..SETTINGS }, &form, call.now)
        });
        match given {
            Ok(given) => {
                let mut body = json!({"token_type": "bearer", "expires_in": given.expires_in,
                    "access_token": given.access, "scope": given.scopes.join(" ")});
                if let Some(refresh) = given.refresh {
                    body["refresh_token"] = refresh.into();
                }
                call::json(200, body)
            }
            Err(Refusal::UnsupportedGrantType) => {
                refused(400, "unsupported_grant_type", "The grant type is not supported.")
            }
            Err(Refusal::InvalidRequest) => refused(400, "invalid_request", "Missing required parameter."),
            // X has no word of its own for a code or a token that is void.
            Err(_) => refused(400, "invalid_request", "Value passed for the token was invalid."),
        }
    }

    pub(super) fn revoke_token(&self, call: &Call) -> Response {
        if let Err(refused) = Self::known_client(call) {
            return refused;
        }
        let Some(token) = call.form().remove("token") else {
            return refused(400, "invalid_request", "Missing required parameter [token].");
        };
        self.kept.change(|state| state.grants.revoke(&token));
        call::json(200, json!({"revoked": true}))
    }
}

/// A state is needed and has a longest length.
fn asked_well(query: &str) -> Result<(), String> {
    let length = pairs(query).get("state").map_or(0, |state| state.chars().count());
    if (1..=500).contains(&length) { Ok(()) } else { Err("A state of 1 to 500 characters is needed.".to_owned()) }
}

fn refused(status: u16, word: &str, words: &str) -> Response {
    call::json(status, json!({"error": word, "error_description": words}))
}

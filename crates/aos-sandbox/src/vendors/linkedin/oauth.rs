//! Consent and tokens (contract 1.1).

use axum::{http::Method, response::Response};
use serde_json::json;
use url::Url;

use super::{
    super::{
        call::{self, Call},
        consent::{self, Answer, Desk},
        grants::{GrantSettings, Refusal},
    },
    LinkedIn,
    state::people,
};

const DESK: Desk = Desk {
    vendor: "LinkedIn",
    client: "client_id",
    known: &[
        "openid",
        "profile",
        "email",
        "w_member_social",
        "w_organization_social",
        "r_organization_social",
        "rw_organization_admin",
        "r_organization_admin",
    ],
    unknown: &[
        ("error", "unauthorized_scope_error"),
        ("error_description", "A scope is not authorized for your application"),
    ],
    declined: &[("error", "user_cancelled_authorize"), ("error_description", "The user cancelled the authorization")],
    code_end: "",
    scopes_in: None,
};

impl LinkedIn {
    /// What a person's browser does on the consent page: `person` allows all that is asked for. Back comes where they are
    /// sent to.
    ///
    /// # Errors
    /// In words, when the page would show an error instead.
    pub fn agree(&self, departure: &Url, person: &str) -> Result<Url, String> {
        self.decide(|settings| DESK.agreed(settings, departure, person, None))
    }
    /// The same with only these scopes ticked.
    ///
    /// # Errors
    /// As [`LinkedIn::agree`].
    pub fn agree_to(&self, departure: &Url, person: &str, scopes: &[&str]) -> Result<Url, String> {
        self.decide(|settings| DESK.agreed(settings, departure, person, Some(scopes)))
    }
    /// The person cancels.
    ///
    /// # Errors
    /// As [`LinkedIn::agree`].
    pub fn decline(&self, departure: &Url) -> Result<Url, String> {
        self.decide(|settings| DESK.cancelled(settings, departure))
    }

    fn decide(&self, answer: impl FnOnce(&GrantSettings) -> Answer) -> Result<Url, String> {
        let now = self.ground.clock.now();
        self.kept.change(|state| {
            let settings = state.grant_settings();
            DESK.settle(&settings, &people(), &mut state.grants, answer(&settings), now)
        })
    }

    /// `www.linkedin.com`, but for uploads.
    pub(super) fn www(&self, call: &Call) -> Response {
        match (&call.method, call.path.as_str()) {
            (&Method::GET, "/oauth/v2/authorization") => {
                let settings = self.kept.lock().grant_settings();
                DESK.page(&settings, &call.query, &people())
            }
            (&Method::POST, "/oauth/v2/authorization") => {
                let settings = self.kept.lock().grant_settings();
                let answer = consent::answer(&settings, DESK.client, &call.body);
                DESK.answered(answer.and_then(|answer| self.decide(|_| answer)))
            }
            (&Method::POST, "/oauth/v2/accessToken") => self.token(call),
            (&Method::POST, "/oauth/v2/introspectToken") => self.introspect(call),
            (&Method::POST, "/oauth/v2/revoke") => self.revoke_token(call),
            _ => call::bare(404),
        }
    }

    fn known_client(&self, call: &Call) -> Result<(), Refusal> {
        let form = call.form();
        let settings = self.kept.lock().grant_settings();
        let field = |name: &str| form.get(name).map_or("", String::as_str);
        if field("client_id").is_empty() || field("client_secret").is_empty() {
            return Err(Refusal::InvalidRequest);
        }
        let known = field("client_id") == settings.client_id && field("client_secret") == settings.client_secret;
        if known { Ok(()) } else { Err(Refusal::InvalidClient) }
    }

    fn token(&self, call: &Call) -> Response {
        let given = self.known_client(call).and_then(|()| {
            self.kept.change(|state| {
                let settings = state.grant_settings();
                state.grants.exchange(&settings, &call.form(), call.now)
            })
        });
        let given = match given {
            Ok(given) => given,
            Err(refusal) => return refused(refusal),
        };
        let mut body = json!({
            "access_token": given.access,
            "expires_in": given.expires_in,
            "scope": given.scopes.join(","),
            "token_type": "Bearer",
        });
        if let Some(refresh) = given.refresh {
            body["refresh_token"] = refresh.into();
            body["refresh_token_expires_in"] = given.refresh_expires_in.into();
        }
        call::json(200, body)
    }

    fn introspect(&self, call: &Call) -> Response {
        if let Err(refusal) = self.known_client(call) {
            return refused(refusal);
        }
        let token = call.form().remove("token").unwrap_or_default();
        let state = self.kept.lock();
        let Some((holder, ends)) = state.grants.inspect(&token) else {
            return call::json(200, json!({"active": false, "status": "revoked"}));
        };
        let status = if ends.is_some_and(|end| end <= call.now) { "expired" } else { "active" };
        let scopes: Vec<&str> = holder.scopes.iter().map(String::as_str).collect();
        call::json(
            200,
            json!({"active": status == "active", "status": status, "auth_type": "3L", "scope": scopes.join(","),
                "client_id": "agency-os", "expires_at": ends.map(|end| end.timestamp())}),
        )
    }

    fn revoke_token(&self, call: &Call) -> Response {
        if let Err(refusal) = self.known_client(call) {
            return refused(refusal);
        }
        let token = call.form().remove("token").unwrap_or_default();
        // A token that is void already is no error: RFC 7009, 2.2.
        self.kept.change(|state| state.grants.revoke(&token));
        call::bare(200)
    }
}

fn refused(refusal: Refusal) -> Response {
    let (status, words) = match refusal {
        Refusal::InvalidClient => (401, "Client authentication failed"),
        Refusal::InvalidGrant => (400, "The authorization code or refresh token is invalid, expired or revoked"),
        Refusal::InvalidRequest => (400, "A required parameter is missing"),
        Refusal::UnsupportedGrantType => (400, "The grant type is not supported"),
    };
    call::json(status, json!({"error": refusal.word(), "error_description": words}))
}

//! The authorization code flow: what is asked, the code, the tokens.

use std::{collections::HashMap, sync::Arc};

use aos_kernel::Timestamp;
use axum::{
    Json,
    body::Bytes,
    extract::State as Extract,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use serde_json::{Value, json};
use url::{Url, form_urlencoded};
use uuid::Uuid;

use super::{
    Account, Accounts, Lie, Shared,
    keys::{challenge, half_hash},
};

/// A code works once and for this long.
const CODE: TimeDelta = TimeDelta::minutes(1);
const TOKEN: TimeDelta = TimeDelta::hours(1);

/// What a code stands for.
pub(super) struct Asked {
    redirect_uri: String,
    nonce: Option<String>,
    challenge: String,
    subject: String,
    expires_at: Timestamp,
}

/// What an access token opens.
pub(super) struct Issued {
    subject: String,
    expires_at: Timestamp,
}

fn pairs(text: &str) -> HashMap<String, String> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

fn random() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

impl Shared {
    /// What is wrong with a request to the authorization endpoint, in words for the page.
    pub(super) fn refuse(&self, asked: &HashMap<String, String>) -> Result<(), String> {
        let text = |name: &str| asked.get(name).map_or("", String::as_str);
        if text("client_id") != Accounts::CLIENT_ID {
            return Err("The provider does not know this client.".to_owned());
        }
        if Url::parse(text("redirect_uri")).is_err() {
            return Err("There is no address to go back to.".to_owned());
        }
        if text("response_type") != "code" {
            return Err("Only the authorization code flow is known here.".to_owned());
        }
        if !text("scope").split(' ').any(|scope| scope == "openid") {
            return Err("The scope openid is missing.".to_owned());
        }
        if text("code_challenge_method") != "S256" || text("code_challenge").len() != 43 {
            return Err("PKCE with S256 is asked for here.".to_owned());
        }
        Ok(())
    }

    /// Where the person is sent back to: with a code for the account that they chose, or with their refusal.
    pub(super) fn decide(&self, query: &str, subject: Option<&str>) -> Result<Url, String> {
        let asked = pairs(query);
        self.refuse(&asked)?;
        let text = |name: &str| asked.get(name).cloned().unwrap_or_default();
        let mut back = Url::parse(&text("redirect_uri")).map_err(|error| error.to_string())?;
        match subject {
            Some(subject) => {
                let code = random();
                let kept = Asked {
                    redirect_uri: text("redirect_uri"),
                    nonce: asked.get("nonce").cloned(),
                    challenge: text("code_challenge"),
                    subject: subject.to_owned(),
                    expires_at: self.clock.now() + CODE,
                };
                self.lock().asked.insert(code.clone(), kept);
                back.query_pairs_mut().append_pair("code", &code);
            }
            None => {
                back.query_pairs_mut()
                    .append_pair("error", "access_denied")
                    .append_pair("error_description", "The person did not agree.");
            }
        }
        if let Some(state) = asked.get("state") {
            back.query_pairs_mut().append_pair("state", state);
        }
        Ok(back)
    }

    fn account(&self, subject: &str) -> Option<Account> {
        self.lock().accounts.iter().find(|own| own.subject == subject).cloned()
    }

    fn id_token(&self, asked: &Asked, account: &Account, access_token: &str) -> String {
        let (lie, only_user_info) = {
            let mut state = self.lock();
            let lie = if state.lies.is_empty() { None } else { Some(state.lies.remove(0)) };
            (lie, state.only_user_info)
        };
        let now = self.clock.now();
        let mut claims = json!({
            "iss": self.origin, "sub": account.subject, "aud": Accounts::CLIENT_ID,
            "iat": now.timestamp(), "exp": (now + TOKEN).timestamp(), "auth_time": now.timestamp(),
            "at_hash": half_hash(access_token), "nonce": asked.nonce,
        });
        if !only_user_info {
            tell(&mut claims, account);
        }
        match lie {
            Some(Lie::Nonce) => claims["nonce"] = json!(random()),
            Some(Lie::Audience) => claims["aud"] = json!("somebody-else"),
            Some(Lie::Expired) => {
                claims["iat"] = json!((now - TOKEN * 2).timestamp());
                claims["exp"] = json!((now - TOKEN).timestamp());
            }
            Some(Lie::Issuer) => claims["iss"] = json!("http://127.0.0.1:1"),
            Some(Lie::AccessToken) => claims["at_hash"] = json!(half_hash("another token")),
            Some(Lie::Signature) | None => {}
        }
        let token = self.key.sign(&claims);
        if lie != Some(Lie::Signature) {
            return token;
        }
        // Somebody else's claims under this signature.
        claims["sub"] = json!("sandbox-of-somebody-else");
        let forged = self.key.sign(&claims);
        let body = forged.split('.').nth(1).unwrap_or_default();
        let mut parts: Vec<&str> = token.split('.').collect();
        if let Some(part) = parts.get_mut(1) {
            *part = body;
        }
        parts.join(".")
    }
}

/// What the scopes `email` and `profile` tell.
fn tell(claims: &mut Value, account: &Account) {
    claims["name"] = json!(account.name);
    if let Some(email) = &account.email {
        claims["email"] = json!(email);
        claims["email_verified"] = json!(account.email_verified);
    }
}

pub(super) async fn describe(Extract(shared): Extract<Arc<Shared>>) -> Json<Value> {
    Json(shared.description())
}

pub(super) async fn keys(Extract(shared): Extract<Arc<Shared>>) -> Json<Value> {
    Json(json!({ "keys": [shared.key.public()] }))
}

fn error(status: StatusCode, word: &str, words: &str) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], Json(json!({ "error": word, "error_description": words })))
        .into_response()
}

/// Client id and secret, from the header or from the form.
fn client(headers: &HeaderMap, form: &HashMap<String, String>) -> Option<(String, String)> {
    let basic = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some(basic) = basic.and_then(|text| text.strip_prefix("Basic ")) else {
        return Some((form.get("client_id")?.clone(), form.get("client_secret")?.clone()));
    };
    let pair = String::from_utf8(STANDARD.decode(basic).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    // RFC 6749, 2.3.1: both are form-encoded before they are put together.
    let decode =
        |text: &str| form_urlencoded::parse(format!("x={text}").as_bytes()).next().map(|(_, v)| v.into_owned());
    Some((decode(id)?, decode(secret)?))
}

/// `POST /token`.
pub(super) async fn token(Extract(shared): Extract<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let form = pairs(&String::from_utf8_lossy(&body));
    let text = |name: &str| form.get(name).map_or("", String::as_str);
    let known = client(&headers, &form)
        .is_some_and(|(id, secret)| id == Accounts::CLIENT_ID && secret == Accounts::CLIENT_SECRET);
    if !known {
        return error(StatusCode::UNAUTHORIZED, "invalid_client", "Client id and secret don't go together.");
    }
    if text("grant_type") != "authorization_code" {
        return error(StatusCode::BAD_REQUEST, "unsupported_grant_type", "Only codes are redeemed here.");
    }
    // Taken at once: a code that is shown twice is worth nothing.
    let asked = shared.lock().asked.remove(text("code"));
    let now = shared.clock.now();
    let good = asked.filter(|asked| {
        asked.expires_at > now
            && asked.redirect_uri == text("redirect_uri")
            && asked.challenge == challenge(text("code_verifier"))
    });
    let Some(asked) = good else {
        return error(StatusCode::BAD_REQUEST, "invalid_grant", "This code is not good.");
    };
    let Some(account) = shared.account(&asked.subject) else {
        return error(StatusCode::BAD_REQUEST, "invalid_grant", "The account is gone.");
    };
    let access_token = random();
    let id_token = shared.id_token(&asked, &account, &access_token);
    let issued = Issued { subject: account.subject, expires_at: now + TOKEN };
    shared.lock().issued.insert(access_token.clone(), issued);
    let answer = json!({
        "access_token": access_token, "token_type": "Bearer", "expires_in": TOKEN.num_seconds(),
        "scope": "openid email profile", "id_token": id_token,
    });
    ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}

/// `GET /userinfo`.
pub(super) async fn user_info(Extract(shared): Extract<Arc<Shared>>, headers: HeaderMap) -> Response {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = bearer.and_then(|text| text.strip_prefix("Bearer ")).unwrap_or_default();
    let now = shared.clock.now();
    let subject =
        shared.lock().issued.get(token).filter(|issued| issued.expires_at > now).map(|issued| issued.subject.clone());
    match subject.and_then(|subject| shared.account(&subject)) {
        Some(account) => {
            let mut claims = json!({ "sub": account.subject });
            tell(&mut claims, &account);
            Json(claims).into_response()
        }
        None => error(StatusCode::UNAUTHORIZED, "invalid_token", "This token opens nothing."),
    }
}

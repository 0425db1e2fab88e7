//! Facebook Login (contract 2): the dialog, codes, short and long user tokens, page tokens, what a token may do.

use std::collections::BTreeSet;

use aos_kernel::Timestamp;
use aws_lc_rs::hmac;
use chrono::TimeDelta;
use serde_json::{Value, json};
use url::{Url, form_urlencoded};
use uuid::Uuid;

use super::{
    Meta,
    call::Call,
    error::{GraphError, Outcome},
    state::{Opens, State, Token},
};
use crate::vendors::{
    consent,
    grants::{Asked, GrantSettings, Refusal},
};

pub(super) const SETTINGS: GrantSettings = GrantSettings {
    client_id: "agency-os",
    client_secret: "sandbox-client-secret",
    scope_separator: ',',
    pkce: false,
    code_seconds: 600,
    access_seconds: Some(SHORT),
    refresh_seconds: None,
    rotates: false,
};

/// A token right after login.
const SHORT: i64 = 5_400;
/// About 60 days.
const LONG: i64 = 5_183_944;
/// Since the last login, also for tokens that have no end.
const DATA_ACCESS: TimeDelta = TimeDelta::days(90);
/// How old the time in a proof may be.
const PROOF: i64 = 300;

/// Permissions that the application may ask for.
const PERMISSIONS: &[&str] = &[
    "public_profile",
    "email",
    "pages_show_list",
    "pages_read_engagement",
    "pages_manage_posts",
    "pages_manage_engagement",
    "pages_read_user_content",
    "pages_manage_metadata",
    "pages_manage_ads",
    "instagram_basic",
    "instagram_content_publish",
    "instagram_manage_comments",
    "instagram_manage_insights",
    "read_insights",
    "ads_read",
    "ads_management",
    "business_management",
    "leads_retrieval",
];

/// Whom a call comes from.
#[derive(Clone, Debug)]
pub(super) struct Asker {
    pub(super) person: String,
    pub(super) opens: Opens,
}

impl Asker {
    /// Anna administers everything here, Ben nothing.
    pub(super) fn has_page(&self) -> bool {
        self.person == Meta::ANNA
    }
}

/// What the dialog was asked: `config_id` stands for every permission of the application's configuration.
fn asked_of(query: &str) -> String {
    let given = consent::pairs(query);
    let mut query = query.to_owned();
    let mut add = |name: &str, value: &str| {
        let pair = form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish();
        query = format!("{query}&{pair}");
    };
    if !given.contains_key("response_type") {
        add("response_type", "code");
    }
    if !given.contains_key("scope") && given.contains_key("config_id") {
        add("scope", &PERMISSIONS.join(","));
    }
    query
}

/// What the dialog shows instead of a question.
fn refuse(asked: &Asked) -> Result<(), String> {
    if !consent::is_registered(&asked.redirect_uri) {
        return Err("URL blocked: the redirect address is not among the application's addresses.".to_owned());
    }
    let unknown: Vec<&str> =
        asked.scopes.iter().map(String::as_str).filter(|scope| !PERMISSIONS.contains(scope)).collect();
    if unknown.is_empty() { Ok(()) } else { Err(format!("Invalid Scopes: {}.", unknown.join(", "))) }
}

/// The dialog's question as it is to be shown, or why it can't be.
pub(super) fn question(query: &str) -> Result<String, String> {
    let query = asked_of(query);
    refuse(&consent::asked(&SETTINGS, "client_id", &query))?;
    Ok(query)
}

pub(super) const DECLINED: &[(&str, &str)] = &[
    ("error", "access_denied"),
    ("error_reason", "user_denied"),
    ("error_code", "200"),
    ("error_description", "Permissions error"),
];

/// The person answers the dialog without a browser; `scopes`: none for all that were asked.
pub(super) fn decide(
    state: &mut State,
    departure: &Url,
    decision: Option<(&str, Option<&[&str]>)>,
    now: Timestamp,
) -> Result<Url, String> {
    if !departure.path().ends_with("/dialog/oauth") {
        return Err("This is not the address of Facebook's login dialog.".to_owned());
    }
    let query = question(departure.query().unwrap_or_default())?;
    let asked = consent::asked(&SETTINGS, "client_id", &query);
    crate::vendors::grants::Grants::refuse(&SETTINGS, &asked)?;
    let back = match decision {
        None => consent::way_back(&asked, DECLINED),
        Some((person, scopes)) => {
            let allowed: BTreeSet<String> = match scopes {
                None => asked.scopes.iter().cloned().collect(),
                Some(scopes) => scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            };
            let code = agree(state, &asked, person, allowed, now)?;
            consent::way_back(&asked, &[("code", &code)])
        }
    };
    back.ok_or_else(|| "There is no address to go back to.".to_owned())
}

/// Writes down what was granted and declined, and gives a code.
pub(super) fn agree(
    state: &mut State,
    asked: &Asked,
    person: &str,
    allowed: BTreeSet<String>,
    now: Timestamp,
) -> Result<String, String> {
    refuse(asked)?;
    if !Meta::people().iter().any(|own| own.key == person) {
        return Err(format!("Nobody here is called {person}."));
    }
    let agreement = state.agreements.entry(person.to_owned()).or_default();
    agreement.last_login = now;
    agreement.permissions.insert("public_profile".to_owned(), true);
    for scope in &asked.scopes {
        agreement.permissions.insert(scope.clone(), scope == "public_profile" || allowed.contains(scope));
    }
    Ok(state.grants.agree(&SETTINGS, asked, person, allowed, now))
}

fn issue(state: &mut State, person: &str, opens: Opens, expires_at: Option<Timestamp>, now: Timestamp) -> String {
    let token = format!("EAA{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let kept = Token { person: person.to_owned(), opens, issued_at: now, expires_at, dead: None };
    state.tokens.insert(token.clone(), kept);
    token
}

/// `/oauth/access_token`, for codes and for exchanges.
pub(super) fn access_token(state: &mut State, call: &Call) -> Outcome {
    let given = |name: &str| call.text(name).unwrap_or_default();
    if given("client_id") != SETTINGS.client_id {
        return Err(GraphError::new(101, None, "Error validating application."));
    }
    if given("client_secret") != SETTINGS.client_secret {
        return Err(GraphError::new(1, None, "Error validating client secret."));
    }
    match call.text("grant_type") {
        Some("client_credentials") => Ok(json!({"access_token": Meta::app_token(), "token_type": "bearer"})),
        Some("fb_exchange_token") => {
            let asker = standing(state, call.need("fb_exchange_token")?, call.now)?;
            let ends = call.now + TimeDelta::seconds(LONG);
            let token = issue(state, &asker.person, Opens::Person, Some(ends), call.now);
            Ok(json!({"access_token": token, "token_type": "bearer", "expires_in": LONG}))
        }
        None | Some("authorization_code") => {
            let (code, redirect) = (call.need("code")?, call.need("redirect_uri")?);
            let given = state.grants.redeem(&SETTINGS, code, redirect, None, call.now).map_err(|why| match why {
                Refusal::InvalidGrant => GraphError::new(
                    100,
                    36_009,
                    "Error validating verification code: it was used, has expired, or was given to another address.",
                ),
                _ => GraphError::parameter("Invalid verification code format."),
            })?;
            let ends = call.now + TimeDelta::seconds(SHORT);
            let token = issue(state, &given.person, Opens::Person, Some(ends), call.now);
            Ok(json!({"access_token": token, "token_type": "bearer", "expires_in": SHORT}))
        }
        Some(_) => Err(GraphError::parameter("(#100) The grant_type is unknown.")),
    }
}

/// How a token stands, without what comes with the call.
fn standing(state: &State, token: &str, now: Timestamp) -> Result<Asker, GraphError> {
    let kept = state.tokens.get(token).ok_or_else(|| GraphError::token(467))?;
    if let Some(subcode) = kept.dead {
        return Err(GraphError::token(subcode));
    }
    let login = state.agreements.get(&kept.person).map(|agreement| agreement.last_login);
    if kept.expires_at.is_some_and(|end| end <= now) || login.is_some_and(|login| login + DATA_ACCESS <= now) {
        return Err(GraphError::token(463));
    }
    if kept.opens == Opens::Page && state.page.tasks.is_empty() {
        return Err(GraphError::token(492));
    }
    Ok(Asker { person: kept.person.clone(), opens: kept.opens.clone() })
}

/// Who asks: the token, and the proof where one was sent or is asked for.
pub(super) fn asker(state: &State, call: &Call) -> Result<Asker, GraphError> {
    let token = call.token.as_deref();
    let token = token.ok_or_else(|| GraphError::new(190, None, "An access token is required."))?;
    let asker = standing(state, token, call.now)?;
    prove(state, call, token)?;
    Ok(asker)
}

fn prove(state: &State, call: &Call, token: &str) -> Result<(), GraphError> {
    let wrong = || GraphError::parameter("Invalid appsecret_proof provided in the API argument");
    let Some(proof) = call.text("appsecret_proof") else {
        return if state.behaviour.proof_required { Err(wrong()) } else { Ok(()) };
    };
    let message = match call.text("appsecret_time") {
        None => token.to_owned(),
        Some(time) => {
            let at: i64 = time.parse().map_err(|_| wrong())?;
            if (call.now.timestamp() - at).abs() > PROOF {
                return Err(wrong());
            }
            format!("{token}|{time}")
        }
    };
    if proof == proof_of(SETTINGS.client_secret, &message) { Ok(()) } else { Err(wrong()) }
}

fn proof_of(secret: &str, message: &str) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), message.as_bytes());
    tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `/debug_token`, asked with the application's token or any living one.
pub(super) fn debug_token(state: &State, call: &Call) -> Outcome {
    let own = call.token.as_deref().unwrap_or_default();
    if own != Meta::app_token() {
        standing(state, own, call.now)?;
    }
    let input = call.need("input_token")?;
    let Some(kept) = state.tokens.get(input) else {
        return Ok(json!({"data": {"is_valid": false, "scopes": [],
            "error": {"code": 190, "subcode": 467, "message": "Invalid OAuth access token."}}}));
    };
    let agreement = state.agreements.get(&kept.person).cloned().unwrap_or_default();
    let granted: Vec<&String> =
        agreement.permissions.iter().filter(|(_, granted)| **granted).map(|(name, _)| name).collect();
    let granular: Vec<Value> = granted
        .iter()
        .filter_map(|scope| {
            let target = match scope.split('_').next() {
                Some("pages" | "leads") => Meta::PAGE_ID,
                Some("instagram") => Meta::INSTAGRAM_ID,
                _ => return None,
            };
            (kept.person == Meta::ANNA).then(|| json!({"scope": scope, "target_ids": [target]}))
        })
        .collect();
    let mut data = json!({
        "app_id": SETTINGS.client_id,
        "application": "Agency OS",
        "type": if kept.opens == Opens::Page { "PAGE" } else { "USER" },
        "is_valid": true,
        "issued_at": kept.issued_at.timestamp(),
        "expires_at": kept.expires_at.map_or(0, |end| end.timestamp()),
        "data_access_expires_at": (agreement.last_login + DATA_ACCESS).timestamp(),
        "scopes": granted,
        "granular_scopes": granular,
        "user_id": Meta::user_id(&kept.person),
    });
    if kept.opens == Opens::Page {
        data["profile_id"] = json!(Meta::PAGE_ID);
    }
    if let Err(error) = standing(state, input, call.now) {
        let error = error.body();
        data["is_valid"] = json!(false);
        data["error"] = json!({"code": error["error"]["code"], "subcode": error["error"]["error_subcode"],
            "message": error["error"]["message"]});
    }
    Ok(json!({"data": data}))
}

/// `GET /me/permissions`.
pub(super) fn permissions(state: &State, asker: &Asker) -> Value {
    let agreement = state.agreements.get(&asker.person).cloned().unwrap_or_default();
    let word = |granted: bool| if granted { "granted" } else { "declined" };
    let data: Vec<Value> = agreement
        .permissions
        .iter()
        .map(|(name, granted)| json!({"permission": name, "status": word(*granted)}))
        .collect();
    json!({"data": data})
}

/// `DELETE /me/permissions`, or of one.
pub(super) fn revoke(state: &mut State, asker: &Asker, permission: Option<&str>) -> Value {
    match permission {
        Some(permission) => {
            if let Some(agreement) = state.agreements.get_mut(&asker.person) {
                agreement.permissions.insert(permission.to_owned(), false);
            }
        }
        None => {
            state.kill(&asker.person, 458);
            state.agreements.remove(&asker.person);
        }
    }
    json!({"success": true})
}

/// The token of the page for a person; it has no end and is the same each time.
pub(super) fn page_token(state: &mut State, person: &str, now: Timestamp) -> String {
    let own = state
        .tokens
        .iter()
        .find(|(_, kept)| kept.person == person && kept.opens == Opens::Page && kept.dead.is_none())
        .map(|(token, _)| token.clone());
    own.unwrap_or_else(|| issue(state, person, Opens::Page, None, now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proofs_are_those_of_the_contract() {
        let secret = "0123456789abcdef0123456789abcdef";
        assert_eq!(
            proof_of(secret, "EAATESTTOKEN123|1700000000"),
            "57cf579dfeae7a8280744950cfd9486ba4cf0042f2036fc9e7aac8a1049ec8fa"
        );
        assert_eq!(
            proof_of(secret, "EAATESTTOKEN123"),
            "02810c917b3e327d0bc6ccf57ac73ac327c135ce03a538f1a157997bb973e258"
        );
    }
}

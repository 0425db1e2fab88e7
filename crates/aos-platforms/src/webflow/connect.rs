//! Consent, and the collections that can be connected with it. Source: contract `cms.md`, sections 2.1 and 2.2.

use aos_capabilities::{
    Account, PlatformError, PlatformErrorKind as Kind,
    connect::{Authorize, OAuthApp, Target, Tokens, Visit},
    platform::AccountInfo,
};
use aos_kernel::{Retry, Secret};
use aos_outbound::{Request, Response};
use chrono::TimeDelta;
use serde_json::{Value, json};
use url::Url;

use super::{
    CONSENT, ID, NAME, Webflow,
    api::{Collection, Collections, Introspection, Sites, TokenReply},
    errors::{self, Verb},
    mapping,
    session::Session,
};
use crate::vendor;

const AUTHORIZE: &str = "https://webflow.com/oauth/authorize";
const TOKEN: &str = "https://api.webflow.com/oauth/access_token";
const REVOKE: &str = "https://webflow.com/oauth/revoke_authorization";
/// Collections that are looked into at most: each costs a request.
const COLLECTIONS: usize = 60;

#[async_trait::async_trait]
impl Authorize for Webflow {
    fn departure(&self, app: &OAuthApp, visit: &Visit) -> Result<Url, PlatformError> {
        let verb = Verb::Consent;
        if app.client_id.trim().is_empty() {
            let message = "The agency's application at Webflow has no client id.";
            let help = "An administrator enters it under Manage, Credentials.";
            return Err(errors::error(verb, Kind::Invalid("client_id".to_owned()), message, help));
        }
        let mut url = Url::parse(&self.vendor.url(AUTHORIZE)).map_err(|_| {
            let help = "An administrator checks the address of the sandbox.";
            errors::error(verb, Kind::Invalid("sandbox".to_owned()), "The sandbox's address can't be used.", help)
        })?;
        let scopes: Vec<&str> = CONSENT.scopes.iter().map(|scope| scope.name).collect();
        url.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", &app.client_id),
            ("scope", &scopes.join(" ")),
            ("redirect_uri", app.redirect.as_str()),
            ("state", visit.state.expose()),
        ]);
        // Webflow's own examples write spaces as %20.
        let query = url.query().unwrap_or_default().replace('+', "%20");
        url.set_query(Some(&query));
        Ok(url)
    }

    async fn redeem(&self, app: &OAuthApp, _: &Visit, code: &Secret) -> Result<Tokens, PlatformError> {
        let verb = Verb::Redeem;
        let request = Request::post(&*self.vendor.url(TOKEN)).header("accept", "application/json").form([
            ("client_id", app.client_id.as_str()),
            ("client_secret", app.client_secret.expose()),
            ("code", code.expose()),
            ("grant_type", "authorization_code"),
            ("redirect_uri", app.redirect.as_str()),
        ]);
        let response = self.exchange(verb, request).await?;
        if !response.is_success() {
            return Err(self.consent_refused(verb, &response));
        }
        let reply: TokenReply = self.read(verb, &response, None)?;
        if reply.access_token.is_empty() {
            return Err(vendor::unreadable(ID, NAME, verb.name(), verb.effect()));
        }
        let life = reply.expires_in.and_then(|seconds| TimeDelta::try_seconds(i64::try_from(seconds).ok()?));
        Ok(Tokens {
            access: Secret::new(reply.access_token),
            refresh: None,
            expires_at: life.and_then(|life| self.vendor.now().checked_add_signed(life)),
            refresh_expires_at: None,
            scopes: reply.scope.as_deref().map(scopes).filter(|scopes| !scopes.is_empty()),
        })
    }

    async fn refresh(&self, _: &OAuthApp, _: &Tokens) -> Result<Tokens, PlatformError> {
        let message = "Access to Webflow has no end of its own and is not renewed.";
        Err(errors::error(Verb::Refresh, Kind::Unsupported, message, "If it does not work any more, connect again."))
    }

    async fn revoke(&self, app: &OAuthApp, tokens: &Tokens) -> Result<(), PlatformError> {
        let body = json!({
            "client_id": app.client_id,
            "client_secret": app.client_secret.expose(),
            "access_token": tokens.access.expose(),
        });
        let response = self.exchange(Verb::Revoke, Request::post(&*self.vendor.url(REVOKE)).json(&body)).await?;
        let over = matches!(response.status, 400 | 401 | 404) && !is_about_the_application(&response);
        if response.is_success() || over { Ok(()) } else { Err(self.consent_refused(Verb::Revoke, &response)) }
    }

    async fn targets(&self, _: &OAuthApp, tokens: &Tokens) -> Result<Vec<Target>, PlatformError> {
        let verb = Verb::Targets;
        if CONSENT.missing(tokens.scopes.as_deref()).iter().any(|scope| scope.required) {
            return Err(missing_scope(verb));
        }
        let token = &tokens.access;
        let sites: Sites = self.get(verb, "/sites", &[], token).await?;
        let mut targets = Vec::new();
        for site in sites.sites.iter().filter(|site| mapping::is_id(&site.id)) {
            let listed: Collections = self.get(verb, &format!("/sites/{}/collections", site.id), &[], token).await?;
            for collection in listed.collections.iter().filter(|collection| mapping::is_id(&collection.id)) {
                if targets.len() >= COLLECTIONS {
                    return Ok(targets);
                }
                let whole: Collection = self.get(verb, &format!("/collections/{}", collection.id), &[], token).await?;
                targets.extend(mapping::target(site, &whole));
            }
        }
        // What can be used first; Webflow's own order within.
        targets.sort_by_key(|target| target.refusal.is_some());
        Ok(targets)
    }
}

/// Scopes come with spaces by the contract and with commas by Webflow's own description.
fn scopes(text: &str) -> Vec<String> {
    text.split([' ', ',']).filter(|scope| !scope.is_empty()).map(str::to_owned).collect()
}

fn missing_scope(verb: Verb) -> PlatformError {
    let message = "The consent for Webflow does not cover reading the sites and writing to their collections.";
    let help = "Connect Webflow again, and leave every permission ticked.";
    errors::error(verb, Kind::PermissionMissing, message, help)
}

/// Whether a refusal is about the agency's application, in whichever of the known shapes.
fn is_about_the_application(response: &Response) -> bool {
    let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    let words = ["error", "code", "err", "message", "msg"].map(|name| body.get(name).and_then(Value::as_str));
    words.into_iter().flatten().any(|word| word.to_ascii_lowercase().contains("client"))
}

impl Webflow {
    fn consent_refused(&self, verb: Verb, response: &Response) -> PlatformError {
        if !matches!(response.status, 400 | 401 | 403) {
            return self.refusal(verb, response, None);
        }
        let error = if is_about_the_application(response) {
            errors::error(
                verb,
                Kind::PermissionMissing,
                "Webflow does not know the agency's application, or its secret is wrong.",
                "An administrator checks the client id and the secret under Manage, Credentials.",
            )
        } else {
            errors::error(
                verb,
                Kind::AuthExpired,
                "The consent was used already or took too long.",
                "Connect again, and finish within a few minutes.",
            )
        };
        PlatformError { retry: Retry::Never, provider_code: Some(format!("http_{}", response.status)), ..error }
    }
}

/// Whether the collection is there and takes articles, and what the access may do.
pub(super) async fn check(webflow: &Webflow, account: &Account) -> Result<AccountInfo, PlatformError> {
    let verb = Verb::Connect;
    let mut settings = Session::open(webflow, account, verb)?.settings;
    let token = &account.secret;
    let introspected: Introspection = webflow.get(verb, "/token/introspect", &[], token).await?;
    let granted = scopes(&introspected.authorization.scope);
    let missing = CONSENT.missing(Some(&granted));
    if missing.iter().any(|scope| scope.required) {
        return Err(missing_scope(verb));
    }
    let path = format!("/collections/{}", settings.collection_id);
    let collection: Collection = webflow.get(verb, &path, &[], token).await?;
    let mut warnings: Vec<String> = missing
        .iter()
        .map(|scope| format!("The permission {} was not given. It is needed {}.", scope.name, scope.purpose))
        .collect();
    if !mapping::still_there(&settings.fields, &collection.fields) {
        settings.fields = mapping::choose(&collection.fields)
            .map_err(|words| errors::error(verb, Kind::Unsupported, words, "Connect it again when that is done."))?;
        warnings.push("The fields of the collection have changed; articles go into others from now on.".to_owned());
    }
    if !collection.slug.is_empty() {
        settings.collection_slug = collection.slug;
    }
    if !collection.display_name.is_empty() {
        settings.collection_name = collection.display_name;
    }
    Ok(AccountInfo {
        label: format!("{} ({})", settings.site_name, settings.collection_name),
        url: settings.site_url.clone(),
        scopes: granted,
        settings: serde_json::to_value(&settings).unwrap_or_default(),
        warnings,
    })
}

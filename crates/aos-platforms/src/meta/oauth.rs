//! Consent at Facebook Login, for all of Meta's platforms. Source: contract `meta.md`, section 2.

use aos_capabilities::{
    PlatformError, PlatformErrorKind as Kind,
    connect::{Consent, OAuthApp, Tokens, Visit},
    platform::Descriptor,
};
use aos_kernel::{Retry, Secret, Timestamp};
use aos_outbound::Request;
use chrono::TimeDelta;
use serde_json::Value;
use url::Url;

use super::{
    Face,
    api::{DebugData, Debugged, Listed, Permission, TokenBody},
    errors,
    graph::{self, Graph},
};
use crate::{Vendor, vendor, verb::Verb};

const DEPART: Verb = Verb::reading("authorize", "open the consent");
const REDEEM: Verb = Verb::reading("authorize", "turn the consent into an access");
const REFRESH: Verb = Verb::reading("refresh", "renew the access");
const REVOKE: Verb = Verb::reading("revoke", "give the access back");
const INSPECT: Verb = Verb::reading("authorize", "look at the access");

/// Consent for one of Meta's platforms.
#[derive(Clone, Copy)]
pub(crate) struct Login<'a> {
    pub vendor: &'a Vendor,
    pub face: Face,
    pub descriptor: &'a Descriptor,
}

impl Login<'_> {
    /// Where the person is sent.
    pub fn departure(self, app: &OAuthApp, visit: &Visit) -> Result<Url, PlatformError> {
        let version = graph::version_of(self.descriptor);
        let mut url = Url::parse(&self.vendor.url(&format!("https://www.facebook.com/{version}/dialog/oauth")))
            .map_err(|_| self.unusable("The address of Facebook's consent can't be used."))?;
        if app.client_id.trim().is_empty() {
            return Err(self.unusable("The application at Meta has no id."));
        }
        let scopes: Vec<&str> = self.consent().scopes.iter().map(|scope| scope.name).collect();
        url.query_pairs_mut()
            .append_pair("client_id", &app.client_id)
            .append_pair("redirect_uri", app.redirect.as_str())
            .append_pair("state", visit.state.expose())
            .append_pair("response_type", "code")
            .append_pair("scope", &scopes.join(","));
        Ok(url)
    }

    fn consent(self) -> Consent {
        self.descriptor.consent.unwrap_or_else(|| unreachable!("a platform that is connected by consent describes it"))
    }
    fn unusable(self, message: &str) -> PlatformError {
        let help = "Ask an administrator to look at the application's settings under Credentials.";
        errors::error(self.face, DEPART, Kind::Invalid("application".to_owned()), message, help)
    }

    /// The code becomes a short access of the person, and that a long one.
    pub async fn redeem(self, app: &OAuthApp, code: &Secret) -> Result<Tokens, PlatformError> {
        let short = self
            .token(&[
                ("client_id", app.client_id.as_str()),
                ("redirect_uri", app.redirect.as_str()),
                ("client_secret", app.client_secret.expose()),
                ("code", code.expose()),
            ])
            .await?;
        let long = self
            .token(&[
                ("grant_type", "fb_exchange_token"),
                ("client_id", app.client_id.as_str()),
                ("client_secret", app.client_secret.expose()),
                ("fb_exchange_token", short.access_token.expose()),
            ])
            .await?;
        let expires_at = ends(&long, self.vendor.now());
        let scopes = self.granted(&long.access_token).await;
        Ok(Tokens { access: long.access_token, refresh: None, expires_at, refresh_expires_at: None, scopes })
    }

    async fn token(self, query: &[(&str, &str)]) -> Result<TokenBody, PlatformError> {
        let version = graph::version_of(self.descriptor);
        let address = graph::address(self.vendor, version, "oauth/access_token", query);
        let request = Request::get(address.as_str()).header("accept", "application/json").redirects(0);
        let response = graph::exchange(self.vendor, self.face, REDEEM, request).await?;
        graph::read(self.vendor, self.face, REDEEM, &response)
            .map_err(|error| self.refused(error, &response.body, response.status))
    }

    /// Codes mean something else where an application asks for itself.
    fn refused(self, error: PlatformError, body: &[u8], status: u16) -> PlatformError {
        let name = self.face.name;
        let word =
            serde_json::from_slice::<Value>(body).ok().and_then(|body| Some(body.get("error")?.as_str()?.to_owned()));
        let code = word.or_else(|| error.provider_code.clone()).unwrap_or_default();
        let (kind, message, help) = match code.as_str() {
            // An answer of the application's own: a wrong secret, an unknown id, a redirect that is not registered.
            "1" if status < 500 => (Kind::PermissionMissing, self.unknown_application(), APPLICATION),
            "101" | "191" | "100/36008" | "invalid_client" | "unauthorized_client" => {
                (Kind::PermissionMissing, self.unknown_application(), APPLICATION)
            }
            "invalid_grant" => (Kind::AuthExpired, used_up(name), AGAIN),
            _ if error.kind == Kind::AuthExpired || code.starts_with("100") => {
                (Kind::AuthExpired, used_up(name), AGAIN)
            }
            _ => return error,
        };
        PlatformError {
            kind,
            retry: Retry::Never,
            provider_code: Some(code),
            message,
            help: Some(help.to_owned()),
            ..error
        }
    }

    fn unknown_application(self) -> String {
        format!("{} does not know this agency's application, or its secret is wrong.", self.face.name)
    }

    /// What the person granted; none where Meta does not say, since the code is spent either way.
    async fn granted(self, token: &Secret) -> Option<Vec<String>> {
        let graph = Graph::new(self.vendor, self.face, self.descriptor, token, "consent");
        let listed: Listed<Permission> = graph.call(INSPECT, graph.get("me/permissions", &[])).await.ok()?;
        let granted = listed.data.into_iter().filter(|line| line.status == "granted");
        Some(granted.map(|line| line.permission).collect())
    }

    /// Meta has no refresh: the person signs in again.
    pub fn refresh(self) -> PlatformError {
        let message = format!("{} renews an access only when the person signs in again.", self.face.name);
        let help = format!("Connect the {} again before the access runs out.", self.face.noun);
        errors::error(self.face, REFRESH, Kind::Unsupported, message, &help)
    }

    /// Takes this application out of the person's account: all that it opened there is over, on every channel that
    /// the same person connected. A page's own access can't do that.
    pub async fn revoke(self, tokens: &Tokens) -> Result<(), PlatformError> {
        let graph = Graph::new(self.vendor, self.face, self.descriptor, &tokens.access, "consent");
        match graph.call::<Value>(REVOKE, graph.delete("me/permissions")).await {
            Ok(_) => Ok(()),
            Err(error) if error.kind == Kind::AuthExpired => Ok(()),
            Err(error)
                if matches!(
                    error.kind,
                    Kind::PermissionMissing | Kind::Invalid(_) | Kind::NotFound | Kind::Unsupported
                ) =>
            {
                let message = format!(
                    "{} lets only the person take back the access to a single {}.",
                    self.face.name, self.face.noun
                );
                let help = "They do it at facebook.com: Settings, Business integrations, Remove.";
                Err(PlatformError {
                    provider_code: error.provider_code,
                    ..errors::error(self.face, REVOKE, Kind::Unsupported, message, help)
                })
            }
            Err(error) => Err(error),
        }
    }

    /// What Meta says of an access to the application that it was given to; none where it can't be read, because
    /// nothing depends on it but a warning.
    pub async fn debug(self, app: &OAuthApp, tokens: &Tokens) -> DebugData {
        let own = Secret::new(format!("{}|{}", app.client_id, app.client_secret.expose()));
        let query = [("input_token", tokens.access.expose()), ("access_token", own.expose())];
        let version = graph::version_of(self.descriptor);
        let address = graph::address(self.vendor, version, "debug_token", &query);
        let request = Request::get(address.as_str()).header("accept", "application/json").redirects(0);
        let Ok(response) = graph::exchange(self.vendor, self.face, INSPECT, request).await else {
            return DebugData::default();
        };
        let read = vendor::read::<Debugged>(self.face.id, self.face.name, INSPECT.name, INSPECT.effect, &response);
        read.map(|debugged| debugged.data).unwrap_or_default()
    }
}

const APPLICATION: &str = "Ask an administrator to compare id, secret and redirect address under Credentials with those at developers.facebook.com.";
const AGAIN: &str = "Start connecting again; a consent is good for a few minutes and once only.";

fn used_up(name: &str) -> String {
    format!("{name} did not accept the consent: it is used up or too old.")
}

/// When the access ends; none where Meta names no end.
fn ends(token: &TokenBody, now: Timestamp) -> Option<Timestamp> {
    now.checked_add_signed(TimeDelta::seconds(token.seconds()?))
}

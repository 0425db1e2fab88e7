//! Consent, and which account it is for. Source: contract `email.md`, section 1.2.

use aos_capabilities::{
    PlatformError, PlatformErrorKind,
    connect::{Authorize, OAuthApp, Target, Tokens, Visit},
};
use aos_kernel::Secret;
use aos_outbound::Request;
use url::Url;

use super::{
    ID, Mailchimp, NAME,
    api::{Metadata, TokenBody},
    errors, mapping,
    session::exchange,
};
use crate::{
    mailing,
    vendor::{self, wait_of},
};

#[async_trait::async_trait]
impl Authorize for Mailchimp {
    fn departure(&self, app: &OAuthApp, visit: &Visit) -> Result<Url, PlatformError> {
        let unusable = |message: &str| {
            let kind = PlatformErrorKind::Invalid("application".to_owned());
            let help = "Ask an administrator to look at the application's settings under Credentials.";
            errors::error(errors::REDEEM, kind, message, help)
        };
        if app.client_id.trim().is_empty() {
            return Err(unusable("The application at Mailchimp has no id."));
        }
        let mut url = Url::parse(&self.vendor.url("https://login.mailchimp.com/oauth2/authorize"))
            .map_err(|_| unusable("The address of Mailchimp's consent can't be used."))?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &app.client_id)
            .append_pair("redirect_uri", app.redirect.as_str())
            .append_pair("state", visit.state.expose());
        Ok(url)
    }

    async fn redeem(&self, app: &OAuthApp, _visit: &Visit, code: &Secret) -> Result<Tokens, PlatformError> {
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", app.client_id.as_str()),
            ("client_secret", app.client_secret.expose()),
            ("redirect_uri", app.redirect.as_str()),
            ("code", code.expose()),
        ];
        let request = Request::post(self.vendor.url("https://login.mailchimp.com/oauth2/token").as_str())
            .header("accept", "application/json")
            .form(form);
        let response = exchange(&self.vendor, errors::REDEEM, request).await?;
        if !response.is_success() {
            let wait = wait_of(&response, self.vendor.now());
            let verb = errors::REDEEM;
            return Err(mailing::token_refusal(&self.descriptor, verb, response.status, &response.body, wait));
        }
        let verb = errors::REDEEM;
        let token: TokenBody = vendor::read(ID, NAME, verb.name, verb.effect, &response)?;
        // `expires_in` is 0 and means: never.
        Ok(Tokens {
            access: token.access_token,
            refresh: None,
            expires_at: None,
            refresh_expires_at: None,
            scopes: None,
        })
    }

    async fn refresh(&self, _app: &OAuthApp, _tokens: &Tokens) -> Result<Tokens, PlatformError> {
        let message = "An access to Mailchimp has no end, so there is nothing to renew.";
        let help = "Connect the account again if Mailchimp no longer accepts it.";
        Err(errors::error(errors::REFRESH, PlatformErrorKind::Unsupported, message, help))
    }

    async fn revoke(&self, _app: &OAuthApp, _tokens: &Tokens) -> Result<(), PlatformError> {
        let message = "Mailchimp lets only the person take an access back.";
        let help = "They do it in Mailchimp: Account, Extras, Connected sites and apps, Remove.";
        Err(errors::error(errors::REVOKE, PlatformErrorKind::Unsupported, message, help))
    }

    async fn targets(&self, _app: &OAuthApp, tokens: &Tokens) -> Result<Vec<Target>, PlatformError> {
        let bearer = Secret::new(format!("OAuth {}", tokens.access.expose()));
        let request = Request::get(self.vendor.url("https://login.mailchimp.com/oauth2/metadata").as_str())
            .secret_header("authorization", &bearer)
            .header("accept", "application/json")
            .redirects(0)
            .retries(1);
        let response = exchange(&self.vendor, errors::METADATA, request).await?;
        let verb = errors::METADATA;
        if !response.is_success() {
            let body = serde_json::from_slice(&response.body).ok();
            let wait = wait_of(&response, self.vendor.now());
            return Err(errors::refusal(verb, response.status, body.as_ref(), wait));
        }
        let metadata: Metadata = vendor::read(ID, NAME, verb.name, verb.effect, &response)?;
        let target = mapping::target(&metadata);
        let url = target.url.and_then(|url| Url::parse(&self.vendor.url(url.as_str())).ok());
        Ok(vec![Target { url, ..target }])
    }
}

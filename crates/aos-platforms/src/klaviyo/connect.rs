//! Consent with PKCE, and which account it is for. Source: contract `email.md`, section 2.1.

use aos_capabilities::{
    PlatformError, PlatformErrorKind,
    connect::{Authorize, OAuthApp, Target, Tokens, Visit},
};
use aos_kernel::Secret;
use aos_outbound::Request;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use url::Url;

use super::{
    ID, Klaviyo, NAME, SCOPES,
    api::{AccountData, Many, TokenBody},
    errors, mapping,
    session::{Session, exchange},
};
use crate::{
    mailing,
    vendor::{self, wait_of},
    verb::Verb,
};

const TOKEN: &str = "https://a.klaviyo.com/oauth/token";
const REVOKE: &str = "https://a.klaviyo.com/oauth/revoke";

impl Klaviyo {
    fn form(&self, address: &str, app: &OAuthApp, form: &[(&str, &str)]) -> Request {
        Request::post(self.vendor.url(address).as_str())
            .basic_auth(&app.client_id, &app.client_secret)
            .header("accept", "application/json")
            .form(form.iter().copied())
    }

    async fn token(&self, verb: Verb, app: &OAuthApp, form: &[(&str, &str)]) -> Result<TokenBody, PlatformError> {
        let response = exchange(&self.vendor, verb, self.form(TOKEN, app, form)).await?;
        if !response.is_success() {
            let wait = wait_of(&response, self.vendor.now());
            return Err(mailing::token_refusal(&self.descriptor, verb, response.status, &response.body, wait));
        }
        vendor::read(ID, NAME, verb.name, verb.effect, &response)
    }
}

#[async_trait::async_trait]
impl Authorize for Klaviyo {
    fn departure(&self, app: &OAuthApp, visit: &Visit) -> Result<Url, PlatformError> {
        let unusable = |message: &str| {
            let kind = PlatformErrorKind::Invalid("application".to_owned());
            let help = "Ask an administrator to look at the application's settings under Credentials.";
            errors::error(errors::REDEEM, kind, message, help)
        };
        if app.client_id.trim().is_empty() {
            return Err(unusable("The application at Klaviyo has no id."));
        }
        let mut url = Url::parse(&self.vendor.url("https://www.klaviyo.com/oauth/authorize"))
            .map_err(|_| unusable("The address of Klaviyo's consent can't be used."))?;
        let scopes: Vec<&str> = SCOPES.iter().map(|scope| scope.name).collect();
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(visit.verifier.expose()));
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &app.client_id)
            .append_pair("redirect_uri", app.redirect.as_str())
            .append_pair("scope", &scopes.join(" "))
            .append_pair("state", visit.state.expose())
            .append_pair("code_challenge_method", "S256")
            .append_pair("code_challenge", &challenge);
        Ok(url)
    }

    async fn redeem(&self, app: &OAuthApp, visit: &Visit, code: &Secret) -> Result<Tokens, PlatformError> {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("code_verifier", visit.verifier.expose()),
            ("redirect_uri", app.redirect.as_str()),
        ];
        let body = self.token(errors::REDEEM, app, &form).await?;
        Ok(mapping::tokens(body, None, self.vendor.now()))
    }

    async fn refresh(&self, app: &OAuthApp, tokens: &Tokens) -> Result<Tokens, PlatformError> {
        let Some(refresh) = &tokens.refresh else {
            let message = "Klaviyo gave nothing to renew the access with.";
            let help = "Connect the account again.";
            return Err(errors::error(errors::REFRESH, PlatformErrorKind::AuthExpired, message, help));
        };
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.expose())];
        let body = self.token(errors::REFRESH, app, &form).await?;
        Ok(mapping::tokens(body, Some(tokens), self.vendor.now()))
    }

    async fn revoke(&self, app: &OAuthApp, tokens: &Tokens) -> Result<(), PlatformError> {
        let (hint, token) = match &tokens.refresh {
            Some(refresh) => ("refresh_token", refresh),
            None => ("access_token", &tokens.access),
        };
        let form = [("token_type_hint", hint), ("token", token.expose())];
        let verb = errors::REVOKE;
        let response = exchange(&self.vendor, verb, self.form(REVOKE, app, &form)).await?;
        if response.is_success() {
            return Ok(());
        }
        let wait = wait_of(&response, self.vendor.now());
        match mailing::token_refusal(&self.descriptor, verb, response.status, &response.body, wait) {
            // It is over already.
            error if error.kind == PlatformErrorKind::AuthExpired => Ok(()),
            error => Err(error),
        }
    }

    async fn targets(&self, _app: &OAuthApp, tokens: &Tokens) -> Result<Vec<Target>, PlatformError> {
        let session = Session::new(&self.vendor, &self.descriptor, &tokens.access, "consent");
        let accounts: Many<AccountData> = session.call(errors::CONNECT, session.get("accounts", &[])).await?;
        let url = Url::parse(&self.vendor.url(mapping::ADMINISTRATION)).ok();
        Ok(accounts.data.iter().map(|account| Target { url: url.clone(), ..mapping::target(account) }).collect())
    }
}

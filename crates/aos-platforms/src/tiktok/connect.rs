//! Connecting an account by consent. Source: contract `social.md`, 3.1.

use aos_capabilities::{
    PlatformError, PlatformErrorKind,
    connect::{Authorize, OAuthApp, Target, Tokens, Visit},
};
use aos_kernel::Secret;
use aos_outbound::{Request, Response};
use url::{Url, form_urlencoded};

use super::{
    TikTok, WHO,
    api::User,
    mapping::{self, Settings},
};
use crate::social::{
    oauth::{self, Asked},
    refusal::{self, Verb},
};

const CONSENT: &str = "https://www.tiktok.com/v2/auth/authorize/";
const TOKEN: &str = "https://open.tiktokapis.com/v2/oauth/token/";
const REVOKE: &str = "https://open.tiktokapis.com/v2/oauth/revoke/";

#[async_trait::async_trait]
impl Authorize for TikTok {
    fn departure(&self, app: &OAuthApp, visit: &Visit) -> Result<Url, PlatformError> {
        let scopes = self.descriptor.consent.map(|consent| consent.scopes).unwrap_or_default();
        let scope = scopes.iter().map(|scope| scope.name).collect::<Vec<_>>().join(",");
        let parameters = [
            ("client_key", app.client_id.as_str()),
            ("response_type", "code"),
            ("scope", &scope),
            ("redirect_uri", app.redirect.as_str()),
            ("state", visit.state.expose()),
        ];
        oauth::departure(WHO, &self.vendor.url(CONSENT), app, &parameters)
    }

    async fn redeem(&self, app: &OAuthApp, _visit: &Visit, code: &Secret) -> Result<Tokens, PlatformError> {
        let code = decoded(code.expose());
        let fields = [
            ("client_key", app.client_id.as_str()),
            ("client_secret", app.client_secret.expose()),
            ("code", &code),
            ("grant_type", "authorization_code"),
            ("redirect_uri", app.redirect.as_str()),
        ];
        let response = self.ask(Verb::Authorize, TOKEN, &fields).await?;
        self.asked(Verb::Authorize, None).tokens(&response)
    }

    async fn refresh(&self, app: &OAuthApp, tokens: &Tokens) -> Result<Tokens, PlatformError> {
        let Some(refresh) = &tokens.refresh else {
            let message = "TikTok gave no way to renew the access to this account.";
            let kind = PlatformErrorKind::Unsupported;
            return Err(refusal::own(WHO, Verb::Renew, kind, message, "Connect the account again."));
        };
        let fields = [
            ("client_key", app.client_id.as_str()),
            ("client_secret", app.client_secret.expose()),
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh.expose()),
        ];
        let response = self.ask(Verb::Renew, TOKEN, &fields).await?;
        self.asked(Verb::Renew, Some(tokens)).tokens(&response)
    }

    async fn revoke(&self, app: &OAuthApp, tokens: &Tokens) -> Result<(), PlatformError> {
        let fields = [
            ("client_key", app.client_id.as_str()),
            ("client_secret", app.client_secret.expose()),
            ("token", tokens.access.expose()),
        ];
        let response = self.ask(Verb::Revoke, REVOKE, &fields).await?;
        match self.asked(Verb::Revoke, None).refused(&response) {
            // Over already.
            Some(error) if error.kind == PlatformErrorKind::AuthExpired => Ok(()),
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    async fn targets(&self, _app: &OAuthApp, tokens: &Tokens) -> Result<Vec<Target>, PlatformError> {
        let session = self.session(&tokens.access, None);
        let user = session.user(Verb::Targets, User::BASIC).await?;
        let creator = session.creator(Verb::Targets).await?;
        let settings = Settings::new(&user, &creator);
        let seen_by = match mapping::level(&creator) {
            Some((_, who)) => format!("Account · posts are seen by {who}"),
            None => "Account".to_owned(),
        };
        let refusal = mapping::level(&creator).is_none().then(|| {
            "TikTok lets nobody publish on this account at the moment. Somebody opens TikTok as this account and looks \
             why."
                .to_owned()
        });
        Ok(vec![Target {
            key: user.open_id.clone(),
            label: mapping::label(&user, &creator),
            detail: seen_by,
            url: settings.url(&self.vendor),
            tokens: None,
            settings: serde_json::to_value(&settings).unwrap_or_default(),
            refusal,
        }])
    }
}

impl TikTok {
    async fn ask(&self, verb: Verb, address: &str, fields: &[(&str, &str)]) -> Result<Response, PlatformError> {
        let request = Request::post(self.vendor.url(address).as_str()).form(fields.iter().copied());
        refusal::exchange(&self.vendor, WHO, verb, request).await
    }

    fn asked<'a>(&self, verb: Verb, standing: Option<&'a Tokens>) -> Asked<'a> {
        Asked { who: WHO, verb, now: self.vendor.now(), standing }
    }
}

/// The code as TikTok wants it back. It comes encoded once more than an address encodes it; a code that is not stays
/// as it is, since codes hold no percent sign of their own.
fn decoded(code: &str) -> String {
    let field = format!("c={}", code.replace('+', "%2B").replace('&', "%26"));
    form_urlencoded::parse(field.as_bytes()).next().map_or_else(|| code.to_owned(), |(_, code)| code.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_decoded_once() {
        for (code, plain) in [("abc%2A1%21x", "abc*1!x"), ("abc*1!x", "abc*1!x"), ("a+b&c=d", "a+b&c=d"), ("", "")] {
            assert_eq!(decoded(code), plain);
        }
    }
}

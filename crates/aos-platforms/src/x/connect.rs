//! Connecting an account by consent. Source: contract `social.md`, 2.1.

use aos_capabilities::{
    PlatformError, PlatformErrorKind,
    connect::{Authorize, OAuthApp, Target, Tokens, Visit},
};
use aos_kernel::Secret;
use aos_outbound::Request;
use url::Url;

use super::{
    WHO, X,
    mapping::{self, Settings},
};
use crate::social::{
    grouped,
    oauth::{self, Asked},
    refusal::{self, Verb},
};

const CONSENT: &str = "https://x.com/i/oauth2/authorize";
const TOKEN: &str = "https://api.x.com/2/oauth2/token";
const REVOKE: &str = "https://api.x.com/2/oauth2/revoke";

#[async_trait::async_trait]
impl Authorize for X {
    fn departure(&self, app: &OAuthApp, visit: &Visit) -> Result<Url, PlatformError> {
        let scopes = self.descriptor.consent.map(|consent| consent.scopes).unwrap_or_default();
        let scope = scopes.iter().map(|scope| scope.name).collect::<Vec<_>>().join(" ");
        let parameters = [
            ("response_type", "code"),
            ("client_id", app.client_id.as_str()),
            ("redirect_uri", app.redirect.as_str()),
            ("scope", &scope),
            ("state", visit.state.expose()),
            ("code_challenge", &oauth::challenge(&visit.verifier)),
            ("code_challenge_method", "S256"),
        ];
        oauth::departure(WHO, &self.vendor.url(CONSENT), app, &parameters)
    }

    async fn redeem(&self, app: &OAuthApp, visit: &Visit, code: &Secret) -> Result<Tokens, PlatformError> {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("redirect_uri", app.redirect.as_str()),
            ("code_verifier", visit.verifier.expose()),
        ];
        let response = self.ask(Verb::Authorize, app, TOKEN, &fields).await?;
        self.asked(Verb::Authorize, None).tokens(&response)
    }

    async fn refresh(&self, app: &OAuthApp, tokens: &Tokens) -> Result<Tokens, PlatformError> {
        let Some(refresh) = &tokens.refresh else {
            return Err(refusal::own(
                WHO,
                Verb::Renew,
                PlatformErrorKind::Unsupported,
                "X gave no way to renew the access, because staying connected was not allowed.",
                "Connect the account again and allow everything that is asked for.",
            ));
        };
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh.expose())];
        let response = self.ask(Verb::Renew, app, TOKEN, &fields).await?;
        self.asked(Verb::Renew, Some(tokens)).tokens(&response)
    }

    async fn revoke(&self, app: &OAuthApp, tokens: &Tokens) -> Result<(), PlatformError> {
        // The refresh token first: what it could still bring would outlive the access token.
        for token in tokens.refresh.iter().chain([&tokens.access]) {
            let fields = [("token", token.expose()), ("client_id", app.client_id.as_str())];
            let response = self.ask(Verb::Revoke, app, REVOKE, &fields).await?;
            match self.asked(Verb::Revoke, None).refused(&response) {
                // Over already.
                Some(error) if error.kind == PlatformErrorKind::AuthExpired => {}
                Some(error) => return Err(error),
                None => {}
            }
        }
        Ok(())
    }

    async fn targets(&self, _app: &OAuthApp, tokens: &Tokens) -> Result<Vec<Target>, PlatformError> {
        let user = self.session(&tokens.access, None).me(Verb::Targets).await?;
        let settings = Settings::new(&user);
        let followers = user.public_metrics.as_ref().and_then(|metrics| metrics.followers_count);
        let followers = followers.map(|count| format!(" · {} followers", grouped(count))).unwrap_or_default();
        Ok(vec![Target {
            key: user.id.clone(),
            label: mapping::label(&user),
            detail: format!("Account{followers}"),
            url: settings.url(&self.vendor),
            tokens: None,
            settings: serde_json::to_value(&settings).unwrap_or_default(),
            refusal: None,
        }])
    }
}

impl X {
    /// An application with a secret shows it; one without names itself in the form.
    async fn ask(
        &self,
        verb: Verb,
        app: &OAuthApp,
        address: &str,
        fields: &[(&str, &str)],
    ) -> Result<aos_outbound::Response, PlatformError> {
        let request = Request::post(self.vendor.url(address).as_str());
        let named = fields.iter().any(|(name, _)| *name == "client_id");
        let request = if app.client_secret.is_empty() {
            let own = (!named).then_some(("client_id", app.client_id.as_str()));
            request.form(fields.iter().copied().chain(own))
        } else {
            request.basic_auth(&app.client_id, &app.client_secret).form(fields.iter().copied())
        };
        refusal::exchange(&self.vendor, WHO, verb, request).await
    }

    fn asked<'a>(&self, verb: Verb, standing: Option<&'a Tokens>) -> Asked<'a> {
        Asked { who: WHO, verb, now: self.vendor.now(), standing }
    }
}

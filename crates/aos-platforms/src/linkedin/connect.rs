//! Connecting a page by consent. Source: contract `social.md`, 1.1 and 1.3.

use std::collections::BTreeMap;

use aos_capabilities::{
    PlatformError, PlatformErrorKind,
    connect::{Authorize, OAuthApp, Target, Tokens, Visit},
};
use aos_kernel::Secret;
use aos_outbound::Request;
use url::Url;

use super::{
    LinkedIn, Session, WHO,
    api::{Lookup, Organization},
    mapping::{self, Settings},
};
use crate::social::{
    encoded, grouped,
    oauth::{self, Asked},
    refusal::{self, Verb},
};

const CONSENT: &str = "https://www.linkedin.com/oauth/v2/authorization";
const TOKEN: &str = "https://www.linkedin.com/oauth/v2/accessToken";
/// Pages in one request for their names.
const NAMES: usize = 50;
/// Beyond so many pages, followers are not asked for one by one.
const COUNTED: usize = 50;

#[async_trait::async_trait]
impl Authorize for LinkedIn {
    fn departure(&self, app: &OAuthApp, visit: &Visit) -> Result<Url, PlatformError> {
        let scopes = self.descriptor.consent.map(|consent| consent.scopes).unwrap_or_default();
        let scope = scopes.iter().map(|scope| scope.name).collect::<Vec<_>>().join(" ");
        let parameters = [
            ("response_type", "code"),
            ("client_id", app.client_id.as_str()),
            ("redirect_uri", app.redirect.as_str()),
            ("state", visit.state.expose()),
            ("scope", &scope),
        ];
        oauth::departure(WHO, &self.vendor.url(CONSENT), app, &parameters)
    }

    async fn redeem(&self, app: &OAuthApp, _visit: &Visit, code: &Secret) -> Result<Tokens, PlatformError> {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("client_id", &app.client_id),
            ("client_secret", app.client_secret.expose()),
            ("redirect_uri", app.redirect.as_str()),
        ];
        self.token(Verb::Authorize, &fields, None).await
    }

    async fn refresh(&self, app: &OAuthApp, tokens: &Tokens) -> Result<Tokens, PlatformError> {
        let Some(refresh) = &tokens.refresh else {
            return Err(refusal::own(
                WHO,
                Verb::Renew,
                PlatformErrorKind::Unsupported,
                "LinkedIn gave no way to renew the access to this page: the person who connected it has to agree again \
                 before it ends.",
                "Connect the page again. Applications that LinkedIn has approved for its partner products get access \
                 that renews itself.",
            ));
        };
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh.expose()),
            ("client_id", &app.client_id),
            ("client_secret", app.client_secret.expose()),
        ];
        self.token(Verb::Renew, &fields, Some(tokens)).await
    }

    async fn revoke(&self, _app: &OAuthApp, _tokens: &Tokens) -> Result<(), PlatformError> {
        Err(refusal::own(
            WHO,
            Verb::Revoke,
            PlatformErrorKind::Unsupported,
            "LinkedIn has no way to give the access back from here: whoever connected the page removes it on LinkedIn \
             in Settings, Data privacy, Permitted services.",
            "Ask the person who connected the page to remove the agency's application there. Until then the access ends \
             by itself after 60 days.",
        ))
    }

    async fn targets(&self, _app: &OAuthApp, tokens: &Tokens) -> Result<Vec<Target>, PlatformError> {
        let session = self.session(&tokens.access, None);
        let mut urns: Vec<String> = Vec::new();
        for acl in session.administered(Verb::Targets).await? {
            let approved = acl.state.is_empty() || acl.state == "APPROVED";
            if let Some(urn) = acl.page().filter(|urn| approved && urns.iter().all(|known| known != urn)) {
                urns.push(urn.to_owned());
            }
        }
        let mut targets = Vec::with_capacity(urns.len());
        for chunk in urns.chunks(NAMES) {
            let mut pages = session.names(chunk).await?;
            for urn in chunk {
                let known = pages.remove(mapping::number(urn));
                let counted = targets.len() < COUNTED;
                targets.push(session.target(urn, known, counted).await?);
            }
        }
        Ok(targets)
    }
}

impl LinkedIn {
    async fn token(
        &self,
        verb: Verb,
        fields: &[(&str, &str)],
        standing: Option<&Tokens>,
    ) -> Result<Tokens, PlatformError> {
        let request = Request::post(self.vendor.url(TOKEN).as_str()).form(fields.iter().copied());
        let response = refusal::exchange(&self.vendor, WHO, verb, request).await?;
        Asked { who: WHO, verb, now: self.vendor.now(), standing }.tokens(&response)
    }
}

impl Session<'_> {
    /// Pages by their numbers, many at once. Those that LinkedIn leaves out are asked for one by one.
    async fn names(&self, urns: &[String]) -> Result<BTreeMap<String, Organization>, PlatformError> {
        let ids: Vec<String> = urns.iter().map(|urn| encoded(mapping::number(urn))).collect();
        let path = format!("/rest/organizationsLookup?ids=List({})", ids.join(","));
        let found: Result<Lookup, _> = self.call(Verb::Targets, self.get(&path)).await;
        hidden(found.map(|lookup| lookup.results)).map(Option::unwrap_or_default)
    }

    /// A page as it is offered. Followers only help to tell pages apart, so it is offered without them as well.
    async fn target(&self, urn: &str, known: Option<Organization>, counted: bool) -> Result<Target, PlatformError> {
        let page = match known {
            Some(page) => Some(page),
            None => hidden(self.organization(Verb::Targets, mapping::number(urn)).await)?,
        };
        let refusal = page.is_none().then(|| {
            "LinkedIn does not show this page. An administrator of the page looks whether it was closed.".to_owned()
        });
        let settings = Settings::new(urn.to_owned(), &page.unwrap_or_default());
        let followers = if counted && refusal.is_none() { self.followers(Verb::Targets, urn).await.ok() } else { None };
        Ok(Target {
            key: urn.to_owned(),
            label: settings.name.clone(),
            detail: followers.map_or("Page".to_owned(), |count| format!("Page · {} followers", grouped(count))),
            url: settings.url(&self.client.vendor),
            tokens: None,
            settings: serde_json::to_value(&settings).unwrap_or_default(),
            refusal,
        })
    }
}

/// What was asked for, or nothing where this person does not get to see it.
fn hidden<T>(found: Result<T, PlatformError>) -> Result<Option<T>, PlatformError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(PlatformError { kind: PlatformErrorKind::NotFound | PlatformErrorKind::PermissionMissing, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

//! Consent and the choice of an ad account. Source: contract `meta.md`, sections 2 and 7.

use aos_capabilities::{
    PlatformError,
    connect::{Authorize, OAuthApp, Target, Tokens, Visit},
};
use aos_kernel::Secret;
use url::Url;

use super::{FACE, MetaAds, api::AdAccount, errors, mapping};
use crate::meta::{graph::Graph, oauth::Login, pages::Granted};

impl MetaAds {
    fn login(&self) -> Login<'_> {
        Login { vendor: &self.vendor, face: FACE, descriptor: &self.descriptor }
    }
}

#[async_trait::async_trait]
impl Authorize for MetaAds {
    fn departure(&self, app: &OAuthApp, visit: &Visit) -> Result<Url, PlatformError> {
        self.login().departure(app, visit)
    }

    async fn redeem(&self, app: &OAuthApp, _visit: &Visit, code: &Secret) -> Result<Tokens, PlatformError> {
        self.login().redeem(app, code).await
    }

    async fn refresh(&self, _app: &OAuthApp, _tokens: &Tokens) -> Result<Tokens, PlatformError> {
        Err(self.login().refresh())
    }

    async fn revoke(&self, _app: &OAuthApp, tokens: &Tokens) -> Result<(), PlatformError> {
        self.login().revoke(tokens).await
    }

    /// Ad accounts have no access of their own: they are opened by what the person's consent brought.
    async fn targets(&self, app: &OAuthApp, tokens: &Tokens) -> Result<Vec<Target>, PlatformError> {
        let graph = Graph::new(&self.vendor, FACE, &self.descriptor, &tokens.access, "consent");
        let query = [("fields", AdAccount::FIELDS), ("limit", "100")];
        let accounts: Vec<AdAccount> = graph.all(errors::LIST, "me/adaccounts", &query).await?;
        let seen = self.login().debug(app, tokens).await;
        let granted = Granted { data_access_ends: seen.data_access_ends(), user_id: seen.user_id.map(|id| id.0) };
        let seen_at = |target: Target| {
            let url = Url::parse(&self.vendor.url(&mapping::manager(&target.key))).ok();
            Target { url, ..target }
        };
        Ok(accounts.iter().map(|account| seen_at(mapping::target(account, &granted))).collect())
    }
}

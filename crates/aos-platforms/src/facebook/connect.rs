//! Consent and the choice of a page. Source: contract `meta.md`, section 2.

use aos_capabilities::{
    PlatformError,
    connect::{Authorize, OAuthApp, Target, Tokens, Visit},
};
use aos_kernel::Secret;
use url::Url;

use super::{FACE, Facebook, mapping};
use crate::meta::{
    graph::Graph,
    oauth::Login,
    pages::{Granted, OwnPage},
};

const FIELDS: &str = "id,name,category,tasks,access_token,link,followers_count";

impl Facebook {
    fn login(&self) -> Login<'_> {
        Login { vendor: &self.vendor, face: FACE, descriptor: &self.descriptor }
    }
}

#[async_trait::async_trait]
impl Authorize for Facebook {
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

    async fn targets(&self, app: &OAuthApp, tokens: &Tokens) -> Result<Vec<Target>, PlatformError> {
        let graph = Graph::new(&self.vendor, FACE, &self.descriptor, &tokens.access, "consent");
        let pages = OwnPage::all(&graph, FIELDS).await?;
        let seen = self.login().debug(app, tokens).await;
        let granted = Granted { data_access_ends: seen.data_access_ends(), user_id: seen.user_id.map(|id| id.0) };
        Ok(pages.into_iter().map(|page| mapping::target(page, tokens, &granted)).collect())
    }
}

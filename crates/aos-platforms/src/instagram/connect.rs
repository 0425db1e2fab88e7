//! Consent and the choice of an account. Source: contract `meta.md`, sections 2 and 6.

use aos_capabilities::{
    PlatformError,
    connect::{Authorize, OAuthApp, Target, Tokens, Visit},
};
use aos_kernel::Secret;
use url::Url;

use super::{FACE, Instagram, api::Profile, errors, mapping};
use crate::meta::{
    graph::Graph,
    is_id,
    oauth::Login,
    pages::{Granted, OwnPage},
};

const FIELDS: &str = "id,name,tasks,access_token,instagram_business_account{id,username,name,followers_count}";

impl Instagram {
    fn login(&self) -> Login<'_> {
        Login { vendor: &self.vendor, face: FACE, descriptor: &self.descriptor }
    }
}

#[async_trait::async_trait]
impl Authorize for Instagram {
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
        let mut targets = Vec::new();
        for mut page in pages {
            // Where only the id came along, the name is asked for; without it the account is shown by its page.
            if let Some(own) = page.instagram_business_account.as_mut()
                && own.username.is_none()
                && is_id(&own.id.0)
            {
                let request = graph.get(&own.id.0, &[("fields", Profile::CHECKED)]);
                if let Ok(profile) = graph.call::<Profile>(errors::CONNECT, request).await {
                    own.username = profile.username;
                    own.name = profile.name;
                    own.followers_count = profile.followers_count;
                }
            }
            let username = page.instagram_business_account.as_ref().and_then(|own| own.username.clone());
            targets.push(mapping::target(page, tokens, &granted, &self.seen_at(username.as_deref())));
        }
        Ok(targets)
    }
}

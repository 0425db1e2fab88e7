//! Consent, and the profiles that can be connected with it. Source: contract `google.md`, sections 1 and 6.

use aos_capabilities::{
    Account, PlatformError,
    connect::{Authorize, OAuthApp, Target, Tokens, Visit},
    platform::AccountInfo,
};
use aos_kernel::Secret;
use std::collections::HashSet;
use url::Url;

use super::{
    GoogleBusiness, SCOPE, Settings,
    api::{ACCOUNTS, Accounts, INFORMATION, Location, Locations},
    errors::{CONNECT, TARGETS},
    mapping,
};
use crate::google::last_part;

#[async_trait::async_trait]
impl Authorize for GoogleBusiness {
    fn departure(&self, app: &OAuthApp, visit: &Visit) -> Result<Url, PlatformError> {
        self.google().departure(app, visit)
    }
    async fn redeem(&self, app: &OAuthApp, _: &Visit, code: &Secret) -> Result<Tokens, PlatformError> {
        self.google().redeem(app, code).await
    }
    async fn refresh(&self, app: &OAuthApp, tokens: &Tokens) -> Result<Tokens, PlatformError> {
        self.google().refresh(app, tokens).await
    }
    async fn revoke(&self, _: &OAuthApp, tokens: &Tokens) -> Result<(), PlatformError> {
        self.google().revoke(tokens).await
    }

    async fn targets(&self, _: &OAuthApp, tokens: &Tokens) -> Result<Vec<Target>, PlatformError> {
        let google = self.google();
        google.granted(TARGETS, tokens)?;
        let token = &tokens.access;
        let groups = google.pages::<Accounts>(TARGETS, ACCOUNTS, &[("pageSize", "20")], token, "accounts").await?;
        let mut targets = Vec::new();
        // A location that a person owns and a group holds too is listed by both.
        let mut seen = HashSet::new();
        for group in groups.iter().filter(|group| last_part(&group.name, "accounts").is_some()) {
            let url = format!("{INFORMATION}/{}/locations", group.name);
            let query = [("readMask", Location::LISTED), ("pageSize", "100")];
            let locations = google.pages::<Locations>(TARGETS, &url, &query, token, "information").await?;
            for location in locations.iter().filter(|location| seen.insert(location.name.clone())) {
                targets.extend(mapping::target(group, location));
            }
        }
        Ok(targets)
    }
}

/// Whether the profile is there, and can be written to.
pub(super) async fn check(platform: &GoogleBusiness, account: &Account) -> Result<AccountInfo, PlatformError> {
    let google = platform.google();
    let mut settings: Settings = google.settings(CONNECT, account)?;
    let location = read(platform, account, &settings, Location::LISTED).await?;
    settings.title = if location.title.is_empty() { settings.title } else { location.title.clone() };
    settings.url = mapping::address_of(&location).or(settings.url);
    Ok(AccountInfo {
        label: settings.title.clone(),
        url: settings.url.clone().unwrap_or_else(|| account.base_url.clone()),
        scopes: vec![SCOPE.to_owned()],
        settings: serde_json::to_value(&settings).unwrap_or_default(),
        warnings: mapping::warnings(&location),
    })
}

/// The profile with the parts of a mask.
pub(super) async fn read(
    platform: &GoogleBusiness,
    account: &Account,
    settings: &Settings,
    mask: &str,
) -> Result<Location, PlatformError> {
    let google = platform.google();
    let url = format!("{INFORMATION}/{}", settings.location);
    google.call(CONNECT, google.get(&url, &[("readMask", mask)], &account.secret, "information")).await
}

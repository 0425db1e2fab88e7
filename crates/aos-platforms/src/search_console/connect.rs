//! Consent, and the sites that can be connected with it. Source: contract `google.md`, sections 1 and 5.

use aos_capabilities::{
    Account, PlatformError, PlatformErrorKind,
    connect::{Authorize, OAuthApp, Target, Tokens, Visit},
    platform::AccountInfo,
};
use aos_kernel::Secret;
use url::Url;

use super::{
    SCOPE, SearchConsole,
    api::{SITES, Settings, Site, Sites},
    errors::{CONNECT, TARGETS},
    mapping::{self, Level},
};
use crate::google::Operation;

#[async_trait::async_trait]
impl Authorize for SearchConsole {
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
        self.google().granted(TARGETS, tokens)?;
        let mut sites = sites(self, TARGETS, &tokens.access, "consent").await?;
        // What can be used first; Search Console's own order within.
        sites.sort_by_key(|site| Level::of(&site.permission_level) == Level::Unverified);
        Ok(sites.iter().map(mapping::target).collect())
    }
}

/// The person's sites: the one call that also tells what they may do with each.
async fn sites(
    platform: &SearchConsole,
    operation: Operation,
    token: &Secret,
    whose: &str,
) -> Result<Vec<Site>, PlatformError> {
    let google = platform.google();
    let sites: Sites = google.call(operation, google.get(SITES, &[], token, whose)).await?;
    Ok(sites.site_entry)
}

/// Whether the person still has the site, and may read it.
pub(super) async fn check(platform: &SearchConsole, account: &Account) -> Result<AccountInfo, PlatformError> {
    let google = platform.google();
    let settings: Settings = google.settings(CONNECT, account)?;
    let sites = sites(platform, CONNECT, &account.secret, &account.channel.to_string()).await?;
    let label = mapping::label(&settings.site_url);
    let Some(site) = sites.iter().find(|site| site.site_url == settings.site_url) else {
        let message = format!("This Google account no longer has {label} in Search Console.");
        let help = "Ask an owner of the site to add the account in Search Console, or connect with another account.";
        return Err(google.error(CONNECT, PlatformErrorKind::PermissionMissing, message, help));
    };
    let level = Level::of(&site.permission_level);
    if let Some(words) = mapping::refusal(level) {
        let help = "Verify the site in Search Console, then check again.";
        return Err(google.error(CONNECT, PlatformErrorKind::PermissionMissing, words, help));
    }
    Ok(AccountInfo {
        label: format!("{label} ({})", level.words()),
        url: mapping::address(&settings.site_url).unwrap_or_else(|| account.base_url.clone()),
        scopes: vec![SCOPE.to_owned()],
        settings: account.settings.clone(),
        warnings: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use aos_capabilities::Platform;
    use aos_kernel::Retry;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::prompter::{Answer, Rehearsal, account, app, tokens};

    fn answering(status: u16, body: Value) -> (SearchConsole, Rehearsal) {
        let rehearsal = Rehearsal::new([Answer::get(SITES, status, body)]);
        (SearchConsole::new(rehearsal.vendor()), rehearsal)
    }

    #[tokio::test]
    async fn sites_are_listed_with_what_the_person_may_do() {
        let (platform, rehearsal) = answering(
            200,
            json!({"siteEntry": [
                {"siteUrl": "http://old.test/", "permissionLevel": "SITE_UNVERIFIED_USER"},
                {"siteUrl": "sc-domain:ex.com", "permissionLevel": "siteOwner"},
                {"siteUrl": "https://shop.ex.com/", "permissionLevel": "SITE_RESTRICTED_USER"},
            ]}),
        );
        let targets = platform.targets(&app(), &tokens(&[SCOPE])).await.unwrap();
        let shown: Vec<_> =
            targets.iter().map(|t| (t.label.as_str(), t.detail.as_str(), t.refusal.is_some())).collect();
        assert_eq!(
            shown,
            [
                ("ex.com", "Domain · owner", false),
                ("https://shop.ex.com/", "Address · restricted user", false),
                ("http://old.test/", "Address · not verified", true),
            ]
        );
        assert_eq!(targets[0].url.as_ref().unwrap().query(), Some("resource_id=sc-domain%3Aex.com"));
        insta::assert_json_snapshot!(rehearsal.sent());
        let (platform, _) = answering(200, json!({}));
        assert!(platform.targets(&app(), &tokens(&[SCOPE])).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_check_sees_whether_the_site_is_still_the_persons() {
        let connected = account(json!({"site_url": "sc-domain:ex.com"}));
        let entry = |level: &str| json!({"siteEntry": [{"siteUrl": "sc-domain:ex.com", "permissionLevel": level}]});
        let (platform, _) = answering(200, entry("siteFullUser"));
        assert_eq!(platform.check(&connected).await.unwrap().label, "ex.com (full user)");
        for (status, body, kind) in [
            (200, json!({}), PlatformErrorKind::PermissionMissing),
            (200, entry("siteUnverifiedUser"), PlatformErrorKind::PermissionMissing),
            (200, json!(7), PlatformErrorKind::UnexpectedResponse),
            (401, json!({"error": {"status": "UNAUTHENTICATED"}}), PlatformErrorKind::AuthExpired),
        ] {
            let (platform, _) = answering(status, body);
            assert_eq!(platform.check(&connected).await.unwrap_err().kind, kind);
        }
    }

    #[tokio::test]
    async fn a_used_up_load_quota_waits_a_quarter_of_an_hour() {
        let (platform, _) = answering(403, json!({"error": {"errors": [{"reason": "quotaExceeded"}]}}));
        let error = platform.check(&account(json!({"site_url": "https://a.test/"}))).await.unwrap_err();
        assert_eq!(
            (error.kind, error.retry),
            (PlatformErrorKind::RateLimited, Retry::After(std::time::Duration::from_secs(900)),)
        );
    }

    proptest! {
        #[test]
        fn no_site_breaks_the_mapping(site_url in ".{0,40}", permission_level in ".{0,20}") {
            let target = mapping::target(&Site { site_url, permission_level });
            prop_assert!(target.settings["site_url"].is_string());
        }
    }
}

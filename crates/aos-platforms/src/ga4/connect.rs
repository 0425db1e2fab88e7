//! Consent, and the properties that can be connected with it. Source: contract `google.md`, sections 1 and 4.

use aos_capabilities::{
    Account, PlatformError,
    connect::{Authorize, OAuthApp, Target, Tokens, Visit},
    platform::AccountInfo,
};
use aos_kernel::Secret;
use url::Url;

use super::{
    Ga4, SCOPE,
    api::{Property, Settings, Summaries},
    errors::{CONNECT, TARGETS},
    mapping,
};

#[async_trait::async_trait]
impl Authorize for Ga4 {
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
        let (url, query) = (self.admin("accountSummaries"), [("pageSize", "200")]);
        let accounts = google.pages::<Summaries>(TARGETS, &url, &query, &tokens.access, "consent").await?;
        let each = |account| {
            let account: &super::api::Summary = account;
            account.property_summaries.iter().filter_map(|property| mapping::target(account, property))
        };
        Ok(accounts.iter().flat_map(each).collect())
    }
}

/// Whether the property is there; also brings the time zone and currency of its reports.
pub(super) async fn check(platform: &Ga4, account: &Account) -> Result<AccountInfo, PlatformError> {
    let google = platform.google();
    let mut settings: Settings = google.settings(CONNECT, account)?;
    let request = google.get(&platform.admin(&settings.property), &[], &account.secret, &account.channel.to_string());
    let property: Property = google.call(CONNECT, request).await?;
    if !property.display_name.is_empty() {
        settings.name = property.display_name;
    }
    settings.time_zone = property.time_zone.or(settings.time_zone);
    settings.currency = property.currency_code.or(settings.currency);
    Ok(AccountInfo {
        label: settings.name.clone(),
        url: mapping::address(&settings.property).unwrap_or_else(|| account.base_url.clone()),
        scopes: vec![SCOPE.to_owned()],
        settings: serde_json::to_value(&settings).unwrap_or_default(),
        warnings: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use aos_capabilities::{Platform, PlatformErrorKind};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::prompter::{Answer, Rehearsal, account, app, tokens};

    const SUMMARIES: &str = "https://analyticsadmin.googleapis.com/v1beta/accountSummaries?pageSize=200";

    #[tokio::test]
    async fn the_properties_of_all_accounts_are_listed_page_by_page() {
        let rehearsal = Rehearsal::new([
            Answer::get(
                SUMMARIES,
                200,
                json!({"accountSummaries": [{"name": "accountSummaries/1", "account": "accounts/1",
                "displayName": "Acme", "propertySummaries": [
                    {"property": "properties/22", "displayName": "acme.com", "propertyType": "PROPERTY_TYPE_ORDINARY"},
                    {"property": "properties/../1", "displayName": "no"}]}], "nextPageToken": "n"}),
            ),
            Answer::get(
                format!("{SUMMARIES}&pageToken=n"),
                200,
                json!({"accountSummaries": [
                {"displayName": "Empty"},
                {"displayName": "Group", "propertySummaries": [{"property": "properties/9", "propertyType": "PROPERTY_TYPE_ROLLUP"}]}]}),
            ),
        ]);
        let targets = Ga4::new(rehearsal.vendor()).targets(&app(), &tokens(&[SCOPE])).await.unwrap();
        let shown: Vec<_> = targets.iter().map(|t| (t.key.as_str(), t.label.as_str(), t.detail.as_str())).collect();
        assert_eq!(
            shown,
            [
                ("properties/22", "acme.com", "Acme · property 22"),
                ("properties/9", "property 9", "Group · property 9 · several properties together"),
            ]
        );
        insta::assert_json_snapshot!(rehearsal.sent());
    }

    #[tokio::test]
    async fn a_check_brings_the_zone_of_the_reports_and_a_lost_property_is_told() {
        let url = "https://analyticsadmin.googleapis.com/v1beta/properties/22";
        let connected = account(json!({"property": "properties/22", "name": "acme.com"}));
        let good = json!({"displayName": "Acme", "timeZone": "Europe/Berlin", "currencyCode": "EUR"});
        let rehearsal = Rehearsal::new([Answer::get(url, 200, good)]);
        let info = Ga4::new(rehearsal.vendor()).check(&connected).await.unwrap();
        assert_eq!((info.label.as_str(), &info.settings["time_zone"]), ("Acme", &json!("Europe/Berlin")));
        let rehearsal = Rehearsal::new([Answer::get(url, 403, json!({"error": {"status": "PERMISSION_DENIED"}}))]);
        let error = Ga4::new(rehearsal.vendor()).check(&connected).await.unwrap_err();
        assert_eq!(error.kind, PlatformErrorKind::PermissionMissing);
    }

    proptest! {
        #[test]
        fn no_answer_breaks_the_reading(property in ".{0,30}", name in ".{0,20}") {
            let body = json!({"accountSummaries": [{"displayName": name, "propertySummaries": [{"property": property}]}]});
            let page: Summaries = serde_json::from_value(body).unwrap();
            let (accounts, _) = crate::google::api::Page::into_parts(page);
            let _ = mapping::target(&accounts[0], &accounts[0].property_summaries[0]);
        }
    }
}

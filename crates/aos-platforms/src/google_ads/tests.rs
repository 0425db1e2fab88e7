//! What leaves for Google Ads and what is made of its answers, written from the contract.

use std::borrow::Cow;

use aos_capabilities::{
    Platform, PlatformErrorKind,
    connect::{Authorize, Target},
    platform::ApiVersion,
};
use aos_kernel::Secret;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    GoogleAds, SCOPE,
    api::{Client, Found},
    mapping,
};
use crate::prompter::{Answer, Rehearsal, account, app, tokens};

const HOST: &str = "https://googleads.googleapis.com";

fn accessible(names: &[&str]) -> Answer {
    let url = format!("{HOST}/v25/customers:listAccessibleCustomers");
    Answer::get(url, 200, json!({ "resourceNames": names }))
}
fn search(id: &str, status: u16, body: Value) -> Answer {
    Answer::post(format!("{HOST}/v25/customers/{id}/googleAds:search"), status, body)
}
fn row(id: &str, name: &str, manager: bool, status: &str) -> Value {
    json!({"customerClient": {"id": id, "descriptiveName": name, "currencyCode": "EUR", "timeZone": "Europe/Berlin",
                              "manager": manager, "level": "0", "status": status}})
}
fn failure(code: u16, family: &str, word: &str) -> Value {
    json!({"error": {"code": code, "status": "PERMISSION_DENIED", "details": [{
        "@type": "type.googleapis.com/google.ads.googleads.v25.errors.GoogleAdsFailure",
        "errors": [{"errorCode": {family: word}, "message": "x"}]}]}})
}
fn shown(targets: &[Target]) -> Vec<(&str, &str, &str, bool)> {
    targets.iter().map(|t| (t.key.as_str(), t.label.as_str(), t.detail.as_str(), t.refusal.is_some())).collect()
}

#[tokio::test]
async fn customers_are_listed_with_their_names_and_those_below_managers() {
    let rehearsal = Rehearsal::new([
        accessible(&["customers/1112223333", "customers/4445556666", "customers/7", "nonsense"]),
        search("1112223333", 200, json!({"results": [row("1112223333", "Harbour & Pine", false, "ENABLED")]})),
        search(
            "4445556666",
            200,
            json!({"results": [
            row("4445556666", "Agency", true, "ENABLED"), row("8889990000", "Workshop", false, "ENABLED")], "nextPageToken": "n"}),
        ),
        search(
            "4445556666",
            200,
            json!({"results": [
            row("1112223333", "Harbour & Pine", false, "ENABLED"), row("5", "Old", false, "CANCELED")], "nextPageToken": "n"}),
        ),
        search("7", 403, failure(403, "authorizationError", "CUSTOMER_NOT_ENABLED")),
    ]);
    let targets = GoogleAds::new(rehearsal.vendor()).targets(&app(), &tokens(&[SCOPE])).await.unwrap();
    assert_eq!(
        shown(&targets),
        [
            ("1112223333", "Harbour & Pine", "111-222-3333 · EUR", false),
            ("4445556666", "Agency", "444-555-6666 · manager account · EUR", true),
            ("7", "7", "7", true),
            ("8889990000", "Workshop", "888-999-0000 · EUR · through Agency", false),
            ("5", "Old", "5 · EUR · through Agency", true),
        ]
    );
    assert_eq!(targets[0].settings["login_customer_id"], Value::Null);
    assert_eq!(targets[3].settings["login_customer_id"], "4445556666");
    insta::assert_json_snapshot!(rehearsal.sent());
}

#[tokio::test]
async fn what_is_about_all_customers_is_an_error() {
    let rehearsal = Rehearsal::new([
        accessible(&["customers/1"]),
        search("1", 403, failure(403, "authorizationError", "CLOUD_PROJECT_NOT_APPROVED_FOR_PRODUCTION")),
    ]);
    let error = GoogleAds::new(rehearsal.vendor()).targets(&app(), &tokens(&[SCOPE])).await.unwrap_err();
    assert_eq!(error.kind, PlatformErrorKind::PermissionMissing);
    let rehearsal = Rehearsal::new([accessible(&[])]);
    assert!(GoogleAds::new(rehearsal.vendor()).targets(&app(), &tokens(&[SCOPE])).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_check_goes_through_the_manager_with_the_version_and_token_of_the_installation() {
    let url = format!("{HOST}/v26/customers/8889990000/googleAds:search");
    let rehearsal =
        Rehearsal::new([Answer::post(url, 200, json!({"results": [row("8889990000", "Workshop", false, "ENABLED")]}))]);
    let version = ApiVersion { name: Cow::Borrowed("v26"), sunset: None };
    let platform = GoogleAds::new(rehearsal.vendor().version(version)).developer_token(Secret::new("dev"));
    let connected = account(json!({"customer_id": "8889990000", "name": "old", "login_customer_id": "4445556666"}));
    let info = platform.check(&connected).await.unwrap();
    assert_eq!((info.label.as_str(), &info.settings["currency"]), ("Workshop (888-999-0000)", &json!("EUR")));
    insta::assert_json_snapshot!(rehearsal.sent());
    let crooked = account(json!({"customer_id": "1/../2", "name": "x"}));
    assert_eq!(platform.check(&crooked).await.unwrap_err().kind, PlatformErrorKind::NotFound);
}

#[test]
fn the_version_has_an_end_that_pages_can_warn_of() {
    let platform = GoogleAds::new(Rehearsal::new([]).vendor());
    let version = platform.descriptor().api_version.clone().unwrap();
    assert_eq!((&*version.name, version.sunset.map(|day| day.to_string())), ("v25", Some("2027-07-22".to_owned())));
}

proptest! {
    #[test]
    fn no_answer_breaks_the_mapping(id in ".{0,24}", number in any::<i64>(), name in ".{0,20}", status in ".{0,12}") {
        for id in [json!(id), json!(number), json!([id])] {
            let body = json!({"results": [{"customerClient": {"id": id, "descriptiveName": name, "status": status}}, {}]});
            let found: Found = serde_json::from_value(body).unwrap();
            let client: &Client = found.results[0].customer_client.as_ref().unwrap();
            let target = mapping::target("1", None, client);
            prop_assert!(target.is_none_or(|target| target.key.bytes().all(|b| b.is_ascii_digit())));
        }
        let _ = (mapping::shown(&name), mapping::nameless(&name, None));
    }
}

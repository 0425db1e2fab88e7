//! Meta Ads against prepared answers.

use aos_capabilities::{
    Platform, PlatformErrorKind,
    connect::{Authorize, OAuthApp, Tokens},
};
use aos_kernel::{Retry, Secret};
use proptest::prelude::*;
use serde_json::json;

use super::{MetaAds, mapping};
use crate::{
    meta::pages::Granted,
    rehearsal::{Line, Stage, account, ok},
};

#[tokio::test]
async fn ad_accounts_are_listed_over_all_pages_with_currency_zone_and_status() {
    let stage = Stage::open([
        ok(json!({"data": [{"id": "act_7", "account_id": "7", "name": "Harbour & Pine", "currency": "EUR",
            "timezone_name": "Europe/Berlin", "account_status": 1}],
            "paging": {"cursors": {"after": "MQ"}, "next": "https://graph.facebook.com/next?access_token=x"}})),
        ok(json!({"data": [{"account_id": 8, "account_status": 101}], "paging": {"cursors": {"after": "MQ"}}})),
        Line::Answer(400, json!({"error": {"code": 100}})),
    ])
    .await;
    let app = OAuthApp {
        client_id: "agency-os".to_owned(),
        client_secret: Secret::new("secret"),
        redirect: "http://127.0.0.1/back".parse().unwrap(),
    };
    let tokens = Tokens {
        access: Secret::new("person"),
        refresh: None,
        expires_at: None,
        refresh_expires_at: None,
        scopes: None,
    };
    let targets = MetaAds::new(stage.vendor()).targets(&app, &tokens).await.unwrap();
    assert_eq!((targets[0].key.as_str(), targets[0].detail.as_str()), ("act_7", "EUR · Europe/Berlin · active · 7"));
    assert_eq!((targets[0].refusal.as_ref(), targets[0].settings["currency"].as_str()), (None, Some("EUR")));
    assert_eq!((targets[1].key.as_str(), targets[1].refusal.is_some()), ("act_8", true));
    assert!(stage.asked()[1].ends_with("limit=100&after=MQ"), "{:?}", stage.asked());
}

#[tokio::test]
async fn a_check_reads_the_account_and_warns_of_its_state() {
    let stage = Stage::open([
        ok(json!({"id": "act_7", "name": "Harbour & Pine", "currency": "EUR", "account_status": 3})),
        Line::Answer(400, json!({"error": {"code": 190, "error_subcode": 463}})),
    ])
    .await;
    let ads = MetaAds::new(stage.vendor());
    let account = account(json!({"ad_account": "act_7"}));
    let info = ads.check(&account).await.unwrap();
    assert_eq!(info.label, "Harbour & Pine");
    assert_eq!(info.warnings, ["The ad account has an unpaid bill: ads may stop."]);
    let error = ads.check(&account).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (PlatformErrorKind::AuthExpired, Retry::Never));
}

proptest! {
    #[test]
    fn no_account_makes_the_mapping_fail(id in ".{0,12}", name in ".{0,20}", status in any::<i64>()) {
        let account = serde_json::from_value(json!({"id": id, "name": name, "currency": name, "timezone_name": name,
            "account_status": status})).unwrap();
        let _ = mapping::target(&account, &Granted::default());
    }
}

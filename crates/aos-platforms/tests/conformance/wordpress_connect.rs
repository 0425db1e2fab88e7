//! Connecting a WordPress site: what only WordPress does.

use aos_capabilities::{Account, Platform, PlatformErrorKind};
use aos_kernel::Retry;
use aos_outbound::Recorder;
use aos_sandbox::{Role, Sandbox, SandboxConfig};
use url::Url;

use crate::{
    Case,
    bench::Bench,
    cases,
    wordpress::{Site, account, client, site_with},
};

pub fn cases() -> Vec<Case> {
    cases![
        the_api_is_found_however_the_site_announces_it,
        another_place_is_no_wordpress,
        a_role_that_may_less_is_warned_about,
        application_passwords_that_are_switched_off_are_named,
        a_server_that_drops_the_header_is_hinted_at,
        a_closed_api_is_opened_by_signing_in,
    ]
}

async fn the_api_is_found_however_the_site_announces_it(_: &dyn Bench) {
    for (pretty, announced, ends_with) in [
        (true, true, "/wp-json/"),
        (true, false, "/wp-json/"),
        (false, true, "rest_route=/"),
        (false, false, "rest_route=%2F"),
    ] {
        let site = site_with(|settings| {
            settings.pretty_permalinks = pretty;
            settings.announces_api = announced;
        })
        .await;
        let info = site.wordpress.check(&site.account).await.unwrap();
        let root = info.settings["api_root"].as_str().unwrap();
        assert!(root.ends_with(ends_with), "pretty {pretty}, announced {announced}: {root}");
    }
}

async fn another_place_is_no_wordpress(bench: &dyn Bench) {
    // The models' side of the sandbox is a web server too.
    let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
    let elsewhere = Url::parse(&sandbox.models().url()).unwrap();
    let wordpress = client(&Recorder::default());
    let account = Account { base_url: elsewhere, settings: serde_json::Value::Null, ..bench.account() };
    let error = wordpress.check(&account).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (PlatformErrorKind::NotFound, Retry::Never));
    assert!(error.message.contains("No WordPress API was found"), "{}", error.message);
}

async fn a_role_that_may_less_is_warned_about(_: &dyn Bench) {
    for (role, warned) in [
        (Role::Administrator, &[][..]),
        (Role::Editor, &[]),
        (Role::Author, &["may not create categories"]),
        (Role::Contributor, &["not publish", "may not upload images", "may not create categories"]),
    ] {
        let site = Site::open().await;
        let account = account(&site.sandbox, role, &site.account.base_url);
        let info = site.wordpress.check(&account).await.unwrap();
        let about_the_role: Vec<_> = info.warnings.iter().filter(|words| words.contains("The account")).collect();
        assert_eq!(about_the_role.len(), warned.len(), "{role}: {about_the_role:?}");
        for (words, expected) in about_the_role.iter().zip(warned) {
            assert!(words.contains(expected), "{role}: {words}");
        }
    }
}

async fn application_passwords_that_are_switched_off_are_named(_: &dyn Bench) {
    let site = site_with(|settings| settings.application_passwords = false).await;
    let error = site.wordpress.check(&site.account).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (PlatformErrorKind::Unsupported, Retry::Never));
    assert!(error.message.contains("application passwords switched off"), "{}", error.message);
}

async fn a_server_that_drops_the_header_is_hinted_at(_: &dyn Bench) {
    let site = site_with(|settings| settings.authorization_dropped = true).await;
    let error = site.wordpress.check(&site.account).await.unwrap_err();
    assert_eq!(error.kind, PlatformErrorKind::AuthExpired);
    assert!(error.help.unwrap().contains("drop the Authorization header"));
}

async fn a_closed_api_is_opened_by_signing_in(_: &dyn Bench) {
    let site = site_with(|settings| settings.rest_for_guests = false).await;
    assert!(site.wordpress.check(&site.account).await.is_ok());
}

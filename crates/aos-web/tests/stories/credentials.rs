//! Which secrets are kept, told without one of them.

use aos_features::{
    channels::Connect,
    people::{Access, Role},
};
use aos_kernel::{Actor, Secret, TenantScope};
use aos_storage::testing::kinds;
use aos_testkit::TestApp;
use axum::http::StatusCode;

use crate::support::{Browser, Program};

/// Begins each secret of this story, and must stand on no page.
const CANARY: &str = "canary-of-this-story";

async fn connect(app: &TestApp, client: aos_kernel::TenantId) {
    let account = Connect {
        platform: "memory".to_owned(),
        site: "https://practice.example".to_owned(),
        login: "editor".to_owned(),
        password: Secret::new(format!("{CANARY} channel")),
    };
    let scope = TenantScope::granted(client);
    let by = Actor::user(app.administrator);
    app.product.connections.connect(&app.db, by, scope, account).await.unwrap();
}

async fn save_provider(browser: &Browser, id: &str) {
    let key = format!("{CANARY} model");
    let fields = [
        ("id", id),
        ("name", "local"),
        ("dialect", "openai"),
        ("base_url", "http://127.0.0.1:1/v1"),
        ("model", "tiny"),
        ("key", &key),
        ("price_in", "1"),
        ("price_out", "1"),
    ];
    assert_eq!(browser.submit("/manage/models", &fields).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn administrators_see_which_secrets_are_kept_for_whom_and_under_which_key_and_never_one_of_them() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let client = app.client("Acme").await;
        connect(&app, client).await;
        let browser = Browser::of(&app, app.administrator).await;
        save_provider(&browser, "").await;

        let page = browser.get("/manage/credentials").await.body;
        for words in [
            "Password of a channel",
            "Key of a model provider",
            "Acme",
            "by Ana",
            "wraps 3 secrets",
            "Media addresses",
            "local",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let only = browser.get("/manage/credentials?kind=channel").await.body;
        assert!(only.contains(&format!("/portal/clients/{client}/channels")) && !only.contains(">local<"), "{only}");
        assert!(browser.get("/manage/credentials?kind=mail_server").await.body.contains("Nothing matches"));

        // The same for programs; and only for the agency's administrators.
        let program = Program::new(&app, app.token(app.administrator, Access::Write).await);
        let answer = program.get("/credentials").await;
        let items = answer.json()["items"].as_array().unwrap().clone();
        assert_eq!(items.len(), 3, "the third signs the addresses of media: {}", answer.body);
        assert_eq!(items[0]["kind"], "model_provider");
        assert_eq!((&items[0]["used_name"], &items[0]["tenant_id"]), (&"local".into(), &serde_json::Value::Null));
        assert_eq!((&items[1]["client"], &items[1]["master_key_state"]), (&"Acme".into(), &"current".into()));
        assert!(!items[1]["worked_at"].is_null(), "connecting it was a check that it works");
        let provider = items[0]["used_by"]["id"].as_str().unwrap().to_owned();
        for (role, tenant) in [(Role::Consultant, None), (Role::TenantAdmin, Some(client))] {
            let person = app.person(&format!("{role:?}"), role, tenant).await;
            let shut_out = Program::new(&app, app.token(person, Access::Write).await);
            for path in ["/credentials", "/credentials/master-keys"] {
                assert_eq!(shut_out.get(path).await.refused(403), "denied", "{role:?} {path}");
            }
        }

        // Another key is entered by somebody else: the page says who it was.
        let sam = app.person("Sam", Role::Administrator, None).await;
        let sams = Browser::of(&app, sam).await;
        save_provider(&sams, &provider).await;
        let page = sams.get("/manage/credentials?kind=model_provider").await.body;
        assert!(page.contains("by Sam") && !page.contains("by Ana"), "{page}");

        // A rotation that did not come to its end shows, and what it left can be told apart.
        app.begin_rotation();
        let page = browser.get("/manage/credentials?key=old").await.body;
        assert!(page.contains("3 secrets are still under an older master key"), "{page}");
        let keys = program.get("/credentials/master-keys").await.json();
        assert_eq!((&keys["items"][0]["state"], &keys["items"][0]["wraps"]), (&"current".into(), &0.into()));
        assert_eq!((&keys["items"][1]["state"], &keys["items"][1]["wraps"]), (&"older_key".into(), &3.into()));
        app.product.credentials.rewrap_all(&app.db).await.unwrap();
        let page = browser.get("/manage/credentials").await.body;
        assert!(!page.contains("older master key") && page.contains("wraps 3 secrets"), "{page}");
        assert!(browser.get("/manage/credentials?key=old").await.body.contains("Nothing matches"));

        let mut said = vec![page, only, answer.body];
        said.push(browser.get("/manage/models").await.body);
        assert!(said.iter().all(|text| !text.contains(CANARY)));
    }
}

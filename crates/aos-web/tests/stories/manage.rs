//! What an administrator does under Manage.

use aos_features::{
    agents,
    people::{self, Role},
};
use aos_storage::testing::kinds;
use aos_testkit::TestApp;
use axum::http::{StatusCode, header};

use crate::{journey::Journey, support::Browser};

const PAGES: [&str; 18] = [
    "/manage/users",
    "/manage/models",
    "/manage/models?add=1",
    "/manage/skills",
    "/manage/skills/article",
    "/manage/templates",
    "/manage/templates/blog_posts",
    "/manage/credentials",
    "/manage/credentials?kind=channel&key=old",
    "/manage/queues",
    "/manage/system",
    "/manage/mail",
    "/manage/audit",
    "/manage/audit?kind=signing_in&from=2026-01-01&to=2026-12-31",
    "/manage/users?state=invited",
    "/manage/users?q=ana&state=active&role=administrator",
    "/manage/settings",
    "/manage/settings/sign-in",
];

#[tokio::test]
async fn the_pages_under_manage_are_the_administrators() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let administrator = Browser::of(&app, app.administrator).await;
        let reviewer = app.person("Rea", Role::Reviewer, None).await;
        let reviewer = Browser::of(&app, reviewer).await;
        for path in PAGES {
            let page = administrator.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.body);
            assert_eq!(reviewer.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        assert_eq!(administrator.get("/portal/tokens").await.status, StatusCode::OK);
        assert_eq!(administrator.get("/manage/skills/nothing").await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn somebody_is_added_with_a_password_that_is_shown_once_and_shut_out_again() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let browser = Browser::of(&app, app.administrator).await;
        let fields = [("name", "Sam"), ("email", "sam@agency.example"), ("role", "reviewer"), ("client", "")];
        let added = browser.submit("/manage/users", &fields).await;
        assert!(added.body.contains("One-time password for sam@agency.example"), "{}", added.body);
        assert!(!browser.get("/manage/users").await.body.contains("One-time password for"));
        let again = browser.submit("/manage/users", &fields).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(again.body.contains("is here already"));

        let mut conn = app.db.read().await.unwrap();
        let sam = people::queries::user_by_email(&mut conn, "sam@agency.example").await.unwrap().unwrap().id;
        drop(conn);
        let out = browser.submit(&format!("/manage/users/{sam}/disable"), &[]).await;
        assert_eq!(out.status, StatusCode::SEE_OTHER, "{}", out.body);
        assert!(!people::queries::user(&mut app.db.read().await.unwrap(), sam).await.unwrap().is_active());
        // The last administrator can't be taken away: that is said, and nothing is changed.
        let path = format!("/manage/users/{}/roles/remove", app.administrator);
        assert_eq!(browser.submit(&path, &[("role", "administrator")]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(browser.get("/manage/users").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn one_persons_page_changes_who_they_are_and_says_what_they_did() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let browser = Browser::of(&app, app.administrator).await;
        let sam = app.person("Sam", Role::Reviewer, None).await;
        let theirs = Browser::of(&app, sam).await;
        let page = format!("/manage/users/{sam}");
        assert!(browser.get(&page).await.body.contains("sam@agency.example"));
        let fields = [("name", "Samuel"), ("email", "samuel@agency.example")];
        assert_eq!(browser.submit(&format!("{page}/profile"), &fields).await.status, StatusCode::SEE_OTHER);
        let profile = format!("{page}/profile");
        let taken = browser.submit(&profile, &[("name", "Samuel"), ("email", "ana@agency.example")]).await;
        assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(taken.body.contains("is here already") && taken.body.contains("value=\"ana@agency.example\""));

        assert_eq!(theirs.get("/portal").await.status, StatusCode::OK);
        assert_eq!(browser.submit(&format!("{page}/sign-out"), &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(theirs.get("/portal").await.status, StatusCode::SEE_OTHER);

        let made = browser.submit(&format!("{page}/reset"), &[("how", "link")]).await;
        assert!(made.body.contains("http://agency.test/reset/"), "{}", made.body);
        assert!(!browser.get(&page).await.body.contains("http://agency.test/reset/"));
        let acts = browser.get(&format!("/manage/audit?person={}", app.administrator)).await.body;
        for words in ["Changed an e-mail address: samuel@agency.example", "Made a link to a new password", "Samuel"] {
            assert!(acts.contains(words), "{words}: {acts}");
        }
        let none = browser.get("/manage/audit?kind=tokens").await.body;
        assert!(none.contains("Nothing matches"));
        assert_eq!(
            browser.get("/manage/users/0198c2f0-0000-7000-8000-000000000001").await.status,
            StatusCode::NOT_FOUND
        );
    }
}

#[tokio::test]
async fn a_token_is_shown_once_and_refused_after_it_is_revoked() {
    let app = TestApp::new(kinds()[0]).await;
    let browser = Browser::of(&app, app.administrator).await;
    let fields = [("name", "Script"), ("access", "read"), ("expires_days", "30")];
    let made = browser.submit("/portal/tokens", &fields).await;
    let secret = made.body.split("id=\"new-token\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(secret.starts_with("aos_"));
    let list = browser.get("/portal/tokens").await.body;
    assert!(list.contains("Script") && !list.contains(&secret));

    let program = crate::support::Program::new(&app, aos_kernel::Secret::new(secret));
    assert_eq!(program.get("/me").await.status, StatusCode::OK);
    let id = list.split("/portal/tokens/").nth(1).unwrap().split('/').next().unwrap();
    let revoked = browser.submit(&format!("/portal/tokens/{id}/revoke"), &[]).await;
    assert_eq!(revoked.headers[header::LOCATION], "/portal/tokens");
    assert_eq!(program.get("/me").await.refused(401), "unauthenticated");
}

#[tokio::test]
async fn a_provider_keeps_its_key_to_itself() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let browser = Browser::of(&app, app.administrator).await;
        let key = "sk-canary-of-this-test";
        let mut fields = vec![
            ("id", ""),
            ("name", "local"),
            ("dialect", "openai"),
            ("base_url", "http://127.0.0.1:1/v1"),
            ("model", "tiny"),
            ("key", key),
            ("price_in", "0.25"),
            ("price_out", "2"),
            ("enabled", "1"),
        ];
        assert_eq!(browser.submit("/manage/models", &fields).await.status, StatusCode::SEE_OTHER);
        let page = browser.get("/manage/models").await.body;
        assert!(page.contains("$0.25 in, $2.00 out") && !page.contains(key), "{page}");
        fields[4] = ("model", "");
        let refused = browser.submit("/manage/models", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!refused.body.contains(key));
    }
}

#[tokio::test]
async fn a_template_that_does_not_hold_together_is_not_saved() {
    let app = TestApp::new(kinds()[0]).await;
    let browser = Browser::of(&app, app.administrator).await;
    let path = "/manage/templates/website_audit";
    for json in
        ["{", r#"{"key":"website_audit","name":"Audit","steps":[]}"#, r#"{"key":"other","name":"x","steps":[]}"#]
    {
        let refused = browser.submit(path, &[("based_on", "1"), ("json", json)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{json}");
    }
    let good = r#"{"key":"website_audit","name":"Audit","steps":[
        {"key":"crawl","name":"Read it all","assignee":"system","kind":"website.crawl"}]}"#;
    let saved = browser.submit(path, &[("based_on", "1"), ("json", good)]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let page = browser.get(path).await.body;
    assert!(page.contains("<rect class=\"graph__box\"") && page.contains("Read it all"), "{page}");
    let changed = browser.get(&format!("{path}?version=2")).await.body;
    assert!(changed.contains("Difference between Version 1 and Version 2"), "{changed}");
    // The first version has nothing to be compared with, and one that is not there is simply not shown.
    for version in [1, 9] {
        let shown = browser.get(&format!("{path}?version={version}")).await;
        assert!(shown.status == StatusCode::OK && !shown.body.contains("Difference between"), "{version}");
    }
}

#[tokio::test]
async fn a_skill_shows_what_each_version_changed_and_which_runs_were_given_it() {
    for kind in kinds() {
        let journey = Journey::begin(kind).await;
        let browser = Browser::of(&journey.app, journey.app.administrator).await;
        let path = "/manage/skills/strategy";
        let known =
            agents::queries::skill_versions(&mut journey.app.db.read().await.unwrap(), "strategy").await.unwrap();
        let text = format!("{}\n\nEnd with a question.\n", known[0].text);
        let saved = browser.submit(path, &[("based_on", "1"), ("text", &text)]).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
        let page = browser.get(&format!("{path}?version=2")).await.body;
        assert!(page.contains("Difference between Version 1 and Version 2") && page.contains("End with a question."));

        let given = browser.get("/portal/runs?skill=strategy").await.body;
        assert!(given.contains("Draft the strategy") && !given.contains("Write the context file"), "{given}");
        assert!(browser.get("/portal/runs?skill=nothing").await.body.contains("No runs here"));
        journey.end().await;
    }
}

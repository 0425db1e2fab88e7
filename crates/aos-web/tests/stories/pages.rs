//! What must hold for every page, full and empty: the table of routes is walked as the agency's administrator.

use std::collections::{BTreeMap, BTreeSet};

use aos_features::people::Role;
use aos_storage::testing::kinds;
use aos_testkit::TestApp;
use aos_web::assets;
use axum::http::{Method, StatusCode};

use crate::{
    isolation::{filled, foreign_ids},
    journey::Journey,
    support::Browser,
};

/// Answers that never end, and what is no page.
const NO_PAGES: [&str; 2] = ["/portal/live", "/sign-in/provider"];

/// What stands between each `start` and the next `end`.
fn between<'a>(text: &'a str, start: &'a str, end: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(start).skip(1).filter_map(move |rest| rest.split(end).next())
}

/// The content policy allows nothing inline.
fn needs_no_exception(name: &str, html: &str) {
    for tag in between(html, "<", ">") {
        assert!(!tag.contains(" style="), "{name}: inline style in <{tag}>");
        let handler = tag.split_whitespace().any(|word| word.starts_with("on") && word.contains('='));
        assert!(!handler, "{name}: inline handler in <{tag}>");
        assert!(!tag.starts_with("script") || tag.contains(" src=\"/assets/"), "{name}: inline script <{tag}>");
    }
}

fn forms_begin_with_their_token(name: &str, html: &str) {
    for form in between(html, "<form method=\"post\"", "</form>") {
        let first = form.split("<input").nth(1).unwrap_or_default();
        assert!(first.contains("name=\"_csrf\""), "{name}: the token is not the first field of <form{form}");
    }
}

fn has_one_heading_and_no_id_twice(name: &str, html: &str) {
    // The article as it will look brings its own title; it is the document that is shown, not a part of the page.
    let headings = html.matches("<h1").count() - html.matches("<h1 class=\"preview__title\"").count();
    assert_eq!(headings, 1, "{name}: {headings} main headings");
    let mut ids = BTreeSet::new();
    for id in between(html, " id=\"", "\"") {
        assert!(ids.insert(id), "{name}: id {id} twice");
    }
    for target in between(html, " for=\"", "\"").chain(between(html, "commandfor=\"", "\"")) {
        assert!(ids.contains(target), "{name}: nothing has the id {target}");
    }
}

fn icons_are_in_the_sprite(name: &str, html: &str) {
    let list = include_str!("../../ui/src/icons.ts");
    for icon in between(html, &format!("{}#", assets::icons()), "\"") {
        assert!(list.contains(&format!("\"{icon}\"")), "{name}: no icon {icon}; add it to ui/src/icons.ts");
    }
}

/// Opens every page whose address these ids fill in, and looks at each. How many there were.
async fn look_at_all(browser: &Browser, ids: &BTreeMap<&'static str, String>, state: &str) -> usize {
    let mut seen = 0;
    for route in aos_web::router::routes().list() {
        if route.method != Method::GET || route.path.starts_with("/api/") || NO_PAGES.contains(&route.path.as_str()) {
            continue;
        }
        let Some(path) = filled(&route.path, ids) else { continue };
        let page = browser.get(&path).await;
        assert!(!page.status.is_server_error(), "{path}: {}", page.body);
        // A part of a page, a picture, a place that leads on, and what an empty client does not have.
        if page.status != StatusCode::OK || !page.body.contains("<main") {
            continue;
        }
        let name = format!("{path}, {state}");
        needs_no_exception(&name, &page.body);
        forms_begin_with_their_token(&name, &page.body);
        has_one_heading_and_no_id_twice(&name, &page.body);
        icons_are_in_the_sprite(&name, &page.body);
        seen += 1;
    }
    seen
}

#[tokio::test]
async fn every_page_keeps_to_the_policy_the_forms_guard_and_one_heading() {
    let journey = Journey::to_the_posts(kinds()[0]).await;
    let mut ids = foreign_ids(&journey).await;
    ids.extend([("key", "blog_posts".to_owned()), ("name", "article".to_owned())]);
    let browser = Browser::of(&journey.app, journey.app.administrator).await;
    let full = look_at_all(&browser, &ids, "full").await;
    assert!(full > 55, "only {full} pages were looked at");
    let approver = look_at_all(&journey.browser, &ids, "as an approver").await;
    assert!(approver > 30, "only {approver} pages were looked at");
    let admin = journey.app.person("Theo", Role::TenantAdmin, Some(journey.client)).await;
    let theirs = look_at_all(&Browser::of(&journey.app, admin).await, &ids, "as the client").await;
    assert!(theirs > 10, "only {theirs} pages were looked at");
    journey.end().await;

    let app = TestApp::new(kinds()[0]).await;
    let client = app.client("Acme").await;
    let ids = BTreeMap::from([("tenant", client.to_string()), ("step", "voice".to_owned())]);
    let browser = Browser::of(&app, app.administrator).await;
    let empty = look_at_all(&browser, &ids, "empty").await;
    assert!(empty > 40, "only {empty} pages were looked at");
}

#[tokio::test]
async fn an_empty_list_says_what_would_fill_it() {
    let app = TestApp::new(kinds()[0]).await;
    let browser = Browser::of(&app, app.administrator).await;
    for (path, words) in [
        ("/portal", "No clients yet"),
        ("/portal/clients", "the crawl starts at once"),
        ("/portal/runs", "A run begins when"),
        ("/portal/views", "Choose filters above the list"),
        ("/manage/queues", "No process has said"),
    ] {
        let page = browser.get(path).await.body;
        assert!(page.contains(words), "{path}: {words:?} is not said: {page}");
    }
    let client = app.client("Acme").await;
    for (tab, words) in [
        ("plan", "The strategy agent writes one"),
        ("work", "Launching onboarding starts the set-up chain"),
        ("context", "The onboarding agent writes it"),
    ] {
        let page = browser.get(&format!("/portal/clients/{client}/{tab}")).await.body;
        assert!(page.contains(words), "{tab}: {words:?} is not said: {page}");
    }
}

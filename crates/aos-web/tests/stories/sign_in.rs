//! Coming in: the first run, signing in and out.

use std::sync::Arc;

use aos_storage::testing::kinds;
use aos_testkit::{SteppingClock, TestApp};
use axum::http::{StatusCode, header};

use crate::{
    guest::Guest,
    journey::{hidden, place},
    support::Browser,
};

#[tokio::test]
async fn somebody_signs_in_where_they_wanted_to_go_and_out_again() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let mut guest = Guest::new(app.router());
        let away = guest.get("/portal/clients?q=a").await;
        assert_eq!(
            (away.status, place(&away).as_str()),
            (StatusCode::SEE_OTHER, "/sign-in?next=%2Fportal%2Fclients%3Fq%3Da")
        );
        let form = guest.get(&place(&away)).await;
        let (token, next) = (hidden(&form.body, "_csrf"), hidden(&form.body, "next"));

        let wrong = [("email", "ana@agency.example"), ("password", "a wrong phrase"), ("next", next.as_str())];
        let refused = guest.submit("/sign-in", &token, &wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            refused.body.contains("go together") && refused.body.contains("ana@agency.example"),
            "{}",
            refused.body
        );

        let right = [("email", "Ana@Agency.example"), ("password", "a long enough phrase"), ("next", next.as_str())];
        let inside = guest.submit("/sign-in", &token, &right).await;
        assert_eq!((inside.status, place(&inside).as_str()), (StatusCode::SEE_OTHER, "/portal/clients?q=a"));
        let cookie = inside.headers[header::SET_COOKIE].to_str().unwrap().to_owned();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        let page = guest.get("/portal/clients").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);

        // Another site can't be named as the place to go to.
        let elsewhere =
            [("email", "ana@agency.example"), ("password", "a long enough phrase"), ("next", "//evil.example")];
        let token = hidden(&page.body, "_csrf");
        assert_eq!(place(&guest.submit("/sign-in", &token, &elsewhere).await), "/");

        let page = guest.get("/portal/clients").await;
        let out = guest.submit("/sign-out", &hidden(&page.body, "_csrf"), &[]).await;
        assert_eq!(place(&out), "/sign-in");
        assert_eq!(guest.get("/portal").await.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn the_first_run_happens_once() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let mut guest = Guest::new(app.router());
        assert_eq!(place(&guest.get("/first-run").await), "/portal");
        let form = guest.get("/sign-in").await;
        let fields = [
            ("agency", "Second"),
            ("time_zone", "UTC"),
            ("name", "Mallory"),
            ("email", "mallory@elsewhere.example"),
            ("password", "a long enough phrase"),
        ];
        let refused = guest.submit("/first-run", &hidden(&form.body, "_csrf"), &fields).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    }
}

#[tokio::test]
async fn whoever_comes_to_the_door_sees_whose_it_is() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let mut guest = Guest::new(app.router());
        let plain = guest.get("/sign-in").await;
        assert!(!plain.body.contains("/brand/"), "nothing was chosen yet: {}", plain.body);
        let administrator = Browser::of(&app, app.administrator).await;
        let chosen = administrator.submit("/manage/settings/branding", &[("accent", "#7a1f5c")]).await;
        assert_eq!(chosen.status, StatusCode::SEE_OTHER, "{}", chosen.body);
        let png = b"\x89PNG\r\n\x1a\n rest";
        let logo = administrator.upload("/manage/settings/branding/logo", "logo", "logo.png", png).await;
        assert_eq!(logo.status, StatusCode::SEE_OTHER, "{}", logo.body);
        for path in ["/sign-in", "/forgot", "/reset/unknown", "/join/unknown", "/a/unknown"] {
            let page = guest.get(path).await;
            assert!(page.body.contains("/brand/style.css?v=7a1f5c"), "{path}: {}", page.body);
            assert!(page.body.contains("<img class=\"plain__logo\" src=\"/brand/logo?v="), "{path}: {}", page.body);
        }
        assert_eq!(guest.get("/brand/style.css?v=7a1f5c").await.status, StatusCode::OK);
        assert!(administrator.get("/password").await.body.contains("plain__logo"));
    }
}

#[tokio::test]
async fn a_session_that_was_left_open_is_no_way_to_try_passwords() {
    for kind in kinds() {
        // Time stands still, so that the wait does not end while passwords are checked.
        let clock = Arc::new(SteppingClock::at("2026-04-01T09:00:00Z"));
        let app = TestApp::at(kind, Vec::new(), clock).await;
        let browser = Browser::of(&app, app.administrator).await;
        let new = "a phrase that nobody knows";
        for _ in 0..5 {
            let wrong = browser.submit("/password", &[("current", "a wrong phrase"), ("password", new)]).await;
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(wrong.body.contains("not your present password"), "{}", wrong.body);
        }
        let right = [("current", "a long enough phrase"), ("password", new)];
        let limited = browser.submit("/password", &right).await;
        assert_eq!(limited.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(limited.body.contains("too many attempts"), "{}", limited.body);
        // It is the same count as at the door.
        let mut guest = Guest::new(app.router());
        assert!(guest.sign_in("ana@agency.example", "a long enough phrase").await.body.contains("too many attempts"));
    }
}

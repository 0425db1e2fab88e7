//! Coming in: the first run, signing in and out.

use aos_storage::testing::kinds;
use aos_testkit::TestApp;
use axum::http::{StatusCode, header};

use crate::{
    guest::Guest,
    journey::{hidden, place},
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

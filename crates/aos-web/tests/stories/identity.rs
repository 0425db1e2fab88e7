//! Invited, forgotten, asked for a code, and kept to the office: over HTTP, as browsers meet it.

use aos_features::people::{self, Role, two_factor};
use aos_kernel::{Actor, Secret};
use aos_storage::testing::kinds;
use aos_testkit::TestApp;
use axum::http::StatusCode;

use crate::{
    guest::Guest,
    journey::{hidden, place},
    support::{Browser, with_mail},
};

/// The path in the first link of this kind on the page.
pub fn link(body: &str, kind: &str) -> String {
    let start = format!("http://agency.test{kind}");
    let token = body.split(&start).nth(1).unwrap_or_else(|| panic!("no {kind} in {body}")).split('<').next().unwrap();
    format!("{kind}{token}")
}

#[tokio::test]
async fn an_invited_person_opens_the_link_joins_and_a_second_use_is_harmless() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let client = app.client("Harbour Dental").await;
        let ana = Browser::of(&app, app.administrator).await;
        let client = client.to_string();
        let fields = [
            ("email", "Kim@Harbour.example"),
            ("role", "reviewer"),
            ("client", client.as_str()),
            ("client_role", "admin"),
            ("how", "link"),
        ];
        let made = ana.submit("/manage/invitations", &fields).await;
        let join = link(&made.body, "/join/");
        let listed = ana.get("/manage/users").await.body;
        assert!(listed.contains("kim@harbour.example") && !listed.contains("/join/"), "{listed}");
        let none = ana.submit("/manage/invitations", &[("email", "kim@b.example"), ("how", "mail")]).await;
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(none.body.contains("Choose at least one role") && none.body.contains("kim@b.example"));

        let mut kim = Guest::new(app.router());
        let page = kim.get(&join).await;
        for words in ["Join Northlight", "Ana", "Administrator of Harbour Dental", "Reviewer"] {
            assert!(page.body.contains(words), "{words}: {}", page.body);
        }
        let short = kim.fill(&join, &join, &[("name", "Kim"), ("password", "short")]).await;
        assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(short.body.contains("at least 12") && short.body.contains("value=\"Kim\""), "{}", short.body);
        let fields = [("name", "Kim"), ("password", "a phrase of my own")];
        let joined = kim.fill(&join, &join, &fields).await;
        assert_eq!((joined.status, place(&joined).as_str()), (StatusCode::SEE_OTHER, "/"), "{}", joined.body);
        assert!(kim.is_in());
        assert_eq!(kim.get("/portal").await.status, StatusCode::OK);

        let mut other = Guest::new(app.router());
        let again = other.get(&join).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        assert!(again.body.contains("accepted already") && again.body.contains("href=\"/sign-in\""));
        assert_eq!(other.get("/join/nothing").await.status, StatusCode::NOT_FOUND);
        assert!(!ana.get("/manage/users?state=invited").await.body.contains("kim@harbour.example"));
    }
}

#[tokio::test]
async fn a_forgotten_password_reads_the_same_for_everybody_and_the_link_works_once() {
    for kind in kinds() {
        let (app, sandbox) = with_mail(kind).await;
        let mut guest = Guest::new(app.router());
        let known = guest.fill("/forgot", "/forgot", &[("email", "ana@agency.example")]).await;
        let unknown = guest.fill("/forgot", "/forgot", &[("email", "bob@agency.example")]).await;
        assert_eq!(known.status, StatusCode::OK);
        assert_eq!(known.body.replace("ana@", "bob@"), unknown.body);

        let sam = app.person("Sam", Role::Reviewer, None).await;
        let ana = Browser::of(&app, app.administrator).await;
        let made = ana.submit(&format!("/manage/users/{sam}/reset"), &[("how", "link")]).await;
        let reset = link(&made.body, "/reset/");
        let done = guest.fill(&reset, &reset, &[("password", "a phrase of today")]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
        assert!(guest.is_in());
        let again = Guest::new(app.router()).get(&reset).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        assert!(again.body.contains("used already") && again.body.contains("href=\"/forgot\""));
        sandbox.stop().await;

        // Where no mail can be sent, nobody is promised one.
        let app = TestApp::new(kind).await;
        let page = Guest::new(app.router()).get("/forgot").await;
        assert!(page.body.contains("Ask an administrator of your agency") && !page.body.contains("name=\"email\""));
    }
}

async fn app_secret(app: &TestApp, user: aos_kernel::UserId) -> Secret {
    let mut conn = app.db.read().await.unwrap();
    let principal = people::queries::principal(&mut conn, user).await.unwrap();
    let credentials = &app.product.credentials;
    two_factor::setup(&mut conn, credentials, &principal).await.unwrap().unwrap().secret
}

#[tokio::test]
async fn staff_are_led_to_their_second_factor_and_asked_for_it_afterwards() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let mut tx = app.db.begin(Actor::user(app.administrator)).await.unwrap();
        people::settings::require_two_factor(&mut tx, true).await.unwrap();
        tx.commit().await.unwrap();

        let mut ana = Guest::new(app.router());
        ana.sign_in("ana@agency.example", "a long enough phrase").await;
        assert!(ana.is_in());
        for path in ["/portal", "/manage/users", "/account"] {
            assert_eq!(place(&ana.get(path).await), "/account/two-factor", "{path}");
        }
        let page = ana.get("/account/two-factor").await;
        assert!(page.body.contains("Your agency asks its staff for this"));
        ana.submit("/account/two-factor/start", &hidden(&page.body, "_csrf"), &[]).await;
        let page = ana.get("/account/two-factor").await;
        let secret = app_secret(&app, app.administrator).await;
        assert!(page.body.contains("src=\"data:image/svg+xml;base64,") && page.body.contains(&secret.expose()[..4]));
        let token = hidden(&page.body, "_csrf");
        let wrong = ana.submit("/account/two-factor/confirm", &token, &[("code", "000000")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.contains("This code is not right."));
        let code = two_factor::code_now(&secret, app.db.clock().now()).unwrap();
        let on = ana.submit("/account/two-factor/confirm", &token, &[("code", &code)]).await;
        let codes: Vec<&str> =
            on.body.split("<li><code>").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
        assert_eq!(codes.len(), 10, "{}", on.body);
        assert!(!ana.get("/account/two-factor").await.body.contains(codes[0]), "shown once");
        assert_eq!(ana.get("/portal").await.status, StatusCode::OK);

        let mut there = Guest::new(app.router());
        let asked = there
            .fill(
                "/sign-in",
                "/sign-in",
                &[("email", "ana@agency.example"), ("password", "a long enough phrase"), ("next", "/portal/clients")],
            )
            .await;
        assert_eq!(place(&asked), "/sign-in/code?next=%2Fportal%2Fclients");
        assert!(!there.is_in());
        assert_eq!(there.get("/portal").await.status, StatusCode::SEE_OTHER);
        let page = there.get(&place(&asked)).await;
        let token = hidden(&page.body, "_csrf");
        let replay = there.submit("/sign-in/code", &token, &[("code", &code), ("next", "/portal/clients")]).await;
        assert_eq!(replay.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", replay.body);
        let inside = there.submit("/sign-in/code", &token, &[("code", codes[0]), ("next", "/portal/clients")]).await;
        assert_eq!(place(&inside), "/portal/clients");
        assert!(there.is_in());
        // A session that somebody else holds is seen and ended from here.
        let account = there.get("/account").await;
        assert!(account.body.contains("this device") && account.body.contains("9 recovery codes are left."));
        there.submit("/account/sessions/end", &hidden(&account.body, "_csrf"), &[]).await;
        assert_eq!(ana.get("/portal").await.status, StatusCode::SEE_OTHER);
        // Without the first step there is no second one.
        assert_eq!(place(&Guest::new(app.router()).get("/sign-in/code").await), "/sign-in");
    }
}

#[tokio::test]
async fn outside_the_office_the_staffs_faces_are_closed_and_the_account_is_not() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let mut inside = Guest::at(app.router(), "203.0.113.9");
        inside.sign_in("ana@agency.example", "a long enough phrase").await;
        let wrong = [("office_networks", "198.51.100.0/24")];
        let refused = inside.fill("/manage/settings", "/manage/settings/security", &wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("You come from 203.0.113.9") && refused.body.contains("198.51.100.0/24"));
        let right = [("office_networks", "198.51.100.0/24\n203.0.113.0/24")];
        let saved = inside.fill("/manage/settings", "/manage/settings/security", &right).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);

        let mut outside = Guest::at(app.router(), "192.0.2.7");
        outside.sign_in("ana@agency.example", "a long enough phrase").await;
        assert!(outside.is_in());
        for path in ["/portal", "/portal/clients", "/manage/users", "/portal/live?topic=queue", "/api/v1/me"] {
            let closed = outside.get(path).await;
            assert_eq!(closed.status, StatusCode::FORBIDDEN, "{path}: {}", closed.body);
            assert!(closed.body.contains("from the agency’s offices only"), "{path}: {}", closed.body);
        }
        assert_eq!(outside.get("/account").await.status, StatusCode::OK);
        // What a stranger says of their address counts for nothing without a proxy that is trusted.
        assert_eq!(inside.get("/portal").await.status, StatusCode::OK);
        let mut tx = app.db.begin(Actor::system("command line")).await.unwrap();
        let anywhere = people::OfficeNetworks::default();
        people::settings::limit_to_office(&mut tx, &anywhere, None).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(outside.get("/portal").await.status, StatusCode::OK);
    }
}

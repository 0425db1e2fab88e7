//! The media library on both faces, over the API, and at its signed addresses.

use aos_capabilities::post::{MediaKind, MediaRule};
use aos_features::{
    content::MediaSource,
    people::{Access, Role},
};
use aos_kernel::TenantScope;
use aos_media::testing;
use aos_storage::testing::kinds;
use aos_testkit::TestApp;
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use serde_json::json;

use crate::{
    journey::Journey,
    support::{Browser, Program, ask},
};

const ANY: MediaRule = MediaRule {
    kind: MediaKind::Image,
    most: 1,
    types: &["image/jpeg"],
    bytes: None,
    width: Some((100, 200)),
    height: None,
    ratio: None,
    alt_characters: None,
};

/// A file and what it shows, as a browser's form or a program sends it.
fn form(alt: &str, csrf: Option<&str>, bytes: &[u8]) -> Vec<u8> {
    let field = |name: &str, value: &str| {
        format!("--border\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let mut body = csrf.map_or_else(String::new, |token| field("_csrf", token)).into_bytes();
    body.extend_from_slice(
        b"--border\r\nContent-Disposition: form-data; name=\"file\"; filename=\"roof.png\"\r\n\
          Content-Type: application/octet-stream\r\n\r\n",
    );
    body.extend_from_slice(bytes);
    body.extend_from_slice(format!("\r\n{}--border--\r\n", field("alt", alt)).as_bytes());
    body
}

async fn bring(app: &TestApp, user: aos_kernel::UserId, path: &str, alt: &str, bytes: &[u8]) -> crate::support::Answer {
    let (session, token) = app.sign_in(user).await;
    let request = Request::post(path)
        .header(header::ACCEPT, "text/html")
        .header(header::COOKIE, format!("aos_session={}", session.expose()))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=border");
    ask(&app.router(), request.body(Body::from(form(alt, Some(&token), bytes))).unwrap()).await
}

fn first_id(page: &str) -> String {
    page.split("id=\"alt-").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn people_of_both_faces_bring_pictures_say_what_they_show_and_take_them_out() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let client = app.client("Harbour").await;
        let ana = app.person("Svenja", Role::TenantAdmin, Some(client)).await;
        let portal = format!("/portal/clients/{client}/media");
        let staff = Browser::of(&app, app.administrator).await;
        let empty = staff.get(&portal).await;
        assert!(empty.body.contains("No pictures yet"), "{}", empty.body);

        let refused = bring(&app, app.administrator, &portal, "A drawing", b"<svg onload='x()'/>").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
        assert!(refused.body.contains("not a file that the library takes"), "{}", refused.body);
        assert!(refused.body.contains("A drawing"), "what was typed stays");
        let kept = bring(&app, app.administrator, &portal, "A roof", &testing::png(300, 200)).await;
        assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.body);

        let page = staff.get(&portal).await.body;
        assert!(page.contains("PNG, 300 × 200 pixels") && page.contains("Not used yet"), "{page}");
        let own = format!("/client/{client}/media");
        let client_browser = Browser::of(&app, ana).await;
        let id = first_id(&client_browser.get(&own).await.body);
        let said = client_browser.submit(&format!("{own}/{id}/alt"), &[("alt", "A roof in spring")]).await;
        assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.body);
        let silent = client_browser.submit(&format!("{own}/{id}/alt"), &[("alt", " ")]).await;
        assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", silent.body);
        assert!(staff.get(&portal).await.body.contains("A roof in spring"));
        let small = client_browser.get(&format!("{own}/{id}/small")).await;
        assert_eq!((small.status, small.kind()), (StatusCode::OK, "image/jpeg"));
        let whole = client_browser.get(&format!("{own}/{id}/file")).await;
        assert_eq!((whole.status, whole.kind()), (StatusCode::OK, "image/png"));

        let reader = app.person("Ruben", Role::TenantMember, Some(client)).await;
        assert!(!Browser::of(&app, reader).await.get(&own).await.body.contains("Bring a file"));
        let denied = bring(&app, reader, &own, "A roof", &testing::png(30, 30)).await;
        assert_eq!(denied.status, StatusCode::FORBIDDEN, "{}", denied.body);

        let gone = client_browser.submit(&format!("{own}/{id}/remove"), &[]).await;
        assert_eq!(gone.status, StatusCode::SEE_OTHER, "{}", gone.body);
        assert_eq!(client_browser.get(&format!("{own}/{id}/file")).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_program_keeps_the_library_and_a_platform_fetches_without_an_account() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let client = app.client("Harbour").await;
        let program = Program::new(&app, app.token(app.administrator, Access::Write).await);
        let path = format!("/tenants/{client}/media");
        let token = app.token(app.administrator, Access::Write).await;
        let send = |alt: &'static str| {
            let request = Request::post(format!("/api/v1{path}"))
                .header(header::AUTHORIZATION, format!("Bearer {}", token.expose()))
                .header(header::CONTENT_TYPE, "multipart/form-data; boundary=border");
            let request = request.body(Body::from(form(alt, None, &testing::png(600, 400)))).unwrap();
            let router = app.router();
            async move { ask(&router, request).await }
        };
        assert_eq!(send("").await.refused(422), "invalid");
        let made = send("A roof").await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        let id = made.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(send("Again").await.json()["id"], id.as_str(), "the same bytes are there once");
        let listed = program.get(&path).await.json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        assert_eq!(listed["items"][0]["origin"], "upload");
        let one = format!("{path}/{id}");
        let body = json!({ "alt": "A roof in spring" }).to_string();
        let said = program.send(Method::PUT, &one, Some(body), &[]).await;
        assert_eq!(said.json()["alt"], "A roof in spring");

        let scope = TenantScope::granted(client);
        let url = app.product.library.public_url(scope, &id, &ANY).await.unwrap().unwrap();
        let fetched = ask(&app.router(), Request::get(url.path()).body(Body::empty()).unwrap()).await;
        assert_eq!((fetched.status, fetched.kind()), (StatusCode::OK, "image/jpeg"));
        assert_eq!(fetched.headers["x-content-type-options"], "nosniff");
        assert!(fetched.headers["content-security-policy"].to_str().unwrap().contains("sandbox"));
        for wrong in ["/m/", "/m/x", &format!("{}x", url.path()), &format!("/m/{id}"), "/m/..%2f..%2fmaster.key"] {
            let answer = ask(&app.router(), Request::get(wrong).body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{wrong}: {}", answer.body);
        }

        assert_eq!(program.send(Method::DELETE, &one, None, &[]).await.status, StatusCode::NO_CONTENT);
        let answer = ask(&app.router(), Request::get(url.path()).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn the_pictures_of_the_website_come_in_with_the_first_look_and_say_where_they_are_used() {
    for kind in kinds() {
        let journey = Journey::to_the_posts(kind).await;
        let staff = Browser::of(&journey.app, journey.app.administrator).await;
        let page = staff.get(&format!("/portal/clients/{}/media", journey.client)).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert!(page.body.contains("From the website"), "{}", page.body);
        assert!(page.body.contains("Used once") || page.body.contains("times"), "{}", page.body);
        let id = first_id(&page.body);
        let small = staff.get(&format!("/portal/clients/{}/media/{id}/small", journey.client)).await;
        assert_eq!((small.status, small.kind()), (StatusCode::OK, "image/jpeg"));
        journey.end().await;
    }
}

//! What programs may rely on.

use aos_features::people::{Access, Role};
use aos_storage::testing::kinds;
use aos_testkit::TestApp;
use aos_web::router::routes;
use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use serde_json::json;
use uuid::Uuid;

use crate::support::{Program, ask};

fn acme() -> serde_json::Value {
    json!({ "name": "Acme", "website": "acme.example", "time_zone": "Europe/Berlin" })
}

#[tokio::test]
async fn a_program_needs_a_token_and_one_for_reading_changes_nothing() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        for header in [None, Some("Bearer aos_nobody"), Some("Bearer"), Some("Basic YTpi")] {
            let mut request = Request::get("/api/v1/me");
            if let Some(header) = header {
                request = request.header("authorization", header);
            }
            let answer = ask(&app.router(), request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.refused(401), "unauthenticated", "{header:?}");
        }
        let nobody = Request::post("/api/v1/tenants").header("content-type", "application/json");
        let answer = ask(&app.router(), nobody.body(Body::from(acme().to_string())).unwrap()).await;
        assert_eq!(answer.refused(401), "unauthenticated");

        let reader = Program::new(&app, app.token(app.administrator, Access::Read).await);
        assert_eq!(reader.get("/me").await.json()["email"], "ana@agency.example");
        assert_eq!(reader.post("/tenants", acme()).await.refused(403), "denied");
        assert_eq!(reader.get("/tenants").await.json()["items"], json!([]));

        let writer = Program::new(&app, app.token(app.administrator, Access::Write).await);
        let made = writer.post("/tenants", acme()).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        assert_eq!(made.json()["website"], "https://acme.example/");
    }
}

#[tokio::test]
async fn a_request_that_is_sent_twice_is_done_once() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let program = Program::new(&app, app.token(app.administrator, Access::Write).await);
        let first = program.post_once("/tenants", "k1", acme()).await;
        let second = program.post_once("/tenants", "k1", acme()).await;
        assert_eq!((second.status, &second.body), (StatusCode::CREATED, &first.body));
        assert_eq!(second.headers["idempotency-replayed"], "true");
        assert_eq!(program.get("/tenants").await.json()["items"].as_array().unwrap().len(), 1);

        let other = json!({ "name": "Other", "website": "other.example", "time_zone": "UTC" });
        let mixed_up = program.post_once("/tenants", "k1", other.clone()).await;
        assert_eq!(mixed_up.refused(409), "key_used_for_another");
        // Somebody else's key of the same text is another key.
        let colleague = app.person("Cleo", Role::Consultant, None).await;
        let theirs = Program::new(&app, app.token(colleague, Access::Write).await);
        assert_eq!(theirs.post_once("/tenants", "k1", other).await.status, StatusCode::CREATED);
        assert_eq!(program.post_once("/tenants", "two words", acme()).await.refused(422), "invalid");
    }
}

#[tokio::test]
async fn a_refused_request_gives_its_key_back() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let program = Program::new(&app, app.token(app.administrator, Access::Write).await);
        let wrong = json!({ "name": "Acme", "website": "not a website", "time_zone": "UTC" });
        let refused = program.post_once("/tenants", "k", wrong).await;
        assert_eq!((refused.refused(422).as_str(), &refused.json()["field"]), ("invalid", &json!("website")));
        assert_eq!(program.post_once("/tenants", "k", acme()).await.status, StatusCode::CREATED);
    }
}

#[tokio::test]
async fn a_one_time_password_is_answered_once_and_not_kept() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let program = Program::new(&app, app.token(app.administrator, Access::Write).await);
        let sam = json!({ "email": "sam@agency.example", "name": "Sam", "roles": [{ "role": "reviewer" }] });
        let made = program.post_once("/users", "k", sam.clone()).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        let password = made.json()["one_time_password"].as_str().unwrap().to_owned();
        assert_eq!(program.post_once("/users", "k", sam).await.refused(409), "shown_once");
        let people = program.get("/users").await;
        assert!(people.body.contains("sam@agency.example") && !people.body.contains(&password));
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_the_place_where_it_stopped() {
    let app = TestApp::new(kinds()[0]).await;
    let client = app.client("Acme").await;
    let program = Program::new(&app, app.token(app.administrator, Access::Write).await);
    let send = async |method: Method, path: &str, body: &str, kind: &str| {
        program.send(method, path, Some(body.to_owned()), &[("content-type", kind)]).await
    };
    let json = "application/json";
    assert_eq!(send(Method::POST, "/tenants", "{\"name\":", json).await.refused(400), "malformed_json");
    assert_eq!(send(Method::POST, "/tenants", "name=Acme", "text/plain").await.refused(415), "unsupported_media_type");
    assert_eq!(send(Method::DELETE, "/tenants", "", json).await.refused(405), "method_not_allowed");
    let wrong_type =
        send(Method::PUT, &format!("/tenants/{client}/settings"), r#"{"approval":{"route":1}}"#, json).await;
    assert_eq!((wrong_type.refused(422).as_str(), &wrong_type.json()["field"]), ("invalid", &json!("approval.route")));
    let nul =
        send(Method::POST, "/tenants", r#"{"name":"A\u0000","website":"a.example","time_zone":"UTC"}"#, json).await;
    assert_eq!(nul.refused(422), "invalid");
    assert_eq!(program.get("/tenants?limit=many").await.refused(400), "bad_query");
    assert_eq!(program.get("/tenants?after=forged").await.refused(422), "invalid");
    assert_eq!(program.get("/tenants?unknown=1").await.status, StatusCode::OK);
    assert_eq!(program.get("/tenants/acme").await.refused(404), "not_found");
    assert_eq!(program.get(&format!("/tenants/{}", Uuid::now_v7())).await.refused(404), "not_found");
    assert_eq!(program.get("/nothing").await.refused(404), "not_found");
}

#[tokio::test]
async fn a_list_goes_on_where_it_stopped() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        for name in ["Beta", "alpha", "Gamma & Co"] {
            app.client(name).await;
        }
        let program = Program::new(&app, app.token(app.administrator, Access::Read).await);
        let mut names = Vec::new();
        let mut path = "/tenants?limit=1".to_owned();
        loop {
            let page = program.get(&path).await.json();
            names.extend(page["items"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()));
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/tenants?limit=1&after={next}");
        }
        assert_eq!(names, ["alpha", "Beta", "Gamma & Co"]);
    }
}

/// Every route with a client in its address answers the same for somebody else's client as for one that is not there.
#[tokio::test]
async fn a_foreign_client_cannot_be_told_from_one_that_does_not_exist() {
    let app = TestApp::new(kinds()[0]).await;
    let (own, foreign) = (app.client("Own").await, app.client("Foreign").await);
    for role in [Role::TenantAdmin, Role::TenantMember] {
        let person = app.person(role.as_str(), role, Some(own)).await;
        let program = Program::new(&app, app.token(person, Access::Write).await);
        let routes = routes();
        let concerned = routes.list().iter().filter(|route| route.path.starts_with("/api/v1/tenants/{tenant}"));
        let mut asked = 0;
        for route in concerned {
            let path = |tenant: &str| {
                let path = route.path.trim_start_matches("/api/v1").replace("{tenant}", tenant);
                path.replace("{version}", "1")
                    .split('/')
                    .map(|part| if part.starts_with('{') { Uuid::nil().to_string() } else { part.to_owned() })
                    .collect::<Vec<_>>()
                    .join("/")
            };
            let send = async |tenant: String| {
                let body = (route.method != Method::GET).then(|| "{}".to_owned());
                program.send(route.method.clone(), &path(&tenant), body, &[]).await
            };
            let (foreign, nowhere) = (send(foreign.to_string()).await, send(Uuid::now_v7().to_string()).await);
            let at = format!("{role}: {} {}", route.method, route.path);
            assert!(foreign.status.is_client_error(), "{at}: {}", foreign.status);
            assert_eq!((foreign.status, foreign.body), (nowhere.status, nowhere.body), "{at}");
            asked += 1;
        }
        assert!(asked > 40, "{asked}");
    }
}

#[tokio::test]
async fn the_description_is_served_and_the_page_needs_nothing_from_elsewhere() {
    let app = TestApp::new(kinds()[0]).await;
    let router = app.router();
    let get = async |path: &str| ask(&router, Request::get(path).body(Body::empty()).unwrap()).await;
    let document = get("/api/openapi.json").await;
    assert_eq!((document.status, document.kind()), (StatusCode::OK, "application/json"));
    assert_eq!(document.json()["openapi"], "3.1.0");
    let page = get("/api").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("/api/v1/tenants/{tenant}/approvals/{approval}/decide"));
    assert!(!page.body.contains("src=\"http"), "a script or picture from elsewhere");
}

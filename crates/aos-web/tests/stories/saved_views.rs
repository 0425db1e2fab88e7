//! Filters that people keep under a name.

use aos_features::people::{Access, Role};
use aos_storage::testing::kinds;
use aos_testkit::TestApp;
use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::{
    journey::place,
    support::{Browser, Program},
};

#[tokio::test]
async fn filters_are_saved_under_a_name_shared_with_the_staff_and_put_away_again() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let client = app.client("Acme").await;
        let browser = Browser::of(&app, app.administrator).await;
        let rea = app.person("Rea", Role::Reviewer, None).await;
        let reas = Browser::of(&app, rea).await;

        // Without a filter there is nothing to save; with one the form stands above the list.
        assert!(!reas.get("/portal/clients?sort=name").await.body.contains("Save this view"));
        let list = reas.get("/portal/clients?sort=waiting&readiness=setup_needed").await.body;
        assert!(list.contains("value=\"readiness=setup_needed&#38;sort=waiting\""), "{list}");
        let fields = [("place", "clients"), ("query", "readiness=setup_needed&sort=waiting"), ("name", "To set up")];
        let saved = reas.submit("/portal/views", &fields).await;
        assert_eq!(place(&saved), "/portal/clients?readiness=setup_needed&sort=waiting", "{}", saved.body);
        // Its address is the state: in another order it is the same view, and it is lit.
        let list = reas.get("/portal/clients?sort=waiting&readiness=setup_needed&q=").await.body;
        assert!(list.contains("aria-current=\"true\">To set up") && !list.contains("Save this view"), "{list}");
        assert!(!browser.get("/portal/clients").await.body.contains("To set up"), "it is not shared yet");

        // The same name again is refused at its field, and what was typed stays.
        let query = format!("mine=1&client={client}");
        let again = [("place", "clients"), ("query", "readiness=ready"), ("name", "to SET up")];
        let refused = reas.submit("/portal/views", &again).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("a view of this name already") && refused.body.contains("value=\"to SET up\""));
        // Of another list it is another view.
        let queue = [("place", "queue"), ("query", &query), ("name", "To set up"), ("shared", "1")];
        assert_eq!(place(&reas.submit("/portal/views", &queue).await), format!("/portal?client={client}&mine=1"));
        let shared = browser.get("/portal").await.body;
        assert!(shared.contains("Shared by Rea"), "{shared}");
        let page = reas.get("/portal/views").await.body;
        assert!(page.contains("Client: Acme · Only mine to decide"), "{page}");

        // Renamed and shared; somebody else may do neither, but an administrator takes it away.
        let program = Program::new(&app, app.token(rea, Access::Write).await);
        let views = program.get("/views?place=clients").await.json();
        let id = views["items"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(views["items"].as_array().unwrap().len(), 1);
        let path = format!("/portal/views/{id}");
        let renamed = reas.submit(&path, &[("name", "New clients"), ("shared", "1")]).await;
        assert_eq!(renamed.status, StatusCode::SEE_OTHER, "{}", renamed.body);
        assert!(browser.get("/portal/clients").await.body.contains("New clients"));
        let stolen = browser.submit(&path, &[("name", "Mine")]).await;
        assert_eq!(stolen.status, StatusCode::NOT_FOUND);
        let empty = reas.submit(&path, &[("name", " ")]).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(browser.submit(&format!("{path}/remove"), &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(program.get("/views?place=clients").await.json()["items"], json!([]));

        // One's own comes back by Undo.
        let own = program.get("/views").await.json()["items"][0]["id"].as_str().unwrap().to_owned();
        let gone = reas.submit(&format!("/portal/views/{own}/remove"), &[]).await;
        assert!(reas.after(&gone).await.body.contains("Undo"));
        assert_eq!(reas.submit("/portal/views", &queue).await.status, StatusCode::SEE_OTHER);

        // Programs do all of it; one that may only read changes nothing; a client's people have no such lists.
        let body = json!({ "place": "queue", "name": "Posts", "query": "kind=post&after=x" });
        let made = program.post("/views", body.clone()).await;
        assert_eq!((made.status, &made.json()["query"]), (StatusCode::CREATED, &"kind=post".into()), "{}", made.body);
        let id = made.json()["id"].as_str().unwrap().to_owned();
        let change = json!({ "shared": true }).to_string();
        let changed = program.send(Method::PATCH, &format!("/views/{id}"), Some(change.clone()), &[]).await;
        assert_eq!((&changed.json()["shared"], &changed.json()["name"]), (&true.into(), &"Posts".into()));
        let nothing = json!({ "place": "queue", "name": "Nothing", "query": "sort=name" });
        assert_eq!(program.post("/views", nothing).await.refused(422), "invalid");
        let reader = Program::new(&app, app.token(rea, Access::Read).await);
        assert_eq!(reader.get("/views").await.json()["items"].as_array().unwrap().len(), 2);
        assert_eq!(reader.post("/views", body.clone()).await.refused(403), "denied");
        let others = Program::new(&app, app.token(app.administrator, Access::Write).await);
        let path = format!("/views/{id}");
        assert_eq!(others.send(Method::PATCH, &path, Some(change), &[]).await.refused(404), "not_found");
        assert_eq!(program.send(Method::DELETE, &path, None, &[]).await.status, StatusCode::NO_CONTENT);
        let theo = app.person("Theo", Role::TenantAdmin, Some(client)).await;
        let theos = Program::new(&app, app.token(theo, Access::Write).await);
        assert_eq!(theos.get("/views").await.refused(403), "denied");
        assert_eq!(theos.post("/views", body).await.refused(403), "denied");
    }
}

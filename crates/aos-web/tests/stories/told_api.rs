//! What programs do that only pages did before: notifications, the agency's branding, a request that came back.

use aos_features::people::{Access, Role};
use aos_storage::testing::kinds;
use aos_testkit::TestApp;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    isolation::{filled, foreign_ids},
    journey::Journey,
    support::Program,
};

fn brief(title: &str) -> Value {
    json!({ "title": title, "brief": "What it tells whom, in a few sentences that say enough.", "keywords": ["veneers"] })
}

/// The one approval that waits, as somebody who may decide sees it.
async fn waiting(program: &Program) -> Value {
    let list = program.get("/approvals").await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
    list["items"][0].clone()
}

#[tokio::test]
async fn a_request_that_was_sent_back_is_revised_or_taken_back_and_who_is_concerned_is_told() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let client = app.client("Acme").await;
        let asker = app.person("Cora", Role::Consultant, None).await;
        let asker = Program::new(&app, app.token(asker, Access::Write).await);
        let approver = app.person("Rea", Role::Reviewer, None).await;
        let (reads, approver) = (app.token(approver, Access::Read).await, app.token(approver, Access::Write).await);
        let (reads, approver) = (Program::new(&app, reads), Program::new(&app, approver));
        let requests = format!("/tenants/{client}/requests");
        let raised = asker.post(&requests, brief("Life of veneers")).await;
        assert_eq!(raised.status, StatusCode::CREATED, "{}", raised.body);
        let path = format!("{requests}/{}", raised.json()["id"].as_str().unwrap());
        app.work().await;

        // Whoever decides is told; a token for reading sees it and changes nothing.
        let told = reads.get("/notifications?unread=true").await.json();
        let notice = &told["items"][0];
        assert_eq!(notice["kind"], "approval_requested", "{told}");
        assert!(notice["title"].as_str().unwrap().contains("Life of veneers") && notice["read_at"].is_null());
        let read = format!("/notifications/{}/read", notice["id"].as_str().unwrap());
        assert_eq!(reads.post(&read, json!({})).await.refused(403), "denied");
        assert_eq!(asker.post(&read, json!({})).await.refused(404), "not_found");
        assert_eq!(approver.post(&read, json!({})).await.status, StatusCode::NO_CONTENT);
        assert_eq!(approver.get("/notifications/unread").await.json()["unread"], 0);
        let unread = read.replace("/read", "/unread");
        assert_eq!(approver.post(&unread, json!({})).await.status, StatusCode::NO_CONTENT);
        assert_eq!(approver.post("/notifications/read-all", json!({})).await.json()["read"], 1);

        // What was not sent back can't be revised; what was comes again with its changes.
        let revise = format!("{path}/revise");
        let early = asker.post(&revise, json!({ "based_on": 1, "brief": brief("Again") })).await;
        assert_eq!(early.refused(409), "not_sent_back");
        let approval = waiting(&approver).await;
        let decide = format!("/tenants/{client}/approvals/{}/decide", approval["id"].as_str().unwrap());
        let rejection = json!({ "hash": approval["hash"], "decision": "reject", "notes": "Say for whom." });
        let rejected = approver.post(&decide, rejection).await;
        assert_eq!(rejected.status, StatusCode::OK, "{}", rejected.body);
        app.work().await;
        let back = asker.get(&path).await.json();
        assert_eq!(back["state"], "rejected", "{back}");
        let stale = asker.post(&revise, json!({ "based_on": 99, "brief": brief("Again") })).await;
        assert_eq!(stale.status, StatusCode::CONFLICT, "{}", stale.body);
        let again = json!({ "based_on": back["version"], "brief": brief("Life of veneers, for adults") });
        let revised = asker.post(&revise, again).await;
        assert_eq!(revised.status, StatusCode::OK, "{}", revised.body);
        assert_eq!(revised.json()["brief"]["title"], "Life of veneers, for adults");
        app.work().await;
        assert_ne!(waiting(&approver).await["hash"], approval["hash"]);

        // Taken back it waits for nobody; a second time is harmless.
        for _ in 0..2 {
            let closed = asker.post(&format!("{path}/close"), json!({})).await;
            assert_eq!((closed.status, &closed.json()["state"]), (StatusCode::OK, &"closed".into()), "{}", closed.body);
        }
        assert_eq!(approver.get("/approvals").await.json()["items"], json!([]));
    }
}

#[tokio::test]
async fn a_program_chooses_what_its_person_is_told_and_how_the_agency_looks() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let administrator = Program::new(&app, app.token(app.administrator, Access::Write).await);
        let usual = administrator.get("/notifications/choices").await.json();
        assert_eq!((&usual["digest"], &usual["quiet_from"]), (&"08:00".into(), &Value::Null));
        assert!(usual["kinds"].as_array().unwrap().iter().any(|one| one["kind"] == "dead_letter"));
        let mut choice = json!({
            "time_zone": "Europe/Berlin", "digest": "07:30", "quiet_from": "22:00", "quiet_until": "06:00",
            // Named twice: the last one counts.
            "kinds": [{ "kind": "month_opened", "in_app": true, "mail": "at_once" },
                      { "kind": "month_opened", "in_app": false, "mail": "off" }],
        });
        let put = |body: Value| administrator.send(Method::PUT, "/notifications/choices", Some(body.to_string()), &[]);
        let kept = put(choice.clone()).await.json();
        let month = kept["kinds"].as_array().unwrap().iter().find(|one| one["kind"] == "month_opened").unwrap();
        assert_eq!(*month, json!({ "kind": "month_opened", "in_app": false, "mail": "off" }), "{kept}");
        assert_eq!(kept["quiet_until"], "06:00");
        choice["quiet_until"] = Value::Null;
        assert_eq!(put(choice).await.refused(422), "invalid");

        // The branding: a colour, a logo, and back; for administrators alone.
        let accent = json!({ "accent": "#0AF" }).to_string();
        let chosen = administrator.send(Method::PUT, "/branding", Some(accent.clone()), &[]).await;
        assert_eq!(chosen.json()["accent"], "#00aaff", "{}", chosen.body);
        let bad = administrator.send(Method::PUT, "/branding", Some(json!({ "accent": "red" }).to_string()), &[]).await;
        assert_eq!((bad.json()["field"].clone(), bad.refused(422).as_str()), ("accent".into(), "invalid"));
        let form = |bytes: &str| {
            format!(
                "--border\r\nContent-Disposition: form-data; name=\"file\"; filename=\"l\"\r\n\r\n{bytes}\r\n--border--\r\n"
            )
        };
        let multipart = [("content-type", "multipart/form-data; boundary=border")];
        let webp = Some(form("RIFF1234WEBPVP8 "));
        let logo = administrator.send(Method::POST, "/branding/logo", webp.clone(), &multipart).await;
        assert_eq!((logo.status, &logo.json()["logo_type"]), (StatusCode::OK, &"image/webp".into()), "{}", logo.body);
        assert!(logo.json()["logo_url"].as_str().unwrap().starts_with("http://agency.test/brand/logo?v="));
        let svg = administrator.send(Method::POST, "/branding/logo", Some(form("<svg/>")), &multipart).await;
        assert_eq!(svg.refused(422), "invalid");
        let removed = administrator.send(Method::DELETE, "/branding/logo", None, &[]).await;
        assert_eq!(removed.status, StatusCode::NO_CONTENT);
        assert_eq!(administrator.get("/branding").await.json()["logo_url"], Value::Null);
        let rea = app.person("Rea", Role::Reviewer, None).await;
        let rea = Program::new(&app, app.token(rea, Access::Write).await);
        assert_eq!(rea.get("/branding").await.json()["accent"], "#00aaff");
        assert_eq!(rea.send(Method::PUT, "/branding", Some(accent), &[]).await.refused(403), "denied");
        assert_eq!(rea.send(Method::POST, "/branding/logo", webp, &multipart).await.refused(403), "denied");
    }
}

/// [`Program`] holds each answer against its description.
#[tokio::test]
async fn whatever_a_program_reads_of_a_client_at_work_is_as_described() {
    for kind in kinds() {
        let journey = Journey::to_the_posts(kind).await;
        let ids = foreign_ids(&journey).await;
        let program = Program::new(&journey.app, journey.app.token(journey.app.administrator, Access::Read).await);
        let routes = aos_web::router::routes();
        let mut read = Vec::new();
        for route in routes.list().iter().filter(|route| route.method == Method::GET) {
            let Some(path) = route.path.strip_prefix("/api/v1").and_then(|path| filled(path, &ids)) else { continue };
            let answer = program.get(&path).await;
            assert!(!answer.status.is_server_error(), "{path}: {}", answer.body);
            if answer.status.is_success() {
                read.push(path);
            }
        }
        assert!(read.len() > 50, "only {} were read: {read:#?}", read.len());
        journey.end().await;
    }
}

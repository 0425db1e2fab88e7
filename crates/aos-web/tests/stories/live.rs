//! What open pages hear of changes, also of those in another process.

use std::time::Duration;

use aos_features::people::Role;
use aos_kernel::{NewEvent, Subject, TenantId, UserId};
use aos_storage::{DbKind, testing::kinds};
use aos_testkit::TestApp;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use futures::StreamExt;
use serde_json::json;
use tower::ServiceExt;

/// An open page's stream.
struct Stream(axum::body::BodyDataStream);

impl Stream {
    async fn open(app: &TestApp, router: &Router, person: UserId, topics: &[String]) -> Self {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for topic in topics {
            query.append_pair("topic", topic);
        }
        Self::at(app, router, person, &format!("/portal/live?{}", query.finish())).await
    }

    async fn at(app: &TestApp, router: &Router, person: UserId, address: &str) -> Self {
        Self(get(app, router, person, address).await.into_data_stream())
    }

    /// The next topic that is announced; `None` when nothing is within a moment.
    async fn next(&mut self, patience: Duration) -> Option<String> {
        let part = tokio::time::timeout(patience, self.0.next()).await.ok()??.unwrap();
        let text = String::from_utf8(part.to_vec()).unwrap();
        text.lines().find_map(|line| line.strip_prefix("data: ")).map(str::to_owned)
    }
}

async fn get(app: &TestApp, router: &Router, person: UserId, address: &str) -> Body {
    let (session, _) = app.sign_in(person).await;
    let request = Request::get(address).header(header::COOKIE, format!("aos_session={}", session.expose()));
    let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    response.into_body()
}

async fn start_crawl(app: &TestApp, client: TenantId) {
    let (session, form) = app.sign_in(app.administrator).await;
    let save = Request::post(format!("/portal/clients/{client}/crawl"))
        .header(header::COOKIE, format!("aos_session={}", session.expose()))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answer = app.router().oneshot(save.body(Body::from(format!("_csrf={form}"))).unwrap()).await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
}

const LONG: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(300);

#[tokio::test]
async fn the_bell_rings_in_every_process_for_its_own_person_only() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let client = app.client("Acme").await;
        app.work().await;
        let dana = app.person("Dana", Role::Consultant, None).await;
        let rea = app.person("Rea", Role::Reviewer, None).await;
        // SQLite serves one process; PostgreSQL tells all of them.
        let elsewhere = match kind {
            DbKind::Sqlite => app.router(),
            DbKind::Postgres => app.router_of_another_process().await,
        };
        let topics = [format!("notices:{dana}"), "queue".to_owned(), format!("tenant:{client}")];
        let mut hers = Stream::open(&app, &elsewhere, dana, &topics[..1]).await;
        // Whoever asks for somebody else's hears nothing of it.
        let mut others = Stream::open(&app, &elsewhere, rea, &topics[..1]).await;
        let subject = Subject::new("channel", aos_kernel::ChannelId::new());
        let mut tx = app.db.begin(aos_kernel::Actor::system("test")).await.unwrap();
        tx.emit(NewEvent::new(client, "channels.expired", subject).because("No.").with(json!({})));
        tx.commit().await.unwrap();
        app.work().await;
        assert_eq!(hers.next(LONG).await.as_deref(), Some(topics[0].as_str()));
        assert_eq!(others.next(SHORT).await, None);
    }
}

#[tokio::test]
async fn a_change_at_a_client_reaches_open_pages_of_another_process() {
    for kind in kinds().into_iter().filter(|kind| *kind == DbKind::Postgres) {
        let app = TestApp::new(kind).await;
        let client = app.client("Acme").await;
        app.work().await;
        let elsewhere = app.router_of_another_process().await;
        let topic = format!("tenant:{client}");
        let mut page = Stream::open(&app, &elsewhere, app.administrator, std::slice::from_ref(&topic)).await;
        start_crawl(&app, client).await;
        assert_eq!(page.next(LONG).await, Some(topic));
    }
}

#[tokio::test]
async fn what_changes_while_a_page_is_on_its_way_is_told_as_soon_as_it_listens() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let client = app.client("Acme").await;
        app.work().await;
        let router = app.router();
        let page = get(&app, &router, app.administrator, &format!("/portal/clients/{client}")).await;
        let page = String::from_utf8(to_bytes(page, 1 << 20).await.unwrap().to_vec()).unwrap();
        let (_, stream) = page.split_once("data-stream=\"").unwrap();
        let (stream, _) = stream.split_once('"').unwrap();
        let stream = stream.replace("&#38;", "&");
        start_crawl(&app, client).await;
        app.work().await;
        let topic = format!("tenant:{client}");
        let mut late = Stream::at(&app, &router, app.administrator, &stream).await;
        let mut heard = Vec::new();
        while let Some(told) = late.next(SHORT).await {
            heard.push(told);
        }
        assert!(heard.contains(&topic), "{heard:?}");
    }
}

#[tokio::test]
async fn the_answer_to_a_form_listens_to_nothing_as_it_can_not_be_asked_for_again() {
    let app = TestApp::new(DbKind::Sqlite).await;
    let (session, form) = app.sign_in(app.administrator).await;
    let page = async |request: axum::http::request::Builder, body: String| {
        let request = request
            .header(header::COOKIE, format!("aos_session={}", session.expose()))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = app.router().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        String::from_utf8(to_bytes(answer.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap()
    };
    let asked = page(Request::get("/portal/clients/new"), String::new()).await;
    assert!(asked.contains("data-stream=\"/portal/live?"), "{asked}");
    let refused = page(Request::post("/portal/clients/new"), format!("_csrf={form}&name=&website=nowhere")).await;
    assert!(refused.contains("data-stream=\"\"") && refused.contains("nowhere"), "{refused}");
}

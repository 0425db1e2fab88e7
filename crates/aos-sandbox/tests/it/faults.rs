//! Faults happen to the requests that they are for, with or without the effect, and are told in the log.

use aos_sandbox::{Fault, FaultKind, Role, Service};
use reqwest::Response;
use serde_json::{Value, json};

use crate::support::{Stage, stage};

async fn publish(stage: &Stage) -> reqwest::Result<Response> {
    let request = stage.signed(stage.http.post(stage.wp("/posts")), Role::Editor);
    request.json(&json!({"title": "T", "status": "publish"})).send().await
}

fn on_posts(kind: FaultKind) -> Fault {
    Fault::new(Service::WordPress, "/wp-json/wp/v2/posts", kind).method("POST")
}

#[tokio::test]
async fn a_status_hits_the_next_fitting_request_and_has_no_effect() {
    let stage = stage().await;
    for status in [401, 403, 404, 409, 500, 502, 503] {
        stage.sandbox.faults().push(on_posts(FaultKind::Status(status)));
        assert_eq!(stage.as_guest("/posts").await.status, 200, "a read is not hit");
        let answer = publish(&stage).await.unwrap();
        assert_eq!(answer.status(), status);
        assert_eq!(answer.json::<Value>().await.unwrap()["data"]["status"], status);
    }
    assert!(stage.sandbox.wordpress().posts().is_empty());
    assert!(stage.sandbox.faults().waiting().is_empty());
    assert_eq!(publish(&stage).await.unwrap().status(), 201);
}

#[tokio::test]
async fn a_rate_limit_comes_with_and_without_the_seconds_to_wait() {
    let stage = stage().await;
    stage.sandbox.faults().push(on_posts(FaultKind::RateLimited { retry_after: Some(7) }));
    stage.sandbox.faults().push(on_posts(FaultKind::RateLimited { retry_after: None }));
    assert_eq!(publish(&stage).await.unwrap().headers()["retry-after"], "7");
    let second = publish(&stage).await.unwrap();
    assert_eq!((second.status().as_u16(), second.headers().get("retry-after")), (429, None));
}

#[tokio::test]
async fn a_dropped_connection_gives_no_answer_with_and_without_the_effect() {
    let stage = stage().await;
    stage.sandbox.faults().push(on_posts(FaultKind::DropBeforeEffect).times(2));
    assert!(publish(&stage).await.is_err());
    assert!(publish(&stage).await.is_err());
    assert_eq!(stage.sandbox.wordpress().posts().len(), 0);

    stage.sandbox.faults().push(on_posts(FaultKind::DropAfterEffect));
    assert!(publish(&stage).await.is_err());
    assert_eq!(stage.sandbox.wordpress().posts().len(), 1);

    stage.sandbox.faults().push(on_posts(FaultKind::DropInBody));
    let broken = publish(&stage).await.unwrap();
    assert_eq!(broken.status(), 201);
    assert!(broken.bytes().await.is_err());
    assert_eq!(stage.sandbox.wordpress().posts().len(), 2);

    let log = stage.sandbox.requests().matching("POST", "/wp/v2/posts");
    assert_eq!(log.iter().map(|r| r.status).collect::<Vec<_>>(), [None, None, None, Some(201)]);
    assert!(log[2].fault.as_deref().unwrap().contains("after the effect"));
}

#[tokio::test]
async fn answers_that_are_no_json_or_lead_elsewhere() {
    let stage = stage().await;
    let faults = stage.sandbox.faults();
    faults.push(on_posts(FaultKind::MalformedJson));
    let cut = publish(&stage).await.unwrap();
    assert_eq!(cut.status(), 201);
    assert!(cut.json::<Value>().await.is_err());

    faults.push(on_posts(FaultKind::PhpNotice));
    let noisy = publish(&stage).await.unwrap().text().await.unwrap();
    assert!(noisy.starts_with("<br") && serde_json::from_str::<Value>(&noisy[noisy.find('{').unwrap()..]).is_ok());

    faults.push(on_posts(FaultKind::HtmlPage { status: 503 }));
    let page = publish(&stage).await.unwrap();
    assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));

    faults.push(on_posts(FaultKind::Redirect { to: "http://127.0.0.1:9/x".into() }));
    let moved = publish(&stage).await.unwrap();
    assert_eq!(
        (moved.status().as_u16(), &moved.headers()["location"]),
        (302, &"http://127.0.0.1:9/x".parse().unwrap())
    );

    faults.push(on_posts(FaultKind::StatusAfterEffect(502)));
    assert_eq!(publish(&stage).await.unwrap().status(), 502);
    assert_eq!(stage.sandbox.wordpress().posts().len(), 3, "cut, noisy and 502 had their effect");
}

#[tokio::test]
async fn the_plain_form_of_an_address_meets_the_same_faults() {
    let stage = stage().await;
    stage.sandbox.faults().push(on_posts(FaultKind::Status(503)));
    let url = format!("{}?rest_route=/wp/v2/posts", stage.sandbox.wordpress().url());
    let answer = stage.signed(stage.http.post(url), Role::Editor).json(&json!({"title": "T"})).send().await.unwrap();
    assert_eq!(answer.status(), 503);
}

#[tokio::test]
async fn faults_can_be_added_over_http_and_the_console_says_that_all_is_simulated() {
    let stage = stage().await;
    let console = format!("{}__sandbox/", stage.sandbox.wordpress().url());
    let fault = json!({"service": "wordpress", "method": "POST", "path_prefix": "/wp-json/wp/v2/posts",
        "times": 2, "kind": {"rate_limited": {"retry_after": 3}}});
    let added = stage.http.post(format!("{console}faults")).json(&fault).send().await.unwrap();
    assert_eq!(added.status(), 201);
    assert_eq!(publish(&stage).await.unwrap().status(), 429);
    assert_eq!(stage.sandbox.faults().waiting()[0].times, 1);
    let nonsense = stage.http.post(format!("{console}faults")).json(&json!({"kind": "?"})).send().await.unwrap();
    assert_eq!(nonsense.status(), 400);

    let button = [("fault", serde_json::to_string(&on_posts(FaultKind::DropAfterEffect)).unwrap())];
    assert_eq!(stage.http.post(format!("{console}faults")).form(&button).send().await.unwrap().status(), 303);
    let page = stage.http.get(&console).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("simulated") && page.contains("drops the connection after the effect"));
    assert!(page.contains("/wp-json/wp/v2/posts"), "the request log is shown");
}

#[tokio::test]
async fn the_log_keeps_bodies_and_hides_credentials() {
    let stage = stage().await;
    publish(&stage).await.unwrap();
    let log = stage.sandbox.requests().of(Service::WordPress);
    let request = log.last().unwrap();
    assert_eq!(request.header("authorization"), Some("[redacted]"));
    assert_eq!(request.json().unwrap()["title"], "T");
    assert!(!format!("{log:?}").contains("Basic "));
}

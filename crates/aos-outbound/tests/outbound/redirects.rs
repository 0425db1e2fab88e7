//! Redirects are followed for reads, hop by hop, and secrets stay at home.

use std::net::SocketAddr;

use aos_kernel::Secret;
use aos_outbound::{OutboundErrorKind, Request};
use axum::{
    Router,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{any, get},
};

use crate::server::{outbound, serve, url};

/// Says which secrets and which body arrived.
async fn mirror(method: axum::http::Method, headers: HeaderMap, body: String) -> String {
    let had = |name: &str| headers.contains_key(name);
    format!(
        "{method} authorization={} x-key={} x-plain={} body={body}",
        had("authorization"),
        had("x-key"),
        had("x-plain")
    )
}

fn to(target: String, status: StatusCode) -> Response {
    (status, [(header::LOCATION, target)]).into_response()
}

async fn mirror_server() -> SocketAddr {
    serve(Router::new().route("/mirror", any(mirror))).await
}

fn with_secrets(request: Request) -> Request {
    request.bearer(&Secret::new("t0ken")).secret_header("x-key", &Secret::new("k3y")).header("x-plain", "yes")
}

#[tokio::test]
async fn a_read_follows_and_tells_where_it_came_along() {
    let address = serve(
        Router::new()
            .route("/a", get(|| async { Redirect::permanent("/b") }))
            .route("/b", get(|| async { Redirect::to("c#part") }))
            .route("/c", get(|| async { "here" })),
    )
    .await;

    let answer = outbound(&[address]).send(Request::get(url(address, "/a"))).await.unwrap();

    assert_eq!(answer.text(), "here");
    assert_eq!(answer.final_url, url(address, "/c"));
    assert_eq!(answer.redirects, [url(address, "/a"), url(address, "/b")]);
}

#[tokio::test]
async fn a_write_is_not_redirected_unless_it_says_so() {
    let target = mirror_server().await;
    let address = serve(
        Router::new()
            .route(
                "/307",
                any(move || async move { to(format!("http://{target}/mirror"), StatusCode::TEMPORARY_REDIRECT) }),
            )
            .route("/302", any(move || async move { to(format!("http://{target}/mirror"), StatusCode::FOUND) })),
    )
    .await;
    let outbound = outbound(&[address, target]);
    let post = |path: &str| Request::post(url(address, path)).bytes("text/plain", "words");

    let stayed = outbound.send(post("/307")).await.unwrap();
    assert_eq!((stayed.status, stayed.final_url), (307, url(address, "/307")));

    let kept = outbound.send(post("/307").redirects(1)).await.unwrap();
    assert_eq!(kept.text(), "POST authorization=false x-key=false x-plain=false body=words");

    let turned = outbound.send(post("/302").redirects(1)).await.unwrap();
    assert_eq!(turned.text(), "GET authorization=false x-key=false x-plain=false body=");
}

#[tokio::test]
async fn secrets_follow_within_an_origin_and_never_beyond() {
    let other = mirror_server().await;
    let address = serve(
        Router::new()
            .route("/near", get(|| async { Redirect::to("/mirror") }))
            .route("/far", get(move || async move { Redirect::to(&format!("http://{other}/mirror")) }))
            .route("/mirror", any(mirror)),
    )
    .await;
    let outbound = outbound(&[address, other]);

    let near = outbound.send(with_secrets(Request::get(url(address, "/near")))).await.unwrap();
    assert_eq!(near.text(), "GET authorization=true x-key=true x-plain=true body=");

    let far = outbound.send(with_secrets(Request::get(url(address, "/far")))).await.unwrap();
    assert_eq!(far.text(), "GET authorization=false x-key=false x-plain=true body=");
}

#[tokio::test]
async fn a_circle_ends() {
    let address = serve(Router::new().route("/round", get(|| async { Redirect::to("/round") }))).await;
    let error = outbound(&[address]).send(Request::get(url(address, "/round"))).await.unwrap_err();
    assert_eq!(error.kind, OutboundErrorKind::TooManyRedirects);
}

#[tokio::test]
async fn a_redirect_away_from_the_web_is_returned_as_an_error() {
    let address = serve(Router::new().route("/", get(|| async { Redirect::to("file:///etc/passwd") }))).await;
    let error = outbound(&[address]).send(Request::get(url(address, "/"))).await.unwrap_err();
    assert_eq!(error.kind, OutboundErrorKind::InvalidUrl);
}

#[tokio::test]
async fn a_redirect_without_a_target_is_an_answer() {
    let address = serve(Router::new().route("/", get(|| async { StatusCode::FOUND }))).await;
    let answer = outbound(&[address]).send(Request::get(url(address, "/"))).await.unwrap();
    assert_eq!(answer.status, 302);
}

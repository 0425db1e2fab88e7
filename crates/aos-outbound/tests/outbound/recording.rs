//! What was recorded plays back the same, and nothing else does.

use aos_outbound::{Exchange, Outbound, OutboundErrorKind, Recorder, Request, Sent};
use axum::{Json, Router, http::StatusCode, response::Redirect, routing::get};

use crate::server::{config, serve, serve_bytes, url};

#[tokio::test]
async fn a_recorded_conversation_plays_back_without_its_server() {
    let address = serve(
        Router::new()
            .route("/old", get(|| async { Redirect::permanent("/new") }))
            .route("/new", get(|| async { Json(serde_json::json!({"id": 7, "title": "Roofs"})) }))
            .route("/image", get(|| async { vec![0xff_u8, 0xd8, 0x00] }))
            .route("/gone", get(|| async { (StatusCode::GONE, "gone") })),
    )
    .await;
    let (dropping, _) = serve_bytes("").await;
    let recorder = Recorder::default();
    let live = Outbound::recording(config(&[address, dropping]), recorder.clone()).unwrap();
    let talk = async |outbound: &Outbound| {
        let mut heard = Vec::new();
        for target in [url(address, "/old"), url(address, "/image"), url(address, "/gone"), url(dropping, "/")] {
            heard.push(match outbound.send(Request::get(target)).await {
                Ok(answer) => format!("{} {} {:?}", answer.status, answer.final_url, answer.body),
                Err(error) => format!("{:?} {:?}", error.kind, error.sent),
            });
        }
        heard
    };
    let first = talk(&live).await;
    let file = serde_json::to_string_pretty(&recorder.take()).unwrap();

    let exchanges: Vec<Exchange> = serde_json::from_str(&file).unwrap();
    assert_eq!(exchanges.len(), 5, "the redirect is an exchange of its own");
    let second = talk(&Outbound::replaying(exchanges).unwrap()).await;

    assert_eq!(first, second);
    assert_eq!(first[3], "Dropped Maybe");
}

#[tokio::test]
async fn a_request_that_was_not_recorded_is_refused_in_words() {
    let outbound = Outbound::replaying(Vec::new()).unwrap();
    let error = outbound.send(Request::get("https://a.test/x")).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (OutboundErrorKind::Connect, Sent::No));
    assert_eq!(error.message, "The recording expects nothing, not GET https://a.test/x.");
}

#[tokio::test]
async fn a_body_that_was_cut_while_it_was_recorded_says_so() {
    let address = serve(Router::new().route("/", get(|| async { "a long answer" }))).await;
    let outbound = Outbound::recording(config(&[address]), Recorder::default()).unwrap();
    let answer = outbound.send(Request::get(url(address, "/")).truncate_at(6)).await.unwrap();
    assert_eq!((answer.text().as_str(), answer.truncated), ("a long", true));
}

//! A failure says what happened and whether the request may have taken effect; only what is safe is repeated.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use aos_outbound::{Outbound, OutboundConfig, OutboundErrorKind, Part, Request, Sent};
use axum::{
    Router,
    extract::Multipart,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::{any, post},
};
use url::Url;

use crate::server::{Names, outbound, serve, serve_bytes, serve_words_at_once, silent, url};

#[tokio::test]
async fn a_closed_port_is_certainly_unsent() {
    let (address, listener) = silent().await;
    drop(listener);
    let error = outbound(&[address]).send(Request::post(url(address, "/"))).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (OutboundErrorKind::Connect, Sent::No));
}

#[tokio::test]
async fn an_unknown_name_is_certainly_unsent() {
    let outbound = Outbound::with_lookup(OutboundConfig::default(), Arc::new(Names::default())).unwrap();
    let error = outbound.send(Request::post(Url::parse("https://nowhere.test/").unwrap())).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (OutboundErrorKind::Dns, Sent::No));
    assert_eq!(error.message, "The name nowhere.test could not be found.");
}

#[tokio::test]
async fn a_server_without_encryption_is_told_from_one_that_is_not_there() {
    let address = serve_words_at_once("220 mail.test ESMTP\r\n").await;
    let secure = Url::parse(&format!("https://{address}/")).unwrap();
    let error = outbound(&[address]).send(Request::post(secure)).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (OutboundErrorKind::Tls, Sent::No));
}

#[tokio::test]
async fn a_dropped_connection_leaves_the_outcome_open() {
    let (address, requests) = serve_bytes("").await;
    let error = outbound(&[address]).send(Request::post(url(address, "/")).retries(5)).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (OutboundErrorKind::Dropped, Sent::Maybe));
    assert_eq!(requests.load(Ordering::SeqCst), 1, "a write is never repeated");
}

#[tokio::test]
async fn half_an_answer_is_no_answer() {
    let (address, _) = serve_bytes("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\":").await;
    let error = outbound(&[address]).send(Request::post(url(address, "/"))).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (OutboundErrorKind::Dropped, Sent::Maybe));
}

#[tokio::test]
async fn an_answer_that_is_not_http_leaves_the_outcome_open() {
    let (address, _) = serve_bytes("SSH-2.0-OpenSSH_9.9\r\n").await;
    let error = outbound(&[address]).send(Request::get(url(address, "/"))).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (OutboundErrorKind::Dropped, Sent::Maybe));
}

#[tokio::test]
async fn a_body_that_lies_about_its_compression_is_told() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 9\r\n\r\nnot gzip!";
    let (address, _) = serve_bytes(answer).await;
    let error = outbound(&[address]).send(Request::get(url(address, "/"))).await.unwrap_err();
    assert_eq!(error.kind, OutboundErrorKind::BadBody);
}

#[tokio::test]
async fn a_read_is_tried_again_when_the_server_asks_for_time_and_a_write_is_not() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let busy = move || async move {
        match counted.fetch_add(1, Ordering::SeqCst) {
            0 => (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "0")]).into_response(),
            _ => "ready".into_response(),
        }
    };
    let address = serve(Router::new().route("/", any(busy))).await;
    let outbound = outbound(&[address]);

    let write = outbound.send(Request::post(url(address, "/")).retries(3)).await.unwrap();
    assert_eq!((write.status, calls.swap(0, Ordering::SeqCst)), (503, 1));

    let untold = outbound.send(Request::get(url(address, "/"))).await.unwrap();
    assert_eq!((untold.status, calls.swap(0, Ordering::SeqCst)), (503, 1));

    let read = outbound.send(Request::get(url(address, "/")).retries(1)).await.unwrap();
    assert_eq!((read.text().as_str(), calls.load(Ordering::SeqCst)), ("ready", 2));
}

#[tokio::test]
async fn a_request_that_can_not_be_built_says_so_when_it_is_sent() {
    let outbound = outbound(&[]);
    for request in [
        Request::get("not a url"),
        Request::get(Url::parse("https://a.test/").unwrap()).header("x-note", "two\nlines"),
        Request::get(Url::parse("https://a.test/").unwrap()).header("no such name", "x"),
    ] {
        let error = outbound.send(request).await.unwrap_err();
        assert_eq!((error.kind, error.sent), (OutboundErrorKind::InvalidUrl, Sent::No));
    }
}

#[tokio::test]
async fn forms_and_files_arrive_as_they_were_given() {
    let files = |mut form: Multipart| async move {
        let mut seen = String::new();
        while let Some(field) = form.next_field().await.unwrap() {
            let (name, file) = (field.name().unwrap().to_owned(), field.file_name().map(ToOwned::to_owned));
            seen += &format!("{name}/{file:?}/{};", field.text().await.unwrap());
        }
        seen
    };
    let address =
        serve(Router::new().route("/form", post(|body: String| async { body })).route("/files", post(files))).await;
    let outbound = outbound(&[address]);

    let form = outbound.send(Request::post(url(address, "/form")).form([("a", "1 2"), ("b", "ä&")])).await.unwrap();
    assert_eq!(form.text(), "a=1+2&b=%C3%A4%26");

    let parts = vec![Part::text("title", "Chart"), Part::file("file", "chart.png", "image/png", "bytes")];
    let files = outbound.send(Request::post(url(address, "/files")).multipart(parts)).await.unwrap();
    assert_eq!(files.text(), "title/None/Chart;file/Some(\"chart.png\")/bytes;");
}

//! Every answer is bounded, in bytes and in time; no account is called too often.

use std::{io::Write, time::Duration};

use aos_outbound::{OutboundErrorKind, RateKey, Request, Sent};
use axum::{Router, body::Body, http::header, response::IntoResponse, routing::get};
use flate2::{Compression, write::GzEncoder};
use tokio_stream::StreamExt;

use crate::server::{outbound, serve, serve_bytes, silent, url};

const SHORT: Duration = Duration::from_millis(50);

/// A megabyte of zeros in about a kilobyte.
fn bomb() -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&vec![0; 1 << 20]).unwrap();
    gzip.finish().unwrap()
}

#[tokio::test]
async fn the_limit_counts_what_a_compressed_body_becomes() {
    let zipped = || async { ([(header::CONTENT_ENCODING, "gzip")], bomb()).into_response() };
    let address = serve(Router::new().route("/", get(zipped))).await;
    let outbound = outbound(&[address]);

    let error = outbound.send(Request::get(url(address, "/")).max_bytes(100_000)).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (OutboundErrorKind::TooLarge, Sent::Maybe));
    assert!(error.message.contains("97 kB"), "{}", error.message);

    let whole = outbound.send(Request::get(url(address, "/")).max_bytes(1 << 20)).await.unwrap();
    assert_eq!((whole.body.len(), whole.truncated), (1 << 20, false));
}

#[tokio::test]
async fn a_reader_may_ask_for_the_beginning_only() {
    let endless = || async {
        let zeros = tokio_stream::iter(std::iter::repeat(Ok::<_, std::convert::Infallible>(vec![b'0'; 1000])));
        Body::from_stream(zeros)
    };
    let address = serve(Router::new().route("/", get(endless))).await;
    let answer = outbound(&[address]).send(Request::get(url(address, "/")).truncate_at(4_321)).await.unwrap();
    assert_eq!((answer.body.len(), answer.truncated), (4_321, true));
}

#[tokio::test]
async fn an_announced_size_is_refused_before_it_is_read() {
    let (address, _) = serve_bytes("HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\n").await;
    let error = outbound(&[address]).send(Request::get(url(address, "/")).max_bytes(10)).await.unwrap_err();
    assert_eq!(error.kind, OutboundErrorKind::TooLarge);
}

#[tokio::test]
async fn a_silent_server_is_left_in_time_and_the_outcome_is_unknown() {
    let (address, _listener) = silent().await;
    let error = outbound(&[address]).send(Request::post(url(address, "/")).timeout(SHORT)).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (OutboundErrorKind::Timeout, Sent::Maybe));
    assert!(error.message.contains("50 milliseconds"), "{}", error.message);
}

#[tokio::test]
async fn a_body_that_stops_arriving_is_left_in_time() {
    let stuck = || async {
        let first = tokio_stream::once(Ok::<_, std::io::Error>("beginning"));
        Body::from_stream(first.chain(tokio_stream::pending()))
    };
    let address = serve(Router::new().route("/", get(stuck))).await;
    let mut answer = outbound(&[address]).stream(Request::get(url(address, "/")).idle_timeout(SHORT)).await.unwrap();
    assert_eq!(answer.chunk().await.unwrap().unwrap(), "beginning");
    assert_eq!(answer.chunk().await.unwrap_err().kind, OutboundErrorKind::Timeout);
}

#[tokio::test]
async fn an_account_is_not_called_more_often_than_agreed() {
    let address = serve(Router::new().route("/", get(|| async { "hi" }))).await;
    let outbound = outbound(&[address]);
    let call = async |account: &str| {
        let key = RateKey { account: account.to_owned(), per_minute: 1 };
        outbound.send(Request::get(url(address, "/")).rate_key(key).timeout(SHORT * 20)).await
    };

    call("a").await.unwrap();
    let error = call("a").await.unwrap_err();
    assert_eq!((error.kind, error.sent), (OutboundErrorKind::Timeout, Sent::No));
    call("b").await.unwrap();
}

#[tokio::test]
async fn text_is_read_in_its_own_encoding() {
    let page = || async { ([(header::CONTENT_TYPE, "text/html; charset=iso-8859-1")], b"caf\xe9".to_vec()) };
    let address = serve(Router::new().route("/", get(page))).await;
    assert_eq!(outbound(&[address]).send(Request::get(url(address, "/"))).await.unwrap().text(), "café");
}

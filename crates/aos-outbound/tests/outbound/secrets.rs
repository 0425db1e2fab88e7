//! No secret shows where it could be read by somebody else.

use aos_kernel::Secret;
use aos_outbound::{Outbound, Recorder, Request};
use url::Url;

use crate::server::{config, outbound, serve_bytes, silent, url};

const CANARY: &str = "canary-7f3a";

#[tokio::test]
async fn a_request_shows_neither_headers_nor_parameters_that_are_secret() {
    let secret = Secret::new(CANARY);
    let target = Url::parse(&format!("https://ed:{CANARY}@a.test/?access_token={CANARY}")).unwrap();
    let request = Request::post(target)
        .bearer(&secret)
        .secret_header("x-api-key", &secret)
        .header("authorization", format!("Bearer {CANARY}"))
        .json(&serde_json::json!({ "password": CANARY }));
    let shown = format!("{request:?}");
    assert!(!shown.contains(CANARY), "{shown}");
    assert!(shown.contains("https://a.test/"), "{shown}");
}

#[tokio::test]
async fn an_error_shows_no_secret() {
    let (address, listener) = silent().await;
    drop(listener);
    let outbound = outbound(&[address]);
    let (open, _) = serve_bytes("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n12345").await;
    let large = crate::server::outbound(&[open]);
    for (outbound, target) in [
        (&outbound, url(address, &format!("/?token={CANARY}"))),
        (&large, url(open, &format!("/?token={CANARY}"))),
        (&outbound, Url::parse(&format!("file:///x?token={CANARY}")).unwrap()),
    ] {
        let error = outbound.send(Request::get(target).max_bytes(1)).await.unwrap_err();
        assert!(!format!("{error:?} {error}").contains(CANARY), "{error:?}");
    }
}

#[tokio::test]
async fn a_recording_holds_no_secret() {
    let body = format!("{{\"access_token\":\"{CANARY}\",\"name\":\"Acme\"}}");
    let answer = format!(
        "HTTP/1.1 200 OK\r\nset-cookie: s={CANARY}\r\nx-auth-token: {CANARY}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let (address, _) = serve_bytes(answer).await;
    let recorder = Recorder::default();
    let outbound = Outbound::recording(config(&[address]), recorder.clone()).unwrap();
    let request = Request::post(url(address, &format!("/token?code={CANARY}")))
        .basic_auth("client", &Secret::new(CANARY))
        .form([("client_secret", CANARY), ("grant_type", "refresh")]);

    let answered = outbound.send(request).await.unwrap();
    assert!(answered.text().contains(CANARY), "the caller gets the real thing");

    let written = serde_json::to_string(&recorder.exchanges()).unwrap();
    assert!(!written.contains(CANARY), "{written}");
    assert!(written.contains("Acme") && written.contains("grant_type=refresh"), "{written}");
}

//! Failures: what is tried again, what gives way to the next provider, what a person has to change.

use std::time::Duration;

use aos_capabilities::model::{Dialect, ModelErrorKind, ModelGateway, Usage};
use aos_kernel::Retry;
use aos_outbound::{Outbound, OutboundConfig};
use serde_json::json;

use crate::support::{Answer, Book, CANARY, Deltas, Server, bench, bench_with, completion, request};

fn openai_error(code: &str) -> serde_json::Value {
    json!({"error": {"message": "You said too much.", "type": "x", "param": null, "code": code}})
}

#[tokio::test]
async fn a_rate_limit_is_waited_out_as_told() {
    let server = Server::start([
        Answer::WithHeader(429, "retry-after", "7", openai_error("rate_limit_exceeded")),
        Answer::Json(200, completion("now")),
    ])
    .await;
    let bench = bench(vec![server.provider("openai", Dialect::OpenAi)]);
    assert_eq!(bench.gateway.complete(request(), None).await.unwrap().text, "now");
    assert_eq!(bench.pauses.all(), [Duration::from_secs(7)]);
    bench.book.assert_closed(2);
    assert!(matches!(bench.book.entries()[0].settled, Some((usage, _, true)) if usage == Usage::default()));
}

#[tokio::test]
async fn an_empty_account_is_not_tried_again_and_does_not_give_way() {
    let server = Server::start([Answer::Json(429, openai_error("insufficient_quota"))]).await;
    let other = Server::start([]).await;
    let bench = bench(vec![server.provider("openai", Dialect::OpenAi), other.provider("local", Dialect::OpenAi)]);
    let failure = bench.gateway.complete(request(), None).await.unwrap_err();
    assert_eq!((failure.kind, failure.retry), (ModelErrorKind::Rejected, Retry::Never));
    assert!(failure.message.contains("no money or quota left"), "{failure}");
    assert_eq!((server.seen().len(), other.seen().len()), (1, 0));
    bench.book.assert_closed(1);
}

#[tokio::test]
async fn a_provider_that_stays_down_gives_way_to_the_next() {
    let down = Server::start([503, 502, 500].map(|status| Answer::Json(status, json!("<html>")))).await;
    let up = Server::start([Answer::Json(
        200,
        json!({"type": "message", "content": [{"type": "text", "text": "here"}], "stop_reason": "end_turn",
               "usage": {"input_tokens": 9, "cache_creation_input_tokens": 2, "cache_read_input_tokens": 4, "output_tokens": 3}}),
    )])
    .await;
    let bench = bench(vec![down.provider("openai", Dialect::OpenAi), up.provider("claude", Dialect::Anthropic)]);
    let reply = bench.gateway.complete(request(), None).await.unwrap();
    assert_eq!(reply.model, "claude/model-1");
    assert_eq!(reply.usage, Usage { input: 15, cached_input: 4, output: 3 });
    assert_eq!(bench.pauses.all(), [Duration::from_millis(500), Duration::from_secs(1)]);
    bench.book.assert_closed(4);
}

#[tokio::test]
async fn silence_ends_after_the_timeout_and_the_prompt_is_counted_as_spent() {
    let server = Server::start([Answer::Silence]).await;
    let mut provider = server.provider("openai", Dialect::OpenAi);
    provider.timeout = Duration::from_millis(150);
    provider.max_attempts = 1;
    let bench = bench(vec![provider]);
    let failure = bench.gateway.complete(request(), None).await.unwrap_err();
    assert_eq!((failure.kind, failure.retry), (ModelErrorKind::TimedOut, Retry::Backoff));
    assert!(failure.message.contains("did not answer within"), "{failure}");
    bench.book.assert_closed(1);
    let (usage, cost, failed) = bench.book.entries()[0].settled.unwrap();
    assert!(failed && usage.input > 0 && usage.output == 0 && cost.0 > 0);
}

#[tokio::test]
async fn a_provider_that_nobody_listens_for_is_named() {
    let server = Server::start([]).await;
    let mut provider = server.provider("local-ollama", Dialect::OpenAi);
    // Port 1 is reserved and closed.
    provider.base_url = Some("http://127.0.0.1:1/v1".parse().unwrap());
    provider.max_attempts = 2;
    let bench = bench(vec![provider]);
    let failure = bench.gateway.complete(request(), None).await.unwrap_err();
    assert_eq!(failure.kind, ModelErrorKind::Unavailable);
    assert!(failure.message.contains("“local-ollama” could not be reached"), "{failure}");
    // Nothing was sent, so nothing was spent.
    bench.book.assert_closed(2);
    assert!(bench.book.entries().iter().all(|entry| entry.settled.unwrap().1.0 == 0));
}

#[tokio::test]
async fn a_private_address_is_refused_with_the_way_to_allow_it() {
    let server = Server::start([]).await;
    let provider = server.provider("local-ollama", Dialect::OpenAi);
    let outbound = Outbound::new(OutboundConfig::default()).unwrap();
    let gateway = aos_llm::Gateway::new(
        outbound,
        std::sync::Arc::new(crate::support::Providers(vec![provider])),
        std::sync::Arc::new(Book::default()),
        std::sync::Arc::new(aos_kernel::SystemClock),
    );
    let failure = gateway.complete(request(), None).await.unwrap_err();
    assert_eq!(failure.kind, ModelErrorKind::BadRequest);
    assert!(failure.help.unwrap().contains("--allow-host"));
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn what_a_person_must_change_is_said_in_plain_words() {
    let cases = [
        (Dialect::OpenAi, 401, openai_error("invalid_api_key"), ModelErrorKind::Rejected, "refused the key"),
        (
            Dialect::OpenAi,
            404,
            openai_error("model_not_found"),
            ModelErrorKind::BadRequest,
            "does not know the model “model-1”",
        ),
        (
            Dialect::OpenAi,
            404,
            json!({"error": "model 'x' not found"}),
            ModelErrorKind::BadRequest,
            "model 'x' not found",
        ),
        (
            Dialect::OpenAi,
            400,
            openai_error("context_length_exceeded"),
            ModelErrorKind::BadRequest,
            "longer than the model",
        ),
        (
            Dialect::OpenAi,
            401,
            json!({"success": false, "errors": [{"code": 2001, "message": "gateway auth"}]}),
            ModelErrorKind::Rejected,
            "gateway auth",
        ),
        (
            Dialect::Anthropic,
            401,
            json!({"type": "error", "error": {"type": "authentication_error", "message": "no"}}),
            ModelErrorKind::Rejected,
            "refused the key",
        ),
        (
            Dialect::Anthropic,
            402,
            json!({"type": "error", "error": {"type": "billing_error", "message": "no"}}),
            ModelErrorKind::Rejected,
            "no money",
        ),
        (
            Dialect::Anthropic,
            429,
            json!({"type": "error", "error": {"type": "rate_limit_error", "message": "no", "details": {"error_code": "enforced_spend_limit_reached"}}}),
            ModelErrorKind::Rejected,
            "no money",
        ),
        (
            Dialect::Gemini,
            400,
            json!({"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT"}}),
            ModelErrorKind::Rejected,
            "refused the key",
        ),
        (
            Dialect::Gemini,
            429,
            json!({"error": {"code": 429, "message": "quota", "details": [{"@type": "q", "violations": [{"quotaId": "RequestsPerDayPerProject"}]}]}}),
            ModelErrorKind::Rejected,
            "no money or quota",
        ),
        (Dialect::OpenAi, 307, json!({}), ModelErrorKind::BadRequest, "redirects elsewhere"),
    ];
    for (dialect, status, body, kind, words) in cases {
        let server = Server::start([Answer::Json(status, body.clone())]).await;
        let bench = bench(vec![server.provider("main", dialect)]);
        let failure = bench.gateway.complete(request(), None).await.unwrap_err();
        assert_eq!(failure.kind, kind, "{status} {body}");
        assert!(failure.message.contains(words), "{failure}");
        assert_eq!(failure.retry, Retry::Never);
        assert!(failure.help.is_some());
        assert_eq!(server.seen().len(), 1, "{status} {body}");
        bench.book.assert_closed(1);
    }
}

#[tokio::test]
async fn the_provider_may_say_how_long_to_wait_in_its_own_way() {
    let gemini = json!({"error": {"code": 429, "message": "slow down", "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "3.5s"}]}});
    let good =
        json!({"candidates": [{"content": {"role": "model", "parts": [{"text": "ok"}]}, "finishReason": "STOP"}]});
    let server = Server::start([Answer::Json(429, gemini), Answer::Json(200, good)]).await;
    let with_gemini = bench(vec![server.provider("gemini", Dialect::Gemini)]);
    assert_eq!(with_gemini.gateway.complete(request(), None).await.unwrap().text, "ok");
    assert_eq!(with_gemini.pauses.all(), [Duration::from_millis(3500)]);

    let never = json!({"type": "error", "error": {"type": "overloaded_error", "message": "busy"}});
    let server = Server::start([Answer::WithHeader(529, "x-should-retry", "false", never)]).await;
    let with_claude = bench(vec![server.provider("claude", Dialect::Anthropic)]);
    let failure = with_claude.gateway.complete(request(), None).await.unwrap_err();
    assert_eq!((failure.kind, failure.retry), (ModelErrorKind::Unavailable, Retry::Never));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_budget_that_is_used_up_stops_the_call_before_it_leaves() {
    let server = Server::start([]).await;
    let bench = bench_with(vec![server.provider("openai", Dialect::OpenAi)], Book::refusing());
    let failure = bench.gateway.complete(request(), None).await.unwrap_err();
    assert_eq!(failure.kind, ModelErrorKind::BudgetExceeded);
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_cancelled_call_is_settled_all_the_same() {
    let server = Server::start([Answer::Silence]).await;
    let bench = bench(vec![server.provider("openai", Dialect::OpenAi)]);
    let gateway = bench.gateway;
    let call = tokio::spawn(async move { gateway.complete(request(), None).await });
    server.request_came_in().await;
    call.abort();
    bench.book.next_settlement().await;
    bench.book.assert_closed(1);
    assert!(matches!(bench.book.entries()[0].settled, Some((usage, _, true)) if usage.input > 0));
}

#[tokio::test]
async fn the_key_is_in_no_error_even_when_the_provider_repeats_it() {
    let body =
        json!({"error": {"message": format!("Incorrect API key provided: {CANARY}. Also sk-ab****yz."), "code": "x"}});
    for (status, dialect) in
        [(401, Dialect::OpenAi), (400, Dialect::OpenAi), (403, Dialect::Anthropic), (404, Dialect::Gemini)]
    {
        let server = Server::start([Answer::Json(status, body.clone())]).await;
        let provider = server.provider("main", dialect);
        assert!(!format!("{provider:?}").contains(CANARY));
        let bench = bench(vec![provider.clone()]);
        let failure = bench.gateway.complete(request(), None).await.unwrap_err();
        let shown = format!("{failure} {failure:?}");
        assert!(!shown.contains(CANARY) && !shown.contains("sk-ab"), "{shown}");
    }
}

#[tokio::test]
async fn a_stream_that_breaks_off_or_fails_midway_is_tried_again() {
    let piece = |text: &str| json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]});
    let server = Server::start([
        Answer::Events(vec![("", piece("half an"))]),
        Answer::Events(vec![("", json!({"error": {"message": "server overloaded"}}))]),
        Answer::Events(vec![("", piece("whole")), ("", json!("[DONE]"))]),
    ])
    .await;
    let bench = bench(vec![server.provider("openai", Dialect::OpenAi)]);
    let deltas = Deltas::default();
    let reply = bench.gateway.complete(request(), Some(&deltas)).await.unwrap();
    assert_eq!(reply.text, "whole");
    assert_eq!(deltas.all(), ["half an", "whole"]);
    bench.book.assert_closed(3);
}

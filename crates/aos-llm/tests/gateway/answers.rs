//! Answers: plain, structured, repaired, offline, and what each one leaves in the ledger.

use aos_capabilities::model::{Dialect, Material, MaterialPage, ModelErrorKind, ModelGateway, StopReason, Usage};
use aos_kernel::MicroUsd;
use aos_llm::offline_provider;
use serde_json::json;

use crate::support::{Answer, CANARY, Deltas, Server, bench, completion, number_schema, request};

#[tokio::test]
async fn an_answer_is_paid_for_by_its_tokens_and_cached_ones_cost_less() {
    let server = Server::start([Answer::Json(200, completion("Rims carry tyres."))]).await;
    let bench = bench(vec![server.provider("openai", Dialect::OpenAi)]);
    let reply = bench.gateway.complete(request(), None).await.unwrap();

    assert_eq!(reply.text, "Rims carry tyres.");
    assert_eq!(reply.model, "openai/model-1");
    assert_eq!(reply.usage, Usage { input: 100, cached_input: 40, output: 20 });
    // 60 at $2, 40 at $0.50, 20 at $10 a million.
    assert_eq!(reply.cost, MicroUsd(120 + 20 + 200));
    assert!(!reply.offline);
    bench.book.assert_closed(1);
    assert_eq!(bench.book.entries()[0].settled, Some((reply.usage, reply.cost, false)));

    let seen = &server.seen()[0];
    assert_eq!(seen.path, "/v1/chat/completions");
    assert_eq!(seen.headers["authorization"], format!("Bearer {CANARY}"));
    assert_eq!(seen.headers["cf-aig-authorization"], format!("Bearer {CANARY}"));
    assert_eq!(seen.body["messages"][0], json!({"role": "system", "content": "You write for Velo Nord."}));
    assert_eq!(seen.body["max_tokens"], 500);
    assert!(seen.body.get("temperature").is_none());
}

#[tokio::test]
async fn a_structured_answer_is_found_in_a_code_fence_and_checked() {
    let server = Server::start([Answer::Json(200, completion("Here you are:\n```json\n{\"n\": 7}\n```"))]).await;
    let bench = bench(vec![server.provider("openai", Dialect::OpenAi)]);
    let mut request = request();
    request.output = Some(number_schema());
    let reply = bench.gateway.complete(request, None).await.unwrap();

    assert_eq!(reply.output, Some(json!({"n": 7})));
    assert_eq!(reply.repairs, 0);
    let format = &server.seen()[0].body["response_format"];
    assert_eq!(format["type"], "json_schema");
    assert_eq!(format["json_schema"]["strict"], true);
    assert_eq!(format["json_schema"]["schema"]["additionalProperties"], false);
}

#[tokio::test]
async fn an_answer_that_does_not_fit_is_asked_for_again_with_what_was_wrong() {
    let answers = [completion("{\"n\": \"seven\"}"), completion("{\"n\": 7}")];
    let server = Server::start(answers.map(|answer| Answer::Json(200, answer))).await;
    let bench = bench(vec![server.provider("openai", Dialect::OpenAi)]);
    let mut request = request();
    request.output = Some(number_schema());
    let reply = bench.gateway.complete(request, None).await.unwrap();

    assert_eq!(reply.output, Some(json!({"n": 7})));
    assert_eq!(reply.repairs, 1);
    assert_eq!(reply.usage, Usage { input: 200, cached_input: 80, output: 40 });
    bench.book.assert_closed(2);
    let turns = &server.seen()[1].body["messages"];
    assert_eq!(turns[2], json!({"role": "assistant", "content": "{\"n\": \"seven\"}"}));
    assert!(turns[3]["content"].as_str().unwrap().contains("at /n:"), "{turns}");
}

#[tokio::test]
async fn two_answers_that_do_not_fit_are_an_error_that_says_so_and_both_are_paid() {
    let answers = [completion("I would rather talk about CANARY-PAYLOAD."), completion("{}")];
    let server = Server::start(answers.map(|answer| Answer::Json(200, answer))).await;
    let bench = bench(vec![server.provider("openai", Dialect::OpenAi)]);
    let mut request = request();
    request.output = Some(number_schema());
    let failure = bench.gateway.complete(request, None).await.unwrap_err();

    assert_eq!(failure.kind, ModelErrorKind::Malformed);
    assert!(failure.message.contains("twice"), "{failure}");
    assert!(!failure.message.contains("CANARY-PAYLOAD"));
    assert!(failure.help.is_some());
    bench.book.assert_closed(2);
    assert!(
        bench.book.entries().iter().all(|entry| matches!(entry.settled, Some((usage, _, _)) if usage.output == 20))
    );
}

#[tokio::test]
async fn an_answer_cut_off_by_the_limit_is_not_repaired() {
    let mut answer = completion("{\"n\": ");
    answer["choices"][0]["finish_reason"] = json!("length");
    let server = Server::start([Answer::Json(200, answer)]).await;
    let bench = bench(vec![server.provider("openai", Dialect::OpenAi)]);
    let mut request = request();
    request.output = Some(number_schema());
    let failure = bench.gateway.complete(request, None).await.unwrap_err();
    assert_eq!(failure.kind, ModelErrorKind::TooLong);
    assert!(failure.message.contains("500 tokens"), "{failure}");
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn without_a_provider_a_draft_is_composed_for_free_and_stands_in_the_ledger() {
    let bench = bench(Vec::new());
    let mut request = request();
    request.purpose = aos_capabilities::model::Purpose::Strategy;
    request.material = Some(Material {
        client: "Velo Nord".into(),
        pages: vec![MaterialPage {
            url: "https://velo.test/".into(),
            title: "Velo Nord".into(),
            markdown: "# Velo Nord\n\nVelo Nord repairs bicycles in Kiel and has done so for ten years now.".into(),
            ..MaterialPage::default()
        }],
        ..Material::default()
    });
    let deltas = Deltas::default();
    let reply = bench.gateway.complete(request, Some(&deltas)).await.unwrap();
    assert!(reply.offline);
    assert_eq!(reply.cost, MicroUsd::ZERO);
    assert_eq!(reply.output.unwrap()["goals"][0]["target"], 60.0);
    assert_eq!(deltas.all(), [reply.text]);
    let entries = bench.book.entries();
    assert_eq!(entries[0].call, "offline/extraction");
    assert_eq!(entries[0].settled, Some((Usage::default(), MicroUsd::ZERO, false)));
}

#[tokio::test]
async fn offline_can_stand_at_the_end_of_the_list() {
    let server = Server::start([Answer::Json(503, json!({}))]).await;
    let mut down = server.provider("openai", Dialect::OpenAi);
    down.max_attempts = 1;
    let bench = bench(vec![down, offline_provider()]);
    let mut request = request();
    request.purpose = aos_capabilities::model::Purpose::Context;
    request.material = Some(Material::default());
    let failure = bench.gateway.complete(request, None).await.unwrap_err();
    // It was asked, and it has nothing to draft from.
    assert_eq!(failure.kind, ModelErrorKind::NothingToSay);
    bench.book.assert_closed(2);
}

#[tokio::test]
async fn the_test_button_says_what_answered_and_how_fast() {
    let server = Server::start([Answer::Json(200, completion("ready"))]).await;
    let provider = server.provider("openai", Dialect::OpenAi);
    let bench = bench(Vec::new());
    let words = bench.gateway.test(&provider).await.unwrap();
    assert!(words.starts_with("model-1-2026 answered in ") && words.ends_with("“ready”"), "{words}");
    assert!(bench.book.entries().is_empty());
}

#[tokio::test]
async fn an_agents_own_model_goes_before_the_list() {
    let first = Server::start([]).await;
    let second = Server::start([Answer::Json(200, completion("hello"))]).await;
    let bench = bench(vec![first.provider("openai", Dialect::OpenAi), second.provider("local", Dialect::OpenAi)]);
    let mut asked = request();
    asked.model = Some("local/qwen/qwen3".into());
    let reply = bench.gateway.complete(asked, None).await.unwrap();
    assert_eq!(reply.model, "local/qwen/qwen3");
    assert_eq!(reply.stop, StopReason::End);
    assert_eq!(second.seen()[0].body["model"], "qwen/qwen3");
    assert!(first.seen().is_empty());

    let mut unknown = request();
    unknown.model = Some("nobody/x".into());
    let failure = bench.gateway.complete(unknown, None).await.unwrap_err();
    assert_eq!(failure.kind, ModelErrorKind::BadRequest);
    assert!(failure.message.contains("no provider is called “nobody”"), "{failure}");
}

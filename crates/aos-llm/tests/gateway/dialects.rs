//! The three dialects on the wire: tools, tool results, streams, and what they have in common.

use aos_capabilities::model::{
    Dialect, Message, ModelErrorKind, ModelGateway, StopReason, ToolCall, ToolResult, ToolSpec, Usage,
};
use serde_json::{Value, json};

use crate::support::{Answer, CANARY, Deltas, Server, bench, number_schema, request};

fn asked_with_tools() -> aos_capabilities::model::ModelRequest {
    let mut asked = request();
    asked.tools = vec![ToolSpec {
        name: "search_pages".into(),
        description: "Searches the client's pages.".into(),
        parameters: json!({"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}),
    }];
    asked.messages.extend([
        Message::Assistant {
            text: String::new(),
            tool_calls: vec![ToolCall {
                id: "call_a".into(),
                name: "search_pages".into(),
                arguments: json!({"query": "rims"}),
                signature: Some("c2ln".into()),
            }],
        },
        Message::ToolResults {
            results: vec![ToolResult {
                call_id: "call_a".into(),
                name: "search_pages".into(),
                content: "no such tool".into(),
                is_error: true,
            }],
        },
    ]);
    asked
}

async fn sent(dialect: Dialect) -> (String, Value) {
    let server = Server::start([]).await;
    let bench = bench(vec![server.provider("main", dialect)]);
    let _ = bench.gateway.complete(asked_with_tools(), None).await;
    let seen = server.seen().remove(0);
    (seen.path, seen.body)
}

#[tokio::test]
async fn openai_gets_tools_and_their_results_as_its_contract_says() {
    let (path, body) = sent(Dialect::OpenAi).await;
    assert_eq!(path, "/v1/chat/completions");
    assert_eq!(body["tools"][0]["function"]["name"], "search_pages");
    assert_eq!(body["messages"][2]["content"], Value::Null);
    assert_eq!(body["messages"][2]["tool_calls"][0]["function"]["arguments"], "{\"query\":\"rims\"}");
    assert_eq!(body["messages"][3], json!({"role": "tool", "tool_call_id": "call_a", "content": "no such tool"}));
}

#[tokio::test]
async fn anthropic_gets_tools_and_their_results_as_its_contract_says() {
    let (path, body) = sent(Dialect::Anthropic).await;
    assert_eq!(path, "/v1/messages");
    assert_eq!(body["system"], "You write for Velo Nord.");
    assert_eq!(body["max_tokens"], 500);
    assert_eq!(body["tools"][0]["input_schema"]["required"], json!(["query"]));
    assert_eq!(
        body["messages"][1],
        json!({"role": "assistant", "content": [{"type": "tool_use", "id": "call_a", "name": "search_pages", "input": {"query": "rims"}}]})
    );
    assert_eq!(
        body["messages"][2],
        json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": "call_a", "content": "no such tool", "is_error": true}]})
    );
}

#[tokio::test]
async fn gemini_gets_tools_and_their_results_as_its_contract_says() {
    let (path, body) = sent(Dialect::Gemini).await;
    assert_eq!(path, "/v1beta/models/model-1:generateContent");
    assert_eq!(body["tools"][0]["functionDeclarations"][0]["name"], "search_pages");
    assert_eq!(
        body["contents"][1],
        json!({"role": "model", "parts": [{"functionCall": {"id": "call_a", "name": "search_pages", "args": {"query": "rims"}}, "thoughtSignature": "c2ln"}]})
    );
    assert_eq!(
        body["contents"][2]["parts"][0]["functionResponse"],
        json!({"id": "call_a", "name": "search_pages", "response": {"error": "no such tool"}})
    );
}

#[tokio::test]
async fn keys_travel_in_the_header_of_each_dialect_and_nowhere_else() {
    for (dialect, header) in [(Dialect::Anthropic, "x-api-key"), (Dialect::Gemini, "x-goog-api-key")] {
        let server = Server::start([]).await;
        let bench = bench(vec![server.provider("main", dialect)]);
        let _ = bench.gateway.complete(request(), None).await;
        let seen = &server.seen()[0];
        assert_eq!(seen.headers[header], CANARY);
        assert!(!seen.path.contains(CANARY) && !seen.body.to_string().contains(CANARY));
    }
}

/// The same answer in three dialects: some text, one call of a tool in pieces, events that nobody knows.
fn streams() -> [(Dialect, Answer); 3] {
    let openai = |delta: Value, reason: Value| {
        (
            "",
            json!({"object": "chat.completion.chunk", "new_field": 1, "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}),
        )
    };
    [
        (
            Dialect::OpenAi,
            Answer::Events(vec![
                openai(json!({"role": "assistant", "content": "Let me "}), Value::Null),
                openai(json!({"content": "look."}), Value::Null),
                openai(
                    json!({"tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": {"name": "search_pages", "arguments": ""}}]}),
                    Value::Null,
                ),
                openai(json!({"tool_calls": [{"index": 0, "function": {"arguments": "{\"query\":"}}]}), Value::Null),
                openai(json!({"tool_calls": [{"index": 0, "function": {"arguments": "\"rims\"}"}}]}), Value::Null),
                openai(json!({}), json!("tool_calls")),
                (
                    "",
                    json!({"choices": [], "usage": {"prompt_tokens": 50, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 10}}}),
                ),
                ("", json!("[DONE]")),
            ]),
        ),
        (
            Dialect::Anthropic,
            Answer::Events(vec![
                (
                    "message_start",
                    json!({"type": "message_start", "message": {"id": "m", "model": "claude-x", "content": [], "usage": {"input_tokens": 40, "cache_read_input_tokens": 10, "output_tokens": 1}}}),
                ),
                ("ping", json!({"type": "ping"})),
                (
                    "content_block_start",
                    json!({"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}}),
                ),
                (
                    "content_block_delta",
                    json!({"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "hm"}}),
                ),
                (
                    "content_block_start",
                    json!({"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}}),
                ),
                (
                    "content_block_delta",
                    json!({"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "Let me "}}),
                ),
                (
                    "content_block_delta",
                    json!({"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "look."}}),
                ),
                ("content_block_stop", json!({"type": "content_block_stop", "index": 1})),
                (
                    "content_block_start",
                    json!({"type": "content_block_start", "index": 2, "content_block": {"type": "tool_use", "id": "call_1", "name": "search_pages", "input": {}}}),
                ),
                (
                    "content_block_delta",
                    json!({"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": "{\"query\":"}}),
                ),
                (
                    "content_block_delta",
                    json!({"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": "\"rims\"}"}}),
                ),
                ("content_block_stop", json!({"type": "content_block_stop", "index": 2})),
                ("brand_new", json!({"type": "brand_new"})),
                (
                    "message_delta",
                    json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 7}}),
                ),
                ("message_stop", json!({"type": "message_stop"})),
            ]),
        ),
        (
            Dialect::Gemini,
            Answer::Events(vec![
                (
                    "",
                    json!({"candidates": [{"content": {"role": "model", "parts": [{"text": "hm", "thought": true}]}}]}),
                ),
                ("", json!({"candidates": [{"content": {"role": "model", "parts": [{"text": "Let me "}]}}]})),
                ("", json!({"candidates": [{"content": {"role": "model", "parts": [{"text": "look."}]}}]})),
                (
                    "",
                    json!({"candidates": [{"content": {"role": "model", "parts": [{"functionCall": {"id": "call_1", "name": "search_pages", "args": {"query": "rims"}}, "thoughtSignature": "c2ln"}]}, "finishReason": "BRAND_NEW"}],
                            "usageMetadata": {"promptTokenCount": 50, "cachedContentTokenCount": 10, "candidatesTokenCount": 5, "thoughtsTokenCount": 2}}),
                ),
            ]),
        ),
    ]
}

#[tokio::test]
async fn a_streamed_answer_is_the_same_in_every_dialect() {
    for (dialect, stream) in streams() {
        let server = Server::start([stream]).await;
        let bench = bench(vec![server.provider("main", dialect)]);
        let deltas = Deltas::default();
        let mut asked = asked_with_tools();
        asked.output = Some(number_schema());
        let reply = bench.gateway.complete(asked, Some(&deltas)).await.unwrap();
        assert_eq!(deltas.all(), ["Let me ", "look."], "{dialect:?}");
        assert_eq!(reply.text, "Let me look.");
        assert_eq!(reply.stop, StopReason::ToolCalls);
        assert_eq!(reply.output, None);
        assert_eq!(reply.usage, Usage { input: 50, cached_input: 10, output: 7 }, "{dialect:?}");
        let [call] = &reply.tool_calls[..] else { panic!("{:?}", reply.tool_calls) };
        assert_eq!((call.id.as_str(), call.name.as_str()), ("call_1", "search_pages"));
        assert_eq!(call.arguments, json!({"query": "rims"}));
        assert_eq!(call.signature.is_some(), dialect == Dialect::Gemini);
        assert_eq!(server.seen()[0].path.contains("alt=sse"), dialect == Dialect::Gemini);
        bench.book.assert_closed(1);
    }
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_understood_too() {
    let server = Server::start([Answer::Json(200, crate::support::completion("all at once"))]).await;
    let bench = bench(vec![server.provider("main", Dialect::OpenAi)]);
    let deltas = Deltas::default();
    let reply = bench.gateway.complete(request(), Some(&deltas)).await.unwrap();
    assert_eq!(reply.text, "all at once");
    assert_eq!(deltas.all(), ["all at once"]);
}

#[tokio::test]
async fn a_model_that_declines_is_not_asked_again() {
    let answers = [
        (
            Dialect::OpenAi,
            json!({"choices": [{"message": {"content": null, "refusal": "I can't."}, "finish_reason": "stop"}]}),
        ),
        (Dialect::OpenAi, json!({"choices": [{"message": {"content": ""}, "finish_reason": "content_filter"}]})),
        (
            Dialect::Anthropic,
            json!({"content": [], "stop_reason": "refusal", "usage": {"input_tokens": 1, "output_tokens": 0}}),
        ),
        (Dialect::Gemini, json!({"promptFeedback": {"blockReason": "SAFETY"}})),
        (Dialect::Gemini, json!({"candidates": [{"finishReason": "PROHIBITED_CONTENT"}]})),
    ];
    for (dialect, answer) in answers {
        let server = Server::start([Answer::Json(200, answer.clone())]).await;
        let bench = bench(vec![server.provider("main", dialect)]);
        let failure = bench.gateway.complete(request(), None).await.unwrap_err();
        assert_eq!(failure.kind, ModelErrorKind::Refused, "{answer}");
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn what_is_not_an_answer_at_all_is_said_to_be_unreadable() {
    for dialect in [Dialect::OpenAi, Dialect::Anthropic, Dialect::Gemini] {
        for (kind, body) in [
            ("text/html", "<html><body>Sign in</body></html>"),
            ("application/json", "{\"choices\": 7}"),
            ("application/json", "[]"),
            ("text/event-stream", "data: {oops\n\n"),
            ("text/event-stream", ""),
        ] {
            let server = Server::start([Answer::Raw(kind, body.into())]).await;
            let mut provider = server.provider("main", dialect);
            provider.max_attempts = 1;
            let bench = bench(vec![provider]);
            let failure = bench.gateway.complete(request(), Some(&Deltas::default())).await.unwrap_err();
            assert!(
                matches!(failure.kind, ModelErrorKind::Malformed | ModelErrorKind::Unavailable),
                "{dialect:?} {kind} {body}: {failure}"
            );
            bench.book.assert_closed(1);
        }
    }
}

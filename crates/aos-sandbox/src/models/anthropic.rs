//! Anthropic's dialect: `POST /v1/messages`, `GET /v1/models` (contract `ai.md` §2).

use std::collections::BTreeSet;

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde_json::{Value, json};

use super::{
    Models,
    ask::{Ask, Reply, Stop, Tool, pieces},
    has_key, knows,
    sse::Events,
};

fn failure(status: StatusCode, kind: &str, message: &str, retry_after: Option<u64>) -> Response {
    let body = json!({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_sandbox"});
    super::answer(status, retry_after, body)
}

/// Status, type and message of a refused request.
struct Wrong(StatusCode, &'static str, String);

fn invalid(message: impl Into<String>) -> Wrong {
    Wrong(StatusCode::BAD_REQUEST, "invalid_request_error", message.into())
}

fn check_headers(headers: &HeaderMap) -> Result<(), Wrong> {
    if !has_key(headers, "x-api-key") {
        return Err(Wrong(StatusCode::UNAUTHORIZED, "authentication_error", "invalid x-api-key".into()));
    }
    if headers.contains_key("anthropic-version") {
        Ok(())
    } else {
        Err(invalid("anthropic-version: header is required"))
    }
}

pub(super) fn list(headers: &HeaderMap) -> Response {
    if let Err(Wrong(status, kind, message)) = check_headers(headers) {
        return failure(status, kind, &message, None);
    }
    let model = json!({"type": "model", "id": Models::MODEL, "display_name": "Sandbox writer",
        "created_at": "2026-01-01T00:00:00Z"});
    let body = json!({"data": [model], "has_more": false, "first_id": Models::MODEL, "last_id": Models::MODEL});
    super::answer(StatusCode::OK, None, body)
}

pub(super) async fn complete(State(models): State<Models>, headers: HeaderMap, body: Bytes) -> Response {
    let number = models.count();
    let ask = match check_headers(&headers).and_then(|()| read(&body)) {
        Ok(ask) => ask,
        Err(Wrong(status, kind, message)) => return failure(status, kind, &message, None),
    };
    let reply = models.reply(&ask).await;
    match &reply {
        Reply::Failed { status, code, message, retry_after } => failure(*status, code, message, *retry_after),
        Reply::Said { .. } if ask.stream => stream(number, &ask, &reply),
        Reply::Said { .. } => {
            let body = message(number, &ask, &reply);
            super::answer(StatusCode::OK, None, body)
        }
    }
}

fn read(body: &[u8]) -> Result<Ask, Wrong> {
    let sent: Value = serde_json::from_slice(body)
        .map_err(|error| invalid(format!("The request body is not valid JSON: {error}")))?;
    let model = sent["model"].as_str().ok_or_else(|| invalid("model: Field required"))?;
    if !knows(model) {
        return Err(Wrong(StatusCode::NOT_FOUND, "not_found_error", format!("model: {model}")));
    }
    for name in ["temperature", "top_p", "top_k"] {
        if !sent[name].is_null() {
            return Err(invalid(format!("{name}: deprecated and not supported by this model")));
        }
    }
    let mut ask = Ask {
        model: model.to_owned(),
        system: text_of(&sent["system"]),
        max_tokens: Some(sent["max_tokens"].as_u64().ok_or_else(|| invalid("max_tokens: Field required"))?),
        stream: sent["stream"].as_bool().unwrap_or(false),
        sent_characters: body.len(),
        ..Ask::default()
    };
    read_messages(&sent["messages"], &mut ask)?;
    for tool in sent["tools"].as_array().into_iter().flatten() {
        let name = tool["name"].as_str().ok_or_else(|| invalid("tools: name: Field required"))?;
        if !tool["input_schema"].is_object() {
            return Err(invalid("tools: input_schema: Field required"));
        }
        ask.tools.push(Tool { name: name.to_owned(), parameters: tool["input_schema"].clone() });
    }
    match sent["tool_choice"]["type"].as_str() {
        Some("tool") => ask.forced_tool = sent["tool_choice"]["name"].as_str().map(str::to_owned),
        Some("any") => ask.forced_tool = ask.tools.first().map(|tool| tool.name.clone()),
        Some("none") => ask.tools.clear(),
        _ => {}
    }
    let format = &sent["output_config"]["format"];
    if format["type"] == "json_schema" {
        if !format["schema"].is_object() {
            return Err(invalid("output_config.format.schema: Field required"));
        }
        ask.schema = Some(format["schema"].clone());
    }
    Ok(ask)
}

/// Text of a string or of its text blocks.
fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(blocks) => blocks.iter().filter_map(|block| block["text"].as_str()).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    }
}

fn read_messages(messages: &Value, ask: &mut Ask) -> Result<(), Wrong> {
    let messages = messages.as_array().filter(|list| !list.is_empty());
    let messages = messages.ok_or_else(|| invalid("messages: at least one message is required"))?;
    let mut unanswered: BTreeSet<String> = BTreeSet::new();
    for (at, message) in messages.iter().enumerate() {
        let blocks = message["content"].as_array().map_or(&[] as &[Value], Vec::as_slice);
        let of_type = |kind: &'static str| blocks.iter().filter(move |block| block["type"] == kind);
        match message["role"].as_str() {
            Some("user") => {
                for block in of_type("tool_result") {
                    let id = block["tool_use_id"].as_str().unwrap_or("");
                    if !unanswered.remove(id) {
                        let problem =
                            format!("messages.{at}: unexpected `tool_use_id` found in `tool_result` blocks: {id}");
                        return Err(invalid(problem));
                    }
                    ask.tool_results.push(text_of(&block["content"]));
                }
                if !unanswered.is_empty() {
                    let problem = "`tool_use` ids were found without `tool_result` blocks immediately after";
                    return Err(invalid(format!("messages.{at}: {problem}")));
                }
                let text = text_of(&message["content"]);
                if !text.is_empty() {
                    ask.user.push(text);
                }
            }
            Some("assistant") => {
                if !unanswered.is_empty() {
                    return Err(invalid(format!("messages.{at}: a `tool_result` is missing")));
                }
                unanswered.extend(of_type("tool_use").filter_map(|block| block["id"].as_str()).map(str::to_owned));
            }
            _ => return Err(invalid(format!("messages.{at}.role: must be 'user' or 'assistant'"))),
        }
    }
    if unanswered.is_empty() { Ok(()) } else { Err(invalid("messages: the last `tool_use` has no `tool_result`")) }
}

fn stop_reason(stop: Stop) -> &'static str {
    match stop {
        Stop::End => "end_turn",
        Stop::Tools => "tool_use",
        Stop::Length => "max_tokens",
        Stop::Refusal => "refusal",
    }
}

fn message(number: u64, ask: &Ask, reply: &Reply) -> Value {
    let mut content = Vec::new();
    let mut reason = "end_turn";
    if let Reply::Said { text, calls, stop, .. } = reply {
        reason = stop_reason(*stop);
        if !text.is_empty() {
            content.push(json!({"type": "text", "text": text}));
        }
        for (at, call) in calls.iter().enumerate() {
            content.push(json!({"type": "tool_use", "id": format!("toolu_{number}_{at}"), "name": call.name,
                "input": call.arguments}));
        }
    }
    json!({
        "id": format!("msg_{number}"), "type": "message", "role": "assistant", "model": ask.model,
        "content": content, "stop_reason": reason, "stop_sequence": null, "stop_details": null,
        "usage": {"input_tokens": ask.input_tokens(), "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0,
            "output_tokens": reply.output_tokens(), "service_tier": "standard"},
    })
}

fn stream(number: u64, ask: &Ask, reply: &Reply) -> Response {
    let mut start = message(number, ask, reply);
    start["content"] = json!([]);
    start["stop_reason"] = Value::Null;
    start["usage"]["output_tokens"] = 1.into();
    let mut events = Events::default();
    events.typed(&json!({"type": "message_start", "message": start}));
    events.typed(&json!({"type": "ping"}));
    let Reply::Said { text, calls, stop, breaks } = reply else { return events.respond() };
    let mut index = 0;
    let mut block = |events: &mut Events, start: Value, deltas: Vec<Value>| {
        events.typed(&json!({"type": "content_block_start", "index": index, "content_block": start}));
        for delta in deltas {
            events.typed(&json!({"type": "content_block_delta", "index": index, "delta": delta}));
        }
        events.typed(&json!({"type": "content_block_stop", "index": index}));
        index += 1;
    };
    if !text.is_empty() {
        let deltas = pieces(text).into_iter().map(|piece| json!({"type": "text_delta", "text": piece})).collect();
        block(&mut events, json!({"type": "text", "text": ""}), deltas);
    }
    for (at, call) in calls.iter().enumerate() {
        let start = json!({"type": "tool_use", "id": format!("toolu_{number}_{at}"), "name": call.name, "input": {}});
        let deltas = pieces(&call.arguments_text())
            .into_iter()
            .map(|piece| json!({"type": "input_json_delta", "partial_json": piece}))
            .collect();
        block(&mut events, start, deltas);
    }
    if *breaks {
        let error = json!({"type": "overloaded_error", "message": "The sandbox breaks the stream."});
        events.typed(&json!({"type": "error", "error": error}));
        return events.respond();
    }
    events.typed(&json!({"type": "message_delta", "delta": {"stop_reason": stop_reason(*stop), "stop_sequence": null},
        "usage": {"output_tokens": reply.output_tokens()}}));
    events.typed(&json!({"type": "message_stop"}));
    events.respond()
}

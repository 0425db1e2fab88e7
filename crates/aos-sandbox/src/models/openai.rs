//! OpenAI's dialect: `POST /v1/chat/completions`, `GET /v1/models` (contract `ai.md` §1.2, 1.3). Strict where the real
//! service is, so that a client's mistakes show.

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
    ask::{Ask, Reply, Stop, Tool, ToolCall, pieces},
    fit, has_bearer, knows,
    sse::Events,
};

const PARAMETERS: &[&str] = &[
    "model",
    "messages",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "response_format",
    "max_completion_tokens",
    "max_tokens",
    "reasoning_effort",
    "verbosity",
    "n",
    "stop",
    "seed",
    "stream",
    "stream_options",
    "temperature",
    "top_p",
    "store",
    "metadata",
    "user",
    "service_tier",
    "prompt_cache_key",
    "prompt_cache_retention",
    "safety_identifier",
    "frequency_penalty",
    "presence_penalty",
    "logprobs",
    "top_logprobs",
    "logit_bias",
];

/// What is wrong with a request: message, parameter, code.
struct Wrong(StatusCode, String, Option<&'static str>, Option<&'static str>);

impl Wrong {
    fn request(message: impl Into<String>, param: &'static str) -> Self {
        Self(StatusCode::BAD_REQUEST, message.into(), Some(param), None)
    }
    fn respond(self) -> Response {
        let Self(status, message, param, code) = self;
        failure(status, &message, param, code, None)
    }
}

fn failure(
    status: StatusCode,
    message: &str,
    param: Option<&str>,
    code: Option<&str>,
    retry_after: Option<u64>,
) -> Response {
    let kind = match status.as_u16() {
        429 if code == Some("insufficient_quota") => "insufficient_quota",
        429 => "requests",
        500.. => "server_error",
        _ => "invalid_request_error",
    };
    let body = json!({"error": {"message": message, "type": kind, "param": param, "code": code}});
    super::answer(status, retry_after, body)
}

fn unauthorised() -> Response {
    failure(StatusCode::UNAUTHORIZED, "Incorrect API key provided.", None, Some("invalid_api_key"), None)
}

pub(super) fn list(headers: &HeaderMap) -> Response {
    if !has_bearer(headers) {
        return unauthorised();
    }
    let model = json!({"id": Models::MODEL, "object": "model", "created": 1_700_000_000, "owned_by": "sandbox"});
    super::answer(StatusCode::OK, None, json!({"object": "list", "data": [model]}))
}

pub(super) async fn complete(State(models): State<Models>, headers: HeaderMap, body: Bytes) -> Response {
    let number = models.count();
    if !has_bearer(&headers) {
        return unauthorised();
    }
    let (ask, with_usage) = match read(&body) {
        Ok(read) => read,
        Err(wrong) => return wrong.respond(),
    };
    let reply = models.reply(&ask).await;
    if let Reply::Failed { status, code, message, retry_after } = &reply {
        return failure(*status, message, None, Some(code), *retry_after);
    }
    let shown = Shown { id: format!("chatcmpl-{number}"), created: models.seconds(), number };
    if ask.stream { stream(&shown, &ask, &reply, with_usage) } else { whole(&shown, &ask, &reply) }
}

fn read(body: &[u8]) -> Result<(Ask, bool), Wrong> {
    let sent: Value = serde_json::from_slice(body).map_err(|error| {
        Wrong::request(format!("We could not parse the JSON body of your request: {error}"), "body")
    })?;
    let unknown = sent.as_object().and_then(|fields| fields.keys().find(|name| !PARAMETERS.contains(&name.as_str())));
    if let Some(name) = unknown {
        let message = format!("Unrecognized request argument supplied: {name}");
        return Err(Wrong(StatusCode::BAD_REQUEST, message, None, Some("unknown_parameter")));
    }
    let model = sent["model"].as_str().ok_or_else(|| Wrong::request("you must provide a model parameter", "model"))?;
    if !knows(model) {
        let message = format!("The model `{model}` does not exist or you do not have access to it.");
        return Err(Wrong(StatusCode::NOT_FOUND, message, Some("model"), Some("model_not_found")));
    }
    let mut ask = Ask {
        model: model.to_owned(),
        max_tokens: sent["max_completion_tokens"].as_u64().or(sent["max_tokens"].as_u64()),
        stream: sent["stream"].as_bool().unwrap_or(false),
        sent_characters: body.len(),
        ..Ask::default()
    };
    read_messages(&sent["messages"], &mut ask)?;
    read_tools(&sent["tools"], &mut ask)?;
    ask.forced_tool = sent["tool_choice"]["function"]["name"].as_str().map(str::to_owned);
    if sent["tool_choice"] == "required" {
        ask.forced_tool = ask.tools.first().map(|tool| tool.name.clone());
    }
    if sent["tool_choice"] == "none" {
        ask.tools.clear();
    }
    read_format(&sent["response_format"], &mut ask)?;
    Ok((ask, sent["stream_options"]["include_usage"].as_bool().unwrap_or(false)))
}

/// Text of `content`: a string, or parts of type text.
fn content(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    }
}

fn read_messages(messages: &Value, ask: &mut Ask) -> Result<(), Wrong> {
    let messages = messages
        .as_array()
        .filter(|list| !list.is_empty())
        .ok_or_else(|| Wrong::request("'messages' must contain at least one message.", "messages"))?;
    let mut unanswered: BTreeSet<&str> = BTreeSet::new();
    for message in messages {
        let role = message["role"].as_str().unwrap_or("");
        if role != "tool" && !unanswered.is_empty() {
            return Err(Wrong::request(
                "An assistant message with 'tool_calls' must be followed by tool messages responding to each \
                 'tool_call_id'.",
                "messages",
            ));
        }
        match role {
            "system" | "developer" => {
                ask.system.push_str(&content(&message["content"]));
                ask.system.push('\n');
            }
            "user" => ask.user.push(content(&message["content"])),
            "assistant" => {
                let calls = message["tool_calls"].as_array().map_or(&[] as &[Value], Vec::as_slice);
                if calls.is_empty() && message["content"].is_null() {
                    return Err(Wrong::request("An assistant message needs 'content' or 'tool_calls'.", "messages"));
                }
                for call in calls {
                    if call["function"]["arguments"].as_str().is_none() {
                        return Err(Wrong::request("'arguments' of a tool call must be a string.", "messages"));
                    }
                    unanswered.extend(call["id"].as_str());
                }
            }
            "tool" => {
                let id = message["tool_call_id"].as_str().unwrap_or("");
                if !unanswered.remove(id) {
                    return Err(Wrong::request(
                        "messages with role 'tool' must be a response to a preceding message with 'tool_calls'.",
                        "messages",
                    ));
                }
                ask.tool_results.push(content(&message["content"]));
            }
            other => return Err(Wrong::request(format!("Invalid value: '{other}' as a role."), "messages")),
        }
    }
    if unanswered.is_empty() {
        return Ok(());
    }
    Err(Wrong::request("The last 'tool_calls' have not been answered by tool messages.", "messages"))
}

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

fn read_tools(tools: &Value, ask: &mut Ask) -> Result<(), Wrong> {
    for tool in tools.as_array().into_iter().flatten() {
        let function = &tool["function"];
        let name = function["name"].as_str().filter(|name| is_name(name) && tool["type"] == "function");
        let Some(name) = name else {
            return Err(Wrong::request(
                "A tool needs the type 'function' and a name of at most 64 characters.",
                "tools",
            ));
        };
        if function["strict"] == true {
            strict(&function["parameters"], name, "tools")?;
        }
        ask.tools.push(Tool { name: name.to_owned(), parameters: function["parameters"].clone() });
    }
    Ok(())
}

fn read_format(format: &Value, ask: &mut Ask) -> Result<(), Wrong> {
    match format["type"].as_str() {
        None | Some("text") => Ok(()),
        Some("json_object") => {
            ask.schema = Some(json!({"type": "object"}));
            Ok(())
        }
        Some("json_schema") => {
            let described = &format["json_schema"];
            let Some(name) = described["name"].as_str().filter(|name| is_name(name)) else {
                return Err(Wrong::request(
                    "Missing or invalid 'response_format.json_schema.name'.",
                    "response_format",
                ));
            };
            if described["strict"] == true {
                strict(&described["schema"], name, "response_format")?;
            }
            ask.schema = Some(described["schema"].clone());
            Ok(())
        }
        Some(other) => Err(Wrong::request(format!("Invalid value: '{other}'."), "response_format")),
    }
}

fn strict(schema: &Value, name: &str, param: &'static str) -> Result<(), Wrong> {
    fit::strictness(schema).map_err(|problem| Wrong::request(format!("Invalid schema for '{name}': {problem}"), param))
}

/// What every answer and chunk carries.
struct Shown {
    id: String,
    created: i64,
    number: u64,
}

fn finish(stop: Stop) -> &'static str {
    match stop {
        Stop::End | Stop::Refusal => "stop",
        Stop::Tools => "tool_calls",
        Stop::Length => "length",
    }
}

fn usage(ask: &Ask, reply: &Reply) -> Value {
    let (input, output) = (ask.input_tokens(), reply.output_tokens());
    json!({"prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output,
        "prompt_tokens_details": {"cached_tokens": 0}, "completion_tokens_details": {"reasoning_tokens": 0}})
}

fn call_shape(number: u64, at: usize, call: &ToolCall) -> Value {
    json!({"id": format!("call_{number}_{at}"), "type": "function",
        "function": {"name": call.name, "arguments": call.arguments_text()}})
}

fn whole(shown: &Shown, ask: &Ask, reply: &Reply) -> Response {
    let Reply::Said { text, calls, stop, .. } = reply else { return unauthorised() };
    let mut message = json!({"role": "assistant", "content": text, "refusal": null});
    if *stop == Stop::Refusal {
        message = json!({"role": "assistant", "content": null, "refusal": text});
    }
    if !calls.is_empty() {
        if text.is_empty() {
            message["content"] = Value::Null;
        }
        message["tool_calls"] =
            calls.iter().enumerate().map(|(at, call)| call_shape(shown.number, at, call)).collect::<Vec<_>>().into();
    }
    let body = json!({
        "id": shown.id, "object": "chat.completion", "created": shown.created, "model": ask.model,
        "choices": [{"index": 0, "message": message, "finish_reason": finish(*stop)}],
        "usage": usage(ask, reply),
    });
    super::answer(StatusCode::OK, None, body)
}

fn stream(shown: &Shown, ask: &Ask, reply: &Reply, with_usage: bool) -> Response {
    let Reply::Said { text, calls, stop, breaks } = reply else { return unauthorised() };
    let chunk = |delta: Value, finish: Value| {
        json!({"id": shown.id, "object": "chat.completion.chunk", "created": shown.created, "model": ask.model,
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})
    };
    let mut events = Events::default();
    events.data(&chunk(json!({"role": "assistant", "content": ""}), Value::Null));
    let field = if *stop == Stop::Refusal { "refusal" } else { "content" };
    for piece in pieces(text) {
        events.data(&chunk(json!({field: piece}), Value::Null));
    }
    for (at, call) in calls.iter().enumerate() {
        let mut first = call_shape(shown.number, at, call);
        first["index"] = at.into();
        first["function"]["arguments"] = "".into();
        events.data(&chunk(json!({"tool_calls": [first]}), Value::Null));
        for piece in pieces(&call.arguments_text()) {
            let delta = json!({"tool_calls": [{"index": at, "function": {"arguments": piece}}]});
            events.data(&chunk(delta, Value::Null));
        }
    }
    if *breaks {
        let error = json!({"message": "The sandbox breaks the stream.", "type": "server_error", "param": null,
            "code": "server_error"});
        events.data(&json!({"error": error}));
        return events.respond();
    }
    events.data(&chunk(json!({}), finish(*stop).into()));
    if with_usage {
        let mut last = chunk(json!({}), Value::Null);
        last["choices"] = json!([]);
        last["usage"] = usage(ask, reply);
        events.data(&last);
    }
    events.raw("data: [DONE]");
    events.respond()
}

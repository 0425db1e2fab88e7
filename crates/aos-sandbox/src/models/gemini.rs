//! Gemini's dialect: `:generateContent`, `:streamGenerateContent?alt=sse`, the list of models (contract `ai.md` §3).

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use serde_json::{Value, json};

use super::{
    Models,
    ask::{Ask, Reply, Stop, Tool, pieces},
    has_key, knows,
    sse::Events,
};

fn failure(status: StatusCode, name: &str, message: &str, retry_after: Option<u64>) -> Response {
    let details = match retry_after {
        Some(seconds) => {
            json!([{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": format!("{seconds}s")}])
        }
        None => json!([]),
    };
    let body = json!({"error": {"code": status.as_u16(), "message": message, "status": name, "details": details}});
    super::answer(status, None, body)
}

fn invalid(message: &str) -> Response {
    failure(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT", message, None)
}

fn key_refused() -> Response {
    invalid("API key not valid. Please pass a valid API key.")
}

pub(super) async fn list(headers: HeaderMap) -> Response {
    if !has_key(&headers, "x-goog-api-key") {
        return key_refused();
    }
    let model = json!({"name": format!("models/{}", Models::MODEL), "displayName": "Sandbox writer",
        "supportedGenerationMethods": ["generateContent", "streamGenerateContent"]});
    super::answer(StatusCode::OK, None, json!({"models": [model]}))
}

pub(super) async fn complete(
    State(models): State<Models>,
    Path(call): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let number = models.count();
    if !has_key(&headers, "x-goog-api-key") {
        return key_refused();
    }
    let (model, method) = call.split_once(':').unwrap_or((&call, ""));
    let streams = method == "streamGenerateContent";
    if !streams && method != "generateContent" {
        return failure(StatusCode::NOT_FOUND, "NOT_FOUND", "The method does not exist.", None);
    }
    if !knows(model) {
        let message = format!("models/{model} is not found for API version v1beta.");
        return failure(StatusCode::NOT_FOUND, "NOT_FOUND", &message, None);
    }
    let ask = match read(model, streams, &body) {
        Ok(ask) => ask,
        Err(message) => return invalid(&message),
    };
    let reply = models.reply(&ask).await;
    match &reply {
        Reply::Failed { status, code, message, retry_after } => {
            let name = match status.as_u16() {
                429 => "RESOURCE_EXHAUSTED",
                503 => "UNAVAILABLE",
                500 => "INTERNAL",
                _ => code,
            };
            failure(*status, name, message, *retry_after)
        }
        Reply::Said { .. } if streams => stream(number, &ask, &reply, uri.query().unwrap_or("").contains("alt=sse")),
        Reply::Said { text, calls, stop, .. } => {
            let mut parts = Vec::new();
            if !text.is_empty() {
                parts.push(json!({"text": text}));
            }
            parts.extend(calls.iter().enumerate().map(|(at, call)| call_part(number, at, &call.name, &call.arguments)));
            super::answer(StatusCode::OK, None, chunk(number, &ask, &reply, parts, Some(*stop)))
        }
    }
}

/// Newer models sign their calls and want the signature back unchanged.
fn call_part(number: u64, at: usize, name: &str, arguments: &Value) -> Value {
    json!({"functionCall": {"id": format!("{number}-{at}"), "name": name, "args": arguments},
        "thoughtSignature": format!("c2FuZGJveC0{number}")})
}

fn read(model: &str, stream: bool, body: &[u8]) -> Result<Ask, String> {
    let sent: Value =
        serde_json::from_slice(body).map_err(|error| format!("Invalid JSON payload received: {error}"))?;
    let settings = &sent["generationConfig"];
    let mut ask = Ask {
        model: model.to_owned(),
        system: text_of(&sent["systemInstruction"]),
        max_tokens: settings["maxOutputTokens"].as_u64(),
        stream,
        sent_characters: body.len(),
        ..Ask::default()
    };
    let contents = sent["contents"].as_array().filter(|list| !list.is_empty());
    let mut called = 0_usize;
    for turn in contents.ok_or("contents is not specified")? {
        let parts = turn["parts"].as_array().filter(|parts| !parts.is_empty());
        let parts = parts.ok_or("Unable to submit request because it must have a non-empty parts field.")?;
        let role = turn["role"].as_str().unwrap_or("user");
        if !matches!(role, "user" | "model") {
            return Err("Please use a valid role: user, model.".into());
        }
        let calls = parts.iter().filter(|part| part.get("functionCall").is_some());
        if calls.clone().any(|part| part["thoughtSignature"].as_str().is_none()) {
            return Err("Function call is missing a thought_signature.".into());
        }
        let results: Vec<&Value> = parts.iter().filter_map(|part| part.get("functionResponse")).collect();
        if results.len() != called {
            let message = "Please ensure that the number of function response parts is equal to the number of \
                           function call parts of the function call turn.";
            return Err(message.into());
        }
        called = calls.count();
        for result in results {
            if !result["response"].is_object() {
                return Err("functionResponse.response must be an object.".into());
            }
            ask.tool_results.push(result["response"].to_string());
        }
        let text = text_of(turn);
        if role == "user" && !text.is_empty() {
            ask.user.push(text);
        }
    }
    for function in sent["tools"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|tool| tool["functionDeclarations"].as_array().into_iter().flatten())
    {
        if function.get("parameters").is_some() && function.get("parametersJsonSchema").is_some() {
            return Err("Only one of parameters and parametersJsonSchema may be set.".into());
        }
        let name = function["name"].as_str().ok_or("functionDeclarations.name is required")?.to_owned();
        let parameters = function.get("parametersJsonSchema").or(function.get("parameters"));
        ask.tools.push(Tool { name, parameters: parameters.cloned().unwrap_or(Value::Null) });
    }
    let calling = &sent["toolConfig"]["functionCallingConfig"];
    match calling["mode"].as_str() {
        Some("ANY") => {
            let named = calling["allowedFunctionNames"][0].as_str().map(str::to_owned);
            ask.forced_tool = named.or_else(|| ask.tools.first().map(|tool| tool.name.clone()));
        }
        Some("NONE") => ask.tools.clear(),
        _ => {}
    }
    let schemas = (settings.get("responseJsonSchema"), settings.get("responseSchema"));
    if let (Some(_), Some(_)) = schemas {
        return Err("Only one of responseSchema and responseJsonSchema may be set.".into());
    }
    if let Some(schema) = schemas.0.or(schemas.1) {
        if settings["responseMimeType"] != "application/json" {
            return Err("A response schema needs the responseMimeType application/json.".into());
        }
        ask.schema = Some(schema.clone());
    }
    Ok(ask)
}

fn text_of(content: &Value) -> String {
    let parts = content["parts"].as_array().into_iter().flatten();
    parts.filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n")
}

fn chunk(number: u64, ask: &Ask, reply: &Reply, parts: Vec<Value>, stop: Option<Stop>) -> Value {
    let (input, output) = (ask.input_tokens(), reply.output_tokens());
    let mut candidate = json!({"content": {"role": "model", "parts": parts}, "index": 0});
    match stop {
        Some(Stop::End | Stop::Tools) => candidate["finishReason"] = "STOP".into(),
        Some(Stop::Length) => candidate["finishReason"] = "MAX_TOKENS".into(),
        Some(Stop::Refusal) => candidate["finishReason"] = "SAFETY".into(),
        None => {}
    }
    json!({
        "candidates": [candidate],
        "usageMetadata": {"promptTokenCount": input, "candidatesTokenCount": output, "thoughtsTokenCount": 0,
            "totalTokenCount": input + output},
        "modelVersion": ask.model, "responseId": format!("r{number}"),
    })
}

/// With `alt=sse` each `data:` line is a whole answer with new parts; without it they come as one JSON array.
fn stream(number: u64, ask: &Ask, reply: &Reply, sse: bool) -> Response {
    let Reply::Said { text, calls, stop, breaks } = reply else { return invalid("Nothing to stream.") };
    let mut parts: Vec<Value> = pieces(text).into_iter().map(|piece| json!({"text": piece})).collect();
    parts.extend(calls.iter().enumerate().map(|(at, call)| call_part(number, at, &call.name, &call.arguments)));
    let last = parts.len().saturating_sub(1);
    let mut chunks: Vec<Value> = parts
        .into_iter()
        .enumerate()
        .map(|(at, part)| chunk(number, ask, reply, vec![part], (at == last && !breaks).then_some(*stop)))
        .collect();
    if *breaks {
        let message = "The sandbox breaks the stream.";
        chunks.push(json!({"error": {"code": 503, "message": message, "status": "UNAVAILABLE"}}));
    }
    if !sse {
        return super::answer(StatusCode::OK, None, Value::Array(chunks));
    }
    let mut events = Events::default();
    for chunk in &chunks {
        events.data(chunk);
    }
    events.respond()
}

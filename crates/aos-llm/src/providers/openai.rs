//! Chat completions: OpenAI, Ollama, vLLM, Cloudflare AI Gateway and whatever else speaks it.
//!
//! Source: `contracts/ai.md` §1.2, §1.3, §4 (compatible endpoint), §5.

use std::{collections::BTreeMap, time::Duration};

use aos_capabilities::model::{Message, ModelError, ProviderConfig, StopReason, ToolCall, Usage};
use aos_outbound::Request;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Assemble, Call, Failure, Speak, address, arguments, prepare};
use crate::{check, error, sse::Event};

const BASE: &str = "https://api.openai.com/v1";

pub struct OpenAi;

impl Speak for OpenAi {
    fn request(&self, call: &Call<'_>) -> Result<Request, ModelError> {
        let url = address(call.provider, BASE, "chat/completions")?;
        let mut body = json!({"model": call.model, "messages": messages(call), "stream": call.stream});
        // OpenAI's newer models refuse `max_tokens`; many compatible servers know nothing else.
        let limit = if is_openai(call.provider) { "max_completion_tokens" } else { "max_tokens" };
        body[limit] = json!(call.max_output_tokens);
        if call.stream {
            body["stream_options"] = json!({"include_usage": true});
        }
        if !call.tools.is_empty() {
            let tools: Vec<Value> = call
                .tools
                .iter()
                .map(|tool| {
                    json!({"type": "function", "function": {
                        "name": tool.name, "description": tool.description, "parameters": tool.parameters,
                    }})
                })
                .collect();
            body["tools"] = json!(tools);
        }
        if let Some(output) = call.output {
            let (schema, strict) = check::strict(&output.schema);
            body["response_format"] = json!({"type": "json_schema", "json_schema": {"name": output.name, "schema": schema, "strict": strict}});
        }
        let mut request = prepare(call, url).json(&body);
        if let Some(key) = &call.provider.key {
            request = request.bearer(key);
        }
        Ok(request)
    }

    fn answer(&self, provider: &ProviderConfig, body: &[u8]) -> Result<Answer, ModelError> {
        let completion: Completion = serde_json::from_slice(body).map_err(|_| error::unreadable(provider))?;
        let choice = completion.choices.into_iter().next().ok_or_else(|| error::unreadable(provider))?;
        if choice.message.refusal.is_some_and(|words| !words.is_empty()) {
            return Err(error::refused(provider));
        }
        let tool_calls: Vec<ToolCall> = choice
            .message
            .tool_calls
            .unwrap_or_default()
            .into_iter()
            .enumerate()
            .map(|(number, call)| ToolCall {
                id: call.id.filter(|id| !id.is_empty()).unwrap_or_else(|| format!("call_{number}")),
                name: call.function.name.unwrap_or_default(),
                arguments: call.function.arguments.map_or_else(|| json!({}), Arguments::into_value),
                signature: None,
            })
            .collect();
        Ok(Answer {
            text: choice.message.content.unwrap_or_default(),
            stop: stop(choice.finish_reason.as_deref(), &tool_calls),
            tool_calls,
            usage: completion.usage.map(WireUsage::read).unwrap_or_default(),
            model: completion.model,
        })
    }

    fn failure(&self, failure: &Failure<'_>) -> ModelError {
        let provider = failure.provider;
        let body: Value = failure.response.json().unwrap_or_default();
        let said = said(&body);
        let code = body["error"]["code"].as_str().or_else(|| body["error"]["type"].as_str()).unwrap_or_default();
        match (failure.response.status, code) {
            (_, "insufficient_quota" | "credit_balance_exhausted" | "billing_hard_limit_reached") => {
                error::out_of_money(provider)
            }
            (_, "context_length_exceeded" | "string_above_max_length") => error::too_much(provider),
            (_, "invalid_api_key") => error::from_status(provider, 401, &said, None),
            (_, "model_not_found") => error::from_status(provider, 404, &said, None),
            (status, _) => error::from_status(provider, status, &said, wait(failure)),
        }
    }

    fn stream(&self) -> Box<dyn Assemble> {
        Box::<Stream>::default()
    }

    fn otel_name(&self) -> &'static str {
        "openai"
    }
}

fn is_openai(provider: &ProviderConfig) -> bool {
    provider.base_url.as_ref().and_then(|url| url.host_str()).is_none_or(|host| {
        host == "openai.com"
            || host.ends_with(".openai.com")
            || host.ends_with(".openai.azure.com")
            || host.ends_with(".cloudflare.com")
    })
}

/// OpenAI's errors, Ollama's (`{"error":"…"}`), Cloudflare's envelope.
fn said(body: &Value) -> String {
    body["error"]["message"]
        .as_str()
        .or_else(|| body["error"].as_str())
        .or_else(|| body["errors"][0]["message"].as_str())
        .or_else(|| body["message"].as_str())
        .unwrap_or_default()
        .to_owned()
}

fn wait(failure: &Failure<'_>) -> Option<Duration> {
    let millis =
        failure.response.header("retry-after-ms").and_then(|text| text.parse().ok()).map(Duration::from_millis);
    millis.or(failure.retry_after)
}

fn messages(call: &Call<'_>) -> Vec<Value> {
    let mut messages = Vec::new();
    if !call.system.is_empty() {
        messages.push(json!({"role": "system", "content": call.system}));
    }
    for message in call.messages {
        match message {
            Message::User { text } => messages.push(json!({"role": "user", "content": text})),
            Message::Assistant { text, tool_calls } => {
                let mut turn =
                    json!({"role": "assistant", "content": if text.is_empty() { Value::Null } else { json!(text) }});
                if !tool_calls.is_empty() {
                    let calls: Vec<Value> = tool_calls
                        .iter()
                        .map(|call| {
                            json!({"id": call.id, "type": "function", "function": {
                                "name": call.name, "arguments": call.arguments.to_string(),
                            }})
                        })
                        .collect();
                    turn["tool_calls"] = json!(calls);
                }
                messages.push(turn);
            }
            Message::ToolResults { results } => messages.extend(
                results
                    .iter()
                    .map(|result| json!({"role": "tool", "tool_call_id": result.call_id, "content": result.content})),
            ),
        }
    }
    messages
}

fn stop(reason: Option<&str>, tool_calls: &[ToolCall]) -> StopReason {
    match reason {
        _ if !tool_calls.is_empty() => StopReason::ToolCalls,
        Some("length") => StopReason::Length,
        Some("content_filter") => StopReason::Refused,
        _ => StopReason::End,
    }
}

#[derive(Deserialize)]
struct Completion {
    #[serde(default)]
    choices: Vec<Choice>,
    usage: Option<WireUsage>,
    model: Option<String>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default, alias = "delta")]
    message: Turn,
    finish_reason: Option<String>,
}

#[derive(Default, Deserialize)]
struct Turn {
    content: Option<String>,
    refusal: Option<String>,
    tool_calls: Option<Vec<WireToolCall>>,
}

#[derive(Deserialize)]
struct WireToolCall {
    #[serde(default)]
    index: Option<u32>,
    id: Option<String>,
    #[serde(default)]
    function: WireFunction,
}

#[derive(Default, Deserialize)]
struct WireFunction {
    name: Option<String>,
    arguments: Option<Arguments>,
}

/// A JSON string; some compatible servers send the object itself.
#[derive(Deserialize)]
#[serde(untagged)]
enum Arguments {
    Text(String),
    Data(Value),
}

impl Arguments {
    fn into_value(self) -> Value {
        match self {
            Self::Text(text) => arguments(&text),
            Self::Data(value) => value,
        }
    }

    fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Data(value) => value.to_string(),
        }
    }
}

#[derive(Deserialize)]
struct WireUsage {
    #[serde(default)]
    prompt_tokens: i64,
    #[serde(default)]
    completion_tokens: i64,
    prompt_tokens_details: Option<PromptDetails>,
}

#[derive(Deserialize)]
struct PromptDetails {
    cached_tokens: Option<i64>,
}

impl WireUsage {
    fn read(self) -> Usage {
        Usage {
            input: self.prompt_tokens,
            cached_input: self.prompt_tokens_details.and_then(|details| details.cached_tokens).unwrap_or(0),
            output: self.completion_tokens,
        }
    }
}

#[derive(Default)]
struct Stream {
    text: String,
    /// By the index that the pieces carry.
    calls: BTreeMap<u32, (String, String, String)>,
    reason: Option<String>,
    refused: bool,
    usage: Usage,
    model: Option<String>,
    done: bool,
}

impl Assemble for Stream {
    fn event(&mut self, provider: &ProviderConfig, event: &Event) -> Result<String, ModelError> {
        if event.data.trim() == "[DONE]" {
            self.done = true;
            return Ok(String::new());
        }
        let value: Value = serde_json::from_str(&event.data).map_err(|_| error::unreadable(provider))?;
        if !value["error"].is_null() {
            return Err(error::unavailable(provider, 200, None));
        }
        let chunk: Completion = serde_json::from_value(value).map_err(|_| error::unreadable(provider))?;
        self.model = chunk.model.or(self.model.take());
        if let Some(usage) = chunk.usage {
            self.usage = usage.read();
        }
        let Some(choice) = chunk.choices.into_iter().next() else { return Ok(String::new()) };
        self.reason = choice.finish_reason.or(self.reason.take());
        self.refused |= choice.message.refusal.is_some_and(|words| !words.is_empty());
        for piece in choice.message.tool_calls.unwrap_or_default() {
            let index = piece.index.unwrap_or(u32::try_from(self.calls.len()).unwrap_or(u32::MAX));
            let (id, name, arguments) = self.calls.entry(index).or_default();
            if let Some(piece_id) = piece.id.filter(|piece_id| !piece_id.is_empty()) {
                *id = piece_id;
            }
            name.push_str(&piece.function.name.unwrap_or_default());
            arguments.push_str(&piece.function.arguments.map(Arguments::into_text).unwrap_or_default());
        }
        let delta = choice.message.content.unwrap_or_default();
        self.text.push_str(&delta);
        Ok(delta)
    }

    fn finish(self: Box<Self>, provider: &ProviderConfig) -> Result<Answer, ModelError> {
        if self.refused {
            return Err(error::refused(provider));
        }
        if !self.done && self.reason.is_none() {
            return Err(error::broken_off(provider));
        }
        let tool_calls: Vec<ToolCall> = self
            .calls
            .into_iter()
            .map(|(index, (id, name, text))| ToolCall {
                id: if id.is_empty() { format!("call_{index}") } else { id },
                name,
                arguments: arguments(&text),
                signature: None,
            })
            .collect();
        Ok(Answer {
            text: self.text,
            stop: stop(self.reason.as_deref(), &tool_calls),
            tool_calls,
            usage: self.usage,
            model: self.model,
        })
    }

    fn usage(&self) -> Usage {
        self.usage
    }
}

//! Anthropic's Messages API.
//!
//! Source: `contracts/ai.md` §2.

use std::time::Duration;

use aos_capabilities::model::{Message, ModelError, ProviderConfig, StopReason, ToolCall, Usage};
use aos_kernel::Retry;
use aos_outbound::Request;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Assemble, Call, Failure, Speak, address, arguments, prepare};
use crate::{check, error, sse::Event};

const BASE: &str = "https://api.anthropic.com";
const VERSION: &str = "2023-06-01";

pub struct Anthropic;

impl Speak for Anthropic {
    fn request(&self, call: &Call<'_>) -> Result<Request, ModelError> {
        let ends_in_version =
            call.provider.base_url.as_ref().is_some_and(|url| url.path().trim_end_matches('/').ends_with("/v1"));
        let url = address(call.provider, BASE, if ends_in_version { "messages" } else { "v1/messages" })?;
        let mut body = json!({
            "model": call.model,
            "max_tokens": call.max_output_tokens,
            "messages": call.messages.iter().map(message).collect::<Vec<_>>(),
            "stream": call.stream,
        });
        if !call.system.is_empty() {
            body["system"] = json!(call.system);
        }
        if !call.tools.is_empty() {
            let tools: Vec<Value> = call
                .tools
                .iter()
                .map(
                    |tool| json!({"name": tool.name, "description": tool.description, "input_schema": tool.parameters}),
                )
                .collect();
            body["tools"] = json!(tools);
        }
        if let Some(output) = call.output {
            let (schema, enforceable) = check::strict(&output.schema);
            if enforceable {
                body["output_config"] = json!({"format": {"type": "json_schema", "schema": schema}});
            }
        }
        let mut request = prepare(call, url).header("anthropic-version", VERSION).json(&body);
        if let Some(key) = &call.provider.key {
            request = request.secret_header("x-api-key", key);
        }
        Ok(request)
    }

    fn answer(&self, provider: &ProviderConfig, body: &[u8]) -> Result<Answer, ModelError> {
        let message: WireMessage = serde_json::from_slice(body).map_err(|_| error::unreadable(provider))?;
        let mut parts = Parts::default();
        for block in message.content {
            match block {
                Block::Text { text } => parts.text.push_str(&text),
                Block::ToolUse { id, name, input } => parts.calls.push((id, name, input.to_string())),
                Block::Other => {}
            }
        }
        parts.reason = message.stop_reason;
        parts.usage = message.usage.into();
        parts.model = message.model;
        parts.finish(provider)
    }

    fn failure(&self, failure: &Failure<'_>) -> ModelError {
        let provider = failure.provider;
        let body: Value = failure.response.json().unwrap_or_default();
        let said = body["error"]["message"].as_str().unwrap_or_default();
        let spend_limit = body["error"]["details"]["error_code"] == "enforced_spend_limit_reached";
        let status = failure.response.status;
        let mut error = match (body["error"]["type"].as_str().unwrap_or_default(), status) {
            ("billing_error", _) => error::out_of_money(provider),
            ("rate_limit_error", _) | (_, 429) if spend_limit => error::out_of_money(provider),
            ("invalid_request_error", _) if said.contains("prompt is too long") => error::too_much(provider),
            ("invalid_request_error", _) if said.contains("credit balance") => error::out_of_money(provider),
            ("authentication_error" | "permission_error", _) => error::from_status(provider, 401, said, None),
            (_, status) => error::from_status(provider, status, said, failure.retry_after),
        };
        // The provider's own word on whether to try again goes before the table.
        match failure.response.header("x-should-retry") {
            Some("false") => error.retry = Retry::Never,
            Some("true") if error.retry == Retry::Never => error.retry = Retry::Backoff,
            _ => {}
        }
        error
    }

    fn stream(&self) -> Box<dyn Assemble> {
        Box::<Stream>::default()
    }

    fn otel_name(&self) -> &'static str {
        "anthropic"
    }
}

fn message(message: &Message) -> Value {
    match message {
        Message::User { text } => json!({"role": "user", "content": text}),
        Message::Assistant { text, tool_calls } => {
            let mut content = Vec::new();
            // Empty text blocks are refused.
            if !text.is_empty() {
                content.push(json!({"type": "text", "text": text}));
            }
            content.extend(tool_calls.iter().map(|call| {
                let input = if call.arguments.is_object() { call.arguments.clone() } else { json!({}) };
                json!({"type": "tool_use", "id": call.id, "name": call.name, "input": input})
            }));
            json!({"role": "assistant", "content": content})
        }
        Message::ToolResults { results } => {
            let content: Vec<Value> = results
                .iter()
                .map(|result| {
                    json!({
                        "type": "tool_result", "tool_use_id": result.call_id, "content": result.content,
                        "is_error": result.is_error,
                    })
                })
                .collect();
            json!({"role": "user", "content": content})
        }
    }
}

#[derive(Deserialize)]
struct WireMessage {
    content: Vec<Block>,
    stop_reason: Option<String>,
    #[serde(default)]
    usage: WireUsage,
    model: Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block {
    Text {
        text: String,
    },
    ToolUse {
        id: String,
        name: String,
        #[serde(default)]
        input: Value,
    },
    /// Thinking and whatever else comes.
    #[serde(other)]
    Other,
}

/// Cumulative; a later event repeats some fields and leaves others out.
#[derive(Clone, Copy, Default, Deserialize)]
struct WireUsage {
    input_tokens: Option<i64>,
    cache_creation_input_tokens: Option<i64>,
    cache_read_input_tokens: Option<i64>,
    output_tokens: Option<i64>,
}

impl WireUsage {
    fn update(&mut self, later: Self) {
        self.input_tokens = later.input_tokens.or(self.input_tokens);
        self.cache_creation_input_tokens = later.cache_creation_input_tokens.or(self.cache_creation_input_tokens);
        self.cache_read_input_tokens = later.cache_read_input_tokens.or(self.cache_read_input_tokens);
        self.output_tokens = later.output_tokens.or(self.output_tokens);
    }
}

impl From<WireUsage> for Usage {
    fn from(usage: WireUsage) -> Self {
        let cached = usage.cache_read_input_tokens.unwrap_or(0);
        Self {
            input: usage.input_tokens.unwrap_or(0) + usage.cache_creation_input_tokens.unwrap_or(0) + cached,
            cached_input: cached,
            output: usage.output_tokens.unwrap_or(0),
        }
    }
}

#[derive(Default)]
struct Parts {
    text: String,
    /// Id, name, input as JSON text.
    calls: Vec<(String, String, String)>,
    reason: Option<String>,
    usage: Usage,
    model: Option<String>,
}

impl Parts {
    fn finish(self, provider: &ProviderConfig) -> Result<Answer, ModelError> {
        let stop = match self.reason.as_deref() {
            Some("refusal") => return Err(error::refused(provider)),
            Some("model_context_window_exceeded") => return Err(error::too_much(provider)),
            _ if !self.calls.is_empty() => StopReason::ToolCalls,
            Some("max_tokens") => StopReason::Length,
            _ => StopReason::End,
        };
        let tool_calls = self
            .calls
            .into_iter()
            .map(|(id, name, input)| ToolCall { id, name, arguments: arguments(&input), signature: None })
            .collect();
        Ok(Answer { text: self.text, tool_calls, stop, usage: self.usage, model: self.model })
    }
}

#[derive(Default)]
struct Stream {
    parts: Parts,
    usage: WireUsage,
    /// Number of the content block that is open, when it is a tool call.
    open_call: Option<u64>,
    done: bool,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum StreamEvent {
    MessageStart {
        message: Start,
    },
    ContentBlockStart {
        index: u64,
        content_block: Value,
    },
    ContentBlockDelta {
        index: u64,
        delta: Delta,
    },
    MessageDelta {
        delta: MessageChange,
        #[serde(default)]
        usage: WireUsage,
    },
    MessageStop,
    Error {
        error: Value,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Start {
    model: Option<String>,
    #[serde(default)]
    usage: WireUsage,
}

#[derive(Deserialize)]
struct MessageChange {
    stop_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Delta {
    #[serde(rename = "text_delta")]
    Text { text: String },
    #[serde(rename = "input_json_delta")]
    InputJson { partial_json: String },
    #[serde(other)]
    Other,
}

impl Assemble for Stream {
    fn event(&mut self, provider: &ProviderConfig, event: &Event) -> Result<String, ModelError> {
        let event: StreamEvent = serde_json::from_str(&event.data).map_err(|_| error::unreadable(provider))?;
        match event {
            StreamEvent::MessageStart { message } => {
                self.parts.model = message.model;
                self.usage.update(message.usage);
            }
            StreamEvent::ContentBlockStart { index, content_block } => {
                self.open_call = (content_block["type"] == "tool_use").then_some(index);
                if self.open_call.is_some() {
                    let text = |field: &str| content_block[field].as_str().unwrap_or_default().to_owned();
                    self.parts.calls.push((text("id"), text("name"), String::new()));
                } else if let Some(text) = content_block["text"].as_str() {
                    self.parts.text.push_str(text);
                    return Ok(text.to_owned());
                }
            }
            StreamEvent::ContentBlockDelta { delta: Delta::Text { text }, .. } => {
                self.parts.text.push_str(&text);
                return Ok(text);
            }
            StreamEvent::ContentBlockDelta { index, delta: Delta::InputJson { partial_json } } => {
                if self.open_call == Some(index)
                    && let Some((_, _, input)) = self.parts.calls.last_mut()
                {
                    input.push_str(&partial_json);
                }
            }
            StreamEvent::MessageDelta { delta, usage } => {
                self.parts.reason = delta.stop_reason.or(self.parts.reason.take());
                self.usage.update(usage);
            }
            StreamEvent::MessageStop => self.done = true,
            StreamEvent::Error { error } => {
                return Err(match error["type"].as_str().unwrap_or_default() {
                    "rate_limit_error" => error::rate_limited(provider, None::<Duration>),
                    "timeout_error" => error::timed_out(provider),
                    _ => error::unavailable(provider, 200, None),
                });
            }
            StreamEvent::ContentBlockDelta { .. } | StreamEvent::Other => {}
        }
        Ok(String::new())
    }

    fn finish(mut self: Box<Self>, provider: &ProviderConfig) -> Result<Answer, ModelError> {
        if !self.done && self.parts.reason.is_none() {
            return Err(error::broken_off(provider));
        }
        self.parts.usage = self.usage.into();
        self.parts.finish(provider)
    }

    fn usage(&self) -> Usage {
        self.usage.into()
    }
}

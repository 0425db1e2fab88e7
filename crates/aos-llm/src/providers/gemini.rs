//! Google's Gemini API.
//!
//! Source: `contracts/ai.md` §3.

use std::time::Duration;

use aos_capabilities::model::{Message, ModelError, OutputSchema, ProviderConfig, StopReason, ToolCall, Usage};
use aos_outbound::Request;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Assemble, Call, Failure, Speak, address, prepare};
use crate::{check, error, sse::Event};

const BASE: &str = "https://generativelanguage.googleapis.com/v1beta";

pub struct Gemini;

impl Speak for Gemini {
    fn request(&self, call: &Call<'_>) -> Result<Request, ModelError> {
        let verb = if call.stream { "streamGenerateContent" } else { "generateContent" };
        let model = call.model.trim_start_matches("models/");
        let mut url = address(call.provider, BASE, &format!("models/{model}:{verb}"))?;
        if call.stream {
            url.set_query(Some("alt=sse"));
        }
        let mut config = json!({"maxOutputTokens": call.max_output_tokens});
        let mut system = call.system.to_owned();
        match call.output {
            // Not every model takes a response schema together with functions; then the schema is asked for in words.
            Some(output) if !call.tools.is_empty() => system.push_str(&schema_in_words(output)),
            Some(output) => {
                config["responseMimeType"] = json!("application/json");
                config["responseJsonSchema"] = check::strict(&output.schema).0;
            }
            None => {}
        }
        let mut body = json!({
            "contents": call.messages.iter().map(content).collect::<Vec<_>>(),
            "generationConfig": config,
        });
        if !system.is_empty() {
            body["systemInstruction"] = json!({"parts": [{"text": system}]});
        }
        if !call.tools.is_empty() {
            let functions: Vec<Value> = call
                .tools
                .iter()
                .map(|tool| {
                    json!({"name": tool.name, "description": tool.description, "parametersJsonSchema": tool.parameters})
                })
                .collect();
            body["tools"] = json!([{"functionDeclarations": functions}]);
        }
        let mut request = prepare(call, url).json(&body);
        if let Some(key) = &call.provider.key {
            request = request.secret_header("x-goog-api-key", key);
        }
        Ok(request)
    }

    fn answer(&self, provider: &ProviderConfig, body: &[u8]) -> Result<Answer, ModelError> {
        let mut parts = Parts::default();
        parts.add(provider, serde_json::from_slice(body).map_err(|_| error::unreadable(provider))?)?;
        parts.finish(provider)
    }

    fn failure(&self, failure: &Failure<'_>) -> ModelError {
        let provider = failure.provider;
        let body: Value = failure.response.json().unwrap_or_default();
        // The streaming endpoint wraps its errors into an array.
        let wire = if body.is_array() { &body[0]["error"] } else { &body["error"] };
        let said = wire["message"].as_str().unwrap_or_default();
        let details = wire["details"].as_array().map(Vec::as_slice).unwrap_or_default();
        let per_day = details.iter().any(|detail| {
            detail["violations"]
                .as_array()
                .into_iter()
                .flatten()
                .any(|violation| violation["quotaId"].as_str().is_some_and(|quota| quota.contains("PerDay")))
        });
        match failure.response.status {
            429 if per_day => error::out_of_money(provider),
            400 if said.contains("API key") => error::from_status(provider, 401, said, None),
            400 if said.contains("token count") && said.contains("exceeds") => error::too_much(provider),
            status => {
                let asked = details.iter().find_map(|detail| seconds(detail["retryDelay"].as_str()?));
                error::from_status(provider, status, said, asked.or(failure.retry_after))
            }
        }
    }

    fn stream(&self) -> Box<dyn Assemble> {
        Box::<Parts>::default()
    }

    fn otel_name(&self) -> &'static str {
        "gcp.gemini"
    }
}

/// `30s`, `1.5s`.
fn seconds(text: &str) -> Option<Duration> {
    let seconds: f64 = text.strip_suffix('s')?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

fn schema_in_words(output: &OutputSchema) -> String {
    format!(
        "\n\nWhen you give the final answer, give only JSON that fits this schema, without any text around it:\n{}",
        output.schema
    )
}

fn content(message: &Message) -> Value {
    match message {
        Message::User { text } => json!({"role": "user", "parts": [{"text": text}]}),
        Message::Assistant { text, tool_calls } => {
            let mut parts = Vec::new();
            if !text.is_empty() {
                parts.push(json!({"text": text}));
            }
            parts.extend(tool_calls.iter().map(|call| {
                let mut part = json!({"functionCall": {"id": call.id, "name": call.name, "args": call.arguments}});
                if let Some(signature) = &call.signature {
                    part["thoughtSignature"] = json!(signature);
                }
                part
            }));
            json!({"role": "model", "parts": parts})
        }
        Message::ToolResults { results } => {
            let parts: Vec<Value> = results
                .iter()
                .map(|result| {
                    let field = if result.is_error { "error" } else { "result" };
                    json!({"functionResponse": {"id": result.call_id, "name": result.name, "response": {field: result.content}}})
                })
                .collect();
            json!({"role": "user", "parts": parts})
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireAnswer {
    #[serde(default)]
    candidates: Vec<Candidate>,
    prompt_feedback: Option<PromptFeedback>,
    usage_metadata: Option<WireUsage>,
    model_version: Option<String>,
    error: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    content: Option<Content>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Content {
    #[serde(default)]
    parts: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    text: Option<String>,
    #[serde(default)]
    thought: bool,
    function_call: Option<FunctionCall>,
    thought_signature: Option<String>,
}

#[derive(Deserialize)]
struct FunctionCall {
    id: Option<String>,
    name: String,
    #[serde(default)]
    args: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PromptFeedback {
    block_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireUsage {
    #[serde(default)]
    prompt_token_count: i64,
    #[serde(default)]
    cached_content_token_count: i64,
    #[serde(default)]
    candidates_token_count: i64,
    #[serde(default)]
    thoughts_token_count: i64,
    #[serde(default)]
    tool_use_prompt_token_count: i64,
}

#[derive(Default)]
struct Parts {
    text: String,
    calls: Vec<ToolCall>,
    reason: Option<String>,
    usage: Usage,
    model: Option<String>,
}

impl Parts {
    /// The text that was added.
    fn add(&mut self, provider: &ProviderConfig, answer: WireAnswer) -> Result<String, ModelError> {
        if let Some(failed) = answer.error {
            let status = failed["code"].as_u64().and_then(|code| u16::try_from(code).ok()).unwrap_or(500);
            return Err(error::from_status(provider, status, failed["message"].as_str().unwrap_or_default(), None));
        }
        if let Some(usage) = answer.usage_metadata {
            self.usage = Usage {
                input: usage.prompt_token_count + usage.tool_use_prompt_token_count,
                cached_input: usage.cached_content_token_count,
                output: usage.candidates_token_count + usage.thoughts_token_count,
            };
        }
        self.model = answer.model_version.or(self.model.take());
        if answer.prompt_feedback.is_some_and(|feedback| feedback.block_reason.is_some()) {
            return Err(error::refused(provider));
        }
        let Some(candidate) = answer.candidates.into_iter().next() else { return Ok(String::new()) };
        self.reason = candidate.finish_reason.or(self.reason.take());
        let mut added = String::new();
        for part in candidate.content.map(|content| content.parts).unwrap_or_default() {
            if let Some(call) = part.function_call {
                let number = self.calls.len();
                self.calls.push(ToolCall {
                    id: call.id.unwrap_or_else(|| format!("call_{number}")),
                    name: call.name,
                    arguments: call.args.unwrap_or_else(|| json!({})),
                    signature: part.thought_signature,
                });
            } else if let Some(text) = part.text.filter(|_| !part.thought) {
                added.push_str(&text);
            }
        }
        self.text.push_str(&added);
        Ok(added)
    }

    fn finish(self, provider: &ProviderConfig) -> Result<Answer, ModelError> {
        let stop = match self.reason.as_deref() {
            Some(
                "SAFETY" | "RECITATION" | "LANGUAGE" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "IMAGE_SAFETY",
            ) => {
                return Err(error::refused(provider));
            }
            None if self.text.is_empty() && self.calls.is_empty() => return Err(error::broken_off(provider)),
            _ if !self.calls.is_empty() => StopReason::ToolCalls,
            Some("MAX_TOKENS") => StopReason::Length,
            _ => StopReason::End,
        };
        Ok(Answer { text: self.text, tool_calls: self.calls, stop, usage: self.usage, model: self.model })
    }
}

impl Assemble for Parts {
    fn event(&mut self, provider: &ProviderConfig, event: &Event) -> Result<String, ModelError> {
        let answer = serde_json::from_str(&event.data).map_err(|_| error::unreadable(provider))?;
        self.add(provider, answer)
    }

    fn finish(self: Box<Self>, provider: &ProviderConfig) -> Result<Answer, ModelError> {
        // No end marker comes; an answer without a reason to stop was cut off.
        if self.reason.is_none() {
            return Err(error::broken_off(provider));
        }
        Parts::finish(*self, provider)
    }

    fn usage(&self) -> Usage {
        self.usage
    }
}

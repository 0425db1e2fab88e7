//! The dialects of the providers: how a call is written, how an answer, a stream and an error are read.
//!
//! Wire types are our own and go over `aos-outbound`, so that one client guards addresses, hides secrets and keeps
//! rates. Enumerations of all providers grow: what is not known is passed over, never refused.
//! Source: `contracts/ai.md` §1–5.

mod anthropic;
mod gemini;
mod openai;

use std::time::Duration;

use aos_capabilities::model::{
    Dialect, Message, ModelError, OutputSchema, ProviderConfig, StopReason, ToolCall, ToolSpec, Usage,
};
use aos_outbound::{RateKey, Request, Response};
use url::Url;

use crate::{error, sse::Event};

/// What is sent, whatever the dialect.
pub struct Call<'a> {
    pub provider: &'a ProviderConfig,
    pub model: &'a str,
    pub system: &'a str,
    pub messages: &'a [Message],
    pub tools: &'a [ToolSpec],
    pub output: Option<&'a OutputSchema>,
    pub max_output_tokens: u32,
    pub stream: bool,
}

/// What came back, whatever the dialect.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub text: String,
    pub tool_calls: Vec<ToolCall>,
    pub stop: StopReason,
    pub usage: Usage,
    /// The model that answered, as the provider names it.
    pub model: Option<String>,
}

/// A refusal or failure as an HTTP answer.
pub struct Failure<'a> {
    pub provider: &'a ProviderConfig,
    pub response: &'a Response,
    /// How long the provider asks to wait, from the usual header.
    pub retry_after: Option<Duration>,
}

/// One dialect.
pub trait Speak: Send + Sync {
    /// # Errors
    /// The provider's address can't be made into a request.
    fn request(&self, call: &Call<'_>) -> Result<Request, ModelError>;
    /// # Errors
    /// The body is not an answer of this dialect, or says that the model declined.
    fn answer(&self, provider: &ProviderConfig, body: &[u8]) -> Result<Answer, ModelError>;
    fn failure(&self, failure: &Failure<'_>) -> ModelError;
    fn stream(&self) -> Box<dyn Assemble>;
    /// The attribute `gen_ai.provider.name` of OpenTelemetry.
    fn otel_name(&self) -> &'static str;
}

/// Puts a streamed answer together.
pub trait Assemble: Send {
    /// The text that this event adds to the answer.
    ///
    /// # Errors
    /// The event says that the call failed.
    fn event(&mut self, provider: &ProviderConfig, event: &Event) -> Result<String, ModelError>;
    /// The whole answer, when the stream has ended.
    ///
    /// # Errors
    /// The stream ended before the answer did.
    fn finish(self: Box<Self>, provider: &ProviderConfig) -> Result<Answer, ModelError>;
    /// What the stream has told about usage so far.
    fn usage(&self) -> Usage;
}

/// The dialect's speaker; nothing for offline, which speaks to nobody.
pub fn speaker(dialect: Dialect) -> Option<&'static dyn Speak> {
    match dialect {
        Dialect::OpenAi => Some(&openai::OpenAi),
        Dialect::Anthropic => Some(&anthropic::Anthropic),
        Dialect::Gemini => Some(&gemini::Gemini),
        Dialect::Offline => None,
    }
}

/// The address under the provider's base URL, which may have a path and query of its own.
fn address(provider: &ProviderConfig, default: &str, path: &str) -> Result<Url, ModelError> {
    let base = provider.base_url.as_ref().map_or(default, Url::as_str);
    let base = base.split(['?', '#']).next().unwrap_or(base).trim_end_matches('/');
    Url::parse(&format!("{base}/{path}")).map_err(|_| {
        error::error(
            aos_capabilities::model::ModelErrorKind::BadRequest,
            aos_kernel::Retry::Never,
            format!("The base URL of the provider “{}” is not a web address.", provider.name),
            Some("Correct it on the Models page."),
        )
    })
}

/// What every request carries: the provider's extra headers, its time limit and its rate.
fn prepare(call: &Call<'_>, url: Url) -> Request {
    let provider = call.provider;
    // A model may think for minutes before its first byte: silence has no limit of its own.
    let mut request = Request::post(url).timeout(provider.timeout).idle_timeout(provider.timeout);
    if call.stream {
        request = request.header("accept", "text/event-stream");
    }
    for (name, value) in &provider.headers {
        request = request.secret_header(name, value);
    }
    if provider.requests_per_minute > 0 {
        request = request.rate_key(RateKey {
            account: format!("model:{}", provider.name),
            per_minute: provider.requests_per_minute,
        });
    }
    request
}

/// Arguments as the caller wants them: JSON; what a model wrote that is not JSON is kept as text, to be refused by name.
fn arguments(text: &str) -> serde_json::Value {
    if text.trim().is_empty() {
        return serde_json::json!({});
    }
    serde_json::from_str(text).unwrap_or_else(|_| serde_json::Value::String(text.to_owned()))
}

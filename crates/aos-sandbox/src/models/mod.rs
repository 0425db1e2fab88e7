//! Model APIs with scripted answers: OpenAI's chat completions, Anthropic's messages, Gemini's generateContent
//! (contract: `ai.md` §1–3). Without a script a default writer answers ([`writer`]), so that a whole journey works.

mod anthropic;
mod ask;
mod fit;
mod gemini;
mod openai;
mod script;
mod sse;
mod writer;

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use aos_kernel::Clock;
use axum::{
    Router,
    http::{HeaderMap, StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

pub use script::Script;

use crate::{
    console::{self, Console},
    faults::{Faults, Service},
    html::escape,
    log::RequestLog,
    observe::{self, Watch},
};
use ask::{Ask, Reply};

/// Models that the sandbox answers for: its own, and the vendors' families by the start of their names.
const FAMILIES: &[&str] = &["sandbox-writer", "gpt-", "o3", "o4", "claude-", "gemini-"];

/// Handle of the simulated model APIs. Cloning shares them.
#[derive(Clone)]
pub struct Models {
    shared: Arc<Shared>,
}

struct Shared {
    scripts: Mutex<VecDeque<Waiting>>,
    calls: AtomicU64,
    clock: Arc<dyn Clock>,
    origin: String,
}

/// A script and which call it waits for.
struct Waiting {
    /// Part of the system text, a message or the schema; none: the next call, whatever it is.
    when: Option<String>,
    script: Script,
}

impl Models {
    /// The only key that opens the sandbox models, in every dialect.
    pub const KEY: &'static str = "sandbox-model-key";
    /// The sandbox's own model.
    pub const MODEL: &'static str = "sandbox-writer";

    pub(crate) fn new(clock: Arc<dyn Clock>, origin: String) -> Self {
        let scripts = Mutex::new(VecDeque::new());
        Self { shared: Arc::new(Shared { scripts, calls: AtomicU64::new(0), clock, origin }) }
    }

    /// Address of the listener, without a slash at its end.
    pub fn url(&self) -> String {
        self.shared.origin.clone()
    }
    /// Base URL for an OpenAI-compatible client: `http://127.0.0.1:PORT/v1`.
    pub fn openai_url(&self) -> String {
        format!("{}/v1", self.shared.origin)
    }
    /// Base URL for an Anthropic client; it adds `/v1/messages`.
    pub fn anthropic_url(&self) -> String {
        self.shared.origin.clone()
    }
    /// Base URL for a Gemini client: `http://127.0.0.1:PORT/v1beta`.
    pub fn gemini_url(&self) -> String {
        format!("{}/v1beta", self.shared.origin)
    }

    /// The next call is answered by this script; several are used up in order, then the default writer answers.
    pub fn push(&self, script: Script) {
        self.lock().push_back(Waiting { when: None, script });
    }
    /// Waits for the next call that has `part` in its system text, a message or its schema, so that calls which run
    /// side by side can be told apart.
    pub fn push_when(&self, part: impl Into<String>, script: Script) {
        self.lock().push_back(Waiting { when: Some(part.into()), script });
    }
    /// Drops what was pushed.
    pub fn clear(&self) {
        self.lock().clear();
    }
    /// How many scripts wait.
    pub fn waiting(&self) -> usize {
        self.lock().len()
    }
    /// How many calls were answered, refusals included.
    pub fn calls(&self) -> u64 {
        self.shared.calls.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Waiting>> {
        self.shared.scripts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next_script(&self, ask: &Ask) -> Option<Script> {
        let mut scripts = self.lock();
        let at = scripts.iter().position(|waiting| waiting.when.as_ref().is_none_or(|part| ask.mentions(part)))?;
        if let Script::RepeatToolCall { .. } = scripts[at].script {
            return Some(scripts[at].script.clone());
        }
        scripts.remove(at).map(|waiting| waiting.script)
    }

    /// Answers a well-formed question, after the pause that a script asks for.
    async fn reply(&self, ask: &Ask) -> Reply {
        let mut script = self.next_script(ask).unwrap_or(Script::Default);
        while let Script::Slow { milliseconds, then } = script {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            script = *then;
        }
        script::carry_out(&script, ask).limited(ask.max_tokens)
    }

    /// Number of this call, for ids.
    fn count(&self) -> u64 {
        self.shared.calls.fetch_add(1, Ordering::Relaxed) + 1
    }
    /// Seconds since the epoch.
    fn seconds(&self) -> i64 {
        self.shared.clock.now().timestamp()
    }
}

/// Whether the sandbox answers for a model.
fn knows(model: &str) -> bool {
    FAMILIES.iter().any(|family| model.starts_with(family))
}

/// Every dialect on one listener, behind the log and the faults.
pub(crate) fn router(models: Models, faults: Faults, log: RequestLog) -> Router {
    let watch = Watch {
        service: Service::Models,
        faults: faults.clone(),
        log: log.clone(),
        path_of: observe::plain_path,
        refusal,
    };
    let shown = models.clone();
    let console = Console::new(Service::Models, faults, log, Arc::new(move || summary(&shown)));
    Router::new()
        .route("/v1/chat/completions", post(openai::complete))
        .route("/v1/messages", post(anthropic::complete))
        .route("/v1beta/models/{call}", post(gemini::complete))
        .route("/v1/models", get(list))
        .route("/v1beta/models", get(gemini::list))
        .fallback(async || {
            let body = json!({"error": {"message": "The sandbox has no such address.", "type": "not_found_error"}});
            (StatusCode::NOT_FOUND, axum::Json(body))
        })
        .with_state(models)
        .merge(console::router(console))
        .layer(middleware::from_fn_with_state(watch, observe::observe))
}

/// `/v1/models` belongs to two vendors; Anthropic's clients are known by their version header.
async fn list(headers: HeaderMap) -> Response {
    if headers.contains_key("anthropic-version") { anthropic::list(&headers) } else { openai::list(&headers) }
}

/// Whether `Authorization: Bearer` carries the key.
fn has_bearer(headers: &HeaderMap) -> bool {
    headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .is_some_and(|key| key == Models::KEY)
}

/// Whether a header of its own carries the key.
fn has_key(headers: &HeaderMap, name: &str) -> bool {
    headers.get(name).is_some_and(|value| value.as_bytes() == Models::KEY.as_bytes())
}

/// An answer with a JSON body and `Retry-After` where a script gave one.
fn answer(status: StatusCode, retry_after: Option<u64>, body: Value) -> Response {
    let mut response = (status, axum::Json(body)).into_response();
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// A fault's error body: the fields of all dialects side by side, since a fault does not know who asks.
fn refusal(status: StatusCode) -> Value {
    let (kind, code, name) = match status.as_u16() {
        401 => ("authentication_error", "invalid_api_key", "UNAUTHENTICATED"),
        403 => ("permission_error", "permission_denied", "PERMISSION_DENIED"),
        404 => ("not_found_error", "model_not_found", "NOT_FOUND"),
        429 => ("rate_limit_error", "rate_limit_exceeded", "RESOURCE_EXHAUSTED"),
        503 | 529 => ("overloaded_error", "slow_down", "UNAVAILABLE"),
        _ => ("api_error", "server_error", "INTERNAL"),
    };
    let message = "The sandbox simulates this failure.";
    json!({"type": "error", "error": {"type": kind, "message": message, "code": code, "param": null, "status": name},
        "request_id": "req_sandbox"})
}

fn summary(models: &Models) -> String {
    format!(
        "<p>{} calls so far; {} scripted answers wait. Key: <code>{}</code>, model: <code>{}</code>.</p>\
         <p>OpenAI: <code>{}</code> · Anthropic: <code>{}</code> · Gemini: <code>{}</code></p>",
        models.calls(),
        models.waiting(),
        Models::KEY,
        Models::MODEL,
        escape(&models.openai_url()),
        escape(&models.anthropic_url()),
        escape(&models.gemini_url())
    )
}

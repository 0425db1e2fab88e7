//! A provider that answers by script over real HTTP, a ledger that remembers, and a sleeper that does not sleep.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use aos_capabilities::model::{
    DeltaSink, Dialect, Ledger, LedgerCall, Message, ModelError, ModelErrorKind, ModelRequest, OutputSchema, Price,
    ProviderConfig, ProviderSource, Purpose, Usage,
};
use aos_kernel::{Id, LedgerEntryId, MicroUsd, Retry, Secret, SystemClock};
use aos_llm::{Gateway, Sleeper};
use aos_outbound::{HostRule, Outbound, OutboundConfig};
use async_trait::async_trait;
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tokio::sync::Notify;

/// Must never be seen anywhere but in the header that it is for.
pub const CANARY: &str = "sk-canary-7f3a9c";

/// One answer of the script.
pub enum Answer {
    Json(u16, Value),
    WithHeader(u16, &'static str, &'static str, Value),
    /// `text/event-stream` with these `data:` lines, and `event:` lines where a name is given.
    Events(Vec<(&'static str, Value)>),
    /// Events as they are on the wire.
    Raw(&'static str, String),
    /// The connection stays silent.
    Silence,
}

/// A request that came in.
#[derive(Clone, Debug)]
pub struct Seen {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Value,
}

#[derive(Default)]
struct Script {
    answers: Mutex<VecDeque<Answer>>,
    seen: Mutex<Vec<Seen>>,
    came_in: Notify,
}

/// The server; it stops with the test's runtime.
pub struct Server {
    script: Arc<Script>,
    pub address: String,
}

impl Server {
    pub async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let script = Arc::new(Script { answers: Mutex::new(answers.into_iter().collect()), ..Script::default() });
        let app = Router::new().fallback(answer).with_state(script.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { script, address }
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.script.seen.lock().unwrap().clone()
    }

    pub async fn request_came_in(&self) {
        self.script.came_in.notified().await;
    }

    pub fn provider(&self, name: &str, dialect: Dialect) -> ProviderConfig {
        let path = match dialect {
            Dialect::OpenAi => "/v1",
            Dialect::Gemini => "/v1beta",
            Dialect::Anthropic | Dialect::Offline => "",
        };
        ProviderConfig {
            name: name.to_owned(),
            dialect,
            base_url: Some(format!("http://{}{path}", self.address).parse().unwrap()),
            key: Some(Secret::new(CANARY)),
            model: "model-1".to_owned(),
            headers: vec![("cf-aig-authorization".to_owned(), Secret::new(format!("Bearer {CANARY}")))],
            price: Price {
                input: MicroUsd::from_usd(2.0),
                cached_input: MicroUsd::from_usd(0.5),
                output: MicroUsd::from_usd(10.0),
            },
            timeout: Duration::from_secs(20),
            max_attempts: 3,
            requests_per_minute: 0,
        }
    }
}

async fn answer(State(script): State<Arc<Script>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    script.seen.lock().unwrap().push(Seen { path: uri.to_string(), headers, body });
    script.came_in.notify_one();
    let next = script.answers.lock().unwrap().pop_front();
    match next {
        Some(Answer::Json(status, body)) => (StatusCode::from_u16(status).unwrap(), axum::Json(body)).into_response(),
        Some(Answer::WithHeader(status, name, value, body)) => {
            (StatusCode::from_u16(status).unwrap(), [(name, value)], axum::Json(body)).into_response()
        }
        Some(Answer::Events(events)) => {
            let text: String = events
                .iter()
                .map(|(name, data)| {
                    let data = data.as_str().map_or_else(|| data.to_string(), str::to_owned);
                    if name.is_empty() {
                        format!("data: {data}\n\n")
                    } else {
                        format!("event: {name}\ndata: {data}\n\n")
                    }
                })
                .collect();
            ([(header::CONTENT_TYPE, "text/event-stream")], text).into_response()
        }
        Some(Answer::Raw(kind, text)) => (StatusCode::OK, [(header::CONTENT_TYPE, kind)], text).into_response(),
        Some(Answer::Silence) => std::future::pending().await,
        None => (StatusCode::IM_A_TEAPOT, "the script has ended").into_response(),
    }
}

/// An entry of the ledger.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub call: String,
    pub at_most: MicroUsd,
    /// Usage, cost, failed.
    pub settled: Option<(Usage, MicroUsd, bool)>,
}

#[derive(Default)]
pub struct Book {
    entries: Mutex<Vec<(LedgerEntryId, Entry)>>,
    refuse: bool,
    settled: Notify,
}

impl Book {
    /// The budget is used up.
    pub fn refusing() -> Self {
        Self { refuse: true, ..Self::default() }
    }

    pub fn entries(&self) -> Vec<Entry> {
        self.entries.lock().unwrap().iter().map(|(_, entry)| entry.clone()).collect()
    }

    pub async fn next_settlement(&self) {
        self.settled.notified().await;
    }

    /// What every path must leave behind: nothing open, nothing above what was set aside.
    pub fn assert_closed(&self, attempts: usize) {
        let entries = self.entries();
        assert_eq!(entries.len(), attempts, "{entries:#?}");
        for entry in entries {
            let (_, cost, _) = entry.settled.unwrap_or_else(|| panic!("not settled: {entry:?}"));
            assert!(cost <= entry.at_most, "{entry:?}");
        }
    }
}

#[async_trait]
impl Ledger for Book {
    async fn reserve(&self, call: &LedgerCall, at_most: MicroUsd) -> Result<LedgerEntryId, ModelError> {
        if self.refuse {
            return Err(ModelError {
                kind: ModelErrorKind::BudgetExceeded,
                retry: Retry::Never,
                message: "The month's budget of Velo Nord is used up.".into(),
                help: None,
            });
        }
        let id: LedgerEntryId = Id::new();
        let call = format!("{}/{}", call.provider, call.model);
        self.entries.lock().unwrap().push((id, Entry { call, at_most, settled: None }));
        Ok(id)
    }

    async fn settle(&self, entry: LedgerEntryId, usage: Usage, cost: MicroUsd, failed: bool) -> Result<(), ModelError> {
        let mut entries = self.entries.lock().unwrap();
        let found = entries.iter_mut().find(|(id, _)| *id == entry).expect("a known entry");
        assert!(found.1.settled.is_none(), "settled twice");
        found.1.settled = Some((usage, cost, failed));
        self.settled.notify_one();
        Ok(())
    }
}

pub struct Providers(pub Vec<ProviderConfig>);

#[async_trait]
impl ProviderSource for Providers {
    async fn providers(&self) -> Result<Vec<ProviderConfig>, aos_kernel::Error> {
        Ok(self.0.clone())
    }
}

#[derive(Default)]
pub struct Pauses(Mutex<Vec<Duration>>);

impl Pauses {
    pub fn all(&self) -> Vec<Duration> {
        self.0.lock().unwrap().clone()
    }
}

#[async_trait]
impl Sleeper for Pauses {
    async fn sleep(&self, pause: Duration) {
        self.0.lock().unwrap().push(pause);
    }
}

#[derive(Default)]
pub struct Deltas(Mutex<Vec<String>>);

impl Deltas {
    pub fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl DeltaSink for Deltas {
    fn delta(&self, text: &str) {
        self.0.lock().unwrap().push(text.to_owned());
    }
}

/// A gateway over these providers, with what it leaves behind.
pub struct Bench {
    pub gateway: Gateway,
    pub book: Arc<Book>,
    pub pauses: Arc<Pauses>,
}

pub fn bench(providers: Vec<ProviderConfig>) -> Bench {
    bench_with(providers, Book::default())
}

pub fn bench_with(providers: Vec<ProviderConfig>, book: Book) -> Bench {
    let allow = vec!["127.0.0.1".parse::<HostRule>().unwrap()];
    let outbound = Outbound::new(OutboundConfig { allow, ..OutboundConfig::default() }).unwrap();
    let (book, pauses) = (Arc::new(book), Arc::new(Pauses::default()));
    let gateway = Gateway::new(outbound, Arc::new(Providers(providers)), book.clone(), Arc::new(SystemClock))
        .with_sleeper(pauses.clone());
    Bench { gateway, book, pauses }
}

pub fn request() -> ModelRequest {
    ModelRequest {
        tenant: Id::new(),
        run: Id::new(),
        purpose: Purpose::Article,
        model: None,
        system: "You write for Velo Nord.".into(),
        messages: vec![Message::User { text: "Write about rims.".into() }],
        tools: Vec::new(),
        output: None,
        max_output_tokens: 500,
        material: None,
        run_budget: MicroUsd::from_usd(1.0),
    }
}

/// A schema with one integer.
pub fn number_schema() -> OutputSchema {
    OutputSchema {
        name: "number".into(),
        schema: json!({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}),
    }
}

/// A chat completion with usage of 100 tokens in (40 cached) and 20 out.
pub fn completion(text: &str) -> Value {
    json!({
        "id": "chatcmpl-1", "object": "chat.completion", "model": "model-1-2026",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 40}},
    })
}

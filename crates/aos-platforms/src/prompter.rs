//! A vendor that answers what a test wrote down, and remembers what it was asked.

use std::sync::Arc;

use aos_capabilities::{
    Account,
    connect::{OAuthApp, Tokens, Visit},
};
use aos_kernel::{ChannelId, Clock, Secret, TenantId, Timestamp};
use aos_outbound::{Exchange, Outbound, RecordedBody, RecordedRequest, RecordedResponse, Recorder, redacted};
use serde_json::Value;
use url::Url;

use crate::Vendor;

/// One answer, and the request that it is for.
pub(crate) struct Answer {
    method: &'static str,
    url: String,
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Value,
}

impl Answer {
    pub fn get(url: impl Into<String>, status: u16, body: Value) -> Self {
        Self::to("GET", url, status, body)
    }
    pub fn post(url: impl Into<String>, status: u16, body: Value) -> Self {
        Self::to("POST", url, status, body)
    }
    pub fn to(method: &'static str, url: impl Into<String>, status: u16, body: Value) -> Self {
        Self { method, url: url.into(), status, headers: Vec::new(), body }
    }
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// The answers in their order.
pub(crate) struct Rehearsal {
    outbound: Outbound,
    recorder: Recorder,
}

impl Rehearsal {
    pub fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        let exchanges = answers.into_iter().map(|answer| Exchange {
            request: RecordedRequest {
                method: answer.method.to_owned(),
                url: redacted(&Url::parse(&answer.url).unwrap()),
                headers: Default::default(),
                body: None,
            },
            response: Some(RecordedResponse {
                status: answer.status,
                headers: answer.headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
                body: (!answer.body.is_null()).then_some(RecordedBody::Json(answer.body)),
            }),
            failure: None,
        });
        let recorder = Recorder::default();
        let outbound = Outbound::rehearsing(exchanges.collect(), recorder.clone()).unwrap();
        Self { outbound, recorder }
    }

    pub fn vendor(&self) -> Vendor {
        Vendor::new(self.outbound.clone(), Arc::new(StandingClock))
    }
    pub fn outbound(&self) -> Outbound {
        self.outbound.clone()
    }
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(StandingClock)
    }
    /// What left the client so far, without secrets.
    pub fn sent(&self) -> Vec<RecordedRequest> {
        self.recorder.exchanges().into_iter().map(|exchange| exchange.request).collect()
    }
}

struct StandingClock;

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        now()
    }
}

/// The moment at which all of it takes place.
pub(crate) fn now() -> Timestamp {
    "2030-03-04T09:00:00Z".parse().unwrap()
}

pub(crate) fn app() -> OAuthApp {
    OAuthApp {
        client_id: "agency-os".to_owned(),
        client_secret: Secret::new("sandbox-client-secret"),
        redirect: Url::parse("http://127.0.0.1:8080/back").unwrap(),
    }
}

pub(crate) fn visit() -> Visit {
    Visit { state: Secret::new("the-state"), verifier: Secret::new("v".repeat(43)) }
}

/// Tokens with these permissions.
pub(crate) fn tokens(scopes: &[&str]) -> Tokens {
    Tokens {
        access: Secret::new("the-access"),
        refresh: Some(Secret::new("the-refresh")),
        expires_at: None,
        refresh_expires_at: None,
        scopes: Some(scopes.iter().map(|scope| (*scope).to_owned()).collect()),
    }
}

pub(crate) fn account(settings: Value) -> Account {
    Account {
        tenant: TenantId::new(),
        channel: ChannelId::new(),
        base_url: Url::parse("https://vendor.test/").unwrap(),
        login: None,
        secret: Secret::new("the-access"),
        settings,
    }
}

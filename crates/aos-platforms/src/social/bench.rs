//! What the tests of the social clients share: a moment, an account, a post, and answers written from the contract.

use std::sync::Arc;

use aos_capabilities::{
    Account,
    connect::{OAuthApp, Tokens, Visit},
    post::{MediaKind, Post, PostMedia},
};
use aos_kernel::{ChannelId, Clock, ContentItemId, Secret, TenantId, Timestamp};
use aos_outbound::{Exchange, HeaderMap, Outbound, Recorder, Response};
use serde_json::{Value, json};

use crate::Vendor;

/// A clock that stands still.
struct StandingClock;
impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        now()
    }
}

/// The moment at which all tests take place.
pub(crate) fn now() -> Timestamp {
    "2030-03-04T09:00:00Z".parse().unwrap()
}

/// Answers in the order in which they are asked for, and what was asked.
pub(crate) struct Rehearsal {
    pub vendor: Vendor,
    recorder: Recorder,
}

/// Each line: method, address, and the answer's status, headers and body.
pub(crate) fn rehearse(exchanges: &[(&str, &str, u16, Value, Value)]) -> Rehearsal {
    let exchanges: Vec<Exchange> = exchanges
        .iter()
        .map(|(method, url, status, headers, body)| {
            let mut response = json!({"status": status, "headers": headers});
            if !body.is_null() {
                response["body"] = json!({"json": body});
            }
            serde_json::from_value(json!({"request": {"method": method, "url": url}, "response": response})).unwrap()
        })
        .collect();
    play(exchanges)
}

/// The same with exchanges that are whole.
pub(crate) fn play(exchanges: Vec<Exchange>) -> Rehearsal {
    let recorder = Recorder::default();
    let outbound = Outbound::rehearsing(exchanges, recorder.clone()).unwrap();
    Rehearsal { vendor: Vendor::new(outbound, Arc::new(StandingClock)), recorder }
}

/// An exchange in which nothing came back although it was sent.
pub(crate) fn lost(method: &str, url: &str) -> Exchange {
    let failure = json!({"kind": "timeout", "sent": "maybe", "message": "There was no answer within 30 seconds."});
    serde_json::from_value(json!({"request": {"method": method, "url": url}, "failure": failure})).unwrap()
}

/// An exchange with an answer.
pub(crate) fn answered(method: &str, url: &str, status: u16, body: Value) -> Exchange {
    let response = json!({"status": status, "body": {"json": body}});
    serde_json::from_value(json!({"request": {"method": method, "url": url}, "response": response})).unwrap()
}

impl Rehearsal {
    /// What left, as it left.
    pub fn requests(&self) -> Value {
        let exchanges = self.recorder.exchanges();
        serde_json::to_value(exchanges.iter().map(|exchange| &exchange.request).collect::<Vec<_>>()).unwrap()
    }
    /// How many requests left.
    pub fn count(&self) -> usize {
        self.recorder.exchanges().len()
    }
}

/// An answer by itself, for the pure functions.
pub(crate) fn answer(status: u16, body: &str) -> Response {
    Response {
        status,
        headers: HeaderMap::new(),
        final_url: "https://a.test/".parse().unwrap(),
        redirects: Vec::new(),
        body: body.to_owned().into(),
        truncated: false,
        elapsed: std::time::Duration::ZERO,
    }
}

pub(crate) fn account(settings: Value) -> Account {
    Account {
        tenant: TenantId::new(),
        channel: ChannelId::new(),
        base_url: "https://a.test/".parse().unwrap(),
        login: None,
        secret: Secret::new("canary-token"),
        settings,
    }
}

pub(crate) fn app() -> OAuthApp {
    OAuthApp {
        client_id: "agency-os".to_owned(),
        client_secret: Secret::new("canary-secret"),
        redirect: "https://agency.test/connect/back".parse().unwrap(),
    }
}

pub(crate) fn visit() -> Visit {
    Visit {
        state: Secret::new("state-1"),
        // The example of RFC 7636, appendix B.
        verifier: Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
    }
}

pub(crate) fn tokens(refresh: Option<&str>) -> Tokens {
    Tokens {
        access: Secret::new("canary-token"),
        refresh: refresh.map(Secret::new),
        expires_at: None,
        refresh_expires_at: None,
        scopes: None,
    }
}

pub(crate) fn post(text: &str) -> Post {
    Post {
        item: ContentItemId::new(),
        text: text.to_owned(),
        title: None,
        link: None,
        media: Vec::new(),
        action: None,
        language: None,
    }
}

pub(crate) fn media(kind: MediaKind, file_name: &str, content_type: &str) -> PostMedia {
    PostMedia {
        kind,
        file_name: file_name.to_owned(),
        content_type: content_type.to_owned(),
        bytes: vec![0xFF, 0xD8, 0xFF, 0xE0, 7].into(),
        public_url: Some(format!("https://media.agency.test/{file_name}").parse().unwrap()),
        alt: "A garden office under a birch".to_owned(),
        width: Some(1200),
        height: Some(900),
    }
}

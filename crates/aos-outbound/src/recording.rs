//! Exchanges as files: what was sent and what came back, without secrets, to be looked at and to be played again.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::{
    OutboundError, OutboundErrorKind, Sent,
    redact::{HIDDEN, is_telling, redact_form, redact_json, redacted},
    request::{Body, Request},
};

/// Headers that differ from day to day or from server to server and mean nothing to a client.
const LEFT_OUT: &[&str] = &[
    "date",
    "server",
    "x-powered-by",
    "connection",
    "keep-alive",
    "transfer-encoding",
    "content-length",
    "vary",
    "content-encoding",
    "set-cookie",
];

/// One request and what became of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Exchange {
    pub request: RecordedRequest,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<RecordedResponse>,
    /// Instead of a response: nothing came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<RecordedFailure>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecordedRequest {
    pub method: String,
    pub url: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<RecordedBody>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecordedResponse {
    pub status: u16,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<RecordedBody>,
}

/// No answer, and why.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecordedFailure {
    pub kind: OutboundErrorKind,
    pub sent: Sent,
    pub message: String,
}

/// A body in the form that is easiest to read.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordedBody {
    Json(Value),
    Text(String),
    Base64(String),
    /// Of a request: its size in bytes stands for it.
    Binary(usize),
    /// Of a request: name, file name and size in bytes of each part.
    Multipart(Vec<(String, Option<String>, usize)>),
}

/// Keeps every exchange of the [`Outbound`](crate::Outbound) it was given to. Clones share what they keep.
#[derive(Clone, Default)]
pub struct Recorder(Arc<Mutex<Vec<Exchange>>>);

impl Recorder {
    /// What was kept so far, in the order in which the answers came.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
    /// The same, and begins anew.
    pub fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
    pub(crate) fn keep(&self, exchange: Exchange) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
    }
}
impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recorder({} exchanges)", self.exchanges().len())
    }
}

/// Recorded answers, given out in the order in which they were recorded.
pub(crate) struct Tape(Mutex<VecDeque<Exchange>>);

impl Tape {
    pub fn new(exchanges: Vec<Exchange>) -> Self {
        Self(Mutex::new(exchanges.into()))
    }
    /// The answer to this request, which has to be the next one of the recording.
    pub fn answer(&self, request: &Request) -> Result<(u16, HeaderMap, Bytes), OutboundError> {
        let asked = (request.method.as_str(), redacted(&request.url));
        let mut exchanges = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = exchanges.front().map(|exchange| (exchange.request.method.clone(), exchange.request.url.clone()));
        let fits = next.as_ref().is_some_and(|(method, url)| method == asked.0 && *url == asked.1);
        let Some(exchange) = exchanges.pop_front_if(|_| fits) else {
            let next = next.map_or("nothing".to_owned(), |(method, url)| format!("{method} {url}"));
            let message = format!("The recording expects {next}, not {} {}.", asked.0, asked.1);
            return Err(OutboundError::unsent(OutboundErrorKind::Connect, message));
        };
        match (exchange.response, exchange.failure) {
            (Some(response), _) => response.into_parts(&request.url),
            (None, Some(RecordedFailure { kind, sent, message })) => Err(OutboundError { kind, sent, message }),
            (None, None) => {
                let message = format!("The recording has no answer to {} {}.", asked.0, asked.1);
                Err(OutboundError::unsent(OutboundErrorKind::Connect, message))
            }
        }
    }
}

impl Exchange {
    pub(crate) fn new(request: &Request, outcome: Result<(u16, &HeaderMap, &[u8]), &OutboundError>) -> Self {
        let (response, failure) = match outcome {
            Ok((status, headers, body)) => {
                (Some(RecordedResponse { status, headers: headers_of(headers), body: body_of(body, headers) }), None)
            }
            Err(error) => {
                let message = error.message.clone();
                (None, Some(RecordedFailure { kind: error.kind, sent: error.sent, message }))
            }
        };
        Self { request: RecordedRequest::of(request), response, failure }
    }
}

impl RecordedRequest {
    fn of(request: &Request) -> Self {
        let body = match &request.body {
            Body::None => None,
            Body::Bytes(bytes) => body_of(bytes, &request.headers).map(|body| match body {
                RecordedBody::Base64(_) => RecordedBody::Binary(bytes.len()),
                readable => readable,
            }),
            Body::Multipart(parts) => Some(RecordedBody::Multipart(
                parts.iter().map(|part| (part.name.clone(), part.file_name.clone(), part.bytes.len())).collect(),
            )),
        };
        Self {
            method: request.method.to_string(),
            url: redacted(&request.url),
            headers: headers_of(&request.headers),
            body,
        }
    }
}

impl RecordedResponse {
    fn into_parts(self, url: &Url) -> Result<(u16, HeaderMap, Bytes), OutboundError> {
        let broken = |what: &str| OutboundError::bad_body(url, format!("the recording holds {what}"));
        let mut headers = HeaderMap::new();
        for (name, value) in self.headers {
            let name = HeaderName::try_from(name).map_err(|_| broken("an impossible header"))?;
            headers.append(name, HeaderValue::try_from(value).map_err(|_| broken("an impossible header"))?);
        }
        let body = match self.body {
            None => Bytes::new(),
            Some(RecordedBody::Json(value)) => Bytes::from(value.to_string()),
            Some(RecordedBody::Text(text)) => Bytes::from(text),
            Some(RecordedBody::Base64(text)) => {
                Bytes::from(BASE64_STANDARD.decode(text).map_err(|_| broken("broken base64"))?)
            }
            Some(RecordedBody::Binary(_) | RecordedBody::Multipart(_)) => return Err(broken("a body of a request")),
        };
        Ok((self.status, headers, body))
    }
}

fn headers_of(headers: &HeaderMap) -> BTreeMap<String, String> {
    headers
        .iter()
        .filter(|(name, _)| !LEFT_OUT.contains(&name.as_str()))
        .map(|(name, value)| {
            let shown = if value.is_sensitive() || is_telling(name.as_str()) {
                HIDDEN.to_owned()
            } else {
                String::from_utf8_lossy(value.as_bytes()).into_owned()
            };
            (name.to_string(), shown)
        })
        .collect()
}

fn body_of(body: &[u8], headers: &HeaderMap) -> Option<RecordedBody> {
    if body.is_empty() {
        return None;
    }
    let content_type = headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let Ok(text) = std::str::from_utf8(body) else { return Some(RecordedBody::Base64(BASE64_STANDARD.encode(body))) };
    if content_type.starts_with("application/x-www-form-urlencoded") {
        return Some(RecordedBody::Text(redact_form(text)));
    }
    Some(match serde_json::from_str::<Value>(text) {
        Ok(mut value) if value.is_object() || value.is_array() => {
            redact_json(&mut value);
            RecordedBody::Json(value)
        }
        _ => RecordedBody::Text(text.to_owned()),
    })
}

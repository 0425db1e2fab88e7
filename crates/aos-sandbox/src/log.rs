//! What was asked of a sandbox service, for tests and for the console page. Credentials are left out.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::HeaderMap;

use crate::faults::Service;

/// Oldest entries go first beyond this many, so that a long demonstration does not grow without end.
const KEPT: usize = 2_000;
/// Bodies are kept up to this many bytes; uploads are long and not text.
const BODY_KEPT: usize = 256 * 1024;
const REDACTED: &[&str] = &["authorization", "cookie", "x-api-key", "x-goog-api-key", "cf-aig-authorization"];

/// One request and how it was answered.
#[derive(Clone, Debug)]
pub struct LoggedRequest {
    /// Counts from 1 over all services of the sandbox.
    pub number: u64,
    pub service: Service,
    pub method: String,
    /// Path and query as sent.
    pub path: String,
    /// Names in lower case; values of credentials replaced by `[redacted]`.
    pub headers: Vec<(String, String)>,
    /// The text of the body; bytes that are not UTF-8 are replaced, and a long body is cut.
    pub body: String,
    /// Status of the answer; none while it is being made and when the connection was dropped.
    pub status: Option<u16>,
    /// The fault that it met, in words.
    pub fault: Option<String>,
}

impl LoggedRequest {
    /// Value of a header by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
    /// The body as JSON, where it is JSON.
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_str(&self.body).ok()
    }
}

/// The requests of a sandbox, oldest first. Cloning shares the log.
#[derive(Clone, Debug, Default)]
pub struct RequestLog {
    entries: Arc<Mutex<Entries>>,
}

#[derive(Debug, Default)]
struct Entries {
    count: u64,
    kept: std::collections::VecDeque<LoggedRequest>,
}

impl RequestLog {
    pub fn all(&self) -> Vec<LoggedRequest> {
        self.lock().kept.iter().cloned().collect()
    }
    pub fn of(&self, service: Service) -> Vec<LoggedRequest> {
        self.lock().kept.iter().filter(|r| r.service == service).cloned().collect()
    }
    /// Requests of a method whose path (with its query) contains the given part.
    pub fn matching(&self, method: &str, path_part: &str) -> Vec<LoggedRequest> {
        self.lock().kept.iter().filter(|r| r.method == method && r.path.contains(path_part)).cloned().collect()
    }
    pub fn clear(&self) {
        self.lock().kept.clear();
    }

    pub(crate) fn add(&self, service: Service, method: &str, path: &str, headers: &HeaderMap, body: &[u8]) -> u64 {
        let headers = headers
            .iter()
            .map(|(name, value)| {
                let shown = if REDACTED.contains(&name.as_str()) {
                    "[redacted]".to_owned()
                } else {
                    String::from_utf8_lossy(value.as_bytes()).into_owned()
                };
                (name.as_str().to_owned(), shown)
            })
            .collect();
        let body = String::from_utf8_lossy(&body[..body.len().min(BODY_KEPT)]).into_owned();
        let mut entries = self.lock();
        entries.count += 1;
        let number = entries.count;
        if entries.kept.len() == KEPT {
            entries.kept.pop_front();
        }
        entries.kept.push_back(LoggedRequest {
            number,
            service,
            method: method.to_owned(),
            path: path.to_owned(),
            headers,
            body,
            status: None,
            fault: None,
        });
        number
    }

    pub(crate) fn conclude(&self, number: u64, status: Option<u16>, fault: Option<String>) {
        if let Some(entry) = self.lock().kept.iter_mut().rev().find(|entry| entry.number == number) {
            entry.status = status;
            entry.fault = fault;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! Refusals in X's shape: `application/problem+json` (contract 2.4).

use axum::{http::StatusCode, response::Response};
use serde_json::{Value, json};

use super::super::call;

/// Why a call was refused.
#[derive(Debug)]
pub(super) struct Refused {
    status: u16,
    body: Value,
}

fn problem(name: &str) -> String {
    format!("https://api.x.com/2/problems/{name}")
}

impl Refused {
    fn new(status: u16, kind: impl Into<String>, title: &str, detail: impl Into<String>) -> Self {
        let (kind, detail): (String, String) = (kind.into(), detail.into());
        Self { status, body: json!({"type": kind, "title": title, "status": status, "detail": detail}) }
    }
    /// A parameter or a field is wrong; `name` is which.
    pub(super) fn invalid(name: &str, message: impl Into<String>) -> Self {
        let detail = "One or more parameters to your request was invalid.";
        let mut refused = Self::new(400, problem("invalid-request"), "Invalid Request", detail);
        refused.body["errors"] = json!([{"message": message.into(), "parameters": {name: []}}]);
        refused
    }
    pub(super) fn unauthorized() -> Self {
        Self::new(401, "about:blank", "Unauthorized", "Unauthorized")
    }
    pub(super) fn forbidden(detail: &str) -> Self {
        Self::new(403, "about:blank", "Forbidden", detail)
    }
    pub(super) fn scope() -> Self {
        Self::forbidden("You are not permitted to perform this action.")
    }
    pub(super) fn not_found(what: &str, id: &str) -> Self {
        let detail = format!("Could not find {what} with id: [{id}].");
        Self::new(404, problem("resource-not-found"), "Not Found Error", detail)
    }
    pub(super) fn too_many() -> Self {
        Self::new(429, problem("rate-limit-exceeded"), "Too Many Requests", "Too Many Requests")
    }
    pub(super) fn capped() -> Self {
        Self::new(429, problem("usage-capped"), "UsageCapExceeded", "Usage cap exceeded: Monthly product cap")
    }

    pub(super) fn answer(self) -> Response {
        call::with(call::json(self.status, self.body), "content-type", "application/problem+json")
    }
}

/// What a good answer says about one thing that it could not give.
pub(super) fn partial(name: &str, title: &str, parameter: &str, id: &str) -> Value {
    json!({"type": problem(name), "title": title, "detail": format!("{title}: [{id}]."), "value": id,
        "parameter": parameter, "resource_id": id, "resource_type": "tweet"})
}

/// The shape of a fault.
pub(super) fn refusal(status: StatusCode) -> Value {
    let title = status.canonical_reason().unwrap_or("Error");
    let kind = if status.as_u16() == 429 { problem("rate-limit-exceeded") } else { "about:blank".to_owned() };
    json!({"type": kind, "title": title, "status": status.as_u16(), "detail": title})
}

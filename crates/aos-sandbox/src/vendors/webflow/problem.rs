//! Errors as Webflow tells them.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// Why a call is refused.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub(super) http: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) details: Vec<Value>,
}

impl Problem {
    fn new(http: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { http, code, message: message.into(), details: Vec::new() }
    }
    pub(super) fn bad_request(words: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", words)
    }
    /// Fields that do not hold what they must, each with why.
    pub(super) fn validation(wrong: &[(String, String)]) -> Self {
        let details = wrong.iter().map(|(param, words)| json!({"param": param, "description": words})).collect();
        Self { details, ..Self::new(StatusCode::BAD_REQUEST, "validation_error", "Validation Error") }
    }
    pub(super) fn field(param: &str, words: &str) -> Self {
        Self::validation(&[(param.to_owned(), words.to_owned())])
    }
    pub(super) fn not_authorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "not_authorized", "Request not authorized")
    }
    pub(super) fn scope(scope: &str) -> Self {
        let words = format!("OAuthForbidden: You are missing the following scopes - {scope}");
        Self::new(StatusCode::FORBIDDEN, "missing_scopes", words)
    }
    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "resource_not_found", "Requested resource not found")
    }
    pub(super) fn conflict(words: &str) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", words)
    }
    pub(super) fn too_many() -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "Too Many Requests")
    }

    /// What a fault of the sandbox looks like.
    pub(super) fn fault(http: StatusCode) -> Self {
        let code = match http.as_u16() {
            400 => "bad_request",
            401 => "not_authorized",
            403 => "forbidden",
            404 => "resource_not_found",
            409 => "conflict",
            429 => "too_many_requests",
            503 => "service_unavailable",
            _ => "internal_error",
        };
        Self::new(http, code, "The sandbox refuses on purpose.")
    }

    pub(super) fn body(&self) -> Value {
        json!({"code": self.code, "message": self.message, "externalReference": null, "details": self.details})
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.http, Json(self.body())).into_response()
    }
}

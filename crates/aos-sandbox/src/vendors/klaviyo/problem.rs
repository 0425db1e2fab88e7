//! Errors of Klaviyo (contract 2.2): JSON:API, with a code and often a pointer.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use uuid::Uuid;

/// What a call comes to: status and body, where there is one.
pub(super) type Outcome = Result<(u16, Option<Value>), Problem>;

#[derive(Clone, Debug)]
pub(super) struct Problem {
    status: u16,
    code: &'static str,
    title: &'static str,
    detail: String,
    pointer: Option<String>,
    retry_after: Option<u64>,
}

impl Problem {
    fn new(status: u16, code: &'static str, title: &'static str, detail: &str) -> Self {
        Self { status, code, title, detail: detail.to_owned(), pointer: None, retry_after: None }
    }
    pub(super) fn invalid(pointer: &str, detail: &str) -> Self {
        Self { pointer: Some(pointer.to_owned()), ..Self::new(400, "invalid", "Invalid input.", detail) }
    }
    pub(super) fn revision(detail: &str) -> Self {
        Self::new(400, "invalid_revision", "Invalid revision.", detail)
    }
    pub(super) fn retired() -> Self {
        Self::new(410, "revision_retired", "Gone.", "This revision is no longer served.")
    }
    pub(super) fn nobody(given: bool) -> Self {
        if given {
            return Self::new(
                401,
                "authentication_failed",
                "Incorrect authentication credentials.",
                "The key or token is not valid.",
            );
        }
        Self::new(
            401,
            "not_authenticated",
            "Authentication credentials were not provided.",
            "Missing or malformed Authorization header.",
        )
    }
    pub(super) fn scope(scope: &str) -> Self {
        let detail = format!("Your token does not have the scope {scope}.");
        Self::new(403, "permission_denied", "You do not have permission to perform this action.", &detail)
    }
    pub(super) fn not_found() -> Self {
        Self::new(404, "not_found", "Not found.", "A resource with this id does not exist.")
    }
    pub(super) fn method() -> Self {
        Self::new(405, "method_not_allowed", "Method not allowed.", "This method is not allowed here.")
    }
    pub(super) fn media_type() -> Self {
        Self::new(415, "unsupported_media_type", "Unsupported media type.", "application/vnd.api+json is wanted here.")
    }
    pub(super) fn conflict(detail: &str) -> Self {
        Self::new(409, "conflict", "Conflict.", detail)
    }
    pub(super) fn throttled(seconds: u64) -> Self {
        let detail = format!("Request was throttled. Expected available in {seconds} seconds.");
        Self { retry_after: Some(seconds), ..Self::new(429, "throttled", "Request was throttled.", &detail) }
    }

    pub(super) fn is_throttled(&self) -> bool {
        self.status == 429
    }

    fn body(&self) -> Value {
        let source = self.pointer.as_ref().map_or_else(|| json!({}), |pointer| json!({"pointer": pointer}));
        json!({"errors": [{"id": Uuid::new_v4().to_string(), "status": self.status, "code": self.code,
            "title": self.title, "detail": self.detail, "source": source, "meta": {}}]})
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = (status, Json(self.body())).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/vnd.api+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// A fault's error in Klaviyo's shape.
pub(super) fn refusal(status: StatusCode) -> Value {
    match status.as_u16() {
        401 => Problem::nobody(true),
        403 => Problem::scope("campaigns:write"),
        404 => Problem::not_found(),
        405 => Problem::method(),
        409 => Problem::conflict("The sandbox simulates a conflict."),
        410 => Problem::retired(),
        415 => Problem::media_type(),
        429 => Problem::throttled(1),
        503 => Problem::new(503, "service_unavailable", "Service unavailable.", "Please try again later."),
        status if status >= 500 => Problem::new(status, "error", "A server error occurred.", "Please try again later."),
        status => Problem::new(status, "invalid", "Invalid input.", "The sandbox simulates a wrong request."),
    }
    .body()
}

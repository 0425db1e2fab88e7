//! Refusals in LinkedIn's shape.

use axum::{http::StatusCode, response::Response};
use serde_json::{Value, json};

use super::super::call;

/// Why a call was refused.
#[derive(Debug)]
pub(super) struct Refused {
    status: u16,
    code: &'static str,
    number: Option<u32>,
    message: String,
}

impl Refused {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, number: None, message: message.into() }
    }
    /// A field or a parameter is wrong, or names what is not there.
    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::new(400, "ILLEGAL_ARGUMENT", message)
    }
    /// The content can't be published like this.
    pub(super) fn content(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(422, code, message)
    }
    pub(super) fn missing(what: &str) -> Self {
        Self::new(404, "NOT_FOUND", format!("{what} not found"))
    }
    pub(super) fn method() -> Self {
        Self::new(405, "METHOD_NOT_ALLOWED", "HTTP method is not allowed for this resource")
    }
    pub(super) fn content_type() -> Self {
        Self::new(415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type must be application/json")
    }
    /// `posts.CREATE`, as LinkedIn names what was tried.
    pub(super) fn denied(what: &str) -> Self {
        let message = format!("Not enough permissions to access: {what}");
        Self { number: Some(100), ..Self::new(403, "ACCESS_DENIED", message) }
    }
    pub(super) fn token_unknown() -> Self {
        let message = "The token used in the request is invalid or has been revoked by the user";
        Self { number: Some(65_600), ..Self::new(401, "REVOKED_ACCESS_TOKEN", message) }
    }
    pub(super) fn token_expired() -> Self {
        let message = "The token used in the request has expired";
        Self { number: Some(65_601), ..Self::new(401, "EXPIRED_ACCESS_TOKEN", message) }
    }
    pub(super) fn version_missing() -> Self {
        Self::new(400, "VERSION_MISSING", "A version must be present. Please specify the LinkedIn-Version header.")
    }
    pub(super) fn version(deprecated: bool, version: &str) -> Self {
        let code = if deprecated { "VERSION_DEPRECATED" } else { "NONEXISTENT_VERSION" };
        Self::new(426, code, format!("Requested version {version} is not active"))
    }
    pub(super) fn limit() -> Self {
        let message = "Resource level throttle MEMBER DAY limit for calls to this resource is reached.";
        Self { number: Some(101), ..Self::new(429, "TOO_MANY_REQUESTS", message) }
    }

    pub(super) fn answer(&self) -> Response {
        let mut body = json!({"message": self.message, "status": self.status, "code": self.code});
        if let Some(number) = self.number {
            body["serviceErrorCode"] = number.into();
        }
        call::json(self.status, body)
    }
}

/// The shape of a fault.
pub(super) fn refusal(status: StatusCode) -> Value {
    let (number, message) = match status.as_u16() {
        401 => (65_600, "The token used in the request is invalid or has been revoked by the user"),
        403 => (100, "Not enough permissions to access: posts.CREATE"),
        404 => (0, "Not found"),
        429 => (101, "Resource level throttle MEMBER DAY limit for calls to this resource is reached."),
        _ => (0, "Internal Server Error"),
    };
    json!({"message": message, "serviceErrorCode": number, "status": status.as_u16()})
}

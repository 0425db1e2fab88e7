//! Answers in TikTok's envelope, good and bad (contract 3.2).

use aos_kernel::Timestamp;
use axum::{http::StatusCode, response::Response};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::call;

/// Why a call was refused.
#[derive(Debug)]
pub(super) struct Refused {
    status: u16,
    code: &'static str,
    message: String,
}

impl Refused {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }
    pub(super) fn params(message: impl Into<String>) -> Self {
        Self::new(400, "invalid_params", message)
    }
    pub(super) fn token() -> Self {
        Self::new(401, "access_token_invalid", "The access token is invalid or not found in the request.")
    }
    pub(super) fn scope(scope: &str) -> Self {
        Self::new(401, "scope_not_authorized", format!("The user did not authorize the scope required: {scope}"))
    }
    pub(super) fn limit() -> Self {
        Self::new(429, "rate_limit_exceeded", "The API rate limit was exceeded. Please try again later.")
    }
    pub(super) fn missing() -> Self {
        Self::new(404, "invalid_params", "Unsupported path(Janus)")
    }
    /// One of the refusals that stand for a rule of TikTok's.
    pub(super) fn rule(code: &'static str, message: &str) -> Self {
        Self::new(403, code, message)
    }

    pub(super) fn answer(&self, now: Timestamp) -> Response {
        call::json(self.status, envelope(json!({}), self.code, &self.message, &log_id(now)))
    }
}

/// A good answer.
pub(super) fn good(data: Value, now: Timestamp) -> Response {
    call::json(200, envelope(data, "ok", "", &log_id(now)))
}

fn envelope(data: Value, code: &str, message: &str, log_id: &str) -> Value {
    json!({"data": data, "error": {"code": code, "message": message, "log_id": log_id}})
}

pub(super) fn log_id(now: Timestamp) -> String {
    format!("{}{}", now.format("%Y%m%d%H%M%S"), Uuid::new_v4().simple().to_string().to_uppercase())
}

/// The shape of a fault.
pub(super) fn refusal(status: StatusCode) -> Value {
    let (code, message) = match status.as_u16() {
        401 => ("access_token_invalid", "The access token is invalid or not found in the request."),
        403 => ("spam_risk_user_banned_from_posting", "The user is banned from making new posts."),
        400..=428 => ("invalid_params", "The request is wrong."),
        429 => ("rate_limit_exceeded", "The API rate limit was exceeded. Please try again later."),
        _ => ("internal_error", "Something is wrong. Please try again later."),
    };
    envelope(json!({}), code, message, "2026SANDBOX")
}

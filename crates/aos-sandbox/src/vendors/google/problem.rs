//! Errors as Google's APIs tell them: AIP-193 with details, and the older shape of Search Console.

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
    /// The name of a google.rpc.Code.
    pub(super) status: &'static str,
    pub(super) message: String,
    pub(super) details: Vec<Value>,
    /// One word for it: the reason of an ErrorInfo, and of the older shape.
    pub(super) reason: &'static str,
}

impl Problem {
    fn new(http: u16, status: &'static str, reason: &'static str, message: impl Into<String>) -> Self {
        let http = StatusCode::from_u16(http).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { http, status, message: message.into(), details: Vec::new(), reason }
    }

    /// The request is wrong in a field.
    pub(super) fn invalid(field: &str, words: impl Into<String>) -> Self {
        let words = words.into();
        let violation = json!({
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [{"field": field, "description": words}],
        });
        Self {
            details: vec![violation],
            ..Self::new(400, "INVALID_ARGUMENT", "badRequest", format!("Request contains an invalid argument: {words}"))
        }
    }

    pub(super) fn precondition(words: &str) -> Self {
        Self::new(400, "FAILED_PRECONDITION", "failedPrecondition", words)
    }

    /// No token, or one that opens nothing (any more).
    pub(super) fn unauthenticated(expired: bool) -> Self {
        let words = "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or \
                     other valid authentication credential.";
        let reason = if expired { "ACCESS_TOKEN_EXPIRED" } else { "ACCESS_TOKEN_TYPE_UNSUPPORTED" };
        Self { details: vec![error_info(reason, "")], ..Self::new(401, "UNAUTHENTICATED", "authError", words) }
    }

    pub(super) fn denied(words: impl Into<String>) -> Self {
        Self::new(403, "PERMISSION_DENIED", "forbidden", words)
    }

    /// The consent does not hold the scope that the call needs.
    pub(super) fn scope(service: &str) -> Self {
        let info = error_info("ACCESS_TOKEN_SCOPE_INSUFFICIENT", service);
        Self {
            details: vec![info],
            reason: "insufficientPermissions",
            ..Self::denied("Request had insufficient authentication scopes.")
        }
    }

    /// The API is not switched on in the application's project.
    pub(super) fn disabled(service: &str) -> Self {
        let words = format!("{service} has not been used in project agency-os before or it is disabled.");
        Self {
            details: vec![error_info("SERVICE_DISABLED", service)],
            reason: "accessNotConfigured",
            ..Self::denied(words)
        }
    }

    pub(super) fn not_found() -> Self {
        Self::new(404, "NOT_FOUND", "notFound", "Requested entity was not found.")
    }

    /// The quota is used up; with the time to wait where the API tells it.
    pub(super) fn exhausted(service: &str, retry_seconds: Option<u64>) -> Self {
        let mut details = vec![error_info("RATE_LIMIT_EXCEEDED", service)];
        if let Some(seconds) = retry_seconds {
            details.push(json!({
                "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": format!("{seconds}s"),
            }));
        }
        let words = format!("Quota exceeded for quota metric 'Requests' and limit 'Requests per minute' of {service}.");
        Self { details, ..Self::new(429, "RESOURCE_EXHAUSTED", "rateLimitExceeded", words) }
    }

    /// What a fault of the sandbox looks like.
    pub(super) fn fault(http: StatusCode) -> Self {
        let (status, reason) = match http.as_u16() {
            400 => ("INVALID_ARGUMENT", "badRequest"),
            401 => ("UNAUTHENTICATED", "authError"),
            403 => ("PERMISSION_DENIED", "forbidden"),
            404 => ("NOT_FOUND", "notFound"),
            409 => ("ABORTED", "conflict"),
            429 => ("RESOURCE_EXHAUSTED", "rateLimitExceeded"),
            503 => ("UNAVAILABLE", "backendError"),
            504 => ("DEADLINE_EXCEEDED", "backendError"),
            _ => ("INTERNAL", "backendError"),
        };
        Self::new(http.as_u16(), status, reason, "The sandbox refuses on purpose.")
    }

    /// AIP-193.
    pub(super) fn body(&self) -> Value {
        let mut error = json!({"code": self.http.as_u16(), "message": self.message, "status": self.status});
        if !self.details.is_empty() {
            error["details"] = json!(self.details);
        }
        json!({ "error": error })
    }

    /// As Search Console tells it.
    pub(super) fn older(&self) -> Value {
        let quota = self.status == "RESOURCE_EXHAUSTED";
        let (domain, reason) = if quota { ("usageLimits", "quotaExceeded") } else { ("global", self.reason) };
        json!({"error": {
            "code": self.http.as_u16(), "message": self.message,
            "errors": [{"domain": domain, "reason": reason, "message": self.message}],
        }})
    }
}

fn error_info(reason: &str, service: &str) -> Value {
    let mut info = json!({
        "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com",
    });
    if !service.is_empty() {
        info["metadata"] = json!({ "service": service });
    }
    info
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.http, Json(self.body())).into_response()
    }
}

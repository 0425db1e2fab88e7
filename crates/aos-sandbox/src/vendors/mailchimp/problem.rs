//! Errors of the Marketing API (contract 1.3): RFC 7807 with Mailchimp's titles.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use uuid::Uuid;

/// What a call comes to: an answer with a body, or one without.
pub(super) type Outcome = Result<Option<Value>, Problem>;

#[derive(Clone, Debug)]
pub(super) struct Problem {
    status: u16,
    title: &'static str,
    detail: String,
    /// Field and message.
    errors: Vec<(String, String)>,
}

impl Problem {
    fn new(status: u16, title: &'static str, detail: &str) -> Self {
        Self { status, title, detail: detail.to_owned(), errors: Vec::new() }
    }
    pub(super) fn invalid(field: &str, message: &str) -> Self {
        Self {
            errors: vec![(field.to_owned(), message.to_owned())],
            ..Self::new(
                400,
                "Invalid Resource",
                "The resource submitted could not be validated. For field-specific details, see the 'errors' array.",
            )
        }
    }
    /// The campaign does not stand where this could be done.
    pub(super) fn action(detail: &str) -> Self {
        Self::new(400, "Invalid Action", detail)
    }
    pub(super) fn unreadable() -> Self {
        Self::new(400, "JSON Parse Error", "We encountered an unspecified JSON parsing error.")
    }
    pub(super) fn key(given: bool) -> Self {
        if given {
            return Self::new(
                401,
                "API Key Invalid",
                "Your API key may be invalid, or you've attempted to access the wrong datacenter.",
            );
        }
        Self::new(401, "API Key Missing", "Your request did not include an API key.")
    }
    pub(super) fn forbidden(detail: &str) -> Self {
        Self::new(403, "Forbidden", detail)
    }
    pub(super) fn not_found() -> Self {
        Self::new(404, "Resource Not Found", "The requested resource could not be found.")
    }
    pub(super) fn method() -> Self {
        Self::new(405, "Method Not Allowed", "The requested method and resource are not compatible.")
    }
    pub(super) fn too_many() -> Self {
        Self::new(429, "Too Many Requests", "You have exceeded the limit of 10 simultaneous connections.")
    }

    fn body(&self) -> Value {
        let mut body = json!({
            "type": "https://mailchimp.com/developer/marketing/docs/errors/",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": Uuid::new_v4().to_string(),
        });
        if !self.errors.is_empty() {
            let errors = self.errors.iter().map(|(field, message)| json!({"field": field, "message": message}));
            body["errors"] = errors.collect();
        }
        body
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = (status, Json(self.body())).into_response();
        let kind = HeaderValue::from_static("application/problem+json; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    }
}

/// A fault's error in Mailchimp's shape.
pub(super) fn refusal(status: StatusCode) -> Value {
    match status.as_u16() {
        401 => Problem::key(true),
        403 => Problem::forbidden("The API key used does not have permission to access the requested resource."),
        404 => Problem::not_found(),
        405 => Problem::method(),
        429 => Problem::too_many(),
        status if status >= 500 => {
            Problem::new(status, "Internal Server Error", "A deep internal error has occurred during the processing.")
        }
        status => Problem::new(status, "Bad Request", "Your request could not be processed."),
    }
    .body()
}

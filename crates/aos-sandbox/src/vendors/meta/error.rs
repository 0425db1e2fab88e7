//! Errors of the Graph API (contract 3): a code, sometimes a subcode, in one shape.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::faults::Service;

/// What a call comes to.
pub(super) type Outcome = Result<Value, GraphError>;

#[derive(Clone, Debug)]
pub(super) struct GraphError {
    status: u16,
    code: i64,
    subcode: Option<i64>,
    message: String,
    transient: bool,
}

impl GraphError {
    pub(super) fn new(code: i64, subcode: impl Into<Option<i64>>, message: &str) -> Self {
        Self { status: 400, code, subcode: subcode.into(), message: message.to_owned(), transient: false }
    }
    pub(super) fn parameter(message: &str) -> Self {
        Self::new(100, None, message)
    }
    /// The token does not open anything, for the reason that the subcode says.
    pub(super) fn token(subcode: i64) -> Self {
        let why = match subcode {
            458 => "The user has not authorized application agency-os.",
            460 => "The session has been invalidated because the user changed their password.",
            463 => "Session has expired.",
            492 => "The user no longer has access to the page.",
            _ => "The session is invalid.",
        };
        Self::new(190, subcode, &format!("Error validating access token: {why}"))
    }
    pub(super) fn permission(message: &str) -> Self {
        Self { status: 403, ..Self::new(200, None, &format!("(#200) {message}")) }
    }
    /// Nothing there, or nothing that the asker may see: Graph does not tell which.
    pub(super) fn not_visible(id: &str) -> Self {
        Self::new(
            100,
            33,
            &format!(
                "Unsupported request. Object with ID '{id}' does not exist, cannot be loaded due to missing \
                 permissions, or does not support this operation"
            ),
        )
    }
    pub(super) fn unknown_path(path: &str) -> Self {
        Self::new(2500, None, &format!("Unknown path components: /{path}"))
    }
    pub(super) fn transient(status: u16) -> Self {
        Self { status, transient: true, ..Self::new(2, None, "An unexpected error has occurred. Please retry.") }
    }
    /// The limit of a use case was reached.
    pub(super) fn throttled(service: Service) -> Self {
        match service {
            Service::Instagram => Self::new(80002, None, "(#80002) There have been too many calls to this account."),
            Service::MetaAds => {
                Self::new(80004, 2_446_079, "(#80004) There have been too many calls to this ad-account.")
            }
            _ => Self::new(80001, None, "(#80001) There have been too many calls to this Page account."),
        }
    }

    pub(super) fn body(&self) -> Value {
        let mut error = json!({
            "message": self.message,
            "type": "OAuthException",
            "code": self.code,
            "is_transient": self.transient,
            "fbtrace_id": format!("A{}", &Uuid::new_v4().simple().to_string()[..22]),
        });
        if let Some(subcode) = self.subcode {
            error["error_subcode"] = json!(subcode);
        }
        json!({"error": error})
    }
}

impl IntoResponse for GraphError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        (status, Json(self.body())).into_response()
    }
}

/// A fault's error in Graph's shape.
fn refusal(service: Service, status: StatusCode) -> Value {
    match status.as_u16() {
        401 => GraphError::token(463),
        403 => GraphError::permission("Permissions error"),
        404 => GraphError::not_visible("0"),
        409 => GraphError::new(1, None, "The sandbox simulates a conflict."),
        429 => GraphError::throttled(service),
        status if status >= 500 => GraphError::transient(status),
        _ => GraphError::parameter("(#100) The sandbox simulates a wrong parameter."),
    }
    .body()
}

pub(super) fn of_pages(status: StatusCode) -> Value {
    refusal(Service::Facebook, status)
}
pub(super) fn of_instagram(status: StatusCode) -> Value {
    refusal(Service::Instagram, status)
}
pub(super) fn of_ads(status: StatusCode) -> Value {
    refusal(Service::MetaAds, status)
}

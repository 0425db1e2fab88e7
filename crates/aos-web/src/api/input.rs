//! Reading requests strictly: what can't be read is refused with the place where it stopped, in `problem+json`.

use aos_kernel::{Cursor, Error, PageSize, Result};
use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Query, Request},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use utoipa::IntoParams;

use crate::{
    error::{Problem, WebError},
    state::AppState,
};

/// A JSON body.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for Body<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Response> {
        if !is_json(request.headers()) {
            return Err(refused(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "The body must be JSON.",
                "Send it with “Content-Type: application/json”.",
                None,
            ));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(IntoResponse::into_response)?;
        let value: Value = serde_json::from_slice(&bytes).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            refused(StatusCode::BAD_REQUEST, "malformed_json", "The body is not JSON.", &place, None)
        })?;
        if holds_nul(&value) {
            return Err(WebError(Error::invalid("body", "Text can't hold the character U+0000.")).into_response());
        }
        serde_path_to_error::deserialize(value).map(Self).map_err(|error| {
            let path = error.path().to_string().replace('[', ".").replace(']', "");
            let field = if path == "." { "body".to_owned() } else { path };
            WebError(Error::invalid(field, error.into_inner().to_string())).into_response()
        })
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// PostgreSQL keeps no text with this character, and nobody means it.
fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A refusal whose status is of HTTP itself, not of the product.
fn refused(status: StatusCode, code: &'static str, title: &str, detail: &str, field: Option<String>) -> Response {
    let problem = Problem {
        status: status.as_u16(),
        code: code.into(),
        title: title.to_owned(),
        detail: Some(detail.to_owned()),
        field,
    };
    let mut response = status.into_response();
    response.extensions_mut().insert(problem);
    response
}

/// What stands behind the question mark. Unknown names are ignored.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for Asked<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let bad = |detail: &str| {
            refused(StatusCode::BAD_REQUEST, "bad_query", "The address’s query can't be read.", detail, None)
        };
        if parts.uri.query().is_some_and(|query| query.contains("%00") || query.contains('\0')) {
            return Err(bad("Text can't hold the character U+0000."));
        }
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(error) => Err(bad(&error.body_text())),
        }
    }
}

/// Where a list goes on and how many rows it gives.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// `next` of the page before.
    pub after: Option<String>,
    /// How many rows at most; more than 200 gives 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

impl Paging {
    /// # Errors
    /// `Invalid` for what no page of ours said.
    pub fn after(&self) -> Result<Option<Cursor>> {
        let Some(text) = &self.after else { return Ok(None) };
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        let cursor = bytes.and_then(|bytes| String::from_utf8(bytes).ok()).filter(|cursor| !cursor.contains('\0'));
        match cursor {
            Some(cursor) => Ok(Some(Cursor::new(cursor))),
            None => Err(Error::invalid("after", "This does not continue a list of ours.")),
        }
    }
    pub fn size(&self) -> PageSize {
        self.limit.map_or(PageSize::DEFAULT, PageSize::clamped)
    }
}

/// A cursor as it travels: the lists' own words stay inside.
pub(super) fn sealed(cursor: &Cursor) -> String {
    URL_SAFE_NO_PAD.encode(cursor.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_travels_and_comes_back() {
        let sent = sealed(&Cursor::new("019a 1 é"));
        let asked = Paging { after: Some(sent), limit: Some(10_000) };
        assert_eq!(asked.after().unwrap(), Some(Cursor::new("019a 1 é")));
        assert_eq!(asked.size().get(), PageSize::MAX);
        let forged = Paging { after: Some("%%%".to_owned()), limit: None };
        assert_eq!(forged.after().unwrap_err().field(), Some("after"));
    }

    #[test]
    fn a_nul_is_found_wherever_it_hides() {
        assert!(holds_nul(&serde_json::json!({ "a": [{ "b": "x\u{0}" }] })));
        assert!(holds_nul(&serde_json::json!({ "a\u{0}": 1 })));
        assert!(!holds_nul(&serde_json::json!({ "a": ["b", null, 1.5, true] })));
    }
}

//! A request as a simulated vendor reads it: its host and path apart, its pieces decoded.

use std::{borrow::Cow, collections::HashMap};

use aos_kernel::Timestamp;
use axum::{
    body::{Body, to_bytes},
    extract::{DefaultBodyLimit, FromRequest, Multipart, Request},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde_json::Value;
use url::form_urlencoded;

/// What was asked.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// `api.linkedin.com`.
    pub(crate) host: String,
    /// As sent, without the host: `/rest/posts/urn%3Ali%3Ashare%3A1`.
    pub(crate) path: String,
    /// As sent.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) now: Timestamp,
}

/// One part of a multipart form.
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) bytes: Bytes,
}

impl Call {
    /// The layer before has read and limited the body, so that reading it again can't fail.
    pub(crate) async fn read(request: Request, now: Timestamp) -> Self {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
        let whole = parts.uri.path().trim_start_matches('/');
        let (host, path) = whole.find('/').map_or((whole, "/"), |at| whole.split_at(at));
        Self {
            method: parts.method,
            host: host.to_owned(),
            path: path.to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers,
            body,
            now,
        }
    }

    /// The pieces of the path, as sent; a slash at the end makes an empty last one.
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.path.trim_start_matches('/').split('/').collect()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The content type without its parameters, in lower case.
    pub(crate) fn content_type(&self) -> String {
        let value = self.header("content-type").unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    pub(crate) fn bearer(&self) -> Option<&str> {
        self.header("authorization")?.strip_prefix("Bearer ")
    }

    /// User and password of HTTP Basic, form-decoded as RFC 6749 (2.3.1) has it.
    pub(crate) fn basic(&self) -> Option<(String, String)> {
        let text = STANDARD.decode(self.header("authorization")?.strip_prefix("Basic ")?).ok()?;
        let text = String::from_utf8(text).ok()?;
        let (user, password) = text.split_once(':')?;
        Some((decoded(&user.replace('+', " ")), decoded(&password.replace('+', " "))))
    }

    /// The body as a form; empty when it is of another type.
    pub(crate) fn form(&self) -> HashMap<String, String> {
        if self.content_type() != "application/x-www-form-urlencoded" {
            return HashMap::new();
        }
        form_urlencoded::parse(&self.body).into_owned().collect()
    }

    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// A decoded value of the query.
    pub(crate) fn asked(&self, name: &str) -> Option<String> {
        form_urlencoded::parse(self.query.as_bytes()).find(|(own, _)| own == name).map(|(_, value)| value.into_owned())
    }

    /// A value of the query as it was sent.
    pub(crate) fn asked_raw(&self, name: &str) -> Option<&str> {
        self.query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    }

    /// A whole number of the query, or what counts without it. None: it can't be read.
    pub(crate) fn number(&self, name: &str, without: usize) -> Option<usize> {
        self.asked(name).map_or(Some(without), |text| text.parse().ok())
    }

    /// The parts of a multipart body; none when it is not one. A broken form gives what was readable.
    pub(crate) async fn multipart(&self) -> Option<Vec<Part>> {
        if self.content_type() != "multipart/form-data" {
            return None;
        }
        let mut request = Request::new(Body::from(self.body.clone()));
        request.headers_mut().insert(header::CONTENT_TYPE, self.headers.get(header::CONTENT_TYPE)?.clone());
        DefaultBodyLimit::apply(DefaultBodyLimit::disable(), &mut request);
        let mut multipart = Multipart::from_request(request, &()).await.ok()?;
        let mut parts = Vec::new();
        while let Ok(Some(field)) = multipart.next_field().await {
            let name = field.name().unwrap_or_default().to_owned();
            let Ok(bytes) = field.bytes().await else { break };
            parts.push(Part { name, bytes });
        }
        Some(parts)
    }
}

/// Percent-decoded; what is no UTF-8 is replaced.
pub(crate) fn decoded(text: &str) -> String {
    let (bytes, mut at) = (text.as_bytes(), 0);
    let mut plain = Vec::with_capacity(bytes.len());
    while let Some(byte) = bytes.get(at) {
        let hex = || u8::from_str_radix(text.get(at + 1..at + 3)?, 16).ok();
        match (*byte == b'%').then(hex).flatten() {
            Some(value) => {
                plain.push(value);
                at += 3;
            }
            None => {
                plain.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// A JSON answer.
pub(crate) fn json(status: u16, body: Value) -> Response {
    (status_of(status), axum::Json(body)).into_response()
}

/// An answer without a body.
pub(crate) fn bare(status: u16) -> Response {
    status_of(status).into_response()
}

/// The same answer with a header more. A value that no header can hold is left out.
pub(crate) fn with(mut response: Response, name: &'static str, value: impl Into<Cow<'static, str>>) -> Response {
    if let Ok(value) = HeaderValue::from_str(&value.into()) {
        response.headers_mut().insert(HeaderName::from_static(name), value);
    }
    response
}

fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_falls_into_host_path_and_pieces() {
        let request = Request::builder().uri("/api.linkedin.com/rest/posts/urn%3Ali%3Ashare%3A1?q=a%26b&q2=x");
        let call = Call::read(request.body(Body::empty()).unwrap(), Timestamp::UNIX_EPOCH).await;
        assert_eq!((call.host.as_str(), call.segments().len()), ("api.linkedin.com", 3));
        assert_eq!(decoded(call.segments()[2]), "urn:li:share:1");
        assert_eq!((call.asked("q").as_deref(), call.asked_raw("q")), (Some("a&b"), Some("a%26b")));
        assert_eq!(decoded("100%"), "100%");
    }
}

//! What is to be sent.

use std::{fmt, time::Duration};

use aos_kernel::Secret;
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use serde::Serialize;
use url::Url;

use crate::{OutboundError, OutboundErrorKind, RateKey, redact::redacted};

/// How many redirects a read follows unless told otherwise.
const REDIRECTS_OF_A_READ: u8 = 10;

/// A request, built step by step. A mistake while building is kept and reported when it is sent.
#[derive(Clone)]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    pub(crate) timeout: Option<Duration>,
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) max_bytes: Option<u64>,
    pub(crate) truncate: bool,
    pub(crate) redirects: u8,
    pub(crate) rate_key: Option<RateKey>,
    pub(crate) retries: u8,
    pub(crate) mistake: Option<OutboundError>,
}

/// What goes with it.
#[derive(Clone, Debug, Default)]
pub(crate) enum Body {
    #[default]
    None,
    /// The content type is among the headers.
    Bytes(Bytes),
    Multipart(Vec<Part>),
}

/// One part of a multipart form.
#[derive(Clone)]
pub struct Part {
    pub name: String,
    pub file_name: Option<String>,
    pub content_type: Option<String>,
    pub bytes: Bytes,
}

impl Part {
    pub fn text(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), file_name: None, content_type: None, bytes: Bytes::from(value.into()) }
    }
    pub fn file(
        name: impl Into<String>,
        file_name: impl Into<String>,
        content_type: impl Into<String>,
        bytes: impl Into<Bytes>,
    ) -> Self {
        Self {
            name: name.into(),
            file_name: Some(file_name.into()),
            content_type: Some(content_type.into()),
            bytes: bytes.into(),
        }
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({:?}, {} bytes)", self.name, self.file_name, self.bytes.len())
    }
}

impl Request {
    /// `url` is a [`Url`] or text that is one.
    pub fn new<U>(method: Method, url: U) -> Self
    where
        U: TryInto<Url, Error: fmt::Display>,
    {
        let (url, mistake) = match url.try_into() {
            Ok(url) => (url, None),
            Err(error) => {
                let message = format!("The web address can't be used: {error}.");
                (nowhere(), Some(OutboundError::unsent(OutboundErrorKind::InvalidUrl, message)))
            }
        };
        let redirects = if method == Method::GET || method == Method::HEAD { REDIRECTS_OF_A_READ } else { 0 };
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: Body::None,
            timeout: None,
            idle_timeout: None,
            max_bytes: None,
            truncate: false,
            redirects,
            rate_key: None,
            retries: 0,
            mistake,
        }
    }
    pub fn get<U: TryInto<Url, Error: fmt::Display>>(url: U) -> Self {
        Self::new(Method::GET, url)
    }
    pub fn head<U: TryInto<Url, Error: fmt::Display>>(url: U) -> Self {
        Self::new(Method::HEAD, url)
    }
    pub fn post<U: TryInto<Url, Error: fmt::Display>>(url: U) -> Self {
        Self::new(Method::POST, url)
    }
    pub fn put<U: TryInto<Url, Error: fmt::Display>>(url: U) -> Self {
        Self::new(Method::PUT, url)
    }
    pub fn patch<U: TryInto<Url, Error: fmt::Display>>(url: U) -> Self {
        Self::new(Method::PATCH, url)
    }
    pub fn delete<U: TryInto<Url, Error: fmt::Display>>(url: U) -> Self {
        Self::new(Method::DELETE, url)
    }

    /// Sets a header that is no secret.
    #[must_use]
    pub fn header(self, name: &str, value: impl AsRef<str>) -> Self {
        self.put_header(name, value.as_ref(), false)
    }
    /// Sets a header whose value never shows and never follows a redirect to another origin.
    #[must_use]
    pub fn secret_header(self, name: &str, value: &Secret) -> Self {
        self.put_header(name, value.expose(), true)
    }
    #[must_use]
    pub fn basic_auth(self, user: &str, password: &Secret) -> Self {
        let pair = BASE64_STANDARD.encode(format!("{user}:{}", password.expose()));
        self.put_header("authorization", &format!("Basic {pair}"), true)
    }
    #[must_use]
    pub fn bearer(self, token: &Secret) -> Self {
        self.put_header("authorization", &format!("Bearer {}", token.expose()), true)
    }

    #[must_use]
    pub fn json(mut self, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(bytes) => self.bytes("application/json", bytes),
            Err(error) => {
                self.note(format!("The request can't be written as JSON: {error}."));
                self
            }
        }
    }
    /// A form as a browser sends it.
    #[must_use]
    pub fn form<K: AsRef<str>, V: AsRef<str>>(self, fields: impl IntoIterator<Item = (K, V)>) -> Self {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        self.bytes("application/x-www-form-urlencoded", form.finish())
    }
    #[must_use]
    pub fn bytes(mut self, content_type: &str, bytes: impl Into<Bytes>) -> Self {
        self.body = Body::Bytes(bytes.into());
        self.put_header("content-type", content_type, false)
    }
    #[must_use]
    pub fn multipart(mut self, parts: Vec<Part>) -> Self {
        self.body = Body::Multipart(parts);
        self
    }

    /// The time for the whole exchange with all redirects, body included; each retry gets it anew.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }
    /// The longest silence while the body arrives.
    #[must_use]
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = Some(timeout);
        self
    }
    /// A larger body (after decompression) is an error.
    #[must_use]
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = Some(bytes);
        self.truncate = false;
        self
    }
    /// A larger body (after decompression) is cut there; [`Response::truncated`](crate::Response::truncated) tells.
    #[must_use]
    pub fn truncate_at(mut self, bytes: u64) -> Self {
        self.max_bytes = Some(bytes);
        self.truncate = true;
        self
    }
    /// How many redirects are followed: 10 for GET and HEAD, none for writes unless set here. With none, the
    /// redirecting answer itself is returned.
    #[must_use]
    pub fn redirects(mut self, most: u8) -> Self {
        self.redirects = most;
        self
    }
    #[must_use]
    pub fn rate_key(mut self, key: RateKey) -> Self {
        self.rate_key = Some(key);
        self
    }
    /// How often a request that may safely be repeated (GET, HEAD, PUT, DELETE) is tried again after no answer or one
    /// that says "not now". Others are never repeated.
    #[must_use]
    pub fn retries(mut self, most: u8) -> Self {
        self.retries = most;
        self
    }

    pub fn url(&self) -> &Url {
        &self.url
    }
    pub fn method(&self) -> &Method {
        &self.method
    }
    pub(crate) fn is_repeatable(&self) -> bool {
        self.method.is_idempotent()
    }

    fn put_header(mut self, name: &str, value: &str, secret: bool) -> Self {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(mut value)) => {
                value.set_sensitive(secret || name == header::AUTHORIZATION || name == header::COOKIE);
                self.headers.insert(name, value);
            }
            _ => self.note(format!("The header {name} contains characters that can't be sent.")),
        }
        self
    }
    fn note(&mut self, message: String) {
        self.mistake.get_or_insert(OutboundError::unsent(OutboundErrorKind::InvalidUrl, message));
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The body is left out: it may hold what a client entrusted to us. Sensitive headers hide themselves.
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &redacted(&self.url))
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

/// Stands where no URL could be read; the mistake beside it keeps it from being called.
fn nowhere() -> Url {
    Url::parse("http://invalid.invalid/").unwrap_or_else(|_| unreachable!("a constant that is a URL"))
}

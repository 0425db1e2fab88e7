//! What came back.

use std::time::{Duration, Instant};

use aos_kernel::Timestamp;
use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use serde::de::DeserializeOwned;
use url::Url;

use crate::{OutboundError, Sent, retry, text};

/// A whole answer, whatever its status.
#[derive(Clone, Debug)]
pub struct Response {
    pub status: u16,
    pub headers: HeaderMap,
    /// Where the answer came from after all redirects.
    pub final_url: Url,
    /// The addresses that redirected, in order, beginning with the one that was asked for; empty when none did.
    pub redirects: Vec<Url>,
    /// Decompressed.
    pub body: Bytes,
    /// The body was longer and was cut, as [`Request::truncate_at`](crate::Request::truncate_at) asked.
    pub truncated: bool,
    /// From sending to the last byte, redirects included, pauses between retries not.
    pub elapsed: Duration,
}

impl Response {
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
    /// The first value of a header, where it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
    /// # Errors
    /// `BadBody` when the body is not this JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, OutboundError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            // serde's message quotes what it found, which may be anything; the place is enough for a person.
            let place = format!("not the JSON that was expected, at line {} column {}", error.line(), error.column());
            OutboundError::bad_body(&self.final_url, place)
        })
    }
    /// The body as text, in the encoding that the headers, a byte order mark or the page itself declare.
    pub fn text(&self) -> String {
        text::decode(&self.body, self.header("content-type"))
    }
    /// How long the other side asks to be left alone (`Retry-After`, in seconds or as a date), seen from `now`.
    pub fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        retry::retry_after(&self.headers, now)
    }
}

/// An answer whose body is still arriving.
#[derive(Debug)]
pub struct StreamedResponse {
    pub status: u16,
    pub headers: HeaderMap,
    /// As in [`Response`].
    pub final_url: Url,
    pub redirects: Vec<Url>,
    pub(crate) source: Source,
    pub(crate) limits: Limits,
    pub(crate) received: u64,
    /// See [`Self::truncated`].
    pub(crate) truncated: bool,
    pub(crate) started: Instant,
}

/// Where the body comes from.
#[derive(Debug)]
pub(crate) enum Source {
    Network(reqwest::Response),
    /// Already here: from a recording, or because it was recorded.
    Ready(Option<Bytes>),
    /// Cut; what still comes is not wanted, and with it goes the connection.
    Ended,
}

/// What bounds one exchange.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub total: Duration,
    pub idle: Duration,
    pub max_bytes: u64,
    pub truncate: bool,
}

impl StreamedResponse {
    /// The first value of a header, where it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
    /// The next piece of the body; `None` at its end.
    ///
    /// # Errors
    /// `Timeout`, `Dropped`, `TooLarge` or `BadBody`, all with `Sent::Maybe`.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, OutboundError> {
        let next = match &mut self.source {
            Source::Ended => None,
            Source::Ready(bytes) => bytes.take().filter(|bytes| !bytes.is_empty()),
            Source::Network(response) => match tokio::time::timeout(self.limits.idle, response.chunk()).await {
                Ok(Ok(next)) => next,
                Ok(Err(error)) => return Err(OutboundError::in_body(&error, &self.final_url, self.limits.total)),
                Err(_silent) => {
                    return Err(OutboundError::timed_out(&self.final_url, self.limits.idle, Sent::Maybe));
                }
            },
        };
        let Some(mut chunk) = next else { return Ok(None) };
        let room = self.limits.max_bytes - self.received;
        if chunk.len() as u64 > room {
            if !self.limits.truncate {
                return Err(OutboundError::too_large(&self.final_url, self.limits.max_bytes));
            }
            self.truncated = true;
            self.source = Source::Ended;
            chunk.truncate(usize::try_from(room).unwrap_or(usize::MAX));
        }
        self.received += chunk.len() as u64;
        Ok(Some(chunk))
    }

    /// Whether the body was cut, as [`Request::truncate_at`](crate::Request::truncate_at) asked; known once it was.
    pub fn truncated(&self) -> bool {
        self.truncated
    }

    /// Reads the rest.
    ///
    /// # Errors
    /// Those of [`Self::chunk`].
    pub async fn collect(mut self) -> Result<Response, OutboundError> {
        let mut body = BytesMut::new();
        // Most bodies arrive in one piece: that one is kept as it is.
        let mut only = None;
        while let Some(chunk) = self.chunk().await? {
            match only.take() {
                None if body.is_empty() => only = Some(chunk),
                first => {
                    body.extend_from_slice(&first.unwrap_or_default());
                    body.extend_from_slice(&chunk);
                }
            }
        }
        Ok(Response {
            status: self.status,
            headers: self.headers,
            final_url: self.final_url,
            redirects: self.redirects,
            body: only.unwrap_or_else(|| body.freeze()),
            truncated: self.truncated,
            elapsed: self.started.elapsed(),
        })
    }
}

//! Why a request failed, and whether it may have taken effect.

use std::{error::Error as StdError, time::Duration};

use aos_kernel::ErrorKind;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{redact::redacted, resolver::RefusedByGuard};

/// What went wrong on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutboundErrorKind {
    /// The address is not one that this installation may call.
    Blocked,
    /// Not an `http` or `https` URL, or the request could not be built.
    InvalidUrl,
    /// The name has no address.
    Dns,
    /// Nothing accepted a connection.
    Connect,
    /// No encrypted connection came about, mostly because of the certificate.
    Tls,
    /// No answer in time; also a wait for the rate limit that would have taken longer than the request may.
    Timeout,
    /// The answer is larger than the request allows.
    TooLarge,
    TooManyRedirects,
    /// The connection ended before the whole answer had arrived.
    Dropped,
    /// The answer arrived but could not be decoded.
    BadBody,
}

/// Whether the request reached the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sent {
    /// Certainly not: it may be repeated at will.
    No,
    /// Perhaps, perhaps with an effect: look before a write is repeated.
    Maybe,
}

/// A request that brought no usable answer. An answer with status 500 is not an error here: it is an answer.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct OutboundError {
    pub kind: OutboundErrorKind,
    pub sent: Sent,
    /// For a person, without a secret.
    pub message: String,
}

impl OutboundError {
    pub(crate) fn unsent(kind: OutboundErrorKind, message: impl Into<String>) -> Self {
        Self { kind, sent: Sent::No, message: message.into() }
    }
    pub(crate) fn maybe_sent(kind: OutboundErrorKind, message: impl Into<String>) -> Self {
        Self { kind, sent: Sent::Maybe, message: message.into() }
    }
    pub(crate) fn blocked(url: &Url, reason: &str) -> Self {
        Self::unsent(
            OutboundErrorKind::Blocked,
            format!("{} leads to {reason}, which this installation does not call.", host_of(url)),
        )
    }
    pub(crate) fn too_large(url: &Url, limit: u64) -> Self {
        Self::maybe_sent(
            OutboundErrorKind::TooLarge,
            format!("The answer of {} is larger than {}.", redacted(url), bytes_in_words(limit)),
        )
    }
    pub(crate) fn timed_out(url: &Url, limit: Duration, sent: Sent) -> Self {
        Self {
            kind: OutboundErrorKind::Timeout,
            sent,
            message: format!("{} did not answer within {}.", host_of(url), seconds_in_words(limit)),
        }
    }
    pub(crate) fn bad_body(url: &Url, detail: impl std::fmt::Display) -> Self {
        Self::maybe_sent(
            OutboundErrorKind::BadBody,
            format!("The answer of {} could not be read: {detail}.", redacted(url)),
        )
    }

    /// Sorts what the HTTP library reports. `limit` is the time that was allowed.
    pub(crate) fn from_transport(error: &reqwest::Error, url: &Url, limit: Duration) -> Self {
        let host = host_of(url);
        if let Some(refused) = cause::<RefusedByGuard>(error) {
            return Self::blocked(url, refused.reason);
        }
        if error.is_builder() {
            return Self::unsent(OutboundErrorKind::InvalidUrl, format!("{} can't be called.", redacted(url)));
        }
        if error.is_connect() || error.is_dns() {
            if error.is_timeout() {
                let message = format!("{host} did not accept a connection in time.");
                return Self::unsent(OutboundErrorKind::Timeout, message);
            }
            if error.is_dns() {
                return Self::unsent(OutboundErrorKind::Dns, format!("The name {host} could not be found."));
            }
            if let Some(tls) = tls_cause(error) {
                let message = format!("No secure connection to {host}: {tls}.");
                return Self::unsent(OutboundErrorKind::Tls, message);
            }
            return Self::unsent(OutboundErrorKind::Connect, format!("{host} did not accept a connection."));
        }
        if error.is_timeout() {
            return Self::timed_out(url, limit, Sent::Maybe);
        }
        Self::dropped(url)
    }

    /// The same, once the answer has begun.
    pub(crate) fn in_body(error: &reqwest::Error, url: &Url, limit: Duration) -> Self {
        if error.is_timeout() {
            return Self::timed_out(url, limit, Sent::Maybe);
        }
        // The library calls both "decoding"; a broken connection shows as hyper's own error beneath.
        if error.is_decode() && cause::<hyper::Error>(error).is_none() {
            return Self::bad_body(url, "it is not compressed as it says");
        }
        Self::dropped(url)
    }

    fn dropped(url: &Url) -> Self {
        let host = host_of(url);
        let message = format!("{host} closed the connection before the answer was complete.");
        Self::maybe_sent(OutboundErrorKind::Dropped, message)
    }
}

impl From<OutboundError> for aos_kernel::Error {
    fn from(error: OutboundError) -> Self {
        let (kind, code) = match error.kind {
            OutboundErrorKind::Blocked => (ErrorKind::Denied, "address_blocked"),
            OutboundErrorKind::InvalidUrl => (ErrorKind::Invalid, "address_invalid"),
            OutboundErrorKind::TooLarge | OutboundErrorKind::TooManyRedirects | OutboundErrorKind::BadBody => {
                (ErrorKind::Outside, "answer_unusable")
            }
            OutboundErrorKind::Dns
            | OutboundErrorKind::Connect
            | OutboundErrorKind::Tls
            | OutboundErrorKind::Timeout
            | OutboundErrorKind::Dropped => (ErrorKind::Unavailable, "no_answer"),
        };
        let context = format!("{:?}, sent: {:?}", error.kind, error.sent);
        Self::new(kind, code, error.message).with_context(context)
    }
}

/// The host and, where it is not the usual one, the port.
pub(crate) fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or("the address");
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn cause<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        // An io::Error shows the source of what it wraps, not the wrapped error itself.
        if let Some(inner) = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref)
            && let Some(found) = cause::<T>(inner)
        {
            return Some(found);
        }
        next = error.source();
    }
    None
}

fn tls_cause(error: &reqwest::Error) -> Option<String> {
    cause::<rustls::Error>(error).map(ToString::to_string)
}

fn seconds_in_words(limit: Duration) -> String {
    match limit.as_millis() {
        0..1_000 => format!("{} milliseconds", limit.as_millis()),
        1_000..2_000 => "a second".to_owned(),
        _ => format!("{} seconds", limit.as_secs()),
    }
}

fn bytes_in_words(limit: u64) -> String {
    const MEBIBYTE: u64 = 1 << 20;
    match limit {
        0..1_024 => format!("{limit} bytes"),
        1_024..MEBIBYTE => format!("{} kB", limit >> 10),
        _ => format!("{} MB", limit >> 20),
    }
}

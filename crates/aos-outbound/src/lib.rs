//! The only way out: every HTTP request of the product leaves through [`Outbound`].
//!
//! What it holds to, so that callers need not:
//!
//! * A private, loopback, link-local or metadata address is never called unless [`OutboundConfig::allow`] names it.
//!   The addresses that a name resolves to are checked at the moment of connecting, so a name that answers differently
//!   the second time gains nothing; redirects are followed here, hop by hop, under the same check.
//! * An `Authorization` header, a cookie or any other secret never follows a redirect to another origin.
//! * Every answer is bounded in bytes (after decompression) and in time (connecting, silence, in all).
//! * A failure says whether the request may have taken effect: [`Sent`].
//! * No secret shows in `Debug`, in a log line, in an error or in a recording.

mod client;
mod error;
mod guard;
mod limiter;
mod recording;
mod redact;
mod request;
mod resolver;
mod response;
mod retry;
mod text;
mod trust;

pub use client::{Outbound, OutboundConfig};
pub use error::{OutboundError, OutboundErrorKind, Sent};
pub use guard::{HostRule, NotAHostRule, refusal};
pub use limiter::RateKey;
pub use recording::{Exchange, RecordedBody, RecordedFailure, RecordedRequest, RecordedResponse, Recorder};
pub use redact::redacted;
pub use request::{Part, Request};
pub use resolver::Lookup;
pub use response::{Response, StreamedResponse};

pub use http::{HeaderMap, Method, StatusCode};

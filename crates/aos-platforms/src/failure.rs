//! What is the same for all platforms: a request that brought no answer.

use aos_capabilities::{PlatformError, PlatformErrorKind};
use aos_kernel::Retry;
use aos_outbound::{OutboundError, OutboundErrorKind, Sent};

/// Whether an operation changes what stands on the platform in a way that must not happen twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It reads, or repeating it changes nothing.
    Harmless,
    /// It makes or changes what readers see.
    Visible,
}

/// Turns the absence of an answer into words and a decision.
pub(crate) fn without_answer(platform: &str, operation: &str, effect: Effect, error: &OutboundError) -> PlatformError {
    use OutboundErrorKind as Kind;
    let (kind, retry, help) = match error.kind {
        Kind::Blocked => (
            PlatformErrorKind::Unavailable,
            Retry::Never,
            "Use the public address of the site, or ask an administrator to allow this one under Outbound.",
        ),
        Kind::InvalidUrl => (PlatformErrorKind::NotFound, Retry::Never, "Check the address of the site."),
        // A name that was mistyped and a resolver that is down look the same, so time may help.
        Kind::Dns => (
            PlatformErrorKind::Unavailable,
            Retry::Backoff,
            "Check that the address of the site is spelled right and that the site is online.",
        ),
        Kind::Connect | Kind::Timeout | Kind::Dropped => (
            PlatformErrorKind::Unavailable,
            Retry::Backoff,
            "It is tried again. If it stays like this, ask whoever hosts the site.",
        ),
        Kind::Tls => {
            (PlatformErrorKind::Unavailable, Retry::Never, "Ask whoever hosts the site to renew its certificate.")
        }
        Kind::TooLarge | Kind::BadBody => (
            PlatformErrorKind::UnexpectedResponse,
            Retry::Never,
            "Ask whoever hosts the site what stands in front of it.",
        ),
        Kind::TooManyRedirects => {
            (PlatformErrorKind::NotFound, Retry::Never, "Use the address that the site itself uses.")
        }
    };
    PlatformError {
        kind,
        retry,
        outcome_unknown: effect == Effect::Visible && error.sent == Sent::Maybe,
        platform: platform.to_owned(),
        operation: operation.to_owned(),
        provider_code: None,
        message: error.message.clone(),
        help: Some(help.to_owned()),
    }
}

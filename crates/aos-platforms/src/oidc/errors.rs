//! What went wrong between us and a provider, in words for a person; the provider's own words go to the log only. Pure.

use aos_kernel::{Error, ErrorKind};
use aos_outbound::OutboundError;
use openidconnect::{DiscoveryError, RequestTokenError, UserInfoError, core::CoreErrorResponseType};

const ADMINISTRATOR: &str = "An administrator should look at Manage → Settings → Sign-in.";

/// An address that can't be one.
pub(super) fn address(error: impl std::fmt::Display) -> Error {
    Error::outside("provider_misconfigured", "The provider's address can't be used.")
        .with_help(ADMINISTRATOR)
        .with_context(error)
}

/// Something answered, but no provider of this protocol.
pub(super) fn no_provider(why: &str) -> Error {
    Error::outside("provider_misconfigured", "The provider did not answer as OpenID Connect does.")
        .with_help("Check the issuer's address; its description is at /.well-known/openid-configuration.")
        .with_context(why)
}

/// No answer at all.
fn unreachable(error: &OutboundError) -> Error {
    let message = format!("The provider could not be asked: {}", error.message);
    Error::unavailable("provider_unreachable", message)
        .with_help("Try again in a moment, or sign in with your password.")
}

/// The proof does not hold.
pub(super) fn proof(why: &str) -> Error {
    Error::new(ErrorKind::Unauthenticated, "proof_not_good", "What the provider sent does not prove who you are.")
        .with_help("Try again. If it stays, an administrator should look at the provider's settings.")
        .with_context(why)
}

pub(super) fn discovery(error: &DiscoveryError<OutboundError>) -> Error {
    match error {
        DiscoveryError::Request(error) => unreachable(error),
        other => no_provider(&other.to_string()),
    }
}

type TokenError = RequestTokenError<OutboundError, openidconnect::StandardErrorResponse<CoreErrorResponseType>>;

pub(super) fn token(error: &TokenError) -> Error {
    match error {
        RequestTokenError::Request(error) => unreachable(error),
        RequestTokenError::ServerResponse(answer) => match answer.error() {
            CoreErrorResponseType::InvalidClient | CoreErrorResponseType::UnauthorizedClient => {
                Error::outside("provider_misconfigured", "The provider does not know this installation.")
                    .with_help("An administrator should check client id and secret under Manage → Settings → Sign-in.")
                    .with_context(answer.error())
            }
            CoreErrorResponseType::InvalidGrant => proof("the provider refused the code"),
            other => Error::outside("provider_refused", "The provider refused the sign-in.")
                .with_help(ADMINISTRATOR)
                .with_context(other),
        },
        other => no_provider(&other.to_string()),
    }
}

pub(super) fn user_info(error: &UserInfoError<OutboundError>) -> Error {
    match error {
        UserInfoError::Request(error) => unreachable(error),
        UserInfoError::ClaimsVerification(error) => proof(&error.to_string()),
        other => no_provider(&other.to_string()),
    }
}

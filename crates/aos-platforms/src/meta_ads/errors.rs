//! The words for what is done at Meta Ads. The codes are Meta's: `meta/errors.rs`.

use aos_capabilities::{PlatformError, PlatformErrorKind};

use super::FACE;
use crate::{meta::errors, verb::Verb};

pub(super) const CONNECT: Verb = Verb::reading("connect", "read the ad account");
pub(super) const LIST: Verb = Verb::reading("authorize", "list the ad accounts of the person");

/// The channel does not say which ad account it is.
pub(super) fn no_account() -> PlatformError {
    let message = "The channel does not say which ad account it is.";
    errors::error(FACE, CONNECT, PlatformErrorKind::NotFound, message, "Connect the ad account again.")
}

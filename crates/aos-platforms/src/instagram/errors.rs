//! What only Instagram refuses, and the words for what is done there. The codes are Meta's: `meta/errors.rs`.

use std::time::Duration;

use aos_capabilities::{PlatformError, PlatformErrorKind as Kind};
use aos_kernel::Retry;

use super::{FACE, api::Container};
use crate::{
    meta::{
        api::GraphError,
        errors::{self, Refused},
    },
    verb::Verb,
};

pub(super) const CONNECT: Verb = Verb::reading("connect", "read the account");
/// Nobody sees what is only prepared.
pub(super) const PREPARE: Verb = Verb::harmless("prepare", "prepare the pictures", "media");
pub(super) const WAIT: Verb = Verb::harmless("prepare", "look whether the pictures are ready", "media");
pub(super) const QUOTA: Verb = Verb::reading("publish", "read how many posts are left today");
pub(super) const PUBLISH: Verb = Verb::visible("publish", "publish the post", "media");
pub(super) const READ: Verb = Verb::reading("read", "read the post");
pub(super) const FIND: Verb = Verb::reading("find", "look for the post");
pub(super) const INSPECT: Verb = Verb::reading("inspect", "read what the score needs");

/// Pictures are seldom ready later than this.
const LATER: Duration = Duration::from_secs(60);
/// The window moves, so places come free before its end.
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);

/// The channel does not say which account it is.
pub(super) fn no_account() -> PlatformError {
    let message = "The channel does not say which Instagram account it is.";
    errors::error(FACE, CONNECT, Kind::NotFound, message, "Connect the account again.")
}

/// Instagram fetches pictures itself, and this one has no address for that.
pub(super) fn no_address(file_name: &str) -> PlatformError {
    let message = format!("Instagram fetches pictures itself, and {file_name} has no public address.");
    let help = "Ask an administrator to set the public address of this installation; it must begin with https.";
    errors::error(FACE, PUBLISH, Kind::Invalid("media".to_owned()), message, help)
}

/// Asked often enough: whoever called comes back.
pub(super) fn still_preparing() -> PlatformError {
    let message = "Instagram is still preparing the pictures; nothing is public yet.";
    let help = "It is tried again in a minute.";
    PlatformError { retry: Retry::After(LATER), ..errors::error(FACE, WAIT, Kind::Unavailable, message, help) }
}

pub(super) fn quota_reached(total: u64, window: Option<Duration>) -> PlatformError {
    let message = format!("Instagram takes {total} posts a day from this account, and that number is reached.");
    let help = "It is published as soon as Instagram takes posts again.";
    let wait = window.unwrap_or(LONGEST_WAIT).clamp(LATER, LONGEST_WAIT);
    PlatformError { retry: Retry::After(wait), ..errors::error(FACE, QUOTA, Kind::RateLimited, message, help) }
}

/// Instagram gave up on what was prepared.
pub(super) fn not_prepared(container: &Container) -> PlatformError {
    if container.status_code == "EXPIRED" {
        let message = "What was prepared on Instagram is too old to be published; nothing is public.";
        let help = "It is prepared anew.";
        return PlatformError { retry: Retry::Backoff, ..errors::error(FACE, WAIT, Kind::Unavailable, message, help) };
    }
    let error = GraphError { subcode: subcode(container.status.as_deref()), ..GraphError::default() };
    let refused = Refused { status: 400, error: Some(&error), wait: None };
    // Its code is 0: the state of a container carries the subcode alone.
    PlatformError {
        provider_code: (error.subcode != 0).then(|| error.subcode.to_string()),
        ..errors::refusal(FACE, WAIT, &refused)
    }
}

/// The subcode among the words of a state, as in "Error: Media upload has failed with error code 2207026".
fn subcode(status: Option<&str>) -> i64 {
    const FAMILY: std::ops::Range<i64> = 2_207_000..2_208_000;
    let numbers = status.unwrap_or_default().split(|c: char| !c.is_ascii_digit());
    numbers.filter_map(|digits| digits.parse().ok()).find(|number| FAMILY.contains(number)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn container(status_code: &str, status: &str) -> Container {
        Container { status_code: status_code.to_owned(), status: Some(status.to_owned()) }
    }

    #[test]
    fn the_reason_of_a_failed_container_is_told() {
        let error = not_prepared(&container("ERROR", "Error: Media upload has failed with error code 2207009"));
        assert_eq!((error.kind, error.retry), (Kind::Invalid("media".to_owned()), Retry::Never));
        assert!(error.message.contains("shape"), "{}", error.message);
        assert_eq!(error.provider_code.as_deref(), Some("2207009"));
        let error = not_prepared(&container("ERROR", ""));
        assert_eq!((error.kind, error.outcome_unknown), (Kind::Invalid("media".to_owned()), false));
        assert_eq!(not_prepared(&container("EXPIRED", "")).retry, Retry::Backoff);
    }

    #[test]
    fn a_quota_asks_to_wait_an_hour_at_most() {
        let day = quota_reached(100, Some(Duration::from_secs(86_400)));
        assert_eq!((day.kind, day.retry), (Kind::RateLimited, Retry::After(LONGEST_WAIT)));
        assert_eq!(quota_reached(100, Some(Duration::ZERO)).retry, Retry::After(LATER));
    }

    proptest! {
        #[test]
        fn no_state_makes_the_reader_fail(code in ".{0,12}", status in ".{0,60}") {
            let _ = not_prepared(&container(&code, &status));
        }
    }
}

//! What only Search Console says when it refuses. Source: contract `google.md`, section 5.

use std::time::Duration;

use aos_capabilities::PlatformErrorKind as Kind;
use aos_kernel::Retry;

use crate::google::{
    Operation,
    errors::{Judgement, Refused},
};

pub(super) const CONNECT: Operation = Operation::read("connect", "look at the site");
pub(super) const TARGETS: Operation = Operation::read("list sites", "list the sites");

/// After the load quota is used up, Search Console asks for a quarter of an hour.
const QUARTER_OF_AN_HOUR: Duration = Duration::from_mins(15);

pub(super) fn own(refused: &Refused<'_>) -> Option<Judgement> {
    if refused.has("quotaExceeded") && refused.wait() == Retry::Backoff {
        let message = "Search Console has answered as much as it does for now.";
        return Some(Judgement::later(Kind::RateLimited, Retry::After(QUARTER_OF_AN_HOUR), message));
    }
    None
}

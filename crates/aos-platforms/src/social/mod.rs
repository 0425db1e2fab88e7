//! What the clients of social platforms share: the exchange of consents, the words of refusals, and knowing a post by
//! its words.

pub(crate) mod oauth;
pub(crate) mod refusal;
pub(crate) mod words;

#[cfg(test)]
pub(crate) mod bench;

use std::time::Duration;

use aos_capabilities::{Account, Descriptor};
use aos_kernel::Timestamp;
use aos_outbound::RateKey;
use chrono::TimeDelta;

/// How far a platform's clock may be behind ours.
const SKEW: TimeDelta = TimeDelta::minutes(2);

/// The longest that an upload may take.
pub(crate) const UPLOAD_PATIENCE: Duration = Duration::from_secs(300);

/// Which client speaks; its words in errors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Who {
    pub id: &'static str,
    pub name: &'static str,
}

/// The earliest moment at which a post may have been made that an attempt since `since` made.
pub(crate) fn not_before(since: Timestamp) -> Timestamp {
    since - SKEW
}

/// Requests of one account that share a limit. A simulated vendor counts by a clock of its own, so nobody waits for it.
pub(crate) fn account_key(descriptor: &Descriptor, account: &Account, family: &str, per_minute: u32) -> RateKey {
    key(descriptor, &format!("{}:{family}", account.channel), per_minute)
}

/// Requests of the agency's application that share a limit.
pub(crate) fn app_key(descriptor: &Descriptor, family: &str, per_minute: u32) -> RateKey {
    key(descriptor, &format!("app:{family}"), per_minute)
}

fn key(descriptor: &Descriptor, of: &str, per_minute: u32) -> RateKey {
    let per_minute = if descriptor.simulated { 0 } else { per_minute };
    RateKey { account: format!("{}:{of}", descriptor.id), per_minute }
}

/// A number as people write it: "12,400".
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// One part of a path or a value of a query, with everything encoded that might mean something there.
pub(crate) fn encoded(part: &str) -> String {
    // As a form writes it, but for the space: a plus sign in a path is a plus sign.
    url::form_urlencoded::byte_serialize(part.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_parts_encoded() {
        assert_eq!([7, 991, 1_240, 1_000_000].map(grouped), ["7", "991", "1,240", "1,000,000"]);
        assert_eq!(encoded("urn:li:organization:123"), "urn%3Ali%3Aorganization%3A123");
        assert_eq!(encoded("a b+c/d"), "a%20b%2Bc%2Fd");
    }
}

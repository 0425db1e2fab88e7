//! What Facebook, Instagram and Meta Ads share: calls of the Graph API, consent, refusals and usage. Source: contract
//! `meta.md`, sections 1 to 4. See `docs.md` in this folder.

pub(crate) mod api;
pub(crate) mod errors;
pub(crate) mod graph;
pub(crate) mod oauth;
pub(crate) mod pages;

use chrono::TimeDelta;

/// The Graph API's version that the clients were written for. Meta lets a version live about two years and has said no
/// day for this one.
pub(crate) const VERSION: &str = "v26.0";

/// Where an administrator registers the application.
pub(crate) const REGISTERED_AT: &str = "developers.facebook.com, My Apps, with the product Facebook Login";

/// Meta's clock and ours need not agree to the second; a post of an earlier attempt may seem this much older.
pub(crate) const SKEW: TimeDelta = TimeDelta::seconds(30);

/// Which of Meta's platforms speaks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Face {
    /// The word in the database.
    pub id: &'static str,
    /// As people know it.
    pub name: &'static str,
    /// What a channel is there: "page".
    pub noun: &'static str,
}

/// Whether an id of the other side may stand in a path. Ids are digits, at most two joined by a line, or `act_` before.
pub(crate) fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= 128 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// "1,240".
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Texts are the same when their words are: platforms trim and join the space between them.
pub(crate) fn same_words(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_ids_hold_no_path() {
        assert_eq!(
            (grouped(7), grouped(1_240), grouped(12_345_678)),
            ("7".into(), "1,240".into(), "12,345,678".into())
        );
        for (id, good) in [("123_456", true), ("act_7", true), ("", false), ("../me", false), ("1?fields=x", false)] {
            assert_eq!(is_id(id), good, "{id}");
        }
        assert!(same_words("Roof care \r\n in spring ", "Roof care in spring") && !same_words("Roof", "Roofs"));
    }
}

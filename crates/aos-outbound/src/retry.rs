//! Whether and when a request is tried again.

use std::time::Duration;

use aos_kernel::Timestamp;
use chrono::DateTime;
use http::{HeaderMap, header};
use rand::RngExt;

use crate::{OutboundError, OutboundErrorKind};

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// The pause before the next try, `None` when there should be none. `tries` counts those already made, from 1.
pub(crate) fn pause_after_answer(status: u16, headers: &HeaderMap, tries: u8) -> Option<Duration> {
    if !matches!(status, 408 | 425 | 429 | 502 | 503 | 504) {
        return None;
    }
    // A date is measured against the answer's own date, so neither side's clock matters.
    let asked =
        date(headers.get(header::DATE)).and_then(|sent| retry_after(headers, sent)).or_else(|| seconds(headers));
    match asked {
        // Whoever called decides about long waits: they know a job to put aside.
        Some(asked) if asked > LONGEST_PAUSE => None,
        Some(asked) => Some(asked.max(FIRST_PAUSE)),
        None => Some(backoff(tries)),
    }
}

/// As above, for a request that brought no answer.
pub(crate) fn pause_after_error(error: &OutboundError, tries: u8) -> Option<Duration> {
    use OutboundErrorKind::{
        BadBody, Blocked, Connect, Dns, Dropped, InvalidUrl, Timeout, Tls, TooLarge, TooManyRedirects,
    };
    match error.kind {
        Dns | Connect | Timeout | Dropped => Some(backoff(tries)),
        Blocked | InvalidUrl | Tls | TooLarge | TooManyRedirects | BadBody => None,
    }
}

/// Doubling, with chance mixed in so that many clients do not come back at the same moment.
fn backoff(tries: u8) -> Duration {
    let full = FIRST_PAUSE.saturating_mul(1 << tries.saturating_sub(1).min(10)).min(LONGEST_PAUSE);
    full.mul_f64(rand::rng().random_range(0.5..1.0))
}

/// The `Retry-After` header as a duration from `now`; a moment that has passed is zero.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    seconds(headers).or_else(|| {
        let until = date(headers.get(header::RETRY_AFTER))?;
        Some((until - now).to_std().unwrap_or_default())
    })
}

fn seconds(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    text.parse().ok().map(Duration::from_secs)
}

fn date(value: Option<&http::HeaderValue>) -> Option<Timestamp> {
    let text = value?.to_str().ok()?.trim();
    DateTime::parse_from_rfc2822(text).ok().map(|date| date.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let now = "2030-01-02T09:00:00Z".parse().unwrap();
        assert_eq!(retry_after(&headers(&[("retry-after", "7")]), now), Some(Duration::from_secs(7)));
        let date = headers(&[("retry-after", "Wed, 02 Jan 2030 09:01:00 GMT")]);
        assert_eq!(retry_after(&date, now), Some(Duration::from_secs(60)));
        let past = headers(&[("retry-after", "Wed, 02 Jan 2030 08:00:00 GMT")]);
        assert_eq!(retry_after(&past, now), Some(Duration::ZERO));
        assert_eq!(retry_after(&headers(&[("retry-after", "soon")]), now), None);
    }

    #[test]
    fn a_wish_is_respected_and_a_long_one_is_left_to_the_caller() {
        let short = headers(&[("retry-after", "2")]);
        assert_eq!(pause_after_answer(429, &short, 1), Some(Duration::from_secs(2)));
        let dated =
            headers(&[("date", "Wed, 02 Jan 2030 09:00:00 GMT"), ("retry-after", "Wed, 02 Jan 2030 09:00:05 GMT")]);
        assert_eq!(pause_after_answer(503, &dated, 1), Some(Duration::from_secs(5)));
        assert_eq!(pause_after_answer(429, &headers(&[("retry-after", "3600")]), 1), None);
    }

    #[test]
    fn pauses_grow_and_stay_bounded() {
        for tries in 1..=255 {
            let pause = pause_after_answer(503, &HeaderMap::new(), tries).unwrap();
            assert!(pause <= LONGEST_PAUSE && pause >= FIRST_PAUSE / 2, "{pause:?}");
        }
        assert!(backoff(6) > backoff(1));
    }

    #[test]
    fn answers_that_would_be_the_same_again_are_not_asked_for_again() {
        for status in [200, 301, 400, 401, 403, 404, 409, 410, 422, 500, 501] {
            assert_eq!(pause_after_answer(status, &HeaderMap::new(), 1), None, "{status}");
        }
    }
}

//! What a refusal means and what a person can do. Source: contract `social.md`, 1.2.

use std::time::Duration;

use aos_capabilities::{PlatformError, PlatformErrorKind as Kind};
use aos_kernel::{Retry, Timestamp};
use aos_outbound::Response;
use chrono::{NaiveTime, TimeDelta};

use super::{WHO, api::ErrorBody};
use crate::{
    social::refusal::{self, Judgement, Verb},
    vendor::wait_of,
};

/// Kind, decision, words and help of an answer that is not the wanted one.
pub(super) fn refusal(verb: Verb, response: &Response, now: Timestamp) -> PlatformError {
    let body: ErrorBody = serde_json::from_slice(&response.body).unwrap_or_default();
    let raw = String::from_utf8_lossy(&response.body).to_ascii_lowercase();
    let wait = match response.status {
        429 if response.retry_after(now).is_none() => Retry::After(until_midnight(now)),
        _ => wait_of(response, now),
    };
    let code = body.code.or_else(|| body.service_error_code.map(|number| number.to_string()));
    let code = code.or_else(|| raw.contains("duplicate_post").then(|| "DUPLICATE_POST".to_owned()));
    judge(verb, response.status, &body.message, &raw, wait).into_error(WHO, verb, response.status, code)
}

fn judge(verb: Verb, status: u16, said: &str, raw: &str, wait: Retry) -> Judgement {
    match status {
        400 | 409 | 422 if verb == Verb::Publish && raw.contains("duplicate") => Judgement::never(
            Kind::Conflict,
            "LinkedIn says that the page has this post already.",
            "Look at the page. If the post is not there, change its words and publish it again.",
        ),
        400 | 422 if verb == Verb::Publish && is_unfinished(raw) => {
            Judgement::later(Kind::Unavailable, Retry::Backoff, "LinkedIn has not finished reading the media.")
        }
        403 => Judgement::never(
            Kind::PermissionMissing,
            match verb {
                Verb::Publish | Verb::Upload => "LinkedIn does not let this person publish on the page.",
                _ => "LinkedIn does not let this person see what is needed of the page.",
            },
            "Somebody who is an administrator of the page connects it again and allows everything that is asked for. \
             If they did, the agency's application at LinkedIn lacks the product Community Management API.",
        ),
        426 => Judgement::never(
            Kind::Unsupported,
            "LinkedIn no longer answers the version of its interface that this installation is set to.",
            "An administrator sets a newer version for LinkedIn in the configuration.",
        ),
        429 => Judgement::later(
            Kind::RateLimited,
            wait,
            "LinkedIn takes no more requests from this account or application today.",
        ),
        _ => refusal::by_status(WHO, verb, status, said, wait),
    }
}

/// Media are read by LinkedIn after they arrived; a post that names them too early is refused.
fn is_unfinished(raw: &str) -> bool {
    ["not ready", "waiting_upload", "still processing", "not available yet"].iter().any(|words| raw.contains(words))
}

/// LinkedIn counts by days of UTC.
fn until_midnight(now: Timestamp) -> Duration {
    let next = (now + TimeDelta::days(1)).date_naive().and_time(NaiveTime::MIN).and_utc();
    (next - now).to_std().unwrap_or_default()
}

/// The page that was connected does not exist any more.
pub(super) fn page_gone(error: PlatformError) -> PlatformError {
    PlatformError {
        message: "The page is no longer on LinkedIn.".to_owned(),
        help: Some("If it was moved or merged, connect the new page.".to_owned()),
        ..error
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::social::bench::{answer, now};

    #[test]
    fn the_table_of_the_contract() {
        let midnight = Duration::from_secs(15 * 3600);
        for (verb, status, body, kind, retry, unknown) in [
            (Verb::Publish, 400, r#"{"message":"bad field"}"#, Kind::Invalid("text".into()), Retry::Never, false),
            (Verb::Upload, 400, "{}", Kind::Invalid("media".into()), Retry::Never, false),
            (Verb::Publish, 401, r#"{"serviceErrorCode":65601}"#, Kind::AuthExpired, Retry::Never, false),
            (Verb::Publish, 403, "{}", Kind::PermissionMissing, Retry::Never, false),
            (Verb::Read, 404, "{}", Kind::NotFound, Retry::Never, false),
            (
                Verb::Publish,
                422,
                r#"{"errorDetails":{"inputErrors":[{"code":"DUPLICATE_POST"}]}}"#,
                Kind::Conflict,
                Retry::Never,
                false,
            ),
            (Verb::Publish, 422, "{}", Kind::Invalid("text".into()), Retry::Never, false),
            (
                Verb::Publish,
                400,
                r#"{"message":"urn:li:image:1 is not ready"}"#,
                Kind::Unavailable,
                Retry::Backoff,
                false,
            ),
            (Verb::Publish, 426, r#"{"code":"VERSION_DEPRECATED"}"#, Kind::Unsupported, Retry::Never, false),
            (Verb::Publish, 429, "{}", Kind::RateLimited, Retry::After(midnight), false),
            (Verb::Publish, 503, "<html>", Kind::Unavailable, Retry::Backoff, true),
            (Verb::Upload, 503, "", Kind::Unavailable, Retry::Backoff, false),
            (Verb::Publish, 302, "", Kind::UnexpectedResponse, Retry::Never, false),
        ] {
            let error = refusal(verb, &answer(status, body), now());
            assert_eq!((error.kind, error.retry, error.outcome_unknown), (kind, retry, unknown), "{status} {body}");
        }
        let error = refusal(Verb::Publish, &answer(422, r#"{"message":"x DUPLICATE_POST"}"#), now());
        assert_eq!(error.provider_code.as_deref(), Some("DUPLICATE_POST"));
    }

    #[test]
    fn linkedins_own_reason_stands_in_the_words() {
        let error = refusal(Verb::Publish, &answer(400, "{\"message\":\"Commentary is\\nbroken.\"}"), now());
        assert_eq!(error.message, "LinkedIn does not take the post. It says: “Commentary is broken”.");
    }

    proptest! {
        #[test]
        fn no_answer_makes_the_table_fail(status in 300_u16..600, body in ".{0,80}") {
            let error = refusal(Verb::Publish, &answer(status, &body), now());
            prop_assert!(!error.outcome_unknown || matches!(status, 408 | 500..=599));
        }
    }
}

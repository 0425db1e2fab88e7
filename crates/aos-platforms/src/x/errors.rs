//! What a refusal means and what a person can do. Source: contract `social.md`, 2.4.

use std::time::Duration;

use aos_capabilities::{PlatformError, PlatformErrorKind as Kind};
use aos_kernel::{Retry, Timestamp};
use aos_outbound::Response;

use super::{WHO, api::Problem};
use crate::{
    social::refusal::{self, Judgement, Verb},
    vendor::wait_of,
};

/// Kind, decision, words and help of an answer that is not the wanted one.
pub(super) fn refusal(verb: Verb, response: &Response, now: Timestamp) -> PlatformError {
    let problem: Problem = serde_json::from_slice(&response.body).unwrap_or_default();
    let wait = match response.header("x-rate-limit-reset").and_then(|reset| reset.trim().parse::<i64>().ok()) {
        Some(reset) if response.status == 429 => Retry::After(until(reset, now)),
        _ => wait_of(response, now),
    };
    judge(verb, response.status, &problem, wait).into_error(WHO, verb, response.status, code(&problem))
}

/// The same of a problem inside an answer with a good status.
pub(super) fn problem(verb: Verb, problem: &Problem) -> PlatformError {
    let status = match kind(problem) {
        "resource-not-found" => 404,
        "not-authorized-for-resource" | "client-forbidden" | "usage-capped" => 403,
        "rate-limit-exceeded" => 429,
        _ => 400,
    };
    judge(verb, status, problem, Retry::Backoff).into_error(WHO, verb, status, code(problem))
}

/// The last word of the problem's type.
pub(super) fn kind(problem: &Problem) -> &str {
    problem.kind.rsplit('/').next().filter(|kind| *kind != "about:blank").unwrap_or_default()
}

fn code(problem: &Problem) -> Option<String> {
    let kind = kind(problem);
    (!kind.is_empty()).then(|| kind.to_owned())
}

fn judge(verb: Verb, status: u16, problem: &Problem, wait: Retry) -> Judgement {
    let cause = problem.errors.first().map(|cause| cause.message.as_str()).unwrap_or_default();
    let said = [cause, &problem.detail, &problem.message, &problem.title].into_iter().find(|text| !text.is_empty());
    let said = said.unwrap_or_default();
    match (status, kind(problem)) {
        (402, _) | (_, "usage-capped") => Judgement::never(
            Kind::RateLimited,
            "The budget of the agency's application at X is used up.",
            "An administrator raises the budget at developer.x.com. Then try again.",
        ),
        (403, _) if verb == Verb::Publish && mentions_duplicate(problem) => Judgement::never(
            Kind::Conflict,
            "X says that the account has this post already.",
            "Look at the account. If the post is not there, change its words and publish it again.",
        ),
        (403, "client-forbidden") => Judgement::never(
            Kind::PermissionMissing,
            "X does not let the agency's application do this.",
            "An administrator looks at developer.x.com whether the application is in a project and may read and write.",
        ),
        (429, _) => Judgement::later(Kind::RateLimited, wait, "X takes no more requests of this kind for now."),
        _ => refusal::by_status(WHO, verb, status, said, wait),
    }
}

fn mentions_duplicate(problem: &Problem) -> bool {
    let causes = problem.errors.iter().map(|cause| &cause.message);
    [&problem.detail, &problem.title].into_iter().chain(causes).any(|text| text.to_lowercase().contains("duplicate"))
}

/// At least a second: a reset that has just passed on our clock may not have on theirs.
fn until(reset: i64, now: Timestamp) -> Duration {
    Duration::from_secs(u64::try_from(reset.saturating_sub(now.timestamp())).unwrap_or_default().max(1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::social::bench::{answer, now};

    const PROBLEMS: &str = "https://api.x.com/2/problems/";

    #[test]
    fn the_table_of_the_contract() {
        let of = |kind: &str, detail: &str| format!(r#"{{"type":"{PROBLEMS}{kind}","detail":"{detail}"}}"#);
        for (verb, status, body, kind, retry, unknown) in [
            (Verb::Publish, 400, of("invalid-request", "x"), Kind::Invalid("text".into()), Retry::Never, false),
            (Verb::Upload, 400, of("invalid-request", "x"), Kind::Invalid("media".into()), Retry::Never, false),
            (Verb::Publish, 401, "{}".into(), Kind::AuthExpired, Retry::Never, false),
            (Verb::Publish, 402, "{}".into(), Kind::RateLimited, Retry::Never, false),
            (
                Verb::Publish,
                403,
                r#"{"type":"about:blank","detail":"You are not allowed to create a Tweet with duplicate content."}"#
                    .into(),
                Kind::Conflict,
                Retry::Never,
                false,
            ),
            (Verb::Publish, 403, of("client-forbidden", ""), Kind::PermissionMissing, Retry::Never, false),
            (Verb::Publish, 403, "<html>".into(), Kind::PermissionMissing, Retry::Never, false),
            (Verb::Publish, 429, of("usage-capped", ""), Kind::RateLimited, Retry::Never, false),
            (Verb::Publish, 429, of("rate-limit-exceeded", ""), Kind::RateLimited, Retry::Backoff, false),
            (Verb::Read, 404, of("resource-not-found", ""), Kind::NotFound, Retry::Never, false),
            (Verb::Publish, 409, "{}".into(), Kind::Conflict, Retry::Never, false),
            (Verb::Publish, 503, "".into(), Kind::Unavailable, Retry::Backoff, true),
            (Verb::Upload, 503, "".into(), Kind::Unavailable, Retry::Backoff, false),
        ] {
            let error = refusal(verb, &answer(status, &body), now());
            assert_eq!((error.kind, error.retry, error.outcome_unknown), (kind, retry, unknown), "{status} {body}");
        }
    }

    #[test]
    fn the_reset_says_how_long_to_wait() {
        for (reset, seconds) in [(now().timestamp() + 90, 90), (now().timestamp() - 5, 1), (i64::MIN, 1)] {
            let mut response = answer(429, "{}");
            response.headers.insert("x-rate-limit-reset", reset.to_string().parse().unwrap());
            let error = refusal(Verb::Publish, &response, now());
            assert_eq!(error.retry, Retry::After(Duration::from_secs(seconds)));
        }
    }

    proptest! {
        #[test]
        fn no_answer_makes_the_table_fail(status in 300_u16..600, body in ".{0,80}") {
            let error = refusal(Verb::Publish, &answer(status, &body), now());
            prop_assert!(!error.outcome_unknown || matches!(status, 408 | 500..=599));
        }
    }
}

//! What a refusal means and what a person can do. Source: contract `social.md`, 3.2.

use std::time::Duration;

use aos_capabilities::{PlatformError, PlatformErrorKind as Kind};
use aos_kernel::{Retry, Timestamp};
use aos_outbound::Response;

use super::{WHO, api::ErrorBody};
use crate::{
    social::{
        refusal::{self, Judgement, Verb},
        words,
    },
    vendor::wait_of,
};

const A_DAY: Duration = Duration::from_secs(24 * 3600);
const AUDIT: &str = "An administrator applies for the audit of the agency's application at developers.tiktok.com.";

/// Kind, decision, words and help of an answer whose envelope does not say "ok".
pub(super) fn refusal(verb: Verb, response: &Response, error: &ErrorBody, now: Timestamp) -> PlatformError {
    let code = Some(error.code.as_str()).filter(|code| !code.is_empty() && *code != "ok");
    let wait = wait_of(response, now);
    // The code decides before the status. A failure of theirs is one also where the status says otherwise.
    let status = match (code, response.status) {
        (Some("internal_error"), 0..=499) => 500,
        (_, status) => status,
    };
    judge(verb, status, code.unwrap_or_default(), &error.message, wait).into_error(
        WHO,
        verb,
        status,
        code.map(ToOwned::to_owned),
    )
}

fn judge(verb: Verb, status: u16, code: &str, said: &str, wait: Retry) -> Judgement {
    let post = verb == Verb::Publish;
    match code {
        "access_token_invalid" => refusal::by_status(WHO, verb, 401, said, wait),
        "scope_not_authorized" => Judgement::never(
            Kind::PermissionMissing,
            format!("The consent at TikTok does not allow us to {}.", ours(verb)),
            "Connect the account again and allow everything that is asked for.",
        ),
        "scope_permission_missed" => Judgement::never(
            Kind::PermissionMissing,
            format!("TikTok does not let the agency's application {}.", ours(verb)),
            "An administrator adds the missing permission to the application at developers.tiktok.com.",
        ),
        "rate_limit_exceeded" => {
            Judgement::later(Kind::RateLimited, wait, "TikTok takes no more requests of this kind for now.")
        }
        "invalid_param" | "invalid_params" if post => refusal::refused(WHO, "text", said),
        "invalid_param" | "invalid_params" => refusal::by_status(WHO, verb, 400, said, wait),
        "invalid_publish_id" => refusal::by_status(WHO, verb, 404, said, wait),
        "spam_risk_too_many_posts" => Judgement::later(
            Kind::RateLimited,
            Retry::After(A_DAY),
            "The account has published as much on TikTok as it may in one day.",
        ),
        "spam_risk_too_many_pending_share" => Judgement::never(
            Kind::RateLimited,
            "Too many posts wait in the account's inbox on TikTok.",
            "Somebody opens TikTok as this account and finishes or deletes them. Then try again.",
        ),
        "spam_risk_text" => Judgement::never(
            Kind::Invalid("text".to_owned()),
            "TikTok takes the text for spam.",
            "Change the text; then publish it again.",
        ),
        "spam_risk_user_banned_from_posting" => Judgement::never(
            Kind::PermissionMissing,
            "TikTok has barred the account from publishing.",
            "Somebody opens TikTok as this account, where the reason stands.",
        ),
        "reached_active_user_cap" => Judgement::never(
            Kind::RateLimited,
            "The agency's application may publish for no further account on TikTok today.",
            AUDIT,
        ),
        "unaudited_client_can_only_post_to_private_accounts" => Judgement::never(
            Kind::PermissionMissing,
            "TikTok has not audited the agency's application: until then it publishes for private accounts only.",
            AUDIT,
        ),
        "url_ownership_unverified" => Judgement::never(
            Kind::PermissionMissing,
            "TikTok does not fetch media from this installation, because its address is not verified there.",
            "An administrator verifies the address at developers.tiktok.com, URL properties.",
        ),
        "privacy_level_option_mismatch" => Judgement::never(
            Kind::Conflict,
            "Who may see posts of the account was changed on TikTok at the same moment.",
            "Publish the post again.",
        ),
        "internal_error" => Judgement::later(
            Kind::Unavailable,
            wait,
            format!("TikTok could not {} because it failed itself.", verb.words()),
        ),
        _ => refusal::by_status(WHO, verb, status, said, wait),
    }
}

/// What we may not, where the verb's own words are TikTok's work.
fn ours(verb: Verb) -> &'static str {
    match verb {
        Verb::Upload | Verb::Publish => "publish",
        other => other.words(),
    }
}

/// The place for a video did not take its bytes.
pub(super) fn upload(verb: Verb, response: &Response, now: Timestamp) -> PlatformError {
    let status = response.status;
    let judgement = match status {
        400 | 413 | 415 | 422 => refusal::refused(WHO, "media", ""),
        _ => Judgement::later(Kind::Unavailable, wait_of(response, now), "TikTok did not take the video to its end."),
    };
    judgement.into_error(WHO, verb, status, None)
}

/// Why a post failed after it was taken.
pub(super) fn failed(reason: Option<&str>) -> String {
    let words = match reason.unwrap_or_default() {
        "file_format_check_failed" => "TikTok does not take the format of the file.",
        "duration_check_failed" => "TikTok takes no video of this length from this account.",
        "frame_rate_check_failed" => "TikTok takes no video with this number of pictures per second.",
        "picture_size_check_failed" => "TikTok does not take the size of the picture.",
        "video_pull_failed" | "photo_pull_failed" => "TikTok could not fetch the media from this installation.",
        "auth_removed" => "The access to the account was taken back while TikTok worked on the post.",
        "publish_cancelled" => "Somebody cancelled the post on TikTok.",
        "" => "TikTok took the post and then did not publish it. It gave no reason.",
        other => {
            let reason = words::reason(&other.replace('_', " ")).unwrap_or_default();
            return format!("TikTok took the post and then did not publish it. It says: “{reason}”.");
        }
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::social::bench::{answer, now};

    fn of(verb: Verb, status: u16, code: &str) -> PlatformError {
        let error = ErrorBody { code: code.to_owned(), message: "Why not".to_owned() };
        refusal(verb, &answer(status, ""), &error, now())
    }

    #[test]
    fn the_table_of_the_contract() {
        for (status, code, kind, retry, unknown) in [
            (401, "access_token_invalid", Kind::AuthExpired, Retry::Never, false),
            (200, "access_token_invalid", Kind::AuthExpired, Retry::Never, false),
            (401, "scope_not_authorized", Kind::PermissionMissing, Retry::Never, false),
            (401, "scope_permission_missed", Kind::PermissionMissing, Retry::Never, false),
            (429, "rate_limit_exceeded", Kind::RateLimited, Retry::Backoff, false),
            (400, "invalid_param", Kind::Invalid("text".into()), Retry::Never, false),
            (400, "invalid_params", Kind::Invalid("text".into()), Retry::Never, false),
            (403, "spam_risk_too_many_posts", Kind::RateLimited, Retry::After(A_DAY), false),
            (403, "spam_risk_too_many_pending_share", Kind::RateLimited, Retry::Never, false),
            (403, "spam_risk_text", Kind::Invalid("text".into()), Retry::Never, false),
            (403, "spam_risk_user_banned_from_posting", Kind::PermissionMissing, Retry::Never, false),
            (403, "reached_active_user_cap", Kind::RateLimited, Retry::Never, false),
            (403, "unaudited_client_can_only_post_to_private_accounts", Kind::PermissionMissing, Retry::Never, false),
            (403, "url_ownership_unverified", Kind::PermissionMissing, Retry::Never, false),
            (403, "privacy_level_option_mismatch", Kind::Conflict, Retry::Never, false),
            (500, "internal_error", Kind::Unavailable, Retry::Backoff, true),
            (200, "internal_error", Kind::Unavailable, Retry::Backoff, true),
            (503, "", Kind::Unavailable, Retry::Backoff, true),
            (403, "something_new", Kind::PermissionMissing, Retry::Never, false),
        ] {
            let error = of(Verb::Publish, status, code);
            assert_eq!((error.kind, error.retry, error.outcome_unknown), (kind, retry, unknown), "{status} {code}");
        }
        assert!(!of(Verb::Upload, 500, "internal_error").outcome_unknown);
        assert_eq!(of(Verb::Read, 400, "invalid_publish_id").kind, Kind::NotFound);
    }

    proptest! {
        #[test]
        fn no_answer_makes_the_table_fail(status in 200_u16..600, code in "[a-z_]{0,20}") {
            prop_assert!(!of(Verb::Upload, status, &code).outcome_unknown);
            let _ = failed(Some(&code));
        }
    }
}

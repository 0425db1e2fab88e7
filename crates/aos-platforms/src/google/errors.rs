//! What a refusal of Google's means and what a person can do. Source: contract `google.md`, section 2.

use std::time::Duration;

use aos_capabilities::{PlatformError, PlatformErrorKind as Kind};
use aos_kernel::Retry;

use super::{Operation, api::ErrorBody};
use crate::failure::Effect;

/// An answer that is not the wanted one, reduced to what the decision needs.
pub(crate) struct Refused<'a> {
    /// The platform as people know it.
    pub name: &'static str,
    pub operation: Operation,
    pub status: u16,
    /// `None` where somebody else answered.
    pub body: Option<&'a ErrorBody>,
    pub retry_after: Option<Duration>,
}

/// What follows from it.
pub(crate) struct Judgement {
    pub kind: Kind,
    pub retry: Retry,
    /// The vendor's word, for the record.
    pub code: Option<String>,
    pub message: String,
    pub help: String,
}

impl Judgement {
    pub fn never(kind: Kind, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { kind, retry: Retry::Never, code: None, message: message.into(), help: help.into() }
    }
    pub fn later(kind: Kind, retry: Retry, message: impl Into<String>) -> Self {
        let help = "It is tried again. If it stays like this, look at Google's status page.";
        Self { kind, retry, code: None, message: message.into(), help: help.to_owned() }
    }
    #[must_use]
    pub fn coded(self, code: impl Into<String>) -> Self {
        Self { code: Some(code.into()), ..self }
    }
}

/// Reasons that mean "too many requests", whatever the status.
const THROTTLING: &[&str] =
    &["RATE_LIMIT_EXCEEDED", "quotaExceeded", "rateLimitExceeded", "userRateLimitExceeded", "dailyLimitExceeded"];

impl Refused<'_> {
    pub fn has(&self, reason: &str) -> bool {
        self.body.is_some_and(|body| body.has(reason))
    }
    /// Google's own status, as in `NOT_FOUND`; empty where somebody else answered.
    pub fn google_status(&self) -> &str {
        self.body.map_or("", |body| &body.status)
    }
    /// When Google wants to be asked again.
    pub fn wait(&self) -> Retry {
        let told = self.body.and_then(|body| body.retry_delay).or(self.retry_after);
        told.map_or(Retry::Backoff, Retry::After)
    }
    fn throttled(&self) -> bool {
        self.status == 429 || (self.status == 403 && THROTTLING.iter().any(|reason| self.has(reason)))
    }
    /// The vendor's most telling word.
    fn code(&self) -> String {
        let reason = self.body.and_then(|body| body.reasons.first());
        let status = Some(self.google_status()).filter(|status| !status.is_empty());
        reason.map(String::as_str).or(status).map_or_else(|| format!("http_{}", self.status), str::to_owned)
    }
}

/// Kind, retry, words and help of a refusal.
pub(crate) fn refusal(
    platform: &str,
    refused: &Refused<'_>,
    own: fn(&Refused<'_>) -> Option<Judgement>,
) -> PlatformError {
    let Judgement { kind, retry, code, message, help } = own(refused).unwrap_or_else(|| judge(refused));
    // A refusal by rule came before any effect; a failure of the server may have come after it.
    let may_have_happened = matches!(refused.status, 408 | 500 | 502..=599);
    PlatformError {
        kind,
        retry,
        outcome_unknown: refused.operation.effect == Effect::Visible && may_have_happened,
        platform: platform.to_owned(),
        operation: refused.operation.name.to_owned(),
        provider_code: Some(code.unwrap_or_else(|| refused.code())),
        message,
        help: Some(help),
    }
}

fn judge(refused: &Refused<'_>) -> Judgement {
    let Refused { name, operation, .. } = *refused;
    let doing = operation.doing;
    if refused.throttled() {
        if refused.body.is_some_and(|body| body.never_let_in) {
            return Judgement::never(
                Kind::PermissionMissing,
                format!("Google has not let the agency's Cloud project use the API of {name} yet: its quota is 0."),
                "An administrator asks Google for access to this API; until Google agrees, nothing can be done here.",
            );
        }
        return Judgement::later(Kind::RateLimited, refused.wait(), format!("{name} asks for fewer requests."));
    }
    match refused.status {
        401 => Judgement::never(
            Kind::AuthExpired,
            format!("Google no longer accepts the access that was given to {name}."),
            "Connect it again with the same Google account.",
        ),
        403 if refused.has("SERVICE_DISABLED") || refused.has("accessNotConfigured") => {
            let service = refused.body.and_then(|body| body.service.as_deref());
            let service = service.map(|service| format!(" ({service})")).unwrap_or_default();
            Judgement::never(
                Kind::PermissionMissing,
                format!("The API of {name}{service} is switched off in the agency's Google Cloud project."),
                "An administrator switches it on in the Google Cloud console under APIs & Services, waits a few \
                 minutes and tries again.",
            )
        }
        403 if refused.has("ACCESS_TOKEN_SCOPE_INSUFFICIENT") || refused.has("insufficientPermissions") => {
            scope_missing(name, doing)
        }
        403 => Judgement::never(
            Kind::PermissionMissing,
            format!("The Google account may not {doing}."),
            format!("Ask whoever owns it on {name} to give this Google account access, then try again."),
        ),
        404 => Judgement::never(
            Kind::NotFound,
            format!("{name} did not find what it takes to {doing}: it is gone, or this Google account can't see it."),
            "Look for it at Google; if it is there, connect again with a Google account that sees it.",
        ),
        409 => Judgement::never(
            Kind::Conflict,
            format!("{name} could not {doing}: something there changed at the same moment."),
            "Look at it at Google, then try again.",
        ),
        408 => Judgement::later(Kind::Unavailable, Retry::Backoff, format!("{name} took too long to {doing}.")),
        400 if refused.google_status() == "FAILED_PRECONDITION" => Judgement::never(
            Kind::PermissionMissing,
            format!("{name} does not let us {doing} as the account stands now."),
            "Look at the account at Google: mostly it has to be verified or unlocked there first.",
        ),
        400 | 422 => {
            let said = refused.body.and_then(|body| body.violations.first()).map(|(_, words)| words.as_str());
            invalid("request", name, doing, said)
        }
        501 => Judgement::never(
            Kind::Unsupported,
            format!("{name} can't {doing} for this account."),
            "Do it at Google by hand.",
        ),
        500..=599 => Judgement::later(
            Kind::Unavailable,
            refused.wait(),
            format!("{name} could not {doing} because it failed itself."),
        ),
        _ => Judgement::never(
            Kind::UnexpectedResponse,
            format!("{name} answered in a way we do not understand when asked to {doing}."),
            "Tell an administrator: the version of Google's API may have changed.",
        ),
    }
}

/// The consent was given, but not for this.
pub(crate) fn scope_missing(name: &str, doing: &str) -> Judgement {
    Judgement::never(
        Kind::PermissionMissing,
        format!("The consent for {name} does not cover what it takes to {doing}."),
        "Connect it again and leave every permission ticked on Google's page.",
    )
}

/// Google does not take a field; with Google's own words where it gave some.
pub(crate) fn invalid(field: &str, name: &str, doing: &str, said: Option<&str>) -> Judgement {
    let said: String = said.unwrap_or_default().chars().take(300).collect();
    let said = said.trim().trim_end_matches('.');
    let because = if said.is_empty() { String::new() } else { format!(": {said}") };
    Judgement::never(
        Kind::Invalid(field.to_owned()),
        format!("{name} refused to {doing}{because}."),
        "Change it and try again.",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn refused(operation: Operation, status: u16, body: &Value, retry_after: Option<u64>) -> PlatformError {
        let body = ErrorBody::read(body.to_string().as_bytes());
        let retry_after = retry_after.map(Duration::from_secs);
        let refused = Refused { name: "Search Console", operation, status, body: body.as_ref(), retry_after };
        refusal("search_console", &refused, super::super::nothing_of_its_own)
    }
    const READ: Operation = Operation::read("read", "list the sites");
    const WRITE: Operation = Operation::write("publish", "publish the post");

    fn info(status: &str, reason: &str, metadata: &Value) -> Value {
        json!({"error": {"status": status, "details": [
            {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "metadata": metadata},
        ]}})
    }

    #[test]
    fn every_row_of_the_contracts_table_has_its_kind() {
        let plain = |status: &str| json!({"error": {"status": status}});
        let old = |reason: &str| json!({"error": {"errors": [{"domain": "usageLimits", "reason": reason}]}});
        let nothing = json!({});
        for (status, body, kind, retry, code) in [
            (
                400,
                info("INVALID_ARGUMENT", "", &nothing),
                Kind::Invalid("request".to_owned()),
                Retry::Never,
                "INVALID_ARGUMENT",
            ),
            (400, plain("FAILED_PRECONDITION"), Kind::PermissionMissing, Retry::Never, "FAILED_PRECONDITION"),
            (401, plain("UNAUTHENTICATED"), Kind::AuthExpired, Retry::Never, "UNAUTHENTICATED"),
            (403, plain("PERMISSION_DENIED"), Kind::PermissionMissing, Retry::Never, "PERMISSION_DENIED"),
            (403, old("quotaExceeded"), Kind::RateLimited, Retry::Backoff, "quotaExceeded"),
            (403, old("userRateLimitExceeded"), Kind::RateLimited, Retry::Backoff, "userRateLimitExceeded"),
            (429, plain("RESOURCE_EXHAUSTED"), Kind::RateLimited, Retry::Backoff, "RESOURCE_EXHAUSTED"),
            (404, plain("NOT_FOUND"), Kind::NotFound, Retry::Never, "NOT_FOUND"),
            (409, plain("ABORTED"), Kind::Conflict, Retry::Never, "ABORTED"),
            (500, plain("INTERNAL"), Kind::Unavailable, Retry::Backoff, "INTERNAL"),
            (501, plain("UNIMPLEMENTED"), Kind::Unsupported, Retry::Never, "UNIMPLEMENTED"),
            (503, json!("<html>"), Kind::Unavailable, Retry::Backoff, "http_503"),
            (302, json!(""), Kind::UnexpectedResponse, Retry::Never, "http_302"),
        ] {
            let error = refused(READ, status, &body, None);
            assert_eq!((&error.kind, error.retry), (&kind, retry), "{status} {body}");
            assert_eq!(error.provider_code.as_deref(), Some(code));
            assert!(!error.outcome_unknown && error.help.is_some());
        }
    }

    #[test]
    fn a_switched_off_api_and_a_missing_permission_say_what_to_do() {
        let metadata = json!({"service": "searchconsole.googleapis.com"});
        let error = refused(READ, 403, &info("PERMISSION_DENIED", "SERVICE_DISABLED", &metadata), None);
        assert!(error.message.contains("searchconsole.googleapis.com"), "{error}");
        assert!(error.help.unwrap().contains("Google Cloud console"));
        let error = refused(READ, 403, &info("PERMISSION_DENIED", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", &json!({})), None);
        assert!(error.help.unwrap().contains("leave every permission ticked"));
        let zero = info("RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED", &json!({"quota_limit_value": "0"}));
        let error = refused(READ, 429, &zero, None);
        assert_eq!((error.kind, error.retry), (Kind::PermissionMissing, Retry::Never));
    }

    #[test]
    fn google_says_when_to_ask_again() {
        let body = json!({"error": {"status": "RESOURCE_EXHAUSTED", "details": [
            {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7s"},
        ]}});
        assert_eq!(refused(READ, 429, &body, Some(3)).retry, Retry::After(Duration::from_secs(7)));
        assert_eq!(refused(READ, 503, &json!({}), Some(3)).retry, Retry::After(Duration::from_secs(3)));
    }

    #[test]
    fn only_a_server_that_failed_leaves_a_write_in_doubt() {
        for status in 300..=599 {
            let error = refused(WRITE, status, &json!({}), None);
            let doubt = matches!(status, 408 | 500 | 502..=599);
            assert_eq!(error.outcome_unknown, doubt, "{status}");
            assert!(!refused(READ, status, &json!({}), None).outcome_unknown);
        }
    }
}

//! What Google Ads says when it refuses: its own codes inside the shared shape. Source: contract `google.md`, 8.5.

use std::time::Duration;

use aos_capabilities::PlatformErrorKind as Kind;
use aos_kernel::Retry;
use serde_json::Value;

use crate::google::{
    Operation,
    api::{ErrorBody, delay},
    errors::{Judgement, Refused, invalid},
};

pub(super) const CONNECT: Operation = Operation::read("connect", "look at the customer");
pub(super) const TARGETS: Operation = Operation::read("list customers", "list the customers");

/// One of the errors of a `GoogleAdsFailure`.
struct Failure {
    /// `quotaError`
    family: String,
    /// `RESOURCE_EXHAUSTED`
    code: String,
    message: String,
    wait: Option<Duration>,
}

/// The first error of the failure, which is the one that stopped the request.
fn failure(body: &ErrorBody) -> Option<Failure> {
    let of_ads = |detail: &&Value| {
        detail.get("@type").and_then(Value::as_str).is_some_and(|kind| kind.ends_with(".GoogleAdsFailure"))
    };
    let first = body.details.iter().find(of_ads)?.get("errors")?.get(0)?;
    let (family, code) = first.get("errorCode")?.as_object()?.iter().next()?;
    let wait = first.get("details").and_then(|details| details.get("quotaErrorDetails"));
    Some(Failure {
        family: family.clone(),
        code: code.as_str()?.to_owned(),
        message: first.get("message").and_then(Value::as_str).unwrap_or_default().to_owned(),
        wait: wait.and_then(|details| delay(details.get("retryDelay")?.as_str()?)),
    })
}

pub(super) fn own(refused: &Refused<'_>) -> Option<Judgement> {
    let failure = failure(refused.body?)?;
    let code = format!("{}.{}", failure.family, failure.code);
    judge(refused, &failure).map(|judgement| judgement.coded(code))
}

fn judge(refused: &Refused<'_>, failure: &Failure) -> Option<Judgement> {
    let doing = refused.operation.doing;
    let again = "Connect it again with a Google account that uses Google Ads.";
    Some(match (failure.family.as_str(), failure.code.as_str()) {
        ("quotaError", "ACCESS_PROHIBITED") => return None,
        ("quotaError", _) => {
            let retry = failure.wait.map_or_else(|| refused.wait(), Retry::After);
            Judgement::later(Kind::RateLimited, retry, "Google Ads asks for fewer requests.")
        }
        ("internalError", "TRANSIENT_ERROR" | "INTERNAL_ERROR" | "DEADLINE_EXCEEDED")
        | ("databaseError", "CONCURRENT_MODIFICATION") => {
            let message = format!("Google Ads could not {doing} because it failed itself.");
            Judgement::later(Kind::Unavailable, refused.wait(), message)
        }
        ("authenticationError", "NOT_ADS_USER") => {
            Judgement::never(Kind::AuthExpired, "This Google account does not use Google Ads.", again)
        }
        ("authenticationError", "TWO_STEP_VERIFICATION_NOT_ENROLLED") => Judgement::never(
            Kind::AuthExpired,
            "Google Ads asks this Google account for two-step verification.",
            "Switch two-step verification on for the Google account, then connect it again.",
        ),
        ("authenticationError", _) => {
            Judgement::never(Kind::AuthExpired, "Google Ads no longer accepts the access that was given.", again)
        }
        ("authorizationError", "CUSTOMER_NOT_ENABLED") => Judgement::never(
            Kind::PermissionMissing,
            "The customer is not active in Google Ads: it was closed, or never finished signing up.",
            "Open the customer in Google Ads and activate it, or connect another one.",
        ),
        (
            "authorizationError",
            "CLOUD_PROJECT_NOT_APPROVED_FOR_PRODUCTION"
            | "DEVELOPER_TOKEN_NOT_APPROVED"
            | "DEVELOPER_TOKEN_PROHIBITED"
            | "DEVELOPER_TOKEN_INVALID",
        ) => Judgement::never(
            Kind::PermissionMissing,
            "Google has approved the agency's Cloud project for test accounts of Google Ads only.",
            "An administrator applies for access to production in the API Center of Google Ads.",
        ),
        ("authorizationError", _) => Judgement::never(
            Kind::PermissionMissing,
            format!("The Google account may not {doing}."),
            "Ask an administrator of the customer to give the account access; if access runs through a manager \
             account, choose the customer below that manager.",
        ),
        ("requestError", "UNSUPPORTED_VERSION" | "DEVELOPER_TOKEN_PARAMETER_MISSING") => Judgement::never(
            Kind::Unsupported,
            "Google Ads no longer answers the version of its API that is set here.",
            "An administrator sets a newer version of the API of Google Ads.",
        ),
        _ if refused.status == 400 => invalid("request", refused.name, doing, Some(&failure.message)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::google::errors::refusal;

    fn refused(status: u16, family: &str, code: &str) -> aos_capabilities::PlatformError {
        let body = json!({"error": {"code": status, "status": "X", "details": [{
            "@type": "type.googleapis.com/google.ads.googleads.v25.errors.GoogleAdsFailure", "requestId": "Abc",
            "errors": [{"errorCode": {family: code}, "message": "Too long.",
                        "details": {"quotaErrorDetails": {"retryDelay": "10s"}}}]}]}});
        let body = ErrorBody::read(body.to_string().as_bytes());
        let refused =
            Refused { name: "Google Ads", operation: CONNECT, status, body: body.as_ref(), retry_after: None };
        refusal("google_ads", &refused, own)
    }

    #[test]
    fn the_codes_of_the_contract_have_their_kinds() {
        let wait = Retry::After(Duration::from_secs(10));
        for (status, family, code, kind, retry) in [
            (429, "quotaError", "RESOURCE_TEMPORARILY_EXHAUSTED", Kind::RateLimited, wait),
            (429, "quotaError", "RESOURCE_EXHAUSTED", Kind::RateLimited, wait),
            (500, "internalError", "TRANSIENT_ERROR", Kind::Unavailable, Retry::Backoff),
            (409, "databaseError", "CONCURRENT_MODIFICATION", Kind::Unavailable, Retry::Backoff),
            (401, "authenticationError", "OAUTH_TOKEN_REVOKED", Kind::AuthExpired, Retry::Never),
            (401, "authenticationError", "NOT_ADS_USER", Kind::AuthExpired, Retry::Never),
            (403, "authorizationError", "USER_PERMISSION_DENIED", Kind::PermissionMissing, Retry::Never),
            (403, "authorizationError", "CUSTOMER_NOT_ENABLED", Kind::PermissionMissing, Retry::Never),
            (400, "requestError", "INVALID_PAGE_TOKEN", Kind::Invalid("request".to_owned()), Retry::Never),
            (503, "newError", "NEW", Kind::Unavailable, Retry::Backoff),
        ] {
            let error = refused(status, family, code);
            assert_eq!((&error.kind, error.retry), (&kind, retry), "{family}.{code}");
            if status != 503 {
                assert_eq!(error.provider_code, Some(format!("{family}.{code}")));
            }
        }
        assert!(refused(400, "criterionError", "KEYWORD_TEXT_TOO_LONG").message.contains("Too long"));
    }

    proptest! {
        #[test]
        fn no_failure_breaks_the_reading(errors in ".{0,60}", status in 400_u16..600) {
            let body = format!("[{{\"error\":{{\"details\":[{{\"@type\":\"x.GoogleAdsFailure\",\"errors\":{errors}}}]}}}}]");
            let body = ErrorBody::read(body.as_bytes());
            let refused =
                Refused { name: "Google Ads", operation: CONNECT, status, body: body.as_ref(), retry_after: None };
            let _ = refusal("google_ads", &refused, own);
        }
    }
}

//! What only Business Profile says when it refuses. Source: contract `google.md`, sections 6 and 7.

use aos_capabilities::PlatformErrorKind as Kind;

use crate::google::{
    Operation,
    errors::{Judgement, Refused, invalid},
};

pub(super) const CONNECT: Operation = Operation::read("connect", "look at the profile");
pub(super) const TARGETS: Operation = Operation::read("list locations", "list the profiles");
pub(super) const PUBLISH: Operation = Operation::write("publish", "publish the post");
pub(super) const FIND: Operation = Operation::read("find", "look for the post");
pub(super) const READ: Operation = Operation::read("read", "look at the post");
pub(super) const INSPECT: Operation = Operation::read("inspect", "read the profile");

pub(super) fn own(refused: &Refused<'_>) -> Option<Judgement> {
    match refused.status {
        400 if refused.google_status() == "FAILED_PRECONDITION" => Some(Judgement::never(
            Kind::PermissionMissing,
            format!("Google does not let anybody {} here until the profile is verified.", refused.operation.doing),
            "Verify the profile at business.google.com, then try again.",
        )),
        400 => {
            let (field, words) = refused.body?.violations.first()?;
            let field = our_field(field);
            Some(invalid(field, refused.name, refused.operation.doing, Some(words)))
        }
        _ => None,
    }
}

/// `local_post.call_to_action.url` and `callToAction.url` are both the button.
fn our_field(theirs: &str) -> &'static str {
    let theirs: String = theirs.chars().filter(|c| *c != '_').collect::<String>().to_ascii_lowercase();
    match theirs.as_str() {
        name if name.contains("summary") => "text",
        name if name.contains("media") || name.contains("sourceurl") => "media",
        name if name.contains("calltoaction") => "action",
        name if name.contains("languagecode") => "language",
        _ => "post",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::google::{
        api::ErrorBody,
        errors::{self as shared},
    };

    #[test]
    fn a_refused_field_is_named_in_our_words() {
        for (theirs, ours) in [
            ("summary", "text"),
            ("local_post.media[0].source_url", "media"),
            ("callToAction.url", "action"),
            ("language_code", "language"),
            ("topicType", "post"),
        ] {
            let body = json!({"error": {"status": "INVALID_ARGUMENT", "details": [
                {"@type": "x/google.rpc.BadRequest", "fieldViolations": [{"field": theirs, "description": "No."}]},
            ]}});
            let body = ErrorBody::read(body.to_string().as_bytes());
            let refused =
                Refused { name: "G", operation: PUBLISH, status: 400, body: body.as_ref(), retry_after: None };
            let error = shared::refusal("google_business", &refused, own);
            assert_eq!(error.kind, Kind::Invalid(ours.to_owned()), "{theirs}");
            assert_eq!(error.message, "G refused to publish the post: No.");
        }
    }

    #[test]
    fn an_unverified_profile_says_so() {
        let body = ErrorBody::read(br#"{"error":{"status":"FAILED_PRECONDITION"}}"#);
        let refused = Refused { name: "G", operation: PUBLISH, status: 400, body: body.as_ref(), retry_after: None };
        let error = shared::refusal("google_business", &refused, own);
        assert_eq!((error.kind, error.outcome_unknown), (Kind::PermissionMissing, false));
    }
}

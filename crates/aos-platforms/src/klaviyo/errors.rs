//! What a refusal means and what a person can do. Source: contract `email.md`, section 2.2: the status decides.

use aos_capabilities::{PlatformError, PlatformErrorKind as Kind};
use aos_kernel::Retry;

use super::{ID, NAME, api::Problem};
use crate::{failure::Effect, mailing, verb::Verb};

pub(super) const REDEEM: Verb = Verb::reading("authorize", "turn the consent into an access");
pub(super) const REFRESH: Verb = Verb::reading("refresh", "renew the access");
pub(super) const REVOKE: Verb = Verb::reading("revoke", "give the access back");
pub(super) const CONNECT: Verb = Verb::reading("connect", "read the account");
pub(super) const AUDIENCES: Verb = Verb::reading("list audiences", "list the audiences");
/// A text that no campaign uses is seen by nobody.
pub(super) const WRITE: Verb = Verb::harmless("send", "bring the text there", "html");
pub(super) const CREATE: Verb = Verb::visible("send", "make the campaign", "audience");
/// The same again changes nothing.
pub(super) const FILL: Verb = Verb::harmless("send", "fill the campaign", "html");
pub(super) const SEND: Verb = Verb::visible("send", "send the campaign", "time");
pub(super) const FIND: Verb = Verb::reading("find", "look for the campaign");
pub(super) const READ: Verb = Verb::reading("read", "read the campaign");
pub(super) const INSPECT: Verb = Verb::reading("inspect", "read what the score needs");

const RECONNECT: &str = "Connect the account again.";
const WAIT: &str = "It is tried again. If it stays like this, look at Klaviyo's status page.";
const CHANGE: &str = "Change the campaign; then send it again.";

/// An error of our own making.
pub(super) fn error(verb: Verb, kind: Kind, message: impl Into<String>, help: &str) -> PlatformError {
    PlatformError {
        kind,
        retry: Retry::Never,
        outcome_unknown: false,
        platform: ID.to_owned(),
        operation: verb.name.to_owned(),
        provider_code: None,
        message: message.into(),
        help: Some(help.to_owned()),
    }
}

/// The access opens no account.
pub(super) fn no_account() -> PlatformError {
    error(CONNECT, Kind::NotFound, "Klaviyo names no account for this access.", RECONNECT)
}

/// The campaign is not there any more.
pub(super) fn gone(verb: Verb) -> PlatformError {
    error(verb, Kind::NotFound, "The campaign is no longer in Klaviyo.", "Send it again if it should be there.")
}

/// A campaign without a message can't be filled.
pub(super) fn no_message() -> PlatformError {
    let message = "The campaign in Klaviyo has no message that could be filled.";
    error(FILL, Kind::UnexpectedResponse, message, "Delete the campaign in Klaviyo; then send it again.")
}

/// Kind, retry, words and help of a refusal. `body` is none for a page of somebody else in front of Klaviyo.
pub(super) fn refusal(verb: Verb, status: u16, body: Option<&Problem>, wait: Retry) -> PlatformError {
    let (kind, retry, message, help) = judge(verb, status, body, wait);
    let code = body.and_then(|body| body.code.clone());
    PlatformError {
        retry,
        outcome_unknown: verb.effect == Effect::Visible && matches!(status, 408 | 500..=599),
        provider_code: Some(code.unwrap_or_else(|| format!("http_{status}"))),
        ..error(verb, kind, message, help)
    }
}

fn judge(verb: Verb, status: u16, body: Option<&Problem>, wait: Retry) -> (Kind, Retry, String, &'static str) {
    let doing = verb.words;
    let never = |kind, message: String, help| (kind, Retry::Never, message, help);
    match status {
        401 => never(Kind::AuthExpired, format!("{NAME} no longer accepts the access that was given."), RECONNECT),
        403 => never(
            Kind::PermissionMissing,
            format!("The connection may not {doing} at {NAME}."),
            "Connect the account again and allow everything that is asked for, as somebody who may send campaigns there.",
        ),
        404 => never(
            Kind::NotFound,
            format!("{NAME} did not find what it takes to {doing}."),
            "Look for it in Klaviyo. If it is there, connect the account again.",
        ),
        409 => never(
            Kind::Conflict,
            format!("{NAME} could not {doing}: something there is in the way."),
            "Look at the campaign in Klaviyo, then try again.",
        ),
        410 => never(
            Kind::Unsupported,
            format!("{NAME} no longer answers the revision of its interface that this installation speaks."),
            "Ask an administrator to set a later revision.",
        ),
        429 => (Kind::RateLimited, wait, format!("{NAME} asks for fewer requests."), WAIT),
        408 | 500..=599 => {
            (Kind::Unavailable, wait, format!("{NAME} could not {doing} because it failed itself."), WAIT)
        }
        400 | 405 | 406 | 413 | 415 | 422 if body.is_some() => never(
            Kind::Invalid(field(verb, body).to_owned()),
            format!(
                "{NAME} could not {doing}: it does not accept what was sent.{}",
                mailing::reason(body.and_then(|body| body.detail.as_deref()))
            ),
            CHANGE,
        ),
        _ => never(
            Kind::UnexpectedResponse,
            format!("{NAME} answered in a way we do not understand when asked to {doing}."),
            "If it stays like this, tell an administrator.",
        ),
    }
}

/// Our field of the one that Klaviyo points at.
fn field(verb: Verb, body: Option<&Problem>) -> &'static str {
    let pointer = body.and_then(|body| body.source.as_ref()?.pointer.as_deref()).unwrap_or_default();
    match pointer {
        path if path.contains("subject") => "subject",
        path if path.contains("preview_text") => "preview",
        path if path.contains("from_") || path.contains("reply_to") => "sender",
        path if path.contains("audiences") => "audience",
        path if path.contains("send_strategy") || path.contains("datetime") => "time",
        path if path.contains("html") || path.contains("text") => "html",
        _ => verb.field,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::klaviyo::api::{Problems, Source};

    #[test]
    fn every_status_of_the_contract_has_its_meaning() {
        let wait = Retry::After(Duration::from_secs(7));
        for (status, kind, retry, unknown) in [
            (400, Kind::Invalid("time".to_owned()), Retry::Never, false),
            (401, Kind::AuthExpired, Retry::Never, false),
            (403, Kind::PermissionMissing, Retry::Never, false),
            (404, Kind::NotFound, Retry::Never, false),
            (405, Kind::Invalid("time".to_owned()), Retry::Never, false),
            (409, Kind::Conflict, Retry::Never, false),
            (410, Kind::Unsupported, Retry::Never, false),
            (429, Kind::RateLimited, wait, false),
            (500, Kind::Unavailable, wait, true),
            (503, Kind::Unavailable, wait, true),
        ] {
            let error = refusal(SEND, status, Some(&Problem::default()), wait);
            assert_eq!((&error.kind, error.retry, error.outcome_unknown), (&kind, retry, unknown), "{status}");
        }
    }

    #[test]
    fn a_pointer_names_our_field_and_the_reason_is_given() {
        let pointer = "/data/attributes/campaign-messages/data/0/attributes/definition/content/from_email".to_owned();
        let body = Problem {
            detail: Some("Not a verified sender.".to_owned()),
            source: Some(Source { pointer: Some(pointer) }),
            ..Problem::default()
        };
        let error = refusal(CREATE, 400, Some(&body), Retry::Backoff);
        assert_eq!(error.kind, Kind::Invalid("sender".to_owned()));
        assert!(error.message.ends_with("“Not a verified sender.”"), "{}", error.message);
    }

    proptest! {
        #[test]
        fn no_body_makes_the_reader_fail(bytes in prop::collection::vec(any::<u8>(), 0..120), status in 300u16..600) {
            let body = serde_json::from_slice::<Problems>(&bytes).ok().and_then(|body| body.errors.into_iter().next());
            let error = refusal(SEND, status, body.as_ref(), Retry::Backoff);
            prop_assert!(error.help.is_some_and(|help| help.ends_with('.')));
        }
    }
}

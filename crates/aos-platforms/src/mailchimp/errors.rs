//! What a refusal means and what a person can do. Source: contract `email.md`, section 1.3.

use aos_capabilities::{PlatformError, PlatformErrorKind as Kind};
use aos_kernel::Retry;

use super::{
    ID, NAME,
    api::{Checklist, Problem},
};
use crate::{failure::Effect, mailing, verb::Verb};

pub(super) const REDEEM: Verb = Verb::reading("authorize", "turn the consent into an access");
pub(super) const METADATA: Verb = Verb::reading("authorize", "say which account it is");
pub(super) const CONNECT: Verb = Verb::reading("connect", "read the account");
pub(super) const REVOKE: Verb = Verb::reading("revoke", "give the access back");
pub(super) const REFRESH: Verb = Verb::reading("refresh", "renew the access");
pub(super) const AUDIENCES: Verb = Verb::reading("list audiences", "list the audiences");
pub(super) const CREATE: Verb = Verb::visible("send", "make the campaign", "audience");
/// The same text again changes nothing.
pub(super) const FILL: Verb = Verb::harmless("send", "fill the campaign", "html");
pub(super) const CHECKLIST: Verb = Verb::harmless("send", "check the campaign", "html");
pub(super) const SEND: Verb = Verb::visible("send", "send the campaign", "html");
pub(super) const SCHEDULE: Verb = Verb::visible("schedule", "schedule the campaign", "time");
pub(super) const FIND: Verb = Verb::reading("find", "look for the campaign");
pub(super) const READ: Verb = Verb::reading("read", "read the campaign");
pub(super) const INSPECT: Verb = Verb::reading("inspect", "read what the score needs");

const RECONNECT: &str = "Connect the account again.";
const ROLE: &str = "Ask the owner of the account for the role Manager or Admin, then connect it again.";
const WAIT: &str = "It is tried again. If it stays like this, look at Mailchimp's status page.";
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

/// The channel does not say in which data centre it is.
pub(super) fn no_account() -> PlatformError {
    error(CONNECT, Kind::NotFound, "The channel does not say which Mailchimp account it is.", RECONNECT)
}

/// The campaign is not there any more.
pub(super) fn gone(verb: Verb) -> PlatformError {
    let message = "The campaign is no longer in Mailchimp.";
    error(verb, Kind::NotFound, message, "Send it again if it should be there.")
}

/// Mailchimp's own checklist says that it can't go out.
pub(super) fn not_ready(checklist: &Checklist) -> PlatformError {
    let item = checklist.items.iter().find(|item| item.r#type == "error");
    let heading = item.map(|item| item.heading.to_lowercase()).unwrap_or_default();
    let named = |words: &[&str]| words.iter().any(|word| heading.contains(word));
    let field = if named(&["list", "audience", "recipient", "segment"]) {
        "audience"
    } else if named(&["subject"]) {
        "subject"
    } else if named(&["from", "reply", "sender", "domain", "authenticat"]) {
        "sender"
    } else {
        "html"
    };
    let words = item.map(|item| format!("{}: {}", item.heading, item.details));
    let message = format!("Mailchimp does not send the campaign yet.{}", mailing::reason(words.as_deref()));
    error(CHECKLIST, Kind::Invalid(field.to_owned()), message, CHANGE)
}

/// Kind, retry, words and help of a refusal. `body` is none for a page of somebody else in front of Mailchimp.
pub(super) fn refusal(verb: Verb, status: u16, body: Option<&Problem>, wait: Retry) -> PlatformError {
    let (kind, retry, message, help) = judge(verb, status, body, wait);
    PlatformError {
        retry,
        outcome_unknown: verb.effect == Effect::Visible && matches!(status, 408 | 500..=599),
        provider_code: Some(body.map_or_else(|| format!("http_{status}"), |body| body.title.clone())),
        ..error(verb, kind, message, help)
    }
}

fn judge(verb: Verb, status: u16, body: Option<&Problem>, wait: Retry) -> (Kind, Retry, String, &'static str) {
    let doing = verb.words;
    let never = |kind, message: String, help| (kind, Retry::Never, message, help);
    // "Wrong Datacenter" and "WrongDatacenter" are the same.
    let title: String = body.map(|body| body.title.to_lowercase().split_whitespace().collect()).unwrap_or_default();
    match status {
        401 => never(Kind::AuthExpired, format!("{NAME} no longer accepts the access that was given."), RECONNECT),
        // Mailchimp turns away too many requests with a page.
        403 if body.is_none() => (Kind::RateLimited, wait, format!("{NAME} asks for fewer requests."), WAIT),
        403 if title.contains("wrongdatacenter") => {
            never(Kind::NotFound, format!("The account moved to another place at {NAME}."), RECONNECT)
        }
        403 if title.contains("userdisabled") => never(
            Kind::AuthExpired,
            format!("{NAME} has disabled the login that was connected."),
            "Sign in at Mailchimp and see what it asks for, then connect the account again.",
        ),
        403 if title.contains("compliance") => never(
            Kind::PermissionMissing,
            format!("{NAME} has stopped the account because of its rules."),
            "Sign in at Mailchimp, look at its notices, and send the campaign afterwards.",
        ),
        403 | 400 if verb.name == SCHEDULE.name && (status == 403 || title.contains("invalidaction")) => never(
            Kind::PermissionMissing,
            format!("{NAME} does not let this account schedule the campaign.{}", detail(body)),
            "Scheduling needs a paid plan at Mailchimp. Send it at once instead, or schedule it there.",
        ),
        403 => never(Kind::PermissionMissing, format!("The account may not {doing} at {NAME}."), ROLE),
        404 | 410 => never(
            Kind::NotFound,
            format!("{NAME} did not find what it takes to {doing}."),
            "Look for it in Mailchimp. If it is there, connect the account again.",
        ),
        409 => never(
            Kind::Conflict,
            format!("{NAME} could not {doing}: something there changed at the same moment."),
            "Look at the campaign in Mailchimp, then try again.",
        ),
        429 => (Kind::RateLimited, wait, format!("{NAME} asks for fewer requests."), WAIT),
        408 | 500..=599 => {
            (Kind::Unavailable, wait, format!("{NAME} could not {doing} because it failed itself."), WAIT)
        }
        426 => never(
            Kind::Unsupported,
            format!("{NAME} asks for another way of encryption."),
            "Ask an administrator to bring this installation up to date.",
        ),
        400 | 405 | 414 | 422 if body.is_some() => never(
            Kind::Invalid(field(verb, body).to_owned()),
            format!("{NAME} could not {doing}: it does not accept what was sent.{}", detail(body)),
            CHANGE,
        ),
        _ => never(
            Kind::UnexpectedResponse,
            format!("{NAME} answered in a way we do not understand when asked to {doing}."),
            "If it stays like this, tell an administrator.",
        ),
    }
}

fn detail(body: Option<&Problem>) -> String {
    let field = body.and_then(|body| body.errors.first()).map(|error| error.message.as_str());
    mailing::reason(field.filter(|words| !words.trim().is_empty()).or_else(|| body?.detail.as_deref()))
}

/// Our field of the first that Mailchimp names.
fn field(verb: Verb, body: Option<&Problem>) -> &'static str {
    let named = body.and_then(|body| body.errors.first()).map(|error| error.field.as_str()).unwrap_or_default();
    match named {
        name if name.contains("subject") => "subject",
        name if name.contains("preview") => "preview",
        name if name.contains("from_name") || name.contains("reply_to") => "sender",
        name if name.contains("recipients") || name.contains("list_id") => "audience",
        name if name.contains("schedule_time") => "time",
        name if name.contains("html") || name.contains("plain_text") => "html",
        _ => verb.field,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn titled(verb: Verb, status: u16, title: &str) -> PlatformError {
        let body = Problem { title: title.to_owned(), ..Problem::default() };
        refusal(verb, status, Some(&body), Retry::Backoff)
    }

    #[test]
    fn every_status_of_the_contract_has_its_meaning() {
        let invalid = |field: &str| Kind::Invalid(field.to_owned());
        for (status, title, kind, retry, unknown) in [
            (400, "Invalid Resource", invalid("html"), Retry::Never, false),
            (400, "JSONParseError", invalid("html"), Retry::Never, false),
            (401, "API Key Invalid", Kind::AuthExpired, Retry::Never, false),
            (403, "Forbidden", Kind::PermissionMissing, Retry::Never, false),
            (403, "User Disabled", Kind::AuthExpired, Retry::Never, false),
            (403, "WrongDatacenter", Kind::NotFound, Retry::Never, false),
            (403, "ComplianceRelated", Kind::PermissionMissing, Retry::Never, false),
            (404, "Resource Not Found", Kind::NotFound, Retry::Never, false),
            (405, "Method Not Allowed", invalid("html"), Retry::Never, false),
            (426, "Upgrade Required", Kind::Unsupported, Retry::Never, false),
            (429, "Too Many Requests", Kind::RateLimited, Retry::Backoff, false),
            (500, "InternalServerError", Kind::Unavailable, Retry::Backoff, true),
            (503, "X", Kind::Unavailable, Retry::Backoff, true),
        ] {
            let error = titled(SEND, status, title);
            assert_eq!((&error.kind, error.retry, error.outcome_unknown), (&kind, retry, unknown), "{status} {title}");
        }
        assert_eq!(refusal(SEND, 403, None, Retry::Backoff).kind, Kind::RateLimited, "a page in front of it");
        assert_eq!(titled(SCHEDULE, 400, "Invalid Action").kind, Kind::PermissionMissing, "a plan without scheduling");
        assert!(!titled(READ, 500, "X").outcome_unknown);
    }

    #[test]
    fn a_refused_parameter_names_our_field_and_gives_the_reason() {
        let body: Problem = serde_json::from_value(json!({
            "title": "Invalid Resource", "status": 400,
            "errors": [{"field": "settings.reply_to", "message": "Please verify the domain."}],
        }))
        .unwrap();
        let error = refusal(CREATE, 400, Some(&body), Retry::Backoff);
        assert_eq!(error.kind, Kind::Invalid("sender".to_owned()));
        assert!(error.message.ends_with("It says: “Please verify the domain.”"), "{}", error.message);
    }

    proptest! {
        #[test]
        fn no_body_makes_the_reader_fail(bytes in prop::collection::vec(any::<u8>(), 0..120), status in 300u16..600) {
            let body = serde_json::from_slice::<Problem>(&bytes).ok();
            let error = refusal(SEND, status, body.as_ref(), Retry::Backoff);
            prop_assert!(error.help.is_some_and(|help| help.ends_with('.')));
        }
    }
}

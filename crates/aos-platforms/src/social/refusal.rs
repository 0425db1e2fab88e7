//! From an answer that is not the wanted one to a kind, a decision and words; what all social platforms have in common.

use aos_capabilities::{PlatformError, PlatformErrorKind as Kind};
use aos_kernel::Retry;
use aos_outbound::Response;

use super::{Who, words};
use crate::{
    failure::Effect,
    vendor::{self, Vendor},
};

/// What was being done; the words of errors and of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Authorize,
    Renew,
    Revoke,
    Targets,
    Check,
    Upload,
    Publish,
    Find,
    Read,
    Inspect,
}

impl Verb {
    /// The operation in [`PlatformError::operation`].
    pub const fn name(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Renew => "refresh",
            Self::Revoke => "revoke",
            Self::Targets => "list accounts",
            Self::Check => "check",
            Self::Upload => "upload media",
            Self::Publish => "publish",
            Self::Find => "find",
            Self::Read => "read",
            Self::Inspect => "inspect",
        }
    }

    /// Fits after "could not" and "may not".
    pub const fn words(self) -> &'static str {
        match self {
            Self::Authorize => "complete the consent",
            Self::Renew => "renew the access",
            Self::Revoke => "take the access back",
            Self::Targets => "list what can be connected",
            Self::Check => "check the account",
            Self::Upload => "take the media",
            Self::Publish => "publish the post",
            Self::Find => "look for the post",
            Self::Read => "read the post",
            Self::Inspect => "read the figures",
        }
    }

    /// Media that no post uses are seen by nobody, so only the post itself must not happen twice.
    pub const fn effect(self) -> Effect {
        match self {
            Self::Publish => Effect::Visible,
            _ => Effect::Harmless,
        }
    }

    /// The field of the post that an unexplained refusal is about; none where no post is sent.
    const fn field(self) -> Option<&'static str> {
        match self {
            Self::Publish => Some("text"),
            Self::Upload => Some("media"),
            _ => None,
        }
    }
}

/// Kind, decision and words.
#[derive(Debug)]
pub(crate) struct Judgement {
    pub kind: Kind,
    pub retry: Retry,
    pub message: String,
    pub help: String,
}

const AGAIN: &str = "It is tried again. If it stays like this, tell an administrator.";

impl Judgement {
    /// It would fail the same way until a person changes something.
    pub fn never(kind: Kind, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { kind, retry: Retry::Never, message: message.into(), help: help.into() }
    }
    /// It passes.
    pub fn later(kind: Kind, retry: Retry, message: impl Into<String>) -> Self {
        Self { kind, retry, message: message.into(), help: AGAIN.to_owned() }
    }

    /// The error. Only a write that the other side may have carried out before it failed has an unknown outcome.
    pub fn into_error(self, who: Who, verb: Verb, status: u16, code: Option<String>) -> PlatformError {
        let may_have_happened = matches!(status, 408 | 500..=599);
        PlatformError {
            kind: self.kind,
            retry: self.retry,
            outcome_unknown: verb.effect() == Effect::Visible && may_have_happened,
            platform: who.id.to_owned(),
            operation: verb.name().to_owned(),
            provider_code: code.or_else(|| Some(format!("http_{status}"))),
            message: self.message,
            help: Some(self.help),
        }
    }
}

/// What a status means where the platform's own table says nothing else. `said` is its reason, `wait` what it asks for.
pub(crate) fn by_status(who: Who, verb: Verb, status: u16, said: &str, wait: Retry) -> Judgement {
    let Who { name, .. } = who;
    let doing = verb.words();
    match status {
        401 => Judgement::never(
            Kind::AuthExpired,
            format!("{name} no longer accepts the access to this account."),
            "Connect the account again.",
        ),
        403 => Judgement::never(
            Kind::PermissionMissing,
            format!("{name} did not {doing}: the account may not do this."),
            "Connect the account again and allow everything that is asked for.",
        ),
        404 | 410 => Judgement::never(
            Kind::NotFound,
            format!("{name} did not find what it takes to {doing}."),
            "Look whether the account still exists; then connect it again.",
        ),
        409 => Judgement::never(
            Kind::Conflict,
            format!("{name} could not {doing}: it does not fit what stands there."),
            format!("Look at the account on {name}, then try again."),
        ),
        413 => Judgement::never(
            Kind::Invalid("media".to_owned()),
            format!("A file of the post is larger than {name} accepts."),
            "Use a smaller file.",
        ),
        408 | 425 => Judgement::later(Kind::Unavailable, Retry::Backoff, format!("{name} took too long to {doing}.")),
        429 => Judgement::later(Kind::RateLimited, wait, format!("{name} asks for fewer requests.")),
        400..=499 => match verb.field() {
            Some(field) => refused(who, field, said),
            None => Judgement::never(
                Kind::UnexpectedResponse,
                format!("{name} did not {doing} and takes our request for wrong."),
                "Tell an administrator.",
            ),
        },
        500..=599 => {
            Judgement::later(Kind::Unavailable, wait, format!("{name} could not {doing} because it failed itself."))
        }
        _ => Judgement::never(
            Kind::UnexpectedResponse,
            format!("{name} answered in a way we do not understand when asked to {doing}."),
            "Tell an administrator.",
        ),
    }
}

/// The platform does not take a field of the post, with its own reason.
pub(crate) fn refused(who: Who, field: &str, said: &str) -> Judgement {
    let what = if field == "media" { "a file of the post" } else { "the post" };
    let name = who.name;
    let message = match words::reason(said) {
        Some(reason) => format!("{name} does not take {what}. It says: “{reason}”."),
        None => format!("{name} does not take {what} and gave no reason."),
    };
    Judgement::never(Kind::Invalid(field.to_owned()), message, "Change the post; then publish it again.")
}

/// An error of our own making, without an answer to blame.
pub(crate) fn own(who: Who, verb: Verb, kind: Kind, message: impl Into<String>, help: &str) -> PlatformError {
    PlatformError {
        kind,
        retry: Retry::Never,
        outcome_unknown: false,
        platform: who.id.to_owned(),
        operation: verb.name().to_owned(),
        provider_code: None,
        message: message.into(),
        help: Some(help.to_owned()),
    }
}

/// A good status with something that is not the answer.
pub(crate) fn unreadable(who: Who, verb: Verb) -> PlatformError {
    vendor::unreadable(who.id, who.name, verb.name(), verb.effect())
}

/// Reads a good answer.
pub(crate) fn read<T: serde::de::DeserializeOwned>(
    who: Who,
    verb: Verb,
    response: &Response,
) -> Result<T, PlatformError> {
    vendor::read(who.id, who.name, verb.name(), verb.effect(), response)
}

/// Sends a request; any status is an answer.
pub(crate) async fn exchange(
    vendor: &Vendor,
    who: Who,
    verb: Verb,
    request: aos_outbound::Request,
) -> Result<Response, PlatformError> {
    vendor.exchange(who.id, verb.name(), verb.effect(), request).await.map_err(|error| match error.retry {
        Retry::Never => error,
        // The words of a lost answer are for sites that somebody hosts; a vendor is nobody's to ask.
        _ => PlatformError { help: Some(AGAIN.to_owned()), ..error },
    })
}

//! What a refusal of Meta means and what a person can do. Source: contract `meta.md`, sections 3, 4 and 6.

use std::time::Duration;

use aos_capabilities::{PlatformError, PlatformErrorKind as Kind};
use aos_kernel::Retry;

use super::{Face, api::GraphError};
use crate::{failure::Effect, verb::Verb};

/// An answer that is not the wanted one, reduced to what the decision needs.
pub(crate) struct Refused<'a> {
    pub status: u16,
    /// None for a page of somebody else in front of Meta.
    pub error: Option<&'a GraphError>,
    /// From the usage headers or `Retry-After`.
    pub wait: Option<Duration>,
}

/// Where Meta says nothing about when to come back.
const PATIENCE: Duration = Duration::from_secs(60);
const WAIT: &str = "It is tried again. If it stays like this, look at Meta's status page.";
const CHANGE: &str = "Change the post; then publish it again.";
const OTHER_PICTURE: &str = "Use another picture; then publish the post again.";

struct Judgement {
    kind: Kind,
    retry: Retry,
    /// A write may have happened all the same.
    may_have_happened: bool,
    message: String,
    help: String,
}

impl Judgement {
    fn never(kind: Kind, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { kind, retry: Retry::Never, may_have_happened: false, message: message.into(), help: help.into() }
    }
    fn later(kind: Kind, retry: Retry, message: impl Into<String>) -> Self {
        Self { kind, retry, may_have_happened: false, message: message.into(), help: WAIT.to_owned() }
    }
    fn perhaps(self) -> Self {
        Self { may_have_happened: true, ..self }
    }
}

/// Kind, retry, words and help of a refusal.
pub(crate) fn refusal(face: Face, verb: Verb, refused: &Refused<'_>) -> PlatformError {
    let Judgement { kind, retry, may_have_happened, message, help } = judge(face, verb, refused);
    PlatformError {
        kind,
        retry,
        outcome_unknown: verb.effect == Effect::Visible && may_have_happened,
        platform: face.id.to_owned(),
        operation: verb.name.to_owned(),
        provider_code: Some(refused.error.map_or_else(|| format!("http_{}", refused.status), GraphError::word)),
        message,
        help: Some(help),
    }
}

/// An error of our own making.
pub(crate) fn error(face: Face, verb: Verb, kind: Kind, message: impl Into<String>, help: &str) -> PlatformError {
    PlatformError {
        kind,
        retry: Retry::Never,
        outcome_unknown: false,
        platform: face.id.to_owned(),
        operation: verb.name.to_owned(),
        provider_code: None,
        message: message.into(),
        help: Some(help.to_owned()),
    }
}

/// The object is not there, or not for this account: Meta does not tell the two apart.
pub(crate) fn is_gone(error: &PlatformError) -> bool {
    matches!(error.provider_code.as_deref(), Some("http_404" | "100" | "100/33" | "803"))
}

fn judge(face: Face, verb: Verb, refused: &Refused<'_>) -> Judgement {
    let Some(error) = refused.error else { return by_status(face, verb, refused) };
    let (name, doing) = (face.name, verb.words);
    let reason = reason(error);
    match (error.code, error.subcode) {
        (190 | 102, subcode) => Judgement::never(Kind::AuthExpired, lost(face, subcode), reconnect(face, subcode)),
        (9, 2_207_042) => Judgement {
            help: "It is published once the limit allows it again, or publish it there by hand.".to_owned(),
            ..Judgement::later(
                Kind::RateLimited,
                Retry::After(refused.wait.unwrap_or(Duration::from_secs(3_600))),
                format!("{name} takes no more posts from this account for now: its daily number is reached."),
            )
        },
        (4 | 17 | 32 | 341 | 613 | 80_000..=80_014, _) => throttled(face, refused.wait),
        (9_007, _) | (_, 2_207_027) => Judgement::later(
            Kind::Unavailable,
            Retry::After(PATIENCE),
            format!("{name} is still preparing the pictures; nothing is public yet."),
        ),
        _ if error.transient || matches!(error.code, 1 | 2) || refused.status >= 500 => Judgement::later(
            Kind::Unavailable,
            refused.wait.map_or(Retry::Backoff, Retry::After),
            format!("{name} could not {doing} because it failed itself."),
        )
        .perhaps(),
        (506, _) => Judgement::never(
            Kind::Conflict,
            format!("{name} has a post with the same words already and takes no second one."),
            "Look at the page: if the post stands there, nothing is left to do. Otherwise change the words.",
        ),
        (368, _) => Judgement::never(
            Kind::PermissionMissing,
            format!("{name} has blocked the account for a while because of its rules.{reason}"),
            format!("Open {name} as somebody who manages the {}, look at its notices, and publish later.", face.noun),
        ),
        (3 | 10 | 200..=299, _) | (100, 3_191_001) => Judgement::never(
            Kind::PermissionMissing,
            format!("The connection may not {doing} on {name}."),
            format!(
                "Connect the {} again and leave every permission ticked. The person needs the right to create content there.",
                face.noun
            ),
        ),
        (1_609_005, _) => Judgement::never(
            Kind::Invalid("link".to_owned()),
            format!("{name} could not open the link of the post."),
            "Check that the address is right and that everybody can open it; then publish the post again.",
        ),
        (2_635, _) => Judgement::never(
            Kind::Unsupported,
            format!("{name} no longer answers the version of its interface that this installation speaks."),
            "Ask an administrator to set a later version of the Graph API.",
        ),
        (803, _) | (100, 33) => not_shown(face),
        // What is asked for is always the same, so a parameter that is refused while reading is the object itself.
        (100, _) if verb.field == Verb::ACCOUNT => not_shown(face),
        _ => picture(name, error).unwrap_or_else(|| {
            Judgement::never(
                Kind::Invalid(verb.field.to_owned()),
                format!("{name} could not {doing}: it does not accept what was sent.{reason}"),
                if verb.effect == Effect::Visible { CHANGE } else { "If it stays like this, tell an administrator." },
            )
        }),
    }
}

/// Refusals of pictures and captions, by code and subcode.
fn picture(name: &str, error: &GraphError) -> Option<Judgement> {
    let media = |message: String| Judgement::never(Kind::Invalid("media".to_owned()), message, OTHER_PICTURE);
    Some(match (error.code, error.subcode) {
        (36_000, _) | (_, 2_207_004) => media(format!("A picture is larger than {name} takes.")),
        (36_001 | 352, _) | (_, 2_207_005 | 2_207_026) => media(format!("{name} does not take this type of file.")),
        (36_003, _) | (_, 2_207_009) => media(format!("The shape of a picture is not one that {name} takes.")),
        (36_004, _) | (_, 2_207_010) => Judgement::never(
            Kind::Invalid("text".to_owned()),
            format!("The text is longer than {name} takes."),
            "Shorten the text; then publish the post again.",
        ),
        (9_004, _) | (_, 2_207_052) => Judgement {
            // The address may have been out of reach for a moment only, and nothing is public yet.
            retry: Retry::Backoff,
            ..Judgement::never(
                Kind::Invalid("media".to_owned()),
                format!("{name} could not fetch a picture from this installation."),
                "The public address of this installation must be reachable from the internet; ask an administrator.",
            )
        },
        (100, 2_207_028) => media(format!("{name} does not take this number of pictures in one post.")),
        (100, 2_207_040) => Judgement::never(
            Kind::Invalid("text".to_owned()),
            format!("The text has more tags than {name} takes."),
            "Take some hashtags or mentions out; then publish the post again.",
        ),
        (321 | 324, _) => media(format!("{name} does not take one of the pictures.")),
        _ => return None,
    })
}

fn not_shown(face: Face) -> Judgement {
    Judgement::never(
        Kind::NotFound,
        format!("{} has no such object any more, or does not show it to this connection.", face.name),
        format!("Look for it on {}. If it is there, connect the {} again.", face.name, face.noun),
    )
}

fn throttled(face: Face, wait: Option<Duration>) -> Judgement {
    let message = format!("{} asks for fewer requests for this {}.", face.name, face.noun);
    Judgement::later(Kind::RateLimited, Retry::After(wait.unwrap_or(PATIENCE)), message)
}

/// What an answer without Meta's own word means.
fn by_status(face: Face, verb: Verb, refused: &Refused<'_>) -> Judgement {
    let (name, doing) = (face.name, verb.words);
    match refused.status {
        401 => Judgement::never(Kind::AuthExpired, lost(face, 0), reconnect(face, 0)),
        403 => Judgement::never(
            Kind::PermissionMissing,
            format!("{name} did not let us {doing} and gave no reason."),
            format!("Connect the {} again. If it stays like this, tell an administrator.", face.noun),
        ),
        404 | 410 => Judgement::never(
            Kind::NotFound,
            format!("{name} did not find what it takes to {doing}."),
            format!("Look for it on {name}. If it is there, connect the {} again.", face.noun),
        ),
        409 => Judgement::never(
            Kind::Conflict,
            format!("{name} could not {doing}: something there changed at the same moment."),
            format!("Look at {name}, then try again."),
        ),
        429 => throttled(face, refused.wait),
        425 => Judgement::later(Kind::Unavailable, Retry::Backoff, format!("{name} was not ready to {doing}.")),
        408 | 500..=599 => {
            let retry = refused.wait.map_or(Retry::Backoff, Retry::After);
            Judgement::later(Kind::Unavailable, retry, format!("{name} could not {doing} because it failed itself."))
                .perhaps()
        }
        _ => Judgement::never(
            Kind::UnexpectedResponse,
            format!("{name} answered in a way we do not understand when asked to {doing}."),
            "If it stays like this, tell an administrator.",
        ),
    }
}

/// Why the access is over.
fn lost(face: Face, subcode: i64) -> String {
    let name = face.name;
    match subcode {
        458 => format!("Somebody removed this application from their account, so {name} no longer lets us in."),
        459 | 464 => format!("{name} wants the person who connected it to confirm their account first."),
        460 => format!("The password of the person who connected {name} changed, so the access is over."),
        463 => format!("The access to {name} has run out."),
        _ => format!("{name} no longer accepts the access that was given."),
    }
}

fn reconnect(face: Face, subcode: i64) -> String {
    match subcode {
        459 | 464 => format!("Sign in at facebook.com, do what it asks for, then connect the {} again.", face.noun),
        _ => format!("Connect the {} again.", face.noun),
    }
}

/// Meta's own words for people, where it has some: the only text of a refusal that is meant to be shown.
fn reason(error: &GraphError) -> String {
    const LONGEST: usize = 240;
    let Some(text) = &error.for_person else { return String::new() };
    let words: Vec<&str> = text.split_whitespace().collect();
    let short: String = words.join(" ").chars().take(LONGEST).collect();
    format!(" It says: “{short}”")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FACE: Face = Face { id: "facebook", name: "Facebook", noun: "page" };
    const PUBLISH: Verb = Verb::visible("publish", "publish the post", "text");

    fn coded(status: u16, code: i64, subcode: i64) -> PlatformError {
        let error = GraphError { code, subcode, transient: false, for_person: None };
        refusal(FACE, PUBLISH, &Refused { status, error: Some(&error), wait: None })
    }
    fn invalid(field: &str) -> Kind {
        Kind::Invalid(field.to_owned())
    }

    #[test]
    fn every_code_of_the_contract_has_its_meaning() {
        let minute = Retry::After(PATIENCE);
        for (code, subcode, kind, retry, unknown) in [
            (1, 0, Kind::Unavailable, Retry::Backoff, true),
            (2, 0, Kind::Unavailable, Retry::Backoff, true),
            (4, 0, Kind::RateLimited, minute, false),
            (17, 2_446_079, Kind::RateLimited, minute, false),
            (32, 0, Kind::RateLimited, minute, false),
            (341, 0, Kind::RateLimited, minute, false),
            (613, 1_487_742, Kind::RateLimited, minute, false),
            (80_001, 0, Kind::RateLimited, minute, false),
            (80_014, 0, Kind::RateLimited, minute, false),
            (190, 458, Kind::AuthExpired, Retry::Never, false),
            (190, 463, Kind::AuthExpired, Retry::Never, false),
            (190, 492, Kind::AuthExpired, Retry::Never, false),
            (102, 0, Kind::AuthExpired, Retry::Never, false),
            (3, 0, Kind::PermissionMissing, Retry::Never, false),
            (10, 0, Kind::PermissionMissing, Retry::Never, false),
            (200, 0, Kind::PermissionMissing, Retry::Never, false),
            (299, 0, Kind::PermissionMissing, Retry::Never, false),
            (100, 0, invalid("text"), Retry::Never, false),
            (100, 33, Kind::NotFound, Retry::Never, false),
            (100, 3_191_001, Kind::PermissionMissing, Retry::Never, false),
            (368, 0, Kind::PermissionMissing, Retry::Never, false),
            (506, 0, Kind::Conflict, Retry::Never, false),
            (1_609_005, 0, invalid("link"), Retry::Never, false),
            (2_635, 0, Kind::Unsupported, Retry::Never, false),
            (36_000, 2_207_004, invalid("media"), Retry::Never, false),
            (36_001, 2_207_005, invalid("media"), Retry::Never, false),
            (36_003, 2_207_009, invalid("media"), Retry::Never, false),
            (36_004, 2_207_010, invalid("text"), Retry::Never, false),
            (352, 2_207_026, invalid("media"), Retry::Never, false),
            (9_004, 2_207_052, invalid("media"), Retry::Backoff, false),
            (9_007, 2_207_027, Kind::Unavailable, minute, false),
            (9, 2_207_042, Kind::RateLimited, Retry::After(Duration::from_secs(3_600)), false),
            (100, 2_207_028, invalid("media"), Retry::Never, false),
            (100, 2_207_040, invalid("text"), Retry::Never, false),
        ] {
            let error = coded(400, code, subcode);
            assert_eq!((&error.kind, error.retry, error.outcome_unknown), (&kind, retry, unknown), "{code}/{subcode}");
        }
    }

    #[test]
    fn a_failure_of_meta_itself_leaves_a_write_unknown_and_a_read_not() {
        let reading = Verb::reading("read", "read the post");
        for status in [408, 500, 502, 503] {
            let refused = Refused { status, error: None, wait: None };
            assert!(refusal(FACE, PUBLISH, &refused).outcome_unknown, "{status}");
            assert!(!refusal(FACE, reading, &refused).outcome_unknown, "{status}");
        }
        let passing = GraphError { code: 999, transient: true, ..GraphError::default() };
        let error = refusal(FACE, PUBLISH, &Refused { status: 400, error: Some(&passing), wait: None });
        assert_eq!((error.kind, error.outcome_unknown), (Kind::Unavailable, true));
    }

    #[test]
    fn a_wait_that_meta_estimates_is_passed_on() {
        let error = GraphError { code: 80_001, ..GraphError::default() };
        let wait = Some(Duration::from_secs(19 * 60));
        let refused = Refused { status: 400, error: Some(&error), wait };
        assert_eq!(refusal(FACE, PUBLISH, &refused).retry, Retry::After(Duration::from_secs(1_140)));
    }

    proptest! {
        #[test]
        fn every_refusal_has_whole_sentences(status in 300u16..600, code in -5i64..90_000, subcode in 0i64..3_000_000) {
            for error in [None, Some(GraphError { code, subcode, transient: false, for_person: None })] {
                let refused = Refused { status, error: error.as_ref(), wait: None };
                let error = refusal(FACE, PUBLISH, &refused);
                prop_assert!(error.message.ends_with('.') && error.help.is_some_and(|help| help.ends_with('.')));
            }
        }

        #[test]
        fn no_body_makes_the_reader_fail(body in prop::collection::vec(any::<u8>(), 0..200), status in 300u16..600) {
            let error = GraphError::read(&body);
            let _ = refusal(FACE, PUBLISH, &Refused { status, error: error.as_ref(), wait: None });
        }
    }
}

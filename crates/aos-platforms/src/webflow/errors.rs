//! What a refusal of Webflow's means and what a person can do. Source: contract `cms.md`, section 2.5.

use std::time::Duration;

use aos_capabilities::{PlatformError, PlatformErrorKind as Kind};
use aos_kernel::Retry;

use super::{Fields, ID, api::ErrorBody};
use crate::failure::Effect;

/// What was being done; the words of errors and of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Consent,
    Redeem,
    Refresh,
    Revoke,
    Targets,
    Connect,
    Publish,
    Update,
    Find,
    Read,
    UploadImage,
    PublishSite,
    Inspect,
}

impl Verb {
    /// The operation in [`PlatformError::operation`].
    pub const fn name(self) -> &'static str {
        match self {
            Self::Consent => "ask for consent",
            Self::Redeem => "redeem consent",
            Self::Refresh => "refresh access",
            Self::Revoke => "revoke access",
            Self::Targets => "list collections",
            Self::Connect => "connect",
            Self::Publish => "publish",
            Self::Update => "update",
            Self::Find => "find",
            Self::Read => "read",
            Self::UploadImage => "upload image",
            Self::PublishSite => "publish site",
            Self::Inspect => "inspect",
        }
    }
    /// Fits after "could not" and "may not".
    const fn words(self) -> &'static str {
        match self {
            Self::Consent => "ask for consent",
            Self::Redeem => "finish the consent",
            Self::Refresh => "renew the access",
            Self::Revoke => "give the access back",
            Self::Targets => "list the collections",
            Self::Connect => "look at the collection",
            Self::Publish => "publish the article",
            Self::Update => "change the article",
            Self::Find => "look for the article",
            Self::Read => "read the article",
            Self::UploadImage => "upload the image",
            Self::PublishSite => "publish the site, which has to come before the article",
            Self::Inspect => "read the articles",
        }
    }
    pub const fn effect(self) -> Effect {
        match self {
            Self::Publish | Self::Update => Effect::Visible,
            // A site that is published twice and an image that is there twice are no harm.
            _ => Effect::Harmless,
        }
    }
}

/// An answer that is not the wanted one, reduced to what the decision needs.
pub(super) struct Refused<'a> {
    pub verb: Verb,
    pub status: u16,
    /// `None` where it is not in Webflow's shape.
    pub body: Option<&'a ErrorBody>,
    pub retry_after: Option<Duration>,
    /// Ours for theirs; none where no collection is known yet.
    pub fields: Option<&'a Fields>,
}

const WAIT: &str = "It is tried again. If it stays like this, look at Webflow's status page.";
const RECONNECT: &str = "Connect Webflow again, and leave every permission ticked.";
/// A site may be published once in this time.
pub(super) const MINUTE: Duration = Duration::from_mins(1);

/// Kind, retry, words and help of a refusal.
pub(super) fn refusal(refused: &Refused<'_>) -> PlatformError {
    let (kind, retry, message, help) = judge(refused);
    // A refusal by rule came before any effect; a failure of the server may have come after it.
    let may_have_happened = matches!(refused.status, 408 | 500 | 502..=599);
    PlatformError {
        retry,
        outcome_unknown: refused.verb.effect() == Effect::Visible && may_have_happened,
        provider_code: Some(code(refused)),
        ..error(refused.verb, kind, message, help)
    }
}

fn code(refused: &Refused<'_>) -> String {
    refused.body.map_or_else(|| format!("http_{}", refused.status), |body| body.code.clone())
}

fn judge(refused: &Refused<'_>) -> (Kind, Retry, String, &'static str) {
    let doing = refused.verb.words();
    let wait = refused.retry_after.map_or(Retry::Backoff, Retry::After);
    match refused.status {
        401 => {
            let words = "Webflow no longer accepts the access that was given.".to_owned();
            (Kind::AuthExpired, Retry::Never, words, "Connect Webflow again.")
        }
        403 if refused.verb == Verb::PublishSite => (
            Kind::PermissionMissing,
            Retry::Never,
            format!("The access may not {doing}."),
            "Publish the site once in Webflow, to all its domains at the same time, or connect again and leave every \
             permission ticked.",
        ),
        403 => (Kind::PermissionMissing, Retry::Never, format!("The access may not {doing}."), RECONNECT),
        404 | 410 => match refused.verb {
            Verb::Read | Verb::Update if !is_about_the_place(refused) => (
                Kind::NotFound,
                Retry::Never,
                "The article is no longer in Webflow.".to_owned(),
                "Publish it again if it should be there.",
            ),
            _ => (
                Kind::NotFound,
                Retry::Never,
                format!("Webflow did not find what it takes to {doing}: the site or the collection is gone."),
                "Look for the collection in Webflow, then connect again.",
            ),
        },
        409 => (
            Kind::Conflict,
            Retry::Never,
            format!("Webflow could not {doing}: something there stands in the way or changed at the same moment."),
            "Publish the site in Webflow to all its domains at the same time, then try again.",
        ),
        429 => {
            let once_a_minute = refused.verb == Verb::PublishSite && refused.retry_after.is_none();
            let wait = if once_a_minute { Retry::After(MINUTE) } else { wait };
            (Kind::RateLimited, wait, "Webflow asks for fewer requests.".to_owned(), WAIT)
        }
        408 => (Kind::Unavailable, Retry::Backoff, format!("Webflow took too long to {doing}."), WAIT),
        413 => {
            let field = if refused.verb == Verb::UploadImage { "image" } else { "html" };
            let words = format!("The {} is larger than Webflow takes.", field_words(field));
            (Kind::Invalid(field.to_owned()), Retry::Never, words, "Use less, and try again.")
        }
        400 | 422 => invalid(refused),
        501 => {
            let words = format!("Webflow can't {doing} for this site.");
            (Kind::Unsupported, Retry::Never, words, "Do it in Webflow by hand.")
        }
        500..=599 => (Kind::Unavailable, wait, format!("Webflow could not {doing} because it failed itself."), WAIT),
        _ => (
            Kind::UnexpectedResponse,
            Retry::Never,
            format!("Webflow answered in a way we do not understand when asked to {doing}."),
            "Tell an administrator: Webflow's interface may have changed.",
        ),
    }
}

/// The collection or the whole address is gone, not the item.
pub(super) fn is_about_the_place(refused: &Refused<'_>) -> bool {
    let about = ["collection_not_found", "site_not_found", "route_not_found"];
    refused.body.is_none_or(|body| about.contains(&body.code.as_str()))
}

fn invalid(refused: &Refused<'_>) -> (Kind, Retry, String, &'static str) {
    let doing = refused.verb.words();
    let problem = refused.body.and_then(|body| body.problems().into_iter().next());
    let (param, said) = problem.unwrap_or_default();
    let field = our_field(&param, refused.fields);
    let field = if refused.verb == Verb::UploadImage { "image" } else { field };
    let said: String = said.chars().take(300).collect();
    let because = match said.trim().trim_end_matches('.') {
        "" => String::new(),
        said => format!(": {said}"),
    };
    let help = if field == "article" {
        "A field of the collection that must be filled may be missing: look at the collection in Webflow."
    } else {
        "Change it and try again."
    };
    let message = format!("Webflow could not {doing}: it does not accept the {}{because}.", field_words(field));
    (Kind::Invalid(field.to_owned()), Retry::Never, message, help)
}

fn our_field(param: &str, fields: Option<&Fields>) -> &'static str {
    let param = param.rsplit('.').next().unwrap_or(param);
    let is = |own: Option<&String>| own.is_some_and(|own| own == param);
    match param {
        "slug" => "slug",
        "name" => "title",
        _ if fields.is_some_and(|fields| fields.body == param) => "html",
        _ if fields.is_some_and(|fields| is(fields.summary.as_ref())) => "excerpt",
        _ if fields.is_some_and(|fields| is(fields.image.as_ref())) => "image",
        _ => "article",
    }
}

fn field_words(field: &str) -> &'static str {
    match field {
        "slug" => "address",
        "title" => "title",
        "html" => "text",
        "excerpt" => "summary",
        "image" => "image",
        _ => "article as it is",
    }
}

/// Whether an item was refused because another has its address.
pub(super) fn is_slug_taken(status: u16, body: Option<&ErrorBody>) -> bool {
    let taken = |words: &str| {
        let words = words.to_ascii_lowercase();
        words.contains("unique") || words.contains("already") || words.contains("taken") || words.contains("exists")
    };
    matches!(status, 400 | 409 | 422)
        && body.is_some_and(|body| {
            body.problems().iter().any(|(param, words)| {
                (param.ends_with("slug") || (param.is_empty() && words.to_ascii_lowercase().contains("slug")))
                    && taken(words)
            })
        })
}

/// An error of our own making.
pub(super) fn error(verb: Verb, kind: Kind, message: impl Into<String>, help: impl Into<String>) -> PlatformError {
    PlatformError {
        kind,
        retry: Retry::Never,
        outcome_unknown: false,
        platform: ID.to_owned(),
        operation: verb.name().to_owned(),
        provider_code: None,
        message: message.into(),
        help: Some(help.into()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn fields() -> Fields {
        Fields { body: "post-body".to_owned(), summary: Some("teaser".to_owned()), image: None, mark: None }
    }
    fn refused(verb: Verb, status: u16, body: &Value, retry_after: Option<u64>) -> PlatformError {
        let body = ErrorBody::read(body.to_string().as_bytes());
        let (fields, retry_after) = (fields(), retry_after.map(Duration::from_secs));
        refusal(&Refused { verb, status, body: body.as_ref(), retry_after, fields: Some(&fields) })
    }

    #[test]
    fn every_code_of_the_contract_has_its_kind() {
        let minute = Retry::After(MINUTE);
        for (verb, status, code, retry_after, kind, retry) in [
            (Verb::Publish, 400, "validation_error", None, Kind::Invalid("article".to_owned()), Retry::Never),
            (Verb::UploadImage, 400, "validation_error", None, Kind::Invalid("image".to_owned()), Retry::Never),
            (Verb::Publish, 401, "not_authorized", None, Kind::AuthExpired, Retry::Never),
            (Verb::Publish, 403, "missing_scopes", None, Kind::PermissionMissing, Retry::Never),
            (Verb::Update, 404, "resource_not_found", None, Kind::NotFound, Retry::Never),
            (Verb::Publish, 409, "conflict", None, Kind::Conflict, Retry::Never),
            (Verb::Find, 429, "too_many_requests", Some(60), Kind::RateLimited, minute),
            (Verb::Find, 429, "too_many_requests", None, Kind::RateLimited, Retry::Backoff),
            (Verb::PublishSite, 429, "too_many_requests", None, Kind::RateLimited, minute),
            (Verb::Find, 500, "internal_error", None, Kind::Unavailable, Retry::Backoff),
        ] {
            let body = json!({"code": code, "message": "x", "externalReference": null, "details": []});
            let error = refused(verb, status, &body, retry_after);
            assert_eq!((&error.kind, error.retry), (&kind, retry), "{status} {code}");
            assert_eq!(error.provider_code.as_deref(), Some(code));
        }
    }

    #[test]
    fn a_refused_field_is_named_in_our_words() {
        for (param, ours) in [
            ("slug", "slug"),
            ("fieldData.name", "title"),
            ("fieldData.post-body", "html"),
            ("teaser", "excerpt"),
            ("author", "article"),
        ] {
            let body = json!({"code": "validation_error", "details": [{"param": param, "description": "No."}]});
            let error = refused(Verb::Publish, 400, &body, None);
            assert_eq!(error.kind, Kind::Invalid(ours.to_owned()));
            assert!(error.message.ends_with(": No."), "{error}");
        }
    }

    #[test]
    fn a_taken_address_is_recognised_in_both_shapes() {
        let taken = |details: Value| {
            let body = json!({"code": "validation_error", "details": details});
            is_slug_taken(400, ErrorBody::read(body.to_string().as_bytes()).as_ref())
        };
        assert!(taken(json!([{"param": "slug", "description": "Unique value is already in database: 't'"}])));
        assert!(taken(json!(["Field slug: Unique value is already in database"])));
        assert!(!taken(json!([{"param": "slug", "description": "Too long"}])));
        assert!(!taken(json!([{"param": "sku", "description": "Unique value is already in database"}])));
        assert!(!taken(Value::Null));
    }

    #[test]
    fn only_a_server_that_failed_leaves_a_write_in_doubt() {
        for status in 300..=599 {
            let doubt = matches!(status, 408 | 500 | 502..=599);
            assert_eq!(refused(Verb::Publish, status, &json!({}), None).outcome_unknown, doubt, "{status}");
            assert!(!refused(Verb::PublishSite, status, &json!({}), None).outcome_unknown);
        }
    }

    proptest! {
        #[test]
        fn no_body_breaks_the_reading(details in ".{0,60}", status in 300_u16..600) {
            for body in [details.clone(), format!("{{\"code\":\"x\",\"details\":{details}}}")] {
                let body = ErrorBody::read(body.as_bytes());
                let _ = is_slug_taken(status, body.as_ref());
                let refused =
                    Refused { verb: Verb::Publish, status, body: body.as_ref(), retry_after: None, fields: None };
                let _ = refusal(&refused);
            }
        }
    }
}

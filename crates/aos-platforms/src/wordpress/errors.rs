//! What a refusal means and what a person can do. Source: contract `cms.md`, section 1.7.

use std::time::Duration;

use aos_capabilities::{PlatformError, PlatformErrorKind as Kind};
use aos_kernel::Retry;

use super::{ID, api::ErrorBody};
use crate::failure::Effect;

/// What was being done; the words of errors and of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Connect,
    Publish,
    Update,
    Read,
    Find,
    UploadImage,
    SetTerms,
    Inspect,
}

impl Verb {
    /// The operation in [`PlatformError::operation`].
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Publish => "publish",
            Self::Update => "update",
            Self::Read => "read",
            Self::Find => "find",
            Self::UploadImage => "upload image",
            Self::SetTerms => "set categories and tags",
            Self::Inspect => "inspect",
        }
    }
    /// Fits after "could not" and "may not".
    const fn words(self) -> &'static str {
        match self {
            Self::Connect => "sign in",
            Self::Publish => "publish the article",
            Self::Update => "change the article",
            Self::Read => "read the article",
            Self::Find => "look for the article",
            Self::UploadImage => "upload the image",
            Self::SetTerms => "set categories and tags",
            Self::Inspect => "read the articles",
        }
    }
    pub const fn effect(self) -> Effect {
        match self {
            Self::Publish | Self::Update => Effect::Visible,
            // Terms and images are looked up before they are made, so making them again is harmless.
            Self::Connect | Self::Read | Self::Find | Self::UploadImage | Self::SetTerms | Self::Inspect => {
                Effect::Harmless
            }
        }
    }
}

/// An answer that is not the wanted one, reduced to what the decision needs.
pub(super) struct Refused<'a> {
    pub verb: Verb,
    pub status: u16,
    /// The error in WordPress's shape; `None` for a page of somebody else in front of it.
    pub body: Option<&'a ErrorBody>,
    pub retry_after: Option<Duration>,
    /// Where a redirect points.
    pub location: Option<&'a str>,
}

const RECONNECT: &str = "Connect the site again with a new application password (in WordPress: Users, Profile, Application Passwords). \
     If the password is right, the web server may drop the Authorization header: ask whoever hosts the site.";
const RAISE_ROLE: &str = "Ask an administrator of the site to give the account the role Editor.";
const ASK_HOST: &str = "Ask whoever hosts the site to let requests to its WordPress REST API through.";
const WAIT: &str = "It is tried again. If it stays like this, ask whoever hosts the site.";
const OTHER_IMAGE: &str = "Use another image, or publish without one.";
const RECONNECT_ADDRESS: &str = "Connect the site again with the address that its visitors see.";

/// Kind, retry, words and help of a refusal.
pub(super) fn refusal(refused: &Refused<'_>) -> PlatformError {
    let code = refused.body.map(|body| body.code.as_str());
    let Judgement { kind, retry, message, help } = judge(refused, code);
    // A refusal by rule came before any effect; a failure of the server may have come after it.
    let may_have_happened = matches!(refused.status, 408 | 500..=599) && kind != Kind::Unsupported;
    PlatformError {
        kind,
        retry,
        outcome_unknown: refused.verb.effect() == Effect::Visible && may_have_happened,
        platform: ID.to_owned(),
        operation: refused.verb.name().to_owned(),
        provider_code: code.map(ToOwned::to_owned).or_else(|| Some(format!("http_{}", refused.status))),
        message,
        help: Some(help.to_owned()),
    }
}

struct Judgement {
    kind: Kind,
    retry: Retry,
    message: String,
    help: &'static str,
}

impl Judgement {
    fn never(kind: Kind, message: impl Into<String>, help: &'static str) -> Self {
        Self { kind, retry: Retry::Never, message: message.into(), help }
    }
    fn later(kind: Kind, retry: Retry, message: impl Into<String>) -> Self {
        Self { kind, retry, message: message.into(), help: WAIT }
    }
}

fn judge(refused: &Refused<'_>, code: Option<&str>) -> Judgement {
    let doing = refused.verb.words();
    match (refused.status, code) {
        (401, Some("application_passwords_disabled")) => no_application_passwords_words(),
        (401, None) => Judgement::never(
            Kind::AuthExpired,
            "The site asks for a password of its own before it lets anybody in.",
            ASK_HOST,
        ),
        (401, Some(_)) => Judgement::never(
            Kind::AuthExpired,
            "The site did not accept the user name and application password.",
            RECONNECT,
        ),
        // Upload errors come with 400, 412, 413 and 500: their code decides, not their status.
        (_, Some(code)) if code.starts_with("rest_upload_") => upload(code),
        (413, _) if refused.verb == Verb::UploadImage => Judgement::never(
            Kind::Invalid("image".to_owned()),
            "The image is larger than the site accepts.",
            OTHER_IMAGE,
        ),
        (413, _) => Judgement::never(
            Kind::Invalid("html".to_owned()),
            "The article is larger than the site accepts.",
            "Shorten the article, or ask whoever hosts the site to raise the limit.",
        ),
        (_, Some("rest_forbidden_context" | "rest_forbidden_status")) | (403, Some(_)) => {
            Judgement::never(Kind::PermissionMissing, not_allowed(refused.verb, code), RAISE_ROLE)
        }
        (403 | 406, None) => Judgement::never(
            Kind::PermissionMissing,
            format!("Something in front of the site, mostly a firewall, did not let us {doing}."),
            ASK_HOST,
        ),
        (404, Some("rest_no_route")) => Judgement::never(
            Kind::NotFound,
            "The site's WordPress API was not found at the address we know.",
            "Connect the site again; if that fails, its REST API is switched off, mostly by a security plugin.",
        ),
        (404 | 410, Some("rest_post_invalid_id" | "rest_already_trashed")) => Judgement::never(
            Kind::NotFound,
            "The article is no longer on the site.",
            "Publish it again if it should be there.",
        ),
        (404 | 410, _) => Judgement::never(
            Kind::NotFound,
            format!("The site did not find what it takes to {doing}."),
            RECONNECT_ADDRESS,
        ),
        (409, _) => Judgement::never(
            Kind::Conflict,
            format!("The site could not {doing}: something there changed at the same moment."),
            "Look at the article on the site, then try again.",
        ),
        (408 | 425, _) => {
            Judgement::later(Kind::Unavailable, Retry::Backoff, format!("The site took too long to {doing}."))
        }
        (429, _) => Judgement::later(
            Kind::RateLimited,
            refused.retry_after.map_or(Retry::Backoff, Retry::After),
            "The site asks for fewer requests.",
        ),
        (300..=399, _) => redirected(refused.location),
        (400..=499, Some(_)) => invalid(refused, doing),
        (400..=499, None) => Judgement::never(
            Kind::UnexpectedResponse,
            format!("The site could not {doing} and gave no reason."),
            ASK_HOST,
        ),
        // "Forgotten" status: core answers 500 for a name that is empty after cleaning.
        (500, Some("empty_term_name")) => Judgement::never(
            Kind::Invalid("tags".to_owned()),
            "A category or tag has no name that the site can use.",
            "Use letters or digits in the names of categories and tags.",
        ),
        (501 | 505, _) => Judgement::never(
            Kind::Unsupported,
            format!("This site can not {doing}."),
            "Ask whoever hosts the site which version of WordPress it runs; it should be 5.6 or later.",
        ),
        (500..=599, _) => Judgement::later(
            Kind::Unavailable,
            refused.retry_after.map_or(Retry::Backoff, Retry::After),
            format!("The site could not {doing} because it failed itself."),
        ),
        _ => Judgement::never(
            Kind::UnexpectedResponse,
            format!("The site answered in a way we do not understand when asked to {doing}."),
            ASK_HOST,
        ),
    }
}

fn upload(code: &str) -> Judgement {
    let image = || Kind::Invalid("image".to_owned());
    match code {
        "rest_upload_hash_mismatch" => {
            Judgement::later(Kind::Unavailable, Retry::Backoff, "The image arrived damaged.")
        }
        "rest_upload_file_too_big" => {
            Judgement::never(image(), "The image is larger than the site accepts.", OTHER_IMAGE)
        }
        "rest_upload_limited_space" | "rest_upload_user_quota_exceeded" => Judgement::never(
            image(),
            "The site has no room left for files.",
            "Ask whoever hosts the site for more room, or publish without an image.",
        ),
        "rest_upload_sideload_error" | "rest_upload_unknown_error" => {
            Judgement::never(image(), "The site does not accept this type of image.", OTHER_IMAGE)
        }
        "rest_upload_no_data" => Judgement::never(
            image(),
            "The image did not reach WordPress, mostly because it is larger than the server accepts.",
            OTHER_IMAGE,
        ),
        _ => Judgement::never(image(), "The site did not take the image.", OTHER_IMAGE),
    }
}

fn not_allowed(verb: Verb, code: Option<&str>) -> String {
    match code {
        Some("rest_cannot_publish") => "The account may write drafts on the site but not publish them.".to_owned(),
        Some("rest_cannot_edit" | "rest_cannot_edit_others") => {
            "The account may not change this article, because somebody else wrote it.".to_owned()
        }
        Some("rest_cannot_assign_term") => "The account may not set these categories and tags.".to_owned(),
        _ => format!("The account may not {} on the site.", verb.words()),
    }
}

fn invalid(refused: &Refused<'_>, doing: &str) -> Judgement {
    let params = refused.body.map(ErrorBody::params).unwrap_or_default();
    let code = refused.body.map(|body| body.code.as_str());
    if code == Some("empty_content") {
        return Judgement::never(
            Kind::Invalid("html".to_owned()),
            "The site does not take an article without title and text.",
            "Give the article a title and a text.",
        );
    }
    // Lists of drafts are refused as a bad parameter when the account lacks the right.
    if params.contains_key("status") && matches!(refused.verb, Verb::Find | Verb::Read | Verb::Inspect) {
        return Judgement::never(Kind::PermissionMissing, not_allowed(refused.verb, code), RAISE_ROLE);
    }
    let field = params.keys().next().map_or("article", |param| our_field(param));
    Judgement::never(
        Kind::Invalid(field.to_owned()),
        format!("The site could not {doing}: it does not accept the {}.", field_words(field)),
        "Change it and try again.",
    )
}

fn our_field(param: &str) -> &'static str {
    match param {
        "title" => "title",
        "content" => "html",
        "excerpt" => "excerpt",
        "slug" => "slug",
        "status" | "date" | "date_gmt" => "mode",
        "categories" => "categories",
        "tags" => "tags",
        "featured_media" | "alt_text" | "file" => "image",
        _ => "article",
    }
}

fn field_words(field: &str) -> &'static str {
    match field {
        "title" => "title",
        "html" => "text",
        "excerpt" => "summary",
        "slug" => "address",
        "mode" => "planned time",
        "categories" => "categories",
        "tags" => "tags",
        "image" => "image",
        _ => "article as it is",
    }
}

fn redirected(location: Option<&str>) -> Judgement {
    let target = location.and_then(|target| url::Url::parse(target).ok());
    let message = match target.as_ref().and_then(url::Url::host_str) {
        Some(host) => format!("The site sends our requests on to {host}; a request that writes must not be sent on."),
        None => {
            "The site sends our requests on to another address; a request that writes must not be sent on.".to_owned()
        }
    };
    Judgement::never(Kind::UnexpectedResponse, message, RECONNECT_ADDRESS)
}

fn no_application_passwords_words() -> Judgement {
    Judgement::never(
        Kind::Unsupported,
        "The site has application passwords switched off, and they are the way to publish there.",
        "They need HTTPS and WordPress 5.6 or later. A security plugin may have switched them off: ask whoever hosts \
         the site to switch them on.",
    )
}

/// An error of our own making about an answer that has the wanted status.
pub(super) fn error(verb: Verb, kind: Kind, message: impl Into<String>, help: &str) -> PlatformError {
    PlatformError {
        kind,
        retry: Retry::Never,
        outcome_unknown: false,
        platform: ID.to_owned(),
        operation: verb.name().to_owned(),
        provider_code: None,
        message: message.into(),
        help: Some(help.to_owned()),
    }
}

/// The answer has a good status, but is not what was asked for. `is_page`: an HTML page, such as a login form.
pub(super) fn unreadable(verb: Verb, is_page: bool) -> PlatformError {
    let message = if is_page {
        "The site answered with a web page instead of data, mostly a login or maintenance page."
    } else {
        "The site's answer was cut off or is not in the form that WordPress uses."
    };
    PlatformError {
        retry: if is_page { Retry::Never } else { Retry::Backoff },
        outcome_unknown: verb.effect() == Effect::Visible,
        ..error(verb, Kind::UnexpectedResponse, message, ASK_HOST)
    }
}

/// The site offers no way to sign in.
pub(super) fn no_application_passwords() -> PlatformError {
    let Judgement { kind, message, help, .. } = no_application_passwords_words();
    error(Verb::Connect, kind, message, help)
}

/// No WordPress answered at the address.
pub(super) fn not_wordpress(host: &str) -> PlatformError {
    error(
        Verb::Connect,
        Kind::NotFound,
        format!("No WordPress API was found at {host}."),
        "Check the address. If it is a WordPress site, a security plugin may have switched its REST API off.",
    )
}

/// The site that was named leads to another one.
pub(super) fn another_site(named: &str, found: &str) -> PlatformError {
    error(
        Verb::Connect,
        Kind::NotFound,
        format!("{named} leads to {found}. The password is only sent to the site that was named."),
        "If that is the right site, connect it with that address.",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn refused(verb: Verb, status: u16, body: Option<Value>) -> PlatformError {
        let body = body.map(|body| serde_json::from_value::<ErrorBody>(body).unwrap());
        refusal(&Refused { verb, status, body: body.as_ref(), retry_after: None, location: None })
    }
    fn coded(verb: Verb, status: u16, code: &str) -> PlatformError {
        refused(verb, status, Some(json!({"code": code, "message": "…", "data": {"status": status}})))
    }
    fn invalid(field: &str) -> Kind {
        Kind::Invalid(field.to_owned())
    }

    #[test]
    fn every_code_of_the_contract_has_its_meaning() {
        use Verb::{Connect, Find, Publish, Read, SetTerms, Update, UploadImage};
        for (verb, status, code, kind, retry) in [
            (Publish, 400, "rest_invalid_param", invalid("article"), Retry::Never),
            (Publish, 400, "rest_missing_callback_param", invalid("article"), Retry::Never),
            (Publish, 400, "rest_invalid_json", invalid("article"), Retry::Never),
            (Publish, 400, "empty_content", invalid("html"), Retry::Never),
            (UploadImage, 400, "rest_upload_no_data", invalid("image"), Retry::Never),
            (UploadImage, 400, "rest_upload_invalid_disposition", invalid("image"), Retry::Never),
            (UploadImage, 400, "rest_upload_file_too_big", invalid("image"), Retry::Never),
            (UploadImage, 400, "rest_upload_user_quota_exceeded", invalid("image"), Retry::Never),
            (UploadImage, 500, "rest_upload_sideload_error", invalid("image"), Retry::Never),
            (UploadImage, 500, "rest_upload_unknown_error", invalid("image"), Retry::Never),
            (UploadImage, 412, "rest_upload_hash_mismatch", Kind::Unavailable, Retry::Backoff),
            (Connect, 401, "rest_not_logged_in", Kind::AuthExpired, Retry::Never),
            (Connect, 401, "incorrect_password", Kind::AuthExpired, Retry::Never),
            (Connect, 401, "invalid_username", Kind::AuthExpired, Retry::Never),
            (Connect, 401, "application_passwords_disabled", Kind::Unsupported, Retry::Never),
            (Publish, 401, "rest_cannot_create", Kind::AuthExpired, Retry::Never),
            (Publish, 403, "rest_cannot_create", Kind::PermissionMissing, Retry::Never),
            (Publish, 403, "rest_cannot_publish", Kind::PermissionMissing, Retry::Never),
            (Update, 403, "rest_cannot_edit", Kind::PermissionMissing, Retry::Never),
            (SetTerms, 403, "rest_cannot_assign_term", Kind::PermissionMissing, Retry::Never),
            (Read, 403, "rest_forbidden_context", Kind::PermissionMissing, Retry::Never),
            (Find, 404, "rest_no_route", Kind::NotFound, Retry::Never),
            (Read, 404, "rest_post_invalid_id", Kind::NotFound, Retry::Never),
            (Update, 410, "rest_already_trashed", Kind::NotFound, Retry::Never),
            (Update, 501, "rest_trash_not_supported", Kind::Unsupported, Retry::Never),
            (SetTerms, 500, "empty_term_name", invalid("tags"), Retry::Never),
        ] {
            let error = coded(verb, status, code);
            assert_eq!((&error.kind, error.retry), (&kind, retry), "{code}");
            assert_eq!(error.provider_code.as_deref(), Some(code));
            assert!(!error.outcome_unknown, "{code} came before any effect");
        }
    }

    #[test]
    fn a_refused_parameter_names_our_field() {
        for (param, field) in
            [("date_gmt", "mode"), ("content", "html"), ("featured_media", "image"), ("odd", "article")]
        {
            let body = json!({"code": "rest_invalid_param", "data": {"status": 400, "params": {param: "…"}}});
            assert_eq!(refused(Verb::Publish, 400, Some(body)).kind, invalid(field));
        }
        let drafts = json!({"code": "rest_invalid_param", "data": {"status": 400, "params": {"status": "Forbidden"}}});
        assert_eq!(refused(Verb::Find, 400, Some(drafts)).kind, Kind::PermissionMissing);
    }

    #[test]
    fn every_status_without_a_word_from_wordpress_has_a_meaning_and_sentences() {
        for status in (300..600).filter(|status| *status != 304) {
            for verb in [Verb::Connect, Verb::Publish, Verb::UploadImage] {
                let error = refused(verb, status, None);
                let later = matches!(status, 408 | 425 | 429 | 500..=599) && !matches!(status, 501 | 505);
                assert_eq!(error.retry != Retry::Never, later, "{status}");
                let unknown = verb == Verb::Publish && later && !matches!(status, 425 | 429);
                assert_eq!(error.outcome_unknown, unknown, "{status}");
                assert!(error.message.ends_with('.') && error.help.is_some_and(|help| help.ends_with('.')), "{status}");
            }
        }
    }

    #[test]
    fn a_wait_that_the_site_asks_for_is_passed_on() {
        let wait = Some(Duration::from_secs(7));
        let busy = Refused { verb: Verb::Publish, status: 429, body: None, retry_after: wait, location: None };
        assert_eq!(refusal(&busy).retry, Retry::After(Duration::from_secs(7)));
        let down = Refused { status: 503, ..busy };
        assert_eq!(refusal(&down).retry, Retry::After(Duration::from_secs(7)));
    }

    #[test]
    fn a_redirect_says_where_to_and_keeps_the_query_to_itself() {
        let location = Some("https://www.a.test/wp-json/?token=secret");
        let moved = Refused { verb: Verb::Publish, status: 301, body: None, retry_after: None, location };
        let message = refusal(&moved).message;
        assert!(message.contains("www.a.test") && !message.contains("secret"), "{message}");
    }
}

//! Taking secrets out of what is logged, shown or recorded.

use serde_json::Value;
use url::Url;

/// What stands where a secret was.
pub(crate) const HIDDEN: &str = "[secret]";

/// Parts of names of parameters, headers and JSON members whose values are secrets.
const TELLING: &[&str] = &[
    "password",
    "passwd",
    "secret",
    "token",
    "api_key",
    "apikey",
    "api-key",
    "authorization",
    "signature",
    "credential",
    "cookie",
    "private_key",
    "assertion",
    "code_verifier",
];
/// Names that are too short to look for inside others.
const TELLING_WHOLE: &[&str] = &["key", "sig", "code", "auth", "pwd", "pass", "state"];
/// Names that contain a telling part and are harmless: counts of language models, and how a grant works.
const HARMLESS: &[&str] = &[
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "input_tokens",
    "output_tokens",
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "cached_tokens",
    "token_type",
    "authorization_endpoint",
    "token_endpoint",
];

/// Whether a value under this name is a secret.
pub(crate) fn is_telling(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    if HARMLESS.contains(&name.as_str()) {
        return false;
    }
    TELLING_WHOLE.contains(&name.as_str()) || TELLING.iter().any(|part| name.contains(part))
}

/// The URL without user, password and fragment, and with the values of telling query parameters hidden.
pub fn redacted(url: &Url) -> String {
    let mut shown = url.clone();
    shown.set_fragment(None);
    // These fail only for URLs that can't carry a user at all.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    if shown.query_pairs().any(|(name, _)| is_telling(&name)) {
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        let mut query = shown.query_pairs_mut();
        query.clear();
        for (name, value) in &pairs {
            query.append_pair(name, if is_telling(name) { HIDDEN } else { value });
        }
    }
    shown.into()
}

/// The same JSON with the values of telling members hidden.
pub(crate) fn redact_json(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if is_telling(name) && matches!(member, Value::String(_) | Value::Number(_)) {
                    // An error's "code" is a word of the platform, not a secret; only long ones are hidden.
                    if name.eq_ignore_ascii_case("code") && !looks_like_a_secret(member) {
                        continue;
                    }
                    *member = Value::String(HIDDEN.to_owned());
                } else {
                    redact_json(member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(redact_json),
        Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null => {}
    }
}

fn looks_like_a_secret(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.len() >= 20 && text.bytes().any(|b| b.is_ascii_digit()))
}

/// The same form body with the values of telling fields hidden.
pub(crate) fn redact_form(body: &str) -> String {
    let mut out = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in url::form_urlencoded::parse(body.as_bytes()) {
        out.append_pair(&name, if is_telling(&name) { HIDDEN } else { &value });
    }
    out.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_url_has_no_password_and_no_token() {
        let url = Url::parse("https://ed:hunter2@a.test/x?page=2&access_token=abc&code=def#frag").unwrap();
        let shown = redacted(&url);
        assert_eq!(shown, "https://a.test/x?page=2&access_token=%5Bsecret%5D&code=%5Bsecret%5D");
    }

    #[test]
    fn a_harmless_url_is_shown_as_it_is() {
        let url = Url::parse("https://a.test/?rest_route=/wp/v2/posts&max_tokens=7").unwrap();
        assert_eq!(redacted(&url), url.as_str());
    }

    #[test]
    fn secrets_in_json_are_hidden_at_any_depth_and_error_codes_stay() {
        let mut body = serde_json::json!({
            "code": "rest_cannot_create", "data": [{"refresh_token": "abc", "max_tokens": 9}], "client_secret": "x",
        });
        redact_json(&mut body);
        assert_eq!(
            body,
            serde_json::json!({
                "code": "rest_cannot_create", "data": [{"refresh_token": HIDDEN, "max_tokens": 9}],
                "client_secret": HIDDEN,
            })
        );
    }

    #[test]
    fn secrets_in_forms_are_hidden() {
        assert_eq!(redact_form("grant_type=x&client_secret=abc"), "grant_type=x&client_secret=%5Bsecret%5D");
    }
}

//! Consents and tokens (RFC 6749), as far as the social platforms agree. Source: contract `social.md`, 1.1, 2.1, 3.1.

use aos_capabilities::{
    PlatformError, PlatformErrorKind as Kind,
    connect::{OAuthApp, Tokens},
};
use aos_kernel::{Retry, Secret, Timestamp};
use aos_outbound::Response;
use chrono::TimeDelta;
use openidconnect::{PkceCodeChallenge, PkceCodeVerifier};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::{
    Who, encoded,
    refusal::{self, Judgement, Verb},
};
use crate::vendor::wait_of;

/// Where the person goes: the vendor's page with these parameters.
pub(crate) fn departure(
    who: Who,
    page: &str,
    app: &OAuthApp,
    parameters: &[(&str, &str)],
) -> Result<Url, PlatformError> {
    let unusable = |field: &str, message: String| {
        let kind = Kind::Invalid(field.to_owned());
        refusal::own(who, Verb::Authorize, kind, message, "An administrator corrects it in Manage, Credentials.")
    };
    if app.client_id.trim().is_empty() {
        return Err(unusable("client_id", format!("The application at {} has no client id.", who.name)));
    }
    let query: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    Url::parse(&format!("{page}?{}", query.join("&")))
        .map_err(|_| unusable("redirect", format!("The address of {} can't be used.", who.name)))
}

/// The S256 challenge to a verifier (RFC 7636).
pub(crate) fn challenge(verifier: &Secret) -> String {
    let verifier = PkceCodeVerifier::new(verifier.expose().to_owned());
    PkceCodeChallenge::from_code_verifier_sha256(&verifier).as_str().to_owned()
}

/// A token address's answer, good or bad.
#[derive(Deserialize)]
struct Answer {
    access_token: Option<String>,
    expires_in: Option<Value>,
    refresh_token: Option<String>,
    #[serde(alias = "refresh_expires_in")]
    refresh_token_expires_in: Option<Value>,
    scope: Option<String>,
    error: Option<Value>,
    error_description: Option<String>,
}

/// One question to a token address.
pub(crate) struct Asked<'a> {
    pub who: Who,
    pub verb: Verb,
    pub now: Timestamp,
    /// What is being renewed: the parts that the answer leaves out stay.
    pub standing: Option<&'a Tokens>,
}

impl Asked<'_> {
    /// The tokens of an answer. The error member decides before the status: some vendors refuse with 200.
    pub fn tokens(&self, response: &Response) -> Result<Tokens, PlatformError> {
        let answer: Option<Answer> = serde_json::from_slice(&response.body).ok();
        if let Some(error) = self.refusal(response, answer.as_ref()) {
            return Err(error);
        }
        let answer = answer.ok_or_else(|| refusal::unreadable(self.who, self.verb))?;
        let access = answer.access_token.filter(|token| !token.is_empty());
        let access = access.ok_or_else(|| refusal::unreadable(self.who, self.verb))?;
        let refresh = answer.refresh_token.filter(|token| !token.is_empty());
        let kept = self.standing.filter(|_| refresh.is_none());
        let refresh_expires_at = self.after(answer.refresh_token_expires_in.as_ref());
        Ok(Tokens {
            access: Secret::new(access),
            refresh_expires_at: refresh_expires_at.or_else(|| kept.and_then(|old| old.refresh_expires_at)),
            refresh: refresh.map(Secret::new).or_else(|| kept.and_then(|old| old.refresh.clone())),
            expires_at: self.after(answer.expires_in.as_ref()),
            scopes: answer.scope.map(|text| scopes(&text)).or_else(|| self.standing.and_then(|old| old.scopes.clone())),
        })
    }

    /// Why an answer is none; `None` for a good one.
    pub fn refused(&self, response: &Response) -> Option<PlatformError> {
        self.refusal(response, serde_json::from_slice(&response.body).ok().as_ref())
    }

    fn refusal(&self, response: &Response, answer: Option<&Answer>) -> Option<PlatformError> {
        let code = answer.and_then(|answer| answer.error.as_ref()).and_then(error_code);
        if code.is_none() && response.is_success() {
            return None;
        }
        let said = answer.and_then(|answer| answer.error_description.as_deref()).unwrap_or_default();
        Some(self.judge(response.status, code, said, wait_of(response, self.now)))
    }

    fn judge(&self, status: u16, code: Option<String>, said: &str, wait: Retry) -> PlatformError {
        let Who { name, .. } = self.who;
        let judgement = match code.as_deref() {
            Some("invalid_client" | "unauthorized_client") => Judgement::never(
                Kind::PermissionMissing,
                format!("{name} does not know the agency's application, or its secret is wrong."),
                "An administrator corrects the application in Manage, Credentials.",
            ),
            Some("invalid_grant") => self.over(),
            // Vendors call a used-up code or a revoked token a wrong request as well; only their words tell.
            Some("invalid_request") if blames_the_grant(said) => self.over(),
            Some("access_denied") => self.over(),
            Some("temporarily_unavailable" | "server_error") => {
                Judgement::later(Kind::Unavailable, Retry::Backoff, format!("{name} can't be asked at the moment."))
            }
            _ => match refusal::by_status(self.who, self.verb, status, said, wait) {
                passing @ Judgement { kind: Kind::RateLimited | Kind::Unavailable, .. } => passing,
                // A status alone does not say that the access is over, and then nobody would ask again.
                _ => Judgement::later(
                    Kind::UnexpectedResponse,
                    Retry::Backoff,
                    format!("{name} did not {} and gave no reason that we know.", self.verb.words()),
                ),
            },
        };
        judgement.into_error(self.who, self.verb, status, code)
    }

    fn over(&self) -> Judgement {
        let Who { name, .. } = self.who;
        let (message, help) = match self.verb {
            Verb::Authorize => {
                (format!("The consent at {name} was used already or took too long."), "Connect the account again.")
            }
            _ => (format!("{name} ended the access to this account."), "Connect the account again."),
        };
        Judgement::never(Kind::AuthExpired, message, help)
    }

    /// A moment so many seconds from now; vendors write the number as text at times.
    fn after(&self, seconds: Option<&Value>) -> Option<Timestamp> {
        let seconds = match seconds? {
            Value::String(text) => text.trim().parse().ok()?,
            number => number.as_i64()?,
        };
        self.now.checked_add_signed(TimeDelta::try_seconds(seconds).filter(|_| seconds > 0)?)
    }
}

fn error_code(error: &Value) -> Option<String> {
    let code = match error {
        Value::Object(members) => members.get("code")?.as_str()?,
        other => other.as_str()?,
    };
    (!code.is_empty() && code != "ok").then(|| code.to_owned())
}

fn blames_the_grant(said: &str) -> bool {
    let said = said.to_ascii_lowercase();
    ["code", "token", "grant"].iter().any(|word| said.contains(word))
}

/// Separated by spaces or commas, as each vendor likes.
fn scopes(text: &str) -> Vec<String> {
    text.split([',', ' ']).filter(|scope| !scope.is_empty()).map(ToOwned::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::social::bench::{answer, now};

    const WHO: Who = Who { id: "a", name: "A" };

    fn asked(verb: Verb, standing: Option<&Tokens>) -> Asked<'_> {
        Asked { who: WHO, verb, now: now(), standing }
    }

    #[test]
    fn what_an_answer_leaves_out_stays_when_access_is_renewed() {
        let first = asked(Verb::Authorize, None)
            .tokens(&answer(
                200,
                r#"{"access_token":"a","expires_in":60,"refresh_token":"r","refresh_expires_in":"600","scope":"read,write"}"#,
            ))
            .unwrap();
        assert_eq!(first.expires_at, Some(now() + TimeDelta::seconds(60)));
        assert_eq!(first.refresh_expires_at, Some(now() + TimeDelta::seconds(600)));
        assert_eq!(first.scopes.as_deref(), Some(&["read".to_owned(), "write".to_owned()][..]));

        let renewed = asked(Verb::Renew, Some(&first)).tokens(&answer(200, r#"{"access_token":"b"}"#)).unwrap();
        assert_eq!(renewed.refresh.unwrap().expose(), "r");
        assert_eq!((renewed.expires_at, renewed.refresh_expires_at), (None, first.refresh_expires_at));
        assert_eq!(renewed.scopes, first.scopes);

        let rotated = answer(200, r#"{"access_token":"b","refresh_token":"r2"}"#);
        let rotated = asked(Verb::Renew, Some(&first)).tokens(&rotated).unwrap();
        assert_eq!((rotated.refresh.unwrap().expose(), rotated.refresh_expires_at), ("r2", None));
    }

    #[test]
    fn only_the_vendors_own_word_ends_an_access() {
        for (status, body, kind, retry) in [
            (400, r#"{"error":"invalid_grant"}"#, Kind::AuthExpired, Retry::Never),
            (
                400,
                r#"{"error":"invalid_request","error_description":"Value passed for the token was invalid."}"#,
                Kind::AuthExpired,
                Retry::Never,
            ),
            (200, r#"{"error":"invalid_grant","error_description":"x","log_id":"1"}"#, Kind::AuthExpired, Retry::Never),
            (400, r#"{"error":"invalid_request"}"#, Kind::UnexpectedResponse, Retry::Backoff),
            (401, r#"{"error":"invalid_client"}"#, Kind::PermissionMissing, Retry::Never),
            (401, "<html>", Kind::UnexpectedResponse, Retry::Backoff),
            (503, "", Kind::Unavailable, Retry::Backoff),
            (429, "{}", Kind::RateLimited, Retry::Backoff),
            (200, "{}", Kind::UnexpectedResponse, Retry::Backoff),
            (200, "not json", Kind::UnexpectedResponse, Retry::Backoff),
        ] {
            let error = asked(Verb::Renew, None).tokens(&answer(status, body)).unwrap_err();
            assert_eq!((error.kind, error.retry, error.outcome_unknown), (kind, retry, false), "{status} {body}");
        }
    }

    proptest! {
        #[test]
        fn no_answer_makes_the_reader_fail(status in 200_u16..600, body in ".{0,80}", seconds in any::<i64>()) {
            let _ = asked(Verb::Renew, None).tokens(&answer(status, &body));
            let body = format!(r#"{{"access_token":"a","expires_in":{seconds}}}"#);
            let _ = asked(Verb::Renew, None).tokens(&answer(status, &body));
        }
    }
}

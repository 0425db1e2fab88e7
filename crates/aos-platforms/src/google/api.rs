//! What travels over the wire on all of Google's platforms. Source: contract `google.md`, sections 1 and 2.

use std::time::Duration;

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

/// One page of a list.
pub(crate) trait Page: DeserializeOwned {
    type Item: Send;
    /// The items, and the token of the next page; empty at the end.
    fn into_parts(self) -> (Vec<Self::Item>, String);
}

/// The answer of the token endpoint.
#[derive(Deserialize)]
pub(crate) struct TokenReply {
    pub access_token: String,
    #[serde(default, deserialize_with = "whole_number")]
    pub expires_in: Option<u64>,
    pub refresh_token: Option<String>,
    /// For access that the person limited in time.
    #[serde(default, deserialize_with = "whole_number")]
    pub refresh_token_expires_in: Option<u64>,
    pub scope: Option<String>,
}

/// The refusal of the token and revocation endpoints.
#[derive(Deserialize)]
pub(crate) struct TokenRefusal {
    pub error: String,
}

/// A number, also where it is written as text, as int64 is everywhere at Google. Anything else is none.
pub(crate) fn whole_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let value = Option::<Value>::deserialize(deserializer)?;
    Ok(value.and_then(|value| value.as_u64().or_else(|| value.as_str()?.parse().ok())))
}

/// A refusal, in today's shape (AIP-193) or the older one.
#[derive(Clone, Debug, Default)]
pub(crate) struct ErrorBody {
    /// `PERMISSION_DENIED`.
    pub status: String,
    /// `SERVICE_DISABLED` in today's shape, `quotaExceeded` in the older.
    pub reasons: Vec<String>,
    /// The API that is switched off.
    pub service: Option<String>,
    /// The quota that was met is 0: the project was never let in.
    pub never_let_in: bool,
    pub retry_delay: Option<Duration>,
    /// Fields, and what is wrong with each in Google's words.
    pub violations: Vec<(String, String)>,
    /// As they came, for platforms that put more in.
    pub details: Vec<Value>,
}

impl ErrorBody {
    /// `None` for anything that is not Google's.
    pub fn read(body: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(body).ok()?;
        // Streaming calls put it into a list.
        let error = value.get("error").or_else(|| value.get(0)?.get("error"))?;
        if !error.is_object() {
            return None;
        }
        let mut read = Self { status: text(error, "status"), details: list(error, "details"), ..Self::default() };
        for detail in &read.details {
            let kind = text(detail, "@type");
            if kind.ends_with("google.rpc.ErrorInfo") {
                read.reasons.push(text(detail, "reason"));
                let metadata = detail.get("metadata").unwrap_or(&Value::Null);
                let service = Some(text(metadata, "service")).filter(|service| !service.is_empty());
                read.service = service.or(read.service.take());
                read.never_let_in |= text(metadata, "quota_limit_value") == "0";
            } else if kind.ends_with("google.rpc.RetryInfo") {
                read.retry_delay = delay(&text(detail, "retryDelay"));
            } else if kind.ends_with("google.rpc.BadRequest") {
                let violations = list(detail, "fieldViolations");
                read.violations.extend(violations.iter().map(|one| (text(one, "field"), text(one, "description"))));
            }
        }
        read.reasons.extend(list(error, "errors").iter().map(|one| text(one, "reason")));
        read.reasons.retain(|reason| !reason.is_empty());
        Some(read)
    }

    pub fn has(&self, reason: &str) -> bool {
        self.reasons.iter().any(|own| own == reason)
    }
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn list(value: &Value, name: &str) -> Vec<Value> {
    value.get(name).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// A duration as protocol buffers write it: `10s`, `1.5s`. More than a day is nobody's advice.
pub(crate) fn delay(text: &str) -> Option<Duration> {
    let seconds: f64 = text.strip_suffix('s')?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok().filter(|wait| *wait <= Duration::from_hours(24))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_shapes_of_a_refusal_are_read() {
        let body = br#"{"error":{"code":403,"message":"x","status":"PERMISSION_DENIED","details":[
            {"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"SERVICE_DISABLED","metadata":{"service":"a.test"}},
            {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"1.5s"},
            {"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"summary","description":"Too long."}]}]}}"#;
        let read = ErrorBody::read(body).unwrap();
        assert_eq!((read.status.as_str(), read.has("SERVICE_DISABLED")), ("PERMISSION_DENIED", true));
        assert_eq!((read.service.as_deref(), read.retry_delay), (Some("a.test"), Some(Duration::from_millis(1_500))));
        assert_eq!(read.violations, [("summary".to_owned(), "Too long.".to_owned())]);

        let body = br#"{"error":{"code":403,"errors":[{"domain":"usageLimits","reason":"quotaExceeded"}]}}"#;
        assert!(ErrorBody::read(body).unwrap().has("quotaExceeded"));
        assert!(ErrorBody::read(br#"[{"error":{"status":"NOT_FOUND"}}]"#).is_some());
        assert!(ErrorBody::read(br#"{"error":"invalid_grant"}"#).is_none());
    }

    #[test]
    fn waits_are_read_and_nonsense_is_none() {
        for (words, wait) in
            [("10s", Some(10)), ("0s", Some(0)), ("-1s", None), ("NaNs", None), ("1e99s", None), ("", None)]
        {
            assert_eq!(delay(words), wait.map(Duration::from_secs), "{words}");
        }
    }

    #[test]
    fn a_life_that_is_written_as_text_is_a_number() {
        let reply: TokenReply = serde_json::from_str(r#"{"access_token":"a","expires_in":"3599"}"#).unwrap();
        assert_eq!(reply.expires_in, Some(3_599));
        let reply: TokenReply = serde_json::from_str(r#"{"access_token":"a","expires_in":null}"#).unwrap();
        assert_eq!(reply.expires_in, None);
    }

    proptest! {
        #[test]
        fn no_body_breaks_the_reading(body in prop::collection::vec(any::<u8>(), 0..200), details in ".{0,80}") {
            let _ = ErrorBody::read(&body);
            let _ = ErrorBody::read(format!("{{\"error\":{{\"details\":[{details}],\"errors\":{details}}}}}").as_bytes());
            let _ = delay(&details);
        }
    }
}

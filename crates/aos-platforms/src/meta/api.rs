//! What travels over the wire and is the same on all of Meta's platforms. Source: contract `meta.md`, sections 1 to 3.

use std::fmt;

use aos_kernel::{Secret, Timestamp};
use chrono::DateTime;
use serde::{
    Deserialize, Deserializer,
    de::{self, Visitor},
};
use serde_json::Value;

/// An id: text that holds digits, seldom a number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct GraphId(pub String);

impl<'de> Deserialize<'de> for GraphId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl Visitor<'_> for Either {
            type Value = GraphId;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an id")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<GraphId, E> {
                Ok(GraphId(text.to_owned()))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<GraphId, E> {
                Ok(GraphId(number.to_string()))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// One page of a list.
#[derive(Debug, Deserialize)]
pub(crate) struct Listed<T> {
    #[serde(default = "Vec::new")]
    pub data: Vec<T>,
    #[serde(default)]
    pub paging: Option<Paging>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Paging {
    #[serde(default)]
    pub cursors: Option<Cursors>,
    /// An address with the access token in it: only whether it is there matters, and it is never kept.
    #[serde(default)]
    next: Option<de::IgnoredAny>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Cursors {
    #[serde(default)]
    pub after: Option<String>,
}

impl<T> Listed<T> {
    /// What brings the next page; none at the end.
    pub fn after(&self) -> Option<&str> {
        let paging = self.paging.as_ref()?;
        paging.next?;
        paging.cursors.as_ref()?.after.as_deref().filter(|after| !after.is_empty())
    }
}

/// `GET oauth/access_token`.
#[derive(Debug, Deserialize)]
pub(crate) struct TokenBody {
    pub access_token: Secret,
    /// Seconds; a number, or text in old answers.
    #[serde(default)]
    expires_in: Value,
}

impl TokenBody {
    pub fn seconds(&self) -> Option<i64> {
        number(&self.expires_in).filter(|seconds| (1..=10 * 366 * 86_400).contains(seconds))
    }
}

/// `GET debug_token`.
#[derive(Debug, Deserialize)]
pub(crate) struct Debugged {
    pub data: DebugData,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct DebugData {
    /// Unix seconds; 0: no end.
    #[serde(default)]
    data_access_expires_at: Value,
    #[serde(default)]
    pub user_id: Option<GraphId>,
}

impl DebugData {
    pub fn data_access_ends(&self) -> Option<Timestamp> {
        number(&self.data_access_expires_at)
            .filter(|seconds| *seconds > 0)
            .and_then(|at| DateTime::from_timestamp(at, 0))
    }
}

/// One line of `GET me/permissions`.
#[derive(Debug, Deserialize)]
pub(crate) struct Permission {
    pub permission: String,
    #[serde(default)]
    pub status: String,
}

/// Whatever only has to be an object.
#[derive(Debug, Deserialize)]
pub(crate) struct Made {
    pub id: GraphId,
}

/// A refusal in Meta's shape.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct GraphError {
    pub code: i64,
    pub subcode: i64,
    pub transient: bool,
    /// What Meta says to the person, in their language.
    pub for_person: Option<String>,
}

impl GraphError {
    /// Reads a body; none where it has another shape.
    pub fn read(body: &[u8]) -> Option<Self> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let error = body.get("error")?.as_object()?;
        let text = |name: &str| error.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
        Some(Self {
            code: error.get("code").and_then(number)?,
            subcode: error.get("error_subcode").and_then(number).unwrap_or_default(),
            transient: error.get("is_transient").and_then(Value::as_bool).unwrap_or_default(),
            for_person: text("error_user_msg").map(ToOwned::to_owned),
        })
    }

    /// For the record: `190/463`.
    pub fn word(&self) -> String {
        if self.subcode == 0 { self.code.to_string() } else { format!("{}/{}", self.code, self.subcode) }
    }
}

/// A number that may be written as text.
pub(crate) fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// A moment as Meta writes it: `2026-11-02T09:15:00+0000`, with a colon in the zone, or Unix seconds.
pub(crate) fn moment(value: &Value) -> Option<Timestamp> {
    if let Some(seconds) = value.as_i64() {
        return DateTime::from_timestamp(seconds, 0);
    }
    let text = value.as_str()?;
    let parsed = DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%z"));
    parsed.ok().map(|moment| moment.to_utc())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_error_is_read_with_its_subcode_and_never_without_a_code() {
        let body = json!({"error": {"message": "x", "type": "OAuthException", "code": 190, "error_subcode": 463}});
        assert_eq!(GraphError::read(body.to_string().as_bytes()).unwrap().word(), "190/463");
        for body in ["", "null", "{}", "{\"error\":\"invalid_client\"}", "<html>", "{\"error\":{\"message\":1}}"] {
            assert_eq!(GraphError::read(body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn a_list_goes_on_only_while_meta_names_a_next_page() {
        let listed = |body: Value| serde_json::from_value::<Listed<Value>>(body).unwrap();
        let cursors = json!({"before": "a", "after": "b"});
        assert_eq!(listed(json!({"data": [], "paging": {"cursors": cursors, "next": "https://x"}})).after(), Some("b"));
        assert_eq!(listed(json!({"data": [], "paging": {"cursors": cursors}})).after(), None);
        assert_eq!(listed(json!({"data": []})).after(), None);
    }

    #[test]
    fn moments_and_ids_come_in_every_form_that_meta_writes() {
        let at: Timestamp = "2026-11-02T09:15:00Z".parse().unwrap();
        for written in [json!("2026-11-02T09:15:00+0000"), json!("2026-11-02T10:15:00+01:00"), json!(at.timestamp())] {
            assert_eq!(moment(&written), Some(at), "{written}");
        }
        assert_eq!(moment(&json!("soon")), None);
        let ids: Vec<GraphId> = serde_json::from_value(json!(["7", 7])).unwrap();
        assert_eq!(ids, [GraphId("7".to_owned()), GraphId("7".to_owned())]);
    }
}

//! One call of the Graph API: its version, the path below it, its parameters from wherever they were sent.

use std::collections::BTreeMap;

use aos_kernel::Timestamp;
use axum::{
    body::Body,
    extract::{DefaultBodyLimit, FromRequest, Multipart},
    http::{Method, Request, header},
};
use bytes::Bytes;
use serde_json::Value;
use url::form_urlencoded;

use super::error::GraphError;
use crate::vendors::arrival::Arrival;

/// A call, read whole.
pub(super) struct Call {
    pub(super) method: Method,
    /// The version that answers, which is not always the one that was asked for.
    pub(super) version: Version,
    /// Below the version.
    pub(super) path: Vec<String>,
    pub(super) params: BTreeMap<String, String>,
    /// The bytes of `source` in a multipart form.
    pub(super) file: Option<Bytes>,
    pub(super) token: Option<String>,
    pub(super) now: Timestamp,
}

/// `v26.0` is 26.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(pub(super) u16);

/// Versions that were ever given out here, each with its last day. The newest have none that is known.
const VERSIONS: &[(u16, Option<&str>)] = &[
    (19, Some("2026-05-21T00:00:00Z")),
    (20, Some("2026-09-24T00:00:00Z")),
    (21, Some("2027-01-21T00:00:00Z")),
    (22, None),
    (23, None),
    (24, None),
    (25, Some("2028-07-29T00:00:00Z")),
    (26, None),
];

/// From then on every version does without these, and version 26 always does.
const DROPPED_EVERYWHERE: &str = "2026-10-27T00:00:00Z";
const DROPPED: &[&str] = &["pretty", "debug", "date_format"];

fn at(text: &str) -> Timestamp {
    text.parse().unwrap_or(Timestamp::MAX_UTC)
}

impl Version {
    /// The version that answers a call for this one: itself while it lives, else the oldest that does. None: there
    /// never was such a version.
    fn answering(asked: Option<u16>, now: Timestamp) -> Option<Self> {
        let lives = |end: &Option<&str>| end.is_none_or(|end| now < at(end));
        let known = asked.map(|asked| VERSIONS.iter().find(|(number, _)| *number == asked));
        match known {
            Some(Some((number, end))) if lives(end) => Some(Self(*number)),
            // Versions from before the table are long gone.
            Some(None) if asked.is_some_and(|asked| asked > VERSIONS[0].0) => None,
            _ => VERSIONS.iter().find(|(_, end)| lives(end)).map(|(number, _)| Self(*number)),
        }
    }
}

/// `v26.0` as 26.
fn version_of(part: &str) -> Option<u16> {
    let (major, minor) = part.strip_prefix('v')?.split_once('.')?;
    minor.parse::<u16>().ok()?;
    major.parse().ok()
}

impl Call {
    pub(super) async fn read(arrival: &Arrival, now: Timestamp) -> Result<Self, GraphError> {
        let mut path: Vec<String> = arrival.path.iter().filter(|part| !part.is_empty()).cloned().collect();
        let asked = path.first().and_then(|part| version_of(part));
        if asked.is_some() {
            path.remove(0);
        }
        let unknown = || GraphError::unknown_path(&arrival.path.join("/"));
        let version = Version::answering(asked, now).ok_or_else(unknown)?;
        let mut params: BTreeMap<String, String> =
            form_urlencoded::parse(arrival.query.as_bytes()).into_owned().collect();
        let mut file = None;
        if arrival.is("multipart/form-data") {
            (params, file) = multipart(arrival, params).await?;
        } else if arrival.is("application/json") {
            let body: Value = serde_json::from_slice(&arrival.body)
                .map_err(|_| GraphError::parameter("(#100) The body is not valid JSON."))?;
            for (name, value) in body.as_object().into_iter().flatten() {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                params.insert(name.clone(), text);
            }
        } else {
            params.extend(form_urlencoded::parse(&arrival.body).into_owned());
        }
        let call =
            Self { method: arrival.method.clone(), version, token: token(arrival, &params), path, params, file, now };
        call.refuse_what_was_dropped(arrival)?;
        Ok(call)
    }

    fn refuse_what_was_dropped(&self, arrival: &Arrival) -> Result<(), GraphError> {
        if self.version < Version(26) && self.now < at(DROPPED_EVERYWHERE) {
            return Ok(());
        }
        let word = DROPPED.iter().copied().find(|name| self.params.contains_key(*name));
        let word = word.or_else(|| (self.path.is_empty() && self.params.contains_key("ids")).then_some("ids"));
        let word = word.or_else(|| arrival.headers.contains_key(header::IF_NONE_MATCH).then_some("If-None-Match"));
        match word {
            Some(word) => Err(GraphError::parameter(&format!("(#100) {word} is no longer supported."))),
            None => Ok(()),
        }
    }

    pub(super) fn parts(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.params.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }
    /// A required parameter.
    pub(super) fn need(&self, name: &str) -> Result<&str, GraphError> {
        self.text(name).ok_or_else(|| GraphError::parameter(&format!("(#100) The parameter {name} is required.")))
    }
    /// A truth value, as Graph reads it.
    pub(super) fn truth(&self, name: &str) -> Result<Option<bool>, GraphError> {
        match self.text(name) {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(_) => Err(GraphError::parameter(&format!("(#100) Param {name} must be a boolean."))),
        }
    }
    /// A nested value that is sent as JSON text.
    pub(super) fn json(&self, name: &str) -> Result<Option<Value>, GraphError> {
        let wrong = |_| GraphError::parameter(&format!("(#100) Param {name} must be valid JSON."));
        self.text(name).map(|text| serde_json::from_str(text).map_err(wrong)).transpose()
    }
    /// Unix seconds or ISO 8601.
    pub(super) fn time(&self, name: &str) -> Result<Option<Timestamp>, GraphError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let seconds = text.parse().ok().and_then(|seconds| Timestamp::from_timestamp(seconds, 0));
        let read = seconds
            .or_else(|| text.parse().ok())
            .or_else(|| chrono::DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%z").ok().map(|time| time.to_utc()));
        let wrong = || GraphError::parameter(&format!("(#100) Param {name} must be a time."));
        read.map(Some).ok_or_else(wrong)
    }
}

/// `Authorization: Bearer …`, `OAuth …` (uploads), or the parameter.
fn token(arrival: &Arrival, params: &BTreeMap<String, String>) -> Option<String> {
    let header = arrival.header(header::AUTHORIZATION.as_str());
    let sent = header.and_then(|text| text.strip_prefix("Bearer ").or_else(|| text.strip_prefix("OAuth ")));
    sent.map(str::to_owned).or_else(|| params.get("access_token").cloned())
}

type Parts = (BTreeMap<String, String>, Option<Bytes>);

async fn multipart(arrival: &Arrival, mut params: BTreeMap<String, String>) -> Result<Parts, GraphError> {
    let broken = || GraphError::parameter("(#100) The form can't be read.");
    let mut request = Request::new(Body::from(arrival.body.clone()));
    if let Some(content_type) = arrival.headers.get(header::CONTENT_TYPE) {
        request.headers_mut().insert(header::CONTENT_TYPE, content_type.clone());
    }
    // The layer before us has limited the body already.
    DefaultBodyLimit::apply(DefaultBodyLimit::disable(), &mut request);
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| broken())?;
    let mut file = None;
    while let Some(field) = form.next_field().await.map_err(|_| broken())? {
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(|_| broken())?;
        if name == "source" {
            file = Some(bytes);
        } else {
            params.insert(name, String::from_utf8_lossy(&bytes).into_owned());
        }
    }
    Ok((params, file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expired_or_missing_version_falls_to_the_oldest_that_lives() {
        let answering = |asked, now: &str| Version::answering(asked, at(now)).map(|version| version.0);
        assert_eq!(answering(Some(26), "2026-11-29T00:00:00Z"), Some(26));
        assert_eq!(answering(Some(20), "2026-09-23T00:00:00Z"), Some(20));
        assert_eq!(answering(Some(20), "2026-09-24T00:00:00Z"), Some(21));
        assert_eq!(answering(None, "2027-02-01T00:00:00Z"), Some(22));
        assert_eq!(answering(Some(3), "2026-11-29T00:00:00Z"), Some(21));
        assert_eq!(answering(Some(27), "2026-11-29T00:00:00Z"), None);
    }
}

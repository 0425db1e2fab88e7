//! A request as a vendor's routes read it: the host, the decoded parts of the path, the query, the body.

use std::collections::HashMap;

use axum::{
    body::to_bytes,
    extract::Request,
    http::{HeaderMap, Method, header},
};
use bytes::Bytes;
use serde_json::Value;
use url::form_urlencoded;

/// A request that was read whole.
pub(crate) struct Arrival {
    pub(crate) method: Method,
    /// The vendor's host, the first part of the path here.
    pub(crate) host: String,
    /// What follows the host, decoded part by part, so that an address inside a part stays one part.
    pub(crate) path: Vec<String>,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Arrival {
    pub(crate) async fn read(request: Request) -> Self {
        let (parts, body) = request.into_parts();
        // The layer before us has read the body already, so this can't fail on size or on the network.
        let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
        let mut path = parts.uri.path().trim_start_matches('/').split('/').map(decode);
        Self {
            method: parts.method,
            host: path.next().unwrap_or_default(),
            path: path.collect(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers,
            body,
        }
    }

    /// The parts of the path, for a `match`.
    pub(crate) fn parts(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }

    /// The first value of a query parameter.
    pub(crate) fn param(&self, name: &str) -> Option<String> {
        self.params(name).into_iter().next()
    }

    /// All values of a query parameter that may come more than once.
    pub(crate) fn params(&self, name: &str) -> Vec<String> {
        form_urlencoded::parse(self.query.as_bytes())
            .filter(|(own, _)| own == name)
            .map(|(_, value)| value.into_owned())
            .collect()
    }

    /// The body as JSON, where it is JSON.
    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The body as a form.
    pub(crate) fn form(&self) -> HashMap<String, String> {
        form_urlencoded::parse(&self.body).into_owned().collect()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The token of `Authorization: Bearer …`.
    pub(crate) fn bearer(&self) -> Option<&str> {
        self.header(header::AUTHORIZATION.as_str()).and_then(|text| text.strip_prefix("Bearer "))
    }

    /// Whether the body says that it is of this type.
    pub(crate) fn is(&self, content_type: &str) -> bool {
        self.header(header::CONTENT_TYPE.as_str()).is_some_and(|own| own.starts_with(content_type))
    }
}

/// Whether an address to go back to is of this machine: those are registered for the application.
pub(crate) fn is_of_this_machine(address: &str) -> bool {
    let url = url::Url::parse(address).ok();
    url.is_some_and(|url| matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]")))
}

/// One part of a path without its percent encoding; a plus stays a plus.
fn decode(part: &str) -> String {
    let form = part.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(form.as_bytes()).next().map_or_else(String::new, |(text, _)| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[tokio::test]
    async fn an_address_inside_the_path_stays_one_part() {
        let request = Request::get("/host.test/sites/https%3A%2F%2Fex.com%2Fa+b%20c/query?x=1&x=2").body(Body::empty());
        let arrival = Arrival::read(request.unwrap()).await;
        assert_eq!(arrival.host, "host.test");
        assert_eq!(arrival.parts(), ["sites", "https://ex.com/a+b c", "query"]);
        assert_eq!(arrival.params("x"), ["1", "2"]);
    }
}

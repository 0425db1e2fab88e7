//! What the stories of the social platforms share: a departure to a consent page, and a code for tokens.

use reqwest::{Client, Response};
use serde_json::{Value, json};
use url::Url;

use crate::support::Stage;

pub const BACK: &str = "http://127.0.0.1:9/callback";
/// A verifier and its S256 challenge (RFC 7636, appendix B).
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The head of a PNG of 3 × 2 pixels.
pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x03\0\0\0\x02\x08\x02\0\0\0";
pub const MP4: &[u8] = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2";

impl Stage {
    /// Where an address of a vendor answers here.
    pub fn at(&self, real: &str) -> String {
        format!("{}{}", self.sandbox.vendors().url(), real.trim_start_matches("https://"))
    }
}

/// An address of a consent page with these parameters.
pub fn departure(address: &str, parameters: &[(&str, &str)]) -> Url {
    let common = [("response_type", "code"), ("redirect_uri", BACK), ("state", "s-1")];
    Url::parse_with_params(address, common.iter().chain(parameters)).unwrap()
}

/// A parameter of the address that a person is sent back to.
pub fn parameter(back: &Url, name: &str) -> String {
    back.query_pairs().find(|(own, _)| own == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// Ticks what `keep` says on the page behind an address, presses a button, and follows nothing.
pub async fn press(http: &Client, page: &Url, person: &str, allow: &[&str], answer: &str) -> Response {
    let html = http.get(page.clone()).send().await.unwrap().text().await.unwrap();
    assert!(html.contains("simulated") && html.contains("value=\"anna\""), "{html}");
    let query = page.query().unwrap();
    let mut form = vec![("query", query), ("person", person), ("answer", answer)];
    form.extend(allow.iter().map(|scope| ("allow", *scope)));
    let mut target = page.clone();
    target.set_query(None);
    http.post(target).form(&form).send().await.unwrap()
}

pub fn location(response: &Response) -> Url {
    response.headers()["location"].to_str().unwrap().parse().unwrap()
}

/// `value` without the fields that differ from run to run.
pub fn picked(value: &Value, names: &[&str]) -> Value {
    names.iter().map(|name| value[*name].clone()).collect::<Vec<_>>().into()
}

pub fn list(value: &Value, path: &str, field: &str) -> Value {
    let all = value.pointer(path).and_then(Value::as_array).cloned().unwrap_or_default();
    json!(all.iter().map(|one| one[field].clone()).collect::<Vec<_>>())
}

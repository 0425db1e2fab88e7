//! One operation on the Graph API: requests that carry the token in their head, answers that are read with patience,
//! and how much of the allowance is used. Source: contract `meta.md`, sections 1 and 4.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use aos_capabilities::{PlatformError, platform::Descriptor};
use aos_kernel::Secret;
use aos_outbound::{Method, Part, RateKey, Request, Response};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::form_urlencoded;

use super::{
    Face, VERSION,
    api::{self, GraphError, Listed},
    errors::{self, Refused},
};
use crate::{
    Vendor,
    vendor::{self, wait_of},
    verb::Verb,
};

/// Requests per minute and account. Meta's own allowance grows with the account's readers and comes back in headers.
const PER_MINUTE: u32 = 200;
/// Pages of one list that are read.
const PAGES: usize = 10;
/// From here on Meta asks to slow down, in percent.
const BUSY: u64 = 75;

/// The way to the Graph API for the time of one operation.
pub(crate) struct Graph<'a> {
    pub vendor: &'a Vendor,
    pub face: Face,
    version: &'a str,
    token: &'a Secret,
    /// Whose requests are counted together.
    account: String,
    used: AtomicU64,
}

impl<'a> Graph<'a> {
    /// `account` names whoever's allowance it is; no secret.
    pub fn new(vendor: &'a Vendor, face: Face, descriptor: &'a Descriptor, token: &'a Secret, account: &str) -> Self {
        let account = format!("{}:{account}", face.id);
        Self { vendor, face, version: version_of(descriptor), token, account, used: AtomicU64::new(0) }
    }

    pub fn get(&self, path: &str, query: &[(&str, &str)]) -> Request {
        self.request(Method::GET, path, query).retries(1)
    }
    pub fn delete(&self, path: &str) -> Request {
        self.request(Method::DELETE, path, &[])
    }
    pub fn post(&self, path: &str, form: &[(&str, &str)]) -> Request {
        self.request(Method::POST, path, &[]).form(form.iter().copied())
    }
    pub fn upload(&self, path: &str, parts: Vec<Part>) -> Request {
        self.request(Method::POST, path, &[]).multipart(parts)
    }

    fn request(&self, method: Method, path: &str, query: &[(&str, &str)]) -> Request {
        let address = address(self.vendor, self.version, path, query);
        Request::new(method, address.as_str())
            .bearer(self.token)
            .header("accept", "application/json")
            .rate_key(RateKey { account: self.account.clone(), per_minute: PER_MINUTE })
            .redirects(0)
    }

    /// Sends a request and reads a good answer.
    pub async fn call<T: DeserializeOwned>(&self, verb: Verb, request: Request) -> Result<T, PlatformError> {
        let response = exchange(self.vendor, self.face, verb, request).await?;
        self.used.fetch_max(used(&response), Ordering::Relaxed);
        read(self.vendor, self.face, verb, &response)
    }

    /// A list with all its pages, up to a bound.
    pub async fn all<T: DeserializeOwned>(
        &self,
        verb: Verb,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Vec<T>, PlatformError> {
        self.list(verb, path, query, |_: &[T]| true).await
    }

    /// A list as long as `go_on` wants another page of it.
    pub async fn list<T: DeserializeOwned>(
        &self,
        verb: Verb,
        path: &str,
        query: &[(&str, &str)],
        go_on: impl Fn(&[T]) -> bool,
    ) -> Result<Vec<T>, PlatformError> {
        let mut found = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..PAGES {
            let mut query = query.to_vec();
            query.extend(after.as_deref().map(|after| ("after", after)));
            let page: Listed<T> = self.call(verb, self.get(path, &query)).await?;
            let next = page.after().map(ToOwned::to_owned);
            found.extend(page.data);
            // A cursor that leads to itself would never end.
            if next.is_none() || next == after || !go_on(&found) {
                break;
            }
            after = next;
        }
        Ok(found)
    }

    /// Meta asks to slow down: what is not needed is left out.
    pub fn is_busy(&self) -> bool {
        self.used.load(Ordering::Relaxed) > BUSY
    }
}

/// The version that the installation speaks.
pub(crate) fn version_of(descriptor: &Descriptor) -> &str {
    descriptor.api_version.as_ref().map_or(VERSION, |version| version.name.as_ref())
}

/// An address of the Graph API, or where the sandbox answers for it.
pub(crate) fn address(vendor: &Vendor, version: &str, path: &str, query: &[(&str, &str)]) -> String {
    let address = vendor.url(&format!("https://graph.facebook.com/{version}/{path}"));
    if query.is_empty() {
        return address;
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    format!("{address}?{query}")
}

/// Sends a request; any status is an answer.
pub(crate) async fn exchange(
    vendor: &Vendor,
    face: Face,
    verb: Verb,
    request: Request,
) -> Result<Response, PlatformError> {
    vendor.exchange(face.id, verb.name, verb.effect, request).await.map_err(|error| PlatformError {
        // The shared words speak of somebody's site; Meta is nobody's.
        help: Some(format!("It is tried again when that can help. If it stays like this, {} is down.", face.name)),
        ..error
    })
}

/// Reads an answer: what was asked for, or why not.
pub(crate) fn read<T: DeserializeOwned>(
    vendor: &Vendor,
    face: Face,
    verb: Verb,
    response: &Response,
) -> Result<T, PlatformError> {
    let error = GraphError::read(&response.body);
    if response.is_success() && error.is_none() {
        return vendor::read(face.id, face.name, verb.name, verb.effect, response);
    }
    // Meta answers some refusals with a good status.
    let status = if response.is_success() { 400 } else { response.status };
    let wait = regained(response).or_else(|| match wait_of(response, vendor.now()) {
        aos_kernel::Retry::After(wait) => Some(wait),
        _ => None,
    });
    Err(errors::refusal(face, verb, &Refused { status, error: error.as_ref(), wait }))
}

fn header(response: &Response, name: &str) -> Option<Value> {
    serde_json::from_str(response.header(name)?).ok()
}

/// The highest of what is used of any allowance, in percent.
fn used(response: &Response) -> u64 {
    let percent =
        |value: &Value, names: &[&str]| names.iter().filter_map(|name| value.get(name)?.as_f64()).fold(0.0, f64::max);
    const COUNTS: &[&str] = &["call_count", "total_time", "total_cputime"];
    const SHARES: &[&str] = &["acc_id_util_pct", "app_id_util_pct"];
    let app = header(response, "x-app-usage").map_or(0.0, |usage| percent(&usage, COUNTS));
    let account = header(response, "x-ad-account-usage").map_or(0.0, |usage| percent(&usage, SHARES));
    let business = cases(response).iter().map(|case| percent(case, COUNTS)).fold(0.0, f64::max);
    let highest = app.max(account).max(business).clamp(0.0, 1_000.0);
    // Between 0 and 1,000, so nothing is cut off.
    highest as u64
}

/// The entries of `X-Business-Use-Case-Usage`, of all accounts.
fn cases(response: &Response) -> Vec<Value> {
    let Some(Value::Object(accounts)) = header(response, "x-business-use-case-usage") else { return Vec::new() };
    accounts.into_iter().filter_map(|(_, cases)| cases.as_array().cloned()).flatten().collect()
}

/// When Meta expects to let us in again, where it says so.
fn regained(response: &Response) -> Option<Duration> {
    const LONGEST: u64 = 24 * 3_600;
    let minutes =
        cases(response).iter().filter_map(|case| api::number(case.get("estimated_time_to_regain_access")?)).max();
    let seconds =
        header(response, "x-ad-account-usage").and_then(|usage| api::number(usage.get("reset_time_duration")?));
    let seconds = minutes.map(|minutes| minutes.saturating_mul(60)).max(seconds)?;
    let seconds = u64::try_from(seconds).ok().filter(|seconds| *seconds > 0)?;
    Some(Duration::from_secs(seconds.min(LONGEST)))
}

/// A write that Meta's answer does not tell the outcome of.
pub(crate) fn unreadable(face: Face, verb: Verb) -> PlatformError {
    vendor::unreadable(face.id, face.name, verb.name, verb.effect)
}

#[cfg(test)]
mod tests {
    use aos_outbound::HeaderMap;

    use super::*;

    fn answer(headers: &[(&'static str, &str)]) -> Response {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        Response {
            status: 200,
            headers: map,
            final_url: "https://graph.facebook.com/".parse().unwrap(),
            redirects: Vec::new(),
            body: bytes::Bytes::new(),
            truncated: false,
            elapsed: Duration::ZERO,
        }
    }

    #[test]
    fn usage_and_the_wait_are_read_from_the_heads() {
        let business = r#"{"7":[{"type":"pages","call_count":95,"total_cputime":20,"total_time":20,
            "estimated_time_to_regain_access":19}]}"#
            .replace('\n', "");
        let busy = answer(&[("x-app-usage", r#"{"call_count":28}"#), ("x-business-use-case-usage", &business)]);
        assert_eq!((used(&busy), regained(&busy)), (95, Some(Duration::from_secs(19 * 60))));
        let ads = answer(&[("x-ad-account-usage", r#"{"acc_id_util_pct":9.67,"reset_time_duration":100}"#)]);
        assert_eq!((used(&ads), regained(&ads)), (9, Some(Duration::from_secs(100))));
        for odd in ["", "null", "[]", "{\"7\":{}}", "{\"7\":[1,null]}", "{\"call_count\":-1e99}"] {
            let odd = answer(&[("x-app-usage", odd), ("x-business-use-case-usage", odd), ("x-ad-account-usage", odd)]);
            assert_eq!((used(&odd), regained(&odd)), (0, None));
        }
    }
}

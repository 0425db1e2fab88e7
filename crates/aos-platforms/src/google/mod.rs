//! What the platforms of Google share: consent, errors, paging. See `docs.md` in this folder.

pub(crate) mod api;
pub(crate) mod errors;
pub(crate) mod oauth;

use aos_capabilities::{Account, Descriptor, PlatformError, PlatformErrorKind, connect::Consent};
use aos_kernel::{Retry, Secret};
use aos_outbound::{RateKey, Request, Response};
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use self::{
    api::{ErrorBody, Page},
    errors::{Judgement, Refused},
};
use crate::{
    failure::Effect,
    vendor::{self, Vendor},
};

/// Pages of a list that are read at most: a list without an end must not keep us for ever.
const PAGES: usize = 50;
/// Of an answer.
const MAX_BYTES: u64 = 16 << 20;

/// What is done, for the record and for a person.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation {
    /// The operation in [`PlatformError::operation`].
    pub name: &'static str,
    /// Fits after "could not": "publish the post".
    pub doing: &'static str,
    pub effect: Effect,
}

impl Operation {
    pub const fn read(name: &'static str, doing: &'static str) -> Self {
        Self { name, doing, effect: Effect::Harmless }
    }
    pub const fn write(name: &'static str, doing: &'static str) -> Self {
        Self { name, doing, effect: Effect::Visible }
    }
}

/// The way to Google for one of its platforms.
#[derive(Clone, Copy)]
pub(crate) struct Google<'a> {
    pub vendor: &'a Vendor,
    pub descriptor: &'a Descriptor,
    pub consent: &'static Consent,
    /// Requests per minute, and whose they are counted as.
    pub per_minute: u32,
    /// What only this platform says when it refuses; it is asked before the shared table.
    pub own: fn(&Refused<'_>) -> Option<Judgement>,
}

impl Google<'_> {
    /// A request with a token. `whose` names what the vendor counts by.
    pub fn request(&self, request: Request, token: &Secret, whose: &str) -> Request {
        let key = RateKey { account: format!("{}:{whose}", self.descriptor.id), per_minute: self.per_minute };
        request.bearer(token).header("accept", "application/json").rate_key(key).max_bytes(MAX_BYTES).redirects(0)
    }

    pub fn get(&self, url: &str, query: &[(&str, &str)], token: &Secret, whose: &str) -> Request {
        self.request(Request::get(&*address(&self.vendor.url(url), query)), token, whose).retries(1)
    }

    pub fn post(&self, url: &str, token: &Secret, whose: &str) -> Request {
        self.request(Request::post(&*self.vendor.url(url)), token, whose)
    }

    /// Sends a request and reads a good answer.
    pub async fn call<T: DeserializeOwned>(&self, operation: Operation, request: Request) -> Result<T, PlatformError> {
        let Descriptor { id, name, .. } = *self.descriptor;
        let response = self.vendor.exchange(id, operation.name, operation.effect, request).await?;
        if !response.is_success() {
            return Err(self.refusal(operation, &response));
        }
        vendor::read(id, name, operation.name, operation.effect, &response)
    }

    /// Reads a list to its end.
    pub async fn pages<P: Page>(
        &self,
        operation: Operation,
        url: &str,
        query: &[(&str, &str)],
        token: &Secret,
        whose: &str,
    ) -> Result<Vec<P::Item>, PlatformError> {
        let mut items = Vec::new();
        let mut at = String::new();
        for _ in 0..PAGES {
            let mut query = query.to_vec();
            if !at.is_empty() {
                query.push(("pageToken", &at));
            }
            let page: P = self.call(operation, self.get(url, &query, token, whose)).await?;
            let (more, next) = page.into_parts();
            items.extend(more);
            // A list that names the same page again would never end.
            if next.is_empty() || next == at {
                break;
            }
            at = next;
        }
        Ok(items)
    }

    pub fn refusal(&self, operation: Operation, response: &Response) -> PlatformError {
        let body = ErrorBody::read(&response.body);
        let refused = Refused {
            name: self.descriptor.name,
            operation,
            status: response.status,
            body: body.as_ref(),
            retry_after: response.retry_after(self.vendor.now()),
        };
        errors::refusal(self.descriptor.id, &refused, self.own)
    }

    /// An error of our own making, without a request or about a good answer.
    pub fn error(
        &self,
        operation: Operation,
        kind: PlatformErrorKind,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> PlatformError {
        PlatformError {
            kind,
            retry: Retry::Never,
            outcome_unknown: false,
            platform: self.descriptor.id.to_owned(),
            operation: operation.name.to_owned(),
            provider_code: None,
            message: message.into(),
            help: Some(help.into()),
        }
    }

    /// The settings that connecting kept with a channel.
    pub fn settings<T: DeserializeOwned>(&self, operation: Operation, account: &Account) -> Result<T, PlatformError> {
        serde_json::from_value(account.settings.clone()).map_err(|_| {
            self.error(
                operation,
                PlatformErrorKind::NotFound,
                format!("This connection does not say which account of {} it is for.", self.descriptor.name),
                "Connect it again and choose the account.",
            )
        })
    }
}

/// An address with a query.
pub(crate) fn address(url: &str, query: &[(&str, &str)]) -> String {
    if query.is_empty() {
        return url.to_owned();
    }
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    pairs.extend_pairs(query);
    format!("{url}?{}", pairs.finish())
}

/// Nothing that only this platform says.
pub(crate) fn nothing_of_its_own(_: &Refused<'_>) -> Option<Judgement> {
    None
}

/// Whether a name's last part is one that can stand in a path: what came from outside must not lead elsewhere.
pub(crate) fn is_plain(part: &str) -> bool {
    !part.is_empty() && part.len() <= 200 && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// The last part of a name such as `accounts/1`, where the name has this form.
pub(crate) fn last_part<'a>(name: &'a str, collection: &str) -> Option<&'a str> {
    name.strip_prefix(collection)?.strip_prefix('/').filter(|part| is_plain(part))
}

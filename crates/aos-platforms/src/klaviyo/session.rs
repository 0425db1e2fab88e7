//! One operation on one account: requests that carry the access and the revision, answers that are read with patience.

use aos_capabilities::{Descriptor, PlatformError};
use aos_kernel::{ContentItemId, Secret};
use aos_outbound::{Method, RateKey, Request, Response};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::form_urlencoded;

use super::{
    ID, NAME, REVISION,
    api::{CampaignData, Many, One, Problem, Problems},
    errors,
};
use crate::{
    Vendor, mailing,
    vendor::{self, wait_of},
    verb::Verb,
};

const JSON_API: &str = "application/vnd.api+json";
/// Requests per minute and account: the steady limit of most of what is called.
const PER_MINUTE: u32 = 60;
/// Pages of one list that are read.
const PAGES: usize = 5;

pub(super) struct Session<'a> {
    vendor: &'a Vendor,
    token: &'a Secret,
    /// Whose requests are counted together.
    key: String,
    revision: &'a str,
}

impl<'a> Session<'a> {
    pub fn new(vendor: &'a Vendor, descriptor: &'a Descriptor, token: &'a Secret, key: &str) -> Self {
        let revision = descriptor.api_version.as_ref().map_or(REVISION, |version| version.name.as_ref());
        Self { vendor, token, key: format!("{ID}:{key}"), revision }
    }

    pub fn get(&self, path: &str, query: &[(&str, &str)]) -> Request {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        self.request(Method::GET, &if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") })
            .retries(1)
    }
    pub fn post(&self, path: &str, body: &Value) -> Request {
        self.request(Method::POST, path).bytes(JSON_API, body.to_string())
    }
    pub fn patch(&self, path: &str, body: &Value) -> Request {
        self.request(Method::PATCH, path).bytes(JSON_API, body.to_string())
    }

    fn request(&self, method: Method, path: &str) -> Request {
        Request::new(method, self.vendor.url(&format!("https://a.klaviyo.com/api/{path}")).as_str())
            .bearer(self.token)
            .header("accept", JSON_API)
            .header("revision", self.revision)
            .rate_key(RateKey { account: self.key.clone(), per_minute: PER_MINUTE })
            .redirects(0)
    }

    /// Sends a request and wants a good answer, whatever is in it.
    pub async fn done(&self, verb: Verb, request: Request) -> Result<Response, PlatformError> {
        let response = exchange(self.vendor, verb, request).await?;
        if response.is_success() { Ok(response) } else { Err(refused(self.vendor, verb, &response)) }
    }

    /// Sends a request and reads a good answer.
    pub async fn call<T: DeserializeOwned>(&self, verb: Verb, request: Request) -> Result<T, PlatformError> {
        let response = self.done(verb, request).await?;
        vendor::read(ID, NAME, verb.name, verb.effect, &response)
    }

    /// A list as long as `go_on` wants another page of it, up to a bound.
    pub async fn list<T: DeserializeOwned>(
        &self,
        verb: Verb,
        path: &str,
        query: &[(&str, &str)],
        go_on: impl Fn(&[T]) -> bool,
    ) -> Result<Vec<T>, PlatformError> {
        let mut found = Vec::new();
        let mut cursor: Option<String> = None;
        for _ in 0..PAGES {
            let mut query = query.to_vec();
            query.extend(cursor.as_deref().map(|cursor| ("page[cursor]", cursor)));
            let page: Many<T> = self.call(verb, self.get(path, &query)).await?;
            let next = page.cursor();
            found.extend(page.data);
            // A cursor that leads to itself would never end.
            if next.is_none() || next == cursor || !go_on(&found) {
                break;
            }
            cursor = next;
        }
        Ok(found)
    }

    /// A campaign; none when it is gone.
    pub async fn standing(&self, id: &str) -> Result<Option<CampaignData>, PlatformError> {
        if !is_id(id) {
            return Ok(None);
        }
        let request = self.get(&format!("campaigns/{id}"), &[("include", "campaign-messages")]);
        match self.call::<One<CampaignData>>(errors::READ, request).await {
            Ok(one) => Ok(Some(one.data)),
            // Only Klaviyo's own word for it: a page in front of it has none.
            Err(error) if error.provider_code.as_deref() == Some("not_found") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The campaign of an item, made by an earlier attempt; the newest are looked through.
    pub async fn find(&self, item: ContentItemId) -> Result<Option<CampaignData>, PlatformError> {
        let mark = mailing::mark(item);
        let carries =
            |campaign: &CampaignData| campaign.attributes.name.as_ref().is_some_and(|name| name.contains(&mark));
        let not_yet = |campaigns: &[CampaignData]| !campaigns.iter().any(carries);
        let query = [EMAIL, ("sort", "-updated_at"), ("page[size]", "100")];
        let campaigns = self.list(errors::FIND, "campaigns", &query, not_yet).await?;
        Ok(campaigns.into_iter().find(carries))
    }
}

/// Lists of campaigns are refused without it.
pub(super) const EMAIL: (&str, &str) = ("filter", "equals(messages.channel,'email')");

/// Sends a request; any status is an answer.
pub(super) async fn exchange(vendor: &Vendor, verb: Verb, request: Request) -> Result<Response, PlatformError> {
    vendor.exchange(ID, verb.name, verb.effect, request).await.map_err(|error| PlatformError {
        // The shared words speak of somebody's site; Klaviyo is nobody's.
        help: Some("It is tried again when that can help. If it stays like this, Klaviyo is down.".to_owned()),
        ..error
    })
}

pub(super) fn refused(vendor: &Vendor, verb: Verb, response: &Response) -> PlatformError {
    let problems = serde_json::from_slice::<Problems>(&response.body).ok();
    let first: Option<Problem> = problems.and_then(|problems| problems.errors.into_iter().next());
    errors::refusal(verb, response.status, first.as_ref(), wait_of(response, vendor.now()))
}

/// Whether an id of the other side may stand in a path.
pub(super) fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

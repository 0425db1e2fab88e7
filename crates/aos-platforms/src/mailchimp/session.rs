//! One operation on one account: requests that carry the access, answers that are read with patience.

use aos_capabilities::{Account, Descriptor, PlatformError};
use aos_kernel::ContentItemId;
use aos_outbound::{Method, RateKey, Request, Response};
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use super::{
    ID, NAME,
    api::{Campaigns, Problem, Settings, Standing},
    errors,
};
use crate::{
    Vendor, mailing,
    vendor::{self, wait_of},
    verb::Verb,
};

/// Requests per minute and account. Mailchimp limits connections at the same time, not their number.
const PER_MINUTE: u32 = 300;
/// Campaigns of one page, and pages, among which an earlier attempt is looked for.
const LISTED: usize = 200;
const PAGES: usize = 5;

pub(super) struct Session<'a> {
    vendor: &'a Vendor,
    account: &'a Account,
    version: &'a str,
    pub settings: Settings,
}

impl<'a> Session<'a> {
    pub fn new(vendor: &'a Vendor, descriptor: &'a Descriptor, account: &'a Account) -> Result<Self, PlatformError> {
        let settings = Settings::of(account).ok_or_else(errors::no_account)?;
        let version = descriptor.api_version.as_ref().map_or("3.0", |version| version.name.as_ref());
        Ok(Self { vendor, account, version, settings })
    }

    pub fn get(&self, path: &str, query: &[(&str, &str)]) -> Request {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        self.request(Method::GET, &if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") })
            .retries(1)
    }
    pub fn post(&self, path: &str) -> Request {
        self.request(Method::POST, path)
    }
    pub fn put(&self, path: &str) -> Request {
        self.request(Method::PUT, path)
    }
    pub fn patch(&self, path: &str) -> Request {
        self.request(Method::PATCH, path)
    }

    fn request(&self, method: Method, path: &str) -> Request {
        let address = format!("https://{}.api.mailchimp.com/{}/{path}", self.settings.dc, self.version);
        Request::new(method, self.vendor.url(&address).as_str())
            .bearer(&self.account.secret)
            .header("accept", "application/json")
            .rate_key(RateKey { account: format!("{ID}:{}", self.account.channel), per_minute: PER_MINUTE })
            .redirects(0)
    }

    /// Sends a request and wants a good answer, whatever is in it.
    pub async fn done(&self, verb: Verb, request: Request) -> Result<Response, PlatformError> {
        let response = exchange(self.vendor, verb, request).await?;
        if response.is_success() {
            return Ok(response);
        }
        let body = serde_json::from_slice::<Problem>(&response.body).ok();
        Err(errors::refusal(verb, response.status, body.as_ref(), wait_of(&response, self.vendor.now())))
    }

    /// Sends a request and reads a good answer.
    pub async fn call<T: DeserializeOwned>(&self, verb: Verb, request: Request) -> Result<T, PlatformError> {
        let response = self.done(verb, request).await?;
        vendor::read(ID, NAME, verb.name, verb.effect, &response)
    }

    /// A campaign; none when it is gone.
    pub async fn standing(&self, id: &str) -> Result<Option<Standing>, PlatformError> {
        if !is_id(id) {
            return Ok(None);
        }
        let request = self.get(&format!("campaigns/{id}"), &[("fields", Standing::FIELDS)]);
        match self.call(errors::READ, request).await {
            Ok(standing) => Ok(Some(standing)),
            // Only Mailchimp's own word for it: any other 404 says that something else is wrong.
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The campaign of an item, made by an earlier attempt; the newest are looked through.
    pub async fn find(&self, item: ContentItemId) -> Result<Option<Standing>, PlatformError> {
        let mark = mailing::mark(item);
        for page in 0..PAGES {
            let (count, offset) = (LISTED.to_string(), (page * LISTED).to_string());
            let query = [
                ("count", count.as_str()),
                ("offset", offset.as_str()),
                ("sort_field", "create_time"),
                ("sort_dir", "DESC"),
                ("fields", Standing::LISTED),
            ];
            let listed: Campaigns = self.call(errors::FIND, self.get("campaigns", &query)).await?;
            let read = listed.campaigns.len();
            let carries = |standing: &Standing| {
                standing.settings.as_ref().and_then(|own| own.title.as_ref()).is_some_and(|own| own.contains(&mark))
            };
            if let Some(found) = listed.campaigns.into_iter().find(carries) {
                return Ok(Some(found));
            }
            if read < LISTED || (page + 1) * LISTED >= usize::try_from(listed.total_items).unwrap_or(usize::MAX) {
                break;
            }
        }
        Ok(None)
    }
}

/// Sends a request; any status is an answer.
pub(super) async fn exchange(vendor: &Vendor, verb: Verb, request: Request) -> Result<Response, PlatformError> {
    vendor.exchange(ID, verb.name, verb.effect, request).await.map_err(|error| PlatformError {
        // The shared words speak of somebody's site; Mailchimp is nobody's.
        help: Some("It is tried again when that can help. If it stays like this, Mailchimp is down.".to_owned()),
        ..error
    })
}

/// The campaign, not the address, is missing.
fn is_gone(error: &PlatformError) -> bool {
    let title = error.provider_code.as_deref().unwrap_or_default().to_lowercase();
    title.split_whitespace().collect::<String>() == "resourcenotfound"
}

/// Whether an id of the other side may stand in a path.
pub(super) fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

//! One operation on one collection: requests that carry the account, answers that are read.

use aos_capabilities::{Account, PlatformError, PlatformErrorKind};
use aos_kernel::Secret;
use aos_outbound::{Method, RateKey, Request, Response};
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use super::{
    Fields, ID, NAME, Settings, Webflow,
    api::{ErrorBody, Item, Items, SitePublication, Sites},
    errors::{self, MINUTE, Refused, Verb},
    mapping,
};
use crate::vendor;

const API: &str = "https://api.webflow.com/v2";
/// Requests per minute and channel, as most plans allow; the smallest allow half and say so with 429.
const PER_MINUTE: u32 = 120;
/// Of an answer. Lists hold whole articles.
const MAX_BYTES: u64 = 32 << 20;
/// Items of one page, and pages that a search looks through.
const PAGE: usize = 100;
const PAGES: usize = 20;

impl Webflow {
    pub(super) fn request(&self, method: Method, path: &str, query: &[(&str, &str)], token: &Secret) -> Request {
        let mut url = self.vendor.url(&format!("{API}{path}"));
        if !query.is_empty() {
            let mut pairs = form_urlencoded::Serializer::new(String::new());
            url = format!("{url}?{}", pairs.extend_pairs(query).finish());
        }
        Request::new(method, &*url).bearer(token).header("accept", "application/json").max_bytes(MAX_BYTES).redirects(0)
    }

    pub(super) async fn exchange(&self, verb: Verb, request: Request) -> Result<Response, PlatformError> {
        self.vendor.exchange(ID, verb.name(), verb.effect(), request).await
    }

    /// Reads an answer: what was asked for, or why not.
    pub(super) fn read<T: DeserializeOwned>(
        &self,
        verb: Verb,
        response: &Response,
        fields: Option<&Fields>,
    ) -> Result<T, PlatformError> {
        if !response.is_success() {
            return Err(self.refusal(verb, response, fields));
        }
        vendor::read(ID, NAME, verb.name(), verb.effect(), response)
    }

    pub(super) fn refusal(&self, verb: Verb, response: &Response, fields: Option<&Fields>) -> PlatformError {
        let body = ErrorBody::read(&response.body);
        errors::refusal(&Refused {
            verb,
            status: response.status,
            body: body.as_ref(),
            retry_after: response.retry_after(self.vendor.now()),
            fields,
        })
    }

    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        verb: Verb,
        path: &str,
        query: &[(&str, &str)],
        token: &Secret,
    ) -> Result<T, PlatformError> {
        let response = self.exchange(verb, self.request(Method::GET, path, query, token).retries(1)).await?;
        self.read(verb, &response, None)
    }
}

/// The way to one collection for the time of one operation.
pub(super) struct Session<'a> {
    pub webflow: &'a Webflow,
    account: &'a Account,
    pub settings: Settings,
    /// What happened besides.
    pub notes: Vec<String>,
    /// The site was published by us just now.
    site_published: bool,
}

impl<'a> Session<'a> {
    pub fn open(webflow: &'a Webflow, account: &'a Account, verb: Verb) -> Result<Self, PlatformError> {
        let settings = serde_json::from_value::<Settings>(account.settings.clone()).ok();
        let usable = |own: &Settings| mapping::is_id(&own.collection_id) && mapping::is_id(&own.site_id);
        let Some(settings) = settings.filter(usable) else {
            let message = "This connection does not say which collection of Webflow it is for.";
            let help = "Connect it again and choose the collection.";
            return Err(errors::error(verb, PlatformErrorKind::NotFound, message, help));
        };
        Ok(Self { webflow, account, settings, notes: Vec::new(), site_published: false })
    }

    fn request(&self, method: Method, path: &str, query: &[(&str, &str)]) -> Request {
        let key = RateKey { account: format!("{ID}:{}", self.account.channel), per_minute: PER_MINUTE };
        self.webflow.request(method, path, query, &self.account.secret).rate_key(key)
    }

    /// A request to the collection's items; `rest` begins with a slash or is empty.
    pub fn items(&self, method: Method, rest: &str, query: &[(&str, &str)]) -> Request {
        self.request(method, &format!("/collections/{}/items{rest}", self.settings.collection_id), query)
    }

    /// A request to the site.
    pub fn site(&self, method: Method, rest: &str) -> Request {
        self.request(method, &format!("/sites/{}{rest}", self.settings.site_id), &[])
    }

    pub async fn exchange(&self, verb: Verb, request: Request) -> Result<Response, PlatformError> {
        self.webflow.exchange(verb, request).await
    }

    pub fn read<T: DeserializeOwned>(&self, verb: Verb, response: &Response) -> Result<T, PlatformError> {
        self.webflow.read(verb, response, Some(&self.settings.fields))
    }

    pub fn refusal(&self, verb: Verb, response: &Response) -> PlatformError {
        self.webflow.refusal(verb, response, Some(&self.settings.fields))
    }

    pub async fn call<T: DeserializeOwned>(&self, verb: Verb, request: Request) -> Result<T, PlatformError> {
        let response = self.exchange(verb, request).await?;
        self.read(verb, &response)
    }

    /// Sends a write that needs a published site: where Webflow says that the site stands in the way, the site is
    /// published and the write is sent once more. A 409 is a refusal, so nothing happens twice.
    pub async fn exchange_publishing_site(&mut self, verb: Verb, request: Request) -> Result<Response, PlatformError> {
        let response = self.exchange(verb, request.clone()).await?;
        if !self.needs_site(&response) {
            return Ok(response);
        }
        if !self.site_published {
            self.publish_site().await?;
            let response = self.exchange(verb, request).await?;
            if !self.needs_site(&response) {
                return Ok(response);
            }
        }
        Err(PlatformError {
            retry: aos_kernel::Retry::After(MINUTE),
            provider_code: Some("conflict".to_owned()),
            ..errors::error(
                verb,
                PlatformErrorKind::Unavailable,
                "Webflow is still publishing the site, and the article can only follow then.",
                "It is tried again in a minute. If it stays like this, publish the site in Webflow to all its domains \
                 at the same time.",
            )
        })
    }

    fn needs_site(&self, response: &Response) -> bool {
        response.status == 409 && !errors::is_slug_taken(409, ErrorBody::read(&response.body).as_ref())
    }

    async fn publish_site(&mut self) -> Result<(), PlatformError> {
        let verb = Verb::PublishSite;
        let sites: Sites = self.call(verb, self.request(Method::GET, "/sites", &[]).retries(1)).await?;
        let site = sites.sites.iter().find(|site| site.id == self.settings.site_id);
        let domains: Vec<&str> =
            site.into_iter().flat_map(|site| &site.custom_domains).map(|d| d.id.as_str()).collect();
        // A site with a domain of its own is not shown at Webflow's address as well: search engines would see it twice.
        let publication = SitePublication { publish_to_webflow_subdomain: domains.is_empty(), custom_domains: domains };
        let response = self.exchange(verb, self.site(Method::POST, "/publish").json(&publication)).await?;
        if !response.is_success() {
            return Err(self.refusal(verb, &response));
        }
        self.site_published = true;
        self.notes
            .push("The site had to be published first: other changes that waited there are live now too.".to_owned());
        Ok(())
    }

    /// One page of items.
    pub async fn page(&self, verb: Verb, query: &[(&str, &str)], offset: usize) -> Result<Vec<Item>, PlatformError> {
        let (offset, limit) = (offset.to_string(), PAGE.to_string());
        let mut all = vec![("offset", offset.as_str()), ("limit", &limit)];
        all.extend(query);
        let items: Items = self.call(verb, self.items(Method::GET, "", &all).retries(1)).await?;
        Ok(items.items)
    }

    /// The first item that fits: under the address, then in the whole collection.
    pub async fn search(
        &self,
        verb: Verb,
        slug: &str,
        fits: impl Fn(&Item) -> bool + Send,
    ) -> Result<Option<Item>, PlatformError> {
        if !slug.is_empty()
            && let Some(found) = self.page(verb, &[("slug", slug)], 0).await?.into_iter().find(&fits)
        {
            return Ok(Some(found));
        }
        for page in 0..PAGES {
            let items = self.page(verb, &[], page * PAGE).await?;
            let last = items.len() < PAGE;
            if let Some(found) = items.into_iter().find(&fits) {
                return Ok(Some(found));
            }
            if last {
                break;
            }
        }
        Ok(None)
    }

    /// An item by its id; `None` when it is gone. An id of another form was never one of Webflow's.
    pub async fn item(&self, id: &str) -> Result<Option<Item>, PlatformError> {
        if !mapping::is_id(id) {
            return Ok(None);
        }
        let verb = Verb::Read;
        let response = self.exchange(verb, self.items(Method::GET, &format!("/{id}"), &[]).retries(1)).await?;
        let body = ErrorBody::read(&response.body);
        let refused = Refused { verb, status: response.status, body: body.as_ref(), retry_after: None, fields: None };
        // An id that Webflow can't read at all is refused as bad, and is not there either.
        if matches!(response.status, 400 | 404 | 410) && !errors::is_about_the_place(&refused) {
            return Ok(None);
        }
        self.read(verb, &response).map(Some)
    }
}

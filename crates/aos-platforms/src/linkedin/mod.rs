//! LinkedIn pages over the versioned REST API, connected by consent. See `docs.md` in this folder.

mod api;
mod connect;
mod errors;
mod inspect;
mod mapping;
mod media;
mod posts;
mod text;

#[cfg(test)]
mod tests;

use aos_capabilities::{
    Account, Capability, Descriptor, Platform, PlatformError, PlatformErrorKind,
    connect::{Authorize, Consent, Renewal, Scope},
    evidence::Inspect,
    platform::{AccountInfo, ApiVersion, AuthKind, ChannelType, Limits},
    post::{MediaKind, MediaRule, PostRules, PublishPosts},
    text::TextUnit,
};
use aos_kernel::Secret;
use aos_outbound::{Method, RateKey, Request, Response};
use chrono::NaiveDate;
use serde::de::DeserializeOwned;

use crate::{
    Vendor,
    social::{
        self, Who,
        refusal::{self, Verb},
    },
};
use api::{Acl, Organization, Page};
use mapping::Settings;

const WHO: Who = Who { id: "linkedin", name: "LinkedIn" };
const API: &str = "https://api.linkedin.com";
/// Requests per minute and page. LinkedIn publishes no limit by the minute; this keeps far below its daily ones.
const PER_MINUTE: u32 = 120;

const fn scope(name: &'static str, purpose: &'static str) -> Scope {
    Scope { name, purpose, required: true }
}

const IMAGES: MediaRule = MediaRule {
    kind: MediaKind::Image,
    most: 20,
    types: &["image/jpeg", "image/png", "image/gif"],
    bytes: None,
    width: None,
    height: None,
    ratio: None,
    alt_characters: Some(4_086),
};

const DOCUMENTS: MediaRule = MediaRule {
    kind: MediaKind::Document,
    most: 1,
    types: &[
        "application/pdf",
        "application/msword",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ],
    bytes: Some(100_000_000),
    width: None,
    height: None,
    ratio: None,
    alt_characters: None,
};

const DESCRIPTOR: Descriptor = Descriptor {
    id: WHO.id,
    name: WHO.name,
    channel_type: ChannelType::Social,
    auth: AuthKind::OAuth2,
    capabilities: &[Capability::Connect, Capability::Authorize, Capability::PublishPost, Capability::Inspect],
    limits: Limits { title_characters: Some(400), body_bytes: None, image_bytes: None, tags: None },
    consent: Some(Consent {
        scopes: &[
            scope("w_organization_social", "to publish posts on the page"),
            scope("r_organization_social", "to find the page's posts again after a lost answer and to read them"),
            scope("rw_organization_admin", "to list the pages that you administer and to read their figures"),
        ],
        pkce: false,
        // Where LinkedIn grants a refresh token at all; without one, `refresh` says that only a new consent helps.
        renewal: Renewal::Lasting,
        target: Some("page"),
        registered_at: "linkedin.com/developers/apps, with the product Community Management API",
    }),
    posts: Some(PostRules {
        text: 3_000,
        unit: TextUnit::Characters,
        text_required: true,
        hashtags: None,
        mentions: None,
        media: &[IMAGES, DOCUMENTS],
        media_required: false,
        media_by_url: false,
        link: true,
        actions: &[],
        title: Some(400),
        per_day: Some(150),
        style: "Professional and concrete, in the page's own voice. The first two lines carry the point, since the rest \
                is folded away. Short paragraphs with empty lines between them, 600 to 1,500 characters, three to five \
                hashtags at the end, few emoji.",
    }),
    campaigns: None,
    // Each version answers for at least a year from its month.
    api_version: Some(ApiVersion::known("202605", NaiveDate::from_ymd_opt(2027, 5, 1))),
    simulated: false,
};

/// The client. Knows no page until an account comes with a call.
#[derive(Clone)]
pub struct LinkedIn {
    vendor: Vendor,
    descriptor: Descriptor,
}

impl LinkedIn {
    pub fn new(vendor: Vendor) -> Self {
        let descriptor = vendor.describe(DESCRIPTOR);
        Self { vendor, descriptor }
    }

    /// The way for the time of one operation.
    fn session<'a>(&'a self, token: &'a Secret, pace: Option<RateKey>) -> Session<'a> {
        Session { client: self, token, pace }
    }

    fn session_of<'a>(&'a self, account: &'a Account) -> Session<'a> {
        let pace = social::account_key(&self.descriptor, account, "all", PER_MINUTE);
        self.session(&account.secret, Some(pace))
    }
}

/// Requests that carry one token.
struct Session<'a> {
    client: &'a LinkedIn,
    token: &'a Secret,
    pace: Option<RateKey>,
}

impl Session<'_> {
    fn get(&self, path: &str) -> Request {
        self.request(Method::GET, &self.client.vendor.url(&format!("{API}{path}"))).retries(1)
    }
    fn post(&self, path: &str) -> Request {
        self.request(Method::POST, &self.client.vendor.url(&format!("{API}{path}")))
    }

    fn request(&self, method: Method, url: &str) -> Request {
        let version = self.client.descriptor.api_version.as_ref().map_or("", |version| version.name.as_ref());
        let request = Request::new(method, url)
            .bearer(self.token)
            .header("linkedin-version", version)
            .header("x-restli-protocol-version", "2.0.0")
            .header("accept", "application/json")
            .redirects(0);
        match &self.pace {
            Some(key) => request.rate_key(key.clone()),
            None => request,
        }
    }

    /// Sends a request; any status is an answer.
    async fn exchange(&self, verb: Verb, request: Request) -> Result<Response, PlatformError> {
        refusal::exchange(&self.client.vendor, WHO, verb, request).await
    }

    /// Sends a request and hands on a good answer.
    async fn send(&self, verb: Verb, request: Request) -> Result<Response, PlatformError> {
        let response = self.exchange(verb, request).await?;
        if response.is_success() {
            Ok(response)
        } else {
            Err(errors::refusal(verb, &response, self.client.vendor.now()))
        }
    }

    /// Sends a request and reads a good answer.
    async fn call<T: DeserializeOwned>(&self, verb: Verb, request: Request) -> Result<T, PlatformError> {
        refusal::read(WHO, verb, &self.send(verb, request).await?)
    }

    async fn organization(&self, verb: Verb, id: &str) -> Result<Organization, PlatformError> {
        self.call(verb, self.get(&format!("/rest/organizations/{}", social::encoded(id)))).await
    }

    async fn followers(&self, verb: Verb, page: &str) -> Result<u64, PlatformError> {
        let path = format!("/rest/networkSizes/{}?edgeType=COMPANY_FOLLOWED_BY_MEMBER", social::encoded(page));
        Ok(self.call::<api::NetworkSize>(verb, self.get(&path)).await?.first_degree_size)
    }

    /// The pages that the member administers.
    async fn administered(&self, verb: Verb) -> Result<Vec<Acl>, PlatformError> {
        const COUNT: usize = 100;
        /// Nobody administers more than a few thousand pages; a list that never ends is a mistake of the other side.
        const MOST: usize = 50;
        let mut found = Vec::new();
        for _ in 0..MOST {
            let start = found.len();
            let path = format!(
                "/rest/organizationAcls?q=roleAssignee&role=ADMINISTRATOR&state=APPROVED&start={start}&count={COUNT}"
            );
            let page: Page<Acl> = self.call(verb, self.get(&path)).await?;
            let last = page.is_last(COUNT);
            found.extend(page.elements);
            if last {
                break;
            }
        }
        Ok(found)
    }
}

#[async_trait::async_trait]
impl Platform for LinkedIn {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn check(&self, account: &Account) -> Result<AccountInfo, PlatformError> {
        let settings = Settings::of(account, Verb::Check)?;
        let session = self.session_of(account);
        let page = session.organization(Verb::Check, settings.id()).await.map_err(|error| match error.kind {
            PlatformErrorKind::NotFound => errors::page_gone(error),
            _ => error,
        })?;
        let roles: Vec<String> = session
            .administered(Verb::Check)
            .await?
            .into_iter()
            .filter(|acl| acl.page() == Some(settings.author.as_str()))
            .map(|acl| acl.role)
            .collect();
        let mut warnings = Vec::new();
        if roles.is_empty() {
            warnings.push(
                "The person who connected the page is no longer its administrator: LinkedIn may refuse posts and \
                 figures. Somebody who is should connect it again."
                    .to_owned(),
            );
        }
        let settings = Settings::new(settings.author, &page);
        Ok(AccountInfo {
            label: settings.name.clone(),
            url: settings.url(&self.vendor).unwrap_or_else(|| account.base_url.clone()),
            scopes: roles,
            settings: serde_json::to_value(&settings).unwrap_or_default(),
            warnings,
        })
    }

    fn authorize(&self) -> Option<&dyn Authorize> {
        Some(self)
    }
    fn posts(&self) -> Option<&dyn PublishPosts> {
        Some(self)
    }
    fn inspect(&self) -> Option<&dyn Inspect> {
        Some(self)
    }
}

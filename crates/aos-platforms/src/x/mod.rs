//! X over its API v2, connected by consent. See `docs.md` in this folder.

mod api;
mod connect;
mod errors;
mod inspect;
mod mapping;
mod media;
mod posts;

#[cfg(test)]
mod tests;

use aos_capabilities::{
    Account, Capability, Descriptor, Platform, PlatformError, PlatformErrorKind,
    connect::{Authorize, Consent, Renewal, Scope},
    evidence::Inspect,
    platform::{AccountInfo, AuthKind, ChannelType, Limits},
    post::{MediaKind, MediaRule, PostRules, PublishPosts},
    text::TextUnit,
};
use aos_kernel::Secret;
use aos_outbound::{Method, RateKey, Request, Response};
use serde::de::DeserializeOwned;

use crate::{
    Vendor,
    social::{
        self, Who,
        refusal::{self, Verb},
    },
};
use api::{Answer, User};
use mapping::Settings;

const WHO: Who = Who { id: "x", name: "X" };
const API: &str = "https://api.x.com";

const fn scope(name: &'static str, purpose: &'static str, required: bool) -> Scope {
    Scope { name, purpose, required }
}

const IMAGES: MediaRule = MediaRule {
    kind: MediaKind::Image,
    most: 4,
    types: &["image/jpeg", "image/png", "image/webp", "image/gif"],
    bytes: Some(5_000_000),
    width: None,
    height: None,
    ratio: None,
    alt_characters: Some(1_000),
};

const VIDEOS: MediaRule = MediaRule {
    kind: MediaKind::Video,
    most: 1,
    types: &["video/mp4", "video/quicktime"],
    bytes: Some(512_000_000),
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
    limits: Limits { title_characters: None, body_bytes: None, image_bytes: Some(5_000_000), tags: None },
    consent: Some(Consent {
        scopes: &[
            scope("tweet.read", "to find posts again after a lost answer and to read their figures", true),
            scope("tweet.write", "to publish posts", true),
            scope("users.read", "to know which account it is", true),
            scope("media.write", "to publish images and videos", false),
            scope("offline.access", "to stay connected for more than two hours", true),
        ],
        pkce: true,
        renewal: Renewal::Rotating,
        target: None,
        registered_at: "developer.x.com, Projects and Apps",
    }),
    posts: Some(PostRules {
        text: 280,
        unit: TextUnit::Weighted,
        // A post may be media alone; `validate` refuses one that is nothing.
        text_required: false,
        hashtags: None,
        mentions: None,
        media: &[IMAGES, VIDEOS],
        media_required: false,
        media_by_url: false,
        link: true,
        actions: &[],
        title: None,
        per_day: None,
        style: "One thought in plain words, direct and lively, best below 200 characters. At most two hashtags, inside \
                the sentence where possible. The link comes last and needs room: it counts 23 characters.",
    }),
    campaigns: None,
    api_version: None,
    simulated: false,
};

/// Limits of the contract, spread over the minute. They are windows of 15 minutes per account or per application.
#[derive(Clone, Copy)]
enum Family {
    Create,
    Me,
    Lookup,
    Timeline,
    Upload,
    Parts,
    Status,
}

/// The client. Knows no account until one comes with a call.
#[derive(Clone)]
pub struct X {
    vendor: Vendor,
    descriptor: Descriptor,
}

impl X {
    pub fn new(vendor: Vendor) -> Self {
        let descriptor = vendor.describe(DESCRIPTOR);
        Self { vendor, descriptor }
    }

    fn session<'a>(&'a self, token: &'a Secret, account: Option<&'a Account>) -> Session<'a> {
        Session { client: self, token, account }
    }

    fn session_of<'a>(&'a self, account: &'a Account) -> Session<'a> {
        self.session(&account.secret, Some(account))
    }
}

/// Requests that carry one token.
struct Session<'a> {
    client: &'a X,
    token: &'a Secret,
    /// None before one is connected.
    account: Option<&'a Account>,
}

impl Session<'_> {
    fn get(&self, family: Family, path: &str) -> Request {
        self.request(Method::GET, family, path).retries(1)
    }
    fn post(&self, family: Family, path: &str) -> Request {
        self.request(Method::POST, family, path)
    }

    fn request(&self, method: Method, family: Family, path: &str) -> Request {
        let request = Request::new(method, self.client.vendor.url(&format!("{API}{path}")).as_str())
            .bearer(self.token)
            .header("accept", "application/json")
            .redirects(0);
        match self.pace(family) {
            Some(key) => request.rate_key(key),
            None => request,
        }
    }

    fn pace(&self, family: Family) -> Option<RateKey> {
        let descriptor = &self.client.descriptor;
        let (name, per_minute) = match family {
            // The application's limit is the tighter one here.
            Family::Lookup => return Some(social::app_key(descriptor, "lookup", 3_500 / 15)),
            Family::Create => ("create", 100 / 15),
            Family::Me => ("me", 75 / 15),
            Family::Timeline => ("timeline", 900 / 15),
            Family::Upload => ("upload", 500 / 15),
            Family::Parts => ("parts", 1_875 / 15),
            Family::Status => ("status", 1_000 / 15),
        };
        self.account.map(|account| social::account_key(descriptor, account, name, per_minute))
    }

    /// Sends a request and hands on a good answer.
    async fn send(&self, verb: Verb, request: Request) -> Result<Response, PlatformError> {
        let response = refusal::exchange(&self.client.vendor, WHO, verb, request).await?;
        if response.is_success() {
            Ok(response)
        } else {
            Err(errors::refusal(verb, &response, self.client.vendor.now()))
        }
    }

    /// Sends a request and reads a good answer, which may hold problems beside or instead of data.
    async fn call<T: DeserializeOwned>(&self, verb: Verb, request: Request) -> Result<Answer<T>, PlatformError> {
        refusal::read(WHO, verb, &self.send(verb, request).await?)
    }

    /// The same where only data is an answer.
    async fn data<T: DeserializeOwned>(&self, verb: Verb, request: Request) -> Result<T, PlatformError> {
        let answer: Answer<T> = self.call(verb, request).await?;
        match (answer.data, answer.errors.into_iter().next()) {
            (Some(data), _) => Ok(data),
            // A write that answers with a problem in a good status may have happened in part.
            (None, Some(problem)) if verb != Verb::Publish => Err(errors::problem(verb, &problem)),
            (None, _) => Err(refusal::unreadable(WHO, verb)),
        }
    }

    async fn me(&self, verb: Verb) -> Result<User, PlatformError> {
        let path = "/2/users/me?user.fields=username,profile_image_url,description,location,url,public_metrics";
        self.data(verb, self.get(Family::Me, path)).await
    }
}

#[async_trait::async_trait]
impl Platform for X {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn check(&self, account: &Account) -> Result<AccountInfo, PlatformError> {
        let settings = Settings::of(account, Verb::Check)?;
        let user = self.session_of(account).me(Verb::Check).await?;
        if user.id != settings.id {
            let kind = PlatformErrorKind::PermissionMissing;
            let message = format!("The access is to another account on X now: @{}.", user.username);
            return Err(refusal::own(WHO, Verb::Check, kind, message, "Connect the account again."));
        }
        let settings = Settings::new(&user);
        Ok(AccountInfo {
            label: mapping::label(&user),
            url: settings.url(&self.vendor).unwrap_or_else(|| account.base_url.clone()),
            scopes: Vec::new(),
            settings: serde_json::to_value(&settings).unwrap_or_default(),
            warnings: Vec::new(),
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

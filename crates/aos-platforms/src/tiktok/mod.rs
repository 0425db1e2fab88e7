//! TikTok over the Content Posting API, connected by consent. See `docs.md` in this folder.

mod api;
mod connect;
mod errors;
mod inspect;
mod mapping;
mod posts;
mod upload;

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
use aos_outbound::{Request, Response};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Vendor,
    social::{
        self, Who,
        refusal::{self, Verb},
    },
};
use api::{CreatorInfo, Envelope, User};
use mapping::Settings;

const WHO: Who = Who { id: "tiktok", name: "TikTok" };
const API: &str = "https://open.tiktokapis.com";
const JSON: &str = "application/json; charset=UTF-8";

const fn scope(name: &'static str, purpose: &'static str, required: bool) -> Scope {
    Scope { name, purpose, required }
}

const PHOTOS: MediaRule = MediaRule {
    kind: MediaKind::Image,
    most: 35,
    types: &["image/jpeg", "image/webp"],
    bytes: Some(20_000_000),
    width: None,
    height: None,
    ratio: None,
    alt_characters: None,
};

const VIDEOS: MediaRule = MediaRule {
    kind: MediaKind::Video,
    most: 1,
    types: &["video/mp4", "video/quicktime", "video/webm"],
    bytes: Some(4_000_000_000),
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
    limits: Limits { title_characters: Some(90), body_bytes: None, image_bytes: Some(20_000_000), tags: None },
    consent: Some(Consent {
        scopes: &[
            scope("user.info.basic", "to know which account it is", true),
            scope("video.publish", "to publish videos and photos", true),
            scope("video.list", "to find posts again after a lost answer and to read their figures", false),
            scope("user.info.profile", "to read what the profile says", false),
            scope("user.info.stats", "to read the number of followers", false),
        ],
        pkce: false,
        // The answer may carry another refresh token: it is always the one that is kept.
        renewal: Renewal::Rotating,
        target: None,
        registered_at: "developers.tiktok.com, Manage apps, with the product Content Posting API",
    }),
    posts: Some(PostRules {
        text: 2_200,
        unit: TextUnit::Utf16,
        text_required: false,
        hashtags: None,
        mentions: None,
        media: &[VIDEOS, PHOTOS],
        media_required: true,
        // Photos; videos are sent.
        media_by_url: true,
        link: false,
        actions: &[],
        title: Some(90),
        per_day: Some(15),
        style: "The film or the photos tell the story; the text adds a hook of one or two short sentences, below 150 \
                characters, spoken rather than written, with three to five hashtags that people look for. No links: \
                they can't be tapped.",
    }),
    campaigns: None,
    api_version: None,
    simulated: false,
};

/// Limits of the contract: requests per minute and account.
#[derive(Clone, Copy)]
enum Family {
    Creator,
    Init,
    Status,
    Read,
}

/// The client. Knows no account until one comes with a call.
#[derive(Clone)]
pub struct TikTok {
    vendor: Vendor,
    descriptor: Descriptor,
}

impl TikTok {
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
    client: &'a TikTok,
    token: &'a Secret,
    /// None before one is connected.
    account: Option<&'a Account>,
}

impl Session<'_> {
    fn get(&self, family: Family, path: &str) -> Request {
        self.dress(Request::get(self.client.vendor.url(&format!("{API}{path}")).as_str()), family).retries(1)
    }

    fn post(&self, family: Family, path: &str, body: &impl Serialize) -> Request {
        let request = Request::post(self.client.vendor.url(&format!("{API}{path}")).as_str());
        // The vendor wants the charset named. Our own bodies always become JSON.
        let bytes = serde_json::to_vec(body).unwrap_or_default();
        self.dress(request.bytes(JSON, bytes), family)
    }

    fn dress(&self, request: Request, family: Family) -> Request {
        let request = request.bearer(self.token).header("accept", "application/json").redirects(0);
        let (name, per_minute) = match family {
            Family::Creator => ("creator", 20),
            Family::Init => ("init", 6),
            Family::Status => ("status", 30),
            Family::Read => ("read", 600),
        };
        match self.account {
            Some(account) => request.rate_key(social::account_key(&self.client.descriptor, account, name, per_minute)),
            None => request,
        }
    }

    /// Sends a request and reads a good answer: one whose envelope says "ok", whatever the status.
    async fn call<T: DeserializeOwned>(&self, verb: Verb, request: Request) -> Result<T, PlatformError> {
        let response = refusal::exchange(&self.client.vendor, WHO, verb, request).await?;
        self.open(verb, &response)
    }

    fn open<T: DeserializeOwned>(&self, verb: Verb, response: &Response) -> Result<T, PlatformError> {
        let envelope: Option<Envelope> = serde_json::from_slice(&response.body).ok();
        match envelope {
            Some(envelope) if response.is_success() && envelope.error.code == "ok" => {
                serde_json::from_value(envelope.data).map_err(|_| refusal::unreadable(WHO, verb))
            }
            None if response.is_success() => Err(refusal::unreadable(WHO, verb)),
            other => {
                let error = other.map(|envelope| envelope.error).unwrap_or_default();
                Err(errors::refusal(verb, response, &error, self.client.vendor.now()))
            }
        }
    }

    async fn user(&self, verb: Verb, fields: &str) -> Result<User, PlatformError> {
        let data: serde_json::Value =
            self.call(verb, self.get(Family::Read, &format!("/v2/user/info/?fields={fields}"))).await?;
        let user = data.get("user").cloned().unwrap_or(data);
        serde_json::from_value(user).map_err(|_| refusal::unreadable(WHO, verb))
    }

    async fn creator(&self, verb: Verb) -> Result<CreatorInfo, PlatformError> {
        let path = "/v2/post/publish/creator_info/query/";
        self.call(verb, self.post(Family::Creator, path, &serde_json::json!({}))).await
    }
}

#[async_trait::async_trait]
impl Platform for TikTok {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn check(&self, account: &Account) -> Result<AccountInfo, PlatformError> {
        let settings = Settings::of(account, Verb::Check)?;
        let session = self.session_of(account);
        let user = session.user(Verb::Check, User::BASIC).await?;
        if user.open_id != settings.open_id {
            let kind = PlatformErrorKind::PermissionMissing;
            let message = "The access is to another account on TikTok now.";
            return Err(refusal::own(WHO, Verb::Check, kind, message, "Connect the account again."));
        }
        let creator = session.creator(Verb::Check).await?;
        let settings = Settings::new(&user, &creator);
        Ok(AccountInfo {
            label: mapping::label(&user, &creator),
            url: settings.url(&self.vendor).unwrap_or_else(|| account.base_url.clone()),
            warnings: mapping::warnings(&creator),
            settings: serde_json::to_value(&settings).unwrap_or_default(),
            scopes: creator.privacy_level_options,
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

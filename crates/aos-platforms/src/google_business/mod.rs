//! Google Business Profile: local posts, and what a profile's score is read from. See `docs.md` in this folder.

mod api;
mod connect;
mod errors;
mod inspect;
mod mapping;
mod posts;
#[cfg(test)]
mod tests;

use aos_capabilities::{
    Account, Capability, Descriptor, Platform, PlatformError,
    connect::{Authorize, Consent, Renewal, Scope},
    evidence::Inspect,
    platform::{AccountInfo, ApiVersion, AuthKind, ChannelType, Limits},
    post::{MediaKind, MediaRule, PostRules, PublishPosts},
    text::TextUnit,
};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    google::{self, Google},
    vendor::Vendor,
};

/// The word in the database.
pub(crate) const ID: &str = "google_business";
pub(crate) const SCOPE: &str = "https://www.googleapis.com/auth/business.manage";

const CONSENT: Consent = Consent {
    scopes: &[Scope {
        name: SCOPE,
        purpose: "to publish posts on the profile and to read its reviews and opening hours",
        required: true,
    }],
    pkce: false,
    renewal: Renewal::Lasting,
    target: Some("location"),
    registered_at: google::oauth::REGISTERED_AT,
};

const DESCRIPTOR: Descriptor = Descriptor {
    id: ID,
    name: "Google Business Profile",
    channel_type: ChannelType::Local,
    auth: AuthKind::OAuth2,
    capabilities: &[Capability::Connect, Capability::Authorize, Capability::PublishPost, Capability::Inspect],
    limits: Limits { title_characters: None, body_bytes: None, image_bytes: Some(5_000_000), tags: None },
    consent: Some(CONSENT),
    posts: Some(RULES),
    campaigns: None,
    api_version: Some(ApiVersion::known("v4", None)),
    simulated: false,
};

/// What a local post may be. Sizes of media: contract `google.md`, 7.1, from other sources than Google's own.
const RULES: PostRules = PostRules {
    text: 1_500,
    unit: TextUnit::Characters,
    text_required: true,
    hashtags: None,
    mentions: None,
    media: &[
        MediaRule {
            kind: MediaKind::Image,
            most: 1,
            types: &["image/jpeg", "image/png"],
            bytes: Some(5_000_000),
            width: Some((400, 10_000)),
            height: Some((300, 10_000)),
            ratio: None,
            alt_characters: None,
        },
        MediaRule {
            kind: MediaKind::Video,
            most: 1,
            types: &["video/mp4"],
            bytes: Some(75_000_000),
            width: None,
            height: None,
            ratio: None,
            alt_characters: None,
        },
    ],
    media_required: false,
    media_by_url: true,
    link: true,
    actions: &["BOOK", "ORDER", "SHOP", "LEARN_MORE", "SIGN_UP", "CALL"],
    title: None,
    per_day: None,
    style: "Local and concrete: what is new, on offer or open, for people nearby. 80 to 300 characters, the point \
            in the first sentence, no hashtags, and no telephone number in the text, which Google often rejects.",
};

/// The client. Cheap to clone.
#[derive(Clone)]
pub struct GoogleBusiness {
    vendor: Vendor,
    descriptor: Descriptor,
}

impl GoogleBusiness {
    pub fn new(vendor: Vendor) -> Self {
        Self { descriptor: vendor.describe(DESCRIPTOR), vendor }
    }

    fn google(&self) -> Google<'_> {
        Google {
            vendor: &self.vendor,
            descriptor: &self.descriptor,
            consent: &CONSENT,
            // Per API and project: all accounts together.
            per_minute: 300,
            own: errors::own,
        }
    }
}

/// What connecting learned: kept with the channel and given back with every account.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Settings {
    /// `accounts/1`: the older interface wants it before the location.
    account: String,
    /// `locations/2`
    location: String,
    title: String,
    /// Where readers find the profile.
    url: Option<Url>,
}

impl Settings {
    /// The location's name in the older interface: `accounts/1/locations/2`.
    fn parent(&self) -> String {
        format!("{}/{}", self.account, self.location)
    }
}

#[async_trait::async_trait]
impl Platform for GoogleBusiness {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }
    async fn check(&self, account: &Account) -> Result<AccountInfo, PlatformError> {
        connect::check(self, account).await
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

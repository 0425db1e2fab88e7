//! Google Search Console: connecting a site. Its data is read elsewhere. See `docs.md` in this folder.

mod api;
mod connect;
mod errors;
mod mapping;

use aos_capabilities::{
    Account, Capability, Descriptor, Platform, PlatformError,
    connect::{Authorize, Consent, Renewal, Scope},
    platform::{AccountInfo, ApiVersion, AuthKind, ChannelType, Limits},
};

use crate::{
    google::{self, Google},
    vendor::Vendor,
};

/// The word in the database.
pub(crate) const ID: &str = "search_console";
pub(crate) const SCOPE: &str = "https://www.googleapis.com/auth/webmasters.readonly";

const CONSENT: Consent = Consent {
    scopes: &[Scope {
        name: SCOPE,
        purpose: "to read how often the site is shown and clicked in Google's search",
        required: true,
    }],
    pkce: false,
    renewal: Renewal::Lasting,
    target: Some("site"),
    registered_at: google::oauth::REGISTERED_AT,
};

const DESCRIPTOR: Descriptor = Descriptor {
    id: ID,
    name: "Google Search Console",
    channel_type: ChannelType::Analytics,
    auth: AuthKind::OAuth2,
    capabilities: &[Capability::Connect, Capability::Authorize],
    limits: Limits { title_characters: None, body_bytes: None, image_bytes: None, tags: None },
    consent: Some(CONSENT),
    posts: None,
    campaigns: None,
    api_version: Some(ApiVersion::known("v3", None)),
    simulated: false,
};

/// The client. Cheap to clone.
#[derive(Clone)]
pub struct SearchConsole {
    vendor: Vendor,
    descriptor: Descriptor,
}

impl SearchConsole {
    pub fn new(vendor: Vendor) -> Self {
        Self { descriptor: vendor.describe(DESCRIPTOR), vendor }
    }

    fn google(&self) -> Google<'_> {
        Google {
            vendor: &self.vendor,
            descriptor: &self.descriptor,
            consent: &CONSENT,
            // Of one person, for everything but queries.
            per_minute: 200,
            own: errors::own,
        }
    }
}

#[async_trait::async_trait]
impl Platform for SearchConsole {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }
    async fn check(&self, account: &Account) -> Result<AccountInfo, PlatformError> {
        connect::check(self, account).await
    }
    fn authorize(&self) -> Option<&dyn Authorize> {
        Some(self)
    }
}

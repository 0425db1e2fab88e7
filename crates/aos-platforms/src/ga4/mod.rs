//! Google Analytics 4: connecting a property. Its data is read elsewhere. See `docs.md` in this folder.

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
pub(crate) const ID: &str = "ga4";
pub(crate) const SCOPE: &str = "https://www.googleapis.com/auth/analytics.readonly";

const CONSENT: Consent = Consent {
    scopes: &[Scope { name: SCOPE, purpose: "to read the visits of the website", required: true }],
    pkce: false,
    renewal: Renewal::Lasting,
    target: Some("property"),
    registered_at: google::oauth::REGISTERED_AT,
};

const DESCRIPTOR: Descriptor = Descriptor {
    id: ID,
    name: "Google Analytics 4",
    channel_type: ChannelType::Analytics,
    auth: AuthKind::OAuth2,
    capabilities: &[Capability::Connect, Capability::Authorize],
    limits: Limits { title_characters: None, body_bytes: None, image_bytes: None, tags: None },
    consent: Some(CONSENT),
    posts: None,
    campaigns: None,
    api_version: Some(ApiVersion::known("v1beta", None)),
    simulated: false,
};

/// The client. Cheap to clone.
#[derive(Clone)]
pub struct Ga4 {
    vendor: Vendor,
    descriptor: Descriptor,
}

impl Ga4 {
    pub fn new(vendor: Vendor) -> Self {
        Self { descriptor: vendor.describe(DESCRIPTOR), vendor }
    }

    fn google(&self) -> Google<'_> {
        Google {
            vendor: &self.vendor,
            descriptor: &self.descriptor,
            consent: &CONSENT,
            // The vendor's figure is not known; connecting needs few requests.
            per_minute: 300,
            own: google::nothing_of_its_own,
        }
    }

    /// An address of the administration interface.
    fn admin(&self, path: &str) -> String {
        let version = self.descriptor.api_version.as_ref().map_or("v1beta", |version| &version.name);
        format!("https://analyticsadmin.googleapis.com/{version}/{path}")
    }
}

#[async_trait::async_trait]
impl Platform for Ga4 {
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

//! Google Ads: connecting a customer. Its campaigns are read elsewhere. See `docs.md` in this folder.

mod api;
mod connect;
mod errors;
mod mapping;
#[cfg(test)]
mod tests;

use aos_capabilities::{
    Account, Capability, Descriptor, Platform, PlatformError,
    connect::{Authorize, Consent, Renewal, Scope},
    platform::{AccountInfo, ApiVersion, AuthKind, ChannelType, Limits},
};
use aos_kernel::Secret;
use chrono::NaiveDate;

use crate::{
    google::{self, Google},
    vendor::Vendor,
};

/// The word in the database.
pub(crate) const ID: &str = "google_ads";
pub(crate) const SCOPE: &str = "https://www.googleapis.com/auth/adwords";
const VERSION: &str = "v25";

const CONSENT: Consent = Consent {
    scopes: &[Scope { name: SCOPE, purpose: "to read the campaigns and to push approved changes", required: true }],
    pkce: false,
    renewal: Renewal::Lasting,
    target: Some("customer"),
    registered_at: google::oauth::REGISTERED_AT,
};

const DESCRIPTOR: Descriptor = Descriptor {
    id: ID,
    name: "Google Ads",
    channel_type: ChannelType::Ads,
    auth: AuthKind::OAuth2,
    capabilities: &[Capability::Connect, Capability::Authorize],
    limits: Limits { title_characters: None, body_bytes: None, image_bytes: None, tags: None },
    consent: Some(CONSENT),
    posts: None,
    campaigns: None,
    // A major version lives about twelve months; v25 came on 2026-07-22 and Google has named no day yet.
    api_version: Some(ApiVersion::known(VERSION, NaiveDate::from_ymd_opt(2027, 7, 22))),
    simulated: false,
};

/// The client. Cheap to clone.
#[derive(Clone)]
pub struct GoogleAds {
    vendor: Vendor,
    descriptor: Descriptor,
    developer_token: Option<Secret>,
}

impl GoogleAds {
    pub fn new(vendor: Vendor) -> Self {
        Self { descriptor: vendor.describe(DESCRIPTOR), vendor, developer_token: None }
    }

    /// Sends this token along. Google ignores it since 2026-09-09 and will refuse it in a version to come, so none is
    /// sent unless an installation still needs it.
    #[must_use]
    pub fn developer_token(self, token: Secret) -> Self {
        Self { developer_token: Some(token), ..self }
    }

    fn google(&self) -> Google<'_> {
        Google {
            vendor: &self.vendor,
            descriptor: &self.descriptor,
            consent: &CONSENT,
            // Google publishes no figure; the contract advises one a second for each customer.
            per_minute: 60,
            own: errors::own,
        }
    }

    fn url(&self, path: &str) -> String {
        let version = self.descriptor.api_version.as_ref().map_or(VERSION, |version| &version.name);
        format!("https://googleads.googleapis.com/{version}/{path}")
    }
}

#[async_trait::async_trait]
impl Platform for GoogleAds {
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

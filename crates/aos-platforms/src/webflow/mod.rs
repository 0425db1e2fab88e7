//! Webflow: articles as items of a CMS collection. See `docs.md` in this folder.

mod api;
mod connect;
mod errors;
mod inspect;
mod mapping;
mod mark;
mod media;
mod publish;
mod session;
#[cfg(test)]
mod tests;

use aos_capabilities::{
    Account, Capability, Descriptor, Platform, PlatformError,
    connect::{Authorize, Consent, Renewal, Scope},
    evidence::Inspect,
    platform::{AccountInfo, ApiVersion, AuthKind, ChannelType, Limits},
    publish::Publish,
};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::vendor::Vendor;

/// The word in the database.
pub(crate) const ID: &str = "webflow";
pub(crate) const NAME: &str = "Webflow";

const CONSENT: Consent = Consent {
    scopes: &[
        Scope { name: "sites:read", purpose: "to see the sites and their domains", required: true },
        Scope { name: "cms:read", purpose: "to see the collections and what stands in them", required: true },
        Scope { name: "cms:write", purpose: "to publish articles", required: true },
        Scope {
            name: "sites:write",
            purpose: "to publish the site first, where an article can't go live without it",
            required: false,
        },
        Scope { name: "assets:write", purpose: "to upload the images of articles", required: false },
    ],
    pkce: false,
    renewal: Renewal::Never,
    target: Some("collection"),
    registered_at: "Webflow (webflow.com): Workspace settings, Apps & Integrations, App development",
};

/// Names of items are plain texts of up to 256 characters; images: contract `cms.md`, section 2.4.
const DESCRIPTOR: Descriptor = Descriptor {
    id: ID,
    name: NAME,
    channel_type: ChannelType::Cms,
    auth: AuthKind::OAuth2,
    capabilities: &[Capability::Connect, Capability::Authorize, Capability::PublishArticle, Capability::Inspect],
    limits: Limits { title_characters: Some(256), body_bytes: None, image_bytes: Some(4_000_000), tags: None },
    consent: Some(CONSENT),
    posts: None,
    campaigns: None,
    api_version: Some(ApiVersion::known("v2", None)),
    simulated: false,
};

/// The client. Cheap to clone.
#[derive(Clone)]
pub struct Webflow {
    vendor: Vendor,
    descriptor: Descriptor,
}

impl Webflow {
    pub fn new(vendor: Vendor) -> Self {
        Self { descriptor: vendor.describe(DESCRIPTOR), vendor }
    }
}

/// What connecting learned: kept with the channel and given back with every account.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Settings {
    site_id: String,
    site_name: String,
    /// The site's name inside Webflow.
    short_name: String,
    /// Where readers find the site.
    site_url: Url,
    collection_id: String,
    collection_name: String,
    collection_slug: String,
    fields: Fields,
}

/// Which field of the collection holds what, by its slug.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Fields {
    body: String,
    #[serde(default)]
    summary: Option<String>,
    #[serde(default)]
    image: Option<String>,
    /// A plain text that is there to say which item of ours it is.
    #[serde(default)]
    mark: Option<String>,
}

#[async_trait::async_trait]
impl Platform for Webflow {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }
    async fn check(&self, account: &Account) -> Result<AccountInfo, PlatformError> {
        connect::check(self, account).await
    }
    fn publish(&self) -> Option<&dyn Publish> {
        Some(self)
    }
    fn authorize(&self) -> Option<&dyn Authorize> {
        Some(self)
    }
    fn inspect(&self) -> Option<&dyn Inspect> {
        Some(self)
    }
}

//! Ad accounts at Meta: connecting and checking. Their campaigns come with the slice for paid campaigns. See `docs.md`
//! in this folder.

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

use crate::{
    Vendor,
    meta::{self, Face, graph::Graph},
};
use api::{AdAccount, Settings};

pub(crate) const FACE: Face = Face { id: "meta_ads", name: "Meta Ads", noun: "ad account" };

const SCOPES: &[Scope] = &[
    Scope { name: "ads_read", purpose: "to read the ad account, its campaigns and their figures", required: true },
    Scope { name: "ads_management", purpose: "to make the changes that a person approved", required: false },
    Scope { name: "business_management", purpose: "to find ad accounts that belong to a business", required: false },
];

fn descriptor() -> Descriptor {
    Descriptor {
        id: FACE.id,
        name: FACE.name,
        channel_type: ChannelType::Ads,
        auth: AuthKind::OAuth2,
        capabilities: &[Capability::Connect, Capability::Authorize],
        limits: Limits::default(),
        consent: Some(Consent {
            scopes: SCOPES,
            pkce: false,
            renewal: Renewal::ByConsent,
            target: Some("ad account"),
            registered_at: meta::REGISTERED_AT,
        }),
        posts: None,
        campaigns: None,
        api_version: Some(ApiVersion::known(meta::VERSION, None)),
        simulated: false,
    }
}

/// The client. Cheap to clone; knows no ad account until one comes with a call.
#[derive(Clone)]
pub struct MetaAds {
    vendor: Vendor,
    descriptor: Descriptor,
}

impl MetaAds {
    pub fn new(vendor: Vendor) -> Self {
        let descriptor = vendor.describe(descriptor());
        Self { vendor, descriptor }
    }
}

#[async_trait::async_trait]
impl Platform for MetaAds {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn check(&self, account: &Account) -> Result<AccountInfo, PlatformError> {
        let settings = Settings::of(account).ok_or_else(errors::no_account)?;
        let key = account.channel.to_string();
        let graph = Graph::new(&self.vendor, FACE, &self.descriptor, &account.secret, &key);
        let request = graph.get(&settings.ad_account, &[("fields", AdAccount::FIELDS)]);
        let found: AdAccount = graph.call(errors::CONNECT, request).await?;
        let seen_at = self.vendor.url(&mapping::manager(&settings.ad_account));
        Ok(mapping::account(&found, &settings, &seen_at, graph.is_busy(), self.vendor.now()))
    }

    fn authorize(&self) -> Option<&dyn Authorize> {
        Some(self)
    }
}

//! Klaviyo over its JSON:API. See `docs.md` in this folder.

mod api;
mod campaigns;
mod connect;
mod errors;
mod inspect;
mod mapping;
mod session;
#[cfg(test)]
mod tests;

use aos_capabilities::{
    Account, Capability, Descriptor, Platform, PlatformError,
    campaign::{CampaignRules, SendCampaigns},
    connect::{Authorize, Consent, Renewal, Scope},
    evidence::Inspect,
    platform::{AccountInfo, ApiVersion, AuthKind, ChannelType, Limits},
};
use chrono::NaiveDate;

use crate::Vendor;
use api::{AccountData, Many};
use session::Session;

/// The word in the database.
pub(crate) const ID: &str = "klaviyo";
pub(crate) const NAME: &str = "Klaviyo";

/// The revision that the client was written for. It is stable for a year, then answered for another, then refused.
const REVISION: &str = "2026-07-15";
const REFUSED_FROM: Option<NaiveDate> = NaiveDate::from_ymd_opt(2028, 7, 15);

const SCOPES: &[Scope] = &[
    Scope { name: "accounts:read", purpose: "to know which account it is", required: true },
    Scope { name: "campaigns:read", purpose: "to see how campaigns stand", required: true },
    Scope { name: "campaigns:write", purpose: "to make and send campaigns", required: true },
    Scope { name: "templates:read", purpose: "to see the texts that were made", required: true },
    Scope { name: "templates:write", purpose: "to bring the text of a campaign there", required: true },
    Scope { name: "lists:read", purpose: "to choose whom a campaign goes to", required: true },
    Scope { name: "segments:read", purpose: "to choose a part of the readers", required: false },
    Scope { name: "metrics:read", purpose: "to read the figures of campaigns for the score", required: false },
];

/// Klaviyo names no limits; mail programs cut long before these.
static CAMPAIGNS: CampaignRules = CampaignRules {
    subject_characters: 150,
    preview_characters: 150,
    html_bytes: 1_000_000,
    minutes: None,
    unsubscribe: "{% unsubscribe %}",
};

fn descriptor() -> Descriptor {
    Descriptor {
        id: ID,
        name: NAME,
        channel_type: ChannelType::Email,
        auth: AuthKind::OAuth2,
        capabilities: &[Capability::Connect, Capability::Authorize, Capability::SendCampaign, Capability::Inspect],
        limits: Limits::default(),
        consent: Some(Consent {
            scopes: SCOPES,
            pkce: true,
            renewal: Renewal::Lasting,
            target: None,
            registered_at: "klaviyo.com, Integrations, Developers, Manage apps",
        }),
        posts: None,
        campaigns: Some(CAMPAIGNS),
        api_version: Some(ApiVersion::known(REVISION, REFUSED_FROM)),
        simulated: false,
    }
}

/// The client. Cheap to clone; knows no account until one comes with a call.
#[derive(Clone)]
pub struct Klaviyo {
    vendor: Vendor,
    descriptor: Descriptor,
}

impl Klaviyo {
    pub fn new(vendor: Vendor) -> Self {
        let descriptor = vendor.describe(descriptor());
        Self { vendor, descriptor }
    }

    fn session<'a>(&'a self, account: &'a Account) -> Session<'a> {
        Session::new(&self.vendor, &self.descriptor, &account.secret, &account.channel.to_string())
    }
}

#[async_trait::async_trait]
impl Platform for Klaviyo {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn check(&self, account: &Account) -> Result<AccountInfo, PlatformError> {
        let session = self.session(account);
        let accounts: Many<AccountData> = session.call(errors::CONNECT, session.get("accounts", &[])).await?;
        let found = accounts.data.into_iter().next().ok_or_else(errors::no_account)?;
        Ok(mapping::account(&found, &self.vendor.url(mapping::ADMINISTRATION)))
    }

    fn authorize(&self) -> Option<&dyn Authorize> {
        Some(self)
    }
    fn campaigns(&self) -> Option<&dyn SendCampaigns> {
        Some(self)
    }
    fn inspect(&self) -> Option<&dyn Inspect> {
        Some(self)
    }
}

//! Mailchimp over its Marketing API. See `docs.md` in this folder.

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
    connect::{Authorize, Consent, Renewal},
    evidence::Inspect,
    platform::{AccountInfo, ApiVersion, AuthKind, ChannelType, Limits},
};

use crate::Vendor;
use api::Root;
use session::Session;

/// The word in the database.
pub(crate) const ID: &str = "mailchimp";
pub(crate) const NAME: &str = "Mailchimp";

/// Mailchimp names no limit for the text; mail programs cut long before this one.
static CAMPAIGNS: CampaignRules = CampaignRules {
    subject_characters: 150,
    preview_characters: 150,
    html_bytes: 1_000_000,
    minutes: Some(15),
    unsubscribe: "*|UNSUB|*",
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
            // Mailchimp has none: the consent is for the whole account.
            scopes: &[],
            pkce: false,
            renewal: Renewal::Never,
            target: None,
            registered_at: "mailchimp.com, Account, Extras, Registered apps",
        }),
        posts: None,
        campaigns: Some(CAMPAIGNS),
        api_version: Some(ApiVersion::known("3.0", None)),
        simulated: false,
    }
}

/// The client. Cheap to clone; knows no account until one comes with a call.
#[derive(Clone)]
pub struct Mailchimp {
    vendor: Vendor,
    descriptor: Descriptor,
}

impl Mailchimp {
    pub fn new(vendor: Vendor) -> Self {
        let descriptor = vendor.describe(descriptor());
        Self { vendor, descriptor }
    }

    fn session<'a>(&'a self, account: &'a Account) -> Result<Session<'a>, PlatformError> {
        Session::new(&self.vendor, &self.descriptor, account)
    }
}

#[async_trait::async_trait]
impl Platform for Mailchimp {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn check(&self, account: &Account) -> Result<AccountInfo, PlatformError> {
        let session = self.session(account)?;
        let root: Root = session.call(errors::CONNECT, session.get("", &[("fields", Root::FIELDS)])).await?;
        let seen_at = self.vendor.url(&mapping::administration(&session.settings));
        Ok(mapping::account(&root, &session.settings, &seen_at))
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

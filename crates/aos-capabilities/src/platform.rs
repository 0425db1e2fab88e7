//! What a platform is, says of itself and answers when it fails.

use std::{borrow::Cow, collections::BTreeMap, fmt, sync::Arc};

use aos_kernel::{ChannelId, ErrorKind, Retry, Secret, TenantId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    campaign::{CampaignRules, SendCampaigns},
    connect::{Authorize, Consent},
    evidence::Inspect,
    post::{PostRules, PublishPosts},
    publish::Publish,
};

aos_kernel::text_enum! {
    /// The kinds of channel that P4 of the product names.
    pub enum ChannelType {
        Social = "social", Cms = "cms", Analytics = "analytics", Local = "local", Email = "email", Ads = "ads",
        Website = "website",
    }
}

aos_kernel::text_enum! {
    /// How a tenant proves that an account is theirs.
    pub enum AuthKind { None = "none", ApplicationPassword = "application_password", OAuth2 = "oauth2" }
}

aos_kernel::text_enum! {
    /// What a platform may declare. Declared and implemented are the same set; the conformance suite holds it to that.
    pub enum Capability {
        Connect = "connect",
        /// Connecting by consent instead of a password.
        Authorize = "authorize",
        PublishArticle = "publish_article",
        PublishPost = "publish_post",
        SendCampaign = "send_campaign",
        /// Reading what a score needs.
        Inspect = "inspect",
    }
}

/// A platform's own description, as data: the interface, validation, onboarding and tests read it.
#[derive(Clone, Debug, Serialize)]
pub struct Descriptor {
    /// Stable word in the database: `wordpress`.
    pub id: &'static str,
    /// What people call it: "WordPress".
    pub name: &'static str,
    pub channel_type: ChannelType,
    pub auth: AuthKind,
    pub capabilities: &'static [Capability],
    pub limits: Limits,
    /// With [`Capability::Authorize`].
    pub consent: Option<Consent>,
    /// With [`Capability::PublishPost`].
    pub posts: Option<PostRules>,
    /// With [`Capability::SendCampaign`].
    pub campaigns: Option<CampaignRules>,
    /// The vendor's API version that the client speaks, where the vendor has one.
    pub api_version: Option<ApiVersion>,
    /// Simulated in memory or by the sandbox: every page that shows it says so.
    pub simulated: bool,
}

/// A version of a vendor's API: a setting of the installation, since vendors retire them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ApiVersion {
    pub name: Cow<'static, str>,
    /// The day on which the vendor stops answering it; none where it said no day.
    pub sunset: Option<NaiveDate>,
}

impl ApiVersion {
    pub const fn known(name: &'static str, sunset: Option<NaiveDate>) -> Self {
        Self { name: Cow::Borrowed(name), sunset }
    }
}

/// Limits in the platform's own units; `None` where it has none worth checking.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Limits {
    /// Characters (Unicode scalar values).
    pub title_characters: Option<usize>,
    /// Bytes of the body as sent.
    pub body_bytes: Option<usize>,
    /// Bytes of one image.
    pub image_bytes: Option<usize>,
    pub tags: Option<usize>,
}

/// A short-lived handle to one tenant's account: made for one operation, never stored, never logged.
#[derive(Clone, Debug)]
pub struct Account {
    pub tenant: TenantId,
    pub channel: ChannelId,
    /// The site that the tenant named when connecting; with consent, where people see the account.
    pub base_url: Url,
    /// Login name, where the platform has one.
    pub login: Option<String>,
    /// The password, or the access token that opens it now.
    pub secret: Secret,
    /// What connecting learned and later calls need, e.g. the discovered API root; with consent, the settings of the
    /// [`Target`](crate::connect::Target) that was chosen.
    pub settings: serde_json::Value,
}

/// What a check of the account found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccountInfo {
    /// The account as people know it: "Acme Roofing Co. (editor)".
    pub label: String,
    /// Where a person sees it.
    pub url: Url,
    /// What the account may do, in the platform's words.
    pub scopes: Vec<String>,
    /// Kept with the channel and given back in [`Account::settings`].
    pub settings: serde_json::Value,
    /// What works, but not as one would wish ("may save drafts, may not publish").
    pub warnings: Vec<String>,
}

/// A platform's client. Stateless: the account comes with each call.
#[async_trait::async_trait]
pub trait Platform: Send + Sync {
    fn descriptor(&self) -> &Descriptor;
    /// Is this account real, and what may it do?
    ///
    /// # Errors
    /// `AuthExpired` for a wrong or revoked password, `NotFound` where no such API answers, `Unavailable` where nothing does.
    async fn check(&self, account: &Account) -> Result<AccountInfo, PlatformError>;
    /// Articles can be published here.
    fn publish(&self) -> Option<&dyn Publish> {
        None
    }
    /// It is connected by consent.
    fn authorize(&self) -> Option<&dyn Authorize> {
        None
    }
    /// Posts can be published here.
    fn posts(&self) -> Option<&dyn PublishPosts> {
        None
    }
    /// Mails can be sent to audiences that are kept here.
    fn campaigns(&self) -> Option<&dyn SendCampaigns> {
        None
    }
    /// What a score needs can be read here.
    fn inspect(&self) -> Option<&dyn Inspect> {
        None
    }
}

/// The platforms of this installation.
#[derive(Clone, Default)]
pub struct PlatformRegistry(BTreeMap<&'static str, Arc<dyn Platform>>);

impl PlatformRegistry {
    #[must_use]
    pub fn with(mut self, platform: Arc<dyn Platform>) -> Self {
        self.0.insert(platform.descriptor().id, platform);
        self
    }
    pub fn get(&self, id: &str) -> Option<&Arc<dyn Platform>> {
        self.0.get(id)
    }
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Platform>> {
        self.0.values()
    }
}

/// What kind of refusal a platform gave, in our words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlatformErrorKind {
    /// The credentials are wrong, expired or revoked.
    AuthExpired,
    /// The account may not do this.
    PermissionMissing,
    RateLimited,
    /// The platform refuses this input; names our field.
    Invalid(String),
    NotFound,
    Conflict,
    /// This platform or site can't do it at all.
    Unsupported,
    /// No usable answer: down, unreachable, timed out.
    Unavailable,
    /// An answer that does not follow the contract.
    UnexpectedResponse,
}

/// A failed operation on a platform.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PlatformError {
    pub kind: PlatformErrorKind,
    pub retry: Retry,
    /// The request may have taken effect all the same: look on the platform before doing it again.
    pub outcome_unknown: bool,
    pub platform: String,
    /// Our verb: "publish", "upload image".
    pub operation: String,
    /// The platform's own code, for the record: `rest_cannot_publish`.
    pub provider_code: Option<String>,
    /// What happened, for a person. No secret.
    pub message: String,
    /// What a person should do.
    pub help: Option<String>,
}

impl fmt::Display for PlatformError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
impl std::error::Error for PlatformError {}

impl From<PlatformError> for aos_kernel::Error {
    fn from(error: PlatformError) -> Self {
        let (kind, code) = match &error.kind {
            PlatformErrorKind::AuthExpired => (ErrorKind::Outside, "platform_auth_expired"),
            PlatformErrorKind::PermissionMissing => (ErrorKind::Outside, "platform_permission_missing"),
            PlatformErrorKind::RateLimited => (ErrorKind::Limited, "platform_rate_limited"),
            PlatformErrorKind::Invalid(_) => (ErrorKind::Outside, "platform_refused_input"),
            PlatformErrorKind::NotFound => (ErrorKind::Outside, "platform_not_found"),
            PlatformErrorKind::Conflict => (ErrorKind::Conflict, "platform_conflict"),
            PlatformErrorKind::Unsupported => (ErrorKind::Outside, "platform_unsupported"),
            PlatformErrorKind::Unavailable => (ErrorKind::Unavailable, "platform_unavailable"),
            PlatformErrorKind::UnexpectedResponse => (ErrorKind::Outside, "platform_unexpected_response"),
        };
        let context = format!(
            "{} {}: {:?} {}",
            error.platform,
            error.operation,
            error.kind,
            error.provider_code.as_deref().unwrap_or("-")
        );
        let mut public = Self::new(kind, code, error.message).with_retry(error.retry).with_context(context);
        if let Some(help) = error.help {
            public = public.with_help(help);
        }
        public
    }
}

//! Instagram business accounts over the Graph API. See `docs.md` in this folder.

mod api;
mod connect;
mod errors;
mod inspect;
mod mapping;
mod posts;
#[cfg(test)]
mod tests;

use std::time::Duration;

use aos_capabilities::{
    Account, Capability, Descriptor, Platform, PlatformError,
    connect::{Authorize, Consent, Renewal, Scope},
    evidence::Inspect,
    platform::{AccountInfo, ApiVersion, AuthKind, ChannelType, Limits},
    post::{MediaKind, MediaRule, PostRules, PublishPosts},
    text::TextUnit,
};

use crate::{
    Vendor,
    meta::{self, Face, graph::Graph},
};
use api::{Profile, Settings};

pub(crate) const FACE: Face = Face { id: "instagram", name: "Instagram", noun: "account" };

const SCOPES: &[Scope] = &[
    Scope { name: "pages_show_list", purpose: "to see which pages your Instagram accounts belong to", required: true },
    Scope { name: "pages_read_engagement", purpose: "to reach the Instagram account through its page", required: true },
    Scope { name: "instagram_basic", purpose: "to read the account and its posts", required: true },
    Scope { name: "instagram_content_publish", purpose: "to publish posts on the account", required: true },
];

static POSTS: PostRules = PostRules {
    text: 2_200,
    unit: TextUnit::Characters,
    text_required: true,
    hashtags: Some(30),
    mentions: Some(20),
    media: &[MediaRule {
        kind: MediaKind::Image,
        most: 10,
        types: &["image/jpeg"],
        bytes: Some(8_000_000),
        width: Some((320, 1_440)),
        height: None,
        // 4:5 to 1.91:1.
        ratio: Some((0.8, 1.91)),
        alt_characters: Some(1_000),
    }],
    media_required: true,
    media_by_url: true,
    link: false,
    actions: &[],
    title: None,
    // Told live, and differently from account to account.
    per_day: None,
    style: "The picture speaks first. The first 125 characters are all that most people read: begin with what matters, in \
            a warm and personal tone. Three to eight fitting hashtags at the end. Links in the text do not work.",
};

fn descriptor() -> Descriptor {
    Descriptor {
        id: FACE.id,
        name: FACE.name,
        channel_type: ChannelType::Social,
        auth: AuthKind::OAuth2,
        capabilities: &[Capability::Connect, Capability::Authorize, Capability::PublishPost, Capability::Inspect],
        limits: Limits::default(),
        consent: Some(Consent {
            scopes: SCOPES,
            pkce: false,
            renewal: Renewal::ByConsent,
            target: Some("account"),
            registered_at: meta::REGISTERED_AT,
        }),
        posts: Some(POSTS),
        campaigns: None,
        api_version: Some(ApiVersion::known(meta::VERSION, None)),
        simulated: false,
    }
}

/// The client. Cheap to clone; knows no account until one comes with a call.
#[derive(Clone)]
pub struct Instagram {
    vendor: Vendor,
    descriptor: Descriptor,
    looks: u8,
    pause: Duration,
}

impl Instagram {
    /// How often it looks whether Instagram has fetched the pictures, and how long it waits in between: half a minute
    /// in all, since the rest of the wait is the caller's.
    const LOOKS: u8 = 11;
    const PAUSE: Duration = Duration::from_secs(3);

    pub fn new(vendor: Vendor) -> Self {
        let descriptor = vendor.describe(descriptor());
        Self { vendor, descriptor, looks: Self::LOOKS, pause: Self::PAUSE }
    }

    /// Looks this often, with this pause in between.
    #[must_use]
    pub fn patience(self, looks: u8, pause: Duration) -> Self {
        Self { looks: looks.max(1), pause, ..self }
    }

    /// The way to an account's profile.
    fn profile<'a>(&'a self, account: &'a Account) -> Result<(Graph<'a>, Settings), PlatformError> {
        let settings = Settings::of(account).ok_or_else(errors::no_account)?;
        let key = account.channel.to_string();
        Ok((Graph::new(&self.vendor, FACE, &self.descriptor, &account.secret, &key), settings))
    }

    /// Where people see an account.
    fn seen_at(&self, username: Option<&str>) -> String {
        self.vendor.url(&format!("https://www.instagram.com/{}/", username.unwrap_or_default()))
    }
}

#[async_trait::async_trait]
impl Platform for Instagram {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn check(&self, account: &Account) -> Result<AccountInfo, PlatformError> {
        let (graph, settings) = self.profile(account)?;
        let profile: Profile =
            graph.call(errors::CONNECT, graph.get(&settings.ig_id, &[("fields", Profile::CHECKED)])).await?;
        let seen_at = self.seen_at(profile.username.as_deref().or(settings.username.as_deref()));
        Ok(mapping::account(&profile, settings, &seen_at, graph.is_busy(), self.vendor.now()))
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

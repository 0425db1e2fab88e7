//! Facebook pages over the Graph API. See `docs.md` in this folder.

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

use crate::{
    Vendor,
    meta::{self, Face, graph::Graph},
};
use api::{PageInfo, Settings};

pub(crate) const FACE: Face = Face { id: "facebook", name: "Facebook", noun: "page" };

const SCOPES: &[Scope] = &[
    Scope { name: "pages_show_list", purpose: "to see which pages you look after", required: true },
    Scope { name: "pages_read_engagement", purpose: "to read the page and its posts", required: true },
    Scope { name: "pages_manage_posts", purpose: "to publish posts on the page", required: true },
    Scope { name: "pages_read_user_content", purpose: "to count comments and answers for the score", required: false },
];

/// Facebook says no limit for the words and 4 to 10 MB for a picture; these are the ones that its own pages keep to.
static POSTS: PostRules = PostRules {
    text: 63_206,
    unit: TextUnit::Characters,
    text_required: true,
    hashtags: None,
    mentions: None,
    media: &[MediaRule {
        kind: MediaKind::Image,
        most: 10,
        types: &["image/jpeg", "image/png", "image/gif"],
        bytes: Some(4_000_000),
        width: None,
        height: None,
        ratio: None,
        alt_characters: None,
    }],
    media_required: false,
    media_by_url: false,
    link: true,
    actions: &[],
    title: None,
    per_day: None,
    style: "Friendly and plain, 40 to 80 words, one thought, a question or an invitation at the end. At most two \
            hashtags. A link is shown as a preview, so it is not repeated in the text.",
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
            target: Some("page"),
            registered_at: meta::REGISTERED_AT,
        }),
        posts: Some(POSTS),
        campaigns: None,
        api_version: Some(ApiVersion::known(meta::VERSION, None)),
        simulated: false,
    }
}

/// The client. Cheap to clone; knows no page until an account comes with a call.
#[derive(Clone)]
pub struct Facebook {
    vendor: Vendor,
    descriptor: Descriptor,
}

impl Facebook {
    pub fn new(vendor: Vendor) -> Self {
        let descriptor = vendor.describe(descriptor());
        Self { vendor, descriptor }
    }

    /// The way to an account's page.
    fn page<'a>(&'a self, account: &'a Account) -> Result<(Graph<'a>, Settings), PlatformError> {
        let settings = Settings::of(account).ok_or_else(errors::no_page)?;
        let key = account.channel.to_string();
        Ok((Graph::new(&self.vendor, FACE, &self.descriptor, &account.secret, &key), settings))
    }
}

#[async_trait::async_trait]
impl Platform for Facebook {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn check(&self, account: &Account) -> Result<AccountInfo, PlatformError> {
        let (graph, settings) = self.page(account)?;
        let page: PageInfo =
            graph.call(errors::CONNECT, graph.get(&settings.page_id, &[("fields", PageInfo::CHECKED)])).await?;
        let usual = self.vendor.url(&format!("https://www.facebook.com/{}", settings.page_id));
        Ok(mapping::account(&page, &settings, &usual, graph.is_busy(), self.vendor.now()))
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

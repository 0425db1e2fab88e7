//! A site that exists in this process only: for tests of what uses platforms, and to try the product without a site.
//!
//! It keeps every promise of the traits, refuses what its limits say, and can be told to fail the next time
//! ([`Mishap`]), so that callers meet a lost answer without a network. What it publishes nobody else sees; its
//! descriptor says `simulated`.

mod campaigns;
pub mod network;
mod posts;
mod publish;

pub use campaigns::StandingCampaign;
pub use posts::{Network, StandingPost};

use std::{
    collections::{HashMap, HashSet, VecDeque},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use aos_capabilities::{
    Account, Capability, Descriptor, Platform, PlatformError, PlatformErrorKind,
    campaign::SendCampaigns,
    platform::{AccountInfo, AuthKind, ChannelType, Limits},
    post::PublishPosts,
    publish::{Article, Publish, Published, PublishedState},
};
use aos_kernel::{ChannelId, Clock, ContentItemId, Retry, Timestamp};

/// The word in the database.
pub(crate) const ID: &str = "memory";

static DESCRIPTOR: Descriptor = Descriptor {
    id: ID,
    name: "Practice site",
    channel_type: ChannelType::Cms,
    auth: AuthKind::None,
    capabilities: &[Capability::Connect, Capability::PublishArticle],
    limits: Limits {
        title_characters: Some(200),
        body_bytes: Some(1 << 20),
        image_bytes: Some(5 << 20),
        tags: Some(20),
    },
    consent: None,
    posts: None,
    campaigns: None,
    api_version: None,
    simulated: true,
};

/// The practice site, or another practice platform. Clones share what stands on it.
#[derive(Clone)]
pub struct Memory {
    descriptor: Arc<Descriptor>,
    clock: Arc<dyn Clock>,
    state: Arc<Mutex<State>>,
    /// Some posts are not shown to whoever looks for them.
    hides: bool,
}

/// What goes wrong the next time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// Nothing answers; nothing happened.
    Down,
    /// The same, but what was asked for did happen.
    AnswerLost,
    /// The answer of the next publication is lost as well, and nothing happened: nobody can tell the two apart.
    Swallowed,
    /// The image of the article is not taken, in the one publication that comes next.
    ImageRefused,
    /// The post is taken and not shown for so long.
    Slow(Duration),
    /// The post is taken and then refused.
    RejectedLater,
    /// Too many requests; with the wait that is asked for, where one is.
    Busy(Option<Duration>),
}

/// An article as it stands on the practice site.
#[derive(Clone, Debug)]
pub struct Standing {
    pub id: u64,
    pub slug: String,
    /// As it was given.
    pub article: Article,
    pub state: PublishedState,
}

#[derive(Default)]
struct State {
    sites: HashMap<ChannelId, Vec<Standing>>,
    posts: HashMap<ChannelId, Vec<StandingPost>>,
    campaigns: HashMap<ChannelId, Vec<StandingCampaign>>,
    revoked: HashSet<ChannelId>,
    mishaps: VecDeque<Mishap>,
    last_id: u64,
}

impl Memory {
    /// The practice site.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self::of(&DESCRIPTOR, clock)
    }
    /// A practice network for posts.
    pub fn network(network: Network, clock: Arc<dyn Clock>) -> Self {
        Self::of(network.descriptor(), clock)
    }
    /// A practice mail platform.
    pub fn mail(clock: Arc<dyn Clock>) -> Self {
        Self::of(&campaigns::DESCRIPTOR, clock)
    }
    fn of(descriptor: &Descriptor, clock: Arc<dyn Clock>) -> Self {
        Self { descriptor: Arc::new(descriptor.clone()), clock, state: Arc::default(), hides: false }
    }
    /// Whoever looks for a post sees none, as where posts are private.
    #[must_use]
    pub fn hiding(mut self) -> Self {
        self.hides = true;
        self
    }
    /// Another description than its own.
    #[must_use]
    pub fn described(mut self, change: impl FnOnce(&mut Descriptor)) -> Self {
        change(Arc::make_mut(&mut self.descriptor));
        self
    }

    /// Makes the next operation go wrong; several wait in line.
    pub fn fail_next(&self, mishap: Mishap) {
        self.lock().mishaps.push_back(mishap);
    }
    /// From now on the account's password is wrong.
    pub fn revoke(&self, channel: ChannelId) {
        self.lock().revoked.insert(channel);
    }
    /// The account's password is right again.
    pub fn welcome_back(&self, channel: ChannelId) {
        self.lock().revoked.remove(&channel);
    }
    /// What stands on a channel's site, oldest first.
    pub fn standing(&self, channel: ChannelId) -> Vec<Standing> {
        self.lock().sites.get(&channel).cloned().unwrap_or_default()
    }
    /// Deletes an article as a person on the site would: into the bin first, for good the second time.
    pub fn delete(&self, channel: ChannelId, id: &str) {
        if let Some(site) = self.lock().sites.get_mut(&channel) {
            site.retain_mut(|standing| {
                if standing.id.to_string() != id {
                    return true;
                }
                let was = std::mem::replace(&mut standing.state, PublishedState::Trashed);
                was != PublishedState::Trashed
            });
        }
    }

    fn declares(&self, capability: Capability) -> bool {
        self.descriptor.capabilities.contains(&capability)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Carries out one operation, unless something is to go wrong with it.
    fn operate<T>(
        &self,
        account: &Account,
        operation: Operation,
        act: impl FnOnce(&mut State, Timestamp) -> Result<T, PlatformError>,
    ) -> Result<T, PlatformError> {
        let mut state = self.lock();
        let named = |kind: PlatformErrorKind, message: &str, help: &str| PlatformError {
            platform: self.descriptor.id.to_owned(),
            ..operation.error(kind, message, help)
        };
        if state.revoked.contains(&account.channel) {
            let help = "Connect the practice site again.";
            return Err(named(PlatformErrorKind::AuthExpired, "The practice site was disconnected.", help));
        }
        let now = self.clock.now();
        let help = "It is tried again.";
        // Those wait for the post that they are about.
        let mishap = match state.mishaps.front() {
            Some(Mishap::Slow(_) | Mishap::RejectedLater) => None,
            Some(Mishap::Swallowed) if !operation.is_visible() => None,
            _ => state.mishaps.pop_front(),
        };
        match mishap {
            None | Some(Mishap::Slow(_) | Mishap::RejectedLater) => act(&mut state, now),
            Some(Mishap::Down) => Err(PlatformError {
                retry: Retry::Backoff,
                ..named(PlatformErrorKind::Unavailable, "The practice site did not answer.", help)
            }),
            Some(Mishap::AnswerLost) => {
                act(&mut state, now)?;
                let message = "The practice site's answer was lost.";
                Err(PlatformError {
                    retry: Retry::Backoff,
                    outcome_unknown: operation.is_visible(),
                    ..named(PlatformErrorKind::Unavailable, message, help)
                })
            }
            Some(Mishap::Swallowed) => Err(PlatformError {
                retry: Retry::Backoff,
                outcome_unknown: operation.is_visible(),
                ..named(PlatformErrorKind::Unavailable, "The practice site's answer was lost.", help)
            }),
            Some(Mishap::ImageRefused) => {
                let kind = PlatformErrorKind::Invalid("image".to_owned());
                Err(named(kind, "The practice site does not take this image.", "Use another image."))
            }
            Some(Mishap::Busy(wait)) => Err(PlatformError {
                retry: wait.map_or(Retry::Backoff, Retry::After),
                ..named(PlatformErrorKind::RateLimited, "The practice site asks for fewer requests.", help)
            }),
        }
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Memory({} sites)", self.lock().sites.len())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Connect,
    Publish,
    Find,
    Update,
    Read,
    Audiences,
    Send,
}

impl Operation {
    const fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Publish => "publish",
            Self::Find => "find",
            Self::Update => "update",
            Self::Read => "read",
            Self::Audiences => "read audiences",
            Self::Send => "send",
        }
    }
    const fn is_visible(self) -> bool {
        matches!(self, Self::Publish | Self::Update | Self::Send)
    }
    fn error(self, kind: PlatformErrorKind, message: impl Into<String>, help: &str) -> PlatformError {
        PlatformError {
            kind,
            retry: Retry::Never,
            outcome_unknown: false,
            platform: ID.to_owned(),
            operation: self.name().to_owned(),
            provider_code: None,
            message: message.into(),
            help: Some(help.to_owned()),
        }
    }
}

#[async_trait::async_trait]
impl Platform for Memory {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }
    async fn check(&self, account: &Account) -> Result<AccountInfo, PlatformError> {
        self.operate(account, Operation::Connect, |_, _| {
            Ok(AccountInfo {
                label: self.descriptor.name.to_owned(),
                url: account.base_url.clone(),
                scopes: vec!["publish".to_owned()],
                settings: serde_json::json!({}),
                warnings: vec!["Nobody but you sees what is published here.".to_owned()],
            })
        })
    }
    fn publish(&self) -> Option<&dyn Publish> {
        self.declares(Capability::PublishArticle).then_some(self as &dyn Publish)
    }
    fn posts(&self) -> Option<&dyn PublishPosts> {
        self.declares(Capability::PublishPost).then_some(self as &dyn PublishPosts)
    }
    fn campaigns(&self) -> Option<&dyn SendCampaigns> {
        self.declares(Capability::SendCampaign).then_some(self as &dyn SendCampaigns)
    }
}

//! What Meta knows: tokens and permissions, one page with its posts, one Instagram account with its media, one ad
//! account, and how the sandbox was told to behave.

use std::collections::{BTreeMap, BTreeSet};

use aos_kernel::Timestamp;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::{faults::Service, vendors::grants::Grants};

/// Numbers of a post or medium that readers make.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostFigures {
    pub views: u64,
    pub reach: u64,
    pub likes: u64,
    pub comments: u64,
    pub shares: u64,
    pub clicks: u64,
    pub saved: u64,
}

/// The page's profile, as its administrators filled it in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacebookPage {
    pub name: String,
    pub username: Option<String>,
    pub category: String,
    pub about: Option<String>,
    pub description: Option<String>,
    pub website: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub street: Option<String>,
    pub followers: u64,
    /// What Anna may do there: `CREATE_CONTENT`, `MANAGE`, …
    pub tasks: Vec<String>,
}

/// The profile of the professional account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstagramAccount {
    pub username: String,
    pub name: String,
    pub biography: Option<String>,
    pub website: Option<String>,
    pub followers: u64,
    pub follows: u64,
}

/// An ad account. Money in minor units of its currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetaAdAccount {
    pub name: String,
    pub currency: String,
    pub timezone: String,
    /// 1: active, 2: disabled, 3: unsettled, …
    pub status: u8,
    pub spend_cap: u64,
    pub amount_spent: u64,
}

aos_kernel::text_enum! {
    /// Who can see a post.
    pub enum FacebookPostState { Published = "published", Scheduled = "scheduled", Unpublished = "unpublished" }
}

/// A picture of a post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacebookPhoto {
    pub id: String,
    /// Its file's name here.
    pub file: String,
    pub alt_text: String,
}

/// A post of the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacebookPost {
    /// `{page}_{post}`.
    pub id: String,
    pub message: String,
    pub link: Option<String>,
    pub photos: Vec<FacebookPhoto>,
    pub state: FacebookPostState,
    pub scheduled_for: Option<Timestamp>,
    /// When readers saw it first; for others when it was made.
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub figures: PostFigures,
    /// Number of the request that made it, for lists that lag.
    pub(super) born: u64,
}

aos_kernel::text_enum! {
    /// What a medium is.
    pub enum InstagramKind {
        Image = "image", Carousel = "carousel", Reel = "reel", Story = "story", Video = "video",
    }
}

/// What was published on Instagram.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstagramMedia {
    pub id: String,
    pub shortcode: String,
    pub kind: InstagramKind,
    pub caption: String,
    /// Files with their alternative texts, in order.
    pub files: Vec<(String, String)>,
    pub at: Timestamp,
    pub figures: PostFigures,
    pub(super) born: u64,
}

/// How far a container is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Progress {
    /// Waits for its bytes.
    Awaited,
    /// So many looks yet.
    Working(u32),
    Finished,
    /// The subcode that says why.
    Failed(i64),
    Published,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Container {
    pub(super) id: String,
    pub(super) kind: InstagramKind,
    pub(super) is_item: bool,
    pub(super) caption: String,
    pub(super) files: Vec<(String, String)>,
    pub(super) progress: Progress,
    pub(super) made_at: Timestamp,
}

impl Container {
    pub(super) fn is_expired(&self, now: Timestamp) -> bool {
        self.progress != Progress::Published && now >= self.made_at + TimeDelta::hours(24)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Opens {
    /// Everything that the person may do.
    Person,
    Page,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Token {
    pub(super) person: String,
    pub(super) opens: Opens,
    pub(super) issued_at: Timestamp,
    pub(super) expires_at: Option<Timestamp>,
    /// The subcode of 190 that it answers with since it died.
    pub(super) dead: Option<i64>,
}

/// What a person's consent comes to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Agreement {
    /// Granted, or declined.
    pub(super) permissions: BTreeMap<String, bool>,
    pub(super) last_login: Timestamp,
}

/// How the sandbox was told to behave.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Behaviour {
    /// Looks at a container before it is finished.
    pub(super) looks: u32,
    /// Requests before a new post is in the lists.
    pub(super) lag: u64,
    pub(super) proof_required: bool,
    /// Use cases at their limit, and until when.
    pub(super) throttled: BTreeMap<Service, Timestamp>,
    /// Told in the usage headers.
    pub(super) usage_percent: u8,
    pub(super) quota_total: u64,
    /// Used by others than the agency.
    pub(super) quota_elsewhere: u64,
    /// Links and media addresses that nobody can fetch.
    pub(super) broken: BTreeSet<String>,
    /// The account is blocked for policy.
    pub(super) blocked: bool,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) grants: Grants,
    pub(super) tokens: BTreeMap<String, Token>,
    pub(super) agreements: BTreeMap<String, Agreement>,
    pub(super) requests: u64,
    pub(super) made: u64,
    pub(super) page: FacebookPage,
    pub(super) posts: BTreeMap<String, FacebookPost>,
    /// Photos that stand in no post yet.
    pub(super) loose: BTreeMap<String, FacebookPhoto>,
    pub(super) instagram: InstagramAccount,
    pub(super) containers: BTreeMap<String, Container>,
    pub(super) media: BTreeMap<String, InstagramMedia>,
    pub(super) ads: MetaAdAccount,
    pub(super) behaviour: Behaviour,
}

impl State {
    pub(super) fn fresh() -> Self {
        let some = |text: &str| Some(text.to_owned());
        Self {
            grants: Grants::default(),
            tokens: BTreeMap::new(),
            agreements: BTreeMap::new(),
            requests: 0,
            made: 0,
            page: FacebookPage {
                name: "Harbour & Pine".to_owned(),
                username: some("harbourandpine"),
                category: "Garden centre".to_owned(),
                about: some("Garden offices and timber workshops, built by the sea."),
                description: some("We design and build timber garden rooms: offices, studios and workshops."),
                website: some("https://harbourandpine.example/"),
                phone: some("+44 1632 960018"),
                email: some("hello@harbourandpine.example"),
                street: some("4 Slipway Lane"),
                followers: 1_240,
                tasks: ["CREATE_CONTENT", "MANAGE", "MODERATE", "ADVERTISE", "ANALYZE"].map(str::to_owned).to_vec(),
            },
            posts: BTreeMap::new(),
            loose: BTreeMap::new(),
            instagram: InstagramAccount {
                username: "harbourandpine".to_owned(),
                name: "Harbour & Pine".to_owned(),
                biography: some("Garden offices and timber workshops."),
                website: some("https://harbourandpine.example/"),
                followers: 2_380,
                follows: 310,
            },
            containers: BTreeMap::new(),
            media: BTreeMap::new(),
            ads: MetaAdAccount {
                name: "Harbour & Pine".to_owned(),
                currency: "GBP".to_owned(),
                timezone: "Europe/London".to_owned(),
                status: 1,
                spend_cap: 0,
                amount_spent: 128_450,
            },
            behaviour: Behaviour {
                looks: 0,
                lag: 0,
                proof_required: false,
                throttled: BTreeMap::new(),
                usage_percent: 4,
                quota_total: 100,
                quota_elsewhere: 0,
                broken: BTreeSet::new(),
                blocked: false,
            },
        }
    }

    /// A number that no other thing here has.
    pub(super) fn number(&mut self) -> u64 {
        self.made += 1;
        self.made
    }

    /// Whether a list shows what this request made.
    pub(super) fn is_listed(&self, born: u64) -> bool {
        self.requests > born + self.behaviour.lag
    }

    pub(super) fn may(&self, person: &str, permission: &str) -> bool {
        self.agreements
            .get(person)
            .is_some_and(|agreement| agreement.permissions.get(permission).copied().unwrap_or_default())
    }

    /// Everything that is due by the clock goes live.
    pub(super) fn publish_due(&mut self, now: Timestamp) {
        for post in self.posts.values_mut() {
            if post.state == FacebookPostState::Scheduled
                && let Some(due) = post.scheduled_for.filter(|due| *due <= now)
            {
                post.state = FacebookPostState::Published;
                post.created_at = due;
            }
        }
    }

    /// Media that count into the quota of the last 24 hours.
    pub(super) fn quota_usage(&self, now: Timestamp) -> u64 {
        let since = now - TimeDelta::hours(24);
        let own = self.media.values().rev().filter(|medium| medium.at > since).count();
        u64::try_from(own).unwrap_or(u64::MAX).saturating_add(self.behaviour.quota_elsewhere)
    }

    /// All tokens of a person die for this reason.
    pub(super) fn kill(&mut self, person: &str, subcode: i64) {
        for token in self.tokens.values_mut().filter(|token| token.person == person && token.dead.is_none()) {
            token.dead = Some(subcode);
        }
    }
}

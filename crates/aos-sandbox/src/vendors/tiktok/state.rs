//! What the simulated TikTok knows.

use std::collections::BTreeMap;

use aos_kernel::Timestamp;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::super::{
    consent::Person,
    grants::{GrantSettings, Grants},
};

/// How the simulated TikTok behaves.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// Whether the application passed the audit. Until then it may post for nobody but its author.
    pub audited: bool,
    /// Who may see a post of Anna's account: the first is offered first.
    pub privacy: Vec<String>,
    /// Where media may be fetched from: the starts of their addresses.
    pub verified: Vec<String>,
    /// Content types of photos that are taken.
    pub photo_types: Vec<String>,
    /// How often the state of a post is asked for before it is done.
    pub looks_until_done: u32,
    /// How many further requests pass before a post appears in lists.
    pub hidden_for: u32,
    /// Posts of an account in 24 hours; none: no limit.
    pub posts_per_day: Option<u32>,
    /// Whether calls are limited by the minute.
    pub calls_limited: bool,
}

impl Default for Settings {
    fn default() -> Self {
        let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect();
        Self {
            audited: true,
            privacy: words(&["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]),
            verified: words(&["http://127.0.0.1", "http://localhost"]),
            photo_types: words(&["image/jpeg", "image/webp"]),
            looks_until_done: 1,
            hidden_for: 0,
            posts_per_day: Some(15),
            calls_limited: true,
        }
    }
}

/// What viewers did with a post.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    pub views: u64,
    pub likes: u64,
    pub comments: u64,
    pub shares: u64,
}

/// How far a post is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Progress {
    /// Bytes are missing, or are looked through.
    Uploading,
    /// Media are fetched, or are looked through.
    Downloading,
    /// A draft waits in the person's app.
    InInbox,
    Published,
    /// With TikTok's reason.
    Failed(String),
}

impl Progress {
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Uploading => "PROCESSING_UPLOAD",
            Self::Downloading => "PROCESSING_DOWNLOAD",
            Self::InInbox => "SEND_TO_USER_INBOX",
            Self::Published => "PUBLISH_COMPLETE",
            Self::Failed(_) => "FAILED",
        }
    }
}

/// A post, or a draft of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    pub publish_id: String,
    /// The id of the post itself, once it is published.
    pub id: Option<String>,
    /// Key of the account: `anna`.
    pub by: String,
    /// Photos rather than a video.
    pub is_photos: bool,
    /// Goes to the person's inbox instead of the profile.
    pub to_inbox: bool,
    pub title: String,
    pub description: String,
    pub privacy: String,
    /// Made by a model, or paid for.
    pub is_aigc: bool,
    pub brand_content: bool,
    pub brand_organic: bool,
    pub progress: Progress,
    pub created_at: Timestamp,
    pub figures: Figures,
    /// Names of the files here.
    pub(super) files: Vec<String>,
    /// Everything arrived; what is wrong with it.
    pub(super) arrived: Option<Option<String>>,
    pub(super) upload: Option<Upload>,
    pub(super) looks: u32,
    pub(super) listed_from: u64,
}

impl Post {
    /// Everybody can see it.
    pub fn is_public(&self) -> bool {
        self.progress == Progress::Published && self.privacy == "PUBLIC_TO_EVERYONE"
    }
}

/// Bytes that are expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Upload {
    pub(super) size: u64,
    pub(super) chunk: u64,
    pub(super) count: u64,
    pub(super) arrived: u64,
    pub(super) chunks: u64,
    pub(super) ends_at: Timestamp,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) settings: Settings,
    pub(super) grants: Grants,
    /// By number, which is the end of the publish id.
    pub(super) posts: BTreeMap<u64, Post>,
    /// When calls came, by person and call.
    pub(super) calls: BTreeMap<String, Vec<Timestamp>>,
    pub(super) followers: BTreeMap<String, u64>,
    pub(super) requests: u64,
    pub(super) last_id: u64,
}

impl State {
    pub(super) fn fresh() -> Self {
        let followers = BTreeMap::from([("anna".to_owned(), 3_410), ("ben".to_owned(), 12)]);
        Self { followers, last_id: 7_480_000_000_000_000_000, ..Self::default() }
    }

    pub(super) const fn grant_settings() -> GrantSettings {
        GrantSettings {
            client_id: "agency-os",
            client_secret: "sandbox-client-secret",
            scope_separator: ',',
            pkce: false,
            code_seconds: 600,
            access_seconds: Some(86_400),
            refresh_seconds: Some(31_536_000),
            rotates: true,
        }
    }

    pub(super) fn new_id(&mut self) -> u64 {
        self.last_id += 1_019;
        self.last_id
    }

    /// Whether there was room for this call within a minute; it is counted.
    pub(super) fn admit(&mut self, key: String, most: usize, now: Timestamp) -> bool {
        let calls = self.calls.entry(key).or_default();
        calls.retain(|at| *at > now - TimeDelta::minutes(1));
        let room = calls.len() < most;
        if room {
            calls.push(now);
        }
        room
    }

    pub(super) fn by_publish_id(&mut self, publish_id: &str) -> Option<&mut Post> {
        let number: u64 = publish_id.rsplit('.').next()?.parse().ok()?;
        self.posts.get_mut(&number).filter(|post| post.publish_id == publish_id)
    }

    /// Time passes for posts that nobody asks about by their own name too: whoever lists their posts sees them come out.
    pub(super) fn look_at_all_of(&mut self, person: &str) {
        let pending =
            |post: &&Post| post.by == person && matches!(post.progress, Progress::Uploading | Progress::Downloading);
        let names: Vec<String> = self.posts.values().filter(pending).map(|post| post.publish_id.clone()).collect();
        let requests = self.requests;
        for name in names {
            self.look(&name);
            if self.settings.hidden_for == 0
                && let Some(post) = self.by_publish_id(&name).filter(|post| post.progress == Progress::Published)
            {
                post.listed_from = requests;
            }
        }
    }

    /// Somebody asks how far a post is, which brings it further.
    pub(super) fn look(&mut self, publish_id: &str) {
        let (looks_until_done, requests, hidden_for) =
            (self.settings.looks_until_done, self.requests, u64::from(self.settings.hidden_for));
        let id = self.new_id();
        let Some(post) = self.by_publish_id(publish_id) else { return };
        let Some(wrong) = post.arrived.clone() else { return };
        if !matches!(post.progress, Progress::Uploading | Progress::Downloading) {
            return;
        }
        if post.looks < looks_until_done {
            post.looks += 1;
            return;
        }
        post.progress = match wrong {
            Some(reason) => Progress::Failed(reason),
            None if post.to_inbox => Progress::InInbox,
            None => Progress::Published,
        };
        if post.progress == Progress::Published {
            post.id = Some(id.to_string());
            post.listed_from = requests + 1 + hidden_for;
        }
    }
}

/// An account.
pub(super) struct Creator {
    pub(super) key: &'static str,
    pub(super) open_id: &'static str,
    pub(super) username: &'static str,
    pub(super) nickname: &'static str,
    person: &'static str,
}

const CREATORS: &[Creator] = &[
    Creator {
        key: "anna",
        open_id: "_000HarbourAnPineOpenId",
        username: "harbourandpine",
        nickname: "Harbour & Pine",
        person: "Anna Berg",
    },
    Creator { key: "ben", open_id: "_000BenOseiOpenId", username: "benosei", nickname: "Ben Osei", person: "Ben Osei" },
];

pub(super) fn creator(key: &str) -> Option<&'static Creator> {
    CREATORS.iter().find(|creator| creator.key == key)
}

/// Who may see what this account posts: Ben's is a private one.
pub(super) fn privacy_of(state: &State, person: &str) -> Vec<String> {
    if person == "anna" {
        return state.settings.privacy.clone();
    }
    ["FOLLOWER_OF_CREATOR", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"].map(str::to_owned).to_vec()
}

pub(super) fn people() -> Vec<Person> {
    CREATORS
        .iter()
        .map(|creator| Person {
            key: creator.key.into(),
            name: creator.person.into(),
            detail: format!("owns the account @{}", creator.username),
        })
        .collect()
}

//! What the simulated X knows.

use std::collections::BTreeMap;

use aos_kernel::Timestamp;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::super::{
    consent::Person,
    grants::{GrantSettings, Grants},
};

/// How the simulated X behaves.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// Posts of a user in 15 minutes; none: no limit.
    pub posts_per_window: Option<u32>,
    /// Posts of the application in 24 hours.
    pub posts_per_day: Option<u32>,
    /// Whether everything else has its limit.
    pub reads_limited: bool,
    /// Posts that the application's budget still pays for; none: no end.
    pub posts_left: Option<u32>,
    /// Weighted characters of a post: 280, or 25,000 for subscribers.
    pub longest: usize,
    /// How often the state of a video is asked for before it is ready.
    pub looks_until_ready: u32,
    /// How many further requests pass before a post appears in lists.
    pub hidden_for: u32,
    /// Text comes back as X gives it: links shortened, `&`, `<` and `>` escaped.
    pub rewrites_text: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            posts_per_window: Some(100),
            posts_per_day: Some(10_000),
            reads_limited: true,
            posts_left: None,
            longest: 280,
            looks_until_ready: 1,
            hidden_for: 0,
            rewrites_text: true,
        }
    }
}

/// What readers did with a post.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    pub impressions: u64,
    pub likes: u64,
    pub replies: u64,
    pub reposts: u64,
    pub quotes: u64,
    pub bookmarks: u64,
    pub link_clicks: u64,
    pub profile_clicks: u64,
}

/// A poll below a post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poll {
    pub options: Vec<String>,
    pub minutes: u64,
}

/// A post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    pub id: String,
    /// Key of the account: `anna`.
    pub by: String,
    /// As it was sent.
    pub text: String,
    pub media: Vec<String>,
    pub poll: Option<Poll>,
    pub reply_to: Option<String>,
    pub quotes: Option<String>,
    pub reply_settings: Option<String>,
    pub made_with_ai: bool,
    pub created_at: Timestamp,
    pub figures: Figures,
    pub(super) listed_from: u64,
}

/// An upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Upload {
    pub(super) by: String,
    pub(super) category: String,
    pub(super) expires_at: Timestamp,
    pub(super) announced: u64,
    /// Sizes of the segments that arrived.
    pub(super) segments: BTreeMap<u32, u64>,
    /// All bytes are there.
    pub(super) whole: bool,
    /// Extension of the file; none: it is not what it was said to be.
    pub(super) extension: Option<String>,
    pub(super) looks: u32,
    pub(super) alt_text: Option<String>,
}

impl Upload {
    /// Videos and GIFs are looked through after they arrived, images are not.
    pub(super) fn is_processed(&self) -> bool {
        self.category != "tweet_image"
    }
    pub(super) fn progress(&self, looks_until_ready: u32) -> &'static str {
        match self.looks {
            looks if self.is_processed() && looks < looks_until_ready => {
                if looks == 0 {
                    "pending"
                } else {
                    "in_progress"
                }
            }
            _ if self.extension.is_some() => "succeeded",
            _ => "failed",
        }
    }
}

/// How much of a limit is used up.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Window {
    pub(super) ends_at: Timestamp,
    pub(super) used: u32,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) settings: Settings,
    pub(super) grants: Grants,
    pub(super) posts: BTreeMap<u64, Post>,
    pub(super) uploads: BTreeMap<String, Upload>,
    /// By person and what is limited.
    pub(super) windows: BTreeMap<String, Window>,
    pub(super) followers: BTreeMap<String, u64>,
    pub(super) requests: u64,
    pub(super) last_id: u64,
}

/// A limit as it stands after a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Used {
    pub(super) limit: u32,
    pub(super) remaining: u32,
    pub(super) reset: i64,
    pub(super) over: bool,
}

impl State {
    pub(super) fn fresh() -> Self {
        let followers = BTreeMap::from([("anna".to_owned(), 1_240), ("ben".to_owned(), 87)]);
        Self { followers, last_id: 1_890_000_000_000_000_000, ..Self::default() }
    }

    pub(super) const fn grant_settings() -> GrantSettings {
        GrantSettings {
            client_id: "agency-os",
            client_secret: "sandbox-client-secret",
            scope_separator: ' ',
            pkce: true,
            code_seconds: 30,
            access_seconds: Some(7_200),
            refresh_seconds: Some(15_552_000),
            rotates: true,
        }
    }

    pub(super) fn new_id(&mut self) -> u64 {
        self.last_id += 1_013;
        self.last_id
    }

    /// Counts a request against a limit.
    pub(super) fn count(&mut self, key: String, limit: u32, lasts: TimeDelta, now: Timestamp) -> Used {
        let window = self.windows.entry(key).or_insert(Window { ends_at: now + lasts, used: 0 });
        if window.ends_at <= now {
            *window = Window { ends_at: now + lasts, used: 0 };
        }
        let over = window.used >= limit;
        if !over {
            window.used += 1;
        }
        Used { limit, remaining: limit.saturating_sub(window.used), reset: window.ends_at.timestamp(), over }
    }
}

/// An account.
pub(super) struct User {
    pub(super) key: &'static str,
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) username: &'static str,
    pub(super) description: &'static str,
    person: &'static str,
}

pub(super) const USERS: &[User] = &[
    User {
        key: "anna",
        id: "1580001204",
        name: "Harbour & Pine",
        username: "harbourandpine",
        description: "Garden offices and timber workshops, built to order.",
        person: "Anna Berg",
    },
    User { key: "ben", id: "1580007731", name: "Ben Osei", username: "benosei", description: "", person: "Ben Osei" },
];

pub(super) fn user(key: &str) -> Option<&'static User> {
    USERS.iter().find(|user| user.key == key)
}

pub(super) fn people() -> Vec<Person> {
    USERS
        .iter()
        .map(|user| Person {
            key: user.key.into(),
            name: user.person.into(),
            detail: format!("owns the account @{}", user.username),
        })
        .collect()
}

//! What the simulated LinkedIn knows.

use std::collections::BTreeMap;

use aos_kernel::Timestamp;
use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

use super::{
    super::{
        consent::Person,
        grants::{GrantSettings, Grants},
    },
    PAGE_URN,
};

/// How the simulated LinkedIn behaves.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// The versions of the API that answer, the oldest first.
    pub versions: Vec<String>,
    /// Anna's role on the page; none: she has none.
    pub role: Option<String>,
    /// Whether the application is given refresh tokens: only some are.
    pub refresh_tokens: bool,
    /// How often an upload is looked at, or used, before it is ready.
    pub looks_until_ready: u32,
    /// How many further requests pass before a post appears in lists.
    pub hidden_for: u32,
    /// Posts by a member in a day; none: no limit.
    pub posts_per_day: Option<u32>,
}

impl Default for Settings {
    fn default() -> Self {
        let versions = (6..=12).map(|month| 202_500 + month).chain((1..=5).map(|month| 202_600 + month));
        Self {
            versions: versions.map(|version: u32| version.to_string()).collect(),
            role: Some("ADMINISTRATOR".to_owned()),
            refresh_tokens: true,
            looks_until_ready: 1,
            hidden_for: 0,
            posts_per_day: Some(150),
        }
    }
}

/// What readers did with a post.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    pub impressions: u64,
    pub unique_impressions: u64,
    pub clicks: u64,
    pub likes: u64,
    pub comments: u64,
    pub shares: u64,
}

/// What a post shows beside its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Content {
    /// An image, a video or a document by its URN.
    Media {
        id: String,
        title: Option<String>,
        alt_text: Option<String>,
    },
    /// Each image with its alternative text.
    Images(Vec<(String, Option<String>)>),
    Article {
        source: String,
        title: String,
        description: Option<String>,
        thumbnail: Option<String>,
    },
    Poll {
        question: String,
        options: Vec<String>,
        duration: String,
    },
}

/// A post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    pub urn: String,
    pub author: String,
    /// As it was sent.
    pub commentary: String,
    /// As its readers see it.
    pub text: String,
    /// Something in the commentary was not escaped, and the rest was lost.
    pub cut: bool,
    pub content: Option<Content>,
    pub visibility: String,
    /// `PUBLISHED` or `DRAFT`.
    pub state: String,
    pub in_feed: bool,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
    pub figures: Figures,
    /// The member who sent it, for the daily limit.
    pub(super) by: String,
    /// Appears in lists after this many requests.
    pub(super) listed_from: u64,
}

/// An upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Upload {
    pub(super) owner: String,
    pub(super) ends_at: Timestamp,
    /// Size that was announced, for videos.
    pub(super) announced: Option<u64>,
    /// Marks of the parts of a video.
    pub(super) parts: BTreeMap<u32, String>,
    /// Bytes are there, all of them.
    pub(super) arrived: bool,
    /// Extension of the file; none: of no kind that is taken.
    pub(super) extension: Option<String>,
    pub(super) looks: u32,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) settings: Settings,
    pub(super) grants: Grants,
    pub(super) posts: BTreeMap<String, Post>,
    pub(super) uploads: BTreeMap<String, Upload>,
    pub(super) followers: u64,
    /// By day.
    pub(super) gains: BTreeMap<NaiveDate, i64>,
    pub(super) requests: u64,
    pub(super) last_id: u64,
}

impl State {
    pub(super) fn fresh() -> Self {
        Self { followers: 991, last_id: 7_300_000_000_000_000_000, ..Self::default() }
    }

    pub(super) fn grant_settings(&self) -> GrantSettings {
        GrantSettings {
            client_id: "agency-os",
            client_secret: "sandbox-client-secret",
            scope_separator: ' ',
            pkce: false,
            code_seconds: 1_800,
            access_seconds: Some(5_184_000),
            refresh_seconds: self.settings.refresh_tokens.then_some(31_536_000),
            rotates: false,
        }
    }

    pub(super) fn new_id(&mut self) -> u64 {
        self.last_id += 1_009;
        self.last_id
    }

    /// What a person may do on the page.
    pub(super) fn role(&self, person: &str) -> Option<&str> {
        self.settings.role.as_deref().filter(|_| person == "anna")
    }

    pub(super) fn may_post(&self, person: &str) -> bool {
        matches!(self.role(person), Some("ADMINISTRATOR" | "CONTENT_ADMIN" | "DIRECT_SPONSORED_CONTENT_POSTER"))
    }

    /// Posts that a member sent since midnight UTC.
    pub(super) fn sent_today(&self, person: &str, now: Timestamp) -> usize {
        let today = now.date_naive();
        self.posts.values().rev().filter(|post| post.by == person && post.created_at.date_naive() == today).count()
    }
}

impl Upload {
    /// LinkedIn's word for how far it is. Each look brings it nearer to being ready.
    pub(super) fn look(&mut self, looks_until_ready: u32) -> &'static str {
        if !self.arrived {
            return "WAITING_UPLOAD";
        }
        if self.looks < looks_until_ready {
            self.looks += 1;
            return "PROCESSING";
        }
        if self.extension.is_some() { "AVAILABLE" } else { "PROCESSING_FAILED" }
    }
}

pub(super) const UPLOAD_HOURS: TimeDelta = TimeDelta::hours(24);

/// A member.
pub(super) struct Member {
    pub(super) key: &'static str,
    /// The member's id within the application.
    pub(super) sub: &'static str,
    pub(super) name: &'static str,
    pub(super) email: &'static str,
    detail: &'static str,
}

pub(super) const MEMBERS: &[Member] = &[
    Member {
        key: "anna",
        sub: "782bbtaQan",
        name: "Anna Berg",
        email: "anna@harbour-and-pine.test",
        detail: "administers the page Harbour & Pine",
    },
    Member { key: "ben", sub: "51kfwzXdbn", name: "Ben Osei", email: "ben@osei.test", detail: "has no page" },
];

pub(super) fn member(key: &str) -> Option<&'static Member> {
    MEMBERS.iter().find(|member| member.key == key)
}

pub(super) fn people() -> Vec<Person> {
    MEMBERS
        .iter()
        .map(|member| Person { key: member.key.into(), name: member.name.into(), detail: member.detail.into() })
        .collect()
}

/// The name that readers see above a post.
pub(super) fn name_of(author: &str) -> String {
    if author == PAGE_URN {
        return super::PAGE_NAME.to_owned();
    }
    let sub = author.trim_start_matches("urn:li:person:");
    MEMBERS.iter().find(|member| member.sub == sub).map_or_else(|| author.to_owned(), |member| member.name.to_owned())
}

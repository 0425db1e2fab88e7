//! Publishing posts on practice networks: one with long texts, one of pictures, and one of places.

use std::time::Duration;

use aos_capabilities::{
    Account, Capability, Descriptor, PlatformError, PlatformErrorKind,
    platform::{AuthKind, ChannelType, Limits},
    post::{MediaKind, MediaRule, Post, PostRules, PostState, PublishPosts, PublishedPost, check},
    text::TextUnit,
};
use aos_kernel::{ChannelId, ContentItemId, Timestamp};
use chrono::TimeDelta;

use super::{Memory, Mishap, Operation, State};

/// The practice networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// Long texts with a link.
    Words,
    /// Nothing without a picture.
    Pictures,
    /// Short posts of a place, with buttons.
    Places,
}

impl Network {
    pub(super) const fn descriptor(self) -> &'static Descriptor {
        match self {
            Self::Words => &WORDS,
            Self::Pictures => &PICTURES,
            Self::Places => &PLACES,
        }
    }
}

const IMAGES: MediaRule = MediaRule {
    kind: MediaKind::Image,
    most: 10,
    types: &["image/jpeg", "image/png", "image/webp"],
    bytes: Some(8_000_000),
    width: None,
    height: None,
    ratio: None,
    alt_characters: Some(500),
};

pub(super) const RULES: PostRules = PostRules {
    text: 3_000,
    unit: TextUnit::Characters,
    text_required: false,
    hashtags: None,
    mentions: None,
    media: &[IMAGES],
    media_required: false,
    media_by_url: false,
    link: true,
    actions: &[],
    title: None,
    per_day: None,
    style: "Longer and professional: one thought in short paragraphs.",
};

const PLAIN: Descriptor = Descriptor {
    id: "memory_words",
    name: "Practice network",
    channel_type: ChannelType::Social,
    auth: AuthKind::None,
    capabilities: &[Capability::Connect, Capability::PublishPost],
    limits: Limits { title_characters: None, body_bytes: None, image_bytes: None, tags: None },
    consent: None,
    posts: Some(RULES),
    campaigns: None,
    api_version: None,
    simulated: true,
};

static WORDS: Descriptor = PLAIN;

static PICTURES: Descriptor = Descriptor {
    id: "memory_pictures",
    name: "Practice pictures",
    posts: Some(PostRules {
        text: 2_200,
        hashtags: Some(30),
        mentions: Some(20),
        media_required: true,
        link: false,
        style: "Short and lively, with hashtags at the end.",
        ..RULES
    }),
    ..PLAIN
};

static PLACES: Descriptor = Descriptor {
    id: "memory_places",
    name: "Practice place",
    channel_type: ChannelType::Local,
    posts: Some(PostRules {
        text: 1_500,
        text_required: true,
        link: false,
        actions: &["CALL", "LEARN_MORE", "BOOK"],
        style: "Short, for people nearby, with what to do next.",
        ..RULES
    }),
    ..PLAIN
};

/// A post as it stands on a practice network.
#[derive(Clone, Debug)]
pub struct StandingPost {
    pub id: u64,
    pub item: ContentItemId,
    pub text: String,
    pub link: Option<String>,
    /// What its pictures show.
    pub pictures: Vec<String>,
    pub made_at: Timestamp,
    /// From when on it is shown.
    shown_at: Timestamp,
    rejected: bool,
}

impl Memory {
    /// The posts that stand on a channel, oldest first.
    pub fn posts_on(&self, channel: ChannelId) -> Vec<StandingPost> {
        self.lock().posts.get(&channel).cloned().unwrap_or_default()
    }
    /// Deletes a post as a person there would.
    pub fn delete_post(&self, channel: ChannelId, id: u64) {
        if let Some(posts) = self.lock().posts.get_mut(&channel) {
            posts.retain(|post| post.id != id);
        }
    }
}

impl State {
    /// How long the next post takes to be shown, and whether it is refused then.
    fn fate(&mut self) -> (TimeDelta, bool) {
        let (slow, rejected) = match self.mishaps.front() {
            Some(Mishap::Slow(wait)) => (*wait, false),
            Some(Mishap::RejectedLater) => (Duration::from_secs(60), true),
            _ => return (TimeDelta::zero(), false),
        };
        self.mishaps.pop_front();
        (TimeDelta::from_std(slow).unwrap_or(TimeDelta::MAX), rejected)
    }
}

#[async_trait::async_trait]
impl PublishPosts for Memory {
    fn validate(&self, post: &Post) -> Result<(), PlatformError> {
        check(&self.descriptor, post)
    }

    async fn publish(&self, account: &Account, post: &Post) -> Result<PublishedPost, PlatformError> {
        PublishPosts::validate(self, post)?;
        let known = self.posts_on(account.channel);
        if known.iter().any(|standing| standing.text == post.text && standing.item != post.item) {
            let words = "The same text stands there already.";
            return Err(Operation::Publish.error(PlatformErrorKind::Conflict, words, "Change the text."));
        }
        self.operate(account, Operation::Publish, |state, now| {
            state.last_id += 1;
            let (wait, rejected) = state.fate();
            let standing = StandingPost {
                id: state.last_id,
                item: post.item,
                text: post.text.clone(),
                link: post.link.as_ref().map(ToString::to_string),
                pictures: post.media.iter().map(|media| media.alt.clone()).collect(),
                made_at: now,
                shown_at: now + wait,
                rejected,
            };
            let published = show(account, &standing, now);
            state.posts.entry(account.channel).or_default().push(standing);
            Ok(published)
        })
    }

    async fn find(
        &self,
        account: &Account,
        post: &Post,
        since: Timestamp,
    ) -> Result<Option<PublishedPost>, PlatformError> {
        self.operate(account, Operation::Find, |state, now| {
            let posts = state.posts.get(&account.channel);
            let posts = posts.filter(|_| !self.hides);
            let ours =
                posts.and_then(|posts| posts.iter().find(|one| one.text == post.text.as_str() && one.made_at >= since));
            Ok(ours.map(|standing| show(account, standing, now)))
        })
    }

    fn finds_all(&self) -> bool {
        !self.hides
    }

    async fn read(&self, account: &Account, id: &str) -> Result<Option<PublishedPost>, PlatformError> {
        self.operate(account, Operation::Read, |state, now| {
            let posts = state.posts.get(&account.channel);
            let standing = posts.and_then(|posts| posts.iter().find(|one| one.id.to_string() == id));
            Ok(standing.map(|standing| show(account, standing, now)))
        })
    }
}

fn show(account: &Account, standing: &StandingPost, now: Timestamp) -> PublishedPost {
    let state = match (standing.shown_at > now, standing.rejected) {
        (true, _) => PostState::Processing,
        (false, true) => PostState::Rejected("It breaks the rules of the place.".to_owned()),
        (false, false) => PostState::Live,
    };
    let url =
        (state == PostState::Live).then(|| account.base_url.join(&format!("posts/{}", standing.id)).ok()).flatten();
    PublishedPost { id: standing.id.to_string(), url, state, notes: Vec::new() }
}

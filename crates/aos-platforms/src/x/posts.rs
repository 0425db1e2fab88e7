//! Publishing posts. Source: contract `social.md`, 2.2.

use std::time::Duration;

use aos_capabilities::{
    Account, PlatformError, PlatformErrorKind,
    post::{self, Post, PostState, PublishPosts, PublishedPost},
};
use aos_kernel::Timestamp;

use super::{
    Family, Session, WHO, X,
    api::{self, Answer, Created, NewMedia, NewPost},
    errors,
    mapping::{self, Settings},
    media,
};
use crate::social::{
    encoded, not_before,
    refusal::{self, Verb},
};

/// Posts per request, and requests at most, when looking for one: X takes money for each post that is read.
const COUNT: usize = 20;
const PAGES: usize = 5;

#[async_trait::async_trait]
impl PublishPosts for X {
    fn validate(&self, post: &Post) -> Result<(), PlatformError> {
        post::check(&self.descriptor, post)?;
        let wrong = |field: &str, message: &str, help: &str| {
            Err(refusal::own(WHO, Verb::Publish, PlatformErrorKind::Invalid(field.to_owned()), message, help))
        };
        if post.link.as_ref().is_some_and(|link| !matches!(link.scheme(), "http" | "https")) {
            return wrong("link", "X shows links to web pages only.", "Use an address of a web page.");
        }
        let text = mapping::composed(post);
        if text.is_empty() && post.media.is_empty() {
            return wrong("text", "The post has neither words nor media.", "Write something.");
        }
        if let Some(rules) = &self.descriptor.posts {
            let over = rules.unit.measure(&text).saturating_sub(rules.text);
            if over > 0 {
                let message = format!("With its link the text is {over} too long for X: a link counts 23 characters.");
                return wrong("text", &message, "Shorten the text, or leave the link out.");
            }
        }
        if post.media.len() > 1 && post.media.iter().any(media::moves) {
            let message = "A post on X holds up to four pictures, or one that moves.";
            return wrong("media", message, "Leave the moving picture alone, or leave it out.");
        }
        Ok(())
    }

    async fn publish(&self, account: &Account, post: &Post) -> Result<PublishedPost, PlatformError> {
        self.validate(post)?;
        let settings = Settings::of(account, Verb::Publish)?;
        let session = self.session_of(account);
        let (mut media_ids, mut notes) = (Vec::with_capacity(post.media.len()), Vec::new());
        for media in &post.media {
            let (id, note) = session.upload(media).await?;
            media_ids.push(id);
            notes.extend(note);
        }
        let media = (!media_ids.is_empty()).then_some(NewMedia { media_ids });
        let request = session.post(Family::Create, "/2/tweets").json(&NewPost { text: mapping::composed(post), media });
        let created: Created = session.data(Verb::Publish, request).await?;
        let url = settings.post_url(&self.vendor, &created.id);
        Ok(PublishedPost { id: created.id, url, state: PostState::Live, notes })
    }

    async fn find(
        &self,
        account: &Account,
        post: &Post,
        since: Timestamp,
    ) -> Result<Option<PublishedPost>, PlatformError> {
        let settings = Settings::of(account, Verb::Find)?;
        let (earliest, text) = (not_before(since), mapping::composed(post));
        let session = self.session_of(account);
        let standing =
            session.timeline(Verb::Find, &settings.id, "created_at,entities", COUNT, PAGES, earliest).await?;
        Ok(standing
            .iter()
            // A post without a date is rather ours than made twice.
            .filter(|own| own.created_at.is_none_or(|at| at >= earliest))
            .find(|own| mapping::says(own, &text))
            .map(|own| self.published(&settings, own)))
    }

    async fn read(&self, account: &Account, id: &str) -> Result<Option<PublishedPost>, PlatformError> {
        let settings = Settings::of(account, Verb::Read)?;
        // X knows its posts by number; anything else was never one of them.
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(None);
        }
        let session = self.session_of(account);
        let path = format!("/2/tweets?ids={}&tweet.fields=created_at", encoded(id));
        let answer: Answer<Vec<api::Post>> = match session.call(Verb::Read, session.get(Family::Lookup, &path)).await {
            Ok(answer) => answer,
            Err(error) if error.kind == PlatformErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        if let Some(own) = answer.data.iter().flatten().find(|own| own.id == id) {
            return Ok(Some(self.published(&settings, own)));
        }
        match answer.errors.first() {
            Some(problem) if errors::kind(problem) == "resource-not-found" => Ok(None),
            Some(problem) => Err(errors::problem(Verb::Read, problem)),
            None if answer.data.is_some() => Ok(None),
            None => Err(refusal::unreadable(WHO, Verb::Read)),
        }
    }

    fn settles(&self) -> Duration {
        self.vendor.settles()
    }
}

impl X {
    fn published(&self, settings: &Settings, post: &api::Post) -> PublishedPost {
        let url = settings.post_url(&self.vendor, &post.id);
        PublishedPost { id: post.id.clone(), url, state: PostState::Live, notes: Vec::new() }
    }
}

impl Session<'_> {
    /// The account's posts, the newest first, down to a moment or to a number of requests.
    pub(super) async fn timeline(
        &self,
        verb: Verb,
        id: &str,
        fields: &str,
        count: usize,
        pages: usize,
        earliest: Timestamp,
    ) -> Result<Vec<api::Post>, PlatformError> {
        let mut found: Vec<api::Post> = Vec::new();
        let mut next: Option<String> = None;
        for _ in 0..pages {
            let token = next.as_ref().map(|token| format!("&pagination_token={}", encoded(token))).unwrap_or_default();
            let path = format!("/2/users/{}/tweets?max_results={count}&tweet.fields={fields}{token}", encoded(id));
            let answer: Answer<Vec<api::Post>> = self.call(verb, self.get(Family::Timeline, &path)).await?;
            let (posts, meta) = match (answer.data, answer.meta) {
                (None, None) => {
                    let problem = answer.errors.first().map(|problem| errors::problem(verb, problem));
                    return Err(problem.unwrap_or_else(|| refusal::unreadable(WHO, verb)));
                }
                (posts, meta) => (posts.unwrap_or_default(), meta),
            };
            let old = posts.last().and_then(|post| post.created_at).is_some_and(|at| at < earliest);
            found.extend(posts);
            next = meta.and_then(|meta| meta.next_token);
            if old || next.is_none() {
                break;
            }
        }
        Ok(found)
    }
}

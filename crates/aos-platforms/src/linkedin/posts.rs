//! Publishing posts on a page. Source: contract `social.md`, 1.4.

use std::time::Duration;

use aos_capabilities::{
    Account, PlatformError, PlatformErrorKind,
    post::{self, MediaKind, Post, PostState, PublishPosts, PublishedPost},
};
use aos_kernel::Timestamp;

use super::{
    LinkedIn, Session, WHO,
    api::{self, Page},
    mapping::{self, Settings},
    text,
};
use crate::social::{
    encoded, not_before,
    refusal::{self, Verb},
    words,
};

/// LinkedIn takes images of fewer pixels than this.
const PIXELS: u64 = 36_152_320;
/// Posts per request, and requests at most, when looking for one.
const COUNT: usize = 50;
const PAGES: usize = 4;

#[async_trait::async_trait]
impl PublishPosts for LinkedIn {
    fn validate(&self, post: &Post) -> Result<(), PlatformError> {
        post::check(&self.descriptor, post)?;
        let wrong = |field: &str, message: String, help: &str| {
            Err(refusal::own(WHO, Verb::Publish, PlatformErrorKind::Invalid(field.to_owned()), message, help))
        };
        if post.link.is_some() && !post.media.is_empty() {
            return wrong(
                "link",
                "A post on LinkedIn shows either media or the preview of a link, not both.".to_owned(),
                "Write the link into the text, or leave the media out.",
            );
        }
        if post.link.as_ref().is_some_and(|link| !matches!(link.scheme(), "http" | "https")) {
            return wrong(
                "link",
                "LinkedIn shows links to web pages only.".to_owned(),
                "Use an address of a web page.",
            );
        }
        for one in post.media.iter().filter(|one| one.kind == MediaKind::Image) {
            if let (Some(width), Some(height)) = (one.width, one.height)
                && u64::from(width) * u64::from(height) >= PIXELS
            {
                let message = format!("{} has more pixels than LinkedIn takes (36 million).", one.file_name);
                return wrong("media", message, "Make the image smaller.");
            }
        }
        Ok(())
    }

    async fn publish(&self, account: &Account, post: &Post) -> Result<PublishedPost, PlatformError> {
        self.validate(post)?;
        let settings = Settings::of(account, Verb::Publish)?;
        let session = self.session_of(account);
        let mut urns = Vec::with_capacity(post.media.len());
        for media in &post.media {
            urns.push(session.upload(&settings.author, media).await?);
        }
        let request = session.post("/rest/posts").json(&mapping::body(&settings.author, post, &urns));
        let response = session.send(Verb::Publish, request).await?;
        let urn = response.header("x-restli-id").or_else(|| response.header("x-linkedin-id"));
        let urn =
            urn.filter(|urn| urn.starts_with("urn:li:")).ok_or_else(|| refusal::unreadable(WHO, Verb::Publish))?;
        Ok(PublishedPost {
            id: urn.to_owned(),
            url: mapping::address(&self.vendor, urn),
            state: PostState::Live,
            notes: Vec::new(),
        })
    }

    async fn find(
        &self,
        account: &Account,
        post: &Post,
        since: Timestamp,
    ) -> Result<Option<PublishedPost>, PlatformError> {
        let settings = Settings::of(account, Verb::Find)?;
        let earliest = not_before(since);
        let standing = self.session_of(account).posts(Verb::Find, &settings.author, earliest, PAGES).await?;
        Ok(standing
            .iter()
            // A post without a date is rather ours than made twice.
            .filter(|own| mapping::made_at(own).is_none_or(|at| at >= earliest))
            .filter(|own| words::same(&text::unescape(&own.commentary), &post.text))
            .find_map(|own| mapping::published(&self.vendor, own)))
    }

    async fn read(&self, account: &Account, id: &str) -> Result<Option<PublishedPost>, PlatformError> {
        let session = self.session_of(account);
        match session.call::<api::Post>(Verb::Read, session.get(&format!("/rest/posts/{}", encoded(id)))).await {
            Ok(post) => Ok(mapping::published(&self.vendor, &post)),
            Err(error) if error.kind == PlatformErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn settles(&self) -> Duration {
        self.vendor.settles()
    }
}

impl Session<'_> {
    /// The page's posts, those changed last first, down to a moment or to a number of requests.
    pub(super) async fn posts(
        &self,
        verb: Verb,
        author: &str,
        earliest: Timestamp,
        pages: usize,
    ) -> Result<Vec<api::Post>, PlatformError> {
        let mut found: Vec<api::Post> = Vec::new();
        for _ in 0..pages {
            let path = format!(
                "/rest/posts?q=author&author={}&start={}&count={COUNT}&sortBy=LAST_MODIFIED",
                encoded(author),
                found.len()
            );
            let page: Page<api::Post> = self.call(verb, self.get(&path).header("x-restli-method", "FINDER")).await?;
            let oldest = page.elements.last().and_then(mapping::changed_at);
            let last = page.is_last(COUNT) || oldest.is_some_and(|at| at < earliest);
            found.extend(page.elements);
            if last {
                break;
            }
        }
        Ok(found)
    }
}

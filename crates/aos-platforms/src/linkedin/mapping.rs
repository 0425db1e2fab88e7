//! Between our words and LinkedIn's, without a request.

use aos_capabilities::{
    Account, PlatformError, PlatformErrorKind,
    evidence::{PostFigures, ProfilePart},
    post::{MediaKind, Post as OurPost, PostState, PublishedPost},
    text::{TextUnit, marked_words},
};
use aos_kernel::Timestamp;
use chrono::DateTime;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::{
    WHO,
    api::{Content, Distribution, Media, NewPost, Organization, Post, Totals},
    text,
};
use crate::{
    Vendor,
    social::refusal::{self, Verb},
};

const ORGANIZATION: &str = "urn:li:organization:";

/// Which page a channel is: kept with the channel and given back with every account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settings {
    /// The page's URN.
    pub author: String,
    #[serde(default)]
    pub name: String,
    /// The page's name in its address.
    #[serde(default)]
    pub vanity: String,
}

impl Settings {
    pub fn new(author: String, page: &Organization) -> Self {
        let name = page.localized_name.trim();
        let name = if name.is_empty() { format!("Page {}", number(&author)) } else { name.to_owned() };
        Self { author, name, vanity: page.vanity_name.clone() }
    }

    pub fn of(account: &Account, verb: Verb) -> Result<Self, PlatformError> {
        Self::deserialize(&account.settings).ok().filter(|settings| !settings.author.is_empty()).ok_or_else(|| {
            let kind = PlatformErrorKind::NotFound;
            refusal::own(
                WHO,
                verb,
                kind,
                "The connection does not say which page it is for.",
                "Connect the page again.",
            )
        })
    }

    /// The number in the URN.
    pub fn id(&self) -> &str {
        number(&self.author)
    }

    /// Where people see the page.
    pub fn url(&self, vendor: &Vendor) -> Option<Url> {
        let name = if self.vanity.is_empty() { self.id() } else { &self.vanity };
        Url::parse(&vendor.url(&format!("https://www.linkedin.com/company/{}", crate::social::encoded(name)))).ok()
    }
}

/// The number of a page's URN.
pub(super) fn number(urn: &str) -> &str {
    urn.strip_prefix(ORGANIZATION).unwrap_or(urn)
}

/// What is sent. `media` are the URNs of the post's media, in their order.
pub(super) fn body(author: &str, post: &OurPost, media: &[String]) -> NewPost {
    NewPost {
        author: author.to_owned(),
        commentary: text::escape(post.text.trim()),
        visibility: "PUBLIC",
        distribution: Distribution {
            feed_distribution: "MAIN_FEED",
            target_entities: [],
            third_party_distribution_channels: [],
        },
        content: content(post, media),
        lifecycle_state: "PUBLISHED",
        is_reshare_disabled_by_author: false,
    }
}

fn content(post: &OurPost, urns: &[String]) -> Option<Content> {
    let title = post.title.clone().filter(|title| !title.trim().is_empty());
    let mut media: Vec<Media> = post
        .media
        .iter()
        .zip(urns)
        .map(|(one, urn)| match one.kind {
            MediaKind::Document => Media {
                id: urn.clone(),
                title: Some(title.clone().unwrap_or_else(|| file_title(&one.file_name))),
                alt_text: None,
            },
            _ => Media { id: urn.clone(), title: None, alt_text: Some(one.alt.trim().to_owned()) },
        })
        .collect();
    match (media.len(), &post.link) {
        (0, None) => None,
        // LinkedIn does not look at the page behind the address, so the title is ours to give.
        (0, Some(link)) => {
            let title = title.or_else(|| link.host_str().map(ToOwned::to_owned)).unwrap_or_default();
            Some(Content::Article { source: link.to_string(), title })
        }
        (1, _) => media.pop().map(Content::Media),
        _ => Some(Content::MultiImage { images: media }),
    }
}

/// Readers see the title of a document above its pages: the file's name without its end, as words.
fn file_title(file_name: &str) -> String {
    let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem);
    stem.replace(['-', '_'], " ")
}

/// Where readers find a post.
pub(super) fn address(vendor: &Vendor, urn: &str) -> Option<Url> {
    Url::parse(&vendor.url(&format!("https://www.linkedin.com/feed/update/{urn}"))).ok()
}

/// How a post stands; `None` for one that was never meant to be seen.
pub(super) fn published(vendor: &Vendor, post: &Post) -> Option<PublishedPost> {
    let state = match post.lifecycle_state.as_str() {
        "DRAFT" => return None,
        "PUBLISH_FAILED" => PostState::Rejected("LinkedIn took the post and then did not publish it.".to_owned()),
        "PUBLISH_REQUESTED" | "PROCESSING" => PostState::Processing,
        _ => PostState::Live,
    };
    Some(PublishedPost { id: post.id.clone(), url: address(vendor, &post.id), state, notes: Vec::new() })
}

/// When a post was made; none when LinkedIn does not say.
pub(super) fn made_at(post: &Post) -> Option<Timestamp> {
    post.published_at.or(post.created_at).and_then(DateTime::from_timestamp_millis)
}

/// By which the list is ordered, the newest first.
pub(super) fn changed_at(post: &Post) -> Option<Timestamp> {
    post.last_modified_at.and_then(DateTime::from_timestamp_millis).max(made_at(post))
}

/// What a page shows of itself.
pub(super) fn profile(page: &Organization) -> Vec<ProfilePart> {
    let text = |text: &str| !text.trim().is_empty();
    let set = |value: &Value| value.as_object().is_some_and(|members| !members.is_empty());
    [
        ("logo", set(&page.logo_v2)),
        ("cover image", set(&page.cover_photo_v2)),
        ("description", text(&page.localized_description)),
        ("website", text(&page.localized_website)),
        ("own address", text(&page.vanity_name)),
    ]
    .into_iter()
    .map(|(part, filled)| ProfilePart { part: part.to_owned(), filled })
    .collect()
}

/// A post and its figures; `None` where it is not known when it was published.
pub(super) fn figures(vendor: &Vendor, post: &Post, totals: Option<&Totals>) -> Option<PostFigures> {
    let words = text::unescape(&post.commentary);
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let positive = |number: i64| u64::try_from(number).unwrap_or(0);
    Some(PostFigures {
        id: post.id.clone(),
        url: address(vendor, &post.id).map(String::from),
        published_at: made_at(post)?,
        kind: kind(&post.content).to_owned(),
        characters: count(TextUnit::Characters.measure(&words)),
        hashtags: count(marked_words(&words, '#')),
        impressions: totals.map(|totals| positive(totals.impression_count)),
        engagements: totals.map(|totals| {
            [totals.like_count, totals.comment_count, totals.share_count, totals.click_count]
                .into_iter()
                .map(positive)
                .fold(0, u64::saturating_add)
        }),
    })
}

fn kind(content: &Value) -> &'static str {
    let media = content.pointer("/media/id").and_then(Value::as_str).unwrap_or_default();
    match media.split(':').nth(2) {
        Some("video") => "video",
        Some("document") => "document",
        Some(_) => "image",
        None if content.get("multiImage").is_some() => "image",
        None if content.get("article").is_some() => "link",
        None if content.get("carousel").is_some() => "carousel",
        None => "text",
    }
}

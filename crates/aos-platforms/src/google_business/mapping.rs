//! Between our words and Business Profile's, without a request. Source: contract `google.md`, sections 6 and 7.

use aos_capabilities::{
    connect::Target,
    evidence::{PostFigures, ProfilePart, ReviewFigures},
    post::{MediaKind, Post, PostState, PublishedPost},
    text::marked_words,
};
use url::Url;

use super::{
    Settings,
    api::{Group, LocalPost, Location, Media, NewAction, NewMedia, NewPost, Reviews},
};
use crate::google::last_part;

/// A button that dials has no address.
pub(super) const CALL: &str = "CALL";
const UNVERIFIED: &str = "Google has not verified this profile for its owner, so posts would not be shown. Verify it at \
                          business.google.com, then connect it again.";

/// What can be connected: a location as its account shows it. `None` for a name that is not of the contract's form.
pub(super) fn target(group: &Group, location: &Location) -> Option<Target> {
    last_part(&group.name, "accounts")?;
    last_part(&location.name, "locations")?;
    let settings = Settings {
        account: group.name.clone(),
        location: location.name.clone(),
        title: location.title.clone(),
        url: address_of(location),
    };
    let street = location.storefront_address.as_ref().map(|address| {
        let town = [&*address.postal_code, &*address.locality].join(" ");
        let lines = address.address_lines.iter().map(String::as_str).chain([town.trim()]);
        lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ")
    });
    let parts = [Some(group.account_name.clone()), street].into_iter().flatten().filter(|part| !part.is_empty());
    Some(Target {
        key: settings.parent(),
        label: if location.title.is_empty() { location.name.clone() } else { location.title.clone() },
        detail: parts.collect::<Vec<_>>().join(" · "),
        url: settings.url.clone(),
        tokens: None,
        refusal: (!speaks(location)).then(|| UNVERIFIED.to_owned()),
        settings: serde_json::to_value(settings).unwrap_or_default(),
    })
}

/// Whether edits by the owner are shown. Where Google says nothing about the location, nothing speaks against it.
fn speaks(location: &Location) -> bool {
    location.metadata.as_ref().is_none_or(|metadata| metadata.has_voice_of_merchant)
}

pub(super) fn warnings(location: &Location) -> Vec<String> {
    let mut warnings = Vec::new();
    if !speaks(location) {
        warnings.push(UNVERIFIED.to_owned());
    }
    if location.metadata.as_ref().is_some_and(|metadata| metadata.has_pending_edits) {
        warnings.push("Google is still reviewing changes of the profile.".to_owned());
    }
    warnings
}

pub(super) fn address_of(location: &Location) -> Option<Url> {
    Url::parse(&location.metadata.as_ref()?.maps_uri).ok().filter(|url| url.scheme().starts_with("http"))
}

/// The post as it is sent. The button's own address goes before the post's link; a link alone becomes "learn more".
pub(super) fn body(post: &Post) -> NewPost<'_> {
    let link = post.link.as_ref().map(Url::as_str);
    let call_to_action = match &post.action {
        Some(action) if action.kind == CALL => Some(NewAction { action_type: CALL, url: None }),
        Some(action) => {
            Some(NewAction { action_type: &action.kind, url: action.url.as_ref().map(Url::as_str).or(link) })
        }
        None => link.map(|link| NewAction { action_type: "LEARN_MORE", url: Some(link) }),
    };
    let media = post.media.iter().filter_map(|media| {
        let media_format = if media.kind == MediaKind::Video { "VIDEO" } else { "PHOTO" };
        Some(NewMedia { media_format, source_url: media.public_url.as_ref()?.as_str() })
    });
    NewPost {
        language_code: post.language.as_deref().filter(|language| !language.is_empty()),
        topic_type: "STANDARD",
        summary: &post.text,
        call_to_action,
        media: media.collect(),
    }
}

/// What only this platform refuses: the field and the words for a person.
pub(super) fn problem(post: &Post) -> Option<(&'static str, &'static str)> {
    match &post.action {
        Some(action) if action.kind == CALL && (action.url.is_some() || post.link.is_some()) => {
            Some(("action", "A button that calls takes no link: Google dials the number of the profile."))
        }
        Some(action) if action.kind != CALL && action.url.is_none() && post.link.is_none() => {
            Some(("action", "The button of the post has no link."))
        }
        _ => None,
    }
}

pub(super) fn published(post: &LocalPost) -> PublishedPost {
    let mut notes = Vec::new();
    let state = match post.state.as_str() {
        "LIVE" => PostState::Live,
        "REJECTED" => PostState::Rejected(
            "Google rejected the post and gives no reason; telephone numbers in the text and pictures of poor quality \
             are the most frequent ones."
                .to_owned(),
        ),
        "SCHEDULED" | "RECURRING" => {
            notes.push("Somebody gave the post a time of its own at Google.".to_owned());
            PostState::Processing
        }
        // Not said yet, or a word that is newer than this client.
        _ => PostState::Processing,
    };
    let url = post.search_url.as_deref().and_then(|url| Url::parse(url).ok());
    PublishedPost { id: post.name.clone(), url, state, notes }
}

/// Whether an id is that of a post at this location; whatever else is asked for can't be there.
pub(super) fn is_post_of(id: &str, settings: &Settings) -> bool {
    let parts: Vec<&str> = id.split('/').collect();
    let [accounts, account, locations, location, posts, post] = parts[..] else { return false };
    (accounts, locations, posts) == ("accounts", "locations", "localPosts")
        && [account, location, post].iter().all(|part| crate::google::is_plain(part))
        && last_part(&settings.location, "locations") == Some(location)
}

/// The same words, however Google laid out the spaces between them.
pub(super) fn same_words(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}

pub(super) fn profile(location: &Location) -> Vec<ProfilePart> {
    let part = |part: &str, filled| ProfilePart { part: part.to_owned(), filled };
    let said = |text: &str| !text.trim().is_empty();
    let categories = &location.categories;
    vec![
        part("name", said(&location.title)),
        part("description", said(&location.profile.description)),
        part("opening hours", !location.regular_hours.periods.is_empty()),
        part("phone number", said(&location.phone_numbers.primary_phone)),
        part("website", said(&location.website_uri)),
        part("category", categories.primary_category.is_some()),
        part("additional categories", !categories.additional_categories.is_empty()),
        part("address", location.storefront_address.is_some()),
        part("verification", speaks(location)),
    ]
}

pub(super) fn reviews(reviews: &Reviews) -> ReviewFigures {
    let answered = |review: &super::api::Review| {
        review.review_reply.as_ref().is_some_and(|reply| reply.review_reply_state != "REJECTED")
    };
    let unanswered = reviews.reviews.iter().filter(|review| !answered(review)).count();
    ReviewFigures {
        count: reviews.total_review_count.unwrap_or(reviews.reviews.len() as u64),
        average: reviews.average_rating.filter(|average| (1.0..=5.0).contains(average)),
        unanswered: unanswered as u64,
    }
}

/// A post's figures; `None` where Google does not say when it was made.
pub(super) fn figures(post: &LocalPost) -> Option<PostFigures> {
    let of_format = |format: &str| post.media.iter().any(|media: &Media| media.media_format == format);
    let kind = match post.topic_type.as_str() {
        "EVENT" => "event",
        "OFFER" => "offer",
        _ if of_format("VIDEO") => "video",
        _ if !post.media.is_empty() => "image",
        _ if post.call_to_action.as_ref().is_some_and(|action| action.get("url").is_some()) => "link",
        _ => "text",
    };
    Some(PostFigures {
        id: post.name.clone(),
        url: post.search_url.clone(),
        published_at: post.create_time?,
        kind: kind.to_owned(),
        characters: u32::try_from(post.summary.chars().count()).unwrap_or(u32::MAX),
        hashtags: u32::try_from(marked_words(&post.summary, '#')).unwrap_or(u32::MAX),
        impressions: None,
        engagements: None,
    })
}

//! Between our words and Instagram's, without a request. Source: contract `meta.md`, section 6.

use aos_capabilities::{
    connect::{Target, Tokens},
    evidence::{PostFigures, ProfilePart},
    platform::AccountInfo,
    post::{PostState, PublishedPost},
    text::marked_words,
};
use aos_kernel::Timestamp;
use url::Url;

use super::{
    FACE,
    api::{Media, Profile, Settings},
};
use crate::meta::{
    self, api,
    pages::{Granted, InstagramAccount, OwnPage},
};

/// The Instagram account of a page that may be chosen, or why not. `seen_at` is where people see it.
pub(super) fn target(page: OwnPage, consent: &Tokens, granted: &Granted, seen_at: &str) -> Target {
    let tokens = page.tokens(consent);
    let may_create = page.may_create();
    let page_name = if page.name.is_empty() { format!("Page {}", page.id.0) } else { page.name };
    let Some(own) = page.instagram_business_account.filter(|own| meta::is_id(&own.id.0)) else {
        return Target {
            key: format!("page-{}", page.id.0),
            label: page_name.clone(),
            detail: "Page without Instagram".to_owned(),
            url: None,
            tokens: None,
            settings: serde_json::Value::Null,
            refusal: Some(format!(
                "No professional Instagram account belongs to the page {page_name}. Switch the account to Business or \
                 Creator in the Instagram app, link it to the page in the page's settings, then connect again."
            )),
        };
    };
    let refusal = if !may_create {
        Some(format!(
            "You may look at the page {page_name} but not publish for it. Ask somebody who manages the page to let you \
             create content, then connect again."
        ))
    } else if tokens.is_none() {
        Some(format!("Meta gave no access to the page {page_name}. Connect again and tick the page."))
    } else {
        None
    };
    let InstagramAccount { id, username, name, followers_count } = own;
    let mut detail = vec![format!("Account of the page {page_name}")];
    detail.extend(followers_count.map(|count| format!("{} followers", meta::grouped(count))));
    let label = username.as_ref().map(|username| format!("@{username}")).or(name);
    let settings =
        Settings { ig_id: id.0.clone(), page_id: page.id.0, username: username.clone(), granted: granted.clone() };
    Target {
        label: label.unwrap_or_else(|| format!("Instagram of {page_name}")),
        key: id.0,
        detail: detail.join(" · "),
        url: username.and_then(|_| web(seen_at)),
        tokens,
        settings: serde_json::to_value(&settings).unwrap_or_default(),
        refusal,
    }
}

/// What a check found. `seen_at` is where people see the account.
pub(super) fn account(profile: &Profile, settings: Settings, seen_at: &str, busy: bool, now: Timestamp) -> AccountInfo {
    let mut warnings: Vec<String> = settings.granted.warning(FACE.name, FACE.noun, now).into_iter().collect();
    if busy {
        let words = "Instagram's allowance for this account is nearly used up: posts may wait for a while.";
        warnings.push(words.to_owned());
    }
    let username = profile.username.clone().or_else(|| settings.username.clone());
    let label = username.as_ref().map(|username| format!("@{username}")).or_else(|| profile.name.clone());
    let placeless = || Url::parse("https://www.instagram.com/").unwrap_or_else(|_| unreachable!("a constant"));
    let settings = Settings { username, ..settings };
    AccountInfo {
        label: label.unwrap_or_else(|| "Instagram account".to_owned()),
        url: web(seen_at).unwrap_or_else(placeless),
        scopes: Vec::new(),
        settings: serde_json::to_value(&settings).unwrap_or_default(),
        warnings,
    }
}

/// A post as it stands. What Instagram shows is public.
pub(super) fn published(media: &Media) -> PublishedPost {
    PublishedPost {
        id: media.id.0.clone(),
        url: media.permalink.as_deref().and_then(web),
        state: PostState::Live,
        notes: Vec::new(),
    }
}

/// A post of an earlier attempt: the same words, not older than the attempt.
pub(super) fn is_attempt(media: &Media, caption: &str, since: Timestamp) -> bool {
    let fresh = api::moment(&media.timestamp).is_none_or(|at| at >= since);
    fresh && media.caption.as_deref().is_some_and(|own| meta::same_words(own, caption))
}

pub(super) fn profile(profile: &Profile) -> Vec<ProfilePart> {
    let filled = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
    [
        ("logo", filled(&profile.profile_picture_url)),
        ("name", filled(&profile.name)),
        ("description", filled(&profile.biography)),
        ("website", filled(&profile.website)),
    ]
    .into_iter()
    .map(|(part, filled)| ProfilePart { part: part.to_owned(), filled })
    .collect()
}

/// A post's figures; none without the moment at which it was published.
pub(super) fn figures(media: &Media, story: bool) -> Option<PostFigures> {
    let caption = media.caption.as_deref().unwrap_or_default();
    let told = media.like_count.is_some() || media.comments_count.is_some();
    let kind = match (story, media.media_type.as_deref()) {
        (true, _) => "story",
        (false, Some("CAROUSEL_ALBUM" | "CAROUSEL")) => "carousel",
        (false, Some("VIDEO" | "REELS")) => "video",
        _ => "image",
    };
    Some(PostFigures {
        id: media.id.0.clone(),
        url: media.permalink.clone(),
        published_at: api::moment(&media.timestamp)?,
        kind: kind.to_owned(),
        characters: u32::try_from(caption.chars().count()).unwrap_or(u32::MAX),
        hashtags: u32::try_from(marked_words(caption, '#')).unwrap_or(u32::MAX),
        impressions: None,
        engagements: told
            .then(|| media.like_count.unwrap_or_default().saturating_add(media.comments_count.unwrap_or_default())),
    })
}

/// An address that a person may be sent to.
fn web(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| matches!(url.scheme(), "https" | "http"))
}

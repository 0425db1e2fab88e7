//! Between our words and Facebook's, without a request. Source: contract `meta.md`, sections 2 and 5.

use aos_capabilities::{
    connect::{Target, Tokens},
    evidence::{Evidence, PostFigures, ProfilePart, Responses, ReviewFigures},
    platform::AccountInfo,
    post::{Post, PostState, PublishedPost},
    text::marked_words,
};
use aos_kernel::Timestamp;
use serde_json::Value;
use url::Url;

use super::{
    FACE,
    api::{Comment, PageInfo, PagePost, Settings},
};
use crate::meta::{
    self, api,
    pages::{Granted, OwnPage},
};

/// A page that may be chosen, or why not.
pub(super) fn target(page: OwnPage, consent: &Tokens, granted: &Granted) -> Target {
    let tokens = page.tokens(consent);
    let refusal = if !meta::is_id(&page.id.0) {
        Some("Facebook gave an id for this page that can't be used.".to_owned())
    } else if !page.may_create() {
        let words = "You may look at this page but not write on it. Ask somebody who manages the page to let you create \
                     content, then connect again.";
        Some(words.to_owned())
    } else if tokens.is_none() {
        Some("Facebook gave no access to this page. Connect again and tick the page.".to_owned())
    } else {
        None
    };
    let followers = page.followers_count.map(|count| format!("{} followers", meta::grouped(count)));
    let mut detail = vec!["Page".to_owned()];
    detail.extend(page.category.clone().filter(|category| !category.is_empty()));
    detail.extend(followers);
    let settings = Settings {
        page_id: page.id.0.clone(),
        tasks: page.tasks.clone().unwrap_or_default(),
        granted: granted.clone(),
    };
    Target {
        label: if page.name.is_empty() { format!("Page {}", page.id.0) } else { page.name },
        key: page.id.0,
        detail: detail.join(" · "),
        url: page.link.as_deref().and_then(web),
        tokens,
        settings: serde_json::to_value(&settings).unwrap_or_default(),
        refusal,
    }
}

/// What a check found. `usual` is where a page stands whose own address Facebook did not say.
pub(super) fn account(page: &PageInfo, settings: &Settings, usual: &str, busy: bool, now: Timestamp) -> AccountInfo {
    let mut warnings: Vec<String> = settings.granted.warning(FACE.name, FACE.noun, now).into_iter().collect();
    if busy {
        warnings.push("Facebook's allowance for this page is nearly used up: posts may wait for a while.".to_owned());
    }
    let placeless = || Url::parse("https://www.facebook.com/").unwrap_or_else(|_| unreachable!("a constant"));
    AccountInfo {
        label: if page.name.is_empty() { "Facebook page".to_owned() } else { page.name.clone() },
        url: page.link.as_deref().and_then(web).or_else(|| web(usual)).unwrap_or_else(placeless),
        scopes: settings.tasks.clone(),
        settings: serde_json::to_value(settings).unwrap_or_default(),
        warnings,
    }
}

/// What is sent as the text. Beside pictures Facebook has no place for a link, so it stands at the end.
pub(super) fn message(post: &Post) -> String {
    match &post.link {
        Some(link) if !post.media.is_empty() && !post.text.contains(link.as_str()) => {
            format!("{}\n\n{link}", post.text.trim_end())
        }
        _ => post.text.clone(),
    }
}

/// What people should know about what was sent.
pub(super) fn notes(post: &Post) -> Vec<String> {
    let moved = post.link.is_some() && message(post) != post.text;
    let words = "Beside pictures Facebook shows no preview of a link: it stands at the end of the text.";
    moved.then(|| words.to_owned()).into_iter().collect()
}

/// How a post stands.
pub(super) fn published(post: &PagePost) -> PublishedPost {
    let mut notes = Vec::new();
    let state = if post.is_published == Some(false) {
        notes
            .push("The post stands on the page, but nobody sees it: somebody took it back or scheduled it.".to_owned());
        PostState::Processing
    } else {
        PostState::Live
    };
    PublishedPost { id: post.id.0.clone(), url: post.permalink_url.as_deref().and_then(web), state, notes }
}

/// A post of an earlier attempt: the same words, not older than the attempt.
pub(super) fn is_attempt(post: &PagePost, message: &str, since: Timestamp) -> bool {
    let fresh = api::moment(&post.created_time).is_none_or(|at| at >= since);
    fresh && post.message.as_deref().is_some_and(|own| meta::same_words(own, message))
}

/// The parts of a page that a visitor expects.
pub(super) fn profile(page: &PageInfo) -> Vec<ProfilePart> {
    let text = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
    let there = |value: &Option<Value>| match value {
        None | Some(Value::Null) => false,
        Some(Value::Object(members)) => !members.is_empty(),
        Some(_) => true,
    };
    // Facebook draws a grey figure where there is no picture.
    let picture = page.picture.as_ref().is_some_and(|picture| {
        picture.pointer("/data/is_silhouette").or_else(|| picture.get("is_silhouette")) != Some(&Value::Bool(true))
    });
    [
        ("logo", picture),
        ("cover picture", there(&page.cover)),
        ("short description", text(&page.about)),
        ("description", text(&page.description)),
        ("category", text(&page.category)),
        ("website", text(&page.website)),
        ("phone", text(&page.phone)),
        ("e-mail", page.emails.as_ref().is_some_and(|emails| !emails.is_empty())),
        ("address", text(&page.single_line_address) || there(&page.location)),
        ("opening hours", there(&page.hours)),
    ]
    .into_iter()
    .map(|(part, filled)| ProfilePart { part: part.to_owned(), filled })
    .collect()
}

/// What the page itself tells.
pub(super) fn of_page(page: &PageInfo, evidence: &mut Evidence) {
    evidence.profile = profile(page);
    evidence.followers = page.followers_count.or(page.fan_count);
    if evidence.followers.is_none() {
        evidence.missing.push("Facebook did not say how many people follow the page.".to_owned());
    }
    match page.rating_count {
        Some(count) if count > 0 => {
            let average = page.overall_star_rating.filter(|stars| (1.0..=5.0).contains(stars));
            evidence.reviews = Some(ReviewFigures { count, average, unanswered: 0 });
            evidence.missing.push("Facebook does not say which reviews are unanswered: none is counted.".to_owned());
        }
        Some(_) => evidence.reviews = Some(ReviewFigures { count: 0, average: None, unanswered: 0 }),
        None => evidence.missing.push("Facebook did not say how many reviews the page has.".to_owned()),
    }
}

/// A post's figures; none without the moment at which it was published.
pub(super) fn figures(post: &PagePost) -> Option<PostFigures> {
    let text = post.message.as_deref().unwrap_or_default();
    let total = |edge: &Option<super::api::Counted>| edge.as_ref()?.summary.as_ref()?.total_count;
    let parts = [total(&post.reactions), total(&post.comments), post.shares.as_ref().and_then(|shares| shares.count)];
    let told = parts[0].is_some() || parts[1].is_some();
    Some(PostFigures {
        id: post.id.0.clone(),
        url: post.permalink_url.clone(),
        published_at: api::moment(&post.created_time)?,
        kind: kind(post).to_owned(),
        characters: u32::try_from(text.chars().count()).unwrap_or(u32::MAX),
        hashtags: u32::try_from(marked_words(text, '#')).unwrap_or(u32::MAX),
        impressions: None,
        // Facebook leaves the number of shares out when there are none.
        engagements: told.then(|| parts.into_iter().flatten().fold(0, u64::saturating_add)),
    })
}

fn kind(post: &PagePost) -> &'static str {
    let attachment = post.attachments.as_ref().and_then(|list| list.data.first());
    let word = attachment.and_then(|one| one.media_type.as_deref().or(one.r#type.as_deref())).unwrap_or_default();
    match word {
        "photo" => "image",
        "album" => "carousel",
        "link" | "share" => "link",
        "event" => "event",
        "offer" => "offer",
        word if word.starts_with("video") => "video",
        _ => "text",
    }
}

/// Comments of people and those that the page answered.
pub(super) fn responses(page_id: &str, comments: &[Comment]) -> Responses {
    let own = |author: Option<&super::api::Author>| author.is_some_and(|author| author.id.0 == page_id);
    let asked = comments.iter().filter(|comment| !own(comment.from.as_ref()));
    let answered = |comment: &&Comment| {
        comment.comments.as_ref().is_some_and(|list| list.data.iter().any(|answer| own(answer.from.as_ref())))
    };
    let (asked, answered) = (asked.clone().count(), asked.filter(answered).count());
    Responses { asked: asked as u64, answered: answered as u64 }
}

/// An address that a person may be sent to.
fn web(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| matches!(url.scheme(), "https" | "http"))
}

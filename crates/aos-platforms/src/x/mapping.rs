//! Between our words and X's, without a request.

use aos_capabilities::{
    Account, PlatformError, PlatformErrorKind,
    evidence::{PostFigures, ProfilePart},
    post::Post as OurPost,
    text::marked_words,
};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    WHO,
    api::{Post, User},
};
use crate::{
    Vendor,
    social::{
        refusal::{self, Verb},
        words,
    },
};

const SHORT: &str = "https://t.co/";

/// Which account a channel is: kept with the channel and given back with every account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settings {
    pub id: String,
    #[serde(default)]
    pub username: String,
}

impl Settings {
    pub fn new(user: &User) -> Self {
        Self { id: user.id.clone(), username: user.username.clone() }
    }

    pub fn of(account: &Account, verb: Verb) -> Result<Self, PlatformError> {
        Self::deserialize(&account.settings).ok().filter(|settings| !settings.id.is_empty()).ok_or_else(|| {
            let message = "The connection does not say which account it is for.";
            refusal::own(WHO, verb, PlatformErrorKind::NotFound, message, "Connect the account again.")
        })
    }

    /// Where people see the account.
    pub fn url(&self, vendor: &Vendor) -> Option<Url> {
        Url::parse(&vendor.url(&format!("https://x.com/{}", crate::social::encoded(&self.username)))).ok()
    }

    /// Where readers find a post. X leads from a wrong name to the right one.
    pub fn post_url(&self, vendor: &Vendor, id: &str) -> Option<Url> {
        let name = if self.username.is_empty() { "i" } else { &self.username };
        Url::parse(&vendor.url(&format!("https://x.com/{}/status/{id}", crate::social::encoded(name)))).ok()
    }
}

/// "Harbour & Pine (@harbourpine)".
pub(super) fn label(user: &User) -> String {
    let name = if user.name.is_empty() { &user.username } else { &user.name };
    format!("{name} (@{})", user.username)
}

/// The words that are sent: those of the post, and the link on a line of its own unless they hold it already.
pub(super) fn composed(post: &OurPost) -> String {
    let text = post.text.trim();
    match &post.link {
        Some(link) if !text.contains(link.as_str().trim_end_matches('/')) => {
            format!("{text}\n{link}").trim().to_owned()
        }
        _ => text.to_owned(),
    }
}

/// Whether a post that stands on X says what we sent. X shortens every address; where it tells what one stands for,
/// that is compared, else any address will do.
pub(super) fn says(standing: &Post, ours: &str) -> bool {
    let theirs = words::normalised(&unescaped(&standing.text));
    let ours = words::normalised(ours);
    let mut theirs: Vec<&str> = theirs.split(' ').filter(|word| !is_own_media(standing, word)).collect();
    let ours: Vec<&str> = ours.split(' ').collect();
    // An address that nobody wrote is the post's own picture, also where X does not say so.
    if theirs.len() == ours.len() + 1 && theirs.last().is_some_and(|word| word.starts_with(SHORT)) {
        theirs.pop();
    }
    theirs.retain(|word| !word.is_empty());
    let ours: Vec<&str> = ours.into_iter().filter(|word| !word.is_empty()).collect();
    theirs.len() == ours.len() && theirs.iter().zip(&ours).all(|(theirs, ours)| same_word(standing, theirs, ours))
}

fn same_word(standing: &Post, theirs: &str, ours: &str) -> bool {
    let Some((before, address, after)) = short_address(theirs) else { return theirs == ours };
    let Some(middle) = ours.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)) else { return false };
    match standing.entities.urls.iter().find(|own| own.url == address).and_then(|own| own.expanded_url.as_deref()) {
        Some(expanded) => bare(expanded).eq_ignore_ascii_case(bare(middle)),
        None => middle.contains('.'),
    }
}

fn is_own_media(standing: &Post, word: &str) -> bool {
    standing.entities.urls.iter().any(|own| {
        let shows = own.expanded_url.as_deref().unwrap_or_default();
        let media = ["/photo/", "/video/"].iter().any(|kind| shows.contains(&format!("/status/{}{kind}", standing.id)));
        own.url == word && (own.media_key.is_some() || media)
    })
}

/// What stands before a short address, the address, and what stands behind it.
fn short_address(word: &str) -> Option<(&str, &str, &str)> {
    let start = word.find(SHORT)?;
    let code = &word[start + SHORT.len()..];
    let end = start + SHORT.len() + code.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(code.len());
    Some((&word[..start], &word[start..end], &word[end..]))
}

/// An address without what X adds or leaves out.
fn bare(address: &str) -> &str {
    let address = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).unwrap_or(address);
    address.strip_prefix("www.").unwrap_or(address).trim_end_matches('/')
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// What an account shows of itself, as far as X told.
pub(super) fn profile(user: &User) -> Vec<ProfilePart> {
    let picture = user.profile_image_url.as_ref().map(|url| !url.is_empty() && !url.contains("default_profile"));
    let text = |text: &Option<String>| text.as_ref().map(|text| !text.trim().is_empty());
    [
        ("picture", picture),
        ("description", text(&user.description)),
        ("website", text(&user.url)),
        ("location", text(&user.location)),
    ]
    .into_iter()
    .filter_map(|(part, filled)| Some(ProfilePart { part: part.to_owned(), filled: filled? }))
    .collect()
}

/// A post and its figures; `None` where it is not known when it was published.
pub(super) fn figures(vendor: &Vendor, settings: &Settings, post: &Post) -> Option<PostFigures> {
    let text = unescaped(&post.text);
    let shown: Vec<&str> = text.split_whitespace().filter(|word| !is_own_media(post, word)).collect();
    let text = shown.join(" ");
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let metrics = post.public_metrics.as_ref();
    let parts =
        metrics.map(|own| [own.like_count, own.reply_count, own.retweet_count, own.quote_count, own.bookmark_count]);
    let told = parts.filter(|parts| parts.iter().any(Option::is_some));
    Some(PostFigures {
        id: post.id.clone(),
        url: settings.post_url(vendor, &post.id).map(String::from),
        published_at: post.created_at?,
        kind: kind(post).to_owned(),
        characters: count(text.chars().count()),
        hashtags: count(marked_words(&text, '#')),
        impressions: metrics.and_then(|own| own.impression_count),
        engagements: told.map(|parts| parts.into_iter().flatten().fold(0, u64::saturating_add)),
    })
}

/// The number before the underscore of a media key says what it is: 3 a photo; 7, 13 and 16 what moves.
fn kind(post: &Post) -> &'static str {
    let keys = &post.attachments.media_keys;
    let key = keys.first().or_else(|| post.entities.urls.iter().find_map(|own| own.media_key.as_ref()));
    match key.and_then(|key| key.split('_').next()) {
        Some("7" | "13" | "16") => "video",
        Some(_) => "image",
        None if post.entities.urls.is_empty() && !post.text.contains(SHORT) => "text",
        None => "link",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn standing(text: &str, urls: Value) -> Post {
        serde_json::from_value(json!({"id": "7", "text": text, "entities": {"urls": urls}})).unwrap()
    }

    #[test]
    fn a_post_is_known_by_its_words_although_x_shortens_its_addresses() {
        let known = |to: &str| json!([{"url": "https://t.co/a1", "expanded_url": to}]);
        let ours = "Tom & Ann: offices\nhttps://pine.test/offices";
        for (text, urls, same) in [
            ("Tom &amp; Ann: offices\nhttps://t.co/a1", known("https://pine.test/offices/"), true),
            ("Tom &amp; Ann: offices https://t.co/a1", known("https://pine.test/workshops"), false),
            // Without entities any address is taken for ours.
            ("Tom &amp; Ann: offices https://t.co/a1", json!([]), true),
            ("Tom &amp; Ann: offices https://t.co/a1 https://t.co/b2", json!([]), true),
            ("Tom &amp; Ann: offices", json!([]), false),
            ("Tom &amp; Ann: sheds https://t.co/a1", json!([]), false),
            ("Tom & Ann: offices https://pine.test/offices", json!([]), true),
        ] {
            assert_eq!(says(&standing(text, urls), ours), same, "{text}");
        }
        let picture = json!([{"url": "https://t.co/p", "expanded_url": "https://x.com/a/status/7/photo/1"}]);
        assert!(says(&standing("A picture https://t.co/p", picture.clone()), "A picture"));
        assert!(says(&standing("https://t.co/p", picture), ""));
        let bare = json!([{"url": "https://t.co/a1", "expanded_url": "http://pine.test"}]);
        assert!(says(&standing("See (https://t.co/a1).", bare), "See (pine.test)."));
    }

    #[test]
    fn the_link_is_written_once() {
        let with = |text: &str| OurPost {
            link: Some("https://pine.test/".parse().unwrap()),
            ..crate::social::bench::post(text)
        };
        assert_eq!(composed(&with("Read on ")), "Read on\nhttps://pine.test/");
        assert_eq!(composed(&with("Read https://pine.test now")), "Read https://pine.test now");
        assert_eq!(composed(&with("")), "https://pine.test/");
    }

    proptest! {
        #[test]
        fn every_text_is_known_again(text in "[^&\\pC]{0,60}") {
            prop_assume!(!text.contains(SHORT));
            let sent = text.replace('<', "&lt;").replace('>', "&gt;");
            prop_assert!(says(&standing(&sent, json!([])), &text));
        }

        #[test]
        fn no_text_makes_the_comparison_fail(theirs in "(\\PC|https://t.co/){0,20}", ours in "\\PC{0,30}") {
            let _ = says(&standing(&theirs, json!([{"url": "https://t.co/", "expanded_url": "https://a.test"}])), &ours);
        }
    }
}

//! Between our words and TikTok's, without a request.

use std::ops::Range;

use aos_capabilities::{
    Account, PlatformError, PlatformErrorKind,
    evidence::PostFigures,
    post::{Post, PostMedia, PostState, PublishedPost},
    text::marked_words,
};
use aos_kernel::Timestamp;
use chrono::DateTime;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    WHO,
    api::{self, CreatorInfo, FileSource, NewPhotos, NewVideo, PhotoInfo, PhotoSource, Status, User, Video, VideoInfo},
    errors,
};
use crate::{
    Vendor,
    social::{
        refusal::{self, Verb},
        words,
    },
};

/// Who may see a post, the widest first.
const LEVELS: [(&str, &str); 4] = [
    (PUBLIC, "everybody"),
    ("FOLLOWER_OF_CREATOR", "followers"),
    ("MUTUAL_FOLLOW_FRIENDS", "friends"),
    ("SELF_ONLY", "the account itself"),
];
const PUBLIC: &str = "PUBLIC_TO_EVERYONE";

/// A video up to this size travels in one piece; a larger one in pieces of `PIECE`, the last with the rest.
/// TikTok takes pieces of 5 to 64 MB and a last one of up to 128 MB.
const WHOLE: usize = 64_000_000;
const PIECE: usize = 32_000_000;

/// Which account a channel is: kept with the channel and given back with every account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settings {
    pub open_id: String,
    #[serde(default)]
    pub username: String,
}

impl Settings {
    pub fn new(user: &User, creator: &CreatorInfo) -> Self {
        Self { open_id: user.open_id.clone(), username: creator.creator_username.clone() }
    }

    pub fn of(account: &Account, verb: Verb) -> Result<Self, PlatformError> {
        Self::deserialize(&account.settings).ok().filter(|settings| !settings.open_id.is_empty()).ok_or_else(|| {
            let message = "The connection does not say which account it is for.";
            refusal::own(WHO, verb, PlatformErrorKind::NotFound, message, "Connect the account again.")
        })
    }

    /// Where people see the account; none while its name is not known.
    pub fn url(&self, vendor: &Vendor) -> Option<Url> {
        self.below(vendor, "")
    }

    /// Where readers find a post. TikTok leads from here to photos as well.
    pub fn post_url(&self, vendor: &Vendor, id: &str) -> Option<Url> {
        self.below(vendor, &format!("/video/{id}"))
    }

    fn below(&self, vendor: &Vendor, path: &str) -> Option<Url> {
        let name = Some(crate::social::encoded(&self.username)).filter(|name| !name.is_empty())?;
        Url::parse(&vendor.url(&format!("https://www.tiktok.com/@{name}{path}"))).ok()
    }
}

/// "Harbour & Pine (@harbourpine)".
pub(super) fn label(user: &User, creator: &CreatorInfo) -> String {
    let name = [&creator.creator_nickname, &user.display_name].into_iter().find(|name| !name.is_empty());
    match (name, creator.creator_username.as_str()) {
        (Some(name), "") => name.clone(),
        (Some(name), username) => format!("{name} (@{username})"),
        (None, "") => "TikTok account".to_owned(),
        (None, username) => format!("@{username}"),
    }
}

/// The widest level that the account offers, and who sees the post then.
pub(super) fn level(creator: &CreatorInfo) -> Option<(String, &'static str)> {
    let offered = |name: &str| creator.privacy_level_options.iter().any(|option| option == name);
    LEVELS.iter().find(|(name, _)| offered(name)).map(|(name, who)| ((*name).to_owned(), *who))
}

pub(super) fn is_public(creator: &CreatorInfo) -> bool {
    creator.privacy_level_options.iter().any(|option| option == PUBLIC)
}

/// What works less well than one might wish.
pub(super) fn warnings(creator: &CreatorInfo) -> Vec<String> {
    match level(creator) {
        _ if is_public(creator) => Vec::new(),
        Some((_, who)) => vec![format!(
            "Posts can be seen by {who} only: the account is private, or TikTok has not audited the agency's \
             application yet."
        )],
        None => vec!["TikTok lets nobody publish on this account at the moment.".to_owned()],
    }
}

/// Who sees a post that not everybody sees.
pub(super) fn visibility(level: &str) -> Option<String> {
    let (_, who) = LEVELS.iter().find(|(name, _)| *name == level && level != PUBLIC)?;
    Some(format!("Only {who} can see the post: TikTok offers nothing wider for this account and application."))
}

/// How a video is announced.
pub(super) fn video(post: &Post, media: &PostMedia, creator: &CreatorInfo, level: String) -> NewVideo {
    let size = media.bytes.len();
    let pieces = pieces(size);
    NewVideo {
        post_info: VideoInfo {
            title: post.text.trim().to_owned(),
            privacy_level: level,
            disable_duet: creator.duet_disabled,
            disable_comment: creator.comment_disabled,
            disable_stitch: creator.stitch_disabled,
            brand_content_toggle: false,
            brand_organic_toggle: false,
            is_aigc: false,
        },
        source_info: FileSource {
            source: "FILE_UPLOAD",
            video_size: size,
            chunk_size: if pieces.len() == 1 { size } else { PIECE },
            total_chunk_count: pieces.len(),
        },
    }
}

/// The pieces in which a video travels.
pub(super) fn pieces(size: usize) -> Vec<Range<usize>> {
    let count = if size <= WHOLE { 1 } else { size / PIECE };
    (0..count).map(|at| at * PIECE..if at + 1 == count { size } else { (at + 1) * PIECE }).collect()
}

/// How photos are published; `urls` in the order of the post.
pub(super) fn photos(post: &Post, urls: Vec<String>, creator: &CreatorInfo, level: String) -> NewPhotos {
    NewPhotos {
        media_type: "PHOTO",
        post_mode: "DIRECT_POST",
        post_info: PhotoInfo {
            title: post.title.as_deref().unwrap_or_default().trim().to_owned(),
            description: post.text.trim().to_owned(),
            privacy_level: level,
            disable_comment: creator.comment_disabled,
            // Nobody approved any music.
            auto_add_music: false,
            brand_content_toggle: false,
            brand_organic_toggle: false,
        },
        source_info: PhotoSource { source: "PULL_FROM_URL", photo_images: urls, photo_cover_index: 0 },
    }
}

/// How an announced post stands. `public`: it is meant for everybody, so it is live once TikTok has named it.
pub(super) fn published(
    vendor: &Vendor,
    settings: &Settings,
    publish_id: &str,
    status: &Status,
    public: bool,
) -> PublishedPost {
    let named = status.publicaly_available_post_id.iter().map(api::id).find(|id| !id.is_empty());
    let (state, notes) = match status.status.as_str() {
        "PUBLISH_COMPLETE" if named.is_some() || !public => (PostState::Live, Vec::new()),
        "FAILED" => (PostState::Rejected(errors::failed(status.fail_reason.as_deref())), Vec::new()),
        "SEND_TO_USER_INBOX" => {
            let note = "The post waits in the account's inbox on TikTok: somebody has to finish it there.";
            (PostState::Processing, vec![note.to_owned()])
        }
        _ => (PostState::Processing, Vec::new()),
    };
    let url = named.as_ref().and_then(|id| settings.post_url(vendor, id));
    PublishedPost { id: named.unwrap_or_else(|| publish_id.to_owned()), url, state, notes }
}

/// Ids of posts are numbers; those of announcements are words.
pub(super) fn is_post_id(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a post in the account's list says what we sent.
pub(super) fn says(standing: &Video, post: &Post) -> bool {
    let title = post.title.as_deref().unwrap_or_default();
    let both = format!("{title} {}", post.text);
    let theirs = [standing.title.as_str(), standing.video_description.as_str()];
    let theirs: Vec<&str> = theirs.into_iter().filter(|text| !text.trim().is_empty()).collect();
    if theirs.is_empty() {
        return post.text.trim().is_empty() && title.trim().is_empty();
    }
    theirs.iter().any(|text| words::same(text, &post.text) || words::same(text, &both))
}

pub(super) fn made_at(video: &Video) -> Option<Timestamp> {
    video.create_time.and_then(|seconds| DateTime::from_timestamp(seconds, 0))
}

/// A post and its figures; `None` where it is not known when it was published.
pub(super) fn figures(vendor: &Vendor, settings: &Settings, video: &Video) -> Option<PostFigures> {
    let text = if video.video_description.is_empty() { &video.title } else { &video.video_description };
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let parts = [video.like_count, video.comment_count, video.share_count];
    let told = parts.iter().any(Option::is_some);
    let url = video.share_url.clone().or_else(|| settings.post_url(vendor, &video.id()).map(String::from));
    Some(PostFigures {
        id: video.id(),
        url,
        published_at: made_at(video)?,
        kind: "video".to_owned(),
        characters: count(text.chars().count()),
        hashtags: count(marked_words(text, '#')),
        impressions: video.view_count,
        engagements: told.then(|| parts.into_iter().flatten().fold(0, u64::saturating_add)),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn creator(options: &[&str]) -> CreatorInfo {
        serde_json::from_value(serde_json::json!({"privacy_level_options": options})).unwrap()
    }

    #[test]
    fn the_widest_level_is_taken_and_a_narrow_one_is_told() {
        let all = creator(&["SELF_ONLY", "MUTUAL_FOLLOW_FRIENDS", PUBLIC]);
        assert_eq!(level(&all).unwrap().0, PUBLIC);
        assert!(warnings(&all).is_empty() && visibility(PUBLIC).is_none());
        let own = creator(&["SELF_ONLY"]);
        assert_eq!(level(&own).unwrap().0, "SELF_ONLY");
        assert!(warnings(&own)[0].contains("not audited"));
        assert!(visibility("SELF_ONLY").unwrap().contains("the account itself"));
        assert!(level(&creator(&["NEW"])).is_none());
    }

    proptest! {
        #[test]
        fn pieces_are_whole_and_of_sizes_that_tiktok_takes(size in 1_usize..4_000_000_000) {
            let pieces = pieces(size);
            prop_assert!(pieces.len() <= 1_000);
            let mut at = 0;
            for (number, piece) in pieces.iter().enumerate() {
                let last = number + 1 == pieces.len();
                prop_assert_eq!(piece.start, at);
                let most = if last { 128_000_000 } else { 64_000_000 };
                prop_assert!(piece.len() <= most);
                prop_assert!(last || piece.len() >= 5_000_000);
                at = piece.end;
            }
            prop_assert_eq!(at, size);
        }
    }
}

//! Publishing a short post on a social or local platform, once.

use aos_kernel::{ContentItemId, Retry, Timestamp};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{Account, Descriptor, PlatformError, PlatformErrorKind, text::TextUnit};

/// What a platform takes as a post, as data: the editor, the validation before publishing and the tests read it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PostRules {
    /// The longest text, in `unit`.
    pub text: usize,
    pub unit: TextUnit,
    /// A post without text is refused.
    pub text_required: bool,
    pub hashtags: Option<usize>,
    pub mentions: Option<usize>,
    /// Kinds of media that it takes; a post holds media of one kind.
    pub media: &'static [MediaRule],
    pub media_required: bool,
    /// The platform fetches media from a public address instead of taking bytes.
    pub media_by_url: bool,
    /// A link is a part of the post of its own, besides the text.
    pub link: bool,
    /// Buttons that a post may have, in the platform's words; empty where it has none.
    pub actions: &'static [&'static str],
    /// A title beside the text, up to this many characters.
    pub title: Option<usize>,
    /// Posts of one account in 24 hours; none where the platform tells it live or not at all.
    pub per_day: Option<u32>,
    /// How agents should write for it: tone, length, hashtags.
    pub style: &'static str,
}

impl PostRules {
    /// For whoever writes a post.
    #[must_use]
    pub fn in_words(&self) -> String {
        let mut words = vec![format!("The text has up to {} {}.", self.text, self.unit.name())];
        for (most, name) in [(self.hashtags, "hashtags"), (self.mentions, "mentions")] {
            words.extend(most.map(|most| format!("Up to {most} {name}.")));
        }
        words.push(match self.title {
            Some(most) => format!("It may have a title of up to {most} characters."),
            None => "It has no title.".to_owned(),
        });
        words.push(if self.link {
            "A link stands beside the text, not in it.".to_owned()
        } else {
            "There is no place for a link beside the text.".to_owned()
        });
        if !self.actions.is_empty() {
            words.push(format!("It may have one button: {}.", self.actions.join(", ")));
        }
        for rule in self.media {
            words.push(format!("It may hold up to {} of the kind {}.", rule.most, rule.kind));
        }
        if self.media_required {
            words.push("Without media it is refused.".to_owned());
        }
        words.push(self.style.to_owned());
        words.join(" ").trim().to_owned()
    }
}

/// What media of a kind must be like. `None` where the platform has no such limit.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct MediaRule {
    pub kind: MediaKind,
    /// Of this kind in one post.
    pub most: usize,
    /// Content types.
    pub types: &'static [&'static str],
    pub bytes: Option<u64>,
    /// Pixels.
    pub width: Option<(u32, u32)>,
    pub height: Option<(u32, u32)>,
    /// Width divided by height.
    pub ratio: Option<(f64, f64)>,
    pub alt_characters: Option<usize>,
}

aos_kernel::text_enum! {
    pub enum MediaKind { Image = "image", Video = "video", Document = "document" }
}

/// A post, ready to be shown as it is.
#[derive(Clone, Debug)]
pub struct Post {
    pub item: ContentItemId,
    /// As people read it; the platform's own escaping is the client's work.
    pub text: String,
    pub title: Option<String>,
    pub link: Option<Url>,
    pub media: Vec<PostMedia>,
    pub action: Option<PostAction>,
    /// The language of the text, as in `de`.
    pub language: Option<String>,
}

/// A button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostAction {
    /// One of [`PostRules::actions`].
    pub kind: String,
    pub url: Option<Url>,
}

/// One picture, film or document.
#[derive(Clone, Debug)]
pub struct PostMedia {
    pub kind: MediaKind,
    pub file_name: String,
    pub content_type: String,
    pub bytes: Bytes,
    /// Where the platform can fetch it, for a while.
    pub public_url: Option<Url>,
    pub alt: String,
    pub width: Option<u32>,
    pub height: Option<u32>,
}

/// What stands on the platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedPost {
    /// The platform's id.
    pub id: String,
    /// Where readers find it; none while the platform has not said.
    pub url: Option<Url>,
    pub state: PostState,
    /// What the platform changed or left out without an error.
    pub notes: Vec<String>,
}

/// How it stands there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostState {
    Live,
    /// Taken, and not before readers' eyes yet: it is looked at again.
    Processing,
    /// Taken, then refused by the platform, in its words.
    Rejected(String),
}

/// Publishing posts. What the rules of the descriptor say is checked by [`check`] for all platforms.
#[async_trait::async_trait]
pub trait PublishPosts: Send + Sync {
    /// Looks for what the platform would refuse, without a request: the rules, and what only this platform has.
    ///
    /// # Errors
    /// `Invalid` with the field (`text`, `media`, `link`, `action`, `title`), in words for a person.
    fn validate(&self, post: &Post) -> Result<(), PlatformError>;

    /// Makes one attempt. The caller has recorded its intent before and looks with [`PublishPosts::find`] when the
    /// outcome is unknown; it never calls this twice for one item without looking.
    ///
    /// # Errors
    /// With `outcome_unknown` when the post may stand there all the same.
    async fn publish(&self, account: &Account, post: &Post) -> Result<PublishedPost, PlatformError>;

    /// Looks for a post that an earlier attempt may have made: one with these words, made at `since` or after.
    ///
    /// # Errors
    /// Only when it could not look; "not there" is `Ok(None)`.
    async fn find(
        &self,
        account: &Account,
        post: &Post,
        since: Timestamp,
    ) -> Result<Option<PublishedPost>, PlatformError>;

    /// Whether [`PublishPosts::find`] sees whatever stands there. Where it does not, a post that is not found may stand there
    /// all the same: only a person can tell, and nothing is repeated before.
    fn finds_all(&self) -> bool {
        true
    }

    /// How a post stands now; `None` when it is gone.
    ///
    /// # Errors
    /// Only when it could not look.
    async fn read(&self, account: &Account, id: &str) -> Result<Option<PublishedPost>, PlatformError>;
}

/// The first thing that a post breaks of its platform's rules, as a refusal.
///
/// # Errors
/// `Invalid` with the field.
pub fn check(descriptor: &Descriptor, post: &Post) -> Result<(), PlatformError> {
    let Some(rules) = &descriptor.posts else {
        let message = format!("{} takes no posts.", descriptor.name);
        return Err(refused(descriptor, PlatformErrorKind::Unsupported, message));
    };
    match problems(rules, descriptor.name, post).into_iter().next() {
        None => Ok(()),
        Some((field, message)) => Err(refused(descriptor, PlatformErrorKind::Invalid(field.to_owned()), message)),
    }
}

fn refused(descriptor: &Descriptor, kind: PlatformErrorKind, message: String) -> PlatformError {
    PlatformError {
        kind,
        retry: Retry::Never,
        outcome_unknown: false,
        platform: descriptor.id.to_owned(),
        operation: "publish".to_owned(),
        provider_code: None,
        message,
        help: Some("Change the post; then publish it again.".to_owned()),
    }
}

/// What a post breaks of its platform's rules: the field and the words for a person. Empty when nothing.
#[must_use]
pub fn problems(rules: &PostRules, platform: &str, post: &Post) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    let length = rules.unit.measure(&post.text);
    if length > rules.text {
        let (most, over) = (rules.text, length - rules.text);
        found.push(("text", format!("{platform} takes up to {most} {}; this is {over} too long.", rules.unit.name())));
    }
    if rules.text_required && post.text.trim().is_empty() {
        found.push(("text", format!("A post on {platform} needs a text.")));
    }
    for (most, sign, name) in [(rules.hashtags, '#', "hashtags"), (rules.mentions, '@', "mentions")] {
        let used = crate::text::marked_words(&post.text, sign);
        if let Some(most) = most.filter(|most| used > *most) {
            found.push(("text", format!("{platform} takes up to {most} {name}; there are {used}.")));
        }
    }
    if let (Some(title), Some(most)) = (&post.title, rules.title)
        && title.chars().count() > most
    {
        found.push(("title", format!("{platform} takes titles of up to {most} characters.")));
    }
    if post.link.is_some() && !rules.link {
        found.push(("link", format!("{platform} has no place for a link beside the text: write it into the text.")));
    }
    if let Some(action) = &post.action
        && !rules.actions.contains(&action.kind.as_str())
    {
        found.push(("action", format!("{platform} has no button “{}”.", action.kind)));
    }
    found.extend(media_problems(rules, platform, &post.media).into_iter().map(|words| ("media", words)));
    found
}

fn media_problems(rules: &PostRules, platform: &str, media: &[PostMedia]) -> Vec<String> {
    let mut found = Vec::new();
    if media.is_empty() {
        if rules.media_required {
            let kinds: Vec<&str> = rules.media.iter().map(|rule| rule.kind.as_str()).collect();
            found.push(format!("A post on {platform} needs at least one {}.", kinds.join(" or one ")));
        }
        return found;
    }
    let kind = media[0].kind;
    if media.iter().any(|one| one.kind != kind) {
        found.push(format!("A post on {platform} holds either images or a video or a document, not several kinds."));
    }
    let Some(rule) = rules.media.iter().find(|rule| rule.kind == kind) else {
        found.push(format!("{platform} takes no {kind} through its interface."));
        return found;
    };
    if media.len() > rule.most {
        found.push(format!("{platform} takes up to {} of the kind {kind}; there are {}.", rule.most, media.len()));
    }
    for one in media {
        found.extend(rule.problems(platform, one));
    }
    found
}

impl MediaRule {
    /// What one file breaks of the rule, in words for a person.
    #[must_use]
    pub fn problems(&self, platform: &str, media: &PostMedia) -> Vec<String> {
        let name = &media.file_name;
        let mut found = Vec::new();
        if !self.types.contains(&media.content_type.as_str()) {
            let types: Vec<&str> = self.types.iter().map(|own| own.rsplit('/').next().unwrap_or(own)).collect();
            found.push(format!("{platform} does not take {name}: it takes {}.", types.join(", ").to_uppercase()));
        }
        if media.bytes.is_empty() {
            found.push(format!("{name} is empty."));
        }
        let size = media.bytes.len() as u64;
        if let Some(most) = self.bytes.filter(|most| size > *most) {
            found.push(format!("{platform} takes files of up to {} MB; {name} is larger.", most / 1_000_000));
        }
        for (range, pixels, side) in [(self.width, media.width, "wide"), (self.height, media.height, "high")] {
            if let (Some((least, most)), Some(pixels)) = (range, pixels)
                && !(least..=most).contains(&pixels)
            {
                found.push(format!("{name} is {pixels} pixels {side}; {platform} takes {least} to {most}."));
            }
        }
        if let (Some((least, most)), Some(width), Some(height)) = (self.ratio, media.width, media.height)
            && height > 0
        {
            let ratio = f64::from(width) / f64::from(height);
            // A pixel of rounding is no reason to refuse a picture.
            if ratio < least - 0.01 || ratio > most + 0.01 {
                found.push(format!("The shape of {name} ({width} × {height}) is not one that {platform} takes."));
            }
        }
        if let Some(most) = self.alt_characters.filter(|most| media.alt.chars().count() > *most) {
            found.push(format!("The alternative text of {name} is longer than {most} characters."));
        }
        if self.kind == MediaKind::Image && media.alt.trim().is_empty() {
            found.push(format!("{name} has no alternative text: say what it shows."));
        }
        found
    }
}

//! Posts for social channels and the Google Business Profile.

use aos_capabilities::{
    drafts::SocialDraft,
    post::{MediaKind, Post, PostAction, PostMedia, PostRules},
};
use aos_kernel::{ContentHash, ContentItemId, Error, Result};
use aos_storage::content_hash;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{lines, some};

/// Nobody posts more pictures at once; what a platform takes is up to its own rules.
const MOST_MEDIA: usize = 40;

/// The parts of a post that a version holds and a person may edit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PostText {
    /// As people read it.
    pub text: String,
    /// Only where the platform has titles.
    pub title: Option<String>,
    /// Beside the text, where the platform has a place for it.
    pub link: Option<String>,
    pub action: Option<PostAction>,
    pub media: Vec<MediaRef>,
}

/// A picture, film or document of a post.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaRef {
    /// As [`crate::content::MediaSource`] knows it.
    pub media: String,
    /// What it shows, for those who can't see it.
    pub alt: String,
}

impl PostText {
    /// Trimmed, with addresses that are some.
    ///
    /// # Errors
    /// `Invalid` with the field.
    pub fn cleaned(mut self) -> Result<Self> {
        self.text = lines(&self.text);
        self.title = some(self.title);
        self.link = some(self.link);
        self.media.retain(|media| !media.media.trim().is_empty());
        for media in &mut self.media {
            media.alt = media.alt.trim().to_owned();
        }
        if self.text.is_empty() && self.media.is_empty() {
            return Err(Error::invalid("text", "The post is empty."));
        }
        if self.media.len() > MOST_MEDIA {
            return Err(Error::invalid("media", format!("A post holds at most {MOST_MEDIA} pictures.")));
        }
        self.link = self.link.map(|link| whole(&link, "link")).transpose()?;
        Ok(self)
    }

    pub(super) fn hash(&self) -> ContentHash {
        let action = self
            .action
            .as_ref()
            .map(|action| format!("{}\n{}", action.kind, action.url.as_ref().map(Url::as_str).unwrap_or_default()));
        let mut parts = vec![
            "post",
            self.text.as_str(),
            self.title.as_deref().unwrap_or_default(),
            self.link.as_deref().unwrap_or_default(),
            action.as_deref().unwrap_or_default(),
        ];
        parts.extend(self.media.iter().flat_map(|media| [media.media.as_str(), media.alt.as_str()]));
        content_hash(&parts)
    }

    pub(super) fn markdown(&self) -> String {
        let mut parts = Vec::new();
        parts.extend(self.title.as_ref().map(|title| format!("**{title}**")));
        // What is a line for a reader stays one.
        parts.push(self.text.replace('\n', "  \n").replace("  \n  \n", "\n\n"));
        parts.extend(self.link.as_ref().map(|link| format!("<{link}>")));
        parts.extend(self.action.as_ref().map(|action| match &action.url {
            Some(url) => format!("[{}]({url})", action.kind),
            None => action.kind.clone(),
        }));
        parts.extend(
            self.media.iter().map(|media| format!("![{}]({})", media.alt.replace(['[', ']'], " "), media.media)),
        );
        parts.retain(|part| !part.is_empty());
        parts.join("\n\n")
    }

    /// As it is handed to a platform, with the media that were loaded for it.
    pub fn post(&self, item: ContentItemId, media: Vec<PostMedia>, language: Option<String>) -> Post {
        Post {
            item,
            text: self.text.clone(),
            title: self.title.clone(),
            link: self.link.as_deref().and_then(|link| Url::parse(link).ok()),
            media,
            action: self.action.clone(),
            language,
        }
    }

    /// As a platform would get it, with something in the place of files that are not loaded.
    pub fn stand_in(&self, item: ContentItemId, rules: &PostRules) -> Post {
        let rule = rules.media.iter().find(|rule| rule.kind == MediaKind::Image);
        let file = |media: &MediaRef| PostMedia {
            kind: MediaKind::Image,
            file_name: media.media.rsplit('/').next().unwrap_or_default().to_owned(),
            content_type: rule.and_then(|rule| rule.types.first()).copied().unwrap_or("image/jpeg").to_owned(),
            bytes: Bytes::from_static(b"0"),
            public_url: None,
            alt: media.alt.clone(),
            width: None,
            height: None,
        };
        self.post(item, self.media.iter().map(file).collect(), None)
    }

    /// What it breaks of a platform's rules, as far as that can be told without the files themselves: the field and the
    /// words for a person.
    pub fn problems(&self, item: ContentItemId, rules: &PostRules, platform: &str) -> Vec<(&'static str, String)> {
        aos_capabilities::post::problems(rules, platform, &self.stand_in(item, rules))
    }
}

fn whole(address: &str, field: &str) -> Result<String> {
    let url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let url = url.ok_or_else(|| Error::invalid(field, "Give the whole address, with https:// in front."))?;
    Ok(url.to_string())
}

impl From<SocialDraft> for PostText {
    fn from(draft: SocialDraft) -> Self {
        let action = draft
            .action
            .map(|action| PostAction { kind: action.kind, url: action.url.and_then(|url| Url::parse(&url).ok()) });
        let media = draft.media.into_iter().map(|media| MediaRef { media: media.media, alt: media.alt }).collect();
        Self { text: draft.text, title: draft.title, link: draft.link, action, media }
    }
}

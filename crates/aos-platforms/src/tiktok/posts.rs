//! Publishing videos and photos. Source: contract `social.md`, 3.3.

use std::time::Duration;

use aos_capabilities::{
    Account, PlatformError, PlatformErrorKind,
    post::{self, MediaKind, Post, PostState, PublishPosts, PublishedPost},
};
use aos_kernel::Timestamp;
use serde_json::{Value, json};

use super::{
    Family, Session, TikTok, WHO,
    api::{Announced, Video, VideoList},
    mapping::{self, Settings},
};
use crate::social::{
    not_before,
    refusal::{self, Verb},
};

/// How often TikTok is asked at once how a post stands, and the pause before each further look. Later looks are `read`'s.
const LOOKS: u32 = 3;
const PAUSE: Duration = Duration::from_secs(2);
/// Posts per request, and requests at most, when looking for one.
const COUNT: usize = 20;
const PAGES: usize = 5;

#[async_trait::async_trait]
impl PublishPosts for TikTok {
    fn validate(&self, post: &Post) -> Result<(), PlatformError> {
        post::check(&self.descriptor, post)
    }

    async fn publish(&self, account: &Account, post: &Post) -> Result<PublishedPost, PlatformError> {
        self.validate(post)?;
        let settings = Settings::of(account, Verb::Publish)?;
        let photos = photo_addresses(post)?;
        let session = self.session_of(account);
        let creator = session.creator(Verb::Upload).await?;
        let Some((level, _)) = mapping::level(&creator) else {
            let kind = PlatformErrorKind::PermissionMissing;
            let message = "TikTok lets nobody publish on this account at the moment.";
            return Err(refusal::own(
                WHO,
                Verb::Publish,
                kind,
                message,
                "Somebody opens TikTok as this account and looks why.",
            ));
        };
        let mut notes: Vec<String> = mapping::visibility(&level).into_iter().collect();
        let public = notes.is_empty();
        let announced: Announced = match post.media.first() {
            Some(media) if media.kind == MediaKind::Video => {
                if post.title.as_ref().is_some_and(|title| !title.trim().is_empty()) {
                    notes.push("TikTok shows no title with a video: it was left out.".to_owned());
                }
                let body = mapping::video(post, media, &creator, level);
                let request = session.post(Family::Init, "/v2/post/publish/video/init/", &body);
                let announced = session.call(Verb::Upload, request).await?;
                session.send_video(&announced, media).await?;
                announced
            }
            _ => {
                let body = mapping::photos(post, photos, &creator, level);
                let request = session.post(Family::Init, "/v2/post/publish/content/init/", &body);
                session.call(Verb::Publish, request).await?
            }
        };
        let mut published = session.look(&settings, &announced.publish_id, public).await;
        published.notes.splice(0..0, notes);
        Ok(published)
    }

    async fn find(
        &self,
        account: &Account,
        post: &Post,
        since: Timestamp,
    ) -> Result<Option<PublishedPost>, PlatformError> {
        let settings = Settings::of(account, Verb::Find)?;
        let earliest = not_before(since);
        let (standing, _) = self.session_of(account).videos(Verb::Find, PAGES, |own| is_older(own, earliest)).await?;
        Ok(standing
            .iter()
            // A post without a date is rather ours than made twice.
            .filter(|own| mapping::made_at(own).is_none_or(|at| at >= earliest))
            .find(|own| mapping::says(own, post))
            .map(|own| self.standing(&settings, own)))
    }

    /// TikTok lists public posts only: not those that it still works on, and never a private one.
    fn finds_all(&self) -> bool {
        false
    }

    async fn read(&self, account: &Account, id: &str) -> Result<Option<PublishedPost>, PlatformError> {
        let settings = Settings::of(account, Verb::Read)?;
        let session = self.session_of(account);
        if mapping::is_post_id(id) {
            let (standing, whole) = session.videos(Verb::Read, PAGES, |own| own.id() == id).await?;
            return Ok(match standing.iter().find(|own| own.id() == id) {
                Some(own) => Some(self.standing(&settings, own)),
                None if whole => None,
                None => Some(PublishedPost {
                    id: id.to_owned(),
                    url: settings.post_url(&self.vendor, id),
                    state: PostState::Live,
                    notes: vec![
                        "TikTok shows us the newest posts only: this one is older and was not looked at.".to_owned(),
                    ],
                }),
            });
        }
        let status = match session.status(Verb::Read, id).await {
            Ok(status) => status,
            Err(error) if error.kind == PlatformErrorKind::NotFound => return Ok(None),
            // TikTok's word for an id that it never gave.
            Err(error) if error.provider_code.as_deref().is_some_and(|code| code.starts_with("invalid_param")) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let named = !status.publicaly_available_post_id.is_empty();
        // A private post is never named; whether this one may be public only the account's options tell.
        let public =
            named || status.status != "PUBLISH_COMPLETE" || mapping::is_public(&session.creator(Verb::Read).await?);
        Ok(Some(mapping::published(&self.vendor, &settings, id, &status, public)))
    }
}

/// The addresses from which TikTok fetches photos.
fn photo_addresses(post: &Post) -> Result<Vec<String>, PlatformError> {
    let photos = post.media.iter().filter(|media| media.kind == MediaKind::Image);
    photos
        .map(|media| {
            media.public_url.as_ref().map(ToString::to_string).ok_or_else(|| {
                let kind = PlatformErrorKind::Invalid("media".to_owned());
                let message = format!("{} has no address from which TikTok could fetch it.", media.file_name);
                let help = "An administrator gives this installation an address that TikTok can reach.";
                refusal::own(WHO, Verb::Publish, kind, message, help)
            })
        })
        .collect()
}

fn is_older(video: &Video, than: Timestamp) -> bool {
    mapping::made_at(video).is_some_and(|at| at < than)
}

impl TikTok {
    fn standing(&self, settings: &Settings, video: &Video) -> PublishedPost {
        let id = video.id();
        let url = settings.post_url(&self.vendor, &id);
        PublishedPost { id, url, state: PostState::Live, notes: Vec::new() }
    }
}

impl Session<'_> {
    /// How a post stands that TikTok has just taken. A look that fails changes nothing about that.
    async fn look(&self, settings: &Settings, publish_id: &str, public: bool) -> PublishedPost {
        let mut seen =
            PublishedPost { id: publish_id.to_owned(), url: None, state: PostState::Processing, notes: Vec::new() };
        for look in 0..LOOKS {
            if look > 0 && !self.client.vendor.is_simulated() {
                tokio::time::sleep(PAUSE * look).await;
            }
            let Ok(status) = self.status(Verb::Read, publish_id).await else { break };
            seen = mapping::published(&self.client.vendor, settings, publish_id, &status, public);
            if seen.state != PostState::Processing {
                break;
            }
        }
        seen
    }

    /// The account's public posts, the newest first, down to the first for which `enough` holds or to a number of
    /// requests; and whether they are all.
    pub(super) async fn videos(
        &self,
        verb: Verb,
        pages: usize,
        enough: impl Fn(&Video) -> bool,
    ) -> Result<(Vec<Video>, bool), PlatformError> {
        let mut found: Vec<Video> = Vec::new();
        let mut cursor = json!(0);
        for _ in 0..pages {
            let body = json!({"cursor": cursor, "max_count": COUNT});
            let path = format!("/v2/video/list/?fields={}", Video::FIELDS);
            let list: VideoList = self.call(verb, self.post(Family::Read, &path, &body)).await?;
            let stop = list.videos.iter().any(&enough);
            let ended = !list.has_more || list.videos.is_empty() || list.cursor == Value::Null || list.cursor == cursor;
            found.extend(list.videos);
            if ended || stop {
                return Ok((found, ended));
            }
            cursor = list.cursor;
        }
        Ok((found, false))
    }
}

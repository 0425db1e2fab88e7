//! Images, moving pictures and videos. Source: contract `social.md`, 2.3. Nobody sees them without a post.

use std::time::Duration;

use aos_capabilities::{
    PlatformError, PlatformErrorKind,
    post::{MediaKind, PostMedia},
};
use aos_kernel::Retry;
use aos_outbound::Part;
use serde_json::json;

use super::{
    Family, Session, WHO,
    api::{Media, Processing},
};
use crate::social::{
    UPLOAD_PATIENCE, encoded,
    refusal::{self, Verb},
};

/// Bytes of one part; X counts parts from 0 to 999.
const PART: usize = 4 << 20;
/// How often X is asked whether it has read a file, and the longest pause between two looks.
const LOOKS: usize = 12;
const LONGEST_PAUSE: u64 = 10;

/// A picture that moves travels as videos do.
pub(super) fn moves(media: &PostMedia) -> bool {
    media.kind == MediaKind::Video || media.content_type == "image/gif"
}

impl Session<'_> {
    /// The id of a file at X, and what could not be done for it.
    pub(super) async fn upload(&self, media: &PostMedia) -> Result<(String, Option<String>), PlatformError> {
        let id = if moves(media) { self.in_parts(media).await? } else { self.at_once(media).await? };
        if media.kind != MediaKind::Image {
            return Ok((id, None));
        }
        let body = json!({"id": id, "metadata": {"alt_text": {"text": media.alt.trim()}}});
        let described = self.send(Verb::Upload, self.post(Family::Parts, "/2/media/metadata").json(&body)).await;
        let note =
            described.is_err().then(|| format!("{} has no alternative text on X: X did not take it.", media.file_name));
        Ok((id, note))
    }

    async fn at_once(&self, media: &PostMedia) -> Result<String, PlatformError> {
        let request = self
            .post(Family::Upload, "/2/media/upload")
            .multipart(vec![
                Part::text("media_category", "tweet_image"),
                Part::file("media", &media.file_name, &media.content_type, media.bytes.clone()),
            ])
            .timeout(UPLOAD_PATIENCE);
        Ok(self.data::<Media>(Verb::Upload, request).await?.id)
    }

    async fn in_parts(&self, media: &PostMedia) -> Result<String, PlatformError> {
        let category = if media.kind == MediaKind::Video { "tweet_video" } else { "tweet_gif" };
        let body = json!({
            "media_type": media.content_type, "total_bytes": media.bytes.len(), "media_category": category,
        });
        let request = self.post(Family::Parts, "/2/media/upload/initialize").json(&body);
        let id = self.data::<Media>(Verb::Upload, request).await?.id;
        let of = encoded(&id);
        for (index, start) in (0..media.bytes.len()).step_by(PART).enumerate() {
            let end = (start + PART).min(media.bytes.len());
            let request = self
                .post(Family::Parts, &format!("/2/media/upload/{of}/append"))
                .multipart(vec![
                    Part::text("segment_index", index.to_string()),
                    Part::file("media", &media.file_name, &media.content_type, media.bytes.slice(start..end)),
                ])
                .timeout(UPLOAD_PATIENCE);
            self.send(Verb::Upload, request).await?;
        }
        let request = self.post(Family::Parts, &format!("/2/media/upload/{of}/finalize"));
        let mut seen: Media = self.data(Verb::Upload, request).await?;
        for _ in 0..LOOKS {
            let Some(progress) = seen.processing_info.as_ref().filter(|info| info.state != "succeeded") else {
                return Ok(id);
            };
            if progress.state == "failed" {
                let kind = PlatformErrorKind::Invalid("media".to_owned());
                let message = format!("X could not read {}.", media.file_name);
                return Err(refusal::own(WHO, Verb::Upload, kind, message, "Use another file."));
            }
            self.pause(progress).await;
            let path = format!("/2/media/upload?command=STATUS&media_id={of}");
            seen = self.data(Verb::Upload, self.get(Family::Status, &path)).await?;
        }
        let message = format!("X is still reading {}.", media.file_name);
        let help = "It is tried again. If it stays like this, use a shorter or smaller file.";
        let error = refusal::own(WHO, Verb::Upload, PlatformErrorKind::Unavailable, message, help);
        Err(PlatformError { retry: Retry::Backoff, ..error })
    }

    async fn pause(&self, progress: &Processing) {
        if !self.client.vendor.is_simulated() {
            let seconds = progress.check_after_secs.unwrap_or(1).clamp(1, LONGEST_PAUSE);
            tokio::time::sleep(Duration::from_secs(seconds)).await;
        }
    }
}

//! Sending a video, piece by piece. Source: contract `social.md`, 3.3.
//!
//! Announcing publishes nothing; the arrival of the last piece does. So only its loss leaves a doubt, and TikTok can be
//! asked about it by the announcement's id.

use aos_capabilities::{PlatformError, PlatformErrorKind, post::PostMedia};
use aos_outbound::Request;

use super::{
    Family, Session, WHO,
    api::{Announced, Status},
    errors, mapping,
};
use crate::social::{
    UPLOAD_PATIENCE,
    refusal::{self, Verb},
};

impl Session<'_> {
    /// Sends all pieces of a video.
    pub(super) async fn send_video(&self, announced: &Announced, media: &PostMedia) -> Result<(), PlatformError> {
        let given = announced.upload_url.as_deref().ok_or_else(|| refusal::unreadable(WHO, Verb::Upload))?;
        let address = self.client.vendor.given(given, "tiktokapis.com").ok_or_else(|| {
            let message = "TikTok named a place for the video that is not its own.";
            refusal::own(WHO, Verb::Upload, PlatformErrorKind::UnexpectedResponse, message, "Tell an administrator.")
        })?;
        let size = media.bytes.len();
        for piece in mapping::pieces(size) {
            let last = piece.end == size;
            let verb = if last { Verb::Publish } else { Verb::Upload };
            let range = format!("bytes {}-{}/{size}", piece.start, piece.end.saturating_sub(1));
            let request = Request::put(address.as_str())
                .header("content-range", range)
                .bytes(&media.content_type, media.bytes.slice(piece))
                .timeout(UPLOAD_PATIENCE);
            let error = match refusal::exchange(&self.client.vendor, WHO, verb, request).await {
                Ok(response) if response.is_success() => continue,
                Ok(response) => errors::upload(verb, &response, self.client.vendor.now()),
                Err(error) => error,
            };
            if !(error.outcome_unknown && self.has_arrived(announced, size).await) {
                return Err(error);
            }
        }
        Ok(())
    }

    /// Whether TikTok has the whole video after all.
    async fn has_arrived(&self, announced: &Announced, size: usize) -> bool {
        match self.status(Verb::Read, &announced.publish_id).await {
            Ok(status) if status.status == "PROCESSING_UPLOAD" => {
                status.uploaded_bytes.is_some_and(|bytes| bytes >= size as u64)
            }
            Ok(_) => true,
            Err(_) => false,
        }
    }

    pub(super) async fn status(&self, verb: Verb, publish_id: &str) -> Result<Status, PlatformError> {
        let body = serde_json::json!({"publish_id": publish_id});
        self.call(verb, self.post(Family::Status, "/v2/post/publish/status/fetch/", &body)).await
    }
}

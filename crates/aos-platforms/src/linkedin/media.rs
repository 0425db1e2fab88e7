//! Images and documents: told, sent, looked at. Source: contract `social.md`, 1.5. Nobody sees them without a post.

use std::time::Duration;

use aos_capabilities::{
    PlatformError, PlatformErrorKind,
    post::{MediaKind, PostMedia},
};
use aos_outbound::Method;

use super::{
    Session, WHO,
    api::{Initialized, MediaState},
};
use crate::social::{
    self, UPLOAD_PATIENCE,
    refusal::{self, Verb},
};

/// How often LinkedIn is asked whether it has read a file, and the pause before each further look.
const LOOKS: u32 = 3;
const PAUSE: Duration = Duration::from_secs(1);

impl Session<'_> {
    /// The URN of a file at LinkedIn.
    pub(super) async fn upload(&self, author: &str, media: &PostMedia) -> Result<String, PlatformError> {
        let kind = match media.kind {
            MediaKind::Document => "documents",
            _ => "images",
        };
        let request = self
            .post(&format!("/rest/{kind}?action=initializeUpload"))
            .json(&serde_json::json!({"initializeUploadRequest": {"owner": author}}));
        let Initialized { value: place } = self.call(Verb::Upload, request).await?;
        let address = self.client.vendor.given(&place.upload_url, "linkedin.com").ok_or_else(|| {
            let message = "LinkedIn named a place for the file that is not its own.";
            refusal::own(WHO, Verb::Upload, PlatformErrorKind::UnexpectedResponse, message, "Tell an administrator.")
        })?;
        let request = self
            .request(Method::PUT, &address)
            .bytes(&media.content_type, media.bytes.clone())
            .timeout(UPLOAD_PATIENCE)
            .retries(1);
        self.send(Verb::Upload, request).await?;
        self.look(kind, &place.image, media).await?;
        Ok(place.image)
    }

    /// Whether LinkedIn could read the file. A look that is refused says nothing, and one that comes too early neither:
    /// the post itself is then refused until the file is ready.
    async fn look(&self, kind: &str, urn: &str, media: &PostMedia) -> Result<(), PlatformError> {
        for look in 0..LOOKS {
            if look > 0 && !self.client.vendor.is_simulated() {
                tokio::time::sleep(PAUSE * look).await;
            }
            let request = self.get(&format!("/rest/{kind}/{}", social::encoded(urn))).retries(0);
            let Ok(state) = self.call::<MediaState>(Verb::Upload, request).await else { return Ok(()) };
            match state.status.as_str() {
                "PROCESSING" | "WAITING_UPLOAD" => {}
                "PROCESSING_FAILED" => {
                    let kind = PlatformErrorKind::Invalid("media".to_owned());
                    let message = format!("LinkedIn could not read {}.", media.file_name);
                    return Err(refusal::own(WHO, Verb::Upload, kind, message, "Use another file."));
                }
                _ => return Ok(()),
            }
        }
        Ok(())
    }
}

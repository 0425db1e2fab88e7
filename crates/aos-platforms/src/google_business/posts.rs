//! Publishing local posts. Source: contract `google.md`, section 7.1.

use std::time::Duration;

use aos_capabilities::{
    Account, PlatformError, PlatformErrorKind,
    post::{self, Post, PublishPosts, PublishedPost},
};
use aos_kernel::Timestamp;

use super::{
    GoogleBusiness, Settings,
    api::{LocalPost, LocalPosts, V4},
    errors::{FIND, PUBLISH, READ},
    mapping,
};

#[async_trait::async_trait]
impl PublishPosts for GoogleBusiness {
    fn validate(&self, post: &Post) -> Result<(), PlatformError> {
        post::check(&self.descriptor, post)?;
        match mapping::problem(post) {
            None => Ok(()),
            Some((field, words)) => Err(self.refused(field, words)),
        }
    }

    async fn publish(&self, account: &Account, post: &Post) -> Result<PublishedPost, PlatformError> {
        self.validate(post)?;
        if let Some(media) = post.media.iter().find(|media| media.public_url.is_none()) {
            let words = format!("Google has to fetch {} at a public address, and it has none.", media.file_name);
            return Err(self.refused("media", &words));
        }
        let google = self.google();
        let settings: Settings = google.settings(PUBLISH, account)?;
        let url = format!("{V4}/{}/localPosts", settings.parent());
        let request = google.post(&url, &account.secret, "v4").json(&mapping::body(post));
        let made: LocalPost = google.call(PUBLISH, request).await?;
        Ok(mapping::published(&made))
    }

    async fn find(
        &self,
        account: &Account,
        post: &Post,
        since: Timestamp,
    ) -> Result<Option<PublishedPost>, PlatformError> {
        let posts = list(self, account, FIND).await?;
        // Google's moments may be whole seconds: one that was cut is not before `since`.
        let ours = posts.iter().filter(|one| {
            let made = one.create_time.map(|at| at.timestamp());
            made.is_some_and(|at| at >= since.timestamp()) && mapping::same_words(&one.summary, &post.text)
        });
        Ok(ours.min_by_key(|one| one.create_time).map(mapping::published))
    }

    async fn read(&self, account: &Account, id: &str) -> Result<Option<PublishedPost>, PlatformError> {
        let google = self.google();
        let settings: Settings = google.settings(READ, account)?;
        if !mapping::is_post_of(id, &settings) {
            return Ok(None);
        }
        match google.call::<LocalPost>(READ, google.get(&format!("{V4}/{id}"), &[], &account.secret, "v4")).await {
            Ok(post) => Ok(Some(mapping::published(&post))),
            // Only Google's own word for it: another 404 says that the API is gone, not the post.
            Err(error) if error.provider_code.as_deref() == Some("NOT_FOUND") => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn settles(&self) -> Duration {
        self.vendor.settles()
    }
}

/// Every post of the location; their order is not told.
pub(super) async fn list(
    platform: &GoogleBusiness,
    account: &Account,
    operation: crate::google::Operation,
) -> Result<Vec<LocalPost>, PlatformError> {
    let google = platform.google();
    let settings: Settings = google.settings(operation, account)?;
    let url = format!("{V4}/{}/localPosts", settings.parent());
    google.pages::<LocalPosts>(operation, &url, &[("pageSize", "100")], &account.secret, "v4").await
}

impl GoogleBusiness {
    fn refused(&self, field: &str, words: &str) -> PlatformError {
        let help = "Change the post; then publish it again.";
        self.google().error(PUBLISH, PlatformErrorKind::Invalid(field.to_owned()), words, help)
    }
}

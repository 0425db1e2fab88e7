//! Publishing: a container, a look whether it is ready, the quota, then the post. Source: contract `meta.md`, section 6.

use std::time::Duration;

use aos_capabilities::{
    Account, PlatformError,
    post::{self, Post, PostState, PublishPosts, PublishedPost},
};
use aos_kernel::Timestamp;
use chrono::SubsecRound;
use url::Url;

use super::{
    FACE, Instagram,
    api::{Container, Media, Quota, Settings},
    errors, mapping,
};
use crate::meta::{
    self,
    api::{self, Listed, Made},
    errors::is_gone,
    graph::{self, Graph},
};

#[async_trait::async_trait]
impl PublishPosts for Instagram {
    /// The addresses of the pictures are looked at when publishing: while somebody writes there are none yet.
    fn validate(&self, post: &Post) -> Result<(), PlatformError> {
        post::check(&self.descriptor, post)
    }

    async fn publish(&self, account: &Account, post: &Post) -> Result<PublishedPost, PlatformError> {
        self.validate(post)?;
        let addresses = self.addresses(post)?;
        let (graph, settings) = self.profile(account)?;
        let began = self.vendor.now();
        let container = prepare(&graph, &settings, post, &addresses).await?;
        self.wait(&graph, &container).await?;
        quota(&graph, &settings).await?;
        let request = graph.post(&format!("{}/media_publish", settings.ig_id), &[("creation_id", &container)]);
        match graph.call::<Made>(errors::PUBLISH, request).await {
            Ok(made) if meta::is_id(&made.id.0) => {
                // It is public, so a failure to read it is no failure to publish it.
                let media = standing(&graph, &made.id.0).await;
                Ok(media.as_ref().map_or_else(|_| unread(made.id.0), mapping::published))
            }
            Ok(_) => Err(graph::unreadable(FACE, errors::PUBLISH)),
            Err(error) if error.outcome_unknown => settle(&graph, &settings, post, &container, began, error).await,
            Err(error) => Err(error),
        }
    }

    async fn find(
        &self,
        account: &Account,
        post: &Post,
        since: Timestamp,
    ) -> Result<Option<PublishedPost>, PlatformError> {
        let (graph, settings) = self.profile(account)?;
        look(&graph, &settings, &post.text, since).await
    }

    async fn read(&self, account: &Account, id: &str) -> Result<Option<PublishedPost>, PlatformError> {
        if !meta::is_id(id) {
            return Ok(None);
        }
        let (graph, settings) = self.profile(account)?;
        match standing(&graph, id).await {
            Ok(media) => Ok(Some(mapping::published(&media))),
            Err(error) if is_gone(&error) => {
                // Instagram says the same when it shows this connection nothing at all.
                let own = graph.get(&settings.ig_id, &[("fields", "id")]);
                graph.call::<Made>(errors::READ, own).await.map(|_| None)
            }
            Err(error) => Err(error),
        }
    }

    fn settles(&self) -> Duration {
        self.vendor.settles()
    }
}

impl Instagram {
    /// Where Instagram fetches each picture.
    fn addresses(&self, post: &Post) -> Result<Vec<Url>, PlatformError> {
        let good = |url: &&Url| url.scheme() == "https" || self.descriptor.simulated;
        let address = |media: &post::PostMedia| {
            media.public_url.as_ref().filter(good).cloned().ok_or_else(|| errors::no_address(&media.file_name))
        };
        post.media.iter().map(address).collect()
    }

    /// Looks a few times whether Instagram has fetched everything.
    async fn wait(&self, graph: &Graph<'_>, container: &str) -> Result<(), PlatformError> {
        for look in 0..self.looks {
            if look > 0 && self.pause > Duration::ZERO {
                tokio::time::sleep(self.pause).await;
            }
            let state = state(graph, container).await?;
            match state.status_code.as_str() {
                "FINISHED" | "PUBLISHED" => return Ok(()),
                "ERROR" | "EXPIRED" => return Err(errors::not_prepared(&state)),
                _ => {}
            }
        }
        Err(errors::still_preparing())
    }
}

/// What will be the post; nobody sees it yet.
async fn prepare(
    graph: &Graph<'_>,
    settings: &Settings,
    post: &Post,
    addresses: &[Url],
) -> Result<String, PlatformError> {
    let path = format!("{}/media", settings.ig_id);
    let make = async |form: &[(&str, &str)]| {
        let made: Made = graph.call(errors::PREPARE, graph.post(&path, form)).await?;
        if meta::is_id(&made.id.0) { Ok(made.id.0) } else { Err(graph::unreadable(FACE, errors::PREPARE)) }
    };
    if let ([picture], [address]) = (post.media.as_slice(), addresses) {
        let caption = ("caption", post.text.as_str());
        return make(&[("image_url", address.as_str()), ("alt_text", &picture.alt), caption]).await;
    }
    let mut children = Vec::new();
    for (picture, address) in post.media.iter().zip(addresses) {
        let form = [("image_url", address.as_str()), ("alt_text", &picture.alt), ("is_carousel_item", "true")];
        children.push(make(&form).await?);
    }
    make(&[("media_type", "CAROUSEL"), ("children", &children.join(",")), ("caption", &post.text)]).await
}

async fn state(graph: &Graph<'_>, container: &str) -> Result<Container, PlatformError> {
    graph.call(errors::WAIT, graph.get(container, &[("fields", Container::FIELDS)])).await
}

/// Instagram's documents disagree about the number, so the account itself is asked.
async fn quota(graph: &Graph<'_>, settings: &Settings) -> Result<(), PlatformError> {
    let path = format!("{}/content_publishing_limit", settings.ig_id);
    let request = graph.get(&path, &[("fields", "quota_usage,config")]);
    let listed: Listed<Quota> = graph.call(errors::QUOTA, request).await?;
    let Some(Quota { quota_usage: Some(used), config: Some(config) }) = listed.data.into_iter().next() else {
        return Ok(());
    };
    match config.quota_total {
        Some(total) if used >= total => {
            Err(errors::quota_reached(total, config.quota_duration.map(Duration::from_secs)))
        }
        _ => Ok(()),
    }
}

/// Whether a post whose outcome is not known came about: the container knows first, then the list of posts.
async fn settle(
    graph: &Graph<'_>,
    settings: &Settings,
    post: &Post,
    container: &str,
    began: Timestamp,
    unknown: PlatformError,
) -> Result<PublishedPost, PlatformError> {
    if let Ok(state) = state(graph, container).await
        && matches!(state.status_code.as_str(), "ERROR" | "EXPIRED")
    {
        return Err(errors::not_prepared(&state));
    }
    // A container that is ready still may become a post in the next moment, so only finding the post is an answer.
    match look(graph, settings, &post.text, began).await {
        Ok(Some(published)) => Ok(published),
        _ => Err(unknown),
    }
}

/// The newest post with these words, from then on.
async fn look(
    graph: &Graph<'_>,
    settings: &Settings,
    caption: &str,
    since: Timestamp,
) -> Result<Option<PublishedPost>, PlatformError> {
    // Instagram's moments are whole seconds, and its clock is another one.
    let since = since.trunc_subsecs(0) - meta::SKEW;
    let still_new =
        |media: &[Media]| media.last().and_then(|media| api::moment(&media.timestamp)).is_none_or(|at| at >= since);
    let query = [("fields", Media::STANDING), ("limit", "50")];
    let path = format!("{}/media", settings.ig_id);
    let media = graph.list(errors::FIND, &path, &query, still_new).await?;
    Ok(media.iter().find(|media| mapping::is_attempt(media, caption, since)).map(mapping::published))
}

async fn standing(graph: &Graph<'_>, id: &str) -> Result<Media, PlatformError> {
    graph.call(errors::READ, graph.get(id, &[("fields", Media::STANDING)])).await
}

fn unread(id: String) -> PublishedPost {
    PublishedPost { id, url: None, state: PostState::Live, notes: Vec::new() }
}

//! Publishing on a page. Source: contract `meta.md`, section 5.

use std::time::Duration;

use aos_capabilities::{
    Account, PlatformError,
    post::{self, Post, PostMedia, PostState, PublishPosts, PublishedPost},
};
use aos_kernel::Timestamp;
use aos_outbound::Part;
use chrono::SubsecRound;
use serde_json::json;

use super::{
    Facebook, POSTS,
    api::{MadePhoto, PagePost, Settings},
    errors, mapping,
};
use crate::meta::{
    self,
    api::{self, Made},
    errors::is_gone,
    graph::{self, Graph},
};
use crate::verb::Verb;

#[async_trait::async_trait]
impl PublishPosts for Facebook {
    fn validate(&self, post: &Post) -> Result<(), PlatformError> {
        post::check(&self.descriptor, post)?;
        if POSTS.unit.measure(&mapping::message(post)) > POSTS.text {
            return Err(errors::too_long_with_link(POSTS.text));
        }
        Ok(())
    }

    async fn publish(&self, account: &Account, post: &Post) -> Result<PublishedPost, PlatformError> {
        self.validate(post)?;
        let (graph, settings) = self.page(account)?;
        let began = self.vendor.now();
        let id = match post.media.as_slice() {
            [] => feed(&graph, &settings, post, &[]).await?,
            [picture] => {
                let parts = photo(picture, Some(mapping::message(post)));
                let made: MadePhoto = upload(&graph, &settings, errors::PUBLISH_PHOTO, parts).await?;
                match made.post_id {
                    Some(post) => post.0,
                    // The picture's own id is none of a post; the post stands there whether it is found or not.
                    None => {
                        let found = look(&graph, &settings, post, began).await.ok().flatten();
                        found.map_or(made.id.0, |found| found.id)
                    }
                }
            }
            pictures => {
                let mut ids = Vec::new();
                for picture in pictures {
                    let made: MadePhoto = upload(&graph, &settings, errors::UPLOAD, photo(picture, None)).await?;
                    ids.push(made.id.0);
                }
                feed(&graph, &settings, post, &ids).await?
            }
        };
        if !meta::is_id(&id) {
            return Err(graph::unreadable(super::FACE, errors::PUBLISH));
        }
        // It stands there, so a failure to read it is no failure to publish it.
        let standing = standing(&graph, &id).await;
        let mut published = standing.as_ref().map_or_else(
            |_| PublishedPost { id: id.clone(), url: None, state: PostState::Live, notes: Vec::new() },
            mapping::published,
        );
        published.notes.extend(mapping::notes(post));
        Ok(published)
    }

    async fn find(
        &self,
        account: &Account,
        post: &Post,
        since: Timestamp,
    ) -> Result<Option<PublishedPost>, PlatformError> {
        let (graph, settings) = self.page(account)?;
        look(&graph, &settings, post, since).await
    }

    async fn read(&self, account: &Account, id: &str) -> Result<Option<PublishedPost>, PlatformError> {
        if !meta::is_id(id) {
            return Ok(None);
        }
        let (graph, settings) = self.page(account)?;
        match standing(&graph, id).await {
            Ok(post) => Ok(Some(mapping::published(&post))),
            Err(error) if is_gone(&error) => {
                // Facebook says the same when it shows this connection nothing at all.
                let page = graph.get(&settings.page_id, &[("fields", "id")]);
                graph.call::<Made>(errors::READ, page).await.map(|_| None)
            }
            Err(error) => Err(error),
        }
    }

    fn settles(&self) -> Duration {
        self.vendor.settles()
    }
}

/// The newest post with these words, from then on.
async fn look(
    graph: &Graph<'_>,
    settings: &Settings,
    post: &Post,
    since: Timestamp,
) -> Result<Option<PublishedPost>, PlatformError> {
    // Facebook's moments are whole seconds, and its clock is another one.
    let since = since.trunc_subsecs(0) - meta::SKEW;
    let from = since.timestamp().to_string();
    let query = [("fields", PagePost::STANDING), ("since", from.as_str()), ("limit", "100")];
    let path = format!("{}/published_posts", settings.page_id);
    let still_new =
        |posts: &[PagePost]| posts.last().and_then(|post| api::moment(&post.created_time)).is_none_or(|at| at >= since);
    let posts = graph.list(errors::FIND, &path, &query, still_new).await?;
    let words = mapping::message(post);
    Ok(posts.iter().find(|own| mapping::is_attempt(own, &words, since)).map(mapping::published))
}

async fn standing(graph: &Graph<'_>, id: &str) -> Result<PagePost, PlatformError> {
    graph.call(errors::READ, graph.get(id, &[("fields", PagePost::STANDING)])).await
}

/// A post of words, with a link's preview or with pictures that were uploaded before.
async fn feed(graph: &Graph<'_>, settings: &Settings, post: &Post, photos: &[String]) -> Result<String, PlatformError> {
    let message = mapping::message(post);
    let mut form = vec![("message", message.as_str())];
    let link = post.link.as_ref().filter(|_| photos.is_empty());
    form.extend(link.map(|link| ("link", link.as_str())));
    let attached = json!(photos.iter().map(|id| json!({"media_fbid": id})).collect::<Vec<_>>()).to_string();
    if !photos.is_empty() {
        form.push(("attached_media", &attached));
    }
    let request = graph.post(&format!("{}/feed", settings.page_id), &form);
    let made: Made = graph.call(errors::PUBLISH, request).await?;
    Ok(made.id.0)
}

async fn upload(
    graph: &Graph<'_>,
    settings: &Settings,
    verb: Verb,
    parts: Vec<Part>,
) -> Result<MadePhoto, PlatformError> {
    graph.call(verb, graph.upload(&format!("{}/photos", settings.page_id), parts)).await
}

/// A picture with its description; with a caption it is a post of its own.
fn photo(picture: &PostMedia, caption: Option<String>) -> Vec<Part> {
    let published = if caption.is_some() { "true" } else { "false" };
    let mut parts = vec![Part::text("published", published), Part::text("alt_text_custom", picture.alt.as_str())];
    parts.extend(caption.map(|caption| Part::text("caption", caption)));
    parts.push(Part::file("source", &picture.file_name, &picture.content_type, picture.bytes.clone()));
    parts
}

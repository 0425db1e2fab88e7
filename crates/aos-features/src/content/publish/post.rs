//! The step that publishes a post on a social channel or the Google Business Profile.

use std::sync::Arc;

use aos_capabilities::{
    Account, PlatformError,
    post::{MediaKind, Post, PostMedia, PublishPosts, check},
};
use aos_kernel::{Error, Result, TenantScope, Timestamp};
use aos_storage::Tx;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    Plan,
    once::{Attempt, Made, Outcome, Seen, concluded, once},
    permit::{not_before, put_off},
    record::{record_failed, record_seen},
};
use crate::{
    channels::Connections,
    content::{MediaSource, commands, media::file_name, model::PostText, write::unit},
    steps::{Accepted, StepContext, StepHandler, Work},
};

/// Publishes the approved version of the activity's post on its channel.
pub struct PublishPost {
    connections: Connections,
    media: Arc<dyn MediaSource>,
}

struct PostAttempt<'a> {
    posts: &'a dyn PublishPosts,
    plan: &'a Plan,
    post: Post,
}

#[async_trait::async_trait]
impl Attempt for PostAttempt<'_> {
    /// Feeds show a new post within seconds; this is several times the slowest that is known.
    const SETTLES: TimeDelta = TimeDelta::seconds(90);

    fn validate(&self) -> Result<(), PlatformError> {
        check(self.plan.platform.descriptor(), &self.post)?;
        self.posts.validate(&self.post)
    }
    fn sees_all(&self) -> bool {
        self.posts.finds_all()
    }
    async fn find(&self, account: &Account, since: Timestamp) -> Result<Option<Seen>, PlatformError> {
        Ok(self.posts.find(account, &self.post, since).await?.map(Seen::from))
    }
    async fn make(&self, account: &Account) -> Result<Seen, PlatformError> {
        Ok(self.posts.publish(account, &self.post).await?.into())
    }
    async fn resume(&self, account: &Account, _id: &str) -> Result<Seen, PlatformError> {
        self.make(account).await
    }
}

impl PublishPost {
    pub fn new(connections: Connections, media: Arc<dyn MediaSource>) -> Self {
        Self { connections, media }
    }

    async fn post(&self, scope: TenantScope, plan: &Plan) -> Result<Post> {
        let text = plan.version.text.post().ok_or_else(|| Error::internal("a post of another kind"))?;
        let media = self.loaded(scope, plan, text).await?;
        Ok(text.post(plan.item.id, media, None))
    }

    /// The post's files, made to fit what the platform takes.
    async fn loaded(&self, scope: TenantScope, plan: &Plan, text: &PostText) -> Result<Vec<PostMedia>> {
        let descriptor = plan.platform.descriptor();
        let rules = descriptor.posts.as_ref().ok_or_else(|| Error::internal("a platform without rules for posts"))?;
        let mut loaded = Vec::with_capacity(text.media.len());
        for chosen in &text.media {
            let Some(media) = self.media.load(scope, &chosen.media).await? else {
                return Err(Error::conflict(
                    "media_gone",
                    format!("A picture of the post is not there any more: {}", chosen.media),
                )
                .with_help("Ask for the post again with another picture."));
            };
            let rule = rules.media.iter().find(|rule| rule.kind == media.kind);
            let (media, public_url) = match rule {
                Some(rule) => {
                    let address = if rules.media_by_url {
                        let address = self.media.public_url(scope, &chosen.media, rule).await?;
                        Some(address.ok_or_else(|| unreachable_media(descriptor.name))?)
                    } else {
                        None
                    };
                    (self.media.fit(media, rule).await?, address)
                }
                None => (media, None),
            };
            let stem = chosen.media.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or_default();
            loaded.push(PostMedia {
                kind: media.kind,
                file_name: file_name(stem, &media.content_type),
                content_type: media.content_type,
                bytes: media.bytes,
                public_url,
                alt: chosen.alt.clone(),
                width: media.width,
                height: media.height,
            });
        }
        // Several kinds in one post are refused by the rules; the first is the one that is meant.
        loaded.sort_by_key(|media| media.kind != MediaKind::Image);
        Ok(loaded)
    }
}

fn unreachable_media(platform: &str) -> Error {
    Error::conflict(
        "media_unreachable",
        format!("{platform} fetches pictures from a public address, and there is none."),
    )
    .with_help("Set the public address of this installation, over HTTPS; then retry this activity.")
}

#[async_trait::async_trait]
impl StepHandler for PublishPost {
    fn kind(&self) -> &'static str {
        crate::content::PUBLISH_POST
    }

    async fn not_before(&self, tx: &mut Tx, work: &Work) -> Result<Option<Timestamp>> {
        not_before(tx, work.scope, unit(work)?).await
    }

    async fn run(&self, cx: &StepContext, work: &Work) -> Result<Value> {
        let plan = Plan::of_item(&cx.db, &self.connections, work, unit(work)?).await?;
        let posts = plan.platform.posts().ok_or_else(|| Error::internal("a platform that takes no posts"))?;
        let post = self.post(work.scope, &plan).await?;
        let attempt = PostAttempt { posts, plan: &plan, post };
        let outcome = once(&cx.db, work.scope, &plan, &attempt).await;
        concluded(&cx.db, work.scope, &plan, outcome).await
    }

    async fn accept(&self, tx: &mut Tx, work: &Work, result: Value) -> Result<Accepted> {
        accept(tx, work, result).await
    }

    async fn failed(&self, tx: &mut Tx, work: &Work, error: &Error) -> Result<()> {
        record_failed(tx, work, unit(work)?, error).await
    }
}

/// What stands on the platform becomes the item's state. The same for posts and newsletters.
pub(super) async fn accept(tx: &mut Tx, work: &Work, result: Value) -> Result<Accepted> {
    let Outcome { publication, made } = serde_json::from_value(result).map_err(Error::internal)?;
    let id = unit(work)?;
    let seen = match made {
        Made::Seen(seen) => seen,
        Made::PutOff(wait) => {
            put_off(tx, work.scope, id, publication, &wait).await?;
            return Ok(Accepted { put_off: Some(wait), ..Accepted::default() });
        }
    };
    let item = commands::item(tx, work.scope, id).await?;
    record_seen(tx, work.scope, &item, publication, &seen, 0).await?;
    let output = json!({ "url": seen.url, "state": seen.state, "notes": seen.notes });
    Ok(Accepted { output, ..Accepted::default() })
}

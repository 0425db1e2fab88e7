//! Reading what a score needs. Source: contract `meta.md`, section 5.

use aos_capabilities::{
    Account, PlatformError, PlatformErrorKind,
    evidence::{Evidence, Inspect},
};
use aos_kernel::Timestamp;
use chrono::TimeDelta;

use super::{
    Facebook,
    api::{Comment, PageInfo, PagePost, Settings},
    errors, mapping,
};
use crate::meta::{api, graph::Graph, is_id};

/// How far back posts are read.
const DAYS: i64 = 90;
const POSTS: usize = 100;
/// Of the newest posts the comments are read.
const DISCUSSED: usize = 10;

#[async_trait::async_trait]
impl Inspect for Facebook {
    async fn inspect(&self, account: &Account) -> Result<Evidence, PlatformError> {
        let (graph, settings) = self.page(account)?;
        let now = self.vendor.now();
        let mut evidence = Evidence { taken_at: Some(now), ..Evidence::default() };
        // Without the page itself nothing could be read.
        let page: PageInfo =
            graph.call(errors::INSPECT, graph.get(&settings.page_id, &[("fields", PageInfo::PROFILE)])).await?;
        mapping::of_page(&page, &mut evidence);
        let since = now - TimeDelta::days(DAYS);
        match posts(&graph, &settings, since, &mut evidence.missing).await {
            Ok(posts) => {
                evidence.posts = posts.iter().filter_map(mapping::figures).collect();
                comments(&graph, &settings, &posts, &mut evidence).await;
            }
            Err(error) => evidence.missing.push(format!("The posts could not be read. {}", error.message)),
        }
        evidence
            .missing
            .push("Facebook does not tell how often a post was seen or how many followers came.".to_owned());
        Ok(evidence)
    }
}

/// The posts since then, the newest first.
async fn posts(
    graph: &Graph<'_>,
    settings: &Settings,
    since: Timestamp,
    missing: &mut Vec<String>,
) -> Result<Vec<PagePost>, PlatformError> {
    let path = format!("{}/published_posts", settings.page_id);
    let from = since.timestamp().to_string();
    let more = |posts: &[PagePost]| posts.len() < POSTS;
    let query = |fields| [("fields", fields), ("since", from.as_str()), ("limit", "100")];
    let mut posts: Vec<PagePost> = match graph.list(errors::INSPECT, &path, &query(PagePost::COUNTED), more).await {
        // Some connections may read posts but not what people did with them.
        Err(error) if matches!(error.kind, PlatformErrorKind::NotFound | PlatformErrorKind::PermissionMissing) => {
            missing.push(format!("Reactions and comments could not be counted. {}", error.message));
            graph.list(errors::INSPECT, &path, &query(PagePost::BARE), more).await?
        }
        listed => listed?,
    };
    posts.retain(|post| api::moment(&post.created_time).is_some_and(|at| at >= since));
    posts.sort_by_key(|post| std::cmp::Reverse(api::moment(&post.created_time)));
    posts.truncate(POSTS);
    Ok(posts)
}

/// Whether people who wrote below the newest posts were answered.
async fn comments(graph: &Graph<'_>, settings: &Settings, posts: &[PagePost], evidence: &mut Evidence) {
    let mut comments: Vec<Comment> = Vec::new();
    let discussed = posts.iter().filter(|post| {
        let counted = post.comments.as_ref().and_then(|edge| edge.summary.as_ref()?.total_count);
        counted != Some(0) && is_id(&post.id.0)
    });
    for post in discussed.take(DISCUSSED) {
        if graph.is_busy() {
            evidence.missing.push("Not all comments were read, because Facebook asks for fewer requests.".to_owned());
            break;
        }
        let path = format!("{}/comments", post.id.0);
        let query = [("fields", Comment::FIELDS), ("limit", "100")];
        match graph.list(errors::INSPECT, &path, &query, |_: &[Comment]| false).await {
            Ok(found) => comments.extend(found),
            Err(error) => {
                evidence.missing.push(format!("The comments could not be read. {}", error.message));
                return;
            }
        }
    }
    evidence.responses = Some(mapping::responses(&settings.page_id, &comments));
}

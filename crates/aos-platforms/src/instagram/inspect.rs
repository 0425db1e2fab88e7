//! Reading what a score needs. Source: contract `meta.md`, section 6.

use std::cmp::Reverse;

use aos_capabilities::{
    Account, PlatformError,
    evidence::{Evidence, Inspect},
};
use chrono::TimeDelta;

use super::{
    Instagram,
    api::{Media, Profile},
    errors, mapping,
};
use crate::meta::api;

/// How far back posts are read.
const DAYS: i64 = 90;
const POSTS: usize = 100;

#[async_trait::async_trait]
impl Inspect for Instagram {
    async fn inspect(&self, account: &Account) -> Result<Evidence, PlatformError> {
        let (graph, settings) = self.profile(account)?;
        let now = self.vendor.now();
        let since = now - TimeDelta::days(DAYS);
        let mut evidence = Evidence { taken_at: Some(now), ..Evidence::default() };
        // Without the account itself nothing could be read.
        let profile: Profile =
            graph.call(errors::INSPECT, graph.get(&settings.ig_id, &[("fields", Profile::WHOLE)])).await?;
        evidence.profile = mapping::profile(&profile);
        evidence.followers = profile.followers_count;
        if evidence.followers.is_none() {
            evidence.missing.push("Instagram did not say how many people follow the account.".to_owned());
        }
        let still_new = |media: &[Media]| {
            media.len() < POSTS
                && media.last().and_then(|media| api::moment(&media.timestamp)).is_none_or(|at| at >= since)
        };
        let query = [("fields", Media::COUNTED), ("limit", "100")];
        match graph.list(errors::INSPECT, &format!("{}/media", settings.ig_id), &query, still_new).await {
            Ok(media) => evidence.posts.extend(media.iter().filter_map(|media| mapping::figures(media, false))),
            Err(error) => evidence.missing.push(format!("The posts could not be read. {}", error.message)),
        }
        let query = [("fields", Media::STANDING), ("limit", "100")];
        match graph.all(errors::INSPECT, &format!("{}/stories", settings.ig_id), &query).await {
            Ok(stories) => {
                evidence.posts.extend(stories.iter().filter_map(|story: &Media| mapping::figures(story, true)));
                evidence.missing.push("Instagram shows stories for a day only: older ones are not counted.".to_owned());
            }
            Err(error) => evidence.missing.push(format!("The stories could not be read. {}", error.message)),
        }
        evidence.posts.retain(|post| post.published_at >= since);
        evidence.posts.sort_by_key(|post| Reverse(post.published_at));
        evidence.posts.truncate(POSTS);
        let words = "How often posts were seen and how many followers came is not read from Instagram.";
        evidence.missing.push(words.to_owned());
        Ok(evidence)
    }
}

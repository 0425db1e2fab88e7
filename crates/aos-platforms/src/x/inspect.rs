//! Reading what a score needs of an account. Source: contract `social.md`, 2.2.

use aos_capabilities::{
    Account, PlatformError,
    evidence::{Evidence, Inspect},
};
use chrono::TimeDelta;

use super::{
    X,
    mapping::{self, Settings},
};
use crate::social::refusal::Verb;

const DAYS: i64 = 90;
/// X gives this many posts in one answer, and a score looks at no more.
const MOST: usize = 100;

#[async_trait::async_trait]
impl Inspect for X {
    async fn inspect(&self, account: &Account) -> Result<Evidence, PlatformError> {
        let settings = Settings::of(account, Verb::Inspect)?;
        let session = self.session_of(account);
        let now = self.vendor.now();
        let user = session.me(Verb::Inspect).await?;
        let mut missing = vec![
            "New followers: X does not tell how the number changed.".to_owned(),
            "Replies to people: they are not read on X.".to_owned(),
        ];
        let followers = user.public_metrics.as_ref().and_then(|metrics| metrics.followers_count);
        if followers.is_none() {
            missing.push("Followers: X did not tell.".to_owned());
        }
        let earliest = now - TimeDelta::days(DAYS);
        let fields = "created_at,entities,attachments,public_metrics";
        let posts = match session.timeline(Verb::Inspect, &settings.id, fields, MOST, 1, earliest).await {
            Ok(posts) => posts,
            Err(error) => {
                missing.push(format!("Posts: {error}"));
                Vec::new()
            }
        };
        let mut posts: Vec<_> =
            posts.iter().filter_map(|post| mapping::figures(&self.vendor, &settings, post)).collect();
        posts.retain(|post| post.published_at >= earliest);
        posts.sort_by_key(|post| std::cmp::Reverse(post.published_at));
        if posts.iter().any(|post| post.impressions.is_none() || post.engagements.is_none()) {
            missing.push("Impressions or reactions of some posts: X did not tell.".to_owned());
        }
        Ok(Evidence {
            taken_at: Some(now),
            profile: mapping::profile(&user),
            followers,
            posts,
            missing,
            ..Evidence::default()
        })
    }
}

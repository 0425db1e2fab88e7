//! Reading what a score needs of a page. Source: contract `social.md`, 1.3, 1.4 and 1.7.

use std::collections::HashMap;

use aos_capabilities::{
    Account, PlatformError,
    evidence::{Evidence, Inspect},
};
use aos_kernel::Timestamp;
use chrono::{NaiveTime, TimeDelta};

use super::{
    LinkedIn, Session,
    api::{self, FollowerStatistics, Page, ShareStatistics, Totals},
    mapping::{self, Settings},
};
use crate::social::{encoded, refusal::Verb};

const DAYS: i64 = 90;
const MOST: usize = 100;
/// Requests at most for the list of posts.
const PAGES: usize = 6;
/// Posts in one request for figures.
const TOGETHER: usize = 20;

#[async_trait::async_trait]
impl Inspect for LinkedIn {
    async fn inspect(&self, account: &Account) -> Result<Evidence, PlatformError> {
        let settings = Settings::of(account, Verb::Inspect)?;
        let session = self.session_of(account);
        let now = self.vendor.now();
        // A page that can't be read has no evidence at all; every other part may be missing by itself.
        let page = session.organization(Verb::Inspect, settings.id()).await?;
        let mut evidence = Evidence { taken_at: Some(now), profile: mapping::profile(&page), ..Evidence::default() };
        let mut missing = vec!["Comments and answers: they are not read on LinkedIn.".to_owned()];
        match session.followers(Verb::Inspect, &settings.author).await {
            Ok(followers) => evidence.followers = Some(followers),
            Err(error) => missing.push(format!("Followers: {error}")),
        }
        match session.gained(&settings.author, now).await {
            Ok(gained) => evidence.followers_gained = Some(gained),
            Err(error) => missing.push(format!("New followers: {error}")),
        }
        match session.recent(&settings.author, now).await {
            Ok(posts) => {
                let totals = session.totals(&settings.author, &posts).await;
                let figures = |post: &api::Post| {
                    // LinkedIn leaves out posts without figures: theirs are zero. Only a failed request leaves none.
                    let own = totals.as_ref().ok().map(|all| all.get(&post.id).cloned().unwrap_or_default());
                    mapping::figures(&self.vendor, post, own.as_ref())
                };
                evidence.posts = posts.iter().filter_map(figures).collect();
                if let Err(error) = &totals {
                    missing.push(format!("Impressions and reactions of posts: {error}"));
                }
            }
            Err(error) => missing.push(format!("Posts: {error}")),
        }
        evidence.missing = missing;
        Ok(evidence)
    }
}

impl Session<'_> {
    /// Followers won in the last 30 whole days of UTC.
    async fn gained(&self, author: &str, now: Timestamp) -> Result<i64, PlatformError> {
        let end = now.date_naive().and_time(NaiveTime::MIN).and_utc();
        let start = end - TimeDelta::days(30);
        let path = format!(
            "/rest/organizationalEntityFollowerStatistics?q=organizationalEntity&organizationalEntity={}\
             &timeIntervals=(timeRange:(start:{},end:{}),timeGranularityType:DAY)",
            encoded(author),
            start.timestamp_millis(),
            end.timestamp_millis()
        );
        let page: Page<FollowerStatistics> = self.call(Verb::Inspect, self.get(&path)).await?;
        let gains = page.elements.iter().map(|day| &day.follower_gains);
        Ok(gains.map(|gain| gain.organic_follower_gain.saturating_add(gain.paid_follower_gain)).sum())
    }

    /// The posts of the last 90 days, the newest first.
    async fn recent(&self, author: &str, now: Timestamp) -> Result<Vec<api::Post>, PlatformError> {
        let earliest = now - TimeDelta::days(DAYS);
        let mut posts = self.posts(Verb::Inspect, author, earliest, PAGES).await?;
        posts.retain(|post| {
            mapping::made_at(post).is_some_and(|at| at >= earliest)
                && mapping::published(&self.client.vendor, post).is_some()
        });
        posts.sort_by_key(|post| std::cmp::Reverse(mapping::made_at(post)));
        posts.truncate(MOST);
        Ok(posts)
    }

    /// The figures of posts by their URNs. The two kinds of URN are asked for in parameters of their own.
    async fn totals(&self, author: &str, posts: &[api::Post]) -> Result<HashMap<String, Totals>, PlatformError> {
        let mut totals = HashMap::new();
        let (shares, others): (Vec<_>, Vec<_>) =
            posts.iter().map(|post| post.id.as_str()).partition(|id| id.starts_with("urn:li:share:"));
        for (parameter, urns) in [("shares", shares), ("ugcPosts", others)] {
            for together in urns.chunks(TOGETHER) {
                let list: Vec<String> = together.iter().map(|urn| encoded(urn)).collect();
                let path = format!(
                    "/rest/organizationalEntityShareStatistics?q=organizationalEntity&organizationalEntity={}\
                     &{parameter}=List({})&count={TOGETHER}",
                    encoded(author),
                    list.join(",")
                );
                let page: Page<ShareStatistics> = self.call(Verb::Inspect, self.get(&path)).await?;
                totals.extend(page.elements.into_iter().filter_map(|one| {
                    let urn = one.post()?.to_owned();
                    Some((urn, one.total_share_statistics))
                }));
            }
        }
        Ok(totals)
    }
}

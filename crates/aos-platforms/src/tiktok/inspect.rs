//! Reading what a score needs of an account. Source: contract `social.md`, 3.3.

use aos_capabilities::{
    Account, PlatformError,
    evidence::{Evidence, Inspect, ProfilePart},
};
use chrono::TimeDelta;

use super::{
    TikTok,
    api::User,
    mapping::{self, Settings},
};
use crate::social::refusal::Verb;

const DAYS: i64 = 90;
const MOST: usize = 100;
/// Requests at most for the list of posts, of 20 each.
const PAGES: usize = 5;

#[async_trait::async_trait]
impl Inspect for TikTok {
    async fn inspect(&self, account: &Account) -> Result<Evidence, PlatformError> {
        let settings = Settings::of(account, Verb::Inspect)?;
        let session = self.session_of(account);
        let now = self.vendor.now();
        let user = session.user(Verb::Inspect, User::BASIC).await?;
        let mut missing = vec![
            "New followers: TikTok does not tell how the number changed.".to_owned(),
            "Comments and answers: they are not read on TikTok.".to_owned(),
        ];
        let part = |part: &str, text: Option<&str>| {
            Some(ProfilePart { part: part.to_owned(), filled: !text?.trim().is_empty() })
        };
        let mut profile = vec![part("picture", user.avatar_url.as_deref()), part("name", Some(&user.display_name))];
        match session.user(Verb::Inspect, User::PROFILE).await {
            Ok(user) => profile.push(part("description", user.bio_description.as_deref())),
            Err(error) => missing.push(format!("Description of the profile: {error}")),
        }
        let followers = match session.user(Verb::Inspect, User::STATS).await {
            Ok(User { follower_count: Some(count), .. }) => Some(count),
            Ok(_) => {
                missing.push("Followers: TikTok did not tell.".to_owned());
                None
            }
            Err(error) => {
                missing.push(format!("Followers: {error}"));
                None
            }
        };
        let earliest = now - TimeDelta::days(DAYS);
        let older = |video: &super::api::Video| mapping::made_at(video).is_some_and(|at| at < earliest);
        let mut posts = Vec::new();
        match session.videos(Verb::Inspect, PAGES, older).await {
            Ok((videos, _)) => {
                posts.extend(videos.iter().filter_map(|video| mapping::figures(&self.vendor, &settings, video)));
                missing.push("Private posts: TikTok lists public ones only.".to_owned());
            }
            Err(error) => missing.push(format!("Posts: {error}")),
        }
        posts.retain(|post| post.published_at >= earliest);
        posts.sort_by_key(|post| std::cmp::Reverse(post.published_at));
        posts.truncate(MOST);
        if posts.iter().any(|post| post.impressions.is_none() || post.engagements.is_none()) {
            missing.push("Views or reactions of some posts: TikTok did not tell.".to_owned());
        }
        let profile = profile.into_iter().flatten().collect();
        Ok(Evidence { taken_at: Some(now), profile, followers, posts, missing, ..Evidence::default() })
    }
}

//! What a profile's score is read from. Source: contract `google.md`, sections 6 and 7.

use aos_capabilities::{
    Account, PlatformError,
    evidence::{Evidence, Inspect, ProfilePart},
};
use chrono::TimeDelta;

use super::{
    GoogleBusiness, Settings,
    api::{Location, MediaItems, Reviews, V4},
    connect,
    errors::INSPECT,
    mapping, posts,
};
use crate::evidence::Parts;

/// How far back posts count, and how many of them.
const DAYS: i64 = 90;
const POSTS: usize = 100;

#[async_trait::async_trait]
impl Inspect for GoogleBusiness {
    async fn inspect(&self, account: &Account) -> Result<Evidence, PlatformError> {
        let google = self.google();
        let settings: Settings = google.settings(INSPECT, account)?;
        let now = self.vendor.now();
        let mut evidence = Evidence { taken_at: Some(now), ..Evidence::default() };
        let mut parts = Parts::default();

        let location = connect::read(self, account, &settings, Location::WHOLE).await;
        if let Some(location) = parts.take("The profile", location) {
            evidence.profile = mapping::profile(&location);
        }

        let url = format!("{V4}/{}/media", settings.parent());
        let photos = google.call(INSPECT, google.get(&url, &[("pageSize", "1")], &account.secret, "v4")).await;
        if let Some::<MediaItems>(photos) = parts.take("The photos", photos) {
            evidence.profile.push(ProfilePart { part: "photos".to_owned(), filled: !photos.media_items.is_empty() });
        }

        let url = format!("{V4}/{}/reviews", settings.parent());
        let query = [("pageSize", "50"), ("orderBy", "updateTime desc")];
        let reviews = google.call(INSPECT, google.get(&url, &query, &account.secret, "v4")).await;
        evidence.reviews = parts.take("The reviews", reviews).map(|reviews: Reviews| mapping::reviews(&reviews));

        let listed = posts::list(self, account, INSPECT).await;
        if let Some(listed) = parts.take("The posts", listed) {
            let live = listed.iter().filter(|post| post.state != "REJECTED");
            let mut figures: Vec<_> = live.filter_map(mapping::figures).collect();
            figures.retain(|post| post.published_at <= now && now - post.published_at <= TimeDelta::days(DAYS));
            figures.sort_by_key(|post| std::cmp::Reverse(post.published_at));
            figures.truncate(POSTS);
            evidence.posts = figures;
        }
        parts.finish(evidence)
    }
}

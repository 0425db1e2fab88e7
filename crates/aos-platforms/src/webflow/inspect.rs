//! What a collection's score is read from. Source: contract `cms.md`, sections 2.2 and 2.3.

use aos_capabilities::{
    Account, PlatformError,
    evidence::{ArticleFigures, Evidence, Inspect},
};
use aos_kernel::Timestamp;
use chrono::TimeDelta;

use super::{Webflow, api::Sites, errors::Verb, mapping, session::Session};
use crate::evidence::Parts;

/// How far back articles count, and how many of them.
const DAYS: i64 = 365;
const ARTICLES: usize = 200;
/// Pages that are read at most; the last published come first.
const PAGES: usize = 5;
const PAGE: usize = 100;

#[async_trait::async_trait]
impl Inspect for Webflow {
    async fn inspect(&self, account: &Account) -> Result<Evidence, PlatformError> {
        let session = Session::open(self, account, Verb::Inspect)?;
        let now = self.vendor.now();
        let mut evidence = Evidence { taken_at: Some(now), ..Evidence::default() };
        let mut parts = Parts::default();
        let articles = articles(&session, now).await;
        evidence.articles = parts.take("The articles", articles).unwrap_or_default();
        let sites = self.get(Verb::Inspect, "/sites", &[], &account.secret).await;
        if let Some::<Sites>(sites) = parts.take("The site", sites)
            && let Some(site) = sites.sites.iter().find(|site| site.id == session.settings.site_id)
        {
            evidence.profile = mapping::profile(site);
        }
        parts.finish(evidence)
    }
}

async fn articles(session: &Session<'_>, now: Timestamp) -> Result<Vec<ArticleFigures>, PlatformError> {
    let mut found: Vec<ArticleFigures> = Vec::new();
    let newest_first = [("sortBy", "lastPublished"), ("sortOrder", "desc")];
    for page in 0..PAGES {
        let items = session.page(Verb::Inspect, &newest_first, page * PAGE).await?;
        found.extend(items.iter().filter_map(|item| mapping::figures(item, &session.settings)));
        if items.len() < PAGE {
            break;
        }
    }
    found.retain(|article| article.published_at <= now && now - article.published_at <= TimeDelta::days(DAYS));
    found.sort_by_key(|article| std::cmp::Reverse(article.published_at));
    found.truncate(ARTICLES);
    Ok(found)
}

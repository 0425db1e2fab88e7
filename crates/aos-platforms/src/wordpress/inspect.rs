//! What a site's score is read from. Source: contract `cms.md`, sections 1.1, 1.3 and 1.6.

use aos_capabilities::{
    Account, PlatformError,
    evidence::{ArticleFigures, Evidence, Inspect, ProfilePart},
};
use aos_kernel::Timestamp;
use chrono::TimeDelta;
use url::Url;

use super::{
    WordPress,
    api::{Face, ReadPost},
    blocks,
    errors::Verb,
    publish::POSTS,
    session::Session,
};
use crate::evidence::{self, Parts};

/// How far back articles count, and how many of them: two pages of WordPress's largest.
const DAYS: i64 = 365;
const PAGE: usize = 100;
const PAGES: usize = 2;
/// What WordPress itself writes there until somebody changes it.
const NO_TAGLINE: &str = "Just another WordPress site";

#[async_trait::async_trait]
impl Inspect for WordPress {
    async fn inspect(&self, account: &Account) -> Result<Evidence, PlatformError> {
        let mut session = self.session(account).await?;
        let mut evidence = Evidence { taken_at: Some(session.now), ..Evidence::default() };
        let mut parts = Parts::default();
        let articles = articles(&mut session).await;
        evidence.articles = parts.take("The articles", articles).unwrap_or_default();
        let request = session.get("", &[("_fields", Face::FIELDS)]);
        let face = session.call::<Face>(Verb::Inspect, request).await;
        if let Some(face) = parts.take("The site's title and tagline", face) {
            evidence.profile = profile(&face);
            if face.site_icon.is_none() && face.site_icon_url.is_none() {
                evidence.missing.push("The site does not tell whether it has an icon.".to_owned());
            }
        }
        parts.finish(evidence)
    }
}

/// The articles that readers see, the newest first.
async fn articles(session: &mut Session<'_>) -> Result<Vec<ArticleFigures>, PlatformError> {
    let after = (session.now - TimeDelta::days(DAYS)).format("%Y-%m-%dT%H:%M:%S").to_string();
    let mut found = Vec::new();
    for page in 1..=PAGES {
        let (page, per_page) = (page.to_string(), PAGE.to_string());
        let query = [
            ("status", "publish"),
            ("context", "edit"),
            ("orderby", "date"),
            ("order", "desc"),
            ("after", &after),
            ("page", &page),
            ("per_page", &per_page),
            ("_fields", ReadPost::FIELDS),
        ];
        let request = session.get(POSTS, &query);
        let posts = match session.call::<Vec<ReadPost>>(Verb::Inspect, request).await {
            Ok(posts) => posts,
            // The last page was full, and it was the last.
            Err(error) if error.provider_code.as_deref() == Some("rest_post_invalid_page_number") => break,
            Err(error) => return Err(error),
        };
        let last = posts.len() < PAGE;
        let home = &session.settings.home;
        found.extend(posts.iter().filter_map(|post| figures(post, home, session.now)));
        if last {
            break;
        }
    }
    Ok(found)
}

/// A post's figures; `None` where its date can't be read.
fn figures(post: &ReadPost, home: &Url, now: Timestamp) -> Option<ArticleFigures> {
    let published_at = super::api::moment(post.date_gmt.as_deref())?;
    let url = Url::parse(&post.link).unwrap_or_else(|_| home.clone());
    // `after` is read in the site's own zone, so the border is drawn here again.
    if now - published_at > TimeDelta::days(DAYS) || published_at > now {
        return None;
    }
    let html = post.content.rendered.as_deref().or(post.content.raw.as_deref()).unwrap_or_default();
    let (words, internal_links) = evidence::count(html, &url);
    Some(ArticleFigures {
        url: url.into(),
        published_at,
        updated_at: super::api::moment(post.modified_gmt.as_deref()).unwrap_or(published_at),
        words,
        internal_links,
        // Rendered, an excerpt is made from the text where nobody wrote one.
        excerpt: post.excerpt.raw.as_deref().is_some_and(|raw| !raw.trim().is_empty()),
        image: post.featured_media != 0,
    })
}

fn profile(face: &Face) -> Vec<ProfilePart> {
    let part = |part: &str, filled| ProfilePart { part: part.to_owned(), filled };
    let text = |html: &str| blocks::plain_text(html).trim().to_owned();
    let tagline = text(&face.description);
    let mut parts = vec![
        part("site title", !text(&face.name).is_empty()),
        part("tagline", !tagline.is_empty() && tagline != NO_TAGLINE),
    ];
    if face.site_icon.is_some() || face.site_icon_url.is_some() {
        let by_number = face.site_icon.is_some_and(|id| id != 0);
        let by_address = face.site_icon_url.as_deref().is_some_and(|url| !url.is_empty());
        parts.push(part("icon", by_number || by_address));
    }
    parts
}

#[cfg(test)]
mod tests {
    use aos_capabilities::PlatformErrorKind;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::prompter::{Answer, Rehearsal, account};

    fn posts_url(page: usize) -> String {
        format!(
            "https://a.test/wp-json/wp/v2/posts?status=publish&context=edit&orderby=date&order=desc\
             &after=2029-03-04T09%3A00%3A00&page={page}&per_page=100\
             &_fields=link%2Cdate_gmt%2Cmodified_gmt%2Ccontent%2Cexcerpt%2Cfeatured_media"
        )
    }
    const FACE: &str = "https://a.test/wp-json/?_fields=name%2Cdescription%2Csite_icon%2Csite_icon_url";

    fn post(number: usize, excerpt: &str) -> Value {
        json!({"link": format!("https://a.test/{number}/"), "date_gmt": "2030-02-01T09:00:00",
               "modified_gmt": "2030-02-02T09:00:00", "featured_media": number % 2, "excerpt": {"raw": excerpt},
               "content": {"raw": "<!-- wp:html -->", "rendered": "<p>Look <a href='/2/'>up</a>.</p>"}})
    }
    fn connected() -> Account {
        account(json!({"api_root": "https://a.test/wp-json/", "home": "https://a.test/", "admin": "https://a.test/"}))
    }
    async fn inspect(answers: impl IntoIterator<Item = Answer>) -> Result<Evidence, PlatformError> {
        let rehearsal = Rehearsal::new(answers);
        Inspect::inspect(&WordPress::new(rehearsal.outbound(), rehearsal.clock()), &connected()).await
    }

    #[tokio::test]
    async fn articles_are_counted_page_by_page_and_the_face_of_the_site_with_them() {
        let full: Vec<Value> = (0..PAGE).map(|number| post(number, " ")).collect();
        let evidence = inspect([
            Answer::get(posts_url(1), 200, json!(full)),
            Answer::get(posts_url(2), 200, json!([post(1, "By hand."), {"link": "x"}])),
            Answer::get(FACE, 200, json!({"name": "A &amp; B", "description": NO_TAGLINE, "site_icon": 0})),
        ])
        .await
        .unwrap();
        assert_eq!((evidence.articles.len(), evidence.missing.len()), (101, 0));
        let last = &evidence.articles[100];
        assert_eq!((last.words, last.internal_links, last.excerpt, last.image), (2, 1, true, true));
        assert!(!evidence.articles[0].excerpt && !evidence.articles[0].image);
        let filled: Vec<_> = evidence.profile.iter().map(|part| (part.part.as_str(), part.filled)).collect();
        assert_eq!(filled, [("site title", true), ("tagline", false), ("icon", false)]);
    }

    #[tokio::test]
    async fn a_part_that_is_refused_is_named_and_nothing_at_all_is_an_error() {
        let beyond = json!({"code": "rest_post_invalid_page_number", "message": "x", "data": {"status": 400}});
        let full: Vec<Value> = (0..PAGE).map(|number| post(number, "")).collect();
        let refused = json!({"code": "rest_forbidden", "message": "x", "data": {"status": 403}});
        let evidence = inspect([
            Answer::get(posts_url(1), 200, json!(full)),
            Answer::get(posts_url(2), 400, beyond),
            Answer::get(FACE, 403, refused.clone()),
        ])
        .await
        .unwrap();
        assert_eq!((evidence.articles.len(), evidence.profile.len()), (100, 0));
        assert!(evidence.missing[0].starts_with("The site's title"), "{:?}", evidence.missing);
        let silent =
            inspect([Answer::get(posts_url(1), 200, json!([])), Answer::get(FACE, 200, json!({}))]).await.unwrap();
        assert_eq!(silent.missing, ["The site does not tell whether it has an icon."]);
        let nothing = [Answer::get(posts_url(1), 403, refused.clone()), Answer::get(FACE, 403, refused)];
        assert_eq!(inspect(nothing).await.unwrap_err().kind, PlatformErrorKind::PermissionMissing);
    }

    proptest! {
        #[test]
        fn no_post_breaks_the_figures(text in ".{0,60}", number in any::<u64>()) {
            let post = json!({"link": text, "date_gmt": "2030-02-01T09:00:00", "modified_gmt": text,
                              "featured_media": number, "content": {"rendered": text}, "excerpt": {"raw": text}});
            let post: ReadPost = serde_json::from_value(post).unwrap();
            let home = Url::parse("https://a.test/").unwrap();
            prop_assert!(figures(&post, &home, "2030-03-04T09:00:00Z".parse().unwrap()).is_some());
        }
    }
}

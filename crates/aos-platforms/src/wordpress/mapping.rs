//! Between our words and WordPress's, without a request. Source: contract `cms.md`, section 1.3.

use aos_capabilities::publish::{Article, PublishMode, Published, PublishedState};
use aos_kernel::Timestamp;
use chrono::TimeDelta;

use super::{
    api::{Post, PostBody},
    blocks,
    session::Settings,
};

/// What the article needs on the site before it can be made there.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    /// 0: none.
    pub image: u64,
    /// Name as the article has it, and id on the site.
    pub categories: Vec<(String, u64)>,
    pub tags: Vec<(String, u64)>,
}

/// How late WordPress's scheduler may be before it counts as missed. It runs when somebody visits the site.
const GRACE: TimeDelta = TimeDelta::minutes(5);

/// What is sent. `standing` is the post that is changed; none when a new one is made.
pub(super) fn body(article: &Article, prepared: &Prepared, standing: Option<&Post>, now: Timestamp) -> PostBody {
    let (status, date_gmt) = match article.mode {
        PublishMode::Draft => ("draft", None),
        PublishMode::At(time) => ("future", Some(wire_date(time))),
        // A post that was scheduled would stay so: with a date to come, `publish` becomes `future`.
        PublishMode::Now if standing.is_some_and(|post| post.date().is_some_and(|date| date > now)) => {
            ("publish", Some(wire_date(now)))
        }
        PublishMode::Now => ("publish", None),
    };
    let ids = |terms: &[(String, u64)]| terms.iter().map(|(_, id)| *id).collect();
    PostBody {
        title: title(&article.title),
        content: blocks::content(&article.html, article.item),
        excerpt: article.excerpt.clone(),
        slug: article.slug.clone(),
        status,
        date_gmt,
        categories: ids(&prepared.categories),
        tags: ids(&prepared.tags),
        featured_media: prepared.image,
    }
}

/// WordPress reads titles as HTML.
fn title(text: &str) -> String {
    text.replace('<', "&lt;").replace('>', "&gt;")
}

fn wire_date(time: Timestamp) -> String {
    time.format("%Y-%m-%dT%H:%M:%S").to_string()
}

/// How a post stands, with notes about what a person should know.
pub(super) fn published(post: &Post, settings: &Settings, now: Timestamp) -> Published {
    let mut notes = Vec::new();
    let state = match post.status.as_str() {
        "publish" => PublishedState::Live,
        "future" => {
            let date = post.date().unwrap_or(now);
            if now - date > GRACE {
                notes.push(
                    "The planned time has passed but the site has not published the article: its scheduler, WP-Cron, \
                     did not run."
                        .to_owned(),
                );
            }
            PublishedState::Scheduled(date)
        }
        "trash" => PublishedState::Trashed,
        "private" => {
            notes.push("The article is private: only signed-in editors of the site see it.".to_owned());
            PublishedState::Live
        }
        "pending" => {
            notes.push("The article waits for an editor of the site to review it.".to_owned());
            PublishedState::Draft
        }
        // Plugins add states of their own, all of them before publication.
        _ => PublishedState::Draft,
    };
    let reader = || url::Url::parse(&post.link).ok();
    let url = match state {
        PublishedState::Live | PublishedState::Scheduled(_) => reader().unwrap_or_else(|| settings.home.clone()),
        PublishedState::Draft | PublishedState::Trashed => editor(post.id, settings),
    };
    Published { id: post.id.to_string(), url, state, notes }
}

fn editor(id: u64, settings: &Settings) -> url::Url {
    let mut url = settings.admin.clone();
    url.set_path(&format!("{}/wp-admin/post.php", settings.admin.path().trim_end_matches('/')));
    url.set_query(Some(&format!("post={id}&action=edit")));
    url
}

/// What the site left out or changed without an error: what was sent beside what came back.
pub(super) fn differences(
    article: &Article,
    prepared: &Prepared,
    sent: &PostBody,
    standing: Option<&Post>,
    post: &Post,
) -> Vec<String> {
    let mut notes = Vec::new();
    for (kind, wanted, set) in
        [("category", &prepared.categories, &post.categories), ("tag", &prepared.tags, &post.tags)]
    {
        for (name, _) in wanted.iter().filter(|(_, id)| !set.contains(id)) {
            notes.push(format!("The {kind} “{name}” could not be set."));
        }
    }
    if post.featured_media != sent.featured_media {
        notes.push("The image could not be set as the article's image.".to_owned());
    }
    // Said once: an article that keeps the address it had is no news.
    let same_as_before = standing.is_some_and(|standing| standing.slug == post.slug);
    if !sent.slug.is_empty() && !post.slug.is_empty() && post.slug != sent.slug && !same_as_before {
        notes.push(format!("The site chose the address “{}” instead of “{}”.", post.slug, sent.slug));
    }
    if let Some(raw) = &post.title.raw
        && blocks::plain_text(raw).trim() != article.title.trim()
    {
        notes.push("The site changed the title while saving it.".to_owned());
    }
    if let Some(raw) = &post.content.raw {
        notes.extend(blocks::losses(&sent.content, raw));
        if !raw.contains(&blocks::marker(article.item)) {
            notes.push(
                "The site removed the invisible mark by which we find the article again; it is known by its number \
                 only."
                    .to_owned(),
            );
        }
    }
    let as_wished = match article.mode {
        PublishMode::Draft => post.status == "draft",
        PublishMode::Now => post.status == "publish",
        PublishMode::At(_) => post.status == "future",
    };
    if !as_wished {
        notes.push(match (article.mode, post.status.as_str()) {
            (PublishMode::At(_), "publish") => {
                "The planned time had passed, so the site published the article at once.".to_owned()
            }
            (_, other) => format!("The site put the article into the state “{other}”."),
        });
    }
    notes
}

/// The slugs under which WordPress may have filed an article: as wished, made unique, in the bin.
pub(super) fn slug_variants(slug: &str) -> String {
    let mut variants = vec![slug.to_owned()];
    variants.extend((2..=5).map(|number| format!("{slug}-{number}")));
    variants.push(format!("{slug}__trashed"));
    variants.join(",")
}

#[cfg(test)]
mod tests {
    use aos_kernel::ContentItemId;

    use super::*;

    fn settings() -> Settings {
        let url = |text: &str| url::Url::parse(text).unwrap();
        Settings {
            api_root: url("https://a.test/wp-json/"),
            home: url("https://a.test"),
            admin: url("https://a.test/wordpress"),
        }
    }
    fn now() -> Timestamp {
        "2030-01-02T09:00:00Z".parse().unwrap()
    }
    fn post(json: serde_json::Value) -> Post {
        let mut whole = serde_json::json!({
            "id": 7, "status": "publish", "slug": "t", "link": "https://a.test/t/", "date_gmt": "2030-01-02T08:00:00",
        });
        for (name, value) in json.as_object().unwrap() {
            whole[name] = value.clone();
        }
        serde_json::from_value(whole).unwrap()
    }
    fn article(mode: PublishMode) -> Article {
        Article {
            item: ContentItemId::new(),
            title: "Tom & <Jerry>".to_owned(),
            slug: "t".to_owned(),
            excerpt: String::new(),
            html: "<p>Hi</p>".to_owned(),
            categories: vec!["News".to_owned()],
            tags: Vec::new(),
            image: None,
            mode,
        }
    }

    #[test]
    fn every_state_of_a_post_has_a_meaning() {
        for (status, state) in [
            ("publish", PublishedState::Live),
            ("private", PublishedState::Live),
            ("draft", PublishedState::Draft),
            ("pending", PublishedState::Draft),
            ("auto-draft", PublishedState::Draft),
            ("in-progress", PublishedState::Draft),
            ("trash", PublishedState::Trashed),
        ] {
            let seen = published(&post(serde_json::json!({ "status": status })), &settings(), now());
            assert_eq!(seen.state, state, "{status}");
        }
        let draft = published(&post(serde_json::json!({"status": "draft"})), &settings(), now());
        assert_eq!(draft.url.as_str(), "https://a.test/wordpress/wp-admin/post.php?post=7&action=edit");
    }

    #[test]
    fn a_missed_schedule_is_noticed() {
        let planned = |date: &str| post(serde_json::json!({"status": "future", "date_gmt": date}));
        assert!(published(&planned("2030-01-02T09:30:00"), &settings(), now()).notes.is_empty());
        assert!(published(&planned("2030-01-02T08:58:00"), &settings(), now()).notes.is_empty());
        let missed = published(&planned("2030-01-02T08:00:00"), &settings(), now());
        assert!(missed.notes[0].contains("WP-Cron"), "{:?}", missed.notes);
    }

    #[test]
    fn publishing_now_what_was_scheduled_moves_its_date() {
        let later = post(serde_json::json!({"status": "future", "date_gmt": "2030-01-05T08:00:00"}));
        let sent = body(&article(PublishMode::Now), &Prepared::default(), Some(&later), now());
        assert_eq!((sent.status, sent.date_gmt.as_deref()), ("publish", Some("2030-01-02T09:00:00")));
        let live = post(serde_json::json!({}));
        let sent = body(&article(PublishMode::Now), &Prepared::default(), Some(&live), now());
        assert_eq!((sent.status, sent.date_gmt), ("publish", None));
    }

    #[test]
    fn what_the_site_did_differently_is_said() {
        let article = article(PublishMode::Now);
        let prepared = Prepared { image: 9, categories: vec![("News".to_owned(), 3)], tags: Vec::new() };
        let sent = body(&article, &prepared, None, now());
        assert_eq!(sent.title, "Tom & &lt;Jerry&gt;");
        let kept = post(serde_json::json!({
            "featured_media": 9, "categories": [3], "title": {"raw": "Tom &amp; &lt;Jerry&gt;"},
            "content": {"raw": sent.content},
        }));
        assert_eq!(differences(&article, &prepared, &sent, None, &kept), Vec::<String>::new());

        let other = post(serde_json::json!({
            "slug": "t-2", "status": "pending", "categories": [1], "title": {"raw": "Tom"},
            "content": {"raw": "<p>Hi</p>"},
        }));
        assert_eq!(
            differences(&article, &prepared, &sent, None, &other),
            [
                "The category “News” could not be set.",
                "The image could not be set as the article's image.",
                "The site chose the address “t-2” instead of “t”.",
                "The site changed the title while saving it.",
                "The site removed the invisible mark by which we find the article again; it is known by its number only.",
                "The site put the article into the state “pending”.",
            ]
        );
    }
}

//! What leaves for Webflow and what is made of its answers, written from the contract.

use aos_capabilities::{
    Account, Platform, PlatformErrorKind as Kind,
    connect::Authorize,
    evidence::Inspect,
    publish::{Article, ArticleImage, Publish, PublishMode, PublishedState},
};
use aos_kernel::{ContentItemId, Retry, Secret};
use bytes::Bytes;
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::time::Duration;

use super::Webflow;
use crate::prompter::{Answer, Rehearsal, account, app, now, tokens, visit};

const API: &str = "https://api.webflow.com/v2";
const ITEMS: &str = "https://api.webflow.com/v2/collections/c1/items";
const REQUIRED: &[&str] = &["sites:read", "cms:read", "cms:write"];

fn connected() -> Account {
    account(json!({"site_id": "s1", "site_name": "Harbour & Pine", "short_name": "harbour-pine",
        "site_url": "https://harbour-pine.test/", "collection_id": "c1", "collection_name": "Posts", "collection_slug": "post",
        "fields": {"body": "post-body", "summary": "summary", "image": "main-image"}}))
}
fn article(mode: PublishMode) -> Article {
    Article {
        item: "0199c0de-0000-7000-8000-000000000001".parse().unwrap(),
        title: "Roof care".to_owned(),
        slug: "roof-care".to_owned(),
        excerpt: "What to look at.".to_owned(),
        html: "<p>Look up.</p>".to_owned(),
        categories: Vec::new(),
        tags: Vec::new(),
        image: None,
        mode,
    }
}
fn item(id: &str, slug: &str, draft: bool, live: bool) -> Value {
    json!({"id": id, "lastPublished": live.then_some("2030-03-04T09:00:00Z"), "lastUpdated": "2030-03-04T09:00:00Z",
        "createdOn": "2030-03-01T09:00:00Z", "isArchived": false, "isDraft": draft,
        "fieldData": {"name": "Roof care", "slug": slug, "summary": "What to look at.",
            "post-body": "<p id=\"agency-os-item-0199c0de-0000-7000-8000-000000000001\">Look up.</p>"}})
}
fn taken() -> Value {
    json!({"code": "validation_error", "message": "Validation Error", "externalReference": null,
        "details": [{"param": "slug", "description": "Unique value is already in database: 'roof-care'"}]})
}
fn conflict() -> Value {
    json!({"code": "conflict", "message": "Site is published to multiple domains at different times", "details": []})
}
fn list(items: &[Value]) -> Value {
    json!({"items": items, "pagination": {"limit": 100, "offset": 0, "total": items.len()}})
}
fn sites() -> Answer {
    Answer::get(
        format!("{API}/sites"),
        200,
        json!({"sites": [{"id": "s1", "displayName": "Harbour & Pine",
        "shortName": "harbour-pine", "lastPublished": null, "customDomains": [{"id": "d1", "url": "harbour-pine.test"}]}]}),
    )
}
fn webflow(answers: impl IntoIterator<Item = Answer>) -> (Webflow, Rehearsal) {
    let rehearsal = Rehearsal::new(answers);
    (Webflow::new(rehearsal.vendor()), rehearsal)
}

#[tokio::test]
async fn consent_asks_for_the_permissions_and_brings_a_lasting_token() {
    let reply = json!({"access_token": "wf", "token_type": "bearer", "scope": "sites:read,cms:read cms:write"});
    let (platform, rehearsal) = webflow([Answer::post("https://api.webflow.com/oauth/access_token", 200, reply)]);
    let url = platform.departure(&app(), &visit()).unwrap();
    insta::assert_snapshot!(url, @"https://webflow.com/oauth/authorize?response_type=code&client_id=agency-os&scope=sites%3Aread%20cms%3Aread%20cms%3Awrite%20sites%3Awrite%20assets%3Awrite&redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Fback&state=the-state");
    let tokens = platform.redeem(&app(), &visit(), &Secret::new("code")).await.unwrap();
    assert_eq!((tokens.access.expose(), tokens.expires_at), ("wf", None));
    assert_eq!(tokens.scopes.as_deref().unwrap(), REQUIRED);
    assert_eq!(platform.refresh(&app(), &tokens).await.unwrap_err().kind, Kind::Unsupported);
    insta::assert_json_snapshot!(rehearsal.sent());
    for (body, kind) in [
        (json!({"error": "invalid_grant"}), Kind::AuthExpired),
        (json!({"error": "invalid_client"}), Kind::PermissionMissing),
        (json!({"code": "bad_request", "message": "Invalid client id"}), Kind::PermissionMissing),
    ] {
        let (platform, _) = webflow([Answer::post("https://api.webflow.com/oauth/access_token", 400, body)]);
        assert_eq!(platform.redeem(&app(), &visit(), &Secret::new("code")).await.unwrap_err().kind, kind);
    }
}

#[tokio::test]
async fn giving_access_back_twice_is_harmless() {
    for (status, body, good) in [
        (200, json!({"didRevoke": true}), true),
        (400, json!({"code": "bad_request", "message": "Token not found"}), true),
        (401, json!({"error": "invalid_client"}), false),
        (503, json!({}), false),
    ] {
        let (platform, rehearsal) =
            webflow([Answer::post("https://webflow.com/oauth/revoke_authorization", status, body)]);
        assert_eq!(platform.revoke(&app(), &tokens(REQUIRED)).await.is_ok(), good, "{status}");
        assert!(!serde_json::to_string(&rehearsal.sent()).unwrap().contains("the-access"));
    }
}

#[tokio::test]
async fn collections_that_can_hold_articles_are_offered_and_others_say_why_not() {
    let fields = |kind: &str| json!([{"type": "PlainText", "slug": "name"}, {"type": kind, "slug": "post-body", "isEditable": true}]);
    let collection =
        |id: &str, name: &str, kind: &str| json!({"id": id, "displayName": name, "slug": "x", "fields": fields(kind)});
    let (platform, rehearsal) = webflow([
        sites(),
        Answer::get(
            format!("{API}/sites/s1/collections"),
            200,
            json!({"collections": [
            {"id": "c2", "displayName": "Tags"}, {"id": "c1", "displayName": "Posts"}, {"id": "../x"}]}),
        ),
        Answer::get(format!("{API}/collections/c2"), 200, collection("c2", "Tags", "Color")),
        Answer::get(format!("{API}/collections/c1"), 200, collection("c1", "Posts", "RichText")),
    ]);
    let targets = platform.targets(&app(), &tokens(REQUIRED)).await.unwrap();
    let shown: Vec<_> = targets.iter().map(|t| (t.key.as_str(), t.label.as_str(), t.refusal.is_some())).collect();
    assert_eq!(shown, [("s1/c1", "Posts", false), ("s1/c2", "Tags", true)]);
    assert_eq!(targets[0].settings["fields"]["body"], "post-body");
    assert!(targets[1].refusal.as_ref().unwrap().contains("rich text"));
    insta::assert_json_snapshot!(rehearsal.sent());
    let (platform, rehearsal) = webflow([]);
    assert_eq!(platform.targets(&app(), &tokens(&["cms:read"])).await.unwrap_err().kind, Kind::PermissionMissing);
    assert!(rehearsal.sent().is_empty());
}

#[tokio::test]
async fn a_check_names_what_was_not_given_and_follows_changed_fields() {
    let (platform, _) = webflow([
        Answer::get(
            format!("{API}/token/introspect"),
            200,
            json!({"authorization": {"scope": "sites:read,cms:read,cms:write"}}),
        ),
        Answer::get(
            format!("{API}/collections/c1"),
            200,
            json!({"id": "c1", "displayName": "News", "slug": "news",
            "fields": [{"type": "RichText", "slug": "content"}]}),
        ),
    ]);
    let info = platform.check(&connected()).await.unwrap();
    assert_eq!((info.label.as_str(), info.warnings.len()), ("Harbour & Pine (News)", 3));
    assert_eq!(info.settings["fields"]["body"], "content");
    let (platform, _) =
        webflow([Answer::get(format!("{API}/token/introspect"), 401, json!({"code": "not_authorized"}))]);
    assert_eq!(platform.check(&connected()).await.unwrap_err().kind, Kind::AuthExpired);
}

#[tokio::test]
async fn an_article_goes_live_in_one_request_with_its_image() {
    let mut live = item("i1", "roof-care", false, true);
    live["fieldData"]["main-image"] = json!({"fileId": "a1", "url": "https://cdn.test/x.png"});
    let (platform, rehearsal) = webflow([
        Answer::post(
            format!("{API}/sites/s1/assets"),
            200,
            json!({"id": "a1", "uploadUrl": "https://s3.amazonaws.com/bucket",
            "uploadDetails": {"acl": "public-read", "X-Amz-Signature": "sig", "success_action_status": "201"}}),
        ),
        Answer::post("https://s3.amazonaws.com/bucket", 201, Value::Null),
        Answer::post(format!("{ITEMS}/live"), 202, live),
    ]);
    let image = ArticleImage {
        file_name: "Roof Chart (2).PNG".to_owned(),
        content_type: "image/png".to_owned(),
        bytes: Bytes::from_static(b"png"),
        alt: "A roof".to_owned(),
    };
    let wish = Article { image: Some(image), ..article(PublishMode::Now) };
    let published = platform.publish_article(&wish).await.unwrap();
    assert_eq!(
        (published.state, published.url.as_str()),
        (PublishedState::Live, "https://harbour-pine.test/post/roof-care")
    );
    assert_eq!(published.notes, Vec::<String>::new());
    insta::assert_json_snapshot!(rehearsal.sent());
}

#[tokio::test]
async fn the_modes_are_draft_now_and_nothing_to_come() {
    let (platform, _) = webflow([Answer::post(ITEMS, 202, item("i1", "roof-care", true, false))]);
    let published = platform.publish_article(&article(PublishMode::Draft)).await.unwrap();
    assert_eq!(
        (published.state, published.url.as_str()),
        (PublishedState::Draft, "https://webflow.com/design/harbour-pine")
    );
    let (platform, _) = webflow([Answer::post(format!("{ITEMS}/live"), 202, item("i1", "roof-care", false, true))]);
    let past = article(PublishMode::At(now() - TimeDelta::days(1)));
    assert_eq!(platform.publish_article(&past).await.unwrap().state, PublishedState::Live);
    let (platform, rehearsal) = webflow([]);
    let error = platform.publish_article(&article(PublishMode::At(now() + TimeDelta::hours(1)))).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (Kind::Unsupported, Retry::Never));
    assert!(rehearsal.sent().is_empty() && error.help.unwrap().contains("calendar"));
}

#[tokio::test]
async fn a_site_that_stands_in_the_way_is_published_once() {
    let site = format!("{API}/sites/s1/publish");
    let (platform, rehearsal) = webflow([
        Answer::post(format!("{ITEMS}/live"), 409, conflict()),
        sites(),
        Answer::post(&site, 202, json!({"customDomains": []})),
        Answer::post(format!("{ITEMS}/live"), 202, item("i1", "roof-care", false, true)),
    ]);
    let published = platform.publish_article(&article(PublishMode::Now)).await.unwrap();
    assert!(published.notes[0].contains("published first"), "{:?}", published.notes);
    insta::assert_json_snapshot!(rehearsal.sent());

    let minute = Retry::After(Duration::from_secs(60));
    let (platform, _) = webflow([
        Answer::post(format!("{ITEMS}/live"), 409, conflict()),
        sites(),
        Answer::post(&site, 202, json!({})),
        Answer::post(format!("{ITEMS}/live"), 409, conflict()),
    ]);
    let error = platform.publish_article(&article(PublishMode::Now)).await.unwrap_err();
    assert_eq!((error.kind, error.retry, error.outcome_unknown), (Kind::Unavailable, minute, false));
    let (platform, _) = webflow([
        Answer::post(format!("{ITEMS}/live"), 409, conflict()),
        sites(),
        Answer::post(&site, 429, json!({"code": "too_many_requests"})).header("retry-after", "60"),
    ]);
    let error = platform.publish_article(&article(PublishMode::Now)).await.unwrap_err();
    assert_eq!((error.kind, error.retry, error.outcome_unknown), (Kind::RateLimited, minute, false));
}

#[tokio::test]
async fn an_address_that_is_taken_gets_a_number_unless_it_was_us() {
    let mut theirs = item("i9", "roof-care", false, true);
    theirs["fieldData"]["post-body"] = json!("<p>Other words.</p>");
    let by_slug = format!("{ITEMS}?offset=0&limit=100&slug=roof-care");
    let (platform, rehearsal) = webflow([
        Answer::post(format!("{ITEMS}/live"), 400, taken()),
        Answer::get(&by_slug, 200, list(&[theirs])),
        Answer::post(format!("{ITEMS}/live"), 202, item("i1", "roof-care-2", false, true)),
    ]);
    let published = platform.publish_article(&article(PublishMode::Now)).await.unwrap();
    assert!(published.notes.iter().any(|note| note.contains("roof-care-2")), "{:?}", published.notes);
    insta::assert_json_snapshot!(rehearsal.sent());

    // The mark was lost on the way, but title and words are the same.
    let mut bare = item("i1", "roof-care", true, false);
    bare["fieldData"]["post-body"] = json!("<p>Look up.</p>");
    for ours in [item("i1", "roof-care", true, false), bare] {
        let (platform, _) = webflow([
            Answer::post(format!("{ITEMS}/live"), 400, taken()),
            Answer::get(&by_slug, 200, list(&[ours])),
            Answer::to("PATCH", format!("{ITEMS}/i1"), 200, item("i1", "roof-care", false, false)),
            Answer::post(format!("{ITEMS}/publish"), 202, json!({"publishedItemIds": ["i1"], "errors": []})),
            Answer::get(format!("{ITEMS}/i1"), 200, item("i1", "roof-care", false, true)),
        ]);
        assert_eq!(platform.publish_article(&article(PublishMode::Now)).await.unwrap().id, "i1");
    }
}

#[tokio::test]
async fn an_item_is_found_by_its_mark_wherever_it_stands() {
    let other = "0199c0de-0000-7000-8000-000000000002".parse::<ContentItemId>().unwrap();
    let by_slug = format!("{ITEMS}?offset=0&limit=100&slug=roof-care");
    let all = format!("{ITEMS}?offset=0&limit=100");
    let found = list(&[item("i1", "roof-care", false, true)]);
    let (platform, _) = webflow([Answer::get(&by_slug, 200, found.clone())]);
    let seen = platform.find(&connected(), article(PublishMode::Now).item, "roof-care").await.unwrap().unwrap();
    assert_eq!((seen.id.as_str(), seen.state), ("i1", PublishedState::Live));
    let (platform, _) = webflow([Answer::get(&all, 200, found.clone())]);
    assert!(platform.find(&connected(), article(PublishMode::Now).item, "").await.unwrap().is_some());
    let (platform, _) = webflow([Answer::get(&by_slug, 200, found.clone()), Answer::get(&all, 200, found)]);
    assert_eq!(platform.find(&connected(), other, "roof-care").await.unwrap(), None);
}

#[tokio::test]
async fn an_update_changes_the_same_item_and_takes_it_back_when_asked() {
    let (platform, rehearsal) = webflow([
        Answer::get(format!("{ITEMS}/i1"), 200, item("i1", "roof-care-2", false, true)),
        Answer::to("PATCH", format!("{ITEMS}/i1"), 200, item("i1", "roof-care-2", false, true)),
        Answer::post(format!("{ITEMS}/publish"), 202, json!({"publishedItemIds": ["i1"], "errors": []})),
        Answer::get(format!("{ITEMS}/i1"), 200, item("i1", "roof-care-2", false, true)),
    ]);
    let updated = platform.update(&connected(), "i1", &article(PublishMode::Now)).await.unwrap();
    assert_eq!((updated.state, updated.notes), (PublishedState::Live, Vec::new()));
    insta::assert_json_snapshot!(rehearsal.sent());

    let (platform, _) = webflow([
        Answer::get(format!("{ITEMS}/i1"), 200, item("i1", "roof-care", false, true)),
        Answer::to("DELETE", format!("{ITEMS}/i1/live"), 204, Value::Null),
        Answer::to("PATCH", format!("{ITEMS}/i1"), 200, item("i1", "roof-care", true, false)),
    ]);
    let back = platform.update(&connected(), "i1", &article(PublishMode::Draft)).await.unwrap();
    assert_eq!(back.state, PublishedState::Draft);

    let (platform, _) = webflow([
        Answer::get(format!("{ITEMS}/i1"), 200, item("i1", "roof-care", false, true)),
        Answer::to("PATCH", format!("{ITEMS}/i1"), 200, item("i1", "roof-care", false, true)),
        Answer::post(format!("{ITEMS}/publish"), 202, json!({"publishedItemIds": [], "errors": ["x"]})),
    ]);
    let error = platform.update(&connected(), "i1", &article(PublishMode::Now)).await.unwrap_err();
    assert_eq!(error.kind, Kind::Invalid("article".to_owned()), "a good status is no success by itself");
}

#[tokio::test]
async fn what_is_gone_is_told_from_a_collection_that_is_gone() {
    let one = format!("{ITEMS}/i1");
    for (status, code, gone) in [
        (404, "resource_not_found", Some(true)),
        (400, "validation_error", Some(true)),
        (404, "collection_not_found", None),
    ] {
        let (platform, _) = webflow([Answer::get(&one, status, json!({"code": code, "details": []}))]);
        let read = Publish::read(&platform, &connected(), "i1").await;
        assert_eq!(read.ok().map(|read| read.is_none()), gone, "{code}");
    }
    // Something in front of Webflow does not know the address: that says nothing of the article.
    let (platform, _) = webflow([Answer::get(&one, 404, json!("no such page"))]);
    assert!(Publish::read(&platform, &connected(), "i1").await.is_err());

    let mut archived = item("i1", "roof-care", false, true);
    archived["isArchived"] = json!(true);
    let (platform, _) = webflow([Answer::get(&one, 200, archived.clone()), Answer::get(&one, 200, archived)]);
    let read = Publish::read(&platform, &connected(), "i1").await.unwrap().unwrap();
    assert_eq!(read.state, PublishedState::Trashed);
    let error = platform.update(&connected(), "i1", &article(PublishMode::Now)).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (Kind::NotFound, Retry::Never));
    let (platform, rehearsal) = webflow([]);
    for id in ["", "not-an-id", "1/../2"] {
        assert_eq!(Publish::read(&platform, &connected(), id).await.unwrap(), None);
    }
    assert!(rehearsal.sent().is_empty());
}

#[tokio::test]
async fn a_lost_answer_leaves_the_article_in_doubt_and_a_refusal_does_not() {
    for (status, doubt) in [(500, true), (503, true), (403, false), (429, false), (400, false)] {
        let (platform, _) = webflow([Answer::post(format!("{ITEMS}/live"), status, json!({}))]);
        let error = platform.publish_article(&article(PublishMode::Now)).await.unwrap_err();
        assert_eq!(error.outcome_unknown, doubt, "{status}");
    }
    let (platform, _) = webflow([Answer::post(format!("{ITEMS}/live"), 202, json!({"fieldData": {}}))]);
    assert!(platform.publish_article(&article(PublishMode::Now)).await.unwrap_err().outcome_unknown);
}

#[tokio::test]
async fn a_score_reads_live_articles_of_a_year() {
    let mut old = item("i2", "old", false, true);
    old["createdOn"] = json!("2028-01-01T00:00:00Z");
    let query = "offset=0&limit=100&sortBy=lastPublished&sortOrder=desc";
    let (platform, rehearsal) = webflow([
        Answer::get(
            format!("{ITEMS}?{query}"),
            200,
            list(&[item("i1", "roof-care", false, true), old, item("i3", "d", true, false)]),
        ),
        sites(),
    ]);
    let evidence = Inspect::inspect(&platform, &connected()).await.unwrap();
    assert_eq!(evidence.articles.len(), 1);
    let one = &evidence.articles[0];
    assert_eq!(
        (one.url.as_str(), one.words, one.excerpt, one.image),
        ("https://harbour-pine.test/post/roof-care", 2, true, false)
    );
    let filled: Vec<_> = evidence.profile.iter().map(|part| part.filled).collect();
    assert_eq!((filled, evidence.missing.len()), (vec![true, true, false], 0));
    insta::assert_json_snapshot!(rehearsal.sent());
}

impl Webflow {
    async fn publish_article(
        &self,
        article: &Article,
    ) -> Result<aos_capabilities::publish::Published, aos_capabilities::PlatformError> {
        Publish::publish(self, &connected(), article).await
    }
}

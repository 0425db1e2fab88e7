//! Whole operations against answers written from the contract.

use aos_capabilities::{
    Platform, PlatformError, PlatformErrorKind as Kind,
    connect::Authorize,
    evidence::Inspect,
    post::{MediaKind, Post, PostState, PublishPosts, PublishedPost},
};
use aos_kernel::Retry;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::LinkedIn;
use crate::social::bench::{Rehearsal, account, answered, app, lost, media, now, play, post, rehearse, tokens, visit};

const PAGE: &str = "urn:li:organization:123";
const POSTS: &str = "https://api.linkedin.com/rest/posts";
const LIST: &str = "https://api.linkedin.com/rest/posts?q=author&author=urn%3Ali%3Aorganization%3A123&start=0&count=50&sortBy=LAST_MODIFIED";
// `state` is a name under which secrets travel elsewhere, so recordings hide it.
const ACLS: &str = "https://api.linkedin.com/rest/organizationAcls?q=roleAssignee&role=ADMINISTRATOR&state=%5Bsecret%5D&start=0&count=100";

fn page() -> aos_capabilities::Account {
    account(json!({"author": PAGE, "name": "Harbour & Pine", "vanity": "harbour-pine"}))
}

async fn publish(stage: &Rehearsal, post: &Post) -> Result<PublishedPost, PlatformError> {
    PublishPosts::publish(&LinkedIn::new(stage.vendor.clone()), &page(), post).await
}

fn initialized(kind: &str, name: &str) -> Value {
    json!({"value": {
        "uploadUrlExpiresAt": 1_900_000_000_000_i64,
        "uploadUrl": format!("https://www.linkedin.com/dms-uploads/{name}"),
        kind: format!("urn:li:{kind}:{name}"),
    }})
}

fn created() -> Value {
    json!({"x-restli-id": "urn:li:share:6844785523593134080"})
}

/// What a post with two images takes.
fn two_images() -> Vec<(&'static str, &'static str, u16, Value, Value)> {
    let none = || (json!({}), Value::Null);
    let mut exchanges = Vec::new();
    for (name, upload, look) in [
        ("C1", "https://www.linkedin.com/dms-uploads/C1", "https://api.linkedin.com/rest/images/urn%3Ali%3Aimage%3AC1"),
        ("C2", "https://www.linkedin.com/dms-uploads/C2", "https://api.linkedin.com/rest/images/urn%3Ali%3Aimage%3AC2"),
    ] {
        let start = "https://api.linkedin.com/rest/images?action=initializeUpload";
        exchanges.push(("POST", start, 200, json!({}), initialized("image", name)));
        exchanges.push(("PUT", upload, 201, none().0, none().1));
        exchanges.push(("GET", look, 200, json!({}), json!({"status": "AVAILABLE"})));
    }
    exchanges
}

fn illustrated() -> Post {
    Post {
        media: vec![media(MediaKind::Image, "one.jpg", "image/jpeg"), media(MediaKind::Image, "two.jpg", "image/jpeg")],
        ..post("Two offices (new) for #gardens")
    }
}

#[tokio::test]
async fn the_requests_of_a_post_are_those_of_the_contract() {
    let mut exchanges = two_images();
    exchanges.push(("POST", POSTS, 201, created(), Value::Null));
    let stage = rehearse(&exchanges);
    let published = publish(&stage, &illustrated()).await.unwrap();
    assert_eq!((published.id.as_str(), published.state), ("urn:li:share:6844785523593134080", PostState::Live));
    assert_eq!(
        published.url.unwrap().as_str(),
        "https://www.linkedin.com/feed/update/urn:li:share:6844785523593134080"
    );
    insta::assert_json_snapshot!("publish_two_images", stage.requests());
    assert!(!stage.requests().to_string().contains("canary"));
}

#[tokio::test]
async fn a_link_and_a_document_carry_their_titles() {
    let stage = rehearse(&[("POST", POSTS, 201, created(), Value::Null)]);
    let link = Post {
        link: Some("https://pine.test/offices".parse().unwrap()),
        title: Some("Offices in the garden".to_owned()),
        ..post("Read on")
    };
    publish(&stage, &link).await.unwrap();
    insta::assert_json_snapshot!("publish_link", stage.requests()[0]["body"]);

    let start = "https://api.linkedin.com/rest/documents?action=initializeUpload";
    let look = "https://api.linkedin.com/rest/documents/urn%3Ali%3Adocument%3AD1";
    let stage = rehearse(&[
        ("POST", start, 200, json!({}), initialized("document", "D1")),
        ("PUT", "https://www.linkedin.com/dms-uploads/D1", 200, json!({}), Value::Null),
        // A token that may not look goes on without.
        ("GET", look, 403, json!({}), json!({"status": 403})),
        ("POST", POSTS, 201, created(), Value::Null),
    ]);
    let paper = Post { media: vec![media(MediaKind::Document, "Price-list.pdf", "application/pdf")], ..post("Prices") };
    publish(&stage, &paper).await.unwrap();
    insta::assert_json_snapshot!("publish_document", stage.requests()[3]["body"]);
}

#[tokio::test]
async fn an_upload_that_fails_leaves_no_doubt_and_a_lost_answer_to_the_post_does() {
    let start = "https://api.linkedin.com/rest/images?action=initializeUpload";
    let single = || Post { media: vec![media(MediaKind::Image, "one.jpg", "image/jpeg")], ..post("Hello") };
    for exchanges in [
        vec![lost("POST", start)],
        vec![answered("POST", start, 503, json!({}))],
        vec![answered("POST", start, 200, json!({"odd": true}))],
        vec![answered(
            "POST",
            start,
            200,
            json!({"value": {"uploadUrl": "https://elsewhere.test/up", "image": "urn:li:image:C1"}}),
        )],
    ] {
        let stage = play(exchanges);
        let error = publish(&stage, &single()).await.unwrap_err();
        assert!(!error.outcome_unknown, "{error:?}");
        assert_eq!(stage.count(), 1, "nothing is sent to a place that is not LinkedIn's");
    }
    for (exchange, unknown) in [
        (lost("POST", POSTS), true),
        (answered("POST", POSTS, 500, json!({"message": "x"})), true),
        // Made, but the answer does not say which one it is.
        (answered("POST", POSTS, 201, json!({})), true),
        (answered("POST", POSTS, 422, json!({"message": "DUPLICATE_POST"})), false),
    ] {
        let stage = play(vec![exchange]);
        let error = publish(&stage, &post("Hello")).await.unwrap_err();
        assert_eq!(error.outcome_unknown, unknown, "{error:?}");
    }
}

#[tokio::test]
async fn a_post_is_found_by_its_words_and_its_time() {
    let since = now();
    let at = |minutes: i64| (since + TimeDelta::minutes(minutes)).timestamp_millis();
    let element = |id: &str, words: &str, minutes: i64, state: &str| json!({"id": id, "commentary": words, "createdAt": at(minutes), "lastModifiedAt": at(minutes), "lifecycleState": state});
    let list = |elements: Value| {
        answered("GET", LIST, 200, json!({"elements": elements, "paging": {"start": 0, "count": 50}}))
    };
    let ours = post("Two offices (new)\n\nfor #gardens");
    for (elements, found) in [
        (
            json!([element("urn:li:share:1", "Two offices \\(new\\)\n\nfor {hashtag|\\#|gardens}", 0, "PUBLISHED")]),
            Some("urn:li:share:1"),
        ),
        (
            json!([element("urn:li:share:1", "Two offices \\(new\\) for #gardens", -1, "PUBLISHED")]),
            Some("urn:li:share:1"),
        ),
        (json!([element("urn:li:share:1", "Two offices \\(new\\) for #gardens", -3, "PUBLISHED")]), None),
        (json!([element("urn:li:share:1", "Two offices \\(new\\) for #gardens", 0, "DRAFT")]), None),
        (json!([element("urn:li:share:1", "Three offices", 0, "PUBLISHED")]), None),
        (json!([]), None),
    ] {
        let stage = play(vec![list(elements)]);
        let answer = LinkedIn::new(stage.vendor.clone()).find(&page(), &ours, since).await.unwrap();
        assert_eq!(answer.map(|post| post.id).as_deref(), found);
    }
    // An answer that is no list is no "not there".
    let stage = play(vec![answered("GET", LIST, 200, json!({"message": "hello"}))]);
    let error = LinkedIn::new(stage.vendor.clone()).find(&page(), &ours, since).await.unwrap_err();
    assert_eq!((error.kind, error.outcome_unknown), (Kind::UnexpectedResponse, false));
}

#[tokio::test]
async fn a_post_that_was_deleted_is_gone_and_one_that_failed_is_told() {
    let one = "https://api.linkedin.com/rest/posts/urn%3Ali%3Ashare%3A1";
    let read = async |status: u16, body: Value| {
        let stage = play(vec![answered("GET", one, status, body)]);
        LinkedIn::new(stage.vendor).read(&page(), "urn:li:share:1").await
    };
    assert!(read(404, json!({"status": 404})).await.unwrap().is_none());
    let state = |state: &str| json!({"id": "urn:li:share:1", "lifecycleState": state});
    assert_eq!(read(200, state("PUBLISHED")).await.unwrap().unwrap().state, PostState::Live);
    assert_eq!(read(200, state("PUBLISH_REQUESTED")).await.unwrap().unwrap().state, PostState::Processing);
    assert!(matches!(read(200, state("PUBLISH_FAILED")).await.unwrap().unwrap().state, PostState::Rejected(_)));
    assert_eq!(read(401, json!({})).await.unwrap_err().kind, Kind::AuthExpired);
}

#[tokio::test]
async fn what_the_page_would_refuse_is_refused_before_a_request() {
    let stage = play(Vec::new());
    let linkedin = LinkedIn::new(stage.vendor.clone());
    let link = Some("https://pine.test/".parse().unwrap());
    let huge = {
        let mut image = media(MediaKind::Image, "huge.png", "image/png");
        (image.width, image.height) = (Some(8_000), Some(6_000));
        image
    };
    for (wrong, field) in [
        (post("  "), "text"),
        (post(&"a".repeat(3_001)), "text"),
        (Post { link, ..illustrated() }, "link"),
        (Post { media: vec![huge], ..post("x") }, "media"),
        (Post { media: vec![media(MediaKind::Video, "a.mp4", "video/mp4")], ..post("x") }, "media"),
        (Post { media: vec![media(MediaKind::Image, "a.webp", "image/webp")], ..post("x") }, "media"),
    ] {
        let error = PublishPosts::publish(&linkedin, &page(), &wrong).await.unwrap_err();
        assert_eq!((error.kind, error.outcome_unknown), (Kind::Invalid(field.to_owned()), false), "{}", error.message);
    }
    assert!(linkedin.validate(&post(&"é".repeat(3_000))).is_ok());
    assert_eq!(stage.count(), 0);
}

#[tokio::test]
async fn the_consent_is_asked_for_redeemed_and_renewed() {
    let token = "https://www.linkedin.com/oauth/v2/accessToken";
    let answer = json!({
        "access_token": "AQX", "expires_in": 5_184_000, "refresh_token": "AQW", "refresh_token_expires_in": 31_536_000,
        "scope": "r_organization_social,w_organization_social",
    });
    let stage = play(vec![answered("POST", token, 200, answer.clone()), answered("POST", token, 200, answer)]);
    let linkedin = LinkedIn::new(stage.vendor.clone());
    assert_eq!(
        linkedin.departure(&app(), &visit()).unwrap().as_str(),
        "https://www.linkedin.com/oauth/v2/authorization?response_type=code&client_id=agency-os&redirect_uri=\
         https%3A%2F%2Fagency.test%2Fconnect%2Fback&state=state-1&scope=w_organization_social%20r_organization_social\
         %20rw_organization_admin"
    );
    let given = linkedin.redeem(&app(), &visit(), &"code-1".to_owned().into()).await.unwrap();
    assert_eq!(given.expires_at, Some(now() + TimeDelta::days(60)));
    let missing = linkedin.descriptor().consent.unwrap().missing(given.scopes.as_deref());
    assert_eq!(missing.iter().map(|scope| scope.name).collect::<Vec<_>>(), ["rw_organization_admin"]);
    linkedin.refresh(&app(), &given).await.unwrap();
    let bodies: Vec<Value> = stage.requests().as_array().unwrap().iter().map(|sent| sent["body"].clone()).collect();
    insta::assert_json_snapshot!("tokens", bodies);

    let error = linkedin.refresh(&app(), &tokens(None)).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (Kind::Unsupported, Retry::Never));
    assert!(error.message.contains("agree again"));
    let error = linkedin.revoke(&app(), &tokens(Some("r"))).await.unwrap_err();
    assert_eq!(error.kind, Kind::Unsupported);
    assert!(error.message.contains("Permitted services"));
    assert_eq!(stage.count(), 2);
}

#[tokio::test]
async fn the_pages_that_somebody_administers_are_offered_and_no_page_is_an_empty_list() {
    let acl = |number: u32| json!({"role": "ADMINISTRATOR", "organization": format!("urn:li:organization:{number}"), "state": "APPROVED"});
    let old = json!({"role": "ADMINISTRATOR", "organizationTarget": "urn:li:organization:7", "state": "APPROVED"});
    let stage = play(vec![
        answered(
            "GET",
            ACLS,
            200,
            json!({"elements": [acl(123), old, acl(123)], "paging": {"start": 0, "count": 100}}),
        ),
        answered(
            "GET",
            "https://api.linkedin.com/rest/organizationsLookup?ids=List(123,7)",
            200,
            json!({"results": {"123": {"id": 123, "localizedName": "Harbour & Pine", "vanityName": "harbour-pine"}}}),
        ),
        answered(
            "GET",
            "https://api.linkedin.com/rest/networkSizes/urn%3Ali%3Aorganization%3A123?edgeType=COMPANY_FOLLOWED_BY_MEMBER",
            200,
            json!({"firstDegreeSize": 1240}),
        ),
        answered("GET", "https://api.linkedin.com/rest/organizations/7", 404, json!({})),
    ]);
    let targets = LinkedIn::new(stage.vendor.clone()).targets(&app(), &tokens(None)).await.unwrap();
    let seen: Vec<_> = targets.iter().map(|one| (one.key.as_str(), one.label.as_str(), one.detail.as_str())).collect();
    assert_eq!(
        seen,
        [
            ("urn:li:organization:123", "Harbour & Pine", "Page · 1,240 followers"),
            ("urn:li:organization:7", "Page 7", "Page"),
        ]
    );
    assert_eq!(targets[0].url.as_ref().unwrap().as_str(), "https://www.linkedin.com/company/harbour-pine");
    assert_eq!(targets[0].settings, page().settings);
    assert!(targets[0].refusal.is_none() && targets[1].refusal.is_some());

    let stage = play(vec![answered("GET", ACLS, 200, json!({"elements": [], "paging": {"start": 0, "count": 10}}))]);
    assert!(LinkedIn::new(stage.vendor).targets(&app(), &tokens(None)).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_check_tells_a_page_that_is_gone_and_an_administrator_who_is_none_any_more() {
    let organization = "https://api.linkedin.com/rest/organizations/123";
    let found = json!({"localizedName": "Harbour & Pine Ltd", "vanityName": "harbour-pine"});
    let stage = play(vec![
        answered("GET", organization, 200, found),
        answered("GET", ACLS, 200, json!({"elements": []})),
        answered("GET", organization, 404, json!({})),
    ]);
    let linkedin = LinkedIn::new(stage.vendor);
    let info = linkedin.check(&page()).await.unwrap();
    assert_eq!(
        (info.label.as_str(), info.url.as_str()),
        ("Harbour & Pine Ltd", "https://www.linkedin.com/company/harbour-pine")
    );
    assert_eq!((info.scopes.len(), info.warnings.len()), (0, 1));
    let error = linkedin.check(&page()).await.unwrap_err();
    assert_eq!((error.kind, error.message.as_str()), (Kind::NotFound, "The page is no longer on LinkedIn."));
}

#[tokio::test]
async fn what_could_not_be_read_is_missing_and_never_zero() {
    let millis = |days: i64| (now() - TimeDelta::days(days)).timestamp_millis();
    let posts = json!({"elements": [
        {"id": "urn:li:share:1", "commentary": "A \\(b\\) #c", "publishedAt": millis(1), "lifecycleState": "PUBLISHED", "content": {"media": {"id": "urn:li:image:C1"}}},
        {"id": "urn:li:share:2", "commentary": "No figures", "publishedAt": millis(2), "content": {"article": {"source": "https://pine.test"}}},
        {"id": "urn:li:share:3", "commentary": "Old", "publishedAt": millis(91)},
    ]});
    let followers =
        "https://api.linkedin.com/rest/networkSizes/urn%3Ali%3Aorganization%3A123?edgeType=COMPANY_FOLLOWED_BY_MEMBER";
    let gained = "https://api.linkedin.com/rest/organizationalEntityFollowerStatistics?q=organizationalEntity&organizationalEntity=urn%3Ali%3Aorganization%3A123&timeIntervals=(timeRange:(start:1896220800000,end:1898812800000),timeGranularityType:DAY)";
    let figures = "https://api.linkedin.com/rest/organizationalEntityShareStatistics?q=organizationalEntity&organizationalEntity=urn%3Ali%3Aorganization%3A123&shares=List(urn%3Ali%3Ashare%3A1,urn%3Ali%3Ashare%3A2)&count=20";
    let organization = "https://api.linkedin.com/rest/organizations/123";
    let totals = json!({"elements": [{"share": "urn:li:share:1", "totalShareStatistics": {"impressionCount": 100, "clickCount": 3, "likeCount": 2, "commentCount": 1, "shareCount": -1}}]});
    let shown = json!({"localizedName": "Harbour & Pine", "vanityName": "harbour-pine", "logoV2": {"original": "x"}});
    let stage = play(vec![
        answered("GET", organization, 200, shown.clone()),
        answered("GET", followers, 200, json!({"firstDegreeSize": 991})),
        answered(
            "GET",
            gained,
            200,
            json!({"elements": [{"followerGains": {"organicFollowerGain": 4, "paidFollowerGain": 1}}, {"followerGains": {"organicFollowerGain": -2}}]}),
        ),
        answered("GET", LIST, 200, posts.clone()),
        answered("GET", figures, 200, totals),
    ]);
    let evidence = Inspect::inspect(&LinkedIn::new(stage.vendor), &page()).await.unwrap();
    assert_eq!((evidence.followers, evidence.followers_gained), (Some(991), Some(3)));
    let filled: Vec<_> = evidence.profile.iter().filter(|part| part.filled).map(|part| part.part.as_str()).collect();
    assert_eq!(filled, ["logo", "own address"]);
    let seen: Vec<_> = evidence
        .posts
        .iter()
        .map(|post| (post.id.as_str(), post.kind.as_str(), post.hashtags, post.impressions, post.engagements))
        .collect();
    assert_eq!(
        seen,
        [("urn:li:share:1", "image", 1, Some(100), Some(6)), ("urn:li:share:2", "link", 0, Some(0), Some(0)),]
    );
    assert_eq!(evidence.missing.len(), 1);

    let stage = play(vec![
        answered("GET", organization, 200, shown),
        answered("GET", followers, 403, json!({})),
        answered("GET", gained, 403, json!({})),
        answered("GET", LIST, 200, posts),
        answered("GET", figures, 403, json!({})),
    ]);
    let evidence = Inspect::inspect(&LinkedIn::new(stage.vendor), &page()).await.unwrap();
    assert_eq!((evidence.followers, evidence.followers_gained), (None, None));
    assert_eq!((evidence.posts.len(), evidence.posts[0].impressions, evidence.missing.len()), (2, None, 4));
}

#[tokio::test]
async fn the_simulated_vendor_is_asked_below_its_own_name() {
    let root = "http://127.0.0.1:9";
    let at = |path: &str| format!("{root}/{path}");
    let place = json!({"value": {"uploadUrl": at("www.linkedin.com/dms-uploads/C1"), "image": "urn:li:image:C1"}});
    let stage = play(vec![
        answered("POST", &at("api.linkedin.com/rest/images?action=initializeUpload"), 200, place),
        answered("PUT", &at("www.linkedin.com/dms-uploads/C1"), 201, json!({})),
        answered(
            "GET",
            &at("api.linkedin.com/rest/images/urn%3Ali%3Aimage%3AC1"),
            200,
            json!({"status": "PROCESSING"}),
        ),
        answered(
            "GET",
            &at("api.linkedin.com/rest/images/urn%3Ali%3Aimage%3AC1"),
            200,
            json!({"status": "PROCESSING_FAILED"}),
        ),
    ]);
    let linkedin = LinkedIn::new(stage.vendor.clone().simulated(root.parse().unwrap()));
    assert!(linkedin.descriptor().simulated);
    let picture = Post { media: vec![media(MediaKind::Image, "one.jpg", "image/jpeg")], ..post("Hello") };
    let error = PublishPosts::publish(&linkedin, &page(), &picture).await.unwrap_err();
    assert_eq!(error.kind, Kind::Invalid("media".to_owned()));
    assert_eq!(stage.count(), 4);
}

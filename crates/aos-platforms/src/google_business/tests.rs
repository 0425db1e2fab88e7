//! What leaves for Business Profile and what is made of its answers, written from the contract.

use aos_capabilities::{
    Platform, PlatformErrorKind,
    connect::Authorize,
    evidence::Inspect,
    post::{MediaKind, Post, PostAction, PostMedia, PostState, PublishPosts},
};
use aos_kernel::ContentItemId;
use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};
use url::Url;

use super::{
    GoogleBusiness, SCOPE,
    api::{LocalPost, Location, Reviews, V4},
    mapping,
};
use crate::prompter::{Answer, Rehearsal, account, app, now, tokens};

const ACCOUNTS: &str = "https://mybusinessaccountmanagement.googleapis.com/v1/accounts?pageSize=20";
const INFORMATION: &str = "https://mybusinessbusinessinformation.googleapis.com/v1";
const PARENT: &str = "accounts/101/locations/555";

fn connected() -> aos_capabilities::Account {
    account(json!({"account": "accounts/101", "location": "locations/555", "title": "Harbour & Pine",
                   "url": "https://maps.google.com/?cid=1"}))
}
fn post() -> Post {
    Post {
        item: ContentItemId::new(),
        text: "New opening hours: Saturday until six.".to_owned(),
        title: None,
        link: None,
        media: Vec::new(),
        action: Some(PostAction {
            kind: "LEARN_MORE".to_owned(),
            url: Some(Url::parse("https://harbour-pine.test/hours").unwrap()),
        }),
        language: Some("en".to_owned()),
    }
}
fn photo() -> PostMedia {
    PostMedia {
        kind: MediaKind::Image,
        file_name: "office.jpg".to_owned(),
        content_type: "image/jpeg".to_owned(),
        bytes: Bytes::from_static(b"jpeg"),
        public_url: Some(Url::parse("https://media.test/office.jpg").unwrap()),
        alt: "A garden office".to_owned(),
        width: Some(800),
        height: Some(600),
    }
}
fn local_post(id: &str, state: &str, summary: &str, made: &str) -> Value {
    json!({"name": format!("{PARENT}/localPosts/{id}"), "languageCode": "en", "topicType": "STANDARD",
           "summary": summary, "state": state, "createTime": made, "updateTime": made,
           "searchUrl": format!("https://local.google.com/place?lpsid={id}")})
}
fn posts_url(query: &str) -> String {
    format!("{V4}/{PARENT}/localPosts?{query}")
}

#[tokio::test]
async fn the_locations_of_all_accounts_are_listed_once_and_page_by_page() {
    let locations = |group: &str, query: &str| {
        format!(
            "{INFORMATION}/accounts/{group}/locations?readMask=name%2Ctitle%2CstorefrontAddress%2Cmetadata&pageSize=100{query}"
        )
    };
    let shop = json!({"name": "locations/555", "title": "Harbour & Pine",
        "storefrontAddress": {"addressLines": ["1 Quay"], "postalCode": "20457", "locality": "Hamburg"},
        "metadata": {"mapsUri": "https://maps.google.com/?cid=1", "hasVoiceOfMerchant": true}});
    let rehearsal = Rehearsal::new([
        Answer::get(
            ACCOUNTS,
            200,
            json!({"accounts": [{"name": "accounts/101", "accountName": "Anna"}], "nextPageToken": "p2"}),
        ),
        Answer::get(
            format!("{ACCOUNTS}&pageToken=p2"),
            200,
            json!({"accounts": [
            {"name": "accounts/102", "accountName": "Agency", "type": "LOCATION_GROUP"}, {"name": "accounts/../x"}], "nextPageToken": "p2"}),
        ),
        Answer::get(locations("101", ""), 200, json!({"locations": [shop], "nextPageToken": "n"})),
        Answer::get(
            locations("101", "&pageToken=n"),
            200,
            json!({"locations": [
            {"name": "locations/556", "title": "Workshop", "metadata": {}}], "nextPageToken": ""}),
        ),
        Answer::get(locations("102", ""), 200, json!({"locations": [shop], "totalSize": 1})),
    ]);
    let platform = GoogleBusiness::new(rehearsal.vendor());
    let targets = platform.targets(&app(), &tokens(&[SCOPE])).await.unwrap();
    let shown: Vec<_> = targets.iter().map(|t| (t.key.as_str(), t.label.as_str(), t.detail.as_str())).collect();
    assert_eq!(
        shown,
        [
            ("accounts/101/locations/555", "Harbour & Pine", "Anna · 1 Quay, 20457 Hamburg"),
            ("accounts/101/locations/556", "Workshop", "Anna"),
        ]
    );
    assert_eq!(targets[0].refusal, None);
    assert!(targets[1].refusal.as_ref().unwrap().contains("Verify it"));
    insta::assert_json_snapshot!(rehearsal.sent());
}

#[tokio::test]
async fn a_person_without_an_account_has_nothing_to_choose() {
    let rehearsal = Rehearsal::new([Answer::get(ACCOUNTS, 200, json!({}))]);
    let targets = GoogleBusiness::new(rehearsal.vendor()).targets(&app(), &tokens(&[SCOPE])).await.unwrap();
    assert!(targets.is_empty());
}

#[tokio::test]
async fn a_profile_that_lost_its_owner_is_warned_about() {
    let url = format!("{INFORMATION}/locations/555?readMask=name%2Ctitle%2CstorefrontAddress%2Cmetadata");
    let rehearsal = Rehearsal::new([Answer::get(
        url,
        200,
        json!({"name": "locations/555", "title": "H&P", "metadata": {"hasPendingEdits": true}}),
    )]);
    let info = GoogleBusiness::new(rehearsal.vendor()).check(&connected()).await.unwrap();
    assert_eq!((info.label.as_str(), info.warnings.len()), ("H&P", 2));
    assert_eq!(info.settings["location"], "locations/555");
    let nameless = GoogleBusiness::new(rehearsal.vendor()).check(&account(Value::Null)).await.unwrap_err();
    assert_eq!(nameless.kind, PlatformErrorKind::NotFound);
}

#[tokio::test]
async fn a_post_goes_out_with_its_picture_and_button_and_is_processed_first() {
    let answer = local_post("7", "PROCESSING", "x", "2030-03-04T09:00:00Z");
    let rehearsal = Rehearsal::new([Answer::post(format!("{V4}/{PARENT}/localPosts"), 200, answer)]);
    let platform = GoogleBusiness::new(rehearsal.vendor());
    let published =
        PublishPosts::publish(&platform, &connected(), &Post { media: vec![photo()], ..post() }).await.unwrap();
    assert_eq!(
        (published.id.as_str(), published.state),
        ("accounts/101/locations/555/localPosts/7", PostState::Processing)
    );
    insta::assert_json_snapshot!(rehearsal.sent());
}

#[tokio::test]
async fn what_google_would_refuse_never_leaves() {
    let rehearsal = Rehearsal::new([]);
    let platform = GoogleBusiness::new(rehearsal.vendor());
    let action = |kind: &str, url: Option<&str>| {
        Some(PostAction { kind: kind.to_owned(), url: url.map(|url| Url::parse(url).unwrap()) })
    };
    let hidden = PostMedia { public_url: None, ..photo() };
    for (wrong, field) in [
        (Post { text: "a".repeat(1_501), ..post() }, "text"),
        (Post { text: " ".to_owned(), ..post() }, "text"),
        (Post { action: action("CALL", Some("https://a.test")), ..post() }, "action"),
        (Post { action: action("BOOK", None), ..post() }, "action"),
        (Post { action: action("JUMP", None), ..post() }, "action"),
        (Post { media: vec![PostMedia { width: Some(399), ..photo() }], ..post() }, "media"),
        (Post { media: vec![hidden], ..post() }, "media"),
    ] {
        let error = PublishPosts::publish(&platform, &connected(), &wrong).await.unwrap_err();
        assert_eq!(error.kind, PlatformErrorKind::Invalid(field.to_owned()));
    }
    assert!(rehearsal.sent().is_empty());
}

#[tokio::test]
async fn a_lost_answer_leaves_the_post_in_doubt_and_a_refusal_does_not() {
    for (status, doubt) in [(503, true), (500, true), (429, false), (403, false), (400, false)] {
        let rehearsal = Rehearsal::new([Answer::post(format!("{V4}/{PARENT}/localPosts"), status, json!({}))]);
        let error =
            PublishPosts::publish(&GoogleBusiness::new(rehearsal.vendor()), &connected(), &post()).await.unwrap_err();
        assert_eq!(error.outcome_unknown, doubt, "{status}");
    }
    let rehearsal = Rehearsal::new([Answer::post(format!("{V4}/{PARENT}/localPosts"), 200, json!({"state": "LIVE"}))]);
    let error =
        PublishPosts::publish(&GoogleBusiness::new(rehearsal.vendor()), &connected(), &post()).await.unwrap_err();
    assert!(error.outcome_unknown && error.kind == PlatformErrorKind::UnexpectedResponse);
}

#[tokio::test]
async fn a_post_is_found_by_its_words_and_its_moment() {
    let words = "New opening  hours:\nSaturday until six.";
    let rehearsal = Rehearsal::new([
        Answer::get(
            posts_url("pageSize=100"),
            200,
            json!({"localPosts": [
            local_post("old", "LIVE", words, "2030-03-04T08:59:59Z"),
            local_post("other", "LIVE", "Something else.", "2030-03-04T09:00:30Z")], "nextPageToken": "2"}),
        ),
        Answer::get(
            posts_url("pageSize=100&pageToken=2"),
            200,
            json!({"localPosts": [
            local_post("ours", "REJECTED", words, "2030-03-04T09:00:00Z")]}),
        ),
    ]);
    let platform = GoogleBusiness::new(rehearsal.vendor());
    let since = now() + chrono::TimeDelta::milliseconds(400);
    let found = platform.find(&connected(), &post(), since).await.unwrap().unwrap();
    assert!(found.id.ends_with("/ours"));
    assert!(matches!(found.state, PostState::Rejected(_)));
}

#[tokio::test]
async fn a_post_that_is_gone_is_told_from_an_api_that_is_gone() {
    let id = format!("{PARENT}/localPosts/7");
    let url = format!("{V4}/{id}");
    for (status, body, gone) in [
        (404, json!({"error": {"code": 404, "status": "NOT_FOUND"}}), Some(true)),
        (404, json!("<html>"), None),
        (200, local_post("7", "LIVE", "x", "2030-03-04T09:00:00Z"), Some(false)),
    ] {
        let rehearsal = Rehearsal::new([Answer::get(&url, status, body)]);
        let read = GoogleBusiness::new(rehearsal.vendor()).read(&connected(), &id).await;
        assert_eq!(read.ok().map(|read| read.is_none()), gone);
    }
    let nothing = Rehearsal::new([]);
    for id in
        ["", "7", "accounts/1/locations/9/localPosts/7", "accounts/101/locations/555/localPosts/../x", "a/b/c/d/e/f"]
    {
        let read = GoogleBusiness::new(nothing.vendor()).read(&connected(), id).await.unwrap();
        assert_eq!(read, None, "{id}");
    }
    assert!(nothing.sent().is_empty());
}

#[tokio::test]
async fn a_score_has_the_profile_the_reviews_and_the_posts() {
    let whole =
        "name%2Ctitle%2CphoneNumbers%2CwebsiteUri%2CregularHours%2Cmetadata%2Ccategories%2CstorefrontAddress%2Cprofile";
    let refused = json!({"error": {"code": 403, "status": "PERMISSION_DENIED"}});
    let rehearsal = Rehearsal::new([
        Answer::get(
            format!("{INFORMATION}/locations/555?readMask={whole}"),
            200,
            json!({
            "name": "locations/555", "title": "Harbour & Pine", "websiteUri": "https://harbour-pine.test",
            "phoneNumbers": {"primaryPhone": "+49 40 1"}, "regularHours": {"periods": [{"openDay": "MONDAY"}]},
            "profile": {"description": " "}, "metadata": {"hasVoiceOfMerchant": true}}),
        ),
        Answer::get(format!("{V4}/{PARENT}/media?pageSize=1"), 403, refused),
        Answer::get(
            format!("{V4}/{PARENT}/reviews?pageSize=50&orderBy=updateTime+desc"),
            200,
            json!({
            "reviews": [{"starRating": "FOUR", "reviewReply": {"comment": "Thanks"}}, {"starRating": "ONE"},
                        {"reviewReply": {"reviewReplyState": "REJECTED"}}],
            "averageRating": 4.4, "totalReviewCount": "31"}),
        ),
        Answer::get(
            posts_url("pageSize=100"),
            200,
            json!({"localPosts": [
            local_post("old", "LIVE", "x", "2029-11-01T09:00:00Z"), local_post("a", "LIVE", "Spring #roof", "2030-03-01T09:00:00Z"),
            local_post("no", "REJECTED", "x", "2030-03-02T09:00:00Z"), local_post("b", "LIVE", "y", "2030-03-03T09:00:00Z")]}),
        ),
    ]);
    let evidence = Inspect::inspect(&GoogleBusiness::new(rehearsal.vendor()), &connected()).await.unwrap();
    let filled: Vec<_> = evidence.profile.iter().filter(|part| part.filled).map(|part| part.part.as_str()).collect();
    assert_eq!(filled, ["name", "opening hours", "phone number", "website", "verification"]);
    let reviews = evidence.reviews.unwrap();
    assert_eq!((reviews.count, reviews.average, reviews.unanswered), (31, Some(4.4), 2));
    let posts: Vec<_> =
        evidence.posts.iter().map(|post| (post.id.rsplit('/').next().unwrap(), post.hashtags)).collect();
    assert_eq!(posts, [("b", 0), ("a", 1)]);
    assert_eq!(evidence.missing.len(), 1);
    assert!(evidence.missing[0].starts_with("The photos could not be read"), "{:?}", evidence.missing);
    insta::assert_json_snapshot!(rehearsal.sent());
}

proptest! {
    #[test]
    fn no_answer_breaks_the_mapping(name in ".{0,30}", state in ".{0,12}", number in any::<f64>(), text in ".{0,60}") {
        let post = json!({"name": name, "state": state, "summary": text, "searchUrl": text, "callToAction": text});
        if let Ok(post) = serde_json::from_value::<LocalPost>(post) {
            let _ = (mapping::published(&post), mapping::figures(&post));
        }
        let location = json!({"name": name, "title": text, "metadata": {"mapsUri": text}, "profile": {"description": text}});
        if let Ok(location) = serde_json::from_value::<Location>(location) {
            let _ = (mapping::profile(&location), mapping::warnings(&location), mapping::address_of(&location));
        }
        if let Ok(reviews) = serde_json::from_value::<Reviews>(json!({"averageRating": number, "totalReviewCount": text})) {
            prop_assert!(mapping::reviews(&reviews).average.is_none_or(|average| average <= 5.0));
        }
    }
}

//! Instagram against prepared answers: the requests as they leave, and what is made of what comes back.

use std::time::Duration;

use aos_capabilities::{
    Account, Platform, PlatformErrorKind,
    connect::{Authorize, OAuthApp, Tokens},
    post::{MediaKind, Post, PostMedia, PostState},
};
use aos_kernel::{ContentItemId, Retry, Secret};
use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Instagram, mapping};
use crate::{
    meta::pages::Granted,
    rehearsal::{Line, Stage, account, now, ok},
};

fn own() -> Account {
    account(json!({"ig_id": "1784", "page_id": "77", "username": "harbourandpine"}))
}
fn post(pictures: usize) -> Post {
    let media = |number: usize| PostMedia {
        kind: MediaKind::Image,
        file_name: format!("workshop-{number}.jpg"),
        content_type: "image/jpeg".to_owned(),
        bytes: Bytes::from_static(b"picture"),
        public_url: Some(format!("https://agency.test/media/{number}.jpg").parse().unwrap()),
        alt: "A workbench".to_owned(),
        width: Some(1_080),
        height: Some(1_080),
    };
    Post {
        item: ContentItemId::new(),
        text: "Oak, oil and patience. #timber".to_owned(),
        title: None,
        link: None,
        media: (0..pictures).map(media).collect(),
        action: None,
        language: None,
    }
}
fn client(stage: &Stage) -> Instagram {
    Instagram::new(stage.vendor()).patience(3, Duration::ZERO)
}
fn id(id: &str) -> Line {
    ok(json!({"id": id}))
}
fn state(word: &str) -> Line {
    ok(json!({"status_code": word, "id": "C"}))
}
fn quota(used: u64) -> Line {
    ok(json!({"data": [{"quota_usage": used, "config": {"quota_total": 100, "quota_duration": 86_400}}]}))
}
fn refused(code: i64, subcode: i64) -> Line {
    Line::Answer(400, json!({"error": {"message": "m", "code": code, "error_subcode": subcode}}))
}
fn media() -> Value {
    json!({"id": "M", "caption": "Oak, oil and patience. #timber", "permalink": "https://www.instagram.com/p/M/",
        "media_type": "IMAGE", "timestamp": "2030-03-04T09:00:03+0000"})
}
fn last(stage: &Stage) -> String {
    stage.asked().pop().unwrap()
}

#[tokio::test]
async fn one_picture_and_a_carousel_leave_as_the_contract_says() {
    let stage = Stage::open([
        id("C1"),
        state("IN_PROGRESS"),
        state("FINISHED"),
        quota(3),
        id("M"),
        ok(media()),
        id("C2"),
        id("C3"),
        id("C4"),
        state("FINISHED"),
        quota(4),
        id("M"),
        ok(media()),
    ])
    .await;
    let instagram = client(&stage);
    for pictures in [1, 2] {
        let published = instagram.posts().unwrap().publish(&own(), &post(pictures)).await.unwrap();
        assert_eq!((published.id.as_str(), published.state), ("M", PostState::Live));
        assert_eq!(published.url.unwrap().path(), "/p/M/");
    }
    insta::assert_json_snapshot!("instagram_publish", stage.requests());
}

#[tokio::test]
async fn pictures_that_are_not_ready_are_tried_again_and_nothing_is_unknown() {
    let slow = || state("IN_PROGRESS");
    let stage = Stage::open([id("C"), slow(), slow(), slow()]).await;
    let error = client(&stage).posts().unwrap().publish(&own(), &post(1)).await.unwrap_err();
    assert_eq!((error.kind, error.outcome_unknown), (PlatformErrorKind::Unavailable, false));
    assert_eq!(error.retry, Retry::After(Duration::from_secs(60)));
    assert_eq!(stage.asked().len(), 4, "it looks a bounded number of times");
    let stage = Stage::open([id("C"), state("FINISHED"), quota(1), refused(9_007, 2_207_027)]).await;
    let error = client(&stage).posts().unwrap().publish(&own(), &post(1)).await.unwrap_err();
    assert_eq!((error.retry, error.outcome_unknown), (Retry::After(Duration::from_secs(60)), false));
}

#[tokio::test]
async fn a_quota_that_is_reached_is_noticed_before_publishing() {
    let stage = Stage::open([id("C"), state("FINISHED"), quota(100)]).await;
    let error = client(&stage).posts().unwrap().publish(&own(), &post(1)).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (PlatformErrorKind::RateLimited, Retry::After(Duration::from_secs(3_600))));
    assert!(last(&stage).contains("content_publishing_limit"));
}

#[tokio::test]
async fn a_lost_answer_is_looked_up_in_the_container_and_in_the_list() {
    let lost = || [id("C"), state("FINISHED"), quota(1), Line::Hangup];
    let listed = |media: Vec<Value>| ok(json!({"data": media}));
    let stage = Stage::open(lost().into_iter().chain([state("PUBLISHED"), listed(vec![media()])])).await;
    let published = client(&stage).posts().unwrap().publish(&own(), &post(1)).await.unwrap();
    assert_eq!(published.id, "M");
    assert!(stage.asked()[4].contains("/C?fields=status_code"), "{:?}", stage.asked());

    let older =
        json!({"id": "O", "caption": "Oak, oil and patience. #timber", "timestamp": "2030-03-03T09:00:00+0000"});
    for word in ["PUBLISHED", "FINISHED"] {
        let stage = Stage::open(lost().into_iter().chain([state(word), listed(vec![older.clone()])])).await;
        let error = client(&stage).posts().unwrap().publish(&own(), &post(1)).await.unwrap_err();
        assert!(error.outcome_unknown, "{word}: it may become public at any moment");
    }

    let stage = Stage::open(lost().into_iter().chain([state("ERROR")])).await;
    let error = client(&stage).posts().unwrap().publish(&own(), &post(1)).await.unwrap_err();
    assert!(!error.outcome_unknown, "Instagram gave it up");
}

#[tokio::test]
async fn a_post_is_refused_before_a_request_when_instagram_would_refuse_it() {
    let stage = Stage::open([]).await;
    let instagram = client(&stage);
    let change = |change: &dyn Fn(&mut PostMedia)| {
        let mut post = post(1);
        change(&mut post.media[0]);
        post
    };
    let wrong = [
        (post(0), "media"),
        (post(11), "media"),
        (change(&|media| media.content_type = "image/png".to_owned()), "media"),
        (change(&|media| media.height = Some(2_000)), "media"),
        (change(&|media| media.width = Some(4_000)), "media"),
        (change(&|media| media.public_url = None), "media"),
        (Post { text: "#a ".repeat(31), ..post(1) }, "text"),
        (Post { text: "@a ".repeat(21), ..post(1) }, "text"),
        (Post { text: "a".repeat(2_201), ..post(1) }, "text"),
        (Post { link: Some("https://harbour.test/".parse().unwrap()), ..post(1) }, "link"),
    ];
    for (post, field) in wrong {
        let error = instagram.posts().unwrap().publish(&own(), &post).await.unwrap_err();
        assert_eq!(error.kind, PlatformErrorKind::Invalid(field.to_owned()), "{}", error.message);
    }
    // Only the sandbox fetches from an address that is not encrypted.
    let mut real = client(&stage);
    real.descriptor.simulated = false;
    let plain = change(&|media| media.public_url = Some("http://agency.test/0.jpg".parse().unwrap()));
    let error = real.posts().unwrap().publish(&own(), &plain).await.unwrap_err();
    assert_eq!(error.kind, PlatformErrorKind::Invalid("media".to_owned()));
    assert_eq!(stage.asked(), [""; 0]);
}

#[tokio::test]
async fn accounts_are_those_of_the_pages_and_a_page_without_one_says_so() {
    let stage = Stage::open([
        ok(json!({"data": [
            {"id": "77", "name": "Harbour & Pine", "tasks": ["CREATE_CONTENT"], "access_token": "page",
             "instagram_business_account": {"id": "1784"}},
            {"id": "78", "name": "Old page", "tasks": ["CREATE_CONTENT"], "access_token": "other"},
        ]})),
        ok(json!({"data": {"data_access_expires_at": 1_900_000_000}})),
        ok(json!({"id": "1784", "username": "harbourandpine", "followers_count": 2048})),
    ])
    .await;
    let app = OAuthApp {
        client_id: "agency-os".to_owned(),
        client_secret: Secret::new("application-canary"),
        redirect: "http://127.0.0.1:8080/back".parse().unwrap(),
    };
    let tokens = Tokens {
        access: Secret::new("person"),
        refresh: None,
        expires_at: None,
        refresh_expires_at: None,
        scopes: None,
    };
    let targets = client(&stage).targets(&app, &tokens).await.unwrap();
    assert_eq!((targets[0].label.as_str(), targets[0].refusal.as_ref()), ("@harbourandpine", None));
    assert_eq!(targets[0].detail, "Account of the page Harbour & Pine · 2,048 followers");
    assert_eq!(targets[0].tokens.as_ref().unwrap().access.expose(), "page");
    assert!(targets[1].refusal.as_ref().unwrap().contains("No professional Instagram account"));
    assert_ne!(targets[0].key, targets[1].key);
}

#[tokio::test]
async fn evidence_holds_posts_and_the_stories_of_the_day() {
    let liked = json!({"id": "M", "caption": "#oak #oil", "timestamp": "2030-03-01T09:00:00+0000",
        "media_type": "CAROUSEL_ALBUM", "like_count": 12, "comments_count": 3});
    let story = json!({"id": "S", "timestamp": "2030-03-04T08:00:00+0000", "media_type": "IMAGE"});
    let stage = Stage::open([
        ok(json!({"id": "1784", "username": "harbourandpine", "biography": "Timber", "followers_count": 2048})),
        ok(json!({"data": [liked]})),
        ok(json!({"data": [story]})),
    ])
    .await;
    let instagram = client(&stage);
    let evidence = Platform::inspect(&instagram).unwrap().inspect(&own()).await.unwrap();
    let kinds: Vec<&str> = evidence.posts.iter().map(|post| post.kind.as_str()).collect();
    assert_eq!((kinds, evidence.followers), (vec!["story", "carousel"], Some(2_048)));
    assert_eq!((evidence.posts[1].engagements, evidence.posts[1].hashtags), (Some(15), 2));
}

proptest! {
    #[test]
    fn no_account_and_no_post_makes_the_mapping_fail(
        id in ".{0,12}", name in ".{0,20}", time in ".{0,30}", count in any::<u64>(),
    ) {
        let page = serde_json::from_value(json!({"id": id, "name": name, "access_token": name,
            "instagram_business_account": {"id": id, "username": name, "followers_count": count}})).unwrap();
        let tokens = Tokens {
            access: Secret::new("a"), refresh: None, expires_at: None, refresh_expires_at: None, scopes: None,
        };
        let _ = mapping::target(page, &tokens, &Granted::default(), &name);
        let media = serde_json::from_value(json!({"id": id, "caption": name, "timestamp": time, "permalink": name,
            "media_type": name, "like_count": count, "comments_count": count})).unwrap();
        let _ = (mapping::published(&media), mapping::figures(&media, false));
        let _ = mapping::is_attempt(&media, &name, now());
    }
}

//! Whole operations against answers written from the contract.

use std::time::Duration;

use aos_capabilities::{
    Platform, PlatformError, PlatformErrorKind as Kind,
    connect::Authorize,
    evidence::Inspect,
    post::{MediaKind, Post, PostMedia, PostState, PublishPosts, PublishedPost},
};
use aos_kernel::Retry;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::X;
use crate::social::bench::{Rehearsal, account, answered, app, lost, media, now, play, post, rehearse, tokens, visit};

const TWEETS: &str = "https://api.x.com/2/tweets";
const UPLOAD: &str = "https://api.x.com/2/media/upload";
const METADATA: &str = "https://api.x.com/2/media/metadata";
const TOKEN: &str = "https://api.x.com/2/oauth2/token";
const ME: &str =
    "https://api.x.com/2/users/me?user.fields=username,profile_image_url,description,location,url,public_metrics";
const TIMELINE: &str = "https://api.x.com/2/users/9/tweets?max_results=20&tweet.fields=created_at,entities";

fn pine() -> aos_capabilities::Account {
    account(json!({"id": "9", "username": "harbourpine"}))
}

async fn publish(stage: &Rehearsal, post: &Post) -> Result<PublishedPost, PlatformError> {
    PublishPosts::publish(&X::new(stage.vendor.clone()), &pine(), post).await
}

fn picture() -> PostMedia {
    media(MediaKind::Image, "one.jpg", "image/jpeg")
}

fn created() -> Value {
    json!({"data": {"id": "1001", "text": "Hi"}})
}

#[tokio::test]
async fn the_requests_of_a_post_are_those_of_the_contract() {
    let uploaded = |id: &str| json!({"data": {"id": id, "media_key": "3_1", "expires_after_secs": 86_400}});
    let stage = rehearse(&[
        ("POST", UPLOAD, 200, json!({}), uploaded("71")),
        ("POST", METADATA, 200, json!({}), json!({"data": {"id": "71"}})),
        ("POST", UPLOAD, 200, json!({}), uploaded("72")),
        ("POST", METADATA, 400, json!({}), json!({})),
        ("POST", TWEETS, 201, json!({}), created()),
    ]);
    let wish = Post {
        link: Some("https://pine.test/offices".parse().unwrap()),
        media: vec![picture(), PostMedia { file_name: "two.jpg".to_owned(), ..picture() }],
        ..post("Two offices for #gardens")
    };
    let published = publish(&stage, &wish).await.unwrap();
    assert_eq!((published.id.as_str(), published.state), ("1001", PostState::Live));
    assert_eq!(published.url.unwrap().as_str(), "https://x.com/harbourpine/status/1001");
    assert_eq!(published.notes, ["two.jpg has no alternative text on X: X did not take it."]);
    insta::assert_json_snapshot!("publish_two_images", stage.requests());
    assert!(!stage.requests().to_string().contains("canary"));
}

#[tokio::test]
async fn a_video_goes_in_parts_and_is_waited_for_within_bounds() {
    let root = "http://127.0.0.1:9";
    let at = |path: &str| format!("{root}/api.x.com/2/media/upload{path}");
    let film = PostMedia { bytes: vec![7; (4 << 20) + 1].into(), ..media(MediaKind::Video, "film.mp4", "video/mp4") };
    let wish = Post { media: vec![film], ..post("A film") };
    let state = |state: &str| json!({"data": {"id": "71", "processing_info": {"state": state, "check_after_secs": 5}}});
    let begun = || {
        vec![
            answered("POST", &at("/initialize"), 200, json!({"data": {"id": "71"}})),
            answered("POST", &at("/71/append"), 200, json!({})),
            answered("POST", &at("/71/append"), 200, json!({})),
            answered("POST", &at("/71/finalize"), 200, state("pending")),
        ]
    };
    let look = |word: &str| answered("GET", &at("?command=STATUS&media_id=71"), 200, state(word));
    let tried = async |more: Vec<_>| {
        let stage = play(begun().into_iter().chain(more).collect());
        let x = X::new(stage.vendor.clone().simulated(root.parse().unwrap()));
        let outcome = PublishPosts::publish(&x, &pine(), &wish).await;
        (outcome, stage)
    };
    let create = answered("POST", &format!("{root}/api.x.com/2/tweets"), 201, created());
    let (outcome, stage) = tried(vec![look("in_progress"), look("succeeded"), create]).await;
    outcome.unwrap();
    insta::assert_json_snapshot!("publish_video", stage.requests());

    let (outcome, _) = tried(vec![look("failed")]).await;
    assert_eq!(outcome.unwrap_err().kind, Kind::Invalid("media".to_owned()));
    let (outcome, _) = tried((0..12).map(|_| look("in_progress")).collect()).await;
    let error = outcome.unwrap_err();
    assert_eq!((error.kind, error.retry, error.outcome_unknown), (Kind::Unavailable, Retry::Backoff, false));
}

#[tokio::test]
async fn an_upload_that_fails_leaves_no_doubt_and_a_lost_answer_to_the_post_does() {
    let wish = Post { media: vec![picture()], ..post("Hello") };
    for exchange in [
        lost("POST", UPLOAD),
        answered("POST", UPLOAD, 503, json!({})),
        answered("POST", UPLOAD, 200, json!({"odd": true})),
        answered("POST", UPLOAD, 200, json!({"errors": [{"message": "no"}]})),
    ] {
        let stage = play(vec![exchange]);
        let error = publish(&stage, &wish).await.unwrap_err();
        assert!(!error.outcome_unknown, "{error:?}");
        assert_eq!(stage.count(), 1);
    }
    for (exchange, unknown) in [
        (lost("POST", TWEETS), true),
        (answered("POST", TWEETS, 502, json!({})), true),
        (answered("POST", TWEETS, 201, json!({"data": {}})), true),
        (answered("POST", TWEETS, 200, json!({"errors": [{"message": "in part"}]})), true),
        (answered("POST", TWEETS, 403, json!({"detail": "duplicate content"})), false),
    ] {
        let error = publish(&play(vec![exchange]), &post("Hello")).await.unwrap_err();
        assert_eq!(error.outcome_unknown, unknown, "{error:?}");
    }
}

#[tokio::test]
async fn a_limit_names_its_end() {
    let reset = (now() + TimeDelta::minutes(7)).timestamp().to_string();
    let stage = rehearse(&[("POST", TWEETS, 429, json!({"x-rate-limit-reset": reset}), json!({}))]);
    let error = publish(&stage, &post("Hello")).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (Kind::RateLimited, Retry::After(Duration::from_secs(420))));
}

#[tokio::test]
async fn a_post_is_found_by_its_words_and_its_time() {
    let at = |minutes: i64| (now() + TimeDelta::minutes(minutes)).to_rfc3339();
    let wish = Post { link: Some("https://pine.test/offices".parse().unwrap()), ..post("Two offices & more") };
    let entities = json!({"urls": [{"url": "https://t.co/a1", "expanded_url": "https://pine.test/offices"}]});
    let tweet = |minutes: i64| json!({"id": "1001", "text": "Two offices &amp; more\nhttps://t.co/a1", "created_at": at(minutes), "entities": entities});
    let other = json!({"id": "1002", "text": "Something else", "created_at": at(1)});
    for (answer, found) in [
        (json!({"data": [other, tweet(0)], "meta": {"result_count": 2}}), true),
        (json!({"data": [tweet(-1)], "meta": {}}), true),
        (json!({"data": [tweet(-3)], "meta": {"next_token": "n"}}), false),
        (json!({"meta": {"result_count": 0}}), false),
    ] {
        let stage = play(vec![answered("GET", TIMELINE, 200, answer)]);
        let seen = X::new(stage.vendor).find(&pine(), &wish, now()).await.unwrap();
        assert_eq!(seen.map(|post| post.id).as_deref(), found.then_some("1001"));
    }
    // The next page is asked for while it may still hold the post.
    let more = "https://api.x.com/2/users/9/tweets?max_results=20&tweet.fields=created_at%2Centities&pagination_token=%5Bsecret%5D";
    let stage = play(vec![
        answered("GET", TIMELINE, 200, json!({"data": [other], "meta": {"next_token": "n"}})),
        answered("GET", more, 200, json!({"data": [tweet(0)]})),
    ]);
    assert!(X::new(stage.vendor).find(&pine(), &wish, now()).await.unwrap().is_some());
    for odd in [json!({}), json!({"errors": [{"type": "x/not-authorized-for-resource"}]})] {
        let stage = play(vec![answered("GET", TIMELINE, 200, odd)]);
        assert!(X::new(stage.vendor).find(&pine(), &wish, now()).await.is_err(), "no list is no 'not there'");
    }
}

#[tokio::test]
async fn a_post_that_was_deleted_is_gone_although_the_status_is_good() {
    let one = "https://api.x.com/2/tweets?ids=1001&tweet.fields=created_at";
    let read =
        async |body: Value| X::new(play(vec![answered("GET", one, 200, body)]).vendor).read(&pine(), "1001").await;
    let standing = read(json!({"data": [{"id": "1001", "text": "Hi"}]})).await.unwrap().unwrap();
    assert_eq!(standing.state, PostState::Live);
    let problem = |kind: &str| json!({"errors": [{"type": format!("https://api.x.com/2/problems/{kind}")}]});
    assert!(read(problem("resource-not-found")).await.unwrap().is_none());
    assert_eq!(read(problem("not-authorized-for-resource")).await.unwrap_err().kind, Kind::PermissionMissing);
    assert_eq!(read(json!({})).await.unwrap_err().kind, Kind::UnexpectedResponse);
}

#[tokio::test]
async fn what_x_would_refuse_is_refused_before_a_request() {
    let stage = play(Vec::new());
    let link = Some("https://pine.test/offices".parse().unwrap());
    let moving = media(MediaKind::Image, "a.gif", "image/gif");
    for (wrong, field) in [
        (post(" "), "text"),
        (post(&"a".repeat(281)), "text"),
        (post(&"日".repeat(141)), "text"),
        // 257 and a line break and 23 are one too many.
        (Post { link: link.clone(), ..post(&"a".repeat(257)) }, "text"),
        (Post { media: vec![picture(), moving], ..post("x") }, "media"),
        (Post { media: vec![picture(), picture(), picture(), picture(), picture()], ..post("x") }, "media"),
        (Post { link: Some("mailto:a@pine.test".parse().unwrap()), ..post("x") }, "link"),
    ] {
        let error = publish(&stage, &wrong).await.unwrap_err();
        assert_eq!((error.kind, error.outcome_unknown), (Kind::Invalid(field.to_owned()), false), "{}", error.message);
    }
    let x = X::new(stage.vendor.clone());
    assert!(x.validate(&Post { link, ..post(&"a".repeat(256)) }).is_ok());
    assert!(x.validate(&Post { media: vec![picture()], ..post("") }).is_ok());
    assert_eq!(stage.count(), 0);
}

#[tokio::test]
async fn the_consent_is_asked_for_redeemed_renewed_and_given_back() {
    let answer = |access: &str, refresh: &str| json!({"token_type": "bearer", "expires_in": 7_200, "access_token": access, "refresh_token": refresh, "scope": "tweet.read tweet.write users.read offline.access"});
    let revoke = "https://api.x.com/2/oauth2/revoke";
    let stage = play(vec![
        answered("POST", TOKEN, 200, answer("a1", "r1")),
        answered("POST", TOKEN, 200, answer("a2", "r2")),
        answered(
            "POST",
            revoke,
            400,
            json!({"error": "invalid_request", "error_description": "Value passed for the token was invalid."}),
        ),
        answered("POST", revoke, 200, json!({"revoked": true})),
    ]);
    let x = X::new(stage.vendor.clone());
    assert_eq!(
        x.departure(&app(), &visit()).unwrap().as_str(),
        "https://x.com/i/oauth2/authorize?response_type=code&client_id=agency-os&redirect_uri=https%3A%2F%2Fagency.test\
         %2Fconnect%2Fback&scope=tweet.read%20tweet.write%20users.read%20media.write%20offline.access&state=state-1&\
         code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
    );
    let given = x.redeem(&app(), &visit(), &"code-1".to_owned().into()).await.unwrap();
    assert_eq!(given.expires_at, Some(now() + TimeDelta::hours(2)));
    let missing = x.descriptor().consent.unwrap().missing(given.scopes.as_deref());
    assert_eq!(missing.iter().map(|scope| (scope.name, scope.required)).collect::<Vec<_>>(), [("media.write", false)]);
    let renewed = x.refresh(&app(), &given).await.unwrap();
    assert_eq!(renewed.refresh.as_ref().unwrap().expose(), "r2");
    x.revoke(&app(), &renewed).await.unwrap();
    insta::assert_json_snapshot!("tokens", stage.requests());
    assert_eq!(x.refresh(&app(), &tokens(None)).await.unwrap_err().kind, Kind::Unsupported);
}

#[tokio::test]
async fn the_account_is_offered_checked_and_read() {
    let user = |id: &str| {
        json!({"data": {"id": id, "name": "Harbour & Pine", "username": "harbourpine", "profile_image_url": "https://pbs.test/default_profile_normal.png",
            "description": "Garden offices", "public_metrics": {"followers_count": 1240}}})
    };
    let posts = json!({"data": [
        {"id": "2", "text": "Look #pine https://t.co/p", "created_at": (now() - TimeDelta::days(1)).to_rfc3339(),
         "attachments": {"media_keys": ["3_1"]}, "public_metrics": {"like_count": 3, "reply_count": 1, "impression_count": 90},
         "entities": {"urls": [{"url": "https://t.co/p", "media_key": "3_1"}]}},
        {"id": "1", "text": "No figures", "created_at": (now() - TimeDelta::days(2)).to_rfc3339()},
        {"id": "0", "text": "Old", "created_at": (now() - TimeDelta::days(91)).to_rfc3339()},
    ], "meta": {}});
    let list = "https://api.x.com/2/users/9/tweets?max_results=100&tweet.fields=created_at,entities,attachments,public_metrics";
    let stage = play(vec![
        answered("GET", ME, 200, user("9")),
        answered("GET", ME, 200, user("9")),
        answered("GET", ME, 200, user("10")),
        answered("GET", ME, 200, user("9")),
        answered("GET", list, 200, posts),
    ]);
    let x = X::new(stage.vendor);
    let targets = x.targets(&app(), &tokens(None)).await.unwrap();
    assert_eq!((targets[0].key.as_str(), targets[0].detail.as_str()), ("9", "Account · 1,240 followers"));
    assert_eq!(targets[0].settings, pine().settings);
    let info = x.check(&pine()).await.unwrap();
    assert_eq!(
        (info.label.as_str(), info.url.as_str()),
        ("Harbour & Pine (@harbourpine)", "https://x.com/harbourpine")
    );
    assert_eq!(x.check(&pine()).await.unwrap_err().kind, Kind::PermissionMissing);

    let evidence = Inspect::inspect(&x, &pine()).await.unwrap();
    let parts: Vec<_> = evidence.profile.iter().map(|part| (part.part.as_str(), part.filled)).collect();
    assert_eq!((parts, evidence.followers), (vec![("picture", false), ("description", true)], Some(1240)));
    let seen: Vec<_> = evidence
        .posts
        .iter()
        .map(|post| {
            (post.id.as_str(), post.kind.as_str(), post.characters, post.hashtags, post.impressions, post.engagements)
        })
        .collect();
    assert_eq!(seen, [("2", "image", 10, 1, Some(90), Some(4)), ("1", "text", 10, 0, None, None)]);
    assert_eq!(evidence.missing.len(), 3);
}

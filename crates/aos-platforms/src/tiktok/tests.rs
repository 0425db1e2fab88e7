//! Whole operations against answers written from the contract.

use aos_capabilities::{
    Platform, PlatformError, PlatformErrorKind as Kind,
    connect::Authorize,
    evidence::Inspect,
    post::{MediaKind, Post, PostMedia, PostState, PublishPosts, PublishedPost},
};
use aos_outbound::Exchange;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{TikTok, api::Video};
use crate::social::bench::{Rehearsal, account, answered, app, lost, media, now, play, post, tokens, visit};

const CREATOR: &str = "https://open.tiktokapis.com/v2/post/publish/creator_info/query/";
const VIDEO: &str = "https://open.tiktokapis.com/v2/post/publish/video/init/";
const PHOTOS: &str = "https://open.tiktokapis.com/v2/post/publish/content/init/";
const STATUS: &str = "https://open.tiktokapis.com/v2/post/publish/status/fetch/";
const TOKEN: &str = "https://open.tiktokapis.com/v2/oauth/token/";
const UPLOAD: &str = "https://open-upload.tiktokapis.com/video/?upload_id=7";

fn pine() -> aos_capabilities::Account {
    account(json!({"open_id": "o-1", "username": "harbourpine"}))
}

async fn publish(stage: &Rehearsal, post: &Post) -> Result<PublishedPost, PlatformError> {
    PublishPosts::publish(&TikTok::new(stage.vendor.clone()), &pine(), post).await
}

fn ok(url: &str, data: Value) -> Exchange {
    answered("POST", url, 200, json!({"data": data, "error": {"code": "ok", "message": "", "log_id": "1"}}))
}

fn refused(url: &str, status: u16, code: &str) -> Exchange {
    answered("POST", url, status, json!({"data": {}, "error": {"code": code, "message": "no", "log_id": "1"}}))
}

fn creator(options: &[&str]) -> Exchange {
    ok(
        CREATOR,
        json!({
            "creator_username": "harbourpine", "creator_nickname": "Harbour & Pine", "privacy_level_options": options,
            "comment_disabled": false, "duet_disabled": true, "stitch_disabled": false,
        }),
    )
}

fn anybody() -> Exchange {
    creator(&["PUBLIC_TO_EVERYONE", "SELF_ONLY"])
}

fn announced() -> Exchange {
    ok(VIDEO, json!({"publish_id": "v_pub_file~v2.1", "upload_url": UPLOAD}))
}

fn status(status: &str, post: &[&str]) -> Exchange {
    ok(STATUS, json!({"status": status, "publicaly_available_post_id": post}))
}

fn film() -> Post {
    Post { media: vec![media(MediaKind::Video, "film.mp4", "video/mp4")], ..post("A garden office in a day #pine") }
}

fn photos() -> Post {
    let photo = |name: &str| media(MediaKind::Image, name, "image/jpeg");
    Post { title: Some("Offices".to_owned()), media: vec![photo("one.jpg"), photo("two.jpg")], ..post("Two of them") }
}

#[tokio::test]
async fn the_requests_of_a_video_are_those_of_the_contract() {
    let stage = play(vec![
        anybody(),
        announced(),
        answered("PUT", UPLOAD, 201, json!({})),
        status("PUBLISH_COMPLETE", &["7301"]),
    ]);
    let published = publish(&stage, &Post { title: Some("Unseen".to_owned()), ..film() }).await.unwrap();
    assert_eq!((published.id.as_str(), published.state), ("7301", PostState::Live));
    assert_eq!(published.url.unwrap().as_str(), "https://www.tiktok.com/@harbourpine/video/7301");
    assert_eq!(published.notes, ["TikTok shows no title with a video: it was left out."]);
    insta::assert_json_snapshot!("publish_video", stage.requests());
    assert!(!stage.requests().to_string().contains("canary"));
}

#[tokio::test]
async fn the_requests_of_photos_are_those_of_the_contract_and_a_narrow_audience_is_told() {
    let stage = play(vec![
        creator(&["SELF_ONLY"]),
        ok(PHOTOS, json!({"publish_id": "p_pub_url~v2.2"})),
        status("PUBLISH_COMPLETE", &[]),
    ]);
    let published = publish(&stage, &photos()).await.unwrap();
    assert_eq!((published.id.as_str(), published.state, published.url), ("p_pub_url~v2.2", PostState::Live, None));
    assert!(published.notes[0].contains("the account itself"), "{:?}", published.notes);
    insta::assert_json_snapshot!("publish_photos", stage.requests());
}

#[tokio::test]
async fn a_post_that_takes_its_time_is_looked_at_a_few_times_and_then_left_to_read() {
    let root = "http://127.0.0.1:9";
    let at = |url: &str| url.replace("https://", &format!("{root}/"));
    let moved = |mut exchange: Exchange| {
        exchange.request.url = at(&exchange.request.url);
        exchange
    };
    let slow = || moved(status("PROCESSING_DOWNLOAD", &[]));
    let stage = play(vec![moved(anybody()), moved(ok(PHOTOS, json!({"publish_id": "p1"}))), slow(), slow(), slow()]);
    let tiktok = TikTok::new(stage.vendor.clone().simulated(root.parse().unwrap()));
    let published = PublishPosts::publish(&tiktok, &pine(), &photos()).await.unwrap();
    assert_eq!((published.id.as_str(), published.state), ("p1", PostState::Processing));
    assert_eq!(stage.count(), 5);

    let read = async |exchanges: Vec<Exchange>| TikTok::new(play(exchanges).vendor).read(&pine(), "p1").await.unwrap();
    let live = read(vec![status("PUBLISH_COMPLETE", &["7301"])]).await.unwrap();
    assert_eq!((live.id.as_str(), live.state), ("7301", PostState::Live));
    // Complete but not named yet: TikTok still looks at it, unless nobody else may see it anyway.
    let unnamed = || status("PUBLISH_COMPLETE", &[]);
    assert_eq!(read(vec![unnamed(), anybody()]).await.unwrap().state, PostState::Processing);
    assert_eq!(read(vec![unnamed(), creator(&["SELF_ONLY"])]).await.unwrap().state, PostState::Live);
    let failed = ok(STATUS, json!({"status": "FAILED", "fail_reason": "picture_size_check_failed"}));
    let words = "TikTok does not take the size of the picture.";
    assert_eq!(read(vec![failed]).await.unwrap().state, PostState::Rejected(words.to_owned()));
    assert!(read(vec![refused(STATUS, 400, "invalid_publish_id")]).await.is_none());
}

#[tokio::test]
async fn only_what_may_have_been_published_is_in_doubt() {
    let half = || ok(STATUS, json!({"status": "PROCESSING_UPLOAD", "uploaded_bytes": 2}));
    let all = || ok(STATUS, json!({"status": "PROCESSING_UPLOAD", "uploaded_bytes": 5}));
    for (exchanges, post, unknown) in [
        (vec![lost("POST", CREATOR)], film(), false),
        (vec![anybody(), lost("POST", VIDEO)], film(), false),
        (vec![anybody(), refused(VIDEO, 500, "internal_error")], film(), false),
        (vec![anybody(), refused(VIDEO, 403, "spam_risk_too_many_posts")], film(), false),
        (
            vec![anybody(), ok(VIDEO, json!({"publish_id": "v", "upload_url": "https://elsewhere.test/"}))],
            film(),
            false,
        ),
        (vec![anybody(), announced(), answered("PUT", UPLOAD, 400, json!({}))], film(), false),
        (vec![anybody(), announced(), answered("PUT", UPLOAD, 500, json!({})), half()], film(), true),
        (vec![anybody(), announced(), lost("PUT", UPLOAD), lost("POST", STATUS)], film(), true),
        (vec![anybody(), lost("POST", PHOTOS)], photos(), true),
        (vec![anybody(), refused(PHOTOS, 500, "internal_error")], photos(), true),
        (vec![anybody(), ok(PHOTOS, json!({}))], photos(), true),
        (vec![anybody(), refused(PHOTOS, 403, "url_ownership_unverified")], photos(), false),
    ] {
        let count = exchanges.len();
        let stage = play(exchanges);
        let error = publish(&stage, &post).await.unwrap_err();
        assert_eq!((error.outcome_unknown, stage.count()), (unknown, count), "{error:?}");
    }
    // The answer to the last piece was lost, but TikTok has the video: no doubt at all.
    let stage = play(vec![anybody(), announced(), lost("PUT", UPLOAD), all(), status("PUBLISH_COMPLETE", &["7301"])]);
    assert_eq!(publish(&stage, &film()).await.unwrap().state, PostState::Live);
    // A look that fails does not make a failure of a post that was taken.
    let stage =
        play(vec![anybody(), ok(PHOTOS, json!({"publish_id": "p1"})), refused(STATUS, 429, "rate_limit_exceeded")]);
    assert_eq!(publish(&stage, &photos()).await.unwrap().state, PostState::Processing);
}

#[tokio::test]
async fn what_tiktok_would_refuse_is_refused_before_a_request() {
    let stage = play(Vec::new());
    let hidden = Post { media: vec![PostMedia { public_url: None, ..photos().media[0].clone() }], ..post("x") };
    for (wrong, field) in [
        (post("Words alone"), "media"),
        (Post { text: "😀".repeat(1_101), ..film() }, "text"),
        (Post { link: Some("https://pine.test/".parse().unwrap()), ..film() }, "link"),
        (Post { media: vec![media(MediaKind::Image, "a.png", "image/png")], ..post("x") }, "media"),
        (Post { title: Some("t".repeat(91)), ..photos() }, "title"),
        (hidden, "media"),
    ] {
        let error = publish(&stage, &wrong).await.unwrap_err();
        assert_eq!((error.kind, error.outcome_unknown), (Kind::Invalid(field.to_owned()), false), "{}", error.message);
    }
    assert!(TikTok::new(stage.vendor.clone()).validate(&Post { text: "😀".repeat(1_100), ..film() }).is_ok());
    assert_eq!(stage.count(), 0);
}

fn list() -> String {
    format!("https://open.tiktokapis.com/v2/video/list/?fields={}", Video::FIELDS)
}

#[tokio::test]
async fn a_post_is_found_by_its_words_and_its_time() {
    let at = |minutes: i64| (now() + TimeDelta::minutes(minutes)).timestamp();
    let video = |id: &str, title: &str, minutes: i64| json!({"id": id, "title": title, "create_time": at(minutes)});
    let ours = "A garden office in  a day #pine";
    for (videos, found) in [
        (json!([video("2", "Other", 1), video("1", ours, 0)]), true),
        (json!([{"id": 1, "title": "", "video_description": ours, "create_time": at(-1)}]), true),
        (json!([video("1", ours, -3)]), false),
        (json!([]), false),
    ] {
        let stage = play(vec![ok(&list(), json!({"videos": videos, "cursor": 5, "has_more": false}))]);
        let seen = TikTok::new(stage.vendor).find(&pine(), &film(), now()).await.unwrap();
        assert_eq!(seen.map(|post| post.id).as_deref(), found.then_some("1"));
    }
    let more =
        |videos: Value, has_more: bool| ok(&list(), json!({"videos": videos, "cursor": at(0), "has_more": has_more}));
    let stage = play(vec![more(json!([video("2", "Other", 1)]), true), more(json!([video("1", ours, 0)]), false)]);
    assert!(TikTok::new(stage.vendor).find(&pine(), &film(), now()).await.unwrap().is_some());
    for odd in [
        ok(&list(), json!({})),
        refused(&list(), 401, "scope_not_authorized"),
        answered("POST", &list(), 200, json!({})),
    ] {
        let stage = play(vec![odd]);
        assert!(TikTok::new(stage.vendor).find(&pine(), &film(), now()).await.is_err(), "no list is no 'not there'");
    }
}

#[tokio::test]
async fn a_post_that_was_deleted_is_gone_and_one_beyond_the_list_is_not() {
    let page = |id: u32, cursor: u32, has_more: bool| {
        ok(&list(), json!({"videos": [{"id": id.to_string()}], "cursor": cursor, "has_more": has_more}))
    };
    let read =
        async |exchanges: Vec<Exchange>| TikTok::new(play(exchanges).vendor).read(&pine(), "7301").await.unwrap();
    assert_eq!(read(vec![page(1, 1, true), page(7301, 2, true)]).await.unwrap().state, PostState::Live);
    assert!(read(vec![page(1, 1, true), page(2, 2, false)]).await.is_none());
    let far = read((1..=5).map(|number| page(number, number, true)).collect()).await.unwrap();
    assert_eq!((far.state, far.notes.len()), (PostState::Live, 1));
}

#[tokio::test]
async fn the_consent_is_asked_for_redeemed_renewed_and_given_back() {
    let answer = |access: &str, refresh: &str| {
        json!({"access_token": access, "expires_in": 86_400, "open_id": "o-1", "refresh_expires_in": 31_536_000,
            "refresh_token": refresh, "scope": "user.info.basic,video.publish", "token_type": "Bearer"})
    };
    let stage = play(vec![
        answered("POST", TOKEN, 200, answer("act.1", "rft.1")),
        answered("POST", TOKEN, 200, answer("act.2", "rft.2")),
        answered("POST", "https://open.tiktokapis.com/v2/oauth/revoke/", 200, json!({})),
        answered("POST", TOKEN, 200, json!({"error": "invalid_grant", "error_description": "x", "log_id": "1"})),
    ]);
    let tiktok = TikTok::new(stage.vendor.clone());
    assert_eq!(
        tiktok.departure(&app(), &visit()).unwrap().as_str(),
        "https://www.tiktok.com/v2/auth/authorize/?client_key=agency-os&response_type=code&scope=user.info.basic%2C\
         video.publish%2Cvideo.list%2Cuser.info.profile%2Cuser.info.stats&redirect_uri=https%3A%2F%2Fagency.test%2F\
         connect%2Fback&state=state-1"
    );
    let given = tiktok.redeem(&app(), &visit(), &"code%2A1".to_owned().into()).await.unwrap();
    assert_eq!(given.refresh_expires_at, Some(now() + TimeDelta::days(365)));
    let missing = tiktok.descriptor().consent.unwrap().missing(given.scopes.as_deref());
    assert!(missing.iter().all(|scope| !scope.required));
    let renewed = tiktok.refresh(&app(), &given).await.unwrap();
    assert_eq!(renewed.refresh.as_ref().unwrap().expose(), "rft.2");
    tiktok.revoke(&app(), &renewed).await.unwrap();
    let bodies: Vec<Value> = stage.requests().as_array().unwrap().iter().map(|sent| sent["body"].clone()).collect();
    insta::assert_json_snapshot!("tokens", bodies);
    assert_eq!(tiktok.refresh(&app(), &renewed).await.unwrap_err().kind, Kind::AuthExpired);
    assert_eq!(tiktok.refresh(&app(), &tokens(None)).await.unwrap_err().kind, Kind::Unsupported);
}

#[tokio::test]
async fn the_account_is_offered_checked_and_read() {
    let user = |fields: &str, user: Value| {
        let url = format!("https://open.tiktokapis.com/v2/user/info/?fields={fields}");
        answered("GET", &url, 200, json!({"data": {"user": user}, "error": {"code": "ok"}}))
    };
    let basic = |id: &str| {
        user(
            "open_id,display_name,avatar_url",
            json!({"open_id": id, "display_name": "Harbour", "avatar_url": "https://p.test/a"}),
        )
    };
    let scope = json!({"data": {}, "error": {"code": "scope_not_authorized"}});
    let stats = "https://open.tiktokapis.com/v2/user/info/?fields=open_id,follower_count";
    let day = |days: i64| (now() - TimeDelta::days(days)).timestamp();
    let stage = play(vec![
        basic("o-1"),
        anybody(),
        basic("o-1"),
        creator(&["SELF_ONLY"]),
        basic("o-2"),
        basic("o-1"),
        user("open_id,bio_description", json!({"open_id": "o-1", "bio_description": ""})),
        answered("GET", stats, 401, scope),
        ok(
            &list(),
            json!({"videos": [
                {"id": "2", "title": "Look #pine", "create_time": day(1), "view_count": 90, "like_count": 3, "share_count": 1},
                {"id": "1", "title": "Silent", "create_time": day(2)},
                {"id": "0", "title": "Old", "create_time": day(91)},
            ], "cursor": 1, "has_more": true}),
        ),
    ]);
    let tiktok = TikTok::new(stage.vendor);
    let targets = tiktok.targets(&app(), &tokens(None)).await.unwrap();
    assert_eq!((targets[0].key.as_str(), targets[0].label.as_str()), ("o-1", "Harbour & Pine (@harbourpine)"));
    assert_eq!(targets[0].settings, pine().settings);
    let info = tiktok.check(&pine()).await.unwrap();
    assert_eq!(
        (info.url.as_str(), info.scopes, info.warnings.len()),
        ("https://www.tiktok.com/@harbourpine", vec!["SELF_ONLY".to_owned()], 1)
    );
    assert_eq!(tiktok.check(&pine()).await.unwrap_err().kind, Kind::PermissionMissing);

    let evidence = Inspect::inspect(&tiktok, &pine()).await.unwrap();
    let parts: Vec<_> = evidence.profile.iter().map(|part| (part.part.as_str(), part.filled)).collect();
    assert_eq!(parts, [("picture", true), ("name", true), ("description", false)]);
    let seen: Vec<_> = evidence
        .posts
        .iter()
        .map(|post| (post.id.as_str(), post.hashtags, post.impressions, post.engagements))
        .collect();
    assert_eq!(seen, [("2", 1, Some(90), Some(4)), ("1", 0, None, None)]);
    assert_eq!((evidence.followers, evidence.missing.len()), (None, 5));
}

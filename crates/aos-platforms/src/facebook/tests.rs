//! Facebook against prepared answers: the requests as they leave, and what is made of what comes back.

use aos_capabilities::{
    Account, Platform, PlatformErrorKind,
    connect::{Authorize, OAuthApp, Tokens, Visit},
    post::{MediaKind, Post, PostMedia, PostState},
};
use aos_kernel::{ContentItemId, Retry, Secret};
use bytes::Bytes;
use chrono::TimeDelta;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Facebook, mapping};
use crate::rehearsal::{Line, Stage, account, now, ok};

fn page() -> Account {
    account(json!({"page_id": "77", "tasks": ["CREATE_CONTENT"]}))
}
fn post(pictures: usize) -> Post {
    let media = |number: usize| PostMedia {
        kind: MediaKind::Image,
        file_name: format!("workshop-{number}.jpg"),
        content_type: "image/jpeg".to_owned(),
        bytes: Bytes::from_static(b"picture"),
        public_url: None,
        alt: "A workbench".to_owned(),
        width: Some(1_200),
        height: Some(900),
    };
    Post {
        item: ContentItemId::new(),
        text: "The workshop opens on Saturday.".to_owned(),
        title: None,
        link: Some("https://harbour.test/workshop".parse().unwrap()),
        media: (0..pictures).map(media).collect(),
        action: None,
        language: None,
    }
}
fn refused(code: i64, subcode: i64) -> Line {
    Line::Answer(
        400,
        json!({"error": {"message": "m", "type": "OAuthException", "code": code, "error_subcode": subcode}}),
    )
}
fn standing() -> Value {
    json!({"id": "77_1", "message": "The workshop opens on Saturday.", "created_time": "2030-03-04T09:00:02+0000",
        "permalink_url": "https://www.facebook.com/77/posts/1", "is_published": true})
}
fn app() -> OAuthApp {
    OAuthApp {
        client_id: "agency-os".to_owned(),
        client_secret: Secret::new("application-canary"),
        redirect: "http://127.0.0.1:8080/channels/return".parse().unwrap(),
    }
}
fn consent() -> Tokens {
    Tokens { access: Secret::new("person"), refresh: None, expires_at: None, refresh_expires_at: None, scopes: None }
}

#[tokio::test]
async fn a_post_with_a_link_one_with_a_picture_and_one_with_several_leave_as_the_contract_says() {
    let made = || ok(json!({"id": "77_1"}));
    let stage = Stage::open([
        made(),
        ok(standing()),
        ok(json!({"id": "500", "post_id": "77_1"})),
        ok(standing()),
        ok(json!({"id": "501"})),
        ok(json!({"id": "502"})),
        made(),
        ok(standing()),
    ])
    .await;
    let facebook = Facebook::new(stage.vendor());
    let account = page();
    for pictures in [0, 1, 2] {
        let published = facebook.posts().unwrap().publish(&account, &post(pictures)).await.unwrap();
        assert_eq!((published.id.as_str(), &published.state), ("77_1", &PostState::Live));
        assert_eq!(published.url.unwrap().path(), "/77/posts/1");
        assert_eq!(published.notes.len(), usize::from(pictures > 0), "the link moved into the text");
    }
    insta::assert_json_snapshot!("facebook_publish", stage.requests());
}

#[tokio::test]
async fn a_post_that_stands_is_published_although_its_address_could_not_be_read() {
    let stage = Stage::open([ok(json!({"id": "77_1"})), refused(190, 463)]).await;
    let published = Facebook::new(stage.vendor()).posts().unwrap().publish(&page(), &post(0)).await.unwrap();
    assert_eq!((published.url, published.state), (None, PostState::Live));
}

#[tokio::test]
async fn a_duplicate_is_a_conflict_and_a_lost_answer_is_unknown() {
    let stage = Stage::open([refused(506, 0), Line::Hangup, Line::Answer(500, json!({}))]).await;
    let facebook = Facebook::new(stage.vendor());
    let error = facebook.posts().unwrap().publish(&page(), &post(0)).await.unwrap_err();
    assert_eq!((error.kind, error.retry, error.outcome_unknown), (PlatformErrorKind::Conflict, Retry::Never, false));
    for _ in 0..2 {
        let error = facebook.posts().unwrap().publish(&page(), &post(0)).await.unwrap_err();
        assert_eq!((error.kind, error.outcome_unknown), (PlatformErrorKind::Unavailable, true));
    }
}

#[tokio::test]
async fn a_picture_that_could_not_be_uploaded_leaves_nothing_unknown() {
    let stage = Stage::open([ok(json!({"id": "501"})), Line::Hangup]).await;
    let error = Facebook::new(stage.vendor()).posts().unwrap().publish(&page(), &post(2)).await.unwrap_err();
    assert_eq!((error.operation.as_str(), error.outcome_unknown), ("upload image", false));
}

#[tokio::test]
async fn an_earlier_attempt_is_found_by_its_words_and_an_older_post_is_not() {
    let older =
        json!({"id": "77_0", "message": "The workshop opens on Saturday.", "created_time": "2030-03-03T09:00:00+0000"});
    let list = |posts: Vec<Value>| ok(json!({"data": posts}));
    let stage = Stage::open([list(vec![standing(), older.clone()]), list(vec![older])]).await;
    let facebook = Facebook::new(stage.vendor());
    let found = facebook.posts().unwrap().find(&page(), &post(0), now()).await.unwrap().unwrap();
    assert_eq!(found.id, "77_1");
    assert_eq!(facebook.posts().unwrap().find(&page(), &post(0), now()).await.unwrap(), None);
    insta::assert_json_snapshot!("facebook_find", stage.requests());
}

#[tokio::test]
async fn a_post_is_gone_only_while_the_page_itself_can_be_read() {
    let stage = Stage::open([refused(100, 33), ok(json!({"id": "77"})), refused(100, 33), refused(190, 460)]).await;
    let facebook = Facebook::new(stage.vendor());
    assert_eq!(facebook.posts().unwrap().read(&page(), "77_1").await.unwrap(), None);
    let error = facebook.posts().unwrap().read(&page(), "77_1").await.unwrap_err();
    assert_eq!(error.kind, PlatformErrorKind::AuthExpired);
    assert_eq!(facebook.posts().unwrap().read(&page(), "../me").await.unwrap(), None, "no id of Facebook's");
    assert_eq!(stage.unasked(), 0);
}

#[tokio::test]
async fn consent_becomes_a_long_access_and_the_pages_bring_their_own() {
    let stage = Stage::open([
        ok(json!({"access_token": "short", "token_type": "bearer", "expires_in": 3600})),
        ok(json!({"access_token": "long", "token_type": "bearer", "expires_in": 5_183_944})),
        ok(json!({"data": [{"permission": "pages_show_list", "status": "granted"},
            {"permission": "pages_manage_posts", "status": "declined"}]})),
        ok(json!({"data": [
            {"id": "77", "name": "Harbour & Pine", "category": "Carpenter", "tasks": ["MANAGE", "CREATE_CONTENT"],
             "access_token": "page", "link": "https://www.facebook.com/77", "followers_count": 1240},
            {"id": "78", "name": "Old page", "tasks": ["ANALYZE"], "access_token": "other"},
        ]})),
        ok(json!({"data": {"is_valid": true, "data_access_expires_at": 1_900_000_000, "user_id": "9"}})),
    ])
    .await;
    let facebook = Facebook::new(stage.vendor());
    let visit = Visit { state: Secret::new("state"), verifier: Secret::new("v".repeat(43)) };
    let departure = facebook.departure(&app(), &visit).unwrap();
    assert!(departure.path().ends_with("/www.facebook.com/v26.0/dialog/oauth"), "{departure}");
    let tokens = facebook.redeem(&app(), &visit, &Secret::new("code")).await.unwrap();
    assert_eq!(tokens.expires_at, Some(now() + TimeDelta::seconds(5_183_944)));
    let missing = facebook.descriptor().consent.unwrap().missing(tokens.scopes.as_deref());
    assert!(missing.iter().any(|scope| scope.name == "pages_manage_posts"));
    let targets = facebook.targets(&app(), &tokens).await.unwrap();
    assert_eq!((targets[0].detail.as_str(), targets[0].refusal.as_ref()), ("Page · Carpenter · 1,240 followers", None));
    let own = targets[0].tokens.as_ref().unwrap();
    assert_eq!((own.access.expose(), own.expires_at), ("page", None));
    assert!(targets[1].refusal.as_ref().unwrap().contains("not write on it"));
    assert_eq!(targets[0].settings["user_id"], "9");
    let records = stage.requests().to_string();
    assert!(!records.contains("canary") && !records.contains("long"), "{records}");
    insta::assert_json_snapshot!("facebook_connect", stage.asked());
}

#[tokio::test]
async fn a_code_that_is_used_up_and_a_wrong_secret_are_told_apart() {
    let stage =
        Stage::open([refused(100, 36_009), refused(1, 0), Line::Answer(401, json!({"error": "invalid_client"}))]).await;
    let facebook = Facebook::new(stage.vendor());
    let visit = Visit { state: Secret::new("state"), verifier: Secret::new("v".repeat(43)) };
    for kind in
        [PlatformErrorKind::AuthExpired, PlatformErrorKind::PermissionMissing, PlatformErrorKind::PermissionMissing]
    {
        let error = facebook.redeem(&app(), &visit, &Secret::new("code")).await.unwrap_err();
        assert_eq!((error.kind, error.retry), (kind, Retry::Never));
    }
}

#[tokio::test]
async fn access_to_one_page_is_taken_back_by_the_person_only() {
    let stage = Stage::open([ok(json!({"success": true})), refused(190, 458), refused(100, 0)]).await;
    let facebook = Facebook::new(stage.vendor());
    for _ in 0..2 {
        facebook.revoke(&app(), &consent()).await.unwrap();
    }
    let error = facebook.revoke(&app(), &consent()).await.unwrap_err();
    assert_eq!(error.kind, PlatformErrorKind::Unsupported);
    let error = facebook.refresh(&app(), &consent()).await.unwrap_err();
    assert_eq!(error.kind, PlatformErrorKind::Unsupported);
}

#[tokio::test]
async fn a_check_warns_before_meta_stops_showing_data() {
    let ends = now() + TimeDelta::days(9);
    let busy = r#"{"call_count":90,"total_time":25,"total_cputime":25}"#;
    let stage =
        Stage::open([Line::Headed(200, "x-app-usage", busy, json!({"id": "77", "name": "Harbour & Pine"}))]).await;
    let account = account(json!({"page_id": "77", "data_access_ends": ends}));
    let info = Facebook::new(stage.vendor()).check(&account).await.unwrap();
    assert_eq!((info.label.as_str(), info.warnings.len()), ("Harbour & Pine", 2));
    assert!(info.warnings[0].contains("13 March 2030"), "{:?}", info.warnings);
    assert_eq!(info.settings["page_id"], "77");
}

#[tokio::test]
async fn evidence_holds_what_facebook_said_and_names_what_it_did_not() {
    let comment = |from: &str, answered_by: &str| json!({"id": "c", "from": {"id": from}, "comments": {"data": [{"from": {"id": answered_by}}]}});
    let stage = Stage::open([
        ok(json!({"id": "77", "name": "Harbour & Pine", "about": "Timber", "fan_count": 12, "rating_count": 4,
            "overall_star_rating": 4.5, "picture": {"data": {"is_silhouette": true}}})),
        // This connection may not see what people did.
        refused(100, 0),
        ok(json!({"data": [{"id": "77_1", "message": "Roof #timber", "created_time": "2030-02-20T10:00:00+0000",
            "attachments": {"data": [{"media_type": "album"}]}}, {"id": "77_0", "created_time": "2029-01-01T00:00:00+0000"}]})),
        ok(json!({"data": [comment("5", "77"), comment("6", "5"), comment("77", "5")]})),
    ])
    .await;
    let evidence = Platform::inspect(&Facebook::new(stage.vendor())).unwrap().inspect(&page()).await.unwrap();
    assert_eq!((evidence.followers, evidence.posts.len()), (Some(12), 1));
    assert_eq!((evidence.posts[0].kind.as_str(), evidence.posts[0].hashtags), ("carousel", 1));
    assert_eq!((evidence.posts[0].engagements, evidence.posts[0].impressions), (None, None));
    let responses = evidence.responses.unwrap();
    assert_eq!((responses.asked, responses.answered), (2, 1));
    let filled: Vec<&str> = evidence.profile.iter().filter(|part| part.filled).map(|part| part.part.as_str()).collect();
    assert_eq!(filled, ["short description"]);
    assert!(evidence.missing.iter().any(|words| words.starts_with("Reactions and comments could not be counted.")));
}

#[test]
fn a_post_beyond_the_rules_is_refused_before_a_request() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let stage = Stage::open([]).await;
        let facebook = Facebook::new(stage.vendor());
        let with_link = Post { text: "a".repeat(63_200), ..post(1) };
        for (post, field) in
            [(Post { text: " ".to_owned(), ..post(0) }, "text"), (with_link, "text"), (post(11), "media")]
        {
            let error = facebook.posts().unwrap().publish(&page(), &post).await.unwrap_err();
            assert_eq!(error.kind, PlatformErrorKind::Invalid(field.to_owned()));
        }
        assert_eq!(stage.asked(), [""; 0]);
    });
}

proptest! {
    #[test]
    fn no_page_and_no_post_makes_the_mapping_fail(
        name in ".{0,20}", id in ".{0,12}", time in ".{0,30}", stars in any::<f64>(), count in any::<u64>(),
    ) {
        let bodies = [
            json!({"id": id, "name": name, "tasks": [name], "access_token": time, "link": name}),
            json!({"id": count, "name": name, "followers_count": count}),
        ];
        for body in bodies {
            let page = serde_json::from_value(body).unwrap();
            let _ = mapping::target(page, &consent(), &crate::meta::pages::Granted::default());
        }
        let post = serde_json::from_value(json!({"id": id, "message": name, "created_time": time,
            "reactions": {"summary": {"total_count": count}}, "shares": {"count": count},
            "comments": {"summary": {"total_count": count}}})).unwrap();
        let _ = (mapping::figures(&post), mapping::published(&post), mapping::is_attempt(&post, &name, now()));
        let page = serde_json::from_value(json!({"name": name, "overall_star_rating": stars, "rating_count": count,
            "picture": name, "hours": [count]})).unwrap();
        mapping::of_page(&page, &mut aos_capabilities::evidence::Evidence::default());
    }
}

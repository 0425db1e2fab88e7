//! TikTok, from consent to figures: each story follows a passage of the contract (`social.md` 3).

use aos_sandbox::{Fault, FaultKind, Sandbox, Service, TikTokFigures, TikTokProgress};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::{
    social::{BACK, MP4, departure, location, parameter, press},
    support::{Answer, Stage, stage},
};

const ALL: &str = "user.info.basic,user.info.stats,video.list,video.publish,video.upload";

fn consent(stage: &Stage, scopes: &str) -> url::Url {
    departure(&stage.at("https://www.tiktok.com/v2/auth/authorize/"), &[("client_key", "agency-os"), ("scope", scopes)])
}

async fn token(stage: &Stage, form: &[(&str, &str)]) -> Answer {
    let client = [("client_key", "agency-os"), ("client_secret", "sandbox-client-secret")];
    let form: Vec<_> = client.iter().chain(form).collect();
    let url = stage.at("https://open.tiktokapis.com/v2/oauth/token/");
    Answer::of(stage.http.post(url).form(&form).send().await.unwrap()).await
}

async fn redeem(stage: &Stage, code: &str) -> Answer {
    token(stage, &[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", BACK)]).await
}

async fn signed_in(stage: &Stage, person: &str, scopes: &str) -> String {
    let back = stage.sandbox.vendors().tiktok().agree(&consent(stage, scopes), person).unwrap();
    redeem(stage, &parameter(&back, "code")).await.json["access_token"].as_str().unwrap().to_owned()
}

async fn send(stage: &Stage, token: &str, path: &str, body: Value) -> Answer {
    let request = stage.http.post(stage.at(&format!("https://open.tiktokapis.com/v2/{path}"))).bearer_auth(token);
    Answer::of(request.json(&body).send().await.unwrap()).await
}

async fn status(stage: &Stage, token: &str, publish_id: &Value) -> Value {
    send(stage, token, "post/publish/status/fetch/", json!({ "publish_id": publish_id })).await.json["data"].clone()
}

fn code(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.json["error"]["code"].as_str().unwrap_or(""))
}

fn video(title: &str, source: Value) -> Value {
    json!({"post_info": {"title": title, "privacy_level": "PUBLIC_TO_EVERYONE", "disable_duet": false, "is_aigc": true},
        "source_info": source})
}

fn file(size: usize) -> Value {
    json!({"source": "FILE_UPLOAD", "video_size": size, "chunk_size": size, "total_chunk_count": 1})
}

async fn put(stage: &Stage, url: &Value, bytes: Vec<u8>, range: String) -> u16 {
    let request = stage.http.put(url.as_str().unwrap()).header("content-type", "video/mp4");
    request.header("content-range", range).body(bytes).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_person_allows_some_scopes_and_the_code_must_be_decoded() {
    let stage = stage().await;
    let allowed = press(&stage.http, &consent(&stage, ALL), "anna", &["user.info.basic"], "allow").await;
    let back = location(&allowed);
    let raw = back.query().unwrap().split('&').find_map(|pair| pair.strip_prefix("code=")).unwrap();
    let undecoded = redeem(&stage, raw).await;
    assert_eq!((undecoded.status, &undecoded.json["error"]), (400, &json!("invalid_grant")));
    assert!(undecoded.json["log_id"].is_string() && undecoded.json["data"].is_null(), "no envelope here");
    let given = redeem(&stage, &parameter(&back, "code")).await;
    assert_eq!(
        (given.status, &given.json["scope"], &given.json["expires_in"]),
        (200, &json!("user.info.basic"), &json!(86_400))
    );

    let access = given.json["access_token"].as_str().unwrap();
    let url = stage.at("https://open.tiktokapis.com/v2/user/info/?fields=open_id,display_name");
    let me = Answer::of(stage.http.get(url).bearer_auth(access).send().await.unwrap()).await;
    assert_eq!((&me.json["data"]["user"]["display_name"], code(&me)), (&json!("Harbour & Pine"), (200, "ok")));
    assert_eq!(me.json["data"]["user"]["open_id"], given.json["open_id"]);
    let refused = send(&stage, access, "post/publish/creator_info/query/", json!({})).await;
    assert_eq!(code(&refused), (401, "scope_not_authorized"));

    stage.clock.forward(TimeDelta::days(1));
    assert_eq!(
        code(&send(&stage, access, "post/publish/creator_info/query/", json!({})).await),
        (401, "access_token_invalid")
    );
    let old = given.json["refresh_token"].as_str().unwrap();
    let renewed = token(&stage, &[("grant_type", "refresh_token"), ("refresh_token", old)]).await;
    assert_ne!(renewed.json["refresh_token"], json!(old), "a new refresh token each time");
    assert_eq!(token(&stage, &[("grant_type", "refresh_token"), ("refresh_token", old)]).await.status, 400);
    let declined = stage.sandbox.vendors().tiktok().decline(&consent(&stage, ALL)).unwrap();
    assert_eq!(parameter(&declined, "error"), "access_denied");
}

#[tokio::test]
async fn a_video_is_uploaded_in_chunks_is_looked_through_and_is_published() {
    let stage = stage().await;
    let tiktok = stage.sandbox.vendors().tiktok();
    let anna = signed_in(&stage, "anna", ALL).await;
    let creator = send(&stage, &anna, "post/publish/creator_info/query/", json!({})).await;
    assert_eq!(creator.json["data"]["privacy_level_options"][0], "PUBLIC_TO_EVERYONE");
    let mut film = MP4.to_vec();
    film.resize(11_000_000, 7);
    let chunks =
        json!({"source": "FILE_UPLOAD", "video_size": film.len(), "chunk_size": 5_000_000, "total_chunk_count": 2});
    let started = send(&stage, &anna, "post/publish/video/init/", video("Building #larch", chunks)).await;
    let (publish_id, url) = (&started.json["data"]["publish_id"], &started.json["data"]["upload_url"]);
    let range = |from: usize, to: usize| format!("bytes {from}-{to}/11000000");
    assert_eq!(put(&stage, url, film[5_000_000..].to_vec(), range(5_000_000, 10_999_999)).await, 416, "in order only");
    assert_eq!(put(&stage, url, film[..5_000_000].to_vec(), range(0, 4_999_999)).await, 206);
    assert_eq!(
        status(&stage, &anna, publish_id).await,
        json!({"status": "PROCESSING_UPLOAD", "uploaded_bytes": 5_000_000})
    );
    assert_eq!(put(&stage, url, film[5_000_000..].to_vec(), range(5_000_000, 10_999_999)).await, 201);
    assert_eq!(status(&stage, &anna, publish_id).await["status"], "PROCESSING_UPLOAD");
    let done = status(&stage, &anna, publish_id).await;
    assert_eq!(done["status"], "PUBLISH_COMPLETE");
    let id = done["publicaly_available_post_id"][0].as_u64().unwrap().to_string();
    let publish_id = publish_id.as_str().unwrap();
    assert_eq!((tiktok.files(publish_id)[0].len(), tiktok.post(publish_id).unwrap().is_aigc), (film.len(), true));

    tiktok.set_figures(publish_id, TikTokFigures { views: 40, ..Default::default() });
    let list = send(&stage, &anna, "video/list/?fields=id,title,view_count", json!({"max_count": 20})).await;
    assert_eq!(list.json["data"]["videos"], json!([{"id": id, "title": "Building #larch", "view_count": 40}]));
    let shown = stage.sandbox.vendors().shown();
    assert_eq!(stage.http.get(&shown[0].url).send().await.unwrap().status(), 200);
    let page = stage.http.get(stage.at("https://tiktok/")).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("<video") && page.contains("Building #larch"), "{page}");
}

#[tokio::test]
async fn what_tiktok_does_not_take_is_refused_by_its_codes() {
    let stage = stage().await;
    let tiktok = stage.sandbox.vendors().tiktok();
    tiktok.configure(|settings| settings.calls_limited = false);
    let anna = signed_in(&stage, "anna", ALL).await;
    let start = async |body: Value| {
        let answer = send(&stage, &anna, "post/publish/video/init/", body).await;
        (answer.status, answer.json["error"]["code"].as_str().unwrap().to_owned())
    };
    let private = |level: &str| {
        let mut body = video("A", file(10));
        body["post_info"]["privacy_level"] = level.into();
        body
    };
    let mismatch = (403, "privacy_level_option_mismatch".to_owned());
    assert_eq!(start(private("FOLLOWER_OF_CREATOR")).await, mismatch);
    assert_eq!(start(private("")).await, (400, "invalid_params".into()));
    assert_eq!(start(video(&"é".repeat(2_201), file(10))).await, (400, "invalid_params".into()));
    let uneven =
        json!({"source": "FILE_UPLOAD", "video_size": 11_000_000, "chunk_size": 5_000_000, "total_chunk_count": 3});
    assert_eq!(start(video("A", uneven)).await, (400, "invalid_params".into()));
    let elsewhere = json!({"source": "PULL_FROM_URL", "video_url": "https://elsewhere.test/a.mp4"});
    assert_eq!(start(video("A", elsewhere)).await, (403, "url_ownership_unverified".into()));
    tiktok.configure(|settings| settings.audited = false);
    let unaudited = "unaudited_client_can_only_post_to_private_accounts".to_owned();
    assert_eq!(start(video("A", file(10))).await, (403, unaudited));
    tiktok.configure(|settings| settings.posts_per_day = Some(1));
    assert_eq!(start(private("SELF_ONLY")).await, (200, "ok".into()));
    assert_eq!(start(private("SELF_ONLY")).await, (403, "spam_risk_too_many_posts".into()));
    stage.clock.forward(TimeDelta::hours(24));
    let anna = signed_in(&stage, "anna", ALL).await;
    tiktok.configure(|settings| settings.calls_limited = true);
    let mut codes = Vec::new();
    for _ in 0..7 {
        let body = private("SELF_ONLY");
        codes.push(send(&stage, &anna, "post/publish/video/init/", body).await.json["error"]["code"].clone());
    }
    assert_eq!(
        (&codes[0], &codes[1], &codes[6]),
        (&json!("ok"), &json!("spam_risk_too_many_posts"), &json!("rate_limit_exceeded"))
    );
}

#[tokio::test]
async fn media_are_fetched_from_verified_addresses_and_what_fails_is_told_in_the_state() {
    let stage = stage().await;
    let tiktok = stage.sandbox.vendors().tiktok();
    tiktok.configure(|settings| settings.looks_until_done = 0);
    let site = Sandbox::start_site(0).await.unwrap();
    let anna = signed_in(&stage, "anna", ALL).await;
    let photos = |images: Value| {
        json!({"media_type": "PHOTO", "post_mode": "DIRECT_POST",
            "post_info": {"title": "Dusk", "description": "A garden room", "privacy_level": "SELF_ONLY"},
            "source_info": {"source": "PULL_FROM_URL", "photo_images": images, "photo_cover_index": 0}})
    };
    let publish = async |images: Value| {
        let answer = send(&stage, &anna, "post/publish/content/init/", photos(images)).await;
        status(&stage, &anna, &answer.json["data"]["publish_id"]).await
    };
    let picture = format!("{}images/garden-room-at-dusk.png", site.url());
    let png = publish(json!([picture])).await;
    assert_eq!((&png["status"], &png["fail_reason"]), (&json!("FAILED"), &json!("file_format_check_failed")));
    let nothing = publish(json!([format!("{}none.jpg", site.url())])).await;
    assert_eq!(nothing["fail_reason"], "photo_pull_failed");
    tiktok.configure(|settings| settings.photo_types.push("image/png".into()));
    let done = publish(json!([picture])).await;
    assert_eq!((&done["status"], &done["publicaly_available_post_id"]), (&json!("PUBLISH_COMPLETE"), &Value::Null));
    assert_eq!(tiktok.posts().last().unwrap().progress, TikTokProgress::Published);
    let dead = json!({"source": "PULL_FROM_URL", "video_url": "http://127.0.0.1:9/a.mp4"});
    let started = send(&stage, &anna, "post/publish/inbox/video/init/", json!({ "source_info": dead })).await;
    assert_eq!(status(&stage, &anna, &started.json["data"]["publish_id"]).await["fail_reason"], "video_pull_failed");
    let ben = signed_in(&stage, "ben", ALL).await;
    let foreign = json!({"publish_id": started.json["data"]["publish_id"]});
    assert_eq!(code(&send(&stage, &ben, "post/publish/status/fetch/", foreign).await), (400, "invalid_params"));
    site.stop().await;
}

#[tokio::test]
async fn a_fault_comes_in_the_envelope_and_every_platform_is_named_on_the_first_page() {
    let stage = stage().await;
    let anna = signed_in(&stage, "anna", ALL).await;
    let path = "/open.tiktokapis.com/v2/post/publish/";
    stage.sandbox.faults().push(Fault::new(Service::TikTok, path, FaultKind::Status(500)).method("POST"));
    let failed = send(&stage, &anna, "post/publish/video/init/", video("A", file(10))).await;
    assert_eq!(code(&failed), (500, "internal_error"));
    assert!(stage.sandbox.vendors().tiktok().posts().is_empty());
    let page = stage.http.get(stage.sandbox.vendors().url()).send().await.unwrap().text().await.unwrap();
    for way in ["/linkedin/", "/x/", "/tiktok/", "/tiktok/__sandbox/"] {
        assert!(page.contains(&format!("href=\"{way}\"")), "{way}");
    }
}

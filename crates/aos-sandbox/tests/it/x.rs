//! X, from consent to figures: each story follows a passage of the contract (`social.md` 2).

use aos_sandbox::{Fault, FaultKind, Service, XFigures};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use reqwest::{
    Method, RequestBuilder,
    multipart::{Form, Part},
};
use serde_json::{Value, json};

use crate::{
    social::{BACK, CHALLENGE, MP4, PNG, VERIFIER, departure, list, location, parameter, press},
    support::{Answer, Stage, stage},
};

const ALL: &str = "tweet.read tweet.write users.read media.write offline.access";
const ANNA: &str = "1580001204";

fn consent(stage: &Stage, scopes: &str) -> url::Url {
    let address = stage.at("https://x.com/i/oauth2/authorize");
    let pkce = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    departure(&address, &[("client_id", "agency-os"), ("scope", scopes), pkce[0], pkce[1]])
}

async fn token(stage: &Stage, form: &[(&str, &str)]) -> Answer {
    let request = stage.http.post(stage.at("https://api.x.com/2/oauth2/token"));
    let request = request.basic_auth("agency-os", Some("sandbox-client-secret")).form(form);
    Answer::of(request.send().await.unwrap()).await
}

async fn redeem(stage: &Stage, code: &str) -> Answer {
    let form =
        [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", BACK), ("code_verifier", VERIFIER)];
    token(stage, &form).await
}

async fn renew(stage: &Stage, refresh: &str) -> Answer {
    token(stage, &[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await
}

async fn signed_in(stage: &Stage, person: &str, scopes: &str) -> String {
    let back = stage.sandbox.vendors().x().agree(&consent(stage, scopes), person).unwrap();
    redeem(stage, &parameter(&back, "code")).await.json["access_token"].as_str().unwrap().to_owned()
}

fn call(stage: &Stage, token: &str, method: Method, path: &str) -> RequestBuilder {
    stage.http.request(method, stage.at(&format!("https://api.x.com{path}"))).bearer_auth(token)
}

async fn get(stage: &Stage, token: &str, path: &str) -> Answer {
    Answer::of(call(stage, token, Method::GET, path).send().await.unwrap()).await
}

async fn send(stage: &Stage, token: &str, path: &str, body: Value) -> Answer {
    Answer::of(call(stage, token, Method::POST, path).json(&body).send().await.unwrap()).await
}

async fn form(stage: &Stage, token: &str, path: &str, form: Form) -> Answer {
    Answer::of(call(stage, token, Method::POST, path).multipart(form).send().await.unwrap()).await
}

#[tokio::test]
async fn a_person_allows_and_the_code_lasts_half_a_minute_and_refresh_tokens_rotate() {
    let stage = stage().await;
    let allowed = press(&stage.http, &consent(&stage, ALL), "ben", &ALL.split(' ').collect::<Vec<_>>(), "allow").await;
    let given = redeem(&stage, &parameter(&location(&allowed), "code")).await;
    assert_eq!(
        (given.status, &given.json["token_type"], &given.json["expires_in"]),
        (200, &json!("bearer"), &json!(7_200))
    );
    let (access, refresh) =
        (given.json["access_token"].as_str().unwrap(), given.json["refresh_token"].as_str().unwrap());
    assert_eq!(get(&stage, access, "/2/users/me").await.json["data"]["username"], "benosei");

    stage.clock.forward(TimeDelta::hours(2));
    assert_eq!(get(&stage, access, "/2/users/me").await.status, 401);
    let second = renew(&stage, refresh).await;
    let refused = renew(&stage, refresh).await;
    assert_eq!((second.status, refused.status, &refused.json["error"]), (200, 400, &json!("invalid_request")));
    let access = second.json["access_token"].as_str().unwrap();
    let revoke = stage.http.post(stage.at("https://api.x.com/2/oauth2/revoke")).form(&[("token", access)]);
    assert_eq!(revoke.basic_auth("agency-os", Some("sandbox-client-secret")).send().await.unwrap().status(), 200);
    assert_eq!(renew(&stage, second.json["refresh_token"].as_str().unwrap()).await.status, 400);

    let x = stage.sandbox.vendors().x();
    let late = x.agree(&consent(&stage, ALL), "anna").unwrap();
    stage.clock.forward(TimeDelta::seconds(31));
    assert_eq!(redeem(&stage, &parameter(&late, "code")).await.status, 400);
    let short = x.agree_to(&consent(&stage, ALL), "anna", &["tweet.read", "users.read"]).unwrap();
    let short = redeem(&stage, &parameter(&short, "code")).await;
    assert_eq!((&short.json["scope"], &short.json["refresh_token"]), (&json!("tweet.read users.read"), &Value::Null));
    assert_eq!(parameter(&x.decline(&consent(&stage, ALL)).unwrap(), "error"), "access_denied");
    let bare = consent(&stage, ALL).as_str().replace("S256", "plain");
    assert!(x.agree(&bare.parse().unwrap(), "anna").is_err(), "PKCE is asked for");
    let form = [("grant_type", "refresh_token"), ("refresh_token", "x"), ("client_id", "agency-os")];
    let unnamed = stage.http.post(stage.at("https://api.x.com/2/oauth2/token")).form(&form).send().await.unwrap();
    assert_eq!(unnamed.status(), 401, "the application has a secret and must show it");
}

#[tokio::test]
async fn a_post_is_made_read_back_as_x_gives_it_and_deleted() {
    let stage = stage().await;
    let anna = signed_in(&stage, "anna", ALL).await;
    let text = "Larch & oak: https://harbour-and-pine.test/guides/larch";
    let made = send(&stage, &anna, "/2/tweets", json!({"text": text, "made_with_ai": true})).await;
    assert_eq!(made.status, 201);
    let id = made.json["data"]["id"].as_str().unwrap();
    let x = stage.sandbox.vendors().x();
    assert_eq!(x.post(id).unwrap().text, text);
    x.set_figures(id, XFigures { likes: 3, link_clicks: 2, ..Default::default() });

    let fields = "tweet.fields=public_metrics,non_public_metrics,entities";
    let read = get(&stage, &anna, &format!("/2/tweets?ids={id},7&{fields}")).await;
    let one = &read.json["data"][0];
    assert!(one["text"].as_str().unwrap().starts_with("Larch &amp; oak: https://t.co/"), "{one}");
    assert_eq!(one["entities"]["urls"][0]["expanded_url"], "https://harbour-and-pine.test/guides/larch");
    assert_eq!(
        (&one["public_metrics"]["like_count"], &one["non_public_metrics"]["url_link_clicks"]),
        (&json!(3), &json!(2))
    );
    assert_eq!(
        (read.status, list(&read.json, "/errors", "value")),
        (200, json!(["7"])),
        "a good answer tells what is missing"
    );
    let ben = signed_in(&stage, "ben", ALL).await;
    let others = get(&stage, &ben, &format!("/2/tweets?ids={id}&{fields}")).await;
    assert_eq!(others.json["data"][0]["non_public_metrics"], Value::Null);
    assert!(others.json["errors"][0]["type"].as_str().unwrap().ends_with("not-authorized-for-resource"));
    assert_eq!(get(&stage, &anna, "/2/tweets?ids=1&tweet.fields=likes").await.status, 400);

    let path = format!("/2/tweets/{id}");
    assert_eq!(call(&stage, &ben, Method::DELETE, &path).send().await.unwrap().status(), 403);
    let gone = Answer::of(call(&stage, &anna, Method::DELETE, &path).send().await.unwrap()).await;
    assert_eq!((gone.json, x.posts().len()), (json!({"data": {"deleted": true}}), 0));
}

#[tokio::test]
async fn what_x_does_not_take_is_refused_in_its_words() {
    let stage = stage().await;
    let anna = signed_in(&stage, "anna", ALL).await;
    let refused = async |body: Value| {
        let answer = send(&stage, &anna, "/2/tweets", body).await;
        assert!(answer.status == 201 || answer.header("content-type") == "application/problem+json");
        (answer.status, answer.json["detail"].as_str().unwrap_or("").to_owned())
    };
    assert_eq!(refused(json!({"text": "木".repeat(140)})).await.0, 201);
    assert_eq!(refused(json!({"text": "木".repeat(141)})).await.0, 400);
    let (status, detail) = refused(json!({"text": "木".repeat(140)})).await;
    assert!(status == 403 && detail.contains("duplicate content"), "{detail}");
    for body in [
        json!({"text": ""}),
        json!({"text": "a", "media": {"media_ids": ["5"]}}),
        json!({"text": "a", "poll": {"options": ["one"], "duration_minutes": 60}}),
        json!({"text": "a", "quote_tweet_id": "1", "poll": {"options": ["a", "b"], "duration_minutes": 60}}),
        json!({"text": "a", "reply_settings": "everyone"}),
        json!({"text": "a", "scheduled_at": "2026-04-01"}),
    ] {
        assert_eq!(refused(body.clone()).await.0, 400, "{body}");
    }
    let reader = signed_in(&stage, "anna", "tweet.read users.read").await;
    assert_eq!(send(&stage, &reader, "/2/tweets", json!({"text": "b"})).await.status, 403);
    assert_eq!(send(&stage, "nobody", "/2/tweets", json!({"text": "b"})).await.status, 401);
    let x = stage.sandbox.vendors().x();
    x.configure(|settings| (settings.longest, settings.posts_left) = (25_000, Some(1)));
    assert_eq!(refused(json!({"text": "a".repeat(25_000)})).await.0, 201);
    let capped = send(&stage, &anna, "/2/tweets", json!({"text": "c"})).await;
    assert!(capped.json["type"].as_str().unwrap().ends_with("usage-capped"));
}

#[tokio::test]
async fn images_come_as_a_form_or_in_base64_and_a_video_in_segments() {
    let stage = stage().await;
    let anna = signed_in(&stage, "anna", ALL).await;
    let image = Form::new().text("media_category", "tweet_image").part("media", Part::bytes(PNG).file_name("a.png"));
    let first = form(&stage, &anna, "/2/media/upload", image).await.json["data"]["id"].clone();
    let second = json!({"media": STANDARD.encode(PNG), "media_category": "tweet_image"});
    let second = send(&stage, &anna, "/2/media/upload", second).await.json["data"]["id"].clone();
    let alt = json!({"id": first, "metadata": {"alt_text": {"text": "A wall"}}});
    assert_eq!(send(&stage, &anna, "/2/media/metadata", alt).await.status, 200);
    let no_image = json!({"media": STANDARD.encode("<svg/>"), "media_category": "tweet_image"});
    assert_eq!(send(&stage, &anna, "/2/media/upload", no_image).await.status, 400);
    let with = |ids: &[&Value], text: &str| json!({"text": text, "media": {"media_ids": ids}});
    assert_eq!(send(&stage, &anna, "/2/tweets", with(&[&first, &second], "Two walls")).await.status, 201);
    let shown = stage.sandbox.vendors().shown();
    let alts: Vec<&str> = shown[0].images.iter().map(|(_, alt)| alt.as_str()).collect();
    assert_eq!(alts, ["A wall", ""]);
    assert_eq!(stage.http.get(&shown[0].images[0].0).send().await.unwrap().bytes().await.unwrap(), PNG);

    let start = json!({"media_type": "video/mp4", "total_bytes": MP4.len(), "media_category": "tweet_video"});
    let video = send(&stage, &anna, "/2/media/upload/initialize", start).await.json["data"]["id"].clone();
    let id = video.as_str().unwrap();
    for (index, bytes) in [(0, &MP4[..9]), (1, &MP4[9..])] {
        let finish = format!("/2/media/upload/{id}/finalize");
        assert_eq!(send(&stage, &anna, &finish, json!({})).await.status, 400, "segments are missing");
        let part = Form::new().text("segment_index", index.to_string()).part("media", Part::bytes(bytes));
        assert_eq!(form(&stage, &anna, &format!("/2/media/upload/{id}/append"), part).await.status, 200);
    }
    let done = send(&stage, &anna, &format!("/2/media/upload/{id}/finalize"), json!({})).await;
    assert_eq!(done.json["data"]["processing_info"]["state"], "pending");
    assert_eq!(send(&stage, &anna, "/2/tweets", with(&[&video], "Film")).await.status, 400);
    let status = get(&stage, &anna, &format!("/2/media/upload?command=STATUS&media_id={id}")).await;
    assert_eq!(status.json["data"]["processing_info"]["state"], "succeeded");
    assert_eq!(send(&stage, &anna, "/2/tweets", with(&[&video, &first], "Film")).await.status, 400);
    assert_eq!(send(&stage, &anna, "/2/tweets", with(&[&video], "Film")).await.status, 201);
    stage.clock.forward(TimeDelta::days(1));
    let anna = signed_in(&stage, "anna", ALL).await;
    assert_eq!(send(&stage, &anna, "/2/tweets", with(&[&first], "Late")).await.status, 400, "uploads last a day");
}

#[tokio::test]
async fn limits_say_when_to_come_back_and_a_timeline_is_read_in_pages() {
    let stage = stage().await;
    let x = stage.sandbox.vendors().x();
    x.configure(|settings| (settings.posts_per_window, settings.hidden_for) = (Some(6), 1));
    let anna = signed_in(&stage, "anna", ALL).await;
    for n in 1..=6 {
        let made = send(&stage, &anna, "/2/tweets", json!({"text": format!("Post {n}")})).await;
        assert_eq!((made.status, made.header("x-rate-limit-remaining")), (201, (6 - n).to_string().as_str()));
    }
    let over = send(&stage, &anna, "/2/tweets", json!({"text": "Post 7"})).await;
    assert!(over.status == 429 && over.json["type"].as_str().unwrap().ends_with("rate-limit-exceeded"));
    // The sixth post is there for who asks next but one; the refused request counts.
    let path = format!("/2/users/{ANNA}/tweets?max_results=5");
    let page = get(&stage, &anna, &path).await;
    assert_eq!(list(&page.json, "/data", "text"), json!(["Post 6", "Post 5", "Post 4", "Post 3", "Post 2"]));
    let next = page.json["meta"]["next_token"].as_str().unwrap();
    let rest = get(&stage, &anna, &format!("{path}&pagination_token={next}")).await;
    assert_eq!(
        (list(&rest.json, "/data", "text"), &rest.json["meta"]["next_token"]),
        (json!(["Post 1"]), &Value::Null)
    );
    let reset: i64 = over.header("x-rate-limit-reset").parse().unwrap();
    let now: aos_kernel::Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
    assert_eq!(reset, now.timestamp() + 900);
    stage.clock.forward(TimeDelta::minutes(15));
    assert_eq!(send(&stage, &anna, "/2/tweets", json!({"text": "Post 7"})).await.status, 201);
    let listed = get(&stage, &anna, &path).await;
    assert_eq!(listed.json["data"][0]["text"], "Post 6", "not there yet");
    assert_eq!(get(&stage, &anna, &path).await.json["data"][0]["text"], "Post 7");
    assert_eq!(get(&stage, &anna, &format!("/2/users/{ANNA}/tweets?max_results=3")).await.status, 400);
}

#[tokio::test]
async fn a_fault_comes_in_x_shape_and_the_console_changes_how_x_behaves() {
    let stage = stage().await;
    let anna = signed_in(&stage, "anna", ALL).await;
    stage.sandbox.faults().push(Fault::new(Service::X, "/api.x.com/2/tweets", FaultKind::Status(503)).method("POST"));
    let down = send(&stage, &anna, "/2/tweets", json!({"text": "One"})).await;
    assert_eq!((down.status, &down.json["title"]), (503, &json!("Service Unavailable")));
    let form = [
        ("control", "behaviour"),
        ("posts_per_window", "0"),
        ("posts_per_day", ""),
        ("posts_left", ""),
        ("reads_limited", "false"),
        ("longest", "280"),
        ("looks_until_ready", "0"),
        ("hidden_for", "0"),
        ("rewrites_text", "false"),
    ];
    let changed = stage.http.post(stage.at("https://x/__sandbox/control")).form(&form).send().await.unwrap();
    assert_eq!(changed.status(), 303);
    assert_eq!(send(&stage, &anna, "/2/tweets", json!({"text": "One"})).await.status, 429);
    assert_eq!(get(&stage, &anna, "/2/users/me").await.header("x-rate-limit-limit"), "");
}

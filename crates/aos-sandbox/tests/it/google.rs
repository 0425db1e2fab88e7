//! Google: consent, tokens and Business Profile.

use aos_sandbox::{Fault, FaultKind, GoogleApi, GoogleRefusal, LocalPostState, Sandbox, Service};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use url::Url;

use crate::{
    google_stage::{BACK, GoogleStage, SCOPES, departure, pairs, status},
    support::Answer,
};

const POSTS: &str = "mybusiness.googleapis.com/v4/accounts/102/locations/555/localPosts";
const ACCOUNTS: &str = "mybusinessaccountmanagement.googleapis.com/v1/accounts";
const PLACES: &str = "mybusinessbusinessinformation.googleapis.com/v1";

fn standard(summary: &str) -> Value {
    json!({"languageCode": "en", "topicType": "STANDARD", "summary": summary,
        "callToAction": {"actionType": "LEARN_MORE", "url": "https://www.harbourandpine.example/"}})
}

#[tokio::test]
async fn anna_clicks_through_the_consent_page_and_unticks_a_scope() {
    let google = GoogleStage::of("ben").await;
    let root = google.stage.sandbox.vendors().url();
    let url = departure(&root, SCOPES, &[("prompt", "consent")]);
    let page = google.stage.http.get(url.clone()).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Anna Berg") && page.contains("business.manage") && page.contains("simulated"));

    let only = "https://www.googleapis.com/auth/business.manage";
    let form = [("query", url.query().unwrap()), ("person", "anna"), ("allow", only), ("answer", "allow")];
    let answer = google.stage.http.post(url.clone()).form(&form).send().await.unwrap();
    let back = Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
    assert!(back.as_str().starts_with(BACK));
    assert_eq!((pairs(&back)["state"].as_str(), pairs(&back)["scope"].as_str()), ("st/1", only));
    let given = google.redeem(&pairs(&back)["code"]).await;
    assert_eq!((given.json["scope"].as_str(), given.json["expires_in"].as_i64()), (Some(only), Some(3_599)));
    assert!(given.json["refresh_token"].is_string() && given.json["token_type"] == "Bearer");
    let again = google.redeem(&pairs(&back)["code"]).await;
    assert_eq!((again.status, &again.json["error"]), (400, &json!("invalid_grant")));

    let form = [("query", url.query().unwrap()), ("person", "anna"), ("answer", "deny")];
    let answer = google.stage.http.post(url.clone()).form(&form).send().await.unwrap();
    assert_eq!(answer.headers()["location"], format!("{BACK}?error=access_denied&state=st%2F1"));
}

#[tokio::test]
async fn a_refresh_token_comes_with_the_first_consent_and_then_only_when_asked_for() {
    let google = GoogleStage::of("anna").await;
    let root = google.stage.sandbox.vendors().url();
    let vendor = google.stage.sandbox.vendors().google();
    let given = |more: &'static [(&'static str, &'static str)]| {
        let back = vendor.agree(departure(&root, SCOPES, more), "anna").unwrap();
        let google = &google;
        async move { google.redeem(&pairs(&back)["code"]).await.json }
    };
    assert!(given(&[]).await["refresh_token"].is_null());
    let first = given(&[("prompt", "consent")]).await;
    let token = first["refresh_token"].as_str().unwrap();
    let renewed = google.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await;
    assert!(renewed.json["access_token"].is_string() && renewed.json["refresh_token"].is_null());

    // The hundred and first drops the oldest without a word.
    vendor.configure(|settings| settings.refresh_tokens = 2);
    for _ in 0..2 {
        given(&[("prompt", "consent")]).await;
    }
    let dropped = google.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await;
    assert_eq!((dropped.status, &dropped.json["error"]), (400, &json!("invalid_grant")));
    assert_eq!(vendor.refresh_tokens("anna"), 2);

    let wrong = [("client_id", "agency-os"), ("client_secret", "x"), ("grant_type", "refresh_token")];
    let request = google.stage.http.post(google.url("oauth2.googleapis.com/token")).form(&wrong);
    let refused = Answer::of(request.send().await.unwrap()).await;
    assert_eq!((refused.status, &refused.json["error"]), (401, &json!("invalid_client")));
}

#[tokio::test]
async fn scopes_add_up_when_that_is_asked_for_and_revoking_ends_everything() {
    let google = GoogleStage::of("ben").await;
    let root = google.stage.sandbox.vendors().url();
    let vendor = google.stage.sandbox.vendors().google();
    let ads = "https://www.googleapis.com/auth/adwords";
    let page = departure(&root, &format!("{ads} email"), &[("prompt", "consent"), ("include_granted_scopes", "true")]);
    vendor.agree_to(&page, "anna", &[ads]).unwrap();
    let back = vendor.agree_to(&page, "anna", &["email"]).unwrap();
    let given = google.redeem(&pairs(&back)["code"]).await.json;
    assert_eq!(given["scope"], format!("{ads} https://www.googleapis.com/auth/userinfo.email"));

    let revoke = google.stage.http.post(google.url("oauth2.googleapis.com/revoke"));
    let revoked = revoke.form(&[("token", given["refresh_token"].as_str().unwrap())]).send().await.unwrap();
    assert_eq!(revoked.status(), 200);
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", given["refresh_token"].as_str().unwrap())];
    assert_eq!(google.token(&refresh).await.json["error"], "invalid_grant");
    let twice = google.stage.http.post(google.url("oauth2.googleapis.com/revoke"));
    let twice =
        Answer::of(twice.form(&[("token", given["access_token"].as_str().unwrap())]).send().await.unwrap()).await;
    assert_eq!((twice.status, &twice.json["error"]), (400, &json!("invalid_token")));

    let foreign = page.as_str().replace("127.0.0.1%3A9", "agency.test");
    assert!(foreign != page.as_str() && vendor.agree(foreign, "anna").is_err());
    vendor.configure(|settings| settings.redirects = vec!["http://127.0.0.1:9/elsewhere".into()]);
    assert!(vendor.agree(&page, "anna").is_err());
    let shown = google.stage.http.get(page).send().await.unwrap();
    assert_eq!(shown.status(), 400);
    assert!(shown.text().await.unwrap().contains("redirect_uri_mismatch"));
}

#[tokio::test]
async fn tokens_end_and_missing_scopes_are_named() {
    let mut google = GoogleStage::of("anna").await;
    google.stage.clock.forward(TimeDelta::seconds(3_599));
    assert_eq!(status(&google.get(ACCOUNTS).await), (401, "UNAUTHENTICATED"));
    let root = google.stage.sandbox.vendors().url();
    let page = departure(&root, "https://www.googleapis.com/auth/adwords", &[]);
    let back = google.stage.sandbox.vendors().google().agree(page, "anna").unwrap();
    google.access = google.redeem(&pairs(&back)["code"]).await.json["access_token"].as_str().unwrap().to_owned();
    let refused = google.get(ACCOUNTS).await;
    assert_eq!(status(&refused), (403, "PERMISSION_DENIED"));
    assert_eq!(refused.json["error"]["details"][0]["reason"], "ACCESS_TOKEN_SCOPE_INSUFFICIENT");
}

#[tokio::test]
async fn the_location_is_found_on_the_last_page_of_accounts() {
    let google = GoogleStage::of("anna").await;
    google.stage.sandbox.vendors().google().configure(|settings| settings.more_accounts = 25);
    let (mut names, mut token) = (Vec::new(), String::new());
    loop {
        let page = google.get(&format!("{ACCOUNTS}?pageSize=20&pageToken={token}")).await.json;
        names.extend(page["accounts"].as_array().unwrap().iter().map(|own| own["name"].as_str().unwrap().to_owned()));
        match page["nextPageToken"].as_str() {
            Some(next) => token = url::form_urlencoded::byte_serialize(next.as_bytes()).collect(),
            None => break,
        }
    }
    assert_eq!((names.len(), names.last().unwrap().as_str()), (27, "accounts/102"));
    assert_eq!(status(&google.get(&format!("{ACCOUNTS}?pageSize=21")).await), (400, "INVALID_ARGUMENT"));

    let list = format!("{PLACES}/accounts/102/locations");
    assert_eq!(google.get(&list).await.json["error"]["details"][0]["fieldViolations"][0]["field"], "read_mask");
    let places = google.get(&format!("{list}?readMask=name,title,metadata.hasVoiceOfMerchant&pageSize=100")).await.json;
    assert_eq!(
        places["locations"][0],
        json!({"name": "locations/555", "title": "Harbour & Pine", "metadata": {"hasVoiceOfMerchant": true}})
    );
    assert_eq!(places["totalSize"], 2);
    let edit = json!({"websiteUri": "https://www.harbourandpine.example/offices"});
    let edited = google.call(Method::PATCH, &format!("{PLACES}/locations/555?updateMask=websiteUri"), Some(edit)).await;
    assert_eq!((edited.status, &edited.json["title"]), (200, &json!("Harbour & Pine")));

    let ben = GoogleStage::of("ben").await;
    assert_eq!(ben.get(ACCOUNTS).await.json["accounts"].as_array().unwrap().len(), 1);
    assert_eq!(ben.get(&format!("{PLACES}/accounts/201/locations?readMask=name")).await.json, json!({}));
    assert_eq!(status(&ben.get(POSTS).await), (403, "PERMISSION_DENIED"));
}

#[tokio::test]
async fn a_post_with_a_picture_goes_live_after_some_looks_and_is_shown() {
    let google = GoogleStage::of("anna").await;
    let vendor = google.stage.sandbox.vendors().google();
    vendor.configure(|settings| settings.requests_until_listed = 3);
    let site = Sandbox::start_site(0).await.unwrap();
    let with = |path: &str| {
        let mut post = standard("A green roof <b>cools</b> the office.");
        post["media"] = json!([{"mediaFormat": "PHOTO", "sourceUrl": format!("{}{path}", site.url())}]);
        post
    };
    for (path, words) in [("images/logo.png", "too small"), ("prices/", "image/png"), ("images/none.png", "404")] {
        let refused = google.post(POSTS, with(path)).await;
        assert_eq!(status(&refused), (400, "INVALID_ARGUMENT"), "{path}: {words}");
    }
    let made = google.post(POSTS, with("images/green-roof.png")).await;
    assert_eq!((made.status, &made.json["state"]), (200, &json!("PROCESSING")));
    let one = format!("mybusiness.googleapis.com/v4/{}", made.json["name"].as_str().unwrap());
    for expected in ["PROCESSING", "LIVE"] {
        assert_eq!(google.get(POSTS).await.json, json!({}), "lists lag behind");
        assert_eq!(google.get(&one).await.json["state"], expected);
    }
    let listed = google.get(POSTS).await.json;
    assert_eq!(listed["localPosts"][0]["name"], made.json["name"]);
    let page = listed["localPosts"][0]["searchUrl"].as_str().unwrap();
    let page = google.stage.http.get(page).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("&lt;b&gt;cools") && page.contains("lh3.googleusercontent.com"));
    let shown = &google.stage.sandbox.vendors().shown()[0];
    assert_eq!((shown.account.as_str(), shown.state.as_str()), ("Harbour & Pine", "LIVE"));
    let picture = google.stage.http.get(&shown.images[0].0).send().await.unwrap();
    assert_eq!(picture.headers()["content-type"], "image/png");

    assert_eq!(google.call(Method::DELETE, &one, None).await.json, json!({}));
    assert_eq!(status(&google.get(&one).await), (404, "NOT_FOUND"));
}

#[tokio::test]
async fn posts_are_refused_rejected_scheduled_and_changed() {
    let google = GoogleStage::of("anna").await;
    let vendor = google.stage.sandbox.vendors().google();
    let mut wrong = standard("x");
    wrong["callToAction"] = json!({"actionType": "CALL", "url": "https://x.example"});
    let offer = json!({"topicType": "OFFER", "summary": "Ten per cent", "offer": {"couponCode": "TEN"}});
    for body in [standard(&"ä".repeat(1_501)), wrong, offer, json!({"summary": "x"}), json!({"text": "x"})] {
        assert_eq!(status(&google.post(POSTS, body).await), (400, "INVALID_ARGUMENT"));
    }
    assert!(vendor.posts().is_empty());
    assert_eq!(google.post(POSTS, standard(&"ä".repeat(1_500))).await.status, 200);

    google.post(POSTS, standard("Call us: 01632 960 101")).await;
    vendor.reject_next_post();
    google.post(POSTS, standard("A fine text")).await;
    vendor.settle();
    let states: Vec<_> = vendor.posts().iter().map(|post| post.state).collect();
    assert_eq!(states, [LocalPostState::Rejected, LocalPostState::Rejected, LocalPostState::Live]);

    let mut later = standard("Open day on Saturday");
    later["scheduledTime"] = json!("2026-03-02T10:00:00Z");
    let made = google.post(POSTS, later).await.json;
    assert_eq!(made["state"], "SCHEDULED");
    let one = format!("mybusiness.googleapis.com/v4/{}", made["name"].as_str().unwrap());
    assert_eq!(google.get(&one).await.json["state"], "SCHEDULED");
    google.stage.clock.forward(TimeDelta::minutes(61));
    vendor.expire();
    assert_eq!(google.get(&one).await.status, 401);
    vendor.settle();
    assert_eq!(vendor.posts()[0].state, LocalPostState::Live);
}

#[tokio::test]
async fn a_change_names_its_fields_and_is_looked_at_again() {
    let google = GoogleStage::of("anna").await;
    let made = google.post(POSTS, standard("First words")).await.json;
    google.stage.sandbox.vendors().google().settle();
    let one = format!("mybusiness.googleapis.com/v4/{}", made["name"].as_str().unwrap());
    let body = json!({"summary": "Other words"});
    assert_eq!(google.call(Method::PATCH, &one, Some(body.clone())).await.status, 400);
    let changed = google.call(Method::PATCH, &format!("{one}?updateMask=summary"), Some(body)).await.json;
    assert_eq!((&changed["summary"], &changed["state"]), (&json!("Other words"), &json!("PROCESSING")));
    assert_eq!(changed["callToAction"]["actionType"], "LEARN_MORE");
    let unverified = POSTS.replace("555", "556");
    assert_eq!(status(&google.post(&unverified, standard("x")).await), (400, "FAILED_PRECONDITION"));
}

#[tokio::test]
async fn reviews_are_read_answered_and_counted() {
    let google = GoogleStage::of("anna").await;
    google.stage.sandbox.vendors().google().add_review("locations/555", "Ola", 1, "");
    let reviews = POSTS.replace("localPosts", "reviews");
    let first = google.get(&format!("{reviews}?pageSize=4")).await.json;
    assert_eq!((&first["totalReviewCount"], &first["averageRating"]), (&json!(6), &json!(3.7)));
    assert_eq!((&first["reviews"][0]["starRating"], first["reviews"][0].get("comment")), (&json!("ONE"), None));
    let token: String =
        url::form_urlencoded::byte_serialize(first["nextPageToken"].as_str().unwrap().as_bytes()).collect();
    let rest = google.get(&format!("{reviews}?pageSize=4&pageToken={token}")).await.json;
    assert_eq!(rest["reviews"].as_array().unwrap().len(), 2);
    assert!(rest["reviews"][1]["reviewReply"]["comment"].is_string());

    let name = first["reviews"][1]["name"].as_str().unwrap();
    let reply = format!("mybusiness.googleapis.com/v4/{name}/reply");
    assert_eq!(google.call(Method::PUT, &reply, Some(json!({"comment": "ä".repeat(2_049)}))).await.status, 400);
    google.call(Method::PUT, &reply, Some(json!({"comment": "Thank you"}))).await;
    let read = google.get(&format!("mybusiness.googleapis.com/v4/{name}")).await.json;
    assert_eq!(read["reviewReply"]["comment"], "Thank you");
    let batch = json!({"locationNames": ["accounts/102/locations/555"], "ignoreRatingOnlyReviews": true});
    let many = google.post("mybusiness.googleapis.com/v4/accounts/102/locations:batchGetReviews", batch).await.json;
    assert_eq!(many["locationReviews"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn figures_of_a_location_are_texts_and_zero_is_absent() {
    let google = GoogleStage::of("anna").await;
    let day = "2026-02-20".parse().unwrap();
    let vendor = google.stage.sandbox.vendors().google();
    vendor.set_figure("locations/555", "CALL_CLICKS", day, 41);
    let range = "dailyRange.startDate.year=2026&dailyRange.startDate.month=2&dailyRange.startDate.day=20&\
                 dailyRange.endDate.year=2026&dailyRange.endDate.month=3&dailyRange.endDate.day=2";
    let url = "businessprofileperformance.googleapis.com/v1/locations/555:fetchMultiDailyMetricsTimeSeries";
    let told = google.get(&format!("{url}?dailyMetrics=CALL_CLICKS&dailyMetrics=BUSINESS_BOOKINGS&{range}")).await.json;
    let series = &told["multiDailyMetricTimeSeries"][0]["dailyMetricTimeSeries"];
    let calls = series[0]["timeSeries"]["datedValues"].as_array().unwrap();
    assert_eq!(calls[0], json!({"date": {"year": 2026, "month": 2, "day": 20}, "value": "41"}));
    assert_eq!(calls.len(), 8, "the last three days are not known yet");
    assert_eq!(series[1]["timeSeries"]["datedValues"][0].get("value"), None);
}

#[tokio::test]
async fn quotas_and_faults_speak_as_google_does() {
    let google = GoogleStage::of("anna").await;
    let vendor = google.stage.sandbox.vendors().google();
    vendor.refuse(GoogleApi::Posts, GoogleRefusal::Quota { retry_seconds: Some(17) }, 1);
    let refused = google.post(POSTS, standard("x")).await;
    assert_eq!(status(&refused), (429, "RESOURCE_EXHAUSTED"));
    assert_eq!(refused.json["error"]["details"][1]["retryDelay"], "17s");
    vendor.refuse(GoogleApi::Accounts, GoogleRefusal::Disabled, 1);
    assert_eq!(google.get(ACCOUNTS).await.json["error"]["details"][0]["reason"], "SERVICE_DISABLED");
    assert_eq!(google.get(ACCOUNTS).await.status, 200);

    vendor.configure(|settings| settings.edits_per_minute = Some(1));
    google.post(POSTS, standard("x")).await;
    assert_eq!(google.post(POSTS, standard("y")).await.status, 429);

    let faults = google.stage.sandbox.faults();
    faults.push(Fault::new(Service::Google, "/mybusiness.googleapis.com/", FaultKind::Status(503)));
    assert_eq!(status(&google.get(POSTS).await), (503, "UNAVAILABLE"));
    faults.push(Fault::new(Service::Google, "/oauth2.googleapis.com/", FaultKind::Status(500)));
    assert!(google.token(&[]).await.json["error"].is_string());
    let log = google.stage.sandbox.requests().of(Service::Google);
    assert!(log.iter().all(|request| request.header("authorization").is_none_or(|own| own == "[redacted]")));
}

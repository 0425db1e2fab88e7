//! LinkedIn, from consent to figures: each story follows a passage of the contract (`social.md` 1).

use aos_sandbox::{Fault, FaultKind, LinkedIn, LinkedInFigures, Service};
use chrono::TimeDelta;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::{
    social::{BACK, MP4, PNG, departure, list, location, parameter, picked, press},
    support::{Answer, Stage, stage, stage_in},
};

const ALL: &str =
    "openid profile email w_member_social w_organization_social r_organization_social rw_organization_admin";
const PAGE: &str = "urn%3Ali%3Aorganization%3A91234567";
const ANNA: &str = "urn:li:person:782bbtaQan";

fn consent(stage: &Stage, scopes: &str) -> url::Url {
    let address = stage.at("https://www.linkedin.com/oauth/v2/authorization");
    departure(&address, &[("client_id", "agency-os"), ("scope", scopes)])
}

async fn token(stage: &Stage, form: &[(&str, &str)]) -> Answer {
    let client = [("client_id", "agency-os"), ("client_secret", "sandbox-client-secret")];
    let form: Vec<_> = client.iter().chain(form).collect();
    let url = stage.at("https://www.linkedin.com/oauth/v2/accessToken");
    Answer::of(stage.http.post(url).form(&form).send().await.unwrap()).await
}

async fn redeem(stage: &Stage, code: &str) -> Answer {
    token(stage, &[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", BACK)]).await
}

/// An access token of somebody who allowed these scopes.
async fn signed_in(stage: &Stage, person: &str, scopes: &str) -> String {
    let back = stage.sandbox.vendors().linkedin().agree(&consent(stage, scopes), person).unwrap();
    redeem(stage, &parameter(&back, "code")).await.json["access_token"].as_str().unwrap().to_owned()
}

fn call(stage: &Stage, token: &str, method: Method, path: &str) -> RequestBuilder {
    let request = stage.http.request(method, stage.at(&format!("https://api.linkedin.com{path}")));
    request.bearer_auth(token).header("linkedin-version", "202601").header("x-restli-protocol-version", "2.0.0")
}

async fn get(stage: &Stage, token: &str, path: &str) -> Answer {
    Answer::of(call(stage, token, Method::GET, path).send().await.unwrap()).await
}

async fn send(stage: &Stage, token: &str, path: &str, body: Value) -> Answer {
    Answer::of(call(stage, token, Method::POST, path).json(&body).send().await.unwrap()).await
}

fn post(commentary: &str) -> Value {
    json!({"author": LinkedIn::PAGE, "commentary": commentary, "visibility": "PUBLIC",
        "distribution": {"feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": []},
        "lifecycleState": "PUBLISHED", "isReshareDisabledByAuthor": false})
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

#[tokio::test]
async fn a_person_allows_on_the_page_and_the_code_becomes_tokens_that_age() {
    let stage = stage().await;
    let page = consent(&stage, ALL);
    let allowed = press(&stage.http, &page, "anna", &["openid", "profile", "w_member_social"], "allow").await;
    assert_eq!(allowed.status(), 303);
    let back = location(&allowed);
    assert_eq!(parameter(&back, "state"), "s-1");
    let code = parameter(&back, "code");
    let given = redeem(&stage, &code).await;
    assert_eq!((given.status, &given.json["scope"]), (200, &json!("openid,profile,w_member_social")));
    assert_eq!(picked(&given.json, &["expires_in", "refresh_token_expires_in"]), json!([5_184_000, 31_536_000]));
    assert_eq!(redeem(&stage, &code).await.json["error"], "invalid_grant", "a code works once");

    let access = given.json["access_token"].as_str().unwrap();
    let me = get(&stage, access, "/v2/userinfo").await;
    assert_eq!(picked(&me.json, &["sub", "name", "email"]), json!(["782bbtaQan", "Anna Berg", null]));

    stage.clock.forward(TimeDelta::days(60));
    assert_eq!(get(&stage, access, "/v2/userinfo").await.status, 401);
    let refresh = given.json["refresh_token"].as_str().unwrap();
    let renewed = token(&stage, &[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await;
    let left = renewed.json["refresh_token_expires_in"].as_i64().unwrap();
    assert_eq!((left, &renewed.json["refresh_token"]), (305 * 86_400, &json!(refresh)), "its life is not extended");

    stage.sandbox.vendors().linkedin().revoke("anna");
    let renewed = token(&stage, &[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await;
    assert_eq!((renewed.status, &renewed.json["error"]), (400, &json!("invalid_grant")));
}

#[tokio::test]
async fn a_person_who_cancels_and_an_application_that_asks_wrongly_come_back_without_a_code() {
    let stage = stage().await;
    let cancelled = location(&press(&stage.http, &consent(&stage, ALL), "ben", &[], "deny").await);
    assert_eq!(
        (parameter(&cancelled, "error"), parameter(&cancelled, "code")),
        ("user_cancelled_authorize".into(), "".into())
    );
    let linkedin = stage.sandbox.vendors().linkedin();
    let unknown = linkedin.agree(&consent(&stage, "openid r_ads"), "anna").unwrap();
    assert_eq!(parameter(&unknown, "error"), "unauthorized_scope_error");
    let elsewhere = consent(&stage, ALL).as_str().replace("127.0.0.1%3A9", "elsewhere.test");
    assert!(linkedin.agree(&elsewhere.parse().unwrap(), "anna").is_err());

    let back = linkedin.agree(&consent(&stage, ALL), "anna").unwrap();
    let wrong = [("grant_type", "authorization_code"), ("redirect_uri", BACK), ("client_secret", "x")];
    let url = stage.at("https://www.linkedin.com/oauth/v2/accessToken");
    let code = parameter(&back, "code");
    let form: Vec<_> = wrong.into_iter().chain([("code", code.as_str()), ("client_id", "agency-os")]).collect();
    let answer = Answer::of(stage.http.post(url).form(&form).send().await.unwrap()).await;
    assert_eq!((answer.status, &answer.json["error"]), (401, &json!("invalid_client")));
}

#[tokio::test]
async fn a_page_is_found_and_posted_to_and_the_post_is_read_changed_and_deleted() {
    let stage = stage().await;
    let anna = signed_in(&stage, "anna", ALL).await;
    let acls = get(&stage, &anna, "/rest/organizationAcls?q=roleAssignee&role=ADMINISTRATOR&state=APPROVED").await;
    assert_eq!(list(&acls.json, "/elements", "organization"), json!([LinkedIn::PAGE]));
    assert_eq!(get(&stage, &anna, "/rest/organizations/91234567").await.json["localizedName"], "Harbour & Pine");
    let both = get(&stage, &anna, "/rest/organizationsLookup?ids=List(91234567,5)").await;
    assert_eq!(
        (&both.json["results"]["91234567"]["id"], &both.json["errors"]["5"]["status"]),
        (&json!(91_234_567), &json!(404))
    );

    let made = send(&stage, &anna, "/rest/posts", post(r"Larch \(untreated\) #garden")).await;
    assert_eq!((made.status, &made.json), (201, &Value::Null));
    let urn = made.header("x-restli-id").to_owned();
    assert!(urn.starts_with("urn:li:share:"));
    let path = format!("/rest/posts/{}", urn.replace(':', "%3A"));
    assert_eq!(get(&stage, &anna, &path).await.json["commentary"], r"Larch \(untreated\) #garden");
    assert_eq!(get(&stage, &anna, &format!("/rest/posts/{urn}")).await.status, 400, "the URN is not encoded");
    let listed = get(&stage, &anna, &format!("/rest/posts?q=author&author={PAGE}&count=10")).await;
    assert_eq!((&listed.json["paging"]["total"], list(&listed.json, "/elements", "id")), (&json!(1), json!([urn])));

    let patch = json!({"patch": {"$set": {"commentary": "Oak"}}});
    assert_eq!(send(&stage, &anna, &path, patch.clone()).await.status, 400);
    let edited = call(&stage, &anna, Method::POST, &path).header("x-restli-method", "PARTIAL_UPDATE").json(&patch);
    assert_eq!(edited.send().await.unwrap().status(), 204);
    let linkedin = stage.sandbox.vendors().linkedin();
    assert_eq!(linkedin.post(&urn).unwrap().text, "Oak");
    for _ in 0..2 {
        assert_eq!(call(&stage, &anna, Method::DELETE, &path).send().await.unwrap().status(), 204);
    }
    assert_eq!((linkedin.posts().len(), get(&stage, &anna, &path).await.status), (0, 404));
}

#[tokio::test]
async fn an_unescaped_character_cuts_the_text_off_without_an_error() {
    let stage = stage().await;
    let anna = signed_in(&stage, "anna", ALL).await;
    assert_eq!(send(&stage, &anna, "/rest/posts", post("Larch (untreated) is grey")).await.status, 201);
    let posts = stage.sandbox.vendors().linkedin().posts();
    assert_eq!((posts[0].text.as_str(), posts[0].cut), ("Larch ", true));
}

#[tokio::test]
async fn what_linkedin_does_not_take_is_refused_in_its_words() {
    let stage = stage().await;
    let linkedin = stage.sandbox.vendors().linkedin();
    let anna = signed_in(&stage, "anna", ALL).await;
    let refused = async |body: Value| {
        let answer = send(&stage, &anna, "/rest/posts", body).await;
        (answer.status, answer.json["code"].as_str().unwrap().to_owned())
    };
    assert_eq!(send(&stage, &anna, "/rest/posts", post("One")).await.status, 201);
    assert_eq!(refused(post("One")).await, (422, "DUPLICATE_POST".into()));
    // Escaping does not count: 3,000 characters are taken although 6,000 are sent.
    assert_eq!(send(&stage, &anna, "/rest/posts", post(&r"\(".repeat(3_000))).await.status, 201);
    assert_eq!(refused(post(&r"\(".repeat(3_001))).await, (422, "FIELD_LENGTH_TOO_LONG".into()));
    let image = json!({"media": {"id": "urn:li:image:C4E1"}});
    assert_eq!(refused(with(post("Two"), "content", image)).await, (400, "ILLEGAL_ARGUMENT".into()));
    let both = json!({"poll": {}, "article": {}});
    assert_eq!(refused(with(post("Two"), "content", both)).await.0, 400);
    assert_eq!(refused(with(post("Two"), "visibility", json!("CONNECTIONS"))).await.0, 422);
    assert_eq!(refused(with(post("Two"), "scheduledAt", json!(1))).await, (422, "INVALID_FIELD".into()));
    let plain = call(&stage, &anna, Method::POST, "/rest/posts").header("content-type", "text/plain").body("{}");
    assert_eq!(plain.send().await.unwrap().status(), 415);

    // Who may not: no scope, no page, another member.
    let reader = signed_in(&stage, "anna", "openid r_organization_social").await;
    let ben = signed_in(&stage, "ben", ALL).await;
    for token in [&reader, &ben] {
        let answer = send(&stage, token, "/rest/posts", post("Two")).await;
        assert_eq!((answer.status, &answer.json["serviceErrorCode"]), (403, &json!(100)));
    }
    assert_eq!(send(&stage, &ben, "/rest/posts", with(post("Two"), "author", json!(ANNA))).await.status, 403);
    assert_eq!(send(&stage, &anna, "/rest/posts", with(post("Two"), "author", json!(ANNA))).await.status, 201);
    linkedin.configure(|settings| settings.role = Some("ANALYST".into()));
    assert_eq!(send(&stage, &anna, "/rest/posts", post("Two")).await.status, 403);
    linkedin.configure(|settings| settings.role = Some("CONTENT_ADMIN".into()));

    // The version and the protocol.
    linkedin.retire_version("202601");
    let gone = send(&stage, &anna, "/rest/posts", post("Two")).await;
    assert_eq!((gone.status, &gone.json["code"]), (426, &json!("VERSION_DEPRECATED")));
    let bare = stage.http.post(stage.at("https://api.linkedin.com/rest/posts")).bearer_auth(&anna).json(&post("Two"));
    assert_eq!(Answer::of(bare.send().await.unwrap()).await.json["code"], "VERSION_MISSING");
}

#[tokio::test]
async fn an_image_is_uploaded_becomes_ready_and_is_shown_with_the_post() {
    let stage = stage().await;
    let anna = signed_in(&stage, "anna", ALL).await;
    let start = json!({"initializeUploadRequest": {"owner": LinkedIn::PAGE}});
    let upload = async |bytes: &'static [u8]| {
        let started = send(&stage, &anna, "/rest/images?action=initializeUpload", start.clone()).await;
        let value = started.json["value"].clone();
        let put = stage.http.put(value["uploadUrl"].as_str().unwrap()).bearer_auth(&anna).body(bytes);
        assert_eq!(put.send().await.unwrap().status(), 201);
        value["image"].as_str().unwrap().to_owned()
    };
    let urn = upload(PNG).await;
    let image = with(post("Grey larch"), "content", json!({"media": {"id": urn, "altText": "A wall"}}));
    assert_eq!(send(&stage, &anna, "/rest/posts", image.clone()).await.json["code"], "MEDIA_ASSET_PROCESSING");
    let path = format!("/rest/images/{}", urn.replace(':', "%3A"));
    assert_eq!(get(&stage, &anna, &path).await.json["status"], "AVAILABLE");
    assert_eq!(send(&stage, &anna, "/rest/posts", image).await.status, 201);
    let shown = stage.sandbox.vendors().shown();
    let (url, alt) = &shown[0].images[0];
    assert_eq!(
        (alt.as_str(), stage.http.get(url).send().await.unwrap().bytes().await.unwrap()),
        ("A wall", PNG.into())
    );
    let page = stage.http.get(stage.at("https://linkedin/")).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Grey larch") && page.contains(url.as_str()) && page.contains("simulated"), "{page}");
    let public = stage.http.get(&shown[0].url).send().await.unwrap();
    assert_eq!(public.status(), 200);

    let broken = upload(b"<svg/>").await;
    let path = format!("/rest/images/{}", broken.replace(':', "%3A"));
    get(&stage, &anna, &path).await;
    assert_eq!(get(&stage, &anna, &path).await.json["status"], "PROCESSING_FAILED");
    let member = signed_in(&stage, "anna", "w_member_social").await;
    assert_eq!(get(&stage, &member, &path).await.status, 403, "a member's token may not look");
}

#[tokio::test]
async fn a_video_arrives_in_parts_and_a_missing_part_is_noticed() {
    let stage = stage().await;
    let anna = signed_in(&stage, "anna", ALL).await;
    let mut film = MP4.to_vec();
    film.resize((4 << 20) + 10, 7);
    let start = json!({"initializeUploadRequest": {"owner": LinkedIn::PAGE, "fileSizeBytes": film.len(),
        "uploadCaptions": false, "uploadThumbnail": false}});
    let value = send(&stage, &anna, "/rest/videos?action=initializeUpload", start).await.json["value"].clone();
    let (mut marks, video) = (Vec::new(), value["video"].clone());
    for part in value["uploadInstructions"].as_array().unwrap() {
        let at = |name: &str| usize::try_from(part[name].as_u64().unwrap()).unwrap();
        let bytes = film[at("firstByte")..=at("lastByte")].to_vec();
        let put = stage.http.put(part["uploadUrl"].as_str().unwrap()).bearer_auth(&anna).body(bytes);
        marks.push(put.send().await.unwrap().headers()["etag"].to_str().unwrap().to_owned());
    }
    let finish = |marks: &[String]| json!({"finalizeUploadRequest": {"video": video, "uploadToken": "", "uploadedPartIds": marks}});
    assert_eq!(marks.len(), 2);
    let path = "/rest/videos?action=finalizeUpload";
    assert_eq!(send(&stage, &anna, path, finish(&marks[..1])).await.status, 400);
    assert_eq!(send(&stage, &anna, path, finish(&marks)).await.status, 200);
    let body = with(post("A film"), "content", json!({"media": {"id": video, "title": "Building"}}));
    send(&stage, &anna, "/rest/posts", body.clone()).await;
    let made = send(&stage, &anna, "/rest/posts", body).await;
    assert!(made.header("x-restli-id").starts_with("urn:li:ugcPost:"));
}

#[tokio::test]
async fn a_new_post_appears_in_lists_late_and_a_day_has_a_limit() {
    let stage = stage().await;
    let linkedin = stage.sandbox.vendors().linkedin();
    linkedin.configure(|settings| (settings.hidden_for, settings.posts_per_day) = (2, Some(1)));
    let anna = signed_in(&stage, "anna", ALL).await;
    send(&stage, &anna, "/rest/posts", post("One")).await;
    let path = format!("/rest/posts?q=author&author={PAGE}");
    for total in [0, 0, 1] {
        assert_eq!(get(&stage, &anna, &path).await.json["paging"]["total"], total);
    }
    let over = send(&stage, &anna, "/rest/posts", post("Two")).await;
    assert_eq!((over.status, over.header("retry-after")), (429, ""));
    stage.clock.forward(TimeDelta::hours(15));
    assert_eq!(send(&stage, &anna, "/rest/posts", post("Two")).await.status, 201, "midnight UTC has passed");
}

#[tokio::test]
async fn figures_and_followers_are_told_to_who_administers_the_page() {
    let stage = stage().await;
    let linkedin = stage.sandbox.vendors().linkedin();
    let anna = signed_in(&stage, "anna", ALL).await;
    let mut urns = Vec::new();
    for words in ["One", "Two"] {
        urns.push(send(&stage, &anna, "/rest/posts", post(words)).await.header("x-restli-id").replace(':', "%3A"));
    }
    let figures = LinkedInFigures { impressions: 10, unique_impressions: 8, clicks: 2, likes: 1, ..Default::default() };
    assert!(linkedin.set_figures(&urns[0].replace("%3A", ":"), figures));
    linkedin.set_followers(1_000);
    let base = format!("/rest/organizationalEntityShareStatistics?q=organizationalEntity&organizationalEntity={PAGE}");
    let each = get(&stage, &anna, &format!("{base}&shares=List({},{})", urns[0], urns[1])).await;
    let elements = each.json["elements"].as_array().unwrap();
    assert_eq!((elements.len(), &elements[0]["totalShareStatistics"]["engagement"]), (1, &json!(0.3)));
    let (start, end) = (1_772_323_200_000_u64, 1_772_496_000_000_u64);
    let days = format!("{base}&timeIntervals=(timeRange:(start:{start},end:{end}),timeGranularityType:DAY)");
    let days = get(&stage, &anna, &days).await;
    let seen = days.json["elements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|day| day["totalShareStatistics"]["impressionCount"].clone());
    assert_eq!(seen.collect::<Vec<_>>(), [0, 10]);
    let size = get(&stage, &anna, &format!("/rest/networkSizes/{PAGE}?edgeType=COMPANY_FOLLOWED_BY_MEMBER")).await;
    assert_eq!(size.json, json!({"firstDegreeSize": 1_000}));
    let ben = signed_in(&stage, "ben", ALL).await;
    assert_eq!(get(&stage, &ben, &base).await.status, 403);
}

#[tokio::test]
async fn faults_come_in_linkedins_shape_and_the_console_does_what_its_forms_say() {
    let stage = stage().await;
    let anna = signed_in(&stage, "anna", ALL).await;
    let fault = |kind| Fault::new(Service::LinkedIn, "/api.linkedin.com/rest/posts", kind).method("POST");
    stage.sandbox.faults().push(fault(FaultKind::RateLimited { retry_after: None }));
    let limited = send(&stage, &anna, "/rest/posts", post("One")).await;
    assert_eq!((limited.status, &limited.json["serviceErrorCode"]), (429, &json!(101)));
    stage.sandbox.faults().push(fault(FaultKind::DropAfterEffect));
    assert!(call(&stage, &anna, Method::POST, "/rest/posts").json(&post("One")).send().await.is_err());
    assert_eq!(stage.sandbox.vendors().linkedin().posts().len(), 1, "the answer was lost, the post was not");

    let console = stage.at("https://linkedin/__sandbox/");
    let page = stage.http.get(&console).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("/api.linkedin.com/rest/posts") && page.contains("/linkedin/__sandbox/faults"), "{page}");
    let control = async |form: &[(&str, &str)]| {
        stage.http.post(format!("{console}control")).form(form).send().await.unwrap().status().as_u16()
    };
    assert_eq!(control(&[("control", "expire")]).await, 303);
    assert_eq!(get(&stage, &anna, "/v2/userinfo").await.json["serviceErrorCode"], 65_601);
    assert_eq!(control(&[("control", "followers"), ("followers", "many")]).await, 400);
    let urn = stage.sandbox.vendors().linkedin().posts()[0].urn.clone();
    assert_eq!(control(&[("control", "delete"), ("post", &urn)]).await, 303);
    assert_eq!(stage.sandbox.vendors().shown().len(), 0);
}

#[tokio::test]
async fn what_was_posted_outlives_the_sandbox_with_its_pictures_and_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let first = stage_in(folder.path()).await;
    let anna = signed_in(&first, "anna", ALL).await;
    let start = json!({"initializeUploadRequest": {"owner": LinkedIn::PAGE}});
    let value = send(&first, &anna, "/rest/images?action=initializeUpload", start).await.json["value"].clone();
    let put = first.http.put(value["uploadUrl"].as_str().unwrap()).bearer_auth(&anna).body(PNG);
    assert_eq!(put.send().await.unwrap().status(), 201);
    assert_eq!(send(&first, &anna, "/rest/posts", post("One")).await.status, 201);
    first.sandbox.stop().await;

    let second = stage_in(folder.path()).await;
    let linkedin = second.sandbox.vendors().linkedin();
    assert_eq!(linkedin.uploaded(value["image"].as_str().unwrap()).as_deref(), Some(PNG));
    assert_eq!(send(&second, &anna, "/rest/posts", post("One")).await.json["code"], "DUPLICATE_POST");
}

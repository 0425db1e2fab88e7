//! Facebook Login, tokens and the page's posts, as contract `meta.md` 1 to 5 has them.

use aos_sandbox::{FacebookPostState, Fault, FaultKind, Meta, PostFigures, Service};
use chrono::TimeDelta;
use reqwest::multipart;
use serde_json::{Value, json};
use url::Url;

use crate::{
    files::{PNG, files},
    support::{Answer, Stage, stage},
};

pub const BACK: &str = "http://127.0.0.1:8080/channels/back";
pub const EVERYTHING: &str = "pages_show_list,pages_read_engagement,pages_manage_posts,instagram_basic,\
                              instagram_content_publish,ads_read";

impl Stage {
    pub fn graph(&self, path: &str) -> String {
        self.at(&format!("https://graph.facebook.com/v26.0/{path}"))
    }
    pub fn meta(&self) -> &Meta {
        self.sandbox.vendors().meta()
    }
    pub fn dialog(&self, scopes: &str) -> Url {
        let mut url: Url = self.at("https://www.facebook.com/v26.0/dialog/oauth").parse().unwrap();
        url.query_pairs_mut().extend_pairs([
            ("client_id", "agency-os"),
            ("redirect_uri", BACK),
            ("state", "st"),
            ("response_type", "code"),
            ("scope", scopes),
        ]);
        url
    }
    pub async fn ask(&self, token: &str, path: &str) -> Answer {
        Answer::of(self.http.get(self.graph(path)).bearer_auth(token).send().await.unwrap()).await
    }
    pub async fn send(&self, token: &str, path: &str, form: &[(&str, &str)]) -> Answer {
        Answer::of(self.http.post(self.graph(path)).bearer_auth(token).form(form).send().await.unwrap()).await
    }
    pub async fn remove(&self, token: &str, path: &str) -> Answer {
        Answer::of(self.http.delete(self.graph(path)).bearer_auth(token).send().await.unwrap()).await
    }
    async fn token_call(&self, more: &[(&str, &str)]) -> Answer {
        let query = [&[("client_id", "agency-os"), ("client_secret", "sandbox-client-secret")], more].concat();
        Answer::of(self.http.get(self.graph("oauth/access_token")).query(&query).send().await.unwrap()).await
    }
    /// The long-lived user token after a consent.
    pub async fn long_token(&self, back: &Url) -> String {
        let code = part(back, "code").unwrap();
        let short = self.token_call(&[("redirect_uri", BACK), ("code", &code)]).await.json["access_token"].clone();
        let exchange = [("grant_type", "fb_exchange_token"), ("fb_exchange_token", short.as_str().unwrap())];
        self.token_call(&exchange).await.json["access_token"].as_str().unwrap().to_owned()
    }
    /// The page's token for Anna, who agreed to everything.
    pub async fn page_token(&self) -> String {
        let user = self.long_token(&self.meta().agree(&self.dialog(EVERYTHING), "anna").unwrap()).await;
        self.ask(&user, "me/accounts").await.json["data"][0]["access_token"].as_str().unwrap().to_owned()
    }
}

pub fn part(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(own, _)| own == name).map(|(_, value)| value.into_owned())
}

/// Code and subcode of an error; 0 for none.
pub fn code(answer: &Answer) -> (i64, i64) {
    let error = &answer.json["error"];
    (error["code"].as_i64().unwrap_or(0), error["error_subcode"].as_i64().unwrap_or(0))
}

fn feed() -> String {
    format!("{}/feed", Meta::PAGE_ID)
}

#[tokio::test]
async fn anna_agrees_in_her_browser_without_one_permission_and_the_page_is_hers() {
    let stage = stage().await;
    let dialog = stage.dialog("pages_show_list,pages_manage_posts");
    let question = stage.http.get(dialog.clone()).send().await.unwrap().text().await.unwrap();
    assert!(question.contains("simulated") && question.contains("Ben Osei") && question.contains("pages_show_list"));
    let form =
        [("query", dialog.query().unwrap()), ("person", "anna"), ("allow", "pages_show_list"), ("answer", "allow")];
    let sent = stage.http.post(dialog.clone()).form(&form).send().await.unwrap();
    let back: Url = sent.headers()["location"].to_str().unwrap().parse().unwrap();
    assert_eq!(part(&back, "state").as_deref(), Some("st"));

    let user = stage.long_token(&back).await;
    let accounts =
        stage.ask(&user, "me/accounts?fields=id,name,category,tasks,access_token,instagram_business_account");
    let accounts = accounts.await.json;
    assert_eq!(accounts["data"][0]["id"], Meta::PAGE_ID);
    assert_eq!(accounts["data"][0]["instagram_business_account"], Value::Null, "not granted");
    let permissions = stage.ask(&user, "me/permissions").await.json["data"].clone();
    let status = |name: &str| {
        let own = permissions.as_array().unwrap().iter().find(|own| own["permission"] == name).unwrap();
        own["status"].as_str().unwrap().to_owned()
    };
    assert_eq!((status("pages_show_list"), status("pages_manage_posts")), ("granted".into(), "declined".into()));

    let page = accounts["data"][0]["access_token"].as_str().unwrap();
    let refused = stage.send(page, &feed(), &[("message", "M")]).await;
    assert_eq!((refused.status, code(&refused)), (403, (200, 0)));
}

#[tokio::test]
async fn whoever_cancels_is_sent_back_with_facebooks_words_and_wrong_questions_are_not_asked() {
    let stage = stage().await;
    let back = stage.meta().decline(&stage.dialog("pages_show_list")).unwrap();
    let said = ["error", "error_reason", "error_code", "state"].map(|name| part(&back, name).unwrap());
    assert_eq!(said, ["access_denied", "user_denied", "200", "st"]);
    assert!(stage.meta().agree(&stage.dialog("world_domination"), "anna").unwrap_err().contains("Invalid Scopes"));
    assert!(stage.meta().agree(&stage.dialog("pages_show_list"), "carl").is_err());
    let elsewhere = stage.dialog("email").as_str().replace("127.0.0.1%3A8080", "agency.test").parse().unwrap();
    assert!(stage.meta().agree(&elsewhere, "anna").unwrap_err().contains("redirect"));
}

#[tokio::test]
async fn tokens_live_as_the_contract_says_and_die_with_a_subcode() {
    let stage = stage().await;
    let code_of = |back: Url| part(&back, "code").unwrap();
    let agree = || code_of(stage.meta().agree(&stage.dialog(EVERYTHING), "anna").unwrap());
    let wrong = stage.token_call(&[("redirect_uri", "http://127.0.0.1:8080/other"), ("code", &agree())]).await;
    assert_eq!(code(&wrong), (100, 36_009));
    let short = stage.token_call(&[("redirect_uri", BACK), ("code", &agree())]).await.json;
    assert_eq!((short["token_type"].as_str(), short["expires_in"].as_i64()), (Some("bearer"), Some(5_400)));

    let page = stage.page_token().await;
    let at = &stage;
    let inspect = |token: String| {
        let query = [("input_token", token), ("access_token", "agency-os|sandbox-client-secret".to_owned())];
        async move { Answer::of(at.http.get(at.graph("debug_token")).query(&query).send().await.unwrap()).await.json }
    };
    let seen = inspect(page.clone()).await["data"].clone();
    assert_eq!((&seen["type"], &seen["expires_at"], &seen["is_valid"]), (&json!("PAGE"), &json!(0), &json!(true)));
    assert_eq!(seen["granular_scopes"][0]["target_ids"].as_array().map(Vec::len), Some(1));

    stage.clock.forward(TimeDelta::hours(2));
    let late = short["access_token"].as_str().unwrap();
    assert_eq!(code(&stage.ask(late, "me").await), (190, 463));
    let exchange = stage.token_call(&[("grant_type", "fb_exchange_token"), ("fb_exchange_token", late)]).await;
    assert_eq!(code(&exchange), (190, 463), "an expired token can't be exchanged");
    assert_eq!(stage.ask(&page, "me").await.json["id"], Meta::PAGE_ID);
    stage.clock.forward(TimeDelta::days(90));
    assert_eq!(code(&stage.ask(&page, "me").await), (190, 463), "access to data ends 90 days after the login");

    for (subcode, end) in [(458, Meta::revoke as fn(&Meta, &str)), (460, Meta::change_password)] {
        let page = stage.page_token().await;
        end(stage.meta(), "anna");
        assert_eq!(code(&stage.ask(&page, "me").await), (190, subcode));
        assert_eq!(inspect(page).await["data"]["is_valid"], false);
    }
    assert_eq!(code(&stage.ask("EAAnobody", "me").await), (190, 467));
}

#[tokio::test]
async fn disconnecting_takes_everything_back() {
    let stage = stage().await;
    let user = stage.long_token(&stage.meta().agree(&stage.dialog(EVERYTHING), "anna").unwrap()).await;
    assert_eq!(stage.remove(&user, "me/permissions").await.json, json!({"success": true}));
    assert_eq!(code(&stage.ask(&user, "me").await), (190, 458));
}

#[tokio::test]
async fn a_proof_is_checked_where_it_is_sent_and_can_be_demanded() {
    let stage = stage().await;
    let page = stage.page_token().await;
    let proof = |message: &str| {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, b"sandbox-client-secret");
        let tag = aws_lc_rs::hmac::sign(&key, message.as_bytes());
        tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    stage.meta().require_proof(true);
    assert_eq!(code(&stage.ask(&page, "me").await), (100, 0));
    let time = "2026-03-02T09:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp();
    let timed = format!("me?appsecret_proof={}&appsecret_time={time}", proof(&format!("{page}|{time}")));
    assert_eq!(stage.ask(&page, &timed).await.status, 200);
    assert_eq!(stage.ask(&page, &format!("me?appsecret_proof={}", proof(&page))).await.status, 200);
    stage.clock.forward(TimeDelta::seconds(301));
    assert_eq!(code(&stage.ask(&page, &timed).await), (100, 0), "five minutes old");
}

#[tokio::test]
async fn ben_has_nothing_to_connect() {
    let stage = stage().await;
    let user = stage.long_token(&stage.meta().agree(&stage.dialog(EVERYTHING), "ben").unwrap()).await;
    assert_eq!(stage.ask(&user, "me/accounts").await.json["data"], json!([]));
    assert_eq!(stage.ask(&user, "me/adaccounts").await.json["data"], json!([]));
    assert_eq!(code(&stage.ask(&user, Meta::PAGE_ID).await), (100, 33));
}

#[tokio::test]
async fn an_ad_account_is_listed_and_read_and_money_is_minor_units_in_text() {
    let stage = stage().await;
    let user = stage.long_token(&stage.meta().agree(&stage.dialog("ads_read"), "anna").unwrap()).await;
    let fields = "fields=id,account_id,name,currency,timezone_name,account_status,spend_cap,amount_spent";
    let listed = stage.ask(&user, &format!("me/adaccounts?{fields}&limit=100")).await;
    let account = &listed.json["data"][0];
    assert_eq!((&account["id"], &account["amount_spent"]), (&json!(Meta::AD_ACCOUNT_ID), &json!("128450")));
    assert!(listed.header("x-ad-account-usage").contains("acc_id_util_pct"));
    let read = stage.ask(&user, &format!("{}?{fields}", Meta::AD_ACCOUNT_ID)).await;
    assert_eq!(read.json, *account);
    let other = stage.long_token(&stage.meta().agree_to(&stage.dialog("ads_read"), "anna", &[]).unwrap()).await;
    assert_eq!(code(&stage.ask(&other, "me/adaccounts").await), (200, 0));
    assert_eq!(stage.sandbox.requests().of(Service::MetaAds).len(), 3);
}

#[tokio::test]
async fn a_post_is_made_read_edited_opened_and_deleted() {
    let stage = stage().await;
    let page = stage.page_token().await;
    let user = stage.long_token(&stage.meta().agree(&stage.dialog(EVERYTHING), "anna").unwrap()).await;
    assert_eq!(code(&stage.send(&user, &feed(), &[("message", "M")]).await), (200, 0), "only as the page itself");
    assert_eq!(code(&stage.send(&page, &feed(), &[]).await), (100, 0));
    let made = stage.send(&page, &feed(), &[("message", "New: the larch office"), ("link", "https://a.test/x")]).await;
    let id = made.json["id"].as_str().unwrap().to_owned();
    assert!(id.starts_with(&format!("{}_", Meta::PAGE_ID)));
    assert!(made.header("x-business-use-case-usage").contains("\"pages\""));
    assert_eq!(made.header("facebook-api-version"), "v26.0");
    let again = stage.send(&page, &feed(), &[("message", "New: the larch office"), ("link", "https://a.test/x")]).await;
    assert_eq!(code(&again).0, 506);
    assert_eq!(code(&stage.send(&page, &feed(), &[("link", "not a link")]).await), (1_609_005, 0));

    let read = stage.ask(&page, &format!("{id}?fields=permalink_url,is_published,message,created_time")).await.json;
    assert_eq!((&read["is_published"], &read["created_time"]), (&json!(true), &json!("2026-03-02T09:00:00+0000")));
    let opened = stage.http.get(read["permalink_url"].as_str().unwrap()).send().await.unwrap();
    assert!(opened.text().await.unwrap().contains("the larch office"));
    assert_eq!(stage.send(&page, &id, &[("message", "Changed")]).await.json, json!({"success": true}));
    assert_eq!(stage.meta().posts()[0].message, "Changed");

    let figures = PostFigures { likes: 7, comments: 2, shares: 1, views: 90, ..PostFigures::default() };
    assert!(stage.meta().set_figures(&id, figures));
    let fields = "id,shares,likes.limit(0).summary(true),comments.limit(0).summary(total_count),message";
    let list = stage.ask(&page, &format!("{}/published_posts?fields={fields}", Meta::PAGE_ID)).await.json;
    assert_eq!(list["data"][0]["likes"]["summary"]["total_count"], 7);
    assert_eq!(list["data"][0]["comments"]["summary"]["total_count"], 2);
    let strange = stage.ask(&page, &format!("{id}?fields=smell")).await;
    assert_eq!(code(&strange), (100, 0));

    assert_eq!(stage.remove(&page, &id).await.json, json!({"success": true}));
    assert_eq!(code(&stage.ask(&page, &id).await), (100, 33));
    assert_eq!(stage.http.get(read["permalink_url"].as_str().unwrap()).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn photos_are_uploaded_unpublished_and_stand_in_one_post() {
    let stage = stage().await;
    let (page, files) = (stage.page_token().await, files().await);
    let photos = format!("{}/photos", Meta::PAGE_ID);
    let by_url = [("url", &*format!("{files}/1200x900.jpg")), ("published", "false"), ("alt_text_custom", "A desk")];
    let first = stage.send(&page, &photos, &by_url).await.json;
    assert_eq!(first["post_id"], Value::Null);
    let form = multipart::Form::new().part("source", multipart::Part::bytes(PNG).file_name("p.png"));
    let sent = stage.http.post(stage.graph(&photos)).bearer_auth(&page).multipart(form.text("published", "false"));
    let second = Answer::of(sent.send().await.unwrap()).await.json;
    assert!(stage.meta().posts().is_empty());

    let ids = json!([{"media_fbid": first["id"]}, {"media_fbid": second["id"]}]).to_string();
    let post = stage.send(&page, &feed(), &[("message", "Two views"), ("attached_media", &ids)]).await;
    assert_eq!(post.status, 200);
    let kept = stage.meta().posts()[0].clone();
    assert_eq!((kept.photos.len(), kept.photos[0].alt_text.as_str()), (2, "A desk"));
    assert_eq!(code(&stage.send(&page, &feed(), &[("attached_media", &ids)]).await), (100, 0), "used once");

    let shown = stage.sandbox.vendors().shown();
    assert_eq!((shown[0].service, shown[0].images.len()), (Service::Facebook, 2));
    let picture = stage.http.get(&shown[0].images[1].0).send().await.unwrap();
    assert_eq!(picture.headers()["content-type"], "image/png");
    let page_of_all = stage.http.get(stage.sandbox.vendors().url()).send().await.unwrap().text().await.unwrap();
    assert!(page_of_all.contains("Two views") && page_of_all.contains("A desk"));

    let single = [("url", &*format!("{files}/800x800.jpg")), ("caption", "One view")];
    assert_eq!(stage.send(&page, &photos, &single).await.json["post_id"], stage.meta().posts()[1].id);
    assert_eq!(code(&stage.send(&page, &photos, &[("url", &format!("{files}/none"))]).await), (1_609_005, 0));
}

#[tokio::test]
async fn a_scheduled_post_goes_out_when_the_clock_says() {
    let stage = stage().await;
    let page = stage.page_token().await;
    let at = |time: &str| time.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp().to_string();
    for wrong in ["2026-03-02T09:05:00Z", "2026-04-30T09:00:00Z"] {
        let form = [("message", "Later"), ("published", "false"), ("scheduled_publish_time", &*at(wrong))];
        assert_eq!(code(&stage.send(&page, &feed(), &form).await), (100, 0));
    }
    let form = [("message", "Later"), ("published", "false"), ("scheduled_publish_time", "2026-03-02T10:00:00+0000")];
    let id = stage.send(&page, &feed(), &form).await.json["id"].as_str().unwrap().to_owned();
    let waiting = stage.ask(&page, &format!("{}/scheduled_posts?fields=scheduled_publish_time", Meta::PAGE_ID)).await;
    assert_eq!(waiting.json["data"][0]["scheduled_publish_time"].to_string(), at("2026-03-02T10:00:00Z"));
    assert_eq!(stage.ask(&page, &format!("{id}?fields=is_published")).await.json["is_published"], false);
    stage.clock.forward(TimeDelta::hours(1));
    assert_eq!(stage.meta().posts()[0].state, FacebookPostState::Published);
    assert_eq!(stage.ask(&page, &format!("{id}?fields=is_published")).await.json["is_published"], true);
}

#[tokio::test]
async fn lists_go_by_pages_and_lag_behind_when_they_are_told_to() {
    let stage = stage().await;
    let page = stage.page_token().await;
    for n in 0..3 {
        stage.send(&page, &feed(), &[("message", &format!("Post {n}"))]).await;
    }
    let list = format!("{}/published_posts", Meta::PAGE_ID);
    let first = stage.ask(&page, &format!("{list}?fields=message&limit=2")).await.json;
    assert_eq!(first["data"][0]["message"], "Post 2");
    let next = first["paging"]["next"].as_str().unwrap();
    let second = Answer::of(stage.http.get(next).send().await.unwrap()).await.json;
    assert_eq!((&second["data"][0]["message"], &second["paging"]["next"]), (&json!("Post 0"), &Value::Null));

    stage.meta().set_lag(2);
    stage.send(&page, &feed(), &[("message", "Fresh")]).await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(stage.ask(&page, &list).await.json["data"].as_array().unwrap().len());
    }
    assert_eq!(seen, [3, 3, 4]);
}

#[tokio::test]
async fn old_versions_fall_to_the_oldest_that_lives_and_dropped_parameters_are_refused() {
    let stage = stage().await;
    let page = stage.page_token().await;
    let at = |version: &str| stage.at(&format!("https://graph.facebook.com/{version}me?access_token={page}"));
    let answer = |url: String| async { Answer::of(stage.http.get(url).send().await.unwrap()).await };
    assert_eq!(answer(at("v3.2/")).await.header("facebook-api-version"), "v19.0");
    assert_eq!(answer(at("")).await.header("facebook-api-version"), "v19.0");
    assert_eq!(answer(at("v40.0/")).await.status, 400);
    assert_eq!(code(&answer(format!("{}&pretty=1", at("v26.0/"))).await), (100, 0));
    assert_eq!(answer(format!("{}&pretty=1", at("v25.0/"))).await.status, 200);
    stage.clock.forward(TimeDelta::days(240));
    assert_eq!(code(&answer(format!("{}&pretty=1", at("v25.0/"))).await), (100, 0));
}

#[tokio::test]
async fn limits_and_faults_speak_as_meta_does() {
    let stage = stage().await;
    let page = stage.page_token().await;
    stage.meta().throttle(Service::Facebook, TimeDelta::minutes(19));
    let throttled = stage.send(&page, &feed(), &[("message", "M")]).await;
    assert_eq!((throttled.status, code(&throttled)), (400, (80_001, 0)));
    let usage: Value = serde_json::from_str(throttled.header("x-business-use-case-usage")).unwrap();
    assert_eq!(usage[Meta::PAGE_ID][0]["estimated_time_to_regain_access"], 19);
    stage.clock.forward(TimeDelta::minutes(19));

    let path = format!("/graph.facebook.com/v26.0/{}", feed());
    for (status, code_of) in [(401, (190, 463)), (403, (200, 0)), (404, (100, 33)), (429, (80_001, 0)), (500, (2, 0))] {
        stage.sandbox.faults().push(Fault::new(Service::Facebook, path.as_str(), FaultKind::Status(status)));
        let refused = stage.send(&page, &feed(), &[("message", "M")]).await;
        assert_eq!((refused.status, code(&refused)), (status, code_of));
    }
    assert!(stage.meta().posts().is_empty());
    stage.sandbox.faults().push(Fault::new(Service::Facebook, path.as_str(), FaultKind::DropAfterEffect));
    let url = stage.graph(&feed());
    assert!(stage.http.post(url).bearer_auth(&page).form(&[("message", "M")]).send().await.is_err());
    assert_eq!(stage.meta().posts().len(), 1);
    assert_eq!(code(&stage.send(&page, &feed(), &[("message", "M")]).await).0, 506);
    assert!(stage.meta().delete_post(&stage.meta().posts()[0].id), "a person deletes it on the platform");
    stage.meta().block(true);
    assert_eq!(code(&stage.send(&page, &feed(), &[("message", "M")]).await), (368, 0));
}

#[tokio::test]
async fn the_console_shows_each_service_and_its_buttons_do_what_people_would() {
    let stage = stage().await;
    let page = stage.page_token().await;
    stage.send(&page, &feed(), &[("message", "Soon gone")]).await;
    let root = stage.sandbox.vendors().url();
    for service in ["facebook", "instagram", "meta_ads", "mailchimp", "klaviyo"] {
        let console = stage.http.get(format!("{root}{service}/__sandbox/")).send().await.unwrap();
        assert!(console.text().await.unwrap().contains(&format!("/{service}/switches")), "{service}");
    }
    let press = |service: &str, name: &str, value: &str| {
        let form = [("name", name.to_owned()), ("value", value.to_owned())];
        stage.http.post(format!("{root}{service}/switches")).form(&form).send()
    };
    assert_eq!(press("facebook", "delete", "").await.unwrap().status(), 303);
    assert!(stage.meta().posts().is_empty());
    for (service, name, value) in [("facebook", "delete", ""), ("instagram", "looks", "many"), ("klaviyo", "dance", "")]
    {
        assert_eq!(press(service, name, value).await.unwrap().status(), 400, "{service} {name}");
    }
    assert_eq!(press("meta_ads", "revoke", "anna").await.unwrap().status(), 303);
    assert_eq!(code(&stage.ask(&page, "me").await), (190, 458));
    let token = stage.sandbox.vendors().mailchimp().token_of("anna");
    let ping = stage.at("https://us21.api.mailchimp.com/3.0/ping");
    assert_eq!(press("mailchimp", "limit", "1").await.unwrap().status(), 303);
    assert_eq!(stage.http.get(&ping).bearer_auth(&token).send().await.unwrap().status(), 429);
    assert_eq!(stage.http.get(&ping).bearer_auth(&token).send().await.unwrap().status(), 200);
}

//! Mailchimp, as contract `email.md` 1 has it.

use aos_sandbox::{Fault, FaultKind, MailFigures, Mailchimp, MailchimpStatus, Service};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use url::Url;

use crate::{
    meta::{BACK, part},
    support::{Answer, Stage, stage},
};

const API: &str = "https://us21.api.mailchimp.com/3.0/";

impl Stage {
    fn chimp(&self) -> &Mailchimp {
        self.sandbox.vendors().mailchimp()
    }
    async fn mail(&self, method: Method, path: &str, body: Value) -> Answer {
        let request = self.http.request(method, self.at(API) + path).basic_auth("any", Some(Mailchimp::API_KEY));
        let request = if body.is_null() { request } else { request.json(&body) };
        Answer::of(request.send().await.unwrap()).await
    }
    /// A campaign that could be sent.
    async fn ready(&self) -> String {
        let body = json!({"type": "regular", "recipients": {"list_id": self.chimp().audiences()[0].id},
            "settings": {"subject_line": "Spring in the garden", "title": "Spring", "from_name": "Harbour & Pine",
                "reply_to": "anna@harbourandpine.example"}});
        let made = self.mail(Method::POST, "campaigns", body).await;
        let id = made.json["id"].as_str().unwrap().to_owned();
        let html = json!({"html": "<html><body><h1>Larch</h1></body></html>"});
        assert_eq!(self.mail(Method::PUT, &format!("campaigns/{id}/content"), html).await.status, 200);
        id
    }
    async fn act(&self, id: &str, action: &str, body: Value) -> Answer {
        self.mail(Method::POST, &format!("campaigns/{id}/actions/{action}"), body).await
    }
    async fn connect_mailchimp(&self, person: &str) -> (String, Value) {
        let back = self.chimp().agree(&self.mailchimp_consent(), person).unwrap();
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", "agency-os"),
            ("client_secret", "sandbox-client-secret"),
            ("redirect_uri", BACK),
            ("code", &part(&back, "code").unwrap()),
        ];
        let url = self.at("https://login.mailchimp.com/oauth2/token");
        let told = Answer::of(self.http.post(url).form(&form).send().await.unwrap()).await.json;
        let token = told["access_token"].as_str().unwrap().to_owned();
        let url = self.at("https://login.mailchimp.com/oauth2/metadata");
        let asked = self.http.get(url).header("authorization", format!("OAuth {token}")).send().await.unwrap();
        assert_eq!((&told["expires_in"], &told["scope"]), (&json!(0), &Value::Null));
        (token, Answer::of(asked).await.json)
    }
    fn mailchimp_consent(&self) -> Url {
        let mut url: Url = self.at("https://login.mailchimp.com/oauth2/authorize").parse().unwrap();
        let client = [("response_type", "code"), ("client_id", "agency-os"), ("redirect_uri", BACK), ("state", "st")];
        url.query_pairs_mut().extend_pairs(client);
        url
    }
}

fn title(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.json["title"].as_str().unwrap_or_default())
}

#[tokio::test]
async fn anna_agrees_and_the_account_says_where_it_lives() {
    let stage = stage().await;
    let page = stage.http.get(stage.mailchimp_consent()).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("simulated") && page.contains("Everything that the account may do"));
    let back = stage.chimp().decline(&stage.mailchimp_consent()).unwrap();
    assert_eq!((part(&back, "error").as_deref(), part(&back, "state").as_deref()), (Some("access_denied"), Some("st")));

    let (token, metadata) = stage.connect_mailchimp("anna").await;
    let endpoint = metadata["api_endpoint"].as_str().unwrap();
    assert!(endpoint.starts_with("http://127.0.0.1:") && endpoint.ends_with("/us21.api.mailchimp.com"));
    let ask = |path: &str| stage.http.get(format!("{endpoint}/3.0{path}")).bearer_auth(&token).send();
    assert_eq!(Answer::of(ask("/ping").await.unwrap()).await.json["health_status"], "Everything's Chimpy!");
    let account = Answer::of(ask("/?fields=account_name,dc").await.unwrap()).await.json;
    assert_eq!(account, json!({"account_name": "Harbour & Pine", "dc": "us21"}));
    let fields = "/lists?count=100&fields=lists.id,lists.name,lists.stats.member_count,total_items";
    let lists = Answer::of(ask(fields).await.unwrap()).await.json;
    assert_eq!(lists["lists"][0]["stats"], json!({"member_count": 412}));
    stage.clock.forward(TimeDelta::days(2_000));
    assert_eq!(ask("/ping").await.unwrap().status(), 200, "the token has no end");
    stage.chimp().revoke("anna");
    assert_eq!(title(&Answer::of(ask("/ping").await.unwrap()).await), (401, "API Key Invalid"));

    let (token, metadata) = stage.connect_mailchimp("ben").await;
    assert_eq!(metadata["accountname"], "Ben Osei");
    let lists = stage.http.get(stage.at(API) + "lists").bearer_auth(token).send().await.unwrap();
    assert_eq!(Answer::of(lists).await.json["total_items"], 0);
}

#[tokio::test]
async fn a_campaign_is_made_filled_checked_and_sent_once() {
    let stage = stage().await;
    let made = stage.mail(Method::POST, "campaigns", json!({"type": "regular"})).await.json;
    let empty = made["id"].as_str().unwrap();
    assert_eq!(made["status"], "save");
    let list = stage.mail(Method::GET, &format!("campaigns/{empty}/send-checklist"), Value::Null).await.json;
    assert_eq!(list["is_ready"], false);
    assert_eq!(title(&stage.act(empty, "send", Value::Null).await), (400, "Invalid Action"));

    let id = stage.ready().await;
    let list = stage.mail(Method::GET, &format!("campaigns/{id}/send-checklist"), Value::Null).await.json;
    assert_eq!(list["is_ready"], true);
    let test = json!({"test_emails": ["a@b.test"], "send_type": "html"});
    assert_eq!(stage.act(&id, "test", test).await.status, 204);
    assert_eq!(stage.act(&id, "send", Value::Null).await.status, 204);
    assert_eq!(title(&stage.act(&id, "send", Value::Null).await), (400, "Invalid Action"));
    let path = format!("campaigns/{id}?fields=status,send_time,emails_sent,long_archive_url");
    let sent = stage.mail(Method::GET, &path, Value::Null).await.json;
    assert_eq!((&sent["status"], &sent["emails_sent"]), (&json!("sent"), &json!(412)));
    assert_eq!(sent["send_time"], "2026-03-02T09:00:00+00:00");
    let mail = stage.http.get(sent["long_archive_url"].as_str().unwrap()).send().await.unwrap().text().await.unwrap();
    assert!(mail.contains("Larch") && mail.contains("*|UNSUB|*"), "a way out of the list is added");
    let change = stage.mail(Method::PATCH, &format!("campaigns/{id}"), json!({"settings": {"title": "x"}})).await;
    assert_eq!(title(&change), (400, "Invalid Action"));

    let figures = MailFigures { opens: 4, unique_opens: 103, clicks: 1, ..MailFigures::default() };
    assert!(stage.chimp().set_figures(&id, figures));
    let report = stage.mail(Method::GET, &format!("reports/{id}"), Value::Null).await.json;
    assert_eq!((&report["opens"]["open_rate"], &report["emails_sent"]), (&json!(0.25), &json!(412)));
    let shown = stage.sandbox.vendors().shown();
    let card = shown.iter().find(|own| own.id == id).unwrap();
    assert_eq!((card.state.as_str(), card.title.as_deref()), ("sent to 412", Some("Spring in the garden")));
}

#[tokio::test]
async fn a_scheduled_campaign_goes_out_on_its_quarter_hour() {
    let stage = stage().await;
    let id = stage.ready().await;
    for wrong in ["2026-03-02T08:45:00+00:00", "2026-03-02T10:10:00+00:00", "tomorrow"] {
        let refused = stage.act(&id, "schedule", json!({"schedule_time": wrong})).await;
        assert_eq!(title(&refused), (400, "Invalid Resource"));
        assert_eq!(refused.json["errors"][0]["field"], "schedule_time");
    }
    let time = json!({"schedule_time": "2026-03-02T10:15:00+00:00"});
    assert_eq!(stage.act(&id, "schedule", time.clone()).await.status, 204);
    assert_eq!(title(&stage.act(&id, "send", Value::Null).await), (400, "Invalid Action"));
    let listed = stage.mail(Method::GET, "campaigns?status=schedule", Value::Null).await.json;
    assert_eq!((&listed["total_items"], &listed["campaigns"][0]["id"]), (&json!(1), &json!(id)));
    assert_eq!(stage.mail(Method::DELETE, &format!("campaigns/{id}"), Value::Null).await.status, 400);
    assert_eq!(stage.act(&id, "unschedule", Value::Null).await.status, 204);
    assert_eq!(stage.act(&id, "schedule", time).await.status, 204);
    stage.clock.forward(TimeDelta::minutes(75));
    assert_eq!(stage.chimp().campaigns()[0].status, MailchimpStatus::Sent);
    assert_eq!(title(&stage.act(&id, "unschedule", Value::Null).await), (400, "Invalid Action"));

    stage.chimp().set_free_plan(true);
    let other = stage.ready().await;
    let time = json!({"schedule_time": "2026-03-03T10:15:00+00:00"});
    assert_eq!(title(&stage.act(&other, "schedule", time).await), (403, "Forbidden"));
}

#[tokio::test]
async fn wrong_requests_and_faults_are_problems_in_mailchimps_shape() {
    let stage = stage().await;
    let reply = json!({"type": "regular", "settings": {"reply_to": "nobody"}});
    let refused = stage.mail(Method::POST, "campaigns", reply).await;
    assert_eq!(
        (title(&refused), &refused.json["errors"][0]["field"]),
        ((400, "Invalid Resource"), &json!("settings.reply_to"))
    );
    assert!(refused.header("content-type").starts_with("application/problem+json"));
    let list = json!({"type": "regular", "recipients": {"list_id": "nothing"}});
    assert_eq!(stage.mail(Method::POST, "campaigns", list).await.status, 400);
    assert_eq!(title(&stage.mail(Method::GET, "campaigns/none", Value::Null).await), (404, "Resource Not Found"));
    let nobody = Answer::of(stage.http.get(stage.at(API) + "ping").send().await.unwrap()).await;
    assert_eq!(title(&nobody), (401, "API Key Missing"));
    stage.chimp().limit(1);
    let limited = stage.mail(Method::GET, "lists", Value::Null).await;
    assert_eq!((title(&limited), limited.header("retry-after")), ((429, "Too Many Requests"), ""));

    let id = stage.ready().await;
    let path = "/us21.api.mailchimp.com/3.0/campaigns/";
    stage.sandbox.faults().push(Fault::new(Service::Mailchimp, path, FaultKind::StatusAfterEffect(500)).method("POST"));
    assert_eq!(title(&stage.act(&id, "send", Value::Null).await), (500, "Internal Server Error"));
    assert_eq!(stage.chimp().campaigns()[0].status, MailchimpStatus::Sent, "sent although the answer says 500");
}

#[tokio::test]
async fn templates_files_and_copies_are_there_and_lists_lag_when_told() {
    let stage = stage().await;
    let html = "<body><div mc:edit=\"body\">Old</div></body>";
    let made = stage.mail(Method::POST, "templates", json!({"name": "T", "html": html})).await.json;
    let id = stage.ready().await;
    let content = json!({"template": {"id": made["id"], "sections": {"body": "<p>New</p>"}}});
    let filled = stage.mail(Method::PUT, &format!("campaigns/{id}/content"), content).await.json;
    assert!(filled["html"].as_str().unwrap().contains("<div mc:edit=\"body\"><p>New</p></div>"));
    let file = json!({"name": "a.png", "file_data": "iVBORw0KGgo="});
    let url = stage.mail(Method::POST, "file-manager/files", file).await.json["full_size_url"].clone();
    let served = stage.http.get(url.as_str().unwrap()).send().await.unwrap();
    assert_eq!(served.headers()["content-type"], "image/png");

    stage.chimp().set_lag(1);
    assert_eq!(stage.act(&id, "replicate", Value::Null).await.json["status"], "save");
    let mut seen = Vec::new();
    for _ in 0..2 {
        seen.push(stage.mail(Method::GET, "campaigns", Value::Null).await.json["total_items"].clone());
    }
    assert_eq!(seen, [1, 2]);
    assert!(stage.chimp().delete_campaign(&id));
    assert_eq!(stage.mail(Method::GET, &format!("campaigns/{id}"), Value::Null).await.status, 404);
}

//! Klaviyo, as contract `email.md` 2 has it.

use aos_sandbox::{Fault, FaultKind, Klaviyo, KlaviyoStatus, MailFigures, Service};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use url::Url;

use crate::{
    files::{PNG, files},
    meta::{BACK, part},
    support::{Answer, Stage, stage},
};

const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters-as-it-must";
const SCOPES: &str = "campaigns:read campaigns:write templates:read templates:write lists:read accounts:read";

impl Stage {
    fn klaviyo(&self) -> &Klaviyo {
        self.sandbox.vendors().klaviyo()
    }
    async fn call(&self, authorization: &str, method: Method, path: &str, body: Value) -> Answer {
        let url = self.at(&format!("https://a.klaviyo.com/api/{path}"));
        let request = self.http.request(method, url).header("authorization", authorization);
        let request = request.header("revision", "2026-07-15").header("accept", "application/vnd.api+json");
        let request = if body.is_null() {
            request
        } else {
            request.header("content-type", "application/vnd.api+json").body(body.to_string())
        };
        Answer::of(request.send().await.unwrap()).await
    }
    async fn klav(&self, method: Method, path: &str, body: Value) -> Answer {
        self.call(&format!("Klaviyo-API-Key {}", Klaviyo::API_KEY), method, path, body).await
    }
    fn klaviyo_consent(&self) -> Url {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, VERIFIER.as_bytes());
        let mut url: Url = self.at("https://www.klaviyo.com/oauth/authorize").parse().unwrap();
        url.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", "agency-os"),
            ("redirect_uri", BACK),
            ("scope", SCOPES),
            ("state", "st"),
            ("code_challenge_method", "S256"),
            ("code_challenge", &URL_SAFE_NO_PAD.encode(digest.as_ref())),
        ]);
        url
    }
    async fn klaviyo_tokens(&self, form: &[(&str, &str)]) -> Answer {
        let url = self.at("https://a.klaviyo.com/oauth/token");
        let request = self.http.post(url).basic_auth("agency-os", Some("sandbox-client-secret")).form(form);
        Answer::of(request.send().await.unwrap()).await
    }
    async fn redeem(&self, back: &Url, verifier: &str) -> Answer {
        let code = part(back, "code").unwrap();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &*code),
            ("code_verifier", verifier),
            ("redirect_uri", BACK),
        ];
        self.klaviyo_tokens(&form).await
    }
    /// A campaign with a template; ids of the campaign and its message.
    async fn drafted(&self, strategy: Value) -> (String, String) {
        let template = json!({"data": {"type": "template", "attributes": {"name": "T", "editor_type": "CODE",
            "html": "<p>Larch for {{ first_name }} {% unsubscribe %}</p>"}}});
        let template = self.klav(Method::POST, "templates", template).await.json["data"]["id"].clone();
        let made = self.klav(Method::POST, "campaigns", campaign(strategy)).await;
        assert_eq!(made.status, 201, "{made:?}");
        let data = &made.json["data"];
        let message = data["relationships"]["campaign-messages"]["data"][0]["id"].as_str().unwrap().to_owned();
        let assign = json!({"data": {"type": "campaign-message", "id": message,
            "relationships": {"template": {"data": {"type": "template", "id": template}}}}});
        assert_eq!(self.klav(Method::POST, "campaign-message-assign-template", assign).await.status, 200);
        (data["id"].as_str().unwrap().to_owned(), message)
    }
    async fn send_job(&self, id: &str) -> Answer {
        let body = json!({"data": {"type": "campaign-send-job", "id": id}});
        self.klav(Method::POST, "campaign-send-jobs", body).await
    }
    async fn stands(&self, id: &str) -> Value {
        self.klav(Method::GET, &format!("campaigns/{id}"), Value::Null).await.json["data"]["attributes"]["status"]
            .clone()
    }
}

fn campaign(strategy: Value) -> Value {
    json!({"data": {"type": "campaign", "attributes": {"name": "Spring",
        "audiences": {"included": ["Y6nRLr"], "excluded": []}, "send_strategy": strategy,
        "campaign-messages": {"data": [{"type": "campaign-message", "attributes": {"definition": {"channel": "email",
            "label": "Main", "content": {"subject": "Hi", "from_email": "a@b.test", "from_label": "A"}}}}]}}}})
}

fn error(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.json["errors"][0]["code"].as_str().unwrap_or_default())
}

#[tokio::test]
async fn anna_agrees_and_her_refresh_token_lives_while_it_is_used() {
    let stage = stage().await;
    let page = stage.http.get(stage.klaviyo_consent()).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("simulated") && page.contains("campaigns:write"));
    let declined = stage.klaviyo().decline(&stage.klaviyo_consent()).unwrap();
    assert_eq!(part(&declined, "error").as_deref(), Some("access_denied"));
    let agree = || stage.klaviyo().agree(&stage.klaviyo_consent(), "anna").unwrap();
    let wrong = stage.redeem(&agree(), "another-verifier").await;
    assert_eq!((wrong.status, &wrong.json["error"]), (400, &json!("invalid_grant")));

    let tokens = stage.redeem(&agree(), VERIFIER).await.json;
    assert_eq!((&tokens["expires_in"], &tokens["token_type"]), (&json!(3_600), &json!("bearer")));
    let bearer = |tokens: &Value| format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let account = stage.call(&bearer(&tokens), Method::GET, "accounts", Value::Null).await.json;
    let contact = &account["data"][0]["attributes"]["contact_information"];
    assert_eq!(contact["organization_name"], "Harbour & Pine");
    let image = json!({"data": {"type": "image", "attributes": {"import_from_url": "data:,"}}});
    let refused = stage.call(&bearer(&tokens), Method::POST, "images", image).await;
    assert_eq!(error(&refused), (403, "permission_denied"), "the scope was not asked for");

    stage.clock.forward(TimeDelta::hours(1));
    let late = stage.call(&bearer(&tokens), Method::GET, "accounts", Value::Null).await;
    assert_eq!(error(&late), (401, "authentication_failed"));
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    for _ in 0..3 {
        stage.clock.forward(TimeDelta::days(80));
        assert_eq!(stage.klaviyo_tokens(&form).await.json["refresh_token"], refresh);
    }
    let tokens = stage.klaviyo_tokens(&form).await.json;
    let url = stage.at("https://a.klaviyo.com/oauth/revoke");
    let revoke = [("token_type_hint", "refresh_token"), ("token", refresh)];
    let request = stage.http.post(url).basic_auth("agency-os", Some("sandbox-client-secret")).form(&revoke);
    assert_eq!(request.send().await.unwrap().status(), 200);
    assert_eq!(stage.call(&bearer(&tokens), Method::GET, "accounts", Value::Null).await.status, 401);
    assert_eq!(stage.klaviyo_tokens(&form).await.json["error"], "invalid_grant");

    let tokens = stage.redeem(&agree(), VERIFIER).await.json;
    stage.clock.forward(TimeDelta::days(91));
    let form = [("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"].as_str().unwrap())];
    assert_eq!(stage.klaviyo_tokens(&form).await.json["error"], "invalid_grant", "unused for 90 days");
}

#[tokio::test]
async fn a_campaign_is_drafted_and_sent_at_once_and_once() {
    let stage = stage().await;
    let (id, message) = stage.drafted(json!({"method": "immediate"})).await;
    let read = stage.klav(Method::GET, &format!("campaigns/{id}?include=campaign-messages"), Value::Null).await.json;
    assert_eq!(read["data"]["attributes"]["status"], "Draft");
    assert_eq!(read["included"][0]["attributes"]["definition"]["content"]["subject"], "Hi");
    let subject = json!({"data": {"type": "campaign-message", "id": message,
        "attributes": {"definition": {"channel": "email", "content": {"subject": "Hello"}}}}});
    assert_eq!(stage.klav(Method::PATCH, &format!("campaign-messages/{message}"), subject).await.status, 200);
    let size = json!({"data": {"type": "campaign-recipient-estimation-job", "id": id}});
    assert_eq!(stage.klav(Method::POST, "campaign-recipient-estimation-jobs", size).await.status, 202);
    let size = stage.klav(Method::GET, &format!("campaign-recipient-estimations/{id}"), Value::Null).await.json;
    assert_eq!(size["data"]["attributes"]["estimated_recipient_count"], 412);

    stage.klaviyo().set_looks(1);
    assert_eq!(stage.send_job(&id).await.status, 202);
    assert_eq!((stage.stands(&id).await, stage.stands(&id).await), (json!("Sending"), json!("Sent")));
    assert_eq!(error(&stage.send_job(&id).await), (409, "conflict"));
    let job = stage.klav(Method::GET, &format!("campaign-send-jobs/{id}"), Value::Null).await.json;
    assert_eq!(job["data"]["attributes"]["status"], "complete");
    let kept = &stage.klaviyo().campaigns()[0];
    assert_eq!((kept.subject(), kept.recipients, kept.status), ("Hello", 412, KlaviyoStatus::Sent));
    let shown = stage.sandbox.vendors().shown();
    let mail = stage.http.get(&shown[0].url).send().await.unwrap().text().await.unwrap();
    assert!(mail.contains("Larch"));

    stage.klaviyo().set_figures(&id, MailFigures { unique_opens: 103, ..MailFigures::default() });
    let report = json!({"data": {"type": "campaign-values-report", "attributes": {
        "statistics": ["opens_unique", "open_rate", "recipients"], "timeframe": {"key": "last_30_days"},
        "conversion_metric_id": "Plc0rd", "filter": format!("equals(campaign_id,\"{id}\")")}}});
    let report = stage.klav(Method::POST, "campaign-values-reports", report).await.json;
    let statistics = &report["data"]["attributes"]["results"][0]["statistics"];
    assert_eq!(*statistics, json!({"opens_unique": 103, "open_rate": 0.25, "recipients": 412}));
}

#[tokio::test]
async fn a_static_campaign_waits_and_can_be_reverted_or_cancelled() {
    let stage = stage().await;
    let past = json!({"method": "static", "datetime": "2026-03-02T08:00:00+00:00"});
    let refused = stage.klav(Method::POST, "campaigns", campaign(past)).await;
    assert_eq!(error(&refused), (400, "invalid"));
    assert_eq!(refused.json["errors"][0]["source"]["pointer"], "/data/attributes/send_strategy/datetime");

    let at = json!({"method": "static", "datetime": "2026-03-02T10:00:00+00:00", "options": {"is_local": false}});
    let (id, _) = stage.drafted(at).await;
    let patch = |action: &str| {
        let body = json!({"data": {"type": "campaign-send-job", "id": id, "attributes": {"action": action}}});
        stage.klav(Method::PATCH, "campaign-send-jobs/X", body.clone())
    };
    assert_eq!(patch("cancel").await.status, 404, "no such job");
    let act = |action: &'static str| {
        let (stage, id) = (&stage, id.clone());
        async move {
            let body = json!({"data": {"type": "campaign-send-job", "id": id, "attributes": {"action": action}}});
            stage.klav(Method::PATCH, &format!("campaign-send-jobs/{id}"), body).await.status
        }
    };
    assert_eq!(stage.send_job(&id).await.status, 202);
    assert_eq!(stage.stands(&id).await, "Scheduled");
    assert_eq!(stage.klav(Method::DELETE, &format!("campaigns/{id}"), Value::Null).await.status, 409);
    assert_eq!((act("revert").await, stage.stands(&id).await), (204, json!("Draft")));
    assert_eq!(stage.send_job(&id).await.status, 202);
    stage.clock.forward(TimeDelta::hours(1));
    assert_eq!(stage.stands(&id).await, "Sent");
    assert_eq!(act("cancel").await, 409);

    let at = json!({"method": "static", "datetime": "2026-03-02T12:00:00+00:00"});
    let (other, _) = stage.drafted(at).await;
    stage.send_job(&other).await;
    let body = json!({"data": {"type": "campaign-send-job", "id": other, "attributes": {"action": "cancel"}}});
    stage.klav(Method::PATCH, &format!("campaign-send-jobs/{other}"), body).await;
    stage.clock.forward(TimeDelta::hours(5));
    assert_eq!(stage.stands(&other).await, "Cancelled");
}

#[tokio::test]
async fn lists_want_their_filter_go_by_pages_and_lag_when_told() {
    let stage = stage().await;
    assert_eq!(error(&stage.klav(Method::GET, "campaigns", Value::Null).await), (400, "invalid"));
    for _ in 0..3 {
        stage.drafted(json!({"method": "immediate"})).await;
    }
    let path = "campaigns?filter=equals(messages.channel,'email')&sort=-created_at&page%5Bsize%5D=2\
                &fields%5Bcampaign%5D=name,status";
    let first = stage.klav(Method::GET, path, Value::Null).await.json;
    assert_eq!(first["data"][0]["attributes"], json!({"name": "Spring", "status": "Draft"}));
    let next = first["links"]["next"].as_str().unwrap();
    let (_, next) = next.split_once("/api/").unwrap();
    let second = stage.klav(Method::GET, next, Value::Null).await.json;
    assert_eq!((second["data"].as_array().unwrap().len(), &second["links"]["next"]), (1, &Value::Null));
    let lists = stage.klav(Method::GET, "lists?page%5Bsize%5D=10", Value::Null).await.json;
    assert_eq!(lists["data"][0]["attributes"]["name"], "Newsletter");

    stage.klaviyo().set_lag(2);
    stage.klav(Method::POST, "campaigns", campaign(json!({"method": "immediate"}))).await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        let list = stage.klav(Method::GET, "campaigns?filter=equals(messages.channel,'email')", Value::Null).await;
        seen.push(list.json["data"].as_array().unwrap().len());
    }
    assert_eq!(seen, [3, 3, 4]);
}

#[tokio::test]
async fn headers_limits_and_faults_are_those_of_klaviyo() {
    let stage = stage().await;
    let url = stage.at("https://a.klaviyo.com/api/accounts");
    let with = |revision: &str| {
        let key = format!("Klaviyo-API-Key {}", Klaviyo::API_KEY);
        stage.http.get(url.clone()).header("authorization", key).header("revision", revision).send()
    };
    for (revision, status) in [("2026-07-15", 200), ("2023-02-22", 410), ("2031-01-01", 400), ("newest", 400)] {
        assert_eq!(with(revision).await.unwrap().status(), status, "{revision}");
    }
    let good = stage.klav(Method::GET, "accounts", Value::Null).await;
    assert_eq!(good.header("ratelimit-limit"), "150");
    stage.klaviyo().limit(1, 7);
    let limited = stage.klav(Method::GET, "accounts", Value::Null).await;
    assert_eq!((error(&limited), limited.header("retry-after")), ((429, "throttled"), "7"));
    assert_eq!(limited.header("ratelimit-limit"), "");

    let (id, _) = stage.drafted(json!({"method": "immediate"})).await;
    let job = |kind| Fault::new(Service::Klaviyo, "/a.klaviyo.com/api/campaign-send-jobs", kind).method("POST");
    stage.sandbox.faults().push(job(FaultKind::Status(503)));
    assert_eq!(error(&stage.send_job(&id).await), (503, "service_unavailable"));
    assert_eq!(stage.stands(&id).await, "Draft");
    stage.sandbox.faults().push(job(FaultKind::StatusAfterEffect(500)));
    assert_eq!(error(&stage.send_job(&id).await), (500, "error"));
    assert_eq!(stage.stands(&id).await, "Sent");
    stage.klaviyo().revoke("anna");
    assert_eq!(error(&stage.klav(Method::GET, "accounts", Value::Null).await), (401, "authentication_failed"));
}

#[tokio::test]
async fn images_are_taken_over_and_served_again() {
    let (stage, files) = (stage().await, files().await);
    let image = |from: String| {
        let body = json!({"data": {"type": "image", "attributes": {"import_from_url": from, "name": "x"}}});
        stage.klav(Method::POST, "images", body)
    };
    let made = image(format!("{files}/picture.png")).await;
    let served = stage.http.get(made.json["data"]["attributes"]["image_url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(served.bytes().await.unwrap(), PNG);
    assert_eq!(error(&image(format!("{files}/film.mp4")).await), (400, "invalid"));
    assert_eq!(error(&image(format!("{files}/none")).await), (400, "invalid"));
}

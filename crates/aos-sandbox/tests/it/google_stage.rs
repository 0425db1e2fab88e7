//! The simulated Google with somebody connected, and its calls as short as the stories need them.

use std::collections::HashMap;

use reqwest::Method;
use serde_json::Value;
use url::Url;

use crate::support::{Answer, Stage, stage};

pub const BACK: &str = "http://127.0.0.1:9/connect/back";
pub const SCOPES: &str = "https://www.googleapis.com/auth/business.manage \
                          https://www.googleapis.com/auth/webmasters.readonly \
                          https://www.googleapis.com/auth/analytics.readonly \
                          https://www.googleapis.com/auth/adwords";

pub struct GoogleStage {
    pub stage: Stage,
    pub access: String,
}

/// The address of the consent page, as a client would write it.
pub fn departure(root: &str, scopes: &str, more: &[(&str, &str)]) -> Url {
    let mut url = Url::parse(&format!("{root}accounts.google.com/o/oauth2/v2/auth")).unwrap();
    url.query_pairs_mut().extend_pairs([
        ("client_id", "agency-os"),
        ("redirect_uri", BACK),
        ("response_type", "code"),
        ("scope", scopes),
        ("access_type", "offline"),
        ("state", "st/1"),
    ]);
    url.query_pairs_mut().extend_pairs(more);
    url
}

pub fn pairs(url: &Url) -> HashMap<String, String> {
    url.query_pairs().into_owned().collect()
}

impl GoogleStage {
    pub async fn of(person: &str) -> Self {
        let stage = stage().await;
        let root = stage.sandbox.vendors().url();
        let back = stage.sandbox.vendors().google().agree(departure(&root, SCOPES, &[]), person).unwrap();
        let mut this = Self { stage, access: String::new() };
        this.access = this.redeem(&pairs(&back)["code"]).await.json["access_token"].as_str().unwrap().to_owned();
        this
    }

    pub fn url(&self, real: &str) -> String {
        format!("{}{real}", self.stage.sandbox.vendors().url())
    }

    pub async fn token(&self, form: &[(&str, &str)]) -> Answer {
        let app = [("client_id", "agency-os"), ("client_secret", "sandbox-client-secret")];
        let form: Vec<_> = app.iter().chain(form).collect();
        let request = self.stage.http.post(self.url("oauth2.googleapis.com/token")).form(&form);
        Answer::of(request.send().await.unwrap()).await
    }

    pub async fn redeem(&self, code: &str) -> Answer {
        self.token(&[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", BACK)]).await
    }

    pub async fn call(&self, method: Method, real: &str, body: Option<Value>) -> Answer {
        let mut request = self.stage.http.request(method, self.url(real)).bearer_auth(&self.access);
        if let Some(body) = body {
            request = request.json(&body);
        }
        Answer::of(request.send().await.unwrap()).await
    }

    pub async fn get(&self, real: &str) -> Answer {
        self.call(Method::GET, real, None).await
    }

    pub async fn post(&self, real: &str, body: Value) -> Answer {
        self.call(Method::POST, real, Some(body)).await
    }
}

/// Status of an error, by AIP-193.
pub fn status(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.json["error"]["status"].as_str().unwrap_or_default())
}

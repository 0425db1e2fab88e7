//! A sandbox with a clock that stands still until it is told, and calls as short as the stories need them.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use aos_kernel::{Clock, Timestamp};
use aos_sandbox::{Role, Sandbox, SandboxConfig};
use chrono::TimeDelta;
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;

/// A clock that moves only when told.
pub struct Steps(Mutex<Timestamp>);

impl Clock for Steps {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

impl Steps {
    pub fn at(time: Timestamp) -> Self {
        Self(Mutex::new(time))
    }
    pub fn forward(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }
}

pub struct Stage {
    pub sandbox: Sandbox,
    pub clock: Arc<Steps>,
    pub http: Client,
}

pub async fn stage() -> Stage {
    start(None).await
}

/// A sandbox whose state is kept in a folder.
pub async fn stage_in(folder: &Path) -> Stage {
    start(Some(folder.to_owned())).await
}

async fn start(folder: Option<PathBuf>) -> Stage {
    let clock = Arc::new(Steps(Mutex::new("2026-03-02T09:00:00Z".parse().unwrap())));
    let config = SandboxConfig { clock: clock.clone(), folder, ..SandboxConfig::default() };
    Stage { sandbox: Sandbox::start(config).await.unwrap(), clock, http: client() }
}

pub fn client() -> Client {
    // A write must not be turned into a read by a redirect, so the stories look at redirects themselves.
    Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

impl Stage {
    pub fn wp(&self, path: &str) -> String {
        format!("{}wp-json/wp/v2{path}", self.sandbox.wordpress().url())
    }
    pub fn signed(&self, request: RequestBuilder, role: Role) -> RequestBuilder {
        let login = self.sandbox.wordpress().login(role);
        request.basic_auth(login.user, Some(login.password))
    }
    pub async fn post(&self, role: Role, path: &str, body: Value) -> Answer {
        Answer::of(self.signed(self.http.post(self.wp(path)), role).json(&body).send().await.unwrap()).await
    }
    pub async fn get(&self, role: Role, path: &str) -> Answer {
        Answer::of(self.signed(self.http.get(self.wp(path)), role).send().await.unwrap()).await
    }
    pub async fn delete(&self, role: Role, path: &str) -> Answer {
        Answer::of(self.signed(self.http.delete(self.wp(path)), role).send().await.unwrap()).await
    }
    pub async fn as_guest(&self, path: &str) -> Answer {
        Answer::of(self.http.get(self.wp(path)).send().await.unwrap()).await
    }
}

/// Status, headers and JSON of an answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub json: Value,
}

impl Answer {
    pub async fn of(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, json: response.json().await.unwrap_or(Value::Null) }
    }
    /// Status and code of an error.
    pub fn error(&self) -> (u16, &str) {
        (self.status, self.json["code"].as_str().unwrap_or(""))
    }
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }
    pub fn id(&self) -> u64 {
        self.json["id"].as_u64().unwrap()
    }
}

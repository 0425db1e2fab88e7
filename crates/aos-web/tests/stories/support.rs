//! Asking and reading answers.

use aos_kernel::Secret;
use aos_sandbox::{MailSink, Sandbox, SandboxConfig};
use aos_storage::DbKind;
use aos_testkit::TestApp;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use serde_json::Value;
use tower::ServiceExt;

use crate::described;

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
    pub fn kind(&self) -> &str {
        self.headers.get(header::CONTENT_TYPE).map_or("", |value| value.to_str().unwrap())
    }
    /// The stable word of a refusal, after making sure that it is one as the API promises them.
    pub fn refused(&self, status: u16) -> String {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        assert_eq!(self.kind(), "application/problem+json", "{}", self.body);
        let problem = self.json();
        assert_eq!(problem["status"], status);
        problem["code"].as_str().unwrap().to_owned()
    }
}

pub async fn ask(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, 16 << 20).await.unwrap();
    Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&body).into_owned() }
}

/// A program with a token.
pub struct Program {
    router: Router,
    token: Secret,
}

impl Program {
    pub fn new(app: &TestApp, token: Secret) -> Self {
        Self { router: app.router(), token }
    }
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[]).await
    }
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body.to_string()), &[]).await
    }
    pub async fn post_once(&self, path: &str, key: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body.to_string()), &[("idempotency-key", key)]).await
    }
    pub async fn send(&self, method: Method, path: &str, body: Option<String>, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder()
            .method(method.clone())
            .uri(format!("/api/v1{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token.expose()));
        if body.is_some() && !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.map_or_else(Body::empty, Body::from)).unwrap();
        let answer = ask(&self.router, request).await;
        described::hold(&self.router, &method, &format!("/api/v1{path}"), &answer).await;
        answer
    }
}

/// A person's browser: its session and the token of its forms.
pub struct Browser {
    router: Router,
    session: Secret,
    form: String,
}

impl Browser {
    pub async fn of(app: &TestApp, user: aos_kernel::UserId) -> Self {
        let (session, form) = app.sign_in(user).await;
        Self { router: app.router(), session, form }
    }
    pub async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path).header(header::ACCEPT, "text/html").header(header::COOKIE, self.cookie());
        ask(&self.router, request.body(Body::empty()).unwrap()).await
    }
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("_csrf", &self.form).extend_pairs(fields);
        let request = Request::post(path)
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, self.cookie())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        ask(&self.router, request.body(Body::from(form.finish())).unwrap()).await
    }
    /// The page that an answer leads to, with the message that it left.
    pub async fn after(&self, answer: &Answer) -> Answer {
        let to = answer.headers.get(header::LOCATION).unwrap().to_str().unwrap();
        let left = answer.headers.get_all(header::SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap());
        let mut cookies: Vec<&str> = left.filter_map(|cookie| cookie.split(';').next()).collect();
        let session = self.cookie();
        cookies.push(&session);
        let request = Request::get(to.split('#').next().unwrap_or(to))
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, cookies.join("; "));
        ask(&self.router, request.body(Body::empty()).unwrap()).await
    }
    /// Sends one file as a form does that takes files.
    pub async fn upload(&self, path: &str, field: &str, name: &str, bytes: &[u8]) -> Answer {
        let mut body = format!(
            "--border\r\nContent-Disposition: form-data; name=\"_csrf\"\r\n\r\n{}\r\n--border\r\n\
             Content-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n",
            self.form
        )
        .into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--border--\r\n");
        let request = Request::post(path)
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, self.cookie())
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=border");
        ask(&self.router, request.body(Body::from(body)).unwrap()).await
    }
    fn cookie(&self) -> String {
        format!("aos_session={}", self.session.expose())
    }
}

/// An agency that sends mail, and the server that keeps what it sends.
pub async fn with_mail(kind: DbKind) -> (TestApp, Sandbox) {
    let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
    let port = sandbox.mail().port().to_string();
    let app = TestApp::allowing(kind, vec![format!("{}:{port}", MailSink::HOST)]).await;
    let fields = [
        ("host", MailSink::HOST),
        ("port", port.as_str()),
        ("security", "none"),
        ("login", MailSink::USER),
        ("password", MailSink::PASSWORD),
        ("sender_address", "os@agency.example"),
        ("sender_name", ""),
    ];
    let saved = Browser::of(&app, app.administrator).await.submit("/manage/mail", &fields).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    (app, sandbox)
}

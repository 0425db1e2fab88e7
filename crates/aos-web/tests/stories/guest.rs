//! A browser without a session, which keeps the cookies that it is given.

use std::net::SocketAddr;

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Request, header},
};

use crate::{
    journey::hidden,
    support::{Answer, ask},
};

/// Somebody's browser, at an address.
pub struct Guest {
    pub router: Router,
    pub cookies: Vec<String>,
    pub address: SocketAddr,
}

impl Guest {
    pub fn new(router: Router) -> Self {
        Self::at(router, "192.0.2.7")
    }
    pub fn at(router: Router, address: &str) -> Self {
        Self { router, cookies: Vec::new(), address: SocketAddr::new(address.parse().unwrap(), 40_000) }
    }

    fn keep(&mut self, answer: &Answer) {
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            let pair = text.split(';').next().unwrap().to_owned();
            let name = pair.split('=').next().unwrap().to_owned();
            self.cookies.retain(|known| !known.starts_with(&format!("{name}=")));
            if !text.contains("Max-Age=0") {
                self.cookies.push(pair);
            }
        }
    }
    async fn send(&mut self, mut request: Request<Body>) -> Answer {
        request.extensions_mut().insert(ConnectInfo(self.address));
        let answer = ask(&self.router, request).await;
        self.keep(&answer);
        answer
    }
    pub async fn get(&mut self, path: &str) -> Answer {
        let request = Request::get(path)
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, self.cookies.join("; "))
            .body(Body::empty());
        self.send(request.unwrap()).await
    }
    pub async fn submit(&mut self, path: &str, token: &str, fields: &[(&str, &str)]) -> Answer {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("_csrf", token).extend_pairs(fields);
        let request = Request::post(path)
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, self.cookies.join("; "))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.finish()));
        self.send(request.unwrap()).await
    }
    /// Opens a page and sends a form with its token.
    pub async fn fill(&mut self, page: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let open = self.get(page).await;
        assert!(open.status.is_success(), "{page} answered {}: {}", open.status, open.body);
        let token = hidden(&open.body, "_csrf");
        self.submit(path, &token, fields).await
    }
    pub async fn sign_in(&mut self, email: &str, password: &str) -> Answer {
        self.fill("/sign-in", "/sign-in", &[("email", email), ("password", password), ("next", "")]).await
    }
    pub fn is_in(&self) -> bool {
        self.cookies.iter().any(|cookie| cookie.starts_with("aos_session="))
    }
}

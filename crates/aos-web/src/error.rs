//! From [`aos_kernel::Error`] to an answer: the one table of statuses, a page for people, `problem+json` for programs.
//!
//! A handler returns `Result<_, WebError>`. [`render`] then looks at the request (path under `/api`, `Accept`) and
//! writes the body, because an error does not know who asked.

use std::borrow::Cow;

use aos_kernel::{Error, ErrorKind, Retry};
use askama::Template;
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Serialize;
use url::form_urlencoded;

use crate::{flash::Theme, ui::filters};

/// The status of each kind of error. Nothing else decides one.
pub const fn status(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorKind::Denied => StatusCode::FORBIDDEN,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::Limited => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Unavailable | ErrorKind::Storage => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Outside => StatusCode::BAD_GATEWAY,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// A kernel error on its way out.
#[derive(Debug)]
pub struct WebError(pub Error);

impl<E: Into<Error>> From<E> for WebError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// RFC 9457, with our stable `code` and what can be done.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    pub status: u16,
    /// Stable word for programs.
    pub code: Cow<'static, str>,
    /// What happened, for a person.
    pub title: String,
    /// What a person can do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The input's field that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl Problem {
    fn of(error: &Error) -> Self {
        Self {
            status: status(error.kind()).as_u16(),
            code: error.code().into(),
            title: error.message().to_owned(),
            detail: error.help().map(str::to_owned),
            field: error.field().map(str::to_owned),
        }
    }
    /// For answers that the router or an extractor made without one of our errors.
    fn of_status(status: StatusCode) -> Self {
        let (code, title, detail) = match status {
            StatusCode::NOT_FOUND => {
                ("not_found", "There is nothing at this address.", "It may have moved, or the link is incomplete.")
            }
            StatusCode::METHOD_NOT_ALLOWED => {
                ("method_not_allowed", "This address does not take that.", "Go back and use the page's own buttons.")
            }
            StatusCode::PAYLOAD_TOO_LARGE => {
                ("too_large", "That is larger than this form takes; nothing was kept.", "Send a smaller file.")
            }
            StatusCode::REQUEST_TIMEOUT => {
                ("timeout", "This took too long and was stopped.", "Try again; what was saved before is kept.")
            }
            StatusCode::TOO_MANY_REQUESTS => {
                ("too_many_requests", "Too many attempts in a short time.", "Wait a minute, then try again.")
            }
            status if status.is_client_error() => {
                ("bad_request", "The request could not be read; nothing was changed.", "Go back and send it again.")
            }
            _ => ("internal", "Something went wrong on our side; nothing was changed.", "Try again in a moment."),
        };
        Self {
            status: status.as_u16(),
            code: code.into(),
            title: title.into(),
            detail: Some(detail.into()),
            field: None,
        }
    }
    fn json(&self) -> Response {
        let body = serde_json::to_vec(self).unwrap_or_default();
        ([(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"))], body).into_response()
    }
}

impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        let Self(error) = self;
        let status = status(error.kind());
        if status.is_server_error() {
            tracing::error!(error = ?error, "request failed");
        } else {
            tracing::debug!(error = ?error, "request refused");
        }
        let problem = Problem::of(&error);
        let mut response = problem.json();
        *response.status_mut() = status;
        if let Retry::After(pause) = error.retry() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(pause.as_secs()));
        }
        response.extensions_mut().insert(problem);
        response
    }
}

/// The page of an error: what happened, what was kept, what to do.
#[derive(Debug, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    pub theme: Theme,
    pub problem: Problem,
}

impl ErrorPage {
    fn heading(&self) -> &'static str {
        match self.problem.status {
            401 => "Sign in to continue",
            403 => "Not yours to do",
            404 => "Not found",
            409 if self.problem.code == "nothing_to_decide" => "Nothing to decide",
            409 => "Somebody was faster",
            422 | 400 => "Something doesn’t fit",
            429 => "Please wait a moment",
            503 => "Not available right now",
            502 => "No usable answer from outside",
            _ => "Something went wrong",
        }
    }
    fn icon(&self) -> &'static str {
        match self.problem.status {
            401 | 403 => "lock",
            404 => "search",
            409 => "check",
            429 | 503 => "clock",
            _ => "triangle-alert",
        }
    }
}

/// Who asked decides the form of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reader {
    Person,
    Program,
}

fn reader(path: &str, headers: &HeaderMap) -> Reader {
    let accepts_html = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    let from_script = headers.contains_key("hx-request");
    if accepts_html && !from_script && !path.starts_with("/api/") { Reader::Person } else { Reader::Program }
}

/// Middleware, outermost but for the headers: gives every failed answer its body.
pub async fn render(request: Request, next: Next) -> Response {
    let reader = reader(request.uri().path(), request.headers());
    let jar = axum_extra::extract::cookie::CookieJar::from_headers(request.headers());
    let method = request.method().clone();
    let place = request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
    let response = next.run(request).await;
    let code = response.status();
    if !(code.is_client_error() || code.is_server_error()) {
        return response;
    }
    let ours = response.extensions().get::<Problem>().cloned();
    if ours.is_none() && is_written(&response) {
        return response;
    }
    let problem = ours.unwrap_or_else(|| Problem::of_status(code));
    if reader == Reader::Person && code == StatusCode::UNAUTHORIZED && method == Method::GET {
        let next: String = form_urlencoded::byte_serialize(place.as_bytes()).collect();
        return Redirect::to(&format!("/sign-in?next={next}")).into_response();
    }
    let mut page = match reader {
        Reader::Program => problem.json(),
        Reader::Person => match (ErrorPage { theme: Theme::of(&jar), problem: problem.clone() }).render() {
            Ok(html) => Html(html).into_response(),
            Err(_) => problem.json(),
        },
    };
    *page.status_mut() = code;
    for name in [header::RETRY_AFTER, header::SET_COOKIE, header::ALLOW, header::WWW_AUTHENTICATE] {
        for value in response.headers().get_all(&name) {
            page.headers_mut().append(name.clone(), value.clone());
        }
    }
    page
}

/// A page with inline errors is an answer of its own; axum's plain-text refusals are not.
fn is_written(response: &Response) -> bool {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.starts_with("text/html") || kind.contains("json"))
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, middleware, routing::get};
    use tower::ServiceExt;

    use super::*;

    async fn nothing() -> Result<(), WebError> {
        Err(Error::conflict("nothing_to_decide", "Ada approved this a minute ago; there is nothing to decide.").into())
    }
    async fn ask(path: &str, accept: &str) -> (StatusCode, String, String) {
        let app = Router::new()
            .route("/approval", get(nothing))
            .route("/api/v1/approval", get(nothing))
            .route("/private", get(|| async { WebError(Error::unauthenticated()) }))
            .layer(middleware::from_fn(render));
        let request = Request::get(path).header(header::ACCEPT, accept).body(Body::empty()).unwrap();
        let response = app.oneshot(request).await.unwrap();
        let head = |name| response.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        let place = head(header::LOCATION);
        let kind = if place.is_empty() { head(header::CONTENT_TYPE) } else { place };
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, kind, String::from_utf8(body.into()).unwrap())
    }

    #[tokio::test]
    async fn a_person_reads_a_page_and_a_program_reads_problem_json() {
        let (status, kind, body) = ask("/approval", "text/html").await;
        assert_eq!((status, kind.as_str()), (StatusCode::CONFLICT, "text/html; charset=utf-8"));
        assert!(body.contains("Nothing to decide") && body.contains("Ada approved this"), "{body}");
        let (status, kind, body) = ask("/api/v1/approval", "text/html").await;
        assert_eq!((status, kind.as_str()), (StatusCode::CONFLICT, "application/problem+json"));
        assert!(body.contains(r#""code":"nothing_to_decide""#), "{body}");
    }

    #[tokio::test]
    async fn an_unknown_address_has_a_page_and_a_private_one_asks_to_sign_in() {
        let (status, _, body) = ask("/nowhere", "text/html").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(body.contains("There is nothing at this address."));
        let (status, place, _) = ask("/private?tab=1", "text/html").await;
        assert_eq!((status, place.as_str()), (StatusCode::SEE_OTHER, "/sign-in?next=%2Fprivate%3Ftab%3D1"));
    }
}

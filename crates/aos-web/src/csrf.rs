//! Forms are accepted only from our own pages: each carries a token bound to the browser's session.
//!
//! The guard sits in front of every unsafe request that a browser could be tricked into, so a handler can't forget it.
//! Requests with an `Authorization` header pass: a foreign page cannot add one. The token is the first field of a
//! form (`_csrf`, put there by `ui/form.html`) or the header `X-CSRF-Token`; reading only the head of the body keeps
//! uploads streaming.

use aos_kernel::{Error, ErrorKind};
use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use futures::StreamExt;
use uuid::Uuid;

use crate::{error::WebError, signer::Signer};

/// The cookie of a signed-in session; its value binds the token.
pub const SESSION_COOKIE: &str = "aos_session";
/// Binds the token of somebody who is not signed in yet.
const GUEST_COOKIE: &str = "aos_guest";
/// The form field and the header.
pub const FIELD: &str = "_csrf";
const HEADER: &str = "x-csrf-token";
const PURPOSE: &str = "csrf";
/// The token is the first field, so it stands within this much of the body, multipart headers included.
const HEAD: usize = 4 * 1024;

/// This request's token for its forms: `Extension<CsrfToken>`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CsrfToken(pub String);

/// What the guard needs.
#[derive(Clone, Debug)]
pub struct Guard {
    pub signer: Signer,
    /// The installation is reached over HTTPS, so cookies are `Secure`.
    pub https: bool,
}

/// A token bound to a session: a fresh salt each time, so that compression of the page can't leak it.
pub fn issue(signer: &Signer, binding: &str) -> CsrfToken {
    let salt = Uuid::new_v4().simple().to_string();
    let signature = signer.sign(PURPOSE, format!("{salt}.{binding}").as_bytes());
    CsrfToken(format!("{salt}.{signature}"))
}

/// Whether a token was issued to this session.
pub fn check(signer: &Signer, binding: &str, token: &str) -> bool {
    token
        .split_once('.')
        .is_some_and(|(salt, signature)| signer.verify(PURPOSE, format!("{salt}.{binding}").as_bytes(), signature))
}

/// Middleware: `axum::middleware::from_fn_with_state(guard, csrf::guard)`.
pub async fn guard(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    let jar = CookieJar::from_headers(request.headers());
    // The JSON API has no forms; without a session's cookie there is nothing that a foreign page could make use of.
    if request.uri().path().starts_with("/api/") && jar.get(SESSION_COOKIE).is_none() {
        return next.run(request).await;
    }
    let known = jar.get(SESSION_COOKIE).or_else(|| jar.get(GUEST_COOKIE)).map(|cookie| cookie.value().to_owned());
    let fresh = known.is_none();
    let binding = known.unwrap_or_else(|| Uuid::new_v4().simple().to_string());

    if needs_token(request.method(), request.headers()) {
        if let Err(why) = same_origin(request.headers()) {
            return refused(why);
        }
        let (parts, body) = request.into_parts();
        let (token, body) = match parts.headers.get(HEADER).and_then(|value| value.to_str().ok()) {
            Some(token) => (Some(token.to_owned()), body),
            None => match token_of_body(body).await {
                Ok(found) => found,
                Err(error) => return refused(&format!("body: {error}")),
            },
        };
        if !token.is_some_and(|token| check(&guard.signer, &binding, &token)) {
            return refused("token missing or not of this session");
        }
        request = Request::from_parts(parts, body);
    }

    request.extensions_mut().insert(issue(&guard.signer, &binding));
    let response = next.run(request).await;
    if !fresh {
        return response;
    }
    let cookie = Cookie::build((GUEST_COOKIE, binding))
        .http_only(true)
        .secure(guard.https)
        .same_site(SameSite::Lax)
        .path("/")
        .build();
    (jar.add(cookie), response).into_response()
}

fn needs_token(method: &Method, headers: &HeaderMap) -> bool {
    !(method.is_safe() || headers.contains_key(header::AUTHORIZATION))
}

/// Browsers say where a request comes from; one from elsewhere is refused before its body is read.
fn same_origin(headers: &HeaderMap) -> Result<(), &'static str> {
    match headers.get("sec-fetch-site").and_then(|value| value.to_str().ok()) {
        Some("same-origin" | "none") | None => Ok(()),
        Some(_) => Err("request comes from another site"),
    }
}

fn refused(why: &str) -> Response {
    let error = Error::new(ErrorKind::Denied, "form_expired", "This form is no longer valid; nothing was changed.")
        .with_help("Go back, reload the page and send it again.")
        .with_context(why);
    WebError(error).into_response()
}

/// Reads only as much of the body as the token needs and puts it back in front.
async fn token_of_body(body: Body) -> Result<(Option<String>, Body), axum::Error> {
    let mut stream = body.into_data_stream();
    let mut head: Vec<u8> = Vec::new();
    let mut token = None;
    while head.len() < HEAD {
        let Some(chunk) = stream.next().await else {
            token = token_in(&head, true);
            break;
        };
        head.extend_from_slice(&chunk?);
        token = token_in(&head, false);
        if token.is_some() {
            break;
        }
    }
    let rest = futures::stream::once(async move { Ok(Bytes::from(head)) }).chain(stream);
    Ok((token, Body::from_stream(rest)))
}

/// The token in the beginning of a form, URL-encoded or multipart. Until `whole`, a value must be seen to end.
fn token_in(head: &[u8], whole: bool) -> Option<String> {
    let text = String::from_utf8_lossy(head);
    let (value, end) = if let Some(rest) = text.strip_prefix("_csrf=") {
        (rest, rest.find('&'))
    } else {
        let start = text.find("name=\"_csrf\"\r\n\r\n")? + "name=\"_csrf\"\r\n\r\n".len();
        (&text[start..], text[start..].find("\r\n"))
    };
    match end {
        Some(end) => Some(value[..end].to_owned()),
        None => whole.then(|| value.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_belongs_to_one_session() {
        let signer = Signer::new([1; 32]);
        let CsrfToken(token) = issue(&signer, "session-a");
        assert!(check(&signer, "session-a", &token));
        assert!(!check(&signer, "session-b", &token));
        assert!(!check(&signer, "session-a", ""));
        assert_ne!(issue(&signer, "session-a").0, token);
    }

    #[test]
    fn the_token_is_found_in_both_kinds_of_form() {
        assert_eq!(token_in(b"_csrf=a.b&name=x", false).as_deref(), Some("a.b"));
        assert_eq!(token_in(b"_csrf=a.b", false), None);
        assert_eq!(token_in(b"_csrf=a.b", true).as_deref(), Some("a.b"));
        let multipart = b"--x\r\nContent-Disposition: form-data; name=\"_csrf\"\r\n\r\na.b\r\n--x";
        assert_eq!(token_in(multipart, false).as_deref(), Some("a.b"));
        assert_eq!(token_in(b"name=x&_csrf=a.b", true), None);
    }

    #[tokio::test]
    async fn the_body_arrives_whole_after_the_look_into_it() {
        let (token, body) = token_of_body(Body::from("_csrf=a.b&name=x")).await.unwrap();
        assert_eq!(token.as_deref(), Some("a.b"));
        assert_eq!(axum::body::to_bytes(body, 100).await.unwrap(), "_csrf=a.b&name=x");
    }
}

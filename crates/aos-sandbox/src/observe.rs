//! What stands before every service: the request is recorded, and the fault that waits for it happens.

use std::{io, time::Duration};

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, Response, StatusCode, Uri, header},
    middleware::Next,
    response::IntoResponse,
};
use bytes::Bytes;
use futures::{StreamExt, stream};
use serde_json::Value;

use crate::{
    faults::{FaultKind, Faults, Service},
    log::RequestLog,
    server::HangUp,
};

/// Larger bodies are refused, as a web server in front of PHP would.
const LARGEST_BODY: usize = 64 * 1024 * 1024;
pub(crate) const ATTACHMENT_ID: HeaderName = HeaderName::from_static("x-wp-upload-attachment-id");

/// What the layer needs to know about the service that it stands before.
#[derive(Clone)]
pub(crate) struct Watch {
    pub(crate) service: Service,
    pub(crate) faults: Faults,
    pub(crate) log: RequestLog,
    /// The path that faults go by, where a service has more than one form of it.
    pub(crate) path_of: fn(&Uri) -> String,
    /// An error in the service's own shape.
    pub(crate) refusal: fn(StatusCode) -> Value,
}

/// Records, then answers or misbehaves. The console under `/__sandbox` is left alone.
pub(crate) async fn observe(State(watch): State<Watch>, request: Request, next: Next) -> Response<Body> {
    if request.uri().path().starts_with("/__sandbox") {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let shown = parts.uri.path_and_query().map_or("/", |p| p.as_str());
    let number = watch.log.add(watch.service, parts.method.as_str(), shown, &parts.headers, &bytes);
    let fault = watch.faults.take(watch.service, &parts.method, &(watch.path_of)(&parts.uri));
    let request = Request::from_parts(parts, Body::from(bytes));
    let response = match &fault {
        None => next.run(request).await,
        Some(kind) => misbehave(&watch, kind, request, next).await,
    };
    let status = response.extensions().get::<HangUp>().is_none().then(|| response.status().as_u16());
    watch.log.conclude(number, status, fault.map(|kind| kind.to_string()));
    response
}

async fn misbehave(watch: &Watch, kind: &FaultKind, request: Request, next: Next) -> Response<Body> {
    match kind {
        FaultKind::Status(status) => refuse(watch, *status, None),
        FaultKind::StatusAfterEffect(status) => {
            next.run(request).await;
            refuse(watch, *status, None)
        }
        FaultKind::RateLimited { retry_after } => refuse(watch, 429, *retry_after),
        FaultKind::DropBeforeEffect => hang_up(),
        FaultKind::DropAfterEffect => {
            next.run(request).await;
            hang_up()
        }
        FaultKind::DropInBody => {
            reshape(next.run(request).await, |bytes| {
                let half = bytes.slice(..bytes.len() / 2);
                let broken = io::Error::new(io::ErrorKind::ConnectionReset, "the sandbox breaks off on purpose");
                // The pause lets the first half leave before the error discards what is still buffered.
                let end = stream::once(async move {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    Err(broken)
                });
                Body::from_stream(stream::iter([Ok::<_, io::Error>(half)]).chain(end))
            })
            .await
        }
        FaultKind::SlowBody { milliseconds } => {
            let pause = Duration::from_millis(milliseconds / 2);
            reshape(next.run(request).await, move |bytes| {
                let middle = bytes.len() / 2;
                let halves = stream::iter([bytes.slice(..middle), bytes.slice(middle..)]);
                Body::from_stream(halves.then(move |half| async move {
                    tokio::time::sleep(pause).await;
                    Ok::<_, io::Error>(half)
                }))
            })
            .await
        }
        FaultKind::MalformedJson => {
            reshape(next.run(request).await, |bytes| Body::from(bytes.slice(..bytes.len() * 2 / 3))).await
        }
        FaultKind::HtmlPage { status } => (status_of(*status), axum::response::Html(FIREWALL_PAGE)).into_response(),
        FaultKind::Redirect { to } => match HeaderValue::from_str(to) {
            Ok(to) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
            Err(_) => StatusCode::FOUND.into_response(),
        },
        FaultKind::UploadRefused => upload_error(None),
        FaultKind::ThumbnailsFailed => upload_error(next.run(request).await.headers().get(&ATTACHMENT_ID).cloned()),
        FaultKind::PhpNotice => {
            reshape(next.run(request).await, |bytes| {
                let mut noisy = PHP_NOTICE.as_bytes().to_vec();
                noisy.extend_from_slice(&bytes);
                Body::from(noisy)
            })
            .await
        }
    }
}

fn refuse(watch: &Watch, status: u16, retry_after: Option<u64>) -> Response<Body> {
    let status = status_of(status);
    let mut response = (status, axum::Json((watch.refusal)(status))).into_response();
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn hang_up() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(HangUp);
    response
}

/// Core answers 500 for both a refused file type and failed thumbnails; only the header tells them apart.
fn upload_error(stored: Option<HeaderValue>) -> Response<Body> {
    let (code, message) = if stored.is_some() {
        ("http_error", "The server cannot process the image. This can happen if the server is busy.")
    } else {
        ("rest_upload_unknown_error", "Sorry, you are not allowed to upload this file type.")
    };
    let body = serde_json::json!({"code": code, "message": message, "data": {"status": 500}});
    let mut response = (StatusCode::INTERNAL_SERVER_ERROR, axum::Json(body)).into_response();
    if let Some(id) = stored {
        response.headers_mut().insert(ATTACHMENT_ID, id);
    }
    response
}

/// Sends another body with the same status and headers, without the length that no longer fits.
async fn reshape(response: Response<Body>, body: impl FnOnce(Bytes) -> Body) -> Response<Body> {
    let (mut parts, old) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    let bytes = to_bytes(old, usize::MAX).await.unwrap_or_default();
    Response::from_parts(parts, body(bytes))
}

/// The path as it stands: for services with one form of it.
pub(crate) fn plain_path(uri: &Uri) -> String {
    uri.path().to_owned()
}

/// Whether a method changes nothing, so that state need not be kept afterwards.
pub(crate) fn is_reading(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

const PHP_NOTICE: &str = "<br />\n<b>Notice</b>:  Undefined index: sandbox in \
                          <b>/var/www/html/wp-content/plugins/sandbox/sandbox.php</b> on line <b>42</b><br />\n";

const FIREWALL_PAGE: &str = "<!DOCTYPE html>\n<html lang=\"en\"><head><title>Request blocked</title></head>\n\
    <body><h1>Request blocked</h1><p>The sandbox simulates a firewall or maintenance page in front of the service.</p>\
    </body></html>\n";

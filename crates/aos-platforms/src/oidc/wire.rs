//! The protocol's requests over our way out.

use std::{future::Future, pin::Pin, time::Duration};

use aos_outbound::{Outbound, OutboundError, Request};
use openidconnect::{HttpRequest, HttpResponse};

/// A person waits for the answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Descriptions and key sets are a few kilobytes.
const LARGEST: u64 = 1 << 20;

type Answer = Pin<Box<dyn Future<Output = Result<HttpResponse, OutboundError>> + Send>>;

/// A client for the crate. Redirects are not followed: an answer that points elsewhere is none of the provider's.
pub(super) fn client(outbound: &Outbound) -> impl Fn(HttpRequest) -> Answer + Send + Sync + use<> {
    let outbound = outbound.clone();
    move |request| {
        let outbound = outbound.clone();
        Box::pin(async move { send(&outbound, request).await })
    }
}

async fn send(outbound: &Outbound, request: HttpRequest) -> Result<HttpResponse, OutboundError> {
    let (parts, body) = request.into_parts();
    let mut own = Request::new(parts.method, parts.uri.to_string().as_str());
    if !body.is_empty() {
        let kind = parts.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        own = own.bytes(kind.unwrap_or("application/octet-stream"), body);
    }
    for (name, value) in &parts.headers {
        let Ok(text) = value.to_str() else { continue };
        if name == http::header::AUTHORIZATION {
            own = own.secret_header(name.as_str(), &aos_kernel::Secret::new(text));
        } else if name != http::header::CONTENT_TYPE {
            own = own.header(name.as_str(), text);
        }
    }
    let answer = outbound.send(own.redirects(0).timeout(PATIENCE).max_bytes(LARGEST)).await?;
    let (status, body) = (answer.status, answer.body.to_vec());
    // A status that is none can't come out of a client that read one.
    let mut response = http::Response::builder().status(status).body(body).unwrap_or_default();
    *response.headers_mut() = answer.headers;
    Ok(response)
}

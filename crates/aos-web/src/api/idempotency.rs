//! `Idempotency-Key` on every POST: sent twice, done once, answered the same.

use aos_features::people::idempotency::{self, Answered, Begun, IdempotencyKey};
use aos_kernel::{Actor, ContentHash, Error, Result};
use aos_storage::Db;
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{FromRequestParts, Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

use super::PREFIX;
use crate::{error::WebError, session::SignedIn, state::AppState};

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// The largest body of any route, an upload, with its envelope.
const LARGEST_BODY: usize = aos_features::content::library::LARGEST_VIDEO + (1 << 20);

/// Marks an answer whose body is shown once, so it is not kept.
#[derive(Clone, Copy, Debug)]
pub struct ShownOnce;

/// Middleware around all routes; looks at POSTs of the JSON API that carry a key.
pub async fn once(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let concerned = request.method() == Method::POST
        && request.uri().path().starts_with(PREFIX)
        && request.headers().contains_key(HEADER);
    if !concerned {
        return next.run(request).await;
    }
    match guarded(&state, request, next).await {
        Ok(response) => response,
        Err(error) => WebError(error).into_response(),
    }
}

async fn guarded(state: &AppState, request: Request, next: Next) -> Result<Response> {
    let (mut parts, body) = request.into_parts();
    let key = IdempotencyKey::parse(parts.headers[HEADER].to_str().unwrap_or_default())?;
    let caller = SignedIn::from_request_parts(&mut parts, state).await.map_err(|WebError(error)| error)?;
    let actor = caller.principal.actor().clone();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return Ok(StatusCode::PAYLOAD_TOO_LARGE.into_response());
    };
    let fingerprint = fingerprint(&parts, &body);
    let db = &state.product.db;

    let mut tx = db.begin(actor.clone()).await?;
    let begun = idempotency::begin(&mut tx, &key, &fingerprint).await?;
    tx.commit().await?;
    if let Begun::Again(answered) = begun {
        return replay(answered);
    }

    parts.extensions.insert(caller);
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    finish(db, actor, &key, response).await
}

/// Keeps a success, gives the key back for a refusal.
async fn finish(db: &Db, actor: Actor, key: &IdempotencyKey, response: Response) -> Result<Response> {
    let mut tx = db.begin(actor).await?;
    if !response.status().is_success() {
        idempotency::release(&mut tx, key).await?;
        tx.commit().await?;
        return Ok(response);
    }
    let shown_once = response.extensions().get::<ShownOnce>().is_some();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.map_err(Error::internal)?;
    let text = std::str::from_utf8(&body).map_err(Error::internal)?;
    let answer = (!text.is_empty() && !shown_once).then(|| text.to_owned());
    idempotency::keep(&mut tx, key, &Answered { status: parts.status.as_u16(), answer }).await?;
    tx.commit().await?;
    Ok(Response::from_parts(parts, Body::from(body)))
}

fn replay(answered: Answered) -> Result<Response> {
    let status = StatusCode::from_u16(answered.status).map_err(Error::internal)?;
    let mut response = match answered.answer {
        Some(json) => ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], json).into_response(),
        None if status == StatusCode::NO_CONTENT => ().into_response(),
        None => {
            return Err(Error::conflict("shown_once", "This was done, and its answer was shown once.")
                .with_help("Make another one-time password if that one was lost."));
        }
    };
    *response.status_mut() = status;
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

/// What makes two requests the same.
fn fingerprint(parts: &Parts, body: &Bytes) -> ContentHash {
    let address = parts.uri.path_and_query().map_or_else(|| parts.uri.path(), |whole| whole.as_str());
    let kind = parts.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    let mut digest = Sha256::new();
    for part in [parts.method.as_str().as_bytes(), address.as_bytes(), kind, body] {
        // With its length before it, so that no two lists of parts run together into the same bytes.
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    let hex = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    ContentHash::from_hex(hex)
}

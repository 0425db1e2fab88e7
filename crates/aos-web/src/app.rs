//! The layers around every route, in the one order in which they work.

use std::time::Duration;

use askama::Template;
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderValue, StatusCode, header::STRICT_TRANSPORT_SECURITY},
    middleware,
    response::{Html, IntoResponse, Response},
    routing::get,
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, NotForContentType, Predicate},
    },
    set_header::SetResponseHeaderLayer,
    timeout::TimeoutLayer,
    trace::TraceLayer,
};

use crate::{assets, csrf, error, error::WebError, headers};

/// An answer that takes longer is stopped. Long work is a job; streams are not cut, because they answer at once.
const PATIENCE: Duration = Duration::from_secs(30);
/// Forms are small; a route that takes uploads raises this for itself.
const BODY: usize = 2 << 20;

/// Paths that end in a secret.
const SECRET_PATHS: [&str; 3] = ["/a/", "/join/", "/reset/"];

/// Sent only where the installation is known to be reached over HTTPS; otherwise it would lock people out.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Wraps a router's routes: assets, CSRF, errors as pages or `problem+json`, compression, limits, headers.
pub fn dress(routes: Router, guard: csrf::Guard) -> Router {
    let compression = CompressionLayer::new().gzip(true).compress_when(
        DefaultPredicate::new()
            .and(NotForContentType::const_new("text/event-stream"))
            .and(NotForContentType::const_new("font/")),
    );
    let https = guard.https;
    let dressed = routes
        .route("/assets/{*path}", get(assets::serve))
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(middleware::from_fn_with_state(guard, csrf::guard))
        .layer(DefaultBodyLimit::max(BODY))
        .layer(CatchPanicLayer::new())
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, PATIENCE))
        .layer(middleware::from_fn(error::render))
        .layer(middleware::from_fn(headers::set))
        .layer(compression)
        .layer(TraceLayer::new_for_http().make_span_with(span));
    if https { dressed.layer(SetResponseHeaderLayer::if_not_present(STRICT_TRANSPORT_SECURITY, HSTS)) } else { dressed }
}

/// What the log says of a request. The secret part of a mailed link is left out of it.
fn span<B>(request: &axum::http::Request<B>) -> tracing::Span {
    let path = request.uri().path();
    let shown = match SECRET_PATHS.iter().find(|start| path.starts_with(**start)) {
        Some(start) => format!("{start}…"),
        None => path.to_owned(),
    };
    tracing::debug_span!("request", method = %request.method(), path = shown)
}

/// Renders a view struct.
///
/// # Errors
/// `Internal`, when a template fails, which is a defect.
pub fn page(view: &impl Template) -> Result<Html<String>, WebError> {
    view.render().map(Html).map_err(|error| WebError(aos_kernel::Error::internal(error)))
}

/// Renders a form again with what is wrong beside its fields, as status 422.
///
/// # Errors
/// As [`page`].
pub fn form_again(view: &impl Template) -> Result<Response, WebError> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page(view)?).into_response())
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Request, routing::post};
    use tower::ServiceExt;

    use super::*;
    use crate::signer::Signer;

    fn app() -> Router {
        let routes =
            Router::new().route("/form", post(|| async { "kept" })).route("/page", get(|| async { Html("<p>ok</p>") }));
        dress(routes, csrf::Guard { signer: Signer::new([5; 32]), https: false })
    }

    #[tokio::test]
    async fn a_form_without_our_token_changes_nothing() {
        let ask = |cookie: &str, body: String| {
            let request = Request::post("/form")
                .header("cookie", format!("aos_session={cookie}"))
                .header("content-type", "application/x-www-form-urlencoded")
                .body(Body::from(body))
                .unwrap();
            async { app().oneshot(request).await.unwrap().status() }
        };
        let token = csrf::issue(&Signer::new([5; 32]), "mine").0;
        assert_eq!(ask("mine", format!("_csrf={token}&a=b")).await, StatusCode::OK);
        assert_eq!(ask("other", format!("_csrf={token}&a=b")).await, StatusCode::FORBIDDEN);
        assert_eq!(ask("mine", "a=b".into()).await, StatusCode::FORBIDDEN);
    }

    #[tokio::test]
    async fn every_answer_carries_the_content_policy() {
        for path in ["/page", "/nowhere", crate::assets::style()] {
            let response = app().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
            let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
            assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{path}: {policy}");
            assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        }
    }
}

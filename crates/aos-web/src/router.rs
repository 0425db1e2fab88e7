//! All routes in one table, and the server.
//!
//! Routes are registered through [`Routes`], which keeps a list of them beside axum's router: the isolation test calls
//! every entry with another client's ids, so a new route can't be forgotten there.

use std::{net::SocketAddr, pin::Pin, sync::Arc};

use aos_features::product::Product;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    handler::Handler,
    http::Method,
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::{MethodRouter, get, post},
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    api, app, csrf,
    error::WebError,
    paths,
    state::{AppState, WebSettings},
};

/// One route: how and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    pub method: Method,
    /// As axum writes it: `/portal/clients/{tenant}/plan`.
    pub path: String,
}

type Answer = Pin<Box<dyn Future<Output = Response> + Send>>;

/// A handler whose own type is forgotten.
///
/// Axum wraps each handler in half a dozen types, and for each of them the compiler proves anew that all the handler
/// ever awaits may be sent to another thread. With some four hundred handlers that was more than half of this crate's
/// build; for one type it is nothing.
#[derive(Clone)]
pub struct Erased(Arc<dyn Fn(Request, AppState) -> Answer + Send + Sync>);

impl Erased {
    pub fn new<H, T>(handler: H) -> Self
    where
        H: Handler<T, AppState, Future = Answer>,
    {
        Self(Arc::new(move |request, state| handler.clone().call(request, state)))
    }
}

/// What [`Erased`] takes out of a request: nothing by itself.
pub struct Whole;

impl Handler<Whole, AppState> for Erased {
    type Future = Answer;

    fn call(self, request: Request, state: AppState) -> Answer {
        (self.0)(request, state)
    }
}

/// Routes with their list.
#[derive(Default)]
pub struct Routes {
    router: Router<AppState>,
    list: Vec<Route>,
}

impl Routes {
    #[must_use]
    pub fn get<H, T>(self, path: &str, handler: H) -> Self
    where
        H: Handler<T, AppState, Future = Answer>,
    {
        self.with(Method::GET, path, get(Erased::new(handler)))
    }
    #[must_use]
    pub fn post<H, T>(self, path: &str, handler: H) -> Self
    where
        H: Handler<T, AppState, Future = Answer>,
    {
        self.with(Method::POST, path, post(Erased::new(handler)))
    }
    /// A form that takes files up to this many bytes.
    #[must_use]
    pub fn upload<H, T>(self, path: &str, bytes: usize, handler: H) -> Self
    where
        H: Handler<T, AppState, Future = Answer>,
    {
        self.with(Method::POST, path, post(Erased::new(handler)).layer(DefaultBodyLimit::max(bytes)))
    }
    /// A route with a body or method of its own kind.
    #[must_use]
    pub fn with(mut self, method: Method, path: &str, handler: MethodRouter<AppState>) -> Self {
        self.list.push(Route { method, path: path.to_owned() });
        self.router = self.router.route(path, handler);
        self
    }
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.list.extend(other.list);
        self.router = self.router.merge(other.router);
        self
    }
    /// Takes over a router that keeps its own list, such as the JSON API's with its OpenAPI document.
    #[must_use]
    pub fn and_router(mut self, router: Router<AppState>, list: Vec<Route>) -> Self {
        self.list.extend(list);
        self.router = self.router.merge(router);
        self
    }
    pub fn list(&self) -> &[Route] {
        &self.list
    }
}

/// Every route of the product's faces but the embedded assets.
pub fn routes() -> Routes {
    Routes::default()
        .get("/", || async { Redirect::to(paths::QUEUE) })
        .get(paths::LIVE, crate::live::listen)
        .and(crate::people::routes())
        .and(crate::tenants::routes())
        .and(crate::channels::routes())
        .and(crate::website::routes())
        .and(crate::onboarding::routes())
        .and(crate::strategy::routes())
        .and(crate::activities::routes())
        .and(crate::content::routes())
        .and(crate::media::routes())
        .and(crate::agents::routes())
        .and(crate::notices::routes())
        .and(crate::search::routes())
        .and(crate::saved::routes())
        .and(crate::credentials::routes())
        .and(crate::workflow::routes())
        .and(crate::reference::routes())
        .and(crate::branding::routes())
        .and(crate::client::routes())
        .and(api::routes())
}

/// The faces, ready to serve. Hears the product's signals until `stop` is cancelled.
pub fn faces(product: Product, settings: WebSettings, stop: CancellationToken) -> Router {
    let state = AppState::new(product, settings, stop);
    let guard = csrf::Guard { signer: state.signer.clone(), https: state.settings.is_https() };
    let pages = routes()
        .router
        .layer(middleware::from_fn_with_state(state.clone(), api::idempotency::once))
        .layer(middleware::from_fn_with_state(state.clone(), first_run_first))
        .with_state(state);
    app::dress(pages, guard)
}

/// The faces for a test, which ends with its runtime.
pub fn router(product: Product, settings: WebSettings) -> Router {
    faces(product, settings, CancellationToken::new())
}

/// Before the agency is set up there is nothing to see, so every page leads to the first run.
async fn first_run_first(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path == paths::FIRST_RUN || path.starts_with("/api") {
        return next.run(request).await;
    }
    match state.is_set_up().await {
        Ok(true) => next.run(request).await,
        Ok(false) => Redirect::to(paths::FIRST_RUN).into_response(),
        Err(error) => WebError(error).into_response(),
    }
}

/// Serves until `stop` is cancelled; requests under way are answered, streams end.
///
/// # Errors
/// When the listener fails for good.
pub async fn serve(
    listener: TcpListener,
    product: Product,
    settings: WebSettings,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let service = faces(product, settings, stop.clone()).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned()).await
}

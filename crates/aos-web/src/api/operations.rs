//! How an operation's handler and its description get into the API's router.

use utoipa::openapi::{HttpMethod, path::Operation};
use utoipa_axum::{PathItemExt, router::UtoipaMethodRouter};

use crate::{router::Erased, state::AppState};

/// As `utoipa_axum::routes!`, of which it takes the descriptions, but the handlers' own types are forgotten: see
/// [`Erased`].
macro_rules! operations {
    ($($handler:path),+ $(,)?) => {{
        let mut described: utoipa_axum::router::UtoipaMethodRouter<$crate::state::AppState> = Default::default();
        $({
            let mut schemas = Vec::new();
            let (path, operation, methods) = utoipa_axum::routes!(@resolve_types $handler : schemas);
            described.0.extend(schemas);
            $crate::api::operations::add(&mut described, &path, operation, methods, $crate::router::Erased::new($handler));
        })+
        described
    }};
}
pub(crate) use operations;

/// Adds one operation to those of the same path.
pub fn add(
    described: &mut UtoipaMethodRouter<AppState>,
    path: &str,
    operation: Operation,
    methods: Vec<HttpMethod>,
    handler: Erased,
) {
    let (_, paths, router) = described;
    *router = methods
        .iter()
        .fold(std::mem::take(router), |router, method| router.on(method.to_method_filter(), handler.clone()));
    paths.add_path_operation(path, methods, operation);
}

//! The JSON API: its document, its browsable page and what its handlers share. The handlers are with their slices, in
//! `src/<slice>/api.rs`.

mod caller;
mod document;
pub mod idempotency;
mod input;
pub mod operations;
mod output;
mod reference;
pub mod words;

use axum::{
    http::{HeaderValue, Method, header},
    response::IntoResponse,
};
use bytes::Bytes;
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;

pub use caller::Caller;
pub use idempotency::ShownOnce;
pub use input::{Asked, Body, Paging};
pub(crate) use operations::operations;
pub use output::{ActorView, GapView, Listed, Made, MadeId, Reply, Silent, SubjectView};

use crate::{
    activities, agents, branding, channels, content, credentials, media, notices, onboarding, paths, people,
    router::{Route, Routes},
    saved, search,
    state::AppState,
    strategy, tenants, website, workflow,
};

/// What the address of every operation begins with.
pub const PREFIX: &str = "/api/v1/";
/// The document.
pub const OPENAPI: &str = "/api/openapi.json";

/// The handlers with their descriptions.
fn operations() -> OpenApiRouter<AppState> {
    let all = OpenApiRouter::default()
        .merge(people::api::routes())
        .merge(tenants::api::routes())
        .merge(website::api::routes())
        .merge(onboarding::api::routes())
        .merge(channels::api::routes())
        .merge(strategy::api::routes())
        .merge(activities::api::routes())
        .merge(content::api::routes())
        .merge(media::api::routes())
        .merge(agents::api::routes())
        .merge(search::api::routes())
        .merge(branding::api::routes())
        .merge(notices::api::routes())
        .merge(saved::api::routes())
        .merge(credentials::api::routes())
        .merge(workflow::api::routes());
    OpenApiRouter::with_openapi(document::base()).nest(PREFIX.trim_end_matches('/'), all)
}

/// The whole API with its document and page.
pub fn routes() -> Routes {
    let (router, described) = operations().split_for_parts();
    // A description that can't be written is a defect that every test of the API would show.
    let mut document = serde_json::to_value(described).unwrap_or_default();
    document::complete(&mut document);
    let list = document::operations(&document)
        .filter_map(|(method, path, _)| Some(Route { method: method_of(method)?, path: path.to_owned() }))
        .collect();
    let page = reference::ApiPage::of(&document);
    Routes::default()
        .and_router(router, list)
        .get(OPENAPI, move || served(document.clone()))
        .get(paths::API_REFERENCE, move |guest| reference::shown(guest, page.clone()))
}

fn method_of(word: &str) -> Option<Method> {
    Method::from_bytes(word.to_ascii_uppercase().as_bytes()).ok()
}

async fn served(document: Value) -> impl IntoResponse {
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    ([kind], Bytes::from(document.to_string()))
}

/// What a slice's `api.rs` gives.
pub type SliceRouter = OpenApiRouter<AppState>;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn document() -> Value {
        let mut document = serde_json::to_value(operations().into_openapi()).unwrap();
        document::complete(&mut document);
        document
    }

    #[test]
    fn every_operation_is_described_named_once_and_says_how_it_is_refused() {
        let document = document();
        let mut names = BTreeSet::new();
        for (method, path, operation) in document::operations(&document) {
            let at = format!("{method} {path}");
            assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{at}");
            assert!(names.insert(operation["operationId"].to_string()), "{at}");
            for status in ["401", "403", "500", "503"] {
                assert!(operation["responses"].get(status).is_some(), "{at} {status}");
            }
            let known = document["tags"].as_array().unwrap().iter().any(|tag| tag["name"] == operation["tags"][0]);
            assert!(known, "{at}: {}", operation["tags"][0]);
        }
        assert!(names.len() > 60, "{}", names.len());
    }

    #[test]
    fn every_reference_in_the_document_leads_somewhere() {
        fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
            match value {
                Value::Object(fields) => {
                    found.extend(fields.get("$ref").and_then(Value::as_str));
                    fields.values().for_each(|value| references(value, found));
                }
                Value::Array(items) => items.iter().for_each(|value| references(value, found)),
                _ => {}
            }
        }
        let document = document();
        let mut found = Vec::new();
        references(&document, &mut found);
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }

    #[test]
    fn no_answer_has_a_field_for_a_secret_except_the_one_time_password() {
        let document = document();
        for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
            for field in schema["properties"].as_object().into_iter().flatten().map(|(field, _)| field) {
                let secret = ["password", "secret", "credential", "key_hash"].iter().any(|word| field.contains(word));
                let write_only = name.starts_with("New") || name.starts_with("Change") || name == "ConnectBody";
                assert!(!secret || write_only || name == "OneTimePassword", "{name}.{field}");
            }
        }
    }
}

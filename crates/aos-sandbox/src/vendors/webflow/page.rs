//! The public site: what readers see of live items.

use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use serde_json::Value;

use super::state::{SHORT_NAME, State, WebflowItem};
use crate::{html::escape, vendors::arrival::Arrival};

const STYLE: &str = "body{font:17px/1.6 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem}\
    .note{background:#fff6dc;color:#222;padding:.6rem 1rem;border-radius:6px}:root{color-scheme:light dark}\
    img{max-width:100%}";

/// The real address of a live item.
pub(super) fn address(state: &State, item: &WebflowItem) -> Option<String> {
    let live = item.live.as_ref()?;
    let collection = state.collections().find(|own| own.id == item.collection)?;
    Some(format!("https://{SHORT_NAME}.webflow.io/{}/{}", collection.slug, live.get("slug")?.as_str()?))
}

/// `/{collection}/{slug}` and the home page.
pub(super) fn serve(state: &State, arrival: &Arrival) -> Response {
    let parts: Vec<&str> = arrival.path.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    let text = |item: &WebflowItem, field: &str| {
        let live = item.live.as_ref().and_then(|live| live.get(field));
        live.and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    match parts.as_slice() {
        [] => {
            let links: String = state
                .items
                .iter()
                .rev()
                .filter_map(|item| {
                    let collection = state.collections().find(|own| own.id == item.collection)?;
                    item.live.as_ref()?;
                    let path = format!("{}/{}", collection.slug, text(item, "slug"));
                    Some(format!("<li><a href=\"{}\">{}</a></li>", escape(&path), escape(&text(item, "name"))))
                })
                .collect();
            Html(frame("Harbour & Pine", &format!("<ul>{links}</ul>"))).into_response()
        }
        [collection, slug] => {
            let collection = state.collections().find(|own| own.slug == *collection);
            let item = collection.and_then(|collection| {
                state.items.iter().find(|own| own.collection == collection.id && text(own, "slug") == *slug)
            });
            match (collection, item.filter(|own| own.live.is_some())) {
                (Some(collection), Some(item)) => {
                    let fields: String =
                        collection.fields.iter().map(|field| shown(field.kind, field.slug, item)).collect();
                    Html(frame(&text(item, "name"), &fields)).into_response()
                }
                _ => missing(),
            }
        }
        _ => missing(),
    }
}

fn missing() -> Response {
    (StatusCode::NOT_FOUND, Html(frame("Page not found", "<p>There is no such page.</p>"))).into_response()
}

/// A field: rich text as it is, because it was made harmless when it was written.
fn shown(kind: &str, slug: &str, item: &WebflowItem) -> String {
    let Some(value) = item.live.as_ref().and_then(|live| live.get(slug)) else { return String::new() };
    let text = value.as_str().unwrap_or_default();
    match kind {
        "RichText" => format!("<div class=\"w-richtext\">{text}</div>"),
        "PlainText" if !matches!(slug, "name" | "slug") => format!("<p>{}</p>", escape(text)),
        "Image" => format!(
            "<img src=\"{}\" alt=\"{}\">",
            escape(value["url"].as_str().unwrap_or_default()),
            escape(value["alt"].as_str().unwrap_or_default())
        ),
        _ => String::new(),
    }
}

fn frame(title: &str, content: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{0}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style>\
         <p class=\"note\">This Webflow site is simulated.</p><h1>{0}</h1>{content}</html>",
        escape(title)
    )
}

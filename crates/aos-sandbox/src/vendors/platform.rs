//! What a simulated vendor is to the listener: hosts that it answers for, what its readers see, and its console.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Router,
    extract::{Path, Request},
    http::{StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{any, get, post},
};
use bytes::Bytes;
use futures::future::BoxFuture;
use serde_json::Value;
use url::form_urlencoded;

use super::{
    Ground, Shown,
    call::{Call, bare},
    feed,
};
use crate::{faults::Service, html::escape};

/// A form of the console that changes what the vendor does.
pub(crate) struct Control {
    pub(crate) name: &'static str,
    pub(crate) words: &'static str,
    /// Name of each field and what stands in it at first.
    pub(crate) fields: Vec<(&'static str, String)>,
}

/// What a form of the console was filled with.
pub(crate) type Filled = HashMap<String, String>;

/// A simulated vendor. It joins by one line in [`super::Vendors::platforms`].
pub(crate) trait Platform: Send + Sync + 'static {
    fn service(&self) -> Service;
    /// As people call it: `LinkedIn`.
    fn name(&self) -> &'static str;
    /// Each is the first part of the paths here.
    fn hosts(&self) -> &'static [&'static str];
    /// An error in the vendor's own shape, for faults.
    fn refusal(&self) -> fn(StatusCode) -> Value;
    fn serve(&self, call: Call) -> BoxFuture<'_, Response>;
    /// What its readers see.
    fn shown(&self) -> Vec<Shown>;
    /// An uploaded file by its name below `/{service}/files/`, with its content type.
    fn file(&self, name: &str) -> Option<(String, Bytes)>;
    /// HTML on its state, for the console.
    fn summary(&self) -> String;
    fn controls(&self) -> Vec<Control>;
    /// # Errors
    /// In words, when the form can't be followed.
    fn control(&self, name: &str, filled: &Filled) -> Result<(), String>;
}

/// Everything that a vendor answers: its hosts behind the log and the faults, its page, its files and its console.
pub(crate) fn router(ground: &Ground, platform: &Arc<dyn Platform>) -> Router {
    let service = platform.service();
    let mut routes = Router::new();
    for host in platform.hosts() {
        let (clock, own) = (Arc::clone(&ground.clock), Arc::clone(platform));
        let answer = any(move |request: Request| async move {
            let call = Call::read(request, clock.now()).await;
            own.serve(call).await
        });
        routes = routes.route(&format!("/{host}/"), answer.clone()).route(&format!("/{host}/{{*path}}"), answer);
    }
    let watched = ground.watched(service, platform.refusal(), routes);
    let (page, files, control, console) =
        (Arc::clone(platform), Arc::clone(platform), Arc::clone(platform), Arc::clone(platform));
    watched
        .route(&format!("/{service}"), get(move || async move { Redirect::to(&format!("/{service}/")) }))
        .route(&format!("/{service}/"), get(move || async move { Html(feed::platform_page(&*page)) }))
        .route(
            &format!("/{service}/files/{{name}}"),
            get(move |Path(name): Path<String>| async move {
                match files.file(&name) {
                    Some((content_type, bytes)) => ([(header::CONTENT_TYPE, content_type)], bytes).into_response(),
                    None => bare(404),
                }
            }),
        )
        .route(
            &format!("/{service}/__sandbox/control"),
            post(move |body: Bytes| async move {
                let filled: Filled = form_urlencoded::parse(&body).into_owned().collect();
                let name = filled.get("control").cloned().unwrap_or_default();
                match control.control(&name, &filled) {
                    Ok(()) => Redirect::to(&format!("/{service}/__sandbox/")).into_response(),
                    Err(words) => (StatusCode::BAD_REQUEST, format!("{words}\n")).into_response(),
                }
            }),
        )
        .merge(ground.console(service, move || summary(&*console)))
}

fn summary(platform: &dyn Platform) -> String {
    let forms: String = platform
        .controls()
        .iter()
        .map(|control| {
            let fields: String = control
                .fields
                .iter()
                .map(|(name, value)| {
                    format!("<label>{0} <input name=\"{0}\" value=\"{1}\"></label> ", escape(name), escape(value))
                })
                .collect();
            format!(
                "<p><form method=\"post\" action=\"/{}/__sandbox/control\"><input type=\"hidden\" name=\"control\" \
                 value=\"{}\">{fields}<button>{}</button></form></p>",
                platform.service(),
                escape(control.name),
                escape(control.words)
            )
        })
        .collect();
    format!(
        "<p><a href=\"/{}/\">What its readers see</a></p>{}<h2>Controls</h2>{forms}",
        platform.service(),
        platform.summary()
    )
}

/// A field of a control as text; empty when it is not there.
pub(crate) fn text<'a>(filled: &'a Filled, name: &str) -> &'a str {
    filled.get(name).map_or("", |value| value.trim())
}

/// A field of a control as a number.
pub(crate) fn number<T: std::str::FromStr>(filled: &Filled, name: &str) -> Result<T, String> {
    text(filled, name).parse().map_err(|_| format!("`{name}` is not a number that fits"))
}

/// A limit: empty for none.
pub(crate) fn limit(filled: &Filled, name: &str) -> Result<Option<u32>, String> {
    if text(filled, name).is_empty() { Ok(None) } else { number(filled, name).map(Some) }
}

/// A limit as a field shows it.
pub(crate) fn shown_limit(limit: Option<u32>) -> String {
    limit.map(|limit| limit.to_string()).unwrap_or_default()
}

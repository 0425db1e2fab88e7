//! The page on which a person chooses who they are. The sandbox asks for no password and says so.

use std::{collections::HashMap, sync::Arc};

use axum::{
    body::Bytes,
    extract::{RawQuery, State as Extract},
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use url::form_urlencoded;

use super::Shared;
use crate::html::escape;

fn frame(title: &str, content: &str) -> Html<String> {
    Html(format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{0}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>:root{{color-scheme:light dark}}\
         body{{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:4rem auto;padding:0 1rem}}\
         button{{font:inherit;display:block;width:100%;margin:.5rem 0;padding:.6rem 1rem;text-align:start}}</style>\
         <h1>{0}</h1><p>This provider is simulated: it asks for no password.</p>{content}</html>",
        escape(title)
    ))
}

fn pairs(text: &str) -> HashMap<String, String> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// `GET /authorize`: who are you, and do you agree?
pub(super) async fn ask(Extract(shared): Extract<Arc<Shared>>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    if let Err(words) = shared.refuse(&pairs(&query)) {
        return (StatusCode::BAD_REQUEST, frame("This can't go on", &format!("<p>{}</p>", escape(&words))))
            .into_response();
    }
    let buttons: String = shared
        .lock()
        .accounts
        .iter()
        .map(|own| {
            format!(
                "<button name=\"subject\" value=\"{}\"><b>{}</b><br>{}</button>",
                escape(&own.subject),
                escape(&own.name),
                escape(own.email.as_deref().unwrap_or("no address"))
            )
        })
        .collect();
    let form = format!(
        "<p>Agency OS asks for your name and your address.</p><form method=\"post\"><input type=\"hidden\" \
         name=\"query\" value=\"{}\">{buttons}<button name=\"subject\" value=\"\">Cancel</button></form>",
        escape(&query)
    );
    frame("Choose an account", &form).into_response()
}

/// `POST /authorize`.
pub(super) async fn answer(Extract(shared): Extract<Arc<Shared>>, body: Bytes) -> Response {
    let form = pairs(&String::from_utf8_lossy(&body));
    let text = |name: &str| form.get(name).map_or("", String::as_str);
    let subject = Some(text("subject")).filter(|subject| !subject.is_empty());
    match shared.decide(text("query"), subject) {
        Ok(back) => (StatusCode::SEE_OTHER, [(header::LOCATION, back.to_string())]).into_response(),
        Err(words) => {
            (StatusCode::BAD_REQUEST, frame("This can't go on", &format!("<p>{}</p>", escape(&words)))).into_response()
        }
    }
}

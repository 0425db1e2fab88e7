//! What was published on the simulated platforms, as their readers would see it.

use aos_kernel::Timestamp;
use axum::response::{Html, IntoResponse, Response};
use serde::Serialize;

use super::platform::Platform;
use crate::{faults::Service, html::escape};

/// Something that stands on a platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shown {
    pub service: Service,
    /// The page, profile or audience.
    pub account: String,
    /// The platform's id of it.
    pub id: String,
    /// `post`, `article`, `campaign`.
    pub kind: String,
    /// Live, scheduled, draft, sent: in the platform's word.
    pub state: String,
    pub title: Option<String>,
    pub text: String,
    /// Where its pictures, videos and documents can be seen here, each with its alternative text.
    pub images: Vec<(String, String)>,
    pub link: Option<String>,
    /// Where it can be opened here.
    pub url: String,
    pub at: Timestamp,
}

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}\
    .note{background:#fff6dc;color:#222;padding:.6rem 1rem;border-radius:6px}:root{color-scheme:light dark}\
    article{border:1px solid #8886;border-radius:10px;padding:1rem;margin:1rem 0;overflow-wrap:anywhere}\
    article img,article video{max-width:100%;border-radius:6px}.of{font-size:.85em;opacity:.8}.words{white-space:pre-wrap}";

/// The page of everything, with the way to each platform.
pub(super) fn page(shown: &[Shown], platforms: &[(Service, &'static str)]) -> String {
    let ways: String = platforms
        .iter()
        .map(|(service, name)| {
            format!(
                "<li><a href=\"/{service}/\">{0}</a> (<a href=\"/{service}/__sandbox/\">console</a>)</li>",
                escape(name)
            )
        })
        .collect();
    let ways = if ways.is_empty() { ways } else { format!("<nav><ul>{ways}</ul></nav>") };
    frame("What the platforms show", "These platforms are simulated.", &ways, shown)
}

/// One platform, as its readers see it.
pub(super) fn platform_page(platform: &dyn Platform) -> String {
    page_of(platform.name(), platform.service(), platform.shown())
}

/// The same, of what stands on it.
pub(super) fn page_of(name: &str, service: Service, mut shown: Vec<Shown>) -> String {
    let way = format!(
        "<nav><ul><li><a href=\"/\">All platforms</a></li><li><a href=\"/{service}/__sandbox/\">Console</a></li></ul></nav>"
    );
    shown.sort_by_key(|one| std::cmp::Reverse(one.at));
    frame(name, &format!("{name} is simulated here."), &way, &shown)
}

fn frame(title: &str, note: &str, ways: &str, shown: &[Shown]) -> String {
    let articles: String = shown.iter().map(entry).collect();
    let content = if shown.is_empty() { "<p>Nothing was published yet.</p>".to_owned() } else { articles };
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{0}</title>\
         <link rel=\"icon\" href=\"data:,\"><meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style>\
         <h1>{0}</h1><p class=\"note\">{1} Nothing left this machine.</p>{ways}{content}</html>",
        escape(title),
        escape(note),
    )
}

/// One thing, as a card.
pub(super) fn entry(one: &Shown) -> String {
    let images: String = one.images.iter().map(|(url, alt)| picture(&escape(url), &escape(alt))).collect();
    let title = one.title.as_ref().map(|title| format!("<h2>{}</h2>", escape(title))).unwrap_or_default();
    let link =
        one.link.as_ref().map(|link| format!("<p><a href=\"{0}\">{0}</a></p>", escape(link))).unwrap_or_default();
    format!(
        "<article><p class=\"of\"><b>{}</b> on {} · {} · <a href=\"{}\">{}</a></p>{title}<p class=\"words\">{}</p>{images}{link}</article>",
        escape(&one.account),
        one.service,
        escape(&one.state),
        escape(&one.url),
        one.at.format("%Y-%m-%d %H:%M UTC"),
        escape(&one.text),
    )
}

/// A picture, a video or a document, by the end of its address; both texts are safe already.
fn picture(url: &str, alt: &str) -> String {
    match url.rsplit('.').next() {
        Some("mp4" | "mov" | "webm") => {
            format!("<video controls preload=\"none\" src=\"{url}\" aria-label=\"{alt}\"></video>")
        }
        Some("pdf" | "bin") => {
            format!("<p><a href=\"{url}\">{}</a></p>", if alt.is_empty() { "Document" } else { alt })
        }
        _ => format!("<img src=\"{url}\" alt=\"{alt}\">"),
    }
}

/// The page of one post, where its public link leads.
pub(super) fn one(name: &str, shown: &Shown) -> Response {
    Html(frame(name, &format!("{name} is simulated here."), "", std::slice::from_ref(shown))).into_response()
}

//! What was published on the simulated platforms, as their readers would see it.

use aos_kernel::Timestamp;

use crate::{faults::Service, html::escape};

/// Something that stands on a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// Where its pictures can be seen here, each with its alternative text.
    pub images: Vec<(String, String)>,
    pub link: Option<String>,
    /// Where it can be opened here.
    pub url: String,
    pub at: Timestamp,
}

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}\
    .note{background:#fff6dc;color:#222;padding:.6rem 1rem;border-radius:6px}:root{color-scheme:light dark}\
    article{border:1px solid #8886;border-radius:10px;padding:1rem;margin:1rem 0;overflow-wrap:anywhere}\
    article img{max-width:100%;border-radius:6px}.of{font-size:.85em;opacity:.8}.words{white-space:pre-wrap}";

/// The page of everything.
pub(super) fn page(shown: &[Shown]) -> String {
    let articles: String = shown.iter().map(entry).collect();
    let content = if shown.is_empty() { "<p>Nothing was published yet.</p>".to_owned() } else { articles };
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>What the platforms show</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style>\
         <h1>What the platforms show</h1><p class=\"note\">These platforms are simulated. Nothing left this machine.</p>\
         {content}</html>"
    )
}

/// One thing, as a card.
pub(super) fn entry(one: &Shown) -> String {
    let images: String =
        one.images.iter().map(|(url, alt)| format!("<img src=\"{}\" alt=\"{}\">", escape(url), escape(alt))).collect();
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

//! The page that shows what was received.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};

use super::{MailSink, ReceivedMail};
use crate::{
    console::{self, Console},
    faults::{Faults, Service},
    html::escape,
    log::RequestLog,
};

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
    :root{color-scheme:light dark}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem .6rem;\
    border-bottom:1px solid #8884;vertical-align:top;overflow-wrap:anywhere}.note{background:#fff6dc;color:#222;\
    padding:.6rem 1rem;border-radius:6px}pre{white-space:pre-wrap;background:#8881;padding:1rem;border-radius:6px}\
    iframe{width:100%;height:34rem;border:1px solid #8886;border-radius:6px;background:#fff}";

pub(super) fn router(sink: MailSink, faults: Faults, log: RequestLog) -> Router {
    let counted = sink.clone();
    let summary =
        Arc::new(move || format!("<p>{} mails are kept. <a href=\"/\">Read them</a>.</p>", counted.mails().len()));
    Router::new()
        .route("/", get(list))
        .route("/mails/{number}", get(one))
        .route("/mails/{number}/html", get(as_html))
        .with_state(sink)
        .merge(console::router(Console::new(Service::Mail, faults, log, summary)))
}

fn document(title: &str, body: &str) -> Html<String> {
    Html(format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title}</title><style>{STYLE}</style></head><body>{body}</body></html>",
        title = escape(title)
    ))
}

const NOTE: &str =
    "<p class=\"note\">This mail server is simulated. What it receives is shown here and delivered nowhere.</p>";

async fn list(State(sink): State<MailSink>) -> Html<String> {
    let rows: String = sink
        .mails()
        .iter()
        .rev()
        .map(|mail| {
            format!(
                "<tr><td>{}</td><td>{}</td><td><a href=\"/mails/{}\">{}</a></td></tr>",
                mail.at.format("%Y-%m-%d %H:%M:%S"),
                escape(&mail.to.join(", ")),
                mail.number,
                escape(if mail.subject().is_empty() { "(no subject)" } else { mail.subject() })
            )
        })
        .collect();
    let table = if rows.is_empty() {
        "<p>Nothing has come yet.</p>".to_owned()
    } else {
        format!(
            "<table><thead><tr><th>Time (UTC)</th><th>To</th><th>Subject</th></tr></thead><tbody>{rows}</tbody></table>"
        )
    };
    document(
        "Sandbox: mail",
        &format!("<h1>Mail</h1>{NOTE}{table}<p><a href=\"/__sandbox/\">Faults and commands</a></p>"),
    )
}

fn found(sink: &MailSink, number: u64) -> Option<ReceivedMail> {
    sink.mails().into_iter().find(|mail| mail.number == number)
}

async fn one(State(sink): State<MailSink>, Path(number): Path<u64>) -> Response {
    let Some(mail) = found(&sink, number) else { return StatusCode::NOT_FOUND.into_response() };
    let headers: String = mail
        .headers
        .iter()
        .map(|(name, value)| format!("<tr><th>{}</th><td>{}</td></tr>", escape(name), escape(value)))
        .collect();
    let body = format!(
        "<p><a href=\"/\">All mail</a></p><h1>{}</h1>{NOTE}\
         <iframe src=\"/mails/{number}/html\" title=\"The mail\" sandbox=\"allow-popups\"></iframe>\
         <h2>As text</h2><pre>{}</pre><h2>Headers</h2><table>{headers}</table>",
        escape(mail.subject()),
        escape(&mail.text)
    );
    document(mail.subject(), &body).into_response()
}

/// The HTML part, as a mail program would show it: without scripts, links open elsewhere.
async fn as_html(State(sink): State<MailSink>, Path(number): Path<u64>) -> Response {
    let Some(mail) = found(&sink, number) else { return StatusCode::NOT_FOUND.into_response() };
    let policy = "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src data:";
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(mail.html)).into_response()
}

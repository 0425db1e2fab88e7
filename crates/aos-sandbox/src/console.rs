//! `/__sandbox/` of every service: a page that shows state, requests and faults, and the way to add faults over HTTP.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};

use crate::{
    faults::{Fault, FaultKind, Faults, Service},
    html::escape,
    log::RequestLog,
};

/// How many requests the page shows.
const SHOWN: usize = 100;
const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}\
    table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd;\
    vertical-align:top;overflow-wrap:anywhere}.note{background:#fff6dc;color:#222;padding:.6rem 1rem;border-radius:6px}\
    form{display:inline}button{font:inherit;margin:.15rem;padding:.25rem .6rem}:root{color-scheme:light dark}";

/// What the console of one service knows.
#[derive(Clone)]
pub(crate) struct Console {
    service: Service,
    faults: Faults,
    log: RequestLog,
    /// HTML that shows the service's state.
    summary: Arc<dyn Fn() -> String + Send + Sync>,
}

impl Console {
    pub(crate) fn new(
        service: Service,
        faults: Faults,
        log: RequestLog,
        summary: Arc<dyn Fn() -> String + Send + Sync>,
    ) -> Self {
        Self { service, faults, log, summary }
    }
}

impl Console {
    /// Where its page stands: a vendor's is below its name, because all share a listener.
    fn root(&self) -> String {
        match self.service {
            Service::WordPress | Service::Models | Service::Site | Service::Accounts | Service::Mail => {
                "/__sandbox/".to_owned()
            }
            vendor => format!("/{vendor}/__sandbox/"),
        }
    }
}

/// Where a vendor takes what is published.
fn publishing(service: Service) -> Option<&'static str> {
    Some(match service {
        Service::LinkedIn => "/api.linkedin.com/rest/posts",
        Service::X => "/api.x.com/2/tweets",
        Service::TikTok => "/open.tiktokapis.com/v2/post/publish/",
        _ => return None,
    })
}

/// Says where a fault of a vendor happens, unless it is where that publishes.
fn elsewhere(fault: &Fault) -> String {
    match publishing(fault.service) {
        Some(path) if fault.path_prefix.is_empty() && !path.is_empty() => ", whatever is asked".to_owned(),
        Some(path) if fault.path_prefix != path => format!(", at {}", fault.path_prefix),
        _ => String::new(),
    }
}

/// Where a vendor gives tokens.
fn tokens(service: Service) -> Option<&'static str> {
    Some(match service {
        Service::LinkedIn => "/www.linkedin.com/oauth/v2/accessToken",
        Service::X => "/api.x.com/2/oauth2/token",
        Service::TikTok => "/open.tiktokapis.com/v2/oauth/token/",
        _ => return None,
    })
}

pub(crate) fn router(console: Console) -> Router {
    Router::new()
        .route("/__sandbox", get(page))
        .route("/__sandbox/", get(page))
        .route("/__sandbox/faults", get(list).post(add).delete(clear))
        .with_state(console)
}

async fn list(State(console): State<Console>) -> Json<Vec<Fault>> {
    Json(console.faults.waiting())
}

async fn clear(State(console): State<Console>) -> StatusCode {
    console.faults.clear();
    StatusCode::NO_CONTENT
}

/// Takes a [`Fault`] as JSON (201 with it), or from the page's buttons (back to the page).
async fn add(State(console): State<Console>, headers: HeaderMap, body: Bytes) -> Response {
    let is_form = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"));
    let text = if is_form {
        // A button of the page sends the fault as JSON in one field.
        url::form_urlencoded::parse(&body)
            .find(|(name, _)| name == "fault")
            .map(|(_, fault)| fault.into_owned())
            .unwrap_or_default()
    } else {
        String::from_utf8_lossy(&body).into_owned()
    };
    match serde_json::from_str::<Fault>(&text) {
        Ok(fault) => {
            console.faults.push(fault.clone());
            if is_form {
                // Relative, because a vendor's console stands below its name.
                Redirect::to("./").into_response()
            } else {
                (StatusCode::CREATED, Json(fault)).into_response()
            }
        }
        Err(error) => (StatusCode::BAD_REQUEST, format!("This is not a fault: {error}\n")).into_response(),
    }
}

/// Faults that the page offers.
fn offered(service: Service) -> Vec<Fault> {
    if service == Service::Mail {
        return mail_faults();
    }
    let mut kinds = vec![
        FaultKind::Status(401),
        FaultKind::Status(403),
        FaultKind::Status(404),
        FaultKind::Status(409),
        FaultKind::Status(500),
        FaultKind::Status(503),
        FaultKind::StatusAfterEffect(502),
        FaultKind::RateLimited { retry_after: Some(5) },
        FaultKind::RateLimited { retry_after: None },
        FaultKind::DropBeforeEffect,
        FaultKind::DropAfterEffect,
        FaultKind::DropInBody,
        FaultKind::SlowBody { milliseconds: 5_000 },
        FaultKind::MalformedJson,
        FaultKind::HtmlPage { status: 503 },
        FaultKind::Redirect { to: "http://127.0.0.1:9/elsewhere".into() },
    ];
    if service == Service::WordPress {
        kinds.extend([FaultKind::PhpNotice, FaultKind::UploadRefused, FaultKind::ThumbnailsFailed]);
    }
    if let Some(path) = publishing(service) {
        let elsewhere = [FaultKind::Status(401), FaultKind::Status(500), FaultKind::DropBeforeEffect];
        let posts = kinds.into_iter().map(|kind| Fault::new(service, path, kind).method("POST"));
        let refresh = tokens(service).into_iter().flat_map(|path| {
            [FaultKind::Status(500), FaultKind::DropAfterEffect]
                .map(|kind| Fault::new(service, path, kind).method("POST"))
        });
        return posts.chain(refresh).chain(elsewhere.map(|kind| Fault::new(service, "", kind))).collect();
    }
    kinds
        .into_iter()
        .map(|kind| match (service, &kind) {
            (Service::WordPress, FaultKind::UploadRefused | FaultKind::ThumbnailsFailed) => {
                Fault::new(service, "/wp-json/wp/v2/media", kind).method("POST")
            }
            (Service::WordPress, _) => Fault::new(service, "/wp-json/wp/v2/posts", kind).method("POST"),
            _ => Fault::new(service, "", kind),
        })
        .collect()
}

/// What can go wrong with a mail: at the address, at the mail itself, before and after it is kept.
fn mail_faults() -> Vec<Fault> {
    [
        ("RCPT", FaultKind::Status(550)),
        ("RCPT", FaultKind::RateLimited { retry_after: None }),
        ("MAIL", FaultKind::Status(553)),
        ("AUTH", FaultKind::Status(535)),
        ("DATA", FaultKind::DropBeforeEffect),
        ("MESSAGE", FaultKind::Status(451)),
        ("MESSAGE", FaultKind::Status(554)),
        ("MESSAGE", FaultKind::DropBeforeEffect),
        ("MESSAGE", FaultKind::DropAfterEffect),
        ("MESSAGE", FaultKind::SlowBody { milliseconds: 5_000 }),
    ]
    .into_iter()
    .map(|(verb, kind)| Fault::new(Service::Mail, "", kind).method(verb))
    .collect()
}

async fn page(State(console): State<Console>) -> Html<String> {
    let buttons: String = offered(console.service)
        .iter()
        .map(|fault| {
            let json = serde_json::to_string(fault).unwrap_or_default();
            format!(
                "<form method=\"post\" action=\"{}faults\"><input type=\"hidden\" name=\"fault\" \
                 value=\"{}\"><button>{}{}{}</button></form>",
                console.root(),
                escape(&json),
                fault.method.as_deref().filter(|_| console.service == Service::Mail).unwrap_or_default(),
                escape(&format!(" {}", fault.kind)),
                escape(&elsewhere(fault))
            )
        })
        .collect();
    let waiting: String = console
        .faults
        .waiting()
        .iter()
        .map(|fault| {
            format!(
                "<li>{} {} {}: {} ({} times)</li>",
                fault.service,
                escape(fault.method.as_deref().unwrap_or("any method")),
                escape(&fault.path_prefix),
                escape(&fault.kind.to_string()),
                fault.times
            )
        })
        .collect();
    let requests: String = console
        .log
        .of(console.service)
        .iter()
        .rev()
        .take(SHOWN)
        .map(|request| {
            format!(
                "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                request.number,
                escape(&request.method),
                escape(&request.path),
                request.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string()),
                escape(request.fault.as_deref().unwrap_or(""))
            )
        })
        .collect();
    Html(format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Sandbox: {service}</title>\
         <style>{STYLE}</style></head><body><h1>Sandbox: {service}</h1>\
         <p class=\"note\">This service is simulated. It runs on this machine only.</p>\
         <h2>State</h2>{summary}\
         <h2>Faults</h2><p>A button makes the next request that changes something go wrong in this way.</p>{buttons}\
         <p>Waiting:</p><ul>{waiting}</ul>\
         <h2>Requests, newest first</h2><table><thead><tr><th>No.</th><th>Method</th><th>Path</th><th>Status</th>\
         <th>Fault</th></tr></thead><tbody>{requests}</tbody></table></body></html>",
        service = console.service,
        summary = (console.summary)(),
    ))
}

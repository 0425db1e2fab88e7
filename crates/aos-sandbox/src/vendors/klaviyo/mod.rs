//! Klaviyo: consent with PKCE, tokens, and the JSON:API for lists, templates, images and campaigns (contract: `email.md`
//! 2). What was chosen where the contract is silent stands in `docs.md`.

mod campaigns;
mod controls;
mod jobs;
mod login;
mod problem;
mod query;
mod state;

use std::io;

use aos_kernel::Timestamp;
use axum::{
    Json, Router,
    extract::{Request, State as Extract},
    http::{HeaderValue, Method, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::any,
};
use chrono::{NaiveDate, TimeDelta};
use serde_json::{Value, json};

pub use state::{KlaviyoCampaign, KlaviyoStatus, KlaviyoTemplate};

use super::{
    Ground,
    arrival::Arrival,
    fetch::{Fetched, fetch},
    grants::Standing,
    kept::Kept,
    mailchimp::MailAudience,
    pictures::Pictures,
};
use crate::{faults::Service, observe};
use problem::{Outcome, Problem};
use state::State;

const HOSTS: &[&str] = &["www.klaviyo.com", "a.klaviyo.com", "d3k81ch9hvuctc.cloudfront.net"];
/// The newest revision that is known here.
const NEWEST: &str = "2026-07-15";
/// A revision is stable for a year and deprecated for another.
const LIFE: TimeDelta = TimeDelta::days(730);

/// Handle of simulated Klaviyo. Cloning shares it.
#[derive(Clone)]
pub struct Klaviyo {
    ground: Ground,
    kept: Kept<State>,
    pictures: Pictures,
}

impl Klaviyo {
    pub(super) fn open(ground: Ground) -> io::Result<Self> {
        let kept = Kept::open(ground.folder.as_ref(), "klaviyo", State::fresh)?;
        let pictures = Pictures::open(ground.folder.as_deref());
        Ok(Self { ground, kept, pictures })
    }

    pub(super) fn router(&self) -> Router {
        let mut router = Router::new();
        for host in HOSTS {
            for path in [format!("/{host}"), format!("/{host}/"), format!("/{host}/{{*rest}}")] {
                router = router.route(&path, any(serve));
            }
        }
        let router = router.with_state(self.clone());
        self.ground.watched(Service::Klaviyo, problem::refusal, router).merge(self.console())
    }

    /// An address of the API here.
    fn api(&self, path: &str) -> String {
        self.ground.at(&format!("https://a.klaviyo.com/api/{path}"))
    }

    /// A mail as its readers see it.
    fn webview(&self, id: &str) -> Response {
        let state = self.kept.lock();
        let mail = state.accounts.values().find_map(|account| account.campaigns.get(id));
        match mail.and_then(|mail| mail.template.as_ref()) {
            Some(template) => Html(template.html.clone()).into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        }
    }
}

async fn serve(Extract(klaviyo): Extract<Klaviyo>, request: Request) -> Response {
    let arrival = Arrival::read(request).await;
    let now = klaviyo.ground.clock.now();
    klaviyo.kept.lock().send_due(now);
    match (arrival.host.as_str(), arrival.method.as_str(), arrival.parts().as_slice()) {
        ("www.klaviyo.com", _, ["oauth", "authorize"]) => klaviyo.consent(&arrival),
        ("www.klaviyo.com", "GET", ["campaign", id, "web-view"]) => klaviyo.webview(id),
        ("a.klaviyo.com", "POST", ["oauth", "token"]) => klaviyo.token(&arrival),
        ("a.klaviyo.com", "POST", ["oauth", "revoke"]) => klaviyo.revoke_call(&arrival),
        ("a.klaviyo.com", _, ["api", path @ ..]) => {
            let path: Vec<&str> = path.iter().copied().filter(|part| !part.is_empty()).collect();
            klaviyo.call(&arrival, &path, now).await
        }
        ("d3k81ch9hvuctc.cloudfront.net", "GET", [file]) => klaviyo.pictures.serve(file),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// What the headers must say.
fn check_headers(arrival: &Arrival, now: Timestamp) -> Result<(), Problem> {
    let revision = arrival.header("revision").ok_or_else(|| Problem::revision("The header revision is required."))?;
    let date: NaiveDate = revision.parse().map_err(|_| Problem::revision("The revision must be a date."))?;
    let newest: NaiveDate = NEWEST.parse().unwrap_or(NaiveDate::MAX);
    if date > newest {
        return Err(Problem::revision("There is no such revision."));
    }
    // The newest one is answered however late it is here: a vendor retires none before it has another.
    if date < newest && date + LIFE < now.date_naive() {
        return Err(Problem::retired());
    }
    let has_body = matches!(arrival.method, Method::POST | Method::PATCH);
    if has_body && !arrival.is("application/vnd.api+json") && !arrival.is("application/json") {
        return Err(Problem::media_type());
    }
    Ok(())
}

/// The person that a key or token speaks for, with its scopes; none: all, for a private key.
fn person(state: &State, arrival: &Arrival, now: Timestamp) -> Result<(String, Option<Vec<String>>), Problem> {
    let sent = arrival.header(header::AUTHORIZATION.as_str()).ok_or_else(|| Problem::nobody(false))?;
    if let Some(key) = sent.strip_prefix("Klaviyo-API-Key ") {
        let good = key == Klaviyo::API_KEY && !state.keyless.iter().any(|own| own == "anna");
        return if good { Ok(("anna".to_owned(), None)) } else { Err(Problem::nobody(true)) };
    }
    let token = arrival.bearer().ok_or_else(|| Problem::nobody(false))?;
    match state.grants.look(token, now) {
        Standing::Good(holder) => Ok((holder.person, Some(holder.scopes.into_iter().collect()))),
        Standing::Expired | Standing::Unknown => Err(Problem::nobody(true)),
    }
}

/// The scope that a resource needs.
fn scope(method: &Method, resource: &str) -> Option<String> {
    let family = match resource {
        "accounts" => "accounts",
        "lists" => "lists",
        "segments" => "segments",
        "templates" | "template-render" => "templates",
        "images" | "image-upload" => "images",
        name if name.starts_with("campaign") => "campaigns",
        _ => return None,
    };
    let reads = *method == Method::GET
        || matches!(resource, "template-render" | "campaign-values-reports" | "campaign-recipient-estimation-jobs");
    Some(format!("{family}:{}", if reads { "read" } else { "write" }))
}

impl Klaviyo {
    async fn call(&self, arrival: &Arrival, path: &[&str], now: Timestamp) -> Response {
        let fetched = self.fetched(arrival, path).await;
        let act = |state: &mut State| {
            state.requests += 1;
            let (person, scopes) = person(state, arrival, now)?;
            check_headers(arrival, now)?;
            let (limited, seconds) = state.limited;
            if limited > 0 {
                state.limited.0 -= 1;
                return Err(Problem::throttled(seconds));
            }
            let resource = path.first().copied().unwrap_or_default();
            if let (Some(scopes), Some(needed)) = (scopes, scope(&arrival.method, resource))
                && !scopes.contains(&needed)
                // Writing includes reading.
                && !scopes.contains(&needed.replace(":read", ":write"))
            {
                return Err(Problem::scope(&needed));
            }
            self.route(state, &person, arrival, path, now, fetched)
        };
        let reading = observe::is_reading(&arrival.method);
        let outcome = if reading { act(&mut self.kept.lock()) } else { self.kept.change(act) };
        let throttled = outcome.as_ref().is_err_and(Problem::is_throttled);
        let mut response = match outcome {
            Ok((status, body)) => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
                let mut response = match body {
                    Some(body) => (status, Json(body)).into_response(),
                    None => status.into_response(),
                };
                let kind = HeaderValue::from_static("application/vnd.api+json");
                response.headers_mut().insert(header::CONTENT_TYPE, kind);
                response
            }
            Err(problem) => problem.into_response(),
        };
        if !throttled {
            for (name, value) in [("ratelimit-limit", "150"), ("ratelimit-remaining", "149"), ("ratelimit-reset", "1")]
            {
                response.headers_mut().insert(name, HeaderValue::from_static(value));
            }
        }
        response
    }

    /// The image that a call names by its address, fetched before anything is locked.
    async fn fetched(&self, arrival: &Arrival, path: &[&str]) -> Option<Result<Fetched, String>> {
        if arrival.method != Method::POST || path != ["images"] {
            return None;
        }
        let body = arrival.json()?;
        let address = body["data"]["attributes"]["import_from_url"].as_str()?;
        if address.starts_with("http") { Some(fetch(address).await) } else { None }
    }

    fn route(
        &self,
        state: &mut State,
        person: &str,
        arrival: &Arrival,
        path: &[&str],
        now: Timestamp,
        fetched: Option<Result<Fetched, String>>,
    ) -> Outcome {
        match (arrival.method.as_str(), path) {
            ("GET", ["accounts"]) => {
                let account = campaigns::account(state, person)?;
                let node = json!({"type": "account", "id": account.id, "attributes": {
                    "test_account": false, "timezone": "Europe/London", "preferred_currency": "GBP",
                    "public_api_key": account.id, "industry": "Home and garden", "locale": "en-GB",
                    "contact_information": {"organization_name": account.name, "default_sender_name": account.name,
                        "default_sender_email": account.email, "website_url": "https://harbourandpine.example"}}});
                Ok((
                    200,
                    Some(json!({"data": query::sparse(arrival, vec![node]),
                    "links": {"self": self.api("accounts"), "next": null, "prev": null}})),
                ))
            }
            ("GET", ["lists"]) => self.audiences(state, person, arrival, "list"),
            ("GET", ["segments"]) => self.audiences(state, person, arrival, "segment"),
            ("GET", ["lists" | "segments", id]) => {
                let account = campaigns::account(state, person)?;
                let kind = if path[0] == "lists" { "list" } else { "segment" };
                let own = if kind == "list" { &account.lists } else { &account.segments };
                let found = own.iter().find(|own| own.id == *id).ok_or_else(Problem::not_found)?;
                Ok((200, Some(json!({"data": audience_node(arrival, found, kind)}))))
            }
            (_, ["templates", ..] | ["template-render"]) => jobs::templates(self, state, person, path, arrival),
            ("POST", ["images"]) => jobs::image(self, state, arrival, fetched),
            ("GET", ["campaigns"]) => campaigns::list(self, state, person, arrival),
            ("POST", ["campaigns"]) => campaigns::create(self, state, person, arrival, now),
            ("POST", ["campaign-clone"]) => campaigns::copy(self, state, person, arrival, now),
            ("GET", ["campaigns", id]) => campaigns::read(self, state, person, id, arrival),
            ("GET", ["campaigns", id, "campaign-messages"]) => campaigns::messages(self, state, person, id),
            ("PATCH", ["campaigns", id]) => campaigns::change(self, state, person, id, arrival, now),
            ("DELETE", ["campaigns", id]) => campaigns::delete(state, person, id),
            ("GET" | "PATCH", ["campaign-messages", id]) => campaigns::message(self, state, person, id, arrival, now),
            ("POST", ["campaign-message-assign-template"]) => campaigns::assign(self, state, person, arrival, now),
            ("POST", ["campaign-send-jobs"]) => jobs::send(self, state, person, arrival, now),
            ("GET", ["campaign-send-jobs", id]) => jobs::job(self, state, person, id),
            ("PATCH", ["campaign-send-jobs", id]) => jobs::cancel(state, person, id, arrival, now),
            (_, ["campaign-recipient-estimation-jobs" | "campaign-recipient-estimations", ..]) => {
                jobs::estimation(state, person, path, arrival)
            }
            ("POST", ["campaign-values-reports"]) => jobs::report(state, person, arrival),
            (_, ["accounts" | "lists" | "segments" | "campaigns" | "images" | "campaign-send-jobs", ..]) => {
                Err(Problem::method())
            }
            _ => Err(Problem::not_found()),
        }
    }

    fn audiences(&self, state: &mut State, person: &str, arrival: &Arrival, kind: &str) -> Outcome {
        let account = campaigns::account(state, person)?;
        let own = if kind == "list" { &account.lists } else { &account.segments };
        let nodes = own.iter().map(|own| audience_node(arrival, own, kind)).collect();
        Ok((200, Some(query::page(arrival, &self.api(&format!("{kind}s")), nodes, (10, 10))?)))
    }
}

fn audience_node(arrival: &Arrival, own: &MailAudience, kind: &str) -> Value {
    let mut attributes = json!({"name": own.name, "created": "2024-05-01T09:00:00+00:00",
        "updated": "2026-01-05T09:00:00+00:00"});
    if kind == "list" {
        attributes["opt_in_process"] = json!("double_opt_in");
    } else {
        attributes["is_active"] = json!(true);
    }
    let more = arrival.param(&format!("additional-fields[{kind}]")).unwrap_or_default();
    if more.split(',').any(|name| name == "profile_count") {
        attributes["profile_count"] = json!(own.members);
    }
    json!({"type": kind, "id": own.id, "attributes": attributes})
}

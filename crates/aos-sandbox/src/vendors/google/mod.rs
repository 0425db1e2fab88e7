//! Google, simulated from its contract (`google.md`): consent, Business Profile, Search Console, Analytics, Ads.
//!
//! What the contract leaves open is decided in `docs.md` of this folder.

mod ads;
mod ads_rows;
mod analytics;
mod controls;
mod figures;
mod filters;
mod gaql;
mod media;
mod oauth;
mod people;
mod performance;
mod posts;
mod problem;
mod profile;
mod report;
mod reviews;
mod search_console;
mod state;

use std::{collections::HashMap, io, sync::MutexGuard};

use aos_kernel::Timestamp;
use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::{Request, State as Extract},
    http::{StatusCode, header},
    middleware::{self, Next},
    response::{Html, IntoResponse, Response},
    routing::any,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

pub use posts::{LocalPost, LocalPostState, PostMedia as LocalPostMedia};
pub use reviews::Review;
pub use state::{GoogleApi, GoogleRefusal, GoogleSettings};

use super::{
    Ground, Shown,
    arrival::Arrival,
    consent,
    fetch::Fetched,
    grants::{Holder, Standing},
    kept::Kept,
};
use crate::{faults::Service, observe};
use problem::Problem;
use state::State;

/// Handle of the simulated Google. Cloning shares it.
#[derive(Clone)]
pub struct Google {
    ground: Ground,
    kept: Kept<State>,
}

/// What the routes work with: what Google knows, where it is, and when.
pub(super) struct Desk<'a> {
    state: &'a mut State,
    ground: &'a Ground,
    now: Timestamp,
}

type Answered = Result<Value, Problem>;

impl Google {
    pub(super) fn open(ground: Ground) -> io::Result<Self> {
        let now = ground.clock.now();
        let kept = Kept::open(ground.folder.as_ref(), "google", || State::fresh(now))?;
        Ok(Self { ground, kept })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.kept.lock()
    }

    /// Everything that Google answers. Each host has errors of its own shape, also for faults.
    pub(super) fn router(&self) -> Router {
        let hosts = |hosts: &[&str]| {
            let mut routes = Router::new();
            for host in hosts {
                routes = routes.route(&format!("/{host}/{{*path}}"), any(serve));
            }
            routes.with_state(self.clone())
        };
        let watched = |refusal, routes| self.ground.watched(Service::Google, refusal, routes);
        let ads = watched(ads::fault, hosts(&[GoogleApi::Ads.as_str()])).layer(middleware::from_fn(in_chunks));
        let console = self.clone();
        Router::new()
            .merge(watched(oauth::fault, hosts(&["accounts.google.com", "oauth2.googleapis.com"])))
            .merge(watched(
                |http| Problem::fault(http).older(),
                hosts(&[GoogleApi::SearchConsole.as_str(), "www.googleapis.com"]),
            ))
            .merge(ads)
            .merge(watched(
                |http| Problem::fault(http).body(),
                hosts(&[
                    GoogleApi::Accounts.as_str(),
                    GoogleApi::Information.as_str(),
                    GoogleApi::Posts.as_str(),
                    GoogleApi::Performance.as_str(),
                    GoogleApi::AnalyticsAdmin.as_str(),
                    GoogleApi::AnalyticsData.as_str(),
                    "local.google.com",
                    "lh3.googleusercontent.com",
                ]),
            ))
            .merge(self.ground.console(Service::Google, move || console.summary()))
    }

    /// What stands on Maps, the newest last.
    pub(super) fn shown(&self) -> Vec<Shown> {
        let state = self.lock();
        state.posts.iter().map(|post| post.shown(&state, &self.ground)).collect()
    }
}

/// A stream's errors come in an array, as its chunks do.
async fn in_chunks(request: Request, next: Next) -> Response<Body> {
    let streamed = request.uri().path().ends_with(":searchStream");
    let response = next.run(request).await;
    let is_json = response.headers().get(header::CONTENT_TYPE).is_some_and(|own| own == "application/json");
    if !streamed || response.status().is_success() || !is_json {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    Response::from_parts(parts, Body::from([b"[", bytes.as_ref(), b"]"].concat()))
}

async fn serve(Extract(google): Extract<Google>, request: Request) -> Response {
    let arrival = Arrival::read(request).await;
    let now = google.ground.clock.now();
    let fetched = google.fetch_media(&arrival, now).await;
    if observe::is_reading(&arrival.method) {
        return route(&mut Desk { state: &mut google.lock(), ground: &google.ground, now }, &arrival, &fetched);
    }
    google.kept.change(|state| route(&mut Desk { state, ground: &google.ground, now }, &arrival, &fetched))
}

/// What was found at the addresses of a post's media, before anything is locked.
pub(super) type FetchedMedia = HashMap<String, Result<Fetched, String>>;

impl Google {
    async fn fetch_media(&self, arrival: &Arrival, now: Timestamp) -> FetchedMedia {
        let mut fetched = FetchedMedia::new();
        let may = arrival.host == GoogleApi::Posts.as_str()
            && !observe::is_reading(&arrival.method)
            && holder(&self.lock(), arrival, oauth::BUSINESS, GoogleApi::Posts, now).is_ok();
        if may && let Some(body) = arrival.json() {
            for address in posts::addresses(&body) {
                let found = super::fetch::fetch(&address).await;
                fetched.insert(address, found);
            }
        }
        fetched
    }
}

/// Whom the call speaks for, when its consent holds the scope.
fn holder(state: &State, arrival: &Arrival, scope: &str, api: GoogleApi, now: Timestamp) -> Result<Holder, Problem> {
    let token = arrival.bearer().unwrap_or_default();
    match state.grants.look(token, now) {
        Standing::Good(holder) if holder.scopes.contains(scope) => Ok(holder),
        // What may write may also read.
        Standing::Good(holder) if holder.scopes.contains(scope.trim_end_matches(".readonly")) => Ok(holder),
        Standing::Good(_) => Err(Problem::scope(api.as_str())),
        Standing::Expired => Err(Problem::unauthenticated(true)),
        Standing::Unknown => Err(Problem::unauthenticated(false)),
    }
}

/// The holder, unless a refusal waits for this API.
fn admitted(desk: &mut Desk<'_>, arrival: &Arrival, scope: &str, api: GoogleApi) -> Result<Holder, Problem> {
    let holder = holder(desk.state, arrival, scope, api, desk.now)?;
    match desk.state.refusal(api) {
        None => Ok(holder),
        Some(GoogleRefusal::Quota { retry_seconds }) => Err(Problem::exhausted(api.as_str(), retry_seconds)),
        Some(GoogleRefusal::Denied) => Err(Problem::denied("The caller does not have permission")),
        Some(GoogleRefusal::Disabled | GoogleRefusal::NotApproved) => Err(Problem::disabled(api.as_str())),
    }
}

fn route(desk: &mut Desk<'_>, arrival: &Arrival, fetched: &FetchedMedia) -> Response {
    let told = |answered: Answered| match answered {
        Ok(body) => Json(body).into_response(),
        Err(problem) => problem.into_response(),
    };
    match arrival.host.as_str() {
        "accounts.google.com" => oauth::page(desk.state, arrival, desk.now),
        "oauth2.googleapis.com" => oauth::tokens(desk.state, arrival, desk.now),
        "mybusinessaccountmanagement.googleapis.com" => told(profile::accounts(desk, arrival)),
        "mybusinessbusinessinformation.googleapis.com" => told(profile::locations(desk, arrival)),
        "mybusiness.googleapis.com" => told(posts::route(desk, arrival, fetched)),
        "businessprofileperformance.googleapis.com" => told(performance::route(desk, arrival)),
        "analyticsadmin.googleapis.com" => told(analytics::route(desk, arrival)),
        "analyticsdata.googleapis.com" => told(report::route(desk, arrival)),
        "googleads.googleapis.com" => ads::route(desk, arrival),
        "www.googleapis.com" if arrival.path.first().is_some_and(|first| first == "oauth2") => {
            told(user_info(desk, arrival))
        }
        "searchconsole.googleapis.com" | "www.googleapis.com" => search_console::route(desk, arrival),
        "local.google.com" => page(desk, arrival),
        "lh3.googleusercontent.com" => picture(desk, arrival),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `GET /oauth2/v2/userinfo`.
fn user_info(desk: &Desk<'_>, arrival: &Arrival) -> Answered {
    let holder = match desk.state.grants.look(arrival.bearer().unwrap_or_default(), desk.now) {
        Standing::Good(holder) => holder,
        standing => return Err(Problem::unauthenticated(standing == Standing::Expired)),
    };
    let (id, name, email) = people::identity(&holder.person);
    let mut body = json!({ "id": id });
    if holder.scopes.iter().any(|scope| scope.ends_with("userinfo.email")) {
        body["email"] = json!(email);
        body["verified_email"] = json!(true);
    }
    if holder.scopes.iter().any(|scope| scope.ends_with("userinfo.profile")) {
        body["name"] = json!(name);
    }
    Ok(body)
}

/// A post as its readers see it.
fn page(desk: &Desk<'_>, arrival: &Arrival) -> Response {
    let id = arrival.param("lpsid").unwrap_or_default();
    let live = desk.state.posts.iter().find(|post| post.id() == id && post.state == LocalPostState::Live);
    match live {
        Some(post) => {
            let shown = post.shown(desk.state, desk.ground);
            consent::frame(oauth::VENDOR, &shown.account, &super::feed::entry(&shown)).into_response()
        }
        None => (StatusCode::NOT_FOUND, Html("<p>This post is not available.</p>")).into_response(),
    }
}

fn picture(desk: &Desk<'_>, arrival: &Arrival) -> Response {
    let found = arrival.path.last().and_then(|id| desk.state.pictures.get(id));
    match found.and_then(|own| Some((own, STANDARD.decode(&own.bytes).ok()?))) {
        Some((own, bytes)) => ([(header::CONTENT_TYPE, own.content_type.clone())], bytes).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A page of a list: how many, from where, and the token of the next.
fn paged<T>(arrival: &Arrival, all: Vec<T>, usual: usize, most: usize) -> Result<(Vec<T>, String), Problem> {
    let size = match arrival.param("pageSize").as_deref() {
        None | Some("" | "0") => usual,
        Some(text) => match text.parse() {
            Ok(size) if (1..=most).contains(&size) => size,
            _ => return Err(Problem::invalid("page_size", format!("page_size must be between 1 and {most}."))),
        },
    };
    let from = match arrival.param("pageToken").as_deref() {
        None | Some("") => 0,
        Some(token) => token_offset(token).ok_or_else(|| Problem::invalid("page_token", "Invalid page token."))?,
    };
    let next = if from + size < all.len() { token_of(from + size) } else { String::new() };
    Ok((all.into_iter().skip(from).take(size).collect(), next))
}

/// Page tokens say nothing to their reader.
fn token_of(offset: usize) -> String {
    STANDARD.encode(format!("next:{offset}"))
}

fn token_offset(token: &str) -> Option<usize> {
    let text = String::from_utf8(STANDARD.decode(token).ok()?).ok()?;
    text.strip_prefix("next:")?.parse().ok()
}

/// A list with its token, where there is a next page; an empty list is left out, as defaults are.
fn listed(name: &str, items: Vec<Value>, next: String) -> Value {
    let mut body = json!({});
    if !items.is_empty() {
        body[name] = Value::Array(items);
    }
    if !next.is_empty() {
        body["nextPageToken"] = Value::String(next);
    }
    body
}

/// `properties/22:runReport` as `properties/22` and `runReport`.
fn split_verb(path: &[String]) -> (Vec<&str>, Option<&str>) {
    let mut parts: Vec<&str> = path.iter().map(String::as_str).collect();
    let Some((name, verb)) = parts.last().and_then(|last| last.split_once(':')) else { return (parts, None) };
    if let Some(last) = parts.last_mut() {
        *last = name;
    }
    (parts, Some(verb))
}

/// RFC 3339 as Google writes it.
fn moment(at: Timestamp) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

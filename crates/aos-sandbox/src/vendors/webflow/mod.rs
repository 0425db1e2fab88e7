//! Webflow, simulated from its contract (`cms.md`, section 2): consent, sites, collections, items, assets, and the
//! public site.
//!
//! What the contract leaves open is decided in `docs.md` of this folder.

mod assets;
mod controls;
mod fields;
mod items;
mod oauth;
mod page;
mod problem;
mod sites;
mod state;

use std::{io, sync::MutexGuard};

use aos_kernel::Timestamp;
use axum::{
    Json, Router,
    extract::{Request, State as Extract},
    http::{HeaderValue, Method, StatusCode},
    response::{IntoResponse, Response},
    routing::any,
};
use chrono::TimeDelta;
use serde_json::{Value, json};

pub use state::{WebflowAsset, WebflowItem, WebflowSettings};

use super::{Ground, Shown, arrival::Arrival, grants::Standing, kept::Kept};
use crate::{faults::Service, html::plain_text, observe};
use fields::FetchedFiles;
use problem::Problem;
use state::{ANNA, CUSTOM_DOMAIN, Minute, SHORT_NAME, SITE, State};

/// Handle of the simulated Webflow. Cloning shares it.
#[derive(Clone)]
pub struct Webflow {
    ground: Ground,
    kept: Kept<State>,
}

/// What the routes work with: what Webflow knows, where it is, and when.
pub(super) struct Desk<'a> {
    state: &'a mut State,
    ground: &'a Ground,
    now: Timestamp,
}

/// A good answer.
struct Reply {
    http: StatusCode,
    body: Value,
}

impl Reply {
    fn ok(body: Value) -> Self {
        Self { http: StatusCode::OK, body }
    }
    fn nothing() -> Self {
        Self { http: StatusCode::NO_CONTENT, body: Value::Null }
    }
}

type Answered = Result<Reply, Problem>;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Webflow {
    pub(super) fn open(ground: Ground) -> io::Result<Self> {
        let now = ground.clock.now();
        let kept = Kept::open(ground.folder.as_ref(), "webflow", || State::fresh(now))?;
        Ok(Self { ground, kept })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.kept.lock()
    }

    /// Everything that Webflow answers. Consent has errors of another shape, also for faults.
    pub(super) fn router(&self) -> Router {
        let site = format!("{SHORT_NAME}.webflow.io");
        let routes = |paths: &[&str]| {
            let mut routes = Router::new();
            for path in paths {
                routes = routes.route(path, any(serve));
            }
            routes.with_state(self.clone())
        };
        let watched = |refusal, routes| self.ground.watched(Service::Webflow, refusal, routes);
        let console = self.clone();
        Router::new()
            .merge(watched(oauth::fault, routes(&["/webflow.com/{*path}", "/api.webflow.com/oauth/{*path}"])))
            .merge(watched(
                |http| Problem::fault(http).body(),
                routes(&[
                    "/api.webflow.com/v2/{*path}",
                    // The storage of the files, and what readers see.
                    "/s3.amazonaws.com/{*path}",
                    "/cdn.prod.website-files.com/{*path}",
                    &format!("/{site}"),
                    &format!("/{site}/{{*path}}"),
                    &format!("/{site}/"),
                    &format!("/{CUSTOM_DOMAIN}/{{*path}}"),
                    &format!("/{CUSTOM_DOMAIN}/"),
                ]),
            ))
            .merge(self.ground.console(Service::Webflow, move || console.summary()))
    }

    /// Articles that readers see, and drafts.
    pub(super) fn shown(&self) -> Vec<Shown> {
        let state = self.lock();
        let made = state.items.iter().filter(|own| own.collection == state::BLOG);
        made.map(|item| shown(&state, &self.ground, item)).collect()
    }
}

fn shown(state: &State, ground: &Ground, item: &WebflowItem) -> Shown {
    let fields = item.live.as_ref().unwrap_or(&item.fields);
    let image = &fields.get("main-image").cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let real = page::address(state, item);
    Shown {
        service: Service::Webflow,
        account: "Harbour & Pine".to_owned(),
        id: item.id.clone(),
        kind: "article".to_owned(),
        state: if item.live.is_some() { "published" } else { "draft" }.to_owned(),
        title: fields.get("name").and_then(Value::as_str).map(str::to_owned),
        text: plain_text(fields.get("post-body").and_then(Value::as_str).unwrap_or_default()),
        images: image["url"].as_str().map(|url| (url.to_owned(), text(&image["alt"]))).into_iter().collect(),
        link: None,
        url: ground.at(&real.unwrap_or_else(|| format!("https://{SHORT_NAME}.webflow.io/"))),
        at: item.published_at.unwrap_or(item.updated_at),
    }
}

async fn serve(Extract(webflow): Extract<Webflow>, request: Request) -> Response {
    let arrival = Arrival::read(request).await;
    let now = webflow.ground.clock.now();
    let (ground, storage) = (&webflow.ground, arrival.host == "s3.amazonaws.com");
    if storage && arrival.method == Method::POST {
        let upload = assets::read(&arrival).await;
        return webflow.kept.change(|state| assets::store(state, ground, upload));
    }
    let fetched = webflow.fetch_files(&arrival, now).await;
    if observe::is_reading(&arrival.method) {
        return route(&mut Desk { state: &mut webflow.lock(), ground, now }, &arrival, &fetched);
    }
    webflow.kept.change(|state| route(&mut Desk { state, ground, now }, &arrival, &fetched))
}

impl Webflow {
    /// Files that a body names by address are fetched before anything is locked.
    async fn fetch_files(&self, arrival: &Arrival, now: Timestamp) -> FetchedFiles {
        let mut fetched = FetchedFiles::new();
        let known = || matches!(self.lock().grants.look(arrival.bearer().unwrap_or_default(), now), Standing::Good(_));
        let may = arrival.host == "api.webflow.com"
            && arrival.path.iter().any(|part| part == "items")
            && matches!(arrival.method, Method::POST | Method::PATCH)
            && known();
        if may && let Some(body) = arrival.json() {
            for address in fields::addresses(&body) {
                let found = super::fetch::fetch(&address).await;
                fetched.insert(address, found);
            }
        }
        fetched
    }
}

fn route(desk: &mut Desk<'_>, arrival: &Arrival, fetched: &FetchedFiles) -> Response {
    match (arrival.host.as_str(), arrival.parts().as_slice()) {
        ("webflow.com", _) => oauth::page(desk.state, arrival, desk.now),
        // Integrators use the first, the published description names the second.
        ("api.webflow.com", ["oauth", "access_token" | "token"]) => oauth::token(desk.state, arrival, desk.now),
        ("api.webflow.com", ["v2", rest @ ..]) => api(desk, arrival, rest, fetched),
        ("cdn.prod.website-files.com", _) => assets::hosted(desk.state, arrival),
        (CUSTOM_DOMAIN, _) if !desk.state.settings.custom_domain => StatusCode::NOT_FOUND.into_response(),
        (CUSTOM_DOMAIN, _) => page::serve(desk.state, arrival),
        (host, _) if host.ends_with(".webflow.io") => page::serve(desk.state, arrival),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `api.webflow.com/v2`: the token, its rate, then the route.
fn api(desk: &mut Desk<'_>, arrival: &Arrival, rest: &[&str], fetched: &FetchedFiles) -> Response {
    let token = arrival.bearer().unwrap_or_default();
    let Standing::Good(holder) = desk.state.grants.look(token, desk.now) else {
        return Problem::not_authorized().into_response();
    };
    let limit = desk.state.settings.requests_per_minute;
    let minute = desk.state.minutes.entry(token.to_owned()).or_insert(Minute { began: desk.now, calls: 0 });
    if minute.began + TimeDelta::minutes(1) <= desk.now {
        *minute = Minute { began: desk.now, calls: 0 };
    }
    let over = minute.calls >= limit;
    minute.calls = minute.calls.saturating_add(1);
    let (left, wait) = (limit.saturating_sub(minute.calls), 60 - (desk.now - minute.began).num_seconds());
    let answered = if over {
        Err(Problem::too_many())
    } else {
        let (scope, owns) = (scope_of(&arrival.method, rest), holder.person == ANNA);
        match scope.filter(|scope| !holder.scopes.contains(*scope)) {
            Some(scope) => Err(Problem::scope(scope)),
            None => resource(desk, arrival, rest, owns, &holder, fetched),
        }
    };
    let mut response = match answered {
        Ok(reply) if reply.http == StatusCode::NO_CONTENT => reply.http.into_response(),
        Ok(reply) => (reply.http, Json(reply.body)).into_response(),
        Err(problem) => problem.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert("x-ratelimit-limit", HeaderValue::from(limit));
    headers.insert("x-ratelimit-remaining", HeaderValue::from(left));
    if over {
        headers.insert("retry-after", HeaderValue::from(wait.max(1)));
    }
    response
}

/// The scope that a route asks for.
fn scope_of(method: &Method, rest: &[&str]) -> Option<&'static str> {
    let reading = *method == Method::GET;
    let pick = |read, write| Some(if reading { read } else { write });
    match rest {
        ["token", "authorized_by"] => Some("authorized_user:read"),
        ["token", ..] => None,
        ["sites", _, "collections"] | ["collections", ..] => pick("cms:read", "cms:write"),
        ["sites", _, "assets"] | ["assets", ..] => pick("assets:read", "assets:write"),
        _ => pick("sites:read", "sites:write"),
    }
}

fn resource(
    desk: &mut Desk<'_>,
    arrival: &Arrival,
    rest: &[&str],
    owns: bool,
    holder: &super::grants::Holder,
    fetched: &FetchedFiles,
) -> Answered {
    let get = arrival.method == Method::GET;
    match rest {
        ["token", "introspect"] if get => {
            let scope: Vec<&str> = holder.scopes.iter().map(String::as_str).collect();
            Ok(Reply::ok(json!({
                "authorization": {
                    "id": "65f0000000000000000000aa", "grantType": "authorization_code",
                    "rateLimit": desk.state.settings.requests_per_minute, "scope": scope.join(","),
                    "authorizedTo": {"siteIds": if owns { vec![SITE] } else { Vec::new() }, "workspaceIds": [],
                        "userIds": []},
                },
                "application": {"id": "65f0000000000000000000ab", "displayName": "Agency OS"},
            })))
        }
        ["token", "authorized_by"] if get => {
            let (id, email, first, last) = if owns {
                ("65f0000000000000000000ba", "anna.berg@harbourandpine.example", "Anna", "Berg")
            } else {
                ("65f0000000000000000000bb", "ben.osei@mail.example", "Ben", "Osei")
            };
            Ok(Reply::ok(json!({"id": id, "email": email, "firstName": first, "lastName": last})))
        }
        ["sites"] if get => {
            let sites = if owns { vec![sites::site(desk.state)] } else { Vec::new() };
            Ok(Reply::ok(json!({ "sites": sites })))
        }
        // What belongs to somebody else is not there.
        _ if !owns => Err(Problem::not_found()),
        ["sites", SITE] if get => Ok(Reply::ok(sites::site(desk.state))),
        ["sites", SITE, "custom_domains"] if get => {
            Ok(Reply::ok(json!({ "customDomains": sites::site(desk.state)["customDomains"] })))
        }
        ["sites", SITE, "publish"] if arrival.method == Method::POST => sites::publish(desk, arrival),
        ["sites", SITE, "collections"] if get => {
            let all: Vec<Value> = desk.state.collections().map(|own| sites::summary(desk.state, own)).collect();
            Ok(Reply::ok(json!({ "collections": all })))
        }
        ["sites", SITE, "assets"] => assets::route(desk, arrival, None),
        ["assets", id] => assets::route(desk, arrival, Some(id)),
        ["collections", id, rest @ ..] => {
            let collection = desk.state.collections().find(|own| own.id == *id).ok_or_else(Problem::not_found)?;
            match rest {
                [] if get => Ok(Reply::ok(sites::collection(desk.state, collection))),
                ["items", rest @ ..] => items::route(desk, arrival, collection, rest, fetched),
                _ => Err(Problem::not_found()),
            }
        }
        _ => Err(Problem::not_found()),
    }
}

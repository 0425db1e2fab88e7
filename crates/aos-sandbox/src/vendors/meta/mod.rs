//! Meta: the Graph API for pages, Instagram and ad accounts, Facebook Login, and the pages that readers open (contract:
//! `meta.md`). What was chosen where the contract is silent stands in `docs.md`.

mod ads;
mod call;
mod checks;
mod controls;
mod error;
mod fields;
mod instagram;
mod login;
mod pages;
mod posts;
mod public;
mod state;

use std::io;

use axum::{
    Json, Router,
    extract::{Request, State as Extract},
    http::{HeaderValue, Method, StatusCode},
    response::{IntoResponse, Response},
    routing::any,
};
use serde_json::{Value, json};
use tower::ServiceExt;

pub use state::{
    FacebookPage, FacebookPhoto, FacebookPost, FacebookPostState, InstagramAccount, InstagramKind, InstagramMedia,
    MetaAdAccount, PostFigures,
};

use super::{
    Ground,
    arrival::Arrival,
    consent::{self, Answer, Person},
    fetch::fetch,
    kept::Kept,
    pictures::Pictures,
    switches,
};
use crate::{faults::Service, observe};
use call::Call;
use error::{GraphError, Outcome};
use login::Asker;
use posts::FetchedMedia;
use state::{Opens, State};

const HOSTS: &[&str] = &[
    "www.facebook.com",
    "graph.facebook.com",
    "graph.instagram.com",
    "rupload.facebook.com",
    "www.instagram.com",
    "scontent.fbcdn.net",
];

/// Handle of simulated Meta. Cloning shares it.
#[derive(Clone)]
pub struct Meta {
    ground: Ground,
    kept: Kept<State>,
    pictures: Pictures,
}

/// One way in for each service, so that faults and the log tell them apart.
#[derive(Clone)]
struct Doors {
    facebook: Router,
    instagram: Router,
    ads: Router,
}

impl Meta {
    pub(super) fn open(ground: Ground) -> io::Result<Self> {
        let kept = Kept::open(ground.folder.as_ref(), "meta", State::fresh)?;
        let pictures = Pictures::open(ground.folder.as_deref());
        Ok(Self { ground, kept, pictures })
    }

    pub(super) fn people() -> Vec<Person> {
        let person = |key: &str, name: &str, detail: &str| Person {
            key: key.to_owned(),
            name: name.to_owned(),
            detail: detail.to_owned(),
        };
        vec![
            person(
                Self::ANNA,
                "Anna Berg",
                "administers the page Harbour & Pine with @harbourandpine and its ad account",
            ),
            person(Self::BEN, "Ben Osei", "has no page, no professional account and no ad account"),
        ]
    }

    fn app_token() -> String {
        format!("{}|{}", login::SETTINGS.client_id, login::SETTINGS.client_secret)
    }

    fn user_id(person: &str) -> &'static str {
        if person == Self::ANNA { "102000000000001" } else { "102000000000002" }
    }

    /// An address of the Graph API here.
    fn graph(&self, call: &Call, path: &str) -> String {
        self.ground.at(&format!("https://graph.facebook.com/v{}.0/{path}", call.version.0))
    }

    fn picture(&self, file: &str) -> String {
        self.ground.at(&format!("https://scontent.fbcdn.net/v/{file}"))
    }

    pub(super) fn router(&self) -> Router {
        let served = || Router::new().fallback(serve).with_state(self.clone());
        let doors = Doors {
            facebook: self.ground.watched(Service::Facebook, error::of_pages, served()),
            instagram: self.ground.watched(Service::Instagram, error::of_instagram, served()),
            ads: self.ground.watched(Service::MetaAds, error::of_ads, served()),
        };
        let mut router = Router::new();
        for host in HOSTS {
            router = router
                .route(&format!("/{host}"), any(enter))
                .route(&format!("/{host}/"), any(enter))
                .route(&format!("/{host}/{{*rest}}"), any(enter));
        }
        let mut router = router.with_state(doors);
        for (service, buttons) in [
            (Service::Facebook, controls::OF_PAGES),
            (Service::Instagram, controls::OF_INSTAGRAM),
            (Service::MetaAds, controls::OF_ADS),
        ] {
            let (shown, pressed) = (self.clone(), self.clone());
            let summary = move || format!("{}{}", shown.summary(service), switches::forms(service, buttons));
            router = router
                .merge(self.ground.console(service, summary))
                .merge(switches::router(service, move |name, value| pressed.press(service, name, value)));
        }
        router
    }
}

/// Which service a path belongs to. Ids of Instagram's things start with 17 or 18, as the real ones do.
fn service_of(path: &str) -> Service {
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    match parts.next() {
        Some("graph.instagram.com" | "www.instagram.com" | "rupload.facebook.com") => return Service::Instagram,
        Some("graph.facebook.com") => {}
        _ => return Service::Facebook,
    }
    let below: Vec<&str> = parts.filter(|part| !is_version(part)).collect();
    match below.as_slice() {
        [account, ..] if account.starts_with("act_") => Service::MetaAds,
        [_, "adaccounts"] => Service::MetaAds,
        [id, ..] if id.len() == 17 && (id.starts_with("17") || id.starts_with("18")) => Service::Instagram,
        _ => Service::Facebook,
    }
}

fn is_version(part: &str) -> bool {
    part.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

async fn enter(Extract(doors): Extract<Doors>, request: Request) -> Response {
    let door = match service_of(request.uri().path()) {
        Service::Instagram => doors.instagram,
        Service::MetaAds => doors.ads,
        _ => doors.facebook,
    };
    match door.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

async fn serve(Extract(meta): Extract<Meta>, request: Request) -> Response {
    let service = service_of(request.uri().path());
    let arrival = Arrival::read(request).await;
    meta.kept.lock().publish_due(meta.ground.clock.now());
    match arrival.host.as_str() {
        "graph.facebook.com" | "graph.instagram.com" => meta.graph_call(service, &arrival).await,
        "rupload.facebook.com" => meta.upload(&arrival).await,
        "www.facebook.com" if arrival.path.ends_with(&["dialog".to_owned(), "oauth".to_owned()]) => {
            meta.dialog(&arrival)
        }
        "scontent.fbcdn.net" => match arrival.parts().as_slice() {
            ["v", file] => meta.pictures.serve(file),
            _ => StatusCode::NOT_FOUND.into_response(),
        },
        _ => meta.public_page(&arrival),
    }
}

impl Meta {
    /// The login dialog: the question, and what the person answered.
    fn dialog(&self, arrival: &Arrival) -> Response {
        if arrival.method != Method::POST {
            return match login::question(&arrival.query) {
                Ok(query) => consent::ask("Facebook", &login::SETTINGS, "client_id", &query, &Self::people()),
                Err(words) => consent::refused("Facebook", &words),
            };
        }
        match consent::answer(&login::SETTINGS, "client_id", &arrival.body) {
            Ok(Answer::Agreed { asked, person, scopes }) => {
                let now = self.ground.clock.now();
                match self.kept.change(|state| login::agree(state, &asked, &person, scopes, now)) {
                    Ok(code) => consent::back(&asked, &[("code", &code)]),
                    Err(words) => consent::refused("Facebook", &words),
                }
            }
            Ok(Answer::Declined { asked }) => consent::back(&asked, login::DECLINED),
            Err(words) => consent::refused("Facebook", &words),
        }
    }

    async fn graph_call(&self, service: Service, arrival: &Arrival) -> Response {
        let call = match Call::read(arrival, self.ground.clock.now()).await {
            Ok(call) => call,
            Err(error) => return error.into_response(),
        };
        let fetched = self.fetched(&call).await;
        let act = |state: &mut State| {
            state.requests += 1;
            let outcome = answer(self, state, service, &call, fetched);
            (outcome, usage(state, service, &call))
        };
        // Tokens are given to readers too; other reading leaves nothing that must be kept.
        let gives = call.path.iter().any(|part| part == "oauth" || part == "accounts");
        let (outcome, usage) = if observe::is_reading(&call.method) && !gives {
            act(&mut self.kept.lock())
        } else {
            self.kept.change(act)
        };
        let mut response = match outcome {
            Ok(value) => Json(value).into_response(),
            Err(error) => error.into_response(),
        };
        let version = format!("v{}.0", call.version.0);
        for (name, value) in usage.into_iter().chain([("facebook-api-version", version)]) {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }

    /// The file that a call names by its address, fetched before anything is locked.
    async fn fetched(&self, call: &Call) -> FetchedMedia {
        if call.method != Method::POST {
            return None;
        }
        let name = match call.path.last()?.as_str() {
            "photos" => "url",
            "media" if call.text("image_url").is_some() => "image_url",
            "media" => "video_url",
            _ => return None,
        };
        let address = call.text(name)?;
        if self.kept.lock().behaviour.broken.contains(address) {
            return Some(Err("the address does not answer".to_owned()));
        }
        Some(fetch(address).await)
    }

    /// `POST /ig-api-upload/{version}/{container}`.
    async fn upload(&self, arrival: &Arrival) -> Response {
        let bytes = match arrival.header("file_url") {
            None => Ok(arrival.body.clone()),
            Some(address) => fetch(address).await.map(|fetched| fetched.bytes),
        };
        let id = arrival.path.last().cloned().unwrap_or_default();
        let outcome = match (Call::read(arrival, self.ground.clock.now()).await, bytes) {
            (Err(error), _) => Err(error),
            (_, Err(why)) => Err(GraphError::new(9004, 2_207_052, &format!("The media could not be fetched: {why}."))),
            (Ok(call), Ok(bytes)) => self.kept.change(|state| {
                state.requests += 1;
                let asker = login::asker(state, &call)?;
                let size = arrival.header("file_size").and_then(|size| size.parse::<usize>().ok());
                if arrival.header("file_url").is_none() && size != Some(bytes.len()) {
                    return Err(GraphError::parameter("(#100) The header file_size does not fit the bytes."));
                }
                instagram::upload(self, state, &asker, &id, bytes)
            }),
        };
        match outcome {
            Ok(value) => Json(value).into_response(),
            Err(error) => error.into_response(),
        }
    }
}

/// The answer to a call of the Graph API.
fn answer(meta: &Meta, state: &mut State, service: Service, call: &Call, fetched: FetchedMedia) -> Outcome {
    let parts = call.parts();
    match (&call.method, parts.as_slice()) {
        (&Method::GET | &Method::POST, ["oauth", "access_token"]) => return login::access_token(state, call),
        (&Method::GET, ["debug_token"]) => return login::debug_token(state, call),
        _ => {}
    }
    let asker = login::asker(state, call)?;
    if state.behaviour.throttled.get(&service).is_some_and(|until| *until > call.now) {
        return Err(GraphError::throttled(service));
    }
    let parts: Vec<&str> = parts
        .into_iter()
        .map(|part| match part {
            "me" if asker.opens == Opens::Page => Meta::PAGE_ID,
            part if part == Meta::user_id(&asker.person) => "me",
            part => part,
        })
        .collect();
    route(meta, state, &asker, call, &parts, fetched)
}

fn route(meta: &Meta, state: &mut State, asker: &Asker, call: &Call, parts: &[&str], fetched: FetchedMedia) -> Outcome {
    let unknown = || Err(GraphError::unknown_path(&call.path.join("/")));
    match (call.method.as_str(), parts) {
        ("GET", ["me"]) => fields::select(&pages::PERSON, &pages::person(asker), call.text("fields")),
        ("GET", ["me", "accounts"]) => pages::accounts(meta, state, asker, call),
        ("GET", ["me", "permissions"]) => Ok(login::permissions(state, asker)),
        ("DELETE", ["me", "permissions"]) => Ok(login::revoke(state, asker, None)),
        ("DELETE", ["me", "permissions", one]) => Ok(login::revoke(state, asker, Some(one))),
        ("GET", ["me", "adaccounts"]) => ads::list(meta, state, asker, call),
        ("GET", [account]) if account.starts_with("act_") => ads::read(state, asker, call),
        ("GET", [Meta::PAGE_ID]) => pages::read(meta, state, asker, call, None),
        ("GET", [Meta::PAGE_ID, edge]) => pages::read(meta, state, asker, call, Some(edge)),
        ("POST", [Meta::PAGE_ID, "feed"]) => posts::feed(state, asker, call),
        ("POST", [Meta::PAGE_ID, "photos"]) => posts::photo(meta, state, asker, call, fetched),
        ("GET", [Meta::INSTAGRAM_ID]) => instagram::read(meta, state, asker, call, None),
        ("GET", [Meta::INSTAGRAM_ID, edge]) => instagram::read(meta, state, asker, call, Some(edge)),
        ("POST", [Meta::INSTAGRAM_ID, "media"]) => instagram::create(meta, state, asker, call, fetched),
        ("POST", [Meta::INSTAGRAM_ID, "media_publish"]) => instagram::publish(state, asker, call),
        ("GET", [id]) if state.containers.contains_key(*id) => instagram::look(state, asker, call),
        ("GET", [id]) if state.posts.contains_key(*id) => pages::read_post(meta, state, asker, call, None),
        ("GET", [id, edge]) if state.posts.contains_key(*id) => pages::read_post(meta, state, asker, call, Some(edge)),
        ("GET", [id]) if state.media.contains_key(*id) => instagram::read_medium(meta, state, asker, call, None),
        ("GET", [id, edge]) if state.media.contains_key(*id) => {
            instagram::read_medium(meta, state, asker, call, Some(edge))
        }
        ("GET", [_]) => pages::read_photo(meta, state, asker, call),
        ("POST", [id]) if id.contains('_') => posts::edit(state, asker, call),
        ("DELETE", [id]) if state.media.contains_key(*id) => instagram::delete(state, asker, id),
        ("DELETE", [id]) => posts::delete(state, asker, id),
        _ => unknown(),
    }
}

/// The usage headers of an answer (contract 4).
fn usage(state: &State, service: Service, call: &Call) -> Vec<(&'static str, String)> {
    let percent = state.behaviour.usage_percent;
    let wait = state.behaviour.throttled.get(&service).filter(|until| **until > call.now);
    let minutes = wait.map_or(0, |until| ((*until - call.now).num_seconds() + 59) / 60);
    let percent = if wait.is_some() { 100 } else { percent };
    let share = json!({"call_count": percent, "total_time": percent, "total_cputime": percent});
    let of_token = call.token.as_ref().and_then(|token| state.tokens.get(token));
    let (id, kind) = match service {
        Service::Instagram => (Meta::INSTAGRAM_ID, "instagram"),
        Service::MetaAds => (Meta::AD_ACCOUNT_ID.trim_start_matches("act_"), "ads_management"),
        _ if of_token.is_some_and(|token| token.opens == Opens::Page) => (Meta::PAGE_ID, "pages"),
        _ => return vec![("x-app-usage", share.to_string())],
    };
    let mut one: Value = share;
    one["type"] = json!(kind);
    one["estimated_time_to_regain_access"] = json!(minutes);
    let mut headers = vec![];
    if service == Service::MetaAds {
        one["ads_api_access_tier"] = json!("standard_access");
        let of_account = json!({"acc_id_util_pct": percent, "reset_time_duration": minutes * 60,
            "ads_api_access_tier": "standard_access"});
        headers.push(("x-ad-account-usage", of_account.to_string()));
    }
    headers.push(("x-business-use-case-usage", json!({id: [one]}).to_string()));
    headers
}

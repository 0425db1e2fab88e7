//! Mailchimp: consent, the Marketing API 3.0 for audiences, templates, files and campaigns, and the archive in which a
//! mail can be read (contract: `email.md` 1). What was chosen where the contract is silent stands in `docs.md`.

mod actions;
mod campaigns;
mod controls;
mod problem;
mod state;
mod trim;

use std::io;

use aos_kernel::Timestamp;
use axum::{
    Json, Router,
    extract::{Request, State as Extract},
    http::{Method, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::any,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde_json::{Value, json};
use url::Url;

pub use state::{MailAudience, MailFigures, MailchimpCampaign, MailchimpStatus};

use super::{
    Ground,
    arrival::Arrival,
    consent::{self, Answer, Person},
    grants::{Asked, GrantSettings, Grants, Refusal, Standing},
    kept::Kept,
    pictures::Pictures,
};
use crate::{faults::Service, observe};
use problem::{Outcome, Problem};
use state::{State, Template, list_node};

const SETTINGS: GrantSettings = GrantSettings {
    client_id: "agency-os",
    client_secret: "sandbox-client-secret",
    scope_separator: ' ',
    pkce: false,
    code_seconds: 600,
    access_seconds: None,
    refresh_seconds: None,
    rotates: false,
};

const HOSTS: &[&str] =
    &["login.mailchimp.com", "us21.api.mailchimp.com", "us21.campaign-archive.com", "eepurl.com", "mcusercontent.com"];
const DECLINED: &[(&str, &str)] = &[("error", "access_denied")];

/// Handle of simulated Mailchimp. Cloning shares it.
#[derive(Clone)]
pub struct Mailchimp {
    ground: Ground,
    kept: Kept<State>,
    pictures: Pictures,
}

impl Mailchimp {
    pub(super) fn open(ground: Ground) -> io::Result<Self> {
        let kept = Kept::open(ground.folder.as_ref(), "mailchimp", State::fresh)?;
        let pictures = Pictures::open(ground.folder.as_deref());
        Ok(Self { ground, kept, pictures })
    }

    fn people() -> Vec<Person> {
        let person = |key: &str, name: &str, detail: &str| Person {
            key: key.to_owned(),
            name: name.to_owned(),
            detail: detail.to_owned(),
        };
        vec![
            person("anna", "Anna Berg", "owns the account Harbour & Pine with two audiences"),
            person("ben", "Ben Osei", "owns an account without an audience"),
        ]
    }

    pub(super) fn router(&self) -> Router {
        let mut router = Router::new();
        for host in HOSTS {
            for path in [format!("/{host}"), format!("/{host}/"), format!("/{host}/{{*rest}}")] {
                router = router.route(&path, any(serve));
            }
        }
        let router = router.with_state(self.clone());
        self.ground.watched(Service::Mailchimp, problem::refusal, router).merge(self.console())
    }

    /// The person's answer without a browser.
    fn decide(&self, departure: &Url, person: Option<&str>) -> Result<Url, String> {
        if !departure.path().ends_with("/oauth2/authorize") {
            return Err("This is not the address of Mailchimp's consent.".to_owned());
        }
        let asked = consent::asked(&SETTINGS, "client_id", departure.query().unwrap_or_default());
        refuse(&asked)?;
        let back = match person {
            None => consent::way_back(&asked, DECLINED),
            Some(person) => consent::way_back(&asked, &[("code", &self.agreed(&asked, person)?)]),
        };
        back.ok_or_else(|| "There is no address to go back to.".to_owned())
    }

    fn agreed(&self, asked: &Asked, person: &str) -> Result<String, String> {
        refuse(asked)?;
        if !Self::people().iter().any(|own| own.key == person) {
            return Err(format!("Nobody here is called {person}."));
        }
        let now = self.ground.clock.now();
        Ok(self.kept.change(|state| state.grants.agree(&SETTINGS, asked, person, [], now)))
    }

    fn consent(&self, arrival: &Arrival) -> Response {
        if arrival.method != Method::POST {
            return match refuse(&consent::asked(&SETTINGS, "client_id", &arrival.query)) {
                Ok(()) => consent::ask("Mailchimp", &SETTINGS, "client_id", &arrival.query, &Self::people()),
                Err(words) => consent::refused("Mailchimp", &words),
            };
        }
        match consent::answer(&SETTINGS, "client_id", &arrival.body) {
            Ok(Answer::Agreed { asked, person, .. }) => match self.agreed(&asked, &person) {
                Ok(code) => consent::back(&asked, &[("code", &code)]),
                Err(words) => consent::refused("Mailchimp", &words),
            },
            Ok(Answer::Declined { asked }) => consent::back(&asked, DECLINED),
            Err(words) => consent::refused("Mailchimp", &words),
        }
    }

    /// `POST /oauth2/token`.
    fn token(&self, arrival: &Arrival) -> Response {
        let form = arrival.form();
        let given = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        let outcome = if given("client_id") != SETTINGS.client_id || given("client_secret") != SETTINGS.client_secret {
            Err(Refusal::InvalidClient)
        } else if given("grant_type") != "authorization_code" {
            Err(Refusal::UnsupportedGrantType)
        } else if given("code").is_empty() {
            Err(Refusal::InvalidRequest)
        } else {
            let now = self.ground.clock.now();
            self.kept.change(|state| state.grants.redeem(&SETTINGS, given("code"), given("redirect_uri"), None, now))
        };
        match outcome {
            Ok(given) => Json(json!({"access_token": given.access, "expires_in": 0, "scope": null})).into_response(),
            Err(refusal) => {
                let body = json!({"error": refusal.word(), "error_description": "The request was refused."});
                (StatusCode::BAD_REQUEST, Json(body)).into_response()
            }
        }
    }

    /// `GET /oauth2/metadata`: where the account lives.
    fn metadata(&self, arrival: &Arrival) -> Response {
        let state = self.kept.lock();
        let token = arrival.header(header::AUTHORIZATION.as_str()).and_then(|text| text.strip_prefix("OAuth "));
        let standing =
            state.grants.look(token.or_else(|| arrival.bearer()).unwrap_or_default(), self.ground.clock.now());
        let Standing::Good(holder) = standing else {
            let body = json!({"error": "invalid_token", "error_description": "The access token is not valid."});
            return (StatusCode::UNAUTHORIZED, Json(body)).into_response();
        };
        let Some(account) = state.accounts.get(&holder.person) else { return StatusCode::NOT_FOUND.into_response() };
        Json(json!({
            "dc": "us21",
            "role": "owner",
            "accountname": account.name,
            "user_id": account.number,
            "login": {"email": account.email, "login_id": account.number, "login_name": account.email},
            "login_url": "https://login.mailchimp.com",
            "api_endpoint": self.ground.at("https://us21.api.mailchimp.com"),
        }))
        .into_response()
    }

    /// A mail as its readers see it.
    fn archived(&self, id: &str) -> Response {
        let state = self.kept.lock();
        let mail = state.accounts.values().find_map(|account| account.campaigns.get(id));
        match mail {
            Some(mail) => Html(campaigns::sent_html(mail)).into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        }
    }
}

/// What the consent page does not ask.
fn refuse(asked: &Asked) -> Result<(), String> {
    Grants::refuse(&SETTINGS, asked)?;
    if consent::is_registered(&asked.redirect_uri) {
        return Ok(());
    }
    Err("The redirect address is not the one of the application.".to_owned())
}

async fn serve(Extract(mailchimp): Extract<Mailchimp>, request: Request) -> Response {
    let arrival = Arrival::read(request).await;
    let now = mailchimp.ground.clock.now();
    mailchimp.kept.lock().send_due(now);
    match (arrival.host.as_str(), arrival.method.as_str(), arrival.parts().as_slice()) {
        ("login.mailchimp.com", _, ["oauth2", "authorize"]) => mailchimp.consent(&arrival),
        ("login.mailchimp.com", "POST", ["oauth2", "token"]) => mailchimp.token(&arrival),
        ("login.mailchimp.com", "GET", ["oauth2", "metadata"]) => mailchimp.metadata(&arrival),
        ("us21.api.mailchimp.com", ..) => mailchimp.api(&arrival, now),
        ("us21.campaign-archive.com" | "eepurl.com", "GET", [id]) => mailchimp.archived(id),
        ("mcusercontent.com", "GET", [file]) => mailchimp.pictures.serve(file),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The person that a key or token speaks for.
fn person(state: &State, arrival: &Arrival, now: Timestamp) -> Result<String, Problem> {
    let sent = arrival.header(header::AUTHORIZATION.as_str()).ok_or_else(|| Problem::key(false))?;
    let (scheme, secret) = sent.split_once(' ').ok_or_else(|| Problem::key(true))?;
    let secret = match scheme {
        "Bearer" | "OAuth" => secret.to_owned(),
        "Basic" => {
            let pair = STANDARD.decode(secret).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            pair.and_then(|pair| Some(pair.split_once(':')?.1.to_owned())).ok_or_else(|| Problem::key(true))?
        }
        _ => return Err(Problem::key(true)),
    };
    if secret == Mailchimp::API_KEY && !state.keyless.iter().any(|own| own == "anna") {
        return Ok("anna".to_owned());
    }
    match state.grants.look(&secret, now) {
        Standing::Good(holder) => Ok(holder.person),
        Standing::Expired | Standing::Unknown => Err(Problem::key(true)),
    }
}

impl Mailchimp {
    fn api(&self, arrival: &Arrival, now: Timestamp) -> Response {
        let act = |state: &mut State| {
            state.requests += 1;
            let person = person(state, arrival, now)?;
            if state.limited > 0 {
                state.limited -= 1;
                return Err(Problem::too_many());
            }
            self.route(state, &person, arrival, now)
        };
        let reading = observe::is_reading(&arrival.method);
        let outcome = if reading { act(&mut self.kept.lock()) } else { self.kept.change(act) };
        match outcome {
            Ok(None) => StatusCode::NO_CONTENT.into_response(),
            Ok(Some(answer)) => {
                let (fields, exclude) = (arrival.param("fields"), arrival.param("exclude_fields"));
                Json(trim::trim(answer, fields.as_deref(), exclude.as_deref())).into_response()
            }
            Err(problem) => problem.into_response(),
        }
    }

    fn route(&self, state: &mut State, person: &str, arrival: &Arrival, now: Timestamp) -> Outcome {
        let parts: Vec<&str> = arrival.parts().into_iter().filter(|part| !part.is_empty()).collect();
        let Some(("3.0", parts)) = parts.split_first().map(|(first, rest)| (*first, rest)) else {
            return Err(Problem::not_found());
        };
        match (arrival.method.as_str(), parts) {
            ("GET", ["ping"]) => Ok(Some(json!({"health_status": "Everything's Chimpy!"}))),
            ("GET", []) => {
                let account = state.accounts.get(person).ok_or_else(|| Problem::key(true))?;
                Ok(Some(json!({"account_id": format!("{:x}", account.number), "login_id": account.number.to_string(),
                    "account_name": account.name, "email": account.email, "role": "owner", "dc": "us21",
                    "pricing_plan_type": if state.free_plan { "forever_free" } else { "monthly" },
                    "total_subscribers": account.audiences.iter().map(|list| list.members).sum::<u64>()})))
            }
            ("GET", ["lists", rest @ ..]) => lists(state, person, rest, arrival),
            ("GET" | "POST", ["templates", rest @ ..]) => templates(state, person, rest, arrival, now),
            ("POST", ["file-manager", "files"]) => self.file(state, arrival),
            ("GET", ["campaigns"]) => campaigns::list(self, state, person, arrival),
            ("POST", ["campaigns"]) => campaigns::create(self, state, person, arrival, now),
            ("GET", ["campaigns", id]) => campaigns::read(self, state, person, id, None),
            ("GET", ["campaigns", id, "content"]) => campaigns::read(self, state, person, id, Some("content")),
            ("GET", ["campaigns", id, "send-checklist"]) => actions::checklist(state, person, id),
            ("PUT", ["campaigns", id, "content"]) => campaigns::fill(self, state, person, id, arrival),
            ("PATCH", ["campaigns", id]) => campaigns::change(self, state, person, id, arrival),
            ("DELETE", ["campaigns", id]) => campaigns::delete(state, person, id),
            ("POST", ["campaigns", id, "actions", "replicate"]) => campaigns::replicate(self, state, person, id, now),
            ("POST", ["campaigns", id, "actions", action]) => actions::act(state, person, id, action, arrival, now),
            ("GET", ["reports"]) => actions::reports(state, person, arrival),
            ("GET", ["reports", id]) => actions::report(state, person, id, None),
            ("GET", ["reports", id, part]) => actions::report(state, person, id, Some(part)),
            (_, ["ping" | "lists" | "campaigns" | "reports" | "templates", ..]) => Err(Problem::method()),
            _ => Err(Problem::not_found()),
        }
    }

    /// `POST /file-manager/files`.
    fn file(&self, state: &mut State, arrival: &Arrival) -> Outcome {
        let body = arrival.json().ok_or_else(Problem::unreadable)?;
        let data = body["file_data"].as_str().and_then(|text| STANDARD.decode(text).ok());
        let data = data.ok_or_else(|| Problem::invalid("file_data", "This value should be base64-encoded."))?;
        let name = body["name"].as_str().ok_or_else(|| Problem::invalid("name", "This field is required."))?;
        let file = self.pictures.put(&Bytes::from(data));
        let url = self.ground.at(&format!("https://mcusercontent.com/{file}"));
        Ok(Some(json!({"id": state.number(), "name": name, "type": "image", "full_size_url": url})))
    }
}

fn lists(state: &State, person: &str, parts: &[&str], arrival: &Arrival) -> Outcome {
    let account = state.accounts.get(person).ok_or_else(|| Problem::key(true))?;
    let list = |id: &str| account.audiences.iter().find(|list| list.id == id).ok_or_else(Problem::not_found);
    match parts {
        [] => {
            let nodes = account.audiences.iter().map(|list| list_node(account, list)).collect();
            let shown = campaigns::paged(arrival, nodes)?;
            Ok(Some(json!({"lists": shown, "total_items": account.audiences.len()})))
        }
        [id] => Ok(Some(list_node(account, list(id)?))),
        [id, "segments"] => {
            let segments = &list(id)?.segments;
            let nodes: Vec<Value> = segments
                .iter()
                .map(|(own, name, members)| {
                    json!({"id": own.parse::<u64>().unwrap_or_default(), "name": name, "member_count": members,
                        "type": "saved", "list_id": id})
                })
                .collect();
            Ok(Some(
                json!({"segments": campaigns::paged(arrival, nodes)?, "list_id": id, "total_items": segments.len()}),
            ))
        }
        _ => Err(Problem::not_found()),
    }
}

fn templates(state: &mut State, person: &str, parts: &[&str], arrival: &Arrival, now: Timestamp) -> Outcome {
    let number = state.number();
    let account = state.accounts.get_mut(person).ok_or_else(|| Problem::key(true))?;
    let node = |own: &Template| {
        json!({"id": own.id, "name": own.name, "type": "user", "active": true,
            "date_created": own.made_at.format("%Y-%m-%dT%H:%M:%S+00:00").to_string()})
    };
    let found = |id: &str| account.templates.iter().find(|own| own.id.to_string() == id).ok_or_else(Problem::not_found);
    match (arrival.method.as_str(), parts) {
        ("GET", []) => {
            let shown = campaigns::paged(arrival, account.templates.iter().map(node).collect())?;
            Ok(Some(json!({"templates": shown, "total_items": account.templates.len()})))
        }
        ("GET", [id]) => found(id).map(|own| Some(node(own))),
        ("GET", [id, "default-content"]) => Ok(Some(json!({"sections": campaigns::sections(&found(id)?.html)}))),
        ("POST", []) => {
            let body = arrival.json().ok_or_else(Problem::unreadable)?;
            let text = |name: &str| {
                let text = body[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
                text.ok_or_else(|| Problem::invalid(name, "This field is required."))
            };
            let template = Template { id: 10_000 + number, name: text("name")?, html: text("html")?, made_at: now };
            let told = node(&template);
            account.templates.push(template);
            Ok(Some(told))
        }
        _ => Err(Problem::method()),
    }
}

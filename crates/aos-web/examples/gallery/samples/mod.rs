//! One realistic agency, drawn on every page. The snapshot tests use the same.

mod content;
mod face;
mod manage;
mod onboarding;
mod people;
mod plan;
mod planning;
mod portal;
mod told;

use std::collections::HashMap;

use aos_kernel::{Error, Timestamp};
use aos_web::{
    app,
    csrf::CsrfToken,
    error::WebError,
    flash::{Flash, Theme},
    layout::{ApprovalHead, ClientHead, ClientRail, ClientTab, Person, Place, Shell},
    ui::{Moment, Timeline, TimelineEvent},
};
use axum::response::Html;
use chrono::TimeDelta;

pub const CLIENT: &str = "0198c2f0-0000-7000-8000-000000000001";

/// The addresses that are drawn, for the index and for the tests.
pub const PAGES: &[&str] = &[
    "/sign-in",
    "/first-run",
    "/portal",
    "/approvals/strategy",
    "/approvals/requests",
    "/approvals/post",
    "/approvals/decided",
    "/edit",
    "/conflict",
    "/clients",
    "/clients/new",
    "/client",
    "/client/plan",
    "/calendar",
    "/client/calendar",
    "/client/work",
    "/client/board",
    "/client/activity",
    "/client/content",
    "/client/requests",
    "/client/request-new",
    "/client/request-edit",
    "/client/request",
    "/client/item",
    "/client/unconfirmed",
    "/client/onboarding/channels",
    "/client/onboarding/voice",
    "/client/onboarding/brand",
    "/client/onboarding/documents",
    "/client/onboarding/baseline",
    "/client/onboarding/launch",
    "/client/context",
    "/client/context-edit",
    "/client/channels",
    "/client/website",
    "/client/strategy",
    "/client/strategy-edit",
    "/content",
    "/runs",
    "/run",
    "/run-failed",
    "/users",
    "/users/invite",
    "/user",
    "/settings",
    "/settings/sign-in",
    "/account",
    "/two-factor",
    "/two-factor/scan",
    "/two-factor/on",
    "/sign-in/code",
    "/forgot",
    "/forgot/sent",
    "/reset",
    "/join",
    "/join/account",
    "/join/closed",
    "/confirm-email",
    "/tokens",
    "/audit",
    "/models",
    "/models-add",
    "/queues",
    "/system",
    "/mail",
    "/notifications",
    "/account/notifications",
    "/search",
    "/mailed",
    "/client/settings",
    "/branding",
    "/face",
    "/face/choose",
    "/face/approvals",
    "/face/approve-post",
    "/face/approve-late",
    "/face/approve-ideas",
    "/face/approve-plan",
    "/face/requests",
    "/face/request",
    "/face/request-new",
    "/face/request-back",
    "/face/calendar",
    "/face/content",
    "/face/post",
    "/face/channels",
    "/face/onboarding/brand",
    "/face/onboarding/launch",
    "/face/settings",
    "/face/people",
    "/face/guidance",
    "/design",
];

/// A page of the gallery. `empty=1` in the query: as on a fresh installation.
pub fn render(path: &str, query: &HashMap<String, String>, theme: Theme) -> Result<Html<String>, WebError> {
    let full = !query.contains_key("empty");
    let theme = match query.get("theme").map(String::as_str) {
        Some("dark") => Theme::Dark,
        Some("light") => Theme::Light,
        _ => theme,
    };
    let draw = Draw { full, theme };
    if path == "/" {
        return Ok(Html(PAGES.iter().fold(String::from("<!doctype html><title>Gallery</title>"), |html, page| {
            format!("{html}<p><a href=\"{page}\">{page}</a> <a href=\"{page}?empty=1\">empty</a></p>")
        })));
    }
    if let Some(kind) = path.strip_prefix("/errors/") {
        return Err(error(kind).into());
    }
    portal::render(&draw, path)
        .or_else(|| plan::render(&draw, path))
        .or_else(|| content::render(&draw, path))
        .or_else(|| onboarding::render(&draw, path))
        .or_else(|| planning::render(&draw, path))
        .or_else(|| manage::render(&draw, path))
        .or_else(|| people::render(&draw, path))
        .or_else(|| told::render(&draw, path))
        .or_else(|| face::render(&draw, path))
        .unwrap_or_else(|| Err(Error::not_found("page").into()))
}

fn error(kind: &str) -> Error {
    match kind {
        "403" => Error::denied("Your role does not include models.")
            .with_help("An administrator can change that under Users."),
        "409" => {
            Error::conflict("nothing_to_decide", "Noor Iqbal approved this 2 minutes ago; there is nothing to decide.")
                .with_help("Your notes were not sent. The queue shows what still waits.")
        }
        "500" => Error::internal("sample"),
        "503" => Error::storage("sample"),
        _ => Error::not_found("client"),
    }
}

/// What every sample needs to know.
pub struct Draw {
    pub full: bool,
    pub theme: Theme,
}

pub type Drawn = Option<Result<Html<String>, WebError>>;

pub fn done(page: &impl askama::Template) -> Drawn {
    Some(app::page(page))
}

impl Draw {
    pub fn shell(&self, title: &str, place: Place) -> Shell {
        Shell {
            agency: "Northlight Studio".into(),
            person: Some(Person {
                id: "ada".into(),
                name: "Ada Moreau".into(),
                email: "ada@northlight.example".into(),
                role: "Administrator".into(),
                manages: true,
            }),
            waiting: if self.full { 7 } else { 0 },
            unread: if self.full { 3 } else { 0 },
            csrf: CsrfToken("token".into()),
            theme: self.theme,
            flash: (self.full && title == "Queue")
                .then(|| Flash::good("Approved. The post is being published.").linking("See it", "/client/item")),
            ..Shell::default()
        }
        .titled(title, place)
    }
    pub fn client_shell(&self, title: &str) -> Shell {
        self.shell(title, Place::Clients).under("Clients", "/clients").under("Harbour & Vale Dental", "/client")
    }
    /// The client dashboard, as one of the client's own people has it.
    pub fn face(&self, title: &str, place: &'static str) -> Shell {
        let mut shell = self.shell(title, Place::Nowhere);
        if place != "home" {
            shell = shell.under("Harbour & Vale Dental", "/face");
        }
        shell.person = Some(Person {
            id: "p1".into(),
            name: "Maren Holt".into(),
            email: "maren@harbourvale.example".into(),
            role: "Administrator".into(),
            manages: false,
        });
        shell.client = Some(ClientRail {
            id: CLIENT.into(),
            name: "Harbour & Vale Dental".into(),
            place,
            waiting: if self.full { 3 } else { 0 },
            steps_left: if self.full { 0 } else { 6 },
            ..ClientRail::default()
        });
        shell
    }
    pub fn client(&self, tab: ClientTab) -> ClientHead {
        ClientHead {
            id: CLIENT.into(),
            name: "Harbour & Vale Dental".into(),
            website: "https://harbourvale.example/".into(),
            readiness: if self.full { "ready" } else { "setup_needed" }.into(),
            tab,
            can_edit: true,
        }
    }
    pub fn some<T>(&self, list: Vec<T>) -> Vec<T> {
        if self.full { list } else { Vec::new() }
    }
}

fn now() -> Timestamp {
    "2026-11-20T13:00:00Z".parse().unwrap_or_default()
}

/// That many minutes ago (negative: ahead).
pub fn ago(minutes: i64) -> Moment {
    Moment::new(now() - TimeDelta::minutes(minutes), chrono_tz::Europe::Berlin, now())
}

pub fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

pub fn history() -> Timeline {
    let event = |who: &str, agent, what: &str, why: Option<&str>, state: &str, minutes| TimelineEvent {
        who: who.into(),
        agent,
        what: what.into(),
        why: why.map(Into::into),
        href: None,
        at: ago(minutes),
        state: state.into(),
    };
    Timeline {
        events: vec![
            event("Copywriter", true, "handed in version 2", None, "awaiting_approval", 24),
            event(
                "Noor Iqbal",
                false,
                "sent version 1 back",
                Some("Say how long they last in years, and name the materials."),
                "rejected",
                190,
            ),
            event("Copywriter", true, "handed in version 1", None, "writing", 310),
            event("Ada Moreau", false, "approved the request", None, "approved", 2_900),
            event("SEO specialist", true, "proposed the request", None, "created", 3_000),
        ],
    }
}

pub fn approval(kind: &str) -> ApprovalHead {
    ApprovalHead {
        id: "0198c2f0-0000-7000-8000-00000000a001".into(),
        hash: "9f2c4e1ab07d3356".into(),
        kind: kind.into(),
        client: "Harbour & Vale Dental".into(),
        client_id: CLIENT.into(),
        made_by: "Copywriter".into(),
        made_by_agent: true,
        run_href: Some("/run".into()),
        since: ago(24),
        urgent: Some("Planned for tomorrow".into()),
        offline: true,
        consequence: "Published, it is number 7 of 10 this month.".into(),
        asks_once: true,
        can_decide: true,
        position: Some("3 of 7".into()),
        previous: Some("/approvals/requests".into()),
        next: Some("/approvals/strategy".into()),
        history: history(),
        ..ApprovalHead::default()
    }
}

//! The page works without a script; the palette asks for the same as a part of a page.

use aos_features::{
    people::Permission,
    read_models::search::{self, Found, FoundKind},
};
use aos_kernel::Result;
use axum::{extract::Query, response::IntoResponse};
use serde::Deserialize;

use super::views::{Hit, Palette, SearchPage};
use crate::{
    app,
    layout::{ClientTab, Place},
    paths,
    session::{Answer, Viewer},
    ui::Choice,
};

/// On the page; whoever needs more types another word.
const MOST: i64 = 50;
/// In the palette.
const FEW: i64 = 12;
/// Longer questions are cut.
const LONGEST: usize = 200;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    kind: String,
}

impl Asked {
    pub(super) fn typed(&self) -> String {
        self.q.trim().chars().take(LONGEST).collect()
    }
}

/// What can be done from anywhere, by its words; each with the right that it needs.
const ACTIONS: &[(&str, &str, &str, Option<Permission>)] = &[
    ("Go to the queue", "inbox", paths::QUEUE, None),
    ("Go to clients", "building-2", paths::CLIENTS, None),
    ("Add a client", "plus", paths::NEW_CLIENT, Some(Permission::ManageClients)),
    ("Go to content", "file-text", paths::CONTENT, None),
    ("Go to the calendar", "calendar", paths::CALENDAR, None),
    ("Go to runs", "activity", paths::RUNS, None),
    ("Look at channels that need somebody", "plug", paths::CHANNELS, None),
    ("Read notifications", "bell", paths::NOTIFICATIONS, None),
    ("Choose what I am told", "settings", paths::NOTICE_CHOICES, None),
    ("Make an API token", "key-round", paths::TOKENS, None),
    ("Change my password", "lock", paths::PASSWORD, None),
    ("My account and where I am signed in", "users", paths::ACCOUNT, None),
    ("Set up signing in with a second factor", "lock", paths::TWO_FACTOR, None),
    ("Manage users", "users", paths::USERS, Some(Permission::ManageUsers)),
    ("Manage models and budgets", "cpu", paths::MODELS, Some(Permission::ManageAgents)),
    ("Manage skills", "bot", paths::SKILLS, Some(Permission::ManageAgents)),
    ("Manage templates", "list-checks", paths::TEMPLATES, Some(Permission::ManageAgents)),
    ("Look at credentials: which secrets are kept", "key-round", paths::CREDENTIALS, Some(Permission::OperateSystem)),
    ("Look at queues and dead letters", "layers", paths::QUEUES, Some(Permission::OperateSystem)),
    ("Look at the system’s health", "activity", paths::SYSTEM, Some(Permission::OperateSystem)),
    ("Set up mail", "send", paths::MAIL, Some(Permission::OperateSystem)),
    ("Read the audit log", "scroll-text", paths::AUDIT, Some(Permission::SeeAudit)),
    ("Change the agency’s settings", "settings", paths::SETTINGS, Some(Permission::OperateSystem)),
    (
        "Set up signing in with an identity provider",
        "key-round",
        paths::SETTINGS_SIGN_IN,
        Some(Permission::OperateSystem),
    ),
    ("Change the branding", "image", paths::BRANDING, Some(Permission::OperateSystem)),
];

/// Actions that this person may take and that hold every word; all of them for no word.
fn actions(viewer: &Viewer, typed: &str) -> Vec<Hit> {
    let words: Vec<String> = typed.split_whitespace().map(str::to_lowercase).collect();
    ACTIONS
        .iter()
        .filter(|(.., right)| right.is_none_or(|right| viewer.principal.can_in_agency(right)))
        .filter(|(label, ..)| {
            let label = label.to_lowercase();
            words.iter().all(|word| label.split(' ').any(|part| part.starts_with(word.as_str())))
        })
        .map(|(label, icon, href, _)| Hit {
            kind: "Action".to_owned(),
            icon: (*icon).to_owned(),
            title: vec![aos_features::read_models::search::Piece { text: (*label).to_owned(), hit: false }],
            href: (*href).to_owned(),
            ..Hit::default()
        })
        .collect()
}

fn hit(found: Found) -> Hit {
    let tenant = found.tenant.map(|tenant| tenant.to_string()).unwrap_or_default();
    let id = found.subject;
    let (kind, icon, href) = match found.kind {
        FoundKind::Client => ("Client", "building-2", paths::client(id)),
        FoundKind::Request => ("Request", "scroll-text", paths::request(&tenant, id)),
        FoundKind::Post => ("Post", "file-text", paths::item(&tenant, id)),
        FoundKind::Work => ("Work", "list-checks", paths::client_tab(&tenant, ClientTab::Work)),
        FoundKind::Page => ("Page", "globe", found.href.clone().unwrap_or_default()),
        FoundKind::Person => ("Person", "users", paths::USERS.to_owned()),
    };
    Hit {
        kind: kind.to_owned(),
        icon: icon.to_owned(),
        outside: found.kind == FoundKind::Page,
        title: found.title,
        // What is no sentence says nothing: an address, a key.
        excerpt: found.excerpt,
        client: found.client,
        href,
    }
}

async fn hits(viewer: &Viewer, typed: &str, kind: Option<FoundKind>, most: i64) -> Result<Vec<Hit>> {
    let mut conn = viewer.read().await?;
    let found = search::find(&mut conn, &viewer.principal, typed, kind, most).await?;
    Ok(found.into_iter().map(hit).collect())
}

/// `GET /portal/search?q=…&kind=…`.
pub(super) async fn page(viewer: Viewer, Query(asked): Query<Asked>) -> Answer {
    let typed = asked.typed();
    let kind = search::kind_of(&asked.kind).unwrap_or_default();
    let hits = hits(&viewer, &typed, kind, MOST).await?;
    let people = viewer.principal.can_in_agency(Permission::ManageUsers);
    let labels = [
        ("", "All"),
        ("tenant", "Clients"),
        ("request", "Requests"),
        ("content_item", "Posts"),
        ("deliverable", "Work"),
        ("site_page", "Pages"),
        ("person", "People"),
    ];
    let mut conn = viewer.read().await?;
    let view = SearchPage {
        shell: viewer.shell(&mut conn, "Search", Place::Nowhere).await?,
        actions: if typed.is_empty() || kind.is_some() { Vec::new() } else { actions(&viewer, &typed) },
        full: i64::try_from(hits.len()).unwrap_or(MOST) >= MOST,
        hits,
        kinds: labels
            .into_iter()
            .filter(|(value, _)| people || *value != "person")
            .map(|(value, label)| Choice::new(value, label))
            .collect(),
        kind: kind.map_or_else(String::new, |kind| kind.as_str().to_owned()),
        typed,
    };
    viewer.page(&view)
}

/// `GET /portal/search/palette?q=…`: the options of the palette's list, and nothing around them.
pub(super) async fn palette(viewer: Viewer, Query(asked): Query<Asked>) -> Answer {
    let typed = asked.typed();
    let mut options = hits(&viewer, &typed, None, FEW).await?;
    let actions = actions(&viewer, &typed);
    // A client's name typed in full comes before what one can do; else what one can do is what was meant by few letters.
    options.extend(actions.into_iter().take(if typed.is_empty() { 8 } else { 6 }));
    let view = Palette { more: (!typed.is_empty()).then(|| paths::search(&typed)), typed, options };
    Ok(app::page(&view)?.into_response())
}

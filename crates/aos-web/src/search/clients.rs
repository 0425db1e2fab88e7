//! Narrowing a list to one client: a choice where there are few, else a field that finds them by name.

use aos_features::{
    people::Principal,
    read_models::{
        clients,
        search::{self, FoundKind, Piece},
    },
};
use aos_kernel::{AgencyScope, Result, TenantId};
use aos_storage::Conn;
use askama::Template;
use axum::{extract::Query, response::IntoResponse};

use super::pages::Asked;
use crate::{
    app,
    session::{Answer, Viewer},
    ui::{Choice, Choices, filters},
};

/// A choice among more than these is found faster by typing.
const FEW: usize = 40;
/// Names that are offered while somebody types.
const OFFERED: i64 = 12;

/// The field of a filter. Renders itself, with its label, for a query's `client`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "ui/client_filter.html")]
pub struct ClientFilter {
    /// What the field says when nothing is chosen: "Every client".
    all: &'static str,
    /// All of them, where they are few.
    few: Option<Choices>,
    /// What was typed, or the chosen client's name.
    typed: String,
    /// Nobody is called so, or several are.
    unknown: bool,
    chosen: Option<TenantId>,
}

impl ClientFilter {
    /// From what an address asks for: an id, or a name as it is typed where no script offers any.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn of(
        conn: &mut Conn,
        principal: &Principal,
        scope: &AgencyScope,
        asked: &str,
        all: &'static str,
    ) -> Result<Self> {
        let asked = asked.trim();
        let names = clients::names(conn, scope, FEW as i64 + 1).await?;
        let by_id: Option<TenantId> = asked.parse().ok();
        let chosen = match by_id {
            Some(id) => Some(id),
            None if asked.is_empty() => None,
            None => called(conn, principal, asked).await?,
        };
        if names.len() <= FEW {
            let choices = names.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect();
            let selected = chosen.map_or_else(String::new, |id| id.to_string());
            return Ok(Self { all, few: Some(Choices::new(choices, selected)), chosen, ..Self::default() });
        }
        let name = match chosen {
            Some(id) => clients::name(conn, scope, id).await?,
            None => None,
        };
        Ok(Self {
            all,
            few: None,
            unknown: !asked.is_empty() && chosen.is_none(),
            typed: name.unwrap_or_else(|| if by_id.is_some() { String::new() } else { asked.to_owned() }),
            chosen,
        })
    }

    /// The client to whom the list is narrowed; none for all. A name that nobody has narrows it to nothing else.
    pub fn chosen(&self) -> Option<TenantId> {
        self.chosen
    }

    /// For the addresses of this list: the id, or nothing.
    pub fn query(&self) -> String {
        self.chosen.map_or_else(String::new, |id| id.to_string())
    }
}

/// The client who is meant by a name: the one called exactly so, else the only one that has these words in its name.
async fn called(conn: &mut Conn, principal: &Principal, name: &str) -> Result<Option<TenantId>> {
    let found = search::find(conn, principal, name, Some(FoundKind::Client), OFFERED).await?;
    let same = |title: &[Piece]| words(title).to_lowercase() == name.to_lowercase();
    let meant = found.iter().find(|one| same(&one.title)).or(if let [only] = &found[..] { Some(only) } else { None });
    Ok(meant.and_then(|one| one.tenant))
}

fn words(title: &[Piece]) -> String {
    title.iter().map(|piece| piece.text.as_str()).collect()
}

/// The names that are offered.
#[derive(Template)]
#[template(source = "{% for name in names %}<option value=\"{{ name }}\"></option>{% endfor %}", ext = "html")]
struct Offered {
    names: Vec<String>,
}

/// `GET /portal/search/clients?q=…`: options for the field, and nothing around them.
pub(super) async fn offered(viewer: Viewer, Query(asked): Query<Asked>) -> Answer {
    let mut conn = viewer.read().await?;
    let found = search::find(&mut conn, &viewer.principal, &asked.typed(), Some(FoundKind::Client), OFFERED).await?;
    let names = found.iter().map(|one| words(&one.title)).collect();
    Ok(app::page(&Offered { names })?.into_response())
}

//! Shapes that many answers share.

use aos_kernel::{Actor, Page, Subject};
use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::input::sealed;
use crate::error::WebError;

/// An answer with a body.
pub type Reply<T> = Result<Json<T>, WebError>;
/// An answer about something that was made.
pub type Made<T> = Result<(StatusCode, Json<T>), WebError>;
/// An answer that says nothing but that it was done.
pub type Silent = Result<StatusCode, WebError>;

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Listed<T> {
    pub items: Vec<T>,
    /// Send it as `after` to get the next part; null when there is none.
    pub next: Option<String>,
}

impl<T> Listed<T> {
    pub fn page<S>(page: Page<S>, view: impl FnMut(S) -> T) -> Self {
        Self { items: page.items.into_iter().map(view).collect(), next: page.next.as_ref().map(sealed) }
    }
    /// A list that is never long.
    pub fn all<S>(items: Vec<S>, view: impl FnMut(S) -> T) -> Self {
        Self { items: items.into_iter().map(view).collect(), next: None }
    }
}

/// What was made, by its id.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadeId {
    pub id: Uuid,
}

/// A thing of a certain kind.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SubjectView {
    /// `request`, `content_item`, `strategy`, `crawl`, …
    pub kind: String,
    pub id: Uuid,
}

impl From<Subject> for SubjectView {
    fn from(subject: Subject) -> Self {
        Self { kind: subject.kind, id: subject.id }
    }
}
impl From<SubjectView> for Subject {
    fn from(view: SubjectView) -> Self {
        Self { kind: view.kind, id: view.id }
    }
}

/// Who did something.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ActorView {
    /// `user`, `token` (a program with a person's token), `agent` or `system`.
    pub kind: &'static str,
    /// The person, also behind a token.
    pub user_id: Option<Uuid>,
    pub token_id: Option<Uuid>,
    pub run_id: Option<Uuid>,
    /// An agent's role, or the part of the product.
    pub name: Option<String>,
}

impl From<&Actor> for ActorView {
    fn from(actor: &Actor) -> Self {
        let empty = Self { kind: "user", user_id: None, token_id: None, run_id: None, name: None };
        match actor {
            Actor::User { id } => Self { user_id: Some(id.uuid()), ..empty },
            Actor::Token { id, user } => {
                Self { kind: "token", user_id: Some(user.uuid()), token_id: Some(id.uuid()), ..empty }
            }
            Actor::Agent { role, run } => {
                Self { kind: "agent", run_id: run.map(|run| run.uuid()), name: Some(role.clone()), ..empty }
            }
            Actor::System { part } => Self { kind: "system", name: Some(part.clone()), ..empty },
        }
    }
}
impl From<Actor> for ActorView {
    fn from(actor: Actor) -> Self {
        Self::from(&actor)
    }
}

/// What the material did not carry, and what a person could bring.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct GapView {
    pub what: String,
    pub ask: String,
}

impl From<aos_capabilities::drafts::Gap> for GapView {
    fn from(gap: aos_capabilities::drafts::Gap) -> Self {
        Self { what: gap.what, ask: gap.ask }
    }
}
impl From<GapView> for aos_capabilities::drafts::Gap {
    fn from(view: GapView) -> Self {
        Self { what: view.what, ask: view.ask }
    }
}

//! What the pages of the client dashboard show.

use askama::Template;
use serde::Deserialize;

pub use super::words::Told;
use crate::{
    channels::views::ChannelsPart,
    content::{
        calendar::views::CalendarView,
        views::{ArticleView, BriefView},
    },
    forms::FieldErrors,
    layout::Shell,
    onboarding::views::{Step, Wizard},
    people::views::PeoplePart,
    strategy::views::{DeliverableView, GoalView, StrategyView},
    ui::{Diff, Moment, filters},
    website::views::Swatch,
};

/// `GET /client`: whoever belongs to several clients chooses, whoever belongs to none reads why nothing is here.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "client/choose.html")]
pub struct ChoosePage {
    pub shell: Shell,
    pub clients: Vec<OwnClient>,
}

#[derive(Clone, Debug, Default)]
pub struct OwnClient {
    pub name: String,
    pub website: String,
    pub href: String,
    /// What waits for this person there.
    pub waiting: u64,
}

/// `GET /client/{tenant}`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "client/home.html")]
pub struct HomePage {
    pub shell: Shell,
    /// `/client/{id}`.
    pub base: String,
    pub tenant: String,
    /// The first name, to be greeted with.
    pub first_name: String,
    /// "April 2026, 12 days left".
    pub period: String,
    pub todo: Vec<Todo>,
    pub goals: Vec<GoalView>,
    pub deliverables: Vec<DeliverableView>,
    pub shipped: Vec<ShippedRow>,
    pub coming: Vec<ComingRow>,
    /// Where the set-up is: what the agency does at this moment, while there is no plan yet.
    pub beginning: Option<&'static str>,
}

/// Something that waits for the client.
#[derive(Clone, Debug, Default)]
pub struct Todo {
    pub icon: &'static str,
    pub title: String,
    pub detail: String,
    pub href: String,
    /// What the button says.
    pub action: &'static str,
    pub since: Option<Moment>,
}

#[derive(Clone, Debug, Default)]
pub struct ShippedRow {
    pub title: String,
    /// On our own page.
    pub href: String,
    /// On the client's site.
    pub url: Option<String>,
    pub at: Moment,
    pub words: u64,
}

#[derive(Clone, Debug, Default)]
pub struct ComingRow {
    pub title: String,
    /// Once there is something to read.
    pub href: Option<String>,
    pub told: Told,
    /// "24 Nov, 09:00".
    pub planned: Option<String>,
}

/// `GET /client/{tenant}/approvals`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "client/approvals.html")]
pub struct ApprovalsPage {
    pub shell: Shell,
    pub tenant: String,
    pub waiting: Vec<Todo>,
    pub decided: Vec<DecidedRow>,
    /// Whether the client is asked at all, in words when not.
    pub why_none: Option<&'static str>,
    /// This person may decide.
    pub can_decide: bool,
    pub looks_on: bool,
}

#[derive(Clone, Debug, Default)]
pub struct DecidedRow {
    pub title: String,
    pub href: String,
    pub approved: bool,
    pub by: String,
    pub at: Moment,
    pub notes: Option<String>,
}

/// The head of what is decided on, in plain words.
#[derive(Clone, Debug, Default)]
pub struct AskHead {
    pub id: String,
    /// `/client/{id}/approvals/{approval}`.
    pub action: String,
    /// The hash of exactly what is on this page; goes back with the decision.
    pub hash: String,
    pub since: Moment,
    /// What approving sets off.
    pub consequence: String,
    pub can_decide: bool,
    pub why_not: Option<String>,
    pub decided: Option<crate::layout::Decision>,
    /// The next thing that waits.
    pub next: Option<String>,
    /// Drafted without a model.
    pub offline: bool,
}

impl AskHead {
    pub(crate) fn open(&self) -> bool {
        self.can_decide && self.decided.is_none()
    }
}

/// `GET /client/{tenant}/approvals/{id}` of a post.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "client/ask_post.html")]
pub struct AskPostPage {
    pub shell: Shell,
    pub ask: AskHead,
    pub article: ArticleView,
    /// What changed since the client saw it last.
    pub diff: Option<Diff>,
    /// The brief that it answers.
    pub brief: Option<BriefView>,
    /// The planned time has passed, so a new one is asked for.
    pub late: Option<LateForm>,
    pub errors: FieldErrors,
}

#[derive(Clone, Debug, Default)]
pub struct LateForm {
    pub mode: String,
    pub at: String,
    pub zone: String,
}

/// The same of ideas for posts.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "client/ask_ideas.html")]
pub struct AskIdeasPage {
    pub shell: Shell,
    pub ask: AskHead,
    pub ideas: Vec<Idea>,
}

impl AskIdeasPage {
    pub(crate) fn open_ideas(&self) -> usize {
        self.ideas.iter().filter(|idea| idea.open).count()
    }
}

#[derive(Clone, Debug, Default)]
pub struct Idea {
    pub brief: BriefView,
    /// Waits for the client's decision.
    pub open: bool,
    pub told: Told,
}

/// The same of a plan.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "client/ask_plan.html")]
pub struct AskPlanPage {
    pub shell: Shell,
    pub ask: AskHead,
    pub strategy: StrategyView,
}

/// `GET /client/{tenant}/requests`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "client/requests.html")]
pub struct RequestsPage {
    pub shell: Shell,
    pub base: String,
    pub tenant: String,
    pub requests: Vec<RequestRow>,
    pub can_ask: bool,
    pub more: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub struct RequestRow {
    pub title: String,
    pub href: String,
    pub by: String,
    pub at: Moment,
    pub told: Told,
    pub notes: Option<String>,
    pub url: Option<String>,
}

/// `GET /client/{tenant}/requests/new`, and a request that came back.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "client/request_form.html")]
pub struct RequestFormPage {
    pub shell: Shell,
    pub base: String,
    /// Where the form goes.
    pub action: String,
    pub form: AskForm,
    pub errors: FieldErrors,
    /// What the agency said when it sent the request back.
    pub notes: Option<String>,
    /// Takes the request back.
    pub close: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AskForm {
    /// Of a request that is changed: the version it started from.
    pub base_version: i64,
    pub title: String,
    pub brief: String,
    pub audience: String,
    pub keywords: String,
    pub notes: String,
}

/// `GET /client/{tenant}/requests/{id}`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "client/request.html")]
pub struct RequestPage {
    pub shell: Shell,
    pub base: String,
    pub tenant: String,
    pub brief: BriefView,
    pub by: String,
    pub at: Moment,
    pub told: Told,
    /// The stations: words, done, and the present one.
    pub stations: Vec<(&'static str, bool, bool)>,
    /// The post, once there is something to read.
    pub post: Option<String>,
    pub url: Option<String>,
    /// Where the client decides on it now.
    pub approval: Option<String>,
    pub close: Option<String>,
}

/// `GET /client/{tenant}/tasks/{activity}`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "client/task.html")]
pub struct TaskPage {
    pub shell: Shell,
    pub tenant: String,
    pub action: String,
    pub name: String,
    /// The name of the work it belongs to.
    pub about: String,
    pub since: Moment,
    /// Why it came back.
    pub notes: Option<String>,
    pub can_do: bool,
    pub why_not: Option<&'static str>,
    pub done: Option<Moment>,
    /// What was said when it was done.
    pub said: Option<String>,
    /// Done, or not wanted any more.
    pub over: bool,
}

/// `GET /client/{tenant}/calendar`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "client/calendar.html")]
pub struct CalendarPage {
    pub shell: Shell,
    pub calendar: CalendarView,
    /// What the part listens to.
    pub topics: String,
}

/// `GET /client/{tenant}/content`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "client/content.html")]
pub struct ContentPage {
    pub shell: Shell,
    pub tenant: String,
    pub shipped: Vec<ShippedRow>,
    pub coming: Vec<ComingRow>,
    pub more: Option<String>,
}

/// `GET /client/{tenant}/content/{item}`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "client/post.html")]
pub struct PostPage {
    pub shell: Shell,
    pub tenant: String,
    pub article: ArticleView,
    pub told: Told,
    pub url: Option<String>,
    pub published: Option<Moment>,
    pub planned: Option<String>,
    pub approval: Option<String>,
}

/// `GET /client/{tenant}/channels`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "client/channels.html")]
pub struct ClientChannelsPage {
    pub shell: Shell,
    pub part: ChannelsPart,
}

/// `GET /client/{tenant}/onboarding/{step}`.
#[derive(Clone, Debug, Template)]
#[template(path = "client/onboarding.html")]
pub struct ClientOnboardingPage {
    pub shell: Shell,
    pub wizard: Wizard,
}

/// `GET /client/{tenant}/settings`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "client/settings.html")]
pub struct SettingsPage {
    pub shell: Shell,
    pub base: String,
    /// `brand`, `people` or `guidance`.
    pub tab: &'static str,
    pub zone: String,
    pub website: String,
    pub colours: Vec<Swatch>,
    pub fonts: Vec<String>,
    pub logo: Option<String>,
    /// How the client speaks, as the agency was told.
    pub voice: Vec<(String, String)>,
    pub can_edit: bool,
    pub people: PeoplePart,
    /// How approvals work here, in a sentence.
    pub policy: &'static str,
    /// What agents know of the client, and how they work.
    pub context: Option<crate::markdown::CleanHtml>,
    pub skills: Vec<(String, crate::markdown::CleanHtml)>,
}

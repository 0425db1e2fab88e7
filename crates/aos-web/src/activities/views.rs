//! The queue and a client's work.

use askama::Template;

use crate::{
    content::{piece::views::Look, views::ImageView},
    forms::FieldErrors,
    layout::{ClientHead, ClientTab, Shell},
    markdown::CleanHtml,
    ui::{Choice, Choices, Diff, Graph, Moment, Timeline, VersionRow, filters},
};

/// `GET /portal`: what needs this person, most urgent first.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "activities/queue.html")]
pub struct QueuePage {
    pub shell: Shell,
    pub saved: crate::saved::views::SavedBar,
    pub items: Vec<QueueItem>,
    /// What people do by hand.
    pub tasks: Vec<TaskRow>,
    /// Where all of them stand, when these are not all.
    pub all_tasks: Option<String>,
    pub task_total: u64,
    pub filter: QueueFilter,
    /// Kinds with their counts; the empty value is "All".
    pub kinds: Vec<Choice>,
    pub clients: Choices,
    /// How much matches the filter, on this page and others; none when nothing does.
    pub summary: Option<String>,
    /// Address of the next page.
    pub more: Option<String>,
    /// How many clients there are: the empty state says what to do first.
    pub has_clients: bool,
    /// What moves meanwhile: "Harbour Dental: 4 posts are being written". Shown when nothing waits.
    pub under_way: Vec<String>,
}

/// From the URL: `?kind=post&client=…&mine=1`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueFilter {
    pub kind: String,
    pub client: String,
    /// Only what this person may decide.
    pub mine: bool,
}

impl QueueFilter {
    pub(crate) fn with_kind(&self, kind: &str) -> String {
        self.address(crate::paths::QUEUE, kind)
    }
    /// Where decisions are sent; it leads back to the same filter.
    pub(crate) fn decide(&self) -> String {
        self.address(crate::paths::QUEUE_DECIDE, &self.kind)
    }
    /// Where a task is handed in from the queue; it leads back to the same filter.
    pub(crate) fn done(&self, activity: &str) -> String {
        let path = self.address(&format!("{activity}/complete"), &self.kind);
        format!("{path}{}from=queue", if path.contains('?') { '&' } else { '?' })
    }
    fn address(&self, path: &str, kind: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("kind", kind), ("client", &self.client), ("mine", if self.mine { "1" } else { "" })] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
    pub(crate) fn is_set(&self) -> bool {
        *self != Self::default()
    }
}

/// One approval that waits.
#[derive(Clone, Debug, Default)]
pub struct QueueItem {
    pub approval: String,
    /// The hash of what the detail page shows; a decision from the list binds the same.
    pub hash: String,
    pub href: String,
    /// `strategy`, `request_list`, `post`.
    pub kind: String,
    pub title: String,
    /// One line: "1,204 words · answers “How long do veneers last?”".
    pub detail: String,
    pub client: String,
    pub client_href: String,
    pub since: Moment,
    /// Why it comes first; `None`: nothing presses.
    pub urgent: Option<String>,
    pub offline: bool,
    /// This person may decide.
    pub can_decide: bool,
    /// Otherwise why not.
    pub why_not: Option<String>,
    /// What approving does; asked once where `asks_once`.
    pub consequence: String,
    pub asks_once: bool,
}

/// Something that a person does by hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskRow {
    pub href: String,
    /// Where it is handed in.
    pub done: String,
    pub name: String,
    /// The piece that it is about, or else the pipeline.
    pub detail: String,
    pub client: String,
    pub client_href: String,
    pub since: Moment,
    pub urgent: Option<String>,
    pub can_do: bool,
    /// Whose it is instead.
    pub whose: Option<String>,
}

impl QueueItem {
    pub(crate) fn icon(&self) -> &'static str {
        match self.kind.as_str() {
            "strategy" => "target",
            "request_list" => "list-checks",
            "post" => "file-text",
            _ => "circle-check",
        }
    }
}

/// `GET /portal/clients/{id}/work`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "activities/work.html")]
pub struct WorkPage {
    pub shell: Shell,
    pub client: ClientHead,
    pub pipelines: Vec<PipelineView>,
    /// `open` (default), `done`, `all`.
    pub filter: String,
    /// `agent`, `human`, `system`; empty: everybody's.
    pub who: String,
    pub kinds: Choices,
    pub more: Option<String>,
}

/// `GET /portal/clients/{id}/work?view=board`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "activities/board.html")]
pub struct BoardPage {
    pub shell: Shell,
    pub client: ClientHead,
    pub columns: Vec<BoardColumn>,
    pub who: String,
    pub kinds: Choices,
    /// There is more than a board can show.
    pub full: bool,
}

impl WorkPage {
    pub(crate) fn board(&self) -> bool {
        false
    }
    /// The other filters, for an address that changes one.
    pub(crate) fn rest(&self) -> String {
        let pairs = [("who", self.who.as_str()), ("kind", self.kinds.selected.as_str())];
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(pairs.into_iter().filter(|(_, value)| !value.is_empty()));
        let query = query.finish();
        if query.is_empty() { query } else { format!("&{query}") }
    }
}
impl BoardPage {
    pub(crate) fn board(&self) -> bool {
        true
    }
}

#[derive(Clone, Debug, Default)]
pub struct BoardColumn {
    pub name: String,
    pub hint: String,
    pub cards: Vec<BoardCard>,
}

#[derive(Clone, Debug, Default)]
pub struct BoardCard {
    pub id: String,
    pub href: String,
    /// The post's, or the step's own.
    pub title: String,
    /// The step, or the pipeline.
    pub step: String,
    pub state: String,
    pub who: String,
    pub agent: bool,
    pub since: Moment,
    pub attempt: u32,
    pub error: Option<String>,
    pub decision_href: Option<String>,
}

/// `GET /portal/activities/{id}`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "activities/activity.html")]
pub struct ActivityPage {
    pub shell: Shell,
    pub client: ClientHead,
    pub id: String,
    pub name: String,
    pub state: String,
    pub pipeline: String,
    pub who: String,
    pub agent: bool,
    pub attempt: u32,
    pub created: Moment,
    pub since: Moment,
    /// The post that it is for.
    pub about: Option<(String, String)>,
    pub error: Option<String>,
    pub error_help: Option<String>,
    /// The reviewer's notes of the last rejection.
    pub notes: Option<String>,
    pub inputs: Vec<Datum>,
    pub outputs: Vec<Datum>,
    /// Steps that come before it, and those that wait for it.
    pub before: Vec<Neighbour>,
    pub after: Vec<Neighbour>,
    /// What is or was decided on: title, state, address.
    pub approvals: Vec<(String, String, String)>,
    pub runs: Vec<RunLine>,
    pub can_retry: bool,
    pub can_complete: bool,
    pub can_cancel: bool,
    pub events: Timeline,
}

/// A value of an input or output.
#[derive(Clone, Debug, Default)]
pub struct Datum {
    pub name: String,
    pub text: String,
    pub href: Option<String>,
    /// Of several lines.
    pub long: bool,
}

/// A step beside this one in its pipeline.
#[derive(Clone, Debug, Default)]
pub struct Neighbour {
    pub name: String,
    pub state: String,
    pub href: Option<String>,
    /// How many activities of the step there are, when it repeats.
    pub count: u64,
}

/// An attempt by an agent.
#[derive(Clone, Debug, Default)]
pub struct RunLine {
    pub href: String,
    pub state: String,
    pub attempt: u32,
    pub model: String,
    pub tokens: u64,
    /// Empty when nothing was spent, or for whoever may not see it.
    pub cost: String,
    pub started: Moment,
    pub took: String,
    pub error: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub struct PipelineView {
    pub id: String,
    /// "Blog posts, November 2026".
    pub title: String,
    /// `blog_posts`, `setup_chain`, …
    pub template: String,
    /// `running`, `completed`, `failed`, `cancelled`.
    pub state: String,
    pub started: Moment,
    pub done: u64,
    pub total: u64,
    /// In the order of the template; children follow their parent.
    pub activities: Vec<ActivityRow>,
}

impl PipelineView {
    pub(crate) fn open(&self) -> bool {
        matches!(self.state.as_str(), "running" | "failed")
    }
    pub(crate) fn progress(&self) -> crate::ui::Progress {
        let (done, total) = (self.done as f64, self.total as f64);
        crate::ui::Progress::new(done, total, None, self.state.clone(), "activities")
    }
}

#[derive(Clone, Debug, Default)]
pub struct ActivityRow {
    pub id: String,
    pub title: String,
    /// Its own page; empty for a step that is not begun.
    pub activity_href: String,
    /// `agent`, `human` or `system`.
    pub whose: String,
    /// `created` … `completed`, `failed`, `rejected`; `blocked` while others must finish first.
    pub state: String,
    /// A person's name, or an agent's role in words.
    pub who: String,
    pub agent: bool,
    pub since: Moment,
    /// "Waits for “Approve the blog requests”."
    pub blocked_by: Option<String>,
    /// The decision that it waits for.
    pub decision_href: Option<String>,
    /// What went wrong, in words for a person, and what to do.
    pub error: Option<String>,
    pub attempt: u32,
    /// The approval, post or run that this is about.
    pub href: Option<String>,
    pub run_href: Option<String>,
    pub can_retry: bool,
    /// A unit of a repeated step is drawn one level in.
    pub nested: bool,
}

/// `GET /manage/templates`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "activities/templates.html")]
pub struct TemplatesPage {
    pub shell: Shell,
    pub templates: Vec<TemplateRow>,
}

#[derive(Clone, Debug, Default)]
pub struct TemplateRow {
    pub key: String,
    pub name: String,
    /// The deliverable type that it produces, in words.
    pub makes: Option<String>,
    pub steps: u64,
    pub version: u32,
    pub built_in: bool,
    pub by: String,
    pub at: Moment,
}

/// `GET/POST /manage/templates/{key}`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "activities/template.html")]
pub struct TemplatePage {
    pub shell: Shell,
    pub key: String,
    pub version: u32,
    pub built_in: bool,
    pub graph: Graph,
    pub steps: Vec<StepRow>,
    pub versions: Vec<VersionRow>,
    /// What the version that was asked for changed.
    pub diff: Option<Diff>,
    /// As it is edited.
    pub json: String,
    pub errors: FieldErrors,
}

#[derive(Clone, Debug, Default)]
pub struct StepRow {
    pub name: String,
    pub assignee: String,
    pub agent: bool,
    /// What does it; empty for approvals and for what people hand in.
    pub kind: String,
    pub is_approval: bool,
    pub repeats: bool,
    /// Names of the steps that come before it.
    pub after: Vec<String>,
}

/// `GET /a/{token}`: what a person decides from a mail, without signing in.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "activities/mailed.html")]
pub struct MailedPage {
    pub shell: Shell,
    pub client: String,
    /// Whose decision it is.
    pub reader: String,
    /// What waits is not what waited when the mail was written.
    pub changed: bool,
    pub pieces: Vec<MailedPiece>,
    pub decided: Vec<MailedDecided>,
    pub expires: Moment,
    pub errors: FieldErrors,
    /// As they were sent, when the form comes back.
    pub notes: String,
    /// Why there is nothing at all, and what to do.
    pub nothing: Option<(String, String)>,
}

/// One thing that is to be decided on.
#[derive(Clone, Debug, Default)]
pub struct MailedPiece {
    /// `id:hash`: goes back with the decision.
    pub value: String,
    /// "Blog post", "Brief", "Strategy".
    pub kind: String,
    pub title: String,
    /// A piece that is no article, as its readers will see it.
    pub look: Option<Look>,
    /// The featured one of an article.
    pub image: Option<ImageView>,
    pub lead: String,
    pub html: CleanHtml,
    pub facts: Vec<(String, String)>,
    /// What approving sets off.
    pub consequence: String,
    pub offline: bool,
    pub since: Moment,
}

/// One thing that was decided.
#[derive(Clone, Debug, Default)]
pub struct MailedDecided {
    pub title: String,
    pub state: String,
    pub by: String,
    pub at: Moment,
    pub notes: Option<String>,
}

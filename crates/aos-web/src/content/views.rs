//! Requests, posts, their approvals.

use askama::Template;
use serde::Deserialize;

use crate::{
    forms::FieldErrors,
    layout::{ApprovalHead, ClientHead, ClientTab, Shell},
    markdown::CleanHtml,
    ui::{Choice, Choices, Diff, Gap, Moment, Source, Timeline, filters},
};

/// `GET /portal/approvals/{id}` of a list of requests.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "content/approval_requests.html")]
pub struct RequestListApprovalPage {
    pub shell: Shell,
    pub approval: ApprovalHead,
    pub requests: Vec<BriefView>,
    /// How many the deliverable asks for this month.
    pub wanted: u32,
    pub gaps: Vec<Gap>,
}

impl RequestListApprovalPage {
    pub(crate) fn undecided(&self) -> usize {
        self.requests.iter().filter(|request| request.state == "pending_approval").count()
    }
}

/// A request as a brief.
#[derive(Clone, Debug, Default)]
pub struct BriefView {
    pub id: String,
    pub title: String,
    pub brief: String,
    /// The main one first.
    pub keywords: Vec<String>,
    /// `informational`, `commercial`, `transactional`, `navigational`.
    pub intent: String,
    pub audience: String,
    pub outline: Vec<String>,
    pub sources: Vec<Source>,
    pub notes: String,
    /// `draft`, `pending_approval`, `approved`, `rejected`, …
    pub state: String,
    /// The reviewer's words, when it was rejected.
    pub rejection: Option<String>,
}

/// `GET /portal/approvals/{id}` of a post.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "content/approval_post.html")]
pub struct PostApprovalPage {
    pub shell: Shell,
    pub approval: ApprovalHead,
    pub article: ArticleView,
    pub brief: Option<BriefView>,
    /// Against the version before; `None` for the first.
    pub diff: Option<Diff>,
    pub publish: PublishForm,
    pub errors: FieldErrors,
    /// Where the text is edited (`?edit=1`).
    pub edit_href: Option<String>,
}

/// An article as it will look.
#[derive(Clone, Debug, Default)]
pub struct ArticleView {
    pub title: String,
    pub slug: String,
    /// The address it will get: "harbourdental.example/blog/how-long-do-veneers-last".
    pub address: String,
    pub excerpt: String,
    pub html: CleanHtml,
    pub image: Option<ImageView>,
    pub categories: Vec<String>,
    pub tags: Vec<String>,
    pub sources: Vec<Source>,
    pub words: u64,
    pub version: u32,
    pub author: String,
    pub author_agent: bool,
    pub at: Moment,
    /// Drafted by the `offline` provider.
    pub offline: bool,
    pub gaps: Vec<Gap>,
}

/// An image of ours, never one from elsewhere.
#[derive(Clone, Debug, Default)]
pub struct ImageView {
    pub href: String,
    pub alt: String,
    /// The page of the client's site that it comes from.
    pub from: Option<Source>,
}

/// What becomes of the post on approval.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct PublishForm {
    /// `now`, `draft` or `schedule`.
    pub mode: String,
    /// Local time of the client's zone, as `datetime-local` gives it.
    pub at: String,
    /// The zone's name, to show.
    #[serde(skip)]
    pub zone: String,
    /// The channel's id.
    pub channel: String,
    #[serde(skip)]
    pub channels: Choices,
    /// The channel in words: "WordPress, blog.harbourdental.example". `None`: nothing is connected.
    #[serde(skip)]
    pub channel_name: Option<String>,
    /// Where one is connected.
    #[serde(skip)]
    pub connect_href: String,
}

/// `GET /portal/approvals/{id}?edit=1` and `GET …/items/{id}/edit`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "content/edit.html")]
pub struct ArticleEditPage {
    pub shell: Shell,
    /// Where the form goes and where Cancel leads.
    pub action: String,
    pub back: String,
    pub client: String,
    pub form: ArticleForm,
    pub errors: FieldErrors,
    pub brief: Option<BriefView>,
    /// Somebody saved another version meanwhile: theirs against this text.
    pub conflict: Option<Conflict>,
    /// The platform's limits, for the counters: "WordPress: no limit on length".
    pub limits: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ArticleForm {
    /// The version that the text started from; another one now is a conflict.
    pub base_version: u32,
    pub title: String,
    pub slug: String,
    pub excerpt: String,
    pub markdown: String,
    /// Comma-separated.
    pub categories: String,
    /// Comma-separated.
    pub tags: String,
}

#[derive(Clone, Debug, Default)]
pub struct Conflict {
    pub by: String,
    pub at: Moment,
    pub diff: Diff,
}

/// `GET /portal/clients/{id}/content` and, without a client, `GET /portal/content`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "content/list.html")]
pub struct ContentPage {
    pub shell: Shell,
    pub client: ClientHead,
    /// `posts` (default) or `requests`.
    pub kind: String,
    /// States with their counts.
    pub states: Vec<Choice>,
    pub state: String,
    pub posts: Vec<PostRow>,
    pub requests: Vec<RequestRow>,
    pub more: Option<String>,
}

/// `GET /portal/content`: posts of every client.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "content/all.html")]
pub struct AllContentPage {
    pub shell: Shell,
    pub states: Vec<Choice>,
    pub state: String,
    pub posts: Vec<PostRow>,
    pub more: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub struct PostRow {
    pub href: String,
    pub title: String,
    /// Shown in the list of every client.
    pub client: String,
    /// `draft`, `writing`, `review`, `approved`, `scheduled`, `published`, `failed`, `unconfirmed`.
    pub state: String,
    pub words: u64,
    pub updated: Moment,
    /// Where readers find it.
    pub published_url: Option<String>,
    pub error: Option<String>,
    pub offline: bool,
}

#[derive(Clone, Debug, Default)]
pub struct RequestRow {
    pub href: String,
    pub title: String,
    pub state: String,
    /// Who asked: a name, or an agent's role.
    pub raised_by: String,
    pub agent: bool,
    /// The month it counts for; `None`: ad-hoc.
    pub counts_for: Option<String>,
    pub updated: Moment,
}

/// `GET …/requests/new`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "content/new_request.html")]
pub struct NewRequestPage {
    pub shell: Shell,
    pub client: ClientHead,
    pub form: RequestForm,
    pub errors: FieldErrors,
    pub intents: Choices,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RequestForm {
    pub title: String,
    pub brief: String,
    /// Comma-separated.
    pub keywords: String,
    pub intent: String,
    pub audience: String,
    /// One heading a line.
    pub outline: String,
    pub notes: String,
}

/// `GET …/requests/{id}`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "content/request.html")]
pub struct RequestPage {
    pub shell: Shell,
    pub client: ClientHead,
    pub brief: BriefView,
    pub approval_href: Option<String>,
    pub posts: Vec<PostRow>,
    pub events: Timeline,
}

/// `GET …/items/{id}`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "content/item.html")]
pub struct ItemPage {
    pub shell: Shell,
    pub client: ClientHead,
    pub id: String,
    pub state: String,
    pub article: ArticleView,
    pub brief: Option<BriefView>,
    pub publication: Option<PublicationView>,
    pub versions: Vec<VersionRow>,
    /// The chosen two versions (`?from=1&to=3`).
    pub diff: Option<Diff>,
    pub approval_href: Option<String>,
    pub edit_href: Option<String>,
    pub events: Timeline,
}

#[derive(Clone, Debug, Default)]
pub struct PublicationView {
    /// `scheduled`, `publishing`, `published`, `unconfirmed`, `failed`, `trashed`.
    pub state: String,
    /// "WordPress, blog.harbourdental.example".
    pub channel: String,
    pub url: Option<String>,
    pub at: Option<Moment>,
    /// The platform's own reason, or what is being looked for.
    pub note: Option<String>,
    /// What the platform changed or left out.
    pub remarks: Vec<String>,
    pub can_check: bool,
    pub can_retry: bool,
    /// The site refused the image, and this person may have the post published without it.
    pub can_leave_out_image: bool,
    /// Somebody decided so.
    pub without_image: bool,
}

#[derive(Clone, Debug, Default)]
pub struct VersionRow {
    pub version: u32,
    pub author: String,
    pub agent: bool,
    pub at: Moment,
    pub words: u64,
    /// "Rejected: too long", "Approved".
    pub note: Option<String>,
    pub current: bool,
    /// The difference to the version before.
    pub diff_href: Option<String>,
}

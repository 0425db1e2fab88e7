//! Requests, posts, their approvals.

use askama::Template;
use serde::Deserialize;

use super::piece::views::{Figures, Look};
use crate::{
    forms::FieldErrors,
    layout::{ApprovalHead, ClientHead, ClientTab, Shell},
    markdown::CleanHtml,
    ui::{Choice, Choices, Diff, Frames, Gap, Moment, Source, Timeline, filters},
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
    pub priority: String,
    /// `draft`, `pending_approval`, `approved`, `rejected`, …
    pub state: String,
    /// The reviewer's words, when it was rejected.
    pub rejection: Option<String>,
    /// What only its kind has, by name.
    pub more: Vec<(&'static str, String)>,
}

/// `GET /portal/approvals/{id}` of a post.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "content/approval_post.html")]
pub struct PostApprovalPage {
    pub shell: Shell,
    pub approval: ApprovalHead,
    pub article: ArticleView,
    /// Of what is no article.
    pub figures: Option<Figures>,
    pub brief: Option<BriefView>,
    /// Against the version before; `None` for the first.
    pub diff: Option<Diff>,
    pub publish: PublishForm,
    pub errors: FieldErrors,
    /// Where the text is edited (`?edit=1`).
    pub edit_href: Option<String>,
    pub comments: CommentsView,
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
    /// As search engines and other sites show it.
    pub frames: Frames,
    /// What is no article, as its readers will see it.
    pub look: Option<Look>,
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

/// An article that was written anew after it had been published.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Revised {
    /// The version that stands on the site.
    pub stands: u32,
    pub newest: u32,
    /// The newest waits for a decision.
    pub waits: bool,
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
    /// The channel keeps drafts that a person may publish there.
    #[serde(skip)]
    pub drafts: bool,
    /// A person sends it or hands it over.
    #[serde(skip)]
    pub by_hand: bool,
    /// Where an earlier text of it stands, which this one replaces.
    #[serde(skip)]
    pub stands: Option<String>,
    /// "Publish now".
    #[serde(skip)]
    pub now: &'static str,
    /// What approving does then.
    #[serde(skip)]
    pub on_now: String,
    #[serde(skip)]
    pub on_time: String,
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
    /// Where the text goes to be shown as it will look.
    pub preview_action: String,
    /// What is announced when somebody saves another version, which the script then says.
    pub topic: String,
    pub newest: u32,
    pub newest_by: String,
    pub article: ArticleView,
    pub measures: MeasuresView,
}

impl ArticleView {
    /// What it is called in a sentence.
    pub(crate) fn noun(&self) -> &'static str {
        self.look.as_ref().map_or("post", |look| look.noun)
    }
}

impl ArticleEditPage {
    /// What the toolbar offers: the mark, its words, its sign.
    pub(crate) const fn tools(&self) -> [(&'static str, &'static str, &'static str); 8] {
        [
            ("bold", "Bold", "B"),
            ("italic", "Italic", "I"),
            ("h2", "Heading", "H2"),
            ("h3", "Smaller heading", "H3"),
            ("link", "Link", "Link"),
            ("ul", "List", "• List"),
            ("ol", "Numbered list", "1. List"),
            ("quote", "Quotation", "“ ”"),
        ]
    }
}

/// `POST …/items/{id}/preview`: two parts of the editor, with what was typed.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "content/preview.html")]
pub struct PreviewPart {
    pub article: ArticleView,
    pub measures: MeasuresView,
}

/// The figures of a text.
#[derive(Clone, Debug, Default)]
pub struct MeasuresView {
    pub words: u64,
    pub sentences: u64,
    /// To read it.
    pub minutes: u64,
    /// LIX and what it means; none for a text that is too short.
    pub lix: Option<(String, String)>,
    pub title_length: u64,
    pub title_over: bool,
    pub excerpt_length: u64,
    pub excerpt_over: bool,
    pub keywords: Vec<KeywordLine>,
}

#[derive(Clone, Debug, Default)]
pub struct KeywordLine {
    pub keyword: String,
    pub main: bool,
    pub count: u64,
    /// "title", "opening", …: whether it stands there.
    pub places: Vec<(String, bool)>,
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
    /// What was changed, in the writer's words.
    pub note: String,
}

#[derive(Clone, Debug, Default)]
pub struct Conflict {
    pub by: String,
    pub at: Moment,
    pub diff: Diff,
    /// The form holds both edits put together.
    pub merged: bool,
    /// The texts as they are, to take from.
    pub mine: String,
    pub theirs: String,
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
    pub priorities: Choices,
    pub kinds: Vec<Choice>,
    pub of_kind: KindFields,
    /// The client's, in which the wished time is meant.
    pub zone: String,
}

/// What only some kinds of request ask for.
#[derive(Clone, Debug, Default)]
pub struct KindFields {
    /// It is made for channels.
    pub has_channels: bool,
    /// Those that can be used, and whether it is for them.
    pub channels: Vec<(Choice, bool)>,
    /// One only.
    pub one_channel: bool,
    pub connect_href: String,
    /// Empty: the kind has no formats.
    pub formats: Choices,
    pub networks: Choices,
}

#[derive(Clone, Debug, Default)]
pub struct RequestForm {
    /// `blog`, `social`, `gbp`, `newsletter`, `ad_copy`, `backlink`.
    pub kind: String,
    pub channels: Vec<String>,
    pub format: String,
    pub site: String,
    pub contact_name: String,
    pub contact_address: String,
    pub link_to: String,
    pub network: String,
    pub final_url: String,
    pub title: String,
    pub brief: String,
    /// Comma-separated.
    pub keywords: String,
    pub intent: String,
    pub audience: String,
    /// One heading a line.
    pub outline: String,
    pub notes: String,
    /// `low`, `normal` or `high`.
    pub priority: String,
    /// Local time of the client's zone, as `datetime-local` gives it; empty: no wish.
    pub planned: String,
    /// Of an edit: the version that it started from.
    pub base_version: u32,
}

/// `GET/POST …/requests/{id}/edit`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "content/edit_request.html")]
pub struct EditRequestPage {
    pub shell: Shell,
    pub client: ClientHead,
    pub id: String,
    pub form: RequestForm,
    pub errors: FieldErrors,
    pub intents: Choices,
    pub priorities: Choices,
    pub of_kind: KindFields,
    pub zone: String,
    /// Somebody saved another version meanwhile.
    pub conflict: Option<BriefConflict>,
}

#[derive(Clone, Debug, Default)]
pub struct BriefConflict {
    pub at: Moment,
    pub diff: Diff,
}

/// `GET …/requests/{id}`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "content/request.html")]
pub struct RequestPage {
    pub shell: Shell,
    pub client: ClientHead,
    pub brief: BriefView,
    pub approval_href: Option<String>,
    pub edit_href: Option<String>,
    /// The wished time, while nothing was made of it.
    pub planned: Option<Moment>,
    pub posts: Vec<PostRow>,
    pub events: Timeline,
}

/// The comments of a post, and the form for another: include `content/comments.html` with this as `comments`.
#[derive(Clone, Debug, Default)]
pub struct CommentsView {
    /// Where a new one goes; answers go below it.
    pub action: String,
    /// The page that they stand on.
    pub back: String,
    pub may: bool,
    pub open: Vec<ThreadView>,
    pub resolved: Vec<ThreadView>,
}

/// A comment or an answer that was refused, with what was typed.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "content/comment_again.html")]
pub struct CommentAgainPage {
    pub shell: Shell,
    pub action: String,
    /// It answers a thread, so it is about no words of its own.
    pub answers: bool,
    pub quote: String,
    pub prefix: String,
    pub suffix: String,
    pub body: String,
    /// The page that it was written on.
    pub back: String,
    pub errors: FieldErrors,
}

#[derive(Clone, Debug, Default)]
pub struct ThreadView {
    pub id: String,
    /// The words that it is about, as they stand now; none for the whole post.
    pub quote: Option<String>,
    /// They are others than those that were commented on.
    pub changed: bool,
    /// No longer in the text.
    pub gone: bool,
    /// For the script, to find the words in the article.
    pub start: usize,
    pub version: u32,
    pub said: Vec<SaidView>,
}

#[derive(Clone, Debug, Default)]
pub struct SaidView {
    pub who: String,
    pub agent: bool,
    pub at: Moment,
    pub body: String,
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
    /// Another text than the newest stands on the site.
    pub revised: Option<Revised>,
    pub versions: Vec<VersionRow>,
    /// The chosen two versions (`?from=1&to=3`).
    pub diff: Option<Diff>,
    pub from: u32,
    pub to: u32,
    pub current: u32,
    pub approval_href: Option<String>,
    pub edit_href: Option<String>,
    pub comments: CommentsView,
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
    /// It may be made the newest again.
    pub can_restore: bool,
}

//! Model calls, seen from the product: always for a tenant, for a purpose and within a budget.

use std::{fmt, time::Duration};

use aos_kernel::{ErrorKind, MicroUsd, Retry, RunId, Secret, TenantId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    post::{MediaKind, PostRules},
    text::TextUnit,
};

aos_kernel::text_enum! {
    /// What a call is for. Each has one shape of answer, in [`crate::drafts`]; the offline provider composes by it.
    pub enum Purpose {
        /// Answers with [`crate::drafts::ContextDraft`].
        Context = "context",
        /// Answers with [`crate::drafts::StrategyDraft`].
        Strategy = "strategy",
        /// Answers with [`crate::drafts::TopicList`].
        Topics = "topics",
        /// Answers with [`crate::drafts::ArticleDraft`].
        Article = "article",
        /// A month's posts for social channels. Answers with [`crate::drafts::PostPlan`].
        SocialPlan = "social_plan",
        /// A month's posts for the Google Business Profile. Answers with [`crate::drafts::PostPlan`].
        GbpPlan = "gbp_plan",
        /// Answers with [`crate::drafts::NewsletterPlan`].
        NewsletterPlan = "newsletter_plan",
        /// Answers with [`crate::drafts::BacklinkTargets`].
        BacklinkTargets = "backlink_targets",
        /// Answers with [`crate::drafts::AdCopyPlan`].
        AdCopyPlan = "ad_copy_plan",
        /// A post for one channel, social or local. Answers with [`crate::drafts::SocialDraft`].
        SocialPost = "social_post",
        /// Answers with [`crate::drafts::NewsletterDraft`].
        Newsletter = "newsletter",
        /// Answers with [`crate::drafts::OutreachDraft`].
        Outreach = "outreach",
        /// Answers with [`crate::drafts::AdCopyDraft`].
        AdCopy = "ad_copy",
    }
}

/// One call.
#[derive(Clone, Debug)]
pub struct ModelRequest {
    pub tenant: TenantId,
    pub run: RunId,
    pub purpose: Purpose,
    /// Overrides the configured model; `provider/model`.
    pub model: Option<String>,
    pub system: String,
    pub messages: Vec<Message>,
    pub tools: Vec<ToolSpec>,
    /// The final answer must fit this JSON Schema.
    pub output: Option<OutputSchema>,
    pub max_output_tokens: u32,
    /// The same facts as the messages carry, as data: what the offline provider composes from.
    pub material: Option<Material>,
    /// At most this much may be spent by the run that calls, in all.
    pub run_budget: MicroUsd,
}

/// The schema of a structured answer.
#[derive(Clone, Debug)]
pub struct OutputSchema {
    pub name: String,
    pub schema: serde_json::Value,
}

/// A turn of the conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum Message {
    User { text: String },
    Assistant { text: String, tool_calls: Vec<ToolCall> },
    ToolResults { results: Vec<ToolResult> },
}

/// A tool that the model may call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolSpec {
    /// `^[a-z_]{1,64}$`, which every provider takes.
    pub name: String,
    pub description: String,
    /// JSON Schema of the arguments.
    pub parameters: serde_json::Value,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    pub id: String,
    pub name: String,
    pub arguments: serde_json::Value,
    /// What a provider wants returned unchanged with the result (thought signatures); opaque.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolResult {
    pub call_id: String,
    pub name: String,
    pub content: String,
    pub is_error: bool,
}

/// The answer: tool calls to be carried out, or the final text and, where a schema was given, its checked data.
#[derive(Clone, Debug)]
pub struct ModelReply {
    pub text: String,
    pub tool_calls: Vec<ToolCall>,
    /// Present when the request had an output schema and the answer is final; it fits the schema.
    pub output: Option<serde_json::Value>,
    pub stop: StopReason,
    pub usage: Usage,
    pub cost: MicroUsd,
    /// `provider/model` that answered.
    pub model: String,
    /// Made by extraction and templates, without a model: everything made from it says so.
    pub offline: bool,
    /// How often the answer had to be asked for again because it did not fit the schema.
    pub repairs: u32,
}

aos_kernel::text_enum! {
    pub enum StopReason { End = "end", ToolCalls = "tool_calls", Length = "length", Refused = "refused" }
}

/// Tokens; cached ones are part of `input`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub input: i64,
    pub cached_input: i64,
    pub output: i64,
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.input += other.input;
        self.cached_input += other.cached_input;
        self.output += other.output;
    }
}

/// What the client's own words and pages say, for prompts and for composing without a model.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Material {
    pub client: String,
    pub website: String,
    /// BCP 47, as detected on the site: `en`.
    pub language: Option<String>,
    /// The context file's Markdown, when there is one.
    pub context: Option<String>,
    /// What people filled in at onboarding: voice, baseline, documents.
    pub answers: serde_json::Value,
    pub pages: Vec<MaterialPage>,
    pub images: Vec<MaterialImage>,
    /// Particular to the purpose: how many topics, the brief, the reviewer's notes, titles already taken.
    pub task: Task,
}

/// A page (or document) of the client.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MaterialPage {
    pub url: String,
    pub title: String,
    pub description: String,
    /// The readable part as Markdown: headings, paragraphs, lists.
    pub markdown: String,
    pub word_count: i64,
}

/// An image of the client that may illustrate an article.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MaterialImage {
    pub url: String,
    pub alt: String,
    pub page_url: String,
}

/// What is asked of this call.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Task {
    /// How many topics, posts, targets or sets.
    pub count: u32,
    /// For an article: the approved brief.
    pub topic: Option<crate::drafts::TopicDraft>,
    /// For anything else that is written: the approved brief. For a plan that was sent back: the brief that was.
    pub brief: Option<crate::drafts::Brief>,
    /// For a plan: where its pieces may stand. For a post: the one channel that it is for.
    pub channels: Vec<TaskChannel>,
    /// For a plan of posts: the formats to choose from.
    pub formats: Vec<String>,
    /// For a plan of newsletters: the audiences to choose from. For a newsletter: the one that it goes to.
    pub audiences: Vec<TaskAudience>,
    /// For a plan: the days that it may use, from the first to the last, in the client's zone.
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// What was handed in before, when it was sent back.
    pub previous: Option<serde_json::Value>,
    /// Why it was sent back.
    pub notes: Option<String>,
    /// Titles that exist already and must not come again.
    pub taken: Vec<String>,
}

/// A channel of the client and what its platform takes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TaskChannel {
    /// What an answer names it by.
    pub key: String,
    /// `linkedin`.
    pub platform: String,
    /// As people know it: "LinkedIn: Harbour & Pine".
    pub name: String,
    /// The platform's rules in words.
    pub rules: String,
    /// The longest text, in `unit`.
    pub text: usize,
    pub unit: TextUnit,
    pub hashtags: Option<usize>,
    /// Images in one post; 0: it takes none.
    pub images: usize,
    pub media_required: bool,
    /// It has a place for a link beside the text.
    pub link: bool,
    /// Buttons, in the platform's words.
    pub actions: Vec<String>,
    /// A title beside the text, up to this many characters.
    pub title: Option<usize>,
}

impl TaskChannel {
    pub fn new(key: String, platform: &str, name: String, rules: &PostRules) -> Self {
        Self {
            key,
            platform: platform.to_owned(),
            name,
            rules: rules.in_words(),
            text: rules.text,
            unit: rules.unit,
            hashtags: rules.hashtags,
            images: rules.media.iter().find(|rule| rule.kind == MediaKind::Image).map_or(0, |rule| rule.most),
            media_required: rules.media_required,
            link: rules.link,
            actions: rules.actions.iter().map(|action| (*action).to_owned()).collect(),
            title: rules.title,
        }
    }
}

/// An audience that the client's mail platform keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskAudience {
    /// What an answer names it by.
    pub id: String,
    pub name: String,
    pub members: Option<u64>,
}

/// Receives the text of an answer as it is made.
pub trait DeltaSink: Send + Sync {
    fn delta(&self, text: &str);
}

/// The one way to a model.
#[async_trait::async_trait]
pub trait ModelGateway: Send + Sync {
    /// # Errors
    /// See [`ModelErrorKind`]; what was spent before the failure is settled in the ledger.
    async fn complete(&self, request: ModelRequest, sink: Option<&dyn DeltaSink>) -> Result<ModelReply, ModelError>;
    /// Tries a provider with a tiny call, for the test button of the Models page.
    ///
    /// # Errors
    /// As [`ModelGateway::complete`].
    async fn test(&self, provider: &ProviderConfig) -> Result<String, ModelError>;
}

aos_kernel::text_enum! {
    /// The dialect that a provider speaks.
    pub enum Dialect {
        /// Chat completions: OpenAI, Ollama, vLLM, Cloudflare AI Gateway and many others by base URL.
        OpenAi = "openai", Anthropic = "anthropic", Gemini = "gemini",
        /// No model at all: extraction and templates from the client's own words.
        Offline = "offline",
    }
}

/// A configured provider.
#[derive(Clone, Debug)]
pub struct ProviderConfig {
    /// The agency's word for it, unique: `openai`, `local-ollama`.
    pub name: String,
    pub dialect: Dialect,
    pub base_url: Option<url::Url>,
    pub key: Option<Secret>,
    pub model: String,
    /// Extra headers, e.g. `cf-aig-authorization`. Values are secrets.
    pub headers: Vec<(String, Secret)>,
    pub price: Price,
    pub timeout: Duration,
    pub max_attempts: u32,
    /// Requests a minute that this provider may get from us; 0: no limit.
    pub requests_per_minute: u32,
}

/// Price of a million tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    pub input: MicroUsd,
    pub cached_input: MicroUsd,
    pub output: MicroUsd,
}

/// Where the gateway learns which providers there are, in order of preference. Asked at each call, so that a change
/// on the Models page counts at once. An empty list means offline.
#[async_trait::async_trait]
pub trait ProviderSource: Send + Sync {
    async fn providers(&self) -> Result<Vec<ProviderConfig>, aos_kernel::Error>;
}

/// What is written to the ledger before and after a call.
#[async_trait::async_trait]
pub trait Ledger: Send + Sync {
    /// Sets aside what the call may cost at most.
    ///
    /// # Errors
    /// `BudgetExceeded` in words that name the budget that is used up.
    async fn reserve(&self, call: &LedgerCall, at_most: MicroUsd) -> Result<aos_kernel::LedgerEntryId, ModelError>;
    /// Replaces the reservation by what it cost. Safe to repeat.
    async fn settle(
        &self,
        entry: aos_kernel::LedgerEntryId,
        usage: Usage,
        cost: MicroUsd,
        failed: bool,
    ) -> Result<(), ModelError>;
}

/// Who spends, on what.
#[derive(Clone, Debug)]
pub struct LedgerCall {
    pub tenant: TenantId,
    pub run: RunId,
    pub purpose: Purpose,
    pub provider: String,
    pub model: String,
    pub run_budget: MicroUsd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelErrorKind {
    /// Key refused, no permission, no money left at the provider.
    Rejected,
    /// The provider's limit on requests or tokens.
    RateLimited,
    /// Down, overloaded, unreachable.
    Unavailable,
    TimedOut,
    /// The answer did not fit the schema, also after a repair round.
    Malformed,
    /// The answer was cut off by the token limit.
    TooLong,
    /// The model declined.
    Refused,
    /// Our own budget for the tenant or the run.
    BudgetExceeded,
    /// The request itself is wrong (unknown model, too much context).
    BadRequest,
    /// The agent repeats itself or keeps calling tools that do not exist.
    Stuck,
    /// The offline provider has nothing to compose from.
    NothingToSay,
}

/// A failed call.
#[derive(Clone, Debug)]
pub struct ModelError {
    pub kind: ModelErrorKind,
    pub retry: Retry,
    /// For a person; no payload, no key.
    pub message: String,
    pub help: Option<String>,
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
impl std::error::Error for ModelError {}

impl From<ModelError> for aos_kernel::Error {
    fn from(error: ModelError) -> Self {
        use ModelErrorKind as K;
        let (kind, code) = match error.kind {
            K::Rejected => (ErrorKind::Outside, "model_rejected"),
            K::RateLimited => (ErrorKind::Limited, "model_rate_limited"),
            K::Unavailable => (ErrorKind::Unavailable, "model_unavailable"),
            K::TimedOut => (ErrorKind::Unavailable, "model_timed_out"),
            K::Malformed => (ErrorKind::Outside, "model_malformed"),
            K::TooLong => (ErrorKind::Outside, "model_too_long"),
            K::Refused => (ErrorKind::Outside, "model_refused"),
            K::BudgetExceeded => (ErrorKind::Limited, "model_budget"),
            K::BadRequest => (ErrorKind::Outside, "model_bad_request"),
            K::Stuck => (ErrorKind::Outside, "model_stuck"),
            K::NothingToSay => (ErrorKind::Outside, "nothing_to_draft_from"),
        };
        let mut public = Self::new(kind, code, error.message).with_retry(error.retry);
        if let Some(help) = error.help {
            public = public.with_help(help);
        }
        public
    }
}

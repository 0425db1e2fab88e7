//! What an agent hands in, by purpose: schema-checked data that the owning slice's commands turn into something.
//!
//! A draft never states a fact without saying where it stands; what the material does not carry is a [`Gap`].

mod plans;
mod texts;

pub use plans::{
    AdCopyIdea, AdCopyPlan, BacklinkTarget, BacklinkTargets, Brief, NewsletterIdea, NewsletterPlan, PostIdea, PostPlan,
};
pub use texts::{ActionDraft, AdCopyDraft, MediaChoice, NewsletterDraft, OutreachDraft, SocialDraft};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something that the material did not carry, and what a person could bring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Gap {
    /// What is missing: "No page says who the customers are."
    pub what: String,
    /// What would fill it: "Upload a document that describes them, or write it into the context file."
    pub ask: String,
}

/// A statement and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Statement {
    pub text: String,
    /// URL of the page or name of the document; none only for what a person typed in.
    pub source: Option<String>,
}

/// The onboarding agent's research: the context file in parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContextDraft {
    pub overview: Vec<Statement>,
    pub products: Vec<Product>,
    pub usps: Vec<Statement>,
    pub audience: Vec<Statement>,
    pub tone: Vec<Statement>,
    pub competitors: Vec<Statement>,
    pub contact: Vec<Statement>,
    /// The words the client uses most for what they do.
    pub key_phrases: Vec<String>,
    pub gaps: Vec<Gap>,
}

/// Something that the client sells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Product {
    pub name: String,
    pub description: String,
    pub source: Option<String>,
}

/// The strategy agent's proposal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StrategyDraft {
    pub summary: String,
    pub goals: Vec<GoalDraft>,
    pub deliverables: Vec<DeliverableDraft>,
    pub platforms: Vec<String>,
    pub timeline: Vec<TimelineEntry>,
    pub rationale: String,
    pub gaps: Vec<Gap>,
}

/// An outcome with a measure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GoalDraft {
    pub name: String,
    pub description: String,
    /// One of `published_posts`, `sessions`, `rankings`, `leads`, `channel_score`, `domain_authority`, `custom`.
    pub metric: String,
    /// What the figure is counted in: "posts", "sessions a month".
    pub unit: String,
    pub baseline: Option<f64>,
    pub target: f64,
    /// Months from the approval until it is to be reached.
    pub months: u32,
}

/// A monthly commitment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeliverableDraft {
    /// `blog_posts`, `social_posts`, `backlinks`, `gbp_posts`, `website_audit`, `newsletters`, `ad_copy_sets`, `performance_report`.
    pub deliverable_type: String,
    pub name: String,
    pub monthly_quantity: u32,
    /// Position in `goals`.
    pub goal: usize,
    pub rationale: String,
}

/// A part of the recommended timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TimelineEntry {
    /// First month it covers, counted from 1.
    pub month: u32,
    pub focus: String,
}

/// What the topic research hands in: briefs for blog requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TopicList {
    pub topics: Vec<TopicDraft>,
    pub gaps: Vec<Gap>,
}

/// One proposed blog post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TopicDraft {
    pub title: String,
    /// Two to five sentences: what the post tells whom, and why it is worth writing.
    pub brief: String,
    /// The main keyword first.
    pub keywords: Vec<String>,
    /// One of `informational`, `commercial`, `transactional`, `navigational`.
    pub search_intent: String,
    pub audience: String,
    /// Headings in order.
    pub outline: Vec<String>,
    /// URLs of the pages that carry the facts.
    pub sources: Vec<String>,
    pub notes: String,
}

/// What the copywriter hands in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ArticleDraft {
    pub title: String,
    pub slug: String,
    /// One or two sentences for lists and search results.
    pub excerpt: String,
    /// CommonMark with headings from `##` down; quotations link to their source page.
    pub markdown: String,
    pub categories: Vec<String>,
    pub tags: Vec<String>,
    /// URL of one of the given images.
    pub image: Option<String>,
    /// URLs of the pages that the facts come from.
    pub sources: Vec<String>,
    pub gaps: Vec<Gap>,
}

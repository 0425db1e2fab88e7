//! The tools of the built-in runtime. They read; what an agent makes, it hands in, and the slice that asked decides.

use aos_capabilities::{
    drafts::{
        AdCopyDraft, AdCopyPlan, ArticleDraft, BacklinkTargets, ContextDraft, NewsletterDraft, NewsletterPlan,
        OutreachDraft, PostPlan, SocialDraft, StrategyDraft, TopicList,
    },
    model::{Purpose, ToolCall, ToolSpec},
};
use aos_kernel::{Result, TenantScope};
use aos_storage::Conn;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{onboarding, website};

/// Characters of one tool's answer: enough to work with, not enough to fill the context by accident.
const LONGEST_ANSWER: usize = 12_000;

/// What a tool call led to.
pub(super) enum Called {
    /// An answer for the model.
    Answer { content: String, failed: bool },
    /// The work itself.
    HandedIn(Value),
    /// There is no such tool.
    Unknown,
}

/// The tool with which an agent hands its work in, by purpose.
fn hand_in_name(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Context => "hand_in_context",
        Purpose::Strategy => "hand_in_strategy",
        Purpose::Topics
        | Purpose::SocialPlan
        | Purpose::GbpPlan
        | Purpose::NewsletterPlan
        | Purpose::BacklinkTargets
        | Purpose::AdCopyPlan => "create_requests",
        Purpose::Article | Purpose::SocialPost | Purpose::Newsletter | Purpose::Outreach | Purpose::AdCopy => {
            "write_content"
        }
    }
}

/// The JSON Schema of a purpose's answer.
pub(super) fn schema(purpose: Purpose) -> Value {
    let schema = match purpose {
        Purpose::Context => schemars::schema_for!(ContextDraft),
        Purpose::Strategy => schemars::schema_for!(StrategyDraft),
        Purpose::Topics => schemars::schema_for!(TopicList),
        Purpose::Article => schemars::schema_for!(ArticleDraft),
        Purpose::SocialPlan | Purpose::GbpPlan => schemars::schema_for!(PostPlan),
        Purpose::NewsletterPlan => schemars::schema_for!(NewsletterPlan),
        Purpose::BacklinkTargets => schemars::schema_for!(BacklinkTargets),
        Purpose::AdCopyPlan => schemars::schema_for!(AdCopyPlan),
        Purpose::SocialPost => schemars::schema_for!(SocialDraft),
        Purpose::Newsletter => schemars::schema_for!(NewsletterDraft),
        Purpose::Outreach => schemars::schema_for!(OutreachDraft),
        Purpose::AdCopy => schemars::schema_for!(AdCopyDraft),
    };
    schema.to_value()
}

/// Does the answer have the purpose's shape? The words say what does not fit.
pub(super) fn check(purpose: Purpose, answer: &Value) -> Result<(), String> {
    fn fits<T: DeserializeOwned>(answer: &Value) -> Result<(), String> {
        T::deserialize(answer).map(|_| ()).map_err(|e| e.to_string())
    }
    match purpose {
        Purpose::Context => fits::<ContextDraft>(answer),
        Purpose::Strategy => fits::<StrategyDraft>(answer),
        Purpose::Topics => fits::<TopicList>(answer),
        Purpose::Article => fits::<ArticleDraft>(answer),
        Purpose::SocialPlan | Purpose::GbpPlan => fits::<PostPlan>(answer),
        Purpose::NewsletterPlan => fits::<NewsletterPlan>(answer),
        Purpose::BacklinkTargets => fits::<BacklinkTargets>(answer),
        Purpose::AdCopyPlan => fits::<AdCopyPlan>(answer),
        Purpose::SocialPost => fits::<SocialDraft>(answer),
        Purpose::Newsletter => fits::<NewsletterDraft>(answer),
        Purpose::Outreach => fits::<OutreachDraft>(answer),
        Purpose::AdCopy => fits::<AdCopyDraft>(answer),
    }
}

/// What an agent may call for a purpose.
pub(super) fn specs(purpose: Purpose) -> Vec<ToolSpec> {
    let object = |properties: Value, required: Value| json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false });
    let tool = |name: &str, description: &str, parameters: Value| ToolSpec {
        name: name.into(),
        description: description.into(),
        parameters,
    };
    vec![
        tool("read_context", "The client's context file as it is now.", object(json!({}), json!([]))),
        tool(
            "search_pages",
            "Pages of the client's website that hold all of the words, with excerpts.",
            object(json!({ "query": { "type": "string" } }), json!(["query"])),
        ),
        tool(
            "read_page",
            "The readable text of one page of the client's website.",
            object(json!({ "url": { "type": "string" } }), json!(["url"])),
        ),
        tool(
            "read_baseline",
            "Where the client stands today, as people filled it in: voice, brand, figures.",
            object(json!({}), json!([])),
        ),
        tool(hand_in_name(purpose), "Hands in the finished work. Ends the run.", schema(purpose)),
    ]
}

/// Carries a call out.
pub(super) async fn call(conn: &mut Conn, scope: TenantScope, purpose: Purpose, call: &ToolCall) -> Result<Called> {
    let text = |name: &str| call.arguments.get(name).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
    let answer = |content: String| Called::Answer { content: shortened(content), failed: false };
    let refused = |content: &str| Called::Answer { content: content.to_owned(), failed: true };
    Ok(match call.name.as_str() {
        "read_context" => match onboarding::queries::latest_context(conn, scope).await? {
            Some(context) => answer(context.markdown),
            None => refused("There is no context file yet."),
        },
        "search_pages" => {
            let query = text("query");
            if query.is_empty() {
                return Ok(refused("The argument “query” is missing."));
            }
            let found = website::queries::search_pages(conn, scope, &query, 8).await?;
            if found.is_empty() {
                answer(format!("No page holds all of: {query}"))
            } else {
                answer(found.iter().map(|page| excerpt(page, &query)).collect::<Vec<_>>().join("\n\n"))
            }
        }
        "read_page" => {
            let url = text("url");
            let pages = website::queries::readable_pages(conn, scope, 2_000).await?;
            match pages.into_iter().find(|page| page.url == url) {
                Some(page) => answer(format!("# {}\n{}\n\n{}", page.title, page.url, page.markdown)),
                None => refused("That page was not crawled. Use an address from search_pages."),
            }
        }
        "read_baseline" => {
            let record = onboarding::queries::record(conn, scope).await?;
            answer(serde_json::to_string_pretty(&record.answers).unwrap_or_default())
        }
        name if name == hand_in_name(purpose) => match check(purpose, &call.arguments) {
            Ok(()) => Called::HandedIn(call.arguments.clone()),
            Err(why) => refused(&format!("This was not taken: {why}")),
        },
        _ => Called::Unknown,
    })
}

/// Title, address and the lines around the first word.
fn excerpt(page: &website::Page, query: &str) -> String {
    let first = query.split_whitespace().next().unwrap_or_default().to_lowercase();
    let hits: Vec<&str> = page.markdown.lines().filter(|line| line.to_lowercase().contains(&first)).take(4).collect();
    format!("## {}\n{}\n{}", page.title, page.url, shortened(hits.join("\n")))
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(LONGEST_ANSWER) {
        Some((at, _)) => format!("{}\n[shortened]", &text[..at]),
        None => text,
    }
}

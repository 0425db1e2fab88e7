//! What the sandbox model answers without a script: sensible drafts for each of the product's purposes, made from the
//! names, counts and briefs that it finds in the prompt. It states no facts about the client and says what it is.

mod article;
mod month;
mod plans;
mod prompt;
mod prose;
mod short;
mod topics;

use serde_json::{Value, json};

use super::{
    ask::{Ask, Reply, Tool},
    fit,
};
use prompt::Prompt;

/// The tool that the writer always uses once before it answers, so that the loop is exercised.
const LOOKS_UP: &str = "search_pages";
pub(super) const FILLER: &str = "Written by the sandbox model.";

pub(super) fn reply(ask: &Ask) -> Reply {
    let prompt = Prompt::read(&ask.user.join("\n"), &ask.system);
    let wanted = ask.forced_tool.as_deref().or_else(|| {
        (ask.tool_results.is_empty() && ask.tools.iter().any(|tool| tool.name == LOOKS_UP)).then_some(LOOKS_UP)
    });
    if let Some(tool) = wanted.and_then(|name| ask.tools.iter().find(|tool| tool.name == name)) {
        return Reply::call(&tool.name, arguments(tool, &prompt));
    }
    match &ask.schema {
        Some(schema) => Reply::text(draft(schema, &prompt).to_string()),
        None => Reply::text(format!("{FILLER} It is simulated and answers for {}.", prompt.client)),
    }
}

fn arguments(tool: &Tool, prompt: &Prompt) -> Value {
    let query = prompt.title.clone().or_else(|| prompt.keywords.first().cloned());
    let mut arguments = fit::example(&tool.parameters, &query.unwrap_or_else(|| prompt.client.clone()));
    if let Value::Object(fields) = &mut arguments
        && fields.is_empty()
    {
        fields.insert("query".into(), prompt.client.clone().into());
    }
    arguments
}

/// Which draft is wanted shows in the properties of the schema, since only one dialect names its schemas.
fn draft(schema: &Value, prompt: &Prompt) -> Value {
    let has = |name: &str| schema["properties"].get(name).is_some();
    let draft = if has("posts") {
        month::posts(prompt)
    } else if has("newsletters") {
        month::newsletters(prompt)
    } else if has("targets") {
        month::targets(prompt)
    } else if has("sets") {
        month::sets(prompt)
    } else if has("headlines") {
        short::ad_copy(prompt)
    } else if has("preview") {
        short::newsletter(prompt)
    } else if has("media") {
        short::post(prompt)
    } else if has("subject") {
        short::outreach(prompt)
    } else if has("markdown") {
        article::draft(prompt)
    } else if has("topics") {
        topics::draft(prompt, schema["properties"]["topics"]["minItems"].as_u64())
    } else if has("deliverables") {
        plans::strategy(prompt)
    } else if has("usps") {
        plans::context(prompt)
    } else {
        return fit::example(schema, FILLER);
    };
    fit::fit(draft, schema, FILLER)
}

/// Says that the sandbox knows nothing about the client.
fn gap() -> Value {
    json!({"what": "The sandbox model does not read the material; it fills in what any client could say.",
        "ask": "Connect a real model on the Models page to have this drafted from the client's own pages."})
}

/// A number that is the same for the same text, to vary drafts without chance.
fn seed(text: &str) -> u64 {
    // FNV-1a: small, stable between releases, and good enough to spread a few choices.
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

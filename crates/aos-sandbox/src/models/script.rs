//! Scripted answers: what a test makes the model do.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{
    ask::{Ask, Reply, Stop, ToolCall},
    writer,
};

/// One scripted answer, the same for every dialect.
#[derive(Clone, Debug, PartialEq)]
pub enum Script {
    /// What the model answers without a script.
    Default,
    Text(String),
    /// The text is this JSON.
    Json(Value),
    ToolCall {
        name: String,
        arguments: Value,
    },
    /// The same tool call for every call from now on, until [`Models::clear`](super::Models::clear).
    RepeatToolCall {
        name: String,
        arguments: Value,
    },
    /// A call of a tool that nobody offered.
    UnknownTool,
    /// A tool call whose arguments are not JSON (OpenAI, and Anthropic's stream) or no object (the others).
    MalformedArguments {
        name: String,
    },
    /// Text that looks like JSON and breaks off.
    MalformedJson,
    /// JSON that is well formed and does not fit the schema.
    WrongSchema,
    /// The answer stops at the token limit.
    CutOff,
    /// The model declines.
    Refusal,
    /// An HTTP error. `code` is OpenAI's `error.code` and Anthropic's `error.type`: `insufficient_quota`,
    /// `overloaded_error`.
    Error {
        status: u16,
        code: String,
        retry_after: Option<u64>,
    },
    /// A stream that begins well and ends with an error event; without streaming a 500.
    BreakStream,
    /// Another answer, later.
    Slow {
        milliseconds: u64,
        then: Box<Script>,
    },
}

impl Script {
    /// A tool call.
    pub fn tool(name: impl Into<String>, arguments: Value) -> Self {
        Self::ToolCall { name: name.into(), arguments }
    }
    /// An HTTP error without `Retry-After`.
    pub fn error(status: u16, code: impl Into<String>) -> Self {
        Self::Error { status, code: code.into(), retry_after: None }
    }
}

pub(super) fn carry_out(script: &Script, ask: &Ask) -> Reply {
    match script {
        // A pause has been made by the caller; what follows it never is one.
        Script::Default | Script::Slow { .. } => writer::reply(ask),
        Script::Text(text) => Reply::text(text),
        Script::Json(value) => Reply::text(value.to_string()),
        Script::ToolCall { name, arguments } | Script::RepeatToolCall { name, arguments } => {
            Reply::call(name, arguments.clone())
        }
        Script::UnknownTool => Reply::call("sandbox_unknown_tool", json!({"wish": "anything"})),
        Script::MalformedArguments { name } => Reply::Said {
            text: String::new(),
            calls: vec![ToolCall {
                name: name.clone(),
                arguments: json!("{\"query\": "),
                raw_arguments: Some("{\"query\": ".into()),
            }],
            stop: Stop::Tools,
            breaks: false,
        },
        Script::MalformedJson => Reply::text("{\"title\": \"The sandbox breaks off here, \"items\": [1, 2,"),
        Script::WrongSchema => Reply::text(json!({"sandbox": "This does not fit the schema."}).to_string()),
        Script::CutOff => said("The sandbox stops in the middle of a", Stop::Length, false),
        Script::Refusal => said("The sandbox model declines to answer this.", Stop::Refusal, false),
        Script::Error { status, code, retry_after } => Reply::Failed {
            status: StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            code: code.clone(),
            message: "The sandbox simulates this failure.".into(),
            retry_after: *retry_after,
        },
        Script::BreakStream if ask.stream => said("The sandbox begins and then", Stop::End, true),
        Script::BreakStream => carry_out(&Script::error(500, "server_error"), ask),
    }
}

fn said(text: &str, stop: Stop, breaks: bool) -> Reply {
    Reply::Said { text: text.into(), calls: Vec::new(), stop, breaks }
}

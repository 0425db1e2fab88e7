//! A question and its answer without any vendor's dialect.

use axum::http::StatusCode;
use serde_json::Value;

/// What a client asks, once its dialect has been read and checked.
#[derive(Clone, Debug, Default)]
pub(super) struct Ask {
    pub(super) model: String,
    pub(super) system: String,
    /// Texts of the user's turns, in order.
    pub(super) user: Vec<String>,
    /// Results that tools gave, in order.
    pub(super) tool_results: Vec<String>,
    pub(super) tools: Vec<Tool>,
    /// Name of the tool that must be called.
    pub(super) forced_tool: Option<String>,
    /// JSON Schema that the answer must fit.
    pub(super) schema: Option<Value>,
    pub(super) max_tokens: Option<u64>,
    pub(super) stream: bool,
    /// All that was sent, for counting tokens.
    pub(super) sent_characters: usize,
}

/// A tool that the client offers.
#[derive(Clone, Debug)]
pub(super) struct Tool {
    pub(super) name: String,
    pub(super) parameters: Value,
}

impl Ask {
    pub(super) fn mentions(&self, part: &str) -> bool {
        self.system.contains(part)
            || self.user.iter().any(|text| text.contains(part))
            || self.schema.as_ref().is_some_and(|schema| schema.to_string().contains(part))
    }
    /// A rough count, as good as a client may expect: four characters a token.
    pub(super) fn input_tokens(&self) -> u64 {
        tokens(self.sent_characters)
    }
}

/// Tokens of a text of so many characters.
pub(super) fn tokens(characters: usize) -> u64 {
    (characters as u64).div_ceil(4)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    End,
    Tools,
    Length,
    Refusal,
}

/// What the model answers.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    Said {
        text: String,
        calls: Vec<ToolCall>,
        stop: Stop,
        /// The stream ends with an error in place of its end.
        breaks: bool,
    },
    /// An error with a status, in the words of the dialect.
    Failed { status: StatusCode, code: String, message: String, retry_after: Option<u64> },
}

/// A tool that the model wants called.
#[derive(Clone, Debug)]
pub(super) struct ToolCall {
    pub(super) name: String,
    pub(super) arguments: Value,
    /// What is sent in place of the arguments, to be malformed.
    pub(super) raw_arguments: Option<String>,
}

impl ToolCall {
    /// The arguments as text.
    pub(super) fn arguments_text(&self) -> String {
        self.raw_arguments.clone().unwrap_or_else(|| self.arguments.to_string())
    }
}

impl Reply {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Said { text: text.into(), calls: Vec::new(), stop: Stop::End, breaks: false }
    }
    pub(super) fn call(name: impl Into<String>, arguments: Value) -> Self {
        let call = ToolCall { name: name.into(), arguments, raw_arguments: None };
        Self::Said { text: String::new(), calls: vec![call], stop: Stop::Tools, breaks: false }
    }
    /// Cuts the text where the caller's token limit ends it.
    pub(super) fn limited(self, most: Option<u64>) -> Self {
        match (self, most) {
            (Self::Said { text, calls, breaks, .. }, Some(most)) if tokens(text.chars().count()) > most => {
                let kept = text.chars().take(usize::try_from(most * 4).unwrap_or(usize::MAX)).collect();
                Self::Said { text: kept, calls, stop: Stop::Length, breaks }
            }
            (reply, _) => reply,
        }
    }
    pub(super) fn output_tokens(&self) -> u64 {
        match self {
            Self::Said { text, calls, .. } => {
                let called: usize = calls.iter().map(|c| c.name.len() + c.arguments_text().len()).sum();
                tokens(text.chars().count() + called)
            }
            Self::Failed { .. } => 0,
        }
    }
}

/// A text in pieces of a few words, as a stream sends it.
pub(super) fn pieces(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(48).map(|chunk| chunk.iter().collect()).collect()
}

//! One error for commands and queries: what happened, whether to try again, what a person reads.
//!
//! HTTP is decided last, in `aos-web`, from [`ErrorKind`]. A slice adds its own constructors in its `error.rs`;
//! it does not add kinds.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of thing went wrong, from the caller's side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The input does not make sense; `field` of the error says which part.
    Invalid,
    /// Nobody is signed in, or the proof they brought is not good.
    Unauthenticated,
    /// Signed in, inside the right tenant, but not allowed this.
    Denied,
    /// Not there, or not for this caller: the two look the same on purpose.
    NotFound,
    /// Somebody else was faster, or the thing is no longer in a state that allows this.
    Conflict,
    /// A limit that protects the agency was reached: budget, quota, rate.
    Limited,
    /// Something outside did not answer: a platform, a model, a website.
    Unavailable,
    /// Something outside answered in a way that can't be used.
    Outside,
    /// The storage or the machine failed: disk full, database gone.
    Storage,
    /// A defect of ours.
    Internal,
}

/// Whether the same thing may be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// It would fail the same way: a person has to change something first.
    Never,
    /// Try again, with growing pauses.
    Backoff,
    /// Try again, but not sooner than this.
    After(Duration),
}

/// An error with words for a person, a code for a program and context for the log.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    retry: Retry,
    /// Stable word for programs, e.g. `nothing_to_decide`.
    code: &'static str,
    /// What happened, in words for a person. No secret and no inner detail.
    message: String,
    /// What a person can do about it.
    help: Option<String>,
    /// The field of the input that is wrong.
    field: Option<String>,
    /// For the log only.
    context: Option<String>,
}

impl Error {
    pub fn new(kind: ErrorKind, code: &'static str, message: impl Into<String>) -> Self {
        let retry = match kind {
            ErrorKind::Unavailable | ErrorKind::Storage | ErrorKind::Limited => Retry::Backoff,
            _ => Retry::Never,
        };
        Self(Box::new(Inner { kind, retry, code, message: message.into(), help: None, field: None, context: None }))
    }
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        let mut error = Self::new(ErrorKind::Invalid, "invalid", message);
        error.0.field = Some(field.into());
        error
    }
    pub fn unauthenticated() -> Self {
        Self::new(ErrorKind::Unauthenticated, "unauthenticated", "Sign in to continue.")
    }
    pub fn denied(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Denied, "denied", message)
    }
    /// `what` is the vocabulary's word: "client", "request".
    pub fn not_found(what: &str) -> Self {
        Self::new(ErrorKind::NotFound, "not_found", format!("There is no such {what}, or it is not yours to see."))
    }
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Conflict, code, message)
    }
    pub fn limited(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Limited, code, message)
    }
    pub fn unavailable(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unavailable, code, message)
    }
    pub fn outside(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Outside, code, message)
    }
    pub fn storage(context: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Storage, "storage", "The database did not take this; nothing was changed.")
            .with_help("Try again in a moment. If it stays, an administrator should look at System health.")
            .with_context(context)
    }
    pub fn internal(context: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Internal, "internal", "Something went wrong on our side; nothing was changed.")
            .with_context(context)
    }

    #[must_use]
    pub fn with_retry(mut self, retry: Retry) -> Self {
        self.0.retry = retry;
        self
    }
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }
    #[must_use]
    pub fn with_context(mut self, context: impl fmt::Display) -> Self {
        self.0.context = Some(match self.0.context.take() {
            Some(inner) => format!("{context}: {inner}"),
            None => context.to_string(),
        });
        self
    }

    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }
    pub fn retry(&self) -> Retry {
        self.0.retry
    }
    pub fn code(&self) -> &'static str {
        self.0.code
    }
    /// What happened, for a person.
    pub fn message(&self) -> &str {
        &self.0.message
    }
    /// What a person can do.
    pub fn help(&self) -> Option<&str> {
        self.0.help.as_deref()
    }
    pub fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }
    /// For the log; never shown.
    pub fn context(&self) -> Option<&str> {
        self.0.context.as_deref()
    }
}

/// The public words only, so that `to_string()` is safe to show and to store.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}/{}: {}", self.0.kind, self.0.code, self.0.message)?;
        if let Some(field) = &self.0.field {
            write!(f, " (field {field})")?;
        }
        if let Some(context) = &self.0.context {
            write!(f, " [{context}]")?;
        }
        Ok(())
    }
}
impl std::error::Error for Error {}

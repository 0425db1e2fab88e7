//! What a person reads when a model call fails. No payload, no key.

use std::time::Duration;

use aos_capabilities::model::{ModelError, ModelErrorKind, ProviderConfig};
use aos_kernel::Retry;
use aos_outbound::{OutboundError, OutboundErrorKind};

/// A provider's own words are kept up to this many characters; some repeat the whole request.
const MAX_PROVIDER_WORDS: usize = 240;

pub fn error(kind: ModelErrorKind, retry: Retry, message: impl Into<String>, help: Option<&str>) -> ModelError {
    ModelError { kind, retry, message: message.into(), help: help.map(str::to_owned) }
}

/// A failure before an answer was there.
pub fn from_outbound(provider: &ProviderConfig, failure: &OutboundError) -> ModelError {
    let name = &provider.name;
    match failure.kind {
        OutboundErrorKind::Timeout => timed_out(provider),
        OutboundErrorKind::Blocked => error(
            ModelErrorKind::BadRequest,
            Retry::Never,
            format!("The address of the provider “{name}” is private, and private addresses are refused."),
            Some(
                "If this is meant (Ollama on this machine, for example), allow its host in the settings or with --allow-host.",
            ),
        ),
        OutboundErrorKind::InvalidUrl => error(
            ModelErrorKind::BadRequest,
            Retry::Never,
            format!("The base URL of the provider “{name}” is not a web address."),
            Some("Correct it on the Models page."),
        ),
        OutboundErrorKind::TooLarge | OutboundErrorKind::BadBody => error(
            ModelErrorKind::Malformed,
            Retry::Never,
            format!("The answer of the provider “{name}” could not be read."),
            Some("Check that the base URL leads to the API and not to a web page."),
        ),
        OutboundErrorKind::TooManyRedirects => error(
            ModelErrorKind::BadRequest,
            Retry::Never,
            format!("The provider “{name}” only redirects."),
            Some("Check the base URL on the Models page."),
        ),
        OutboundErrorKind::Dns | OutboundErrorKind::Connect | OutboundErrorKind::Tls | OutboundErrorKind::Dropped => {
            error(
                ModelErrorKind::Unavailable,
                Retry::Backoff,
                format!("The provider “{name}” could not be reached."),
                Some(
                    "Check its base URL on the Models page and whether the provider is up. It is tried again by itself.",
                ),
            )
        }
    }
}

pub fn timed_out(provider: &ProviderConfig) -> ModelError {
    error(
        ModelErrorKind::TimedOut,
        Retry::Backoff,
        format!(
            "The provider “{}” did not answer within {} seconds.",
            provider.name,
            provider.timeout.as_secs().max(1)
        ),
        Some(
            "It is tried again by itself. If this stays, raise the timeout or choose a faster model on the Models page.",
        ),
    )
}

/// The kinds that a status tells where the provider's own code says no more.
pub fn from_status(provider: &ProviderConfig, status: u16, words: &str, after: Option<Duration>) -> ModelError {
    let name = &provider.name;
    let words = said(provider, words);
    match status {
        401 | 403 => rejected(provider, &words),
        402 => out_of_money(provider),
        429 => rate_limited(provider, after),
        404 => error(
            ModelErrorKind::BadRequest,
            Retry::Never,
            format!("The provider “{name}” does not know the model “{}” or the address.{words}", provider.model),
            Some("Check the model's name and the base URL on the Models page."),
        ),
        413 => too_much(provider),
        408 | 504 => timed_out(provider),
        409 | 425 | 500..=599 => unavailable(provider, status, after),
        300..=399 => error(
            ModelErrorKind::BadRequest,
            Retry::Never,
            format!("The provider “{name}” redirects elsewhere, which a call does not follow."),
            Some("Enter the address that it redirects to as the base URL on the Models page."),
        ),
        _ => error(
            ModelErrorKind::BadRequest,
            Retry::Never,
            format!("The provider “{name}” refused the request.{words}"),
            Some("Check the model's name on the Models page; some models do not take structured answers or tools."),
        ),
    }
}

pub fn rejected(provider: &ProviderConfig, words: &str) -> ModelError {
    error(
        ModelErrorKind::Rejected,
        Retry::Never,
        format!("The provider “{}” refused the key or its permissions.{words}", provider.name),
        Some("Enter a valid key for it on the Models page."),
    )
}

pub fn out_of_money(provider: &ProviderConfig) -> ModelError {
    error(
        ModelErrorKind::Rejected,
        Retry::Never,
        format!("The account at the provider “{}” has no money or quota left.", provider.name),
        Some("Add credit at the provider, or put another provider first on the Models page."),
    )
}

pub fn rate_limited(provider: &ProviderConfig, after: Option<Duration>) -> ModelError {
    error(
        ModelErrorKind::RateLimited,
        after.map_or(Retry::Backoff, Retry::After),
        format!("The provider “{}” takes no more requests for the moment.", provider.name),
        Some("It is tried again by itself. Lower the requests a minute on the Models page if this happens often."),
    )
}

pub fn unavailable(provider: &ProviderConfig, status: u16, after: Option<Duration>) -> ModelError {
    error(
        ModelErrorKind::Unavailable,
        after.map_or(Retry::Backoff, Retry::After),
        format!("The provider “{}” is overloaded or down (status {status}).", provider.name),
        Some("It is tried again by itself."),
    )
}

/// More text than the model takes.
pub fn too_much(provider: &ProviderConfig) -> ModelError {
    error(
        ModelErrorKind::BadRequest,
        Retry::Never,
        format!("The request is longer than the model “{}” of “{}” takes.", provider.model, provider.name),
        Some("Choose a model with a larger context on the Models page, or give the agent fewer pages."),
    )
}

pub fn refused(provider: &ProviderConfig) -> ModelError {
    error(
        ModelErrorKind::Refused,
        Retry::Never,
        format!("The model of “{}” declined to answer.", provider.name),
        Some("Reword the brief or the skill, or choose another model on the Models page."),
    )
}

/// An answer that is not what the dialect says.
pub fn unreadable(provider: &ProviderConfig) -> ModelError {
    error(
        ModelErrorKind::Malformed,
        Retry::Never,
        format!("The answer of the provider “{}” is not in the form that its dialect has.", provider.name),
        Some("Check the dialect and the base URL on the Models page."),
    )
}

/// The connection ended before the answer did.
pub fn broken_off(provider: &ProviderConfig) -> ModelError {
    error(
        ModelErrorKind::Unavailable,
        Retry::Backoff,
        format!("The answer of the provider “{}” broke off.", provider.name),
        Some("It is tried again by itself."),
    )
}

/// Both the answer and its repair did not fit.
pub fn malformed(provider: &ProviderConfig, errors: usize) -> ModelError {
    let places = if errors == 1 { "one place".to_owned() } else { format!("{errors} places") };
    error(
        ModelErrorKind::Malformed,
        Retry::Never,
        format!(
            "The model “{}” of “{}” answered twice in a form that can't be used: {places} did not fit.",
            provider.model, provider.name
        ),
        Some("Start the run again, or choose a model that is better at structured answers on the Models page."),
    )
}

pub fn too_long(provider: &ProviderConfig, limit: u32) -> ModelError {
    error(
        ModelErrorKind::TooLong,
        Retry::Never,
        format!("The answer of “{}” was cut off at {limit} tokens.", provider.name),
        Some("Raise the agent's limit of output tokens, or ask for less at once."),
    )
}

pub fn bad_schema(name: &str, reason: &str) -> ModelError {
    tracing::error!(schema = name, "an output schema is not valid: {reason}");
    error(
        ModelErrorKind::BadRequest,
        Retry::Never,
        format!("The form that the answer should have (“{name}”) is itself not valid."),
        Some("This is a defect of ours: report it with the run's address."),
    )
}

/// The thread that drafted was ended.
pub fn stopped() -> ModelError {
    error(
        ModelErrorKind::Unavailable,
        Retry::Backoff,
        "Drafting was stopped before it was done.",
        Some("Start the run again. If this stays, report it with the run's address."),
    )
}

/// The provider's own words, cut and without anything secret, ready to follow a sentence.
fn said(provider: &ProviderConfig, words: &str) -> String {
    let words = without_secrets(provider, words);
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() {
        return String::new();
    }
    let cut: String = words.chars().take(MAX_PROVIDER_WORDS).collect();
    let more = if cut.len() < words.len() { "…" } else { "" };
    format!(" It says: “{cut}{more}”")
}

/// Some providers repeat (parts of) the key in their messages.
pub fn without_secrets(provider: &ProviderConfig, text: &str) -> String {
    let mut text = text.to_owned();
    for secret in provider.key.iter().chain(provider.headers.iter().map(|(_, value)| value)) {
        if !secret.is_empty() {
            text = text.replace(secret.expose(), "[secret]");
        }
    }
    // “Incorrect API key provided: sk-ab****yz”.
    text.split(' ')
        .map(|word| if word.starts_with("sk-") || word.contains("****") { "[secret]" } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}

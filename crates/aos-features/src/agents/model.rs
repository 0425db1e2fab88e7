//! Runs, their steps, providers and spending. Pure.

use aos_capabilities::model::{Dialect, Price, Purpose};
use aos_kernel::{
    ActivityId, CredentialId, Error, MicroUsd, ModelProviderId, Result, RunId, Secret, TenantId, Timestamp,
};
use aos_storage::{FromRow, Row, from_row};
use serde::Serialize;
use url::Url;

aos_kernel::text_enum! {
    pub enum RunState { Running = "running", Completed = "completed", Failed = "failed", Cancelled = "cancelled" }
}

aos_kernel::text_enum! {
    pub enum RunStepKind { ModelCall = "model_call", ToolCall = "tool_call", Note = "note" }
}

/// One attempt by an agent at one activity.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    pub id: RunId,
    pub tenant_id: TenantId,
    pub activity_id: ActivityId,
    pub attempt: i64,
    pub role: String,
    pub purpose: Purpose,
    pub state: RunState,
    /// `provider/model`; none while no call was answered.
    pub model: Option<String>,
    pub offline: bool,
    /// The context version that was injected; none where there was none yet.
    pub context_version: Option<i64>,
    /// Skills with the version that was used: `article@3`.
    pub skills: Vec<String>,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub cost: MicroUsd,
    pub output: Option<serde_json::Value>,
    pub error: Option<String>,
    pub error_help: Option<String>,
    pub cancel_requested: bool,
    pub started_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}
from_row!(Run {
    id, tenant_id, activity_id, attempt, role, parse purpose, parse state, model, offline, context_version, json skills,
    input_tokens, output_tokens, cost, output, error, error_help, cancel_requested, started_at, finished_at
});

/// One thing that happened in a run.
#[derive(Clone, Debug, Serialize)]
pub struct RunStep {
    pub number: i64,
    pub kind: RunStepKind,
    pub title: String,
    /// For a person: arguments and the beginning of the answer. No payload of a model call.
    pub detail: String,
    pub failed: bool,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub cost: MicroUsd,
    pub at: Timestamp,
}
from_row!(RunStep { number, parse kind, title, detail, failed, input_tokens, output_tokens, cost, at });

/// A model provider as configured, without its key.
#[derive(Clone, Debug, Serialize)]
pub struct ModelProvider {
    pub id: ModelProviderId,
    pub name: String,
    pub dialect: Dialect,
    pub base_url: Option<String>,
    pub model: String,
    #[serde(skip)]
    pub credential_id: Option<CredentialId>,
    pub has_key: bool,
    pub price: Price,
    pub requests_per_minute: i64,
    pub position: i64,
    pub enabled: bool,
}

impl FromRow for ModelProvider {
    fn from_row(row: &Row) -> Result<Self> {
        let credential_id: Option<CredentialId> = row.get("credential_id")?;
        Ok(Self {
            id: row.get("id")?,
            name: row.get("name")?,
            dialect: row.parse("dialect")?,
            base_url: row.get("base_url")?,
            model: row.get("model")?,
            credential_id,
            has_key: credential_id.is_some(),
            price: Price {
                input: row.get("input_price")?,
                cached_input: row.get("cached_price")?,
                output: row.get("output_price")?,
            },
            requests_per_minute: row.get("requests_per_minute")?,
            position: row.get("position")?,
            enabled: row.get("enabled")?,
        })
    }
}

/// What an administrator enters for a provider.
#[derive(Clone, Debug)]
pub struct NewProvider {
    pub name: String,
    pub dialect: Dialect,
    /// Empty for the vendor's own address.
    pub base_url: Option<String>,
    pub model: String,
    /// Write-only; `None` keeps the one that is there.
    pub key: Option<Secret>,
    /// US dollars for a million tokens.
    pub price: Price,
    pub requests_per_minute: i64,
    pub enabled: bool,
}

impl NewProvider {
    /// # Errors
    /// `Invalid` with the field.
    pub fn validate(&self) -> Result<()> {
        let name = self.name.trim();
        if name.is_empty() || name.len() > 60 || !name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) {
            return Err(Error::invalid(
                "name",
                "Use letters, digits, dots and dashes, such as “openai” or “local-ollama”.",
            ));
        }
        if self.dialect == Dialect::Offline {
            return Err(Error::invalid(
                "dialect",
                "Drafting without a model needs no provider: it is what happens without one.",
            ));
        }
        if self.model.trim().is_empty() {
            return Err(Error::invalid("model", "Enter the model's name as the provider spells it."));
        }
        if let Some(url) = &self.base_url {
            let good = Url::parse(url).is_ok_and(|u| matches!(u.scheme(), "http" | "https") && u.has_host());
            if !good {
                return Err(Error::invalid("base_url", "Enter an address such as https://api.openai.com/v1."));
            }
        }
        if [self.price.input, self.price.cached_input, self.price.output].iter().any(|p| p.0 < 0) {
            return Err(Error::invalid("price", "A price can't be negative."));
        }
        Ok(())
    }
}

/// What was spent, by client.
#[derive(Clone, Debug, Serialize)]
pub struct Spending {
    pub tenant_id: TenantId,
    pub cost: MicroUsd,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub calls: i64,
}
from_row!(Spending { tenant_id, cost, input_tokens, output_tokens, calls });

//! Shapes of runs, providers and skills.

use aos_capabilities::model::{Dialect, Price, Purpose};
use aos_features::{
    agents::{ModelProvider, NewProvider, Run, RunState, RunStep, RunStepKind, SkillVersion, Spending},
    people::{Permission, Principal},
};
use aos_kernel::{MicroUsd, Secret};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::{ActorView, words};

/// One attempt by an agent at one activity.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunView {
    pub id: Uuid,
    pub tenant_id: Uuid,
    pub activity_id: Uuid,
    pub attempt: i64,
    /// `copywriter` and the like.
    pub role: String,
    #[schema(schema_with = words::purpose)]
    pub purpose: Purpose,
    #[schema(schema_with = words::run_state)]
    pub state: RunState,
    /// `provider/model`; null while no call was answered.
    pub model: Option<String>,
    /// Without a model.
    pub offline: bool,
    /// The context version that it saw.
    pub context_version: Option<i64>,
    /// Skills with the version that was used: `article@3`.
    pub skills: Vec<String>,
    pub input_tokens: i64,
    pub output_tokens: i64,
    /// Millionths of a US dollar; null for who may not see costs.
    pub cost_micro_usd: Option<i64>,
    /// What it handed in.
    pub output: Option<Value>,
    pub error: Option<String>,
    pub error_help: Option<String>,
    pub cancel_requested: bool,
    pub started_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

impl RunView {
    pub fn for_whom(run: Run, reader: &Principal) -> Self {
        let costs = reader.can(run.tenant_id, Permission::SeeCosts);
        Self {
            id: run.id.uuid(),
            tenant_id: run.tenant_id.uuid(),
            activity_id: run.activity_id.uuid(),
            attempt: run.attempt,
            role: run.role,
            purpose: run.purpose,
            state: run.state,
            model: run.model,
            offline: run.offline,
            context_version: run.context_version,
            skills: run.skills,
            input_tokens: run.input_tokens,
            output_tokens: run.output_tokens,
            cost_micro_usd: costs.then_some(run.cost.0),
            output: run.output,
            error: run.error,
            error_help: run.error_help,
            cancel_requested: run.cancel_requested,
            started_at: run.started_at,
            finished_at: run.finished_at,
        }
    }
}

/// One thing that happened in a run.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunStepView {
    pub number: i64,
    #[schema(schema_with = words::run_step_kind)]
    pub kind: RunStepKind,
    pub title: String,
    pub detail: String,
    pub failed: bool,
    pub input_tokens: i64,
    pub output_tokens: i64,
    /// Millionths of a US dollar; null for who may not see costs.
    pub cost_micro_usd: Option<i64>,
    pub at: DateTime<Utc>,
}

impl RunStepView {
    pub fn of(step: RunStep, costs: bool) -> Self {
        Self {
            number: step.number,
            kind: step.kind,
            title: step.title,
            detail: step.detail,
            failed: step.failed,
            input_tokens: step.input_tokens,
            output_tokens: step.output_tokens,
            cost_micro_usd: costs.then_some(step.cost.0),
            at: step.at,
        }
    }
}

/// What one client's work cost.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpendingView {
    pub tenant_id: Uuid,
    pub cost_micro_usd: i64,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub calls: i64,
}

impl From<Spending> for SpendingView {
    fn from(spending: Spending) -> Self {
        Self {
            tenant_id: spending.tenant_id.uuid(),
            cost_micro_usd: spending.cost.0,
            input_tokens: spending.input_tokens,
            output_tokens: spending.output_tokens,
            calls: spending.calls,
        }
    }
}

/// Millionths of a US dollar for a million tokens.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PriceView {
    #[schema(minimum = 0)]
    pub input: i64,
    #[schema(minimum = 0)]
    pub cached_input: i64,
    #[schema(minimum = 0)]
    pub output: i64,
}

impl From<Price> for PriceView {
    fn from(price: Price) -> Self {
        Self { input: price.input.0, cached_input: price.cached_input.0, output: price.output.0 }
    }
}
impl From<PriceView> for Price {
    fn from(view: PriceView) -> Self {
        Self { input: MicroUsd(view.input), cached_input: MicroUsd(view.cached_input), output: MicroUsd(view.output) }
    }
}

/// A model provider, without its key.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProviderView {
    pub id: Uuid,
    pub name: String,
    #[schema(schema_with = words::dialect)]
    pub dialect: Dialect,
    /// Null: the vendor's own address.
    pub base_url: Option<String>,
    pub model: String,
    pub has_key: bool,
    pub price: PriceView,
    /// 0: no limit.
    pub requests_per_minute: i64,
    /// The order of preference.
    pub position: i64,
    pub enabled: bool,
}

impl From<ModelProvider> for ProviderView {
    fn from(provider: ModelProvider) -> Self {
        Self {
            id: provider.id.uuid(),
            name: provider.name,
            dialect: provider.dialect,
            base_url: provider.base_url,
            model: provider.model,
            has_key: provider.has_key,
            price: provider.price.into(),
            requests_per_minute: provider.requests_per_minute,
            position: provider.position,
            enabled: provider.enabled,
        }
    }
}

/// A model provider to be added, or as it is to be.
#[derive(Deserialize, ToSchema)]
pub struct NewProviderBody {
    /// Letters, digits, dots and dashes: `openai`.
    #[schema(min_length = 1, max_length = 60, pattern = "^[A-Za-z0-9._-]+$")]
    pub name: String,
    #[schema(schema_with = words::dialect)]
    pub dialect: Dialect,
    /// Null: the vendor's own address.
    pub base_url: Option<String>,
    #[schema(min_length = 1)]
    pub model: String,
    /// Kept encrypted, never shown. Left out: the one that is there stays; empty: it is forgotten.
    #[schema(value_type = Option<String>, write_only)]
    pub key: Option<Secret>,
    pub price: PriceView,
    /// 0: no limit.
    #[schema(minimum = 0)]
    pub requests_per_minute: i64,
    pub enabled: bool,
}

impl From<NewProviderBody> for NewProvider {
    fn from(body: NewProviderBody) -> Self {
        Self {
            name: body.name,
            dialect: body.dialect,
            base_url: body.base_url.filter(|url| !url.trim().is_empty()),
            model: body.model,
            key: body.key,
            price: body.price.into(),
            requests_per_minute: body.requests_per_minute,
            enabled: body.enabled,
        }
    }
}

/// Whether a provider answered to a tiny call.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProviderAnswer {
    pub works: bool,
    /// What it said.
    pub answer: Option<String>,
    /// Why it does not work, and what to do.
    pub problem: Option<String>,
    pub problem_help: Option<String>,
}

/// One version of a skill's file.
#[derive(Debug, Serialize, ToSchema)]
pub struct SkillView {
    pub name: String,
    pub version: i64,
    /// Markdown with front matter.
    pub text: String,
    pub made_by: ActorView,
    pub created_at: DateTime<Utc>,
}

impl From<SkillVersion> for SkillView {
    fn from(skill: SkillVersion) -> Self {
        Self {
            name: skill.name,
            version: skill.version,
            text: skill.text,
            made_by: skill.made_by.into(),
            created_at: skill.created_at,
        }
    }
}

/// A new version of a skill.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeSkill {
    /// Markdown with front matter that has `name`, `title` and `roles`; the name stays.
    #[schema(min_length = 1, max_length = 100000)]
    pub text: String,
}

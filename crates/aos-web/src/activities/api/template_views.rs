//! Shapes of pipeline templates.

use aos_features::activities::{Assignee, Template, TemplateStep, TemplateVersion};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::ActorView;

/// One version of a pipeline template.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateView {
    pub version: i64,
    pub template: TemplateContent,
    /// Ships with the program.
    pub built_in: bool,
    pub created_at: DateTime<Utc>,
    pub created_by: ActorView,
}

impl From<TemplateVersion> for TemplateView {
    fn from(version: TemplateVersion) -> Self {
        Self {
            version: version.version,
            template: version.template.into(),
            built_in: version.built_in,
            created_at: version.created_at,
            created_by: version.created_by.into(),
        }
    }
}

/// A new version of a template.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeTemplate {
    /// The version that was read before; 0 for a new template.
    #[schema(minimum = 0)]
    pub based_on: i64,
    pub template: TemplateContent,
}

/// A pipeline template.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TemplateContent {
    pub key: String,
    pub name: String,
    /// The deliverable type that it produces, if it produces one.
    pub deliverable_type: Option<String>,
    #[schema(min_items = 1)]
    pub steps: Vec<StepContent>,
}

/// One step. Steps may only name steps before them.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct StepContent {
    /// Unique in the template.
    pub key: String,
    pub name: String,
    pub assignee: AssigneeContent,
    /// What does it; null for approvals and for what people hand in.
    pub kind: Option<String>,
    /// The step whose output is this one's input.
    pub input_from: Option<String>,
    /// A person decides on each subject of `input_from`.
    #[serde(default)]
    #[schema(required = false)]
    pub is_approval: bool,
    /// One activity for each unit that the approval before it let through.
    #[serde(default)]
    #[schema(required = false)]
    pub repeat_per_unit: bool,
    #[serde(default)]
    #[schema(required = false)]
    pub blocked_by: Vec<String>,
}

/// `{"agent": "copywriter"}`, `{"human": "reviewer"}` or `"system"`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AssigneeContent {
    Agent(String),
    Human(String),
    System,
}

impl From<Template> for TemplateContent {
    fn from(template: Template) -> Self {
        let Template { key, name, deliverable_type, steps } = template;
        Self { key, name, deliverable_type, steps: steps.into_iter().map(StepContent::from).collect() }
    }
}
impl From<TemplateContent> for Template {
    fn from(content: TemplateContent) -> Self {
        let TemplateContent { key, name, deliverable_type, steps } = content;
        Self { key, name, deliverable_type, steps: steps.into_iter().map(TemplateStep::from).collect() }
    }
}

impl From<TemplateStep> for StepContent {
    fn from(step: TemplateStep) -> Self {
        let TemplateStep { key, name, assignee, kind, input_from, is_approval, repeat_per_unit, blocked_by } = step;
        let assignee = match assignee {
            Assignee::Agent(role) => AssigneeContent::Agent(role),
            Assignee::Human(role) => AssigneeContent::Human(role),
            Assignee::System => AssigneeContent::System,
        };
        Self { key, name, assignee, kind, input_from, is_approval, repeat_per_unit, blocked_by }
    }
}
impl From<StepContent> for TemplateStep {
    fn from(step: StepContent) -> Self {
        let StepContent { key, name, assignee, kind, input_from, is_approval, repeat_per_unit, blocked_by } = step;
        let assignee = match assignee {
            AssigneeContent::Agent(role) => Assignee::Agent(role),
            AssigneeContent::Human(role) => Assignee::Human(role),
            AssigneeContent::System => Assignee::System,
        };
        Self { key, name, assignee, kind, input_from, is_approval, repeat_per_unit, blocked_by }
    }
}

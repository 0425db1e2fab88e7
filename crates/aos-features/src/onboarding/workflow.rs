//! The step that writes the context file, and the reaction that starts the set-up chain.

use std::sync::Arc;

use aos_capabilities::{
    drafts::ContextDraft,
    model::{Purpose, Task},
};
use aos_kernel::{Actor, Error, Result};
use aos_storage::Tx;
use serde_json::{Value, json};

use super::{commands, context_file};
use crate::{
    steps::{Accepted, AgentAnswer, AgentRunner, AgentTask, StepContext, StepHandler, Work},
    tenants,
};

/// Asks the onboarding agent and writes its research down as a version of the context file.
pub struct WriteContext {
    agents: Arc<dyn AgentRunner>,
}

impl WriteContext {
    pub fn new(agents: Arc<dyn AgentRunner>) -> Self {
        Self { agents }
    }
}

#[async_trait::async_trait]
impl StepHandler for WriteContext {
    fn kind(&self) -> &'static str {
        super::WRITE_CONTEXT
    }

    async fn run(&self, cx: &StepContext, work: &Work) -> Result<Value> {
        let task = AgentTask {
            scope: work.scope,
            activity: work.activity.id,
            attempt: work.activity.attempt,
            role: "onboarding".into(),
            purpose: Purpose::Context,
            task: Task::default(),
        };
        let answer = self.agents.run(task, &cx.cancel).await?;
        serde_json::to_value(answer).map_err(Error::internal)
    }

    async fn accept(&self, tx: &mut Tx, work: &Work, result: Value) -> Result<Accepted> {
        let answer: AgentAnswer = serde_json::from_value(result).map_err(Error::internal)?;
        let draft: ContextDraft = serde_json::from_value(answer.output).map_err(Error::internal)?;
        let client = tenants::queries::tenant(tx, work.scope).await?.name;
        let markdown = context_file::markdown(&client, &draft);
        let version = commands::add_context(
            tx,
            work.scope,
            Actor::agent("onboarding", Some(answer.run)),
            &markdown,
            &draft.gaps,
            answer.offline,
            Some("Written by the onboarding agent"),
        )
        .await?;
        Ok(Accepted {
            output: json!({ "context_version": version, "run": answer.run, "gaps": draft.gaps, "offline": answer.offline }),
            subjects: Vec::new(),
            ..Accepted::default()
        })
    }
}

//! The built-in runtime: skills and context in, model and tools in turns, checked work out.

use std::{collections::BTreeMap, sync::Arc};

use aos_capabilities::model::{
    DeltaSink, Dialect, Material, Message, ModelGateway, ModelReply, ModelRequest, OutputSchema, ProviderConfig,
    ProviderSource, ToolCall, ToolResult, Usage,
};
use aos_kernel::{Actor, Error, MicroUsd, NewEvent, Result, Retry, RunId, Subject, TenantScope};
use aos_storage::{Credentials, Db, Signal};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{
    model::{RunState, RunStepKind},
    prompt::{beginning, prompt},
    skills::{self, Skill, SkillVersion},
    store::{self, NewRun, NewStep, RunEnd},
    tools::{self, Called},
};
use crate::{
    cancellation, onboarding,
    steps::{AgentAnswer, AgentRunner, AgentTask},
    tenants,
};

/// Calls to the model in one run.
const MOST_TURNS: usize = 16;
/// The same call with the same arguments: once is work, twice may be checking, a third time is a loop.
const SAME_CALL: usize = 3;
/// Calls of tools that do not exist.
const UNKNOWN_CALLS: usize = 3;
const MOST_OUTPUT_TOKENS: u32 = 16_000;

/// Runs agents. Cheap to clone.
#[derive(Clone)]
pub struct Agents {
    db: Db,
    gateway: Arc<dyn ModelGateway>,
}

struct Run {
    id: RunId,
    scope: TenantScope,
    steps: i64,
    budget: MicroUsd,
}

impl Agents {
    /// Also keeps the skills that came with this program.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn start(db: Db, gateway: Arc<dyn ModelGateway>) -> Result<Self> {
        skills::seed(&db).await?;
        Ok(Self { db, gateway })
    }

    async fn begin(&self, task: &AgentTask) -> Result<(Run, String, Material)> {
        let mut conn = self.db.read().await?;
        let (material, context_version) =
            onboarding::queries::material(&mut conn, task.scope, task.task.clone()).await?;
        let versions: Vec<(SkillVersion, Skill)> = store::skills(&mut conn)
            .await?
            .into_iter()
            .filter_map(|version| version.skill().map(|skill| (version, skill)))
            .filter(|(_, skill)| skill.roles.contains(&task.role))
            .collect();
        let budgets = tenants::queries::budgets(&mut conn, task.scope).await?;
        drop(conn);

        let run = Run { id: RunId::new(), scope: task.scope, steps: 0, budget: budgets.per_run };
        let used: Vec<String> = versions.iter().map(|(v, _)| format!("{}@{}", v.name, v.version)).collect();
        let mut tx = self.db.begin(Actor::agent(&task.role, Some(run.id))).await?;
        store::close_orphans(&mut tx, task.scope, task.activity).await?;
        let new = NewRun {
            id: run.id,
            activity: task.activity,
            attempt: task.attempt,
            role: &task.role,
            purpose: task.purpose,
            context_version,
            skills: &used,
        };
        store::insert_run(&mut tx, task.scope, new).await?;
        tx.emit(
            NewEvent::new(task.scope.tenant(), "agents.run_started", Subject::new("run", run.id))
                .with(json!({ "role": task.role, "purpose": task.purpose, "activity": task.activity })),
        );
        tx.signal(Signal::new("run", run.id));
        tx.commit().await?;

        // The house rules first, then what the role knows, then who the client is.
        let mut skills: Vec<&Skill> = versions.iter().map(|(_, skill)| skill).collect();
        skills.sort_by_key(|skill| (skill.name != "house", skill.name.clone()));
        let mut system: String =
            skills.iter().map(|skill| format!("# {}\n\n{}\n\n", skill.title, skill.body)).collect();
        if let Some(context) = &material.context {
            system.push_str(&format!("# The client's context file\n\n{context}\n"));
        }
        Ok((run, system, material))
    }

    async fn note(&self, run: &mut Run, step: NewStep<'_>) -> Result<()> {
        run.steps += 1;
        let mut tx = self.db.begin(Actor::agent("runtime", Some(run.id))).await?;
        store::insert_step(&mut tx, run.scope, run.id, NewStep { number: run.steps, ..step }).await?;
        tx.signal(Signal::new("run", run.id));
        tx.commit().await
    }

    async fn finish(&self, run: &Run, role: &str, end: RunEnd<'_>) -> Result<()> {
        let mut tx = self.db.begin(Actor::agent(role, Some(run.id))).await?;
        let (state, error) = (end.state, end.error.map(str::to_owned));
        if store::finish_run(&mut tx, run.scope, run.id, end).await? {
            let mut event =
                NewEvent::new(run.scope.tenant(), format!("agents.run_{state}"), Subject::new("run", run.id));
            if let Some(error) = error {
                event = event.because(error);
            }
            tx.emit(event);
        }
        tx.signal(Signal::new("run", run.id));
        tx.signal(Signal::new("tenant", run.scope.tenant()));
        tx.commit().await
    }

    /// Turns of model and tools until the work is handed in.
    async fn converse(
        &self,
        run: &mut Run,
        task: &AgentTask,
        system: String,
        material: Material,
        cancel: &CancellationToken,
    ) -> Result<(Value, ModelReply)> {
        let mut messages = vec![Message::User { text: prompt(task.purpose, &material) }];
        let mut same = BTreeMap::<String, usize>::new();
        let mut unknown = 0;
        for _ in 0..MOST_TURNS {
            let request = ModelRequest {
                tenant: run.scope.tenant(),
                run: run.id,
                purpose: task.purpose,
                model: None,
                system: system.clone(),
                messages: messages.clone(),
                tools: tools::specs(task.purpose),
                output: Some(OutputSchema { name: task.purpose.to_string(), schema: tools::schema(task.purpose) }),
                max_output_tokens: MOST_OUTPUT_TOKENS,
                material: Some(material.clone()),
                run_budget: run.budget,
            };
            let progress = Progress { db: self.db.clone(), run: run.id };
            let reply = tokio::select! {
                reply = self.gateway.complete(request, Some(&progress)) => reply,
                () = cancel.cancelled() => return Err(stopped()),
            };
            let reply = match reply {
                Ok(reply) => reply,
                Err(error) => {
                    let step = plain_step(RunStepKind::ModelCall, "The model call failed", &error.message, true);
                    self.note(run, step).await?;
                    return Err(error.into());
                }
            };
            self.note(run, model_step(&reply, &describe(&reply))).await?;
            if let Some(output) = &reply.output {
                tools::check(task.purpose, output).map_err(|why| {
                    Error::outside("model_malformed", "The agent handed in something that can't be used.")
                        .with_context(why)
                })?;
                return Ok((output.clone(), reply));
            }
            if reply.tool_calls.is_empty() {
                return Err(stuck("The agent stopped without handing anything in."));
            }
            let mut results = Vec::new();
            for call in &reply.tool_calls {
                let times = same.entry(format!("{} {}", call.name, call.arguments)).or_default();
                *times += 1;
                if *times >= SAME_CALL {
                    return Err(stuck(&format!(
                        "The agent repeated the same call of “{}” again and again.",
                        call.name
                    )));
                }
                let called = tools::call(&mut self.db.read().await?, run.scope, task.purpose, call).await?;
                let (content, failed) = match called {
                    Called::HandedIn(work) => {
                        self.note(run, plain_step(RunStepKind::ToolCall, &call.name, "Handed in", false)).await?;
                        return Ok((work, reply));
                    }
                    Called::Answer { content, failed } => (content, failed),
                    Called::Unknown => {
                        unknown += 1;
                        if unknown >= UNKNOWN_CALLS {
                            return Err(stuck(&format!(
                                "The agent kept calling tools that do not exist (“{}”).",
                                call.name
                            )));
                        }
                        (format!("There is no tool called “{}”.", call.name), true)
                    }
                };
                let detail = format!("{}\n\n{}", call.arguments, beginning(&content, 1_500));
                self.note(run, plain_step(RunStepKind::ToolCall, &call.name, &detail, failed)).await?;
                results.push(result_of(call, content, failed));
            }
            messages.push(Message::Assistant { text: reply.text, tool_calls: reply.tool_calls });
            messages.push(Message::ToolResults { results });
        }
        Err(stuck(&format!("The agent was not done after {MOST_TURNS} calls of the model.")))
    }
}

#[async_trait::async_trait]
impl AgentRunner for Agents {
    async fn run(&self, task: AgentTask, cancel: &CancellationToken) -> Result<AgentAnswer> {
        let (mut run, system, material) = self.begin(&task).await?;
        let token = cancel.child_token();
        let (scope, id) = (run.scope, run.id);
        let watch = cancellation::watch(&self.db, "run_cancel", token.clone(), move |db| async move {
            Ok(store::run(&mut db.read().await?, scope, id).await?.is_some_and(|run| run.cancel_requested))
        });
        let outcome = self.converse(&mut run, &task, system, material, &token).await;
        drop(watch);
        match outcome {
            Ok((output, reply)) => {
                let end = RunEnd {
                    state: RunState::Completed,
                    model: Some(&reply.model),
                    offline: reply.offline,
                    output: Some(&output),
                    error: None,
                    error_help: None,
                };
                self.finish(&run, &task.role, end).await?;
                Ok(AgentAnswer { run: run.id, output, offline: reply.offline })
            }
            Err(error) => {
                // Going down is not a failure of the work: the next process starts it again.
                let by_person = token.is_cancelled() && !cancel.is_cancelled();
                let error = if by_person { cancelled() } else { error };
                let state = if token.is_cancelled() { RunState::Cancelled } else { RunState::Failed };
                let end = RunEnd {
                    state,
                    model: None,
                    offline: false,
                    output: None,
                    error: Some(error.message()),
                    error_help: error.help(),
                };
                self.finish(&run, &task.role, end).await?;
                Err(error)
            }
        }
    }
}

fn result_of(call: &ToolCall, content: String, is_error: bool) -> ToolResult {
    ToolResult { call_id: call.id.clone(), name: call.name.clone(), content, is_error }
}

fn describe(reply: &ModelReply) -> String {
    let mut parts = Vec::new();
    if reply.repairs > 0 {
        parts.push("The answer did not fit and was asked for again.".to_owned());
    }
    if !reply.tool_calls.is_empty() {
        let names: Vec<&str> = reply.tool_calls.iter().map(|call| call.name.as_str()).collect();
        parts.push(format!("Calls {}", names.join(", ")));
    }
    if reply.output.is_some() {
        parts.push("Handed in".to_owned());
    }
    if reply.offline {
        parts.push("Drafted without a model, from the client's own words.".to_owned());
    }
    parts.join(" ")
}

fn model_step<'a>(reply: &'a ModelReply, detail: &'a str) -> NewStep<'a> {
    NewStep {
        number: 0,
        kind: RunStepKind::ModelCall,
        title: &reply.model,
        detail,
        failed: false,
        usage: reply.usage,
        cost: reply.cost,
    }
}

fn plain_step<'a>(kind: RunStepKind, title: &'a str, detail: &'a str, failed: bool) -> NewStep<'a> {
    NewStep { number: 0, kind, title, detail, failed, usage: Usage::default(), cost: MicroUsd::ZERO }
}

fn stuck(message: &str) -> Error {
    Error::outside("agent_stuck", message)
        .with_help("Look at the run's steps; then retry the activity, or change the brief or the skill.")
}

/// The process is going down: not an end.
fn stopped() -> Error {
    Error::unavailable("interrupted", "The run was interrupted and is started again by itself.")
}

fn cancelled() -> Error {
    Error::conflict("run_cancelled", "A person cancelled this run.")
        .with_retry(Retry::Never)
        .with_help("Retry the activity when it should go on.")
}

/// Tells the run viewer how far an answer has come. Text itself stays out: payloads are not kept.
struct Progress {
    db: Db,
    run: RunId,
}

impl DeltaSink for Progress {
    fn delta(&self, text: &str) {
        if !text.is_empty() {
            self.db.signal(Signal::new("run_progress", self.run));
        }
    }
}

/// The providers that administrators configured, with their keys.
pub struct StoredProviders {
    db: Db,
    credentials: Credentials,
}

impl StoredProviders {
    pub fn new(db: Db, credentials: Credentials) -> Self {
        Self { db, credentials }
    }
}

#[async_trait::async_trait]
impl ProviderSource for StoredProviders {
    async fn providers(&self) -> Result<Vec<ProviderConfig>> {
        let mut conn = self.db.read().await?;
        let mut configs = Vec::new();
        for provider in store::providers(&mut conn).await? {
            if provider.enabled && provider.dialect != Dialect::Offline {
                configs.push(super::commands::config(&mut conn, &self.credentials, &provider).await?);
            }
        }
        Ok(configs)
    }
}

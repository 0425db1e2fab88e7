//! The step that proposes a month's briefs, and revises those that were sent back.

use std::sync::Arc;

use aos_capabilities::{
    drafts::{Gap, TopicList},
    model::{Purpose, Task},
};
use aos_kernel::{Actor, Error, NewEvent, PeriodId, RequestId, Result, Subject};
use aos_storage::{Signal, Tx};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    REQUEST,
    model::NewRequest,
    store::{self, RequestRow},
};
use crate::steps::{Accepted, AgentAnswer, AgentRunner, AgentTask, StepContext, StepHandler, Work};

const ROLE: &str = "seo-specialist";

/// Asks for `quantity` briefs and keeps them as requests that wait for their approval.
pub struct ResearchTopics {
    agents: Arc<dyn AgentRunner>,
}

/// One answer for each thing that was asked: the whole list, or one for each brief that was sent back.
#[derive(Serialize, Deserialize)]
struct Answers(Vec<AgentAnswer>);

impl ResearchTopics {
    pub fn new(agents: Arc<dyn AgentRunner>) -> Self {
        Self { agents }
    }
}

#[async_trait::async_trait]
impl StepHandler for ResearchTopics {
    fn kind(&self) -> &'static str {
        super::RESEARCH_TOPICS
    }

    async fn run(&self, cx: &StepContext, work: &Work) -> Result<Value> {
        let taken = store::taken_titles(&mut cx.db.read().await?, work.scope).await?;
        let mut tasks = Vec::new();
        match &work.rework {
            None => {
                let quantity = work.activity.input.get("quantity").and_then(Value::as_u64).unwrap_or(1);
                let count = u32::try_from(quantity).unwrap_or(u32::MAX).clamp(1, 100);
                tasks.push(Task { count, taken, ..Task::default() });
            }
            Some(rework) => {
                for item in &rework.items {
                    let id = RequestId::from_uuid(item.subject.id);
                    let request = store::request(&mut cx.db.read().await?, work.scope, id)
                        .await?
                        .ok_or_else(|| Error::not_found("request"))?;
                    tasks.push(Task {
                        count: 1,
                        topic: Some(request.topic()),
                        previous: Some(json!(request.topic())),
                        notes: Some(item.notes.clone()),
                        taken: taken.clone(),
                        ..Task::default()
                    });
                }
            }
        }
        let mut answers = Vec::new();
        for task in tasks {
            let task = AgentTask {
                scope: work.scope,
                activity: work.activity.id,
                attempt: work.activity.attempt,
                role: ROLE.into(),
                purpose: Purpose::Topics,
                task,
            };
            answers.push(self.agents.run(task, &cx.cancel).await?);
        }
        serde_json::to_value(Answers(answers)).map_err(Error::internal)
    }

    async fn accept(&self, tx: &mut Tx, work: &Work, result: Value) -> Result<Accepted> {
        let Answers(answers) = serde_json::from_value(result).map_err(Error::internal)?;
        let period =
            work.activity.input.get("period_id").and_then(Value::as_str).and_then(|id| id.parse::<PeriodId>().ok());
        let mut subjects = Vec::new();
        let mut gaps: Vec<Gap> = Vec::new();
        let mut refused = 0;
        for (i, answer) in answers.into_iter().enumerate() {
            let author = Actor::agent(ROLE, Some(answer.run));
            let list: TopicList = serde_json::from_value(answer.output).map_err(Error::internal)?;
            gaps.extend(list.gaps);
            let sent_back = work.rework.as_ref().and_then(|rework| rework.items.get(i));
            if let Some(item) = sent_back {
                let id = RequestId::from_uuid(item.subject.id);
                let Some(topic) = list.topics.into_iter().next() else {
                    // Nothing better came of it: the brief comes back as it was, and the gap says why.
                    let request =
                        store::request(tx, work.scope, id).await?.ok_or_else(|| Error::not_found("request"))?;
                    let same = NewRequest { priority: request.priority, ..request.topic().into() };
                    store::revise_request(tx, work.scope, id, &same, answer.offline, &author).await?;
                    subjects.push(item.subject.clone());
                    continue;
                };
                let input = NewRequest::from(topic).cleaned()?;
                store::revise_request(tx, work.scope, id, &input, answer.offline, &author).await?;
                tx.emit_by(
                    author,
                    NewEvent::new(work.scope.tenant(), "content.request_revised", item.subject.clone())
                        .because(item.notes.clone()),
                );
                subjects.push(item.subject.clone());
                continue;
            }
            let wanted = work.activity.input.get("quantity").and_then(Value::as_u64).unwrap_or(1);
            for topic in list.topics.into_iter().take(usize::try_from(wanted).unwrap_or(usize::MAX)) {
                // One useless topic does not spoil the others.
                let Ok(input) = NewRequest::from(topic).cleaned() else {
                    refused += 1;
                    continue;
                };
                let id = RequestId::new();
                let row = RequestRow { id, input: &input, period, offline: answer.offline, made_by: &author };
                store::insert_request(tx, work.scope, row).await?;
                let subject = Subject::new(REQUEST, id);
                tx.emit_by(
                    author.clone(),
                    NewEvent::new(work.scope.tenant(), "content.request_raised", subject.clone())
                        .with(json!({ "title": input.title, "period": period })),
                );
                subjects.push(subject);
            }
        }
        if subjects.is_empty() {
            let why = gaps.iter().map(|gap| format!("{} {}", gap.what, gap.ask)).collect::<Vec<_>>().join(" ");
            return Err(Error::outside(
                "nothing_to_draft_from",
                format!("The client's material does not carry a single topic. {why}").trim().to_owned(),
            )
            .with_help("Add documents on the client's Onboarding page or connect a model in Manage → Models; then retry this activity."));
        }
        tx.signal(Signal::new("tenant", work.scope.tenant()));
        Ok(Accepted { output: json!({ "requests": subjects.len(), "gaps": gaps, "refused": refused }), subjects })
    }
}

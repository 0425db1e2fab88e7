//! The steps that propose a month's briefs, of any kind, and revise those that were sent back.

use std::sync::Arc;

use aos_capabilities::{
    drafts::{AdCopyPlan, BacklinkTargets, Brief, Gap, NewsletterPlan, PostPlan, TopicList},
    model::{Purpose, Task, TaskAudience, TaskChannel},
};
use aos_kernel::{Actor, ChannelId, Error, Month, NewEvent, PeriodId, RequestId, Result, Subject, TenantScope};
use aos_storage::{Signal, Tx};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    REQUEST, days,
    model::{NewRequest, Request, RequestKind},
    reach,
    store::{self, RequestRow},
    write::role_of,
};
use crate::{
    channels::{Channel, Connections},
    steps::{Accepted, AgentAnswer, AgentRunner, AgentTask, StepContext, StepHandler, Work},
    tenants,
};

/// Asks for `quantity` briefs of one kind and keeps them as requests that wait for their approval.
pub struct Propose {
    kind: RequestKind,
    agents: Arc<dyn AgentRunner>,
    connections: Connections,
}

/// What came of the run: one answer for each thing that was asked (the whole list, or one for each brief that was sent
/// back), and what the answers could choose from.
#[derive(Serialize, Deserialize)]
struct Proposed {
    answers: Vec<AgentAnswer>,
    #[serde(default)]
    choice: Choice,
}

#[derive(Default, Serialize, Deserialize)]
struct Choice {
    channels: Vec<ChannelId>,
    audiences: Vec<TaskAudience>,
    days: Option<(NaiveDate, NaiveDate)>,
}

/// What one answer brings.
struct Ideas {
    /// Each with the day that it wishes for.
    requests: Vec<(NewRequest, Option<String>)>,
    gaps: Vec<Gap>,
}

fn dateless<T: Into<NewRequest>>(ideas: Vec<T>) -> Vec<(NewRequest, Option<String>)> {
    ideas.into_iter().map(|idea| (idea.into(), None)).collect()
}

impl Propose {
    /// The steps of all kinds.
    pub fn all(agents: &Arc<dyn AgentRunner>, connections: &Connections) -> Vec<Arc<dyn StepHandler>> {
        let step = |kind: &RequestKind| {
            let (agents, connections) = (agents.clone(), connections.clone());
            Arc::new(Self { kind: *kind, agents, connections }) as Arc<dyn StepHandler>
        };
        RequestKind::ALL.iter().map(step).collect()
    }

    const fn purpose(&self) -> Purpose {
        match self.kind {
            RequestKind::Blog => Purpose::Topics,
            RequestKind::Social => Purpose::SocialPlan,
            RequestKind::Gbp => Purpose::GbpPlan,
            RequestKind::Newsletter => Purpose::NewsletterPlan,
            RequestKind::AdCopy => Purpose::AdCopyPlan,
            RequestKind::Backlink => Purpose::BacklinkTargets,
        }
    }

    /// What the answers may choose from: channels with their rules, audiences, days.
    async fn offer(&self, cx: &StepContext, work: &Work) -> Result<(Task, Choice)> {
        let mut conn = cx.db.read().await?;
        let taken = store::taken_titles(&mut conn, work.scope).await?;
        let mut task = Task { taken, ..Task::default() };
        let mut choice = Choice::default();
        if !self.kind.has_channels() {
            return Ok((task, choice));
        }
        let platforms = self.connections.platforms();
        let channels = reach::channels_for(&mut conn, platforms, work.scope, self.kind).await?;
        let zone = tenants::queries::zone(&mut conn, work.scope).await?;
        drop(conn);
        let Some(first) = channels.first() else { return Err(no_channel(self.kind)) };
        let month =
            work.activity.input.get("month").and_then(Value::as_str).and_then(|text| text.parse::<Month>().ok());
        choice.days = month.map(|month| days::open(month, cx.db.clock().now().with_timezone(&zone).date_naive()));
        task.days = choice.days;
        task.formats = self.kind.formats().iter().map(|format| (*format).to_owned()).collect();
        if self.kind == RequestKind::Newsletter {
            choice.audiences = self.audiences(cx, work.scope, first).await?;
            task.audiences.clone_from(&choice.audiences);
            choice.channels = vec![first.id];
        } else {
            choice.channels = channels.iter().map(|channel| channel.id).collect();
            let described = |channel: &Channel| {
                let name = reach::name_of(platforms, channel);
                let rules = reach::post_rules(platforms, channel)?;
                Some(TaskChannel::new(channel.id.to_string(), &channel.platform, name, rules))
            };
            task.channels = channels.iter().filter_map(described).collect();
        }
        Ok((task, choice))
    }

    async fn audiences(&self, cx: &StepContext, scope: TenantScope, channel: &Channel) -> Result<Vec<TaskAudience>> {
        let account = self.connections.account(&cx.db, scope, channel.id).await?;
        let platform = self.connections.platforms().get(&channel.platform);
        let campaigns = platform.and_then(|platform| platform.campaigns());
        let campaigns = campaigns.ok_or_else(|| Error::internal("a mail channel without campaigns"))?;
        let audiences = campaigns.audiences(&account).await?;
        Ok(audiences.into_iter().map(|a| TaskAudience { id: a.id, name: a.name, members: a.members }).collect())
    }

    fn ideas(&self, output: Value, choice: &Choice) -> Result<Ideas> {
        fn read<T: serde::de::DeserializeOwned>(output: Value) -> Result<T> {
            serde_json::from_value(output).map_err(Error::internal)
        }
        let kind = self.kind;
        Ok(match kind {
            RequestKind::Blog => {
                let TopicList { topics, gaps } = read(output)?;
                Ideas { requests: dateless(topics), gaps }
            }
            RequestKind::Social | RequestKind::Gbp => {
                let PostPlan { posts, gaps } = read(output)?;
                let requests = posts.into_iter().map(|mut idea| {
                    let date = idea.date.take();
                    (NewRequest::of_post(kind, idea, &choice.channels), date)
                });
                Ideas { requests: requests.collect(), gaps }
            }
            RequestKind::Newsletter => {
                let NewsletterPlan { newsletters, gaps } = read(output)?;
                let known = |id: &String| choice.audiences.iter().any(|audience| audience.id == *id);
                let requests = newsletters.into_iter().map(|mut idea| {
                    let date = idea.date.take();
                    idea.list = idea.list.filter(known);
                    (NewRequest { channels: choice.channels.clone(), ..NewRequest::from(idea) }, date)
                });
                Ideas { requests: requests.collect(), gaps }
            }
            RequestKind::Backlink => {
                let BacklinkTargets { targets, gaps } = read(output)?;
                Ideas { requests: dateless(targets), gaps }
            }
            RequestKind::AdCopy => {
                let AdCopyPlan { sets, gaps } = read(output)?;
                Ideas { requests: dateless(sets), gaps }
            }
        })
    }

    /// The days that the ideas named, as moments that lie ahead; the others are spread over the days that are open.
    async fn place(
        tx: &mut Tx,
        scope: TenantScope,
        ideas: &mut [(NewRequest, Option<String>)],
        open: Option<(NaiveDate, NaiveDate)>,
    ) -> Result<()> {
        let Some(open) = open else { return Ok(()) };
        let zone = tenants::queries::zone(tx, scope).await?;
        let day = |date: &Option<String>| date.as_deref().and_then(|text| text.trim().parse().ok());
        let wished: Vec<Option<NaiveDate>> = ideas.iter().map(|(_, date)| day(date)).collect();
        let moments = days::spread(&wished, open, zone, tx.now());
        for ((request, _), at) in ideas.iter_mut().zip(moments) {
            request.planned_at = Some(at);
        }
        Ok(())
    }
}

/// What an agent is shown of a brief that was sent back.
fn sent_back(request: &Request) -> Value {
    match request.brief() {
        Some(Brief::Post(idea)) => json!(idea),
        Some(Brief::Newsletter(idea)) => json!(idea),
        Some(Brief::Backlink(target)) => json!(target),
        Some(Brief::AdCopy(idea)) => json!(idea),
        None => json!(request.topic()),
    }
}

fn no_channel(kind: RequestKind) -> Error {
    let what = match kind {
        RequestKind::Newsletter => "No channel for newsletters is connected, so none can be planned.",
        RequestKind::Gbp => "No Google Business Profile is connected, so no post can be planned for it.",
        _ => "No social channel is connected, so no post can be planned.",
    };
    Error::conflict("no_channel", what)
        .with_help("Connect one on the client's Channels page; then retry this activity.")
}

#[async_trait::async_trait]
impl StepHandler for Propose {
    fn kind(&self) -> &'static str {
        match self.kind {
            RequestKind::Blog => super::RESEARCH_TOPICS,
            RequestKind::Social => super::PLAN_SOCIAL,
            RequestKind::Gbp => super::PLAN_GBP,
            RequestKind::Newsletter => super::PLAN_NEWSLETTERS,
            RequestKind::AdCopy => super::PLAN_AD_COPY,
            RequestKind::Backlink => super::RESEARCH_BACKLINKS,
        }
    }

    async fn run(&self, cx: &StepContext, work: &Work) -> Result<Value> {
        let (offer, choice) = self.offer(cx, work).await?;
        let mut tasks = Vec::new();
        match &work.rework {
            None => {
                let quantity = work.activity.input.get("quantity").and_then(Value::as_u64).unwrap_or(1);
                let count = u32::try_from(quantity).unwrap_or(u32::MAX).clamp(1, 100);
                tasks.push(Task { count, ..offer });
            }
            Some(rework) => {
                for item in &rework.items {
                    let id = RequestId::from_uuid(item.subject.id);
                    let request = store::request(&mut cx.db.read().await?, work.scope, id)
                        .await?
                        .ok_or_else(|| Error::not_found("request"))?;
                    tasks.push(Task {
                        count: 1,
                        topic: (request.kind == RequestKind::Blog).then(|| request.topic()),
                        brief: request.brief(),
                        previous: Some(sent_back(&request)),
                        notes: Some(item.notes.clone()),
                        ..offer.clone()
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
                role: role_of(work),
                purpose: self.purpose(),
                task,
            };
            answers.push(self.agents.run(task, &cx.cancel).await?);
        }
        serde_json::to_value(Proposed { answers, choice }).map_err(Error::internal)
    }

    async fn accept(&self, tx: &mut Tx, work: &Work, result: Value) -> Result<Accepted> {
        let Proposed { answers, choice } = serde_json::from_value(result).map_err(Error::internal)?;
        let period =
            work.activity.input.get("period_id").and_then(Value::as_str).and_then(|id| id.parse::<PeriodId>().ok());
        let role = role_of(work);
        let mut subjects = Vec::new();
        let mut gaps: Vec<Gap> = Vec::new();
        let mut refused = 0;
        for (i, answer) in answers.into_iter().enumerate() {
            let author = Actor::agent(&role, Some(answer.run));
            let ideas = self.ideas(answer.output, &choice)?;
            gaps.extend(ideas.gaps);
            let sent_back = work.rework.as_ref().and_then(|rework| rework.items.get(i));
            if let Some(item) = sent_back {
                let id = RequestId::from_uuid(item.subject.id);
                let before =
                    store::request(tx, work.scope, id).await?.ok_or_else(|| Error::not_found("request"))?.content();
                subjects.push(item.subject.clone());
                let Some((idea, _)) = ideas.requests.into_iter().next() else {
                    // Nothing better came of it: the brief comes back as it was, and the gap says why.
                    store::revise_request(tx, work.scope, id, &before, answer.offline, &author).await?;
                    continue;
                };
                let input = NewRequest { priority: before.priority, ..idea }.cleaned()?;
                store::revise_request(tx, work.scope, id, &input, answer.offline, &author).await?;
                tx.emit_by(
                    author,
                    NewEvent::new(work.scope.tenant(), "content.request_revised", item.subject.clone())
                        .because(item.notes.clone()),
                );
                continue;
            }
            let wanted = work.activity.input.get("quantity").and_then(Value::as_u64).unwrap_or(1);
            let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
            let mut proposed = Vec::new();
            for (idea, date) in ideas.requests.into_iter().take(wanted) {
                // One useless idea does not spoil the others.
                match idea.cleaned() {
                    Ok(idea) => proposed.push((idea, date)),
                    Err(_) => refused += 1,
                }
            }
            Self::place(tx, work.scope, &mut proposed, choice.days).await?;
            for (input, _) in proposed {
                let id = RequestId::new();
                let row = RequestRow { id, input: &input, period, offline: answer.offline, made_by: &author };
                store::insert_request(tx, work.scope, row).await?;
                let subject = Subject::new(REQUEST, id);
                tx.emit_by(
                    author.clone(),
                    NewEvent::new(work.scope.tenant(), "content.request_raised", subject.clone())
                        .with(json!({ "title": input.title, "kind": input.kind, "period": period })),
                );
                subjects.push(subject);
            }
        }
        if subjects.is_empty() {
            let why = gaps.iter().map(|gap| format!("{} {}", gap.what, gap.ask)).collect::<Vec<_>>().join(" ");
            let what = match self.kind {
                RequestKind::Blog => "a single topic",
                RequestKind::Backlink => "a single site to ask",
                RequestKind::Social | RequestKind::Gbp => "a single post",
                RequestKind::Newsletter => "a single newsletter",
                RequestKind::AdCopy => "a single set of ad copy",
            };
            return Err(Error::outside(
                "nothing_to_draft_from",
                format!("The client's material does not carry {what}. {why}").trim().to_owned(),
            )
            .with_help("Add documents on the client's Onboarding page or connect a model in Manage → Models; then retry this activity."));
        }
        tx.signal(Signal::new("tenant", work.scope.tenant()));
        Ok(Accepted {
            output: json!({ "requests": subjects.len(), "gaps": gaps, "refused": refused }),
            subjects,
            ..Accepted::default()
        })
    }
}

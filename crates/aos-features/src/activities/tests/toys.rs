//! A toy trade: ideas are thought up and approved, each is built and approved, and sent out.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use aos_kernel::{
    ActivityId, Actor, AgencyScope, ContentHash, Error, ErrorKind, PageSize, PipelineId, Result, Retry, Secret,
    Subject, TenantId, TenantScope, UserId,
};
use aos_storage::{Conn, DbKind, Migrations, Tx, testing::TestDb};
use aos_workflow::{Outbox, Registry, Worker, WorkerOptions};
use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use super::clock::SteppingClock;
use crate::{
    activities::{
        Accepted, Activity, ActivityState, Approvable, Approval, ApprovalFilter, Approver, Decide, Decided, Decision,
        Fingerprint, Origin, PipelineState, RunActivity, StartPipeline, StepContext, StepHandler, StepRegistry,
        Template, Work, commands, queries, store, templates::TemplateVersion,
    },
    people,
    tenants::{ApprovalPolicy, ApprovalRoute, Party},
};

pub const IDEA: &str = "idea";
pub const TOY: &str = "toy";

/// Ideas, their approval, building, its approval, sending out: the shape of the blog pipeline.
pub fn trade() -> Template {
    serde_json::from_value(json!({
        "key": "trade", "name": "Toys",
        "steps": [
            { "key": "think", "name": "Think", "assignee": { "agent": "thinker" }, "kind": "toys.think" },
            { "key": "choose", "name": "Choose", "assignee": { "human": "reviewer" }, "is_approval": true,
              "input_from": "think", "blocked_by": ["think"] },
            { "key": "build", "name": "Build", "assignee": { "agent": "builder" }, "kind": "toys.build",
              "input_from": "choose", "repeat_per_unit": true, "blocked_by": ["choose"] },
            { "key": "inspect", "name": "Inspect", "assignee": { "human": "reviewer" }, "is_approval": true,
              "input_from": "build", "repeat_per_unit": true, "blocked_by": ["build"] },
            { "key": "send", "name": "Send", "assignee": "system", "kind": "toys.send",
              "input_from": "inspect", "repeat_per_unit": true, "blocked_by": ["inspect"] }
        ]
    }))
    .expect("a template")
}

/// What the toys remember, and how they are to behave.
#[derive(Default)]
pub struct Shelf {
    /// Versions of ideas and toys: each rework makes a new one.
    pub versions: BTreeMap<Uuid, i64>,
    /// Errors that a step answers in turn, by its kind.
    pub errors: BTreeMap<&'static str, Vec<Error>>,
    /// The same, from its `accept`.
    pub refusals: BTreeMap<&'static str, Vec<Error>>,
    /// What was done, and for what.
    pub log: Vec<String>,
    /// Things whose owner refuses their approval.
    pub stubborn: Vec<Uuid>,
    pub ideas: usize,
    pub made_by: Option<Actor>,
    /// The tenant's, for those who decide.
    pub policy: ApprovalPolicy,
}

/// The client decides on ideas and toys too.
pub fn client_too() -> ApprovalPolicy {
    ApprovalPolicy {
        route: ApprovalRoute::InternalThenClient,
        client_decides: vec![IDEA.into(), TOY.into()],
        ..ApprovalPolicy::default()
    }
}

#[derive(Clone, Default)]
pub struct Toys(Arc<Mutex<Shelf>>);

impl Toys {
    pub fn open(&self) -> MutexGuard<'_, Shelf> {
        self.0.lock().expect("the toys")
    }
}

struct Step(&'static str, Toys);

#[async_trait::async_trait]
impl StepHandler for Step {
    fn kind(&self) -> &'static str {
        self.0
    }
    async fn run(&self, _cx: &StepContext, work: &Work) -> Result<Value> {
        let mut toys = self.1.open();
        if let Some(error) = toys.errors.get_mut(self.0).and_then(Vec::pop) {
            return Err(error);
        }
        toys.log.push(format!("run {}", work.activity.step_key));
        Ok(
            json!({ "notes": work.rework.as_ref().map(|r| r.items.iter().map(|i| i.notes.clone()).collect::<Vec<_>>()) }),
        )
    }
    async fn accept(&self, _tx: &mut Tx, work: &Work, result: Value) -> Result<Accepted> {
        let mut toys = self.1.open();
        if let Some(error) = toys.refusals.get_mut(self.0).and_then(Vec::pop) {
            return Err(error);
        }
        let subjects: Vec<Subject> = match (&work.rework, &work.activity.unit) {
            (Some(rework), _) => rework.items.iter().map(|item| item.subject.clone()).collect(),
            (None, Some(unit)) => vec![unit.clone()],
            (None, None) => (0..toys.ideas).map(|_| thing(IDEA)).collect(),
        };
        for subject in &subjects {
            *toys.versions.entry(subject.id).or_default() += 1;
        }
        toys.log.push(format!("accept {} {result}", work.activity.step_key));
        Ok(Accepted { output: json!({ "made": subjects.len() }), subjects, ..Accepted::default() })
    }
    async fn failed(&self, _tx: &mut Tx, work: &Work, error: &Error) -> Result<()> {
        self.1.open().log.push(format!("failed {}: {error}", work.activity.step_key));
        Ok(())
    }
}

pub fn thing(kind: &str) -> Subject {
    Subject { kind: kind.into(), id: Uuid::now_v7() }
}

struct Things(&'static str, Toys);

#[async_trait::async_trait]
impl Approvable for Things {
    fn kind(&self) -> &'static str {
        self.0
    }
    async fn fingerprint(&self, _conn: &mut Conn, _scope: TenantScope, subject: &Subject) -> Result<Fingerprint> {
        let toys = self.1.open();
        let version = toys.versions.get(&subject.id).copied().ok_or_else(|| Error::not_found("toy"))?;
        Ok(Fingerprint {
            title: format!("{} {version}", subject.kind),
            version,
            hash: ContentHash::from_hex(format!("{version}")),
            made_by: toys.made_by.clone().unwrap_or(Actor::agent("thinker", None)),
        })
    }
    async fn approved(&self, _tx: &mut Tx, _scope: TenantScope, subject: &Subject) -> Result<Vec<Subject>> {
        let mut toys = self.1.open();
        if toys.stubborn.contains(&subject.id) {
            return Err(Error::conflict("no_channel", "There is no channel to send it to."));
        }
        toys.log.push(format!("approved {}", self.0));
        let unit = if self.0 == IDEA { thing(TOY) } else { subject.clone() };
        toys.versions.entry(unit.id).or_default();
        Ok(vec![unit])
    }
    async fn rejected(&self, _tx: &mut Tx, _scope: TenantScope, _subject: &Subject, notes: &str) -> Result<()> {
        self.1.open().log.push(format!("rejected {}: {notes}", self.0));
        Ok(())
    }
}

/// One installation with one tenant.
pub struct Shop {
    pub test: TestDb,
    pub clock: Arc<SteppingClock>,
    pub toys: Toys,
    pub steps: Arc<StepRegistry>,
    pub registry: Arc<Registry>,
    pub scope: TenantScope,
    pub reviewer: UserId,
}

impl Shop {
    pub async fn new(kind: DbKind) -> Self {
        Self::with(kind, vec![trade()]).await
    }

    pub async fn with(kind: DbKind, templates: Vec<Template>) -> Self {
        let clock = Arc::new(SteppingClock::at("2026-04-01T09:00:00Z"));
        let slices =
            [crate::people::MIGRATIONS, crate::tenants::MIGRATIONS, crate::activities::MIGRATIONS].map(Migrations::new);
        let migrations = slices.into_iter().fold(aos_workflow::migrations(), Migrations::and);
        let test = TestDb::with_clock(kind, &migrations, clock.clone()).await;
        let toys = Toys::default();
        toys.open().ideas = 3;
        let steps = ["toys.think", "toys.build", "toys.send", "toys.sum"]
            .into_iter()
            .fold(StepRegistry::default(), |steps, kind| steps.with_step(Arc::new(Step(kind, toys.clone()))))
            .with_approvable(Arc::new(Things(IDEA, toys.clone())))
            .with_approvable(Arc::new(Things(TOY, toys.clone())));
        let steps = Arc::new(steps);
        let registry = Arc::new(Registry::new().with_handler(Arc::new(RunActivity::new(steps.clone()))));
        test.db.set_outbox(Arc::new(Outbox::new(registry.clone())));
        let scope = TenantScope::granted(TenantId::new());
        let shop = Self { test, clock, toys, steps, registry, scope, reviewer: UserId::new() };
        for template in templates {
            template.validate(&|kind| shop.steps.knows_step(kind)).unwrap();
            shop.insert_template(template).await;
        }
        shop
    }

    async fn insert_template(&self, template: Template) {
        let mut tx = self.tx().await;
        let row = TemplateVersion {
            id: aos_kernel::TemplateId::new(),
            version: 1,
            template,
            built_in: false,
            created_at: tx.now(),
            created_by: tx.actor().clone(),
        };
        store::insert_template(&mut tx, &row).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn tx(&self) -> Tx {
        self.test.db.begin(Actor::user(self.reviewer)).await.unwrap()
    }
    pub async fn read(&self) -> Conn {
        self.test.db.read().await.unwrap()
    }
    pub fn worker(&self, owner: &str) -> Worker {
        Worker::new(self.test.db.clone(), self.registry.clone(), WorkerOptions::new(owner))
    }

    /// Lets agents and the product do all that they can do now.
    pub async fn work(&self) {
        self.worker("worker").run_until_idle().await.unwrap();
    }
    /// The same, over the pauses between attempts.
    pub async fn work_for_days(&self) {
        for _ in 0..12 {
            self.work().await;
            self.clock.advance(TimeDelta::hours(2));
        }
    }

    pub async fn start(&self, template: &str) -> PipelineId {
        self.start_at(template, None, Vec::new()).await
    }
    pub async fn start_at(&self, template: &str, enter_at: Option<&str>, subjects: Vec<Subject>) -> PipelineId {
        let mut tx = self.tx().await;
        let start = StartPipeline {
            template_key: template.into(),
            name: "April".into(),
            origin: Origin::AdHoc,
            input: json!({ "month": "2026-04" }),
            key: Uuid::now_v7().to_string(),
            enter_at: enter_at.map(str::to_owned),
            subjects,
        };
        let id = commands::start_pipeline(&mut tx, &self.steps, self.scope, start).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    pub async fn pending(&self) -> Vec<Approval> {
        let (mut conn, filter, size) = (self.read().await, ApprovalFilter::default(), PageSize::clamped(200));
        let page = queries::pending_approvals(&mut conn, &AgencyScope::all(), &filter, None, size).await.unwrap();
        page.items.into_iter().map(|item| item.approval).collect()
    }

    /// An administrator of the client.
    pub async fn one_of_the_client(&self) -> UserId {
        let user = people::commands::NewUser {
            email: people::Email::parse("carla@client.example").unwrap(),
            name: "Carla".into(),
            password: people::HashedPassword::chosen(&Secret::new("a long enough phrase")).await.unwrap(),
        };
        let mut tx = self.tx().await;
        let role = people::Role::TenantAdmin;
        let id = people::commands::add_client_person(&mut tx, self.scope, user, role).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// What people of the reviewer's role have to hand in.
    pub async fn tasks(&self) -> Vec<ActivityId> {
        let (mut conn, roles) = (self.read().await, ["reviewer".to_owned()]);
        let size = PageSize::DEFAULT;
        let page = queries::human_tasks(&mut conn, &AgencyScope::all(), &roles, None, size).await.unwrap();
        page.items.into_iter().map(|task| task.activity.id).collect()
    }
    /// How many activities failed for good.
    pub async fn failing(&self) -> usize {
        let mut conn = self.read().await;
        let page = queries::failed_activities(&mut conn, &AgencyScope::all(), None, PageSize::DEFAULT).await.unwrap();
        page.items.len()
    }

    /// A reviewer of the agency who is none of the client's people.
    pub fn approver(&self) -> Approver {
        let policy = self.toys.open().policy.clone();
        Approver { roles: vec!["reviewer".into()], speaks_for_client: false, policy }
    }
    /// One of the client's administrators.
    pub fn client(&self) -> Approver {
        Approver { roles: vec!["admin".into()], speaks_for_client: true, ..self.approver() }
    }
    /// Whoever's turn it is.
    pub fn approver_of(&self, approval: &Approval) -> Approver {
        match approval.party {
            Party::Agency => self.approver(),
            Party::Client => self.client(),
        }
    }
    /// The tenant's administrators choose another policy, and what waits follows it.
    pub async fn choose(&self, policy: ApprovalPolicy) -> usize {
        let mut tx = self.tx().await;
        let rerouted = commands::follow_policy(&mut tx, &self.steps, self.scope, &policy).await.unwrap();
        tx.commit().await.unwrap();
        self.toys.open().policy = policy;
        rerouted
    }
    pub async fn decide(&self, approval: &Approval, decision: Decision) -> Result<Decided> {
        self.decide_as(&self.approver_of(approval), approval, decision).await
    }
    pub async fn decide_as(&self, approver: &Approver, approval: &Approval, decision: Decision) -> Result<Decided> {
        let mut tx = self.tx().await;
        let (id, hash) = (approval.id, &approval.hash);
        let decided = commands::decide(&mut tx, &self.steps, self.scope, approver, id, hash, decision).await?;
        tx.commit().await?;
        Ok(decided)
    }
    pub async fn approve(&self, approval: &Approval) -> Decided {
        self.decide(approval, Decision::Approve).await.unwrap()
    }
    pub async fn reject(&self, approval: &Approval, notes: &str) -> Decided {
        self.decide(approval, Decision::Reject { notes: notes.into() }).await.unwrap()
    }
    pub async fn approve_all(&self) {
        for approver in [self.approver(), self.client()] {
            let turn = if approver.speaks_for_client { Party::Client } else { Party::Agency };
            let waiting = self.pending().await;
            let items = waiting
                .into_iter()
                .filter(|approval| approval.party == turn)
                .map(|a| Decide { approval: a.id, expected: a.hash, decision: Decision::Approve })
                .collect();
            let mut tx = self.tx().await;
            let decided = commands::decide_many(&mut tx, &self.steps, self.scope, &approver, items).await.unwrap();
            assert!(decided.iter().all(Result::is_ok), "{decided:?}");
            tx.commit().await.unwrap();
        }
    }
    /// Everybody does their part until nothing is left to do.
    pub async fn run_to_the_end(&self) {
        for _ in 0..12 {
            self.work().await;
            self.approve_all().await;
        }
    }

    pub async fn activities(&self, pipeline: PipelineId) -> Vec<Activity> {
        queries::pipeline(&mut self.read().await, self.scope, pipeline).await.unwrap().activities
    }
    /// The states of all activities of one step.
    pub async fn states(&self, pipeline: PipelineId, step: &str) -> Vec<ActivityState> {
        self.activities(pipeline).await.into_iter().filter(|a| a.step_key == step).map(|a| a.state).collect()
    }
    pub async fn the(&self, pipeline: PipelineId, step: &str) -> Activity {
        let mut found = self.activities(pipeline).await;
        found.retain(|activity| activity.step_key == step);
        assert_eq!(found.len(), 1, "one activity of the step {step}");
        found.remove(0)
    }
    pub async fn state(&self, pipeline: PipelineId) -> PipelineState {
        queries::pipeline(&mut self.read().await, self.scope, pipeline).await.unwrap().pipeline.state
    }
    /// The states that an activity went through, as its events tell it.
    pub async fn told(&self, activity: ActivityId) -> Vec<String> {
        let detail = queries::activity(&mut self.read().await, self.scope, activity).await.unwrap();
        let states = detail.events.into_iter().map(|event| event.kind.replace("activities.", ""));
        states.collect()
    }
    pub fn log(&self) -> Vec<String> {
        std::mem::take(&mut self.toys.open().log)
    }
}

pub fn away() -> Error {
    Error::unavailable("away", "The shop next door does not answer.")
}
pub fn hopeless() -> Error {
    Error::new(ErrorKind::Outside, "hopeless", "This can't be built.")
        .with_retry(Retry::Never)
        .with_help("Draw it first.")
}

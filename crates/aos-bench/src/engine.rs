//! `engine`: the blog pipeline of 32 activities with agents that do nothing and a person who approves everything, through
//! the same worker, outbox and commands as the product.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use aos_features::activities::{
    Accepted, Approvable, Approver, Decide, Decision, Fingerprint, Origin, RunActivity, StartPipeline, StepContext,
    StepHandler, StepRegistry, Work, commands, queries, seed_templates,
};
use aos_kernel::{Actor, AgencyScope, ContentHash, PageSize, Result, Subject, TenantId, TenantScope, UserId};
use aos_storage::{
    Conn, Db, DbKind, Migrations, Tx,
    testing::{TestDb, kinds},
};
use aos_workflow::{Outbox, Registry, Worker, WorkerOptions};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::figure::{Figure, database, rounded};

const PIPELINES: usize = 300;
const TENANTS: usize = 30;
const POSTS: usize = 10;
const ACTIVITIES: usize = 2 + 3 * POSTS;
/// Approvals decided in one transaction: a person's bulk action over some pages of the queue.
const BULK: usize = 1000;

pub async fn run(rounds: usize) -> anyhow::Result<()> {
    for kind in kinds() {
        let mut best = Duration::MAX;
        for _ in 0..rounds.max(1) {
            best = best.min(round(kind).await?);
        }
        let seconds = best.as_secs_f64();
        Figure {
            bench: "engine",
            figure: "activities_per_second",
            database: database(kind),
            value: ((PIPELINES * ACTIVITIES) as f64 / seconds).round(),
            goal: match kind {
                DbKind::Sqlite => 15_000.0,
                DbKind::Postgres => 8_000.0,
            },
            work: format!("{PIPELINES} pipelines × {ACTIVITIES}"),
            seconds: rounded(seconds),
        }
        .print()?;
    }
    Ok(())
}

async fn round(kind: DbKind) -> anyhow::Result<Duration> {
    let migrations = aos_workflow::migrations().and(Migrations::new(aos_features::activities::MIGRATIONS));
    let test = TestDb::new(kind, &migrations).await;
    let db = test.db.clone();
    let steps = Arc::new(
        StepRegistry::default()
            .with_step(Arc::new(Nothing("content.research_topics")))
            .with_step(Arc::new(Nothing("content.write_article")))
            .with_step(Arc::new(Nothing("content.publish")))
            .with_approvable(Arc::new(Anything("request")))
            .with_approvable(Arc::new(Anything("content_item"))),
    );
    let registry = Arc::new(Registry::new().with_handler(Arc::new(RunActivity::new(steps.clone()))));
    db.set_outbox(Arc::new(Outbox::new(registry.clone())));
    let mut tx = db.begin(Actor::system("bench")).await?;
    seed_templates(&mut tx).await?;
    tx.commit().await?;
    let tenants: Vec<TenantId> = (0..TENANTS).map(|_| TenantId::new()).collect();

    let begin = Instant::now();
    let cancel = CancellationToken::new();
    let options = WorkerOptions::new("bench").concurrency(2048).poll(Duration::from_secs(1));
    let worker = Worker::new(db.clone(), registry, options);
    let working = tokio::spawn({
        let cancel = cancel.clone();
        async move { worker.run(cancel).await }
    });
    let starts = (0..PIPELINES)
        .map(|n| {
            let start = StartPipeline {
                template_key: "blog_posts".into(),
                name: format!("Blog posts {n}"),
                origin: Origin::AdHoc,
                input: serde_json::json!({ "quantity": POSTS }),
                key: format!("bench:{n}"),
                enter_at: None,
                subjects: Vec::new(),
            };
            (TenantScope::granted(tenants[n % TENANTS]), start)
        })
        .collect();
    let mut tx = db.begin(Actor::system("bench")).await?;
    commands::start_pipelines(&mut tx, &steps, starts).await?;
    tx.commit().await?;
    approve_everything(&db, &steps).await?;
    let taken = begin.elapsed();
    cancel.cancel();
    working.await?;
    check(&db).await?;
    Ok(taken)
}

/// Decides on whatever waits, until all pipelines are completed.
async fn approve_everything(db: &Db, steps: &StepRegistry) -> anyhow::Result<()> {
    let person = Actor::user(UserId::new());
    let approver = Approver { roles: vec!["reviewer".into()], ..Approver::default() };
    let mut signals = db.subscribe();
    loop {
        let waiting = pending(db).await?;
        if waiting.is_empty() {
            if completed(db).await? == PIPELINES as i64 {
                return Ok(());
            }
            // Whatever it says, there is something new; and if it was missed, look all the same.
            let _ = tokio::time::timeout(Duration::from_millis(20), signals.recv()).await;
            continue;
        }
        let mut tx = db.begin(person.clone()).await?;
        for (tenant, items) in waiting {
            for decided in commands::decide_many(&mut tx, steps, TenantScope::granted(tenant), &approver, items).await?
            {
                decided.context("a decision was refused")?;
            }
        }
        tx.commit().await?;
    }
}

async fn pending(db: &Db) -> Result<std::collections::BTreeMap<TenantId, Vec<Decide>>> {
    let mut conn = db.read().await?;
    let (mut waiting, mut n, mut after) = (std::collections::BTreeMap::<_, Vec<_>>::new(), 0, None);
    let filter = aos_features::activities::ApprovalFilter { roles: vec!["reviewer".into()], ..Default::default() };
    loop {
        let size = PageSize::clamped(PageSize::MAX);
        let page = queries::pending_approvals(&mut conn, &AgencyScope::all(), &filter, after.as_ref(), size).await?;
        for item in page.items {
            n += 1;
            let decide =
                Decide { approval: item.approval.id, expected: item.approval.hash, decision: Decision::Approve };
            waiting.entry(item.approval.tenant_id).or_default().push(decide);
        }
        after = page.next;
        if after.is_none() || n >= BULK {
            return Ok(waiting);
        }
    }
}

async fn completed(db: &Db) -> Result<i64> {
    db.read().await?.count("SELECT COUNT(*) AS n FROM pipeline WHERE state = 'completed'", vec![]).await
}

/// All that was to be done is there, and only once.
async fn check(db: &Db) -> anyhow::Result<()> {
    let mut conn = db.read().await?;
    let done = conn.count("SELECT COUNT(*) AS n FROM activity WHERE state = 'completed'", vec![]).await?;
    let all = conn.count("SELECT COUNT(*) AS n FROM activity", vec![]).await?;
    let jobs = conn.count("SELECT COUNT(*) AS n FROM job", vec![]).await?;
    let transitions = conn.count("SELECT COUNT(*) AS n FROM event WHERE subject_kind = 'activity'", vec![]).await?;
    let expected = (PIPELINES * ACTIVITIES) as i64;
    ensure!((done, all, jobs) == (expected, expected, 0), "{done} of {all} activities are done, {jobs} jobs are left");
    // Six for work with an approval, four for each approval and for what has none.
    let each = 6 * (1 + POSTS) + 4 * (1 + POSTS) + 4 * POSTS;
    ensure!(transitions == (PIPELINES * each) as i64, "{transitions} transitions were recorded");
    Ok(())
}

/// A step that does nothing and hands in one thing, or ten for the research.
struct Nothing(&'static str);

#[async_trait::async_trait]
impl StepHandler for Nothing {
    fn kind(&self) -> &'static str {
        self.0
    }
    async fn run(&self, _cx: &StepContext, _work: &Work) -> Result<Value> {
        Ok(Value::Null)
    }
    async fn accept(&self, _tx: &mut Tx, work: &Work, _result: Value) -> Result<Accepted> {
        let subjects = match &work.activity.unit {
            Some(unit) => vec![unit.clone()],
            None => (0..POSTS).map(|_| Subject { kind: "request".into(), id: Uuid::now_v7() }).collect(),
        };
        Ok(Accepted { output: Value::Null, subjects, ..Accepted::default() })
    }
}

/// A subject of which there is nothing to see; a request becomes a content item.
struct Anything(&'static str);

#[async_trait::async_trait]
impl Approvable for Anything {
    fn kind(&self) -> &'static str {
        self.0
    }
    async fn fingerprint(&self, _conn: &mut Conn, _scope: TenantScope, _subject: &Subject) -> Result<Fingerprint> {
        Ok(Fingerprint {
            title: "A post".into(),
            version: 1,
            hash: ContentHash::from_hex("00"),
            made_by: Actor::agent("copywriter", None),
        })
    }
    async fn approved(&self, _tx: &mut Tx, _scope: TenantScope, subject: &Subject) -> Result<Vec<Subject>> {
        Ok(vec![match self.0 {
            "request" => Subject { kind: "content_item".into(), id: Uuid::now_v7() },
            _ => subject.clone(),
        }])
    }
    async fn rejected(&self, _tx: &mut Tx, _scope: TenantScope, _subject: &Subject, _notes: &str) -> Result<()> {
        Ok(())
    }
}

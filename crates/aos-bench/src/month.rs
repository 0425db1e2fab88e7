//! The first of the month: the periods of all clients are opened and the first activities of their pipelines begin.

use std::{sync::Arc, time::Instant};

use anyhow::{Result, ensure};
use aos_capabilities::{
    crawl::{CrawlOutcome, CrawlProgress, CrawlRequest, CrawlSink, CrawlSummary, SiteCrawler},
    drafts::{DeliverableDraft, GoalDraft, StrategyDraft},
};
use aos_features::strategy::{self, commands::NewStrategy};
use aos_kernel::Actor;
use aos_outbound::{Outbound, OutboundConfig};
use aos_storage::{Db, DbKind, testing::kinds};
use aos_testkit::SteppingClock;
use aos_workflow::{QueueLimit, Scheduler, Worker, WorkerOptions, queue_depths};
use tokio_util::sync::CancellationToken;

use crate::{
    figure::{Figure, database, megabytes, rounded},
    world::{World, register},
};

const GOAL_SECONDS: f64 = 10.0;
const GOAL_MEGABYTES: f64 = 300.0;
const DELIVERABLES: usize = 8;
/// Clients that are made in one transaction while the data is prepared.
const BATCH: usize = 100;
/// Where the first activity of a blog pipeline waits for its agent.
const FIRST_ROLE: &str = "seo-specialist";

pub async fn run(tenants: usize) -> Result<()> {
    for kind in kinds() {
        on(kind, tenants).await?;
    }
    Ok(())
}

async fn on(kind: DbKind, tenants: usize) -> Result<()> {
    let clock = Arc::new(SteppingClock::at("2026-04-10T09:00:00Z"));
    let outbound = Outbound::new(OutboundConfig::default())?;
    let world = World::new(kind, clock.clone(), Arc::new(NoCrawler), outbound).await?;
    let db = world.db.clone();
    // The agents stay idle: what is measured ends when their work waits for them.
    let idle = QueueLimit { total: Some(0), per_tenant: None };
    let jobs = Arc::new((*world.product.jobs).clone().with_limit(FIRST_ROLE, idle));
    let worker = Worker::new(db.clone(), jobs, WorkerOptions::new("bench").concurrency(512));
    let scheduler = Scheduler::new(db.clone(), "bench");
    let cancel = CancellationToken::new();
    let stop = cancel.clone();
    let worker = tokio::spawn(async move { worker.run(stop).await });

    for first in (0..tenants).step_by(BATCH) {
        let mut tx = world.begin().await?;
        for number in first..(first + BATCH).min(tenants) {
            let scope =
                register(&mut tx, format!("Client {number}"), format!("https://client-{number}.example")).await?;
            let new = NewStrategy { content: plan(), made_by: Actor::system("bench"), offline: false, run: None };
            let strategy = strategy::commands::propose(&mut tx, scope, new).await?;
            strategy::commands::activate(&mut tx, scope, strategy.id).await?;
        }
        tx.commit().await?;
    }
    let each = (tenants * DELIVERABLES) as i64;
    until_begun(&db, each).await?;
    // April's work is done. Else each of its months would be told as missed on the same day, which is another measure.
    let mut tx = world.begin().await?;
    tx.execute("UPDATE period SET completed_count = target, completed_at = opened_at", Vec::new()).await?;
    tx.commit().await?;

    clock.set("2026-05-01T00:00:00Z");
    let began = Instant::now();
    scheduler.tick().await?;
    until_begun(&db, 2 * each).await?;
    let seconds = began.elapsed().as_secs_f64();

    clock.set("2026-05-01T00:15:00Z");
    scheduler.tick().await?;
    until_begun(&db, 2 * each).await?;
    cancel.cancel();
    worker.await?;

    let work = format!("{tenants} tenants × {DELIVERABLES} deliverables, repeated once without effect");
    let database = database(kind);
    let figure = |figure, value, goal| Figure {
        bench: "month",
        figure,
        database,
        value,
        goal,
        work: work.clone(),
        seconds: rounded(seconds),
    };
    figure("seconds", rounded(seconds), GOAL_SECONDS).print()?;
    match megabytes("self", "VmHWM") {
        Some(peak) => figure("peak_megabytes", peak, GOAL_MEGABYTES).print(),
        None => Ok(()),
    }
}

/// Waits until nothing is under way any more but the agents' work, of which there must be so much.
async fn until_begun(db: &Db, first_activities: i64) -> Result<()> {
    // Counting the jobs takes a moment of the same processors, so it is not done more often than the figure needs.
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(500));
    loop {
        looks.tick().await;
        let depths = queue_depths(&mut db.read().await?).await?;
        let (agents, rest): (Vec<_>, Vec<_>) = depths.iter().partition(|depth| depth.queue == FIRST_ROLE);
        let dead: i64 = depths.iter().map(|depth| depth.dead).sum();
        ensure!(dead == 0, "{dead} jobs were given up");
        let begun: i64 = agents.iter().map(|depth| depth.ready).sum();
        ensure!(begun <= first_activities, "{begun} first activities instead of {first_activities}");
        if begun == first_activities && rest.iter().all(|depth| depth.ready + depth.running == 0) {
            return Ok(());
        }
    }
}

fn plan() -> StrategyDraft {
    let deliverable = |number: usize| DeliverableDraft {
        deliverable_type: "blog_posts".to_owned(),
        name: format!("Blog posts {number}"),
        monthly_quantity: 10,
        goal: 0,
        rationale: "So that people find the client.".to_owned(),
    };
    StrategyDraft {
        summary: "Be found by people who look for what the client does.".to_owned(),
        goals: vec![GoalDraft {
            name: "Be read".to_owned(),
            description: "Posts that answer what people ask.".to_owned(),
            metric: "published_posts".to_owned(),
            unit: "posts".to_owned(),
            baseline: None,
            target: 960.0,
            months: 12,
        }],
        deliverables: (1..=DELIVERABLES).map(deliverable).collect(),
        platforms: vec!["wordpress".to_owned()],
        timeline: Vec::new(),
        rationale: "Questions come before purchases.".to_owned(),
        gaps: Vec::new(),
    }
}

/// Registering a client starts a crawl, which is not what is measured.
pub struct NoCrawler;

#[async_trait::async_trait]
impl SiteCrawler for NoCrawler {
    async fn crawl(&self, _: CrawlRequest, _: &dyn CrawlSink, _: CancellationToken) -> CrawlSummary {
        CrawlSummary {
            outcome: CrawlOutcome::Complete,
            incomplete: Vec::new(),
            progress: CrawlProgress::default(),
            findings: Vec::new(),
            brand: None,
            robots_found: false,
            sitemaps: Vec::new(),
            elapsed_ms: 0,
        }
    }
}

//! A month of posts: each client has two channels on platforms that are simulated over HTTP, twelve posts are planned for
//! it, decided on, wait for their moments and go out on both.

use std::{sync::Arc, time::Instant};

use anyhow::{Context, Result, ensure};
use aos_capabilities::{
    PlatformRegistry,
    model::{
        DeltaSink, ModelError, ModelGateway, ModelReply, ModelRequest, ProviderConfig, Purpose, StopReason, Task, Usage,
    },
};
use aos_features::{
    activities::{self, ApprovalFilter, Approver, Decide, Decision},
    channels::{Begin, Came, Face},
    strategy::{
        self,
        plan::{self, NewDeliverable},
    },
};
use aos_kernel::{Actor, AgencyScope, MicroUsd, PageSize, Secret, TenantScope, UserId};
use aos_outbound::{Outbound, OutboundConfig, Request};
use aos_platforms::{Facebook, LinkedIn, Vendor};
use aos_sandbox::{ConsentForm, Crowd};
use aos_storage::{DbKind, testing::kinds};
use aos_testkit::SteppingClock;
use aos_workflow::{Scheduler, Worker, WorkerOptions};
use chrono::TimeDelta;
use serde_json::{Value, json};
use url::Url;

use crate::{
    figure::{Figure, database, megabytes, rounded},
    month::NoCrawler,
    world::{World, register},
};

/// What a month asks for, each on both channels.
const REQUESTS: usize = 12;
const CHANNELS: usize = 2;
const DAYS: i64 = 31;
/// Nobody promised how fast it is; a thousand clients' month must fit into an hour of an idle machine.
const GOAL_POSTS_PER_SECOND: f64 = 10.0;

pub async fn run(clients: usize) -> Result<()> {
    for kind in kinds() {
        on(kind, clients).await?;
    }
    Ok(())
}

async fn on(kind: DbKind, clients: usize) -> Result<()> {
    let clock = Arc::new(SteppingClock::at("2026-05-01T00:05:00Z"));
    let crowd = Crowd::start(clock.clone(), clients).await.context("the platforms")?;
    let root = Url::parse(&crowd.url())?;
    let place = format!("127.0.0.1:{}", root.port().context("a port")?);
    let allow = vec![place.parse().map_err(|_| anyhow::anyhow!("{place} is no host"))?];
    let outbound = Outbound::new(OutboundConfig { allow, ..OutboundConfig::default() })?;
    let vendor = || Vendor::new(outbound.clone(), clock.clone()).simulated(root.clone());
    let platforms =
        PlatformRegistry::default().with(Arc::new(LinkedIn::new(vendor()))).with(Arc::new(Facebook::new(vendor())));
    let world =
        World::with(kind, clock.clone(), outbound.clone(), (Arc::new(NoCrawler), platforms, Arc::new(Writer))).await?;
    let ana = world.administrator;
    let worker = Worker::new(world.db.clone(), world.product.jobs.clone(), WorkerOptions::new("bench").concurrency(64));
    let scheduler = Scheduler::new(world.db.clone(), "bench");

    let began = Instant::now();
    let mut scopes = Vec::with_capacity(clients);
    for number in 0..clients {
        let mut tx = world.begin().await?;
        let scope = register(&mut tx, format!("Client {number}"), format!("https://client-{number}.example")).await?;
        tx.commit().await?;
        crowd.turn_to(number);
        for platform in ["linkedin", "facebook"] {
            connect(&world, &outbound, ana, scope, platform).await.with_context(|| format!("client {number}"))?;
        }
        // They are scored before the next client comes, so that all tokens are known by then.
        worker.run_until_idle().await?;
        scopes.push(scope);
    }
    for scope in &scopes {
        agree(&world, *scope).await?;
    }
    worker.run_until_idle().await?;
    ensure!(decide_all(&world, ana, &scopes, "request").await? == clients * REQUESTS, "not all posts were planned");
    worker.run_until_idle().await?;
    let posts = clients * REQUESTS * CHANNELS;
    ensure!(decide_all(&world, ana, &scopes, "content_item").await? == posts, "not all posts were written");
    let prepared = began.elapsed().as_secs_f64();

    let first = world.db.clock().now();
    let began = Instant::now();
    for _ in 1..DAYS {
        worker.run_until_idle().await?;
        clock.advance(TimeDelta::days(1));
        scheduler.tick().await?;
    }
    worker.run_until_idle().await?;
    // The rest of the last day; the next month does not begin.
    clock.advance(TimeDelta::hours(23));
    worker.run_until_idle().await?;
    let seconds = began.elapsed().as_secs_f64();

    for vendors in crowd.copies() {
        let (linkedin, facebook) = (vendors.linkedin().posts().len(), vendors.meta().posts().len());
        ensure!((linkedin, facebook) == (REQUESTS, REQUESTS), "{linkedin} and {facebook} posts of one client");
    }
    let may = strategy::pace::month_at(first, chrono_tz::UTC);
    for scope in &scopes {
        let mut conn = world.db.read().await?;
        let month = strategy::queries::month(&mut conn, *scope, Some(may), world.db.clock().now()).await?;
        let done: i64 = month.iter().map(|line| line.pace.completed).sum();
        ensure!(done == REQUESTS as i64, "{done} of {REQUESTS} are counted");
    }

    let work = format!("{clients} tenants × {REQUESTS} requests × {CHANNELS} channels, prepared in {prepared:.0} s");
    let figure = |figure, value, goal| Figure {
        bench: "social",
        figure,
        database: database(kind),
        value,
        goal,
        work: work.clone(),
        seconds: rounded(seconds),
    };
    figure("posts_per_second", rounded(posts as f64 / seconds), GOAL_POSTS_PER_SECOND).print()?;
    match megabytes("self", "VmHWM") {
        Some(peak) => figure("peak_megabytes", peak, 0.0).print(),
        None => Ok(()),
    }
}

/// As a person connects an account, with the platform's page filled in as its first person would.
async fn connect(world: &World, outbound: &Outbound, ana: UserId, scope: TenantScope, platform: &str) -> Result<()> {
    let (db, connections) = (&world.db, &world.product.connections);
    let begin = Begin {
        platform: platform.to_owned(),
        face: Face::Portal,
        redirect: Url::parse("http://127.0.0.1/channels/return")?,
        again: None,
        onboarding: false,
    };
    let departure = connections.begin(db, Actor::user(ana), scope, begin).await?;
    let page = outbound.send(Request::get(departure.url)).await?;
    let form = ConsentForm::read(&page.text()).with_context(|| format!("{} asks nothing", page.final_url))?;
    let answer = outbound.send(Request::post(page.final_url.clone()).form(form.agreed())).await?;
    let back =
        answer.header("location").and_then(|address| page.final_url.join(address).ok()).context("no way back")?;
    let of = |name: &str| back.query_pairs().find(|(own, _)| own == name).map(|(_, value)| value.into_owned());
    let came = Came { state: of("state").unwrap_or_default(), code: of("code").map(Secret::new), error: of("error") };
    let arrived = connections.arrive(db, Actor::user(ana), came).await?;
    let chosen = match arrived.chosen {
        Some(chosen) => chosen,
        None => {
            let (_, offered) = connections.visit(&mut db.read().await?, scope, ana, arrived.visit.id).await?;
            let one = offered.into_iter().find(|one| one.refusal.is_none()).context("nothing to choose")?;
            connections.choose(db, Actor::user(ana), scope, arrived.visit.id, &[one.key]).await?
        }
    };
    ensure!(chosen.connected.len() == 1, "{platform} was not connected");
    Ok(())
}

/// Twelve posts a month.
async fn agree(world: &World, scope: TenantScope) -> Result<()> {
    let new = NewDeliverable {
        deliverable_type: "social_posts".to_owned(),
        name: "Social posts".to_owned(),
        monthly_quantity: REQUESTS as i64,
        goal_id: None,
        template_key: None,
    };
    let mut tx = world.begin().await?;
    plan::add_deliverable(&mut tx, scope, new).await?;
    Ok(tx.commit().await?)
}

/// Approves all that waits of one kind, client by client; how much.
async fn decide_all(world: &World, ana: UserId, scopes: &[TenantScope], kind: &str) -> Result<usize> {
    let approver = Approver { roles: vec!["reviewer".to_owned()], ..Approver::default() };
    let mut decided = 0;
    for scope in scopes {
        let agency = AgencyScope::only(vec![scope.tenant()]);
        let filter = ApprovalFilter { subject_kind: Some(kind.to_owned()), ..ApprovalFilter::default() };
        let mut tx = world.db.begin(Actor::user(ana)).await?;
        let page = PageSize::clamped(100);
        let waiting = activities::queries::pending_approvals(&mut tx, &agency, &filter, None, page).await?;
        let one = |approval: activities::Approval| Decide {
            approval: approval.id,
            expected: approval.hash,
            decision: Decision::Approve,
        };
        let items = waiting.items.into_iter().map(|waiting| one(waiting.approval)).collect();
        for answer in activities::commands::decide_many(&mut tx, &world.product.steps, *scope, &approver, items).await?
        {
            answer?;
            decided += 1;
        }
        tx.commit().await?;
    }
    Ok(decided)
}

/// Writes at once, so that what is measured is not how fast a model is.
struct Writer;

#[async_trait::async_trait]
impl ModelGateway for Writer {
    async fn complete(&self, request: ModelRequest, _: Option<&dyn DeltaSink>) -> Result<ModelReply, ModelError> {
        let task = request.material.map(|material| material.task).unwrap_or_default();
        let output = match request.purpose {
            Purpose::SocialPlan => planned(&task),
            _ => json!({
                "text": format!("{}: what to know about it.", task.brief.as_ref().map_or("", title_of)), "title": null, "link": null,
                "action": null, "media": [], "sources": [], "gaps": [],
            }),
        };
        Ok(ModelReply {
            text: output.to_string(),
            tool_calls: Vec::new(),
            output: Some(output),
            stop: StopReason::End,
            usage: Usage::default(),
            cost: MicroUsd::ZERO,
            model: "bench/one".to_owned(),
            offline: false,
            repairs: 0,
        })
    }
    async fn test(&self, _: &ProviderConfig) -> Result<String, ModelError> {
        Ok("ok".to_owned())
    }
}

fn planned(task: &Task) -> Value {
    let posts: Vec<Value> = (0..task.count)
        .map(|number| {
            json!({
                "title": format!("Topic {number}"), "brief": "What to say about it.", "audience": "", "channels": [],
                "format": "text", "date": null, "sources": [], "notes": "",
            })
        })
        .collect();
    json!({ "posts": posts, "gaps": [] })
}

fn title_of(brief: &aos_capabilities::drafts::Brief) -> &str {
    match brief {
        aos_capabilities::drafts::Brief::Post(idea) => &idea.title,
        _ => "",
    }
}

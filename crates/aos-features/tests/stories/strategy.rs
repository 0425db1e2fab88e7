//! From a drafted strategy to a month that is counted.

use std::sync::{Arc, Mutex};

use aos_capabilities::drafts::{DeliverableDraft, Gap, GoalDraft, StrategyDraft};
use aos_features::{
    activities::{Activity, ActivityState, Assignee},
    steps::{
        Accepted, AgentAnswer, AgentRunner, AgentTask, Approvable as _, Rework, ReworkItem, StepContext,
        StepHandler as _, StepRegistry, Work,
    },
    strategy::{
        self, DeliverableState, DraftStep, Strategy, StrategyApproval, StrategyState,
        commands::{self, NewStrategy},
        months,
        pace::{GoalStatus, PeriodStatus},
        plan::{self, ChangeDeliverable, NewDeliverable},
        progress, queries,
    },
    tenants::{self, Tenant},
};
use aos_kernel::{
    ActivityId, Actor, ContentItemId, ErrorKind, NewEvent, PeriodId, PipelineId, Result, RunId, Subject, TenantScope,
};
use chrono::TimeDelta;
use chrono_tz::Tz;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::support::{World, everywhere, inside};

fn goal(name: &str, metric: &str, baseline: Option<f64>, target: f64) -> GoalDraft {
    GoalDraft {
        name: name.to_owned(),
        description: "Why it matters.".to_owned(),
        metric: metric.to_owned(),
        unit: "posts".to_owned(),
        baseline,
        target,
        months: 6,
    }
}

fn deliverable(kind: &str, name: &str, monthly_quantity: u32, goal: usize) -> DeliverableDraft {
    DeliverableDraft {
        deliverable_type: kind.to_owned(),
        name: name.to_owned(),
        monthly_quantity,
        goal,
        rationale: String::new(),
    }
}

/// Ten blog posts a month towards sixty.
fn draft() -> StrategyDraft {
    StrategyDraft {
        summary: "Be found for what you are good at.".to_owned(),
        goals: vec![goal("A useful blog", "published_posts", Some(0.0), 60.0)],
        deliverables: vec![deliverable("blog_posts", "Blog posts", 10, 0)],
        platforms: vec!["WordPress".to_owned()],
        timeline: Vec::new(),
        rationale: "The site answers few questions.".to_owned(),
        gaps: vec![Gap { what: "No page says who buys.".to_owned(), ask: "Describe the audience.".to_owned() }],
    }
}

fn by_agent(content: StrategyDraft) -> NewStrategy {
    let run = RunId::new();
    NewStrategy { content, made_by: Actor::agent("strategy", Some(run)), offline: true, run: Some(run) }
}

async fn propose(world: &World, scope: TenantScope, content: StrategyDraft) -> Strategy {
    let mut tx = world.begin().await;
    let strategy = commands::propose(&mut tx, scope, by_agent(content)).await.unwrap();
    tx.commit().await.unwrap();
    strategy
}

async fn approve(world: &World, scope: TenantScope, strategy: &Strategy) {
    let mut tx = world.begin().await;
    let subject = Subject::new("strategy", strategy.id);
    assert_eq!(StrategyApproval.approved(&mut tx, scope, &subject).await.unwrap(), [subject]);
    tx.commit().await.unwrap();
}

/// A client whose strategy of ten posts a month is approved.
async fn running_client(world: &World, zone: &str) -> (Tenant, TenantScope) {
    let tenant = world.client("Acme", zone).await;
    let scope = inside(tenant.id);
    let strategy = propose(world, scope, draft()).await;
    approve(world, scope, &strategy).await;
    world.events();
    (tenant, scope)
}

async fn this_month(world: &World, scope: TenantScope) -> Vec<strategy::PeriodView> {
    queries::month(&mut world.read().await, scope, None, world.now()).await.unwrap()
}

fn published(scope: TenantScope, period: PeriodId, item: ContentItemId) -> NewEvent {
    NewEvent::new(scope.tenant(), "content.post_published", Subject::new("content_item", item))
        .with(json!({ "period_id": period, "url": "https://www.acme.example/post" }))
}

#[tokio::test]
async fn an_approved_strategy_becomes_goals_deliverables_and_an_open_month() {
    for world in World::each().await {
        let tenant = world.client("Acme", "Europe/Lisbon").await;
        let scope = inside(tenant.id);
        world.events();
        let strategy = propose(&world, scope, draft()).await;
        assert_eq!((strategy.number, strategy.revision, strategy.state), (1, 1, StrategyState::PendingApproval));
        assert_eq!(strategy.content.gaps.len(), 1);
        let shown = StrategyApproval
            .fingerprint(&mut world.read().await, scope, &Subject::new("strategy", strategy.id))
            .await
            .unwrap();
        assert_eq!((shown.title.as_str(), shown.version, &shown.hash), ("Strategy 1", 1, &strategy.hash));

        approve(&world, scope, &strategy).await;
        approve(&world, scope, &strategy).await;
        assert_eq!(
            world.events(),
            ["strategy.proposed", "strategy.activated", "strategy.period_opened", "strategy.month_opened"]
        );
        let goals = queries::goals(&mut world.read().await, scope, false, world.now()).await.unwrap();
        assert_eq!(goals.len(), 1);
        assert_eq!(goals[0].goal.target_date.to_string(), "2026-10-01");
        assert_eq!(goals[0].status, GoalStatus::OnTrack);
        let month = this_month(&world, scope).await;
        assert_eq!(month.len(), 1);
        assert_eq!((month[0].pace.target, month[0].pace.completed), (10, 0));
        assert_eq!(month[0].deliverable.template_key, "blog_posts");
        let active = queries::active_strategy(&mut world.read().await, scope).await.unwrap().unwrap();
        assert_eq!((active.id, active.content), (strategy.id, draft()));
    }
}

#[tokio::test]
async fn what_opens_a_month_says_all_that_its_pipeline_needs() {
    for world in World::each().await {
        let tenant = world.client("Acme", "UTC").await;
        let strategy = propose(&world, inside(tenant.id), draft()).await;
        approve(&world, inside(tenant.id), &strategy).await;
        let events = world.taken_events();
        let of_kind = |kind: &str| events.iter().find(|event| event.kind == kind).unwrap();
        let period = &this_month(&world, inside(tenant.id)).await[0].period;
        let opened = of_kind("strategy.period_opened");
        assert_eq!(opened.subject, Subject::new("period", period.id));
        assert_eq!(
            opened.data,
            json!({
                "period_id": period.id, "deliverable_id": period.deliverable_id, "deliverable_type": "blog_posts",
                "name": "Blog posts", "month": "2026-04", "quantity": 10
            })
        );
        assert_eq!(
            of_kind("strategy.month_opened").data,
            json!({
                "month": "2026-04", "deliverables": 1, "work": [{
                    "period_id": period.id, "template_key": "blog_posts", "name": "Blog posts", "month": "2026-04",
                    "quantity": 10
                }]
            })
        );
    }
}

#[tokio::test]
async fn an_edit_while_it_waits_makes_another_fingerprint() {
    for world in World::each().await {
        let scope = inside(world.client("Acme", "UTC").await.id);
        let strategy = propose(&world, scope, draft()).await;
        let mut fewer = draft();
        fewer.deliverables[0].monthly_quantity = 4;
        let edit = async |seen: i64, content: StrategyDraft| -> Result<Strategy> {
            let mut tx = world.begin().await;
            let edited = commands::edit(&mut tx, &StepRegistry::default(), scope, strategy.id, seen, content).await?;
            tx.commit().await?;
            Ok(edited)
        };
        let edited = edit(1, fewer.clone()).await.unwrap();
        assert_eq!((edited.revision, &edited.made_by), (2, &strategy.made_by));
        assert_ne!(edited.hash, strategy.hash);
        assert_eq!(edit(1, draft()).await.unwrap_err().code(), "edited_meanwhile");
        assert_eq!(edit(2, fewer.clone()).await.unwrap().revision, 2);
        let mut broken = fewer;
        broken.goals[0].metric = "likes".to_owned();
        assert_eq!(edit(2, broken).await.unwrap_err().field(), Some("goals.0.metric"));
        let revisions = queries::revisions(&mut world.read().await, scope, strategy.id).await.unwrap();
        assert_eq!(revisions.iter().map(|r| r.revision).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(revisions[0].author, Actor::system("test"));

        approve(&world, scope, &strategy).await;
        assert_eq!(this_month(&world, scope).await[0].pace.target, 4);
        assert_eq!(edit(2, draft()).await.unwrap_err().code(), "decided");
    }
}

#[tokio::test]
async fn a_client_never_reaches_anothers_strategy() {
    for world in World::each().await {
        let (_, acme) = running_client(&world, "UTC").await;
        let bolt = inside(world.client("Bolt", "UTC").await.id);
        let strategy = queries::active_strategy(&mut world.read().await, acme).await.unwrap().unwrap();
        let period = this_month(&world, acme).await[0].period.clone();
        let mut tx = world.begin().await;
        let errors = [
            commands::activate(&mut tx, bolt, strategy.id).await.map(drop),
            commands::edit(&mut tx, &StepRegistry::default(), bolt, strategy.id, 1, draft()).await.map(drop),
            plan::pause_deliverable(&mut tx, bolt, period.deliverable_id).await.map(drop),
            progress::count_unit(&mut tx, bolt, period.id, &Subject::new("content_item", ContentItemId::new()))
                .await
                .map(drop),
            queries::strategy(&mut tx, bolt, strategy.id).await.map(drop),
        ];
        for error in errors {
            assert_eq!(error.unwrap_err().kind(), ErrorKind::NotFound);
        }
    }
}

#[tokio::test]
async fn the_next_strategy_carries_on_what_is_agreed_already() {
    for world in World::each().await {
        let (_, scope) = running_client(&world, "UTC").await;
        let before = this_month(&world, scope).await[0].clone();
        world.tell(published(scope, before.period.id, ContentItemId::new())).await;
        let mut tx = world.begin().await;
        let by_hand = NewDeliverable {
            deliverable_type: "newsletters".to_owned(),
            name: "Newsletter".to_owned(),
            monthly_quantity: 1,
            goal_id: None,
            template_key: None,
        };
        plan::add_deliverable(&mut tx, scope, by_hand).await.unwrap();
        tx.commit().await.unwrap();

        let mut next = draft();
        next.goals[0].target = 90.0;
        next.goals.push(goal("More visits", "sessions", Some(1000.0), 1400.0));
        next.deliverables[0].monthly_quantity = 12;
        next.deliverables.push(deliverable("website_audit", "Website audit", 1, 1));
        let second = propose(&world, scope, next).await;
        assert_eq!(second.number, 2);
        approve(&world, scope, &second).await;

        let goals = queries::goals(&mut world.read().await, scope, false, world.now()).await.unwrap();
        assert_eq!(goals.len(), 2);
        assert_eq!((goals[0].goal.target, goals[0].goal.current_value), (90.0, Some(1.0)));
        let month = this_month(&world, scope).await;
        let names: Vec<_> = month.iter().map(|view| view.deliverable.name.as_str()).collect();
        assert_eq!(names, ["Blog posts", "Newsletter", "Website audit"]);
        // The present month is what was promised; the next one has the new quantity.
        assert_eq!((month[0].period.id, month[0].pace.target), (before.period.id, 10));
        assert_eq!(month[0].deliverable.monthly_quantity, 12);

        // A third one without the audit ends it; the newsletter was added by hand and stays.
        let third = propose(&world, scope, draft()).await;
        approve(&world, scope, &third).await;
        let states: Vec<_> = queries::strategies(&mut world.read().await, scope)
            .await
            .unwrap()
            .into_iter()
            .map(|strategy| strategy.state)
            .collect();
        assert_eq!(states, [StrategyState::Active, StrategyState::Superseded, StrategyState::Superseded]);
        let agreed = queries::deliverables(&mut world.read().await, scope, true).await.unwrap();
        let ended: Vec<_> = agreed.iter().filter(|d| d.state == DeliverableState::Ended).map(|d| &d.name).collect();
        assert_eq!(ended, ["Website audit"]);
        assert_eq!(queries::goals(&mut world.read().await, scope, false, world.now()).await.unwrap().len(), 1);
        assert_eq!(queries::goals(&mut world.read().await, scope, true, world.now()).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn ten_published_posts_complete_the_month_and_move_the_goal() {
    for world in World::each().await {
        let (_, scope) = running_client(&world, "UTC").await;
        let period = this_month(&world, scope).await[0].period.clone();
        let items: Vec<ContentItemId> = (0..10).map(|_| ContentItemId::new()).collect();
        for item in &items {
            world.tell(published(scope, period.id, *item)).await;
            // Told twice, counted once.
            world.tell(published(scope, period.id, *item)).await;
        }
        // An ad-hoc post counts for no month.
        let ad_hoc = NewEvent::new(scope.tenant(), "content.post_published", Subject::new("content_item", items[0]))
            .with(json!({ "period_id": null }));
        world.tell(ad_hoc).await;

        let month = this_month(&world, scope).await;
        assert_eq!((month[0].pace.completed, month[0].pace.status), (10, PeriodStatus::Completed));
        assert!(month[0].period.completed_at.is_some());
        let goals = queries::goals(&mut world.read().await, scope, false, world.now()).await.unwrap();
        assert_eq!(goals[0].goal.current_value, Some(10.0));
        assert!((goals[0].progress - 10.0 / 60.0).abs() < 1e-9);
        let told = world.events();
        assert_eq!(told.iter().filter(|kind| *kind == "strategy.period_completed").count(), 1);
        assert_eq!(told.iter().filter(|kind| *kind == "strategy.goal_moved").count(), 10);
    }
}

#[tokio::test]
async fn an_audit_counts_when_its_pipeline_is_over_and_a_blog_does_not() {
    for world in World::each().await {
        let tenant = world.client("Acme", "UTC").await;
        let scope = inside(tenant.id);
        let mut content = draft();
        content.deliverables.push(deliverable("website_audit", "Website audit", 1, 0));
        let strategy = propose(&world, scope, content).await;
        approve(&world, scope, &strategy).await;
        for view in this_month(&world, scope).await {
            let origin = json!({ "origin": { "kind": "period", "period": view.period.id } });
            let subject = Subject::new("pipeline", PipelineId::new());
            world.tell(NewEvent::new(tenant.id, "activities.pipeline_completed", subject).with(origin)).await;
        }
        let ad_hoc = json!({ "origin": { "kind": "ad_hoc" } });
        let subject = Subject::new("pipeline", PipelineId::new());
        world.tell(NewEvent::new(tenant.id, "activities.pipeline_completed", subject).with(ad_hoc)).await;
        let counted: Vec<_> = this_month(&world, scope).await.iter().map(|view| view.pace.completed).collect();
        assert_eq!(counted, [0, 1]);
        // The audit is done for the month, but it is not a post.
        let goals = queries::goals(&mut world.read().await, scope, false, world.now()).await.unwrap();
        assert_eq!(goals[0].goal.current_value.unwrap_or_default(), 0.0);
    }
}

#[tokio::test]
async fn each_clients_month_opens_when_it_begins_for_them() {
    for world in World::each().await {
        let (_, tokyo) = running_client(&world, "Asia/Tokyo").await;
        let (_, lisbon) = running_client(&world, "Europe/Lisbon").await;
        let (_, angeles) = running_client(&world, "America/Los_Angeles").await;
        let mut tx = world.begin().await;
        strategy::put_schedules(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let opened = async |moment: &str| {
            world.clock.set(moment);
            world.work().await;
            world.work().await;
            let told = world.taken_events();
            told.into_iter().filter(|e| e.kind == "strategy.period_opened").filter_map(|e| e.tenant).collect::<Vec<_>>()
        };
        assert!(opened("2026-04-30T14:59:00Z").await.is_empty());
        assert_eq!(opened("2026-04-30T15:00:00Z").await, [tokyo.tenant()]);
        assert_eq!(opened("2026-04-30T23:00:00Z").await, [lisbon.tenant()]);
        assert_eq!(opened("2026-05-01T07:00:00Z").await, [angeles.tenant()]);
        assert!(opened("2026-05-15T07:00:00Z").await.is_empty());
    }
}

#[tokio::test]
async fn falling_behind_is_told_once_then_anew_after_it_was_caught_up_and_a_month_that_ends_short_is_missed() {
    for world in World::each().await {
        let (_, scope) = running_client(&world, "UTC").await;
        let period = this_month(&world, scope).await[0].period.id;
        let mut tx = world.begin().await;
        strategy::put_schedules(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        // The morning's look, and what it said.
        let told = async |day: &str| {
            world.clock.set(&format!("{day}T06:00:00Z"));
            world.work().await;
            world.work().await;
            let worse = ["strategy.deliverable_at_risk", "strategy.period_missed"];
            world.events().into_iter().filter(|kind| worse.contains(&kind.as_str())).collect::<Vec<_>>()
        };
        assert_eq!(told("2026-04-20").await, ["strategy.deliverable_at_risk"]);
        assert!(told("2026-04-21").await.is_empty(), "it is no news any more");
        for _ in 0..6 {
            let mut tx = world.begin().await;
            progress::count_unit(&mut tx, scope, period, &Subject::new("content_item", ContentItemId::new()))
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
        assert!(told("2026-04-22").await.is_empty(), "it is on track");
        assert_eq!(told("2026-04-30").await, ["strategy.deliverable_at_risk"]);
        assert_eq!(told("2026-05-01").await, ["strategy.period_missed"]);
        assert!(told("2026-05-02").await.is_empty());
    }
}

#[tokio::test]
async fn after_downtime_only_the_present_month_begins_and_the_past_ones_are_missed() {
    for world in World::each().await {
        let (_, scope) = running_client(&world, "UTC").await;
        let deliverable = this_month(&world, scope).await[0].deliverable.clone();
        world.clock.set("2026-07-10T12:00:00Z");
        for _ in 0..2 {
            let mut tx = world.begin().await;
            months::open_month(&mut tx, scope).await.unwrap();
            tx.commit().await.unwrap();
        }
        assert_eq!(
            world.events(),
            ["strategy.period_missed", "strategy.period_missed", "strategy.period_opened", "strategy.month_opened"]
        );
        let periods = queries::periods(&mut world.read().await, scope, deliverable.id, world.now()).await.unwrap();
        let months: Vec<_> = periods
            .iter()
            .map(|view| (view.period.month.to_string(), view.pace.status, view.period.opened_at.is_some()))
            .collect();
        assert_eq!(
            months,
            [
                ("2026-07".to_owned(), PeriodStatus::OnTrack, true),
                ("2026-06".to_owned(), PeriodStatus::Missed, false),
                ("2026-05".to_owned(), PeriodStatus::Missed, false),
                ("2026-04".to_owned(), PeriodStatus::Missed, true),
            ]
        );
    }
}

#[tokio::test]
async fn a_paused_deliverable_opens_no_month_and_owes_none() {
    for world in World::each().await {
        let (_, scope) = running_client(&world, "UTC").await;
        let id = this_month(&world, scope).await[0].deliverable.id;
        let mut tx = world.begin().await;
        plan::pause_deliverable(&mut tx, scope, id).await.unwrap();
        plan::pause_deliverable(&mut tx, scope, id).await.unwrap();
        let change = ChangeDeliverable { monthly_quantity: Some(6), ..ChangeDeliverable::default() };
        plan::change_deliverable(&mut tx, scope, id, change).await.unwrap();
        tx.commit().await.unwrap();
        world.clock.set("2026-06-10T12:00:00Z");
        let mut tx = world.begin().await;
        assert_eq!(months::open_month(&mut tx, scope).await.unwrap(), months::Opened::default());
        plan::resume_deliverable(&mut tx, scope, id).await.unwrap();
        tx.commit().await.unwrap();
        let periods = queries::periods(&mut world.read().await, scope, id, world.now()).await.unwrap();
        let months: Vec<_> = periods.iter().map(|view| (view.period.month.to_string(), view.pace.target)).collect();
        assert_eq!(months, [("2026-06".to_owned(), 6), ("2026-04".to_owned(), 10)]);

        let mut tx = world.begin().await;
        plan::end_deliverable(&mut tx, scope, id).await.unwrap();
        assert_eq!(plan::resume_deliverable(&mut tx, scope, id).await.unwrap_err().code(), "deliverable_ended");
    }
}

#[tokio::test]
async fn two_processes_that_open_the_same_month_open_it_once() {
    for world in World::each().await {
        let (_, scope) = running_client(&world, "UTC").await;
        world.clock.set("2026-05-01T00:00:00Z");
        let open = async || {
            let mut tx = world.begin().await;
            months::open_month(&mut tx, scope).await.unwrap();
            tx.commit().await.unwrap();
        };
        tokio::join!(open(), open(), open());
        assert_eq!(world.events(), ["strategy.period_opened", "strategy.month_opened"]);
        assert_eq!(this_month(&world, scope).await.len(), 1);
    }
}

#[tokio::test]
async fn an_archived_client_gets_no_month() {
    for world in World::each().await {
        let (tenant, scope) = running_client(&world, "UTC").await;
        let mut tx = world.begin().await;
        tenants::commands::archive_tenant(&mut tx, scope).await.unwrap();
        tx.commit().await.unwrap();
        world.clock.set("2026-05-01T00:00:00Z");
        let mut tx = world.begin().await;
        assert_eq!(months::open_month(&mut tx, scope).await.unwrap().periods, 0);
        let batch = tenants::queries::active_zones(&mut tx, &everywhere(), None, 10).await.unwrap();
        assert!(!batch.contains(&(tenant.id, Tz::UTC)));
    }
}

#[tokio::test]
async fn other_figures_are_entered_with_their_history_and_counted_ones_are_not() {
    for world in World::each().await {
        let tenant = world.client("Acme", "UTC").await;
        let scope = inside(tenant.id);
        let mut tx = world.begin().await;
        let visits = plan::add_goal(&mut tx, scope, &goal("Visits", "sessions", Some(1000.0), 1400.0)).await.unwrap();
        let posts = plan::add_goal(&mut tx, scope, &goal("Posts", "published_posts", None, 60.0)).await.unwrap();
        let twin = plan::add_goal(&mut tx, scope, &goal("visits ", "sessions", None, 5.0)).await.unwrap_err();
        assert_eq!(twin.code(), "goal_exists");
        tx.commit().await.unwrap();
        for value in [1100.0, 1400.0] {
            world.clock.advance(TimeDelta::days(30));
            let mut tx = world.begin().await;
            progress::enter_value(&mut tx, scope, visits.id, value, Some(" From GA4. ")).await.unwrap();
            tx.commit().await.unwrap();
        }
        let view = queries::goal(&mut world.read().await, scope, visits.id, world.now()).await.unwrap();
        assert_eq!(view.status, GoalStatus::Achieved);
        let history = queries::goal_values(&mut world.read().await, scope, visits.id).await.unwrap();
        assert_eq!(history.iter().map(|value| value.value).collect::<Vec<_>>(), [1100.0, 1400.0]);
        assert_eq!(history[0].note.as_deref(), Some("From GA4."));

        let mut tx = world.begin().await;
        let error = progress::enter_value(&mut tx, scope, posts.id, 5.0, None).await.unwrap_err();
        assert_eq!(error.code(), "goal_is_counted");
        assert!(progress::enter_value(&mut tx, scope, visits.id, f64::NAN, None).await.is_err());
        plan::close_goal(&mut tx, scope, visits.id).await.unwrap();
        let error = progress::enter_value(&mut tx, scope, visits.id, 5.0, None).await.unwrap_err();
        assert_eq!(error.code(), "goal_closed");
    }
}

/// An agent that hands in what it is told to, and remembers what it was asked.
struct ScriptedAgent {
    answer: Mutex<serde_json::Value>,
    asked: Mutex<Vec<AgentTask>>,
}

#[async_trait::async_trait]
impl AgentRunner for ScriptedAgent {
    async fn run(&self, task: AgentTask, _cancel: &CancellationToken) -> Result<AgentAnswer> {
        self.asked.lock().unwrap().push(task);
        Ok(AgentAnswer { run: RunId::new(), output: self.answer.lock().unwrap().clone(), offline: true })
    }
}

fn work(world: &World, scope: TenantScope, rework: Option<Rework>) -> Work {
    let activity = Activity {
        id: ActivityId::new(),
        tenant_id: scope.tenant(),
        pipeline_id: PipelineId::new(),
        step_key: "strategy".to_owned(),
        name: "Draft the strategy".to_owned(),
        assignee: Assignee::Agent("strategy".to_owned()),
        step_kind: Some(strategy::DRAFT.to_owned()),
        is_approval: false,
        state: ActivityState::InProgress,
        unit: None,
        input: json!({}),
        output: None,
        notes: None,
        attempt: 1,
        error: None,
        error_help: None,
        created_at: world.now(),
        updated_at: world.now(),
        completed_at: None,
    };
    Work { scope, activity, rework }
}

#[tokio::test]
async fn a_strategy_that_is_sent_back_comes_again_with_the_notes_heard() {
    for world in World::each().await {
        let scope = inside(world.client("Acme", "UTC").await.id);
        let agent = Arc::new(ScriptedAgent { answer: Mutex::new(json!(draft())), asked: Mutex::default() });
        let step = DraftStep::new(agent.clone());
        let cx = StepContext { db: world.db.clone(), cancel: CancellationToken::new() };
        let make = async |rework: Option<Rework>| -> Result<Accepted> {
            let work = work(&world, scope, rework);
            let result = step.run(&cx, &work).await?;
            let mut tx = world.begin().await;
            let accepted = step.accept(&mut tx, &work, result).await?;
            tx.commit().await?;
            Ok(accepted)
        };
        let first = make(None).await.unwrap();
        assert_eq!(first.subjects.len(), 1);
        assert_eq!(first.output["gaps"][0]["what"], "No page says who buys.");
        let subject = first.subjects[0].clone();

        let mut tx = world.begin().await;
        assert!(StrategyApproval.rejected(&mut tx, scope, &subject, "  ").await.is_err());
        StrategyApproval.rejected(&mut tx, scope, &subject, "Fewer posts.").await.unwrap();
        assert!(StrategyApproval.approved(&mut tx, scope, &subject).await.is_err());
        tx.commit().await.unwrap();

        let mut fewer = draft();
        fewer.deliverables[0].monthly_quantity = 4;
        *agent.answer.lock().unwrap() = json!(fewer);
        let rework = Rework { items: vec![ReworkItem { subject: subject.clone(), notes: "Fewer posts.".to_owned() }] };
        let again = make(Some(rework)).await.unwrap();
        assert_eq!(again.subjects, std::slice::from_ref(&subject));
        let asked = agent.asked.lock().unwrap().last().cloned().unwrap();
        assert_eq!(asked.task.notes.as_deref(), Some("Fewer posts."));
        assert_eq!(asked.task.previous, Some(json!(draft())));
        let shown = StrategyApproval.fingerprint(&mut world.read().await, scope, &subject).await.unwrap();
        assert_eq!(shown.version, 2);

        // What can't become a plan is the agent's failure, in words for a person; nothing of it is kept.
        *agent.answer.lock().unwrap() = json!({ "summary": "x" });
        assert_eq!(make(None).await.unwrap_err().code(), "strategy_unusable");
        let mut broken = draft();
        broken.deliverables[0].goal = 7;
        *agent.answer.lock().unwrap() = json!(broken);
        let error = make(None).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::Outside, "strategy_unusable"));
        assert_eq!(queries::strategies(&mut world.read().await, scope).await.unwrap().len(), 1);
    }
}

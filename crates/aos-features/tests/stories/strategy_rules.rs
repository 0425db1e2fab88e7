//! Random legal and illegal commands on strategies and deliverables; what always holds is checked after each.

use aos_capabilities::drafts::{DeliverableDraft, GoalDraft, StrategyDraft};
use aos_features::{
    steps::StepRegistry,
    strategy::{
        DeliverableState, StrategyState,
        commands::{self, NewStrategy},
        months, plan, progress, queries,
    },
};
use aos_kernel::{Actor, ContentItemId, ErrorKind, Result, StrategyId, Subject, TenantScope};
use aos_storage::Tx;
use chrono::TimeDelta;
use proptest::{prelude::*, test_runner::TestRunner};

use crate::support::{World, inside};

/// One command; the numbers choose among what is there, or miss it.
#[derive(Clone, Debug)]
enum Act {
    Propose(u32),
    ProposeAgain(usize, u32),
    Edit(usize, i64, u32),
    Activate(usize),
    Reject(usize),
    Pause(usize),
    Resume(usize),
    End(usize),
    Publish(usize),
    Wait(i64),
    OpenMonth,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => (1..4_u32).prop_map(Act::Propose),
        1 => (0..4_usize, 1..4_u32).prop_map(|(which, quantity)| Act::ProposeAgain(which, quantity)),
        2 => (0..4_usize, 1..4_i64, 1..4_u32).prop_map(|(which, seen, quantity)| Act::Edit(which, seen, quantity)),
        3 => (0..4_usize).prop_map(Act::Activate),
        2 => (0..4_usize).prop_map(Act::Reject),
        1 => (0..3_usize).prop_map(Act::Pause),
        1 => (0..3_usize).prop_map(Act::Resume),
        1 => (0..3_usize).prop_map(Act::End),
        4 => (0..4_usize).prop_map(Act::Publish),
        2 => (1..40_i64).prop_map(Act::Wait),
        2 => Just(Act::OpenMonth),
    ]
}

/// `quantity` posts a month; two of three drafts agree on the name of what they deliver.
fn draft(quantity: u32) -> StrategyDraft {
    let name = if quantity == 3 { "Articles" } else { "Blog posts" };
    StrategyDraft {
        summary: "Be found.".to_owned(),
        goals: vec![GoalDraft {
            name: "A useful blog".to_owned(),
            description: String::new(),
            metric: "published_posts".to_owned(),
            unit: "posts".to_owned(),
            baseline: None,
            target: 60.0,
            months: 6,
        }],
        deliverables: vec![DeliverableDraft {
            deliverable_type: "blog_posts".to_owned(),
            name: name.to_owned(),
            monthly_quantity: quantity,
            goal: 0,
            rationale: String::new(),
        }],
        platforms: Vec::new(),
        timeline: Vec::new(),
        rationale: String::new(),
        gaps: Vec::new(),
    }
}

fn by_agent(quantity: u32) -> NewStrategy {
    NewStrategy { content: draft(quantity), made_by: Actor::agent("strategy", None), offline: true, run: None }
}

async fn carry_out(world: &World, tx: &mut Tx, scope: TenantScope, act: &Act) -> Result<()> {
    let strategies = queries::strategies(tx, scope).await?;
    let strategy = |which: usize| strategies.get(which).map_or_else(StrategyId::new, |strategy| strategy.id);
    let agreed = queries::deliverables(tx, scope, true).await?;
    let deliverable = |which: usize| agreed.get(which).map_or_else(aos_kernel::DeliverableId::new, |d| d.id);
    match act {
        Act::Propose(quantity) => commands::propose(tx, scope, by_agent(*quantity)).await.map(drop),
        Act::ProposeAgain(which, quantity) => {
            commands::propose_again(tx, scope, strategy(*which), by_agent(*quantity)).await.map(drop)
        }
        Act::Edit(which, seen, quantity) => {
            commands::edit(tx, &StepRegistry::default(), scope, strategy(*which), *seen, draft(*quantity))
                .await
                .map(drop)
        }
        Act::Activate(which) => commands::activate(tx, scope, strategy(*which)).await.map(drop),
        Act::Reject(which) => commands::reject(tx, scope, strategy(*which), "Not like this.").await.map(drop),
        Act::Pause(which) => plan::pause_deliverable(tx, scope, deliverable(*which)).await.map(drop),
        Act::Resume(which) => plan::resume_deliverable(tx, scope, deliverable(*which)).await.map(drop),
        Act::End(which) => plan::end_deliverable(tx, scope, deliverable(*which)).await.map(drop),
        Act::Publish(which) => {
            let month = queries::month(tx, scope, None, world.now()).await?;
            let period = month.get(*which).map_or_else(aos_kernel::PeriodId::new, |view| view.period.id);
            progress::count_unit(tx, scope, period, &Subject::new("content_item", ContentItemId::new())).await.map(drop)
        }
        Act::Wait(_) => Ok(()),
        Act::OpenMonth => months::open_month(tx, scope).await.map(drop),
    }
}

/// What holds whatever was done.
async fn check(world: &World, scope: TenantScope) {
    let conn = &mut world.read().await;
    let strategies = queries::strategies(conn, scope).await.unwrap();
    let active = strategies.iter().filter(|strategy| strategy.state == StrategyState::Active).count();
    assert!(active <= 1, "{active} strategies are active");
    let numbers: Vec<i64> = strategies.iter().rev().map(|strategy| strategy.number).collect();
    assert_eq!(numbers, (1..=strategies.len() as i64).collect::<Vec<_>>());
    for strategy in &strategies {
        let revisions = queries::revisions(conn, scope, strategy.id).await.unwrap();
        assert_eq!(revisions.len() as i64, strategy.revision);
        assert_eq!((&revisions[0].hash, &revisions[0].content), (&strategy.hash, &strategy.content));
    }

    let agreed = queries::deliverables(conn, scope, true).await.unwrap();
    let mut units = 0;
    for deliverable in &agreed {
        let periods = queries::periods(conn, scope, deliverable.id, world.now()).await.unwrap();
        let mut months: Vec<_> = periods.iter().map(|view| view.period.month).collect();
        months.dedup();
        assert_eq!(months.len(), periods.len(), "a month was opened twice");
        for view in &periods {
            assert!(view.period.opened_at.is_some() || view.period.completed_count == 0);
            assert_eq!(view.period.completed_at.is_some(), view.period.completed_count >= view.period.target);
            units += view.period.completed_count;
        }
    }
    let goals = queries::goals(conn, scope, true, world.now()).await.unwrap();
    let counted: f64 = goals.iter().filter_map(|view| view.goal.current_value).sum();
    assert_eq!(counted, units as f64, "the goal's figure is what was counted");
    if active == 0 {
        assert!(agreed.iter().all(|deliverable| deliverable.state != DeliverableState::Active));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn whatever_is_commanded_one_strategy_is_active_and_progress_is_what_was_counted() {
    for world in World::each().await {
        let mut runner = TestRunner::new(ProptestConfig { cases: 24, ..ProptestConfig::default() });
        let handle = tokio::runtime::Handle::current();
        let story = |acts: Vec<Act>| {
            handle.block_on(async {
                let scope = inside(world.client("Acme", "Europe/Lisbon").await.id);
                for act in &acts {
                    if let Act::Wait(days) = act {
                        world.clock.advance(TimeDelta::days(*days));
                    }
                    let mut tx = world.begin().await;
                    match carry_out(&world, &mut tx, scope, act).await {
                        Ok(()) => tx.commit().await.unwrap(),
                        Err(error) => {
                            let refused = matches!(error.kind(), ErrorKind::Conflict | ErrorKind::NotFound);
                            assert!(refused, "{act:?}: {error:?}");
                            tx.rollback().await.unwrap();
                        }
                    }
                    check(&world, scope).await;
                }
            });
            Ok(())
        };
        tokio::task::block_in_place(|| runner.run(&proptest::collection::vec(act(), 1..24), story)).unwrap();
    }
}

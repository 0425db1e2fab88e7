//! Stories of pipelines that go their way, fail and are stopped.

use aos_kernel::Subject;
use aos_storage::testing::kinds;
use chrono::TimeDelta;
use serde_json::json;

use super::toys::{IDEA, Shop, TOY, away, hopeless, thing, trade};
use crate::activities::{ActivityState as State, Assignee, PipelineState, Template, commands, queries};

#[tokio::test]
async fn ideas_are_chosen_built_inspected_and_sent() {
    for kind in kinds() {
        let shop = Shop::new(kind).await;
        let pipeline = shop.start("trade").await;
        shop.work().await;
        assert_eq!(shop.the(pipeline, "think").await.state, State::AwaitingApproval);
        assert_eq!(shop.the(pipeline, "choose").await.state, State::Assigned);
        shop.approve_all().await;
        assert_eq!(shop.the(pipeline, "think").await.state, State::Completed);
        shop.work().await;
        shop.approve_all().await;
        shop.work().await;
        assert_eq!(shop.states(pipeline, "send").await, [State::Completed; 3]);
        assert_eq!(shop.state(pipeline).await, PipelineState::Completed);
        let think = shop.the(pipeline, "think").await;
        let way = ["created", "assigned", "in_progress", "awaiting_approval", "approved", "completed"];
        assert_eq!(shop.told(think.id).await, way);
        let choose = shop.the(pipeline, "choose").await;
        assert_eq!(shop.told(choose.id).await, ["created", "assigned", "in_progress", "completed"]);
        let send = shop.activities(pipeline).await.pop().unwrap();
        assert_eq!(shop.told(send.id).await, ["created", "assigned", "in_progress", "completed"]);
        assert_eq!(send.unit.map(|unit| unit.kind).as_deref(), Some(TOY));
    }
}

#[tokio::test]
async fn starting_again_with_the_same_key_starts_nothing() {
    for kind in kinds() {
        let shop = Shop::new(kind).await;
        let start = |name: &str| commands::StartPipeline {
            template_key: "trade".into(),
            name: name.into(),
            origin: crate::activities::Origin::SetUp,
            input: json!({}),
            key: "set-up".into(),
            enter_at: None,
            subjects: vec![],
        };
        let mut tx = shop.tx().await;
        let both = vec![(shop.scope, start("one")), (shop.scope, start("two"))];
        let ids = commands::start_pipelines(&mut tx, &shop.steps, both).await.unwrap();
        assert_eq!(ids[0], ids[1]);
        tx.commit().await.unwrap();
        let mut tx = shop.tx().await;
        assert_eq!(commands::start_pipeline(&mut tx, &shop.steps, shop.scope, start("three")).await.unwrap(), ids[0]);
        tx.commit().await.unwrap();
        assert_eq!(shop.activities(ids[0]).await.len(), 1);
    }
}

#[tokio::test]
async fn fewer_ideas_or_none_still_come_to_an_end() {
    for kind in kinds() {
        let shop = Shop::new(kind).await;
        shop.toys.open().ideas = 1;
        let one = shop.start("trade").await;
        shop.run_to_the_end().await;
        shop.toys.open().ideas = 0;
        let none = shop.start("trade").await;
        shop.run_to_the_end().await;
        assert_eq!(
            (shop.state(one).await, shop.state(none).await),
            (PipelineState::Completed, PipelineState::Completed)
        );
        assert_eq!(shop.activities(none).await.len(), 1);
    }
}

#[tokio::test]
async fn what_a_person_brought_enters_at_its_approval() {
    for kind in kinds() {
        let shop = Shop::new(kind).await;
        let idea = thing(IDEA);
        shop.toys.open().versions.insert(idea.id, 1);
        let pipeline = shop.start_at("trade", Some("choose"), vec![idea]).await;
        shop.run_to_the_end().await;
        let steps: Vec<String> = shop.activities(pipeline).await.into_iter().map(|a| a.step_key).collect();
        assert_eq!(steps, ["choose", "build", "inspect", "send"]);
        assert_eq!(shop.state(pipeline).await, PipelineState::Completed);
        let mut tx = shop.tx().await;
        let mut start = commands::StartPipeline {
            template_key: "trade".into(),
            name: String::new(),
            origin: crate::activities::Origin::AdHoc,
            input: json!({}),
            key: "other".into(),
            enter_at: Some("nowhere".into()),
            subjects: vec![],
        };
        let error = commands::start_pipeline(&mut tx, &shop.steps, shop.scope, start.clone()).await.unwrap_err();
        assert_eq!(error.field(), Some("enter_at"));
        start.enter_at = Some("choose".into());
        let error = commands::start_pipeline(&mut tx, &shop.steps, shop.scope, start.clone()).await.unwrap_err();
        assert_eq!(error.field(), Some("subjects"));
        start.template_key = "none".into();
        let error = commands::start_pipeline(&mut tx, &shop.steps, shop.scope, start).await.unwrap_err();
        assert_eq!(error.code(), "not_found");
    }
}

#[tokio::test]
async fn every_step_that_does_not_answer_once_is_tried_again_by_itself() {
    for kind in kinds() {
        for step in ["toys.think", "toys.build", "toys.send"] {
            let shop = Shop::new(kind).await;
            shop.toys.open().errors.insert(step, vec![away()]);
            shop.toys.open().refusals.insert(step, vec![away()]);
            let pipeline = shop.start("trade").await;
            for _ in 0..3 {
                shop.work_for_days().await;
                shop.approve_all().await;
            }
            assert_eq!(shop.state(pipeline).await, PipelineState::Completed, "{step}");
        }
    }
}

#[tokio::test]
async fn every_step_that_fails_for_good_says_why_and_goes_on_when_a_person_retries_it() {
    for kind in kinds() {
        for (step, key) in [("toys.think", "think"), ("toys.build", "build"), ("toys.send", "send")] {
            let shop = Shop::new(kind).await;
            shop.toys.open().errors.insert(step, vec![hopeless()]);
            let pipeline = shop.start("trade").await;
            shop.run_to_the_end().await;
            assert_eq!(shop.state(pipeline).await, PipelineState::Running, "{step}");
            let all = shop.activities(pipeline).await;
            let failed: Vec<_> = all.iter().filter(|a| a.state == State::Failed).collect();
            assert_eq!((failed.len(), failed[0].step_key.as_str()), (1, key));
            assert_eq!(failed[0].error.as_deref(), Some("This can't be built."));
            assert_eq!(failed[0].error_help.as_deref(), Some("Draw it first."));
            assert!(shop.log().contains(&format!("failed {key}: This can't be built.")));
            assert_eq!(shop.failing().await, 1);

            let mut tx = shop.tx().await;
            commands::retry_activity(&mut tx, &shop.steps, shop.scope, failed[0].id).await.unwrap();
            tx.commit().await.unwrap();
            shop.run_to_the_end().await;
            assert_eq!(shop.state(pipeline).await, PipelineState::Completed, "{step}");
            let mut tx = shop.tx().await;
            let again = commands::retry_activity(&mut tx, &shop.steps, shop.scope, failed[0].id).await;
            assert_eq!(again.unwrap_err().code(), "not_failed");
        }
    }
}

#[tokio::test]
async fn every_step_that_is_done_twice_counts_once() {
    for kind in kinds() {
        let shop = Shop::new(kind).await;
        let pipeline = shop.start("trade").await;
        for round in 0..6 {
            // Killed right before the commit; after the lease another does it all again.
            shop.worker(&format!("killed {round}")).step_and_die().await.unwrap();
            shop.clock.advance(TimeDelta::minutes(5));
            shop.work().await;
            shop.approve_all().await;
        }
        assert_eq!(shop.state(pipeline).await, PipelineState::Completed);
        let log = shop.log();
        let times = |what: &str| log.iter().filter(|line| line.starts_with(what)).count();
        assert_eq!((times("run think"), times("accept think")), (2, 1));
        assert_eq!((times("run build"), times("accept build")), (6, 3));
        assert_eq!((times("run send"), times("accept send")), (6, 3));
        for activity in shop.activities(pipeline).await {
            let told = shop.told(activity.id).await;
            assert_eq!(told.iter().filter(|state| *state == "in_progress").count(), 1, "{told:?}");
        }
    }
}

#[tokio::test]
async fn a_cancelled_unit_stops_and_the_others_go_on() {
    for kind in kinds() {
        let shop = Shop::new(kind).await;
        let pipeline = shop.start("trade").await;
        shop.work().await;
        shop.approve_all().await;
        shop.work().await;
        let build = shop.activities(pipeline).await.into_iter().find(|a| a.step_key == "build").unwrap();
        let mut tx = shop.tx().await;
        commands::cancel_activity(&mut tx, &shop.steps, shop.scope, build.id, "not wanted").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(shop.pending().await.len(), 2);
        shop.run_to_the_end().await;
        assert_eq!(shop.states(pipeline, "send").await.len(), 2);
        assert_eq!(shop.state(pipeline).await, PipelineState::Completed);
    }
}

#[tokio::test]
async fn a_cancelled_pipeline_leaves_nothing_to_do_and_drops_what_was_under_way() {
    for kind in kinds() {
        let shop = Shop::new(kind).await;
        let waiting = shop.start("trade").await;
        shop.work().await;
        let under_way = shop.start("trade").await;
        for pipeline in [waiting, under_way] {
            let mut tx = shop.tx().await;
            commands::cancel_pipeline(&mut tx, &shop.steps, shop.scope, pipeline, "the client left").await.unwrap();
            tx.commit().await.unwrap();
        }
        shop.log();
        shop.work().await;
        assert!(shop.pending().await.is_empty());
        assert!(shop.log().is_empty(), "the job of the cancelled activity was dropped");
        for pipeline in [waiting, under_way] {
            assert_eq!(shop.state(pipeline).await, PipelineState::Cancelled);
            assert!(shop.activities(pipeline).await.iter().all(|a| a.state == State::Cancelled));
        }
        let mut tx = shop.tx().await;
        let again = commands::cancel_pipeline(&mut tx, &shop.steps, shop.scope, waiting, "again").await;
        assert_eq!(again.unwrap_err().code(), "pipeline_is_over");
    }
}

/// Ideas by a person, two steps side by side for each toy, a third that needs both, and one sum for all.
fn with_joins() -> Template {
    serde_json::from_value(json!({
        "key": "joined", "name": "Joined",
        "steps": [
            { "key": "bring", "name": "Bring", "assignee": { "human": "reviewer" } },
            { "key": "paint", "name": "Paint", "assignee": { "agent": "painter" }, "kind": "toys.build",
              "repeat_per_unit": true, "blocked_by": ["bring"] },
            { "key": "wrap", "name": "Wrap", "assignee": { "agent": "wrapper" }, "kind": "toys.build",
              "repeat_per_unit": true, "blocked_by": ["bring"] },
            { "key": "send", "name": "Send", "assignee": "system", "kind": "toys.send",
              "repeat_per_unit": true, "blocked_by": ["paint", "wrap"] },
            { "key": "sum", "name": "Sum", "assignee": "system", "kind": "toys.sum", "blocked_by": ["send"] }
        ]
    }))
    .unwrap()
}

#[tokio::test]
async fn a_step_waits_for_all_that_block_it_and_a_sum_for_all_units() {
    for kind in kinds() {
        let shop = Shop::with(kind, vec![with_joins()]).await;
        let pipeline = shop.start("joined").await;
        let bring = shop.the(pipeline, "bring").await;
        assert_eq!(bring.assignee, Assignee::Human("reviewer".into()));
        let units: Vec<Subject> = (0..3).map(|_| thing(TOY)).collect();
        // One painting fails for good: that toy is not sent, and the sum waits for it.
        shop.toys.open().errors.insert("toys.build", vec![hopeless()]);
        let mut tx = shop.tx().await;
        commands::complete_human(&mut tx, &shop.steps, shop.scope, bring.id, json!({}), units).await.unwrap();
        tx.commit().await.unwrap();
        shop.work().await;
        assert_eq!(shop.states(pipeline, "send").await, [State::Completed; 2]);
        assert!(shop.states(pipeline, "sum").await.is_empty());
        let failed = shop.activities(pipeline).await.into_iter().find(|a| a.state == State::Failed).unwrap();
        let mut tx = shop.tx().await;
        commands::retry_activity(&mut tx, &shop.steps, shop.scope, failed.id).await.unwrap();
        tx.commit().await.unwrap();
        shop.work().await;
        assert_eq!(shop.states(pipeline, "send").await, [State::Completed; 3]);
        assert_eq!(shop.states(pipeline, "sum").await, [State::Completed]);
        assert_eq!(shop.state(pipeline).await, PipelineState::Completed);
    }
}

#[tokio::test]
async fn work_of_people_shows_in_their_queue_until_it_is_handed_in() {
    for kind in kinds() {
        let shop = Shop::with(kind, vec![with_joins()]).await;
        let pipeline = shop.start("joined").await;
        let bring = shop.the(pipeline, "bring").await;
        assert_eq!(shop.tasks().await, [bring.id]);
        let counts = queries::counts(&mut shop.read().await, shop.scope).await.unwrap();
        assert_eq!((counts.with_people, counts.with_agents), (1, 0));
        let mut tx = shop.tx().await;
        commands::begin_human(&mut tx, &shop.steps, shop.scope, bring.id).await.unwrap();
        commands::complete_human(&mut tx, &shop.steps, shop.scope, bring.id, json!({}), vec![]).await.unwrap();
        let again = commands::complete_human(&mut tx, &shop.steps, shop.scope, bring.id, json!({}), vec![]).await;
        assert_eq!(again.unwrap_err().code(), "illegal_transition");
        tx.commit().await.unwrap();
        assert!(shop.tasks().await.is_empty());
    }
}

#[tokio::test]
async fn another_clients_work_is_not_there() {
    for kind in kinds() {
        let shop = Shop::with(kind, vec![trade()]).await;
        let pipeline = shop.start("trade").await;
        shop.work().await;
        let approval = shop.pending().await.remove(0);
        let think = shop.the(pipeline, "think").await;
        let foreign = aos_kernel::TenantScope::granted(aos_kernel::TenantId::new());
        let mut tx = shop.tx().await;
        let approve = crate::activities::Decision::Approve;
        let decided =
            commands::decide(&mut tx, &shop.steps, foreign, &shop.approver(), approval.id, &approval.hash, approve)
                .await;
        let refused = [
            decided.map(drop),
            commands::retry_activity(&mut tx, &shop.steps, foreign, think.id).await,
            commands::cancel_activity(&mut tx, &shop.steps, foreign, think.id, "").await,
            commands::cancel_pipeline(&mut tx, &shop.steps, foreign, pipeline, "").await,
            commands::complete_human(&mut tx, &shop.steps, foreign, think.id, json!({}), vec![]).await,
            queries::activity(&mut tx, foreign, think.id).await.map(drop),
            queries::pipeline(&mut tx, foreign, pipeline).await.map(drop),
            queries::approval(&mut tx, foreign, approval.id).await.map(drop),
        ];
        for refused in refused {
            assert_eq!(refused.unwrap_err().code(), "not_found");
        }
        let only = aos_kernel::AgencyScope::only(vec![foreign.tenant()]);
        let filter = Default::default();
        let page = queries::pending_approvals(&mut tx, &only, &filter, None, Default::default()).await.unwrap();
        assert!(page.items.is_empty());
    }
}

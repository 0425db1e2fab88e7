//! Stories of approvals: who may decide, on what exactly, and what comes of it.

use aos_kernel::{Actor, UserId};
use aos_storage::testing::kinds;
use serde_json::json;

use super::toys::{IDEA, Shop, hopeless, thing};
use crate::activities::{
    ActivityState as State, ApprovalState, Approver, Decide, Decision, PipelineState, commands, queries,
};

#[tokio::test]
async fn approving_some_lets_those_go_on() {
    for kind in kinds() {
        let shop = Shop::new(kind).await;
        let pipeline = shop.start("trade").await;
        shop.work().await;
        let ideas = shop.pending().await;
        shop.approve(&ideas[0]).await;
        assert_eq!(shop.the(pipeline, "think").await.state, State::AwaitingApproval);
        assert_eq!(shop.the(pipeline, "choose").await.state, State::InProgress);
        shop.work().await;
        let toy = shop.pending().await.into_iter().find(|a| a.subject.kind == "toy").unwrap();
        shop.approve(&toy).await;
        shop.work().await;
        assert_eq!(shop.states(pipeline, "send").await, [State::Completed]);
        assert_eq!(shop.state(pipeline).await, PipelineState::Running);
        shop.run_to_the_end().await;
        assert_eq!(shop.state(pipeline).await, PipelineState::Completed);
    }
}

#[tokio::test]
async fn what_is_sent_back_is_made_again_with_the_notes_and_only_that() {
    for kind in kinds() {
        let shop = Shop::new(kind).await;
        let pipeline = shop.start("trade").await;
        shop.work().await;
        let ideas = shop.pending().await;
        shop.log();
        shop.reject(&ideas[1], "  Bigger wheels ").await;
        let think = shop.the(pipeline, "think").await;
        assert_eq!((think.state, think.notes.as_deref(), think.attempt), (State::InProgress, Some("Bigger wheels"), 2));
        shop.work().await;
        assert_eq!(
            shop.log(),
            ["rejected idea: Bigger wheels", "run think", "accept think {\"notes\":[\"Bigger wheels\"]}"]
        );
        let again = shop.pending().await;
        assert_eq!(again.len(), 3);
        let renewed = again.iter().find(|a| a.subject == ideas[1].subject).unwrap();
        assert_eq!((renewed.version, renewed.state), (2, ApprovalState::Pending));
        assert_ne!(renewed.id, ideas[1].id);
        let way =
            ["created", "assigned", "in_progress", "awaiting_approval", "rejected", "in_progress", "awaiting_approval"];
        assert_eq!(shop.told(think.id).await, way);
        shop.run_to_the_end().await;
        assert_eq!(shop.states(pipeline, "send").await.len(), 3);
        let history = queries::approvals_of(&mut shop.read().await, shop.scope, &ideas[1].subject).await.unwrap();
        let states: Vec<_> = history.iter().map(|a| a.state).collect();
        assert_eq!(states, [ApprovalState::Rejected, ApprovalState::Approved]);
    }
}

#[tokio::test]
async fn what_is_sent_back_while_something_else_is_made_again_comes_right_after() {
    for kind in kinds() {
        let shop = Shop::new(kind).await;
        let pipeline = shop.start("trade").await;
        shop.work().await;
        let ideas = shop.pending().await;
        shop.reject(&ideas[0], "one").await;
        shop.reject(&ideas[1], "two").await;
        shop.log();
        shop.work().await;
        assert_eq!(shop.log(), ["run think", "accept think {\"notes\":[\"one\",\"two\"]}"], "both in one run");

        let again = shop.pending().await;
        shop.reject(&again[1], "three").await;
        // The run has begun and knows of the first only; the second comes while it is under way.
        shop.worker("slow").step_and_die().await.unwrap();
        shop.reject(&again[2], "four").await;
        shop.clock.advance(chrono::TimeDelta::minutes(5));
        shop.run_to_the_end().await;
        assert_eq!(shop.state(pipeline).await, PipelineState::Completed);
        assert_eq!(shop.states(pipeline, "send").await, [State::Completed; 3]);
    }
}

#[tokio::test]
async fn work_that_failed_while_being_made_again_takes_what_else_was_sent_back() {
    for kind in kinds() {
        let shop = Shop::new(kind).await;
        let pipeline = shop.start("trade").await;
        shop.work().await;
        let ideas = shop.pending().await;
        shop.toys.open().errors.insert("toys.think", vec![hopeless()]);
        shop.reject(&ideas[0], "one").await;
        shop.work().await;
        assert_eq!(shop.the(pipeline, "think").await.state, State::Failed);
        shop.log();
        shop.reject(&ideas[1], "two").await;
        shop.work().await;
        assert_eq!(shop.log()[1..], ["run think", "accept think {\"notes\":[\"one\",\"two\"]}"]);
        shop.run_to_the_end().await;
        assert_eq!(shop.state(pipeline).await, PipelineState::Completed);
    }
}

#[tokio::test]
async fn what_a_person_brought_is_changed_and_handed_in_again_or_withdrawn() {
    for kind in kinds() {
        let shop = Shop::new(kind).await;
        let (kept, closed) = (thing(IDEA), thing(IDEA));
        shop.toys.open().versions.extend([(kept.id, 1), (closed.id, 1)]);
        let pipeline = shop.start_at("trade", Some("choose"), vec![kept.clone(), closed.clone()]).await;
        for approval in shop.pending().await {
            shop.reject(&approval, "not yet").await;
        }
        shop.work().await;
        assert!(shop.pending().await.is_empty());
        let mut tx = shop.tx().await;
        *shop.toys.open().versions.get_mut(&kept.id).unwrap() += 1;
        commands::resubmit(&mut tx, &shop.steps, shop.scope, &kept).await.unwrap();
        let twice = commands::resubmit(&mut tx, &shop.steps, shop.scope, &kept).await;
        assert_eq!(twice.unwrap_err().code(), "not_sent_back");
        commands::withdraw(&mut tx, &shop.steps, shop.scope, &closed, "closed").await.unwrap();
        commands::withdraw(&mut tx, &shop.steps, shop.scope, &closed, "closed").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(shop.pending().await[0].version, 2);
        shop.run_to_the_end().await;
        assert_eq!(shop.states(pipeline, "send").await, [State::Completed]);
        assert_eq!(shop.state(pipeline).await, PipelineState::Completed);
    }
}

#[tokio::test]
async fn only_what_was_shown_can_be_approved() {
    for kind in kinds() {
        let shop = Shop::new(kind).await;
        shop.start("trade").await;
        shop.work().await;
        let idea = shop.pending().await.remove(0);
        // Somebody edits it while it is looked at.
        *shop.toys.open().versions.get_mut(&idea.subject.id).unwrap() += 1;
        let error = shop.decide(&idea, Decision::Approve).await.unwrap_err();
        assert_eq!(error.code(), "changed_since_you_looked", "also when nobody said that it was edited");
        let mut tx = shop.tx().await;
        assert!(commands::refingerprint(&mut tx, &shop.steps, shop.scope, &idea.subject).await.unwrap());
        assert!(!commands::refingerprint(&mut tx, &shop.steps, shop.scope, &thing(IDEA)).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(shop.decide(&idea, Decision::Approve).await.unwrap_err().code(), "changed_since_you_looked");
        let fresh = queries::approval(&mut shop.read().await, shop.scope, idea.id).await.unwrap();
        assert_eq!((fresh.version, fresh.title.as_str()), (2, "idea 2"));
        shop.approve(&fresh).await;
    }
}

#[tokio::test]
async fn the_slower_reviewer_is_told_who_was_faster() {
    for kind in kinds() {
        let shop = Shop::new(kind).await;
        shop.start("trade").await;
        shop.work().await;
        let idea = shop.pending().await.remove(0);
        shop.approve(&idea).await;
        shop.clock.advance(chrono::TimeDelta::minutes(5));
        let error = shop.decide(&idea, Decision::Reject { notes: "no".into() }).await.unwrap_err();
        assert_eq!(error.code(), "nothing_to_decide");
        assert_eq!(error.message(), "There is nothing to decide: “idea 1” was approved 5 minutes ago.");
    }
}

#[tokio::test]
async fn who_may_not_decide_is_told_why() {
    for kind in kinds() {
        let shop = Shop::new(kind).await;
        shop.toys.open().made_by = Some(Actor::user(shop.reviewer));
        shop.start("trade").await;
        shop.work().await;
        let idea = shop.pending().await.remove(0);
        let error = shop.decide(&idea, Decision::Approve).await.unwrap_err();
        assert_eq!(error.message(), "You made or asked for “idea 1”, so somebody else has to decide on it.");
        let member = Approver { roles: vec!["member".into()], ..Approver::default() };
        let error = shop.decide_as(&member, &idea, Decision::Approve).await.unwrap_err();
        assert_eq!(error.kind(), aos_kernel::ErrorKind::Denied);
        let error = shop.decide(&idea, Decision::Reject { notes: " ".into() }).await.unwrap_err();
        assert_eq!(error.field(), Some("notes"));
        let mut tx = shop.test.db.begin(Actor::agent("thinker", None)).await.unwrap();
        let approve = Decision::Approve;
        let agent =
            commands::decide(&mut tx, &shop.steps, shop.scope, &shop.approver(), idea.id, &idea.hash, approve).await;
        assert_eq!(agent.unwrap_err().message(), "Only a person can decide on this.");
        drop(tx);
        shop.toys.open().policy.allow_own_work = true;
        shop.decide(&idea, Decision::Approve).await.unwrap();
        let administrator = Approver { roles: vec!["administrator".into()], ..shop.approver() };
        let next = shop.pending().await.remove(0);
        shop.decide_as(&administrator, &next, Decision::Approve).await.unwrap();
    }
}

#[tokio::test]
async fn of_many_decisions_the_one_that_is_refused_keeps_no_other_back() {
    for kind in kinds() {
        let shop = Shop::new(kind).await;
        let pipeline = shop.start("trade").await;
        shop.work().await;
        let ideas = shop.pending().await;
        shop.toys.open().stubborn.push(ideas[1].subject.id);
        let mut items: Vec<Decide> = ideas
            .iter()
            .map(|a| Decide { approval: a.id, expected: a.hash.clone(), decision: Decision::Approve })
            .collect();
        items.push(items[0].clone());
        let mut tx = shop.tx().await;
        let decided = commands::decide_many(&mut tx, &shop.steps, shop.scope, &shop.approver(), items).await.unwrap();
        tx.commit().await.unwrap();
        let codes: Vec<&str> = decided.iter().map(|d| d.as_ref().map_or_else(|e| e.code(), |_| "ok")).collect();
        assert_eq!(codes, ["ok", "no_channel", "ok", "nothing_to_decide"]);
        assert_eq!(shop.pending().await.len(), 1);
        shop.work().await;
        assert_eq!(shop.states(pipeline, "build").await.len(), 2);
    }
}

#[tokio::test]
async fn the_queue_comes_in_pages_by_role_and_kind_and_says_who_is_waited_for() {
    for kind in kinds() {
        let shop = Shop::new(kind).await;
        shop.toys.open().ideas = 5;
        shop.start("trade").await;
        shop.work().await;
        let everywhere = aos_kernel::AgencyScope::all();
        let size = aos_kernel::PageSize::clamped(2);
        let filter = |role: &str, kind: Option<&str>| crate::activities::ApprovalFilter {
            roles: vec![role.into()],
            tenant: Some(shop.scope.tenant()),
            subject_kind: kind.map(str::to_owned),
        };
        let mut conn = shop.read().await;
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let filter = filter("reviewer", Some(IDEA));
            let page = queries::pending_approvals(&mut conn, &everywhere, &filter, after.as_ref(), size).await.unwrap();
            seen.extend(page.items.into_iter().map(|item| item.approval.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 5);
        assert!(seen.is_sorted());
        for other in [filter("approver", None), filter("reviewer", Some("toy"))] {
            let page = queries::pending_approvals(&mut conn, &everywhere, &other, None, size).await.unwrap();
            assert!(page.items.is_empty());
        }
        let waiting = queries::waiting(&mut conn, &everywhere).await.unwrap();
        assert_eq!((waiting.len(), waiting[0].count, waiting[0].role.as_str()), (1, 5, "reviewer"));
        let bad = aos_kernel::Cursor::new("x");
        let filter = filter("reviewer", None);
        assert!(queries::pending_approvals(&mut conn, &everywhere, &filter, Some(&bad), size).await.is_err());
    }
}

#[tokio::test]
async fn work_that_a_person_hands_in_goes_back_to_a_person() {
    for kind in kinds() {
        let template = serde_json::from_value(json!({
            "key": "by_hand", "name": "By hand",
            "steps": [
                { "key": "draw", "name": "Draw", "assignee": { "human": "consultant" } },
                { "key": "look", "name": "Look", "assignee": { "human": "reviewer" }, "is_approval": true,
                  "input_from": "draw", "blocked_by": ["draw"] }
            ]
        }));
        let shop = Shop::with(kind, vec![template.unwrap()]).await;
        let pipeline = shop.start("by_hand").await;
        let draw = shop.the(pipeline, "draw").await;
        let drawing = thing(IDEA);
        for version in 1..=2 {
            shop.toys.open().versions.insert(drawing.id, version);
            let mut tx = shop.test.db.begin(Actor::user(UserId::new())).await.unwrap();
            let made = vec![drawing.clone()];
            commands::complete_human(&mut tx, &shop.steps, shop.scope, draw.id, json!({}), made).await.unwrap();
            tx.commit().await.unwrap();
            let waiting = shop.pending().await.remove(0);
            assert_eq!(waiting.version, version);
            if version == 1 {
                shop.reject(&waiting, "Rounder").await;
                assert_eq!(shop.the(pipeline, "draw").await.state, State::InProgress);
            } else {
                shop.approve(&waiting).await;
            }
        }
        assert_eq!(shop.state(pipeline).await, PipelineState::Completed);
    }
}

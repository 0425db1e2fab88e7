//! Random commands, legal and illegal, of people, agents and a dying worker; after each, what must always hold is checked
//! against the rows and the events.

use std::collections::BTreeMap;

use aos_kernel::{ActivityId, AgencyScope, PipelineId};
use aos_storage::{DbKind, testing::kinds};
use chrono::TimeDelta;
use proptest::{collection::vec, prelude::*};
use serde_json::json;

use super::toys::{IDEA, Shop, away, client_too, hopeless, thing};
use crate::{
    activities::{
        Activity, ActivityState as State, Approval, ApprovalState, Decision, PipelineState, commands, queries,
    },
    tenants::{ApprovalPolicy, Party},
};

#[derive(Clone, Debug)]
enum Act {
    Start {
        ideas: usize,
    },
    Bring,
    /// An agent's next step of this kind does not answer, or can't be done.
    Trouble {
        step: usize,
        hopeless: bool,
    },
    Work,
    /// A worker does everything and is killed before it can say so.
    Die,
    Wait {
        minutes: i64,
    },
    Approve {
        which: usize,
    },
    Reject {
        which: usize,
    },
    /// Decides on something that is decided already, or with an old hash.
    DecideLate {
        which: usize,
    },
    Edit {
        which: usize,
    },
    /// The tenant chooses whether the client decides too.
    Policy {
        client: bool,
    },
    Withdraw {
        which: usize,
    },
    Resubmit {
        which: usize,
    },
    Retry {
        which: usize,
    },
    HandIn {
        which: usize,
    },
    Cancel {
        which: usize,
    },
    CancelPipeline {
        which: usize,
    },
}

fn act() -> impl Strategy<Value = Act> {
    let n = 0..40usize;
    prop_oneof![
        2 => (0..4usize).prop_map(|ideas| Act::Start { ideas }),
        1 => Just(Act::Bring),
        2 => (0..3usize, any::<bool>()).prop_map(|(step, hopeless)| Act::Trouble { step, hopeless }),
        8 => Just(Act::Work),
        2 => Just(Act::Die),
        2 => prop_oneof![Just(1i64), Just(5), Just(120)].prop_map(|minutes| Act::Wait { minutes }),
        9 => n.clone().prop_map(|which| Act::Approve { which }),
        4 => n.clone().prop_map(|which| Act::Reject { which }),
        2 => n.clone().prop_map(|which| Act::DecideLate { which }),
        3 => n.clone().prop_map(|which| Act::Edit { which }),
        2 => any::<bool>().prop_map(|client| Act::Policy { client }),
        1 => n.clone().prop_map(|which| Act::Withdraw { which }),
        2 => n.clone().prop_map(|which| Act::Resubmit { which }),
        4 => n.clone().prop_map(|which| Act::Retry { which }),
        1 => n.clone().prop_map(|which| Act::HandIn { which }),
        1 => n.clone().prop_map(|which| Act::Cancel { which }),
        1 => n.prop_map(|which| Act::CancelPipeline { which }),
    ]
}

struct World {
    shop: Shop,
    pipelines: Vec<PipelineId>,
    deaths: usize,
}

impl World {
    async fn new(kind: DbKind) -> Self {
        Self { shop: Shop::new(kind).await, pipelines: Vec::new(), deaths: 0 }
    }

    async fn all(&self) -> Vec<Activity> {
        let mut all = Vec::new();
        for pipeline in &self.pipelines {
            all.extend(self.shop.activities(*pipeline).await);
        }
        all
    }
    async fn any_activity(&self, which: usize) -> Option<ActivityId> {
        let all = self.all().await;
        (!all.is_empty()).then(|| all[which % all.len()].id)
    }

    /// Illegal commands answer with an error and change nothing; legal ones are committed.
    async fn act(&mut self, act: Act) {
        let shop = &self.shop;
        match act {
            Act::Start { ideas } => {
                shop.toys.open().ideas = ideas;
                self.pipelines.push(shop.start("trade").await);
            }
            Act::Bring => {
                let idea = thing(IDEA);
                shop.toys.open().versions.insert(idea.id, 1);
                self.pipelines.push(shop.start_at("trade", Some("choose"), vec![idea]).await);
            }
            Act::Trouble { step, hopeless: for_good } => {
                let error = if for_good { hopeless() } else { away() };
                let step = ["toys.think", "toys.build", "toys.send"][step];
                shop.toys.open().errors.entry(step).or_default().push(error);
            }
            Act::Work => shop.work().await,
            Act::Die => {
                self.deaths += 1;
                shop.worker(&format!("dying {}", self.deaths)).step_and_die().await.unwrap();
            }
            Act::Policy { client } => {
                shop.choose(if client { client_too() } else { ApprovalPolicy::default() }).await;
            }
            Act::Wait { minutes } => shop.clock.advance(TimeDelta::minutes(minutes)),
            Act::Approve { which } => self.decide(which, Decision::Approve).await,
            Act::Reject { which } => self.decide(which, Decision::Reject { notes: "Again".into() }).await,
            Act::DecideLate { which } => self.decide_late(which).await,
            Act::Edit { which } => {
                let waiting = shop.pending().await;
                if let Some(approval) = waiting.get(which % waiting.len().max(1)) {
                    *shop.toys.open().versions.entry(approval.subject.id).or_default() += 1;
                    let mut tx = shop.tx().await;
                    assert!(
                        commands::refingerprint(&mut tx, &shop.steps, shop.scope, &approval.subject).await.unwrap()
                    );
                    tx.commit().await.unwrap();
                }
            }
            Act::Withdraw { which } | Act::Resubmit { which } => {
                let mut tx = shop.tx().await;
                let rows = tx.rows("SELECT id FROM approval ORDER BY id", vec![]).await.unwrap();
                if !rows.is_empty() {
                    let id = rows[which % rows.len()].get("id").unwrap();
                    let subject = queries::approval(&mut tx, shop.scope, id).await.unwrap().subject;
                    let done = match act {
                        Act::Withdraw { .. } => {
                            commands::withdraw(&mut tx, &shop.steps, shop.scope, &subject, "closed").await
                        }
                        _ => commands::resubmit(&mut tx, &shop.steps, shop.scope, &subject).await,
                    };
                    if done.is_ok() {
                        tx.commit().await.unwrap();
                    }
                }
            }
            Act::Retry { which } | Act::HandIn { which } | Act::Cancel { which } => {
                if let Some(id) = self.any_activity(which).await {
                    let (steps, scope) = (&shop.steps, shop.scope);
                    let mut tx = shop.tx().await;
                    let done = match act {
                        Act::Retry { .. } => commands::retry_activity(&mut tx, steps, scope, id).await,
                        Act::Cancel { .. } => commands::cancel_activity(&mut tx, steps, scope, id, "stop").await,
                        _ => commands::complete_human(&mut tx, steps, scope, id, json!({}), vec![]).await,
                    };
                    if done.is_ok() {
                        tx.commit().await.unwrap();
                    }
                }
            }
            Act::CancelPipeline { which } => {
                if let Some(id) = self.pipelines.get(which % self.pipelines.len().max(1)) {
                    let mut tx = shop.tx().await;
                    if commands::cancel_pipeline(&mut tx, &shop.steps, shop.scope, *id, "stop").await.is_ok() {
                        tx.commit().await.unwrap();
                    }
                }
            }
        }
    }

    async fn decide(&self, which: usize, decision: Decision) {
        let waiting = self.shop.pending().await;
        if let Some(approval) = waiting.get(which % waiting.len().max(1)) {
            self.shop.decide(approval, decision).await.unwrap();
        }
    }

    async fn decide_late(&self, which: usize) {
        let shop = &self.shop;
        let mut conn = shop.read().await;
        let rows = conn.rows("SELECT id FROM approval ORDER BY id", vec![]).await.unwrap();
        if rows.is_empty() {
            return;
        }
        let id = rows[which % rows.len()].get("id").unwrap();
        let mut approval = queries::approval(&mut conn, shop.scope, id).await.unwrap();
        drop(conn);
        if approval.state == ApprovalState::Pending {
            approval.hash = aos_kernel::ContentHash::from_hex("other");
        }
        let error = shop.decide(&approval, Decision::Approve).await.unwrap_err();
        assert!(["nothing_to_decide", "changed_since_you_looked"].contains(&error.code()), "{error:?}");
    }

    /// What must hold after every command.
    async fn holds(&self) {
        let shop = &self.shop;
        let mut conn = shop.read().await;
        for pipeline in &self.pipelines {
            let view = queries::pipeline(&mut conn, shop.scope, *pipeline).await.unwrap();
            let open = view.activities.iter().filter(|a| !a.state.is_over()).count();
            let counted = conn
                .count("SELECT open_activities AS n FROM pipeline WHERE id = $1", aos_storage::params![*pipeline])
                .await
                .unwrap();
            assert_eq!(counted, i64::try_from(open).unwrap(), "the pipeline counts its open activities");
            let running = view.pipeline.state == PipelineState::Running;
            assert_eq!(running, open > 0, "a pipeline runs while something of it does: {:?}", view.pipeline.state);
            for activity in &view.activities {
                self.chain_is_whole(&mut conn, activity).await;
            }
            self.gates_hold(&mut conn, &view.activities).await;
        }
    }

    /// Each event begins where the one before it ended, along the table, and the last one is where the activity stands.
    async fn chain_is_whole(&self, conn: &mut aos_storage::Conn, activity: &Activity) {
        let detail = queries::activity(conn, self.shop.scope, activity.id).await.unwrap();
        let mut at: Option<State> = None;
        for event in &detail.events {
            let to: State = event.kind.trim_start_matches("activities.").parse().unwrap();
            let from: Option<State> = event.data["from"].as_str().map(|from| from.parse().unwrap());
            assert_eq!(from, at, "{:?}", detail.events);
            assert!(from.is_none_or(|from| from.may_become(to)));
            at = Some(to);
        }
        assert_eq!(at, Some(activity.state));
    }

    /// No step begins for what nobody approved, and nothing waits for an approval that is not asked for.
    async fn gates_hold(&self, conn: &mut aos_storage::Conn, activities: &[Activity]) {
        let mut approved = BTreeMap::new();
        for gate in activities.iter().filter(|a| a.is_approval) {
            let detail = queries::activity(conn, self.shop.scope, gate.id).await.unwrap();
            let count = |state| detail.approvals.iter().filter(|a| a.state == state).count();
            *approved.entry(gate.step_key.as_str()).or_insert(0) += Self::let_through(&detail.approvals);
            let waits = count(ApprovalState::Pending) + count(ApprovalState::Rejected) > 0;
            if gate.state.is_over() {
                assert_eq!(count(ApprovalState::Pending), 0, "a gate that is over asks nobody");
            } else {
                assert!(waits, "a gate that is open has something to ask or to get back");
            }
        }
        let begun = |key: &str| activities.iter().filter(|a| a.step_key == key).count();
        assert_eq!(begun("build"), approved.get("choose").copied().unwrap_or(0));
        assert_eq!(begun("send"), approved.get("inspect").copied().unwrap_or(0));
    }

    /// How many things went through a gate: those whose last decision was a yes. The client was only asked about exactly
    /// what the agency had approved, and nothing is asked twice at once.
    fn let_through(approvals: &[Approval]) -> usize {
        let mut by_subject: BTreeMap<uuid::Uuid, Vec<&Approval>> = BTreeMap::new();
        for approval in approvals {
            by_subject.entry(approval.subject.id).or_default().push(approval);
        }
        let mut through = 0;
        for history in by_subject.values() {
            let open = history.iter().filter(|a| a.state == ApprovalState::Pending).count();
            assert!(open <= 1, "asked twice at once: {history:?}");
            for pair in history.windows(2).filter(|pair| pair[1].party == Party::Client) {
                let [before, asked] = pair else { continue };
                assert_eq!((before.party, before.state), (Party::Agency, ApprovalState::Approved), "{history:?}");
                assert_eq!(before.hash, asked.hash, "the client was asked about something else: {history:?}");
            }
            assert!(history.first().is_some_and(|first| first.party == Party::Agency), "{history:?}");
            through += usize::from(history.last().is_some_and(|last| last.state == ApprovalState::Approved));
        }
        through
    }

    /// With good will all around, everything comes to its end.
    async fn end(&mut self) {
        self.shop.toys.open().errors.clear();
        for _ in 0..16 {
            self.shop.work_for_days().await;
            for activity in self.all().await.into_iter().filter(|a| a.state == State::Failed) {
                let mut tx = self.shop.tx().await;
                commands::retry_activity(&mut tx, &self.shop.steps, self.shop.scope, activity.id).await.unwrap();
                tx.commit().await.unwrap();
            }
            self.resubmit_all().await;
            self.shop.approve_all().await;
            if self.all().await.iter().all(|activity| activity.state.is_over()) {
                break;
            }
        }
        self.holds().await;
        for pipeline in &self.pipelines {
            assert_ne!(self.shop.state(*pipeline).await, PipelineState::Running);
        }
        let mut conn = self.shop.read().await;
        let queues = aos_workflow::queue_depths(&mut conn).await.unwrap();
        assert!(queues.iter().all(|q| q.waiting + q.ready + q.running == 0), "{queues:?}");
        let waiting = queries::waiting(&mut conn, &AgencyScope::all()).await.unwrap();
        assert!(waiting.is_empty());
    }

    async fn resubmit_all(&self) {
        let shop = &self.shop;
        let mut tx = shop.tx().await;
        let rows = tx.rows("SELECT id FROM approval WHERE state = 'rejected'", vec![]).await.unwrap();
        for row in rows {
            let subject = queries::approval(&mut tx, shop.scope, row.get("id").unwrap()).await.unwrap().subject;
            // What an agent makes again can't be handed in by a person.
            let _ = commands::resubmit(&mut tx, &shop.steps, shop.scope, &subject).await;
        }
        tx.commit().await.unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 80, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_command_breaks_a_chain_skips_a_gate_or_leaves_something_behind(acts in vec(act(), 1..45)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            for kind in kinds() {
                let mut world = World::new(kind).await;
                for act in acts.clone() {
                    world.act(act).await;
                    world.holds().await;
                }
                world.end().await;
            }
        });
    }
}

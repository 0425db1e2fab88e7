//! Random interleavings of two workers that enqueue, claim, finish, fail, die and come back, against a model in memory:
//! no job is lost, none is committed twice, limits hold at every moment, and nobody who could have a turn is passed over.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{collection::vec, prelude::*};

use super::*;

const TENANTS: usize = 4;
const PER_TENANT: u32 = 2;
const TOTAL: u32 = 5;

#[derive(Clone, Debug)]
enum Act {
    /// Jobs of a tenant, and what their run does.
    Enqueue { tenant: usize, how_many: usize, run: &'static str },
    /// A worker claims, and commits what it has finished so far in the same turn.
    Turn { worker: usize, room: usize },
    /// A worker's oldest claimed jobs finish.
    Finish { worker: usize, how_many: usize },
    /// A worker is killed; another takes its name's place.
    Kill { worker: usize },
    /// Time passes; leases may run out.
    Wait { seconds: i64 },
}

fn act() -> impl Strategy<Value = Act> {
    let run = prop_oneof![6 => Just("ok"), 2 => Just("unavailable"), 1 => Just("refuse")];
    prop_oneof![
        3 => (0..TENANTS, 1..6usize, run).prop_map(|(tenant, how_many, run)| Act::Enqueue { tenant, how_many, run }),
        5 => (0..2usize, 0..6usize).prop_map(|(worker, room)| Act::Turn { worker, room }),
        5 => (0..2usize, 1..4usize).prop_map(|(worker, how_many)| Act::Finish { worker, how_many }),
        1 => (0..2usize).prop_map(|worker| Act::Kill { worker }),
        2 => prop_oneof![Just(3i64), Just(30), Just(90)].prop_map(|seconds| Act::Wait { seconds }),
    ]
}

struct Hand {
    worker: Worker,
    claimed: Vec<Claimed>,
    finished: Vec<Finished>,
}

struct World {
    stage: Stage,
    tenants: Vec<TenantId>,
    hands: Vec<Hand>,
    tags: BTreeMap<String, &'static str>,
    names: usize,
}

impl World {
    async fn new(kind: DbKind) -> Self {
        let limit = QueueLimit { total: Some(TOTAL), per_tenant: Some(PER_TENANT) };
        let stage = Stage::new(kind, |registry| registry.with_limit("q", limit)).await;
        let hands = ["a", "b"].map(|name| Hand { worker: stage.worker(name, 8), claimed: vec![], finished: vec![] });
        let tenants = (0..TENANTS).map(|_| TenantId::new()).collect();
        Self { stage, tenants, hands: hands.into(), tags: BTreeMap::new(), names: 0 }
    }

    async fn act(&mut self, act: Act) {
        match act {
            Act::Enqueue { tenant, how_many, run } => {
                let mut jobs = Vec::new();
                for _ in 0..how_many {
                    let tag = format!("{:04}", self.tags.len());
                    jobs.push(
                        NewJob::new("script", self.tenants[tenant], "q", json!({ "tag": tag, "run": run })).attempts(3),
                    );
                    self.tags.insert(tag, run);
                }
                self.stage.enqueue(jobs).await;
            }
            Act::Turn { worker, room } => {
                let before = self.turn_would_serve().await;
                let hand = &mut self.hands[worker];
                let free_before = hand.finished.is_empty();
                let claimed = hand.worker.turn(&mut hand.finished, room).await.unwrap();
                let served: BTreeSet<_> = claimed.iter().filter_map(|claimed| claimed.job.tenant).collect();
                // With room for all who could have a turn, each has one; what the turn frees by its commit comes on top.
                if free_before && room >= before.len() {
                    assert!(before.iter().all(|tenant| served.contains(tenant)), "{before:?} but only {served:?}");
                }
                hand.claimed.extend(claimed);
            }
            Act::Finish { worker, how_many } => {
                let hand = &mut self.hands[worker];
                let n = how_many.min(hand.claimed.len());
                for claimed in hand.claimed.drain(..n) {
                    hand.finished.push(claimed.run().await);
                }
            }
            Act::Kill { worker } => {
                self.names += 1;
                let worker_of = self.stage.worker(&format!("next {}", self.names), 8);
                self.hands[worker] = Hand { worker: worker_of, claimed: vec![], finished: vec![] };
            }
            Act::Wait { seconds } => {
                self.stage.clock.advance(TimeDelta::seconds(seconds));
                self.hands[0].worker.expire_leases().await.unwrap();
            }
        }
        self.limits_hold().await;
    }

    /// Tenants that have a ready job and room, when the queue has room for all of them.
    async fn turn_would_serve(&self) -> BTreeSet<TenantId> {
        let mut tx = self.stage.tx().await;
        store::claims::promote(&mut tx).await.unwrap();
        let count = |rows: Vec<aos_storage::Row>| -> BTreeMap<TenantId, i64> {
            rows.iter().map(|row| (row.get("tenant_id").unwrap(), row.get("n").unwrap())).collect()
        };
        let running = count(
            tx.rows("SELECT tenant_id, COUNT(*) AS n FROM job WHERE state = 'running' GROUP BY tenant_id", vec![])
                .await
                .unwrap(),
        );
        let ready = count(
            tx.rows("SELECT tenant_id, COUNT(*) AS n FROM job WHERE state = 'ready' GROUP BY tenant_id", vec![])
                .await
                .unwrap(),
        );
        tx.commit().await.unwrap();
        let open: BTreeSet<TenantId> =
            ready.into_keys().filter(|t| running.get(t).copied().unwrap_or(0) < i64::from(PER_TENANT)).collect();
        let room = i64::from(TOTAL) - running.values().sum::<i64>();
        if i64::try_from(open.len()).unwrap() <= room { open } else { BTreeSet::new() }
    }

    async fn limits_hold(&self) {
        let mut conn = self.stage.test.db.read().await.unwrap();
        let rows = conn
            .rows("SELECT tenant_id, COUNT(*) AS n FROM job WHERE state = 'running' GROUP BY tenant_id", vec![])
            .await
            .unwrap();
        let running: Vec<i64> = rows.iter().map(|row| row.get("n").unwrap()).collect();
        assert!(running.iter().all(|n| *n <= i64::from(PER_TENANT)), "{running:?}");
        assert!(running.iter().sum::<i64>() <= i64::from(TOTAL), "{running:?}");
    }

    /// Lets everything come to its end, and compares.
    async fn end(mut self) {
        for hand in &mut self.hands {
            hand.worker.turn(&mut hand.finished, 0).await.unwrap();
            // What it still holds is lost with it.
            hand.claimed.clear();
        }
        let last = self.stage.worker("last", 8);
        for _ in 0..12 {
            self.stage.clock.advance(TimeDelta::minutes(2));
            last.run_until_idle().await.unwrap();
        }
        let done = self.stage.done().await;
        let expected: Vec<String> =
            self.tags.iter().filter(|(_, run)| **run == "ok").map(|(tag, _)| tag.clone()).collect();
        assert_eq!(done, expected, "each job that can be done was committed exactly once");
        let depth = self.stage.depth().await;
        let dead = self.tags.values().filter(|run| **run != "ok").count();
        assert_eq!((depth.waiting, depth.ready, depth.running), (0, 0, 0));
        assert_eq!(depth.dead, i64::try_from(dead).unwrap(), "each of the others is dead and can be looked at");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, max_shrink_iters: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_job_is_lost_or_done_twice_whatever_happens(acts in vec(act(), 1..50)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            for kind in kinds() {
                let mut world = World::new(kind).await;
                for act in acts.clone() {
                    world.act(act).await;
                }
                world.end().await;
            }
        });
    }
}

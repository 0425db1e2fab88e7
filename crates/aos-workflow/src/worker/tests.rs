//! Stories of jobs, on both databases. Time is a clock that the test steps; a "killed" worker is one that is not asked
//! to commit what it claimed.

mod model;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use aos_kernel::{ErrorKind, NewEvent, NewJob, PageSize, Retry, Subject, TenantId};
use aos_storage::{
    DbKind, Migration, Migrations, Tx, params,
    testing::{TestDb, kinds},
};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::*;
use crate::clock::SteppingClock;
use crate::{Done, JobState, Outbox, Prepared, QueueLimit, cancel_job, dead_jobs, lane::Lane, queue_depths, retry_job};

/// Where the handler of these tests writes what it did: one row for each commit.
const DONE: Migration = Migration {
    number: 900,
    name: "done",
    sqlite: "CREATE TABLE done (tag TEXT NOT NULL) STRICT",
    postgres: "CREATE TABLE done (tag text NOT NULL)",
};

/// What a job is to do, by its payload: `{"tag": …, "run": "ok|refuse|unavailable", "commit": "ok|refuse", "prepare": …}`.
#[derive(Default)]
struct Script {
    ran: Mutex<Vec<String>>,
    died: Mutex<Vec<String>>,
    /// Jobs that say `"run": "wait"` wait for this.
    go_on: Notify,
}

fn word<'a>(job: &'a Job, part: &str) -> &'a str {
    job.payload[part].as_str().unwrap_or("ok")
}

fn told(word: &str) -> Result<()> {
    match word {
        "ok" | "wait" => Ok(()),
        "refuse" => Err(Error::invalid("tag", "This can't be done.")),
        _ => Err(Error::unavailable("away", "It does not answer.").with_retry(Retry::Backoff)),
    }
}

#[async_trait::async_trait]
impl JobHandler for Script {
    fn kind(&self) -> &'static str {
        "script"
    }
    async fn prepare(&self, tx: &mut Tx, jobs: &[Job]) -> Result<Vec<Prepared>> {
        for job in jobs {
            if word(job, "prepare") == "refuse" {
                tx.execute("INSERT INTO done (tag) VALUES ($1)", params!["left by a failed prepare"]).await?;
            }
            told(word(job, "prepare"))?;
        }
        Ok(jobs.iter().map(|job| Prepared::with(job.payload["tag"].clone())).collect())
    }
    async fn run(&self, job: &Job, cx: &RunContext) -> Result<Value> {
        self.ran.lock().unwrap().push(job.payload["tag"].to_string());
        if word(job, "run") == "wait" {
            tokio::select! {
                () = self.go_on.notified() => {}
                () = cx.cancel.cancelled() => return Err(Error::unavailable("stopped", "It was stopped.")),
            }
        }
        told(word(job, "run"))?;
        Ok(cx.prepared::<Value>().map(|tag| (*tag).clone()).unwrap_or_default())
    }
    async fn commit(&self, tx: &mut Tx, done: &[Done]) -> Result<()> {
        for done in done {
            tx.execute("INSERT INTO done (tag) VALUES ($1)", params![done.result.as_str().unwrap_or_default()]).await?;
            told(word(&done.job, "commit"))?;
        }
        Ok(())
    }
    async fn dead(&self, _tx: &mut Tx, job: &Job, _error: &Error) -> Result<()> {
        self.died.lock().unwrap().push(job.payload["tag"].to_string());
        Ok(())
    }
}

struct Stage {
    test: TestDb,
    clock: Arc<SteppingClock>,
    script: Arc<Script>,
    registry: Arc<Registry>,
}

impl Stage {
    async fn new(kind: DbKind, set: impl Fn(Registry) -> Registry) -> Self {
        let clock = Arc::new(SteppingClock::at("2026-04-01T09:00:00Z"));
        let migrations = crate::migrations().and(Migrations::new(&[DONE]));
        let test = TestDb::with_clock(kind, &migrations, clock.clone()).await;
        let script = Arc::new(Script::default());
        let registry = Arc::new(set(Registry::new().with_handler(script.clone())));
        test.db.set_outbox(Arc::new(Outbox::new(registry.clone())));
        Self { test, clock, script, registry }
    }
    fn worker(&self, owner: &str, concurrency: usize) -> Worker {
        let options = WorkerOptions::new(owner).concurrency(concurrency).grace(Duration::from_millis(50));
        Worker::new(self.test.db.clone(), self.registry.clone(), options)
    }
    async fn tx(&self) -> Tx {
        self.test.db.begin(turn::actor()).await.unwrap()
    }
    async fn enqueue(&self, jobs: Vec<NewJob>) {
        let mut tx = self.tx().await;
        for job in jobs {
            tx.enqueue(job);
        }
        tx.commit().await.unwrap();
    }
    async fn done(&self) -> Vec<String> {
        let rows = self.test.db.read().await.unwrap().rows("SELECT tag FROM done ORDER BY tag", vec![]).await.unwrap();
        rows.iter().map(|row| row.get("tag").unwrap()).collect()
    }
    async fn depth(&self) -> crate::QueueDepth {
        let mut conn = self.test.db.read().await.unwrap();
        queue_depths(&mut conn).await.unwrap().pop().unwrap_or_default()
    }
}

fn job(tag: &str) -> NewJob {
    NewJob::new("script", None, "q", json!({ "tag": tag }))
}
fn told_to(tag: &str, part: &str, word: &str) -> NewJob {
    NewJob::new("script", None, "q", json!({ "tag": tag, part: word }))
}
fn same(registry: Registry) -> Registry {
    registry
}

#[tokio::test]
async fn a_job_is_done_once_and_then_gone() {
    for kind in kinds() {
        let stage = Stage::new(kind, same).await;
        stage.enqueue(vec![job("a"), job("b")]).await;
        let worker = stage.worker("one", 8);
        assert_eq!(worker.run_until_idle().await.unwrap(), 2);
        assert_eq!(worker.run_until_idle().await.unwrap(), 0);
        assert_eq!(stage.done().await, ["a", "b"]);
        let mut conn = stage.test.db.read().await.unwrap();
        assert_eq!(conn.count("SELECT COUNT(*) AS n FROM job", vec![]).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_key_that_is_known_makes_no_second_job_until_it_is_pruned() {
    for kind in kinds() {
        let stage = Stage::new(kind, same).await;
        let worker = stage.worker("one", 8);
        stage.enqueue(vec![job("a").keyed("k"), job("again").keyed("k")]).await;
        worker.run_until_idle().await.unwrap();
        stage.enqueue(vec![job("again").keyed("k")]).await;
        worker.run_until_idle().await.unwrap();
        assert_eq!(stage.done().await, ["a"]);
        stage.clock.advance(TimeDelta::days(40));
        let mut tx = stage.tx().await;
        let before = tx.now() - TimeDelta::days(30);
        assert_eq!(crate::prune(&mut tx, before).await.unwrap(), 1);
        tx.commit().await.unwrap();
        stage.enqueue(vec![job("later").keyed("k")]).await;
        worker.run_until_idle().await.unwrap();
        assert_eq!(stage.done().await, ["a", "later"]);
    }
}

#[tokio::test]
async fn a_job_waits_for_its_time() {
    for kind in kinds() {
        let stage = Stage::new(kind, same).await;
        let worker = stage.worker("one", 8);
        let at = stage.test.db.clock().now() + TimeDelta::minutes(5);
        stage.enqueue(vec![job("a").at(at)]).await;
        assert_eq!(worker.run_until_idle().await.unwrap(), 0);
        stage.clock.advance(TimeDelta::minutes(5));
        assert_eq!(worker.run_until_idle().await.unwrap(), 1);
    }
}

#[tokio::test]
async fn what_does_not_answer_is_tried_again_with_growing_pauses_until_it_is_dead_and_a_person_can_retry_it() {
    for kind in kinds() {
        let stage = Stage::new(kind, same).await;
        let worker = stage.worker("one", 8);
        stage.enqueue(vec![told_to("a", "run", "unavailable").attempts(3)]).await;
        let mut tries = Vec::new();
        for minute in 0..20 {
            if worker.run_until_idle().await.unwrap() > 0 {
                tries.push(minute);
            }
            stage.clock.advance(TimeDelta::seconds(7));
        }
        assert_eq!(tries.len(), 3, "{tries:?}");
        assert!(tries[2] - tries[1] >= tries[1] - tries[0]);
        assert_eq!(stage.script.died.lock().unwrap().as_slice(), ["\"a\""]);
        let mut conn = stage.test.db.read().await.unwrap();
        let dead =
            dead_jobs(&mut conn, &aos_kernel::AgencyScope::all(), Some("q"), None, PageSize::DEFAULT).await.unwrap();
        drop(conn);
        assert_eq!(dead.items.len(), 1);
        let error = dead.items[0].error.clone().unwrap();
        assert_eq!((error.kind, error.message.as_str()), (ErrorKind::Unavailable, "It does not answer."));
        let mut tx = stage.tx().await;
        retry_job(&mut tx, dead.items[0].job.id).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(worker.run_until_idle().await.unwrap(), 1);
        assert_eq!(stage.depth().await.retrying, 1);
    }
}

#[tokio::test]
async fn what_would_fail_the_same_way_again_is_dead_at_once() {
    for kind in kinds() {
        let stage = Stage::new(kind, same).await;
        stage.enqueue(vec![told_to("a", "run", "refuse"), NewJob::new("unknown", None, "q", json!({}))]).await;
        stage.worker("one", 8).run_until_idle().await.unwrap();
        assert_eq!(stage.depth().await.dead, 2);
    }
}

#[tokio::test]
async fn a_result_that_can_not_be_committed_fails_alone() {
    for kind in kinds() {
        let stage = Stage::new(kind, same).await;
        stage.enqueue(vec![job("a"), told_to("b", "commit", "refuse"), job("c")]).await;
        stage.worker("one", 8).run_until_idle().await.unwrap();
        assert_eq!(stage.done().await, ["a", "c"]);
        assert_eq!(stage.script.died.lock().unwrap().as_slice(), ["\"b\""]);
    }
}

#[tokio::test]
async fn a_kind_that_can_not_be_prepared_keeps_nobody_back_and_leaves_nothing() {
    for kind in kinds() {
        let stage = Stage::new(kind, same).await;
        stage.enqueue(vec![told_to("a", "prepare", "refuse")]).await;
        stage.worker("one", 8).run_until_idle().await.unwrap();
        assert!(stage.done().await.is_empty());
        assert_eq!(stage.depth().await.dead, 1);
    }
}

#[tokio::test]
async fn a_client_with_one_job_does_not_wait_for_one_with_thousands() {
    for kind in kinds() {
        let stage = Stage::new(kind, same).await;
        let (busy, quiet) = (TenantId::new(), TenantId::new());
        let of = |tenant, tag: &str| NewJob::new("script", tenant, "q", json!({ "tag": tag }));
        stage.enqueue((0..3000).map(|_| of(busy, "busy")).collect()).await;
        stage.enqueue(vec![of(quiet, "quiet")]).await;
        stage.worker("one", 4).step().await.unwrap();
        assert!(stage.done().await.contains(&"quiet".to_owned()));
    }
}

#[tokio::test]
async fn every_client_has_a_turn_when_there_are_more_of_them_than_room() {
    for kind in kinds() {
        let stage = Stage::new(kind, same).await;
        let tenants: Vec<TenantId> = (0..10).map(|_| TenantId::new()).collect();
        let jobs = tenants.iter().flat_map(|tenant| {
            (0..5).map(|_| NewJob::new("script", *tenant, "q", json!({ "tag": tenant.to_string() })))
        });
        stage.enqueue(jobs.collect()).await;
        let worker = stage.worker("one", 4);
        for _ in 0..3 {
            worker.step().await.unwrap();
        }
        let mut turns: BTreeMap<String, usize> = BTreeMap::new();
        for tag in stage.done().await {
            *turns.entry(tag).or_default() += 1;
        }
        assert_eq!((turns.len(), turns.values().max()), (10, Some(&2)));
    }
}

#[tokio::test]
async fn higher_priority_goes_first_within_a_client() {
    for kind in kinds() {
        let stage = Stage::new(kind, same).await;
        stage.enqueue(vec![job("low"), job("high").priority(5), job("lower").priority(-1)]).await;
        let worker = stage.worker("one", 1);
        worker.run_until_idle().await.unwrap();
        assert_eq!(stage.script.ran.lock().unwrap().as_slice(), ["\"high\"", "\"low\"", "\"lower\""]);
    }
}

#[tokio::test]
async fn limits_hold_over_several_workers() {
    for kind in kinds() {
        let limit = QueueLimit { total: Some(3), per_tenant: Some(2) };
        let stage = Stage::new(kind, |registry| registry.with_limit("q", limit)).await;
        let tenants = [TenantId::new(), TenantId::new(), TenantId::new()];
        let jobs = tenants.iter().flat_map(|t| (0..5).map(|_| NewJob::new("script", *t, "q", json!({ "tag": "x" }))));
        stage.enqueue(jobs.collect()).await;
        let (one, two) = (stage.worker("one", 8), stage.worker("two", 8));
        let first = one.turn(&mut Vec::new(), 2).await.unwrap();
        let second = two.turn(&mut Vec::new(), 8).await.unwrap();
        assert_eq!((first.len(), second.len()), (2, 1));
        let mut finished = Vec::new();
        for claimed in first {
            finished.push(claimed.run().await);
        }
        assert_eq!(one.turn(&mut finished, 8).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn a_client_at_its_limit_does_not_hide_those_whose_turn_was_before() {
    for kind in kinds() {
        let limit = QueueLimit { total: None, per_tenant: Some(1) };
        let stage = Stage::new(kind, |registry| registry.with_limit("q", limit)).await;
        let (first, second) = (TenantId::new(), TenantId::new());
        let of = |tenant| NewJob::new("script", tenant, "q", json!({ "tag": "x" }));
        stage.enqueue(vec![of(first), of(second), of(second)]).await;
        let worker = stage.worker("one", 8);
        let held = worker.turn(&mut Vec::new(), 2).await.unwrap();
        assert_eq!(held.len(), 2);
        let mut finished = Vec::new();
        for claimed in held.into_iter().filter(|claimed| claimed.job.tenant == Some(first)) {
            finished.push(claimed.run().await);
        }
        worker.turn(&mut finished, 0).await.unwrap();
        // The next turn would begin behind the first client, where only the second is, who is at its limit.
        let mut cursors = worker.cursors.lock().await;
        cursors.pass(&[Lane { queue: "q".into(), tenant: first.uuid() }], &std::collections::BTreeSet::new());
        drop(cursors);
        stage.enqueue(vec![of(first)]).await;
        assert_eq!(worker.turn(&mut Vec::new(), 1).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_killed_workers_jobs_are_taken_over_and_it_can_not_commit_any_more() {
    for kind in kinds() {
        let stage = Stage::new(kind, same).await;
        stage.enqueue(vec![job("a")]).await;
        let (slow, quick) = (stage.worker("slow", 8), stage.worker("quick", 8));
        let mut claimed = slow.turn(&mut Vec::new(), 8).await.unwrap();
        assert_eq!(quick.run_until_idle().await.unwrap(), 0);
        stage.clock.advance(TimeDelta::minutes(2));
        assert_eq!(quick.run_until_idle().await.unwrap(), 1);
        let mut finished = vec![claimed.pop().unwrap().run().await];
        slow.turn(&mut finished, 0).await.unwrap();
        assert_eq!(stage.done().await, ["a"]);
    }
}

#[tokio::test]
async fn the_same_worker_can_not_commit_an_attempt_that_it_lost_and_claimed_again() {
    for kind in kinds() {
        let stage = Stage::new(kind, same).await;
        stage.enqueue(vec![job("a")]).await;
        let worker = stage.worker("one", 8);
        let mut stale = worker.turn(&mut Vec::new(), 8).await.unwrap();
        stage.clock.advance(TimeDelta::minutes(2));
        worker.expire_leases().await.unwrap();
        let mut fresh = worker.turn(&mut Vec::new(), 8).await.unwrap();
        assert_eq!((fresh[0].job.attempts, fresh[0].job.failures), (2, 0));
        // Both come to their end, and into the same transaction.
        let mut finished = vec![stale.pop().unwrap().run().await, fresh.pop().unwrap().run().await];
        worker.turn(&mut finished, 0).await.unwrap();
        assert_eq!(stage.done().await, ["a"]);
    }
}

#[tokio::test]
async fn a_job_that_kills_its_worker_each_time_is_given_up() {
    for kind in kinds() {
        let stage = Stage::new(kind, same).await;
        stage.enqueue(vec![job("a")]).await;
        let worker = stage.worker("one", 8);
        for _ in 0..10 {
            assert_eq!(worker.turn(&mut Vec::new(), 8).await.unwrap().len(), 1);
            stage.clock.advance(TimeDelta::minutes(2));
            worker.expire_leases().await.unwrap();
        }
        worker.run_until_idle().await.unwrap();
        assert_eq!((stage.depth().await.dead, stage.done().await.len()), (1, 0));
    }
}

#[tokio::test]
async fn a_cancelled_job_is_not_committed_even_when_it_runs() {
    for kind in kinds() {
        let stage = Stage::new(kind, same).await;
        stage.enqueue(vec![job("a")]).await;
        let worker = stage.worker("one", 8);
        let mut claimed = worker.turn(&mut Vec::new(), 8).await.unwrap();
        let mut tx = stage.tx().await;
        cancel_job(&mut tx, claimed[0].job.id).await.unwrap();
        tx.commit().await.unwrap();
        let id = claimed[0].job.id;
        let mut finished = vec![claimed.pop().unwrap().run().await];
        worker.turn(&mut finished, 0).await.unwrap();
        assert!(stage.done().await.is_empty());
        let mut tx = stage.tx().await;
        assert_eq!(crate::job(&mut tx, id).await.unwrap().state, JobState::Cancelled);
        assert_eq!(cancel_job(&mut tx, id).await.unwrap_err().code(), "job_is_over");
    }
}

#[tokio::test]
async fn an_event_is_kept_and_makes_a_job_for_each_subscriber() {
    for kind in kinds() {
        let stage = Stage::new(kind, |r| r.on_event("content.published", "script")).await;
        let tenant = TenantId::new();
        let post = Subject { kind: "content_item".into(), id: uuid::Uuid::now_v7() };
        let mut tx = stage.tx().await;
        let event = NewEvent::new(tenant, "content.published", post.clone()).because("it was time");
        tx.emit(event.with(json!({ "url": "https://client.example/post" })));
        tx.emit(NewEvent::new(tenant, "content.edited", post.clone()));
        tx.commit().await.unwrap();
        let worker = stage.worker("one", 8);
        let claimed = worker.turn(&mut Vec::new(), 8).await.unwrap();
        assert_eq!(claimed.len(), 1);
        let event = crate::Event::of(&claimed[0].job).unwrap();
        assert_eq!((event.subject, event.why.as_deref()), (post.clone(), Some("it was time")));
        let mut conn = stage.test.db.read().await.unwrap();
        let scope = aos_kernel::TenantScope::granted(tenant);
        let history = crate::history(&mut conn, scope, &post).await.unwrap();
        let kinds: Vec<_> = history.iter().map(|event| event.kind.as_str()).collect();
        assert_eq!(kinds, ["content.published", "content.edited"]);
        let foreign = aos_kernel::TenantScope::granted(TenantId::new());
        assert!(crate::history(&mut conn, foreign, &post).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn an_event_can_not_be_changed_afterwards() {
    for kind in kinds() {
        let stage = Stage::new(kind, same).await;
        let mut tx = stage.tx().await;
        tx.emit(NewEvent::new(None, "a.b", Subject { kind: "x".into(), id: uuid::Uuid::nil() }));
        tx.commit().await.unwrap();
        let mut tx = stage.tx().await;
        assert!(tx.execute("UPDATE event SET kind = 'a.c'", vec![]).await.is_err());
    }
}

#[tokio::test]
async fn a_restored_database_goes_on_with_its_jobs_and_its_history() {
    for kind in kinds().into_iter().filter(|kind| *kind == DbKind::Postgres) {
        let (old, new) = (Stage::new(kind, same).await, Stage::new(kind, same).await);
        let post = Subject { kind: "content_item".into(), id: uuid::Uuid::now_v7() };
        let tenant = TenantId::new();
        let folder = std::env::temp_dir().join(uuid::Uuid::now_v7().to_string());
        std::fs::create_dir(&folder).unwrap();
        for (stage, event) in [(&old, "content.edited"), (&new, "content.published")] {
            if event == "content.published" {
                old.test.db.backup(&folder).await.unwrap();
                new.test.db.restore(&folder).await.unwrap();
            }
            let mut tx = stage.tx().await;
            tx.emit(NewEvent::new(tenant, event, post.clone()));
            tx.enqueue(job(event));
            tx.commit().await.unwrap();
        }
        std::fs::remove_dir_all(&folder).unwrap();
        new.worker("one", 8).run_until_idle().await.unwrap();
        assert_eq!(new.done().await, ["content.edited", "content.published"]);
        let scope = aos_kernel::TenantScope::granted(tenant);
        let history = crate::history(&mut new.test.db.read().await.unwrap(), scope, &post).await.unwrap();
        assert_eq!(history.len(), 2);
    }
}

#[tokio::test]
async fn a_worker_that_is_asked_to_end_lets_its_jobs_finish_and_gives_the_others_back() {
    for kind in kinds() {
        let stage = Stage::new(kind, same).await;
        stage.enqueue(vec![told_to("quick", "run", "wait")]).await;
        let worker = Arc::new(stage.worker("one", 1));
        let cancel = CancellationToken::new();
        let running = tokio::spawn({
            let (worker, cancel) = (worker.clone(), cancel.clone());
            async move { worker.run(cancel).await }
        });
        until(&stage, 1).await;
        cancel.cancel();
        stage.script.go_on.notify_one();
        running.await.unwrap();
        assert_eq!(stage.done().await, ["quick"]);

        stage.enqueue(vec![told_to("stuck", "run", "wait")]).await;
        let cancel = CancellationToken::new();
        let running = tokio::spawn({
            let (worker, cancel) = (worker.clone(), cancel.clone());
            async move { worker.run(cancel).await }
        });
        until(&stage, 2).await;
        cancel.cancel();
        running.await.unwrap();
        let depth = stage.depth().await;
        assert_eq!((depth.ready, depth.running, depth.dead), (1, 0, 0));
    }
}

/// Until so many runs have begun.
async fn until(stage: &Stage, begun: usize) {
    while stage.script.ran.lock().unwrap().len() < begun {
        tokio::task::yield_now().await;
    }
}

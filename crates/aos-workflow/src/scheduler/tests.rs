//! Stories of schedules, on both databases.

use std::sync::Arc;

use aos_kernel::Clock;
use aos_storage::testing::{TestDb, kinds};
use serde_json::json;

use super::*;
use crate::{Heartbeat, Outbox, Registry, clock::SteppingClock, processes};

struct Stage {
    test: TestDb,
    clock: Arc<SteppingClock>,
}

impl Stage {
    async fn new(kind: aos_storage::DbKind) -> Self {
        let clock = Arc::new(SteppingClock::at("2026-03-31T12:00:00Z"));
        let test = TestDb::with_clock(kind, &crate::migrations(), clock.clone()).await;
        test.db.set_outbox(Arc::new(Outbox::new(Arc::new(Registry::new()))));
        Self { test, clock }
    }
    async fn put(&self, name: &str, cron: &str, catch_up: CatchUp) -> Result<()> {
        let schedule = NewSchedule {
            tenant: None,
            name: name.into(),
            cron: cron.into(),
            zone: "Europe/Paris".into(),
            kind: "strategy.open_month".into(),
            queue: "system".into(),
            payload: json!({}),
            catch_up,
            enabled: true,
        };
        let mut tx = self.test.db.begin(Actor::system("test")).await?;
        put_schedule(&mut tx, schedule).await?;
        tx.commit().await
    }
    fn scheduler(&self, owner: &str) -> Scheduler {
        Scheduler::new(self.test.db.clone(), owner)
    }
    /// The times that jobs were made for.
    async fn fired(&self) -> Vec<String> {
        let mut conn = self.test.db.read().await.unwrap();
        let rows = conn.rows("SELECT run_at FROM job ORDER BY run_at", vec![]).await.unwrap();
        rows.iter().map(|row| row.get::<Timestamp>("run_at").unwrap().format("%m-%d %H:%M").to_string()).collect()
    }
}

#[tokio::test]
async fn a_month_begins_in_the_zone_of_the_schedule_and_only_once() {
    for kind in kinds() {
        let stage = Stage::new(kind).await;
        stage.put("month", "0 0 1 * *", CatchUp::Once).await.unwrap();
        let scheduler = stage.scheduler("one");
        assert_eq!(scheduler.tick().await.unwrap(), 0);
        stage.clock.set("2026-03-31T22:00:00Z");
        assert_eq!(scheduler.tick().await.unwrap(), 1);
        assert_eq!(scheduler.tick().await.unwrap(), 0);
        assert_eq!(stage.fired().await, ["03-31 22:00"]);
    }
}

#[tokio::test]
async fn after_a_standstill_it_fires_once_or_for_each_time_as_it_was_told() {
    for kind in kinds() {
        let stage = Stage::new(kind).await;
        stage.put("hourly", "0 * * * *", CatchUp::Each).await.unwrap();
        stage.put("daily", "30 6 * * *", CatchUp::Once).await.unwrap();
        stage.clock.set("2026-04-03T15:10:00Z");
        let scheduler = stage.scheduler("one");
        assert_eq!(scheduler.tick().await.unwrap(), 75 + 1);
        assert!(stage.fired().await.contains(&"04-03 04:30".to_owned()));
        assert_eq!(scheduler.tick().await.unwrap(), 0);
    }
}

#[tokio::test]
async fn only_one_process_fires_and_another_takes_over_when_it_is_gone() {
    for kind in kinds() {
        let stage = Stage::new(kind).await;
        stage.put("hourly", "0 * * * *", CatchUp::Once).await.unwrap();
        let (one, two) = (stage.scheduler("one"), stage.scheduler("two"));
        assert_eq!(one.tick().await.unwrap(), 0);
        stage.clock.set("2026-03-31T13:00:00Z");
        assert_eq!(one.tick().await.unwrap(), 1);
        stage.clock.set("2026-03-31T14:00:00Z");
        one.tick().await.unwrap();
        assert_eq!(two.tick().await.unwrap(), 0);
        stage.clock.set("2026-03-31T15:00:00Z");
        assert_eq!(two.tick().await.unwrap(), 1);
        assert_eq!(stage.fired().await, ["03-31 13:00", "03-31 14:00", "03-31 15:00"]);
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_neither_repeats_nor_stops_a_schedule() {
    for kind in kinds() {
        let stage = Stage::new(kind).await;
        stage.put("hourly", "0 * * * *", CatchUp::Once).await.unwrap();
        let scheduler = stage.scheduler("one");
        // The clock runs a year ahead for a while.
        stage.clock.set("2027-03-31T13:30:00Z");
        assert_eq!(scheduler.tick().await.unwrap(), 1);
        stage.clock.set("2026-03-31T13:30:00Z");
        let other = stage.scheduler("two");
        assert_eq!(other.tick().await.unwrap(), 0);
        stage.clock.set("2026-03-31T14:00:00Z");
        assert_eq!(other.tick().await.unwrap(), 1);
        // A minute back, and the same hour comes once more: its key is known, so no second job is made.
        stage.clock.set("2026-03-31T13:59:00Z");
        other.tick().await.unwrap();
        stage.clock.set("2026-03-31T14:00:30Z");
        assert_eq!(other.tick().await.unwrap(), 1);
        assert_eq!(stage.fired().await, ["03-31 14:00", "03-31 13:00"], "this year's hour, and next year's");
    }
}

#[tokio::test]
async fn setting_a_schedule_again_at_a_start_misses_nothing_and_changing_it_counts_anew() {
    for kind in kinds() {
        let stage = Stage::new(kind).await;
        stage.put("hourly", "0 * * * *", CatchUp::Once).await.unwrap();
        stage.clock.set("2026-03-31T13:30:00Z");
        stage.put("hourly", "0 * * * *", CatchUp::Once).await.unwrap();
        assert_eq!(stage.scheduler("one").tick().await.unwrap(), 1);
        stage.put("hourly", "45 * * * *", CatchUp::Once).await.unwrap();
        let mut conn = stage.test.db.read().await.unwrap();
        let known = schedules(&mut conn, None).await.unwrap();
        assert_eq!(known[0].next_at, "2026-03-31T13:45:00Z".parse::<Timestamp>().unwrap());
        drop(conn);
        assert_eq!(stage.put("bad", "hourly", CatchUp::Once).await.unwrap_err().field(), Some("cron"));
    }
}

#[tokio::test]
async fn a_process_is_seen_while_it_lives_and_missed_when_it_is_silent() {
    for kind in kinds() {
        let stage = Stage::new(kind).await;
        let mut beat = Heartbeat::new(stage.test.db.clone(), "host/1", "worker,scheduler");
        beat.beat().await.unwrap();
        let mut conn = stage.test.db.read().await.unwrap();
        let seen = processes(&mut conn).await.unwrap();
        assert!(seen[0].is_alive(stage.clock.now()));
        stage.clock.advance(TimeDelta::minutes(1));
        assert!(!seen[0].is_alive(stage.clock.now()));
        beat.beat().await.unwrap();
        assert!(processes(&mut conn).await.unwrap()[0].is_alive(stage.clock.now()));
    }
}

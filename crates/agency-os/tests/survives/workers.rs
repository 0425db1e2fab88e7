//! Many processes of the same program on one PostgreSQL: they share the work, and one of them may be lost.

use std::{sync::Arc, time::Duration};

use aos_kernel::{PageSize, SystemClock};
use aos_storage::{Db, DbKind, DbOptions, testing};
use tokio::time::timeout;

use crate::{
    installation::{Installation, Process},
    places::Places,
};

/// Longer than it takes until both workers have something to do.
const PATIENCE: Duration = Duration::from_secs(120);
/// How soon a job that began is seen, when no signal tells of it.
const LOOK: Duration = Duration::from_millis(2);

/// Waits until so many jobs run at the same moment.
async fn until_running(db: &Db, jobs: usize) {
    let seen = async {
        let mut looks = tokio::time::interval(LOOK);
        loop {
            looks.tick().await;
            let mut conn = db.read().await.expect("a connection");
            let running = aos_workflow::running_jobs(&mut conn, PageSize::DEFAULT).await.expect("the jobs");
            if running.len() >= jobs {
                return;
            }
        }
    };
    timeout(PATIENCE, seen).await.unwrap_or_else(|_| panic!("{jobs} jobs never ran at the same time"));
}

/// A process that does one job at a time, so that two jobs at once are two processes at work.
fn worker(installation: &Installation<'_>) -> Process {
    let mut command = installation.command(&["serve", "--roles", "worker"]);
    command.env("AGENCY_OS_WORKER__CONCURRENCY", "1");
    Process::start(command)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_share_a_journey_and_the_loss_of_one_loses_nothing() {
    if !testing::kinds().contains(&DbKind::Postgres) {
        eprintln!("SKIPPED: several processes share the work on PostgreSQL; {} is not set", testing::POSTGRES_VARIABLE);
        return;
    }
    let places = Places::open().await;
    let installation = Installation::new(DbKind::Postgres, &places).await;
    let before = places.posts().await.len();
    let mut front = installation.journey("Harbour & Pine", "web,scheduler").await;
    assert!(front.says("Portal").await, "the process with the web faces did not start");
    let options = DbOptions::new(installation.database.clone().expect("PostgreSQL"));
    let db = Db::connect(&options, Arc::new(SystemClock)).await.expect("the installation's database");

    let lost = worker(&installation);
    // Alone it is at work, so it takes part.
    until_running(&db, 1).await;
    let stays = worker(&installation);
    // Both at once: the one that is lost has a job under way.
    until_running(&db, 2).await;
    lost.kill().await;

    front.ends().await;
    assert_eq!(places.posts().await.len() - before, 10, "every post once");
    db.close().await;
    stays.kill().await;
    installation.examine().await;
    drop(installation);
    places.close().await;
}

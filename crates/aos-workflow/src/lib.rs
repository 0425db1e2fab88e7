//! Durable work: jobs as plain rows, written in the transaction that wants them, done at least once, committed in groups.
//!
//! A command buffers events and jobs in its [`aos_storage::Tx`]; [`Outbox`] writes them at the commit. A [`Worker`]
//! claims jobs in batches, fairly between tenants; a [`JobHandler`] does the slow part outside any transaction and hands
//! in plain data; the worker then applies many results and completes their jobs in one transaction.
//!
//! Invariants:
//! - A job that was committed is done or dead; a killed process loses nothing, because its leases expire.
//! - A result is committed only by the worker that holds the job's lease, so never twice.
//! - A queue's limits hold over all processes.
//! - An event is written with the change that it tells of, and never changed.
//! - Nothing here knows a platform or a slice.

// One file serves all crates' tests; the testkit itself would bring the whole product along.
#[cfg(test)]
#[path = "../../aos-testkit/src/clock.rs"]
mod clock;
mod cron;
mod event;
mod handler;
mod job;
mod lane;
mod outbox;
mod process;
mod queries;
mod registry;
mod retry;
mod scheduler;
mod store;
mod worker;

pub use event::{Event, EventFilter, history, recent};
pub use handler::{Done, JobHandler, Prepared, RunContext};
pub use job::{Failure, Job, JobState};
pub use outbox::Outbox;
pub use process::{Heartbeat, Process, processes};
pub use queries::{
    DeadJob, QueueDepth, cancel_job, dead_jobs, job, open_jobs, prune, queue_depths, retry_job, retry_queue,
    running_jobs,
};
pub use registry::{QueueLimit, Registry};
pub use scheduler::{CatchUp, NewSchedule, Schedule, Scheduler, put_schedule, remove_schedule, schedules};
pub use worker::{Worker, WorkerOptions};

use aos_storage::{Migration, Migrations};

/// The migrations of the engine's tables.
pub fn migrations() -> Migrations {
    Migrations::new(&[
        Migration {
            number: 100,
            name: "workflow",
            sqlite: include_str!("../migrations/sqlite/0100_workflow.sql"),
            postgres: include_str!("../migrations/postgres/0100_workflow.sql"),
        },
        Migration {
            number: 480,
            name: "workflow_told",
            sqlite: include_str!("../migrations/sqlite/0480_workflow_told.sql"),
            postgres: include_str!("../migrations/postgres/0480_workflow_told.sql"),
        },
    ])
}

//! Queues, dead letters, workers.

use askama::Template;

use crate::{
    layout::Shell,
    ui::{Moment, filters},
};

/// `GET /manage/queues`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "workflow/queues.html")]
pub struct QueuesPage {
    pub shell: Shell,
    pub queues: Vec<QueueRow>,
    pub dead: Vec<DeadLetter>,
    pub dead_total: u64,
    pub workers: Vec<WorkerRow>,
    pub schedules: Vec<ScheduleRow>,
}

#[derive(Clone, Debug, Default)]
pub struct QueueRow {
    /// `copywriter`, `publish`, `system`, …
    pub name: String,
    pub waiting: u64,
    pub running: u64,
    /// Waiting for a pause between attempts to end.
    pub retrying: u64,
    /// How long the oldest has waited; `None`: nothing waits.
    pub oldest: Option<Moment>,
    /// Given up until somebody retries them.
    pub failed: u64,
}

/// A job that has used up its attempts.
#[derive(Clone, Debug, Default)]
pub struct DeadLetter {
    pub id: String,
    pub kind: String,
    pub client: Option<String>,
    pub error: String,
    pub attempts: u64,
    pub at: Moment,
    /// What it was about.
    pub href: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub struct WorkerRow {
    pub name: String,
    /// `running` or `stale`.
    pub state: String,
    /// `web, worker, scheduler`.
    pub roles: String,
    pub seen: Moment,
}

#[derive(Clone, Debug, Default)]
pub struct ScheduleRow {
    pub name: String,
    /// "Every day at 00:05, Europe/Berlin".
    pub when: String,
    pub last: Option<Moment>,
    pub next: Option<Moment>,
}

/// `GET /manage/system`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "workflow/system.html")]
pub struct SystemPage {
    pub shell: Shell,
    /// Why nothing is done at this moment.
    pub alarm: Option<String>,
    pub processes: Vec<WorkerRow>,
    pub parts: Vec<Part>,
}

/// Something that the installation needs.
#[derive(Clone, Debug, Default)]
pub struct Part {
    pub name: String,
    /// `ok`, `warning`, `failed` or `unset`.
    pub state: String,
    pub says: String,
    pub help: Option<String>,
    /// Where more of it stands.
    pub href: Option<String>,
}

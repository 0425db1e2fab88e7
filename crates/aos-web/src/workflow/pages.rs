//! Manage → Queues: what the engine does, what it could not do, and which processes are alive.

use std::collections::HashMap;

use aos_features::{people::Permission, read_models::clients};
use aos_kernel::{AgencyScope, Cursor, JobId, PageSize, TenantId};
use aos_workflow::{DeadJob, Process, QueueDepth, Schedule};

use super::views::{DeadLetter, QueueRow, QueuesPage, ScheduleRow, WorkerRow};
use crate::{
    flash::Flash,
    layout::Place,
    live::Topic,
    paths,
    session::{Answer, At, Viewer},
    show::{Dial, count},
    ui::states::label,
};

/// Clients whose names are looked up for the rows.
const MOST_CLIENTS: i64 = 10_000;

/// `GET /manage/queues`.
pub(super) async fn page(viewer: Viewer) -> Answer {
    viewer.principal.require(Permission::OperateSystem)?;
    let mut conn = viewer.read().await?;
    let all = AgencyScope::all();
    let depths = aos_workflow::queue_depths(&mut conn).await?;
    let dead = aos_workflow::dead_jobs(&mut conn, &all, None, None::<&Cursor>, PageSize::DEFAULT).await?;
    let processes = aos_workflow::processes(&mut conn).await?;
    let schedules = aos_workflow::schedules(&mut conn, None).await?;
    let names: HashMap<TenantId, String> = clients::names(&mut conn, &all, MOST_CLIENTS).await?.into_iter().collect();
    let dial = Dial { zone: crate::people::agency_zone(&mut conn).await?, now: viewer.now };
    let view = QueuesPage {
        shell: viewer.shell(&mut conn, "Queues", Place::Queues).await?.listening(&Topic::engine()),
        dead_total: count(depths.iter().map(|depth| depth.dead).sum()),
        queues: depths.into_iter().map(|depth| queue(depth, dial)).collect(),
        dead: dead.items.into_iter().map(|dead| letter(dead, &names, dial)).collect(),
        workers: processes.into_iter().map(|process| worker(process, dial)).collect(),
        schedules: schedules.into_iter().map(|schedule| schedule_row(schedule, dial)).collect(),
    };
    viewer.page(&view)
}

fn queue(depth: QueueDepth, dial: Dial) -> QueueRow {
    QueueRow {
        name: depth.queue,
        waiting: count(depth.ready + depth.waiting - depth.retrying),
        running: count(depth.running),
        retrying: count(depth.retrying),
        oldest: depth.oldest.map(|at| dial.moment(at)),
        failed: count(depth.dead),
    }
}

fn letter(dead: DeadJob, names: &HashMap<TenantId, String>, dial: Dial) -> DeadLetter {
    let DeadJob { job, error, died_at } = dead;
    DeadLetter {
        id: job.id.to_string(),
        kind: job.kind,
        client: job.tenant.and_then(|tenant| names.get(&tenant).cloned()),
        error: error.map_or_else(|| "It ended its process each time it was tried.".to_owned(), |error| error.message),
        attempts: count(job.attempts),
        at: dial.moment(died_at),
        href: None,
    }
}

pub(super) fn worker(process: Process, dial: Dial) -> WorkerRow {
    WorkerRow {
        state: if process.is_alive(dial.now) { "running" } else { "stale" }.to_owned(),
        name: process.id,
        roles: process.roles.replace(',', ", "),
        seen: dial.moment(process.seen_at),
    }
}

fn schedule_row(schedule: Schedule, dial: Dial) -> ScheduleRow {
    let (_, name) = schedule.name.split_once('.').unwrap_or(("", &schedule.name));
    ScheduleRow {
        name: label(name),
        when: format!("{}, {}", schedule.cron, schedule.zone),
        last: schedule.last_at.map(|at| dial.moment(at)),
        next: schedule.enabled.then(|| dial.moment(schedule.next_at)),
    }
}

/// `POST /manage/queues/dead/{job}/retry`.
pub(super) async fn retry(viewer: Viewer, At(job): At<JobId>) -> Answer {
    viewer.principal.require(Permission::OperateSystem)?;
    let mut tx = viewer.begin().await?;
    aos_workflow::retry_job(&mut tx, job).await?;
    tx.commit().await?;
    Ok(viewer.done(Flash::good("It starts again, with fresh attempts."), paths::QUEUES))
}

/// `POST /manage/queues/dead/{job}/discard`.
pub(super) async fn discard(viewer: Viewer, At(job): At<JobId>) -> Answer {
    viewer.principal.require(Permission::OperateSystem)?;
    let mut tx = viewer.begin().await?;
    aos_workflow::cancel_job(&mut tx, job).await?;
    tx.commit().await?;
    Ok(viewer.done(Flash::good("It is taken out; the record of it stays."), paths::QUEUES))
}

/// `POST /manage/queues/dead/retry-all`.
pub(super) async fn retry_all(viewer: Viewer) -> Answer {
    viewer.principal.require(Permission::OperateSystem)?;
    let mut tx = viewer.begin().await?;
    let mut jobs = 0;
    for depth in aos_workflow::queue_depths(&mut tx).await?.iter().filter(|depth| depth.dead > 0) {
        jobs += aos_workflow::retry_queue(&mut tx, &depth.queue).await?;
    }
    tx.commit().await?;
    let words = if jobs == 1 { "One job starts again.".to_owned() } else { format!("{jobs} jobs start again.") };
    Ok(viewer.done(Flash::good(words), paths::QUEUES))
}

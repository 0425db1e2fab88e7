//! Manage → System: is everything there that this installation needs, and what should somebody do about it?

use aos_features::{
    notices::{mail, queries},
    people::Permission,
    read_models::shell::alarm,
};
use aos_kernel::Result;
use aos_storage::{Conn, DbKind};
use chrono::TimeDelta;

use super::{
    pages::worker,
    views::{Part, SystemPage},
};
use crate::{
    layout::Place,
    live::Topic,
    paths,
    session::{Answer, Viewer},
    show::{Dial, count},
};

/// Ready jobs that are older than this say that the workers do not keep up.
const LATE: TimeDelta = TimeDelta::minutes(5);

/// `GET /manage/system`.
pub(super) async fn page(viewer: Viewer) -> Answer {
    viewer.principal.require(Permission::OperateSystem)?;
    let mut conn = viewer.read().await?;
    let dial = Dial { zone: crate::people::agency_zone(&mut conn).await?, now: viewer.now };
    let processes = aos_workflow::processes(&mut conn).await?;
    let mut parts = vec![database(&viewer), objects(&viewer).await];
    parts.push(queues(&viewer, &mut conn).await?);
    parts.push(post(&viewer, &mut conn).await?);
    parts.push(browser(&viewer));
    let view = SystemPage {
        shell: viewer.shell(&mut conn, "System", Place::System).await?.listening(&Topic::engine()),
        alarm: alarm(&processes, viewer.now).map(str::to_owned),
        processes: processes.into_iter().map(|process| worker(process, dial)).collect(),
        parts,
    };
    viewer.page(&view)
}

fn part(name: &str, state: &str, says: impl Into<String>, help: Option<&str>, href: Option<&str>) -> Part {
    Part {
        name: name.to_owned(),
        state: state.to_owned(),
        says: says.into(),
        help: help.map(str::to_owned),
        href: href.map(str::to_owned),
    }
}

fn database(viewer: &Viewer) -> Part {
    let words = match viewer.state.product.db.kind() {
        DbKind::Sqlite => "SQLite, one file; one process serves it.",
        DbKind::Postgres => "PostgreSQL; any number of processes share it.",
    };
    // This page was read from it.
    part("Database", "ok", words, None, None)
}

async fn objects(viewer: &Viewer) -> Part {
    let objects = &viewer.state.product.objects;
    match objects.list(Some("agency")).await {
        Ok(_) => part("Files", "ok", objects.place(), None, None),
        Err(error) => {
            part("Files", "failed", error.message(), Some("Images, documents and crawls can’t be kept."), None)
        }
    }
}

async fn queues(viewer: &Viewer, conn: &mut Conn) -> Result<Part> {
    let depths = aos_workflow::queue_depths(conn).await?;
    let dead = count(depths.iter().map(|depth| depth.dead).sum());
    let ready = count(depths.iter().map(|depth| depth.ready).sum());
    let running = count(depths.iter().map(|depth| depth.running).sum());
    let late = depths.iter().filter_map(|depth| depth.oldest).any(|oldest| viewer.now - oldest > LATE);
    let says = format!("{running} running, {ready} ready, {dead} given up.");
    Ok(if dead > 0 {
        part("Queues", "failed", says, Some("Look at the dead letters and retry what can go on."), Some(paths::QUEUES))
    } else if late {
        part("Queues", "warning", says, Some("Work waits for minutes: start another worker."), Some(paths::QUEUES))
    } else {
        part("Queues", "ok", says, None, Some(paths::QUEUES))
    })
}

async fn post(viewer: &Viewer, conn: &mut Conn) -> Result<Part> {
    let setting = mail::server(conn, &viewer.state.product.post).await?;
    if setting.source == mail::Source::Nowhere {
        let help = "People see what concerns them in the portal only.";
        return Ok(part("Mail", "unset", "No mail server is set.", Some(help), Some(paths::MAIL)));
    }
    let counts = queries::mail_counts(conn, viewer.now - TimeDelta::days(1)).await?;
    let of = |wanted: mail::MailState| counts.iter().find(|(state, _)| *state == wanted).map_or(0, |(_, n)| *n);
    let trouble = of(mail::MailState::Failed) + of(mail::MailState::Unconfirmed);
    let says = format!(
        "{}:{}. In the last day {} sent, {} waiting, {trouble} in trouble.",
        setting.host,
        setting.port,
        of(mail::MailState::Sent),
        of(mail::MailState::Waiting),
    );
    let help = (trouble > 0).then_some("Look at what did not arrive.");
    Ok(part("Mail", if trouble > 0 { "warning" } else { "ok" }, says, help, Some(paths::MAIL)))
}

fn browser(viewer: &Viewer) -> Part {
    match &viewer.state.product.browser {
        Some(program) => part("Browser", "ok", program.as_str(), None, None),
        None => part(
            "Browser",
            "warning",
            "None is found here.",
            Some("Pages that need scripts are read without them, and brand colours are read from style sheets."),
            None,
        ),
    }
}

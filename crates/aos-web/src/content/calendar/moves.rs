//! Moving what is planned: by a drop, by keys, or by a form with a day and a time.

use aos_capabilities::publish::PublishMode;
use aos_features::{
    content::{
        self,
        planning::{ClockChange, Planned, moment_of},
        reschedule,
    },
    people::Permission,
    tenants,
};
use aos_kernel::{ContentItemId, Error, RequestId, Result, TenantId, Timestamp};
use axum::{Form, response::Response};
use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Tz;

use crate::{
    flash::{Flash, Undo},
    forms::{FieldErrors, Fields, safe_next},
    layout::ClientTab,
    paths,
    session::{Answer, At, Viewer},
};

/// What had no time yet gets this one, unless another is said.
const MORNING: NaiveTime = match NaiveTime::from_hms_opt(9, 0, 0) {
    Some(time) => time,
    None => NaiveTime::MIN,
};

/// Where something is moved to, as a form says it.
enum Wanted {
    /// Back to how it was (Undo).
    Before(String),
    At(Planned),
}

fn wanted(fields: &Fields, zone: Tz, present: Option<Timestamp>) -> Result<Wanted> {
    let to = fields.text("to");
    if !to.is_empty() {
        return Ok(Wanted::Before(to.to_owned()));
    }
    let date: NaiveDate =
        fields.text("date").parse().map_err(|_| Error::invalid("date", "Choose the day, such as 2026-11-24."))?;
    // A drop on another day keeps the time of day as it is seen there.
    let time = match fields.text("time") {
        "" => present.map_or(MORNING, |at| at.with_timezone(&zone).time()),
        text => NaiveTime::parse_from_str(text, "%H:%M")
            .or_else(|_| NaiveTime::parse_from_str(text, "%H:%M:%S"))
            .map_err(|_| Error::invalid("time", "Choose the time, such as 09:30."))?,
    };
    Ok(Wanted::At(moment_of(date.and_time(time), zone)))
}

/// The zone that the day and the time are meant in: the one they were shown in.
async fn zone(viewer: &Viewer, scope: aos_kernel::TenantScope, fields: &Fields) -> Result<Tz> {
    match fields.text("zone").parse() {
        Ok(zone) => Ok(zone),
        Err(_) => tenants::queries::zone(&mut viewer.read().await?, scope).await,
    }
}

/// What became of a move, in words.
fn told(title: &str, planned: Planned, zone: Tz, on_site: bool) -> String {
    let mut words = format!("“{title}” is planned for {}.", super::words(planned.at, zone));
    match planned.change {
        Some(ClockChange::Skipped { became }) => {
            words.push_str(&format!(" The clocks are put forward then, so it is {}.", became.format("%H:%M")));
        }
        Some(ClockChange::Repeated) => {
            words.push_str(" The clocks are put back then, so that time comes twice; the earlier one is meant.");
        }
        None => {}
    }
    if on_site {
        words.push_str(" The site is told now.");
    }
    words
}

/// A refusal stands where the form is, with what was typed.
fn refused(viewer: &Viewer, error: Error, fields: &Fields, back: &str) -> Answer {
    if FieldErrors::of(&error).is_none() {
        return Err(error.into());
    }
    let mut words = format!("Not moved: {}", error.message());
    if let Some(help) = error.help() {
        words.push_str(&format!(" {help}"));
    }
    let panel = fields.text("panel");
    let to = if panel.is_empty() {
        back.to_owned()
    } else {
        let typed = [("day", fields.text("date")), ("time", fields.text("time"))];
        let typed = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(typed).finish();
        format!("{}{}{typed}", safe_next(panel), if panel.contains('?') { "&" } else { "?" })
    };
    Ok(viewer.done(Flash::warning(words), &to))
}

fn back(fields: &Fields, tenant: TenantId) -> String {
    match fields.text("back") {
        "" => paths::client_tab(tenant, ClientTab::Calendar),
        back => safe_next(back).to_owned(),
    }
}

/// Back to the calendar, at the thing that was moved.
fn moved(viewer: &Viewer, words: String, undo: Undo, back: &str, id: uuid::Uuid) -> Response {
    viewer.done(Flash::good(words).undoing(undo), &format!("{back}#p-{id}"))
}

/// `POST …/items/{id}/reschedule`.
pub(in crate::content) async fn item(
    viewer: Viewer,
    At((tenant, id)): At<(TenantId, ContentItemId)>,
    Form(fields): Form<Fields>,
) -> Answer {
    let scope = viewer.scope(tenant, Permission::EditContent)?;
    let (zone, back) = (zone(&viewer, scope, &fields).await?, back(&fields, tenant));
    let post = content::queries::item(&mut viewer.read().await?, scope, id).await?;
    let act = async || {
        let target = wanted(&fields, zone, post.planned_at())?;
        let mode = match &target {
            Wanted::At(planned) => PublishMode::At(planned.at),
            Wanted::Before(to) if to == "now" => PublishMode::Now,
            Wanted::Before(to) if to == "draft" => PublishMode::Draft,
            Wanted::Before(to) => PublishMode::At(moment(to)?),
        };
        let mut tx = viewer.begin().await?;
        let moved = reschedule::reschedule(&mut tx, scope, id, mode).await?;
        tx.commit().await?;
        Ok::<_, Error>((target, mode, moved))
    };
    match act().await {
        Ok((Wanted::At(planned), _, made)) => {
            let to = match made.before {
                PublishMode::Now => "now".to_owned(),
                PublishMode::Draft => "draft".to_owned(),
                PublishMode::At(at) => at.to_rfc3339(),
            };
            let undo = undo(format!("{}/reschedule", paths::item(tenant, id)), to, &back);
            Ok(moved(&viewer, told(&post.title, planned, zone, made.on_site), undo, &back, id.uuid()))
        }
        Ok((Wanted::Before(_), mode, made)) => {
            let words = match mode {
                PublishMode::At(at) => told(&post.title, Planned { at, change: None }, zone, made.on_site),
                _ => format!("“{}” has no date again.", post.title),
            };
            Ok(viewer.done(Flash::good(words), &back))
        }
        Err(error) => refused(&viewer, error, &fields, &back),
    }
}

/// `POST …/requests/{id}/reschedule`.
pub(in crate::content) async fn request(
    viewer: Viewer,
    At((tenant, id)): At<(TenantId, RequestId)>,
    Form(fields): Form<Fields>,
) -> Answer {
    let scope = viewer.scope(tenant, Permission::EditContent)?;
    let (zone, back) = (zone(&viewer, scope, &fields).await?, back(&fields, tenant));
    let brief = content::queries::request(&mut viewer.read().await?, scope, id).await?;
    let act = async || {
        let target = wanted(&fields, zone, brief.planned_at)?;
        let at = match &target {
            Wanted::At(planned) => Some(planned.at),
            Wanted::Before(to) if to == "none" => None,
            Wanted::Before(to) => Some(moment(to)?),
        };
        let mut tx = viewer.begin().await?;
        let before = reschedule::plan_request(&mut tx, scope, id, at).await?;
        tx.commit().await?;
        Ok::<_, Error>((target, at, before))
    };
    match act().await {
        Ok((Wanted::At(planned), _, before)) => {
            let to = before.map_or_else(|| "none".to_owned(), |at| at.to_rfc3339());
            let undo = undo(format!("{}/reschedule", paths::request(tenant, id)), to, &back);
            Ok(moved(&viewer, told(&brief.title, planned, zone, false), undo, &back, id.uuid()))
        }
        Ok((Wanted::Before(_), at, _)) => {
            let words = match at {
                Some(at) => told(&brief.title, Planned { at, change: None }, zone, false),
                None => format!("“{}” has no date again.", brief.title),
            };
            Ok(viewer.done(Flash::good(words), &back))
        }
        Err(error) => refused(&viewer, error, &fields, &back),
    }
}

fn moment(text: &str) -> Result<Timestamp> {
    text.parse().map_err(|_| Error::invalid("to", "This time can’t be read."))
}

fn undo(action: String, to: String, back: &str) -> Undo {
    Undo { action, fields: vec![("to".to_owned(), to), ("back".to_owned(), back.to_owned())] }
}

//! Does what the slices keep make sense? For `agency-os doctor`; reads only.

use std::collections::HashMap;

use aos_kernel::{AgencyScope, PageSize, Result};
use aos_storage::{Conn, Db};
use aos_workflow::EventFilter;
use serde_json::Value;
use uuid::Uuid;

use crate::{activities::ActivityState, people, tenants};

/// One thing that was looked at.
pub struct Finding {
    pub good: bool,
    pub what: &'static str,
    pub detail: String,
}

/// Looks at what can be wrong across slices.
///
/// # Errors
/// `Storage`.
pub async fn examine(db: &Db, agency: &AgencyScope) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut conn = db.read().await?;
    let set_up = people::queries::is_set_up(&mut conn).await?;
    let detail = if set_up { String::new() } else { "not set up yet: open the portal once".to_owned() };
    findings.push(Finding { good: true, what: "agency", detail });

    let active = tenants::queries::active_zones(&mut conn, agency, None, i64::MAX).await?.len();
    findings.push(Finding { good: true, what: "clients", detail: format!("{active} active") });

    let now = db.clock().now();
    for process in aos_workflow::processes(&mut conn).await? {
        // One that was killed is nothing to repair: what it had under way is taken up by the others, or at the next start.
        let alive = if process.is_alive(now) { "last seen" } else { "gone without a word, last seen" };
        let seen = process.seen_at.format("%F %T UTC");
        let detail = format!("{} ({}), {alive} {seen}", process.id, process.roles);
        findings.push(Finding { good: true, what: "process", detail });
    }
    let dead = aos_workflow::queue_depths(&mut conn).await?.iter().map(|queue| queue.dead).sum::<i64>();
    let detail = format!("{dead} given up; see Manage → Queues");
    findings.push(Finding {
        good: dead == 0,
        what: "jobs",
        detail: if dead == 0 { "none given up".into() } else { detail },
    });
    let broken = broken_chains(&mut conn, agency).await?;
    let detail = if broken.is_empty() { "every change follows the one before it".into() } else { broken.join("; ") };
    findings.push(Finding { good: broken.is_empty(), what: "history", detail });
    Ok(findings)
}

/// Activities whose events do not follow each other from `created` on.
async fn broken_chains(conn: &mut Conn, agency: &AgencyScope) -> Result<Vec<String>> {
    let filter = EventFilter { tenant: None, kind: Some("activities.".to_owned()) };
    let mut after = None;
    // Read from the newest back: each event must have been left by the one before it.
    let mut expected: HashMap<Uuid, String> = HashMap::new();
    let mut broken = Vec::new();
    loop {
        let page =
            aos_workflow::recent(conn, agency, &filter, after.as_ref(), PageSize::clamped(PageSize::MAX)).await?;
        for event in page.items.iter().filter(|event| event.subject.kind == "activity") {
            // What else is told of an activity changes no state: that it waits for a person.
            let Ok(state) = event.kind.trim_start_matches("activities.").parse::<ActivityState>() else { continue };
            if let Some(wanted) = expected.get(&event.subject.id)
                && *wanted != state.as_str()
            {
                broken.push(format!("activity {} went on from {wanted}, but was {state}", event.subject.id));
            }
            match event.data.get("from").and_then(Value::as_str) {
                Some(from) => {
                    expected.insert(event.subject.id, from.to_owned());
                }
                None => {
                    expected.remove(&event.subject.id);
                    if state != ActivityState::Created {
                        broken.push(format!("activity {} began as {state}", event.subject.id));
                    }
                }
            }
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    broken.extend(expected.keys().map(|id| format!("activity {id} has no beginning")));
    broken.truncate(20);
    Ok(broken)
}

//! Does what the slices keep make sense? For `agency-os doctor`; reads only.

use aos_kernel::{AgencyScope, Result};
use aos_storage::Db;

use crate::{people, tenants};

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
        let detail = format!("{} ({}), last seen {}", process.id, process.roles, process.seen_at.format("%F %T UTC"));
        findings.push(Finding { good: process.is_alive(now), what: "process", detail });
    }
    let dead = aos_workflow::queue_depths(&mut conn).await?.iter().map(|queue| queue.dead).sum::<i64>();
    let detail = format!("{dead} given up; see Manage → Queues");
    findings.push(Finding { good: dead == 0, what: "jobs", detail: if dead == 0 { "none given up".into() } else { detail } });
    Ok(findings)
}

//! Decisions: on one thing, on a list of briefs, on whatever is selected in the queue. Each binds the hash of what was
//! shown; the slice refuses what changed since.

use std::collections::BTreeMap;

use aos_features::{
    activities::{self, Approver, Decide, Decision},
    content,
    people::Permission,
    read_models::{owners, queue},
    tenants,
};
use aos_kernel::{ApprovalId, ContentHash, ContentItemId, Error, Result, TenantId};
use axum::{Form, extract::Query, response::Response};

use super::{Opened, head::shown_hash, queue::Asked};
use crate::{
    content as content_pages,
    flash::Flash,
    forms::Fields,
    paths,
    session::{Answer, At, Viewer},
};

/// What was shown is not what is there now.
pub(crate) fn changed() -> Error {
    Error::conflict("changed_since_you_looked", "This was changed while you were looking at it; nothing was decided.")
        .with_help("Reload the page, look at what changed, then decide.")
}

/// `POST /portal/approvals/{id}/approve`. A post's form also says how it is published.
pub(super) async fn approve(viewer: Viewer, At(id): At<ApprovalId>, Form(fields): Form<Fields>) -> Answer {
    let opened = Opened::open(&viewer, id).await?;
    let tenant = opened.tenant.id;
    let scope = viewer.scope(tenant, Permission::Decide)?;
    if opened.approval.subject.kind == "request" {
        let decided = decide_shown(&viewer, &[(id, shown(&fields))], &Decision::Approve).await?;
        return Ok(answer(&viewer, &opened, decided));
    }
    let mode = if fields.text("mode").is_empty() {
        None
    } else {
        match content_pages::publish_mode(&fields, opened.dial.zone) {
            Ok(mode) => Some(mode),
            Err(error) => return content_pages::post_approval(viewer, opened, Some((error, fields))).await,
        }
    };
    let piece = opened.approval.subject.kind == "content_item";
    let approver = Approver::of(&viewer.principal, tenant, &opened.tenant.settings.approval);
    let mut tx = viewer.begin().await?;
    let steps = &viewer.state.product.steps;
    let act = async |tx: &mut aos_storage::Tx| {
        if let Some(mode) = mode.filter(|_| piece) {
            let item = ContentItemId::from_uuid(opened.approval.subject.id);
            content::commands::plan_publishing(tx, scope, item, mode).await?;
        }
        activities::commands::decide(tx, steps, scope, &approver, id, &shown(&fields), Decision::Approve).await
    };
    match act(&mut tx).await {
        Ok(_) => tx.commit().await?,
        // What keeps it from being approved is said beside the piece, where it can be mended.
        Err(error) if piece && matches!(error.code(), "breaks_rules" | "time_needed" | "time_passed") => {
            drop(tx);
            return content_pages::post_approval(viewer, opened, Some((error, fields))).await;
        }
        Err(error) => return Err(error.into()),
    }
    Ok(answer(&viewer, &opened, Outcome { approved: 1, ..Outcome::default() }))
}

/// `POST /portal/approvals/{id}/reject`.
pub(super) async fn reject(viewer: Viewer, At(id): At<ApprovalId>, Form(fields): Form<Fields>) -> Answer {
    let opened = Opened::open(&viewer, id).await?;
    let decision = Decision::Reject { notes: fields.text("notes").to_owned() };
    let decided = decide_shown(&viewer, &[(id, shown(&fields))], &decision).await?;
    if let Some(error) = decided.refused {
        return Err(error.into());
    }
    Ok(answer(&viewer, &opened, decided))
}

/// `POST /portal/approvals/{id}/requests`: some or all briefs of a list.
pub(super) async fn requests(viewer: Viewer, At(id): At<ApprovalId>, Form(fields): Form<Fields>) -> Answer {
    let opened = Opened::open(&viewer, id).await?;
    if shown_hash(&opened.approval, &opened.siblings) != shown(&fields) {
        return Err(changed().into());
    }
    let one = fields.text("one").split_once(':').map(|(_, request)| request.to_owned());
    let (approves, chosen) = match (&one, fields.text("decision")) {
        (Some(request), _) => (true, vec![request.as_str()]),
        (None, "approve_all") => (true, Vec::new()),
        (None, "approve") => (true, fields.all("request")),
        (None, _) => (false, fields.all("request")),
    };
    let wanted = |request: &str| chosen.is_empty() || chosen.contains(&request);
    let items: Vec<(ApprovalId, ContentHash)> = opened
        .pending()
        .filter(|approval| wanted(&approval.subject.id.to_string()))
        .map(|approval| (approval.id, approval.hash.clone()))
        .collect();
    let decision =
        if approves { Decision::Approve } else { Decision::Reject { notes: fields.text("notes").to_owned() } };
    let decided = decide_each(&viewer, BTreeMap::from([(opened.tenant.id, items)]), &decision).await?;
    let left = opened.pending().count().saturating_sub(decided.approved + decided.rejected);
    if left > 0 {
        return Ok(viewer.done(decided.flash(), &paths::approval(id)));
    }
    Ok(answer(&viewer, &opened, decided))
}

/// `POST /portal/queue/decide`: a row's own button, or all that is selected.
pub(super) async fn from_queue(viewer: Viewer, Query(asked): Query<Asked>, Form(fields): Form<Fields>) -> Answer {
    let one = fields.text("one").strip_prefix("approve:");
    let chosen: Vec<&str> = one.map_or_else(|| fields.all("approval"), |one| vec![one]);
    let read = |text: &&str| {
        let (id, hash) = text.split_once(':')?;
        Some((id.parse().ok()?, ContentHash::from_hex(hash.to_owned())))
    };
    let items: Vec<(ApprovalId, ContentHash)> = chosen.iter().filter_map(read).collect();
    if items.is_empty() {
        return Ok(viewer.done(Flash::warning("Nothing was selected, so nothing was decided."), &asked.back()));
    }
    let decision = if one.is_some() || fields.text("decision") == "approve" {
        Decision::Approve
    } else {
        Decision::Reject { notes: fields.text("notes").to_owned() }
    };
    let decided = decide_shown(&viewer, &items, &decision).await?;
    Ok(viewer.done(decided.flash(), &asked.back()))
}

fn shown(fields: &Fields) -> ContentHash {
    ContentHash::from_hex(fields.text("hash").to_owned())
}

/// What became of some decisions.
#[derive(Default)]
struct Outcome {
    approved: usize,
    rejected: usize,
    /// The first refusal.
    refused: Option<Error>,
    refusals: usize,
}

impl Outcome {
    fn flash(&self) -> Flash {
        let done = match (self.approved, self.rejected) {
            (0, 0) => String::new(),
            (1, 0) => "Approved. ".to_owned(),
            (n, 0) => format!("{n} approved. "),
            (0, 1) => "Sent back with your notes. ".to_owned(),
            (0, n) => format!("{n} sent back with your notes. "),
            (a, r) => format!("{a} approved, {r} sent back. "),
        };
        match &self.refused {
            None => Flash::good(done.trim_end()),
            Some(error) if self.refusals == 1 => Flash::warning(format!("{done}Not decided: {}", error.message())),
            Some(error) => {
                Flash::warning(format!("{done}{} not decided; the first: {}", self.refusals, error.message()))
            }
        }
    }
}

/// Decides on entries as the queue shows them: an entry of several briefs is all of them.
async fn decide_shown(viewer: &Viewer, items: &[(ApprovalId, ContentHash)], decision: &Decision) -> Result<Outcome> {
    let agency = viewer.agency(Permission::Decide)?;
    let mut conn = viewer.read().await?;
    let mut by_tenant: BTreeMap<TenantId, Vec<(ApprovalId, ContentHash)>> = BTreeMap::new();
    let mut stale = Outcome::default();
    for (id, hash) in items {
        let tenant = owners::of_approval(&mut conn, &agency, *id).await?;
        let scope = viewer.scope(tenant, Permission::Decide)?;
        let approval = activities::queries::approval(&mut conn, scope, *id).await?;
        let own = by_tenant.entry(tenant).or_default();
        if approval.subject.kind != "request" || approval.hash == *hash {
            own.push((*id, hash.clone()));
            continue;
        }
        let siblings = queue::of_step(&mut conn, scope, &approval).await?;
        if shown_hash(&approval, &siblings) != *hash {
            stale.refusals += 1;
            stale.refused.get_or_insert_with(changed);
            continue;
        }
        let pending = siblings.iter().filter(|one| one.state == activities::ApprovalState::Pending);
        own.extend(pending.map(|one| (one.id, one.hash.clone())));
    }
    drop(conn);
    let mut outcome = decide_each(viewer, by_tenant, decision).await?;
    outcome.refusals += stale.refusals;
    outcome.refused = outcome.refused.or(stale.refused);
    Ok(outcome)
}

/// One transaction for each client, so that one client's trouble holds nobody else up.
async fn decide_each(
    viewer: &Viewer,
    by_tenant: BTreeMap<TenantId, Vec<(ApprovalId, ContentHash)>>,
    decision: &Decision,
) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    for (tenant, items) in by_tenant {
        let scope = viewer.scope(tenant, Permission::Decide)?;
        let mut tx = viewer.begin().await?;
        let settings = tenants::queries::settings(&mut tx, scope).await?;
        let approver = Approver::of(&viewer.principal, tenant, &settings.approval);
        let decisions = items
            .into_iter()
            .map(|(approval, expected)| Decide { approval, expected, decision: decision.clone() })
            .collect();
        let steps = &viewer.state.product.steps;
        let answers = activities::commands::decide_many(&mut tx, steps, scope, &approver, decisions).await?;
        tx.commit().await?;
        for answer in answers {
            match (answer, decision) {
                (Ok(_), Decision::Approve) => outcome.approved += 1,
                (Ok(_), Decision::Reject { .. }) => outcome.rejected += 1,
                (Err(error), _) => {
                    outcome.refusals += 1;
                    outcome.refused.get_or_insert(error);
                }
            }
        }
    }
    Ok(outcome)
}

/// Goes on to what comes next in the queue.
fn answer(viewer: &Viewer, opened: &Opened, outcome: Outcome) -> Response {
    let next = opened.head.next.as_ref().or(opened.head.previous.as_ref());
    viewer.done(outcome.flash(), next.map_or(paths::QUEUE, String::as_str))
}

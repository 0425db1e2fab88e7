//! The client's decisions. Each binds the hash of what was shown.

use aos_features::{
    activities::{self, Approver, Decide, Decision},
    content,
    people::Permission,
};
use aos_kernel::{ApprovalId, ContentHash, ContentItemId, Error, TenantId};
use axum::{Form, response::Response};

use super::{
    Side,
    approvals::{Asking, show},
};
use crate::{
    activities::{changed, shown_hash},
    content::publish_mode,
    flash::Flash,
    forms::Fields,
    session::{Answer, At, Viewer},
};

fn shown(fields: &Fields) -> ContentHash {
    ContentHash::from_hex(fields.text("hash").to_owned())
}

/// `POST …/approvals/{approval}/approve`; with `mode` and `at` where the planned time has passed.
pub(super) async fn approve(
    viewer: Viewer,
    At((id, approval)): At<(TenantId, ApprovalId)>,
    Form(fields): Form<Fields>,
) -> Answer {
    let scope = viewer.scope(id, Permission::Decide)?;
    let asking = Asking::open(&viewer, id, approval).await?;
    if asking.approval.subject.kind == "request" {
        return decide(viewer, asking, &shown(&fields), &[], &Decision::Approve).await;
    }
    let post = asking.approval.subject.kind == "content_item";
    let mode = match fields.text("mode") {
        "" => None,
        _ if !post => None,
        _ => match publish_mode(&fields, asking.face.dial.zone) {
            Ok(mode) => Some(mode),
            Err(error) => return show(viewer, asking, Some((error, fields))).await,
        },
    };
    let approver = Approver::of(&viewer.principal, id, &asking.face.tenant.settings.approval);
    let mut tx = viewer.begin().await?;
    let item = ContentItemId::from_uuid(asking.approval.subject.id);
    // A time is only theirs to choose where the agency's has passed.
    let current = if post { Some(content::queries::item(&mut tx, scope, item).await?.publish_mode) } else { None };
    let passed = matches!(current, Some(aos_capabilities::publish::PublishMode::At(at)) if at <= viewer.now);
    let decided = async {
        if let Some(mode) = mode.filter(|_| passed) {
            content::commands::plan_publishing(&mut tx, scope, item, mode).await?;
        }
        let steps = &viewer.state.product.steps;
        let hash = shown(&fields);
        activities::commands::decide(&mut tx, steps, scope, &approver, approval, &hash, Decision::Approve).await?;
        tx.commit().await
    };
    match decided.await {
        Ok(()) => Ok(answer(&viewer, &asking, Flash::good("Approved. Thank you."))),
        Err(error) if error.code() == "time_passed" => show(viewer, asking, Some((error, fields))).await,
        Err(error) => Err(error.into()),
    }
}

/// `POST …/approvals/{approval}/reject`.
pub(super) async fn reject(
    viewer: Viewer,
    At((id, approval)): At<(TenantId, ApprovalId)>,
    Form(fields): Form<Fields>,
) -> Answer {
    viewer.scope(id, Permission::Decide)?;
    let asking = Asking::open(&viewer, id, approval).await?;
    let decision = Decision::Reject { notes: fields.text("notes").to_owned() };
    decide(viewer, asking, &shown(&fields), &[], &decision).await
}

/// `POST …/approvals/{approval}/requests`: some or all ideas of a list.
pub(super) async fn requests(
    viewer: Viewer,
    At((id, approval)): At<(TenantId, ApprovalId)>,
    Form(fields): Form<Fields>,
) -> Answer {
    viewer.scope(id, Permission::Decide)?;
    let asking = Asking::open(&viewer, id, approval).await?;
    let one = fields.text("one").split_once(':').map(|(_, request)| request.to_owned());
    let (approves, chosen) = match (&one, fields.text("decision")) {
        (Some(request), _) => (true, vec![request.as_str()]),
        (None, "approve_all") => (true, Vec::new()),
        (None, "approve") => (true, fields.all("request")),
        (None, _) => (false, fields.all("request")),
    };
    if fields.text("decision") == "approve" && one.is_none() && chosen.is_empty() {
        let flash = Flash::warning("Choose at least one idea first.");
        return Ok(viewer.done(flash, &asking.head.action));
    }
    let decision =
        if approves { Decision::Approve } else { Decision::Reject { notes: fields.text("notes").to_owned() } };
    decide(viewer, asking, &shown(&fields), &chosen, &decision).await
}

/// Decides on what was shown: all of it, or of ideas only the chosen ones.
async fn decide(
    viewer: Viewer,
    asking: Asking,
    expected: &ContentHash,
    chosen: &[&str],
    decision: &Decision,
) -> Answer {
    let id = asking.face.tenant.id;
    let scope = viewer.scope(id, Permission::Decide)?;
    let list = asking.approval.subject.kind == "request";
    if list && shown_hash(&asking.approval, &asking.siblings) != *expected {
        return Err(changed().into());
    }
    let items: Vec<Decide> = if list {
        asking
            .pending()
            .filter(|one| chosen.is_empty() || chosen.contains(&one.subject.id.to_string().as_str()))
            .map(|one| Decide { approval: one.id, expected: one.hash.clone(), decision: decision.clone() })
            .collect()
    } else {
        vec![Decide { approval: asking.approval.id, expected: expected.clone(), decision: decision.clone() }]
    };
    if items.is_empty() {
        return Err(Error::conflict("nothing_to_decide", "There is nothing left to decide here.").into());
    }
    let all = items.len();
    let left = asking.pending().count().saturating_sub(all);
    let approver = Approver::of(&viewer.principal, id, &asking.face.tenant.settings.approval);
    let mut tx = viewer.begin().await?;
    let steps = &viewer.state.product.steps;
    let answers = activities::commands::decide_many(&mut tx, steps, scope, &approver, items).await?;
    tx.commit().await?;
    let (mut done, mut refused) = (0_usize, None);
    for one in answers {
        match one {
            Ok(_) => done += 1,
            Err(error) => refused = Some(error),
        }
    }
    if let Some(error) = refused {
        if done == 0 {
            return Err(error.into());
        }
        let flash = Flash::warning(format!("{done} of {all} are decided. Not decided: {}", error.message()));
        return Ok(viewer.done(flash, &asking.head.action));
    }
    let flash = match (decision, done) {
        (Decision::Approve, 1) => Flash::good("Approved. Thank you."),
        (Decision::Approve, n) => Flash::good(format!("{n} ideas approved. Thank you.")),
        (Decision::Reject { .. }, _) => Flash::good("Sent back with your notes. Your agency works on it at once."),
    };
    if left > 0 {
        return Ok(viewer.done(flash, &asking.head.action));
    }
    Ok(answer(&viewer, &asking, flash))
}

/// Goes on to what waits next, or back to the list.
fn answer(viewer: &Viewer, asking: &Asking, flash: Flash) -> Response {
    let list = format!("{}/approvals", Side::Client.base(asking.face.tenant.id));
    viewer.done(flash, asking.head.next.as_deref().unwrap_or(&list))
}

//! The demonstration reviewer: approves what waits, as shown, and says so on the screen.

use std::collections::BTreeMap;

use anyhow::Result;
use aos_features::{
    activities::{self, ApprovalFilter, Approver, Decide, Decision, PendingApproval},
    tenants,
};
use aos_kernel::{AgencyScope, PageSize, TenantScope};

use super::{journey::Plan, people::Cast, screen::Voice, social};
use crate::assemble::{App, plain};

/// Approves what waits now and comes before the stage; how many wait for somebody else.
pub async fn approve_up_to(
    app: &App,
    cast: &Cast,
    scope: TenantScope,
    plan: &Plan,
    voice: &Voice<'_>,
) -> Result<usize> {
    let (mut ours, others): (Vec<_>, Vec<_>) =
        pending(app, scope).await?.into_iter().partition(|item| plan.stage.approves(&item.approval.subject.kind));
    let social = !plan.social.is_empty();
    if social {
        ours = social::prepare(app, cast, scope, ours, voice).await?;
    }
    decide(app, cast, scope, &ours, social, voice).await?;
    Ok(others.len())
}

/// Approves these, as they are.
pub async fn approve(
    app: &App,
    cast: &Cast,
    scope: TenantScope,
    waiting: &[PendingApproval],
    voice: &Voice<'_>,
) -> Result<()> {
    decide(app, cast, scope, waiting, false, voice).await
}

async fn decide(
    app: &App,
    cast: &Cast,
    scope: TenantScope,
    waiting: &[PendingApproval],
    scheduled: bool,
    voice: &Voice<'_>,
) -> Result<()> {
    if waiting.is_empty() {
        return Ok(());
    }
    let product = &app.product;
    let mut counts = BTreeMap::<&str, usize>::new();
    let mut decisions = Vec::new();
    for item in waiting {
        *counts.entry(item.approval.subject.kind.as_str()).or_default() += 1;
        decisions.push(Decide {
            approval: item.approval.id,
            expected: item.approval.hash.clone(),
            decision: Decision::Approve,
        });
    }
    let mut tx = product.db.begin(cast.reviewer.actor().clone()).await.map_err(plain)?;
    if scheduled {
        social::schedule(&mut tx, scope, waiting).await?;
    }
    let settings = tenants::queries::settings(&mut tx, scope).await.map_err(plain)?;
    let approver = Approver::of(&cast.reviewer, scope.tenant(), &settings.approval);
    let results =
        activities::commands::decide_many(&mut tx, &product.steps, scope, &approver, decisions).await.map_err(plain)?;
    tx.commit().await.map_err(plain)?;
    for refused in results.into_iter().filter_map(|result| result.err()) {
        voice.problem(&format!("Not approved: {}", refused.message()));
    }
    for (kind, n) in counts {
        voice.decided(&format!("Demonstration reviewer approved {}", words(kind, n)));
    }
    Ok(())
}

/// What waits for a decision in this client's work.
pub async fn pending(app: &App, scope: TenantScope) -> Result<Vec<PendingApproval>> {
    let mut conn = app.product.db.read().await.map_err(plain)?;
    let agency = AgencyScope::only(vec![scope.tenant()]);
    let size = PageSize::clamped(PageSize::MAX);
    let page = activities::queries::pending_approvals(&mut conn, &agency, &ApprovalFilter::default(), None, size)
        .await
        .map_err(plain)?;
    Ok(page.items)
}

pub fn words(kind: &str, n: usize) -> String {
    let (one, many) = match kind {
        "strategy" => ("the strategy", "strategies"),
        "request" => ("the brief of a post", "briefs of posts"),
        "content_item" => ("a post", "posts"),
        other => (other, other),
    };
    if n == 1 { one.to_owned() } else { format!("{n} {many}") }
}

//! What waits for a person's decision.

use aos_features::{
    activities::{self, ApprovalFilter, Approver, Decide, Decision},
    people::Permission,
    tenants,
};
use aos_kernel::{ApprovalId, ContentHash, TenantId, TenantScope};
use aos_storage::Tx;
use axum::Json;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::views::{ApprovalView, DecideBody, DecideManyBody, DecidedView, DecisionAnswer, Verdict};
use crate::{
    api::{Asked, Body, Caller, Listed, Paging, Reply, SliceRouter, operations},
    session::At,
};

pub fn routes() -> SliceRouter {
    SliceRouter::default()
        .routes(operations!(list))
        .routes(operations!(one))
        .routes(operations!(decide))
        .routes(operations!(decide_many))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ApprovalQuery {
    pub tenant: Option<Uuid>,
    /// `strategy`, `request` or `content_item`.
    pub subject_kind: Option<String>,
    /// Only what this human role decides on.
    pub role: Option<String>,
}

/// What waits for a decision, the oldest first.
#[utoipa::path(get, path = "/approvals", tag = "approvals", params(ApprovalQuery, Paging), responses((status = 200, body = Listed<ApprovalView>)))]
async fn list(
    caller: Caller,
    Asked(query): Asked<ApprovalQuery>,
    Asked(paging): Asked<Paging>,
) -> Reply<Listed<ApprovalView>> {
    let agency = caller.agency(Permission::SeeClient)?;
    let filter = ApprovalFilter {
        roles: query.role.into_iter().collect(),
        tenant: query.tenant.map(TenantId::from_uuid),
        subject_kind: query.subject_kind,
    };
    let after = paging.after()?;
    let mut conn = caller.read().await?;
    let page =
        activities::queries::pending_approvals(&mut conn, &agency, &filter, after.as_ref(), paging.size()).await?;
    Ok(Json(Listed::page(page, |pending| ApprovalView::from(pending.approval))))
}

/// One approval, pending or decided.
#[utoipa::path(get, path = "/tenants/{tenant}/approvals/{approval}", tag = "approvals", responses((status = 200, body = ApprovalView)))]
async fn one(caller: Caller, At((tenant, approval)): At<(TenantId, ApprovalId)>) -> Reply<ApprovalView> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    Ok(Json(activities::queries::approval(&mut caller.read().await?, scope, approval).await?.into()))
}

async fn approver(caller: &Caller, tx: &mut Tx, scope: TenantScope) -> aos_kernel::Result<Approver> {
    let settings = tenants::queries::settings(tx, scope).await?;
    Ok(Approver::of(&caller.principal, scope.tenant(), &settings.approval))
}

fn decision(verdict: Verdict, notes: Option<String>) -> Decision {
    match verdict {
        Verdict::Approve => Decision::Approve,
        Verdict::Reject => Decision::Reject { notes: notes.unwrap_or_default() },
    }
}

/// Decide on one thing.
///
/// `hash` is that of what was looked at: if it was changed since, nothing is decided.
#[utoipa::path(post, path = "/tenants/{tenant}/approvals/{approval}/decide", tag = "approvals", request_body = DecideBody, responses((status = 200, body = DecidedView)))]
async fn decide(
    caller: Caller,
    At((tenant, approval)): At<(TenantId, ApprovalId)>,
    Body(body): Body<DecideBody>,
) -> Reply<DecidedView> {
    let scope = caller.scope(tenant, Permission::Decide)?;
    let mut tx = caller.begin().await?;
    let approver = approver(&caller, &mut tx, scope).await?;
    let expected = ContentHash::from_hex(body.hash);
    let decided = activities::commands::decide(
        &mut tx,
        &caller.state.product.steps,
        scope,
        &approver,
        approval,
        &expected,
        decision(body.decision, body.notes),
    )
    .await?;
    tx.commit().await?;
    Ok(Json(decided.into()))
}

/// Decide on many things of one client.
///
/// Each has its own answer, in the same order; one that can't be decided keeps none of the others back.
#[utoipa::path(post, path = "/tenants/{tenant}/approvals/decide", tag = "approvals", request_body = DecideManyBody, responses((status = 200, body = Listed<DecisionAnswer>)))]
async fn decide_many(
    caller: Caller,
    At(tenant): At<TenantId>,
    Body(body): Body<DecideManyBody>,
) -> Reply<Listed<DecisionAnswer>> {
    let scope = caller.scope(tenant, Permission::Decide)?;
    body.check()?;
    // An approval that is not there is that entry's answer, not the whole request's.
    let mut known = Vec::new();
    let mut conn = caller.read().await?;
    for item in &body.items {
        let id = ApprovalId::from_uuid(item.approval_id);
        known.push(activities::queries::approval(&mut conn, scope, id).await.map(|_| id));
    }
    drop(conn);
    let items = body
        .items
        .into_iter()
        .zip(&known)
        .filter_map(|(item, known)| {
            let approval = *known.as_ref().ok()?;
            let expected = ContentHash::from_hex(item.hash);
            Some(Decide { approval, expected, decision: decision(item.decision, item.notes) })
        })
        .collect();
    let mut tx = caller.begin().await?;
    let approver = approver(&caller, &mut tx, scope).await?;
    let decided =
        activities::commands::decide_many(&mut tx, &caller.state.product.steps, scope, &approver, items).await?;
    tx.commit().await?;
    let mut decided = decided.into_iter();
    let answers =
        known.into_iter().filter_map(|known| known.map_or_else(|error| Some(Err(error)), |_| decided.next())).collect();
    Ok(Json(Listed::all(answers, DecisionAnswer::from)))
}

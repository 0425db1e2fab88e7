//! Deciding from a mailed link: by one person, on what one activity asks them for, without signing in.
//!
//! Looking changes nothing, so that whoever previews a link decides nothing. The link binds what waited when the mail was
//! written; what is decided on is what the person was shown, as everywhere.

use aos_kernel::{
    ActivityId, ApprovalId, ApprovalLinkId, ContentHash, Error, NewEvent, Result, Secret, Subject, TenantId,
    TenantScope, Timestamp, UserId,
};
use aos_storage::{Conn, Tx, content_hash, from_row};
use chrono::TimeDelta;
use serde_json::json;

use super::{
    commands::{Approver, Decide, Decided, decide_many},
    model::{Approval, ApprovalState},
    steps::StepRegistry,
    store,
};
use crate::{
    people::{self, Permission, Principal},
    tenants,
};

/// How long a link is good for.
pub const GOOD_FOR: TimeDelta = TimeDelta::days(14);

/// A link as it is kept.
#[derive(Clone, Debug)]
pub struct ApprovalLink {
    pub tenant_id: TenantId,
    pub id: ApprovalLinkId,
    pub activity_id: ActivityId,
    pub user_id: UserId,
    pub hash: ContentHash,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}
from_row!(ApprovalLink { tenant_id, id, activity_id, user_id, hash, created_at, expires_at });

/// What a link leads to now.
#[derive(Clone, Debug)]
pub struct Mailed {
    pub scope: TenantScope,
    pub principal: Principal,
    pub activity: ActivityId,
    /// What waits for this person, in the order in which it came.
    pub waiting: Vec<Approval>,
    /// What of the activity was decided on, the latest last.
    pub decided: Vec<Approval>,
    /// What waits is not what waited when the mail was written.
    pub changed: bool,
    pub expires_at: Timestamp,
    link: ApprovalLinkId,
}

/// Binds several things that are decided on together: the hash over their hashes, in the order of their approvals.
pub fn list_hash<'a>(hashes: impl IntoIterator<Item = &'a ContentHash>) -> ContentHash {
    let parts: Vec<&str> = hashes.into_iter().map(ContentHash::as_str).collect();
    match parts.as_slice() {
        // One alone is bound by its own hash.
        [only] => ContentHash::from_hex((*only).to_owned()),
        all => content_hash(all),
    }
}

fn waits_for(approver: &Approver, approval: &Approval) -> bool {
    approval.state == ApprovalState::Pending
        && approver.may_decide(approval.party, &approval.role, &approval.title).is_ok()
}

async fn approver(conn: &mut Conn, scope: TenantScope, principal: &Principal) -> Result<Approver> {
    let settings = tenants::queries::settings(conn, scope).await?;
    Ok(Approver::of(principal, scope.tenant(), &settings.approval))
}

/// Makes a link for this person; its secret is shown to nobody else and never again. `None` when nothing of the activity
/// waits for them.
///
/// # Errors
/// `Storage`.
pub async fn issue(tx: &mut Tx, scope: TenantScope, activity: ActivityId, user: UserId) -> Result<Option<Secret>> {
    let principal = people::queries::principal(tx, user).await?;
    let all = store::approvals_of_activity(tx, scope, activity).await?;
    if !principal.can(scope.tenant(), Permission::Decide) {
        return Ok(None);
    }
    let approver = approver(tx, scope, &principal).await?;
    let waiting: Vec<&Approval> = all.iter().filter(|approval| waits_for(&approver, approval)).collect();
    if waiting.is_empty() {
        return Ok(None);
    }
    let secret = people::random_token();
    let now = tx.now();
    let link = ApprovalLink {
        tenant_id: scope.tenant(),
        id: ApprovalLinkId::new(),
        activity_id: activity,
        user_id: user,
        hash: list_hash(waiting.iter().map(|approval| &approval.hash)),
        created_at: now,
        expires_at: now + GOOD_FOR,
    };
    store::insert_link(tx, scope, &link, &people::token_digest(secret.expose())).await?;
    Ok(Some(secret))
}

fn unknown() -> Error {
    Error::not_found("link").with_help("Ask for a new mail, or sign in and look at what waits for you.")
}

/// What a link leads to now. Changes nothing.
///
/// # Errors
/// `NotFound` for a link that is none, of somebody who may no longer decide here, or of a thing that is gone; `Conflict`
/// with code `link_expired`.
pub async fn open(conn: &mut Conn, secret: &Secret, now: Timestamp) -> Result<Mailed> {
    let link = store::link_by_digest(conn, &people::token_digest(secret.expose())).await?.ok_or_else(unknown)?;
    let principal = people::queries::principal(conn, link.user_id).await.map_err(|_| unknown())?;
    let scope = principal.tenant_scope(link.tenant_id, Permission::Decide).map_err(|_| unknown())?;
    if now >= link.expires_at {
        return Err(Error::conflict("link_expired", "This link is too old, so it decides nothing any more.")
            .with_help("Sign in and look at what waits for you, or ask for a new mail."));
    }
    let all = store::approvals_of_activity(conn, scope, link.activity_id).await?;
    if all.is_empty() {
        return Err(unknown());
    }
    let approver = approver(conn, scope, &principal).await?;
    let (waiting, others): (Vec<Approval>, Vec<Approval>) =
        all.into_iter().partition(|approval| waits_for(&approver, approval));
    let decided = others
        .into_iter()
        .filter(|approval| matches!(approval.state, ApprovalState::Approved | ApprovalState::Rejected))
        .collect();
    let changed = !waiting.is_empty() && list_hash(waiting.iter().map(|approval| &approval.hash)) != link.hash;
    Ok(Mailed {
        scope,
        principal,
        activity: link.activity_id,
        waiting,
        decided,
        changed,
        expires_at: link.expires_at,
        link: link.id,
    })
}

/// Decides in the person's name, on what they were shown; each has its own answer. The transaction must be theirs.
///
/// # Errors
/// As [`open`]; `Storage`.
pub async fn decide(
    tx: &mut Tx,
    registry: &StepRegistry,
    mailed: &Mailed,
    items: Vec<Decide>,
) -> Result<Vec<Result<Decided>>> {
    let known = |id: ApprovalId| mailed.waiting.iter().chain(&mailed.decided).any(|approval| approval.id == id);
    if items.iter().any(|item| !known(item.approval)) {
        return Err(unknown());
    }
    let tenant = mailed.scope.tenant();
    let approver = approver(tx, mailed.scope, &mailed.principal).await?;
    let answers = decide_many(tx, registry, mailed.scope, &approver, items).await?;
    let decided: Vec<ApprovalId> = answers.iter().flatten().map(|decided| decided.approval).collect();
    if let Some(first) = decided.first() {
        let subject = Subject::new("approval", *first);
        tx.emit(
            NewEvent::new(tenant, "activities.decided_from_mail", subject)
                .with(json!({ "link": mailed.link, "activity": mailed.activity, "approvals": decided })),
        );
    }
    Ok(answers)
}

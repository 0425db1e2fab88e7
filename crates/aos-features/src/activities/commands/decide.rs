//! A person's decisions on what waits for approval, and what may happen to it while it waits.

use std::collections::BTreeSet;

use aos_kernel::{ActivityId, ApprovalId, ContentHash, Error, PipelineId, Result, Subject, TenantId, TenantScope};
use aos_storage::Tx;

use super::{finish, load_pieces, only, show};
use crate::{
    activities::{
        CLIENT_ROLE,
        advance::{Fact, advance},
        board::Board,
        error::{changed_since, not_your_role, nothing_to_decide, own_work},
        model::{Approval, ApprovalState, Decision},
        steps::StepRegistry,
        store,
    },
    people::{self, Principal, Role},
    tenants::{ApprovalPolicy, ApprovalRoute},
};

/// What the person who decides is allowed, and the tenant's policy.
#[derive(Clone, Debug, Default)]
pub struct Approver {
    /// The roles that they have for this tenant, as the steps of templates name them.
    pub roles: Vec<String>,
    /// The tenant lets people approve what they made or asked for.
    pub allow_own_work: bool,
    /// The tenant has its own administrators decide after the agency's staff.
    pub client_decides_too: bool,
}

impl Approver {
    /// What this person may decide for a tenant, by their roles and the tenant's policy.
    pub fn of(principal: &Principal, tenant: TenantId, policy: &ApprovalPolicy) -> Self {
        let roles = Role::ALL.iter().filter(|role| principal.fills(tenant, **role));
        Self {
            roles: roles.map(|role| role.as_str().to_owned()).collect(),
            allow_own_work: policy.allow_own_work,
            client_decides_too: policy.route == ApprovalRoute::InternalThenClient,
        }
    }
}

/// One decision to be taken.
#[derive(Clone, Debug)]
pub struct Decide {
    pub approval: ApprovalId,
    /// The hash of what the person was shown.
    pub expected: ContentHash,
    pub decision: Decision,
}

/// A decision that was taken.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Decided {
    pub approval: ApprovalId,
    pub activity: ActivityId,
    pub pipeline: PipelineId,
    pub subject: Subject,
    pub title: String,
    pub state: ApprovalState,
    /// Somebody else has to say yes too.
    pub goes_on_to: Option<String>,
}

/// Decides on one thing.
///
/// # Errors
/// `NotFound`; `Conflict` with code `changed_since_you_looked` or `nothing_to_decide`; `Denied` for own work, another
/// role, or an actor who is no person; `Invalid` for a rejection without notes.
pub async fn decide(
    tx: &mut Tx,
    registry: &StepRegistry,
    scope: TenantScope,
    approver: &Approver,
    approval: ApprovalId,
    expected: &ContentHash,
    decision: Decision,
) -> Result<Decided> {
    let item = Decide { approval, expected: expected.clone(), decision };
    decide_many(tx, registry, scope, approver, vec![item])
        .await?
        .pop()
        .unwrap_or_else(|| Err(Error::internal("a decision without an answer")))
}

/// Decides on many things; each has its own answer, in the same order, and one that can't be decided keeps none of the
/// others back.
///
/// # Errors
/// `Storage`; nothing was decided then.
pub async fn decide_many(
    tx: &mut Tx,
    registry: &StepRegistry,
    scope: TenantScope,
    approver: &Approver,
    items: Vec<Decide>,
) -> Result<Vec<Result<Decided>>> {
    let actor = tx.actor().clone();
    let ids: Vec<ApprovalId> = items.iter().map(|item| item.approval).collect();
    let mut board = load(tx, registry, scope, &ids).await?;
    let mut seen = BTreeSet::new();
    let mut answers: Vec<Result<Fact>> = Vec::with_capacity(items.len());
    for item in &items {
        let mut checked = check(&board, tx, approver, item);
        if checked.is_ok() && !seen.insert(item.approval) {
            checked = Err(Error::conflict("nothing_to_decide", "This was decided a moment ago."));
        }
        answers.push(checked);
    }
    if let Err(error) = with_savepoint(tx, registry, scope, &board, &mut answers).await {
        if items.len() == 1 {
            answers = vec![Err(error)];
        } else {
            // One of them stopped all: each on its own then.
            for answer in answers.iter_mut().filter(|answer| answer.is_ok()) {
                if let Err(error) = with_savepoint(tx, registry, scope, &board, std::slice::from_mut(answer)).await {
                    *answer = Err(error);
                }
            }
        }
    }
    let mut decided = Vec::with_capacity(items.len());
    for (item, answer) in items.iter().zip(answers) {
        decided.push(match answer {
            Ok(fact) => {
                let goes_on_to = match &fact {
                    Fact::Approved { also, .. } => also.clone(),
                    _ => None,
                };
                advance(&mut board, &actor, fact)?;
                let approval = board.approval(item.approval)?;
                Ok(Decided {
                    approval: approval.id,
                    activity: approval.activity_id,
                    pipeline: approval.pipeline_id,
                    subject: approval.subject.clone(),
                    title: approval.title.clone(),
                    state: approval.state,
                    goes_on_to,
                })
            }
            Err(error) => Err(named(tx, &board, item.approval, error).await),
        });
    }
    finish(tx, board, &actor).await?;
    Ok(decided)
}

/// Everything about a decision that the board can tell.
fn check(board: &Board, tx: &Tx, approver: &Approver, item: &Decide) -> Result<Fact> {
    let approval = board.approval(item.approval)?;
    let Some(person) = tx.actor().person() else {
        return Err(Error::denied("Only a person can decide on this."));
    };
    let has = |role: &str| approver.roles.iter().any(|own| own == role);
    if !has(&approval.role) && !has(Role::Administrator.as_str()) {
        return Err(not_your_role(&approval.title, &approval.role));
    }
    if approval.state != ApprovalState::Pending {
        return Err(nothing_to_decide(approval, None, board.now));
    }
    if approval.hash != item.expected {
        return Err(changed_since(&approval.title));
    }
    match &item.decision {
        Decision::Approve => {
            if approval.made_by.person() == Some(person) && !approver.allow_own_work {
                return Err(own_work(&approval.title));
            }
            let also = approver.client_decides_too && approval.role != CLIENT_ROLE;
            let also = also.then(|| CLIENT_ROLE.to_owned());
            Ok(Fact::Approved { approval: approval.id, units: Vec::new(), also })
        }
        Decision::Reject { notes } if notes.trim().is_empty() => {
            Err(Error::invalid("notes", "Say what has to change, so that it can be made again."))
        }
        Decision::Reject { notes } => Ok(Fact::Rejected { approval: approval.id, notes: notes.trim().to_owned() }),
    }
}

/// Lets the slices that own the subjects act on the decisions. When one refuses, nothing of it is kept.
async fn with_savepoint(
    tx: &mut Tx,
    registry: &StepRegistry,
    scope: TenantScope,
    board: &Board,
    answers: &mut [Result<Fact>],
) -> Result<()> {
    let savepoint = tx.savepoint().await?;
    for answer in answers.iter_mut() {
        if let Ok(fact) = answer
            && let Err(error) = tell_owner(tx, registry, scope, board, fact).await
        {
            tx.roll_back_to(savepoint).await?;
            return Err(error);
        }
    }
    tx.release(savepoint).await
}

async fn tell_owner(
    tx: &mut Tx,
    registry: &StepRegistry,
    scope: TenantScope,
    board: &Board,
    fact: &mut Fact,
) -> Result<()> {
    match fact {
        Fact::Approved { approval, units, also } => {
            let Approval { subject, hash, title, .. } = board.approval(*approval)?;
            let owner = registry.approvable(&subject.kind)?;
            // What the row says was shown must be what is there: only that is approved.
            if owner.fingerprint(tx, scope, subject).await?.hash != *hash {
                return Err(changed_since(title));
            }
            if also.is_none() {
                *units = owner.approved(tx, scope, subject).await?;
            }
            Ok(())
        }
        Fact::Rejected { approval, notes } => {
            let subject = &board.approval(*approval)?.subject;
            registry.approvable(&subject.kind)?.rejected(tx, scope, subject, notes).await
        }
        _ => Err(Error::internal("not a decision")),
    }
}

/// Says who was faster.
async fn named(tx: &mut Tx, board: &Board, id: ApprovalId, error: Error) -> Error {
    let Ok(approval) = board.approval(id) else { return error };
    let Some(person) = approval.decided_by.as_ref().and_then(aos_kernel::Actor::person) else { return error };
    if error.code() != "nothing_to_decide" {
        return error;
    }
    match people::queries::user(tx, person).await {
        Ok(user) => nothing_to_decide(approval, Some(&user.name), board.now),
        Err(_) => error,
    }
}

async fn load(tx: &mut Tx, registry: &StepRegistry, scope: TenantScope, ids: &[ApprovalId]) -> Result<Board> {
    let mut board = Board::new(tx.now());
    store::lock_lines_of_approvals(tx, &only(scope), registry.plans(), &mut board, ids).await?;
    store::approvals(tx, &mut board, ids).await?;
    let gates: BTreeSet<ActivityId> = board.approvals.values().map(|approval| approval.activity_id).collect();
    load_pieces(tx, &mut board, &gates.into_iter().collect::<Vec<_>>()).await?;
    Ok(board)
}

/// The subject was changed while it waits for a decision: what is to be decided on is the changed one. Answers whether
/// it waits for one at all.
///
/// # Errors
/// `NotFound` when the subject is gone.
pub async fn refingerprint(
    tx: &mut Tx,
    registry: &StepRegistry,
    scope: TenantScope,
    subject: &Subject,
) -> Result<bool> {
    let waiting = in_state(tx, scope, subject, ApprovalState::Pending).await?;
    let Some(id) = waiting else { return Ok(false) };
    let actor = tx.actor().clone();
    let mut board = load(tx, registry, scope, &[id]).await?;
    for (_, shown) in show(tx, registry, scope, std::slice::from_ref(subject)).await? {
        advance(&mut board, &actor, Fact::Refingerprinted { approval: id, shown })?;
    }
    finish(tx, board, &actor).await?;
    Ok(true)
}

/// What a person brought was sent back, and they have changed it: it is to be decided on again.
///
/// # Errors
/// `Conflict` when it was not sent back, or when an agent makes it again.
pub async fn resubmit(tx: &mut Tx, registry: &StepRegistry, scope: TenantScope, subject: &Subject) -> Result<()> {
    let Some(id) = in_state(tx, scope, subject, ApprovalState::Rejected).await? else {
        return Err(Error::conflict("not_sent_back", "This was not sent back, so it can't be handed in again."));
    };
    let actor = tx.actor().clone();
    let mut board = load(tx, registry, scope, &[id]).await?;
    if board.piece(board.approval(id)?.activity_id)?.partner.is_some() {
        return Err(Error::conflict("being_made_again", "This is being made again by whoever made it first."));
    }
    for (_, shown) in show(tx, registry, scope, std::slice::from_ref(subject)).await? {
        advance(&mut board, &actor, Fact::Resubmitted { approval: id, shown })?;
    }
    finish(tx, board, &actor).await
}

/// There is nothing to decide any more: the subject was closed by whoever brought it. Harmless when nothing waits.
///
/// # Errors
/// `Conflict` when it was sent back and is being made again.
pub async fn withdraw(
    tx: &mut Tx,
    registry: &StepRegistry,
    scope: TenantScope,
    subject: &Subject,
    why: &str,
) -> Result<()> {
    let pending = in_state(tx, scope, subject, ApprovalState::Pending).await?;
    let open = match pending {
        Some(id) => Some(id),
        None => in_state(tx, scope, subject, ApprovalState::Rejected).await?,
    };
    let Some(id) = open else { return Ok(()) };
    let actor = tx.actor().clone();
    let mut board = load(tx, registry, scope, &[id]).await?;
    advance(&mut board, &actor, Fact::Withdrawn { approval: id, why: why.to_owned() })?;
    finish(tx, board, &actor).await
}

/// The latest approval of a subject, if it is in this state.
async fn in_state(
    tx: &mut Tx,
    scope: TenantScope,
    subject: &Subject,
    state: ApprovalState,
) -> Result<Option<ApprovalId>> {
    let all = store::approvals_of_subject(tx, scope, subject).await?;
    Ok(all.last().filter(|approval| approval.state == state).map(|approval| approval.id))
}

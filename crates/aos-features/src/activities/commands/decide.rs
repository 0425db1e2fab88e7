//! A person's decisions on what waits for approval, and what may happen to it while it waits.

use std::collections::BTreeSet;

use aos_kernel::{
    ActivityId, ApprovalId, ContentHash, Error, PipelineId, Result, Subject, TenantId, TenantScope, UserId,
};
use aos_storage::Tx;

use super::{finish, load_pieces, only, show};
use crate::{
    activities::{
        advance::{Fact, advance},
        board::Board,
        error::{changed_since, clients_turn, not_your_role, nothing_to_decide, own_work},
        model::{Approval, ApprovalState, Decision},
        steps::StepRegistry,
        store,
    },
    people::{self, Principal, Role},
    tenants::{ApprovalPolicy, ApprovalRoute, Party},
};

/// What the person who decides is allowed, and the tenant's policy.
#[derive(Clone, Debug, Default)]
pub struct Approver {
    /// The roles that they have for this tenant, as the steps of templates name them.
    pub roles: Vec<String>,
    /// They are one of the client's own administrators: nobody of the agency decides in the client's place.
    pub speaks_for_client: bool,
    pub policy: ApprovalPolicy,
}

impl Approver {
    /// What this person may decide for a tenant, by their roles and the tenant's policy.
    pub fn of(principal: &Principal, tenant: TenantId, policy: &ApprovalPolicy) -> Self {
        let roles = Role::ALL.iter().filter(|role| principal.fills(tenant, **role));
        Self {
            roles: roles.map(|role| role.as_str().to_owned()).collect(),
            speaks_for_client: principal.speaks_for(tenant),
            policy: policy.clone(),
        }
    }

    /// Whether they are among those who decide on this.
    ///
    /// # Errors
    /// `Denied`, saying who does.
    pub fn may_decide(&self, party: Party, role: &str, title: &str) -> Result<()> {
        let has = |role: &str| self.roles.iter().any(|own| own == role);
        match party {
            Party::Client if !self.speaks_for_client => Err(clients_turn(title)),
            Party::Agency if !has(role) && !has(Role::Administrator.as_str()) => Err(not_your_role(title, role)),
            Party::Client | Party::Agency => Ok(()),
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
    /// The side that has to say yes too.
    pub goes_on_to: Option<Party>,
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
    let clients = clients_administrators(tx, scope, &approver.policy).await?;
    let mut seen = BTreeSet::new();
    let mut answers: Vec<Result<Fact>> = Vec::with_capacity(items.len());
    for item in &items {
        let mut checked = check(&board, tx, approver, &clients, item);
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
                    Fact::Approved { next, .. } => *next,
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

/// The client's own administrators, where it matters whether one of them made a thing.
async fn clients_administrators(tx: &mut Tx, scope: TenantScope, policy: &ApprovalPolicy) -> Result<Vec<UserId>> {
    match policy.route {
        ApprovalRoute::InternalOnly => Ok(Vec::new()),
        ApprovalRoute::InternalThenClient => people::queries::clients_people(tx, scope, Role::TenantAdmin).await,
    }
}

/// Who decides after this side has said yes.
fn next_party(policy: &ApprovalPolicy, approval: &Approval, clients: &[UserId]) -> Option<Party> {
    let of_client = approval.made_by.person().is_some_and(|person| clients.contains(&person));
    let made_by = if of_client { Party::Client } else { Party::Agency };
    let route = policy.route_of(&approval.subject.kind, made_by);
    let at = route.iter().position(|party| *party == approval.party)?;
    route.get(at + 1).copied()
}

/// Everything about a decision that the board can tell.
fn check(board: &Board, tx: &Tx, approver: &Approver, clients: &[UserId], item: &Decide) -> Result<Fact> {
    let approval = board.approval(item.approval)?;
    let Some(person) = tx.actor().person() else {
        return Err(Error::denied("Only a person can decide on this."));
    };
    approver.may_decide(approval.party, &approval.role, &approval.title)?;
    if approval.state != ApprovalState::Pending {
        return Err(nothing_to_decide(approval, None, board.now));
    }
    if approval.hash != item.expected {
        return Err(changed_since(&approval.title));
    }
    match &item.decision {
        Decision::Approve => {
            if approval.made_by.person() == Some(person) && !approver.policy.allow_own_work {
                return Err(own_work(&approval.title));
            }
            let next = next_party(&approver.policy, approval, clients);
            Ok(Fact::Approved { approval: approval.id, units: Vec::new(), next })
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
        Fact::Approved { approval, units, next } => {
            let Approval { subject, hash, title, .. } = board.approval(*approval)?;
            let owner = registry.approvable(&subject.kind)?;
            // What the row says was shown must be what is there: only that is approved.
            if owner.fingerprint(tx, scope, subject).await?.hash != *hash {
                return Err(changed_since(title));
            }
            if next.is_none() {
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

/// The tenant's policy changed: what waits for a client that decides no more is asked of the agency again. How many.
///
/// # Errors
/// `Storage`.
pub async fn follow_policy(
    tx: &mut Tx,
    registry: &StepRegistry,
    scope: TenantScope,
    policy: &ApprovalPolicy,
) -> Result<usize> {
    let waiting = store::pending_of_party(tx, scope, Party::Client).await?;
    let asked = |approval: &Approval| policy.route_of(&approval.subject.kind, Party::Agency).contains(&approval.party);
    let ids: Vec<ApprovalId> = waiting.iter().filter(|approval| !asked(approval)).map(|approval| approval.id).collect();
    if ids.is_empty() {
        return Ok(0);
    }
    let actor = tx.actor().clone();
    let mut board = load(tx, registry, scope, &ids).await?;
    let mut rerouted = 0;
    for id in ids {
        // Somebody may have decided between the look and the lock.
        if board.approval(id)?.state == ApprovalState::Pending {
            let why = "The client is not asked any more.".to_owned();
            advance(&mut board, &actor, Fact::Rerouted { approval: id, why })?;
            rerouted += 1;
        }
    }
    finish(tx, board, &actor).await?;
    Ok(rerouted)
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

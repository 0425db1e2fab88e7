//! Strategies: made from a draft, edited while they wait, approved or sent back.

use aos_capabilities::drafts::StrategyDraft;
use aos_kernel::{Actor, ContentHash, Error, NewEvent, Result, RunId, StrategyId, Subject, TenantScope};
use aos_storage::{Signal, Tx, content_hash};
use serde_json::json;

use super::{
    model::{Strategy, StrategyState, check_draft},
    months, plan, queries,
    store::strategies as store,
};
use crate::{steps::ShowAgain, tenants};

/// A draft to be decided on.
#[derive(Clone, Debug)]
pub struct NewStrategy {
    pub content: StrategyDraft,
    /// Whoever drafted it: they may not approve it, unless the tenant's policy allows that.
    pub made_by: Actor,
    /// Drafted without a model.
    pub offline: bool,
    pub run: Option<RunId>,
}

/// The hash of exactly what is shown and decided on.
fn hash_of(content: &StrategyDraft) -> Result<ContentHash> {
    // Fields in the order of the type, so the same content has the same text wherever it was stored.
    Ok(content_hash(&[&serde_json::to_string(content).map_err(Error::internal)?]))
}

/// Keeps a draft as the tenant's next strategy, waiting for a decision.
///
/// # Errors
/// `Invalid` with the field that can't become a goal or deliverable.
pub async fn propose(tx: &mut Tx, scope: TenantScope, new: NewStrategy) -> Result<Strategy> {
    check_draft(&new.content)?;
    tenants::commands::lock(tx, scope).await?;
    let strategy = Strategy {
        id: StrategyId::new(),
        tenant_id: scope.tenant(),
        number: store::next_number(tx, scope).await?,
        state: StrategyState::PendingApproval,
        revision: 1,
        hash: hash_of(&new.content)?,
        content: new.content,
        made_by: new.made_by,
        offline: new.offline,
        run_id: new.run,
        rejection: None,
        created_at: tx.now(),
        updated_at: tx.now(),
        decided_at: None,
    };
    store::insert(tx, scope, &strategy).await?;
    store::insert_revision(tx, scope, &strategy, &strategy.made_by).await?;
    say(tx, scope, &strategy, "strategy.proposed", None);
    Ok(strategy)
}

/// Replaces a strategy that was sent back (or is still waiting) by a new draft of its maker.
///
/// # Errors
/// `NotFound`; `Conflict` when it was approved meanwhile; `Invalid` as [`propose`].
pub async fn propose_again(tx: &mut Tx, scope: TenantScope, id: StrategyId, new: NewStrategy) -> Result<Strategy> {
    check_draft(&new.content)?;
    let mut strategy = open(tx, scope, id).await?;
    strategy.state = StrategyState::PendingApproval;
    strategy.offline = new.offline;
    strategy.run_id = new.run;
    strategy.made_by = new.made_by;
    let author = strategy.made_by.clone();
    revise(tx, scope, strategy, new.content, &author, "strategy.proposed").await
}

/// Edits a strategy while it waits for a decision: a new revision with a new hash, so that nobody approves what they did
/// not see; the approval that waits for one shows the new revision from the same commit on. Whoever drafted it stays its
/// maker.
///
/// # Errors
/// `NotFound`; `Conflict` when it does not wait any more, or somebody else edited it after `seen_revision`; `Invalid` as
/// [`propose`].
pub async fn edit(
    tx: &mut Tx,
    waiting: &dyn ShowAgain,
    scope: TenantScope,
    id: StrategyId,
    seen_revision: i64,
    content: StrategyDraft,
) -> Result<Strategy> {
    check_draft(&content)?;
    let strategy = open(tx, scope, id).await?;
    if strategy.state != StrategyState::PendingApproval {
        return Err(Error::conflict("being_redone", "This strategy was sent back and is being drafted again.")
            .with_help("Wait for the next draft, then edit that."));
    }
    if strategy.revision != seen_revision {
        return Err(Error::conflict("edited_meanwhile", "Somebody else edited this strategy meanwhile.")
            .with_help("Look at their version, then make your changes again."));
    }
    if strategy.content == content {
        return Ok(strategy);
    }
    let author = tx.actor().clone();
    let edited = revise(tx, scope, strategy, content, &author, "strategy.edited").await?;
    waiting.show_again(tx, scope, &Subject::new(super::STRATEGY, id)).await?;
    Ok(edited)
}

async fn revise(
    tx: &mut Tx,
    scope: TenantScope,
    mut strategy: Strategy,
    content: StrategyDraft,
    author: &Actor,
    event: &'static str,
) -> Result<Strategy> {
    strategy.revision += 1;
    strategy.hash = hash_of(&content)?;
    strategy.content = content;
    strategy.updated_at = tx.now();
    store::update(tx, scope, &strategy).await?;
    store::insert_revision(tx, scope, &strategy, author).await?;
    say(tx, scope, &strategy, event, None);
    Ok(strategy)
}

/// Approves a strategy: it takes the place of the active one, its goals and deliverables become the plan (those that are
/// agreed already go on, with their months and figures), and the present month is opened. Safe to repeat.
///
/// # Errors
/// `NotFound`; `Conflict` when it does not wait for a decision.
pub async fn activate(tx: &mut Tx, scope: TenantScope, id: StrategyId) -> Result<Strategy> {
    tenants::commands::lock(tx, scope).await?;
    let mut strategy = queries::strategy(tx, scope, id).await?;
    if strategy.state == StrategyState::Active {
        return Ok(strategy);
    }
    let before = store::supersede_active(tx, scope).await?;
    decide(&mut strategy, StrategyState::Active, tx)?;
    strategy.rejection = None;
    store::update(tx, scope, &strategy).await?;
    plan::adopt(tx, scope, &strategy).await?;
    say(tx, scope, &strategy, "strategy.activated", Some(json!({ "supersedes": before })));
    months::open_month(tx, scope).await?;
    Ok(strategy)
}

/// Sends a strategy back with notes.
///
/// # Errors
/// `NotFound`; `Conflict` when it does not wait for a decision; `Invalid` without notes.
pub async fn reject(tx: &mut Tx, scope: TenantScope, id: StrategyId, notes: &str) -> Result<Strategy> {
    let notes = notes.trim();
    if notes.is_empty() {
        return Err(Error::invalid("notes", "Say what should be different; the agent works from these notes."));
    }
    tenants::commands::lock(tx, scope).await?;
    let mut strategy = queries::strategy(tx, scope, id).await?;
    decide(&mut strategy, StrategyState::Rejected, tx)?;
    strategy.rejection = Some(notes.to_owned());
    store::update(tx, scope, &strategy).await?;
    let event = NewEvent::new(scope.tenant(), "strategy.rejected", Subject::new(super::STRATEGY, id))
        .because(notes)
        .with(json!({ "number": strategy.number, "revision": strategy.revision }));
    tx.emit(event);
    tx.signal(Signal::new("tenant", scope.tenant()));
    Ok(strategy)
}

fn decide(strategy: &mut Strategy, next: StrategyState, tx: &Tx) -> Result<()> {
    if !strategy.state.may_become(next) {
        return Err(Error::conflict("nothing_to_decide", "This strategy does not wait for a decision any more."));
    }
    strategy.state = next;
    strategy.decided_at = Some(tx.now());
    strategy.updated_at = tx.now();
    Ok(())
}

/// The strategy, when its content may still change.
async fn open(tx: &mut Tx, scope: TenantScope, id: StrategyId) -> Result<Strategy> {
    tenants::commands::lock(tx, scope).await?;
    let strategy = queries::strategy(tx, scope, id).await?;
    if !strategy.state.is_open() {
        return Err(Error::conflict("decided", "This strategy was decided on; it does not change any more.")
            .with_help("Change the goals and deliverables themselves, or have a new strategy drafted."));
    }
    Ok(strategy)
}

fn say(tx: &mut Tx, scope: TenantScope, strategy: &Strategy, kind: &str, more: Option<serde_json::Value>) {
    let mut data = json!({
        "number": strategy.number,
        "revision": strategy.revision,
        "hash": strategy.hash,
        "offline": strategy.offline,
        "gaps": strategy.content.gaps.len(),
    });
    if let (Some(data), Some(serde_json::Value::Object(more))) = (data.as_object_mut(), more) {
        data.extend(more);
    }
    tx.emit(NewEvent::new(scope.tenant(), kind, Subject::new(super::STRATEGY, strategy.id)).with(data));
    tx.signal(Signal::new("tenant", scope.tenant()));
}

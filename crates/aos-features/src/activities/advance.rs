//! How pipelines go on. Pure: facts come in, the board changes. The only place that knows the rules, for one decision as
//! for a thousand.

use aos_kernel::{ActivityId, Actor, ApprovalId, Error, PipelineId, Result, Subject};
use serde_json::{Value, json};

use super::{
    CLIENT_ROLE,
    board::{Board, Line, Piece},
    error::nothing_to_decide,
    events,
    model::{ActivityState as State, Approval, ApprovalState, Assignee, PipelineState},
    steps::{Fingerprint, ReworkItem},
};
use crate::tenants::Party;

/// A subject and what a person is shown of it.
pub type Shown = (Subject, Fingerprint);

/// Something that happened outside this slice or was decided by a person.
#[derive(Debug)]
pub enum Fact {
    /// A pipeline begins: at its first steps, or at one that is named, with subjects that are there already.
    Opened {
        line: Box<Line>,
        enter_at: Option<String>,
        subjects: Vec<Subject>,
        shown: Vec<Shown>,
    },
    /// The principal has begun.
    Started {
        activity: ActivityId,
    },
    /// The work is there. `reworked`: how many of the items that had been sent back it answers.
    HandedIn {
        activity: ActivityId,
        output: Value,
        subjects: Vec<Subject>,
        shown: Vec<Shown>,
        reworked: usize,
        /// Nothing comes after it.
        ends: bool,
    },
    /// It can't be done yet: whoever has it begins anew when its moment has come.
    PutOff {
        activity: ActivityId,
        why: String,
    },
    /// It stopped for good, in words for a person.
    Failed {
        activity: ActivityId,
        words: String,
        help: Option<String>,
    },
    /// A person lets it be tried again.
    Retried {
        activity: ActivityId,
    },
    /// A person said yes. `units`: what the steps after it repeat over. `next`: the side that decides after this one.
    Approved {
        approval: ApprovalId,
        units: Vec<Subject>,
        next: Option<Party>,
    },
    Rejected {
        approval: ApprovalId,
        notes: String,
    },
    /// Work that nobody in the pipeline made was changed after it had been sent back.
    Resubmitted {
        approval: ApprovalId,
        shown: Fingerprint,
    },
    /// There is nothing to decide any more.
    Withdrawn {
        approval: ApprovalId,
        why: String,
    },
    /// What is to be decided on was changed while it waits.
    Refingerprinted {
        approval: ApprovalId,
        shown: Fingerprint,
    },
    /// The side whose turn it is has no say any more: it is decided on from the start again.
    Rerouted {
        approval: ApprovalId,
        why: String,
    },
    Cancelled {
        activity: ActivityId,
        why: String,
    },
    PipelineCancelled {
        pipeline: PipelineId,
        why: String,
    },
}

/// Applies one fact by one actor.
///
/// # Errors
/// `Conflict` for what the lifecycle does not allow; the board must not be written then.
pub fn advance(board: &mut Board, by: &Actor, fact: Fact) -> Result<()> {
    match fact {
        Fact::Opened { line, enter_at, subjects, shown } => {
            open(board, by, *line, enter_at.as_deref(), subjects, shown)?
        }
        Fact::Started { activity } => {
            if board.piece(activity)?.activity.state != State::InProgress {
                board.transition(activity, State::InProgress, by, None, Value::Null)?;
            }
        }
        Fact::HandedIn { activity, output, subjects, shown, reworked, ends } => {
            hand_in(board, by, activity, output, HandedIn { subjects, shown, reworked, ends })?;
        }
        Fact::PutOff { activity, why } => {
            board.transition(activity, State::Assigned, by, Some(&why), Value::Null)?;
        }
        Fact::Failed { activity, words, help } => fail(board, by, activity, words, help)?,
        Fact::Retried { activity } => {
            begin_again(board, by, activity, None)?;
        }
        Fact::Approved { approval, units, next } => approve(board, by, approval, units, next)?,
        Fact::Rejected { approval, notes } => reject(board, by, approval, notes)?,
        Fact::Resubmitted { approval, shown } => resubmit(board, by, approval, shown)?,
        Fact::Withdrawn { approval, why } => withdraw(board, by, approval, &why)?,
        Fact::Refingerprinted { approval, shown } => show_anew(board, by, approval, shown)?,
        Fact::Rerouted { approval, why } => {
            let shown = Fingerprint::of(board.approval(approval)?);
            ask_from_the_start(board, by, approval, shown, &why)?;
        }
        Fact::Cancelled { activity, why } => cancel(board, by, activity, &why)?,
        Fact::PipelineCancelled { pipeline, why } => cancel_pipeline(board, by, pipeline, &why)?,
    }
    Ok(())
}

/// After all facts of a transaction: steps that wait for several others begin, and pipelines that are through close.
///
/// # Errors
/// `Internal`, as only what the board itself made is looked at.
pub fn settle(board: &mut Board, by: &Actor) -> Result<()> {
    let lines: Vec<PipelineId> = board.changes.changed_lines.iter().copied().collect();
    for line in lines {
        let holder = board.line(line)?;
        if holder.pipeline.state == PipelineState::Running && holder.plan.has_joins() {
            super::joins::begin(board, by, line)?;
        }
    }
    board.close_lines(by);
    Ok(())
}

fn open(
    board: &mut Board,
    by: &Actor,
    line: Line,
    enter_at: Option<&str>,
    subjects: Vec<Subject>,
    shown: Vec<Shown>,
) -> Result<()> {
    let (id, plan) = (line.pipeline.id, line.plan.clone());
    board.emit(by, events::pipeline(&line.pipeline, "activities.pipeline_started", None));
    board.lines.insert(id, line);
    board.changes.new_lines.push(id);
    board.changes.changed_lines.insert(id);
    let Some(key) = enter_at else {
        for at in plan.roots().collect::<Vec<_>>() {
            board.spawn(id, at, None, None, None, by)?;
        }
        return Ok(());
    };
    let at = plan
        .position(key)
        .ok_or_else(|| Error::invalid("enter_at", format!("The template has no step “{key}” to begin at.")))?;
    let step = plan.step(at);
    if step.is_approval {
        if shown.is_empty() {
            return Err(Error::invalid("subjects", "There is nothing to decide on."));
        }
        let gate = board.spawn(id, at, None, None, None, by)?;
        ask(board, by, gate, shown)?;
    } else if step.repeat_per_unit {
        for unit in subjects {
            board.spawn(id, at, Some(unit), None, None, by)?;
        }
    } else {
        board.spawn(id, at, None, None, None, by)?;
    }
    Ok(())
}

/// What comes with work that is handed in.
struct HandedIn {
    subjects: Vec<Subject>,
    shown: Vec<Shown>,
    reworked: usize,
    ends: bool,
}

fn hand_in(board: &mut Board, by: &Actor, id: ActivityId, output: Value, work: HandedIn) -> Result<()> {
    let HandedIn { subjects, shown, reworked, ends } = work;
    let piece = board.piece(id)?;
    if piece.activity.state != State::InProgress {
        return Err(super::error::illegal_transition(&piece.activity.name, piece.activity.state, State::Completed));
    }
    let (plan, at) = board.place(piece)?;
    let (line, unit, partner) = (piece.activity.pipeline_id, piece.activity.unit.clone(), piece.partner);
    let gate_at = plan.gate_of(at);
    let piece = board.change(id)?;
    piece.activity.output = Some(output);
    (piece.activity.error, piece.activity.error_help) = (None, None);
    let reworked = reworked.min(piece.rework.len());
    piece.rework.drain(..reworked);
    let more = !piece.rework.is_empty();
    match (gate_at, partner) {
        (Some(gate_at), partner) if partner.is_some() || !shown.is_empty() => {
            let gate = match partner {
                Some(gate) => gate,
                None => {
                    let gate = board.spawn(line, gate_at, unit, None, Some(id), by)?;
                    board.change(id)?.partner = Some(gate);
                    gate
                }
            };
            board.change(gate)?.open_items -= i64::try_from(reworked).unwrap_or(0);
            ask(board, by, gate, shown)?;
            if more {
                // Something else was sent back in the meantime.
                board.change(id)?.activity.attempt += 1;
                board.wake(id)?;
            } else {
                board.transition(id, State::AwaitingApproval, by, None, Value::Null)?;
            }
            close_gate(board, by, gate)
        }
        _ => {
            // What it made is what the steps after it repeat over; a step for one unit passes that on. Nothing passes
            // an approval that had nothing to decide on.
            let units = match gate_at {
                Some(_) => Vec::new(),
                None if ends => Vec::new(),
                None if subjects.is_empty() => unit.into_iter().collect(),
                None => subjects,
            };
            board.change(id)?.units.clone_from(&units);
            board.transition(id, State::Completed, by, None, Value::Null)?;
            release(board, by, id, &units)?;
            if ends { Ok(()) } else { go_on(board, by, id) }
        }
    }
}

/// Asks for a decision on each subject.
fn ask(board: &mut Board, by: &Actor, gate: ActivityId, shown: Vec<Shown>) -> Result<()> {
    let now = board.now;
    let piece = board.change(gate)?;
    piece.open_items += i64::try_from(shown.len()).unwrap_or(0);
    let Assignee::Human(role) = piece.activity.assignee.clone() else {
        return Err(Error::internal(format!("the approval {} is not for a person", piece.activity.step_key)));
    };
    let (tenant_id, pipeline_id) = (piece.activity.tenant_id, piece.activity.pipeline_id);
    for (subject, shown) in shown {
        let approval = Approval {
            id: ApprovalId::new(),
            tenant_id,
            activity_id: gate,
            pipeline_id,
            subject,
            title: shown.title,
            version: shown.version,
            hash: shown.hash,
            made_by: shown.made_by,
            party: Party::default(),
            role: role.clone(),
            state: ApprovalState::Pending,
            requested_at: now,
            decided_at: None,
            decided_by: None,
            notes: None,
        };
        board.emit(by, events::approval(&approval, "activities.approval_requested", None));
        board.new_approval(approval);
    }
    Ok(())
}

/// Records the decision itself; the gate begins with the first one.
fn decide(
    board: &mut Board,
    by: &Actor,
    id: ApprovalId,
    state: ApprovalState,
    notes: Option<&str>,
) -> Result<ActivityId> {
    let now = board.now;
    let approval = board.approval(id)?;
    if approval.state != ApprovalState::Pending {
        return Err(nothing_to_decide(approval, None, now));
    }
    let gate = approval.activity_id;
    let approval = board.change_approval(id)?;
    approval.state = state;
    approval.decided_at = Some(now);
    approval.decided_by = Some(by.clone());
    approval.notes = notes.map(str::to_owned);
    if board.piece(gate)?.activity.state == State::Assigned {
        board.transition(gate, State::InProgress, by, None, Value::Null)?;
    }
    Ok(gate)
}

fn approve(board: &mut Board, by: &Actor, id: ApprovalId, units: Vec<Subject>, next: Option<Party>) -> Result<()> {
    let gate = decide(board, by, id, ApprovalState::Approved, None)?;
    if let Some(party) = next {
        // The same content, for the next to decide: what the first approved is what the second is shown.
        let first = board.approval(id)?.clone();
        let role = match party {
            Party::Agency => first.role.clone(),
            Party::Client => CLIENT_ROLE.to_owned(),
        };
        let next = Approval {
            id: ApprovalId::new(),
            party,
            role,
            state: ApprovalState::Pending,
            requested_at: board.now,
            decided_at: None,
            decided_by: None,
            ..first
        };
        board.emit(by, events::approval(&next, "activities.approval_requested", None));
        board.new_approval(next);
        return Ok(());
    }
    let piece = board.change(gate)?;
    piece.open_items -= 1;
    piece.units.extend(units.iter().cloned());
    release(board, by, gate, &units)?;
    close_gate(board, by, gate)
}

fn reject(board: &mut Board, by: &Actor, id: ApprovalId, notes: String) -> Result<()> {
    let gate = decide(board, by, id, ApprovalState::Rejected, Some(&notes))?;
    let approval = board.approval(id)?.clone();
    let Some(maker) = board.piece(gate)?.partner else {
        // A person brought it: they change it and hand it in again, or withdraw it.
        board.emit(by, events::approval(&approval, "activities.sent_back", Some(&notes)));
        return Ok(());
    };
    let said = json!({ "subject": approval.subject, "version": approval.version, "hash": approval.hash });
    let piece = board.change(maker)?;
    piece.activity.notes = Some(notes.clone());
    piece.rework.push(ReworkItem { subject: approval.subject, notes: notes.clone() });
    match piece.activity.state {
        State::AwaitingApproval => {
            board.transition(maker, State::Rejected, by, Some(&notes), said)?;
            begin_again(board, by, maker, Some(&notes))
        }
        State::Failed => begin_again(board, by, maker, Some(&notes)),
        // It is at work on something else that was sent back; this one comes right after.
        State::InProgress => Ok(()),
        other => Err(super::error::illegal_transition(&piece.activity.name, other, State::Rejected)),
    }
}

fn begin_again(board: &mut Board, by: &Actor, id: ActivityId, why: Option<&str>) -> Result<()> {
    let piece = board.change(id)?;
    piece.activity.attempt += 1;
    (piece.activity.error, piece.activity.error_help) = (None, None);
    board.transition(id, State::InProgress, by, why, Value::Null)?;
    board.wake(id)
}

fn fail(board: &mut Board, by: &Actor, id: ActivityId, words: String, help: Option<String>) -> Result<()> {
    if board.piece(id)?.activity.state == State::Assigned {
        board.transition(id, State::InProgress, by, None, Value::Null)?;
    }
    board.transition(id, State::Failed, by, Some(&words), Value::Null)?;
    let piece = board.change(id)?;
    (piece.activity.error, piece.activity.error_help) = (Some(words), help);
    Ok(())
}

fn resubmit(board: &mut Board, by: &Actor, id: ApprovalId, shown: Fingerprint) -> Result<()> {
    let rejected = board.approval(id)?.clone();
    if rejected.state != ApprovalState::Rejected {
        return Err(Error::conflict("not_sent_back", format!("“{}” was not sent back.", rejected.title)));
    }
    // It was counted as open all the time.
    board.change(rejected.activity_id)?.open_items -= 1;
    ask(board, by, rejected.activity_id, vec![(rejected.subject, shown)])
}

fn withdraw(board: &mut Board, by: &Actor, id: ApprovalId, why: &str) -> Result<()> {
    let approval = board.approval(id)?;
    let gate = approval.activity_id;
    match approval.state {
        ApprovalState::Pending => {}
        ApprovalState::Rejected if board.piece(gate)?.partner.is_none() => {}
        ApprovalState::Rejected => {
            let words = format!("“{}” was sent back and is being made again.", approval.title);
            return Err(Error::conflict("being_made_again", words));
        }
        _ => return Err(nothing_to_decide(approval, None, board.now)),
    }
    take_back(board, by, id, why)?;
    if board.piece(gate)?.activity.state == State::Assigned {
        board.transition(gate, State::InProgress, by, Some(why), Value::Null)?;
    }
    board.change(gate)?.open_items -= 1;
    close_gate(board, by, gate)
}

/// Nobody has decided on what it is now, so those who come first are asked first.
fn show_anew(board: &mut Board, by: &Actor, id: ApprovalId, shown: Fingerprint) -> Result<()> {
    let now = board.now;
    let approval = board.approval(id)?;
    if approval.state == ApprovalState::Pending && approval.party != Party::default() && approval.hash != shown.hash {
        return ask_from_the_start(board, by, id, shown, "It was changed after it had been approved.");
    }
    let approval = board.change_approval(id)?;
    if approval.state != ApprovalState::Pending {
        return Err(nothing_to_decide(approval, None, now));
    }
    approval.title = shown.title;
    approval.version = shown.version;
    approval.hash = shown.hash;
    approval.made_by = shown.made_by;
    Ok(())
}

/// Takes back the question that is open and asks the first side instead.
fn ask_from_the_start(board: &mut Board, by: &Actor, id: ApprovalId, shown: Fingerprint, why: &str) -> Result<()> {
    let now = board.now;
    let approval = board.approval(id)?.clone();
    if approval.state != ApprovalState::Pending {
        return Err(nothing_to_decide(&approval, None, now));
    }
    take_back(board, by, id, why)?;
    // It stays open, and asking counts it once more.
    board.change(approval.activity_id)?.open_items -= 1;
    ask(board, by, approval.activity_id, vec![(approval.subject, shown)])
}

/// An approval is over when all of its subjects are approved; what it decided on is over with it.
fn close_gate(board: &mut Board, by: &Actor, gate: ActivityId) -> Result<()> {
    let piece = board.piece(gate)?;
    if piece.open_items > 0 || piece.activity.state.is_over() {
        return Ok(());
    }
    let maker = match piece.partner {
        Some(maker) if board.piece(maker)?.activity.state != State::AwaitingApproval => return Ok(()),
        maker => maker,
    };
    if board.piece(gate)?.activity.state == State::Assigned {
        board.transition(gate, State::InProgress, by, None, Value::Null)?;
    }
    board.transition(gate, State::Completed, by, None, Value::Null)?;
    if let Some(maker) = maker {
        board.transition(maker, State::Approved, by, None, Value::Null)?;
        board.transition(maker, State::Completed, by, None, Value::Null)?;
    }
    go_on(board, by, gate)
}

/// Begins the steps that repeat, for what was just let through.
fn release(board: &mut Board, by: &Actor, from: ActivityId, units: &[Subject]) -> Result<()> {
    let (plan, at) = board.place(board.piece(from)?)?;
    let line = board.piece(from)?.activity.pipeline_id;
    for next in plan.next(at).filter(|next| plan.step(*next).repeat_per_unit).collect::<Vec<_>>() {
        for unit in units {
            let input = input_of(board, &plan, next, from)?;
            board.spawn(line, next, Some(unit.clone()), input, None, by)?;
        }
    }
    Ok(())
}

/// Begins the steps that come once, after the whole of this one.
fn go_on(board: &mut Board, by: &Actor, from: ActivityId) -> Result<()> {
    let (plan, at) = board.place(board.piece(from)?)?;
    let line = board.piece(from)?.activity.pipeline_id;
    for next in plan.next(at).filter(|next| !plan.step(*next).repeat_per_unit).collect::<Vec<_>>() {
        let input = input_of(board, &plan, next, from)?;
        board.spawn(line, next, None, input, None, by)?;
    }
    Ok(())
}

/// The output of the step that it names, when that is the one before it; the pipeline's input otherwise.
fn input_of(board: &Board, plan: &super::plan::Plan, next: usize, from: ActivityId) -> Result<Option<Value>> {
    let before = board.piece(from)?;
    let named = plan.step(next).input_from.as_deref() == Some(before.activity.step_key.as_str());
    Ok(before.activity.output.clone().filter(|_| named))
}

fn cancel(board: &mut Board, by: &Actor, id: ActivityId, why: &str) -> Result<()> {
    board.transition(id, State::Cancelled, by, Some(why), Value::Null)?;
    // An approval without its work, or work that nobody will decide on, has no sense.
    if let Some(partner) = board.piece(id)?.partner
        && !board.piece(partner)?.activity.state.is_over()
    {
        board.transition(partner, State::Cancelled, by, Some(why), Value::Null)?;
    }
    let gates = [Some(id), board.piece(id)?.partner];
    let open: Vec<ApprovalId> = board
        .approvals
        .values()
        .filter(|a| gates.contains(&Some(a.activity_id)))
        .filter(|a| matches!(a.state, ApprovalState::Pending | ApprovalState::Rejected))
        .map(|a| a.id)
        .collect();
    for approval in open {
        take_back(board, by, approval, why)?;
    }
    Ok(())
}

fn take_back(board: &mut Board, by: &Actor, id: ApprovalId, why: &str) -> Result<()> {
    let now = board.now;
    let approval = board.change_approval(id)?;
    approval.state = ApprovalState::Withdrawn;
    (approval.decided_at, approval.decided_by) = (Some(now), Some(by.clone()));
    let event = events::approval(approval, "activities.approval_withdrawn", Some(why));
    board.emit(by, event);
    Ok(())
}

fn cancel_pipeline(board: &mut Board, by: &Actor, id: PipelineId, why: &str) -> Result<()> {
    let line = board.change_line(id)?;
    if line.pipeline.state != PipelineState::Running {
        return Err(Error::conflict(
            "pipeline_is_over",
            format!("“{}” is over, so there is nothing to cancel.", line.pipeline.name),
        ));
    }
    let open = |piece: &&Piece| piece.activity.pipeline_id == id && !piece.activity.state.is_over();
    let mut activities: Vec<ActivityId> = board.pieces.values().filter(open).map(|piece| piece.activity.id).collect();
    activities.sort_unstable();
    for activity in activities {
        // An approval and its work go together, so one of them may be over by now.
        if !board.piece(activity)?.activity.state.is_over() {
            cancel(board, by, activity, why)?;
        }
    }
    let now = board.now;
    let line = board.change_line(id)?;
    line.pipeline.state = PipelineState::Cancelled;
    line.pipeline.completed_at = Some(now);
    let event = events::pipeline(&line.pipeline, "activities.pipeline_cancelled", Some(why));
    board.emit(by, event);
    Ok(())
}

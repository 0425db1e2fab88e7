//! Steps that wait for several others, or for all units of one. They need the whole pipeline on the board. Pure.

use aos_kernel::{Actor, PipelineId, Result, Subject};

use super::{
    board::{Board, Piece},
    model::ActivityState as State,
    plan::Plan,
};

/// Begins those that nothing blocks any more. Beginning one can't free another, so once round is enough.
pub fn begin(board: &mut Board, by: &Actor, line: PipelineId) -> Result<()> {
    let plan = board.line(line)?.plan.clone();
    for at in plan.joins().collect::<Vec<_>>() {
        if plan.step(at).repeat_per_unit {
            for unit in free_units(board, &plan, line, at) {
                board.spawn(line, at, Some(unit), None, None, by)?;
            }
        } else if is_free(board, &plan, line, at) {
            board.spawn(line, at, None, None, None, by)?;
        }
    }
    Ok(())
}

fn of_step<'a>(board: &'a Board, plan: &'a Plan, line: PipelineId, at: usize) -> impl Iterator<Item = &'a Piece> {
    let key = plan.step(at).key.as_str();
    board.pieces.values().filter(move |p| p.activity.pipeline_id == line && p.activity.step_key == key)
}

/// Once: when everything before it is over, and each blocker brought something to its end.
fn is_free(board: &Board, plan: &Plan, line: PipelineId, at: usize) -> bool {
    let begun = of_step(board, plan, line, at).next().is_some();
    let all_over = plan
        .ancestors(at)
        .into_iter()
        .all(|before| of_step(board, plan, line, before).all(|piece| piece.activity.state.is_over()));
    let each_done = plan
        .blockers(at)
        .iter()
        .all(|b| of_step(board, plan, line, *b).any(|piece| piece.activity.state == State::Completed));
    !begun && all_over && each_done
}

/// For each unit: when every blocker let it through. A blocker that makes no units only has to be completed.
fn free_units(board: &Board, plan: &Plan, line: PipelineId, at: usize) -> Vec<Subject> {
    let mut units: Option<Vec<Subject>> = None;
    for blocker in plan.blockers(at) {
        let mut through: Vec<Subject> = Vec::new();
        let mut completed = false;
        for piece in of_step(board, plan, line, *blocker) {
            completed |= piece.activity.state == State::Completed;
            through.extend(piece.units.iter().cloned());
        }
        if through.is_empty() {
            if completed {
                continue;
            }
            return Vec::new();
        }
        units = Some(match units {
            None => through,
            Some(known) => known.into_iter().filter(|unit| through.contains(unit)).collect(),
        });
    }
    let begun: Vec<&Subject> =
        of_step(board, plan, line, at).filter_map(|piece| piece.activity.unit.as_ref()).collect();
    let mut free = units.unwrap_or_default();
    free.retain(|unit| !begun.contains(&unit));
    free
}

//! The only SQL of this slice.

mod board;
mod links;
mod lists;
mod templates;

pub use board::{
    approvals, approvals_of_activities, approvals_of_subject, lock_lines, lock_lines_of_approvals, pieces,
    pieces_of_lines, pipelines_with_keys, refreshed, write,
};
pub use links::*;
pub use lists::*;
pub use templates::*;

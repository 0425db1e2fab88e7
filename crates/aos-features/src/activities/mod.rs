//! Activities and pipelines: the graph of work, its gates and their decisions.
//!
//! Owns: pipeline templates, pipelines, activities, approvals.
//!
//! Invariants:
//! - A state changes only along [`ActivityState::may_become`], and each change is an event.
//! - An approval binds the version and hash of what was shown; only that is carried on.
//! - This slice never names content: other slices register [`StepHandler`]s and [`Approvable`]s.
//! - A running pipeline keeps the template version that it started with.

pub mod model;
mod steps;

pub use model::*;
pub use steps::*;

//! The SQL of this slice.

pub(super) mod periods;
pub(super) mod plan;
pub(super) mod strategies;

//! The SQL of this slice.

pub(super) mod alerts;
pub(super) mod periods;
pub(super) mod plan;
pub(super) mod strategies;

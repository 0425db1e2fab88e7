//! The SQL of this slice.

pub mod apps;
pub mod channels;
pub mod grants;
pub mod permits;
pub mod revocations;
pub mod scores;
pub mod visits;

//! The SQL of this slice.

pub(super) mod access;
pub(super) mod audit;
pub(super) mod branding;
pub(super) mod idempotency;
pub(super) mod users;

//! The SQL of this slice.

pub(super) mod access;
pub(super) mod audit;
pub(super) mod branding;
pub(super) mod idempotency;
pub(super) mod invitations;
pub(super) mod links;
pub(super) mod providers;
pub(super) mod saved_views;
pub(super) mod settings;
pub(super) mod two_factor;
pub(super) mod users;

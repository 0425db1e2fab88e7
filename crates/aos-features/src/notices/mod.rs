//! What people are told without having asked: that something waits for them, failed or is not whole.
//!
//! Owns: `notification`.
//!
//! Invariants:
//! - One notification for each cause and person; the same cause again is unread again, and counted.
//! - It is made from an event, so nothing is told that did not happen, and by the people's own right to see the tenant.
//! - It keeps parameters, not sentences: the words are made when it is shown.

pub mod commands;
mod events;
mod model;
pub mod queries;
mod store;
mod workflow;

pub use model::{NoticeKind, Notification, Words};
pub use workflow::{TELL, Tell, register};

pub const MIGRATIONS: &[aos_storage::Migration] = &[aos_storage::Migration {
    number: 290,
    name: "notices",
    sqlite: include_str!("../../migrations/sqlite/0290_notices.sql"),
    postgres: include_str!("../../migrations/postgres/0290_notices.sql"),
}];

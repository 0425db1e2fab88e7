//! Channels: the platform accounts that a tenant connected, and the short-lived handles to them.
//!
//! Owns: `channel`.
//!
//! Invariants:
//! - A secret leaves only inside an [`aos_capabilities::Account`], made for one operation.
//! - A channel is `expired` only when the platform refused its credentials; a passing error does not change it.
//! - Connecting checks the account before anything is kept, so a channel that is there worked once.

pub mod commands;
mod model;
pub mod queries;
mod store;

pub use commands::{Connect, Connections};
pub use model::{Channel, ChannelState};

pub const MIGRATIONS: &[aos_storage::Migration] = &[aos_storage::Migration {
    number: 220,
    name: "channels",
    sqlite: include_str!("../../migrations/sqlite/0220_channels.sql"),
    postgres: include_str!("../../migrations/postgres/0220_channels.sql"),
}];

//! Channels: the platform accounts that a tenant connected, the short-lived handles to them, and how well they do.
//!
//! Owns: `channel`, `channel_app`, `channel_visit`, `channel_grant`, `channel_revocation`, `channel_permit`,
//! `channel_quota`, `channel_score`, `channel_improvement`.
//!
//! An account is opened by a password that somebody types, or by a grant: the tokens that came of one consent, which
//! several channels may share. States of a consent's visit: `away → redeeming → choosing → done`, or `refused`.
//!
//! Invariants:
//! - A secret leaves only inside an [`aos_capabilities::Account`], made for one operation.
//! - A channel is `expired` only when the platform refused its credentials; a passing error does not change it.
//! - Connecting checks the account before anything is kept, so a channel that is there worked once.
//! - A visit to a platform is good once, for the person who began it, and for a quarter of an hour.
//! - Tokens are renewed by one worker at a time over all processes; what it got is kept or nobody has it. The wish is
//!   written before the request, so that a crash in between is seen afterwards.
//! - Nothing is given back to a platform while another connection lives on the same consent.

mod apps;
mod brought;
pub mod checks;
mod choosing;
pub mod commands;
mod consent;
mod farewell;
pub mod limits;
mod model;
pub mod queries;
mod renewal;
pub mod score;
mod scoring;
mod store;
mod tokens;
mod workflow;

pub use apps::{AppState, Tested};
pub use choosing::{Chosen, RefusedTarget};
pub use commands::{Connect, Connections};
pub use consent::{Arrived, Begin, Came, Departure, Offered};
pub use farewell::Parting;
pub use limits::{Allowance, allow};
pub use model::{
    Channel, ChannelState, ConsentVisit, Face, Grant, GrantState, Revocation, RevocationState, ScoreEntry, VisitStage,
};
pub use scoring::{TEMPLATE, close_improvement};
pub use workflow::{put_schedules, register};

use aos_storage::Migration;

/// Where the platforms send people back to, below the public address.
pub const RETURN: &str = "/channels/return";

/// The word in approvals and events.
pub(crate) const CHANNEL: &str = "channel";

pub const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 220,
        name: "channels",
        sqlite: include_str!("../../migrations/sqlite/0220_channels.sql"),
        postgres: include_str!("../../migrations/postgres/0220_channels.sql"),
    },
    Migration {
        number: 400,
        name: "channels_consent",
        sqlite: include_str!("../../migrations/sqlite/0400_channels_consent.sql"),
        postgres: include_str!("../../migrations/postgres/0400_channels_consent.sql"),
    },
    Migration {
        number: 401,
        name: "channels_limits",
        sqlite: include_str!("../../migrations/sqlite/0401_channels_limits.sql"),
        postgres: include_str!("../../migrations/postgres/0401_channels_limits.sql"),
    },
    Migration {
        number: 402,
        name: "channels_score",
        sqlite: include_str!("../../migrations/sqlite/0402_channels_score.sql"),
        postgres: include_str!("../../migrations/postgres/0402_channels_score.sql"),
    },
];

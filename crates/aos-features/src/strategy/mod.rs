//! What a client's month consists of: strategies, goals, deliverables, periods, and the progress that is counted.
//!
//! Owns: `strategy`, `strategy_revision`, `goal`, `goal_value`, `deliverable`, `period`, `period_unit`,
//! `period_alert`.
//!
//! States of a strategy: `pending_approval → active → superseded`, or `pending_approval → rejected → pending_approval`. Those of a deliverable: `active ⇄ paused`, and `ended`.
//!
//! Invariants:
//! - One strategy of a tenant is active; those before it stay readable.
//! - An approved strategy is exactly the revision that was shown: an edit while it is pending makes another one.
//! - A period is opened once for each deliverable and month, in the tenant's time zone.
//! - Progress is counted from units, each once; the status of a period or goal is computed, never typed in.

mod alerts;
pub mod commands;
pub mod model;
pub mod months;
pub mod pace;
pub mod plan;
pub mod progress;
pub mod queries;
mod store;
mod workflow;

pub use alerts::LOOK as LOOK_AT_PACE;
pub use model::*;
pub use workflow::{CountUnits, DraftStep, OPEN_MONTHS, OpenMonths, StrategyApproval, put_schedules, register};

/// The step kind that drafts a strategy.
pub const DRAFT: &str = "strategy.draft";
/// The kind of subject that approvals and events name.
pub const STRATEGY: &str = "strategy";

pub const MIGRATIONS: &[aos_storage::Migration] = &[
    aos_storage::Migration {
        number: 250,
        name: "strategy",
        sqlite: include_str!("../../migrations/sqlite/0250_strategy.sql"),
        postgres: include_str!("../../migrations/postgres/0250_strategy.sql"),
    },
    aos_storage::Migration {
        number: 312,
        name: "strategy_alerts",
        sqlite: include_str!("../../migrations/sqlite/0312_strategy_alerts.sql"),
        postgres: include_str!("../../migrations/postgres/0312_strategy_alerts.sql"),
    },
    aos_storage::Migration {
        number: 371,
        name: "strategy_due",
        sqlite: include_str!("../../migrations/sqlite/0371_strategy_due.sql"),
        postgres: include_str!("../../migrations/postgres/0371_strategy_due.sql"),
    },
];

//! Agents: roles with skills, their runs step by step, what they may spend, and the models that they use.
//!
//! Owns: `run`, `run_step`, `ledger_entry`, `model_provider`, `skill_version`.
//!
//! Invariants:
//! - No run without the client's context, a permission and a budget; each run records the context version it saw.
//! - An agent proposes: what it hands in fits the purpose's schema, and the slice that asked decides what it becomes.
//! - Money is set aside before a call and settled after it; a reservation that was never settled still counts.
//! - A run that repeats itself, or keeps calling what does not exist, is stopped.

pub mod commands;
mod ledger;
mod model;
mod prompt;
pub mod queries;
mod runner;
mod skills;
mod store;
mod tools;

pub use ledger::RunLedger;
pub use model::{ModelProvider, NewProvider, Run, RunState, RunStep, RunStepKind, Spending};
pub use runner::{Agents, StoredProviders};
pub use skills::{Skill, SkillVersion};

pub const MIGRATIONS: &[aos_storage::Migration] = &[
    aos_storage::Migration {
        number: 280,
        name: "agents",
        sqlite: include_str!("../../migrations/sqlite/0280_agents.sql"),
        postgres: include_str!("../../migrations/postgres/0280_agents.sql"),
    },
    aos_storage::Migration {
        number: 340,
        name: "agents_costs",
        sqlite: include_str!("../../migrations/sqlite/0340_agents_costs.sql"),
        postgres: include_str!("../../migrations/postgres/0340_agents_costs.sql"),
    },
    aos_storage::Migration {
        number: 361,
        name: "agents_provider_use",
        sqlite: include_str!("../../migrations/sqlite/0361_agents_provider_use.sql"),
        postgres: include_str!("../../migrations/postgres/0361_agents_provider_use.sql"),
    },
];

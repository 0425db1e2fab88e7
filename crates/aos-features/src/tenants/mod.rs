//! Clients: each tenant is one client brand, the boundary of data, credentials and work.
//!
//! Owns: `client_group`, `default_budget`, `tenant`.
//!
//! States of a tenant: `active → archived → active`. An archived one keeps its record and gets no new work.
//!
//! Invariants:
//! - Every other tenant-owned row carries the tenant.
//! - A slug is unique and never changes, as pages and links are named by it.
//! - A client's own budget counts before the agency's default; without either, what is built in does.
//! - Readiness is computed from present records and never stored.

pub mod commands;
mod model;
pub mod queries;
mod readiness;
mod store;

pub use commands::{ChangeTenant, NewTenant};
pub use model::{
    ApprovalPolicy, ApprovalRoute, Budgets, ClientGroup, DefaultBudget, Party, PublishDefaults, PublishMode, Settings,
    Tenant, TenantFilter, TenantState, website_url,
};
pub use readiness::{ChecklistItem, Readiness, ReadinessState, Records};

pub const MIGRATIONS: &[aos_storage::Migration] = &[
    aos_storage::Migration {
        number: 210,
        name: "tenants",
        sqlite: include_str!("../../migrations/sqlite/0210_tenants.sql"),
        postgres: include_str!("../../migrations/postgres/0210_tenants.sql"),
    },
    aos_storage::Migration {
        number: 362,
        name: "tenants_default_budget",
        sqlite: include_str!("../../migrations/sqlite/0362_tenants_default_budget.sql"),
        postgres: include_str!("../../migrations/postgres/0362_tenants_default_budget.sql"),
    },
    aos_storage::Migration {
        number: 461,
        name: "tenants_by_zone",
        sqlite: include_str!("../../migrations/sqlite/0461_tenants_by_zone.sql"),
        postgres: include_str!("../../migrations/postgres/0461_tenants_by_zone.sql"),
    },
    aos_storage::Migration {
        number: 481,
        name: "tenants_listed",
        sqlite: include_str!("../../migrations/sqlite/0481_tenants_listed.sql"),
        postgres: include_str!("../../migrations/postgres/0481_tenants_listed.sql"),
    },
];

//! Activities and pipelines: the graph of work, its gates and their decisions.
//!
//! Owns: `pipeline_template`, `pipeline`, `activity`, `approval`, `approval_link`, `approval_reminder`,
//! `approval_patience`.
//!
//! States of an activity: `created → assigned → in_progress → awaiting_approval → approved → completed`, with `failed`
//! (tried again by policy, then by hand), `rejected → in_progress`, and `cancelled`.
//!
//! How a pipeline goes on, as [`advance`] has it:
//! - A step begins when what blocks it is over; a step that repeats begins for each unit as soon as that unit is let
//!   through, so approving some of many lets those go on.
//! - What an agent or the product does is a job; its result moves the activity on in one transaction.
//! - Work that has an approval after it waits for it (`awaiting_approval`). Each of its subjects is decided on its own;
//!   one that is sent back goes to whoever made it at once. When all are approved, both are completed.
//! - A pipeline is completed when all of its activities are over.
//!
//! Invariants:
//! - A state changes only along [`ActivityState::may_become`], and each change is an event.
//! - An approval binds the version and hash of what was shown; only that is carried on.
//! - The sides that the tenant's policy names decide one after the other, on the same hash. What is changed in between
//!   is decided on from the start again, and so is what waits for a side that the policy asks no more.
//! - This slice never names content: other slices register [`StepHandler`]s and [`Approvable`]s.
//! - A running pipeline keeps the template version that it started with.

mod advance;
mod board;
pub mod commands;
mod error;
mod events;
mod joins;
pub mod links;
pub mod model;
mod plan;
pub mod queries;
pub mod stalled;
mod steps;
mod store;
mod templates;
#[cfg(test)]
mod tests;
mod workflow;

pub use commands::{Approver, Decide, Decided, StartPipeline};
pub use model::*;
pub use queries::{ActivityDetail, ApprovalFilter, HumanTask, PendingApproval, PipelineView, WorkCounts};
pub use steps::*;
pub use templates::{TemplateVersion, built_in, edit_template, seed_templates, template_versions, templates};
pub use workflow::{FollowPolicy, RunActivity};

/// The kind of job that does an activity.
pub const RUN: &str = "activities.run";

/// The role of the client's own administrators, who decide where the tenant's policy says so.
pub const CLIENT_ROLE: &str = "admin";

pub const MIGRATIONS: &[aos_storage::Migration] = &[
    aos_storage::Migration {
        number: 260,
        name: "activities",
        sqlite: include_str!("../../migrations/sqlite/0260_activities.sql"),
        postgres: include_str!("../../migrations/postgres/0260_activities.sql"),
    },
    aos_storage::Migration {
        number: 311,
        name: "activities_links",
        sqlite: include_str!("../../migrations/sqlite/0311_activities_links.sql"),
        postgres: include_str!("../../migrations/postgres/0311_activities_links.sql"),
    },
    aos_storage::Migration {
        number: 330,
        name: "approval_party",
        sqlite: include_str!("../../migrations/sqlite/0330_activities_approval_party.sql"),
        postgres: include_str!("../../migrations/postgres/0330_activities_approval_party.sql"),
    },
    aos_storage::Migration {
        number: 470,
        name: "activities_tasks",
        sqlite: include_str!("../../migrations/sqlite/0470_activities_tasks.sql"),
        postgres: include_str!("../../migrations/postgres/0470_activities_tasks.sql"),
    },
];

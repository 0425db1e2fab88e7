//! Onboarding: what people fill in about a client, the documents they bring, and the context file made from it all.
//!
//! Owns: `onboarding`, `onboarding_document`, `context_version`.
//!
//! Invariants:
//! - Each step is saved as it is filled in; nothing has to be filled in before something else.
//! - The context file only grows by versions; every run records the one it saw.
//! - The set-up chain starts once for each launch, when the launch and a finished crawl are both there.

pub mod commands;
mod context_file;
pub mod model;
pub mod queries;
mod store;
mod workflow;

pub use model::{Answers, ContextVersion, OnboardingDocument, OnboardingRecord, OnboardingStep};
pub use workflow::WriteContext;

/// The step kind that writes the context file.
pub const WRITE_CONTEXT: &str = "onboarding.write_context";

pub const MIGRATIONS: &[aos_storage::Migration] = &[aos_storage::Migration {
    number: 240,
    name: "onboarding",
    sqlite: include_str!("../../migrations/sqlite/0240_onboarding.sql"),
    postgres: include_str!("../../migrations/postgres/0240_onboarding.sql"),
}];

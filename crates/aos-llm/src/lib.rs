//! The one way to a model: providers, budgets, schema-checked answers, and drafting without any model.
//!
//! [`Gateway`] implements the capability that agents call. No call is made without a tenant, a purpose and a budget;
//! payloads are not logged unless configured. [`offline`] composes drafts from the client's own words when no model is
//! connected.

mod check;
mod error;
mod exchange;
mod gateway;
pub mod offline;
mod providers;
mod reservation;
mod sse;

pub use gateway::{Gateway, RealSleeper, Sleeper, offline_provider};

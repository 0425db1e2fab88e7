//! The one way to a model: providers, budgets, schema-checked answers, and drafting without any model.
//!
//! No call is made without a tenant, a purpose and a budget, and payloads are not logged unless configured.

pub mod offline;

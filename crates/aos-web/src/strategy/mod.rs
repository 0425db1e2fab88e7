//! Strategies, goals, deliverables and periods; the approval of a strategy.

pub mod views;

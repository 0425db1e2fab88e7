//! Runs of agents, model providers, budgets and usage.

pub mod views;

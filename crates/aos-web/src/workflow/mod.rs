//! The engine from outside: queues, dead letters, schedules.

pub mod api;
pub mod views;

//! The engine from outside: queues, dead letters, schedules.

pub mod views;

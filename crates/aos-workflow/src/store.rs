//! The only SQL of the engine, by table.

pub mod claims;
pub mod events;
pub mod jobs;
pub mod leases;
pub mod overview;
pub mod schedules;

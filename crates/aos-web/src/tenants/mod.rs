//! Clients: the list, a new one, the overview of one.

pub mod views;

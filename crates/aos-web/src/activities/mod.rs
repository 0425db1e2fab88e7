//! The queue of approvals and a client's work.

pub mod views;

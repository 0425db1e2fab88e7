//! Requests, content items, their approvals and publications.

pub mod views;

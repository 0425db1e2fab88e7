//! Sign-in, first run, users, API tokens and the audit log.

pub mod views;

//! The SQL of this slice.

pub mod mail;
pub mod notifications;
pub mod preferences;

//! Connected platforms of a client.

pub mod views;

//! The six steps of onboarding and the context file.

pub mod views;

//! The gateway over real HTTP on loopback, with providers that answer by script.

mod answers;
mod dialects;
mod failures;
mod sandbox;
mod support;

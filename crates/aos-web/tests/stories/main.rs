//! Stories told over HTTP, on every database that is there.

mod api;
mod manage;
mod support;

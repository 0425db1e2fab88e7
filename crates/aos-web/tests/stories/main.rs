//! Stories told over HTTP, on every database that is there.

mod api;
mod isolation;
mod journey;
mod live;
mod mailed;
mod manage;
mod portal;
mod search;
mod sign_in;
mod support;

//! Stories told over HTTP, on every database that is there.

mod api;
mod client_face;
mod isolation;
mod journey;
mod manage;
mod portal;
mod sign_in;
mod support;

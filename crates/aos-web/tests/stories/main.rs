//! Stories told over HTTP, on every database that is there.

mod api;
mod guest;
mod identity;
mod isolation;
mod journey;
mod manage;
mod portal;
mod provider;
mod sign_in;
mod support;

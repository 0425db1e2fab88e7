//! Stories told over HTTP, on every database that is there.

mod api;
mod calendar;
mod editors;
mod isolation;
mod journey;
mod manage;
mod portal;
mod publishing;
mod sign_in;
mod support;

//! Stories told over HTTP, on every database that is there.

mod api;
mod calendar;
mod client_face;
mod client_notices;
mod editors;
mod guest;
mod identity;
mod isolation;
mod journey;
mod live;
mod mailed;
mod manage;
mod portal;
mod provider;
mod publishing;
mod search;
mod sign_in;
mod support;

//! Stories told over HTTP, on every database that is there.

mod api;
mod budgets;
mod calendar;
mod channels;
mod client_face;
mod client_notices;
mod client_people;
mod credentials;
mod editors;
mod guest;
mod identity;
mod isolation;
mod journey;
mod library;
mod live;
mod mailed;
mod manage;
mod pages;
mod portal;
mod provider;
mod publishing;
mod saved_views;
mod search;
mod sign_in;
mod support;
mod told_api;

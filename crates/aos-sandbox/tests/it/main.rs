//! The sandbox over HTTP, as its clients meet it; each story follows a passage of the wire contracts.

mod faults;
mod google;
mod google_figures;
mod google_stage;
mod models;
mod site;
mod support;
mod webflow;
mod wordpress;
mod wordpress_media;
mod wordpress_roles;

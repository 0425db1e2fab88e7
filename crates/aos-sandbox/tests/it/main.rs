//! The sandbox over HTTP, as its clients meet it; each story follows a passage of the wire contracts.

mod faults;
mod linkedin;
mod models;
mod site;
mod social;
mod support;
mod tiktok;
mod wordpress;
mod wordpress_media;
mod wordpress_roles;
mod x;

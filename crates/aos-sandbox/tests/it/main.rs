//! The sandbox over HTTP, as its clients meet it; each story follows a passage of the wire contracts.

mod faults;
mod files;
mod klaviyo;
mod mailchimp;
mod meta;
mod meta_instagram;
mod models;
mod site;
mod support;
mod vendors_kept;
mod wordpress;
mod wordpress_media;
mod wordpress_roles;

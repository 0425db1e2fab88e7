//! The sandbox over HTTP, as its clients meet it; each story follows a passage of the wire contracts.

mod faults;
mod files;
mod google;
mod google_figures;
mod google_stage;
mod klaviyo;
mod linkedin;
mod mailchimp;
mod meta;
mod meta_instagram;
mod models;
mod site;
mod social;
mod support;
mod tiktok;
mod vendors_kept;
mod webflow;
mod wordpress;
mod wordpress_media;
mod wordpress_roles;
mod x;

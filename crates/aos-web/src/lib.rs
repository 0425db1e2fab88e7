//! The faces of Agency OS: pages, forms, live updates and assets over axum.
//!
//! A handler parses, calls one command or query, fills a view struct and renders; no rule of the business lives here.
//! Each slice has a folder with `views.rs` (what its pages show, as plain data) and its templates under
//! `templates/<slice>/`. What pages share is in [`ui`] (parts that render themselves) and [`layout`] (what surrounds a
//! page); addresses and form fields are listed in [`paths`].

pub mod activities;
pub mod agents;
pub mod api;
pub mod app;
pub mod assets;
pub mod branding;
pub mod channels;
pub mod client;
pub mod content;
pub mod credentials;
pub mod csrf;
pub mod error;
pub mod flash;
pub mod forms;
pub mod headers;
pub mod layout;
pub mod live;
pub mod markdown;
pub mod media;
pub mod notices;
pub mod onboarding;
pub mod paths;
pub mod people;
pub mod reference;
pub mod router;
pub mod saved;
pub mod search;
pub mod session;
pub mod show;
pub mod signer;
pub mod state;
pub mod strategy;
pub mod tenants;
pub mod ui;
pub mod website;
pub mod workflow;
pub mod workspace;

pub use router::{faces, router, serve};
pub use state::{AppState, WebSettings};

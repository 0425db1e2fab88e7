//! Clients: the list, a new one, the overview.

pub mod api;
mod clients;
mod overview;
pub mod views;

pub(crate) use overview::checklist;

use crate::{paths, router::Routes};

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::default()
        .get(paths::CLIENTS, clients::page)
        .get(paths::NEW_CLIENT, clients::new)
        .post(paths::NEW_CLIENT, clients::register)
        .get("/portal/clients/{tenant}", overview::page)
}

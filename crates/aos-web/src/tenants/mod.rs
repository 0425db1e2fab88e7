//! Clients: the list, a new one, the overview.

pub mod api;
mod clients;
mod overview;
mod settings;
pub mod views;

pub(crate) use settings::people_page;

use crate::{paths, router::Routes};

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::default()
        .get(paths::CLIENTS, clients::page)
        .get(paths::NEW_CLIENT, clients::new)
        .post(paths::NEW_CLIENT, clients::register)
        .get("/portal/clients/{tenant}", overview::page)
        .get("/portal/clients/{tenant}/settings", settings::page)
        .post("/portal/clients/{tenant}/settings", settings::save)
        .post("/portal/clients/{tenant}/settings/approval", settings::save_policy)
        .post("/portal/clients/{tenant}/settings/archive", settings::archive)
        .post("/portal/clients/{tenant}/settings/restore", settings::restore)
}

//! Connected platforms of a client.

pub mod api;
mod pages;
pub mod views;

pub(crate) use pages::channel_view;

use crate::router::Routes;

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::default()
        .get("/portal/clients/{tenant}/channels", pages::page)
        .post("/portal/clients/{tenant}/channels", pages::connect)
        .post("/portal/clients/{tenant}/channels/{channel}/check", pages::check)
        .post("/portal/clients/{tenant}/channels/{channel}/disconnect", pages::disconnect)
}

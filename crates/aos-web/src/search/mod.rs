//! Find anything: the page, and the answers of the palette.

pub mod api;
mod clients;
mod pages;
pub mod views;

pub use clients::ClientFilter;

use crate::{paths, router::Routes};

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::default()
        .get(paths::SEARCH, pages::page)
        .get(paths::PALETTE, pages::palette)
        .get(paths::CLIENT_NAMES, clients::offered)
}

//! Find anything: the page, and the answers of the palette.

pub mod api;
mod pages;
pub mod views;

use crate::{paths, router::Routes};

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::default().get(paths::SEARCH, pages::page).get(paths::PALETTE, pages::palette)
}

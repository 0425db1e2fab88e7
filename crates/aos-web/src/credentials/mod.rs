//! The secrets that the installation keeps: which there are, never what they are. A new one is entered where it is used.

pub mod api;
mod pages;
pub mod views;

use crate::{paths, router::Routes};

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::default().get(paths::CREDENTIALS, pages::page)
}

//! The secrets that the installation keeps: which there are, never what they are. A new one is entered where it is used;
//! those of the agency's applications at the platforms are entered here.

pub mod api;
mod apps;
mod pages;
pub mod views;

use crate::{paths, router::Routes};

/// The routes of this slice.
pub fn routes() -> Routes {
    let app = format!("{}/{{platform}}", paths::PLATFORM_APPS);
    Routes::default()
        .get(paths::CREDENTIALS, pages::page)
        .get(paths::PLATFORM_APPS, apps::page)
        .post(&app, apps::save)
        .post(&format!("{app}/test"), apps::test)
        .post(&format!("{app}/remove"), apps::remove)
}
